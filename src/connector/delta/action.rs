//! The actions of a commit and their JSON, a line each.

use crate::types::Schema;
use crate::types::schema_json::parse_schema;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// One line of a commit.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Action {
    /// What was done, for people: `commitInfo`.
    Info(Map<String, Json>),
    /// Who may read and write: `protocol`.
    Protocol(Protocol),
    /// Schema and settings: `metaData`.
    Metadata(Box<Metadata>),
    /// How far an application has come: `txn`.
    Transaction(Transaction),
    /// A file that belongs to the table from now on: `add`.
    Add(AddFile),
    /// A file that no longer does: `remove`.
    Remove(RemoveFile),
}

/// The versions of the protocol that a reader and a writer must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Protocol {
    pub(super) reader: u64,
    pub(super) writer: u64,
    pub(super) reader_features: Vec<String>,
    pub(super) writer_features: Vec<String>,
}

/// A table's identity, columns and settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Metadata {
    pub(super) id: String,
    pub(super) schema: Schema,
    /// As it stands in the log, with what we do not read of it.
    pub(super) schema_string: String,
    pub(super) partition_by: Vec<String>,
    pub(super) configuration: BTreeMap<String, String>,
    /// Milliseconds since 1970.
    pub(super) created_ms: Option<i64>,
}

/// An application's last batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Transaction {
    pub(super) app_id: String,
    pub(super) version: i64,
    /// Milliseconds since 1970.
    pub(super) updated_ms: Option<i64>,
}

/// A data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AddFile {
    /// Relative to the table, as a URI writes it.
    pub(super) path: String,
    /// In the order of the table's partition columns; none for null.
    pub(super) partition_values: Vec<(String, Option<String>)>,
    pub(super) size: u64,
    /// Milliseconds since 1970.
    pub(super) modified_ms: i64,
    /// Whether rows come with it, and not only another arrangement of rows that were there.
    pub(super) data_change: bool,
    pub(super) stats: Option<String>,
    /// Rows are taken out of it by a file that we do not read.
    pub(super) has_deletion_vector: bool,
}

/// A data file that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RemoveFile {
    pub(super) path: String,
    /// Milliseconds since 1970.
    pub(super) removed_ms: i64,
    pub(super) data_change: bool,
    pub(super) partition_values: Vec<(String, Option<String>)>,
    pub(super) size: u64,
}

impl Protocol {
    /// What a table needs that has these columns: features where a type asks for one.
    pub(super) fn of(schema: &Schema) -> Self {
        let has_ntz = schema.simple_string().contains("timestamp_ntz");
        let features = if has_ntz { vec!["timestampNtz".to_owned()] } else { Vec::new() };
        let writer_features = if has_ntz { vec!["timestampNtz", "appendOnly", "invariants"] } else { Vec::new() };
        Self {
            reader: if has_ntz { 3 } else { 1 },
            writer: if has_ntz { 7 } else { 2 },
            reader_features: features,
            writer_features: writer_features.into_iter().map(str::to_owned).collect(),
        }
    }
}

impl AddFile {
    /// The action that takes it out again.
    pub(super) fn removed(&self, removed_ms: i64) -> RemoveFile {
        RemoveFile {
            path: self.path.clone(),
            removed_ms,
            data_change: true,
            partition_values: self.partition_values.clone(),
            size: self.size,
        }
    }
}

impl Action {
    /// The line of a commit.
    pub(super) fn line(&self) -> String {
        let json = match self {
            Self::Info(info) => json!({ "commitInfo": info }),
            Self::Protocol(protocol) => json!({ "protocol": protocol_json(protocol) }),
            Self::Metadata(metadata) => json!({ "metaData": metadata_json(metadata) }),
            Self::Transaction(it) => {
                let mut map = Map::new();
                map.insert("appId".to_owned(), json!(it.app_id));
                map.insert("version".to_owned(), json!(it.version));
                if let Some(updated_ms) = it.updated_ms {
                    map.insert("lastUpdated".to_owned(), json!(updated_ms));
                }
                json!({ "txn": map })
            }
            Self::Add(add) => json!({ "add": add_json(add) }),
            Self::Remove(it) => json!({ "remove": {
                "path": it.path,
                "deletionTimestamp": it.removed_ms,
                "dataChange": it.data_change,
                "extendedFileMetadata": true,
                "partitionValues": partition_json(&it.partition_values),
                "size": it.size,
            }}),
        };
        json.to_string()
    }

