//! Limit in append mode. Spark's `StreamingGlobalLimitExec`.

use tidemark::types::Value;

use super::Rule;
use crate::plan::Counters;
use crate::plan::Row;
use crate::plan::Watermarks;

/// Passes the first rows over all batches.
#[derive(Clone)]
pub struct Limit {
    /// How many.
    pub most: usize,
    /// How many there were; none before the first.
    pub passed: Option<usize>,
}

impl Rule for Limit {
    fn name(&self) -> &'static str {
        "globalLimit"
    }

    fn batch(&mut self, mut inputs: Vec<Vec<Row>>, _watermarks: Watermarks) -> (Vec<Row>, Counters) {
        let mut rows = inputs.remove(0);
        rows.truncate(self.most - self.passed.unwrap_or(0));
        if !rows.is_empty() {
            self.passed = Some(self.passed.unwrap_or(0) + rows.len());
        }
        let counters =
            Counters { total: usize::from(self.passed.is_some()), updated: usize::from(!rows.is_empty()), ..Counters::default() };
        (rows, counters)
    }

    fn asks_for(&self) -> Option<usize> {
        Some(self.most)
    }

    fn state(&self) -> Vec<Vec<Row>> {
        vec![self.passed.iter().map(|passed| vec![Value::Long(*passed as i64)]).collect()]
    }

    fn wants_batch(&self) -> bool {
        false
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(self.clone())
    }
}
