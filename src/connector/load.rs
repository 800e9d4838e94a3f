//! What happens when a program says `load`: the format is looked up, its options are checked, its schema is settled.
//! Spark's `DataStreamReader`, `DataFrameReader` and `DataSource`.

use super::continuous_rate::ContinuousRate;
use super::delta;
use super::file_reader::{FileReader, FileToRead, text_schema};
use super::file_source::{FileSource, list};
use super::jdbc;
use super::kafka::{self, KafkaSource};
use super::listing::{Listing, is_pattern, partition_values, roots};
use super::rate::{self, Rate, RateOptions, RatePerBatch, RatePerBatchOptions};
use super::read_options::not_yet;
use super::socket_source::{SocketOptions, SocketSource};
use super::unopened_source::UnopenedSource;
use super::{Options, PushedFilter, Source, SourceRows, infer, partitions};
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Zone;
use crate::world::Disk;
use crate::world::FileStatus;
use crate::world::World;

/// What a program asks to read.
#[derive(Clone, Debug, Default)]
pub struct ReadRequest {
    /// `json`, `csv`, `text`, `rate`, `socket`, ... as written.
    pub format: String,
    /// Its options; `path` may be among them.
    pub options: Options,
    /// The paths. A stream takes one.
    pub paths: Vec<String>,
    /// What `schema(...)` said.
    pub schema: Option<Schema>,
}

/// What a query reads of a source whose schema is settled.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The request, with the schema that [`stream_schema`] or [`batch_schema`] gave.
    pub request: ReadRequest,
    /// The columns to give, by their place in the schema.
    pub columns: Vec<usize>,
    /// What the source applies by itself; places in the schema.
    pub filters: Vec<PushedFilter>,
    /// The session's time zone.
    pub zone: Zone,
}

/// The kinds of source.
enum Kind {
    Files,
    Rate,
    RatePerBatch,
    Socket,
    Kafka,
    Kinesis,
    Delta,
}

impl ReadRequest {
    fn paths(&self) -> Vec<String> {
        if let Some(several) = self.options.get("paths").and_then(|text| serde_json::from_str(text).ok()) {
            return several;
        }
        if self.paths.is_empty() { self.options.get("path").map(str::to_owned).into_iter().collect() } else { self.paths.clone() }
    }

    fn is_text(&self) -> bool {
        self.format.eq_ignore_ascii_case("text")
    }
}

/// The schema of a streaming read, once all that Spark checks at `load` is well. `infers` is `spark.sql.streaming.schemaInference`.
///
/// # Errors
/// Unknown formats, options that are missing or make no sense, a path that is not there, a schema that is missing.
pub fn stream_schema(world: &dyn World, request: &ReadRequest, infers: bool, zone: &Zone) -> Result<Schema> {
    let refuse_schema = |provider: &str| match &request.schema {
        None => Ok(()),
        Some(_) => Err(unsupported("_LEGACY_ERROR_TEMP_2242", format!("{provider} source does not support user-specified schema."))),
    };
    match kind_of(&request.format, "reading")? {
        Kind::Rate => {
            refuse_schema("RateStreamProvider")?;
            RateOptions::of(&request.options)?;
            Ok(rate::schema())
        }
        Kind::RatePerBatch => {
            refuse_schema("RatePerMicroBatchProvider")?;
            RatePerBatchOptions::of(&request.options)?;
            Ok(rate::schema())
        }
        Kind::Socket => {
            let options = SocketOptions::of(&request.options)?;
            refuse_schema("TextSocketSourceProvider")?;
            Ok(options.schema())
        }
        Kind::Kafka => kafka::stream_schema(request),
        Kind::Kinesis => kafka::kinesis_schema(request),
        Kind::Delta => delta::stream_schema(world, request, zone),
        Kind::Files => {
            let Some(path) = request.paths().into_iter().next() else { return Err(no_path()) };
            if !is_pattern(&path) && !world.disk().exists(&path) {
                return Err(path_not_found(&path));
            }
            if !infers && !request.is_text() && request.schema.is_none() {
                return Err(no_schema());
            }
            file_schema(world.disk(), request, &[path], zone)
        }
    }
}

