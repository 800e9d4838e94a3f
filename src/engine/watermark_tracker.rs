//! The query's watermark: Spark's `WatermarkTracker`.
//!
//! Law: each watermark node keeps the largest `max(event time) - delay` it has seen in this run; the query's is the smallest (or largest) of them,
//! a node that saw nothing counting as 0; it never goes back. It moves at the end of a batch, so that a batch works with one value throughout.

use crate::operator::EventTimeStats;

/// How several watermarks become one: `spark.sql.streaming.multipleWatermarkPolicy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// The slowest counts: no row of any stream is dropped too early.
    #[default]
    Min,
    /// The fastest counts.
    Max,
}

/// Follows the watermarks of a query.
#[derive(Clone, Debug, PartialEq)]
pub struct WatermarkTracker {
    policy: Policy,
    delays_ms: Vec<i64>,
    nodes_ms: Vec<Option<i64>>,
    global_ms: i64,
}

impl Policy {
    /// The policy of this name.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if text.trim().eq_ignore_ascii_case("max") { Self::Max } else { Self::Min }
    }
}

impl WatermarkTracker {
    /// A tracker for watermark nodes with these delays, that begins at this watermark; milliseconds.
    #[must_use]
    pub fn new(policy: Policy, delays_ms: Vec<i64>, global_ms: i64) -> Self {
        let nodes_ms = vec![None; delays_ms.len()];
        Self { policy, delays_ms, nodes_ms, global_ms }
    }

    /// The query's watermark, milliseconds since 1970.
    #[must_use]
    pub fn current_ms(&self) -> i64 {
        self.global_ms
    }

    /// The smallest delay of the query's watermarks; none without a watermark.
    #[must_use]
    pub fn smallest_delay_ms(&self) -> Option<i64> {
        self.delays_ms.iter().copied().min()
    }

    /// Takes in what the nodes saw in a batch.
    pub fn update(&mut self, seen: &[(usize, EventTimeStats)]) {
        for (node, stats) in seen.iter().filter(|(_, stats)| stats.count > 0) {
            let watermark_ms = stats.max_ms.saturating_sub(self.delays_ms[*node]);
            self.nodes_ms[*node] = Some(self.nodes_ms[*node].map_or(watermark_ms, |known| known.max(watermark_ms)));
        }
        let values = self.nodes_ms.iter().map(|node| node.unwrap_or(0));
        let chosen = match self.policy {
            Policy::Min => values.min(),
            Policy::Max => values.max(),
        };
        self.global_ms = self.global_ms.max(chosen.unwrap_or(0));
    }
}
