//! Which windows a query has, read off the rows' fates: equal ones make bands, sessions do not.

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
