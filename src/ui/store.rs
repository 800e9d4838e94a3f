//! All that the page knows, and the one function that changes it. Pure: effects (messages, storage) belong to whoever sends the action.

use super::colour::Colours;
use super::opening;
use super::shared::Shared;
use crate::link::message::Event;
use crate::link::view::{Arrival, Batch, Card, Catalogue, Diagnostic, Example, Feed, FileEntry, Hint, Setting, Snapshot, Span, Verdict};
use std::collections::BTreeMap;

/// The page's state.
#[derive(Clone, Debug, PartialEq)]
pub struct Store {
    /// Workbench, Practice or Exam.
    pub room: Room,
    /// Whether the gallery of examples lies open.
    pub gallery: bool,
    /// How the engine is.
    pub engine: Engine,
    /// What there is to open.
    pub catalogue: Shared<Catalogue>,
    /// The example, exercise or question that the program came from.
    pub origin: Origin,
    /// The program as the editor has it.
    pub program: String,
    /// Its world.
    pub setting: Shared<Setting>,
    /// The program as it was last run; none before the first run.
    pub ran: Option<String>,
    /// The program as cards, of the latest text that was read.
    pub cards: Shared<Vec<Card>>,
    /// The card that is open.
    pub selected: Option<usize>,
    /// What the editor marks: a card's or a field's place.
    pub pointed: Option<Span>,
    /// Mistakes in the program; those of the reading, or of the run if it raised.
    pub diagnostics: Shared<Vec<Diagnostic>>,
    /// What the run died of.
    pub failure: Option<Diagnostic>,
    /// Advice about a run that did not fail.
    pub notes: Shared<Vec<Hint>>,
    /// The run as it was recorded.
    pub run: Run,
    /// The virtual clock.
    pub clock: Clock,
    /// The batch that is looked at, as an index into the shown query's batches; none follows the run.
    pub cursor: Option<usize>,
    /// The file that the checkpoint pane shows, and its content once it came.
    pub file: Option<(String, Option<Shared<Vec<u8>>>)>,
    /// Verdicts by exercise.
    pub verdicts: Shared<BTreeMap<String, Verdict>>,
    /// The exercise that is being judged.
    pub judging: Option<String>,
}

/// What a run has left so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its number; events of older ones are not for us.
    pub number: u32,
    /// False between asking for a run and its first event.
    pub began: bool,
    /// Whether its first stretch is over: the program has ended, waits or has raised.
    pub started: bool,
    /// All micro-batches of all queries, in order.
    pub batches: Shared<Vec<Shared<Batch>>>,
    /// The panes as they were: after how many batches, and what they showed.
    pub snapshots: Shared<Vec<(u64, Shared<Snapshot>)>>,
    /// The virtual disk's files.
    pub files: Shared<Vec<FileEntry>>,
    /// Rows that wait for their batch.
    pub arrivals: Shared<Vec<Arrival>>,
    /// What the driver printed.
    pub printed: Shared<String>,
    /// Deaths and rebirths of the driver.
    pub faults: Shared<Vec<Fault>>,
    /// Whether the driver lives.
    pub alive: bool,
    /// The query that is shown; none: the first.
    pub query: Option<String>,
    /// The keys' colours.
    pub colours: Shared<Colours>,
}

/// The driver died or came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// When.
    pub at_ms: i64,
    /// Whether it lives since.
    pub alive: bool,
}

/// The virtual clock as the page last heard of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clock {
    /// Then, in milliseconds since 1970.
    pub now_ms: i64,
    /// When that was heard, on the page's own clock.
    pub heard_ms: f64,
    /// Whether it runs.
    pub playing: bool,
    /// Virtual milliseconds for each real one.
    pub speed: f64,
    /// Where the run began.
    pub start_ms: i64,
}

/// The page's big rooms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Write, run, watch.
    Workbench,
    /// Exercises.
    Practice,
    /// Questions.
    Exam,
}

/// How the engine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Its worker is being loaded.
    Loading,
    /// It answers.
    Ready,
    /// It did not answer for long and was ended; a new one is being loaded.
    Ended,
    /// The learner stopped it; a new one is being loaded.
    Stopped,
    /// It can't be loaded.
    Broken(String),
}

/// Where the open program came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The example's id; empty for others.
    pub id: String,
    /// What the header's chip says.
    pub title: String,
}

/// What happens to the store.
#[derive(Clone, Debug)]
pub enum Action {
    /// The engine said these, at this time of the page's own clock.
    Heard(Vec<Event>, f64),
    /// The engine's worker could not be loaded, or hung and was ended.
    Engine(Engine),
    /// The learner typed.
    Typed(String),
    /// A feed is to send somewhere else, from the next run on: its place among the setting's feeds, and where to.
    FeedTo(usize, String),
    /// A program with its world was put on the workbench.
    Opened(Box<Example>),
    /// A run was asked for.
    Ran {
        /// Its number.
        number: u32,
        /// Whether its clock starts at once.
        playing: bool,
    },
    /// Another speed.
    Speed(f64),
    /// Look at a batch; none: follow the run.
    Scrubbed(Option<usize>),
    /// Show a query.
    Query(String),
    /// Open a card or close the open one.
    Selected(Option<usize>),
    /// Mark a place in the program.
    Pointed(Option<Span>),
    /// Go to a room.
    Went(Room),
    /// Open or close the gallery.
    Gallery(bool),
    /// Show a file; its content comes.
    File(Option<String>),
    /// An answer was sent to be judged.
    Judging(String),
    /// The learner has read the failure.
    Dismissed,
}

