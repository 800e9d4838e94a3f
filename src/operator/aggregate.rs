//! Aggregation by keys.
//!
//! Keeps one state row a group: the key, and the aggregates' buffers. Each batch is first aggregated by itself; then late groups are dropped
//! (by the batch before's watermark), the rest merged into the state. Emits, as Spark's `StateStoreSaveExec`: in append mode the groups that this
//! batch's watermark closes; in update mode the groups that got rows; in complete mode all. Evicts closed groups in append and update mode.
//! Without keys there is one group, which exists even over no rows.

use std::rc::Rc;

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::UInt32Array;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_schema::DataType;

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
use super::group_keys::Groups;
use super::group_keys::group;
use super::group_keys::normalized;
use super::group_order;
use super::memory::Expiry;
use super::memory::StateRows;
use super::partial::Partial;
use super::partial::buffer_fields;
use super::rows::take;
use super::watermark::event_times;
use crate::diag::Result;
use crate::expr::ColumnId;
use crate::expr::Typed;
use crate::expr::aggregate::AggregateCall;
use crate::expr::evaluate;
use crate::plan::OutputMode;
use crate::types;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Value;
use crate::types::arrow::value_at;

/// What an aggregation groups by and computes.
#[derive(Clone, Debug)]
pub struct AggregateSpec {
    /// The grouping expressions with the columns that hold them.
    pub keys: Vec<(ColumnId, Field, Typed)>,
    /// The calls with their columns.
    pub calls: Vec<(ColumnId, AggregateCall)>,
    /// Which key carries a watermark: a time, or a window.
    pub event_time: Option<usize>,
    /// The keys' metadata in state files, JSON objects.
    pub metadata: Vec<String>,
    /// Which key is a window, for tracing.
    pub window: Option<usize>,
}

/// Groups and aggregates; with state in a stream, without in a batch query.
#[derive(Debug)]
pub struct Aggregate {
    spec: AggregateSpec,
    ids: Rc<[ColumnId]>,
    memory: Option<Memory>,
}

impl Aggregate {
    /// An aggregation of one batch by itself.
    #[must_use]
    pub fn in_one_go(spec: AggregateSpec) -> Self {
        let ids = spec.keys.iter().map(|key| key.0).chain(spec.calls.iter().map(|call| call.0)).collect();
        Self { spec, ids, memory: None }
    }

    /// An aggregation over all batches of a stream.
    #[must_use]
    pub fn in_stream(spec: AggregateSpec) -> Self {
        let keys = Schema { fields: spec.keys.iter().map(|key| key.1.clone()).collect() };
        let values = Schema { fields: spec.calls.iter().flat_map(|call| buffer_fields(&call.1)).collect() };
        let expiry = spec.event_time.map_or(Expiry::Never, Expiry::Key);
        let file = FileStore {
            name: "default".to_owned(),
            keys: FileColumn::all(&keys, &spec.metadata, Held::Key),
            values: values.fields.iter().enumerate().map(|(index, field)| FileColumn::buffer(field, index)).collect(),
        };
        let memory = Some(Memory::new("stateStoreSave", keys, values, expiry).with_files(vec![file]));
        Self { memory, ..Self::in_one_go(spec) }
    }

    fn emit(&self, keys: Vec<ArrayRef>, partial: &Partial, rows: usize) -> Result<Rows> {
        let columns = keys.into_iter().chain(partial.finish()?).collect();
        Ok(Rows { ids: Rc::clone(&self.ids), columns, rows, origin: None })
    }

