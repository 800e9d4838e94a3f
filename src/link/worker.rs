//! The worker's loop over a playground: requests in, events out, real time turned into virtual time. Knows no browser, so it is tested natively.

use super::catalogue;
use super::convert;
use super::message::{BUILD, Event, Request};
use super::panes::Panes;
use super::panes::files;
use super::view;
use crate::connector::Packages;
use crate::engine::QueryId;
use crate::lesson;
use crate::pyspark::Outcome;
use crate::pyspark::Playground;
use crate::pyspark::ProgramState;
use crate::pyspark::lens;
use crate::python;
use crate::types::Zone;
use crate::world::Message;
use crate::world::Simulated;
use crate::world::World;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The engine as the page talks to it.
#[derive(Default)]
pub struct Worker {
    stage: Option<Stage>,
    /// The learner's own files: they are there in every run.
    own: BTreeMap<String, Vec<u8>>,
    /// The learner's own folders, likewise.
    folders: BTreeSet<String>,
    /// Virtual milliseconds for each real one, while the clock runs.
    speed: f64,
    playing: bool,
    /// Virtual time that is due but less than a millisecond.
    owed_ms: f64,
    /// When the page was last told the clock, in real milliseconds of ticks.
    since_clock_ms: f64,
    /// When the panes were last shown, likewise.
    since_look_ms: f64,
    /// When the files were last listed, likewise.
    since_files_ms: f64,
}

/// A run.
struct Stage {
    playground: Playground,
    program: String,
    panes: Panes,
    /// Whether the panes differ from what was shown last.
    changed: bool,
    /// The disk's count of writes when its files were last listed.
    listed: u64,
    /// How many reports were told.
    told: usize,
    alive: bool,
    zone: Zone,
}

/// The longest stretch of virtual time between two looks at the real clock, in milliseconds.
const SLICE_MS: f64 = 250.0;

/// How often the page is told the clock while it runs, in real milliseconds.
const CLOCK_EVERY_MS: f64 = 120.0;

/// How often the panes are shown while the clock runs, in real milliseconds.
const LOOK_EVERY_MS: f64 = 140.0;

/// How often the files are listed while the clock runs, in real milliseconds.
const FILES_EVERY_MS: f64 = 600.0;

impl Worker {
    /// What the worker says first, by itself.
    #[must_use]
    pub fn ready() -> Vec<Event> {
        vec![Event::Ready { build: BUILD.to_owned(), catalogue: catalogue::catalogue() }]
    }

    /// Answers a request.
    pub fn ask(&mut self, request: Request) -> Vec<Event> {
        match request {
            Request::Run { run, program, setting, playing, speed } => {
                self.speed = speed;
                self.run(run, program, &setting, playing)
            }
            Request::Read { program } => vec![read(&program)],
            Request::Edit { program, card, field, value } => vec![edit(&program, card, &field, &value)],
            Request::Play { speed } => self.play(speed),
            Request::Pause => {
                self.playing = false;
                self.clock().into_iter().collect()
            }
            Request::Step => self.step(),
            Request::Kill => self.kill(),
            Request::Restart => self.restart(),
            Request::Continue { program } => self.go_on(program),
            Request::Finish { at_most_ms } => self.finish(at_most_ms),
            Request::Process { query } => self.process(query),
            Request::Rows { batch } => self.stage.as_ref().and_then(|stage| stage.rows(batch)).into_iter().collect(),
            Request::MakeFolder { path } => {
                self.folders.insert(path.clone());
                self.with(|stage, _| stage.playground.world_mut().disk_mut().make_folder(&path))
            }
            Request::WriteFile { path, bytes } => {
                self.own.insert(path.clone(), bytes.clone());
                self.with(|stage, _| stage.playground.write_file(&path, bytes))
            }
            Request::ReadFile { path } => {
                let bytes = self.stage.as_ref().and_then(|stage| stage.playground.read_file(&path));
                vec![Event::File { path, bytes }]
            }
            Request::Send { port, line } => self.with(|stage, _| stage.playground.world_mut().send_line(port, &line)),
            Request::Produce { topic, key, value } => {
                self.with(|stage, _| stage.playground.world_mut().produce(&topic, Message::text(key.as_deref(), &value)))
            }
            Request::Replay { case } => vec![catalogue::replay(&case)],
            Request::Judge { exercise, program } => vec![catalogue::judge(exercise, &program)],
        }
    }

