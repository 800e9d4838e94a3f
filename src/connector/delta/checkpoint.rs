//! Checkpoints: the whole state of a table at one version as a Parquet file, so that a reader need not begin at commit 0. Delta's `Checkpoints`.

use super::action::{Action, AddFile, Metadata, Protocol, RemoveFile};
use super::log::Log;
use super::snapshot::Snapshot;
use crate::connector::assembly::Assembly;
use crate::connector::parquet;
use crate::diag::Result;
use crate::types::arrow::{array_of, value_at};
use crate::types::{DataType, Field, Schema, Value};
use crate::world::{Disk, World};
use arrow_array::ArrayRef;
use serde_json::{Map, Value as Json, json};

/// `delta.checkpointInterval`.
pub(super) const INTERVAL: u64 = 10;

/// Writes the checkpoint of a snapshot, and then that it is the newest.
///
/// # Errors
/// What the Parquet writer refuses.
pub(super) fn write(world: &mut dyn World, log: &Log, snapshot: &Snapshot) -> Result<()> {
    let mut rows: Vec<Vec<Value>> = Vec::new();
    let mut row = |place: usize, value: Value| {
        let mut cells = vec![Value::Null; 5];
        cells[place] = value;
        rows.push(cells);
    };
    row(4, protocol_value(&snapshot.protocol));
    row(3, metadata_value(&snapshot.metadata));
    for (app_id, (version, updated_ms)) in &snapshot.transactions {
        let updated = updated_ms.map_or(Value::Null, Value::Long);
        row(0, Value::Struct(vec![Value::String(app_id.as_str().into()), Value::Long(*version), updated]));
    }
    for file in snapshot.files.values() {
        row(1, add_value(file));
    }
    for file in snapshot.tombstones.values() {
        row(2, remove_value(file));
    }
    let schema = schema();
    let column = |place: usize| {
        let values: Vec<Value> = rows.iter().map(|row| row[place].clone()).collect();
        array_of(&schema.fields[place].data_type, &values)
    };
    let columns: Vec<ArrayRef> = (0..5).map(column).collect();
    let places: Vec<usize> = (0..rows.len()).collect();
    let bytes = parquet::file(&schema, &columns, &places, &parquet::WriteStyle::default())?;
    let size = bytes.len();
    world.disk_mut().put(&log.checkpoint_path(snapshot.version), bytes);
    let note = json!({
        "version": snapshot.version, "size": rows.len(), "sizeInBytes": size, "numOfAddFiles": snapshot.files.len(),
    });
    world.disk_mut().put(&log.last_checkpoint_path(), note.to_string().into_bytes());
    Ok(())
}

/// The actions that a checkpoint holds.
///
/// # Errors
/// A file that is no Parquet.
pub(super) fn read(disk: &Disk, path: &str) -> Result<Vec<Action>> {
    let bytes = disk.read(path).unwrap_or_default();
    let known = ["txn", "add", "remove", "metaData", "protocol"];
    let mut schema = parquet::schema_of(path, bytes)?;
    schema.fields.retain(|field| known.contains(&field.name.as_str()));
    // Others say of maps and lists that nothing in them is null; columns are made for the general case.
    schema.fields.iter_mut().for_each(|field| field.data_type = field.data_type.as_nullable());
    let mut rows = Assembly::new(schema.fields.clone(), false, parquet::MODE, Vec::new())?;
    parquet::read(path, bytes, &mut rows)?;
    let count = rows.rows();
    let (columns, _) = rows.finish();
    let mut actions = Vec::new();
    for row in 0..count {
        for (field, column) in schema.fields.iter().zip(&columns) {
            let value = value_at(column, row, &field.data_type);
            if let (Value::Struct(_), Some(mut body)) = (&value, to_json(&value, &field.data_type)) {
                if let (Some(map), true) = (body.as_object_mut(), field.name == "protocol") {
                    map.retain(|_, value| !value.is_null());
                }
                actions.extend(Action::of(&field.name, &body));
            }
        }
    }
    Ok(actions)
}

/// A value as plain JSON.
fn to_json(value: &Value, data_type: &DataType) -> Option<Json> {
    Some(match (value, data_type) {
        (Value::Null, _) => Json::Null,
        (Value::Boolean(it), _) => json!(it),
        (Value::String(it), _) => json!(&**it),
        (Value::Struct(values), DataType::Struct(fields)) => {
            let entry = |(field, value): (&Field, &Value)| Some((field.name.clone(), to_json(value, &field.data_type)?));
            Json::Object(fields.iter().zip(values.iter()).filter_map(entry).collect::<Map<_, _>>())
        }
        (Value::Array(values), DataType::Array(element, _)) => Json::Array(values.iter().filter_map(|it| to_json(it, element)).collect()),
        (Value::Map(entries), DataType::Map(_, value_type, _)) => {
            let entry = |(key, value): &(Value, Value)| Some((key.as_str()?.to_owned(), to_json(value, value_type)?));
            Json::Object(entries.iter().filter_map(entry).collect::<Map<_, _>>())
        }
        (other, _) => json!(other.as_i64()?),
    })
}

