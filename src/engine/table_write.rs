//! Rows into tables of the catalog: `saveAsTable`, `insertInto`, `CREATE TABLE`. Spark's `PreprocessTableCreation`, `PreprocessTableInsertion`.
//!
//! Law: `saveAsTable` finds columns by name, `insertInto` by position; either way a value is stored as the table's type, or refused.

use super::metastore;
use super::metastore::TableEntry;
use super::names::schema_of;
use super::session::Session;
use super::store_assignment;
use crate::connector;
use crate::connector::SaveMode;
use crate::connector::WriteRequest;
use crate::connector::delta;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::plan::Frame;
use crate::plan::Node;
use crate::plan::sql::not_found;
use crate::sql::tree::Origin;
use crate::types::Schema;
use crate::world::World;

/// A table to make or to write.
#[derive(Clone, Debug)]
pub struct TableWrite {
    /// Its parts.
    pub name: Vec<String>,
    /// What becomes of one that is there.
    pub mode: SaveMode,
    /// The format that the program asks for.
    pub format: Option<String>,
    /// The writer's options; `path` makes the table an external one.
    pub options: Vec<(String, String)>,
    /// `partitionBy`.
    pub partition_by: Vec<String>,
}

impl Session {
    /// `df.write.saveAsTable`.
    ///
    /// # Errors
    /// A table that is there, or is another than the rows ask for; formats that are not there.
    pub fn save_as_table(&mut self, world: &mut dyn World, frame: &Frame, write: &TableWrite) -> Result<()> {
        let found = metastore::find(world.disk(), &write.name);
        match (found, write.mode) {
            (Some(_), SaveMode::Ignore) => Ok(()),
            (Some(table), SaveMode::ErrorIfExists) => Err(already_exists(&table.name)),
            (Some(table), SaveMode::Append) => self.append_by_name(world, frame, write, &table),
            (Some(table), SaveMode::Overwrite) => {
                check_not_read(frame, &table)?;
                let rows = self.collect(world, frame)?;
                let format = write.format.clone().unwrap_or_else(|| self.default_format());
                if table.format == "delta" && format.eq_ignore_ascii_case("delta") {
                    return self.replace_delta(world, rows, write, &table);
                }
                metastore::remove(world.disk_mut(), &table);
                self.make(world, write, rows)
            }
            (None, _) => {
                let rows = self.collect(world, frame)?;
                self.make(world, write, rows)
            }
        }
    }

    /// `df.write.insertInto` and `INSERT INTO`; `origin` is where the name stands in a text.
    ///
    /// # Errors
    /// A table that is not there; rows of another width or of types that do not fit.
    pub fn insert_into(
        &mut self,
        world: &mut dyn World,
        frame: &Frame,
        name: &[String],
        origin: Option<Origin>,
        overwrite: bool,
    ) -> Result<()> {
        let Some(table) = metastore::find(world.disk(), name) else { return Err(not_found(name, origin)) };
        if overwrite {
            check_not_read(frame, &table)?;
        }
        let schema = schema_of(world, &table)?;
        let frame = store_assignment::by_position(frame, &table.quoted(), &schema)?;
        let rows = self.collect(world, &frame)?;
        self.write_rows(world, &table, if overwrite { SaveMode::Overwrite } else { SaveMode::Append }, &[], &rows)
    }

    /// `CREATE TABLE` without rows, and what `toTable` makes where there is none.
    ///
    /// # Errors
    /// A table that is there; formats that hold no tables.
    pub fn create_table(&mut self, world: &mut dyn World, write: &TableWrite, schema: &Schema) -> Result<TableEntry> {
        if let Some(table) = metastore::find(world.disk(), &write.name) {
            return Err(already_exists(&table.name));
        }
        let entry = self.entry(world, write, schema)?;
        if entry.format == "delta" {
            delta::create(world, &entry.location, &entry.schema, &entry.partition_by)?;
        } else {
            world.disk_mut().make_folder(&entry.location);
        }
        metastore::put(world.disk_mut(), &entry);
        Ok(entry)
    }

