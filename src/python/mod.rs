//! Python text and its run: ruff's tree, our values, and a resumable evaluator that can wait inside a call.
//!
//! The evaluator knows Python and nothing of Spark. What lies outside (`pyspark`, `time.sleep`) comes in through [`Host`].
//! A host call may answer "wait": the machine then stops with all its frames kept, and goes on when the host says so.

mod host;

pub use host::{Arguments, Host, HostObject, Reply};