    /// What a line of a commit says; none for actions that change nothing for us.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let json: Json = serde_json::from_str(line).ok()?;
        let (name, body) = json.as_object()?.iter().next()?;
        Self::of(name, body)
    }

    /// An action by its name and body.
    pub(super) fn of(name: &str, body: &Json) -> Option<Self> {
        Some(match name {
            "commitInfo" => Self::Info(body.as_object()?.clone()),
            "protocol" => Self::Protocol(Protocol {
                reader: body.get("minReaderVersion")?.as_u64()?,
                writer: body.get("minWriterVersion")?.as_u64()?,
                reader_features: texts(body.get("readerFeatures")),
                writer_features: texts(body.get("writerFeatures")),
            }),
            "metaData" => {
                let schema_string = body.get("schemaString")?.as_str()?.to_owned();
                Self::Metadata(Box::new(Metadata {
                    id: body.get("id")?.as_str()?.to_owned(),
                    schema: parse_schema(&schema_string)?,
                    schema_string,
                    partition_by: texts(body.get("partitionColumns")),
                    configuration: pairs(body.get("configuration")).into_iter().filter_map(|(key, value)| Some((key, value?))).collect(),
                    created_ms: body.get("createdTime").and_then(Json::as_i64),
                }))
            }
            "txn" => Self::Transaction(Transaction {
                app_id: body.get("appId")?.as_str()?.to_owned(),
                version: body.get("version")?.as_i64()?,
                updated_ms: body.get("lastUpdated").and_then(Json::as_i64),
            }),
            "add" => Self::Add(AddFile {
                path: body.get("path")?.as_str()?.to_owned(),
                partition_values: pairs(body.get("partitionValues")),
                size: body.get("size").and_then(Json::as_u64).unwrap_or(0),
                modified_ms: body.get("modificationTime").and_then(Json::as_i64).unwrap_or(0),
                data_change: body.get("dataChange").and_then(Json::as_bool).unwrap_or(true),
                stats: body.get("stats").and_then(Json::as_str).map(str::to_owned),
                has_deletion_vector: body.get("deletionVector").is_some_and(|it| !it.is_null()),
            }),
            "remove" => Self::Remove(RemoveFile {
                path: body.get("path")?.as_str()?.to_owned(),
                removed_ms: body.get("deletionTimestamp").and_then(Json::as_i64).unwrap_or(0),
                data_change: body.get("dataChange").and_then(Json::as_bool).unwrap_or(true),
                partition_values: pairs(body.get("partitionValues")),
                size: body.get("size").and_then(Json::as_u64).unwrap_or(0),
            }),
            _ => return None,
        })
    }
}

/// A file's place in partitions as the log writes it.
pub(super) fn partition_json(values: &[(String, Option<String>)]) -> Json {
    Json::Object(values.iter().map(|(name, value)| (name.clone(), json!(value))).collect())
}

fn protocol_json(protocol: &Protocol) -> Json {
    let mut map = Map::new();
    map.insert("minReaderVersion".to_owned(), json!(protocol.reader));
    map.insert("minWriterVersion".to_owned(), json!(protocol.writer));
    if protocol.reader >= 3 {
        map.insert("readerFeatures".to_owned(), json!(protocol.reader_features));
    }
    if protocol.writer >= 7 {
        map.insert("writerFeatures".to_owned(), json!(protocol.writer_features));
    }
    Json::Object(map)
}

fn metadata_json(metadata: &Metadata) -> Json {
    let mut map = Map::new();
    map.insert("id".to_owned(), json!(metadata.id));
    map.insert("format".to_owned(), json!({ "provider": "parquet", "options": {} }));
    map.insert("schemaString".to_owned(), json!(metadata.schema_string));
    map.insert("partitionColumns".to_owned(), json!(metadata.partition_by));
    map.insert("configuration".to_owned(), json!(metadata.configuration));
    if let Some(created_ms) = metadata.created_ms {
        map.insert("createdTime".to_owned(), json!(created_ms));
    }
    Json::Object(map)
}

fn add_json(add: &AddFile) -> Json {
    let mut map = Map::new();
    map.insert("path".to_owned(), json!(add.path));
    map.insert("partitionValues".to_owned(), partition_json(&add.partition_values));
    map.insert("size".to_owned(), json!(add.size));
    map.insert("modificationTime".to_owned(), json!(add.modified_ms));
    map.insert("dataChange".to_owned(), json!(add.data_change));
    if let Some(stats) = &add.stats {
        map.insert("stats".to_owned(), json!(stats));
    }
    Json::Object(map)
}

fn texts(json: Option<&Json>) -> Vec<String> {
    json.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}

fn pairs(json: Option<&Json>) -> Vec<(String, Option<String>)> {
    let pair = |(key, value): (&String, &Json)| (key.clone(), value.as_str().map(str::to_owned));
    json.and_then(Json::as_object).into_iter().flatten().map(pair).collect()
}
