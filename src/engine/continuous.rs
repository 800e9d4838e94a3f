//! Continuous processing: rows go through without batches, and epochs say how far they have come. Spark's `ContinuousExecution`.
//!
//! Law: an epoch's end offsets are written when it is over, and its commit after them; a query that dies in between goes on from the last committed
//! epoch, so that rows may come twice, and never get lost.

use super::catalog::Catalog;
use super::conf::Conf;
use super::micro_batch::Outcome;
use super::query::Query;
use super::step::Step;
use crate::connector::ReadLimit;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::plan::Node;
use crate::plan::Plan;
use crate::state::CommitLog;
use crate::state::CommitMetadata;
use crate::state::OffsetLog;
use crate::state::OffsetSeq;
use crate::world::World;

/// Spark's shortest batch in real-time mode, milliseconds.
const SHORTEST_REAL_TIME_MS: i64 = 5_000;

impl Query {
    /// Ends an epoch: what came since the last one goes to the sink.
    ///
    /// The sinks of continuous processing show an epoch's rows when it is committed; so the rows are read then, all at once.
    pub(super) fn epoch(&mut self, world: &mut dyn World, catalog: &mut Catalog, tracing: bool) -> Outcome<Step> {
        let now_ms = world.now_ms();
        let due_ms = self.trigger.next_batch_ms(self.run.last_trigger_ms, now_ms);
        if due_ms > now_ms {
            return Ok(Step::Waiting { until_ms: due_ms });
        }
        self.run.trigger_ms = now_ms;
        self.run.is_trigger_active = true;
        for slot in &mut self.sources {
            slot.available = slot.source.latest_offset(world, slot.committed.as_ref(), ReadLimit::AllAvailable)?;
        }
        let offsets = OffsetSeq { batch_timestamp_ms: now_ms, ..OffsetSeq::default() };
        self.run.offsets = Some(offsets.clone());
        self.run.last_trigger_ms = Some(now_ms);
        self.run_batch(world, catalog, &offsets, tracing)
    }

    /// Writes the end of the epoch that has gone through.
    pub(super) fn commit_epoch(&mut self, world: &mut dyn World) -> Result<()> {
        let epoch = self.run.batch_id;
        let ends = self.sources.iter().map(|slot| slot.available.as_ref().map(|offset| offset.0.clone())).collect::<Vec<_>>();
        OffsetLog::new(&self.checkpoint).add_epoch(world.disk_mut(), epoch, &ends)?;
        CommitLog::new(&self.checkpoint).add(world.disk_mut(), epoch, CommitMetadata::default())?;
        self.purge_logs(world);
        Ok(())
    }
}

/// Takes up where the last committed epoch ended: `getStartOffsets`.
///
/// # Errors
/// Files that are not in Spark's format, a commit without its offsets.
pub fn recover(query: &mut Query, world: &mut dyn World) -> Result<()> {
    query.run.recovered = true;
    let Some((epoch, _)) = CommitLog::new(&query.checkpoint).latest(world.disk())? else { return Ok(()) };
    let log = OffsetLog::new(&query.checkpoint);
    let Some(offsets) = log.get(world.disk(), epoch)? else {
        let text = format!("Batch {epoch} was committed without end epoch offsets!");
        return Err(Diagnostic::plain(Class::Named("IllegalStateException".to_owned()), text));
    };
    log.purge_after(world.disk_mut(), epoch);
    query.run.batch_id = epoch + 1;
    for (slot, offset) in query.sources.iter_mut().zip(&offsets.offsets) {
        slot.committed = super::micro_batch::offset_of(offset.as_ref());
    }
    Ok(())
}

/// The sources that continuous processing can't read.
///
/// # Errors
/// `_LEGACY_ERROR_TEMP_2253`.
pub fn check_sources(plan: &Plan) -> Result<()> {
    let refused = |node: &Plan| match &node.node {
        Node::Source(source) if source.spec.format.eq_ignore_ascii_case("rate-micro-batch") => Some(source.spec.format.clone()),
        _ => None,
    };
    let mut found = None;
    plan.for_each_up(&mut |node| found = found.take().or_else(|| refused(node)));
    found.map_or(Ok(()), |format| {
        let text = format!("Data source {format} does not support continuous processing.");
        Err(Diagnostic::new(Class::Named("UnsupportedOperationException".to_owned()), "_LEGACY_ERROR_TEMP_2253", text, ""))
    })
}

/// Whether a real-time trigger lasts long enough, and fits the output mode.
///
/// # Errors
/// `STREAMING_REAL_TIME_MODE.OUTPUT_MODE_NOT_SUPPORTED`, `INVALID_STREAMING_REAL_TIME_MODE_TRIGGER_INTERVAL`.
pub fn check_real_time(conf: &Conf, interval_ms: i64, mode: crate::plan::OutputMode) -> Result<()> {
    if mode != crate::plan::OutputMode::Update {
        let mode = super::sink::mode_name(mode);
        let text = format!(
            "Streaming real-time mode has the following limitation: The output mode {mode} is not supported. To work around this limitation, set the output mode to Update. In the future, {mode} may be supported."
        );
        return Err(real_time(Class::IllegalArgument, "OUTPUT_MODE_NOT_SUPPORTED", text));
    }
    let key = "spark.sql.streaming.realTimeMode.minBatchDuration";
    let shortest_ms = conf.duration_ms(key).unwrap_or(SHORTEST_REAL_TIME_MS);
    if interval_ms < shortest_ms {
        let text = format!(
            "The real-time trigger interval is set to {interval_ms} ms. This is less than the {shortest_ms} ms minimum specified by {key}."
        );
        return Err(Diagnostic::new(Class::IllegalArgument, "INVALID_STREAMING_REAL_TIME_MODE_TRIGGER_INTERVAL", text, "22023"));
    }
    Ok(())
}

/// What a real-time query dies of: of the sources that there are here, none can be read so.
pub fn real_time_source(plan: &Plan) -> Box<Diagnostic> {
    let mut class = "";
    plan.for_each_up(&mut |node| {
        if let (Node::Source(source), "") = (&node.node, class) {
            class = match source.spec.format.to_ascii_lowercase().as_str() {
                "rate" => "sources.RateStreamMicroBatchStream",
                "rate-micro-batch" => "sources.RatePerMicroBatchStream",
                "socket" => "sources.TextSocketMicroBatchStream",
                _ if source.spec.streaming => "runtime.FileStreamSource",
                _ => "",
            };
        }
    });
    let text = format!(
        "Streaming real-time mode has the following limitation: The input stream org.apache.spark.sql.execution.streaming.{class} is not supported in Real-time Mode."
    );
    real_time(Class::IllegalArgument, "INPUT_STREAM_NOT_SUPPORTED", text)
}

fn real_time(class: Class, part: &str, text: String) -> Box<Diagnostic> {
    Diagnostic::new(class, &format!("STREAMING_REAL_TIME_MODE.{part}"), text, "0A000")
        .hint("Of Spark's own sources only Kafka can be read in real time. trigger(processingTime=\"0 seconds\") comes nearest here.")
}
