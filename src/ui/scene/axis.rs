//! The axis of processing time: a column for each micro-batch, as wide as the time that it covers, within reason.
//!
//! A steady trigger makes a linear axis. Batches that follow each other without time between them (a backlog, `availableNow`)
//! keep a column that can be seen, and a long silence does not push everything else out of sight. Columns never change once they are there.

use crate::link::view::Batch;
use std::ops::Deref;

/// Where processing time lies; widths are in units that are milliseconds wherever the trigger is steady.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The run's start, where the first column begins.
    start_ms: i64,
    /// One for each batch, in order.
    columns: Vec<Column>,
    /// How wide a column usually is.
    usual: f64,
}

/// The column of a batch: what came between the batch before and this one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// The batch before ran then.
    pub from_ms: i64,
    /// This one ran then.
    pub to_ms: i64,
    /// The left edge, in units.
    pub left: f64,
    /// The right edge, in units.
    pub right: f64,
}

/// What a column is taken to be as long as nothing is known.
const UNKNOWN: f64 = 5_000.0;

impl Axis {
    /// The axis of a query's batches.
    pub fn new<B: Deref<Target = Batch>>(batches: &[B], start_ms: i64) -> Self {
        let mut axis = Self { start_ms, columns: Vec::with_capacity(batches.len()), usual: UNKNOWN };
        let mut known = false;
        for batch in batches {
            let (from_ms, left) = axis.end();
            let gap = (batch.at_ms - from_ms).max(0) as f64;
            let width = if gap > 0.0 && !known { gap } else { gap.clamp(axis.usual * 0.5, axis.usual * 2.5) };
            axis.columns.push(Column { from_ms, to_ms: batch.at_ms.max(from_ms), left, right: left + width });
            if gap > 0.0 {
                axis.usual = if known { axis.usual * 0.85 + width * 0.15 } else { gap };
                known = true;
            }
        }
        axis
    }

    /// The same axis without the columns before this one.
    #[must_use]
    pub fn from(&self, first: usize) -> Self {
        Self { start_ms: self.start_ms, columns: self.columns[first..].to_vec(), usual: self.usual }
    }

    /// The columns, one for each batch.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// How wide a column usually is, in units.
    #[must_use]
    pub fn usual(&self) -> f64 {
        self.usual
    }

    /// Where a time lies, in units.
    #[must_use]
    pub fn at(&self, ms: f64) -> f64 {
        let index = self.columns.partition_point(|column| (column.to_ms as f64) < ms);
        match self.columns.get(index) {
            Some(column) => column.place(ms),
            None => {
                let (end_ms, end) = self.end();
                end + (ms - end_ms as f64).clamp(0.0, self.usual * 2.5)
            }
        }
    }

    /// The time that lies there.
    #[must_use]
    pub fn time(&self, units: f64) -> f64 {
        let index = self.columns.partition_point(|column| column.right < units);
        match self.columns.get(index) {
            Some(column) => {
                let share = (units - column.left) / (column.right - column.left);
                column.from_ms as f64 + share * (column.to_ms - column.from_ms) as f64
            }
            None => {
                let (end_ms, end) = self.end();
                end_ms as f64 + units - end
            }
        }
    }

    /// Where the last column ends: time and units.
    #[must_use]
    pub fn end(&self) -> (i64, f64) {
        self.columns.last().map_or((self.start_ms, 0.0), |column| (column.to_ms, column.right))
    }
}

impl Column {
    /// Where a time lies within the column; its edges for times outside.
    #[must_use]
    pub fn place(&self, ms: f64) -> f64 {
        let covered = (self.to_ms - self.from_ms) as f64;
        let share = if covered > 0.0 { ((ms - self.from_ms as f64) / covered).clamp(0.0, 1.0) } else { 1.0 };
        self.left + share * (self.right - self.left)
    }

    /// Where the row lies that is `index`-th of `count` in the batch: at its arrival if that was in the column, else evenly spread,
    /// since it waited for its batch (a backlog).
    #[must_use]
    pub fn place_row(&self, arrived_ms: i64, index: usize, count: usize) -> f64 {
        if arrived_ms > self.from_ms && arrived_ms <= self.to_ms {
            return self.place(arrived_ms as f64);
        }
        self.left + (index as f64 + 0.5) / count.max(1) as f64 * (self.right - self.left)
    }
}
