//! Which windows a query has, read off the rows' fates: equal ones make bands, sessions make bars that grow and merge.

use super::axis::Axis;
use crate::link::view::Batch;
use std::ops::Deref;

/// Equal windows: tumbling, or sliding by `slide_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bands {
    /// How long a window is.
    pub length_ms: i64,
    /// How far apart their starts are; the length for tumbling ones.
    pub slide_ms: i64,
    /// A window's start.
    pub origin_ms: i64,
}

/// The windows of the latest rows, if they are of equal length.
pub fn bands<B: Deref<Target = Batch>>(batches: &[B]) -> Option<Bands> {
    let recent = batches.iter().rev().take(30).flat_map(|batch| {
        let fates = batch.fates.iter().take(200).flat_map(|fate| fate.windows.iter().map(|window| (window.start_ms, window.end_ms)));
        fates.chain(batch.sealed.iter().map(|sealed| (sealed.start_ms, sealed.end_ms)))
    });
    let mut found: Option<Bands> = None;
    for (start_ms, end_ms) in recent {
        let length_ms = end_ms - start_ms;
        match &mut found {
            None => found = Some(Bands { length_ms, slide_ms: length_ms, origin_ms: start_ms }),
            Some(bands) if bands.length_ms != length_ms => return None,
            Some(bands) => bands.slide_ms = divisor(bands.slide_ms, (start_ms - bands.origin_ms).abs()),
        }
    }
    // A row of sliding windows is in several of them; one that is in a single window of a finer raster is in a session.
    let alone = batches.iter().rev().flat_map(|batch| &batch.fates).any(|fate| fate.windows.len() == 1);
    let found = found.filter(|bands| bands.slide_ms == bands.length_ms || !alone);
    found.filter(|bands| bands.length_ms > 0 && bands.slide_ms > 0 && bands.length_ms / bands.slide_ms < 40)
}

impl Bands {
    /// The start of the band, a slide's length, in which a time lies.
    #[must_use]
    pub fn start(&self, ms: f64) -> i64 {
        self.origin_ms + ((ms - self.origin_ms as f64) / self.slide_ms as f64).floor() as i64 * self.slide_ms
    }

    /// Whether every second band is shaded: this one is.
    #[must_use]
    pub fn shaded(&self, start_ms: i64) -> bool {
        start_ms.div_euclid(self.slide_ms).rem_euclid(2) == 1
    }
}

fn divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { divisor(b, a % b) }
}

/// A session: rows of one key without a long gap between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Its key.
    pub key: String,
    /// The event time of its first row.
    pub start_ms: i64,
    /// The event time at which it ends unless a row comes.
    pub end_ms: i64,
    /// Where its first row lies, in the axis's units.
    pub from: f64,
    /// Where it was last changed.
    pub to: f64,
    /// Whether it is sealed.
    pub sealed: bool,
}

/// The sessions that the rows made: each row's own window, merged with those of its key that it touches.
pub fn sessions<B: Deref<Target = Batch>>(batches: &[B], axis: &Axis) -> Vec<Session> {
    let mut all: Vec<Session> = Vec::new();
    for (batch, column) in batches.iter().zip(axis.columns()) {
        let count = batch.fates.len();
        for (index, fate) in batch.fates.iter().enumerate() {
            let at = column.place_row(fate.arrived_ms, index, count);
            for window in fate.windows.iter().filter(|window| window.counted) {
                let mut merged =
                    Session { key: fate.key.clone(), start_ms: window.start_ms, end_ms: window.end_ms, from: at, to: at, sealed: false };
                all.retain(|other| {
                    let touches =
                        !other.sealed && other.key == merged.key && other.start_ms <= merged.end_ms && merged.start_ms <= other.end_ms;
                    if touches {
                        merged.start_ms = merged.start_ms.min(other.start_ms);
                        merged.end_ms = merged.end_ms.max(other.end_ms);
                        merged.from = merged.from.min(other.from);
                        merged.to = merged.to.max(other.to);
                    }
                    !touches
                });
                all.push(merged);
            }
        }
        for sealed in &batch.sealed {
            for session in all.iter_mut().filter(|session| (session.start_ms, session.end_ms) == (sealed.start_ms, sealed.end_ms)) {
                session.sealed = true;
                session.to = column.right;
            }
        }
    }
    all
}
