//! The runner `messages`: a case performed by nothing but what page and worker say to each other, every message turned into text and back.
//!
//! The worker's loop runs here natively. Programs, files, restarts and steps go in as `Request`s; what a case records is read from the
//! view-models that the page draws: `Batch` and its progress, `Rows`, `Snapshot`, `Printed`, `Started`, `Failed`. The texts must be Spark's.

use crate::Outcome;
use serde_json::Value as Json;
use tidemark::diag::Class;
use tidemark::diag::Diagnostic;
use tidemark::lesson::case;
use tidemark::lesson::replay::Said;
use tidemark::lesson::replay::Stage;
use tidemark::lesson::replay::replay;
use tidemark::link::message::Event;
use tidemark::link::message::Request;
use tidemark::link::view;
use tidemark::link::worker::Worker;

/// The clock of a case: 2024-01-01T00:00:00Z, as the playground's stage has it.
const START_MS: i64 = 1_704_067_200_000;
/// Nothing in a case takes longer, on the virtual clock.
const AT_MOST_MS: i64 = 86_400_000;

/// Runs the case through messages.
pub fn run(_: &str, text: &str) -> Outcome {
    let differences = replay(text, &mut Wire::new(!case::parse(text).reads_tables())).differences;
    if differences.is_empty() { Outcome::Same } else { Outcome::Differs(differences.join("\n")) }
}

/// The page's side of the wire.
struct Wire {
    worker: Worker,
    /// The world of the run that is to begin with the first program.
    setting: view::Setting,
    running: bool,
    /// How many programs this case has run since it began, and how many of them since the last restart.
    programs: usize,
    again: Option<usize>,
    batches: Vec<view::Batch>,
    /// For each query of this driver, how many of `batches` were told.
    told: Vec<usize>,
    /// Where the batches of this driver begin.
    begin: usize,
    queries: Vec<view::QueryStatus>,
}

impl Wire {
    fn new(recording: bool) -> Self {
        let conf = [("spark.sql.shuffle.partitions", "1"), ("spark.sql.session.timeZone", "UTC")];
        let conf = conf.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
        Self {
            worker: Worker::default(),
            setting: view::Setting { seed: 1, start_ms: START_MS, conf, recording, plain: true, ..view::Setting::default() },
            running: false,
            programs: 0,
            again: None,
            batches: Vec::new(),
            told: Vec::new(),
            begin: 0,
            queries: Vec::new(),
        }
    }

    /// Asks, and takes in what is heard: both ways as text, as on the wire.
    fn ask(&mut self, request: &Request) -> Heard {
        let events = self.worker.ask(through_text(request));
        let mut heard = Heard::default();
        for event in through_text(&events) {
            match event {
                Event::Batch(batch) => self.batches.push(batch),
                Event::Snapshot(snapshot) => self.queries = snapshot.queries,
                Event::Printed { text } => heard.said.printed.push_str(&text),
                Event::Started { diagnostics, .. } => heard.raise(diagnostics.into_iter().next()),
                // A query that dies while the program waits for it tells the program.
                Event::Failed { diagnostic } if matches!(request, Request::Process { .. }) => heard.raise(Some(diagnostic)),
                Event::Rows { columns, rows, ordered, .. } => heard.rows = Some((columns, rows, ordered)),
                _ => {}
            }
        }
        heard
    }

    /// Begins the run with its first program, runs the program again after a restart, or runs a further one.
    fn run_next(&mut self, source: &str) -> Said {
        let request = if !std::mem::replace(&mut self.running, true) {
            Request::Run { run: 1, program: source.to_owned(), setting: self.setting.clone(), playing: false, speed: 1.0 }
        } else if self.again == Some(0) && self.programs == 1 {
            Request::Restart
        } else {
            Request::Continue { program: source.to_owned() }
        };
        match &mut self.again {
            Some(again) if *again < self.programs => *again += 1,
            _ => self.programs += 1,
        }
        self.ask(&request).said
    }

