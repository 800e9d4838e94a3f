//! Arbitrary state: the program's stateful processor on the rows of each grouping key. Spark's `TransformWithStateInPySparkExec`.
//!
//! Keeps what the processor puts into its state variables, and its timers. In event-time mode it drops rows that the batch before's watermark has passed. Keys are
//! handled in their order, then the timers that are due, by this batch's watermark or time; then values whose life is over are removed.
//!
//! Law: the processor is a fresh copy in each batch: what outlives a batch is in its state.

use arrow_array::Array;
use arrow_array::BooleanArray;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;

use super::BatchContext;
use super::Column;
use super::Memory;
use super::Note;
use super::Operator;
use super::OperatorReport;
use super::Rows;
use super::StateCounters;
use super::StateRow;
use super::StateView;
use super::codec::Codec;
use super::memory::Expiry;
use super::state_variables::Counts;
use super::state_variables::Phase;
use super::state_variables::StateVariables;
use super::watermark::event_times;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::ColumnId;
use crate::plan::OutputMode;
use crate::plan::Processor;
use crate::plan::ProcessorRun;
use crate::plan::ProcessorTask;
use crate::plan::StateKind;
use crate::plan::StateVariable;
use crate::plan::TimeMode;
use crate::plan::TimerValues;
use crate::plan::ValueRow;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Value;
use crate::types::arrow::array_of;
use crate::types::arrow::value_at;
use crate::world::Disk;

/// What lowering knows of a `transformWithState`.
#[derive(Clone, Debug)]
pub struct TransformSpec {
    /// The program's processor.
    pub processor: Processor,
    /// The grouping keys: columns of the input, with their names and types.
    pub keys: Vec<(ColumnId, Field)>,
    /// The input's columns, in order.
    pub input: Vec<Column>,
    /// The initial state's grouping keys and columns; none without it.
    pub initial: Option<(Vec<ColumnId>, Vec<Column>)>,
    /// The output's columns, in order.
    pub output: Vec<Column>,
    /// By what time timers and lives are measured.
    pub time_mode: TimeMode,
    /// The output mode that `transformWithState` was given.
    pub output_mode: OutputMode,
    /// The input's event time, by which rows are late.
    pub event_time: Option<ColumnId>,
    /// The output's column that was named as its event time.
    pub output_event_time: Option<ColumnId>,
    /// Whether the input is a stream; without, the state is gone after the batch.
    pub in_stream: bool,
}

/// Runs a stateful processor.
#[derive(Debug)]
pub struct TransformWithState {
    spec: TransformSpec,
    key: Schema,
    memory: Memory,
    /// The variables that `init` has last defined.
    variables: Vec<StateVariable>,
}

/// One grouping key's rows: places in the input, and in the initial state.
struct Group {
    key: ValueRow,
    initial: Vec<usize>,
    rows: Vec<usize>,
}

impl TransformWithState {
    /// Spark's `operatorName`.
    pub const NAME: &'static str = "transformWithStateInPySparkExec";

    /// The operator.
    #[must_use]
    pub fn new(spec: TransformSpec) -> Self {
        let key = Schema { fields: spec.keys.iter().map(|key| key.1.clone()).collect() };
        let binary = |name: &str| Schema { fields: vec![Field::new(name, DataType::Binary)] };
        let memory = Memory::new(Self::NAME, binary("key"), binary("value"), Expiry::Bytes).with_files(Vec::new());
        Self { spec, key, memory, variables: Vec::new() }
    }

    fn task(context: &BatchContext) -> ProcessorTask {
        ProcessorTask { now_ms: context.now_us.div_euclid(1000), seed: context.seed }
    }

