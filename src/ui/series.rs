//! The numbers behind the charts and the bars: Spark's own Structured Streaming tab, from the same counters.

use crate::link::view::{Batch, Outcome};
use std::ops::Deref;

/// A chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its title, as Spark's tab has it.
    pub title: &'static str,
    /// What the numbers count: `rows`, `ms`.
    pub unit: &'static str,
    /// One for each batch; several layers are stacked.
    pub layers: Vec<Layer>,
    /// Drawn in the colour of what is wrong.
    pub red: bool,
}

/// A layer of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Its name, where there are several.
    pub name: String,
    /// One for each batch.
    pub values: Vec<f64>,
}

/// The bar of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// The batch's index.
    pub batch: usize,
    /// Its id.
    pub id: u64,
    /// Rows that came.
    pub rows: u64,
    /// Rows of them that were late.
    pub late: u64,
}

/// How many batches a chart shows.
const SHOWN: usize = 120;

/// The charts for these batches: the latest of them.
pub fn charts<B: Deref<Target = Batch>>(batches: &[B]) -> Vec<Series> {
    let from = batches.len().saturating_sub(SHOWN);
    let shown = batches.get(from..).unwrap_or_default();
    let one = |title, unit, red, value: &dyn Fn(usize, &Batch) -> f64| {
        let values = shown.iter().enumerate().map(|(index, batch)| value(from + index, batch)).collect();
        Series { title, unit, layers: vec![Layer { name: String::new(), values }], red }
    };
    vec![
        one("Input rate", "rows/s", false, &|index, batch| rate(batch.input_rows, gap_ms(batches, index))),
        one("Process rate", "rows/s", false, &|_, batch| rate(batch.input_rows, total_ms(batch))),
        one("Input rows", "rows", false, &|_, batch| batch.input_rows as f64),
        one("Batch duration", "ms", false, &|_, batch| total_ms(batch) as f64),
        Series { title: "Operation duration", unit: "ms", layers: operations(shown), red: false },
        one("Watermark gap", "s", false, &|_, batch| gap_s(batch)),
        one("State rows", "rows", false, &|_, batch| batch.state_rows as f64),
        one("Dropped late", "rows", true, &|_, batch| batch.dropped as f64),
    ]
}

/// The bars of the latest batches, at most so many.
pub fn bars<B: Deref<Target = Batch>>(batches: &[B], most: usize) -> Vec<Bar> {
    let from = batches.len().saturating_sub(most);
    let late = |batch: &Batch| batch.fates.iter().filter(|fate| fate.outcome == Outcome::Late).count() as u64;
    let bar = |(batch, ran): (usize, &B)| Bar { batch, id: ran.batch_id, rows: ran.input_rows, late: late(ran).min(ran.input_rows) };
    batches.iter().enumerate().skip(from).map(bar).collect()
}

impl Series {
    /// The latest value, over all layers.
    #[must_use]
    pub fn latest(&self) -> Option<f64> {
        let all: Vec<f64> = self.layers.iter().filter_map(|layer| layer.values.last().copied()).collect();
        (!all.is_empty()).then(|| all.iter().sum())
    }

    /// The upper edges of the layers, bottom layer first, and the highest of all.
    #[must_use]
    pub fn stacked(&self) -> (Vec<Vec<f64>>, f64) {
        let count = self.layers.first().map_or(0, |layer| layer.values.len());
        let mut sum = vec![0.0; count];
        let mut edges = Vec::new();
        for layer in &self.layers {
            sum.iter_mut().zip(&layer.values).for_each(|(sum, value)| *sum += value);
            edges.push(sum.clone());
        }
        (edges, sum.into_iter().fold(0.0, f64::max))
    }
}

fn operations<B: Deref<Target = Batch>>(shown: &[B]) -> Vec<Layer> {
    let names = ["walCommit", "queryPlanning", "latestOffset", "getBatch", "addBatch", "commitOffsets"];
    let of = |batch: &Batch, name: &str| batch.durations_ms.iter().find(|(it, _)| it == name).map_or(0.0, |(_, ms)| *ms as f64);
    names.into_iter().map(|name| Layer { name: name.to_owned(), values: shown.iter().map(|batch| of(batch, name)).collect() }).collect()
}

fn total_ms(batch: &Batch) -> i64 {
    batch.durations_ms.iter().find(|(name, _)| name == "triggerExecution").map_or(0, |(_, ms)| *ms)
}

fn gap_ms<B: Deref<Target = Batch>>(batches: &[B], index: usize) -> i64 {
    match index.checked_sub(1).and_then(|before| batches.get(before)).zip(batches.get(index)) {
        Some((before, batch)) => batch.at_ms - before.at_ms,
        None => 0,
    }
}

fn rate(rows: u64, ms: i64) -> f64 {
    if ms > 0 { rows as f64 * 1000.0 / ms as f64 } else { 0.0 }
}

/// How far the watermark lies behind the clock, in seconds, as Spark charts it.
fn gap_s(batch: &Batch) -> f64 {
    batch.evict_ms.filter(|ms| *ms > 0).map_or(0.0, |ms| (batch.at_ms - ms) as f64 / 1000.0)
}
