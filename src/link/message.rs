//! What page and worker say to each other. Every message goes through `serde_wasm_bindgen` and `postMessage`, in order.
//!
//! The page never waits for an answer: it posts a [`Request`] and draws whatever comes. The worker posts lists of [`Event`]s, one list a tick.

use super::view;
use serde::{Deserialize, Serialize};

/// From the page to the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Start anew: a fresh world with this setting, and this program run in it. Answered by [`Event::Began`], then [`Event::Started`].
    Run {
        /// Numbers the runs of this page; [`Event::Began`] brings it back, so that what an older run still sends can be told apart.
        run: u32,
        /// The program's text.
        program: String,
        /// The world in which it runs.
        setting: view::Setting,
        /// Whether the virtual clock runs at once.
        playing: bool,
        /// Virtual milliseconds for each real one, once the clock runs.
        speed: f64,
    },
    /// Read the program as a query, without running it: answered by [`Event::Lens`].
    Read {
        /// The program's text.
        program: String,
    },
    /// Change one thing in the program through a builder card: answered by [`Event::Edited`], or by [`Event::Lens`] if it can't be done.
    Edit {
        /// The program's text as the editor has it.
        program: String,
        /// The card's index in the latest [`Event::Lens`].
        card: usize,
        /// [`view::CardField::name`].
        field: String,
        /// The new value, as the learner typed or chose it.
        value: String,
    },
    /// Let the virtual clock run.
    Play {
        /// Virtual milliseconds for each real one.
        speed: f64,
    },
    /// Stop the virtual clock.
    Pause,
    /// Advance the clock until one more micro-batch has run.
    Step,
    /// The driver dies: queries stop, names are lost; disk, sockets and feeds stay. Answered by [`Event::Driver`].
    Kill,
    /// The program runs again on what is left, from its checkpoint. Answered by [`Event::Driver`].
    Restart,
    /// Run a further program in the same driver, as a notebook runs its next cell: names carry over. Answered by [`Event::Started`].
    Continue {
        /// The program's text.
        program: String,
    },
    /// Let the virtual clock run until the program has ended, or waits for what will never come: answered by [`Event::Started`].
    Finish {
        /// For so long at the most, in virtual milliseconds.
        at_most_ms: i64,
    },
    /// Let one query process all that is available, whatever its trigger; one that ends by itself runs until it has ended.
    Process {
        /// Its place in the order of starts, from 0.
        query: usize,
    },
    /// Send the rows of a micro-batch as JSON: answered by [`Event::Rows`].
    Rows {
        /// The batch's place among the [`Event::Batch`]es of the run, from 0.
        batch: u64,
    },
    /// Put an empty folder on the virtual disk: it is there in every run.
    MakeFolder {
        /// From the root.
        path: String,
    },
    /// Put a file of the learner's own on the virtual disk.
    WriteFile {
        /// Where, from the root: `/data/rides/1.csv`.
        path: String,
        /// Its content.
        bytes: Vec<u8>,
    },
    /// Read a file of the virtual disk: answered by [`Event::File`].
    ReadFile {
        /// From the root.
        path: String,
    },
    /// A line typed into a socket.
    Send {
        /// The port on which the program listens.
        port: u16,
        /// The line without its end.
        line: String,
    },
    /// Perform a case file in a world of its own and compare it with what Spark recorded: answered by [`Event::Replayed`].
    Replay {
        /// The case's text.
        case: String,
    },
    /// A record typed into a Kafka topic, which comes into being where there is none.
    Produce {
        /// The topic.
        topic: String,
        /// The key, which decides the partition; none: the partitions take turns.
        key: Option<String>,
        /// The value.
        value: String,
    },
    /// Judge an answer to an exercise: answered by [`Event::Judged`].
    Judge {
        /// [`view::Exercise::id`].
        exercise: String,
        /// The learner's program.
        program: String,
    },
}

/// From the worker to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The engine is loaded. The worker says it by itself, first of all; the page asks nothing before.
    Ready {
        /// The worker's build id; one that differs from the page's [`BUILD`] means that the page must be loaded again.
        build: String,
        /// What the page's lists offer.
        catalogue: view::Catalogue,
    },
    /// A run begins; everything that follows belongs to it.
    Began {
        /// As [`Request::Run`] numbered it.
        run: u32,
    },
    /// A stretch of the program ran (until it ended, waits or raised).
    Started {
        /// Mistakes found on the way; the first is the one that stopped it.
        diagnostics: Vec<view::Diagnostic>,
        /// Advice about a program that did not fail, such as one that never starts its query.
        notes: Vec<view::Hint>,
    },
    /// Rows of the world's feeds came to a source and wait there for their micro-batch.
    Arrived {
        /// In order of arrival.
        rows: Vec<view::Arrival>,
    },
    /// A micro-batch ran.
    Batch(view::Batch),
    /// What the panes show after the latest batch; sent at most once a tick.
    Snapshot(view::Snapshot),
    /// The files of the virtual disk, of each folder the latest ones. Sent now and then, when some were written.
    Files {
        /// By folder, then by path.
        files: Vec<view::FileEntry>,
    },
    /// The virtual clock. Sent when it starts, stops or jumps and a few times a second between; the page goes on by itself from there.
    Clock {
        /// Milliseconds since 1970.
        now_ms: i64,
        /// Whether it runs.
        playing: bool,
    },
    /// The driver printed (print, show, console sink).
    Printed {
        /// The text, line ends included.
        text: String,
    },
    /// A query or the program died.
    Failed {
        /// What of.
        diagnostic: view::Diagnostic,
    },
    /// The driver was killed or started again.
    Driver {
        /// Whether it lives now.
        alive: bool,
        /// When, on the virtual clock.
        at_ms: i64,
    },
    /// The program as builder cards.
    Lens {
        /// In the order of the query, source first.
        cards: Vec<view::Card>,
        /// Mistakes that can be seen without running it.
        diagnostics: Vec<view::Diagnostic>,
    },
    /// The program after a card's edit.
    Edited {
        /// The whole text.
        program: String,
        /// What was written, in UTF-16 units of the new text.
        span: view::Span,
        /// The new text's cards.
        cards: Vec<view::Card>,
    },
    /// A file's content.
    File {
        /// From the root.
        path: String,
        /// None where there is no such file.
        bytes: Option<Vec<u8>>,
    },
    /// What a micro-batch handed to its sink.
    Rows {
        /// As in [`Request::Rows`].
        batch: u64,
        /// The columns' names and types as Spark's `simpleString` writes them; a repeated name gets `#2`.
        columns: Vec<(String, String)>,
        /// Each row as Spark's `to_json` writes it, nulls included.
        rows: Vec<String>,
        /// Whether the query ends in a sort, so that the order of the rows says something. Otherwise they are sorted as text.
        ordered: bool,
    },
    /// How a case came out.
    Replayed {
        /// The whole case as this engine records it.
        text: String,
        /// How it differs from what Spark recorded, one entry a step.
        differences: Vec<String>,
    },
    /// The verdict on an exercise.
    Judged {
        /// [`view::Exercise::id`].
        exercise: String,
        /// What came of it.
        verdict: view::Verdict,
    },
}

/// The build that this page or worker belongs to: both are made by one build, but a browser may keep one of them longer.
pub const BUILD: &str = match option_env!("TIDEMARK_BUILD") {
    Some(build) => build,
    None => env!("CARGO_PKG_VERSION"),
};
