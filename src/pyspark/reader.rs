//! `DataStreamReader` and `DataFrameReader`: format, schema, options, and what `load` refuses.

use super::arguments::Call;
use super::driver::Driver;
use super::errors;
use super::frame;
use super::options;
use super::options::Options;
use super::types_module;
use super::values;
use crate::connector;
use crate::connector::ReadRequest;
use crate::connector::batch_schema;
use crate::connector::jdbc;
use crate::connector::jdbc::JdbcOptions;
use crate::connector::list_files;
use crate::connector::stream_schema;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::engine::is_state_format;
use crate::engine::metastore;
use crate::engine::read_state;
use crate::plan::Catalog;
use crate::plan::Frame;
use crate::plan::SourceSpec;
use crate::plan::sql::not_found;
use crate::python::Value;
use crate::sql::ddl;
use crate::types::DataType;
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
            let paths = paths_of(call.get("path"), "path", reader.borrow().streaming)?;
            return load(driver, &reader.borrow(), paths).map(|it| Read::Frame(frame::value(it)));
        }
        "json" | "csv" | "text" | "parquet" | "orc" | "xml" => {
            set_options(reader, &call.keywords);
            set_named_options(reader, call)?;
            // Its parameter has a default, which overrides what an option said.
            if name == "text" && call.given("wholetext").is_none() {
                reader.borrow_mut().options.set_text("wholetext", "false".to_owned());
            }
            let streaming = reader.borrow().streaming;
            let given = if call.has("path") { call.get("path") } else { call.rest.first().unwrap_or_else(|| call.get("paths")) };
            if streaming && given.as_str().is_none() {
                return Err(errors::not_expected("path", "str", given));
            }
            let mut paths = paths_of(given, "path", false)?;
            // `parquet` takes its paths one by one.
            for more in call.rest.iter().skip(1) {
                paths.extend(paths_of(more, "path", false)?);
            }
            reader.borrow_mut().format = Some(name.to_owned());
            return load(driver, &reader.borrow(), paths).map(|it| Read::Frame(frame::value(it)));
        }
        "jdbc" => {
            super::frame_writer::database_options(call)
                .into_iter()
                .for_each(|(key, value)| reader.borrow_mut().options.set_text(&key, value));
            reader.borrow_mut().format = Some("jdbc".to_owned());
            return database(driver, &reader.borrow(), "jdbc").map(|it| Read::Frame(frame::value(it)));
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

/// The path given to `load`, or the paths of a list; none where none is given.
fn paths_of(value: &Value, name: &str, streaming: bool) -> Result<Vec<String>> {
    if value.is_none() {
        return Ok(Vec::new());
    }
    if streaming {
        return errors::non_empty(name, value).map(|it| vec![it.to_owned()]);
    }
    let items = value.items();
    let paths = match (value.as_str(), items.as_deref()) {
        (Some(path), _) => Some(vec![path.to_owned()]),
        (None, Some(several)) => several.iter().map(|it| it.as_str().map(str::to_owned)).collect(),
        _ => None,
    };
    paths.ok_or_else(|| errors::not_expected(name, "str or list", value))
}

/// `table(name)`: a view, or a table of the catalog, as a stream or whole.
pub(super) fn table(driver: &mut Driver, streaming: bool, name: &str) -> Result<Frame> {
    let parts = values::parts(name);
    let names = driver.session.names(&driver.world);
    let is_view = parts.len() == 1 && driver.session.catalog().has_view(name);
    if let Some(entry) = metastore::find(driver.world.disk(), &parts).filter(|_| streaming && !is_view) {
        return names.table(&entry, true);
    }
    let found = names.relation(&parts)?.ok_or_else(|| not_found(&parts, None))?;
    if streaming && !found.is_streaming() {
        let text = format!(
            "{name} is not a temp view of streaming logical plan, please use batch API such as `DataFrameReader.table` to read it."
        );
        return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1008", text, ""));
    }
    Ok(found)
}

/// A table of a database, or a query that it answers.
fn database(driver: &Driver, reader: &Reader, method: &str) -> Result<Frame> {
    let options = reader.options.to_vec().into_iter().collect();
    let asked = JdbcOptions::of(&options, driver.session.packages(), method)?;
    let names = Database { driver, url: asked.url };
    match (asked.table, asked.query) {
        (_, Some(query)) => crate::plan::sql::query(&query, &names, driver.session.analyzer()),
        (table, None) => names.table(&table.unwrap_or_default()),
    }
}

/// The tables of a database, as its queries name them.
struct Database<'a> {
    driver: &'a Driver,
    url: String,
}

impl Database<'_> {
    fn table(&self, name: &str) -> Result<Frame> {
        let schema = jdbc::schema(self.driver.world.disk(), &self.url, name)?;
        let options = vec![("url".to_owned(), self.url.clone()), ("dbtable".to_owned(), name.to_owned())];
        let spec = SourceSpec { format: "jdbc".to_owned(), options, schema, path: String::new(), streaming: false, listed: None };
        Ok(Frame::source(spec, self.driver.session.analyzer()))
    }
}

impl Catalog for Database<'_> {
    fn relation(&self, name: &[String]) -> Result<Option<Frame>> {
        self.table(&name.join(".")).map(Some)
    }
}

/// `load()`: the checks that Spark makes at this call, and the source's columns.
fn load(driver: &Driver, reader: &Reader, mut paths: Vec<String>) -> Result<Frame> {
    let conf = driver.session.conf();
    let format = reader.format.clone().unwrap_or_else(|| conf.get("spark.sql.sources.default").unwrap_or("parquet").to_owned());
    if !reader.streaming && is_state_format(&format) {
        let options = reader.options.to_vec().into_iter().collect();
        let (schema, arrays, rows) = read_state(driver.world.disk(), &format, &options, paths.first().map(String::as_str))?;
        return Ok(Frame::local(&schema, arrays, rows, driver.session.analyzer()));
    }
    driver.session.packages().check(&format, "reading")?;
    if format.eq_ignore_ascii_case("jdbc") && !reader.streaming {
        return database(driver, reader, "load");
    }
    if paths.is_empty() {
        paths.extend(reader.options.get("path").map(str::to_owned));
    }
    let mut options: connector::Options = reader.options.to_vec().into_iter().collect();
    options.set_settings(conf.of_sql());
    if paths.len() > 1 {
        options.set("paths", serde_json::Value::from(paths.clone()).to_string());
    }
    let path = paths.first().cloned().unwrap_or_default();
    let request = ReadRequest { format: format.clone(), options, paths, schema: reader.schema.clone() };
    let zone = conf.zone();
    let schema = if reader.streaming {
        stream_schema(&driver.world, &request, conf.is_true("spark.sql.streaming.schemaInference"), &zone)
    } else {
        batch_schema(&driver.world, &request, &zone)
    };
    let spec = SourceSpec {
        format: format.to_lowercase(),
        options: request.options.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        schema: schema.map_err(advised)?,
        path,
        streaming: reader.streaming,
        listed: if reader.streaming { None } else { list_files(&driver.world, &request, &zone) },
    };
    Ok(Frame::source(spec, driver.session.analyzer()))
}

/// What to write instead, where a learner may not know.
fn advised(error: Box<Diagnostic>) -> Box<Diagnostic> {
    match error.condition.as_deref() {
        Some("_LEGACY_ERROR_TEMP_2048") => {
            error.hint("A stream of files needs its columns told: .schema(\"id INT, ts TIMESTAMP\") before the path.")
        }
        _ => error,
    }
}
