//! The model's plan: relations over plain rows, as they stand after Spark's optimizer has pushed filters to the sources.

use tidemark::types::Value;

use crate::rules::Rule;

/// What a row has to fulfil.
pub type Condition = fn(&Row) -> bool;

/// A row.
pub type Row = Vec<Value>;

/// The watermarks of a relation's input in a batch, milliseconds; none where no watermark lies below.
#[derive(Clone, Copy, Debug)]
pub struct Watermarks {
    /// The batch before's: judges late rows.
    pub late_ms: Option<i64>,
    /// This batch's: evicts.
    pub evict_ms: Option<i64>,
}

/// Spark's `StateOperatorProgress`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counters {
    /// Rows in the state.
    pub total: usize,
    /// Rows put.
    pub updated: usize,
    /// Rows removed.
    pub removed: usize,
    /// Rows dropped as late.
    pub dropped: usize,
    /// Rows dropped as duplicates.
    pub duplicates: Option<usize>,
}

/// A relation.
#[derive(Clone)]
pub enum Relation {
    /// A source; rows that fail a pushed condition are not even counted as input.
    Source(usize, Vec<Condition>),
    /// `withWatermark` over this column, of this number in the query.
    Watermark(usize, usize, Box<Relation>),
    /// Keeps rows.
    Filter(Condition, Box<Relation>),
    /// Makes of each row others, in order.
    Map(Vec<Mapping>, Box<Relation>),
    /// All rows of the first, then of the second.
    Union(Box<Relation>, Box<Relation>),
    /// An operator with state.
    Stateful(Box<dyn Rule>, Vec<Relation>),
}

/// What a [`Relation::Map`] does to a row.
#[derive(Clone)]
pub enum Mapping {
    /// Puts the windows of this length and slide, milliseconds, of the time in a column before the row; a row without a time is in none.
    Window { column: usize, length_ms: i64, slide_ms: i64 },
    /// Puts the session of the time in column 1 before the row. Its gap is of milliseconds, or depends on the key in column 0.
    Session(Gap),
    /// Takes these columns.
    Select(Vec<usize>),
}

/// A session's gap.
#[derive(Clone, Copy)]
pub enum Gap {
    /// Always the same, milliseconds.
    Fixed(i64),
    /// By the key: `k0` 5 s, `k1` none at all (0 s), null a null, others 15 s.
    ByKey,
}

/// What the model's run of a batch collects.
#[derive(Default)]
pub struct Account {
    /// Input rows.
    pub input: usize,
    /// For each watermark, the newest time that reached it.
    pub newest_ms: Vec<(usize, i64)>,
    /// Operators with state, root first.
    pub operators: Vec<(&'static str, Counters)>,
}

/// The instant of an event time: a timestamp, or a window's end; microseconds.
pub fn instant_us(value: &Value) -> Option<i64> {
    match value {
        Value::Timestamp(us) => Some(*us),
        Value::Struct(window) => window.last().and_then(instant_us),
        _ => None,
    }
}

/// Whether a watermark has passed an event time.
pub fn passed(value: &Value, watermark_ms: Option<i64>) -> bool {
    instant_us(value).zip(watermark_ms).is_some_and(|(time_us, watermark_ms)| time_us <= watermark_ms * 1000)
}

/// A window.
pub fn window(start_us: i64, end_us: i64) -> Value {
    Value::Struct(vec![Value::Timestamp(start_us), Value::Timestamp(end_us)])
}

impl Relation {
    /// Runs a batch. `input` are the sources' rows; `before_ms` and `now_ms` the query's watermarks of the batch before and of this one.
    pub fn run(&mut self, input: &[Vec<Row>], before_ms: i64, now_ms: i64, account: &mut Account) -> Vec<Row> {
        match self {
            Self::Source(source, pushed) => {
                let rows: Vec<Row> = input[*source].iter().filter(|row| pushed.iter().all(|holds| holds(row))).cloned().collect();
                account.input += rows.len();
                rows
            }
            Self::Watermark(number, column, below) => {
                let rows = below.run(input, before_ms, now_ms, account);
                let newest = rows.iter().filter_map(|row| instant_us(&row[*column])).max();
                account.newest_ms.extend(newest.map(|us| (*number, us.div_euclid(1000))));
                rows
            }
            Self::Filter(keeps, below) => {
                let mut rows = below.run(input, before_ms, now_ms, account);
                rows.retain(&*keeps);
                rows
            }
            Self::Map(mappings, below) => {
                let rows = below.run(input, before_ms, now_ms, account);
                mappings.iter().fold(rows, |rows, mapping| rows.into_iter().flat_map(|row| mapping.of(row)).collect())
            }
            Self::Union(first, second) => {
                let mut rows = first.run(input, before_ms, now_ms, account);
                rows.extend(second.run(input, before_ms, now_ms, account));
                rows
            }
            Self::Stateful(rule, below) => {
                let of = |query_ms: i64| below.iter().filter_map(|below| below.watermark_ms(query_ms)).min();
                let watermarks = Watermarks { late_ms: of(before_ms), evict_ms: of(now_ms) };
                let place = account.operators.len();
                account.operators.push((rule.name(), Counters::default()));
                let asks_for = rule.asks_for();
                let run = |below: &mut Self| match asks_for {
                    Some(count) => below.run_for(count, input, before_ms, now_ms, account),
                    None => below.run(input, before_ms, now_ms, account),
                };
                let inputs = below.iter_mut().map(run).collect();
                let (rows, counters) = rule.batch(inputs, watermarks);
                account.operators[place].1 = counters;
                rows
            }
        }
    }

