//! A stand-in for the engine, for work on the page and its tests: a deterministic windowed count with a watermark that sends the same
//! events as the worker. It is never part of what is shipped.

use crate::link::message::{BUILD, Event, Request};
use crate::link::view::{
    Arrival, Batch, Card, CardField, Catalogue, Diagnostic, Fate, FileEntry, Hint, Outcome, QueryStatus, ResultTable, Row, Sealed, Setting,
    Snapshot, Span, StateTable, Table, WindowFate,
};
use std::collections::BTreeMap;

const TRIGGER_MS: i64 = 5_000;
const DELAY_MS: i64 = 10_000;
const WINDOW_MS: i64 = 10_000;

/// The stand-in.
#[derive(Debug, Default)]
pub struct Demo {
    now_ms: i64,
    playing: bool,
    speed: f64,
    alive: bool,
    random: u64,
    next_row_ms: i64,
    told_ms: i64,
    waiting: Vec<Arrival>,
    batches: u64,
    newest_ms: i64,
    late_ms: i64,
    evict_ms: i64,
    state: BTreeMap<(i64, String), (u64, bool)>,
    result: Vec<(i64, String, u64, u64)>,
}

impl Demo {
    /// What it says first.
    pub fn ready() -> Vec<Event> {
        let examples = vec![super::demo_lessons::example()];
        vec![Event::Ready { build: BUILD.into(), catalogue: Catalogue { examples, ..super::demo_lessons::catalogue() } }]
    }

    /// What it answers.
    pub fn ask(&mut self, request: Request) -> Vec<Event> {
        match request {
            Request::Run { run, program, setting, playing, speed } => self.begin(run, &program, &setting, playing, speed),
            Request::Read { program } => vec![Event::Lens { cards: cards(&program), diagnostics: Vec::new() }],
            Request::Play { speed } => {
                (self.playing, self.speed) = (true, speed);
                vec![self.clock()]
            }
            Request::Pause => {
                self.playing = false;
                vec![self.clock()]
            }
            Request::Step => {
                let until = (self.now_ms.div_euclid(TRIGGER_MS) + 1) * TRIGGER_MS;
                self.advance(until)
            }
            Request::Kill | Request::Restart => {
                self.alive = request == Request::Restart;
                vec![Event::Driver { alive: self.alive, at_ms: self.now_ms }]
            }
            Request::Edit { program, card, field, value } => vec![edit(&program, card, &field, &value)],
            Request::ReadFile { path } => {
                vec![Event::File {
                    bytes: Some(b"v1\n{\"batchWatermarkMs\":1767607217000,\"batchTimestampMs\":1767607230000}\n{\"logOffset\":5}".to_vec()),
                    path,
                }]
            }
            Request::WriteFile { .. }
            | Request::MakeFolder { .. }
            | Request::Send { .. }
            | Request::Produce { .. }
            | Request::Continue { .. }
            | Request::Finish { .. }
            | Request::Process { .. }
            | Request::Rows { .. }
            | Request::Replay { .. } => Vec::new(),
            Request::Judge { exercise, program } => vec![super::demo_lessons::judge(exercise, &program)],
        }
    }

    /// What happens while this much real time passes.
    pub fn tick(&mut self, real_ms: f64) -> Vec<Event> {
        if !self.playing {
            return Vec::new();
        }
        self.advance(self.now_ms + (real_ms * self.speed) as i64)
    }

    fn begin(&mut self, run: u32, program: &str, setting: &Setting, playing: bool, speed: f64) -> Vec<Event> {
        let start_ms = setting.start_ms;
        *self = Self {
            now_ms: start_ms,
            next_row_ms: start_ms + 300,
            told_ms: start_ms,
            playing,
            speed,
            alive: true,
            random: setting.seed,
            ..Self::default()
        };
        if program.contains("\"complete\"") {
            return vec![Event::Began { run }, Event::Started { diagnostics: vec![refused(program)], notes: Vec::new() }, self.clock()];
        }
        let lens = Event::Lens { cards: cards(program), diagnostics: Vec::new() };
        let printed = Event::Printed { text: "Query counts started.\n".into() };
        vec![Event::Began { run }, Event::Started { diagnostics: Vec::new(), notes: Vec::new() }, lens, self.clock(), printed]
    }

    fn clock(&self) -> Event {
        Event::Clock { now_ms: self.now_ms, playing: self.playing }
    }

    fn advance(&mut self, until_ms: i64) -> Vec<Event> {
        let mut events = Vec::new();
        while self.now_ms < until_ms {
            let trigger = (self.now_ms.div_euclid(TRIGGER_MS) + 1) * TRIGGER_MS;
            self.now_ms = trigger.min(until_ms);
            let rows = self.arrive();
            if !rows.is_empty() {
                events.push(Event::Arrived { rows });
            }
            if self.now_ms == trigger && self.alive {
                events.push(Event::Batch(self.batch()));
                events.push(Event::Snapshot(self.snapshot()));
                events.push(Event::Files { files: self.files() });
            }
        }
        if self.now_ms - self.told_ms > 200 {
            self.told_ms = self.now_ms;
            events.push(self.clock());
        }
        events
    }

