//! The watermark node: passes every row and notes the event times it saw.
//!
//! Law: it counts all rows that reach it, late ones included, and drops none; microseconds are cut to milliseconds. The watermark itself is the engine's.

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_schema::DataType;

use super::BatchContext;
use super::EventTimeStats;
use super::Note;
use super::Operator;
use super::OperatorReport;
use super::Rows;
use crate::diag::Result;
use crate::expr::ColumnId;

/// Follows the event times of one column. Spark's `EventTimeWatermarkExec`.
#[derive(Debug)]
pub struct EventTimeWatermark {
    number: usize,
    column: ColumnId,
}

impl EventTimeWatermark {
    /// What people call it.
    pub const NAME: &'static str = "EventTimeWatermark";

    /// The `number`-th watermark of its query, over a timestamp column or a window.
    #[must_use]
    pub fn new(number: usize, column: ColumnId) -> Self {
        Self { number, column }
    }
}

impl Operator for EventTimeWatermark {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn process(&mut self, inputs: Vec<Rows>, context: &BatchContext, report: &mut OperatorReport) -> Result<Rows> {
        let [rows] = super::only(inputs);
        let times = event_times(rows.column(self.column));
        report.event_times = Some((self.number, stats(&times)));
        if let (true, Some(origin)) = (context.tracing, &rows.origin) {
            let array = times.as_primitive::<TimestampMicrosecondType>();
            report.notes.extend(origin.iter().zip(array.iter()).map(|(origin, event_us)| Note::EventTime { origin: *origin, event_us }));
        }
        Ok(rows)
    }
}

/// The instants by which rows of this event-time column are judged: the column itself, or a window's end.
#[must_use]
pub fn event_times(column: &ArrayRef) -> ArrayRef {
    match column.data_type() {
        DataType::Struct(_) => {
            let window = column.as_struct();
            let end = super::rows::kernel(
                window
                    .column_by_name("end")
                    .cloned()
                    .ok_or_else(|| arrow_schema::ArrowError::SchemaError("an event-time struct is a window with an end".to_owned())),
            );
            match window.nulls() {
                None => end,
                Some(nulls) => super::rows::kernel(arrow_select::nullif::nullif(&end, &invalid(nulls))),
            }
        }
        _ => column.clone(),
    }
}

fn invalid(nulls: &arrow_buffer::NullBuffer) -> arrow_array::BooleanArray {
    arrow_array::BooleanArray::new(!nulls.inner(), None)
}

fn stats(times: &ArrayRef) -> EventTimeStats {
    let array = times.as_primitive::<TimestampMicrosecondType>();
    let mut stats = EventTimeStats { max_ms: i64::MIN, min_ms: i64::MAX, avg_ms: 0.0, count: 0 };
    let mut sum = 0_i128;
    let mut add = |time_us: i64| {
        let time_ms = time_us.div_euclid(1000);
        stats.max_ms = stats.max_ms.max(time_ms);
        stats.min_ms = stats.min_ms.min(time_ms);
        sum += i128::from(time_ms);
        stats.count += 1;
    };
    match array.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => array.values().iter().for_each(|time_us| add(*time_us)),
        Some(_) => array.iter().flatten().for_each(add),
    }
    if stats.count > 0 {
        stats.avg_ms = sum as f64 / stats.count as f64;
    }
    stats
}
