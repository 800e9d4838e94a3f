//! Session windows: each row opens a session of its own, and sessions of a key that touch become one.
//!
//! Keeps one state row a session: its key and start, its window and the aggregates' buffers. A session that the batch before's watermark has passed
//! is dropped before it is merged; merging replaces the sessions it swallows. Emits and evicts as the other aggregations do; update mode is refused.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::BooleanArray;
use arrow_array::UInt32Array;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_schema::Fields;

use super::AggregateSpec;
use super::BatchContext;
use super::Memory;
use super::Note;
use super::Operator;
use super::OperatorReport;
use super::Rows;
use super::StateCounters;
use super::aggregate::windows_of;
use super::file_layout::FileColumn;
use super::file_layout::FileStore;
use super::file_layout::Held;
use super::group_keys::group;
use super::group_keys::normalized;
use super::memory::Expiry;
use super::memory::Prefixed;
use super::memory::StateRows;
use super::partial::Partial;
use super::partial::buffer_fields;
use super::rows::kernel;
use super::rows::take;
use super::time_window::note_times;
use super::time_window::prefixed;
use super::time_window::struct_fields;
use super::time_window::window_column;
use super::time_window::with_time;
use crate::diag::Result;
use crate::expr::ColumnId;
use crate::expr::Typed;
use crate::expr::aggregate::AggregateCall;
use crate::expr::evaluate;
use crate::plan::OutputMode;
use crate::types;
use crate::types::Field;
use crate::types::Schema;
use crate::types::arrow::value_at;

/// Gives each row the session `[time, end)` of its own. Rows without a time, and those whose session would be empty, are left out.
#[derive(Debug)]
pub struct SessionWindow {
    column: ColumnId,
    fields: Fields,
    time: Typed,
    end: Typed,
    notes_times: bool,
}

impl SessionWindow {
    /// Sessions from a time to an end as a struct column of this id and type.
    #[must_use]
    pub fn new(column: ColumnId, data_type: &types::DataType, time: Typed, end: Typed, notes_times: bool) -> Self {
        Self { column, fields: struct_fields(data_type), time, end, notes_times }
    }
}

impl Operator for SessionWindow {
    fn name(&self) -> &'static str {
        "Project"
    }

    fn process(&mut self, inputs: Vec<Rows>, context: &BatchContext, report: &mut OperatorReport) -> Result<Rows> {
        let [rows] = super::only(inputs);
        let times = evaluate(&self.time, &context.input(&rows))?;
        if context.tracing && self.notes_times {
            note_times(&rows, &times, report);
        }
        let (rows, times) = with_time(rows, times);
        let starts = times.as_primitive::<TimestampMicrosecondType>().values().to_vec();
        let ends = evaluate(&self.end, &context.input(&rows))?;
        let ends = ends.as_primitive::<TimestampMicrosecondType>();
        let open: BooleanArray =
            starts.iter().enumerate().map(|(row, start)| Some(ends.is_valid(row) && ends.value(row) > *start)).collect();
        let kept = |values: &[i64]| {
            values.iter().zip(open.iter()).filter(|(_, open)| *open == Some(true)).map(|(value, _)| *value).collect::<Vec<i64>>()
        };
        let (starts, ends) = (kept(&starts), kept(ends.values()));
        let rows = rows.filter(&open);
        Ok(prefixed(self.column, window_column(&self.fields, starts, ends), rows))
    }
}

/// Groups by keys and sessions, and aggregates.
#[derive(Debug)]
pub struct MergeSessions {
    spec: AggregateSpec,
    /// Which key is the session.
    session: usize,
    fields: Fields,
    ids: Rc<[ColumnId]>,
    memory: Option<Memory>,
}

/// Sessions with their buffers: new ones of the batch, or those of the state.
struct Sessions {
    /// Key columns without the session.
    keys: Vec<ArrayRef>,
    starts: Vec<i64>,
    ends: Vec<i64>,
    buffers: Vec<ArrayRef>,
}

impl MergeSessions {
    /// An aggregation whose key `session` is a session window; with state in a stream.
    #[must_use]
    pub fn new(spec: AggregateSpec, session: usize, in_stream: bool) -> Self {
        let ids = spec.keys.iter().map(|key| key.0).chain(spec.calls.iter().map(|call| call.0)).collect();
        let fields = struct_fields(&spec.keys[session].1.data_type);
        let memory = in_stream.then(|| memory_of(&spec, session));
        Self { spec, session, fields, ids, memory }
    }

