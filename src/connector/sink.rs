//! What a sink is, and the memory sink's table.

use crate::diag::Result;
use crate::types::Schema;
use crate::world::World;
use arrow_array::RecordBatch;

/// How a batch's rows relate to those before: Spark's `OutputMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SinkMode {
    /// New rows only.
    Append,
    /// The whole result.
    Complete,
    /// Changed rows.
    Update,
}

/// A streaming sink as a query holds it.
pub trait Sink {
    /// As in the progress: `MemorySink`, `FileSink[/out]`.
    fn description(&self) -> String;

    /// The query's id, before its first batch: for sinks that write it down.
    fn set_query_id(&mut self, _id: &str) {}

    /// Take the rows of a batch. A batch may come again after a restart.
    ///
    /// # Errors
    /// Spark's, for instance a type that the format cannot hold.
    fn add_batch(&mut self, world: &mut dyn World, batch_id: u64, mode: SinkMode, schema: &Schema, rows: &RecordBatch) -> Result<()>;

    /// `numOutputRows` of the last batch as the progress shows it: -1 where the sink does not count.
    fn output_rows(&self) -> i64 {
        -1
    }
}

/// The table of the memory sink: Spark's `MemorySink`.
#[derive(Clone, Debug, Default)]
pub struct MemoryTable {
    /// The columns.
    pub schema: Schema,
    batches: Vec<RecordBatch>,
    latest_batch_id: Option<u64>,
    fresh_rows: usize,
}

impl MemoryTable {
    /// An empty table.
    #[must_use]
    pub fn new(schema: Schema) -> Self {
        Self { schema, ..Self::default() }
    }

    /// Take the rows of a batch; one that was taken before is left out.
    pub fn add_batch(&mut self, batch_id: u64, mode: SinkMode, rows: &RecordBatch) {
        if self.latest_batch_id.is_some_and(|latest| batch_id <= latest) {
            return;
        }
        if mode == SinkMode::Complete {
            self.batches.clear();
        }
        self.latest_batch_id = Some(batch_id);
        self.fresh_rows = rows.num_rows();
        if rows.num_rows() > 0 {
            self.batches.push(rows.clone());
        }
    }

    /// All rows, in the order in which they came.
    #[must_use]
    pub fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// How many of the last rows came with the latest batch.
    #[must_use]
    pub fn fresh_rows(&self) -> usize {
        self.fresh_rows
    }
}
