//! The micro-batch: Spark's `MicroBatchExecution`.
//!
//! Law: `offsets/N` is on the disk before a row of batch N is read, `commits/N` only once the sink has them all; the watermark moves at the end of a batch.
//! So a driver that dies anywhere runs the batch again with the same offsets, watermark and time.

use arrow_array::RecordBatch;

use super::catalog::Catalog;
use super::open::recover;
use super::progress;
use super::query::Pending;
use super::query::Query;
use super::report::BatchReport;
use super::run_tree::Line;
use super::sink::SinkSlot;
use super::sources::QueryLeaves;
use super::start::Trigger;
use super::step::Step;
use super::trace;
use crate::connector::Offset;
use crate::connector::ReadLimit;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::operator::BatchContext;
use crate::operator::EventTimeStats;
use crate::plan::Frame;
use crate::state::CommitLog;
use crate::state::CommitMetadata;
use crate::state::OffsetLog;
use crate::state::OffsetSeq;
use crate::world::CrashPoint;
use crate::world::World;

/// What stops a batch short of its end.
pub(super) enum Stop {
    /// The query fails.
    Failed(Box<Diagnostic>),
    /// The driver dies.
    Crashed,
}

impl From<Box<Diagnostic>> for Stop {
    fn from(error: Box<Diagnostic>) -> Self {
        Self::Failed(error)
    }
}

pub(super) type Outcome<T> = std::result::Result<T, Stop>;

impl Query {
    /// Runs one micro-batch where there is something to do.
    pub(super) fn step(&mut self, world: &mut dyn World, catalog: &mut Catalog, tracing: bool) -> Step {
        if !self.run.active {
            return Step::Ended;
        }
        if let Some(pending) = &self.pending {
            return Step::Foreach { frame: pending.frame.clone(), batch_id: pending.report.batch_id };
        }
        let outcome = self.try_step(world, catalog, tracing);
        self.settle(world, outcome)
    }

    /// The program's function has returned, or raised.
    pub(super) fn finish_foreach(&mut self, world: &mut dyn World, result: Result<()>) -> Step {
        let Some(pending) = self.pending.take() else { return Step::Idle { told_ms: None } };
        let outcome = match result {
            Err(error) => Err(Stop::Failed(error)),
            Ok(()) => self.finish_pending(world, pending),
        };
        self.settle(world, outcome)
    }

    /// Ends the run: `stop()`, or a driver that dies.
    pub(super) fn stop(&mut self) {
        self.run.active = false;
        self.pending = None;
        self.run.is_trigger_active = false;
        self.run.is_data_available = false;
        "Stopped".clone_into(&mut self.run.status);
    }

    fn settle(&mut self, world: &mut dyn World, outcome: Outcome<Step>) -> Step {
        match outcome {
            Ok(Step::Ended) => {
                self.stop();
                if self.temporary {
                    world.disk_mut().remove_folder(&self.checkpoint);
                }
                Step::Ended
            }
            Ok(step) => step,
            Err(Stop::Crashed) => {
                self.stop();
                Step::Crashed
            }
            Err(Stop::Failed(cause)) => {
                let error = self.stream_failed(&cause);
                self.stop();
                self.run.status = format!("Terminated with exception: {}", text_of_jvm(&cause));
                self.run.cause = Some(cause);
                self.run.exception = Some(error.clone());
                Step::Failed(error)
            }
        }
    }

    fn try_step(&mut self, world: &mut dyn World, catalog: &mut Catalog, tracing: bool) -> Outcome<Step> {
        if !self.run.recovered {
            recover(self, world)?;
        }
        if self.continuous {
            return self.epoch(world, catalog, tracing);
        }
        let now_ms = world.now_ms();
        let due_ms = self.trigger.next_batch_ms(self.run.last_trigger_ms, now_ms);
        if due_ms > now_ms {
            "Waiting for next trigger".clone_into(&mut self.run.status);
            return Ok(Step::Waiting { until_ms: due_ms });
        }
        if self.trigger == Trigger::Once && self.run.last_evict_ms.is_some() {
            return Ok(Step::Ended);
        }
        self.run.trigger_ms = now_ms;
        self.run.is_trigger_active = true;
        if self.run.offsets.is_none() {
            self.construct_batch(world)?;
        }
        let step = match self.run.offsets.clone() {
            Some(offsets) => self.run_batch(world, catalog, &offsets, tracing)?,
            None => self.idle(),
        };
        self.run.last_trigger_ms = Some(now_ms);
        if !matches!(step, Step::Foreach { .. }) {
            self.end_trigger();
        }
        Ok(step)
    }

