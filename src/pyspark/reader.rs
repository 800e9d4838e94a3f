//! `DataStreamReader` and `DataFrameReader`: format, schema, options, and what `load` refuses.

use super::arguments::Call;
use super::driver::Driver;
use super::errors;
use super::frame;
use super::options;
use super::options::Options;
use super::types_module;
use super::values;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::plan::Catalog;
use crate::plan::Frame;
use crate::plan::SourceSpec;
use crate::python::Value;
use crate::sql::ddl;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::world::World;
use std::cell::RefCell;

/// A reader as far as the program has filled it in.
#[derive(Clone, Debug, Default)]
pub(super) struct Reader {
    /// `readStream` or `read`.
    pub streaming: bool,
    format: Option<String>,
    schema: Option<Schema>,
    options: Options,
}

impl Reader {
    /// An empty reader.
    pub(super) fn new(streaming: bool) -> Self {
        Self { streaming, ..Self::default() }
    }
}

/// What a method of a reader gives: the reader itself again, or a frame.
pub(super) enum Read {
    /// The reader, changed.
    Reader,
    /// The frame.
    Frame(Value),
}

/// A method.
pub(super) fn method(driver: &mut Driver, reader: &RefCell<Reader>, name: &str, call: &Call) -> Result<Read> {
    match name {
        "format" => reader.borrow_mut().format = Some(call.text("source", "str")?.to_owned()),
        "schema" => set_schema(reader, call.get("schema"))?,
        "option" => reader.borrow_mut().options.set(&options::text(call.get("key")), call.get("value")),
        "options" => set_options(reader, &call.keywords),
        "name" => check_name(call)?,
        "load" => {
            common(reader, call)?;
            set_options(reader, &call.keywords);
            let path = path_of(call.get("path"), "path", reader.borrow().streaming)?;
            return load(driver, &reader.borrow(), path).map(|it| Read::Frame(frame::value(it)));
        }
        "json" | "csv" | "text" | "parquet" | "orc" | "xml" => {
            set_options(reader, &call.keywords);
            set_named_options(reader, call)?;
            let streaming = reader.borrow().streaming;
            let given = if call.has("path") { call.get("path") } else { call.rest.first().unwrap_or_else(|| call.get("paths")) };
            if streaming && given.as_str().is_none() {
                return Err(errors::not_expected("path", "str", given));
            }
            let path = path_of(given, "path", false)?;
            reader.borrow_mut().format = Some(name.to_owned());
            return load(driver, &reader.borrow(), path).map(|it| Read::Frame(frame::value(it)));
        }
        "table" => return table(driver, reader.borrow().streaming, call.text("tableName", "str")?).map(|it| Read::Frame(frame::value(it))),
        _ => {
            let class = if reader.borrow().streaming { "DataStreamReader" } else { "DataFrameReader" };
            return Err(errors::unknown_to_us(&format!("{class}.{name}")));
        }
    }
    Ok(Read::Reader)
}

fn set_schema(reader: &RefCell<Reader>, value: &Value) -> Result<()> {
    let schema = match (types_module::data_type_of(value), value.as_str()) {
        (Some(DataType::Struct(fields)), _) => Schema::new(fields),
        (None, Some(text)) => ddl::parse_schema(text)?,
        _ => return Err(errors::not_expected("schema", "str or struct type", value)),
    };
    reader.borrow_mut().schema = Some(schema);
    Ok(())
}

fn set_options(reader: &RefCell<Reader>, entries: &[(String, Value)]) {
    for (key, value) in entries {
        reader.borrow_mut().options.set(key, value);
    }
}

/// The options that `json`, `csv` and the like take by name.
fn set_named_options(reader: &RefCell<Reader>, call: &Call) -> Result<()> {
    for (key, value) in call.named() {
        match key {
            "path" | "paths" => {}
            "schema" if value.is_none() => {}
            "schema" => set_schema(reader, value)?,
            _ => reader.borrow_mut().options.set(key, value),
        }
    }
    Ok(())
}

fn common(reader: &RefCell<Reader>, call: &Call) -> Result<()> {
    if let Some(format) = call.optional_text("format")? {
        reader.borrow_mut().format = Some(format.to_owned());
    }
    match call.given("schema") {
        Some(schema) => set_schema(reader, schema),
        None => Ok(()),
    }
}

fn check_name(call: &Call) -> Result<()> {
    let name = call.text("source_name", "str")?;
    if name.is_empty() || !name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_') {
        return Err(errors::error("PySparkValueError", "INVALID_STREAMING_SOURCE_NAME", &[("source_name", name)]));
    }
    Ok(())
}

