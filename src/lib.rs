//! Tidemark: a playground for Spark Structured Streaming that runs wholly in a browser tab.
//!
//! The rooms below are listed from the ground up; a room names only rooms above it in this list (`tests/house.rs`).

/// Sources, sinks, formats.
pub mod connector;
/// What we tell the learner: Spark's error condition, its text, a span in the program, hints.
pub mod diag;
/// A query running: the micro-batch, triggers, watermarks, progress, session and catalog.
pub mod engine;
/// Expressions: tree, function registry, typing and coercion, vectorised evaluation, aggregate functions.
pub mod expr;
/// Case files, lessons, exercises, questions.
pub mod lesson;
/// The wire between page and worker, and the JavaScript API.
pub mod link;
/// Incremental operators, one file each: what they keep, emit, drop and evict in a batch.
pub mod operator;
/// The logical plan, named as Spark's relations; its analysis: names, types, streaming rules, output modes.
pub mod plan;
/// PySpark's objects over a session; reads a program as a query and edits it.
pub mod pyspark;
/// Python text and its run: a resumable evaluator that can wait inside a call.
pub mod python;
/// Spark SQL text to trees.
pub mod sql;
/// Durable memory: versioned state store, offset log, commit log, recovery.
pub mod state;
/// Spark's data types, schemas, values, time and intervals; how Spark prints them; Arrow in and out.
pub mod types;
/// The page. Its pure parts build everywhere and are tested natively.
pub mod ui;
/// Everything outside the program: clock, ids, disk, sockets, feeds, console.
pub mod world;
