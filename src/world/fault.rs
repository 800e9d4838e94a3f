//! Planned crashes: the points of a micro-batch at which the driver may die.

/// A point of a micro-batch. Follows the order of `MicroBatchExecution`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CrashPoint {
    /// Offsets are chosen, `offsets/N` is not yet written.
    BeforeOffsetLog,
    /// `offsets/N` is written, no row has been read.
    AfterOffsetLog,
    /// Rows and state are computed, the sink has not got all of them.
    DuringSink,
    /// The sink has all rows, `commits/N` is not yet written.
    BeforeCommit,
}

/// A crash that is planned: once, at this point, in this batch or in whichever comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where in the batch.
    pub point: CrashPoint,
    /// In which batch; none means the next one that passes the point.
    pub batch_id: Option<u64>,
}
