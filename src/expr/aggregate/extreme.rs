//! `min` and `max`: the value itself a group, null until the first row that is not null.

use super::Accumulator;
use super::AggregateCall;
use super::AggregateFunction;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Value;
use crate::types::arrow;
use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::ArrowPrimitiveType;
use arrow_array::PrimitiveArray;
use arrow_array::cast::AsArray;
use arrow_array::types;
use arrow_buffer::NullBuffer;
use std::cmp::Ordering;
use std::sync::Arc;

/// The accumulator for the type of the values.
pub fn of(call: &AggregateCall) -> Result<Box<dyn Accumulator>> {
    let greatest = call.function == AggregateFunction::Max;
    let data_type = call.data_type.clone();
    macro_rules! primitive {
        ($arrow:ident, $smaller:expr) => {{
            let smaller: fn(_, _) -> bool = $smaller;
            Box::new(Extreme::<types::$arrow> { data_type, greatest, smaller, values: Vec::new(), seen: Vec::new() })
        }};
    }
    Ok(match call.data_type {
        DataType::Byte => primitive!(Int8Type, |a, b| a < b),
        DataType::Short => primitive!(Int16Type, |a, b| a < b),
        DataType::Integer => primitive!(Int32Type, |a, b| a < b),
        DataType::Long => primitive!(Int64Type, |a, b| a < b),
        DataType::Date => primitive!(Date32Type, |a, b| a < b),
        DataType::Timestamp | DataType::TimestampNtz => primitive!(TimestampMicrosecondType, |a, b| a < b),
        DataType::DayTimeInterval(..) => primitive!(DurationMicrosecondType, |a, b| a < b),
        DataType::YearMonthInterval(..) => primitive!(IntervalYearMonthType, |a, b| a < b),
        DataType::Decimal(..) => primitive!(Decimal128Type, |a, b| a < b),
        // NaN is larger than all others.
        DataType::Float => primitive!(Float32Type, |a: f32, b: f32| a < b || b.is_nan() && !a.is_nan()),
        DataType::Double => primitive!(Float64Type, |a: f64, b: f64| a < b || b.is_nan() && !a.is_nan()),
        _ => Box::new(AnyExtreme { data_type, greatest, values: Vec::new() }),
    })
}

struct Extreme<T: ArrowPrimitiveType> {
    data_type: DataType,
    greatest: bool,
    smaller: fn(T::Native, T::Native) -> bool,
    values: Vec<T::Native>,
    seen: Vec<bool>,
}

impl<T: ArrowPrimitiveType> Extreme<T> {
    #[inline]
    fn take(&mut self, group: usize, value: T::Native) {
        let held = self.values[group];
        let better = if self.greatest { (self.smaller)(held, value) } else { (self.smaller)(value, held) };
        if better || !self.seen[group] {
            self.values[group] = value;
            self.seen[group] = true;
        }
    }

    fn array(&self) -> ArrayRef {
        let nulls: NullBuffer = self.seen.iter().copied().collect();
        let array = PrimitiveArray::<T>::new(self.values.clone().into(), Some(nulls));
        Arc::new(array.with_data_type(arrow::arrow_type(&self.data_type)))
    }
}

impl<T: ArrowPrimitiveType> Accumulator for Extreme<T> {
    fn buffer_types(&self) -> Vec<DataType> {
        vec![self.data_type.clone()]
    }

    fn update(&mut self, groups: &[u32], group_count: usize, arguments: &[ArrayRef]) -> Result<()> {
        let count = group_count.max(self.values.len());
        self.values.resize(count, T::Native::default());
        self.seen.resize(count, false);
        let array = arguments[0].as_primitive::<T>();
        match array.nulls().filter(|nulls| nulls.null_count() > 0) {
            None => {
                for (group, value) in groups.iter().zip(array.values()) {
                    self.take(*group as usize, *value);
                }
            }
            Some(nulls) => {
                for row in nulls.valid_indices() {
                    self.take(groups[row] as usize, array.values()[row]);
                }
            }
        }
        Ok(())
    }

    fn merge(&mut self, groups: &[u32], group_count: usize, buffers: &[ArrayRef]) -> Result<()> {
        self.update(groups, group_count, buffers)
    }

    fn buffers(&self) -> Vec<ArrayRef> {
        vec![self.array()]
    }

    fn finish(&self) -> Result<ArrayRef> {
        Ok(self.array())
    }

    fn clear(&mut self) {
        self.values.clear();
        self.seen.clear();
    }
}

/// Extremes of strings and of types that have no primitive form.
struct AnyExtreme {
    data_type: DataType,
    greatest: bool,
    values: Vec<Value>,
}

impl Accumulator for AnyExtreme {
    fn buffer_types(&self) -> Vec<DataType> {
        vec![self.data_type.clone()]
    }

    fn update(&mut self, groups: &[u32], group_count: usize, arguments: &[ArrayRef]) -> Result<()> {
        self.values.resize(group_count.max(self.values.len()), Value::Null);
        let wanted = if self.greatest { Ordering::Greater } else { Ordering::Less };
        for (row, group) in groups.iter().enumerate() {
            if arguments[0].is_null(row) {
                continue;
            }
            let held = &mut self.values[*group as usize];
            if let (Value::String(held), Some(strings)) = (&*held, arguments[0].as_string_opt::<i32>())
                && strings.value(row).as_bytes().cmp(held.as_bytes()) != wanted
            {
                continue;
            }
            let value = arrow::value_at(&arguments[0], row, &self.data_type);
            if held.is_null() || value.compare(held) == wanted {
                *held = value;
            }
        }
        Ok(())
    }

    fn merge(&mut self, groups: &[u32], group_count: usize, buffers: &[ArrayRef]) -> Result<()> {
        self.update(groups, group_count, buffers)
    }

    fn buffers(&self) -> Vec<ArrayRef> {
        vec![arrow::array_of(&self.data_type, &self.values)]
    }

    fn finish(&self) -> Result<ArrayRef> {
        Ok(arrow::array_of(&self.data_type, &self.values))
    }

    fn clear(&mut self) {
        self.values.clear();
    }
}
