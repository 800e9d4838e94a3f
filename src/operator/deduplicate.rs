//! Deduplication: passes the first row of each key.
//!
//! Keeps the keys, and with `within watermark` when each is forgotten: a delay after its first row's time. Drops rows that the batch before's
//! watermark has passed, whatever their key, and rows whose key is there. Evicts keys that hold the event time, or whose delay is over.

use std::sync::Arc;

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::BooleanArray;
use arrow_array::PrimitiveArray;
use arrow_array::UInt32Array;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;

use super::BatchContext;
use super::Memory;
use super::Note;
use super::Operator;
use super::OperatorReport;
use super::Rows;
use super::StateCounters;
use super::file_layout::FileColumn;
use super::file_layout::FileStore;
use super::file_layout::Held;
use super::group_keys::group;
use super::group_keys::normalized;
use super::memory::Expiry;
use super::rows::take;
use super::watermark::event_times;
use crate::diag::Result;
use crate::expr::ColumnId;
use crate::plan::OutputMode;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::arrow::value_at;

/// A key column of a stream: its id, its field, its metadata in state files.
pub type KeyColumn = (ColumnId, Field, String);

/// Passes the first row of each key, in a stream over all batches, else in one.
#[derive(Debug)]
pub struct Deduplicate {
    keys: Vec<ColumnId>,
    /// The column by which rows are late.
    event_time: Option<ColumnId>,
    /// Microseconds after which a key is forgotten: `dropDuplicatesWithinWatermark`.
    delay_us: Option<i64>,
    memory: Option<Memory>,
}

impl Deduplicate {
    /// The first row of each key of a batch.
    #[must_use]
    pub fn in_one_go(keys: Vec<ColumnId>) -> Self {
        Self { keys, event_time: None, delay_us: None, memory: None }
    }

    /// The first row of each key of a stream. Keys leave the state when the watermark reaches the event time, where that is among them.
    #[must_use]
    pub fn in_stream(keys: Vec<KeyColumn>, event_time: Option<ColumnId>) -> Self {
        let place = event_time.and_then(|event_time| keys.iter().position(|key| key.0 == event_time));
        let expiry = place.map_or(Expiry::Never, Expiry::Key);
        Self::with_memory("dedupe", keys, Schema::default(), expiry, event_time, None)
    }

    /// The first row of each key within a watermark's delay, milliseconds.
    #[must_use]
    pub fn within_watermark(keys: Vec<KeyColumn>, event_time: ColumnId, delay_ms: i64) -> Self {
        let values = Schema { fields: vec![Field::new("expiresAtMicros", DataType::Timestamp)] };
        let delay_us = Some(delay_ms.saturating_mul(1000));
        Self::with_memory("dedupeWithinWatermark", keys, values, Expiry::Value(0), Some(event_time), delay_us)
    }

    fn with_memory(
        name: &'static str,
        keys: Vec<KeyColumn>,
        values: Schema,
        expiry: Expiry,
        event_time: Option<ColumnId>,
        delay_us: Option<i64>,
    ) -> Self {
        let ids = keys.iter().map(|key| key.0).collect();
        let metadata: Vec<String> = keys.iter().map(|key| key.2.clone()).collect();
        let schema = Schema { fields: keys.into_iter().map(|key| key.1).collect() };
        // Spark's rows have a value, if only a null one, and a time of expiry is a bare number.
        let values_there = match values.fields.as_slice() {
            [] => vec![FileColumn::void("__dummy__")],
            _ => vec![FileColumn::new(Field::new("expiresAtMicros", DataType::Long), Held::Value(0))],
        };
        let file = FileStore { name: "default".to_owned(), keys: FileColumn::all(&schema, &metadata, Held::Key), values: values_there };
        let memory = Memory::new(name, schema, values, expiry).with_files(vec![file]);
        Self { keys: ids, event_time, delay_us, memory: Some(memory) }
    }

    /// The rows that are not late.
    fn on_time(&self, rows: Rows, context: &BatchContext, report: &mut OperatorReport) -> Rows {
        let (Some(column), Some(late_us)) = (self.event_time, context.late_us) else { return rows };
        let times = event_times(rows.column(column));
        let times = times.as_primitive::<TimestampMicrosecondType>();
        let mask: BooleanArray = (0..rows.rows).map(|row| Some(times.is_null(row) || times.value(row) > late_us)).collect();
        if let (true, Some(origin)) = (context.tracing, &rows.origin) {
            report.notes.extend((0..rows.rows).filter(|row| !mask.value(*row)).map(|row| Note::Late { origin: origin[row] }));
        }
        rows.filter(&mask)
    }

