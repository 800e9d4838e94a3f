//! A streaming query as the session holds it: what it is, where it stands, what it has reported. Spark's `StreamExecution`.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use arrow_array::new_empty_array;

use super::conf::Conf;
use super::lower::Tree;
use super::progress::Recent;
use super::report::BatchReport;
use super::sink::SinkSlot;
use super::start::Trigger;
use super::watermark_tracker::WatermarkTracker;
use crate::connector::Offset;
use crate::connector::PushedFilter;
use crate::connector::Source;
use crate::connector::SourceRows;
use crate::diag::Diagnostic;
use crate::operator::Rows;
use crate::operator::StateView;
use crate::plan::Analyzer;
use crate::plan::Frame;
use crate::plan::OutputMode;
use crate::plan::Plan;
use crate::state::OffsetSeq;
use crate::types::DataType;
use crate::types::Schema;
use crate::types::arrow::arrow_type;

/// A streaming query.
pub struct Query {
    pub(super) number: usize,
    pub(super) name: Option<String>,
    pub(super) id: String,
    pub(super) run_id: String,
    pub(super) analyzer: Rc<Analyzer>,
    pub(super) conf: Conf,
    pub(super) plan: Rc<Plan>,
    pub(super) schema: Schema,
    pub(super) mode: OutputMode,
    pub(super) trigger: Trigger,
    pub(super) checkpoint: String,
    /// The checkpoint is a temporary folder, gone when the query stops.
    pub(super) temporary: bool,
    /// It runs continuously, not in batches.
    pub(super) continuous: bool,
    pub(super) ordered: bool,
    pub(super) sink: SinkSlot,
    pub(super) tree: Tree,
    pub(super) redefines_watermark: bool,
    pub(super) refused: Option<Box<Diagnostic>>,
    pub(super) sources: Vec<SourceSlot>,
    pub(super) delays_ms: Vec<i64>,
    pub(super) tracker: WatermarkTracker,
    pub(super) run: Run,
    pub(super) recent: Recent,
    /// A batch that waits for its `foreachBatch` function.
    pub(super) pending: Option<Pending>,
    /// How many input rows each window has taken while this run watched: for the account of sealed windows.
    pub(super) counted: BTreeMap<(i64, i64), u64>,
    /// Rows of static files that this run has read, by their leaves' first column: Spark lists a static side's files once.
    pub(super) statics: BTreeMap<u64, Rows>,
}

/// A source with the offsets between which the query stands.
pub(super) struct SourceSlot {
    pub source: Box<dyn Source>,
    /// The places in its schema of the columns that the plan reads of it.
    pub ordinals: Vec<usize>,
    /// Their types.
    pub types: Vec<DataType>,
    /// For each leaf of the plan that reads it, what it lets the source leave out.
    pub filters: Vec<Vec<PushedFilter>>,
    /// Everything up to here is processed.
    pub committed: Option<Offset>,
    /// Everything up to here belongs to the batch being run.
    pub available: Option<Offset>,
}

impl SourceSlot {
    /// Whether one reading serves all leaves.
    pub fn reads_once(&self) -> bool {
        self.filters.windows(2).all(|pair| pair[0] == pair[1])
    }

    /// Of its rows the columns at these places of its schema.
    pub fn pick(&self, rows: &Rows, ordinals: &[usize]) -> Rows {
        let place = |ordinal: &usize| match self.ordinals.iter().position(|known| known == ordinal) {
            Some(place) => Arc::clone(&rows.columns[place]),
            None => unreachable!("a source reads the columns of all its leaves"),
        };
        Rows { columns: ordinals.iter().map(place).collect(), ..rows.clone() }
    }

    /// No rows of this source.
    pub fn empty(&self) -> SourceRows {
        let columns = self.types.iter().map(|data_type| new_empty_array(&arrow_type(data_type))).collect();
        SourceRows { columns, ..SourceRows::default() }
    }
}

/// Where a run stands.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub active: bool,
    pub exception: Option<Box<Diagnostic>>,
    /// What that came of.
    pub cause: Option<Box<Diagnostic>>,
    /// Set once the checkpoint has been read.
    pub recovered: bool,
    pub batch_id: u64,
    /// The batch with which the run began.
    pub first_batch_id: u64,
    /// The batch's entry of the offset log, once it is written: the batch must run.
    pub offsets: Option<OffsetSeq>,
    /// The watermark of the batch before, milliseconds: judges late rows.
    pub late_ms: i64,
    /// The watermark of the last batch that this run has ended; none before that. A no-data batch is due where the watermark has passed it.
    pub last_evict_ms: Option<i64>,
    pub last_trigger_ms: Option<i64>,
    /// When this trigger began.
    pub trigger_ms: i64,
    /// The end of what `availableNow` reads is fixed.
    pub end_fixed: bool,
    pub status: String,
    pub is_data_available: bool,
    pub is_trigger_active: bool,
}

