//! The playground: a program, its machine, the session and the world around it, driven by whoever holds it. Nothing here happens by itself:
//! the clock stands until it is advanced, queries move when they are stepped, Python goes on when its wait is over.

use super::driver::Driver;
use super::driver::Printed;
use super::hints;
use super::listener;
use super::reports::Reports;
use crate::connector::Packages;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Hint;
use crate::engine::BatchReport;
use crate::engine::QueryId;
use crate::engine::QueryStart;
use crate::engine::Session;
use crate::engine::Step;
use crate::python;
use crate::python::Machine;
use crate::python::Status;
use crate::python::Value;
use crate::world::Simulated;
use crate::world::World;
use std::collections::BTreeMap;

/// The instructions of one stretch of Python.
const FUEL: u64 = 2_000_000;
/// The stretches after which a program that never waits is stopped.
const STRETCHES: u32 = 100;
/// The batches and the triggers after which [`Playground::process`] takes a source for endless.
const MOST_BATCHES: u32 = 10_000;
const MOST_TRIGGERS: u32 = 60;
/// The clock of a world that nobody set: 2024-05-05T10:00:00Z.
const START_MS: i64 = 1_714_903_200_000;

/// How far the program has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProgramState {
    /// None has run yet, or the driver died.
    #[default]
    Absent,
    /// It has ended; its queries may go on.
    Finished,
    /// It waits in a call (`awaitTermination`, `sleep`).
    Waiting,
    /// It died.
    Raised,
    /// It was stopped, as it ran without end.
    Stopped,
}

/// What came of a stretch of the program.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How far the program has come.
    pub state: ProgramState,
    /// What it died of, with hints.
    pub diagnostic: Option<Box<Diagnostic>>,
    /// Advice about a program that did not fail, such as one that never starts its query.
    pub notes: Vec<Hint>,
}

/// What a step of a query came to.
pub(super) enum Moved {
    Ran,
    Idle,
    Until(i64),
    Over(Option<Box<Diagnostic>>),
    Crashed,
}

/// A program in its world.
pub struct Playground {
    pub(super) machine: Machine,
    pub(super) driver: Driver,
    programs: Vec<String>,
    state: ProgramState,
    pub(super) waiting: Option<u64>,
    /// When each active query may be stepped next.
    pub(super) due_ms: BTreeMap<QueryId, i64>,
    pub(super) reports: Reports,
    pub(super) failures: Vec<Diagnostic>,
    crashed: bool,
}