/// The columns of a checkpoint, as far as we write them.
fn schema() -> Schema {
    let texts = || DataType::Map(Box::new(DataType::String), Box::new(DataType::String), true);
    let list = || DataType::Array(Box::new(DataType::String), true);
    let group = |fields: &[(&str, DataType)]| {
        DataType::Struct(fields.iter().map(|(name, data_type)| Field::new(*name, data_type.clone())).collect())
    };
    let txn = group(&[("appId", DataType::String), ("version", DataType::Long), ("lastUpdated", DataType::Long)]);
    let add = group(&[
        ("path", DataType::String),
        ("partitionValues", texts()),
        ("size", DataType::Long),
        ("modificationTime", DataType::Long),
        ("dataChange", DataType::Boolean),
        ("stats", DataType::String),
    ]);
    let remove = group(&[
        ("path", DataType::String),
        ("deletionTimestamp", DataType::Long),
        ("dataChange", DataType::Boolean),
        ("extendedFileMetadata", DataType::Boolean),
        ("partitionValues", texts()),
        ("size", DataType::Long),
    ]);
    let format = group(&[("provider", DataType::String), ("options", texts())]);
    let metadata = group(&[
        ("id", DataType::String),
        ("name", DataType::String),
        ("description", DataType::String),
        ("format", format),
        ("schemaString", DataType::String),
        ("partitionColumns", list()),
        ("configuration", texts()),
        ("createdTime", DataType::Long),
    ]);
    let protocol = group(&[
        ("minReaderVersion", DataType::Integer),
        ("minWriterVersion", DataType::Integer),
        ("readerFeatures", list()),
        ("writerFeatures", list()),
    ]);
    let named = [("txn", txn), ("add", add), ("remove", remove), ("metaData", metadata), ("protocol", protocol)];
    Schema::new(named.into_iter().map(|(name, data_type)| Field::new(name, data_type)).collect())
}

fn text(text: &str) -> Value {
    Value::String(text.into())
}

fn partition_value(values: &[(String, Option<String>)]) -> Value {
    Value::Map(values.iter().map(|(name, value)| (text(name), value.as_deref().map_or(Value::Null, text))).collect())
}

fn number(number: u64) -> Value {
    Value::Long(i64::try_from(number).unwrap_or(i64::MAX))
}

fn add_value(file: &AddFile) -> Value {
    Value::Struct(vec![
        text(&file.path),
        partition_value(&file.partition_values),
        number(file.size),
        Value::Long(file.modified_ms),
        // What a checkpoint holds is no news to anybody.
        Value::Boolean(false),
        file.stats.as_deref().map_or(Value::Null, text),
    ])
}

fn remove_value(file: &RemoveFile) -> Value {
    Value::Struct(vec![
        text(&file.path),
        Value::Long(file.removed_ms),
        Value::Boolean(false),
        Value::Boolean(true),
        partition_value(&file.partition_values),
        number(file.size),
    ])
}

fn metadata_value(metadata: &Metadata) -> Value {
    let settings = metadata.configuration.iter().map(|(key, value)| (text(key), text(value))).collect();
    Value::Struct(vec![
        text(&metadata.id),
        Value::Null,
        Value::Null,
        Value::Struct(vec![text("parquet"), Value::Map(Vec::new())]),
        text(&metadata.schema_string),
        Value::Array(metadata.partition_by.iter().map(|name| text(name)).collect()),
        Value::Map(settings),
        metadata.created_ms.map_or(Value::Null, Value::Long),
    ])
}

fn protocol_value(protocol: &Protocol) -> Value {
    let features = |at_least: bool, names: &[String]| match at_least {
        true => Value::Array(names.iter().map(|name| text(name)).collect()),
        false => Value::Null,
    };
    Value::Struct(vec![
        Value::Integer(i32::try_from(protocol.reader).unwrap_or(i32::MAX)),
        Value::Integer(i32::try_from(protocol.writer).unwrap_or(i32::MAX)),
        features(protocol.reader >= 3, &protocol.reader_features),
        features(protocol.writer >= 7, &protocol.writer_features),
    ])
}
