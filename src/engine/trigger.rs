//! When the next batch may begin: Spark's `TriggerExecutor`.

use super::start::Trigger;

impl Trigger {
    /// The first time at or after which a batch may begin, for one that began at `last_ms` and ended at `now_ms`; milliseconds since 1970.
    ///
    /// Batches begin at multiples of the interval since 1970; one that took longer is followed at once.
    #[must_use]
    pub fn next_batch_ms(self, last_ms: Option<i64>, now_ms: i64) -> i64 {
        match (self, last_ms) {
            (Self::ProcessingTime(interval_ms) | Self::Continuous(interval_ms), Some(last_ms)) if interval_ms > 0 => {
                let next_ms = last_ms.div_euclid(interval_ms) * interval_ms + interval_ms;
                next_ms.max(now_ms)
            }
            _ => now_ms,
        }
    }

    /// Whether the query ends by itself once all that was there is read.
    #[must_use]
    pub fn ends(self) -> bool {
        matches!(self, Self::AvailableNow | Self::Once)
    }
}
