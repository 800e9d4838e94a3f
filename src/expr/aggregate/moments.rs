//! Deviations, variances, skewness, kurtosis: Spark's `CentralMomentAgg`, with its formulas and so its rounding.

use super::Accumulator;
use super::AggregateCall;
use super::AggregateFunction as F;
use crate::diag::Result;
use crate::types::DataType;
use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::Float64Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use std::sync::Arc;

/// Count, mean and central moments a group.
#[derive(Clone, Copy, Default)]
struct Moments {
    n: f64,
    mean: f64,
    m2: f64,
    m3: f64,
    m4: f64,
}

impl Moments {
    #[inline]
    fn add(&mut self, value: f64) {
        let n = self.n + 1.0;
        let delta = value - self.mean;
        let delta_n = delta / n;
        let m2 = self.m2 + delta * (delta - delta_n);
        let (delta2, delta_n2) = (delta * delta, delta_n * delta_n);
        let m3 = self.m3 - 3.0 * delta_n * m2 + delta * (delta2 - delta_n2);
        let m4 = self.m4 - 4.0 * delta_n * m3 - 6.0 * delta_n2 * m2 + delta * (delta * delta2 - delta_n * delta_n2);
        *self = Self { n, mean: self.mean + delta_n, m2, m3, m4 };
    }

    fn merge(&mut self, other: &Self) {
        let (n1, n2) = (self.n, other.n);
        let n = n1 + n2;
        let delta = other.mean - self.mean;
        let delta_n = if n == 0.0 { 0.0 } else { delta / n };
        let m2 = self.m2 + other.m2 + delta * delta_n * n1 * n2;
        let m3 = self.m3 + other.m3 + delta_n * delta_n * delta * n1 * n2 * (n1 - n2) + 3.0 * delta_n * (n1 * other.m2 - n2 * self.m2);
        let m4 = self.m4
            + other.m4
            + delta_n * delta_n * delta_n * delta * n1 * n2 * (n1 * n1 - n1 * n2 + n2 * n2)
            + 6.0 * delta_n * delta_n * (n1 * n1 * other.m2 + n2 * n2 * self.m2)
            + 4.0 * delta_n * (n1 * other.m3 - n2 * self.m3);
        *self = Self { n, mean: self.mean + delta_n * n2, m2, m3, m4 };
    }

    fn result(&self, function: F) -> Option<f64> {
        if self.n == 0.0 {
            return None;
        }
        let sample = |value: f64| if self.n == 1.0 { None } else { Some(value) };
        match function {
            F::StddevPopulation => Some((self.m2 / self.n).sqrt()),
            F::VariancePopulation => Some(self.m2 / self.n),
            F::StddevSample => sample((self.m2 / (self.n - 1.0)).sqrt()),
            F::VarianceSample => sample(self.m2 / (self.n - 1.0)),
            _ if self.m2 == 0.0 => None,
            F::Skewness => Some(self.n.sqrt() * self.m3 / (self.m2 * self.m2 * self.m2).sqrt()),
            _ => Some(self.n * self.m4 / (self.m2 * self.m2) - 3.0),
        }
    }
}

/// The moments of all groups.
pub struct CentralMoments {
    function: F,
    groups: Vec<Moments>,
}

impl CentralMoments {
    /// No groups.
    pub fn new(call: &AggregateCall) -> Self {
        Self { function: call.function, groups: Vec::new() }
    }
}

impl Accumulator for CentralMoments {
    fn buffer_types(&self) -> Vec<DataType> {
        vec![DataType::Double; 5]
    }

    fn update(&mut self, groups: &[u32], group_count: usize, arguments: &[ArrayRef]) -> Result<()> {
        self.groups.resize(group_count.max(self.groups.len()), Moments::default());
        let array = arguments[0].as_primitive::<Float64Type>();
        for (row, group) in groups.iter().enumerate() {
            if array.is_valid(row) {
                self.groups[*group as usize].add(array.values()[row]);
            }
        }
        Ok(())
    }

    fn merge(&mut self, groups: &[u32], group_count: usize, buffers: &[ArrayRef]) -> Result<()> {
        self.groups.resize(group_count.max(self.groups.len()), Moments::default());
        let columns: Vec<&[f64]> = buffers.iter().map(|buffer| &buffer.as_primitive::<Float64Type>().values()[..]).collect();
        for (row, group) in groups.iter().enumerate() {
            let [n, mean, m2, m3, m4] = [0, 1, 2, 3, 4].map(|column| columns[column][row]);
            self.groups[*group as usize].merge(&Moments { n, mean, m2, m3, m4 });
        }
        Ok(())
    }

    fn buffers(&self) -> Vec<ArrayRef> {
        let column = |get: fn(&Moments) -> f64| -> ArrayRef { Arc::new(Float64Array::from_iter_values(self.groups.iter().map(get))) };
        vec![column(|m| m.n), column(|m| m.mean), column(|m| m.m2), column(|m| m.m3), column(|m| m.m4)]
    }

    fn finish(&self) -> Result<ArrayRef> {
        Ok(Arc::new(self.groups.iter().map(|moments| moments.result(self.function)).collect::<Float64Array>()))
    }

    fn clear(&mut self) {
        self.groups.clear();
    }
}
