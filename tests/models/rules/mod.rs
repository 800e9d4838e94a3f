//! Spark's rules for each operator with state, over plain rows.

pub mod aggregation;
pub mod deduplication;
pub mod join;
pub mod limit;
pub mod sessions;

use crate::plan::Counters;
use crate::plan::Row;
use crate::plan::Watermarks;

/// An operator with state.
pub trait Rule {
    /// Spark's `operatorName`.
    fn name(&self) -> &'static str;

    /// Takes a batch and gives what it emits.
    fn batch(&mut self, inputs: Vec<Vec<Row>>, watermarks: Watermarks) -> (Vec<Row>, Counters);

    /// The rows of each of its stores: keys, then values; sorted.
    fn state(&self) -> Vec<Vec<Row>>;

    /// Whether a batch without data is worth running once the watermark has moved.
    fn wants_batch(&self) -> bool;

    /// How many rows it asks its input for; none where it takes all.
    fn asks_for(&self) -> Option<usize> {
        None
    }

    /// The watermark of what it emits, given its input's, milliseconds.
    fn output_watermark_ms(&self, input_ms: i64) -> i64 {
        input_ms
    }

    /// A copy of it with its state.
    fn boxed(&self) -> Box<dyn Rule>;
}

impl Clone for Box<dyn Rule> {
    fn clone(&self) -> Self {
        self.boxed()
    }
}