    /// Merges the batch's groups into the state and emits what the mode asks for.
    fn save(&mut self, keys: Vec<ArrayRef>, partial: &Partial, context: &BatchContext, report: &mut OperatorReport) -> Result<Rows> {
        let mode = context.mode;
        let mut counters = StateCounters { updated: partial.groups() as u64, ..StateCounters::default() };
        let merged = self.merge_state(&keys, partial)?;
        let memory = self.memory_mut();
        let encoded = memory.encode_keys(&keys, partial.groups());
        memory.put(&encoded, &keys, &merged.buffers());
        let touched = (mode == OutputMode::Update).then(|| self.emit(keys, &merged, merged.groups())).transpose()?;
        let evicted = self.evict(context);
        counters.removed = evicted.as_ref().map_or(0, |rows| rows.rows as u64);
        if let (true, Some(evicted)) = (context.tracing, &evicted) {
            self.note_sealed(evicted, report);
        }
        let out = match (mode, evicted) {
            (OutputMode::Complete, _) => self.finish_state(self.memory_ref().all())?,
            (OutputMode::Append, Some(evicted)) => self.finish_state(evicted)?,
            (OutputMode::Append, None) => self.finish_state(self.memory_ref().none())?,
            (OutputMode::Update, _) => touched.unwrap_or_else(|| unreachable!("update mode emits the touched groups")),
        };
        counters.total = self.memory_ref().len() as u64;
        counters.dropped = report.state.map_or(0, |state| state.dropped);
        report.state = Some(counters);
        Ok(out)
    }

    /// The state's buffers of these groups, with the batch's merged into them: state first, as Spark does, so that `first` stays first.
    fn merge_state(&self, keys: &[ArrayRef], partial: &Partial) -> Result<Partial> {
        let memory = self.memory_ref();
        let encoded = memory.encode_keys(keys, partial.groups());
        let (places, values) = memory.find(&encoded);
        let mut merged = Partial::new(self.calls(), partial.groups());
        merged.merge(&places, &values)?;
        let all: Vec<u32> = (0..partial.groups() as u32).collect();
        merged.merge(&all, &partial.buffers())?;
        Ok(merged)
    }

    fn finish_state(&self, state: StateRows) -> Result<Rows> {
        let mut partial = Partial::new(self.calls(), state.rows);
        let all: Vec<u32> = (0..state.rows as u32).collect();
        partial.merge(&all, &state.values)?;
        self.emit(state.keys, &partial, state.rows)
    }

    fn evict(&mut self, context: &BatchContext) -> Option<StateRows> {
        if context.mode == OutputMode::Complete || self.spec.event_time.is_none() {
            return None;
        }
        context.evict_us.map(|until_us| self.memory_mut().evict(until_us))
    }

    /// The groups that the batch before's watermark has not closed; complete mode drops none.
    fn on_time(&self, keys: &[ArrayRef], groups: usize, context: &BatchContext) -> Option<Vec<bool>> {
        let (event_time, late_us) = (self.spec.event_time?, context.late_us?);
        if context.mode == OutputMode::Complete {
            return None;
        }
        let times = event_times(&keys[event_time]);
        let times = times.as_primitive::<TimestampMicrosecondType>();
        let on_time: Vec<bool> = (0..groups).map(|row| times.is_null(row) || times.value(row) > late_us).collect();
        Some(on_time)
    }

    fn note_groups(&self, rows: &Rows, keys: &[ArrayRef], groups: &Groups, on_time: Option<&[bool]>, report: &mut OperatorReport) {
        let Some(origin) = &rows.origin else { return };
        let texts: Vec<Vec<Value>> = (0..groups.count()).map(|row| self.key_values(keys, row)).collect();
        let windows = self.spec.window.map(|column| windows_of(&keys[column]));
        report.notes.extend(groups.ids.iter().zip(origin.iter()).map(|(group, origin)| {
            let group = *group as usize;
            Note::Grouped {
                origin: *origin,
                key: texts.get(group).cloned().unwrap_or_default(),
                window: windows.as_ref().and_then(|windows| windows[group]),
                counted: on_time.is_none_or(|on_time| on_time[group]),
            }
        }));
    }

    fn key_values(&self, keys: &[ArrayRef], row: usize) -> Vec<Value> {
        let beside = |index: &usize| Some(*index) != self.spec.window && Some(*index) != self.spec.event_time;
        let columns = (0..keys.len()).filter(beside);
        columns.map(|index| value_at(&keys[index], row, &self.spec.keys[index].1.data_type)).collect()
    }

    fn note_sealed(&self, evicted: &StateRows, report: &mut OperatorReport) {
        let Some(column) = self.spec.window else { return };
        for window in windows_of(&evicted.keys[column]).into_iter().flatten() {
            *report.sealed.entry(window).or_default() += 1;
        }
    }

