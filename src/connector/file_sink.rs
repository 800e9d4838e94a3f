//! The file sink, and files written in one go. Spark's `FileStreamSink`, `DataFrameWriter` and `FileFormatWriter`.

use super::file_writer::FileWriter;
use super::listing::NULL_PARTITION;
use super::load::{check_names, check_types};
use super::sink_log::SinkLog;
use super::{Options, Sink, SinkMode};
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Zone;
use crate::types::arrow::value_at;
use crate::types::display::cast_string;
use crate::world::FileStatus;
use crate::world::World;
use arrow_array::{ArrayRef, RecordBatch};
use std::collections::BTreeMap;

/// What a program asks to write.
#[derive(Clone, Debug, Default)]
pub struct WriteRequest {
    /// `json`, `csv`, `text`, `console`, ... as written.
    pub format: String,
    /// Its options; `path` may be among them.
    pub options: Options,
    /// Where to; none leaves it to the option `path`.
    pub path: Option<String>,
    /// What `partitionBy` said.
    pub partition_by: Vec<String>,
}

/// What becomes of what is there already: Spark's `SaveMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveMode {
    /// Write beside it.
    Append,
    /// Remove it first.
    Overwrite,
    /// Fail.
    ErrorIfExists,
    /// Write nothing.
    Ignore,
}

impl WriteRequest {
    pub(super) fn path(&self) -> Option<&str> {
        self.path.as_deref().or_else(|| self.options.get("path"))
    }
}

/// A folder that a query writes to.
pub(super) struct FileSink {
    format: String,
    path: String,
    writer: FileWriter,
    log: SinkLog,
    partition_by: Vec<usize>,
    zone: Zone,
}

impl FileSink {
    /// A sink into an output folder.
    ///
    /// # Errors
    /// Spark's: partition columns that are not there or do not fit, modes other than append, a path that is missing.
    pub(super) fn new(request: &WriteRequest, mode: SinkMode, schema: &Schema, zone: &Zone) -> Result<Self> {
        let partition_by = partition_places(&request.partition_by, schema)?;
        let Some(path) = request.path() else { return Err(super::load::no_path()) };
        check_partition_types(&partition_by, schema)?;
        if mode != SinkMode::Append {
            let mode = if mode == SinkMode::Complete { "complete" } else { "update" };
            return Err(Diagnostic::analysis(
                "STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE",
                format!("Invalid streaming output mode: {mode}. This output mode is not supported in Data Source {}.", request.format),
                "42KDE",
            ));
        }
        let writer = FileWriter::new(&request.format, &request.options, zone)?;
        let path = path.trim_end_matches('/').to_owned();
        let log = SinkLog::new(&path, &request.options)?;
        Ok(Self { format: request.format.clone(), path, writer, log, partition_by, zone: zone.clone() })
    }
}

impl Sink for FileSink {
    fn description(&self) -> String {
        format!("FileSink[{}]", self.path)
    }

    fn add_batch(&mut self, world: &mut dyn World, batch_id: u64, _mode: SinkMode, schema: &Schema, rows: &RecordBatch) -> Result<()> {
        let log = &self.log;
        if log.latest(world.disk()).is_some_and(|latest| batch_id <= latest) {
            return Ok(());
        }
        check_names(&schema.fields)?;
        check_types(&self.format, schema)?;
        let files = write_files(world, &self.path, &self.writer, &self.partition_by, schema, rows, &self.zone)?;
        let statuses = files.iter().filter_map(|path| world.disk().status(path));
        let statuses: Vec<FileStatus> = statuses.collect();
        log.add(world, batch_id, &statuses);
        Ok(())
    }
}