    /// Lets this much real time pass; `spent` says whether the time for one tick is used up. Then the virtual clock falls behind.
    pub fn tick(&mut self, real_ms: f64, spent: &mut dyn FnMut() -> bool) -> Vec<Event> {
        if !self.playing || self.stage.is_none() {
            return Vec::new();
        }
        self.owed_ms += real_ms * self.speed;
        let mut events = Vec::new();
        while self.owed_ms >= 1.0 {
            let slice_ms = self.owed_ms.min(SLICE_MS).floor();
            self.owed_ms -= slice_ms;
            let Some(stage) = &mut self.stage else { break };
            let died = stage.playground.advance(slice_ms as i64);
            events.extend(died.map(|mistake| stage.failed(&mistake)));
            if spent() {
                self.owed_ms = 0.0;
            }
        }
        self.tell(real_ms, &mut events);
        events
    }

    /// Tells what is new, the costly things only now and then.
    fn tell(&mut self, real_ms: f64, events: &mut Vec<Event>) {
        let Some(stage) = &mut self.stage else { return };
        stage.flush(events);
        let over = stage.over();
        self.playing &= !over;
        let due = |since_ms: &mut f64, every_ms: f64| {
            *since_ms += real_ms;
            let due = over || *since_ms >= every_ms;
            if due {
                *since_ms = 0.0;
            }
            due
        };
        if due(&mut self.since_look_ms, LOOK_EVERY_MS) {
            stage.look(events);
        }
        if due(&mut self.since_files_ms, FILES_EVERY_MS) {
            stage.list(events);
        }
        if due(&mut self.since_clock_ms, CLOCK_EVERY_MS) {
            events.extend(self.clock());
        }
    }

    fn run(&mut self, run: u32, program: String, setting: &view::Setting, playing: bool) -> Vec<Event> {
        let mut events = vec![Event::Began { run }];
        let mut stage = Stage::new(program, setting, &self.own);
        for folder in &self.folders {
            stage.playground.world_mut().disk_mut().make_folder(folder);
        }
        let outcome = stage.playground.run(&stage.program.clone());
        events.push(stage.started(&outcome));
        self.playing = playing && !stage.over();
        self.owed_ms = 0.0;
        stage.changed = true;
        self.stage = Some(stage);
        self.flush(&mut events);
        events.extend(self.clock());
        events
    }

    fn play(&mut self, speed: f64) -> Vec<Event> {
        self.speed = speed;
        self.playing = self.stage.is_some();
        self.clock().into_iter().collect()
    }

    fn step(&mut self) -> Vec<Event> {
        self.playing = false;
        self.with(|stage, events| {
            let died = stage.playground.step();
            events.extend(died.map(|mistake| stage.failed(&mistake)));
        })
    }

    fn go_on(&mut self, program: String) -> Vec<Event> {
        self.with(|stage, events| {
            stage.program = program;
            let outcome = stage.playground.run(&stage.program.clone());
            events.push(stage.started(&outcome));
            stage.changed = true;
        })
    }

    fn finish(&mut self, at_most_ms: i64) -> Vec<Event> {
        self.with(|stage, events| {
            let diagnostic = stage.playground.settle(at_most_ms);
            events.push(stage.started(&Outcome { state: stage.playground.state(), diagnostic, notes: Vec::new() }));
        })
    }

    fn process(&mut self, query: usize) -> Vec<Event> {
        self.with(|stage, events| {
            let known = stage.playground.queries().count() > query;
            let died = known.then(|| stage.playground.process_query(QueryId(query))).flatten();
            events.extend(died.map(|mistake| stage.failed(&mistake)));
            stage.changed = true;
        })
    }

    fn kill(&mut self) -> Vec<Event> {
        self.with(|stage, events| {
            stage.playground.kill();
            stage.fate(false, events);
        })
    }

    fn restart(&mut self) -> Vec<Event> {
        self.with(|stage, events| {
            let outcome = stage.playground.restart();
            stage.playground.session_mut().set_tracing(true);
            stage.fate(true, events);
            events.push(stage.started(&outcome));
        })
    }

    /// Does something with the run, if there is one, and tells what came of it.
    fn with(&mut self, act: impl FnOnce(&mut Stage, &mut Vec<Event>)) -> Vec<Event> {
        let mut events = Vec::new();
        if let Some(stage) = &mut self.stage {
            act(stage, &mut events);
        }
        self.flush(&mut events);
        events.extend(self.clock());
        events
    }

    /// Tells all that is new.
    fn flush(&mut self, events: &mut Vec<Event>) {
        if let Some(stage) = &mut self.stage {
            stage.flush(events);
            stage.look(events);
            stage.list(events);
        }
    }

    fn clock(&self) -> Option<Event> {
        self.stage.as_ref().map(|stage| Event::Clock { now_ms: stage.playground.world().now_ms(), playing: self.playing })
    }
}