/// The path given to `load`; a list of one path is that path.
fn path_of(value: &Value, name: &str, streaming: bool) -> Result<Option<String>> {
    if value.is_none() {
        return Ok(None);
    }
    if streaming {
        return errors::non_empty(name, value).map(|it| Some(it.to_owned()));
    }
    match (value.as_str(), value.items().as_deref()) {
        (Some(path), _) => Ok(Some(path.to_owned())),
        (None, Some([one])) => path_of(one, name, false),
        (None, Some(_)) => Err(errors::unknown_to_us("reading several paths at once")),
        _ => Err(errors::not_expected(name, "str or list", value)),
    }
}

/// `table(name)`: a view, a table, or (as a stream) what a query writes with `toTable`.
pub(super) fn table(driver: &mut Driver, streaming: bool, name: &str) -> Result<Frame> {
    let parts = values::parts(name);
    let found = driver.session.catalog().relation(&parts)?;
    let Some(found) = found else {
        // The same refusal as SQL's, without a place in a query's text.
        let quoted: Vec<String> = parts.iter().map(|it| format!("`{it}`")).collect();
        let refused =
            crate::plan::sql::query(&format!("SELECT * FROM {}", quoted.join(".")), driver.session.catalog(), driver.session.analyzer());
        return match refused {
            Ok(frame) => Ok(frame),
            Err(mut error) => {
                if let Some((text, _)) = error.message.rsplit_once("; line ") {
                    error.message = text.to_owned();
                }
                Err(error)
            }
        };
    };
    if !streaming || found.is_streaming() {
        return Ok(found);
    }
    match driver.session.catalog().table(name) {
        Some(table) if !table.is_view => {
            let schema = table.rows.schema.clone();
            let spec = SourceSpec { format: "memory".to_owned(), options: Vec::new(), schema, path: table.name.clone(), streaming };
            Ok(Frame::source(spec, driver.session.analyzer()))
        }
        _ => Err(errors::unknown_to_us("readStream.table of what is no table")),
    }
}

/// `load()`: the checks that Spark makes at this call, and the source's columns.
fn load(driver: &mut Driver, reader: &Reader, path: Option<String>) -> Result<Frame> {
    let format = match &reader.format {
        Some(format) => format.to_lowercase(),
        None => driver.session.conf().get("spark.sql.sources.default").unwrap_or("parquet").to_owned(),
    };
    let short = format.rsplit('.').next().unwrap_or(&format);
    match short {
        "json" | "csv" | "text" | "parquet" | "orc" | "xml" => load_files(driver, reader, short, path),
        "rate" | "rate-micro-batch" | "socket" if reader.streaming => {
            refuse_schema(reader, short)?;
            let schema = generated(short, &reader.options)?;
            Ok(source(driver, reader, short, schema, path.unwrap_or_default()))
        }
        "rate" | "rate-micro-batch" | "socket" => {
            Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1106", format!("Data source {short} does not support batch reading."), ""))
        }
        "kafka" => Err(kafka(&reader.options)),
        "delta" | "iceberg" | "hudi" | "avro" | "jdbc" | "statestore" | "state-metadata" => {
            Err(errors::unknown_to_us(&format!("the source format \"{short}\"")))
        }
        _ => Err(unknown_format(reader.format.as_deref().unwrap_or(&format))),
    }
}

/// `DATA_SOURCE_NOT_FOUND`.
pub(super) fn unknown_format(format: &str) -> Box<Diagnostic> {
    let text = format!(
        "Failed to find the data source: {format}. Make sure the provider name is correct and the package is properly registered and compatible with your Spark version."
    );
    Diagnostic::new(Class::Named("SparkClassNotFoundException".to_owned()), "DATA_SOURCE_NOT_FOUND", text, "42K02")
}

fn kafka(options: &Options) -> Box<Diagnostic> {
    let _ = options;
    let text = "Failed to find data source: kafka. Please deploy the application as per the deployment section of Structured Streaming + Kafka Integration Guide.";
    Diagnostic::analysis("KAFKA_DATA_SOURCE_NOT_ENABLED", text, "42K02").hint(
        "Kafka needs a package that plain Spark does not have, and a broker. In the playground, read a folder (json) or a socket instead.",
    )
}

fn refuse_schema(reader: &Reader, format: &str) -> Result<()> {
    if reader.schema.is_none() {
        return Ok(());
    }
    let provider = match format {
        "rate" => "org.apache.spark.sql.execution.streaming.sources.RateStreamProvider",
        "socket" => "org.apache.spark.sql.execution.streaming.sources.TextSocketSourceProvider",
        _ => "org.apache.spark.sql.execution.streaming.sources.RatePerMicroBatchProvider",
    };
    let name = provider.rsplit('.').next().unwrap_or(provider);
    let text = format!("{name} source does not support user-specified schema.");
    Err(Diagnostic::new(Class::Named("UnsupportedOperationException".to_owned()), "_LEGACY_ERROR_TEMP_2242", text, ""))
}

