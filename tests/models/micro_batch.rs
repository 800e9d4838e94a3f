//! The model of a query's run: micro-batches, their logs, the watermark, restarts and crashes. Spark's `MicroBatchExecution` and `WatermarkTracker`.

use std::collections::VecDeque;
use std::fmt;

use tidemark::types::Value;
use tidemark::types::time::utc_millis;
use tidemark::world::CrashPoint;

use crate::family::Query;
use crate::history::History;
use crate::history::file_text;
use crate::plan::Account;
use crate::plan::Counters;
use crate::plan::Relation;
use crate::plan::Row;

/// What is told of a run, piece by piece.
#[derive(Debug)]
pub enum Told {
    /// A batch ran.
    Batch(Batch),
    /// The driver died.
    Died,
    /// The query failed.
    Failed(String),
    /// The step is over: the rows of each store, sorted; none where no batch has run since the driver started.
    State(Option<Vec<Vec<Row>>>),
}

/// A batch.
#[derive(Debug)]
pub struct Batch {
    /// Its number.
    pub number: u64,
    /// Input rows.
    pub input: u64,
    /// Its watermark.
    pub watermark_ms: Option<i64>,
    /// Operators with state, root first.
    pub operators: Vec<(String, Counters)>,
    /// What it emitted, sorted.
    pub rows: Vec<Row>,
}

impl fmt::Display for Told {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Died => writeln!(out, "the driver dies"),
            Self::Failed(text) => writeln!(out, "the query fails: {text}"),
            Self::State(None) => writeln!(out, "no state yet"),
            Self::State(Some(stores)) => stores.iter().enumerate().try_for_each(|(number, rows)| {
                writeln!(out, "state store {number}")?;
                rows.iter().try_for_each(|row| writeln!(out, "  {}", text(row)))
            }),
            Self::Batch(batch) => {
                write!(out, "batch={} input={}", batch.number, batch.input)?;
                if let Some(watermark_ms) = batch.watermark_ms {
                    write!(out, " watermark={}", utc_millis(watermark_ms))?;
                }
                writeln!(out)?;
                for (name, counters) in &batch.operators {
                    let Counters { total, updated, removed, dropped, duplicates } = counters;
                    write!(out, "  {name} total={total} updated={updated} removed={removed} dropped={dropped}")?;
                    duplicates.map_or(Ok(()), |duplicates| write!(out, " duplicates={duplicates}"))?;
                    writeln!(out)?;
                }
                batch.rows.iter().try_for_each(|row| writeln!(out, "  + {}", text(row)))
            }
        }
    }
}

fn text(row: &[Value]) -> String {
    row.iter().map(cell).collect::<Vec<_>>().join(", ")
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => text.clone(),
        Value::Long(number) => number.to_string(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Timestamp(us) => format!("{}+{}us", utc_millis(us.div_euclid(1000)), us.rem_euclid(1000)).replace("+0us", ""),
        Value::Struct(cells) => format!("[{}]", cells.iter().map(cell).collect::<Vec<_>>().join(" ")),
        other => format!("{other:?}"),
    }
}

/// A file that has landed: its size, its rows.
type File = (usize, Vec<Row>);

struct Run<'a> {
    query: &'a Query,
    relation: Relation,
    no_data_batches: bool,
    files_a_batch: usize,
    /// Files of each source that no batch has looked at.
    landed: [VecDeque<File>; 2],
    /// Files of each source that are noted for the batch at hand.
    taken: [Vec<File>; 2],
    /// The watermark of the batch at hand, once its offsets are written.
    logged_ms: Option<i64>,
    number: u64,
    /// The watermark of the batch before.
    before_ms: i64,
    watermark_ms: i64,
    /// What each watermark node has come to in this run.
    nodes_ms: Vec<Option<i64>>,
    /// The watermark of the last batch that ended in this run.
    ended_ms: Option<i64>,
    faults: Vec<CrashPoint>,
    told: Vec<Told>,
}

