//! The kinds of queries that are tried, each as a frame for the engine and as a relation for the model.

mod chained;
mod deduplicating;
mod grouping;
mod joining;

use tidemark::expr::Expr;
use tidemark::plan::Frame;
use tidemark::plan::OutputMode;
use tidemark::types::Value;

use crate::plan::Condition;
use crate::plan::Relation;
use crate::plan::Row;

/// A kind of query.
#[derive(Clone, Copy)]
pub struct Family {
    /// What people call it.
    pub name: &'static str,
    /// How many sources it reads.
    pub sources: usize,
    /// How many histories are tried.
    pub histories: u32,
    /// The query that these choices pick.
    pub query: fn([u8; 6]) -> Query,
}

/// A query, for both.
pub struct Query {
    /// How it reads.
    pub text: String,
    /// Makes the engine's frame, given a source's.
    pub frame: MakeFrame,
    /// The model's relation.
    pub relation: Relation,
    /// The delays of its watermarks by their numbers, milliseconds.
    pub delays_ms: Vec<i64>,
    /// `spark.sql.streaming.multipleWatermarkPolicy` is `max`.
    pub max_policy: bool,
    /// The output mode.
    pub mode: OutputMode,
}

/// Makes a frame, given the sources'.
pub type MakeFrame = Box<dyn Fn(&dyn Fn(usize) -> Frame) -> Frame>;

/// All of them.
pub fn all() -> Vec<Family> {
    [grouping::FAMILIES, deduplicating::FAMILIES, joining::FAMILIES, chained::FAMILIES].concat()
}

/// Expressions as SQL writes them.
fn exprs(texts: &[&str]) -> Vec<Expr> {
    texts.iter().map(|text| tidemark::expr::parse(text).unwrap()).collect()
}

/// One of these.
fn pick<T: Copy>(choice: u8, options: &[T]) -> T {
    options[choice as usize % options.len()]
}

/// Delays of a watermark.
const DELAYS_MS: &[i64] = &[0, 5_000, 10_000, 25_000, 60_000];

/// A source with a watermark of this number over its time, below whatever is pushed to the source.
fn watched(source: usize, number: usize, pushed: Vec<Condition>) -> Relation {
    Relation::Watermark(number, 1, Box::new(Relation::Source(source, pushed)))
}

/// `withWatermark` over a source's time.
fn watched_frame(frame: &Frame, source: usize, delay_ms: i64) -> Frame {
    frame.with_watermark(["at", "bt"][source], &format!("{delay_ms} milliseconds")).unwrap()
}

fn has_key(row: &Row) -> bool {
    row[0] != Value::Null
}
