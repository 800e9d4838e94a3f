//! View-models: what the page draws. Times are milliseconds since 1970 UTC (event times may be fractions); cells are text as Spark's `show` prints it.

use serde::{Deserialize, Serialize};

/// A place in the program, in UTF-16 units, as the editor counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first unit.
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

/// A mistake to underline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// `AnalysisException`, `NameError`.
    pub class: String,
    /// Spark's condition, where it has one.
    pub condition: Option<String>,
    /// The whole text as Spark prints it.
    pub message: String,
    /// Where in the program, if it is known.
    pub span: Option<Span>,
    /// What to do instead, in plain words.
    pub hints: Vec<Hint>,
}

/// Advice, with a one-click edit where there is one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hint {
    /// One or two sentences.
    pub text: String,
    /// Replace this span by this text.
    pub fix: Option<(Span, String)>,
}

/// One micro-batch, as the Tide and the charts draw it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// The query's name, or `query 1`, `query 2` where it has none.
    pub query: String,
    /// The query's place in the order in which the driver started its queries, from 0.
    pub number: usize,
    /// Spark's batch id: it goes on over restarts from a checkpoint.
    pub batch_id: u64,
    /// When it was triggered, on the virtual clock.
    pub at_ms: i64,
    /// `numInputRows`, over all sources.
    pub input_rows: u64,
    /// Rows that the sink got.
    pub output_rows: u64,
    /// Ran without new data, only because the watermark had moved.
    pub no_data: bool,
    /// The watermark that judges late rows: the one of the batch before. None without a watermark.
    pub late_ms: Option<i64>,
    /// The watermark that evicts: this batch's.
    pub evict_ms: Option<i64>,
    /// The watermark for the next batch, computed at this one's end.
    pub next_ms: Option<i64>,
    /// The largest event time seen up to the end of this batch.
    pub newest_event_ms: Option<i64>,
    /// The watermark's delay.
    pub delay_ms: Option<i64>,
    /// State rows after the batch, over all operators (`numRowsTotal`).
    pub state_rows: u64,
    /// `numRowsUpdated`.
    pub state_updated: u64,
    /// `numRowsRemoved`.
    pub state_removed: u64,
    /// `numRowsDroppedByWatermark`: after partial aggregation, so it may be fewer than the late input rows.
    pub dropped: u64,
    /// Spark's `durationMs` in its order: addBatch, commitOffsets, ...
    pub durations_ms: Vec<(String, i64)>,
    /// One for each input row that carries an event time, in order of arrival. At most 2,000; `fates_left_out` counts the rest.
    pub fates: Vec<Fate>,
    /// How many rows are not in `fates`.
    pub fates_left_out: u64,
    /// The windows that this batch sealed (evicted), oldest first.
    pub sealed: Vec<Sealed>,
    /// The whole of Spark's `lastProgress`, pretty JSON.
    pub progress: String,
}

/// What became of one input row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fate {
    /// When the source got it.
    pub arrived_ms: i64,
    /// Its event time; none where it is null.
    pub event_ms: Option<f64>,
    /// Its grouping key besides the window, as text; empty without one.
    pub key: String,
    /// The windows it falls into and whether it counted there. Empty for queries without windows.
    pub windows: Vec<WindowFate>,
    /// What became of it on the whole.
    pub outcome: Outcome,
}

/// What the operators did with a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It reached the state or the sink.
    #[default]
    Counted,
    /// Dropped as late in every window.
    Late,
    /// Counted in some of its sliding windows and dropped in the others.
    PartlyLate,
    /// Its event time is null: it is in no window.
    NoEventTime,
    /// Its key was seen before (deduplication).
    Duplicate,
    /// A filter left it out.
    Filtered,
}

/// One window of one row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WindowFate {
    /// The window's start, inclusive.
    pub start_ms: i64,
    /// The window's end, exclusive.
    pub end_ms: i64,
    /// False: this window was sealed already.
    pub counted: bool,
}