    fn append_by_name(&mut self, world: &mut dyn World, frame: &Frame, write: &TableWrite, table: &TableEntry) -> Result<()> {
        if table.format == "delta" {
            let rows = self.collect(world, frame)?;
            let options: Vec<(String, String)> = write.options.clone();
            return self.write_with(world, table, SaveMode::Append, &options, &write.partition_by, &rows);
        }
        let asked = write.format.clone().unwrap_or_else(|| self.default_format()).to_lowercase();
        if asked != table.format {
            let text = format!(
                "The format of the existing table {} is `{}`. It doesn't match the specified format `{}`.",
                table.identifier(),
                provider(&table.format),
                provider(&asked)
            );
            return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1159", text, ""));
        }
        let frame = store_assignment::by_name(frame, table, &write.partition_by)?;
        let rows = self.collect(world, &frame)?;
        self.write_rows(world, table, SaveMode::Append, &write.options, &rows)
    }

    fn replace_delta(&mut self, world: &mut dyn World, rows: Rows, write: &TableWrite, table: &TableEntry) -> Result<()> {
        let mut options = write.options.clone();
        options.push(("overwriteSchema".to_owned(), "true".to_owned()));
        self.write_with(world, table, SaveMode::Overwrite, &options, &write.partition_by, &rows)
    }

    /// A table that was not there, with its rows.
    fn make(&mut self, world: &mut dyn World, write: &TableWrite, rows: Rows) -> Result<()> {
        let entry = self.entry(world, write, &rows.0)?;
        self.write_rows(world, &entry, SaveMode::Append, &write.options, &rows)?;
        world.disk_mut().make_folder(&entry.location);
        metastore::put(world.disk_mut(), &entry);
        Ok(())
    }

    fn write_rows(
        &self,
        world: &mut dyn World,
        table: &TableEntry,
        mode: SaveMode,
        options: &[(String, String)],
        rows: &Rows,
    ) -> Result<()> {
        let partition_by = if table.format == "delta" && mode != SaveMode::Append { Vec::new() } else { table.partition_by.clone() };
        self.write_with(world, table, mode, options, &partition_by, rows)
    }

    fn write_with(
        &self,
        world: &mut dyn World,
        table: &TableEntry,
        mode: SaveMode,
        options: &[(String, String)],
        partition_by: &[String],
        (schema, rows): &Rows,
    ) -> Result<()> {
        let mut all = table.options.clone();
        all.extend(options.iter().filter(|(key, _)| !key.eq_ignore_ascii_case("path")).cloned());
        let request = WriteRequest {
            format: table.format.clone(),
            options: all.into_iter().collect(),
            path: Some(table.location.clone()),
            partition_by: partition_by.to_vec(),
        };
        connector::write(world, &request, mode, schema, rows, &self.conf().zone())
    }

    /// The entry of a new table, once its format, name and folder are found well.
    fn entry(&self, world: &dyn World, write: &TableWrite, schema: &Schema) -> Result<TableEntry> {
        let format = write.format.clone().unwrap_or_else(|| self.default_format()).to_lowercase();
        self.packages().check(&format, "writing")?;
        let Some(name) = metastore::own_name(&write.name) else { return Err(no_such_schema(&write.name)) };
        if !["parquet", "json", "csv", "text", "orc", "delta"].contains(&format.as_str()) {
            let text = format!(
                "Failed to create data source table `default`.`{name}`: provider '{format}' does not support external metadata but a schema is provided. Please remove the schema when creating the table."
            );
            return Err(Diagnostic::analysis("CANNOT_CREATE_DATA_SOURCE_TABLE.EXTERNAL_METADATA_UNSUPPORTED", text, "42KDE"));
        }
        let path = write.options.iter().find(|(key, _)| key.eq_ignore_ascii_case("path")).map(|(_, path)| path.clone());
        let warehouse = self.conf().get("spark.sql.warehouse.dir").unwrap_or("/spark-warehouse").trim_end_matches('/').to_owned();
        let managed = path.is_none();
        let location = path.unwrap_or_else(|| format!("{warehouse}/{}", name.to_lowercase()));
        if managed && world.disk().names_in(&location).iter().any(|name| !name.is_empty()) {
            return Err(metastore::location_taken(name, &location));
        }
        Ok(TableEntry {
            name: name.to_lowercase(),
            schema: if format == "delta" { schema.clone() } else { partitions_last(schema, &write.partition_by)? },
            format,
            location,
            partition_by: write.partition_by.clone(),
            options: write.options.iter().filter(|(key, _)| is_kept(key)).cloned().collect(),
            managed,
        })
    }