/// The schema of a batch read of files.
///
/// # Errors
/// As [`stream_schema`]; `UNABLE_TO_INFER_SCHEMA` where no file says one.
pub fn batch_schema(world: &dyn World, request: &ReadRequest, zone: &Zone) -> Result<Schema> {
    if is_jdbc(&request.format) {
        return jdbc::batch_schema(world, request);
    }
    match kind_of(&request.format, "reading")? {
        Kind::Files => {}
        Kind::Delta => return delta::batch_schema(world, request, zone),
        Kind::Socket => {
            SocketOptions::of(&request.options)?;
            return Err(not_a_batch_source(&request.format));
        }
        Kind::Kafka => return kafka::batch_schema(request),
        Kind::Rate | Kind::RatePerBatch | Kind::Kinesis => return Err(not_a_batch_source(&request.format)),
    }
    let paths = request.paths();
    if paths.is_empty() && request.schema.is_none() {
        return Err(unable_to_infer(&request.format));
    }
    for path in &paths {
        let found = if is_pattern(path) { !roots(world.disk(), path).is_empty() } else { world.disk().exists(path) };
        if !found {
            return Err(path_not_found(path));
        }
    }
    let schema = file_schema(world.disk(), request, &paths, zone)?;
    check_names(&schema.fields)?;
    Ok(schema)
}

/// Open a streaming source whose own files lie in `log_folder` (`CHECKPOINT/sources/N`).
///
/// # Errors
/// What Spark finds only when the query starts.
pub fn open_source(world: &mut dyn World, reading: Reading, log_folder: &str) -> Result<Box<dyn Source>> {
    if is_delta(&reading.request.format) {
        return Ok(Box::new(delta::DeltaSource::new(world.disk(), reading)?));
    }
    let Reading { request, columns, filters, zone } = reading;
    Ok(match kind_of(&request.format, "reading")? {
        Kind::Rate => Box::new(Rate::new(world, RateOptions::of(&request.options)?, columns, log_folder)),
        Kind::RatePerBatch => Box::new(RatePerBatch::new(RatePerBatchOptions::of(&request.options)?, columns)),
        Kind::Socket => Box::new(SocketSource::new(world, SocketOptions::of(&request.options)?, columns)),
        Kind::Kafka => Box::new(KafkaSource::new(request.options, columns, log_folder)),
        Kind::Kinesis => Box::new(kafka::open_kinesis(request.options, columns, log_folder)),
        Kind::Delta => unreachable!("opened above"),
        Kind::Files => {
            let Some(path) = request.paths().into_iter().next() else { return Err(no_path()) };
            match open_files(world.disk(), &request, &path, (columns, filters), &zone, log_folder) {
                Ok(source) => Box::new(source),
                Err(error) if error.condition.as_deref() == Some("UNSUPPORTED_FEATURE") => return Err(error),
                Err(error) => Box::new(UnopenedSource { description: format!("FileStreamSource[{path}]"), error }),
            }
        }
    })
}

/// Open a source for continuous processing, which keeps no files of its own.
///
/// # Errors
/// As [`open_source`].
pub fn open_continuous_source(world: &mut dyn World, reading: Reading, log_folder: &str) -> Result<Box<dyn Source>> {
    match kind_of(&reading.request.format, "reading")? {
        Kind::Rate => Ok(Box::new(ContinuousRate::new(world, RateOptions::of(&reading.request.options)?, reading.columns))),
        _ => open_source(world, reading, log_folder),
    }
}

fn open_files(
    disk: &Disk,
    request: &ReadRequest,
    path: &str,
    (columns, filters): (Vec<usize>, Vec<PushedFilter>),
    zone: &Zone,
    log_folder: &str,
) -> Result<FileSource> {
    let schema = request.schema.clone().unwrap_or_else(text_schema);
    check_names(&schema.fields)?;
    check_types(&request.format, &without_partitions(&schema, &files_of(disk, request, &[path.to_owned()], zone)?))?;
    let reader = FileReader::new(&request.format, &request.options, &schema, columns, filters, zone)?;
    FileSource::new(disk, path, &request.options, log_folder, reader)
}

/// The columns that the files themselves hold.
fn without_partitions(schema: &Schema, files: &[FileToRead]) -> Schema {
    let names: Vec<String> = files.iter().flat_map(|file| partition_values(&file.root, &file.status.path)).map(|(name, _)| name).collect();
    let own = |field: &&Field| !names.iter().any(|name| name.eq_ignore_ascii_case(&field.name));
    Schema::new(schema.fields.iter().filter(own).cloned().collect())
}

/// Read files in one go: `spark.read`. Only those among `listed`, where the program has listed them before.
///
/// # Errors
/// As the file source's.
pub fn read(world: &dyn World, reading: &Reading, listed: Option<&[String]>) -> Result<SourceRows> {
    if is_delta(&reading.request.format) {
        return delta::read(world, reading);
    }
    if is_jdbc(&reading.request.format) {
        return jdbc::read(world, reading);
    }
    let Reading { request, columns, filters, zone } = reading;
    if request.format.eq_ignore_ascii_case("kafka") {
        return kafka::read(world.cluster(), &request.options, columns);
    }
    let schema = request.schema.clone().unwrap_or_else(text_schema);
    let mut files = files_of(world.disk(), request, &request.paths(), zone)?;
    check_types(&request.format, &without_partitions(&schema, &files))?;
    let reader = FileReader::new(&request.format, &request.options, &schema, columns.clone(), filters.clone(), zone)?;
    files.retain(|file| listed.is_none_or(|listed| listed.contains(&file.status.path)));
    reader.read(world.disk(), &files, false)
}

