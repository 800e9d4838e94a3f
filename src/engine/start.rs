//! What `writeStream...start()` asks for, as plain data.

use crate::plan::Frame;
use crate::plan::OutputMode;

/// A query to start.
#[derive(Clone, Debug)]
pub struct QueryStart {
    /// What to compute.
    pub frame: Frame,
    /// `queryName`.
    pub name: Option<String>,
    /// `outputMode`; append where the program does not say.
    pub mode: OutputMode,
    /// `trigger`.
    pub trigger: Trigger,
    /// Where the rows go.
    pub sink: SinkKind,
    /// The writer's options in the order set; keys ignore case. A path given to `start` is the option `path`.
    pub options: Vec<(String, String)>,
    /// `partitionBy`.
    pub partition_by: Vec<String>,
}

/// Where a query's rows go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SinkKind {
    /// `format(name)`: `memory`, `console`, `noop`, `json`, `csv`, `parquet`, `text`, ... as the program wrote it.
    Format(String),
    /// Takes rows in any mode and may restart in any: what a case's `format("memory")` stands for where its program reads no table.
    Recording,
    /// `foreachBatch`: every batch becomes a request to the caller.
    ForeachBatch,
    /// `foreach`: as `foreachBatch`, for a function or object that takes rows.
    Foreach,
    /// `toTable(name)`: a table of the catalog, made where there is none.
    Table {
        /// The name with its parts.
        name: Vec<String>,
        /// The format that the program asks for.
        format: Option<String>,
    },
}

/// When batches run: Spark's `Trigger`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trigger {
    /// As soon as the batch before is done.
    #[default]
    Default,
    /// `processingTime`, in milliseconds; zero is as the default.
    ProcessingTime(i64),
    /// All that is there now, in as many batches as the sources' limits ask for, then the end.
    AvailableNow,
    /// All that is there now in one batch, then the end.
    Once,
    /// `continuous`: rows go through as they come; an epoch ends at each multiple of these milliseconds.
    Continuous(i64),
    /// `realTime`: a batch lasts so many milliseconds.
    RealTime(i64),
}