/// Write rows in one go: `df.write`.
///
/// # Errors
/// Spark's: a path that is missing or taken, types and partition columns that do not fit.
pub fn write(
    world: &mut dyn World,
    request: &WriteRequest,
    mode: SaveMode,
    schema: &Schema,
    rows: &RecordBatch,
    zone: &Zone,
) -> Result<()> {
    match request.format.to_ascii_lowercase().as_str() {
        "json" | "csv" | "text" | "parquet" | "orc" => {}
        "jdbc" => return super::jdbc::write(world, request, mode, schema, rows),
        "delta" => return super::delta::write(world, request, mode, schema, rows),
        "noop" => return Ok(()),
        "kafka" => return super::kafka::write(world, &request.options, mode, schema, rows),
        "console" => {
            let table = super::console_sink::table(&request.options, schema, rows, zone)?;
            world.print(&format!("{table}\n"));
            return Ok(());
        }
        _ => return Err(super::load::unknown_format(&request.format, "writing")),
    }
    let Some(path) = request.path() else { return Err(super::load::no_path()) };
    let path = path.trim_end_matches('/');
    let partition_by = partition_places(&request.partition_by, schema).map_err(|_| no_partition_column(&request.partition_by, schema))?;
    check_columns(&request.format, schema)?;
    check_partition_types(&partition_by, schema)?;
    check_names(&schema.fields)?;
    check_types(&request.format, schema)?;
    let writer = FileWriter::new(&request.format, &request.options, zone)?;
    if world.disk().exists(path) {
        match mode {
            SaveMode::ErrorIfExists => {
                let text = format!("Path {path} already exists. Set mode as \"overwrite\" to overwrite the existing path.");
                return Err(Diagnostic::analysis("PATH_ALREADY_EXISTS", text, "42K04"));
            }
            SaveMode::Ignore => return Ok(()),
            SaveMode::Overwrite if is_dynamic(&request.options, &partition_by) => {}
            SaveMode::Overwrite => drop(world.disk_mut().remove_folder(path)),
            SaveMode::Append => {}
        }
    }
    let written = write_files(world, path, &writer, &partition_by, schema, rows, zone)?;
    if mode == SaveMode::Overwrite {
        remove_others(world, path, &written);
    }
    world.disk_mut().put(&format!("{path}/_SUCCESS"), Vec::new());
    Ok(())
}

/// Write one file, or one a partition; gives their paths.
fn write_files(
    world: &mut dyn World,
    path: &str,
    writer: &FileWriter,
    partition_by: &[usize],
    schema: &Schema,
    rows: &RecordBatch,
    zone: &Zone,
) -> Result<Vec<String>> {
    let kept: Vec<usize> = (0..schema.fields.len()).filter(|index| !partition_by.contains(index)).collect();
    let file_schema = Schema { fields: kept.iter().map(|index| schema.fields[*index].clone()).collect() };
    writer.check(&file_schema)?;
    let columns: Vec<ArrayRef> = kept.iter().map(|index| rows.column(*index).clone()).collect();
    let mut by_folder: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    if partition_by.is_empty() {
        by_folder.insert(String::new(), (0..rows.num_rows()).collect());
    }
    for row in 0..rows.num_rows() {
        if !partition_by.is_empty() {
            by_folder.entry(folder_of(partition_by, schema, rows.columns(), row, zone)).or_default().push(row);
        }
    }
    let uuid = world.next_uuid();
    let mark = if partition_by.is_empty() { '-' } else { '.' };
    let mut paths = Vec::new();
    for (folder, rows) in by_folder {
        // A file without rows is still one, for its header or its schema.
        let pieces = if rows.is_empty() { vec![&rows[..]] } else { rows.chunks(writer.max_rows()).collect() };
        for (number, rows) in pieces.into_iter().enumerate() {
            let file = format!("{path}/{folder}part-00000-{uuid}{mark}c{number:03}.{}", writer.ending());
            world.disk_mut().put(&file, writer.file(&file_schema, &columns, rows)?);
            paths.push(file);
        }
    }
    Ok(paths)
}

/// Whether an overwrite replaces only the partitions that it writes.
fn is_dynamic(options: &Options, partition_by: &[usize]) -> bool {
    let mode = options.get("partitionOverwriteMode").or_else(|| options.get("spark.sql.sources.partitionOverwriteMode"));
    mode.is_some_and(|mode| mode.eq_ignore_ascii_case("dynamic")) && !partition_by.is_empty()
}

/// In the folders that were written, what was there before.
fn remove_others(world: &mut dyn World, path: &str, written: &[String]) {
    let folder_of = |file: &str| file.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default();
    let folders: Vec<String> = written.iter().map(|file| folder_of(file)).collect();
    let old = world.disk().files_under(path).map(|file| file.path);
    let old: Vec<String> = old.filter(|file| folders.contains(&folder_of(file)) && !written.contains(file)).collect();
    for file in old {
        world.disk_mut().remove(&file);
    }
}

/// `country=NO/day=2024-05-01/`.
pub(super) fn folder_of(partition_by: &[usize], schema: &Schema, columns: &[ArrayRef], row: usize, zone: &Zone) -> String {
    let part = |index: &usize| {
        let field = &schema.fields[*index];
        let value = cast_string(&value_at(&columns[*index], row, &field.data_type), &field.data_type, zone);
        let value = value.filter(|value| !value.is_empty()).map_or_else(|| NULL_PARTITION.to_owned(), |value| escape(&value));
        format!("{}={value}/", escape(&field.name))
    };
    partition_by.iter().map(part).collect()
}