/// A window that was evicted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sealed {
    /// The window's start, inclusive.
    pub start_ms: i64,
    /// The window's end, exclusive.
    pub end_ms: i64,
    /// How many state rows (groups) of it left the state.
    pub groups: u64,
    /// How many input rows had been counted in it, over all its groups, while this run watched.
    pub rows: u64,
}

/// A row that a feed has sent and no micro-batch has read yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Arrival {
    /// When it came, on the virtual clock.
    pub at_ms: i64,
    /// Its event time, as the feed made it.
    pub event_ms: f64,
    /// The feed's key.
    pub key: String,
}

/// What the panes at the right show now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// How many [`Batch`]es this run had sent before it.
    pub batches: u64,
    /// One table for each store of each query.
    pub state: Vec<StateTable>,
    /// What each query has written.
    pub results: Vec<ResultTable>,
    /// The program's queries in the order of their start.
    pub queries: Vec<QueryStatus>,
}

/// What a query has written: the rows that its sink got, newest batch first; in complete mode those of the latest batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResultTable {
    /// As in [`Batch::query`].
    pub query: String,
    /// The rows.
    pub table: Table,
}

/// The rows of one state store.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StateTable {
    /// As in [`Batch::query`].
    pub query: String,
    /// Spark's operator name: `stateStoreSave`.
    pub operator: String,
    /// Its rows, in the store's order.
    pub table: Table,
    /// For each row: when the watermark must reach this, the row leaves. None: it never expires.
    pub expires_ms: Vec<Option<i64>>,
}

/// A table as text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Their names.
    pub columns: Vec<String>,
    /// Their rows, at most 500.
    pub rows: Vec<Row>,
    /// Rows that are not sent, beyond the first 500.
    pub left_out: u64,
}

/// A row of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// As `show` prints them without truncation.
    pub cells: Vec<String>,
    /// Written by the latest batch.
    pub fresh: bool,
    /// The grouping key, for its colour; the same text as `Fate::key`.
    pub key: String,
}

/// A file on the virtual disk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FileEntry {
    /// From the root.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// When it was last written, on the virtual clock.
    pub modified_ms: i64,
}

/// A query of the program.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QueryStatus {
    /// As in [`Batch::query`].
    pub name: String,
    /// Whether it still runs.
    pub active: bool,
    /// `status["message"]`: "Waiting for data to arrive".
    pub message: String,
    /// The latest batch that it ran.
    pub batch_id: Option<u64>,
    /// Its `format("memory")` only records batches, as [`Setting::recording`] asks.
    pub recording: bool,
}

/// A builder card: one step of the query as the program says it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// `source`, `watermark`, `window`, `keys`, `aggregate`, `sink`, `mode`, `trigger`, `step`.
    pub kind: String,
    /// "Socket", "Watermark", "Window".
    pub title: String,
    /// "localhost:9999", "ts, 10 seconds".
    pub summary: String,
    /// What of it can be changed in place.
    pub fields: Vec<CardField>,
    /// Where it stands in the program.
    pub span: Option<Span>,
}

/// One thing on a card that can be changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CardField {
    /// Names it to `Request::Edit`: `delay`, `duration`, `mode`.
    pub name: String,
    /// "Delay", "Length".
    pub label: String,
    /// As it is now.
    pub value: String,
    /// Offered values; empty means free text.
    pub choices: Vec<String>,
    /// Where it stands in the program, for highlighting.
    pub span: Option<Span>,
}

/// A world for a program: what it finds on its disk and what is sent while it runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// What everything random in the world comes from.
    pub seed: u64,
    /// The virtual clock at the start.
    pub start_ms: i64,
    /// What is sent by itself.
    pub feeds: Vec<Feed>,
    /// Kafka topics there from the start, and how many partitions each has.
    pub topics: Vec<(String, i32)>,
    /// Small files there from the start, path and text, in the order in which they land.
    pub files: Vec<(String, String)>,
    /// Session settings before the program, `spark.sql.shuffle.partitions` and its like.
    pub conf: Vec<(String, String)>,
    /// `format("memory")` takes whatever `foreachBatch` takes and recovers in every mode, and the folders that a program reads are there:
    /// what case files stand for.
    pub recording: bool,
    /// Spark as it is installed, without the Kafka package on its class path.
    pub plain: bool,
}