impl Default for Store {
    fn default() -> Self {
        let example = opening::example();
        let start_ms = example.setting.start_ms;
        Self {
            room: Room::Workbench,
            gallery: false,
            engine: Engine::Loading,
            catalogue: Shared::default(),
            origin: Origin { id: example.id, title: example.title },
            program: example.program,
            setting: Shared::new(example.setting),
            ran: None,
            cards: Shared::default(),
            selected: None,
            pointed: None,
            diagnostics: Shared::default(),
            failure: None,
            notes: Shared::default(),
            run: Run::new(0),
            clock: Clock { now_ms: start_ms, heard_ms: 0.0, playing: false, speed: 5.0, start_ms },
            cursor: None,
            file: None,
            verdicts: Shared::default(),
            judging: None,
        }
    }
}

impl Run {
    fn new(number: u32) -> Self {
        Self {
            number,
            began: false,
            started: false,
            batches: Shared::default(),
            snapshots: Shared::default(),
            files: Shared::default(),
            arrivals: Shared::default(),
            printed: Shared::default(),
            faults: Shared::default(),
            alive: true,
            query: None,
            colours: Shared::default(),
        }
    }
}

impl Store {
    /// The state after an action.
    pub fn apply(&mut self, action: Action) {
        match action {
            Action::Heard(events, at_ms) => events.into_iter().for_each(|event| self.hear(event, at_ms)),
            Action::Engine(engine) => {
                self.clock.playing &= matches!(engine, Engine::Ready);
                self.judging = None;
                self.run.started = true;
                self.engine = engine;
            }
            Action::Typed(text) => self.program = text,
            Action::FeedTo(index, target) => {
                let mut setting = (*self.setting).clone();
                if let Some(Feed::Generated { to, .. } | Feed::Replay { to, .. }) = setting.feeds.get_mut(index) {
                    *to = target;
                }
                self.setting = Shared::new(setting);
            }
            Action::Opened(example) => self.open(*example),
            Action::Ran { number, playing } => self.start(number, playing),
            Action::Speed(speed) => self.clock.speed = speed,
            Action::Scrubbed(cursor) => {
                self.cursor = cursor.filter(|index| index + 1 < self.shown_batches().count() || !self.clock.playing)
            }
            Action::Query(name) => {
                self.run.query = Some(name);
                self.cursor = None;
            }
            Action::Selected(card) => self.selected = card,
            Action::Pointed(span) => self.pointed = span,
            Action::Went(room) => {
                self.room = room;
                self.gallery = false;
            }
            Action::Gallery(open) => self.gallery = open,
            Action::File(path) => self.file = path.map(|path| (path, None)),
            Action::Judging(exercise) => self.judging = Some(exercise),
            Action::Dismissed => self.failure = None,
        }
    }

    fn open(&mut self, example: Example) {
        self.origin = Origin { id: example.id, title: example.title };
        self.program = example.program;
        self.setting = Shared::new(example.setting);
        self.room = Room::Workbench;
        self.gallery = false;
        self.selected = None;
        self.pointed = None;
        self.cards = Shared::default();
        self.diagnostics = Shared::default();
    }

    fn start(&mut self, number: u32, playing: bool) {
        self.run = Run::new(number);
        self.ran = Some(self.program.clone());
        self.cursor = None;
        self.failure = None;
        self.notes = Shared::default();
        self.file = None;
        let start_ms = self.setting.start_ms;
        self.clock = Clock { now_ms: start_ms, start_ms, playing, heard_ms: f64::INFINITY, ..self.clock };
    }

    fn hear(&mut self, event: Event, at_ms: f64) {
        if matches!(self.engine, Engine::Loading | Engine::Ended | Engine::Stopped) {
            self.engine = Engine::Ready;
        }
        match event {
            Event::Ready { catalogue, .. } => self.settle(catalogue),
            Event::Began { run } => self.run.began |= run == self.run.number,
            Event::Lens { cards, diagnostics } => {
                self.cards = Shared::new(cards);
                self.diagnostics = Shared::new(diagnostics);
            }
            Event::Edited { program, span, cards } => {
                self.program = program;
                self.cards = Shared::new(cards);
                self.pointed = Some(span);
            }
            Event::File { path, bytes } if self.file.as_ref().is_some_and(|(shown, _)| *shown == path) => {
                self.file = Some((path, bytes.map(Shared::new)));
            }
            Event::Judged { exercise, verdict } => {
                self.judging = None;
                self.verdicts.change().insert(exercise, verdict);
            }
            of_run if self.run.began => self.record(of_run, at_ms),
            _ => {}
        }
    }

