//! `approx_count_distinct`: Spark's HyperLogLog++ over xxHash64.

use super::AggregateCall;
use super::distinct_count_bias::bias;
use super::each_group::GroupState;
use crate::diag::Result;
use crate::expr::hash::xxhash64;
use crate::types::DataType;
use crate::types::Value;

/// Below these counts the number of empty registers tells more than their ranks, by the number of index bits from 4.
const THRESHOLDS: [f64; 15] =
    [10.0, 20.0, 40.0, 80.0, 220.0, 400.0, 900.0, 1800.0, 3100.0, 6500.0, 15500.0, 20000.0, 50000.0, 120_000.0, 350_000.0];

/// The most index bits that are kept: sixteen million registers a group.
// DIFFERENCE: Spark has no bound and runs out of memory.
const FINEST: u32 = 24;

/// The registers of a group; empty until the first value.
#[derive(Clone, Default)]
pub struct Registers(Vec<u8>);

/// The number of index bits for the relative error asked for: 9 for the usual 0.05.
fn precision(call: &AggregateCall) -> u32 {
    call.parameters.first().map_or(9, |error| bits(error) as u32).clamp(4, FINEST)
}

fn bits(error: &Value) -> f64 {
    let error = match error {
        Value::Double(error) => *error,
        Value::Decimal(value, _, scale) => *value as f64 / 10f64.powi(i32::from(*scale)),
        _ => 0.05,
    };
    (2.0 * (1.106 / error).ln() / 2f64.ln()).ceil()
}

/// Whether four index bits or more meet this relative error: it is 39% at most.
pub(super) fn allows(error: &Value) -> bool {
    bits(error) >= 4.0
}

impl Registers {
    fn raise(&mut self, call: &AggregateCall, index: usize, rank: u8) {
        if self.0.is_empty() {
            self.0 = vec![0; 1 << precision(call)];
        }
        if let Some(register) = self.0.get_mut(index) {
            *register = rank.max(*register);
        }
    }

    /// `HyperLogLogPlusPlusHelper.query`.
    fn estimate(&self, p: u32) -> i64 {
        let m = (1u64 << p) as f64;
        let sum: f64 = self.0.iter().map(|rank| 1.0 / (1u64 << rank) as f64).sum();
        let zeros = self.0.iter().filter(|rank| **rank == 0).count() as f64;
        let alpha = match p {
            4 => 0.673,
            5 => 0.697,
            6 => 0.709,
            _ => 0.7213 / (1.0 + 1.079 / m),
        };
        let raw = alpha * m * m / sum;
        let corrected = if raw < 5.0 * m { raw - bias(p, raw) } else { raw };
        if zeros > 0.0 {
            let linear = m * (m / zeros).ln();
            let is_few = THRESHOLDS.get(p as usize - 4).is_some_and(|threshold| linear <= *threshold);
            if is_few || corrected <= 2.5 * m {
                return linear.round() as i64;
            }
        }
        corrected.round() as i64
    }
}

impl GroupState for Registers {
    fn buffer_types(_: &AggregateCall) -> Vec<DataType> {
        vec![DataType::Binary]
    }

    fn update(&mut self, call: &AggregateCall, arguments: &[Value]) -> Result<()> {
        if arguments[0].is_null() {
            return Ok(());
        }
        let p = precision(call);
        let hash = xxhash64(&arguments[0], 42);
        let rank = ((hash << p) | 1 << (p - 1)).leading_zeros() + 1;
        self.raise(call, (hash >> (64 - p)) as usize, rank as u8);
        Ok(())
    }

    fn merge(&mut self, call: &AggregateCall, buffers: &[Value]) -> Result<()> {
        if let Value::Binary(ranks) = &buffers[0] {
            for (index, rank) in ranks.iter().enumerate() {
                self.raise(call, index, *rank);
            }
        }
        Ok(())
    }

    fn buffers(&self, _: &AggregateCall) -> Vec<Value> {
        vec![Value::Binary(self.0.clone())]
    }

    fn finish(&self, call: &AggregateCall) -> Result<Value> {
        Ok(Value::Long(if self.0.is_empty() { 0 } else { self.estimate(precision(call)) }))
    }
}