    fn calls(&self) -> impl Iterator<Item = &AggregateCall> {
        self.spec.calls.iter().map(|call| &call.1)
    }

    /// Keys with the session at its place again, and the results.
    fn emit(&self, sessions: &Sessions) -> Result<Rows> {
        let rows = sessions.starts.len();
        let mut partial = Partial::new(self.calls(), rows);
        let all: Vec<u32> = (0..rows as u32).collect();
        partial.merge(&all, &sessions.buffers)?;
        let mut columns = sessions.keys.clone();
        columns.insert(self.session, window_column(&self.fields, sessions.starts.clone(), sessions.ends.clone()));
        columns.extend(partial.finish()?);
        Ok(Rows { ids: Rc::clone(&self.ids), columns, rows, origin: None })
    }

    /// The rows' own sessions, equal ones as one, without those that are late; and for each row its session's place.
    fn own_sessions(&self, rows: &Rows, context: &BatchContext, report: &mut OperatorReport) -> Result<Sessions> {
        let input = context.input(rows);
        let keys = self.spec.keys.iter().map(|key| Ok(normalized(&evaluate(&key.2, &input)?))).collect::<Result<Vec<_>>>()?;
        let groups = group(&keys, rows.rows);
        let mut partial = Partial::new(self.calls(), groups.count());
        partial.update(rows, &groups.ids, context)?;
        let firsts = UInt32Array::from(groups.firsts.clone());
        let keys: Vec<ArrayRef> = keys.iter().map(|key| take(key, &firsts)).collect();
        let windows: Vec<(i64, i64)> = windows_of(&keys[self.session]).into_iter().flatten().collect();
        // Complete mode drops late rows too: unlike other aggregations, sessions are judged before they meet the state.
        let late_us = context.late_us.filter(|_| self.spec.event_time.is_some() && self.memory.is_some());
        let on_time = |place: &usize| late_us.is_none_or(|late_us| windows[*place].1 > late_us);
        let kept: Vec<u32> = (0..windows.len()).filter(on_time).map(|place| place as u32).collect();
        report.state = Some(StateCounters { dropped: (windows.len() - kept.len()) as u64, ..StateCounters::default() });
        if context.tracing {
            self.note_rows(rows, &keys, &groups.ids, &windows, late_us, report);
        }
        let kept = UInt32Array::from(kept);
        let mut keys: Vec<ArrayRef> = keys.iter().map(|key| take(key, &kept)).collect();
        keys.remove(self.session);
        let chosen = |part: fn(&(i64, i64)) -> i64| kept.values().iter().map(|place| part(&windows[*place as usize])).collect();
        Ok(Sessions { keys, starts: chosen(|window| window.0), ends: chosen(|window| window.1), buffers: partial.take(&kept)?.buffers() })
    }

    fn note_rows(
        &self,
        rows: &Rows,
        keys: &[ArrayRef],
        ids: &[u32],
        windows: &[(i64, i64)],
        late_us: Option<i64>,
        report: &mut OperatorReport,
    ) {
        let Some(origin) = &rows.origin else { return };
        report.notes.extend(ids.iter().zip(origin.iter()).map(|(group, origin)| {
            let place = *group as usize;
            let key = (0..keys.len())
                .filter(|index| *index != self.session)
                .map(|index| value_at(&keys[index], place, &self.spec.keys[index].1.data_type))
                .collect();
            let counted = late_us.is_none_or(|late_us| windows[place].1 > late_us);
            Note::Grouped { origin: *origin, key, window: Some(windows[place]), counted }
        }));
    }

    /// Merges the batch's sessions with the state's of the same keys, and writes all of them. Counts updated and removed rows.
    fn save(&mut self, own: Sessions, counters: &mut StateCounters) -> Result<()> {
        let base = group(&own.keys, own.starts.len());
        let firsts = UInt32Array::from(base.firsts.clone());
        let base_keys: Vec<ArrayRef> = own.keys.iter().map(|key| take(key, &firsts)).collect();
        let (kept, kept_ids, kept_keys) = self.stored(&base_keys, base.count());
        let merged = self.merge(&base_keys, &[(&kept, &kept_ids), (&own, &base.ids)])?;
        let memory = self.memory_mut();
        let columns = state_keys(&merged);
        let values = std::iter::once(window_column_of(memory, &merged)).chain(merged.buffers.iter().cloned()).collect::<Vec<_>>();
        let encoded = memory.encode_keys(&columns, merged.starts.len());
        let fresh: std::collections::BTreeSet<&[u8]> = encoded.iter().map(|key| key.data()).collect();
        counters.removed += memory.remove(kept_keys.iter().map(Vec::as_slice).filter(|key| !fresh.contains(key)));
        // All sessions of a key that the batch touches are written, changed or not, as `StreamingSessionWindowStateManagerImplV1` does.
        counters.updated += merged.starts.len() as u64;
        memory.put(&encoded, &columns, &values);
        Ok(())
    }

