//! Queries with state over made-up rows, run through a session: what both benchmarks of the stateful operators measure.
//!
//! Row `n` has the time of `n` milliseconds after a beginning, so that a watermark's delay says how many rows the state holds.

#![allow(dead_code, reason = "each benchmark uses its part of it")]

use tidemark::engine::BatchReport;
use tidemark::engine::QueryId;
use tidemark::engine::QueryStart;
use tidemark::engine::Session;
use tidemark::engine::SinkKind;
use tidemark::engine::Step;
use tidemark::engine::Trigger;
use tidemark::expr::Expr;
use tidemark::plan::Frame;
use tidemark::plan::JoinOn;
use tidemark::plan::OutputMode;
use tidemark::plan::SourceSpec;
use tidemark::types::DataType;
use tidemark::types::Field;
use tidemark::types::Schema;
use tidemark::world::Simulated;

/// A query of one kind of operator, over rows whose watermark has this delay, milliseconds.
pub type Make = fn(&dyn Fn() -> Frame, i64) -> Frame;

/// The kinds, and the names under which their figures are printed.
pub const ALL: &[(&str, OutputMode, Make)] = &[
    ("windowed count, append", OutputMode::Append, windowed_count),
    ("windowed count, update", OutputMode::Update, windowed_count),
    ("dropDuplicates", OutputMode::Append, drop_duplicates),
    ("dropDuplicatesWithinWatermark", OutputMode::Append, within_watermark),
    ("session windows", OutputMode::Append, sessions),
    ("stream-stream join with a time range", OutputMode::Append, join),
    ("left outer join with a time range", OutputMode::Append, left_join),
    ("dropDuplicates, then windowed count", OutputMode::Append, chained),
];

/// A query that runs.
pub struct Running {
    session: Session,
    world: Simulated,
    id: QueryId,
    name: &'static str,
}

impl Running {
    /// Starts a query in a world of its own, with so many rows a batch from each source and so many in the state.
    pub fn start(kind: &(&'static str, OutputMode, Make), rows_a_batch: i64, rows_in_state: i64) -> Self {
        Self::start_in(Simulated::new(1, 0), kind, rows_a_batch, rows_in_state)
    }

    /// The driver starts again, with so many rows a batch from now on.
    pub fn restart(self, kind: &(&'static str, OutputMode, Make), rows_a_batch: i64, rows_in_state: i64) -> Self {
        Self::start_in(self.world, kind, rows_a_batch, rows_in_state)
    }

    fn start_in(mut world: Simulated, kind: &(&'static str, OutputMode, Make), rows_a_batch: i64, rows_in_state: i64) -> Self {
        let mut session = Session::new();
        session.set_conf("spark.sql.shuffle.partitions", "1");
        let (name, mode, make) = kind;
        let start = QueryStart {
            frame: make(&|| source(&session, rows_a_batch), rows_in_state),
            name: Some("q".to_owned()),
            mode: *mode,
            trigger: Trigger::Default,
            sink: SinkKind::Recording,
            options: vec![("checkpointLocation".to_owned(), "/checkpoint/q".to_owned())],
            partition_by: Vec::new(),
        };
        let id = session.start(&mut world, start).unwrap_or_else(|error| panic!("{name}: {}", error.message));
        Self { session, world, id, name }
    }

    /// Runs a batch.
    pub fn step(&mut self) -> Box<BatchReport> {
        match self.session.step(&mut self.world, self.id) {
            Step::Ran(report) => report,
            other => panic!("{}: {other:?}", self.name),
        }
    }
}

/// Rows of a number `n` and its time `at`.
fn source(session: &Session, rows_a_batch: i64) -> Frame {
    let options = [("rowsPerBatch", rows_a_batch), ("startTimestamp", 1_700_000_000_000), ("advanceMillisPerBatch", 1)];
    let spec = SourceSpec {
        format: "rate-micro-batch".to_owned(),
        options: options.iter().map(|(name, value)| ((*name).to_owned(), value.to_string())).collect(),
        schema: Schema { fields: vec![Field::new("timestamp", DataType::Timestamp), Field::new("value", DataType::Long)] },
        path: String::new(),
        listed: None,
        streaming: true,
    };
    let rows = Frame::source(spec, session.analyzer());
    made(rows.select(exprs(&["value AS n", "timestamp_millis(1700000000000 + value) AS at"])))
}

fn exprs(texts: &[&str]) -> Vec<Expr> {
    texts.iter().map(|text| tidemark::expr::parse(text).unwrap_or_else(|error| panic!("{text}: {}", error.message))).collect()
}

fn made(frame: tidemark::diag::Result<Frame>) -> Frame {
    frame.unwrap_or_else(|error| panic!("{}", error.message))
}

fn watched(source: &dyn Fn() -> Frame, delay_ms: i64) -> Frame {
    made(source().with_watermark("at", &format!("{delay_ms} milliseconds")))
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn windowed_count(source: &dyn Fn() -> Frame, delay_ms: i64) -> Frame {
    made(watched(source, delay_ms).count_by(exprs(&["window(at, '10 milliseconds')", "n"])))
}

fn drop_duplicates(source: &dyn Fn() -> Frame, delay_ms: i64) -> Frame {
    made(watched(source, delay_ms).drop_duplicates(Some(&names(&["n", "at"]))))
}

fn within_watermark(source: &dyn Fn() -> Frame, delay_ms: i64) -> Frame {
    // A key is kept for the delay after its time, and the watermark is as long behind.
    made(watched(source, delay_ms / 2).drop_duplicates_within_watermark(Some(&names(&["n"]))))
}

fn sessions(source: &dyn Fn() -> Frame, delay_ms: i64) -> Frame {
    made(watched(source, delay_ms).count_by(exprs(&["session_window(at, '5 milliseconds')", "n"])))
}

fn join(source: &dyn Fn() -> Frame, delay_ms: i64) -> Frame {
    joined(source, delay_ms, "inner")
}

fn left_join(source: &dyn Fn() -> Frame, delay_ms: i64) -> Frame {
    joined(source, delay_ms, "left")
}

/// Every other row finds its match.
fn joined(source: &dyn Fn() -> Frame, delay_ms: i64, how: &str) -> Frame {
    let side = |letter: &str| {
        let (number, time) = (format!("n * 2 AS {letter}n"), format!("at AS {letter}t"));
        let number = if letter == "b" { "n AS bn".to_owned() } else { number };
        // Each side holds half of the state.
        made(
            made(source().select(exprs(&[&number, &time])))
                .with_watermark(&format!("{letter}t"), &format!("{} milliseconds", delay_ms / 2)),
        )
    };
    let range = "an = bn AND bt >= at - INTERVAL 10 MILLISECONDS AND bt <= at + INTERVAL 10 MILLISECONDS";
    made(side("a").join(&side("b"), JoinOn::Condition(exprs(&[range])), how))
}

fn chained(source: &dyn Fn() -> Frame, delay_ms: i64) -> Frame {
    let distinct = made(watched(source, delay_ms / 2).drop_duplicates(Some(&names(&["n", "at"]))));
    made(distinct.count_by(exprs(&["window(at, '10 milliseconds')", "n"])))
}
