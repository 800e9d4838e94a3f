//! Delta Lake: tables as Parquet files under a log of commits. Follows the Delta protocol (reader 1, writer 2) and `delta-spark`.
//!
//! Law: a table is what its log says; a commit is there whole or not at all, under the next number; nothing that a commit names ever changes.

mod action;
mod append;
mod checkpoint;
mod commit;
mod data_files;
mod errors;
mod history;
mod log;
mod offset;
mod read;
mod rewrite;
mod sink;
mod snapshot;
mod source;
mod source_options;
mod stats;
mod table_schema;
mod travel;

pub(crate) use append::create;
pub(super) use append::write;
pub use history::HistoryEntry;
pub use history::history;
pub use history::is_table;
pub use history::schema_and_partitions;
pub(super) use read::batch_schema;
pub(super) use read::read;
pub use rewrite::Operation;
pub use rewrite::TargetFile;
pub use rewrite::replace_files;
pub use rewrite::{Target, target};
pub(super) use sink::DeltaSink;
pub(super) use source::DeltaSource;
pub(super) use source::stream_schema;
