//! What an operator is told about the batch, and what it tells about it.
//!
//! Law: an operator learns times only from here. Late rows are judged by `late_us`, state is evicted by `evict_us`: they differ by a batch.

use std::collections::BTreeMap;

use super::rows::Rows;
use crate::expr::Input;
use crate::plan::OutputMode;
use crate::types::Schema;
use crate::types::Value;
use crate::types::time::Zone;

/// One micro-batch, as operators see it.
#[derive(Clone, Debug)]
pub struct BatchContext {
    /// Its number.
    pub batch_id: u64,
    /// The watermark that judges late rows, microseconds since 1970: the batch before's. None where the operator's input has no watermark.
    pub late_us: Option<i64>,
    /// The watermark that evicts state, microseconds since 1970: this batch's.
    pub evict_us: Option<i64>,
    /// `current_timestamp()` in this batch, microseconds since 1970.
    pub now_us: i64,
    /// The query's output mode.
    pub mode: OutputMode,
    /// Whether to note each row's fate.
    pub tracing: bool,
    /// The session time zone, in which text is read and written.
    pub zone: Zone,
    /// Draws the numbers of `rand()` and its kin.
    pub seed: u64,
}

impl BatchContext {
    /// These rows as the input of an expression.
    #[must_use]
    pub fn input<'a>(&'a self, rows: &'a Rows) -> Input<'a> {
        Input { ids: &rows.ids, columns: &rows.columns, rows: rows.rows, now_us: self.now_us, zone: &self.zone, seed: self.seed }
    }
}

/// Minimum, maximum, sum and count of the event times that reached a watermark, in milliseconds: Spark's `EventTimeStats`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EventTimeStats {
    /// The largest event time.
    pub max_ms: i64,
    /// The smallest event time.
    pub min_ms: i64,
    /// The mean event time.
    pub avg_ms: f64,
    /// How many rows had an event time; without any, the other numbers mean nothing.
    pub count: u64,
}

/// What a stateful operator counted in a batch: Spark's `StateOperatorProgress`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StateCounters {
    /// Rows in the state after the batch.
    pub total: u64,
    /// Rows put into it.
    pub updated: u64,
    /// Rows evicted from it.
    pub removed: u64,
    /// Rows dropped by the watermark.
    pub dropped: u64,
    /// Rows dropped as duplicates, for deduplication.
    pub duplicates: Option<u64>,
}

/// The metrics of one observation in a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// The frame that was observed.
    pub frame: u64,
    /// The name that the program gave it.
    pub name: String,
    /// The metrics' names and types.
    pub schema: Schema,
    /// The metrics.
    pub values: Vec<Value>,
    /// What they are over no rows.
    pub of_nothing: Vec<Value>,
}

/// One operator's account of a batch.
#[derive(Clone, Debug, Default)]
pub struct OperatorReport {
    /// What people call it: `Filter`, `stateStoreSave`.
    pub name: String,
    /// Rows that came in, over all inputs.
    pub rows_in: u64,
    /// Rows that went out.
    pub rows_out: u64,
    /// Counters, for an operator with state.
    pub state: Option<StateCounters>,
    /// Further counts of an operator with state, by Spark's names, sorted.
    pub metrics: Vec<(&'static str, u64)>,
    /// Event times, for a watermark node: its number and what it saw.
    pub event_times: Option<(usize, EventTimeStats)>,
    /// What it observed, for a node of `observe`.
    pub observed: Option<Observed>,
    /// What it knows of input rows' fates; only while tracing.
    pub notes: Vec<Note>,
    /// The windows that it evicted; only while tracing.
    pub sealed: BTreeMap<(i64, i64), u64>,
}

/// Something that an operator knows about one input row. The batch's report puts a row's notes together.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// Its event time, microseconds; none where it is null.
    EventTime {
        /// The input row.
        origin: u32,
        /// Microseconds since 1970.
        event_us: Option<i64>,
    },
    /// It fell into this group.
    Grouped {
        /// The input row.
        origin: u32,
        /// Its grouping key besides the window.
        key: Vec<Value>,
        /// Its window: start and end, microseconds; none where the grouping has no window.
        window: Option<(i64, i64)>,
        /// Whether it was counted there, or was late.
        counted: bool,
    },
    /// It has this key besides its time, in a deduplication or a join.
    Keyed {
        /// The input row.
        origin: u32,
        /// The key.
        key: Vec<Value>,
    },
    /// It was dropped as late, without a group.
    Late {
        /// The input row.
        origin: u32,
    },
    /// It was dropped as a duplicate.
    Duplicate {
        /// The input row.
        origin: u32,
    },
    /// It passed a stateful operator or reached the sink.
    Passed {
        /// The input row.
        origin: u32,
    },
}