    fn arrive(&mut self) -> Vec<Arrival> {
        let mut rows = Vec::new();
        while self.next_row_ms <= self.now_ms {
            let lag = match self.draw(100) {
                0..=5 => 12_000 + self.draw(16_000),
                _ => {
                    let a = self.draw(2200);
                    let b = self.draw(2200);
                    a * b / 1100
                }
            };
            let key = ["ad-1", "ad-1", "ad-2", "ad-2", "ad-3"][self.draw(5) as usize];
            let event_ms = (self.next_row_ms - lag as i64) / 1000 * 1000;
            rows.push(Arrival { at_ms: self.next_row_ms, event_ms: event_ms as f64, key: key.into() });
            self.next_row_ms += 60 + self.draw(760) as i64;
        }
        self.waiting.extend(rows.iter().cloned());
        rows
    }

    fn batch(&mut self) -> Batch {
        let rows = std::mem::take(&mut self.waiting);
        let mut fates = Vec::new();
        self.state.values_mut().for_each(|(_, fresh)| *fresh = false);
        for row in &rows {
            let start_ms = (row.event_ms as i64).div_euclid(WINDOW_MS) * WINDOW_MS;
            let counted = start_ms + WINDOW_MS > self.late_ms;
            let windows = vec![WindowFate { start_ms, end_ms: start_ms + WINDOW_MS, counted }];
            let outcome = if counted { Outcome::Counted } else { Outcome::Late };
            fates.push(Fate { arrived_ms: row.at_ms, event_ms: Some(row.event_ms), key: row.key.clone(), windows, outcome });
            if counted {
                let group = self.state.entry((start_ms, row.key.clone())).or_default();
                *group = (group.0 + 1, true);
            }
            self.newest_ms = self.newest_ms.max(row.event_ms as i64);
        }
        let late = fates.iter().filter(|fate| fate.outcome == Outcome::Late).count() as u64;
        let (sealed, out) = self.seal();
        let id = self.batches;
        self.batches += 1;
        let next = if rows.is_empty() && self.newest_ms == 0 { 0 } else { (self.newest_ms - DELAY_MS).max(self.evict_ms) };
        let batch = Batch {
            number: 0,
            query: "counts".into(),
            batch_id: id,
            at_ms: self.now_ms,
            input_rows: rows.len() as u64,
            output_rows: out,
            no_data: rows.is_empty(),
            late_ms: Some(self.late_ms),
            evict_ms: Some(self.evict_ms),
            next_ms: Some(next),
            newest_event_ms: Some(self.newest_ms),
            delay_ms: Some(DELAY_MS),
            state_rows: self.state.len() as u64,
            state_updated: fates.len() as u64 - late,
            state_removed: out,
            dropped: late,
            durations_ms: vec![
                ("addBatch".into(), 30 + (rows.len() * 3) as i64),
                ("getBatch".into(), 2),
                ("latestOffset".into(), 4),
                ("queryPlanning".into(), 11),
                ("walCommit".into(), 9),
                ("commitOffsets".into(), 8),
                ("triggerExecution".into(), 64 + (rows.len() * 3) as i64),
            ],
            fates,
            fates_left_out: 0,
            sealed,
            progress: format!(
                "{{\n  \"name\" : \"counts\",\n  \"batchId\" : {id},\n  \"numInputRows\" : {},\n  \"stateOperators\" : [ {{\n    \"operatorName\" : \"stateStoreSave\",\n    \"numRowsTotal\" : {}\n  }} ]\n}}",
                rows.len(),
                self.state.len()
            ),
        };
        (self.late_ms, self.evict_ms) = (self.evict_ms, next);
        batch
    }

    fn seal(&mut self) -> (Vec<Sealed>, u64) {
        let gone: Vec<(i64, String)> = self.state.keys().filter(|(start, _)| start + WINDOW_MS <= self.evict_ms).cloned().collect();
        let mut sealed: Vec<Sealed> = Vec::new();
        for key in &gone {
            let (rows, _) = self.state.remove(key).unwrap_or_default();
            self.result.push((key.0, key.1.clone(), rows, self.batches));
            match sealed.last_mut().filter(|last| last.start_ms == key.0) {
                Some(last) => (last.groups, last.rows) = (last.groups + 1, last.rows + rows),
                None => sealed.push(Sealed { start_ms: key.0, end_ms: key.0 + WINDOW_MS, groups: 1, rows }),
            }
        }
        (sealed, gone.len() as u64)
    }

