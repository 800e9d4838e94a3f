//! `StreamingQueryProgress`: the JSON of a trigger, in Spark's order, and the latest of them.
//!
//! Law: the text is made from the batch's report alone, so that numbers are never told twice.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::fmt::Write;

use serde_json::Value;

use super::query::Query;
use super::report::BatchReport;
use super::report::OperatorLine;
use super::report::SourceReport;
use super::report::WatermarkReport;
use super::run_tree::Line;
use crate::operator::EventTimeStats;
use crate::operator::Observed;
use crate::operator::StateCounters;
use crate::state::OffsetSeq;
use crate::types::json;
use crate::types::time::utc_millis;

/// The progress of the latest triggers.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    texts: VecDeque<String>,
    /// `numRecentProgressUpdates` as the session has it now.
    pub(super) most: i64,
    /// When the last text was made, milliseconds since 1970: an idle query reports at most every ten seconds.
    last_ms: Option<i64>,
    /// The operators of this run's last batch: a trigger without a batch reports what their state holds.
    operators: Option<Vec<OperatorLine>>,
}

impl Recent {
    /// The newest.
    #[must_use]
    pub fn last(&self) -> Option<&str> {
        self.texts.back().map(String::as_str)
    }

    /// All that are kept, oldest first.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str)
    }

    fn add(&mut self, text: String, at_ms: i64) {
        self.texts.push_back(text);
        // Spark lets go of one as soon as there are as many as the setting says, so it keeps one fewer.
        // DIFFERENCE: with 0 Spark's query fails, as its queue is empty then.
        while !self.texts.is_empty() && self.texts.len() as i64 >= self.most {
            self.texts.pop_front();
        }
        self.last_ms = Some(at_ms);
    }
}

/// Closes the report of a batch: durations, the JSON text; keeps the text.
pub fn note_batch(query: &mut Query, report: &mut BatchReport) {
    report.durations_ms = durations(report);
    report.progress = text(query, report, true);
    query.recent.add(report.progress.clone(), report.at_ms);
    query.recent.operators = Some(report.operators.clone());
}

/// Reports a trigger that ran no batch, unless something was reported within the last ten seconds.
/// Whether listeners are told: they are not of the first report of a run.
pub fn note_idle(query: &mut Query) -> bool {
    let interval_ms = query.conf.duration_ms("spark.sql.streaming.noDataProgressEventInterval").unwrap_or(10_000);
    let now_ms = query.run.trigger_ms;
    if query.recent.last_ms.is_some_and(|last_ms| now_ms - interval_ms < last_ms) {
        return false;
    }
    let report = idle_report(query);
    let text = text(query, &report, false);
    let is_first = query.recent.last_ms.is_none();
    query.recent.add(text, now_ms);
    !is_first
}

/// The watermarks of a batch that is being reported.
pub fn watermark(query: &Query, offsets: &OffsetSeq, lines: &[Line]) -> Option<WatermarkReport> {
    let delay_ms = query.tracker.smallest_delay_ms()?;
    let seen = lines.iter().filter_map(|line| line.report.event_times).map(|(_, stats)| stats).filter(|stats| stats.count > 0);
    Some(WatermarkReport {
        late_ms: query.run.late_ms,
        evict_ms: offsets.batch_watermark_ms,
        next_ms: offsets.batch_watermark_ms,
        event_times: seen.reduce(together),
        delay_ms,
    })
}

/// The operators of a batch, root first.
pub fn operator_lines(lines: &[Line]) -> Vec<OperatorLine> {
    lines
        .iter()
        .map(|line| OperatorLine {
            name: line.report.name.clone(),
            depth: line.depth,
            rows_in: line.report.rows_in,
            rows_out: line.report.rows_out,
            state: line.report.state,
            metrics: line.report.metrics.clone(),
        })
        .collect()
}

/// What the batch's rows were observed to be, sorted by name; of copies of one observation the last counts.
pub fn observed(lines: &[Line]) -> Vec<Observed> {
    let found = lines.iter().filter_map(|line| line.report.observed.as_ref());
    found.map(|it| (&it.name, it)).collect::<BTreeMap<_, _>>().into_values().cloned().collect()
}

fn together(left: EventTimeStats, right: EventTimeStats) -> EventTimeStats {
    let count = left.count + right.count;
    EventTimeStats {
        max_ms: left.max_ms.max(right.max_ms),
        min_ms: left.min_ms.min(right.min_ms),
        avg_ms: left.avg_ms + (right.avg_ms - left.avg_ms) * right.count as f64 / count as f64,
        count,
    }
}

// DIFFERENCE: the world's clock stands still while a batch runs, so durations are a model: what such a batch costs a small cluster.
fn durations(report: &BatchReport) -> Vec<(String, i64)> {
    let rows = report.input_rows.cast_signed() + report.rows.num_rows() as i64;
    let stores = report.state_operators().count() as i64;
    let add_batch = 20 + 15 * stores + rows / 200;
    let parts =
        [("addBatch", add_batch), ("commitOffsets", 8), ("getBatch", 1), ("latestOffset", 5), ("queryPlanning", 4), ("walCommit", 9)];
    let total = parts.iter().map(|part| part.1).sum();
    let mut durations: Vec<(String, i64)> = parts.into_iter().map(|(name, ms)| (name.to_owned(), ms)).collect();
    durations.insert(5, ("triggerExecution".to_owned(), total));
    durations
}