/// Runs a history.
pub fn run(query: &Query, history: &History) -> Vec<Told> {
    let mut run = Run {
        query,
        relation: query.relation.clone(),
        no_data_batches: history.no_data_batches,
        files_a_batch: history.files_a_batch.unwrap_or(usize::MAX),
        landed: Default::default(),
        taken: Default::default(),
        logged_ms: None,
        number: 0,
        before_ms: 0,
        watermark_ms: 0,
        nodes_ms: vec![None; query.delays_ms.len()],
        ended_ms: None,
        faults: Vec::new(),
        told: Vec::new(),
    };
    for step in &history.steps {
        if step.restart {
            run.restart();
        }
        run.faults.extend(step.crash);
        for (source, rows) in step.files.iter().filter(|(source, _)| query.relation.reads(*source)) {
            run.landed[*source].push_back((file_text(*source, rows).len(), rows.iter().map(crate::history::Row::cells).collect()));
        }
        run.process();
        let state = run.ended_ms.map(|_| {
            let mut stores = Vec::new();
            run.relation.state(&mut stores);
            stores
        });
        run.told.push(Told::State(state));
    }
    run.told
}

impl Run<'_> {
    /// A new driver knows what the logs say: not what each watermark node had seen, nor that a batch without data was due.
    fn restart(&mut self) {
        self.nodes_ms.fill(None);
        self.ended_ms = None;
    }

    fn process(&mut self) {
        loop {
            match self.step() {
                Some(true) => {}
                Some(false) => {
                    self.told.push(Told::Died);
                    self.restart();
                }
                None => return,
            }
        }
    }

    fn dies(&mut self, point: CrashPoint) -> bool {
        let planned = self.faults.iter().position(|planned| *planned == point);
        planned.map(|place| self.faults.remove(place)).is_some()
    }

    /// One batch where there is reason for one; false where the driver died in it.
    fn step(&mut self) -> Option<bool> {
        if self.logged_ms.is_none() {
            for (landed, taken) in self.landed.iter_mut().zip(&mut self.taken) {
                taken.extend(landed.drain(..self.files_a_batch.min(landed.len())));
            }
            let moved = self.ended_ms.is_some_and(|ended_ms| self.watermark_ms > ended_ms);
            let no_data = self.no_data_batches && moved && self.relation.wants_batch();
            if self.taken.iter().all(Vec::is_empty) && !no_data {
                return None;
            }
            if self.dies(CrashPoint::BeforeOffsetLog) {
                return Some(false);
            }
            self.logged_ms = Some(self.watermark_ms);
            if self.dies(CrashPoint::AfterOffsetLog) {
                return Some(false);
            }
        }
        Some(self.batch())
    }

    fn batch(&mut self) -> bool {
        let now_ms = self.logged_ms.expect("a batch's offsets are written before it runs");
        let input: Vec<Vec<Row>> = self.taken.iter().map(|files| in_order(files)).collect();
        let mut relation = self.relation.clone();
        let mut account = Account::default();
        let mut rows = relation.run(&input, self.before_ms, now_ms, &mut account);
        rows.sort();
        if self.dies(CrashPoint::DuringSink) || self.dies(CrashPoint::BeforeCommit) {
            return false;
        }
        self.told.push(Told::Batch(Batch {
            number: self.number,
            input: account.input as u64,
            watermark_ms: (!self.nodes_ms.is_empty()).then_some(now_ms),
            operators: account.operators.into_iter().map(|(name, counters)| (name.to_owned(), counters)).collect(),
            rows,
        }));
        self.relation = relation;
        self.move_watermark(&account.newest_ms);
        self.taken = Default::default();
        self.logged_ms = None;
        self.number += 1;
        self.before_ms = now_ms;
        self.ended_ms = Some(now_ms);
        true
    }

    fn move_watermark(&mut self, newest_ms: &[(usize, i64)]) {
        for (node, newest_ms) in newest_ms {
            let watermark_ms = newest_ms - self.query.delays_ms[*node];
            self.nodes_ms[*node] = Some(self.nodes_ms[*node].map_or(watermark_ms, |known| known.max(watermark_ms)));
        }
        let values = self.nodes_ms.iter().map(|node| node.unwrap_or(0));
        let chosen = if self.query.max_policy { values.max() } else { values.min() };
        self.watermark_ms = self.watermark_ms.max(chosen.unwrap_or(0));
    }
}

/// Spark reads the largest of a batch's files first.
fn in_order(files: &[File]) -> Vec<Row> {
    let mut files: Vec<&File> = files.iter().collect();
    files.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
    files.into_iter().flat_map(|(_, rows)| rows.iter().cloned()).collect()
}