    /// The rows that are not late.
    fn on_time(&self, rows: Rows, context: &BatchContext, report: &mut OperatorReport) -> Rows {
        let (Some(column), Some(late_us)) = (self.spec.event_time.filter(|_| self.spec.time_mode == TimeMode::EventTime), context.late_us)
        else {
            return rows;
        };
        let times = event_times(rows.column(column));
        let times = times.as_primitive::<TimestampMicrosecondType>();
        let mask: BooleanArray = (0..rows.rows).map(|row| Some(times.is_null(row) || times.value(row) > late_us)).collect();
        if let (true, Some(origin)) = (context.tracing, &rows.origin) {
            report.notes.extend((0..rows.rows).filter(|row| !mask.value(*row)).map(|row| Note::Late { origin: origin[row] }));
        }
        rows.filter(&mask)
    }

    /// The rows by key, keys in their order, rows as they came.
    fn groups(&self, rows: &Rows, initial: Option<&Rows>) -> Vec<Group> {
        let types: Vec<DataType> = self.key.fields.iter().map(|field| field.data_type.clone()).collect();
        let codec = Codec::new(&types);
        let mut groups: std::collections::BTreeMap<Vec<u8>, Group> = std::collections::BTreeMap::new();
        let mut add = |rows: &Rows, ids: &[ColumnId], is_initial: bool| {
            let columns: Vec<_> = ids.iter().map(|id| super::group_keys::normalized(rows.column(*id))).collect();
            for (place, bytes) in codec.encode(&columns, rows.rows).iter().enumerate() {
                let key = || columns.iter().zip(&types).map(|(column, data_type)| value_at(column, place, data_type)).collect();
                let group =
                    groups.entry(bytes.data().to_vec()).or_insert_with(|| Group { key: key(), initial: Vec::new(), rows: Vec::new() });
                if is_initial { group.initial.push(place) } else { group.rows.push(place) }
            }
        };
        let ids: Vec<ColumnId> = self.spec.keys.iter().map(|key| key.0).collect();
        add(rows, &ids, false);
        if let (Some(initial), Some((keys, _))) = (initial, &self.spec.initial) {
            add(initial, keys, true);
        }
        groups.into_values().collect()
    }

    /// Handles all rows and timers of a batch; gives what was yielded.
    fn handle(
        &mut self,
        rows: &Rows,
        initial: Option<&Rows>,
        times: TimerValues,
        context: &BatchContext,
    ) -> Result<(Vec<ValueRow>, Counts, u64)> {
        let groups = self.groups(rows, initial);
        let mut run = self.spec.processor.0.start(Self::task(context))?;
        let now_ms = context.now_us.div_euclid(1000);
        let mut handle = StateVariables::new(Some(&mut self.memory), &self.key, self.spec.time_mode, now_ms);
        let mut out = Vec::new();
        run.init(&mut handle)?;
        handle.phase = Phase::Initialized;
        let initial_columns = self.spec.initial.as_ref().map_or(&[][..], |initial| &initial.1);
        // The rows of the initial state reach Python in a batch before those of the input.
        for group in &groups {
            handle.set_key(&group.key);
            for place in &group.initial {
                let row = initial.map(|initial| row_at(initial, initial_columns, *place)).unwrap_or_default();
                run.initial_state(&mut handle, &group.key, row, times)?;
            }
        }
        for group in groups {
            handle.set_key(&group.key);
            if !group.rows.is_empty() {
                let given = group.rows.iter().map(|place| row_at(rows, &self.spec.input, *place)).collect();
                out.extend(run.input_rows(&mut handle, &group.key, given, times)?);
            }
        }
        expire(&mut *run, &mut handle, self.spec.time_mode, times, &mut out)?;
        handle.phase = Phase::TimerProcessed;
        run.close(&mut handle)?;
        handle.evict_outlived();
        let (counts, total) = (handle.counts, handle.total());
        self.variables = std::mem::take(&mut handle.defined);
        Ok((out, counts, total))
    }

    /// The yielded rows as columns.
    fn emit(&self, out: &[ValueRow]) -> Rows {
        let column = |place: usize, column: &Column| {
            let values: Vec<Value> = out.iter().map(|row| row[place].clone()).collect();
            array_of(&column.data_type, &values)
        };
        let columns = self.spec.output.iter().enumerate().map(|(place, own)| column(place, own)).collect();
        Rows { ids: self.spec.output.iter().map(|column| column.id).collect(), columns, rows: out.len(), origin: None }
    }

