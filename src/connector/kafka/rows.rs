//! Kafka's records as rows. Spark's `KafkaRecordToRowConverter`.

use super::ranges::Placed;
use crate::connector::SourceRows;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Value;
use crate::types::arrow::array_of;
use arrow_array::{ArrayRef, BinaryArray, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray};
use std::sync::Arc;

/// `timestampType` of a record whose time its producer gave it.
const CREATE_TIME: i32 = 0;

/// The columns; `headers` last, where they are asked for.
pub(super) fn schema(with_headers: bool) -> Schema {
    let mut fields = vec![
        Field::new("key", DataType::Binary),
        Field::new("value", DataType::Binary),
        Field::new("topic", DataType::String),
        Field::new("partition", DataType::Integer),
        Field::new("offset", DataType::Long),
        Field::new("timestamp", DataType::Timestamp),
        Field::new("timestampType", DataType::Integer),
    ];
    if with_headers {
        fields.push(Field::new("headers", headers_type()));
    }
    Schema { fields }
}

/// `array<struct<key:string,value:binary>>`.
pub(super) fn headers_type() -> DataType {
    let header = vec![Field::new("key", DataType::String), Field::new("value", DataType::Binary)];
    DataType::Array(Box::new(DataType::Struct(header)), true)
}

/// The columns at these places of the schema.
pub(super) fn rows(records: &[Placed<'_>], columns: &[usize], trace: bool) -> SourceRows {
    let column = |column: &usize| -> ArrayRef {
        match column {
            0 => Arc::new(BinaryArray::from_iter(records.iter().map(|(_, record)| record.key.as_deref()))),
            1 => Arc::new(BinaryArray::from_iter(records.iter().map(|(_, record)| record.value.as_deref()))),
            2 => Arc::new(StringArray::from_iter_values(records.iter().map(|(place, _)| &place.topic))),
            3 => Arc::new(Int32Array::from_iter_values(records.iter().map(|(place, _)| place.partition))),
            4 => Arc::new(Int64Array::from_iter_values(records.iter().map(|(_, record)| record.offset))),
            5 => times(records.iter().map(|(_, record)| record.timestamp_ms)),
            6 => Arc::new(Int32Array::from_iter_values(records.iter().map(|_| CREATE_TIME))),
            _ => headers(records),
        }
    };
    taken(records, columns.iter().map(column).collect(), trace)
}

/// Records as columns.
pub(super) fn taken(records: &[Placed<'_>], columns: Vec<ArrayRef>, trace: bool) -> SourceRows {
    let arrived_ms = trace.then(|| records.iter().map(|(_, record)| record.arrived_ms).collect());
    SourceRows { columns, rows: records.len(), input_rows: records.len() as u64, arrived_ms }
}

/// A column of timestamps.
pub(super) fn times(times_ms: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from_iter_values(times_ms.map(|ms| ms.saturating_mul(1000))).with_timezone("UTC"))
}

/// A record without headers has null, not an empty array.
fn headers(records: &[Placed<'_>]) -> ArrayRef {
    let bytes = |bytes: &Option<Vec<u8>>| bytes.as_ref().map_or(Value::Null, |bytes| Value::Binary(bytes.clone()));
    let values: Vec<Value> = records
        .iter()
        .map(|(_, record)| match record.headers.as_slice() {
            [] => Value::Null,
            headers => {
                Value::Array(headers.iter().map(|(key, value)| Value::Struct(vec![Value::String(key.clone()), bytes(value)])).collect())
            }
        })
        .collect();
    array_of(&headers_type(), &values)
}
