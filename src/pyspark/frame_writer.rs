//! `DataFrameWriter`: batch writes, above all those of `foreachBatch` functions.

use super::arguments;
use super::arguments::Call;
use super::driver::Driver;
use super::errors;
use super::options;
use super::options::Options;
use super::values;
use crate::connector;
use crate::connector::SaveMode;
use crate::connector::WriteRequest;
use crate::connector::jdbc::JdbcOptions;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::engine::TableWrite;
use crate::plan::Frame;
use crate::python::Value;
use std::cell::RefCell;

/// A writer as far as the program has filled it in.
#[derive(Clone, Debug)]
pub(super) struct BatchWriter {
    frame: Frame,
    format: Option<String>,
    mode: String,
    options: Options,
    partition_by: Vec<String>,
}

impl BatchWriter {
    /// A writer with Spark's defaults.
    pub(super) fn new(frame: Frame) -> Self {
        Self { frame, format: None, mode: "error".to_owned(), options: Options::default(), partition_by: Vec::new() }
    }

    fn save_mode(&self) -> SaveMode {
        match self.mode.as_str() {
            "append" => SaveMode::Append,
            "overwrite" => SaveMode::Overwrite,
            "ignore" => SaveMode::Ignore,
            _ => SaveMode::ErrorIfExists,
        }
    }
}

/// A method; true where the writer is to be returned.
pub(super) fn method(driver: &mut Driver, writer: &RefCell<BatchWriter>, name: &str, call: &Call) -> Result<bool> {
    match name {
        "format" => writer.borrow_mut().format = Some(call.text("source", "str")?.to_owned()),
        "mode" => set_mode(writer, call)?,
        "option" => writer.borrow_mut().options.set(&options::text(call.get("key")), call.get("value")),
        "options" => call.keywords.iter().for_each(|(key, value)| writer.borrow_mut().options.set(key, value)),
        "partitionBy" => {
            let columns = arguments::spread(&call.rest);
            let name = |it: &Value| it.as_str().map(str::to_owned).ok_or_else(|| errors::not_expected("cols", "str", it));
            writer.borrow_mut().partition_by = columns.iter().map(name).collect::<Result<_>>()?;
        }
        "save" | "json" | "csv" | "parquet" | "text" | "orc" => {
            common(writer, name, call)?;
            return save(driver, &writer.borrow(), name).map(|()| false);
        }
        "jdbc" => {
            set_mode(writer, call)?;
            database_options(call).into_iter().for_each(|(key, value)| writer.borrow_mut().options.set_text(&key, value));
            writer.borrow_mut().format = Some("jdbc".to_owned());
            return save(driver, &writer.borrow(), "jdbc").map(|()| false);
        }
        "saveAsTable" => {
            common(writer, name, call)?;
            return save_as_table(driver, &writer.borrow(), call.text("name", "str")?).map(|()| false);
        }
        "insertInto" => {
            let overwrite = call.given("overwrite").and_then(Value::as_bool);
            return insert_into(driver, &writer.borrow(), call.text("tableName", "str")?, overwrite).map(|()| false);
        }
        _ => return Err(errors::unknown_to_us(&format!("DataFrameWriter.{name}"))),
    }
    Ok(true)
}

fn set_mode(writer: &RefCell<BatchWriter>, call: &Call) -> Result<()> {
    let Some(mode) = call.optional_text(if call.has("saveMode") { "saveMode" } else { "mode" })? else { return Ok(()) };
    let mode = match mode.to_lowercase().as_str() {
        "append" => "append",
        "overwrite" => "overwrite",
        "ignore" => "ignore",
        "error" | "errorifexists" | "default" => "error",
        _ => {
            let text = format!(
                "The specified save mode \"{mode}\" is invalid. Valid save modes include \"append\", \"overwrite\", \"ignore\", \"error\", \"errorifexists\", and \"default\"."
            );
            return Err(Diagnostic::analysis("INVALID_SAVE_MODE", text, "42000"));
        }
    };
    mode.clone_into(&mut writer.borrow_mut().mode);
    Ok(())
}

fn common(writer: &RefCell<BatchWriter>, name: &str, call: &Call) -> Result<()> {
    call.keywords.iter().for_each(|(key, value)| writer.borrow_mut().options.set(key, value));
    for (key, value) in call.named() {
        match key {
            "path" | "name" | "tableName" | "mode" | "format" | "partitionBy" | "overwrite" => {}
            _ => writer.borrow_mut().options.set(key, value),
        }
    }
    set_mode(writer, call)?;
    if let Some(format) = call.optional_text("format")? {
        writer.borrow_mut().format = Some(format.to_owned());
    }
    if !matches!(name, "save" | "saveAsTable") {
        writer.borrow_mut().format = Some(name.to_owned());
    }
    if let Some(columns) = call.given("partitionBy") {
        let items = arguments::spread(std::slice::from_ref(columns));
        writer.borrow_mut().partition_by = items.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect();
    }
    if let Some(path) = call.optional_text("path")? {
        writer.borrow_mut().options.set_text("path", path.to_owned());
    }
    Ok(())
}

fn save(driver: &mut Driver, writer: &BatchWriter, method: &str) -> Result<()> {
    let default = || driver.session.conf().get("spark.sql.sources.default").unwrap_or("parquet").to_owned();
    let format = writer.format.clone().unwrap_or_else(default);
    driver.session.packages().check(&format, "writing")?;
    let options: connector::Options = writer.options.to_vec().into_iter().collect();
    if format.eq_ignore_ascii_case("jdbc") {
        JdbcOptions::of(&options, driver.session.packages(), method)?;
    }
    let (schema, rows) = driver.session.collect(&mut driver.world, &writer.frame)?;
    if format.eq_ignore_ascii_case("noop") {
        return Ok(());
    }
    let mut options = options;
    options.set_settings(driver.session.conf().of_sql());
    let request = WriteRequest { format, options, path: None, partition_by: writer.partition_by.clone() };
    let zone = driver.session.conf().zone();
    connector::write(&mut driver.world, &request, writer.save_mode(), &schema, &rows, &zone)
}

/// The options that `jdbc(url, table, properties)` stands for.
pub(super) fn database_options(call: &Call) -> Vec<(String, String)> {
    let mut found = vec![("url".to_owned(), options::text(call.get("url"))), ("dbtable".to_owned(), options::text(call.get("table")))];
    for (key, value) in call.get("properties").entries().unwrap_or_default() {
        found.push((options::text(&key), options::text(&value)));
    }
    found
}

fn save_as_table(driver: &mut Driver, writer: &BatchWriter, table: &str) -> Result<()> {
    let write = TableWrite {
        name: values::parts(table),
        mode: writer.save_mode(),
        format: writer.format.clone(),
        options: writer.options.to_vec(),
        partition_by: writer.partition_by.clone(),
    };
    driver.session.save_as_table(&mut driver.world, &writer.frame, &write)
}

fn insert_into(driver: &mut Driver, writer: &BatchWriter, table: &str, overwrite: Option<bool>) -> Result<()> {
    if !writer.partition_by.is_empty() {
        let text = format!(
            "partitionBy() cannot be used with insertInto(). Partition columns for table {table} are determined by the table definition."
        );
        return Err(Diagnostic::analysis("PARTITION_BY_NOT_ALLOWED_WITH_INSERT_INTO", text, "42601"));
    }
    let overwrite = overwrite.unwrap_or(writer.save_mode() == SaveMode::Overwrite);
    driver.session.insert_into(&mut driver.world, &writer.frame, &values::parts(table), None, overwrite)
}