    /// What it emits must not be older than the watermark that the operators above it go by.
    fn check_emitted(&self, rows: &Rows, context: &BatchContext) -> Result<()> {
        let (Some(column), Some(evict_us)) = (self.spec.output_event_time, context.evict_us) else { return Ok(()) };
        let times = event_times(rows.column(column));
        let times = times.as_primitive::<TimestampMicrosecondType>();
        let Some(older) = times.iter().flatten().find(|time_us| *time_us < evict_us) else { return Ok(()) };
        let text = format!(
            "Previous node emitted a row with eventTime={older} which is older than current_watermark_value={}\n\
             This can lead to correctness issues in the stateful operators downstream in the execution pipeline.\n\
             Please correct the operator logic to emit rows after current global watermark value.",
            evict_us.div_euclid(1000)
        );
        Err(Diagnostic::new(
            crate::diag::Class::Named("SparkRuntimeException".to_owned()),
            "EMITTING_ROWS_OLDER_THAN_WATERMARK_NOT_ALLOWED",
            text,
            "42815",
        ))
    }

    fn metrics(&self, counts: &Counts) -> Vec<(&'static str, u64)> {
        let of_kind = |kind: StateKind, lives: bool| {
            self.variables.iter().filter(|variable| variable.kind == kind && variable.ttl_ms.is_some() == lives).count() as u64
        };
        vec![
            ("initialStateProcessingTimeMs", 0),
            ("numDeletedStateVars", counts.deleted_variables),
            ("numDeletedTimers", counts.deleted),
            // Spark does not count those that Python handles.
            ("numExpiredTimers", 0),
            ("numListStateVars", of_kind(StateKind::List, false)),
            ("numListStateWithTTLVars", of_kind(StateKind::List, true)),
            ("numMapStateVars", of_kind(StateKind::Map, false)),
            ("numMapStateWithTTLVars", of_kind(StateKind::Map, true)),
            ("numRegisteredTimers", counts.registered),
            ("numValueStateVars", of_kind(StateKind::Value, false)),
            ("numValueStateWithTTLVars", of_kind(StateKind::Value, true)),
            ("numValuesRemovedDueToTTLExpiry", counts.outlived),
            ("timerProcessingTimeMs", 0),
        ]
    }
}

/// Has the processor handle the timers that are due.
fn expire(
    run: &mut dyn ProcessorRun,
    handle: &mut StateVariables<'_>,
    mode: TimeMode,
    times: TimerValues,
    out: &mut Vec<ValueRow>,
) -> Result<()> {
    handle.phase = Phase::DataProcessed;
    let until_ms = match mode {
        TimeMode::None => return Ok(()),
        TimeMode::ProcessingTime => times.processing_ms,
        TimeMode::EventTime => times.watermark_ms,
    };
    let due = handle.due_timers(until_ms);
    for (key, expiry_ms) in due {
        handle.set_key(&key);
        out.extend(run.expired_timer(handle, &key, times, expiry_ms)?);
        crate::plan::StatefulProcessorHandle::delete_timer(handle, expiry_ms)?;
    }
    Ok(())
}

fn row_at(rows: &Rows, columns: &[Column], place: usize) -> ValueRow {
    columns.iter().map(|column| value_at(rows.column(column.id), place, &column.data_type)).collect()
}