    /// The trigger is over: the query waits for the clock, or for data.
    fn end_trigger(&mut self) {
        let now_ms = self.run.trigger_ms;
        let timed = self.trigger.next_batch_ms(Some(now_ms), now_ms) > now_ms;
        let message = if timed { "Waiting for next trigger" } else { "Waiting for data to arrive" };
        message.clone_into(&mut self.run.status);
        self.run.is_trigger_active = false;
    }

    fn idle(&mut self) -> Step {
        let told_ms = progress::note_idle(self).then_some(self.run.trigger_ms);
        self.run.is_data_available = false;
        if self.trigger.ends() { Step::Ended } else { Step::Idle { told_ms } }
    }

    /// Asks the sources where they stand, and writes `offsets/N` if there is a reason for a batch.
    fn construct_batch(&mut self, world: &mut dyn World) -> Outcome<()> {
        self.fix_end(world)?;
        let limit = if self.takes_all_at_once() { ReadLimit::AllAvailable } else { ReadLimit::Default };
        for slot in &mut self.sources {
            self.run.status = format!("Getting offsets from {}", slot.source.description());
            let start = slot.available.clone();
            if let Some(latest) = slot.source.latest_offset(world, start.as_ref(), limit)? {
                slot.available = Some(latest);
            }
        }
        let new_data = self.sources.iter().any(|slot| slot.available.is_some() && slot.available != slot.committed);
        self.run.is_data_available = new_data;
        if !new_data && !self.wants_no_data_batch() {
            return Ok(());
        }
        let offsets = OffsetSeq {
            batch_watermark_ms: self.tracker.current_ms(),
            batch_timestamp_ms: world.now_ms(),
            conf: super::open::logged_conf(&self.conf),
            offsets: self.sources.iter().map(|slot| slot.available.as_ref().map(|offset| offset.0.clone())).collect(),
        };
        "Writing offsets to log".clone_into(&mut self.run.status);
        crash(world, CrashPoint::BeforeOffsetLog, self.run.batch_id)?;
        OffsetLog::new(&self.checkpoint).add(world.disk_mut(), self.run.batch_id, &offsets)?;
        self.commit_sources(world);
        self.run.offsets = Some(offsets);
        crash(world, CrashPoint::AfterOffsetLog, self.run.batch_id)
    }

    /// Whether all that is there goes into one batch: `once`, and `availableNow` where a source can't fix its end.
    fn takes_all_at_once(&self) -> bool {
        self.trigger == Trigger::Once
            || self.trigger == Trigger::AvailableNow && !self.sources.iter().all(|slot| slot.source.supports_available_now())
    }

    fn fix_end(&mut self, world: &mut dyn World) -> Result<()> {
        if self.run.end_fixed || self.trigger != Trigger::AvailableNow {
            return Ok(());
        }
        self.run.end_fixed = true;
        if self.takes_all_at_once() {
            // Spark silently runs one batch where a source lacks `SupportsTriggerAvailableNow`.
            self.trigger = Trigger::Once;
            return Ok(());
        }
        self.sources.iter_mut().try_for_each(|slot| slot.source.prepare_for_available_now(world))
    }

    /// Whether the watermark has moved since the last batch of this run, and an operator cares.
    fn wants_no_data_batch(&mut self) -> bool {
        let enabled = self.trigger != Trigger::Once && self.conf.is_true("spark.sql.streaming.noDataMicroBatches.enabled");
        let moved = self.run.last_evict_ms.is_some_and(|last_ms| self.tracker.current_ms() > last_ms);
        enabled && (moved && self.tree.wants_batch_for_watermark(self.mode) || self.is_due())
    }

    /// Whether a timer or a life in the state is over by the clock.
    // DIFFERENCE: in processing-time mode Spark runs batch after batch without pause; here one runs where it has something to do.
    fn is_due(&mut self) -> bool {
        let now_ms = self.run.trigger_ms;
        let (mut due, ran) = (false, self.run.last_evict_ms.is_some());
        self.tree.for_each_operator(&mut |operator| due |= operator.next_due_ms().is_some_and(|due_ms| due_ms <= now_ms));
        due && ran
    }

