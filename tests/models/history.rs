//! A history: what lands in which step, when the driver restarts or dies. Random ones, and how they read.

use std::fmt;

use proptest::prelude::*;
use tidemark::types::Value;
use tidemark::types::time::utc_millis;
use tidemark::world::CrashPoint;

use crate::family::Family;

/// 2024-05-01T12:00:00Z.
pub const BASE_MS: i64 = 1_714_564_800_000;

/// One random history of one query.
#[derive(Clone, Debug)]
pub struct History {
    /// Picks the query among those of its family.
    pub choices: [u8; 6],
    /// `spark.sql.streaming.noDataMicroBatches.enabled`.
    pub no_data_batches: bool,
    /// `maxFilesPerTrigger` of all sources.
    pub files_a_batch: Option<usize>,
    /// Whether the engine notes each row's fate.
    pub tracing: bool,
    /// The steps in order.
    pub steps: Vec<Step>,
}

/// Files land, then the query processes all that there is.
#[derive(Clone, Debug)]
pub struct Step {
    /// The source of each file, and its rows.
    pub files: Vec<(usize, Vec<Row>)>,
    /// Before it processes, the driver starts again.
    pub restart: bool,
    /// The driver dies the next time that it comes to this point.
    pub crash: Option<CrashPoint>,
}

/// An input row.
#[derive(Clone, Debug)]
pub struct Row {
    /// `k0` to `k3`, or null.
    pub key: Option<u8>,
    /// Milliseconds after the base, or null.
    pub at_ms: Option<i64>,
    /// Null, negative, or as most are: not.
    pub value: Option<i64>,
}

impl Row {
    /// Key, time, value.
    pub fn cells(&self) -> Vec<Value> {
        vec![
            self.key.map_or(Value::Null, |key| Value::String(format!("k{key}"))),
            self.at_ms.map_or(Value::Null, |at_ms| Value::Timestamp((BASE_MS + at_ms) * 1000)),
            self.value.map_or(Value::Null, Value::Long),
        ]
    }

    /// The row as a line of its file; the columns are called by the source: `ak`, `at`, `av`.
    pub fn json(&self, source: usize) -> String {
        let column = ["a", "b"][source];
        let key = self.key.map_or_else(|| "null".to_owned(), |key| format!("\"k{key}\""));
        let at = self.at_ms.map_or_else(|| "null".to_owned(), |at_ms| format!("\"{}\"", utc_millis(BASE_MS + at_ms)));
        let value = self.value.map_or_else(|| "null".to_owned(), |value| value.to_string());
        format!("{{\"{column}k\":{key},\"{column}t\":{at},\"{column}v\":{value}}}")
    }
}

/// The text of a file.
pub fn file_text(source: usize, rows: &[Row]) -> String {
    rows.iter().map(|row| row.json(source) + "\n").collect()
}

impl fmt::Display for History {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "choices {:?}", self.choices)?;
        writeln!(
            out,
            "noDataMicroBatches {}, maxFilesPerTrigger {:?}, tracing {}",
            self.no_data_batches, self.files_a_batch, self.tracing
        )?;
        for step in &self.steps {
            if step.restart {
                writeln!(out, ">>> restart")?;
            }
            if let Some(point) = step.crash {
                writeln!(out, ">>> the driver will die: {point:?}")?;
            }
            for (source, rows) in &step.files {
                write!(out, ">>> file /data/{}\n{}", ["a", "b"][*source], file_text(*source, rows))?;
            }
            writeln!(out, ">>> process")?;
        }
        Ok(())
    }
}

/// Random histories for a family's queries.
pub fn histories(family: &Family) -> impl Strategy<Value = History> + use<> {
    let steps = prop::collection::vec(step(family.sources), 1..8);
    let limit = prop::option::weighted(0.3, 1..3_usize);
    (any::<[u8; 6]>(), prop::bool::weighted(0.75), limit, any::<bool>(), steps).prop_map(
        |(choices, no_data_batches, files_a_batch, tracing, steps)| {
            let mut number = 0;
            let steps = steps.into_iter().enumerate().map(|(place, step)| finished(place, step, &mut number)).collect();
            History { choices, no_data_batches, files_a_batch, tracing, steps }
        },
    )
}

/// Time goes on from step to step, and each value that is not null is a number of its own, so that rows can be told apart.
fn finished(place: usize, mut step: Step, number: &mut i64) -> Step {
    for row in step.files.iter_mut().flat_map(|(_, rows)| rows) {
        *number += 1;
        row.at_ms = row.at_ms.map(|at_ms| at_ms + place as i64 * 20_000);
        row.value = row.value.map(|sign| sign * *number);
    }
    step
}

fn step(sources: usize) -> impl Strategy<Value = Step> {
    let file = (0..sources, prop::collection::vec(row(), 0..6));
    let files = prop::collection::vec(file, 0..4);
    let crash = prop::option::weighted(
        0.2,
        prop::sample::select(vec![
            CrashPoint::BeforeOffsetLog,
            CrashPoint::AfterOffsetLog,
            CrashPoint::DuringSink,
            CrashPoint::BeforeCommit,
        ]),
    );
    (files, prop::bool::weighted(0.2), crash).prop_map(|(files, restart, crash)| Step { files, restart, crash })
}

/// Most times lie on the borders of windows, or a millisecond beside; some anywhere; few far away.
fn row() -> impl Strategy<Value = Row> {
    let at_ms = prop_oneof![
        6 => (-8..12_i64).prop_map(|tens| tens * 5_000),
        2 => (-8..12_i64, -1..2_i64).prop_map(|(tens, beside)| tens * 5_000 + beside),
        2 => -40_000..60_000_i64,
        1 => -300_000..200_000_i64,
    ];
    let value = prop_oneof![7 => Just(Some(1)), 2 => Just(Some(-1)), 1 => Just(None)];
    (prop::option::weighted(0.9, 0..4_u8), prop::option::weighted(0.93, at_ms), value).prop_map(|(key, at_ms, value)| Row {
        key,
        at_ms,
        value,
    })
}