    /// The engine is there; the opening example gets its world.
    fn settle(&mut self, catalogue: Catalogue) {
        if let Some(example) = catalogue.examples.iter().find(|example| example.id == self.origin.id && self.ran.is_none()) {
            self.setting = Shared::new(example.setting.clone());
            self.origin.title.clone_from(&example.title);
        }
        self.catalogue = Shared::new(catalogue);
    }

    /// What belongs to the run.
    fn record(&mut self, event: Event, at_ms: f64) {
        match event {
            Event::Started { diagnostics, notes } => {
                self.run.started = true;
                self.failure = diagnostics.first().cloned();
                self.notes = Shared::new(notes);
                if !diagnostics.is_empty() {
                    self.diagnostics = Shared::new(diagnostics);
                }
            }
            Event::Arrived { rows } => self.run.arrivals.change().extend(rows),
            Event::Batch(batch) => {
                if self.run.arrivals.iter().any(|row| row.at_ms <= batch.at_ms) {
                    self.run.arrivals.change().retain(|row| row.at_ms > batch.at_ms);
                }
                self.run.colours.change().learn(&batch);
                self.run.batches.change().push(Shared::new(batch));
            }
            Event::Files { files } => self.run.files = Shared::new(files),
            Event::Snapshot(snapshot) => self.run.keep(snapshot),
            Event::Clock { now_ms, playing } => self.clock = Clock { now_ms, playing, heard_ms: at_ms, ..self.clock },
            Event::Printed { text } => self.run.printed.change().push_str(&text),
            Event::Failed { diagnostic } => {
                if diagnostic.span.is_some() {
                    self.diagnostics = Shared::new(vec![diagnostic.clone()]);
                }
                self.failure = Some(diagnostic);
            }
            Event::Driver { alive, at_ms } => {
                self.run.alive = alive;
                self.run.faults.change().push(Fault { at_ms, alive });
            }
            _ => {}
        }
    }

    /// The queries of the run in the order of their first batch.
    #[must_use]
    pub fn queries(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let started = self.run.snapshots.last().into_iter().flat_map(|(_, snapshot)| snapshot.queries.iter().map(|query| &query.name));
        for name in started.chain(self.run.batches.iter().map(|batch| &batch.query)) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }

    /// The name of the query that is shown.
    #[must_use]
    pub fn query(&self) -> Option<String> {
        let names = self.queries();
        self.run.query.clone().filter(|chosen| names.contains(chosen)).or_else(|| names.into_iter().next())
    }

    /// The batches of the query that is shown, all of them.
    pub fn shown_batches(&self) -> impl Iterator<Item = &Shared<Batch>> {
        let query = self.query();
        self.run.batches.iter().filter(move |batch| Some(&batch.query) == query.as_ref())
    }

    /// Those up to the cursor.
    #[must_use]
    pub fn seen_batches(&self) -> Vec<Shared<Batch>> {
        let upto = self.cursor.map_or(usize::MAX, |index| index + 1);
        self.shown_batches().take(upto).cloned().collect()
    }

    /// The panes as of the cursor.
    #[must_use]
    pub fn snapshot(&self) -> Shared<Snapshot> {
        let Some(cursor) = self.cursor else {
            return self.run.snapshots.last().map(|(_, snapshot)| snapshot.clone()).unwrap_or_default();
        };
        let looked_at = self.shown_batches().nth(cursor).cloned();
        let after = self.run.batches.iter().position(|batch| Some(batch) == looked_at.as_ref()).map_or(0, |index| index as u64 + 1);
        self.run.snapshots.iter().rev().find(|(batches, _)| *batches <= after).map(|(_, snapshot)| snapshot.clone()).unwrap_or_default()
    }

    /// The program with a place replaced; none where the place is not in it (any more).
    #[must_use]
    pub fn mended(&self, span: Span, text: &str) -> Option<String> {
        let units: Vec<u16> = self.program.encode_utf16().collect();
        let before = String::from_utf16(units.get(..span.start as usize)?).ok()?;
        let after = String::from_utf16(units.get(span.end as usize..)?).ok()?;
        Some(before + text + &after)
    }

    /// Whether a run was asked for whose first stretch is not over.
    #[must_use]
    pub fn busy(&self) -> bool {
        self.ran.is_some() && !self.run.started && self.engine == Engine::Ready
    }

    /// Whether the editor's text differs from what runs.
    #[must_use]
    pub fn edited(&self) -> bool {
        self.ran.as_ref().is_some_and(|ran| *ran != self.program)
    }
}

impl Run {
    fn keep(&mut self, snapshot: Snapshot) {
        let batches = snapshot.batches;
        let kept = self.snapshots.change();
        if kept.last().is_some_and(|(last, _)| *last == batches) {
            kept.pop();
        }
        kept.push((batches, Shared::new(snapshot)));
        if kept.len() > SNAPSHOTS {
            kept.remove(0);
        }
    }
}

/// How many batches back the panes at the right can be looked at.
const SNAPSHOTS: usize = 400;

#[cfg(test)]
mod tests;
