//! Limit over a stream in append mode: counts rows over all batches and passes the first ones.
//!
//! Keeps one number: how many rows have passed. Evicts nothing.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::Int64Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;

use super::BatchContext;
use super::Memory;
use super::Operator;
use super::OperatorReport;
use super::Rows;
use super::StateCounters;
use super::file_layout::FileColumn;
use super::file_layout::FileStore;
use super::file_layout::Held;
use super::memory::Expiry;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;

/// The first rows of a stream. Spark's `StreamingGlobalLimitExec`.
#[derive(Debug)]
pub struct StreamLimit {
    count: u64,
    memory: Memory,
}

impl StreamLimit {
    /// At most so many rows over all batches.
    #[must_use]
    pub fn new(count: u64) -> Self {
        let values = Schema { fields: vec![Field::new("value", DataType::Long)] };
        let file = FileStore {
            name: "default".to_owned(),
            keys: vec![FileColumn::void("key")],
            values: FileColumn::all(&values, &[], Held::Value),
        };
        Self { count, memory: Memory::new("globalLimit", Schema::default(), values, Expiry::Never).with_files(vec![file]) }
    }
}

impl Operator for StreamLimit {
    fn name(&self) -> &'static str {
        self.memory.name()
    }

    fn process(&mut self, inputs: Vec<Rows>, _context: &BatchContext, report: &mut OperatorReport) -> Result<Rows> {
        let [rows] = super::only(inputs);
        let key = self.memory.encode_keys(&[], 1);
        let (places, values) = self.memory.find(&key);
        let passed = if places.is_empty() { 0 } else { values[0].as_primitive::<Int64Type>().value(0).cast_unsigned() };
        let out = rows.head(usize::try_from(self.count.saturating_sub(passed)).unwrap_or(usize::MAX));
        if out.rows > 0 {
            let total: ArrayRef = Arc::new(Int64Array::from(vec![passed.cast_signed() + out.rows as i64]));
            self.memory.put(&key, &[], &[total]);
        }
        report.state =
            Some(StateCounters { total: self.memory.len() as u64, updated: u64::from(out.rows > 0), ..StateCounters::default() });
        Ok(out)
    }

    fn memories(&mut self) -> Vec<&mut Memory> {
        vec![&mut self.memory]
    }
}