/// The columns of sources that make or receive rows, with their options checked.
fn generated(format: &str, options: &Options) -> Result<Schema> {
    let timestamp = || Field::new("timestamp", DataType::Timestamp);
    match format {
        "socket" => {
            let missing = |condition: &str, what: &str| {
                Diagnostic::analysis(condition, format!("Set a {what} to read from with option(\"{what}\", ...)."), "")
            };
            options.get("host").ok_or_else(|| missing("_LEGACY_ERROR_TEMP_1295", "host"))?;
            let port = options.get("port").ok_or_else(|| missing("_LEGACY_ERROR_TEMP_1296", "port"))?;
            number(port)?;
            let value = Field::new("value", DataType::String);
            let stamped = options.get("includeTimestamp").is_some_and(|it| it.eq_ignore_ascii_case("true"));
            Ok(Schema::new(if stamped { vec![value, timestamp()] } else { vec![value] }))
        }
        "rate" => {
            let rows = options.get("rowsPerSecond").map_or(Ok(1), number)?;
            if rows <= 0 {
                return Err(illegal(format!("Invalid value '{rows}'. The option 'rowsPerSecond' must be positive")));
            }
            Ok(Schema::new(vec![timestamp(), Field::new("value", DataType::Long)]))
        }
        _ => {
            let rows = options.get("rowsPerBatch").map_or(Ok(0), number)?;
            if rows <= 0 {
                return Err(illegal(format!("Invalid value '{rows}'. The option 'rowsPerBatch' must be positive")));
            }
            for name in ["startTimestamp", "advanceMillisPerBatch"] {
                let value = options.get(name).map_or(Ok(0), number)?;
                if value < 0 {
                    return Err(illegal(format!("Invalid value '{value}'. The option '{name}' must be non-negative")));
                }
            }
            Ok(Schema::new(vec![timestamp(), Field::new("value", DataType::Long)]))
        }
    }
}

fn number(text: &str) -> Result<i64> {
    text.trim()
        .parse()
        .map_err(|_| Diagnostic::plain(Class::Named("NumberFormatException".to_owned()), format!("For input string: \"{text}\"")))
}

fn illegal(text: String) -> Box<Diagnostic> {
    Diagnostic::plain(Class::IllegalArgument, text)
}

fn source(driver: &Driver, reader: &Reader, format: &str, schema: Schema, path: String) -> Frame {
    let spec = SourceSpec { format: format.to_owned(), options: reader.options.to_vec(), schema, path, streaming: reader.streaming };
    Frame::source(spec, driver.session.analyzer())
}

fn load_files(driver: &mut Driver, reader: &Reader, format: &str, path: Option<String>) -> Result<Frame> {
    if matches!(format, "orc" | "xml") {
        return Err(errors::unknown_to_us(&format!("the source format \"{format}\"")));
    }
    let path = path.or_else(|| reader.options.get("path").map(str::to_owned));
    let missing = || Diagnostic::new(Class::IllegalArgument, "_LEGACY_ERROR_TEMP_2047", "'path' is not specified.", "");
    let inferred = driver.session.conf().is_true("spark.sql.streaming.schemaInference");
    if reader.streaming && reader.schema.is_none() && format != "text" && !inferred && path.is_some() {
        let text = "Schema must be specified when creating a streaming source DataFrame. If some files already exist in the directory, then depending on the file format you may be able to create a static DataFrame on that directory with 'spark.read.load(directory)' and infer schema from it.";
        return Err(Diagnostic::new(Class::IllegalArgument, "_LEGACY_ERROR_TEMP_2048", text, "")
            .hint("A stream of files needs its columns told: .schema(\"id INT, ts TIMESTAMP\") before the path."));
    }
    let path = path.ok_or_else(missing)?;
    let is_pattern = path.contains(['*', '?', '{', '[']);
    if !is_pattern && !driver.world.disk().exists(&path) {
        return Err(Diagnostic::analysis("PATH_NOT_FOUND", format!("Path does not exist: {path}."), "42K03"));
    }
    let schema = match (&reader.schema, format) {
        (Some(schema), _) => nullable(schema),
        (None, "text") => Schema::new(vec![Field::new("value", DataType::String)]),
        (None, _) => infer(driver, reader, format, &path)?,
    };
    Ok(source(driver, reader, format, schema, path))
}

/// The columns of files, by reading them.
fn infer(driver: &Driver, reader: &Reader, format: &str, path: &str) -> Result<Schema> {
    let _ = (driver, reader, format, path);
    Err(errors::unknown_to_us("the inference of a schema from files; give one with .schema(...)"))
}

/// Fields of files may always be null.
fn nullable(schema: &Schema) -> Schema {
    match schema.data_type().as_nullable() {
        DataType::Struct(fields) => Schema::new(fields),
        _ => schema.clone(),
    }
}