fn idle_report(query: &Query) -> BatchReport {
    let sources = query.sources.iter().map(|slot| SourceReport {
        description: slot.source.description(),
        start: slot.committed.as_ref().map(|offset| offset.0.clone()),
        end: slot.committed.as_ref().map(|offset| offset.0.clone()),
        latest: slot.source.report_latest_offset().map(|offset| offset.0),
        metrics: slot.source.metrics(slot.committed.as_ref()),
        input_rows: 0,
    });
    let mut operators = query.recent.operators.clone();
    for state in operators.iter_mut().flatten().filter_map(|operator| operator.state.as_mut()) {
        (state.updated, state.dropped) = (0, 0);
    }
    let delay_ms = query.tracker.smallest_delay_ms().filter(|_| operators.is_some());
    let watermark = delay_ms.map(|delay_ms| WatermarkReport {
        late_ms: query.run.late_ms,
        evict_ms: query.tracker.current_ms(),
        next_ms: query.tracker.current_ms(),
        event_times: None,
        delay_ms,
    });
    BatchReport {
        name: query.name.clone(),
        query: query.number,
        batch_id: query.run.batch_id,
        at_ms: query.run.trigger_ms,
        mode: query.mode,
        input_rows: 0,
        no_data: true,
        sources: sources.collect(),
        watermark,
        schema: query.schema.clone(),
        rows: arrow_array::RecordBatch::new_empty(crate::types::arrow::arrow_schema(&query.schema)),
        ordered: query.ordered,
        operators: operators.unwrap_or_default(),
        observed: Vec::new(),
        fates: Vec::new(),
        sealed: Vec::new(),
        durations_ms: vec![("latestOffset".to_owned(), 5), ("triggerExecution".to_owned(), 5)],
        progress: String::new(),
    }
}

fn text(query: &Query, report: &BatchReport, ran: bool) -> String {
    let mut out = String::from("{");
    let total_ms = report.durations_ms.iter().find(|part| part.0 == "triggerExecution").map_or(0, |part| part.1);
    // The executor polls every ten milliseconds: two triggers are never nearer than that. The first one has no rate.
    let since_ms = query.run.last_trigger_ms.map(|last_ms| (report.at_ms - last_ms).max(10));
    let length_ms = Some(total_ms);
    string(&mut out, "id", Some(&query.id));
    string(&mut out, "runId", Some(&query.run_id));
    string(&mut out, "name", report.name.as_deref());
    string(&mut out, "timestamp", Some(&utc_millis(report.at_ms)));
    plain(&mut out, "batchId", report.batch_id);
    plain(&mut out, "batchDuration", total_ms);
    plain(&mut out, "numInputRows", report.input_rows);
    plain(&mut out, "inputRowsPerSecond", rate(report.input_rows, since_ms));
    plain(&mut out, "processedRowsPerSecond", rate(report.input_rows, length_ms));
    let durations = report.durations_ms.iter().map(|(name, ms)| format!("\"{name}\":{ms}")).collect::<Vec<_>>().join(",");
    plain(&mut out, "durationMs", format!("{{{durations}}}"));
    if let Some(watermark) = &report.watermark {
        plain(&mut out, "eventTime", event_time(watermark));
    }
    plain(&mut out, "stateOperators", state_operators(query, report));
    let sources: Vec<String> = report.sources.iter().map(|source| source_text(source, since_ms, length_ms)).collect();
    plain(&mut out, "sources", format!("[{}]", sources.join(",")));
    let given = query.sink.output_rows(report.rows.num_rows());
    let rows = match (ran, &query.recent.operators) {
        (true, _) => given,
        (false, Some(_)) => given.min(0),
        (false, None) => -1,
    };
    plain(&mut out, "sink", format!("{{\"description\":{},\"numOutputRows\":{rows}}}", quoted(&query.sink.description())));
    if !report.observed.is_empty() {
        let zone = query.conf.zone();
        let rows = report.observed.iter().map(|it| format!("{}:{}", quoted(&it.name), json::row_value(&it.schema, &it.values, &zone)));
        plain(&mut out, "observedMetrics", format!("{{{}}}", rows.collect::<Vec<_>>().join(",")));
    }
    out.push('}');
    out
}

fn event_time(watermark: &WatermarkReport) -> String {
    let time = |ms: i64| quoted(&utc_millis(ms));
    let seen = watermark.event_times.map_or_else(String::new, |stats| {
        format!("\"avg\":{},\"max\":{},\"min\":{},", time(stats.avg_ms as i64), time(stats.max_ms), time(stats.min_ms))
    });
    format!("{{{seen}\"watermark\":{}}}", time(watermark.evict_ms))
}