    fn note_keys(&self, rows: &Rows, report: &mut OperatorReport) {
        let (Some(origin), Some(memory)) = (&rows.origin, &self.memory) else { return };
        let beside_time: Vec<(&ArrayRef, &Field)> = self
            .keys
            .iter()
            .zip(&memory.key_schema().fields)
            .filter(|(id, _)| Some(**id) != self.event_time)
            .map(|(id, field)| (rows.column(*id), field))
            .collect();
        let key = |row: usize| beside_time.iter().map(|(column, field)| value_at(column, row, &field.data_type)).collect();
        report.notes.extend(origin.iter().enumerate().map(|(row, origin)| Note::Keyed { origin: *origin, key: key(row) }));
    }

    fn values(&self, rows: &Rows) -> Vec<ArrayRef> {
        let (Some(delay_us), Some(column)) = (self.delay_us, self.event_time) else { return Vec::new() };
        let times = event_times(rows.column(column));
        // Spark reads a null time's bits, which are zero: its key is forgotten at once.
        let of = |time_us: Option<i64>| Some(time_us.unwrap_or(0).saturating_add(delay_us));
        let expires: PrimitiveArray<TimestampMicrosecondType> = times.as_primitive::<TimestampMicrosecondType>().iter().map(of).collect();
        vec![Arc::new(expires.with_timezone("UTC"))]
    }
}

impl Operator for Deduplicate {
    fn name(&self) -> &'static str {
        self.memory.as_ref().map_or("Deduplicate", Memory::name)
    }

    fn process(&mut self, inputs: Vec<Rows>, context: &BatchContext, report: &mut OperatorReport) -> Result<Rows> {
        let [rows] = super::only(inputs);
        let before = rows.rows;
        if context.tracing {
            self.note_keys(&rows, report);
        }
        let rows = self.on_time(rows, context, report);
        let keys: Vec<ArrayRef> = self.keys.iter().map(|id| normalized(rows.column(*id))).collect();
        let firsts = UInt32Array::from(group(&keys, rows.rows).firsts);
        if self.memory.is_none() {
            // Spark makes an aggregation of it.
            let firsts_by_nulls =
                firsts.values().iter().copied().partition::<Vec<u32>, _>(|row| keys.iter().all(|key| key.is_valid(*row as usize)));
            return Ok(rows.take(&UInt32Array::from([firsts_by_nulls.0, firsts_by_nulls.1].concat())));
        }
        let first_keys: Vec<ArrayRef> = keys.iter().map(|key| take(key, &firsts)).collect();
        let Some(memory) = &self.memory else { unreachable!("checked above") };
        let encoded = memory.encode_keys(&first_keys, firsts.len());
        let fresh: Vec<u32> =
            (0..firsts.len()).filter(|place| !memory.contains(encoded.row(*place).data())).map(|place| place as u32).collect();
        let fresh = UInt32Array::from(fresh);
        let out = rows.take(&super::rows::kernel(arrow_select::take::take(&firsts, &fresh, None)).as_primitive().clone());
        if context.tracing {
            note(&rows, &out, report);
        }
        let new_keys: Vec<ArrayRef> = first_keys.iter().map(|key| take(key, &fresh)).collect();
        let values = self.values(&out);
        let Some(memory) = &mut self.memory else { unreachable!("checked above") };
        let encoded = memory.encode_keys(&new_keys, out.rows);
        memory.put(&encoded, &new_keys, &values);
        let removed = context.evict_us.map_or(0, |until_us| memory.evict(until_us).rows as u64);
        report.state = Some(StateCounters {
            total: memory.len() as u64,
            updated: out.rows as u64,
            removed,
            dropped: (before - rows.rows) as u64,
            duplicates: Some((rows.rows - out.rows) as u64),
        });
        Ok(out)
    }

    fn memories(&mut self) -> Vec<&mut Memory> {
        self.memory.iter_mut().collect()
    }

    fn wants_batch_for_watermark(&self, _mode: OutputMode) -> bool {
        self.memory.is_some()
    }
}

/// Notes which rows were duplicates and which passed.
fn note(rows: &Rows, out: &Rows, report: &mut OperatorReport) {
    let (Some(before), Some(after)) = (&rows.origin, &out.origin) else { return };
    let passed: std::collections::BTreeSet<u32> = after.iter().copied().collect();
    report.notes.extend(before.iter().map(|origin| match passed.contains(origin) {
        true => Note::Passed { origin: *origin },
        false => Note::Duplicate { origin: *origin },
    }));
}