    /// The groups' places in Spark's order.
    fn order(&self, keys: &[ArrayRef], groups: usize) -> UInt32Array {
        let buffers: Vec<types::DataType> = self.calls().flat_map(buffer_fields).map(|field| field.data_type).collect();
        let types: Vec<&types::DataType> = self.spec.keys.iter().map(|key| &key.1.data_type).collect();
        group_order::places(keys, &types, groups, group_order::kind(self.calls(), &buffers))
    }

    fn calls(&self) -> impl Iterator<Item = &AggregateCall> {
        self.spec.calls.iter().map(|call| &call.1)
    }

    fn memory_ref(&self) -> &Memory {
        match &self.memory {
            Some(memory) => memory,
            None => unreachable!("only an aggregation in a stream has state"),
        }
    }

    fn memory_mut(&mut self) -> &mut Memory {
        match &mut self.memory {
            Some(memory) => memory,
            None => unreachable!("only an aggregation in a stream has state"),
        }
    }
}

impl Operator for Aggregate {
    fn name(&self) -> &'static str {
        self.memory.as_ref().map_or("HashAggregate", Memory::name)
    }

    fn process(&mut self, inputs: Vec<Rows>, context: &BatchContext, report: &mut OperatorReport) -> Result<Rows> {
        let [rows] = super::only(inputs);
        let input = context.input(&rows);
        let keys = self.spec.keys.iter().map(|key| Ok(normalized(&evaluate(&key.2, &input)?))).collect::<Result<Vec<_>>>()?;
        let mut groups = group(&keys, rows.rows);
        if keys.is_empty() && groups.firsts.is_empty() {
            groups.firsts.push(0);
        }
        let mut partial = Partial::new(self.calls(), groups.count());
        partial.update(&rows, &groups.ids, context)?;
        let firsts = UInt32Array::from(std::mem::take(&mut groups.firsts));
        let mut keys: Vec<ArrayRef> = keys.iter().map(|key| take(key, &firsts)).collect();
        groups.firsts = firsts.values().to_vec();
        let order = self.order(&keys, groups.count());
        let on_time = self.memory.as_ref().and_then(|_| self.on_time(&keys, groups.count(), context));
        if context.tracing && self.memory.is_some() {
            self.note_groups(&rows, &keys, &groups, on_time.as_deref(), report);
        }
        let kept: UInt32Array =
            order.iter().flatten().filter(|place| on_time.as_ref().is_none_or(|on_time| on_time[*place as usize])).collect();
        if !kept.values().iter().copied().eq(0..groups.count() as u32) {
            report.state = Some(StateCounters { dropped: (groups.count() - kept.len()) as u64, ..StateCounters::default() });
            keys = keys.iter().map(|key| take(key, &kept)).collect();
            partial = partial.take(&kept)?;
        }
        if self.memory.is_none() {
            report.state = None;
            return self.emit(keys, &partial, kept.len());
        }
        self.save(keys, &partial, context, report)
    }

    fn memories(&mut self) -> Vec<&mut Memory> {
        self.memory.iter_mut().collect()
    }

    fn wants_batch_for_watermark(&self, mode: OutputMode) -> bool {
        self.memory.is_some() && mode != OutputMode::Complete
    }
}

/// Start and end of each window, microseconds; none where it is null.
pub(super) fn windows_of(column: &ArrayRef) -> Vec<Option<(i64, i64)>> {
    let DataType::Struct(_) = column.data_type() else { return vec![None; column.len()] };
    let window = column.as_struct();
    let (start, end) =
        (window.column(0).as_primitive::<TimestampMicrosecondType>(), window.column(1).as_primitive::<TimestampMicrosecondType>());
    (0..column.len()).map(|row| column.is_valid(row).then(|| (start.value(row), end.value(row)))).collect()
}

/// Whether a type is a window's: a struct of two times.
#[must_use]
pub fn is_window(data_type: &types::DataType) -> bool {
    let types::DataType::Struct(fields) = data_type else { return false };
    fields.len() == 2 && fields.iter().all(|field| matches!(field.data_type, types::DataType::Timestamp | types::DataType::TimestampNtz))
}