fn state_operators(query: &Query, report: &BatchReport) -> String {
    let partitions = query.conf.number("spark.sql.shuffle.partitions", 200);
    let stateful = report.operators.iter().filter_map(|operator| Some((operator, operator.state?)));
    let texts = stateful.map(|(operator, state)| {
        let mut out = String::from("{");
        string(&mut out, "operatorName", Some(&operator.name));
        plain(&mut out, "numRowsTotal", state.total);
        plain(&mut out, "numRowsUpdated", state.updated);
        plain(&mut out, "allUpdatesTimeMs", state.updated / 100);
        plain(&mut out, "numRowsRemoved", state.removed);
        plain(&mut out, "allRemovalsTimeMs", state.removed / 100);
        plain(&mut out, "commitTimeMs", 8);
        plain(&mut out, "memoryUsedBytes", 424 + 250 * state.total);
        plain(&mut out, "numRowsDroppedByWatermark", state.dropped);
        plain(&mut out, "numShufflePartitions", partitions);
        plain(&mut out, "numStateStoreInstances", partitions);
        let cache = map_cache(query, &operator.name, report.batch_id);
        plain(&mut out, "customMetrics", custom_metrics(state, report.watermark.is_some(), cache, &operator.metrics));
        out.push('}');
        out
    });
    format!("[{}]", texts.collect::<Vec<_>>().join(","))
}

/// How often the stores of an operator have been found loaded in this run, and how often not: Spark loads each once a batch, an aggregation's twice,
/// first to restore, then to save. The empty version 0 counts as neither.
fn map_cache(query: &Query, operator: &str, batch_id: u64) -> (u64, u64) {
    let loads = match operator {
        "stateStoreSave" | "sessionWindowStateStoreSaveExec" => 2,
        "symmetricHashJoin" => 4,
        _ => 1,
    };
    let stores = if operator == "symmetricHashJoin" { 4 } else { 1 };
    match query.run.first_batch_id {
        0 => (loads * batch_id, 0),
        first => (loads * (batch_id + 1).saturating_sub(first) - stores, stores),
    }
}

/// What the state store provider adds, by name.
fn custom_metrics(state: StateCounters, evicts: bool, (hits, misses): (u64, u64), further: &[(&'static str, u64)]) -> String {
    let mut out = String::from("{");
    if !further.is_empty() {
        further.iter().for_each(|(name, count)| plain(&mut out, name, count));
        out.push('}');
        return out;
    }
    plain(&mut out, "SnapshotLastUploaded.partition_0_default", -1);
    plain(&mut out, "forceSnapshotCount", 0);
    plain(&mut out, "loadedMapCacheHitCount", hits);
    plain(&mut out, "loadedMapCacheMissCount", misses);
    if let Some(duplicates) = state.duplicates {
        plain(&mut out, "numDroppedDuplicateRows", duplicates);
        plain(&mut out, "numRowsIncrementallyRemoved", 0);
        plain(&mut out, "numRowsReadDuringEviction", if evicts { state.total + state.removed } else { 0 });
    }
    plain(&mut out, "numSnapshotsAutoRepaired", 0);
    plain(&mut out, "stateOnCurrentVersionSizeBytes", 280 + 250 * state.total);
    out.push('}');
    out
}

fn source_text(source: &SourceReport, since_ms: Option<i64>, total_ms: Option<i64>) -> String {
    let offset = |text: &Option<String>| text.clone().unwrap_or_else(|| "null".to_owned());
    let mut out = String::from("{");
    string(&mut out, "description", Some(&source.description));
    plain(&mut out, "startOffset", offset(&source.start));
    plain(&mut out, "endOffset", offset(&source.end));
    plain(&mut out, "latestOffset", offset(&source.latest));
    plain(&mut out, "numInputRows", source.input_rows);
    plain(&mut out, "inputRowsPerSecond", rate(source.input_rows, since_ms));
    plain(&mut out, "processedRowsPerSecond", rate(source.input_rows, total_ms));
    // Spark leaves the key out where a source has none.
    if !source.metrics.is_empty() {
        let metrics: Vec<String> = source.metrics.iter().map(|(name, value)| format!("\"{name}\":{}", quoted(value))).collect();
        plain(&mut out, "metrics", format!("{{{}}}", metrics.join(",")));
    }
    out.push('}');
    out
}

/// Rows per second to one decimal, half up; nothing a second where the time is not known.
fn rate(rows: u64, ms: Option<i64>) -> String {
    let value = ms.map_or(0.0, |ms| rows as f64 * 1000.0 / ms.max(1) as f64);
    crate::types::number::format_double((value * 10.0 + 0.5).floor() / 10.0)
}

fn string(out: &mut String, name: &str, value: Option<&str>) {
    plain(out, name, value.map_or_else(|| "null".to_owned(), quoted));
}

fn plain(out: &mut String, name: &str, value: impl std::fmt::Display) {
    let comma = if out.len() > 1 { "," } else { "" };
    let _ = write!(out, "{comma}\"{name}\":{value}");
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}