impl Stage {
    fn new(program: String, setting: &view::Setting, own: &BTreeMap<String, Vec<u8>>) -> Self {
        let mut world = Simulated::new(setting.seed, setting.start_ms);
        for (path, text) in catalogue::files(setting) {
            world.land_file(&path, text.into_bytes());
        }
        for (path, bytes) in own {
            world.land_file(path, bytes.clone());
        }
        for (topic, partitions) in &setting.topics {
            world.cluster_mut().set_partitions(topic, *partitions);
        }
        for feed in &setting.feeds {
            world.add_feed(convert::feed(feed));
        }
        let mut playground = Playground::with_world(world);
        playground.session_mut().set_tracing(true);
        playground.set_recording(setting.recording);
        if setting.plain {
            playground.session_mut().set_packages(Packages::default());
        }
        for (key, value) in &setting.conf {
            playground.session_mut().set_conf(key, value);
        }
        Self { playground, program, panes: Panes::default(), changed: false, listed: u64::MAX, told: 0, alive: true, zone: Zone::utc() }
    }

    fn started(&self, outcome: &Outcome) -> Event {
        Event::Started {
            diagnostics: outcome.diagnostic.iter().map(|mistake| convert::diagnostic(&self.program, mistake)).collect(),
            notes: outcome.notes.iter().map(|note| convert::hint(&self.program, note)).collect(),
        }
    }

    fn failed(&self, mistake: &crate::diag::Diagnostic) -> Event {
        Event::Failed { diagnostic: convert::diagnostic(&self.program, mistake) }
    }

    fn fate(&mut self, alive: bool, events: &mut Vec<Event>) {
        self.alive = alive;
        events.push(Event::Driver { alive, at_ms: self.playground.world().now_ms() });
        self.changed = true;
    }

    /// Whether nothing will ever happen again by itself: the program has ended, so have its queries, and no feed sends any more.
    fn over(&self) -> bool {
        self.alive
            && self.playground.world().next_arrival_ms().is_none()
            && self.playground.state() != ProgramState::Waiting
            && self.playground.session().active().is_empty()
    }

    fn flush(&mut self, events: &mut Vec<Event>) {
        self.zone = self.playground.session().conf().zone();
        let arrivals = self.playground.world_mut().take_arrivals();
        if !arrivals.is_empty() {
            let row = |row: crate::world::Arrival| view::Arrival { at_ms: row.at_ms, event_ms: row.event_ms as f64, key: row.key };
            events.push(Event::Arrived { rows: arrivals.into_iter().map(row).collect() });
        }
        let news = self.playground.reports().len() > self.told;
        for report in self.playground.reports().iter().skip(self.told) {
            events.push(Event::Batch(self.panes.take(report, &self.zone)));
        }
        self.told = self.playground.reports().len();
        let printed = self.playground.take_output();
        if !printed.is_empty() {
            events.push(Event::Printed { text: printed });
        }
        let failures = self.playground.take_failures();
        events.extend(failures.iter().map(|mistake| self.failed(mistake)));
        if self.playground.take_crashed() {
            self.fate(false, events);
        }
        self.changed |= news || !failures.is_empty();
    }

    /// What a batch of this run handed to its sink.
    fn rows(&self, batch: u64) -> Option<Event> {
        let report = self.playground.reports().get(usize::try_from(batch).ok()?)?;
        Some(Event::Rows {
            batch,
            columns: lesson::batch_columns(report),
            rows: lesson::batch_rows(report, &self.zone),
            ordered: report.ordered,
        })
    }

    /// Shows the panes, if they changed.
    fn look(&mut self, events: &mut Vec<Event>) {
        if std::mem::take(&mut self.changed) {
            events.push(Event::Snapshot(self.panes.snapshot(self.playground.session_mut(), &self.zone)));
        }
    }

    /// Lists the files, if any was written.
    fn list(&mut self, events: &mut Vec<Event>) {
        let disk = self.playground.world().disk();
        if self.listed != disk.writes() {
            self.listed = disk.writes();
            events.push(Event::Files { files: files(disk) });
        }
    }
}

/// The program as cards, and what is wrong with its text.
fn read(program: &str) -> Event {
    let diagnostics = python::parse(program).diagnostics.iter().map(|mistake| convert::diagnostic(program, mistake)).collect();
    Event::Lens { cards: cards(program), diagnostics }
}

fn cards(program: &str) -> Vec<view::Card> {
    lens::cards(program).iter().map(|card| convert::card(program, card)).collect()
}

/// The program with one thing changed; unchanged where it can't be.
fn edit(program: &str, card: usize, field: &str, value: &str) -> Event {
    match lens::edit(program, card, field, value) {
        Some((program, span)) => Event::Edited { span: convert::span(&program, span), cards: cards(&program), program },
        None => read(program),
    }
}
