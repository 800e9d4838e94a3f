//! What page and worker say to each other. Every message goes through `serde_wasm_bindgen` and `postMessage`.

use super::view;
use serde::{Deserialize, Serialize};

/// From the page to the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// First of all. The worker answers `Event::Ready`; a build id that differs from its own means that the page must reload.
    Hello { build: String },
    /// Start anew with this program: a fresh world with these files and feeds, then run it. The clock stands unless `playing`.
    Run { program: String, setting: view::Setting, playing: bool },
    /// Read the program as a query, without running it: answered by `Event::Lens` and `Event::Diagnostics`.
    Read { program: String },
    /// Change one thing in the program through a builder card: answered by `Event::Edited`.
    Edit { program: String, card: usize, field: String, value: String },
    /// Let the virtual clock run, `speed` virtual milliseconds per real one.
    Play { speed: f64 },
    /// Stop the virtual clock.
    Pause,
    /// Advance the clock until one more micro-batch has run.
    Step,
    /// The driver dies: queries stop, names are lost; disk, sockets and feeds stay.
    Kill,
    /// The program runs again on what is left, from its checkpoint.
    Restart,
    /// Put a file of the learner's own on the virtual disk.
    WriteFile { path: String, bytes: Vec<u8> },
    /// Read a file of the virtual disk: answered by `Event::File`.
    ReadFile { path: String },
    /// A line typed into the socket on this port.
    Send { port: u16, line: String },
    /// Judge an answer to an exercise: answered by `Event::Judged`.
    Judge { exercise: String, program: String },
}

/// From the worker to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The engine is loaded; what the page's lists offer.
    Ready { build: String, catalogue: view::Catalogue },
    /// The program's first stretch ran (until it ended, waits or raised).
    Started { diagnostics: Vec<view::Diagnostic> },
    /// A micro-batch ran.
    Batch(view::Batch),
    /// What the panes show after the latest batch; sent at most once a tick.
    Snapshot(view::Snapshot),
    /// The virtual clock, in milliseconds since 1970; whether it runs.
    Clock { now_ms: i64, playing: bool },
    /// The driver printed (print, show, console sink).
    Printed { text: String },
    /// A query or the program died.
    Failed { diagnostic: view::Diagnostic },
    /// The program as builder cards.
    Lens { cards: Vec<view::Card>, diagnostics: Vec<view::Diagnostic> },
    /// The program after a card's edit; `span` is what was written, in UTF-16 units.
    Edited { program: String, span: view::Span, cards: Vec<view::Card> },
    /// A file's bytes.
    File { path: String, bytes: Vec<u8> },
    /// The verdict on an exercise.
    Judged { exercise: String, verdict: view::Verdict },
}
