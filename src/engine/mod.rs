//! A query running: lowering the plan to operators, the micro-batch, triggers, watermarks, progress, session and catalog.
//!
//! Law: one step runs at most one micro-batch and gives one report; what must survive is on the world's disk before it matters.

mod catalog;
mod collect;
mod conf;
mod connect;
mod continuous;
mod delta_command;
mod lower;
pub mod metastore;
mod micro_batch;
mod names;
mod open;
mod progress;
mod pushed;
mod query;
mod report;
mod run_tree;
mod session;
mod settings;
mod sink;
mod sources;
mod start;
mod state_files;
mod state_reader;
mod state_shape;
mod statement;
mod step;
mod store_assignment;
mod table_write;
mod trace;
mod trigger;
mod watermark_tracker;

pub use catalog::{Catalog, Table};
pub use conf::Conf;
pub use delta_command::{Merge, MergeAction, MergeClause, MergeRows};
pub use names::Names;
pub use query::Query;
pub use report::{BatchReport, Fate, OperatorLine, Outcome, Sealed, SourceReport, WatermarkReport, WindowFate};
pub use session::Session;
pub use settings::Setting;
pub use settings::check as check_setting;
pub use start::{QueryStart, SinkKind, Trigger};
pub use state_reader::is_state_format;
pub use state_reader::read as read_state;
pub use step::{QueryId, Step};
pub use table_write::TableWrite;

#[cfg(test)]
mod tests;