/// The files that a batch reading finds now; none where the format is not one of files.
#[must_use]
pub fn list_files(world: &dyn World, request: &ReadRequest, zone: &Zone) -> Option<Vec<String>> {
    let is_files = matches!(kind_of(&request.format, "reading"), Ok(Kind::Files));
    let found = || files_of(world.disk(), request, &request.paths(), zone).unwrap_or_default();
    is_files.then(|| found().into_iter().map(|file| file.status.path).collect())
}

fn files_of(disk: &Disk, request: &ReadRequest, paths: &[String], zone: &Zone) -> Result<Vec<FileToRead>> {
    let listing = Listing::of(&request.options, zone)?;
    if let Some(base) = request.options.get("basePath") {
        let problem = if disk.is_file(base) { "must be a directory" } else { "not found" };
        if !disk.is_folder(base) {
            return Err(Diagnostic::plain(Class::IllegalArgument, format!("Option 'basePath' {problem}")));
        }
    }
    let mut files = Vec::new();
    for path in paths {
        for root in roots(disk, path) {
            let found: Vec<FileStatus> = list(disk, &root, &listing);
            // The option `basePath` says where the names of partition folders begin.
            let base = request.options.get("basePath").filter(|base| root.starts_with(*base)).unwrap_or(&root);
            files.extend(found.into_iter().map(|status| FileToRead { status, root: base.to_owned(), partitions: None }));
        }
    }
    Ok(files)
}

/// The schema of files: the user's or the one that they show, all nullable, partition columns last.
fn file_schema(disk: &Disk, request: &ReadRequest, paths: &[String], zone: &Zone) -> Result<Schema> {
    let files = files_of(disk, request, paths, zone)?;
    let own = match &request.schema {
        Some(schema) => schema.clone(),
        None if request.is_text() => text_schema(),
        None => infer::infer(disk, &request.format, &request.options, &files, zone)?.ok_or_else(|| unable_to_infer(&request.format))?,
    };
    let recursive = request.options.get("recursiveFileLookup").is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
    let partitions = if recursive { Vec::new() } else { partitions::fields(&files, &request.options)? };
    let of_partition = |field: &Field| partitions.iter().any(|partition| partition.name.eq_ignore_ascii_case(&field.name));
    let mut fields = own.fields;
    if request.schema.is_none() {
        // A column that the files show too stays in its place, with the type that the folders' names show.
        for field in &mut fields {
            if let Some(partition) = partitions.iter().find(|partition| partition.name.eq_ignore_ascii_case(&field.name)) {
                field.data_type = partition.data_type.clone();
            }
        }
        let missing = |partition: &&Field| !fields.iter().any(|field| field.name.eq_ignore_ascii_case(&partition.name));
        let missing: Vec<Field> = partitions.iter().filter(missing).cloned().collect();
        fields.extend(missing);
    } else {
        let (mut last, first): (Vec<Field>, Vec<Field>) = fields.into_iter().partition(of_partition);
        fields = first;
        for partition in &partitions {
            let known = last.iter().position(|field| field.name.eq_ignore_ascii_case(&partition.name));
            fields.push(known.map_or_else(|| partition.clone(), |index| last.swap_remove(index)));
        }
    }
    let nullable = |field: Field| Field { data_type: field.data_type.as_nullable(), nullable: true, name: field.name };
    Ok(Schema { fields: fields.into_iter().map(nullable).collect() })
}

/// A name may stand once in a schema of files, whatever its case.
pub(super) fn check_names(fields: &[Field]) -> Result<()> {
    let twice = |index: &usize| fields[..*index].iter().any(|field| field.name.eq_ignore_ascii_case(&fields[*index].name));
    match (0..fields.len()).find(twice) {
        None => Ok(()),
        Some(index) => {
            let name = fields[index].name.to_lowercase();
            let text = format!("The column `{name}` already exists. Choose another name or rename the existing column.");
            Err(Diagnostic::analysis("COLUMN_ALREADY_EXISTS", text, "42711"))
        }
    }
}

/// Whether a format is Delta Lake's.
pub(super) fn is_delta(format: &str) -> bool {
    format.eq_ignore_ascii_case("delta")
}

