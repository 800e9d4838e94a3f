//! Kafka: the source and the sink of Spark's package `spark-sql-kafka-0-10`, and Kinesis on the same brokers.
//!
//! Law: what is read is what lies between two offsets, whoever asks and however often; a batch that is written again is in the topic twice.

mod assigned;
mod batch;
mod errors;
mod kinesis;
mod limit;
mod offsets;
mod options;
mod ranges;
mod rate_limit;
mod rows;
mod scala_order;
mod sink;
mod source;

pub(super) use batch::{batch_schema, read};
pub(super) use kinesis::{open_kinesis, schema as kinesis_schema};
pub(super) use options::stream_schema;
pub(super) use sink::{KafkaSink, write};
pub(super) use source::KafkaSource;

#[cfg(test)]
mod tests;
