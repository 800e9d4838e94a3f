//! Limit and offset within one batch: keep nothing between batches.

use arrow_array::UInt32Array;

use super::BatchContext;
use super::Operator;
use super::OperatorReport;
use super::Rows;
use crate::diag::Result;

/// Leaves out the first rows of a batch and passes at most so many of the rest.
#[derive(Debug)]
pub struct Limit {
    offset: usize,
    count: usize,
}

impl Limit {
    /// The first rows.
    #[must_use]
    pub fn first(count: u64) -> Self {
        Self { offset: 0, count: usize::try_from(count).unwrap_or(usize::MAX) }
    }

    /// All but the first rows.
    #[must_use]
    pub fn skip(count: u64) -> Self {
        Self { offset: usize::try_from(count).unwrap_or(usize::MAX), count: usize::MAX }
    }
}

impl Operator for Limit {
    fn name(&self) -> &'static str {
        if self.offset > 0 { "Offset" } else { "GlobalLimit" }
    }

    fn process(&mut self, inputs: Vec<Rows>, _context: &BatchContext, _report: &mut OperatorReport) -> Result<Rows> {
        let [rows] = super::only(inputs);
        if self.offset == 0 {
            return Ok(rows.head(self.count));
        }
        let start = self.offset.min(rows.rows);
        let places: UInt32Array = (start as u32..rows.rows as u32).collect();
        Ok(rows.take(&places))
    }
}
