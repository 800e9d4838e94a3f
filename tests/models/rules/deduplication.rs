//! Deduplication. Spark's `StreamingDeduplicateExec` and `StreamingDeduplicateWithinWatermarkExec`.

use tidemark::types::Value;

use super::Rule;
use crate::plan::Counters;
use crate::plan::Row;
use crate::plan::Watermarks;
use crate::plan::instant_us;
use crate::plan::passed;

/// Passes the first row of each key.
#[derive(Clone)]
pub struct Deduplication {
    /// The columns of the key.
    pub keys: Vec<usize>,
    /// The column of the event time.
    pub event_time: Option<usize>,
    /// Milliseconds after which a key is forgotten: `dropDuplicatesWithinWatermark`.
    pub within_ms: Option<i64>,
    /// The keys, each with what is kept of it: nothing, or when it is forgotten.
    pub seen: Vec<(Row, Row)>,
}

impl Rule for Deduplication {
    fn name(&self) -> &'static str {
        if self.within_ms.is_some() { "dedupeWithinWatermark" } else { "dedupe" }
    }

    fn batch(&mut self, inputs: Vec<Vec<Row>>, watermarks: Watermarks) -> (Vec<Row>, Counters) {
        let mut counters = Counters { duplicates: Some(0), ..Counters::default() };
        let mut out = Vec::new();
        for row in &inputs[0] {
            if self.event_time.is_some_and(|column| passed(&row[column], watermarks.late_ms)) {
                counters.dropped += 1;
                continue;
            }
            let key: Row = self.keys.iter().map(|column| row[*column].clone()).collect();
            if self.seen.iter().any(|(seen, _)| *seen == key) {
                counters.duplicates = counters.duplicates.map(|count| count + 1);
                continue;
            }
            let expiry = self.within_ms.zip(self.event_time).map(|(within_ms, column)| {
                // Spark reads the time's bits, which are zero where it is null.
                Value::Timestamp(instant_us(&row[column]).unwrap_or(0) + within_ms * 1000)
            });
            self.seen.push((key, expiry.into_iter().collect()));
            counters.updated += 1;
            out.push(row.clone());
        }
        let before = self.seen.len();
        let place = self.event_time.and_then(|column| self.keys.iter().position(|key| *key == column));
        let within = self.within_ms.is_some();
        self.seen.retain(|(key, kept)| match place {
            _ if within => !passed(&kept[0], watermarks.evict_ms),
            Some(place) => !passed(&key[place], watermarks.evict_ms),
            None => true,
        });
        counters.removed = before - self.seen.len();
        counters.total = self.seen.len();
        (out, counters)
    }

    fn state(&self) -> Vec<Vec<Row>> {
        let mut rows: Vec<Row> = self.seen.iter().map(|(key, kept)| [key.clone(), kept.clone()].concat()).collect();
        rows.sort();
        vec![rows]
    }

    fn wants_batch(&self) -> bool {
        true
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(self.clone())
    }
}