    fn lines(&mut self, place: usize, name: &str, recording: bool) -> Vec<String> {
        let batch = self.batches[place].clone();
        let progress: Json = serde_json::from_str(&batch.progress).unwrap();
        let watermark = progress["eventTime"]["watermark"].as_str().map(|time| format!(" watermark={time}"));
        let mut lines = vec![format!("{name} batch={} input={}{}", batch.batch_id, batch.input_rows, watermark.unwrap_or_default())];
        lines.extend(progress["stateOperators"].as_array().into_iter().flatten().map(state_line));
        if recording {
            let Some((columns, rows, ordered)) = self.ask(&Request::Rows { batch: place as u64 }).rows else { panic!("a batch has rows") };
            if batch.batch_id == 0 {
                let columns = columns.into_iter().map(|(name, data_type)| format!("{name}: {data_type}"));
                lines.push(format!("  columns {}", columns.collect::<Vec<_>>().join(", ")));
            }
            let mark = if ordered { '=' } else { '+' };
            lines.extend(rows.into_iter().map(|row| format!("  {mark} {row}")));
        }
        lines
    }
}

/// What came of a request, besides batches and panes.
#[derive(Default)]
struct Heard {
    said: Said,
    rows: Option<Rows>,
}

/// `Event::Rows`: the columns, the rows, and whether their order says something.
type Rows = (Vec<(String, String)>, Vec<String>, bool);

impl Heard {
    fn raise(&mut self, diagnostic: Option<view::Diagnostic>) {
        let Some(told) = diagnostic else { return };
        let mut diagnostic = Diagnostic::plain(Class::Named(told.class), told.message);
        diagnostic.condition = told.condition;
        self.said.raised.get_or_insert(diagnostic);
    }
}

impl Stage for Wire {
    fn set_conf(&mut self, key: &str, value: &str) {
        self.setting.conf.push((key.to_owned(), value.to_owned()));
    }

    fn make_folder(&mut self, path: &str) {
        self.ask(&Request::MakeFolder { path: path.to_owned() });
    }

    fn write_file(&mut self, path: &str, text: String, _: i64) {
        if self.running {
            self.ask(&Request::WriteFile { path: path.to_owned(), bytes: text.into_bytes() });
        } else {
            self.setting.files.push((path.to_owned(), text));
        }
    }

    fn run_program(&mut self, source: &str) -> Said {
        let mut said = self.run_next(source);
        let finished = self.ask(&Request::Finish { at_most_ms: AT_MOST_MS }).said;
        said.printed.push_str(&finished.printed);
        said.raised = said.raised.or(finished.raised);
        said
    }

    fn queries(&self) -> usize {
        self.queries.len()
    }

    fn process(&mut self, query: usize) -> Said {
        self.ask(&Request::Process { query }).said
    }

    fn batch_lines(&mut self, query: usize) -> Vec<String> {
        self.told.resize(self.told.len().max(query + 1), self.begin);
        let status = &self.queries[query];
        let (recording, shown) = (status.recording, status.name.clone());
        let name = if shown == format!("query {}", query + 1) { format!("query{query}") } else { shown };
        let places: Vec<usize> = (self.told[query]..self.batches.len()).filter(|place| self.batches[*place].number == query).collect();
        self.told[query] = self.batches.len();
        places.into_iter().flat_map(|place| self.lines(place, &name, recording)).collect()
    }

    fn restart(&mut self) {
        self.ask(&Request::Kill);
        self.again = Some(0);
        self.told.clear();
        self.queries.clear();
        self.begin = self.batches.len();
    }
}

/// A value as text and back: what is not plain data would not survive it.
fn through_text<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

fn state_line(operator: &Json) -> String {
    let counter = |name: &str| operator[name].as_u64().unwrap();
    let duplicates = operator["customMetrics"]["numDroppedDuplicateRows"].as_u64().map(|count| format!(" duplicates={count}"));
    format!(
        "  state {} total={} updated={} removed={} dropped={}{}",
        operator["operatorName"].as_str().unwrap(),
        counter("numRowsTotal"),
        counter("numRowsUpdated"),
        counter("numRowsRemoved"),
        counter("numRowsDroppedByWatermark"),
        duplicates.unwrap_or_default()
    )
}
