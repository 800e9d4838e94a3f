//! Durable memory: the versioned state store, the offset log, the commit log, recovery as a decision over observed facts.
//!
//! All of it lies on the world's disk in Spark's own layout and file texts, so that a checkpoint folder can be read as Spark's.

mod commit_log;
mod file_form;
mod lz4_block;
mod metadata;
mod metadata_log;
mod offset_log;
mod recovery;
pub mod schema_file;
mod snapshot;
mod store;

pub use commit_log::{CommitLog, CommitMetadata};
pub use file_form::{Change, Emit, FileForm, LastKey, Record};
pub use metadata::{OperatorMetadata, StateStoreInfo, StreamMetadata};
pub use offset_log::{OffsetLog, OffsetSeq};
pub use recovery::{Decision, Observed, observe, recover};
pub use snapshot::read_version;
pub use store::StateStore;

#[cfg(test)]
mod tests;