    fn default_format(&self) -> String {
        self.conf().get("spark.sql.sources.default").unwrap_or("parquet").to_owned()
    }
}

type Rows = (Schema, arrow_array::RecordBatch);

/// Whether an option of the writer's is one of the table's from then on.
fn is_kept(key: &str) -> bool {
    !["path", "checkpointLocation", "mergeSchema", "overwriteSchema", "txnAppId", "txnVersion"]
        .iter()
        .any(|other| key.eq_ignore_ascii_case(other))
}

fn partitions_last(schema: &Schema, partition_by: &[String]) -> Result<Schema> {
    let mut fields = Vec::new();
    for name in partition_by {
        let Some(field) = schema.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)) else {
            let known: Vec<&str> = schema.names().collect();
            let text = format!("Partition column `{name}` not found in existing columns ({}).", known.join(", "));
            return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1196", text, ""));
        };
        fields.push(field.clone());
    }
    let is_partition = |name: &str| partition_by.iter().any(|other| other.eq_ignore_ascii_case(name));
    let mut all: Vec<_> = schema.fields.iter().filter(|field| !is_partition(&field.name)).cloned().collect();
    all.append(&mut fields);
    for field in &mut all {
        field.nullable = true;
        field.data_type = field.data_type.as_nullable();
    }
    Ok(Schema { fields: all })
}

/// Refuses to overwrite what the rows are read from.
fn check_not_read(frame: &Frame, table: &TableEntry) -> Result<()> {
    let reads = frame.plan.exists(&|node| matches!(&node.node, Node::Source(source) if source.spec.path == table.location));
    if !reads || table.format == "delta" {
        return Ok(());
    }
    let text = format!("Can't overwrite the target that is also being read from. The target table is {}.", table.quoted());
    Err(Diagnostic::analysis("UNSUPPORTED_OVERWRITE.TABLE", text, "42902"))
}

/// `TABLE_OR_VIEW_ALREADY_EXISTS`.
pub(super) fn already_exists(name: &str) -> Box<Diagnostic> {
    let text = format!(
        "Cannot create table or view {} because it already exists.\nChoose a different name, drop or replace the existing object, or add the IF NOT EXISTS clause to tolerate pre-existing objects.",
        metastore::quoted(name)
    );
    Diagnostic::analysis("TABLE_OR_VIEW_ALREADY_EXISTS", text, "42P07")
}

fn no_such_schema(name: &[String]) -> Box<Diagnostic> {
    let schema = name.iter().rev().nth(1).cloned().unwrap_or_default();
    let text = format!(
        "The schema `spark_catalog`.`{schema}` cannot be found. Verify the spelling and correctness of the schema and catalog.\nIf you did not qualify the name with a catalog, verify the current_schema() output, or qualify the name with the correct catalog.\nTo tolerate the error on drop use DROP SCHEMA IF EXISTS."
    );
    Diagnostic::new(Class::Analysis, "SCHEMA_NOT_FOUND", text, "42704")
}

/// The name of Spark's class for a format.
fn provider(format: &str) -> String {
    match format {
        "csv" => "CSVDataSourceV2".to_owned(),
        "delta" => "DeltaDataSource".to_owned(),
        other => {
            let (first, rest) = other.split_at(1.min(other.len()));
            format!("{}{rest}DataSourceV2", first.to_uppercase())
        }
    }
}