/// Whether a format is that of databases. It neither reads nor writes streams.
fn is_jdbc(format: &str) -> bool {
    format.eq_ignore_ascii_case("jdbc")
}

/// Which kind of source a format is.
fn kind_of(format: &str, doing: &str) -> Result<Kind> {
    Ok(match format.to_ascii_lowercase().as_str() {
        "json" | "csv" | "text" | "parquet" => Kind::Files,
        "orc" => return Err(not_yet(&format!("{doing} the format {}", format.to_ascii_lowercase()))),
        "rate" => Kind::Rate,
        "rate-micro-batch" => Kind::RatePerBatch,
        "socket" => Kind::Socket,
        "kafka" => Kind::Kafka,
        "kinesis" => Kind::Kinesis,
        "delta" => Kind::Delta,
        _ => return Err(unknown_format(format, doing)),
    })
}

/// What Spark says of a format that is not on its class path, or that cannot do this with streams.
pub(super) fn unknown_format(format: &str, doing: &str) -> Box<Diagnostic> {
    match format.to_ascii_lowercase().as_str() {
        "kafka" => Diagnostic::analysis(
            "KAFKA_DATA_SOURCE_NOT_ENABLED",
            "Failed to find data source: kafka. Please deploy the application as per the deployment section of Structured Streaming + Kafka Integration Guide.",
            "42K02",
        )
        .hint("Kafka comes in a package: SparkSession.builder.config(\"spark.jars.packages\", \"org.apache.spark:spark-sql-kafka-0-10_2.13:4.3.0\")."),
        "console" | "jdbc" | "noop" => unsupported("_LEGACY_ERROR_TEMP_2049", format!("Data source {format} does not support streamed {doing}.")),
        _ => Diagnostic::new(
            Class::Named("SparkClassNotFoundException".to_owned()),
            "DATA_SOURCE_NOT_FOUND",
            format!(
                "Failed to find the data source: {format}. Make sure the provider name is correct and the package is properly registered and compatible with your Spark version."
            ),
            "42K02",
        ),
    }
}

/// The types that a format can hold: checked when the first batch is planned.
pub(super) fn check_types(format: &str, schema: &Schema) -> Result<()> {
    let (name, fits): (&str, fn(&DataType) -> bool) = match format.to_ascii_lowercase().as_str() {
        "csv" => ("CSV", |data_type| {
            !matches!(
                data_type,
                DataType::Array(..) | DataType::Map(..) | DataType::Struct(_) | DataType::CalendarInterval | DataType::Null
            )
        }),
        "text" => ("Text", |data_type| *data_type == DataType::String),
        "json" => ("JSON", |data_type| *data_type != DataType::CalendarInterval),
        "parquet" => ("Parquet", |data_type| *data_type != DataType::CalendarInterval),
        _ => return Ok(()),
    };
    match schema.fields.iter().find(|field| !fits(&field.data_type)) {
        None => Ok(()),
        Some(field) => Err(Diagnostic::analysis(
            "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
            format!("The {name} datasource doesn't support the column `{}` of the type \"{}\".", field.name, field.data_type.sql()),
            "0A000",
        )),
    }
}

pub(super) fn unsupported(condition: &str, text: String) -> Box<Diagnostic> {
    Diagnostic::new(Class::Named("UnsupportedOperationException".to_owned()), condition, text, "")
}

/// `'path' is not specified.`
pub(super) fn no_path() -> Box<Diagnostic> {
    Diagnostic::new(Class::IllegalArgument, "_LEGACY_ERROR_TEMP_2047", "'path' is not specified.", "")
}

fn not_a_batch_source(format: &str) -> Box<Diagnostic> {
    Diagnostic::analysis("_LEGACY_ERROR_TEMP_1135", format!("{format} is not a valid Spark SQL Data Source."), "")
}

pub(super) fn path_not_found(path: &str) -> Box<Diagnostic> {
    Diagnostic::analysis("PATH_NOT_FOUND", format!("Path does not exist: {path}."), "42K03")
}

fn unable_to_infer(format: &str) -> Box<Diagnostic> {
    Diagnostic::analysis(
        "UNABLE_TO_INFER_SCHEMA",
        format!("Unable to infer schema for {}. It must be specified manually.", format.to_ascii_uppercase()),
        "42KD9",
    )
}

fn no_schema() -> Box<Diagnostic> {
    Diagnostic::new(
        Class::IllegalArgument,
        "_LEGACY_ERROR_TEMP_2048",
        "Schema must be specified when creating a streaming source DataFrame. If some files already exist in the directory, then depending on the file format you may be able to create a static DataFrame on that directory with 'spark.read.load(directory)' and infer schema from it.",
        "",
    )
}
