//! `avg`: sum and count; doubles for all numbers but decimals.

use super::Accumulator;
use super::AggregateCall;
use super::sum::decimals;
use crate::diag::Result;
use crate::expr::error;
use crate::types::DataType;
use crate::types::arrow;
use crate::types::number;
use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::Float64Array;
use arrow_array::Int64Array;
use arrow_array::cast::AsArray;
use arrow_array::types;
use arrow_buffer::NullBuffer;
use arrow_buffer::i256;
use std::sync::Arc;

/// The accumulator for the type of the average.
pub fn of(call: &AggregateCall) -> Result<Box<dyn Accumulator>> {
    let argument = &call.arguments[0].data_type;
    Ok(match (&call.data_type, argument) {
        (DataType::Double, _) => Box::new(Average { sums: Vec::new(), counts: Vec::new() }),
        (DataType::Decimal(precision, scale), DataType::Decimal(p, s)) => Box::new(ExactAverage {
            sum_type: DataType::Decimal((*p + 10).min(38), *s),
            data_type: DataType::Decimal(*precision, *scale),
            sums: Vec::new(),
            counts: Vec::new(),
        }),
        (DataType::DayTimeInterval(..) | DataType::YearMonthInterval(..), _) => {
            Box::new(ExactAverage { sum_type: argument.clone(), data_type: argument.clone(), sums: Vec::new(), counts: Vec::new() })
        }
        (other, _) => return Err(error::not_known(&format!("averages of type {}", other.sql()))),
    })
}

struct Average {
    sums: Vec<f64>,
    counts: Vec<i64>,
}

impl Average {
    fn grow(&mut self, group_count: usize) {
        let count = group_count.max(self.sums.len());
        self.sums.resize(count, 0.0);
        self.counts.resize(count, 0);
    }
}

impl Accumulator for Average {
    fn buffer_types(&self) -> Vec<DataType> {
        vec![DataType::Double, DataType::Long]
    }

    fn update(&mut self, groups: &[u32], group_count: usize, arguments: &[ArrayRef]) -> Result<()> {
        self.grow(group_count);
        let array = arguments[0].as_primitive::<types::Float64Type>();
        match array.nulls().filter(|nulls| nulls.null_count() > 0) {
            None => {
                for (group, value) in groups.iter().zip(array.values()) {
                    self.sums[*group as usize] += value;
                    self.counts[*group as usize] += 1;
                }
            }
            Some(nulls) => {
                for row in nulls.valid_indices() {
                    self.sums[groups[row] as usize] += array.values()[row];
                    self.counts[groups[row] as usize] += 1;
                }
            }
        }
        Ok(())
    }

    fn merge(&mut self, groups: &[u32], group_count: usize, buffers: &[ArrayRef]) -> Result<()> {
        self.grow(group_count);
        let sums = buffers[0].as_primitive::<types::Float64Type>().values();
        let counts = buffers[1].as_primitive::<types::Int64Type>().values();
        for (row, group) in groups.iter().enumerate() {
            self.sums[*group as usize] += sums[row];
            self.counts[*group as usize] += counts[row];
        }
        Ok(())
    }

    fn buffers(&self) -> Vec<ArrayRef> {
        vec![Arc::new(Float64Array::from(self.sums.clone())), Arc::new(Int64Array::from(self.counts.clone()))]
    }

    fn finish(&self) -> Result<ArrayRef> {
        let values = self.sums.iter().zip(&self.counts).map(|(sum, count)| if *count == 0 { None } else { Some(sum / *count as f64) });
        Ok(Arc::new(values.collect::<Float64Array>()))
    }

    fn clear(&mut self) {
        self.sums.clear();
        self.counts.clear();
    }
}

/// Averages of decimals and intervals.
struct ExactAverage {
    sum_type: DataType,
    data_type: DataType,
    sums: Vec<i128>,
    counts: Vec<i64>,
}

impl ExactAverage {
    fn grow(&mut self, group_count: usize) {
        let count = group_count.max(self.sums.len());
        self.sums.resize(count, 0);
        self.counts.resize(count, 0);
    }