impl Playground {
    /// An empty world whose randomness comes from this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::with_world(Simulated::new(seed, START_MS))
    }

    /// A program in a world that is there already. All packages are on its class path.
    #[must_use]
    pub fn with_world(world: Simulated) -> Self {
        let mut driver = Driver::new(world);
        driver.session.set_packages(Packages::ALL);
        Self {
            machine: Machine::new(),
            driver,
            programs: Vec::new(),
            state: ProgramState::Absent,
            waiting: None,
            due_ms: BTreeMap::new(),
            reports: Reports::default(),
            failures: Vec::new(),
            crashed: false,
        }
    }

    /// The world.
    #[must_use]
    pub fn world(&self) -> &Simulated {
        &self.driver.world
    }

    /// The world, to change: feeds, files, faults.
    pub fn world_mut(&mut self) -> &mut Simulated {
        &mut self.driver.world
    }

    /// The session: settings, views, queries.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.driver.session
    }

    /// The session, to change settings or to trace rows.
    pub fn session_mut(&mut self) -> &mut Session {
        &mut self.driver.session
    }

    /// From now on `format("memory")` records batches instead of filling a table, and folders that a program reads come into being:
    /// what case files stand for.
    pub fn set_recording(&mut self, recording: bool) {
        self.driver.recording = recording;
    }

    /// How far the program has come.
    #[must_use]
    pub fn state(&self) -> ProgramState {
        self.state
    }

    /// The programs run since the beginning, for [`Playground::restart`].
    #[must_use]
    pub fn programs(&self) -> &[String] {
        &self.programs
    }

    /// Runs a program until it ends, waits or dies. Names of programs before it are still there.
    pub fn run(&mut self, source: &str) -> Outcome {
        self.programs.push(source.to_owned());
        self.run_again(source)
    }

    fn run_again(&mut self, source: &str) -> Outcome {
        if self.driver.recording {
            make_folders(&mut self.driver.world, source);
        }
        self.machine.set_global("spark", self.driver.session_value());
        self.machine.set_global("__name__", Value::str("__main__"));
        self.machine.set_fuel(FUEL);
        let program = python::parse(source);
        self.machine.start(&program);
        let before = self.driver.session.queries().count();
        let mut outcome = self.resume();
        if outcome.diagnostic.is_none() && self.driver.session.queries().count() == before {
            outcome.notes = hints::unstarted(source);
        }
        outcome.notes.extend(self.driver.session.queries().skip(before).find_map(|(_, query)| hints::refused_before(query)));
        outcome
    }

    /// Lets Python run until it ends, waits or dies.
    fn resume(&mut self) -> Outcome {
        self.waiting = None;
        let mut stretches = 0;
        let (state, diagnostic) = loop {
            match self.machine.resume(&mut self.driver) {
                Status::Finished => break (ProgramState::Finished, None),
                Status::Waiting(token) => {
                    self.waiting = Some(token);
                    if self.driver.waits.get(&token).is_none_or(|it| super::waits::outcome(&self.driver, it).is_none()) {
                        break (ProgramState::Waiting, None);
                    }
                }
                Status::Raised(mut diagnostic) => {
                    hints::add(&mut diagnostic, self.programs.last().map_or("", String::as_str));
                    break (ProgramState::Raised, Some(diagnostic));
                }
                Status::OutOfFuel if stretches < STRETCHES => stretches += 1,
                Status::OutOfFuel => {
                    let text = "The program ran very long without waiting for anything, so it was stopped.";
                    let stopped = Diagnostic::plain(Class::Named("Stopped".to_owned()), text);
                    break (
                        ProgramState::Stopped,
                        Some(stopped.hint("A loop without an end? time.sleep(1) in it lets the virtual clock run.")),
                    );
                }
            }
        };
        self.state = state;
        self.tell_listeners();
        Outcome { state, diagnostic, notes: Vec::new() }
    }

    /// Whether Python could go on now.
    pub(super) fn wait_is_over(&self) -> bool {
        let wait = self.waiting.and_then(|token| self.driver.waits.get(&token));
        wait.is_some_and(|it| super::waits::outcome(&self.driver, it).is_some())
    }

    /// Every active query processes all that is available, in the order of starts; one that ends by itself runs until it has ended.
    /// What queries die of comes back in that order.
    pub fn process(&mut self) -> Vec<Box<Diagnostic>> {
        let active = self.driver.session.active();
        active.into_iter().filter_map(|id| self.process_query(id)).collect()
    }

    /// One query processes all that is available; one that ends by itself runs until it has ended, one that has ended does nothing.
    /// What it died of, if it did.
    pub fn process_query(&mut self, id: QueryId) -> Option<Box<Diagnostic>> {
        let failure = self.until_idle(id);
        self.tell_listeners();
        if self.wait_is_over() {
            return failure.or(self.go_on());
        }
        failure
    }

    fn until_idle(&mut self, id: QueryId) -> Option<Box<Diagnostic>> {
        // A source that never dries up, such as `rate`, would go on for ever as the clock moves from trigger to trigger.
        let mut triggers = 0;
        for _ in 0..MOST_BATCHES {
            if !self.driver.session.query(id).is_active() {
                return None;
            }
            match self.step_query(id) {
                Moved::Ran => {}
                Moved::Until(until_ms) if triggers < MOST_TRIGGERS => {
                    triggers += 1;
                    self.driver.world.advance_to(until_ms);
                }
                Moved::Over(failure) => return failure,
                Moved::Idle | Moved::Until(_) | Moved::Crashed => return None,
            }
        }
        None
    }

    /// Python goes on after its wait.
    pub(super) fn go_on(&mut self) -> Option<Box<Diagnostic>> {
        self.resume().diagnostic
    }

    /// One step of one query, the program's functions called where it asks for them.
    pub(super) fn step_query(&mut self, id: QueryId) -> Moved {
        let mut step = self.driver.session.step(&mut self.driver.world, id);
        loop {
            match step {
                Step::Foreach { frame, batch_id } => {
                    let result = self.call_back(id, &frame, batch_id);
                    step = self.driver.session.finish_foreach(&mut self.driver.world, id, result);
                }
                Step::Ran(report) => {
                    self.driver.idle.clear();
                    if !report.progress.is_empty() {
                        self.driver.events.push(listener::Event::progress(&report));
                    }
                    self.reports.push(*report);
                    return Moved::Ran;
                }
                Step::Idle { told_ms } => {
                    self.driver.events.extend(told_ms.map(|at_ms| listener::Event::idle(&self.driver.session, id, at_ms)));
                    self.driver.idle.insert(id);
                    return Moved::Idle;
                }
                Step::Waiting { until_ms } => return Moved::Until(until_ms),
                Step::Ended => {
                    self.driver.events.push(listener::Event::terminated(&self.driver.session, id));
                    return Moved::Over(None);
                }
                Step::Failed(mut failure) => {
                    self.driver.events.push(listener::Event::terminated(&self.driver.session, id));
                    hints::add(&mut failure, self.programs.last().map_or("", String::as_str));
                    return Moved::Over(Some(failure));
                }
                Step::Crashed => {
                    self.crashed = true;
                    self.kill();
                    return Moved::Crashed;
                }
            }
        }
    }

    /// The driver dies: queries stop, names and tables in memory are lost. Files, sockets and feeds stay.
    pub fn kill(&mut self) {
        self.machine.reset();
        self.driver.forget();
        self.waiting = None;
        self.due_ms.clear();
        self.state = ProgramState::Absent;
    }

    /// The driver dies, and all programs run again on what is left. The first that fails says so.
    pub fn restart(&mut self) -> Outcome {
        self.kill();
        let mut outcome = Outcome::default();
        for program in self.programs.clone() {
            outcome = self.run_again(&program);
            if outcome.diagnostic.is_some() {
                break;
            }
        }
        outcome
    }

    /// Whether a planned fault has killed the driver since the last call.
    pub fn take_crashed(&mut self) -> bool {
        std::mem::take(&mut self.crashed)
    }

    /// A file appears, whole and at once, newer than all before.
    pub fn write_file(&mut self, path: &str, bytes: Vec<u8>) {
        self.driver.world.land_file(path, bytes);
    }

    /// A file's bytes.
    #[must_use]
    pub fn read_file(&self, path: &str) -> Option<Vec<u8>> {
        self.driver.world.disk().read(path).map(<[u8]>::to_vec)
    }

    /// Every micro-batch since the beginning, in order. Of more than a million rows those of the oldest batches are gone.
    #[must_use]
    pub fn reports(&self) -> &[BatchReport] {
        self.reports.all()
    }

    /// What queries died of while the clock ran, since the last call.
    pub fn take_failures(&mut self) -> Vec<Box<Diagnostic>> {
        std::mem::take(&mut self.failures).into_iter().map(Box::new).collect()
    }

    /// What the driver printed since the last call, in order.
    pub fn take_printed(&mut self) -> Vec<Printed> {
        self.driver.take_printed()
    }

    /// What the driver printed since the last call, as one text.
    pub fn take_output(&mut self) -> String {
        let text = |it: Printed| match it {
            Printed::Program(text) | Printed::Console(text) => text,
        };
        self.take_printed().into_iter().map(text).collect()
    }

    /// What each query since the start of the driver was asked to be, in order: its analysed plan, sink, mode, trigger and options.
    #[must_use]
    pub fn started(&self) -> &[QueryStart] {
        &self.driver.started
    }

    /// All queries since the start of the driver, in order.
    pub fn queries(&self) -> impl Iterator<Item = (QueryId, &crate::engine::Query)> {
        self.driver.session.queries()
    }
}

/// Makes the folders that a program reads, as the recorder of cases does: paths without a dot in their last part.
fn make_folders(world: &mut Simulated, source: &str) {
    for method in ["load", "json", "csv", "parquet", "text"] {
        for (at, _) in source.match_indices(&format!(".{method}(")) {
            let rest = &source[at + method.len() + 2..];
            let Some(quote) = rest.chars().next().filter(|it| matches!(it, '"' | '\'')) else { continue };
            let Some((path, after)) = rest[1..].split_once(['"', '\'']) else { continue };
            let closed = after.starts_with(')') && rest[1 + path.len()..].starts_with(quote) || after.starts_with(')');
            let has_dot = path.rsplit('/').next().is_some_and(|it| it.contains('.'));
            if closed && path.starts_with('/') && !has_dot {
                world.disk_mut().make_folder(path);
            }
        }
    }
}
