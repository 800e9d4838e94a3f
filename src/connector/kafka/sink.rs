//! Rows written to Kafka. Spark's `KafkaStreamingWrite`, `KafkaWriter` and `KafkaWriteTask`.
//!
//! Law: nothing remembers which batches were written: one that runs again is in the topic twice (at least once).

use super::errors::{self, illegal, java};
use super::rows::headers_type;
use crate::connector::{Options, SaveMode, Sink, SinkMode};
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Schema;
use crate::types::Value;
use crate::types::arrow::value_at;
use crate::world::ClusterError;
use crate::world::Message;
use crate::world::World;
use arrow_array::RecordBatch;
use std::collections::BTreeMap;

/// The Kafka sink of a stream.
pub(in crate::connector) struct KafkaSink {
    options: Options,
    rows: i64,
}

impl KafkaSink {
    /// With its options, which Spark looks at only when the first batch comes.
    pub(in crate::connector) fn new(options: &Options) -> Self {
        Self { options: options.clone(), rows: 0 }
    }
}

impl Sink for KafkaSink {
    fn description(&self) -> String {
        "org.apache.spark.sql.kafka010.KafkaSourceProvider$KafkaTable@4c3d0d5b".to_owned()
    }

    fn add_batch(&mut self, world: &mut dyn World, _batch_id: u64, _mode: SinkMode, schema: &Schema, rows: &RecordBatch) -> Result<()> {
        produce(world, &self.options, schema, rows)?;
        self.rows = rows.num_rows() as i64;
        Ok(())
    }

    fn output_rows(&self) -> i64 {
        self.rows
    }
}

/// Write rows in one go: `df.write`.
///
/// # Errors
/// Modes that make no sense, and as the sink.
pub(in crate::connector) fn write(
    world: &mut dyn World,
    options: &Options,
    mode: SaveMode,
    schema: &Schema,
    rows: &RecordBatch,
) -> Result<()> {
    let refused = match mode {
        SaveMode::Overwrite => "Overwrite",
        SaveMode::Ignore => "Ignore",
        SaveMode::Append | SaveMode::ErrorIfExists => return produce(world, options, schema, rows),
    };
    let text = format!("Save mode {refused} not allowed for Kafka. Allowed save modes are Append and ErrorIfExists (default).");
    Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_3081", text, ""))
}

/// Where the parts of a record stand in a row.
struct Places {
    topic: Option<usize>,
    key: Option<usize>,
    value: usize,
    headers: Option<usize>,
    partition: Option<usize>,
}

impl Places {
    /// In a schema, whose columns are named exactly so; `has_topic`: the option says the topic.
    fn of(schema: &Schema, has_topic: bool) -> Result<Self> {
        let texts = [DataType::String, DataType::Binary];
        let topic = if has_topic { None } else { place(schema, "topic", &[DataType::String])? };
        if topic.is_none() && !has_topic {
            return Err(refused("topic option required when no 'topic' attribute is present. Use the topic option for setting a topic."));
        }
        let key = place(schema, "key", &texts)?;
        let Some(value) = place(schema, "value", &texts)? else { return Err(refused("Required attribute 'value' not found")) };
        let headers = place(schema, "headers", &[headers_type()])?;
        Ok(Self { topic, key, value, headers, partition: place(schema, "partition", &[DataType::Integer])? })
    }

    fn message(&self, schema: &Schema, rows: &RecordBatch, row: usize) -> Message {
        let value = |place: usize| value_at(rows.column(place), row, &schema.fields[place].data_type);
        Message {
            key: self.key.and_then(|place| bytes(value(place))),
            value: bytes(value(self.value)),
            headers: self.headers.map(|place| headers(value(place))).unwrap_or_default(),
            partition: self.partition.and_then(|place| value(place).as_i64()).and_then(|partition| i32::try_from(partition).ok()),
            timestamp_ms: None,
        }
    }
}

