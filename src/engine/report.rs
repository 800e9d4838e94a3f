//! The one record of a micro-batch, from which `lastProgress`, a case's lines, the animation and the grader's evidence are made.
//!
//! Law: everything that happened in the batch is here once; nothing here is computed anew elsewhere.

use arrow_array::RecordBatch;

use crate::operator::EventTimeStats;
use crate::operator::Observed;
use crate::operator::StateCounters;
use crate::plan::OutputMode;
use crate::types::Schema;
use crate::types::Value;

/// What one micro-batch did.
#[derive(Clone, Debug)]
pub struct BatchReport {
    /// The query's name, where it has one.
    pub name: Option<String>,
    /// The query's number in its session, counted from 0 in the order of starts.
    pub query: usize,
    /// The batch's number.
    pub batch_id: u64,
    /// When it was triggered, milliseconds since 1970.
    pub at_ms: i64,
    /// The query's output mode.
    pub mode: OutputMode,
    /// Rows read from all sources, after pushed filters: `numInputRows`.
    pub input_rows: u64,
    /// It ran only because the watermark had moved.
    pub no_data: bool,
    /// The sources in the order of the offset log.
    pub sources: Vec<SourceReport>,
    /// The watermarks; none for a query without `withWatermark`.
    pub watermark: Option<WatermarkReport>,
    /// The sink's columns.
    pub schema: Schema,
    /// The rows handed to the sink.
    pub rows: RecordBatch,
    /// Whether the query ends in a sort, so that the order of `rows` means something.
    pub ordered: bool,
    /// Every operator, root first, as the plan draws them.
    pub operators: Vec<OperatorLine>,
    /// What `observe` saw, sorted by name.
    pub observed: Vec<Observed>,
    /// Fates of input rows, in the order of arrival; empty unless tracing.
    pub fates: Vec<Fate>,
    /// Windows that left the state in this batch, oldest first; empty unless tracing.
    pub sealed: Vec<Sealed>,
    /// Spark's `durationMs`, sorted by name.
    pub durations_ms: Vec<(String, i64)>,
    /// The batch's `StreamingQueryProgress` as compact JSON.
    pub progress: String,
}

/// What one source gave to a batch: Spark's `SourceProgress`.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceReport {
    /// `FileStreamSource[file:/data/orders]`.
    pub description: String,
    /// The offset that the batch began after, as JSON; none at the source's very beginning.
    pub start: Option<String>,
    /// The offset up to which the batch read.
    pub end: Option<String>,
    /// The newest offset that the source knew of.
    pub latest: Option<String>,
    /// Rows read.
    pub input_rows: u64,
    /// What the source says of itself, by name: `avgOffsetsBehindLatest`.
    pub metrics: Vec<(&'static str, String)>,
}

/// The watermarks around a batch, milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WatermarkReport {
    /// Judges late rows in this batch: the batch before's watermark.
    pub late_ms: i64,
    /// Evicts state in this batch: `eventTime.watermark`.
    pub evict_ms: i64,
    /// The next batch's, known at this one's end.
    pub next_ms: i64,
    /// The event times that reached the watermark nodes together; none without a row that has one.
    pub event_times: Option<EventTimeStats>,
    /// The smallest delay of the query's watermarks.
    pub delay_ms: i64,
}

/// One operator of the query in a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct OperatorLine {
    /// `Filter`, `stateStoreSave`.
    pub name: String,
    /// Its place: 0 for the root, children follow their parent, left before right.
    pub depth: usize,
    /// Rows in.
    pub rows_in: u64,
    /// Rows out.
    pub rows_out: u64,
    /// The state's counters: the `state` line of a case.
    pub state: Option<StateCounters>,
    /// Further counts of an operator with state, by Spark's names, sorted.
    pub metrics: Vec<(&'static str, u64)>,
}

/// What became of one input row.
#[derive(Clone, Debug, PartialEq)]
pub struct Fate {
    /// When the source got it, milliseconds since 1970.
    pub arrived_ms: i64,
    /// Its event time, microseconds since 1970; none where it is null.
    pub event_us: Option<i64>,
    /// Its grouping key besides the window.
    pub key: Vec<Value>,
    /// The windows that it falls into.
    pub windows: Vec<WindowFate>,
    /// What the operators did with it.
    pub outcome: Outcome,
}

/// One window of one row, microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowFate {
    /// The window's start.
    pub start_us: i64,
    /// The window's end.
    pub end_us: i64,
    /// Whether the row was counted there.
    pub counted: bool,
}

/// What the operators did with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It reached the state or the sink.
    Counted,
    /// Dropped as late, in every window.
    Late,
    /// Counted in some of its windows, late in the others.
    PartlyLate,
    /// Its event time is null: it is in no window.
    NoEventTime,
    /// Its key was there before.
    Duplicate,
    /// A filter left it out.
    Filtered,
}

/// A window that left the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Its start, microseconds since 1970.
    pub start_us: i64,
    /// Its end.
    pub end_us: i64,
    /// How many state rows of it were evicted.
    pub groups: u64,
    /// How many input rows were counted in it while this run watched.
    pub rows: u64,
}

impl BatchReport {
    /// The stateful operators' counters in Spark's order.
    pub fn state_operators(&self) -> impl Iterator<Item = (&str, StateCounters)> {
        self.operators.iter().filter_map(|operator| Some((operator.name.as_str(), operator.state?)))
    }
}
