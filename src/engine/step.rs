//! What one step of a query may come to, and the names of queries.

use crate::diag::Diagnostic;
use crate::engine::BatchReport;
use crate::plan::Frame;

/// A query of a session: its number in the order of starts, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QueryId(pub usize);

/// What a step did.
#[derive(Debug)]
pub enum Step {
    /// A micro-batch ran to its end.
    Ran(Box<BatchReport>),
    /// There is nothing to do until data come.
    Idle {
        /// The trigger that listeners are told of, milliseconds since 1970: `onQueryIdle`. None where the last report is not long ago.
        told_ms: Option<i64>,
    },
    /// The trigger's interval is not over: nothing happens before this time, milliseconds since 1970.
    Waiting {
        /// The next trigger.
        until_ms: i64,
    },
    /// A batch waits for the program's `foreachBatch` function: call it with this frame, then [`Session::finish_foreach`](crate::engine::Session::finish_foreach).
    Foreach {
        /// The batch's rows as a batch frame.
        frame: Frame,
        /// The batch's number, the function's second argument.
        batch_id: u64,
    },
    /// The query has ended by itself (`availableNow`, `once`) or had been stopped.
    Ended,
    /// The query died of this: `STREAM_FAILED`. Later steps are `Ended`.
    Failed(Box<Diagnostic>),
    /// A planned fault: the driver died here. The whole program must run again.
    Crashed,
}
