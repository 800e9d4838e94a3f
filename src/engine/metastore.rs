//! The tables of the session catalog: a file for each on the world's disk. Spark's `ExternalCatalog`.
//!
//! Law: names ignore case; a managed table's files lie in the warehouse and go with it.
// DIFFERENCE: plain Spark keeps its catalog in memory, so that a driver that starts anew finds the files of a table and not the table, and may
// not make it again (`LOCATION_ALREADY_EXISTS`). Tables outlive the driver here, as they do wherever there is a metastore; the setting
// `spark.sql.catalogImplementation` `in-memory` brings plain Spark's back.

use crate::diag::Diagnostic;
use crate::types::Schema;
use crate::types::schema_json::parse_schema;
use crate::world::Disk;
use serde_json::Value as Json;
use serde_json::json;

const FOLDER: &str = "/metastore_db/default";

/// A table of the catalog.
#[derive(Clone, Debug, PartialEq)]
pub struct TableEntry {
    /// The name as its maker wrote it, without the database.
    pub name: String,
    /// The format: `parquet`, `json`, `delta`, ...; lower case.
    pub format: String,
    /// The folder of its files.
    pub location: String,
    /// Its columns, those of partitions last. A Delta table's are in its log.
    pub schema: Schema,
    /// The columns of partitions.
    pub partition_by: Vec<String>,
    /// The options that reading it takes.
    pub options: Vec<(String, String)>,
    /// Whether its files go with it.
    pub managed: bool,
}

impl TableEntry {
    /// `spark_catalog.default.name`.
    #[must_use]
    pub fn identifier(&self) -> String {
        format!("spark_catalog.default.{}", self.name)
    }

    /// The same in backquotes, as newer errors have it.
    #[must_use]
    pub fn quoted(&self) -> String {
        quoted(&self.name)
    }

    fn path(&self) -> String {
        path(&self.name)
    }

    fn to_json(&self) -> Json {
        json!({
            "name": self.name,
            "format": self.format,
            "location": self.location,
            "managed": self.managed,
            "partitionColumns": self.partition_by,
            "options": self.options,
            "schema": self.schema.json(),
        })
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let json: Json = serde_json::from_slice(bytes).ok()?;
        let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
        let list = |name: &str| json.get(name).and_then(Json::as_array).cloned().unwrap_or_default();
        let pair = |pair: &Json| Some((pair.get(0)?.as_str()?.to_owned(), pair.get(1)?.as_str()?.to_owned()));
        Some(Self {
            name: text("name")?,
            format: text("format")?,
            location: text("location")?,
            schema: parse_schema(&text("schema")?)?,
            partition_by: list("partitionColumns").iter().filter_map(|name| name.as_str().map(str::to_owned)).collect(),
            options: list("options").iter().filter_map(pair).collect(),
            managed: json.get("managed").and_then(Json::as_bool).unwrap_or(true),
        })
    }
}

/// A name in the default database, in backquotes.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("`spark_catalog`.`default`.`{name}`")
}

/// The name within the default database that these parts mean: `t`, `default.t`, `spark_catalog.default.t`.
#[must_use]
pub fn own_name(parts: &[String]) -> Option<&str> {
    let (last, before) = parts.split_last()?;
    let is = |part: &String, name: &str| part.eq_ignore_ascii_case(name);
    let own = match before {
        [] => true,
        [database] => is(database, "default"),
        [catalog, database] => is(catalog, "spark_catalog") && is(database, "default"),
        _ => false,
    };
    own.then_some(last.as_str())
}

/// The table that these parts name.
#[must_use]
pub fn find(disk: &Disk, parts: &[String]) -> Option<TableEntry> {
    TableEntry::parse(disk.read(&path(own_name(parts)?))?)
}

/// All tables by name.
#[must_use]
pub fn all(disk: &Disk) -> Vec<TableEntry> {
    disk.files_under(FOLDER).filter_map(|file| TableEntry::parse(disk.read(&file.path)?)).collect()
}

/// Makes a table known, or known anew.
pub fn put(disk: &mut Disk, table: &TableEntry) {
    disk.put(&table.path(), table.to_json().to_string().into_bytes());
}

/// Drops a table; a managed one's files go with it.
pub fn remove(disk: &mut Disk, table: &TableEntry) {
    disk.remove(&table.path());
    if table.managed {
        disk.remove_folder(&table.location);
    }
}

/// The catalog is lost, the files stay: what the end of a driver does to a catalog in memory.
pub fn forget(disk: &mut Disk) {
    disk.remove_folder(FOLDER);
}

/// What Spark says where the folder of a new managed table is taken.
#[must_use]
pub fn location_taken(name: &str, location: &str) -> Box<Diagnostic> {
    let text = format!(
        "Cannot name the managed table as {}, as its associated location 'file:{location}' already exists. Please pick a different table name, or remove the existing location first.",
        quoted(name)
    );
    Diagnostic::new(crate::diag::Class::Named("SparkRuntimeException".to_owned()), "LOCATION_ALREADY_EXISTS", text, "42710")
}

fn path(name: &str) -> String {
    format!("{FOLDER}/{}.json", name.to_lowercase())
}
