//! `format("kinesis")`: streams and shards on the same brokers, with the columns of Databricks' connector.
// DIFFERENCE: that connector's source is not public: what it refuses, and its offsets, are told in our words and in Kafka's form.

use super::errors::illegal;
use super::limit::{Limit, NoMatch};
use super::options::{Settings, Strategy};
use super::ranges::Placed;
use super::rows::{taken, times};
use super::source::KafkaSource;
use crate::connector::{Options, ReadRequest, SourceRows};
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Zone;
use crate::types::pattern::Pattern;
use arrow_array::{ArrayRef, BinaryArray, StringArray};
use serde_json::Value as Json;
use std::sync::Arc;

/// The columns, once the options are well.
///
/// # Errors
/// A stream or a place of the stream that is not named.
pub(in crate::connector) fn schema(request: &ReadRequest) -> Result<Schema> {
    let options = &request.options;
    if streams(options).is_empty() {
        return Err(illegal("Option 'streamName' must be specified for Kinesis source"));
    }
    if options.get("region").or_else(|| options.get("endpoint")).is_none() {
        return Err(illegal("Option 'region' or 'endpoint' must be specified for Kinesis source"));
    }
    initial_position(options)?;
    Ok(Schema {
        fields: vec![
            Field::new("partitionKey", DataType::String),
            Field::new("data", DataType::Binary),
            Field::new("stream", DataType::String),
            Field::new("shardId", DataType::String),
            Field::new("sequenceNumber", DataType::String),
            Field::new("approximateArrivalTimestamp", DataType::Timestamp),
        ],
    })
}

/// A reader of streams whose beginning is kept in `log_folder`.
pub(in crate::connector) fn open_kinesis(options: Options, columns: Vec<usize>, log_folder: &str) -> KafkaSource {
    let description = format!("KinesisSource[{}]", streams(&options).join(", "));
    let settings = move || {
        Ok(Settings {
            strategy: Strategy::Subscribe(streams(&options)),
            starting: initial_position(&options)?,
            fails_on_data_loss: true,
            most_offsets: None,
            fewest_offsets: None,
            max_delay_ms: 0,
            group_id: None,
            group_prefix: "kinesis".to_owned(),
        })
    };
    KafkaSource::with(description, Box::new(settings), rows, columns, log_folder)
}

fn streams(options: &Options) -> Vec<String> {
    let names = options.get("streamName").unwrap_or_default();
    names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// `latest`, `trim_horizon`, `earliest`, or `{"at_timestamp": "06/25/2026 10:23:45", "format": "MM/dd/yyyy HH:mm:ss"}`.
fn initial_position(options: &Options) -> Result<Limit> {
    let text = options.get("initialPosition").unwrap_or("latest").trim();
    match text.to_ascii_lowercase().as_str() {
        "latest" => return Ok(Limit::Latest),
        "trim_horizon" | "earliest" => return Ok(Limit::Earliest),
        _ => {}
    }
    let parsed: Option<Json> = serde_json::from_str(text).ok();
    let part = |name: &str| parsed.as_ref().and_then(|json| json.get(name)?.as_str());
    let at_ms = part("at_timestamp").and_then(|time| {
        let pattern = Pattern::for_parsing(part("format").unwrap_or("MM/dd/yyyy HH:mm:ss")).ok()?;
        Some(pattern.parse_timestamp(time, &Zone::utc()).ok()?.div_euclid(1000))
    });
    let wrong = || illegal(format!("Invalid value '{text}' of option 'initialPosition': use latest, trim_horizon or at_timestamp"));
    at_ms.map(|at_ms| Limit::Time(at_ms, NoMatch::Latest)).ok_or_else(wrong)
}

fn rows(records: &[Placed<'_>], columns: &[usize], trace: bool) -> SourceRows {
    let column = |column: &usize| -> ArrayRef {
        match column {
            0 => {
                let keys = records.iter().map(|(_, record)| record.key.as_deref().map(String::from_utf8_lossy));
                Arc::new(StringArray::from_iter(keys))
            }
            1 => Arc::new(BinaryArray::from_iter(records.iter().map(|(_, record)| record.value.as_deref()))),
            2 => Arc::new(StringArray::from_iter_values(records.iter().map(|(place, _)| &place.topic))),
            3 => Arc::new(StringArray::from_iter_values(records.iter().map(|(place, _)| format!("shardId-{:012}", place.partition)))),
            4 => Arc::new(StringArray::from_iter_values(records.iter().map(|(_, record)| format!("{:056}", record.offset)))),
            _ => times(records.iter().map(|(_, record)| record.arrived_ms)),
        }
    };
    taken(records, columns.iter().map(column).collect(), trace)
}
