//! Sources, sinks and the formats that they read and write.

mod options;
mod pushed_filter;
mod sink;
mod source;

pub use options::Options;
pub use pushed_filter::{Compare, FilterTest, PushedFilter};
pub use sink::{MemoryTable, Sink, SinkMode};
pub use source::{Offset, ReadLimit, Source, SourceRows};