    fn snapshot(&self) -> Snapshot {
        let columns: Vec<String> = ["window", "ad", "count"].map(String::from).to_vec();
        let row = |start: i64, ad: &str, count: u64, fresh: bool| Row {
            cells: vec![window(start), ad.to_owned(), count.to_string()],
            fresh,
            key: ad.to_owned(),
        };
        let state: Vec<Row> = self.state.iter().rev().map(|((start, ad), (count, fresh))| row(*start, ad, *count, *fresh)).collect();
        let expires_ms = self.state.iter().rev().map(|((start, _), _)| Some(start + WINDOW_MS)).collect();
        let result =
            self.result.iter().rev().map(|(start, ad, count, batch)| row(*start, ad, *count, *batch + 1 == self.batches)).collect();
        Snapshot {
            batches: self.batches,
            state: vec![StateTable {
                query: "counts".into(),
                operator: "stateStoreSave".into(),
                table: Table { columns: columns.clone(), rows: state, left_out: 0 },
                expires_ms,
            }],
            results: vec![ResultTable { query: "counts".into(), table: Table { columns, rows: result, left_out: 0 } }],
            queries: vec![QueryStatus {
                recording: false,
                name: "counts".into(),
                active: self.alive,
                message: "Waiting for next trigger".into(),
                batch_id: self.batches.checked_sub(1),
            }],
        }
    }

    fn files(&self) -> Vec<FileEntry> {
        let mut files = Vec::new();
        let mut file = |path: String, size| files.push(FileEntry { path, size, modified_ms: self.now_ms });
        for id in 0..self.batches {
            file(format!("/checkpoint/counts/commits/{id}"), 60);
            file(format!("/checkpoint/counts/offsets/{id}"), 540);
            file(format!("/checkpoint/counts/state/0/0/{}.delta", id + 1), 188);
        }
        file("/checkpoint/counts/metadata".into(), 45);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }

    fn draw(&mut self, below: u64) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % below
    }
}

fn window(start_ms: i64) -> String {
    format!("{{2026-01-05 {}, 2026-01-05 {}}}", super::moment::clock(start_ms), super::moment::clock(start_ms + WINDOW_MS))
}

/// The stand-in's only mistake.
fn refused(program: &str) -> Diagnostic {
    let span = program.find("\"complete\"").map(|at| Span { start: at as u32, end: at as u32 + 10 });
    Diagnostic {
        class: "AnalysisException".into(),
        condition: Some("STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION".into()),
        message: "[STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] Invalid streaming output mode: complete. This output mode is not supported for no streaming aggregations on streaming DataFrames/DataSets. SQLSTATE: 42KDE".into(),
        span,
        hints: vec![Hint { text: "A file sink can only append: use append mode.".into(), fix: span.map(|span| (span, "\"append\"".to_owned())) }],
    }
}

fn edit(program: &str, card: usize, field: &str, value: &str) -> Event {
    let span = cards(program).get(card).and_then(|card| card.fields.iter().find(|it| it.name == field)?.span);
    let Some(span) = span else { return Event::Lens { cards: cards(program), diagnostics: Vec::new() } };
    let program = format!("{}\"{value}\"{}", &program[..span.start as usize], &program[span.end as usize..]);
    let span = Span { start: span.start, end: span.start + value.len() as u32 + 2 };
    Event::Edited { cards: cards(&program), program, span }
}

fn cards(program: &str) -> Vec<Card> {
    let find = |text: &str, from: usize| {
        program[from..].find(text).map(|at| Span { start: (from + at) as u32, end: (from + at + text.len()) as u32 })
    };
    let field = |name: &str, label: &str, value: &str, choices: &[&str], span| CardField {
        name: name.into(),
        label: label.into(),
        value: value.into(),
        choices: choices.iter().map(|it| (*it).to_owned()).collect(),
        span,
    };
    let card = |kind: &str, title: &str, summary: &str, fields: Vec<CardField>, span| Card {
        kind: kind.into(),
        title: title.into(),
        summary: summary.into(),
        fields,
        span,
    };
    let writer = program.find(".writeStream").unwrap_or(0);
    let mode =
        ["append", "update", "complete"].into_iter().find(|mode| program.contains(&format!("outputMode(\"{mode}\")"))).unwrap_or("append");
    let quoted = format!("\"{mode}\"");
    vec![
        card("source", "JSON files", "/data/clicks", Vec::new(), find("spark.readStream", 0)),
        card(
            "watermark",
            "Watermark",
            "ts, 10 seconds",
            vec![field("column", "Column", "ts", &[], None), field("delay", "Delay", "10 seconds", &[], find("\"10 seconds\"", 0))],
            find("\"10 seconds\"", 0),
        ),
        card(
            "window",
            "Window",
            "10 s by ad · count",
            vec![field("duration", "Length", "10 seconds", &[], find("\"10 seconds\")", 0))],
            find(".groupBy(window(\"ts\", \"10 seconds\"), col(\"ad\"))", 0),
        ),
        card("sink", "JSON files", "/counts", Vec::new(), find(".format(\"json\")", writer)),
        card(
            "mode",
            "Output mode",
            mode,
            vec![field("mode", "Output mode", mode, &["append", "update", "complete"], find(&quoted, writer))],
            find(&format!(".outputMode({quoted})"), writer),
        ),
        card(
            "trigger",
            "Trigger",
            "every 5 s",
            vec![field("trigger", "Trigger", "every 5 s", &["every 5 s", "available now"], find("\"5 seconds\"", writer))],
            find(".trigger(processingTime=\"5 seconds\")", writer),
        ),
    ]
}
