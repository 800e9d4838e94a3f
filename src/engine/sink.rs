//! Where a query's rows go.

use arrow_array::RecordBatch;

use super::catalog::Catalog;
use crate::connector::Sink;
use crate::connector::SinkMode;
use crate::diag::Result;
use crate::plan::OutputMode;
use crate::types::Schema;
use crate::world::World;

/// A query's sink.
pub enum SinkSlot {
    /// The memory sink, or `toTable`: a table of the session.
    Table(String),
    /// Takes anything and keeps nothing: the rows are in the report.
    Recording,
    /// The program's function.
    Foreach,
    /// A sink of `connector`: console, noop, files.
    Connected(Box<dyn Sink>),
}

impl SinkSlot {
    /// As in the progress.
    #[must_use]
    pub fn description(&self) -> String {
        match self {
            Self::Table(_) | Self::Recording => "MemorySink".to_owned(),
            Self::Foreach => "ForeachBatchSink".to_owned(),
            Self::Connected(sink) => sink.description(),
        }
    }

    /// `numOutputRows` of a batch of so many rows; -1 where Spark's sink does not count.
    #[must_use]
    pub fn output_rows(&self, rows: usize) -> i64 {
        match self {
            Self::Table(_) | Self::Recording => rows as i64,
            Self::Foreach => -1,
            Self::Connected(sink) => sink.output_rows(),
        }
    }

    /// Hands over a batch. `foreachBatch` is the caller's affair.
    ///
    /// # Errors
    /// What a sink on the disk refuses.
    pub fn add_batch(
        &mut self,
        world: &mut dyn World,
        catalog: &mut Catalog,
        batch_id: u64,
        mode: OutputMode,
        schema: &Schema,
        rows: &RecordBatch,
    ) -> Result<()> {
        match self {
            Self::Recording | Self::Foreach => {}
            Self::Table(name) => {
                if let Some(table) = catalog.table_mut(name) {
                    table.rows.add_batch(batch_id, sink_mode(mode), rows);
                }
            }
            Self::Connected(sink) => sink.add_batch(world, batch_id, sink_mode(mode), schema, rows)?,
        }
        Ok(())
    }
}

/// The mode as Scala prints it: `Append`.
#[must_use]
pub fn mode_name(mode: OutputMode) -> &'static str {
    match mode {
        OutputMode::Append => "Append",
        OutputMode::Update => "Update",
        OutputMode::Complete => "Complete",
    }
}

/// The mode as the sinks of `connector` name it.
#[must_use]
pub fn sink_mode(mode: OutputMode) -> SinkMode {
    match mode {
        OutputMode::Append => SinkMode::Append,
        OutputMode::Update => SinkMode::Update,
        OutputMode::Complete => SinkMode::Complete,
    }
}
