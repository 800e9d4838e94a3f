//! Time windows: keeps nothing between batches, puts each row into every window that its time falls into.
//!
//! Law: a window holds its start and not its end; rows whose time is null are in no window; windows count from 1970-01-01T00:00:00Z plus the start time.

use std::rc::Rc;
use std::sync::Arc;

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::BooleanArray;
use arrow_array::PrimitiveArray;
use arrow_array::StructArray;
use arrow_array::UInt32Array;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;
use arrow_schema::Fields;

use super::BatchContext;
use super::Note;
use super::Operator;
use super::OperatorReport;
use super::Rows;
use super::rows::kernel;
use crate::diag::Result;
use crate::expr::ColumnId;
use crate::expr::Typed;
use crate::expr::evaluate;
use crate::types;

/// What Spark's `TimeWindowing` writes as filter, expand and project.
#[derive(Debug)]
pub struct TimeWindow {
    column: ColumnId,
    fields: Fields,
    time: Typed,
    window_us: i64,
    slide_us: i64,
    start_us: i64,
    /// Whether event times are worth noting: where no watermark below has noted them.
    notes_times: bool,
}

impl TimeWindow {
    /// Windows of this length, distance and shift, microseconds, as a struct column of this id and type.
    #[must_use]
    pub fn new(
        column: ColumnId,
        data_type: &types::DataType,
        time: Typed,
        window_us: i64,
        slide_us: i64,
        start_us: i64,
        notes_times: bool,
    ) -> Self {
        Self { column, fields: struct_fields(data_type), time, window_us, slide_us, start_us, notes_times }
    }

    /// The start of the last window that begins at or before this time.
    fn last_start(&self, time_us: i64) -> i64 {
        time_us.wrapping_sub(time_us.wrapping_sub(self.start_us).rem_euclid(self.slide_us))
    }

    fn tumbling(&self, times: &[i64]) -> Vec<i64> {
        let mut start = i64::MIN;
        times
            .iter()
            .map(|time_us| {
                // Neighbours mostly share their window, and a division costs ten times a comparison.
                if start == i64::MIN || time_us.wrapping_sub(start) as u64 >= self.slide_us as u64 {
                    start = self.last_start(*time_us);
                }
                start
            })
            .collect()
    }

    /// For each pair of a row and a window that holds it: the row and the window's start.
    fn sliding(&self, times: &[i64]) -> (Vec<u32>, Vec<i64>) {
        let windows = self.window_us.div_euclid(self.slide_us) + i64::from(self.window_us.rem_euclid(self.slide_us) != 0);
        let capacity = times.len() * windows as usize;
        let (mut places, mut starts) = (Vec::with_capacity(capacity), Vec::with_capacity(capacity));
        for (row, time_us) in times.iter().enumerate() {
            let last = self.last_start(*time_us);
            for window in 0..windows {
                let start = last.wrapping_sub(window * self.slide_us);
                if *time_us < start.wrapping_add(self.window_us) {
                    places.push(row as u32);
                    starts.push(start);
                }
            }
        }
        (places, starts)
    }
}

impl Operator for TimeWindow {
    fn name(&self) -> &'static str {
        "Expand"
    }

    fn process(&mut self, inputs: Vec<Rows>, context: &BatchContext, report: &mut OperatorReport) -> Result<Rows> {
        let [rows] = super::only(inputs);
        let times = evaluate(&self.time, &context.input(&rows))?;
        if context.tracing && self.notes_times {
            note_times(&rows, &times, report);
        }
        let (rows, times) = with_time(rows, times);
        let times = times.as_primitive::<TimestampMicrosecondType>();
        let (rows, starts) = if self.window_us == self.slide_us {
            let starts = self.tumbling(times.values());
            (rows, starts)
        } else {
            let (places, starts) = self.sliding(times.values());
            (rows.take(&UInt32Array::from(places)), starts)
        };
        let ends: Vec<i64> = starts.iter().map(|start| start.wrapping_add(self.window_us)).collect();
        Ok(prefixed(self.column, window_column(&self.fields, starts, ends), rows))
    }
}

/// Notes each row's event time.
pub(super) fn note_times(rows: &Rows, times: &ArrayRef, report: &mut OperatorReport) {
    if let Some(origin) = &rows.origin {
        let array = times.as_primitive::<TimestampMicrosecondType>();
        report.notes.extend(origin.iter().zip(array.iter()).map(|(origin, event_us)| Note::EventTime { origin: *origin, event_us }));
    }
}

/// The rows that have a time, with their times.
pub(super) fn with_time(rows: Rows, times: ArrayRef) -> (Rows, ArrayRef) {
    if times.null_count() == 0 {
        return (rows, times);
    }
    let mask = is_not_null(&times);
    let kept = kernel(arrow_select::filter::filter(&times, &mask));
    (rows.filter(&mask), kept)
}

fn is_not_null(column: &ArrayRef) -> BooleanArray {
    let bits = column.nulls().map_or_else(|| BooleanBuffer::new_set(column.len()), |nulls| nulls.inner().clone());
    BooleanArray::new(bits, None)
}

/// A column of windows.
pub(super) fn window_column(fields: &Fields, starts: Vec<i64>, ends: Vec<i64>) -> ArrayRef {
    let timed = |values: Vec<i64>, data_type: &DataType| -> ArrayRef {
        let array = PrimitiveArray::<TimestampMicrosecondType>::from_iter_values(values);
        Arc::new(array.with_data_type(data_type.clone()))
    };
    let columns = vec![timed(starts, fields[0].data_type()), timed(ends, fields[1].data_type())];
    Arc::new(StructArray::new(fields.clone(), columns, None))
}

/// The rows with one more column before the others.
pub(super) fn prefixed(id: ColumnId, column: ArrayRef, rows: Rows) -> Rows {
    let ids: Rc<[ColumnId]> = std::iter::once(id).chain(rows.ids.iter().copied()).collect();
    let mut columns = Vec::with_capacity(rows.columns.len() + 1);
    columns.push(column);
    columns.extend(rows.columns);
    Rows { ids, columns, rows: rows.rows, origin: rows.origin }
}

/// The Arrow fields of a window's struct type.
///
/// # Panics
/// Where the plan made a window column of another type: our own bug.
pub(super) fn struct_fields(data_type: &types::DataType) -> Fields {
    match types::arrow::arrow_type(data_type) {
        DataType::Struct(fields) if fields.len() == 2 => fields,
        other => panic!("a window column is a struct of start and end, not {other}"),
    }
}