    /// The state's sessions of these keys, each one's key number, and its bytes in the state.
    fn stored(&mut self, base_keys: &[ArrayRef], count: usize) -> (Sessions, Vec<u32>, Vec<Vec<u8>>) {
        let prefix = super::codec::Codec::new(
            &self
                .spec
                .keys
                .iter()
                .enumerate()
                .filter(|(index, _)| *index != self.session)
                .map(|(_, key)| key.1.data_type.clone())
                .collect::<Vec<_>>(),
        );
        let prefixes = prefix.encode(base_keys, count);
        let memory = self.memory_mut();
        let Prefixed { rows, keys, ends } = memory.with_prefixes(prefixes.iter().map(|prefix| prefix.data()));
        let mut start = 0;
        let ids = ends.iter().enumerate().flat_map(|(number, end)| {
            let count = end - std::mem::replace(&mut start, *end);
            std::iter::repeat_n(number as u32, count as usize)
        });
        (sessions_of(&rows), ids.collect(), keys)
    }

    /// Joins sessions of a key that touch or overlap, in the order of their starts.
    fn merge(&self, base_keys: &[ArrayRef], parts: &[(&Sessions, &Vec<u32>)]) -> Result<Sessions> {
        let mut entries: Vec<(u32, i64, i64, usize, u32)> = Vec::new();
        for (part, (sessions, ids)) in parts.iter().enumerate() {
            let rows = ids.iter().enumerate();
            entries.extend(rows.map(|(row, id)| (*id, sessions.starts[row], sessions.ends[row], part, row as u32)));
        }
        entries.sort_by_key(|(id, start, _, part, row)| (*id, *start, *part, *row));
        let (mut owners, mut starts, mut ends, mut groups) = (Vec::<u32>::new(), Vec::<i64>::new(), Vec::<i64>::new(), Vec::<u32>::new());
        for (id, start, end, ..) in &entries {
            match (owners.last(), ends.last_mut()) {
                (Some(owner), Some(open)) if owner == id && start <= open => *open = (*open).max(*end),
                _ => {
                    owners.push(*id);
                    starts.push(*start);
                    ends.push(*end);
                }
            }
            groups.push(owners.len() as u32 - 1);
        }
        let places: Vec<(usize, usize)> = entries.iter().map(|entry| (entry.3, entry.4 as usize)).collect();
        let buffers: Vec<ArrayRef> = (0..parts.first().map_or(0, |part| part.0.buffers.len()))
            .map(|column| {
                let arrays: Vec<&dyn Array> = parts.iter().map(|part| part.0.buffers[column].as_ref()).collect();
                kernel(arrow_select::interleave::interleave(&arrays, &places))
            })
            .collect();
        let mut partial = Partial::new(self.calls(), starts.len());
        partial.merge(&groups, &buffers)?;
        let owners = UInt32Array::from(owners);
        Ok(Sessions { keys: base_keys.iter().map(|key| take(key, &owners)).collect(), starts, ends, buffers: partial.buffers() })
    }

    fn memory_mut(&mut self) -> &mut Memory {
        match &mut self.memory {
            Some(memory) => memory,
            None => unreachable!("only sessions of a stream have state"),
        }
    }
}