    fn value(array: &ArrayRef, row: usize) -> i128 {
        match array.data_type() {
            arrow_schema::DataType::Decimal128(..) => array.as_primitive::<types::Decimal128Type>().value(row),
            arrow_schema::DataType::Duration(_) => array.as_primitive::<types::DurationMicrosecondType>().value(row).into(),
            _ => array.as_primitive::<types::IntervalYearMonthType>().value(row).into(),
        }
    }

    fn column(&self, values: Vec<i128>, nulls: Option<NullBuffer>, data_type: &DataType) -> ArrayRef {
        match data_type {
            DataType::Decimal(precision, scale) => decimals(values, nulls, *precision, *scale),
            DataType::DayTimeInterval(..) => {
                let values: Vec<i64> = values.into_iter().map(|value| value as i64).collect();
                Arc::new(arrow_array::DurationMicrosecondArray::new(values.into(), nulls))
            }
            _ => {
                let values: Vec<i32> = values.into_iter().map(|value| value as i32).collect();
                Arc::new(arrow_array::IntervalYearMonthArray::new(values.into(), nulls))
            }
        }
    }
}

impl Accumulator for ExactAverage {
    fn buffer_types(&self) -> Vec<DataType> {
        vec![self.sum_type.clone(), DataType::Long]
    }

    fn update(&mut self, groups: &[u32], group_count: usize, arguments: &[ArrayRef]) -> Result<()> {
        self.grow(group_count);
        for (row, group) in groups.iter().enumerate() {
            if arguments[0].is_valid(row) {
                let sum = self.sums[*group as usize].checked_add(Self::value(&arguments[0], row));
                self.sums[*group as usize] = sum.ok_or_else(|| error::overflow("Overflow in sum of decimals", "try_avg"))?;
                self.counts[*group as usize] += 1;
            }
        }
        Ok(())
    }

    fn merge(&mut self, groups: &[u32], group_count: usize, buffers: &[ArrayRef]) -> Result<()> {
        self.grow(group_count);
        let counts = buffers[1].as_primitive::<types::Int64Type>().values();
        for (row, group) in groups.iter().enumerate() {
            self.sums[*group as usize] += Self::value(&buffers[0], row);
            self.counts[*group as usize] += counts[row];
        }
        Ok(())
    }

    fn buffers(&self) -> Vec<ArrayRef> {
        vec![self.column(self.sums.clone(), None, &self.sum_type), Arc::new(Int64Array::from(self.counts.clone()))]
    }

    fn finish(&self) -> Result<ArrayRef> {
        let shift = match (&self.sum_type, &self.data_type) {
            (DataType::Decimal(_, from), DataType::Decimal(_, to)) => u32::from(to.saturating_sub(*from)),
            _ => 0,
        };
        let mut values = Vec::with_capacity(self.sums.len());
        for (sum, count) in self.sums.iter().zip(&self.counts) {
            values.push(if *count == 0 { Some(0) } else { rounded_quotient(*sum, shift, i128::from(*count)) });
        }
        if let DataType::Decimal(precision, scale) = self.data_type {
            for value in &values {
                if value.is_none_or(|value| !number::fits_decimal(value, precision)) {
                    return Err(error::decimal_out_of_range("The average", precision, scale));
                }
            }
        }
        let nulls: NullBuffer = self.counts.iter().map(|count| *count > 0).collect();
        let values = values.into_iter().map(Option::unwrap_or_default).collect();
        let _ = arrow::arrow_type(&self.data_type);
        Ok(self.column(values, Some(nulls), &self.data_type))
    }

    fn clear(&mut self) {
        self.sums.clear();
        self.counts.clear();
    }
}

/// `a * 10^shift / b`, rounded half away from zero.
pub fn rounded_quotient(a: i128, shift: u32, b: i128) -> Option<i128> {
    let numerator = i256::from_i128(a).checked_mul(i256::from_i128(10).checked_pow(shift)?)?;
    let denominator = i256::from_i128(b);
    let quotient = numerator.checked_div(denominator)?;
    let remainder = numerator.checked_rem(denominator)?;
    let twice = remainder.checked_abs()?.checked_mul(i256::from_i128(2))?;
    let up = twice >= denominator.checked_abs()?;
    let away = if up { if (a < 0) == (b < 0) { 1 } else { -1 } } else { 0 };
    quotient.checked_add(i256::from_i128(away))?.to_i128()
}