/// What the world sends by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Feed {
    /// Generated events.
    Generated {
        /// `socket:9999` (a line an event), `kafka:clicks` (a record with the event's key) or a folder such as `/data/clicks` (a JSON-lines file every `every_ms`).
        to: String,
        /// On the average, in virtual time.
        rows_per_second: f64,
        /// Values of the key, drawn with falling weight.
        keys: Vec<String>,
        /// Usual delay between event and arrival is uniform up to this.
        out_of_order_ms: i64,
        /// Share of rows (0..1) that come late, by `late_by_ms` at the most.
        late_share: f64,
        /// How late those are at the most.
        late_by_ms: i64,
        /// The line, with `{time}` (ISO, seconds with Z), `{key}`, `{n}` (1, 2, ...), `{value}` (0..100).
        template: String,
        /// For folders: how often a file lands.
        every_ms: i64,
    },
    /// Real rows replayed in the order of a time column.
    Replay {
        /// A CSV file with header on the disk.
        from: String,
        /// The folder in which pieces land as CSV files without header.
        to: String,
        /// The column that says when a row arrives.
        arrival_column: String,
        /// Virtual milliseconds between pieces.
        every_ms: i64,
        /// How many milliseconds of the rows' own time one piece covers.
        rows_ms_per_interval: i64,
    },
}

/// All that the page offers to open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalogue {
    /// The gallery.
    pub examples: Vec<Example>,
    /// Practice, from easy to hard.
    pub exercises: Vec<Exercise>,
    /// The exam's questions.
    pub questions: Vec<Question>,
}

/// A program of the gallery with its world.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// Names it in addresses and storage.
    pub id: String,
    /// "Ad clicks, 7% late".
    pub title: String,
    /// What there is to see, in a sentence.
    pub about: String,
    /// Its text.
    pub program: String,
    /// Its world.
    pub setting: Setting,
}

/// Something to mend or to write.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Exercise {
    /// Names it in addresses and storage.
    pub id: String,
    /// In the list.
    pub title: String,
    /// Markdown-free paragraphs.
    pub task: Vec<String>,
    /// The program to begin with.
    pub start: String,
    /// Shown one by one, when asked for.
    pub hints: Vec<String>,
    /// Shown after success.
    pub explanation: Vec<String>,
    /// The world in which the learner may try it.
    pub setting: Setting,
}

/// An exam question.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Names it in addresses and storage.
    pub id: String,
    /// The exam's objective it belongs to.
    pub objective: String,
    /// The question.
    pub text: String,
    /// A program fragment that the question shows, if any.
    pub code: Option<String>,
    /// Its choices, in the order shown.
    pub choices: Vec<String>,
    /// The index of the right one.
    pub answer: usize,
    /// One sentence or two for each choice: why it is right or wrong.
    pub reasons: Vec<String>,
    /// The explanation, which opens in the workbench.
    pub explanation: String,
    /// The program that shows it.
    pub program: String,
    /// That program's world.
    pub setting: Setting,
}

/// The verdict on an exercise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Verdict {
    /// Every step came out as the exercise wants it.
    Passed {
        /// How many micro-batches were compared.
        batches: u64,
    },
    /// The first difference: in which step and batch, what was expected, what came.
    Differs {
        /// "after the second batch".
        step: String,
        /// The lines that should have come.
        expected: Vec<String>,
        /// The lines that came.
        found: Vec<String>,
        /// The difference in a sentence.
        said: String,
    },
    /// The program raised.
    Failed {
        /// What.
        diagnostic: Diagnostic,
    },
}