/// A name or value as Hive writes it into a folder's name: `ExternalCatalogUtils.escapePathName`.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter < ' ' || letter == '\u{7F}' || "\"#%'*/:=?\\{}[]^".contains(letter) {
            out.push_str(&format!("%{:02X}", letter as u32));
        } else {
            out.push(letter);
        }
    }
    out
}

/// What a batch write says of a partition column that is not there.
fn no_partition_column(names: &[String], schema: &Schema) -> Box<Diagnostic> {
    let missing = names.iter().find(|name| schema.index_of(name).is_none()).map_or("", String::as_str);
    let text = format!("Partition column `{missing}` not found in schema {}.", schema.simple_string());
    Diagnostic::analysis("_LEGACY_ERROR_TEMP_1155", text, "")
}

/// A file needs a column, and so does each struct in it.
fn check_columns(format: &str, schema: &Schema) -> Result<()> {
    fn is_empty(data_type: &DataType) -> bool {
        match data_type {
            DataType::Struct(fields) => fields.is_empty() || fields.iter().any(|field| is_empty(&field.data_type)),
            DataType::Array(element, _) => is_empty(element),
            DataType::Map(key, value, _) => is_empty(key) || is_empty(value),
            _ => false,
        }
    }
    if !is_empty(&schema.data_type()) {
        return Ok(());
    }
    let name = match format.to_ascii_lowercase().as_str() {
        "parquet" => "Parquet",
        "json" => "JSON",
        "csv" => "CSV",
        _ => "Text",
    };
    let text = format!(
        "The {name} datasource does not support writing empty or nested empty schemas. Please make sure the data schema has at least one or more column(s)."
    );
    Err(Diagnostic::analysis("EMPTY_SCHEMA_NOT_SUPPORTED_FOR_DATASOURCE", text, "0A000"))
}

/// The places of the partition columns in the schema.
fn partition_places(names: &[String], schema: &Schema) -> Result<Vec<usize>> {
    let place = |name: &String| {
        schema.fields.iter().position(|field| field.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
            let known: Vec<&str> = schema.names().collect();
            let text = format!("Partition column {name} not found in existing columns ({}).", known.join(", "));
            Diagnostic::analysis("_LEGACY_ERROR_TEMP_1196", text, "")
        })
    };
    names.iter().map(place).collect()
}

fn check_partition_types(partition_by: &[usize], schema: &Schema) -> Result<()> {
    let nested =
        |field: &&Field| matches!(field.data_type, DataType::Array(..) | DataType::Map(..) | DataType::Struct(_) | DataType::Binary);
    if let Some(field) = partition_by.iter().map(|index| &schema.fields[*index]).find(nested) {
        let text = format!("Cannot use \"{}\" for partition column.", field.data_type.sql());
        return Err(Diagnostic::analysis("INVALID_PARTITION_COLUMN_DATA_TYPE", text, "0A000"));
    }
    if !partition_by.is_empty() && partition_by.len() == schema.fields.len() {
        return Err(Diagnostic::analysis("ALL_PARTITION_COLUMNS_NOT_ALLOWED", "Cannot use all columns for partition columns.", "KD005"));
    }
    Ok(())
}

/// Open the sink of a format. The formats `memory`, `foreach` and `foreachBatch` are the engine's.
///
/// # Errors
/// Formats that are unknown or cannot write streams; what the sink itself finds wrong.
pub fn open_sink(request: &WriteRequest, mode: SinkMode, schema: &Schema, zone: &Zone) -> Result<Box<dyn Sink>> {
    use super::console_sink::{ConsoleSink, NoopSink};
    match request.format.to_ascii_lowercase().as_str() {
        "console" => Ok(Box::new(ConsoleSink::new(&request.options, zone))),
        "noop" => Ok(Box::new(NoopSink::default())),
        "kafka" => Ok(Box::new(super::kafka::KafkaSink::new(&request.options))),
        "delta" => Ok(Box::new(super::delta::DeltaSink::new(request, mode)?)),
        "json" | "csv" | "text" | "parquet" | "orc" => Ok(Box::new(FileSink::new(request, mode, schema, zone)?)),
        // The socket provider looks at its options before anybody notices that it cannot write.
        "socket" => {
            super::socket_source::SocketOptions::of(&request.options)?;
            Err(no_streamed_writing(&request.format))
        }
        "rate" | "rate-micro-batch" | "kinesis" | "jdbc" => Err(no_streamed_writing(&request.format)),
        _ => Err(super::load::unknown_format(&request.format, "writing")),
    }
}

fn no_streamed_writing(format: &str) -> Box<Diagnostic> {
    let class = Class::Named("UnsupportedOperationException".to_owned());
    Diagnostic::new(class, "_LEGACY_ERROR_TEMP_2049", format!("Data source {format} does not support streamed writing."), "")
}