    /// Tells the sources that the batch before is done for good, now that this one's offsets are written; drops old log entries.
    fn commit_sources(&mut self, world: &mut dyn World) {
        if self.run.batch_id == 0 {
            return;
        }
        for slot in &mut self.sources {
            if let Some(committed) = &slot.committed {
                slot.source.commit(world, committed);
            }
        }
        self.purge_logs(world);
    }

    /// Drops entries of the logs that are older than `minBatchesToRetain`.
    pub(super) fn purge_logs(&self, world: &mut dyn World) {
        let kept = u64::try_from(self.conf.number("spark.sql.streaming.minBatchesToRetain", 100)).unwrap_or(100);
        if let Some(threshold) = self.run.batch_id.checked_sub(kept) {
            OffsetLog::new(&self.checkpoint).purge(world.disk_mut(), threshold);
            CommitLog::new(&self.checkpoint).purge(world.disk_mut(), threshold);
        }
    }

    pub(super) fn run_batch(&mut self, world: &mut dyn World, catalog: &mut Catalog, offsets: &OffsetSeq, tracing: bool) -> Outcome<Step> {
        if self.redefines_watermark && offsets.batch_watermark_ms > 0 {
            return Err(Stop::Failed(redefined_watermark()));
        }
        if let Some(refused) = &self.refused {
            return Err(Stop::Failed(refused.clone()));
        }
        let new_data = self.sources.iter().any(|slot| slot.available.is_some() && slot.available != slot.committed);
        let message = if new_data { "Processing new data" } else { "No new data but cleaning up state" };
        message.clone_into(&mut self.run.status);
        let context = self.context(offsets, tracing);
        self.check_shapes(world, &context)?;
        self.open_state(world)?;
        let mut leaves = QueryLeaves::new(world, catalog, &mut self.sources, &mut self.statics, &context);
        let (rows, lines) = self.tree.run(&mut leaves, &context)?;
        let read = leaves.finish();
        self.commit_state(world)?;
        crash(world, CrashPoint::DuringSink, self.run.batch_id)?;
        let batch = rows.to_batch(&self.schema);
        let seen: Vec<(usize, EventTimeStats)> = lines.iter().filter_map(|line| line.report.event_times).collect();
        let report = self.report(offsets, &batch, lines, read, rows.origin.as_deref(), tracing, !new_data);
        if matches!(self.sink, SinkSlot::Foreach) {
            return Ok(self.hand_over(batch, report, seen));
        }
        self.sink.add_batch(world, catalog, self.run.batch_id, self.mode, &self.schema, &batch)?;
        self.end_batch(world, report, &seen)
    }

    /// Gives the batch to the program's function.
    fn hand_over(&mut self, batch: RecordBatch, report: Box<BatchReport>, seen: Vec<(usize, EventTimeStats)>) -> Step {
        let rows = batch.num_rows();
        let frame = Frame::local(&self.schema, batch.columns().to_vec(), rows, &self.analyzer);
        let batch_id = report.batch_id;
        self.pending = Some(Pending { report, seen, frame: frame.clone(), actions: 0, persisted: false });
        Step::Foreach { frame, batch_id }
    }

    fn finish_pending(&mut self, world: &mut dyn World, mut pending: Pending) -> Outcome<Step> {
        if pending.actions == 0 && pending.report.state_operators().next().is_some() {
            // Spark computes the batch when the function asks for it; unasked, its state has no new version to commit.
            return Err(Stop::Failed(Diagnostic::plain(Class::Named("SparkException".to_owned()), "Exception thrown in awaitResult: ")));
        }
        if pending.actions == 0 {
            pending.report.observed.iter_mut().for_each(|observed| observed.values.clone_from(&observed.of_nothing));
        }
        // Each action reads the input again unless the batch is persisted.
        pending.report.input_rows *= pending.actions;
        for source in &mut pending.report.sources {
            source.input_rows *= pending.actions;
        }
        let step = self.end_batch(world, pending.report, &pending.seen)?;
        self.end_trigger();
        Ok(step)
    }

