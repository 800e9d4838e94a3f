//! `sum`: a value a group, null until the first row that is not null; decimals keep whether the group is empty beside the sum, as Spark does.

use super::Accumulator;
use super::AggregateCall;
use super::AggregateFunction;
use crate::diag::Result;
use crate::expr::error;
use crate::types::DataType;
use crate::types::arrow;
use crate::types::number;
use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::ArrowPrimitiveType;
use arrow_array::BooleanArray;
use arrow_array::Decimal128Array;
use arrow_array::PrimitiveArray;
use arrow_array::cast::AsArray;
use arrow_array::types;
use arrow_buffer::NullBuffer;
use std::sync::Arc;

/// The accumulator for the type of the sum.
pub fn of(call: &AggregateCall) -> Result<Box<dyn Accumulator>> {
    let lenient = call.function == AggregateFunction::TrySum;
    let data_type = call.data_type.clone();
    Ok(match call.data_type {
        DataType::Long => Box::new(Sum::<types::Int64Type>::new(data_type, lenient, i64::checked_add)),
        DataType::Double => Box::new(Sum::<types::Float64Type>::new(data_type, lenient, |a, b| Some(a + b))),
        DataType::DayTimeInterval(..) => Box::new(Sum::<types::DurationMicrosecondType>::new(data_type, lenient, i64::checked_add)),
        DataType::YearMonthInterval(..) => Box::new(Sum::<types::IntervalYearMonthType>::new(data_type, lenient, i32::checked_add)),
        DataType::Decimal(precision, scale) => {
            Box::new(DecimalSum { precision, scale, lenient, sums: Vec::new(), empty: Vec::new(), overflown: Vec::new() })
        }
        ref other => return Err(error::not_known(&format!("sums of type {}", other.sql()))),
    })
}

struct Sum<T: ArrowPrimitiveType> {
    data_type: DataType,
    lenient: bool,
    add: fn(T::Native, T::Native) -> Option<T::Native>,
    sums: Vec<T::Native>,
    seen: Vec<bool>,
    overflown: Vec<bool>,
}

impl<T: ArrowPrimitiveType> Sum<T> {
    fn new(data_type: DataType, lenient: bool, add: fn(T::Native, T::Native) -> Option<T::Native>) -> Self {
        Self { data_type, lenient, add, sums: Vec::new(), seen: Vec::new(), overflown: Vec::new() }
    }

    fn grow(&mut self, group_count: usize) {
        let count = group_count.max(self.sums.len());
        self.sums.resize(count, T::Native::default());
        self.seen.resize(count, false);
        if self.lenient {
            self.overflown.resize(count, false);
        }
    }

    /// `try_sum` keeps beside the sum whether there was nothing yet, for null may mean an overflow.
    fn tracks_empty(&self) -> bool {
        self.lenient && self.data_type != DataType::Double
    }

    #[inline]
    fn add_one(&mut self, group: usize, value: T::Native) -> Result<()> {
        match (self.add)(self.sums[group], value) {
            Some(sum) => self.sums[group] = sum,
            None if self.lenient => self.overflown[group] = true,
            None => return Err(error::overflow("overflow", "try_add")),
        }
        self.seen[group] = true;
        Ok(())
    }

    fn array(&self) -> ArrayRef {
        let valid = self.seen.iter().enumerate().map(|(group, seen)| *seen && !self.overflown.get(group).copied().unwrap_or(false));
        let nulls: NullBuffer = valid.collect();
        let array = PrimitiveArray::<T>::new(self.sums.clone().into(), Some(nulls));
        Arc::new(array.with_data_type(arrow::arrow_type(&self.data_type)))
    }
}

impl<T: ArrowPrimitiveType> Accumulator for Sum<T> {
    fn buffer_types(&self) -> Vec<DataType> {
        let sum = std::iter::once(self.data_type.clone());
        sum.chain(self.tracks_empty().then_some(DataType::Boolean)).collect()
    }

    fn update(&mut self, groups: &[u32], group_count: usize, arguments: &[ArrayRef]) -> Result<()> {
        self.grow(group_count);
        let array = arguments[0].as_primitive::<T>();
        match array.nulls().filter(|nulls| nulls.null_count() > 0) {
            None => {
                for (group, value) in groups.iter().zip(array.values()) {
                    self.add_one(*group as usize, *value)?;
                }
            }
            Some(nulls) => {
                for row in nulls.valid_indices() {
                    self.add_one(groups[row] as usize, array.values()[row])?;
                }
            }
        }
        Ok(())
    }