    /// Reads a source only so far as it takes to make so many rows, each side of a union by itself. What has state reads all.
    fn run_for(&mut self, count: usize, input: &[Vec<Row>], before_ms: i64, now_ms: i64, account: &mut Account) -> Vec<Row> {
        if let Self::Union(first, second) = self {
            let mut rows = first.run_for(count, input, before_ms, now_ms, account);
            rows.extend(second.run_for(count, input, before_ms, now_ms, account));
            return rows;
        }
        let mut stores = Vec::new();
        self.state(&mut stores);
        if !stores.is_empty() {
            return self.run(input, before_ms, now_ms, account);
        }
        let head = |length: usize| input.iter().map(|rows| rows.iter().take(length).cloned().collect()).collect::<Vec<Vec<Row>>>();
        let longest = input.iter().map(Vec::len).max().unwrap_or(0);
        let makes = |length: usize| self.clone().run(&head(length), before_ms, now_ms, &mut Account::default()).len();
        let length = (0..longest).find(|length| makes(*length) >= count).unwrap_or(longest);
        self.run(&head(length), before_ms, now_ms, account)
    }

    /// The watermark of what it emits while the query's is this.
    fn watermark_ms(&self, query_ms: i64) -> Option<i64> {
        match self {
            Self::Source(..) => None,
            Self::Watermark(..) => Some(query_ms),
            Self::Filter(_, below) | Self::Map(_, below) => below.watermark_ms(query_ms),
            Self::Union(first, second) => [first, second].iter().filter_map(|below| below.watermark_ms(query_ms)).min(),
            Self::Stateful(rule, below) => {
                below.iter().filter_map(|below| below.watermark_ms(query_ms)).min().map(|input_ms| rule.output_watermark_ms(input_ms))
            }
        }
    }

    /// Whether an operator wants a batch without data once the watermark has moved.
    pub fn wants_batch(&self) -> bool {
        match self {
            Self::Source(..) => false,
            Self::Watermark(_, _, below) | Self::Filter(_, below) | Self::Map(_, below) => below.wants_batch(),
            Self::Union(first, second) => first.wants_batch() || second.wants_batch(),
            Self::Stateful(rule, below) => {
                rule.wants_batch() && below.iter().any(|below| below.watermark_ms(0).is_some()) || below.iter().any(Self::wants_batch)
            }
        }
    }

    /// Whether it reads a source.
    pub fn reads(&self, source: usize) -> bool {
        match self {
            Self::Source(own, _) => *own == source,
            Self::Watermark(_, _, below) | Self::Filter(_, below) | Self::Map(_, below) => below.reads(source),
            Self::Union(first, second) => first.reads(source) || second.reads(source),
            Self::Stateful(_, below) => below.iter().any(|below| below.reads(source)),
        }
    }

    /// The rows of each store, root first, sorted.
    pub fn state(&self, out: &mut Vec<Vec<Row>>) {
        match self {
            Self::Source(..) => {}
            Self::Watermark(_, _, below) | Self::Filter(_, below) | Self::Map(_, below) => below.state(out),
            Self::Union(first, second) => {
                first.state(out);
                second.state(out);
            }
            Self::Stateful(rule, below) => {
                out.extend(rule.state());
                below.iter().for_each(|below| below.state(out));
            }
        }
    }
}

impl Mapping {
    fn of(&self, row: Row) -> Vec<Row> {
        let before = |value: Value| std::iter::once(value).chain(row.iter().cloned()).collect::<Row>();
        match self {
            Self::Select(columns) => vec![columns.iter().map(|column| row[*column].clone()).collect()],
            Self::Window { column, length_ms, slide_ms } => {
                // A window's own time is its last microsecond.
                let time_us = match &row[*column] {
                    Value::Struct(_) => instant_us(&row[*column]).map(|end_us| end_us - 1),
                    value => instant_us(value),
                };
                let Some(time_us) = time_us else { return Vec::new() };
                let (length_us, slide_us) = (length_ms * 1000, slide_ms * 1000);
                let last_us = time_us.div_euclid(slide_us) * slide_us;
                let starts = (0..).map(|back| last_us - back * slide_us).take_while(|start_us| start_us + length_us > time_us);
                starts.map(|start_us| before(window(start_us, start_us + length_us))).collect()
            }
            Self::Session(gap) => {
                let gap_ms = match (gap, &row[0]) {
                    (Gap::Fixed(ms), _) => Some(*ms),
                    (Gap::ByKey, Value::Null) => None,
                    (Gap::ByKey, Value::String(key)) => Some(if key == "k0" {
                        5_000
                    } else if key == "k1" {
                        0
                    } else {
                        15_000
                    }),
                    _ => unreachable!("a key is a text"),
                };
                match (instant_us(&row[1]), gap_ms) {
                    (Some(start_us), Some(gap_ms)) if gap_ms > 0 => vec![before(window(start_us, start_us + gap_ms * 1000))],
                    _ => Vec::new(),
                }
            }
        }
    }
}
