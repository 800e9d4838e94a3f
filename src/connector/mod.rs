//! Sources, sinks and the formats that they read and write.

mod assembly;
mod charset;
mod column;
mod compact_log;
mod compression;
mod console_sink;
mod continuous_rate;
mod csv_options;
mod csv_reader;
mod csv_tokens;
pub mod delta;
mod file_reader;
mod file_sink;
mod file_source;
mod file_writer;
mod infer;
mod infer_csv;
mod infer_json;
pub mod jdbc;
mod json_options;
mod json_reader;
mod json_scanner;
mod json_values;
mod kafka;
mod lines;
mod listing;
mod load;
mod options;
mod packages;
mod parquet;
mod partitions;
mod pushed_filter;
mod rate;
mod read_options;
mod sink;
mod sink_log;
mod socket_source;
mod source;
mod source_log;
mod unopened_source;

pub use file_sink::{SaveMode, WriteRequest, open_sink, write};
pub use load::{ReadRequest, Reading, batch_schema, list_files, open_continuous_source, open_source, read, stream_schema};
pub use options::Options;
pub use packages::Packages;
pub use pushed_filter::{Compare, FilterTest, PushedFilter};
pub use sink::{MemoryTable, Sink, SinkMode};
pub use source::{Offset, ReadLimit, Source, SourceRows};

#[cfg(test)]
mod tests;
