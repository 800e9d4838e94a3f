//! The source `rate` under continuous processing: each partition gives a row at its own even pace. Spark's `RateStreamContinuousStream`.

use super::rate::RateOptions;
use super::rate::rows;
use super::{Offset, ReadLimit, Source, SourceRows};
use crate::diag::Result;
use crate::world::World;
use serde_json::Value;

/// `rate` as a continuous query reads it.
pub(super) struct ContinuousRate {
    options: RateOptions,
    columns: Vec<usize>,
    created_ms: i64,
}

/// How far a partition has come: its last value, and when that was due, milliseconds since 1970.
#[derive(Clone, Copy)]
struct Place {
    value: i64,
    time_ms: i64,
}

impl ContinuousRate {
    /// A source that begins now.
    pub(super) fn new(world: &dyn World, options: RateOptions, columns: Vec<usize>) -> Self {
        Self { options, columns, created_ms: world.now_ms() }
    }

    /// Milliseconds between two rows of a partition.
    fn step_ms(&self) -> i64 {
        (1000.0 * self.options.partitions as f64 / self.options.rows_per_second as f64) as i64
    }

    /// Where the partitions stand at an offset; before the first value where there is none.
    fn places(&self, offset: Option<&Offset>) -> Vec<Place> {
        let known = offset.and_then(|offset| serde_json::from_str::<Value>(&offset.0).ok());
        let place = |partition: i64| {
            let number = |name: &str| known.as_ref().and_then(|known| known[partition.to_string()][name].as_i64());
            Place {
                value: number("value").unwrap_or(partition - self.options.partitions),
                time_ms: number("runTimeMs").unwrap_or(self.created_ms),
            }
        };
        (0..self.options.partitions).map(place).collect()
    }
}

impl Source for ContinuousRate {
    fn description(&self) -> String {
        "RateSource".to_owned()
    }

    fn latest_offset(&mut self, world: &mut dyn World, start: Option<&Offset>, _limit: ReadLimit) -> Result<Option<Offset>> {
        let (now_ms, step_ms) = (world.now_ms(), self.step_ms());
        let parts = self.places(start).into_iter().enumerate().map(|(partition, place)| {
            let due = (now_ms - place.time_ms).max(0) / step_ms.max(1);
            let (value, time_ms) = (place.value + due * self.options.partitions, place.time_ms + due * step_ms);
            format!("\"{partition}\":{{\"value\":{value},\"runTimeMs\":{time_ms}}}")
        });
        Ok(Some(Offset(format!("{{{}}}", parts.collect::<Vec<_>>().join(",")))))
    }

    fn batch(&mut self, _world: &mut dyn World, start: Option<&Offset>, end: &Offset, trace: bool) -> Result<SourceRows> {
        let step_ms = self.step_ms();
        let mut found: Vec<(i64, i64)> = Vec::new();
        for (from, to) in self.places(start).into_iter().zip(self.places(Some(end))) {
            let count = (to.value - from.value) / self.options.partitions;
            found.extend((1..=count).map(|row| (from.time_ms + row * step_ms, from.value + row * self.options.partitions)));
        }
        found.sort_unstable();
        let (times_ms, values) = found.into_iter().unzip();
        Ok(rows(values, times_ms, &self.columns, trace))
    }

    fn commit(&mut self, _world: &mut dyn World, _end: &Offset) {}
}
