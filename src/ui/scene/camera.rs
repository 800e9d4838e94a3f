//! What part of the two times is in sight, and how the view follows the run.

use super::axis::Axis;
use crate::link::view::{Arrival, Batch};
use std::ops::Deref;

/// What is in sight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// The left edge on the axis of processing time, in its units.
    pub left: f64,
    /// The right edge.
    pub right: f64,
    /// The event time at the bottom, in milliseconds.
    pub low_ms: f64,
    /// The event time at the top.
    pub high_ms: f64,
}

/// Where `now` stands at the most, as a share of the width.
const NOW: f64 = 0.87;

impl View {
    /// The view for this moment, with so many usual columns in sight.
    pub fn of<B: Deref<Target = Batch>>(batches: &[B], arrivals: &[Arrival], axis: &Axis, now_ms: f64, columns: f64) -> Self {
        let span = axis.usual() * columns;
        let now = axis.at(now_ms);
        let left = (now - span * NOW).max(0.0);
        let right = left + span;
        let (low_ms, high_ms) = events(batches, arrivals, axis, left, now_ms, right);
        Self { left, right, low_ms, high_ms }
    }

    /// A step from here towards a target; `step_ms` of real time. Never overshoots, and arrives; the faster the clock runs, the sooner.
    #[must_use]
    pub fn towards(self, target: Self, step_ms: f64, speed: f64) -> Self {
        let share = 1.0 - (-step_ms * (1.0 + speed / 8.0) / 160.0).exp();
        let mix = |from: f64, to: f64| from + (to - from) * share;
        Self {
            left: mix(self.left, target.left),
            right: mix(self.right, target.right),
            low_ms: mix(self.low_ms, target.low_ms),
            high_ms: mix(self.high_ms, target.high_ms),
        }
    }
}

/// The range of event times for what is in sight. Where event time follows processing time, the ideal diagonal spans the picture;
/// where it does not (old data, replayed), the rows in sight do.
fn events<B: Deref<Target = Batch>>(batches: &[B], arrivals: &[Arrival], axis: &Axis, left: f64, now_ms: f64, right: f64) -> (f64, f64) {
    let first = axis.columns().partition_point(|column| column.right < left);
    let in_sight = batches.get(first..).unwrap_or_default();
    let mut times: Vec<f64> = in_sight.iter().flat_map(|batch| batch.fates.iter().filter_map(|fate| fate.event_ms)).collect();
    times.extend(arrivals.iter().map(|row| row.event_ms));
    times.sort_by(f64::total_cmp);
    let span = right - left;
    let (Some(first), Some(newest)) = (times.first().copied(), times.last().copied()) else {
        return (axis.time(left), axis.time(left) + span);
    };
    if (newest - now_ms).abs() < span {
        let from_ms = axis.time(left);
        // Low enough for the rows and the water at the left edge; rows that come even later lie on the floor.
        let delay_ms = in_sight.last().and_then(|batch| batch.delay_ms).unwrap_or(0) as f64;
        let below = (delay_ms + axis.usual() * 1.6).min(span * 0.45);
        let oldest = times.get(times.len() / 50).copied().unwrap_or(first);
        let water =
            in_sight.first().and_then(|batch| batch.evict_ms).filter(|ms| *ms > 0).map_or(from_ms, |ms| ms as f64 - axis.usual() * 0.5);
        return ((from_ms - below).max(oldest.min(from_ms).min(water)), now_ms + (right - axis.at(now_ms)));
    }
    let low = times.get(times.len() / 50).copied().unwrap_or(first);
    let pad = ((newest - low) * 0.08).max(1_000.0);
    (low - pad, newest + pad)
}