fn produce(world: &mut dyn World, options: &Options, schema: &Schema, rows: &RecordBatch) -> Result<()> {
    check_producer(options)?;
    let topic = options.get("topic").map(str::trim);
    let places = Places::of(schema, topic.is_some())?;
    if options.get("kafka.bootstrap.servers").is_none() {
        return Err(java("ConfigException", "Missing required configuration \"bootstrap.servers\" which has no default value.".to_owned())
            .hint("Say where the brokers are: .option(\"kafka.bootstrap.servers\", \"localhost:9092\")."));
    }
    let mut batches: BTreeMap<String, Vec<Message>> = BTreeMap::new();
    let mut failure = None;
    for row in 0..rows.num_rows() {
        let named = places.topic.map(|place| value_at(rows.column(place), row, &DataType::String));
        let Some(topic) = topic.or_else(|| named.as_ref().and_then(Value::as_str)) else {
            failure = Some(errors::null_topic());
            break;
        };
        batches.entry(topic.to_owned()).or_default().push(places.message(schema, rows, row));
    }
    // What came before the row that fails is sent: nobody takes it back.
    for (topic, batch) in batches {
        send(world, &topic, batch)?;
    }
    failure.map_or(Ok(()), Err)
}

fn send(world: &mut dyn World, topic: &str, batch: Vec<Message>) -> Result<()> {
    let partitions: Vec<i32> = batch.iter().filter_map(|message| message.partition).collect();
    let text = match world.cluster_mut().send(topic, batch) {
        Ok(_) => return Ok(()),
        Err(ClusterError::Unreachable | ClusterError::UnknownTopic) => format!("Topic {topic} not present in metadata after 60000 ms."),
        Err(ClusterError::UnknownPartition(count)) => {
            let partition = partitions.iter().find(|partition| !(0..count).contains(*partition)).copied().unwrap_or_default();
            if partition < 0 {
                let text = format!("Invalid partition: {partition}. Partition number should always be non-negative or null.");
                return Err(illegal(text));
            }
            format!("Partition {partition} of topic {topic} with partition count {count} is not present in metadata after 60000 ms.")
        }
    };
    Err(java("TimeoutException", text))
}

/// `kafkaParamsForProducer`.
fn check_producer(options: &Options) -> Result<()> {
    for (name, what) in [("key.serializer", "keys"), ("value.serializer", "value")] {
        if options.get(&format!("kafka.{name}")).is_some() {
            return Err(illegal(format!("Kafka option '{name}' is not supported as {what} are serialized with ByteArraySerializer.")));
        }
    }
    Ok(())
}

/// The column of a name, which must have one of these types.
fn place(schema: &Schema, name: &str, types: &[DataType]) -> Result<Option<usize>> {
    let Some(place) = schema.fields.iter().position(|field| field.name == name) else { return Ok(None) };
    let found = &schema.fields[place].data_type;
    if types.iter().any(|wanted| wanted.same_type(found)) {
        return Ok(Some(place));
    }
    let wanted: Vec<String> = types.iter().map(DataType::simple_string).collect();
    let text = format!("{name} attribute unsupported type {}. {name} must be a(n) {}", found.simple_string(), wanted.join(" or "));
    Err(refused(&text))
}

fn refused(text: &str) -> Box<Diagnostic> {
    let error = Diagnostic::analysis("_LEGACY_ERROR_TEMP_3080", text, "");
    if text.contains("'value'") || text.starts_with("value ") {
        return error.hint("A record's value is one text or binary column: .selectExpr(\"to_json(struct(*)) AS value\").");
    }
    error
}

fn bytes(value: Value) -> Option<Vec<u8>> {
    match value {
        Value::String(text) => Some(text.into_bytes()),
        Value::Binary(bytes) => Some(bytes),
        _ => None,
    }
}

fn headers(value: Value) -> Vec<(String, Option<Vec<u8>>)> {
    let Value::Array(headers) = value else { return Vec::new() };
    let header = |header: Value| match header {
        Value::Struct(parts) => {
            let mut parts = parts.into_iter();
            let key = parts.next().and_then(|key| key.as_str().map(str::to_owned))?;
            Some((key, parts.next().and_then(bytes)))
        }
        _ => None,
    };
    headers.into_iter().filter_map(header).collect()
}
