//! Rows into a table in one go: `df.write.format("delta")`, and tables that are made empty. Delta's `WriteIntoDelta` and `CreateDeltaTableCommand`.

use super::action::{Metadata, Protocol, Transaction};
use super::commit::{Changes, Info, commit};
use super::data_files;
use super::errors;
use super::log::Log;
use super::snapshot::Snapshot;
use super::table_schema::{self, Evolution, arrange, evolve};
use crate::connector::read_options::not_yet;
use crate::connector::{Options, SaveMode, WriteRequest};
use crate::diag::{Class, Diagnostic, Result};
use crate::types::{DataType, Schema};
use crate::world::World;
use arrow_array::RecordBatch;

/// The options of a writer. Delta's `DeltaOptions`.
#[derive(Clone, Debug)]
pub(super) struct WriteOptions {
    pub(super) merges_schema: bool,
    pub(super) overwrites_schema: bool,
    /// `txnAppId` and `txnVersion`: a write that was made is not made again.
    pub(super) transaction: Option<(String, i64)>,
    pub(super) user_metadata: Option<String>,
}

impl WriteOptions {
    /// From the program's options.
    ///
    /// # Errors
    /// Options that are no truth values or numbers; one of `txnAppId` and `txnVersion` alone.
    pub(super) fn of(options: &Options) -> Result<Self> {
        for name in ["replaceWhere", "partitionOverwriteMode"] {
            let is_default = name == "partitionOverwriteMode" && options.get(name).is_some_and(|mode| mode.eq_ignore_ascii_case("static"));
            if options.get(name).is_some() && !is_default {
                return Err(not_yet(&format!("the Delta option {name}")));
            }
        }
        let transaction = match (options.get("txnAppId"), options.get("txnVersion")) {
            (None, None) => None,
            (Some(app_id), Some(version)) => {
                let number = version.parse::<i64>().ok().filter(|number| *number >= 0);
                let number = number.ok_or_else(|| errors::bad_option(version, "txnVersion", "must be a non-negative integer"))?;
                Some((app_id.to_owned(), number))
            }
            _ => return Err(errors::one_of_transaction_options()),
        };
        Ok(Self {
            merges_schema: truth(options, "mergeSchema")?,
            overwrites_schema: truth(options, "overwriteSchema")?,
            transaction,
            user_metadata: options.get("userMetadata").map(str::to_owned),
        })
    }
}

/// An option that is `true` or `false`.
pub(super) fn truth(options: &Options, name: &str) -> Result<bool> {
    match options.get(name) {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(text) => Err(errors::bad_option(text, name, "must be 'true' or 'false'")),
    }
}

/// Writes rows into the table at the request's path.
///
/// # Errors
/// A path that is missing or taken; rows that do not fit the table.
pub(crate) fn write(world: &mut dyn World, request: &WriteRequest, mode: SaveMode, schema: &Schema, rows: &RecordBatch) -> Result<()> {
    let path = request.path().ok_or_else(no_path)?;
    let log = Log::of(path);
    let options = WriteOptions::of(&request.options)?;
    let snapshot = Snapshot::latest(world.disk(), &log)?;
    match (&snapshot, mode) {
        (Some(_), SaveMode::ErrorIfExists) => return Err(errors::path_exists(&log.table)),
        (Some(_), SaveMode::Ignore) => return Ok(()),
        _ => {}
    }
    let is_done = |(app_id, version): &(String, i64)| snapshot.as_ref().is_some_and(|snapshot| snapshot.transaction(app_id) >= *version);
    if options.transaction.as_ref().is_some_and(is_done) {
        return Ok(());
    }
    let overwrites = mode == SaveMode::Overwrite;
    let evolution = Evolution { merges: options.merges_schema, replaces: overwrites && options.overwrites_schema, overwrites };
    let mut changes = changed(world, &log, snapshot.as_ref(), schema, rows, &request.partition_by, evolution)?;
    let now_ms = world.now_ms();
    changes.transaction = options.transaction.map(|(app_id, version)| Transaction { app_id, version, updated_ms: Some(now_ms) });
    if overwrites {
        changes.removed = snapshot.iter().flat_map(|snapshot| snapshot.files.values().cloned()).collect();
    }
    let info = Info {
        operation: "WRITE".to_owned(),
        parameters: vec![("mode", mode_name(mode).to_owned()), ("partitionBy", list(&request.partition_by))],
        is_blind_append: !overwrites,
        user_metadata: options.user_metadata,
        metrics: metrics(&changes, rows.num_rows()),
    };
    commit(world, &log, snapshot.map(|snapshot| snapshot.version), changes, info).map(drop)
}

