//! Session windows: `count(1)`, `sum` and `max` by key and session. Spark's `SessionWindowStateStoreRestoreExec` and `SessionWindowStateStoreSaveExec`.

use tidemark::plan::OutputMode;
use tidemark::types::Value;

use super::Rule;
use super::aggregation::Totals;
use super::aggregation::group_of;
use crate::plan::Counters;
use crate::plan::Row;
use crate::plan::Watermarks;
use crate::plan::instant_us;
use crate::plan::passed;
use crate::plan::window;

/// Rows are a session of their own, a key, a value.
#[derive(Clone)]
pub struct Sessions {
    /// The query's output mode: append or complete.
    pub mode: OutputMode,
    /// All sessions.
    pub sessions: Vec<Session>,
}

/// A session.
#[derive(Clone)]
pub struct Session {
    key: Value,
    start_us: i64,
    end_us: i64,
    totals: Totals,
}

impl Session {
    fn window(&self) -> Value {
        window(self.start_us, self.end_us)
    }

    fn line(&self) -> Row {
        [vec![self.window(), self.key.clone()], self.totals.cells()].concat()
    }
}

impl Rule for Sessions {
    fn name(&self) -> &'static str {
        "sessionWindowStateStoreSaveExec"
    }

    fn batch(&mut self, inputs: Vec<Vec<Row>>, watermarks: Watermarks) -> (Vec<Row>, Counters) {
        let mut fresh: Vec<(Row, Totals)> = Vec::new();
        for row in &inputs[0] {
            group_of(&mut fresh, &row[..2]).add(&row[2]);
        }
        let came = fresh.len();
        fresh.retain(|(key, _)| !passed(&key[0], watermarks.late_ms));
        let mut counters = Counters { dropped: came - fresh.len(), ..Counters::default() };
        let mut keys: Vec<Value> = fresh.iter().map(|(key, _)| key[1].clone()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let (before, others): (Vec<Session>, Vec<Session>) = self.sessions.clone().into_iter().partition(|session| session.key == key);
            let own = fresh.iter().filter(|(fresh, _)| fresh[1] == key).map(|(key, totals)| {
                let Value::Struct(ends) = &key[0] else { unreachable!("a session is a struct") };
                let [start_us, end_us] = [0, 1].map(|place| instant_us(&ends[place]).expect("a session has a start and an end"));
                Session { key: key[1].clone(), start_us, end_us, totals: totals.clone() }
            });
            let after = merged(before.iter().cloned().chain(own).collect());
            counters.removed += before.iter().filter(|old| after.iter().all(|session| session.start_us != old.start_us)).count();
            // All sessions of a key that got a row are written again.
            counters.updated += after.len();
            self.sessions = [others, after].concat();
        }
        let evict_ms = watermarks.evict_ms.filter(|_| self.mode == OutputMode::Append);
        let (evicted, kept): (Vec<_>, Vec<_>) = self.sessions.clone().into_iter().partition(|session| passed(&session.window(), evict_ms));
        let out = if self.mode == OutputMode::Append { &evicted } else { &kept };
        let out = out.iter().map(Session::line).collect();
        counters.removed += evicted.len();
        counters.total = kept.len();
        self.sessions = kept;
        (out, counters)
    }

    fn state(&self) -> Vec<Vec<Row>> {
        let row = |session: &Session| {
            [vec![session.key.clone(), Value::Timestamp(session.start_us), session.window()], session.totals.cells()].concat()
        };
        let mut rows: Vec<Row> = self.sessions.iter().map(row).collect();
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

/// Sessions of one key become one where the next begins no later than the one before ends.
fn merged(mut sessions: Vec<Session>) -> Vec<Session> {
    sessions.sort_by_key(|session| session.start_us);
    let mut out: Vec<Session> = Vec::new();
    for session in sessions {
        match out.last_mut() {
            Some(open) if session.start_us <= open.end_us => {
                open.end_us = open.end_us.max(session.end_us);
                open.totals.merge(&session.totals);
            }
            _ => out.push(session),
        }
    }
    out
}