    /// Moves the watermark, writes `commits/N`, and closes the report.
    fn end_batch(&mut self, world: &mut dyn World, mut report: Box<BatchReport>, seen: &[(usize, EventTimeStats)]) -> Outcome<Step> {
        let batch_id = self.run.batch_id;
        let Some(offsets) = self.run.offsets.take() else { unreachable!("a batch that runs has written its offsets") };
        self.tracker.update(seen);
        crash(world, CrashPoint::BeforeCommit, batch_id)?;
        let next_ms = self.tracker.current_ms();
        if self.continuous {
            self.commit_epoch(world)?;
        } else {
            CommitLog::new(&self.checkpoint).add(world.disk_mut(), batch_id, CommitMetadata { next_batch_watermark_ms: next_ms })?;
        }
        for slot in &mut self.sources {
            slot.committed.clone_from(&slot.available);
        }
        self.run.late_ms = offsets.batch_watermark_ms;
        self.run.last_evict_ms = Some(offsets.batch_watermark_ms);
        self.run.batch_id += 1;
        if let Some(watermark) = &mut report.watermark {
            watermark.next_ms = next_ms;
        }
        if self.continuous {
            // Spark reports nothing of epochs.
            return Ok(Step::Ran(report));
        }
        progress::note_batch(self, &mut report);
        if self.trigger == Trigger::Once {
            self.run.is_data_available = false;
        }
        Ok(Step::Ran(report))
    }

    fn context(&self, offsets: &OffsetSeq, tracing: bool) -> BatchContext {
        BatchContext {
            batch_id: self.run.batch_id,
            late_us: Some(self.run.late_ms.saturating_mul(1000)),
            evict_us: Some(offsets.batch_watermark_ms.saturating_mul(1000)),
            now_us: offsets.batch_timestamp_ms.saturating_mul(1000),
            mode: self.mode,
            tracing,
            zone: self.conf.zone(),
            seed: self.run.batch_id,
        }
    }

    /// Before the first batch of a run: asks stateful processors what they keep, and holds it against the checkpoint.
    fn check_shapes(&mut self, world: &mut dyn World, context: &BatchContext) -> Result<()> {
        let checkpoint = self.checkpoint.clone();
        let provider = self.conf.get("spark.sql.streaming.stateStore.providerClass").unwrap_or(DEFAULT_PROVIDER).to_owned();
        let compare = self.conf.is_true("spark.sql.streaming.stateStore.stateSchemaCheck");
        let mut result = Ok(());
        self.tree.for_each_stateful(&mut 0, &mut |number, operator| {
            let is_open = operator.memories().iter().all(|memory| memory.version().is_some());
            if result.is_err() || is_open {
                return;
            }
            result = operator.define(context).and_then(|shape| {
                let Some(shape) = shape else { return Ok(()) };
                super::state_shape::check(&shape, &format!("{:?}", shape.output_mode), world, &checkpoint, number, compare)?;
                super::state_shape::check_provider(&provider)
            });
        });
        result
    }

    /// Opens the stores at the version that the batch begins with, unless they stand there already.
    fn open_state(&mut self, world: &mut dyn World) -> Result<()> {
        let version = self.run.batch_id;
        let checkpoint = self.checkpoint.clone();
        if version > 0 && self.run.last_evict_ms.is_none() {
            super::state_files::check_operators(&self.operators(), world.disk(), &checkpoint)?;
        }
        let mut result = Ok(());
        let check = self.conf.is_true("spark.sql.streaming.stateStore.stateSchemaCheck");
        self.tree.for_each_state(&mut |number, memories| {
            if result.is_ok() {
                result = super::state_files::open(memories, world, &checkpoint, number, version, check);
            }
        });
        result
    }

    /// The stateful operators by their numbers.
    pub(super) fn operators(&mut self) -> Vec<(u64, &'static str)> {
        let mut found = Vec::new();
        self.tree.for_each_state(&mut |number, memories| found.extend(memories.first().map(|memory| (number, memory.name()))));
        found
    }

    fn commit_state(&mut self, world: &mut dyn World) -> Result<()> {
        let mut result = Ok(());
        self.tree.for_each_state(&mut |_, memories| {
            for memory in memories {
                if result.is_ok() {
                    result = memory.commit(world.disk_mut()).map(|_| ());
                }
            }
        });
        result
    }

