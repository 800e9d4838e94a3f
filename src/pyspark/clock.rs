//! The playground's clock: what happens while virtual time passes.

use super::playground::Moved;
use super::playground::Playground;
use super::playground::ProgramState;
use crate::diag::Diagnostic;
use crate::engine::QueryId;
use crate::world::World;

/// How much virtual time a micro-batch takes where its trigger has no interval, and how long an idle query sleeps; milliseconds.
const BATCH_MS: i64 = 100;

impl Playground {
    /// Lets the virtual clock run: feeds deliver, triggers fire at their times, waits end, Python goes on.
    /// What the program died of, if it did.
    pub fn advance(&mut self, milliseconds: i64) -> Option<Box<Diagnostic>> {
        let until_ms = self.driver.world.now_ms().saturating_add(milliseconds.max(0));
        self.run_clock(until_ms, |_| false)
    }

    /// Lets the clock run until one more micro-batch has run, for at most an hour. What the program died of, if it did.
    pub fn step(&mut self) -> Option<Box<Diagnostic>> {
        let before = self.reports.all().len();
        let until_ms = self.driver.world.now_ms().saturating_add(3_600_000);
        self.run_clock(until_ms, move |playground| playground.reports.all().len() > before)
    }

    /// Lets the clock run until the program has ended, died, or waits for what will never come, for at most so long.
    pub fn settle(&mut self, at_most_ms: i64) -> Option<Box<Diagnostic>> {
        let until_ms = self.driver.world.now_ms().saturating_add(at_most_ms);
        self.run_clock(until_ms, |playground| playground.state() != ProgramState::Waiting || playground.nothing_will_come())
    }

    /// Whether the program waits without a time limit while every query is idle and nothing is on its way.
    fn nothing_will_come(&self) -> bool {
        let limited = self.waiting.and_then(|it| self.driver.waits.get(&it)).is_some_and(|it| it.until_ms().is_some());
        let busy = self.driver.session.active().iter().any(|id| !self.driver.idle.contains(id));
        !limited && !busy && !self.wait_is_over() && self.driver.world.next_arrival_ms().is_none()
    }

    fn run_clock(&mut self, until_ms: i64, is_enough: impl Fn(&Self) -> bool) -> Option<Box<Diagnostic>> {
        loop {
            if is_enough(self) {
                return None;
            }
            if self.wait_is_over() {
                if let Some(diagnostic) = self.go_on() {
                    return Some(diagnostic);
                }
                continue;
            }
            if self.step_due_query() {
                continue;
            }
            let next_ms = self.next_event_ms().unwrap_or(i64::MAX);
            if next_ms > until_ms {
                self.driver.world.advance_to(until_ms);
                return None;
            }
            self.driver.world.advance_to(next_ms.max(self.driver.world.now_ms()));
        }
    }

    /// Steps the first query whose time has come; false where there is none.
    fn step_due_query(&mut self) -> bool {
        let now_ms = self.driver.world.now_ms();
        let is_due = |id: &QueryId| self.due_ms.get(id).is_none_or(|due_ms| *due_ms <= now_ms);
        let Some(id) = self.driver.session.active().into_iter().find(is_due) else { return false };
        let next_ms = match self.step_query(id) {
            Moved::Ran | Moved::Idle => now_ms + BATCH_MS,
            Moved::Until(until_ms) => until_ms.max(now_ms + 1),
            Moved::Over(failure) => {
                self.failures.extend(failure.map(|it| *it));
                i64::MAX
            }
            Moved::Crashed => i64::MAX,
        };
        self.due_ms.insert(id, next_ms);
        self.tell_listeners();
        true
    }

    fn next_event_ms(&self) -> Option<i64> {
        let due = self.driver.session.active().into_iter().filter_map(|id| self.due_ms.get(&id).copied());
        let wait = self.waiting.and_then(|token| self.driver.waits.get(&token)).and_then(|it| it.until_ms());
        due.chain(wait).chain(self.driver.world.next_arrival_ms()).min()
    }
}