/// A batch whose rows are computed and whose sink is the program's function.
pub(super) struct Pending {
    pub report: Box<BatchReport>,
    pub seen: Vec<(usize, crate::operator::EventTimeStats)>,
    /// Tells the batch's frame from all others.
    pub frame: Frame,
    pub actions: u64,
    pub persisted: bool,
}

impl Query {
    /// `query.name`.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// `query.id`, which survives restarts from its checkpoint.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// `query.runId`, new at every start.
    #[must_use]
    pub fn run_id(&self) -> &str {
        &self.run_id
    }

    /// `query.isActive`.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.run.active
    }

    /// `query.exception()`: what it died of.
    #[must_use]
    pub fn exception(&self) -> Option<&Diagnostic> {
        self.run.exception.as_deref()
    }

    /// What its death came of: the error within `STREAM_FAILED`.
    #[must_use]
    pub fn cause(&self) -> Option<&Diagnostic> {
        self.run.cause.as_deref()
    }

    /// What `query.exception()` says: the cause in the JVM's words, of a function of the program what Python raised.
    #[must_use]
    pub fn exception_text(&self) -> Option<String> {
        let text = super::micro_batch::text_of_jvm(self.cause()?);
        let python = text.strip_prefix("[FOREACH_BATCH_USER_FUNCTION_ERROR]").and_then(|text| text.split_once(" Reason: "));
        Some(python.map_or_else(|| text.clone(), |(_, said)| said.to_owned()))
    }

    /// `query.lastProgress` as JSON; none before the first trigger.
    #[must_use]
    pub fn last_progress(&self) -> Option<&str> {
        self.recent.last()
    }

    /// `query.recentProgress` as JSON texts, oldest first.
    pub fn recent_progress(&self) -> impl Iterator<Item = &str> {
        self.recent.all()
    }

    /// `query.status` as its three parts: message, isDataAvailable, isTriggerActive.
    #[must_use]
    pub fn status(&self) -> (&str, bool, bool) {
        (&self.run.status, self.run.is_data_available, self.run.is_trigger_active)
    }

    /// The analysed plan, as rewritten before lowering.
    #[must_use]
    pub fn plan(&self) -> &Rc<Plan> {
        &self.plan
    }

    /// Whether its rows are only recorded, as a case's `format("memory")` is: they are in the reports.
    #[must_use]
    pub fn is_recording(&self) -> bool {
        matches!(self.sink, SinkSlot::Recording)
    }

    /// The sink's columns.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The output mode.
    #[must_use]
    pub fn mode(&self) -> OutputMode {
        self.mode
    }

    /// The trigger.
    #[must_use]
    pub fn trigger(&self) -> Trigger {
        self.trigger
    }

    /// The checkpoint folder.
    #[must_use]
    pub fn checkpoint(&self) -> &str {
        &self.checkpoint
    }

    /// The number of the batch that runs next.
    #[must_use]
    pub fn next_batch_id(&self) -> u64 {
        self.run.batch_id
    }

    /// The query's watermark now, milliseconds since 1970; none without `withWatermark`.
    #[must_use]
    pub fn watermark_ms(&self) -> Option<i64> {
        (!self.delays_ms.is_empty()).then(|| self.tracker.current_ms())
    }

    /// The state as it is now, an entry for each store, at most so many rows each.
    pub fn state_tables(&mut self, at_most: usize) -> Vec<StateView> {
        let mut tables = Vec::new();
        self.tree.for_each_operator(&mut |operator| tables.extend(operator.views(at_most)));
        tables
    }

    /// Whether two runs are of one query: the same name among active ones, the same id.
    pub(super) fn clashes_with(&self, name: Option<&str>) -> bool {
        self.run.active && name.is_some() && self.name.as_deref() == name
    }

    pub(super) fn persist(&mut self, frame: &Frame) {
        if let Some(pending) = &mut self.pending
            && reads(&frame.plan, &pending.frame.plan)
        {
            pending.persisted = true;
            pending.actions = pending.actions.min(1);
        }
    }

    pub(super) fn note_action(&mut self, frame: &Frame) {
        if let Some(pending) = &mut self.pending
            && reads(&frame.plan, &pending.frame.plan)
            && !(pending.persisted && pending.actions > 0)
        {
            pending.actions += 1;
        }
    }
}

/// Whether a plan reads the rows of a batch's leaf: column ids are unique in a session.
fn reads(plan: &Plan, leaf: &Plan) -> bool {
    plan.exists(&|node| {
        std::ptr::eq(node, leaf)
            || !leaf.columns.is_empty()
                && node.columns.first().map(|column| column.id) == leaf.columns.first().map(|column| column.id)
                && node.children().is_empty()
    })
}