    #[allow(clippy::too_many_arguments)]
    fn report(
        &mut self,
        offsets: &OffsetSeq,
        batch: &RecordBatch,
        lines: Vec<Line>,
        read: super::sources::Read,
        reached: Option<&[u32]>,
        tracing: bool,
        no_data: bool,
    ) -> Box<BatchReport> {
        let (fates, sealed) =
            if tracing { trace::account(&lines, &read.arrived_ms, reached, &mut self.counted) } else { Default::default() };
        Box::new(BatchReport {
            name: self.name.clone(),
            query: self.number,
            batch_id: self.run.batch_id,
            at_ms: self.run.trigger_ms,
            mode: self.mode,
            input_rows: read.sources.iter().map(|source| source.input_rows).sum(),
            no_data,
            sources: read.sources,
            watermark: progress::watermark(self, offsets, &lines),
            schema: self.schema.clone(),
            rows: batch.clone(),
            ordered: self.ordered,
            operators: progress::operator_lines(&lines),
            observed: progress::observed(&lines),
            fates,
            sealed,
            durations_ms: Vec::new(),
            progress: String::new(),
        })
    }

    fn stream_failed(&self, error: &Diagnostic) -> Box<Diagnostic> {
        let text = format!("Query [id = {}, runId = {}] terminated with exception: {}", self.id, self.run_id, text_of_jvm(error));
        let state = if ends_in_context(error) { "" } else { "XXKST" };
        let mut failed = Diagnostic::new(Class::StreamingQuery, "STREAM_FAILED", text, state);
        failed.hints.clone_from(&error.hints);
        failed.span = error.span;
        failed
    }
}

/// PySpark tells an exception of a worker without its condition; the JVM tells it with.
pub(super) fn text_of_jvm(error: &Diagnostic) -> String {
    let prefix = if error.condition.as_deref() == Some("PYTHON_EXCEPTION") { "[PYTHON_EXCEPTION] " } else { "" };
    format!("{prefix}{}", error.message)
}

/// Whether Spark's text goes on with the place in the query or the Python frames.
// DIFFERENCE: those lines, and `SQLSTATE: XXKST` behind them, are left out: the diagnostic's span says the place.
fn ends_in_context(error: &Diagnostic) -> bool {
    match error.condition.as_deref() {
        // A sum knows no place, an addition does.
        Some("ARITHMETIC_OVERFLOW") => !error.message.starts_with("[ARITHMETIC_OVERFLOW] overflow."),
        Some("FOREACH_BATCH_USER_FUNCTION_ERROR" | "FOREACH_USER_FUNCTION_ERROR" | "PYTHON_EXCEPTION") => true,
        Some(condition) => WITH_CONTEXT.contains(&condition),
        // The JSON reader says where in the text it stopped.
        None => error.class == Class::Named("JsonParseException".to_owned()),
    }
}

const DEFAULT_PROVIDER: &str = "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider";

/// Conditions that Spark raises with the place in the query.
const WITH_CONTEXT: &[&str] = &[
    "BINARY_ARITHMETIC_OVERFLOW",
    "CAST_INVALID_INPUT",
    "CAST_OVERFLOW",
    "DIVIDE_BY_ZERO",
    "INTERVAL_ARITHMETIC_OVERFLOW",
    "INVALID_ARRAY_INDEX",
    "INVALID_ARRAY_INDEX_IN_ELEMENT_AT",
    "INVALID_INDEX_OF_ZERO",
    "NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION",
    "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
    "REMAINDER_BY_ZERO",
    // It goes on with the plan.
    "_LEGACY_ERROR_TEMP_1181",
];

fn crash(world: &mut dyn World, point: CrashPoint, batch_id: u64) -> Outcome<()> {
    if world.crashes_at(point, batch_id) { Err(Stop::Crashed) } else { Ok(()) }
}

fn redefined_watermark() -> Box<Diagnostic> {
    let text = "Redefining watermark is disallowed. You can set the config 'spark.sql.streaming.statefulOperator.allowMultiple' to 'false' to restore the previous behavior. Note that multiple stateful operators will be disallowed.";
    Diagnostic::analysis("_LEGACY_ERROR_TEMP_3076", text, "")
}

/// The offset of a log entry.
pub(super) fn offset_of(text: Option<&String>) -> Option<Offset> {
    text.map(|text| Offset(text.clone()))
}