    fn merge(&mut self, groups: &[u32], group_count: usize, buffers: &[ArrayRef]) -> Result<()> {
        self.update(groups, group_count, buffers)?;
        if let Some(empty) = buffers.get(1).filter(|_| self.tracks_empty()) {
            for (row, group) in groups.iter().enumerate() {
                // A sum of something that is null has overflown before.
                if !empty.as_boolean().value(row) && buffers[0].is_null(row) {
                    self.seen[*group as usize] = true;
                    self.overflown[*group as usize] = true;
                }
            }
        }
        Ok(())
    }

    fn buffers(&self) -> Vec<ArrayRef> {
        let empty = self.tracks_empty().then(|| Arc::new(BooleanArray::from_iter(self.seen.iter().map(|seen| Some(!seen)))) as ArrayRef);
        std::iter::once(self.array()).chain(empty).collect()
    }

    fn finish(&self) -> Result<ArrayRef> {
        Ok(self.array())
    }

    fn clear(&mut self) {
        self.sums.clear();
        self.seen.clear();
        self.overflown.clear();
    }
}

struct DecimalSum {
    precision: u8,
    scale: u8,
    lenient: bool,
    sums: Vec<i128>,
    empty: Vec<bool>,
    overflown: Vec<bool>,
}

impl DecimalSum {
    fn grow(&mut self, group_count: usize) {
        let count = group_count.max(self.sums.len());
        self.sums.resize(count, 0);
        self.empty.resize(count, true);
        self.overflown.resize(count, false);
    }

    #[inline]
    fn add_one(&mut self, group: usize, value: i128) {
        self.empty[group] = false;
        match self.sums[group].checked_add(value) {
            Some(sum) => self.sums[group] = sum,
            None => self.overflown[group] = true,
        }
    }

    fn array(&self) -> ArrayRef {
        let valid = (0..self.sums.len()).map(|group| !self.overflown[group] && number::fits_decimal(self.sums[group], self.precision));
        let nulls: NullBuffer = valid.collect();
        decimals(self.sums.clone(), Some(nulls), self.precision, self.scale)
    }
}

/// A decimal column.
pub fn decimals(values: Vec<i128>, nulls: Option<NullBuffer>, precision: u8, scale: u8) -> ArrayRef {
    let array = Decimal128Array::new(values.into(), nulls);
    Arc::new(array.with_data_type(arrow::arrow_type(&DataType::Decimal(precision, scale))))
}

impl Accumulator for DecimalSum {
    fn buffer_types(&self) -> Vec<DataType> {
        vec![DataType::Decimal(self.precision, self.scale), DataType::Boolean]
    }

    fn update(&mut self, groups: &[u32], group_count: usize, arguments: &[ArrayRef]) -> Result<()> {
        self.grow(group_count);
        let array = arguments[0].as_primitive::<types::Decimal128Type>();
        for (row, group) in groups.iter().enumerate() {
            if array.is_valid(row) {
                self.add_one(*group as usize, array.value(row));
            }
        }
        Ok(())
    }

    fn merge(&mut self, groups: &[u32], group_count: usize, buffers: &[ArrayRef]) -> Result<()> {
        self.grow(group_count);
        let sums = buffers[0].as_primitive::<types::Decimal128Type>();
        let empty = buffers[1].as_boolean();
        for (row, group) in groups.iter().enumerate() {
            let group = *group as usize;
            if empty.value(row) {
                continue;
            }
            if sums.is_valid(row) {
                self.add_one(group, sums.value(row));
            } else {
                self.empty[group] = false;
                self.overflown[group] = true;
            }
        }
        Ok(())
    }

    fn buffers(&self) -> Vec<ArrayRef> {
        vec![self.array(), Arc::new(BooleanArray::from(self.empty.clone()))]
    }

    fn finish(&self) -> Result<ArrayRef> {
        let overflown = (0..self.sums.len()).any(|group| self.overflown[group] || !number::fits_decimal(self.sums[group], self.precision));
        if overflown && !self.lenient {
            return Err(error::overflow("Overflow in sum of decimals", "try_sum"));
        }
        let nulls: NullBuffer = (0..self.sums.len())
            .map(|group| !self.empty[group] && !self.overflown[group] && number::fits_decimal(self.sums[group], self.precision))
            .collect();
        Ok(decimals(self.sums.clone(), Some(nulls), self.precision, self.scale))
    }

    fn clear(&mut self) {
        self.sums.clear();
        self.empty.clear();
        self.overflown.clear();
    }
}