impl Operator for TransformWithState {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn process(&mut self, inputs: Vec<Rows>, context: &BatchContext, report: &mut OperatorReport) -> Result<Rows> {
        let mut inputs = inputs.into_iter();
        let Some(rows) = inputs.next() else { panic!("a stateful processor has an input") };
        // The initial state is for the first batch alone.
        let initial = inputs.next().filter(|_| context.batch_id == 0);
        if !self.spec.in_stream {
            self.memory.open(&Disk::default(), "", 0)?;
        }
        let before = rows.rows;
        let rows = self.on_time(rows, context, report);
        let dropped = (before - rows.rows) as u64;
        let times = match self.spec.time_mode {
            TimeMode::None => TimerValues { processing_ms: -1, watermark_ms: -1 },
            _ => TimerValues {
                processing_ms: context.now_us.div_euclid(1000),
                watermark_ms: context.evict_us.map_or(0, |evict_us| evict_us.div_euclid(1000)),
            },
        };
        let (out, counts, total) = self.handle(&rows, initial.as_ref(), times, context)?;
        if context.tracing
            && let Some(origin) = &rows.origin
        {
            report.notes.extend(origin.iter().map(|origin| Note::Passed { origin: *origin }));
        }
        let emitted = self.emit(&out);
        self.check_emitted(&emitted, context)?;
        if self.spec.in_stream {
            report.metrics = self.metrics(&counts);
            report.state = Some(StateCounters { total, updated: counts.updated, removed: counts.removed, dropped, duplicates: None });
        }
        Ok(emitted)
    }

    fn memories(&mut self) -> Vec<&mut Memory> {
        if self.spec.in_stream { vec![&mut self.memory] } else { Vec::new() }
    }

    fn define(&mut self, context: &BatchContext) -> Result<Option<StateShape>> {
        let mut run = self.spec.processor.0.start(Self::task(context)).map_err(|error| crashed(&error))?;
        let mut handle = StateVariables::new(None, &self.key, self.spec.time_mode, context.now_us.div_euclid(1000));
        run.init(&mut handle).and_then(|()| run.close(&mut handle)).map_err(|error| crashed(&error))?;
        self.variables.clone_from(&handle.defined);
        Ok(Some(StateShape {
            key: self.key.clone(),
            variables: handle.defined,
            time_mode: self.spec.time_mode,
            output_mode: self.spec.output_mode,
        }))
    }

    fn views(&mut self, at_most: usize) -> Vec<StateView> {
        if !self.spec.in_stream || self.memory.version().is_none() {
            return Vec::new();
        }
        let mut handle = StateVariables::new(Some(&mut self.memory), &self.key, self.spec.time_mode, 0);
        handle.views(&self.variables, at_most)
    }

    fn next_due_ms(&mut self) -> Option<i64> {
        if self.spec.time_mode != TimeMode::ProcessingTime || self.memory.version().is_none() {
            return None;
        }
        StateVariables::new(Some(&mut self.memory), &self.key, self.spec.time_mode, 0).next_due_ms()
    }

    fn output_watermark_us(&self, input_us: i64) -> i64 {
        input_us
    }

    fn wants_batch_for_watermark(&self, mode: OutputMode) -> bool {
        self.spec.in_stream && self.spec.time_mode != TimeMode::ProcessingTime && mode != OutputMode::Complete
    }
}

/// What a stateful processor defines: what a restarted query is held against.
#[derive(Clone, Debug)]
pub struct StateShape {
    /// The grouping key.
    pub key: Schema,
    /// The variables, in the order of their definition.
    pub variables: Vec<StateVariable>,
    /// By what time timers are measured.
    pub time_mode: TimeMode,
    /// The output mode that `transformWithState` was given.
    pub output_mode: OutputMode,
}

// DIFFERENCE: what `init` raised is in the log alone in Spark; here it is told as a hint.
fn crashed(error: &Diagnostic) -> Box<Diagnostic> {
    let text = "TransformWithStateInPySpark driver worker exited unexpectedly (crashed)";
    let cause = error.message.lines().last().unwrap_or_default();
    let mut told = Diagnostic::plain(crate::diag::Class::Named("SparkException".to_owned()), text).hint(format!("In init: {cause}"));
    told.span = error.span;
    told
}

/// Rows of a variable or of the timers, for people.
pub(super) fn view(store: &str, keys: Schema, values: Schema, rows: Vec<StateRow>, total: u64) -> StateView {
    StateView { operator: TransformWithState::NAME.to_owned(), store: store.to_owned(), keys, values, rows, total }
}
