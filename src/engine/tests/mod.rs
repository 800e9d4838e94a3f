//! Whole queries through the session, told as the conformance cases tell them.

mod crashes;
mod fates;
mod modes;

use std::fmt::Write;

use super::BatchReport;
use super::QueryId;
use super::QueryStart;
use super::Session;
use super::SinkKind;
use super::Step;
use super::Trigger;
use crate::expr::Expr;
use crate::plan::Frame;
use crate::plan::OutputMode;
use crate::plan::SourceSpec;
use crate::sql::ddl;
use crate::types::Value;
use crate::types::arrow::value_at;
use crate::types::json;
use crate::types::time::utc_millis;
use crate::world::Simulated;

/// A session in a world of its own, and what its queries said.
pub(super) struct Stage {
    pub session: Session,
    pub world: Simulated,
    files: usize,
}

impl Stage {
    pub fn new() -> Self {
        let mut session = Session::new();
        session.set_conf("spark.sql.shuffle.partitions", "1");
        Self { session, world: Simulated::new(1, 1_700_000_000_000), files: 0 }
    }

    /// `spark.readStream.schema(schema).option(...).json(path)`.
    pub fn json(&self, schema: &str, path: &str, options: &[(&str, &str)]) -> Frame {
        let spec = SourceSpec {
            format: "json".to_owned(),
            options: options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            schema: ddl::parse_schema(schema).unwrap(),
            path: path.to_owned(),
            streaming: true,
            listed: None,
        };
        Frame::source(spec, self.session.analyzer())
    }

    /// A file of these lines lands.
    pub fn land(&mut self, folder: &str, lines: &[&str]) {
        self.files += 1;
        self.world.advance_to(1_700_000_000_000 + 10_000 * self.files as i64);
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        self.world.land_file(&format!("{folder}/{}.json", self.files), text.into_bytes());
    }

    pub fn start(&mut self, frame: &Frame, mode: OutputMode, trigger: Trigger, options: &[(&str, &str)]) -> QueryId {
        let start = QueryStart {
            frame: frame.clone(),
            name: Some("q".to_owned()),
            mode,
            trigger,
            sink: SinkKind::Recording,
            options: options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            partition_by: Vec::new(),
        };
        self.session.start(&mut self.world, start).unwrap()
    }

    /// Steps until nothing is left to do; tells each batch.
    pub fn process(&mut self, query: QueryId) -> String {
        let mut told = String::new();
        loop {
            match self.session.step(&mut self.world, query) {
                Step::Ran(report) => told += &tell(&report),
                Step::Waiting { until_ms } => self.world.advance_to(until_ms),
                Step::Failed(error) => {
                    let _ = writeln!(told, "failed: {}", error.message);
                    return told;
                }
                Step::Idle { .. } | Step::Ended => return told,
                other => panic!("{other:?}"),
            }
        }
    }
}

pub(super) fn exprs(texts: &[&str]) -> Vec<Expr> {
    texts.iter().map(|text| crate::expr::parse(text).unwrap()).collect()
}

/// A batch as a case's lines.
pub(super) fn tell(report: &BatchReport) -> String {
    let mut out = format!("batch={} input={}", report.batch_id, report.input_rows);
    if let Some(watermark) = report.watermark {
        let _ = write!(out, " watermark={}", utc_millis(watermark.evict_ms));
    }
    out.push('\n');
    for (name, state) in report.state_operators() {
        let _ = write!(out, "  {name} total={} updated={} removed={} dropped={}", state.total, state.updated, state.removed, state.dropped);
        if let Some(duplicates) = state.duplicates {
            let _ = write!(out, " duplicates={duplicates}");
        }
        out.push('\n');
    }
    let mut rows: Vec<String> = (0..report.rows.num_rows())
        .map(|row| {
            let cells: Vec<Value> = report
                .schema
                .fields
                .iter()
                .zip(report.rows.columns())
                .map(|(field, column)| value_at(column, row, &field.data_type))
                .collect();
            json::row_to_json(&report.schema, &cells, &crate::types::Zone::utc(), false)
        })
        .collect();
    rows.sort();
    rows.iter().for_each(|row| out.push_str(&format!("  + {row}\n")));
    out
}