/// What a write of these rows brings: files, and metadata where the table is new or its schema changes.
pub(super) fn changed(
    world: &mut dyn World,
    log: &Log,
    snapshot: Option<&Snapshot>,
    data: &Schema,
    rows: &RecordBatch,
    partition_by: &[String],
    evolution: Evolution,
) -> Result<Changes> {
    if let Some(field) = data.fields.iter().find(|field| field.data_type == DataType::Null) {
        return Err(not_yet(&format!("columns of the type void, such as {}, in Delta tables", field.name)));
    }
    let mut changes = Changes::default();
    let table = match snapshot {
        None => {
            let metadata = new_metadata(world, data, partition_by)?;
            changes.protocol = Some(Protocol::of(&metadata.schema));
            changes.metadata = Some(metadata.clone());
            metadata
        }
        Some(snapshot) => {
            snapshot.check_writable(&log.table)?;
            changes.metadata = evolve(&snapshot.metadata, data, partition_by, evolution)?;
            let table = changes.metadata.clone().unwrap_or_else(|| snapshot.metadata.clone());
            let needed = Protocol::of(&table.schema);
            changes.protocol = (needed.writer > snapshot.protocol.writer).then_some(needed);
            table
        }
    };
    let columns = arrange(&table.schema, data, rows.columns(), rows.num_rows());
    changes.added = data_files::write(world, &log.table, &table.schema, &table.partition_by, &columns, rows.num_rows())?;
    Ok(changes)
}

/// Makes an empty table: `CREATE TABLE`. A table that is there already is taken as it is.
///
/// # Errors
/// Partition columns that the schema has not.
pub(crate) fn create(world: &mut dyn World, path: &str, schema: &Schema, partition_by: &[String]) -> Result<()> {
    let log = Log::of(path);
    if log.exists(world.disk()) {
        return Ok(());
    }
    let metadata = new_metadata(world, schema, partition_by)?;
    let info = Info {
        operation: "CREATE TABLE".to_owned(),
        parameters: vec![("partitionBy", list(partition_by)), ("isManaged", "true".to_owned()), ("properties", "{}".to_owned())],
        is_blind_append: true,
        user_metadata: None,
        metrics: Vec::new(),
    };
    let changes = Changes { protocol: Some(Protocol::of(&metadata.schema)), metadata: Some(metadata), ..Changes::default() };
    commit(world, &log, None, changes, info).map(drop)
}

fn new_metadata(world: &mut dyn World, schema: &Schema, partition_by: &[String]) -> Result<Metadata> {
    let schema = table_schema::nullable(schema);
    crate::connector::load::check_names(&schema.fields)?;
    let mut names = Vec::new();
    for name in partition_by {
        let found = schema.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name));
        names.push(found.ok_or_else(|| errors::partition_column(name, &schema))?.name.clone());
    }
    if !names.is_empty() && names.len() == schema.fields.len() {
        return Err(errors::only_partition_columns());
    }
    Ok(Metadata {
        id: world.next_uuid(),
        schema_string: schema.json(),
        schema,
        partition_by: names,
        configuration: std::collections::BTreeMap::new(),
        created_ms: Some(world.now_ms()),
    })
}

/// `operationMetrics` of a write.
pub(super) fn metrics(changes: &Changes, rows: usize) -> Vec<(&'static str, u64)> {
    let bytes = changes.added.iter().map(|file| file.size).sum();
    vec![("numFiles", changes.added.len() as u64), ("numOutputRows", rows as u64), ("numOutputBytes", bytes)]
}

/// Names as a JSON list in a text.
pub(super) fn list(names: &[String]) -> String {
    serde_json::json!(names).to_string()
}

fn mode_name(mode: SaveMode) -> &'static str {
    match mode {
        SaveMode::Append => "Append",
        SaveMode::Overwrite => "Overwrite",
        SaveMode::ErrorIfExists => "ErrorIfExists",
        SaveMode::Ignore => "Ignore",
    }
}

/// What Delta says where there is no path.
pub(super) fn no_path() -> Box<Diagnostic> {
    Diagnostic::plain(Class::IllegalArgument, "'path' is not specified")
}