impl Operator for MergeSessions {
    fn name(&self) -> &'static str {
        self.memory.as_ref().map_or("MergingSessions", Memory::name)
    }

    fn process(&mut self, inputs: Vec<Rows>, context: &BatchContext, report: &mut OperatorReport) -> Result<Rows> {
        let [rows] = super::only(inputs);
        let own = self.own_sessions(&rows, context, report)?;
        if self.memory.is_none() {
            report.state = None;
            let base = group(&own.keys, own.starts.len());
            let firsts = UInt32Array::from(base.firsts.clone());
            let base_keys: Vec<ArrayRef> = own.keys.iter().map(|key| take(key, &firsts)).collect();
            let merged = self.merge(&base_keys, &[(&own, &base.ids)])?;
            return self.emit(&merged);
        }
        let mut counters = report.state.unwrap_or_default();
        self.save(own, &mut counters)?;
        let evicts = context.mode != OutputMode::Complete && self.spec.event_time.is_some();
        let memory = self.memory_mut();
        let evicted = match context.evict_us.filter(|_| evicts) {
            Some(until_us) => memory.evict(until_us),
            None => memory.none(),
        };
        let out = if context.mode == OutputMode::Complete { sessions_of(&memory.all()) } else { sessions_of(&evicted) };
        counters.removed += evicted.rows as u64;
        counters.total = memory.len() as u64;
        report.state = Some(counters);
        if context.tracing {
            let sealed = out.starts.iter().zip(&out.ends).filter(|_| evicts);
            let mut counts: BTreeMap<(i64, i64), u64> = BTreeMap::new();
            sealed.for_each(|(start, end)| *counts.entry((*start, *end)).or_default() += 1);
            report.sealed = counts;
        }
        self.emit(&out)
    }

    fn memories(&mut self) -> Vec<&mut Memory> {
        self.memory.iter_mut().collect()
    }

    fn wants_batch_for_watermark(&self, mode: OutputMode) -> bool {
        self.memory.is_some() && mode != OutputMode::Complete
    }
}

/// State rows of sessions: key columns and the start; the window and the buffers.
fn memory_of(spec: &AggregateSpec, session: usize) -> Memory {
    let window = spec.keys[session].1.clone();
    let start = Field::new("sessionStartTime", types::DataType::Timestamp);
    let beside = spec.keys.iter().enumerate().filter(|(index, _)| *index != session).map(|(_, key)| key.1.clone());
    let keys: Vec<Field> = beside.chain([start]).collect();
    let values: Vec<Field> = std::iter::once(window).chain(spec.calls.iter().flat_map(|call| buffer_fields(&call.1))).collect();
    let prefix = keys.len() - 1;
    let expiry = if spec.event_time.is_some() { Expiry::Value(0) } else { Expiry::Never };
    let file = file_of(spec, session, &keys, &values);
    let memory = Memory::new("sessionWindowStateStoreSaveExec", Schema { fields: keys }, Schema { fields: values }, expiry);
    memory.with_prefix(prefix).with_files(vec![file])
}

/// The files' rows have all grouping keys again among their values, the session at its place.
fn file_of(spec: &AggregateSpec, session: usize, keys: &[Field], values: &[Field]) -> FileStore {
    let metadata = |index: usize| spec.metadata.get(index).cloned().unwrap_or_else(|| "{}".to_owned());
    let beside: Vec<usize> = (0..spec.keys.len()).filter(|index| *index != session).collect();
    let key = |(place, field): (usize, &Field)| FileColumn {
        field: field.clone(),
        metadata: beside.get(place).map_or_else(|| "{}".to_owned(), |index| metadata(*index)),
        held: Held::Key(place),
    };
    let grouping = |(index, key): (usize, &(ColumnId, Field, Typed))| FileColumn {
        field: key.1.clone(),
        metadata: metadata(index),
        held: beside.iter().position(|other| *other == index).map_or(Held::Value(0), Held::Key),
    };
    let buffers = values.iter().enumerate().skip(1).map(|(place, field)| FileColumn::buffer(field, place));
    FileStore {
        name: "default".to_owned(),
        keys: keys.iter().enumerate().map(key).collect(),
        values: spec.keys.iter().enumerate().map(grouping).chain(buffers).collect(),
    }
}

fn sessions_of(rows: &StateRows) -> Sessions {
    let windows = windows_of(&rows.values[0]);
    Sessions {
        keys: rows.keys[..rows.keys.len() - 1].to_vec(),
        starts: windows.iter().flatten().map(|window| window.0).collect(),
        ends: windows.iter().flatten().map(|window| window.1).collect(),
        buffers: rows.values[1..].to_vec(),
    }
}

fn state_keys(sessions: &Sessions) -> Vec<ArrayRef> {
    let starts = arrow_array::TimestampMicrosecondArray::from(sessions.starts.clone()).with_timezone("UTC");
    sessions.keys.iter().cloned().chain([Arc::new(starts) as ArrayRef]).collect()
}

fn window_column_of(memory: &Memory, sessions: &Sessions) -> ArrayRef {
    let fields = struct_fields(&memory.value_schema().fields[0].data_type);
    window_column(&fields, sessions.starts.clone(), sessions.ends.clone())
}
