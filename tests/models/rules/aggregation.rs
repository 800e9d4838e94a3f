//! Aggregation: `count(1)`, `sum` and `max` of a column by keys. Spark's `StateStoreSaveExec`.

use tidemark::plan::OutputMode;
use tidemark::types::Value;

use super::Rule;
use crate::plan::Counters;
use crate::plan::Row;
use crate::plan::Watermarks;
use crate::plan::passed;

/// Groups by the first columns.
#[derive(Clone)]
pub struct Aggregation {
    /// How many columns are the key; the next one is summed.
    pub keys: usize,
    /// Which key is the event time.
    pub event_time: Option<usize>,
    /// The query's output mode.
    pub mode: OutputMode,
    /// Only the count is ever read, so that the optimizer leaves the others out.
    pub only_count: bool,
    /// Its groups, in the order in which they came.
    pub groups: Vec<(Row, Totals)>,
}

/// What is known of a group.
#[derive(Clone, Default)]
pub struct Totals {
    /// Rows.
    pub count: i64,
    /// The sum of what is not null; null where all is.
    pub sum: Option<i64>,
    /// The largest that is not null.
    pub max: Option<i64>,
}

impl Totals {
    /// Takes a value.
    pub fn add(&mut self, value: &Value) {
        self.count += 1;
        if let Value::Long(value) = value {
            self.sum = Some(self.sum.unwrap_or(0) + value);
            self.max = Some(self.max.map_or(*value, |max| max.max(*value)));
        }
    }

    /// Takes in another's.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum = match (self.sum, other.sum) {
            (Some(own), Some(other)) => Some(own + other),
            (own, other) => own.or(other),
        };
        self.max = self.max.max(other.max);
    }

    /// Results, which are the buffers too.
    pub fn cells(&self) -> Row {
        let long = |value: Option<i64>| value.map_or(Value::Null, Value::Long);
        vec![Value::Long(self.count), long(self.sum), long(self.max)]
    }
}

/// The totals of a key among these, made where it is not there.
pub fn group_of<'a>(groups: &'a mut Vec<(Row, Totals)>, key: &[Value]) -> &'a mut Totals {
    let place = groups.iter().position(|(known, _)| known == key).unwrap_or_else(|| {
        groups.push((key.to_vec(), Totals::default()));
        groups.len() - 1
    });
    &mut groups[place].1
}

impl Aggregation {
    fn line(&self, (key, totals): &(Row, Totals)) -> Row {
        key.iter().cloned().chain(totals.cells().into_iter().take(if self.only_count { 1 } else { 3 })).collect()
    }
}

impl Rule for Aggregation {
    fn name(&self) -> &'static str {
        "stateStoreSave"
    }

    fn batch(&mut self, inputs: Vec<Vec<Row>>, watermarks: Watermarks) -> (Vec<Row>, Counters) {
        let mut fresh: Vec<(Row, Totals)> = Vec::new();
        for row in &inputs[0] {
            group_of(&mut fresh, &row[..self.keys]).add(&row[self.keys]);
        }
        if self.keys == 0 && fresh.is_empty() {
            fresh.push(Default::default());
        }
        let complete = self.mode == OutputMode::Complete;
        let event_time = self.event_time.filter(|_| !complete);
        let has_passed = |key: &Row, watermark_ms: Option<i64>| event_time.is_some_and(|column| passed(&key[column], watermark_ms));
        let came = fresh.len();
        fresh.retain(|(key, _)| !has_passed(key, watermarks.late_ms));
        for (key, totals) in &fresh {
            group_of(&mut self.groups, key).merge(totals);
        }
        let (evicted, kept): (Vec<_>, Vec<_>) = self.groups.clone().into_iter().partition(|(key, _)| has_passed(key, watermarks.evict_ms));
        let out = match self.mode {
            OutputMode::Append => evicted.iter().map(|group| self.line(group)).collect(),
            OutputMode::Update => self
                .groups
                .iter()
                .filter(|(key, _)| fresh.iter().any(|(touched, _)| touched == key))
                .map(|group| self.line(group))
                .collect(),
            OutputMode::Complete => self.groups.iter().map(|group| self.line(group)).collect(),
        };
        self.groups = kept;
        let counters = Counters {
            total: self.groups.len(),
            updated: fresh.len(),
            removed: evicted.len(),
            dropped: came - fresh.len(),
            duplicates: None,
        };
        (out, counters)
    }

    fn state(&self) -> Vec<Vec<Row>> {
        let mut rows: Vec<Row> = self.groups.iter().map(|group| self.line(group)).collect();
        rows.sort();
        vec![rows]
    }

    fn wants_batch(&self) -> bool {
        self.mode != OutputMode::Complete
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(self.clone())
    }
}
