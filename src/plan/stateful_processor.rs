//! Arbitrary state: what `transformWithState` calls, and what it offers to what it calls. Spark's `StatefulProcessor` and `StatefulProcessorHandle`.
//!
//! Law: plans and operators know a processor by these traits alone. Values cross as rows; state is kept for the grouping key that is being handled.

use crate::diag::Result;
use crate::types::Schema;
use crate::types::Value;
use std::fmt;
use std::rc::Rc;

/// A row of values.
pub type ValueRow = Vec<Value>;

/// The program's stateful processor.
pub trait StatefulProcessor: fmt::Debug {
    /// A fresh copy for one batch: what an earlier batch left in its attributes is gone.
    ///
    /// # Errors
    /// What copying raises.
    fn start(&self, task: ProcessorTask) -> Result<Box<dyn ProcessorRun>>;
}

/// What a batch tells its processor of the world.
#[derive(Clone, Copy, Debug)]
pub struct ProcessorTask {
    /// The time of the batch, milliseconds since 1970.
    pub now_ms: i64,
    /// For what draws random numbers.
    pub seed: u64,
}

/// A processor at work in one batch. Every call may use the handle.
pub trait ProcessorRun {
    /// `init(handle)`.
    ///
    /// # Errors
    /// What the program raises; so for all calls.
    fn init(&mut self, handle: &mut dyn StatefulProcessorHandle) -> Result<()>;

    /// `handleInputRows(key, rows, timerValues)`: gives the rows that it yields.
    ///
    /// # Errors
    /// What the program raises.
    fn input_rows(
        &mut self,
        handle: &mut dyn StatefulProcessorHandle,
        key: &[Value],
        rows: Vec<ValueRow>,
        times: TimerValues,
    ) -> Result<Vec<ValueRow>>;

    /// `handleInitialState(key, row, timerValues)`.
    ///
    /// # Errors
    /// What the program raises.
    fn initial_state(&mut self, handle: &mut dyn StatefulProcessorHandle, key: &[Value], row: ValueRow, times: TimerValues) -> Result<()>;

    /// `handleExpiredTimer(key, timerValues, expiredTimerInfo)`: gives the rows that it yields.
    ///
    /// # Errors
    /// What the program raises.
    fn expired_timer(
        &mut self,
        handle: &mut dyn StatefulProcessorHandle,
        key: &[Value],
        times: TimerValues,
        expiry_ms: i64,
    ) -> Result<Vec<ValueRow>>;

    /// `close()`.
    ///
    /// # Errors
    /// What the program raises.
    fn close(&mut self, handle: &mut dyn StatefulProcessorHandle) -> Result<()>;
}

/// `TimerValues`: the times of the batch, milliseconds since 1970; -1 where the time mode has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerValues {
    /// `getCurrentProcessingTimeInMs()`.
    pub processing_ms: i64,
    /// `getCurrentWatermarkInMs()`.
    pub watermark_ms: i64,
}

/// The kinds of state variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateKind {
    /// `ValueState`.
    Value,
    /// `ListState`.
    List,
    /// `MapState`.
    Map,
}

/// A state variable as `init` defines it.
#[derive(Clone, Debug, PartialEq)]
pub struct StateVariable {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: StateKind,
    /// The columns of a map's keys; none for other kinds.
    pub entry: Schema,
    /// The columns of its values.
    pub value: Schema,
    /// After so many milliseconds a value is gone.
    pub ttl_ms: Option<i64>,
}

/// What a processor may do with its state: `StatefulProcessorHandle` and its state variables. All of it is the current grouping key's.
///
/// Every call may fail as Spark's does: with the wrong time mode, at the wrong time, on a variable that is not there.
#[allow(clippy::missing_errors_doc, reason = "the errors are told above, once for all")]
pub trait StatefulProcessorHandle {
    /// `getValueState`, `getListState`, `getMapState`.
    fn define(&mut self, variable: StateVariable) -> Result<()>;
    /// `deleteIfExists`.
    fn delete_if_exists(&mut self, name: &str) -> Result<()>;
    /// Whether the variable holds anything.
    fn exists(&mut self, name: &str) -> Result<bool>;
    /// The value, or that of a map's entry.
    fn get(&mut self, name: &str, entry: &[Value]) -> Result<Option<ValueRow>>;
    /// Sets the value, or that of a map's entry.
    fn put(&mut self, name: &str, entry: &[Value], value: ValueRow) -> Result<()>;
    /// Removes a map's entry.
    fn remove(&mut self, name: &str, entry: &[Value]) -> Result<()>;
    /// Removes all that the variable holds.
    fn clear(&mut self, name: &str) -> Result<()>;
    /// The items of a list.
    fn items(&mut self, name: &str) -> Result<Vec<ValueRow>>;
    /// Appends to a list, or replaces it.
    fn append(&mut self, name: &str, items: Vec<ValueRow>, replace: bool) -> Result<()>;
    /// The entries of a map, in Spark's order.
    fn entries(&mut self, name: &str) -> Result<Vec<(ValueRow, ValueRow)>>;
    /// `registerTimer`.
    fn register_timer(&mut self, expiry_ms: i64) -> Result<()>;
    /// `deleteTimer`.
    fn delete_timer(&mut self, expiry_ms: i64) -> Result<()>;
    /// `listTimers`, in Spark's order.
    fn timers(&mut self) -> Result<Vec<i64>>;
}

/// By what time timers and lives are measured. `Display` writes Spark's name: `NoTime`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeMode {
    /// `None`: by no time.
    None,
    /// `ProcessingTime`.
    ProcessingTime,
    /// `EventTime`.
    EventTime,
}

impl TimeMode {
    /// The mode of this name, in any case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "none" => Some(Self::None),
            "processingtime" => Some(Self::ProcessingTime),
            "eventtime" => Some(Self::EventTime),
            _ => None,
        }
    }
}

impl fmt::Display for TimeMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "NoTime",
            Self::ProcessingTime => "ProcessingTime",
            Self::EventTime => "EventTime",
        })
    }
}

/// A processor in a plan. Equal to itself alone.
#[derive(Clone, Debug)]
pub struct Processor(pub Rc<dyn StatefulProcessor>);

impl PartialEq for Processor {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}
