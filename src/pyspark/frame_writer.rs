//! `DataFrameWriter`: batch writes, above all those of `foreachBatch` functions.

use super::arguments;
use super::arguments::Call;
use super::driver::Driver;
use super::errors;
use super::options;
use super::options::Options;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
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
            return save(driver, &writer.borrow(), None).map(|()| false);
        }
        "saveAsTable" | "insertInto" => {
            common(writer, name, call)?;
            let table = call.text(if name == "saveAsTable" { "name" } else { "tableName" }, "str")?.to_owned();
            if name == "insertInto" {
                "append".clone_into(&mut writer.borrow_mut().mode);
            }
            return save(driver, &writer.borrow(), Some(&table)).map(|()| false);
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
            return Err(Diagnostic::new(Class::IllegalArgument, "INVALID_SAVE_MODE", text, "42000"));
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
    if !matches!(name, "save" | "saveAsTable" | "insertInto") {
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

fn save(driver: &mut Driver, writer: &BatchWriter, table: Option<&str>) -> Result<()> {
    let format =
        writer.format.clone().unwrap_or_else(|| driver.session.conf().get("spark.sql.sources.default").unwrap_or("parquet").to_owned());
    if table.is_none() && format.eq_ignore_ascii_case("noop") {
        return driver.session.collect(&mut driver.world, &writer.frame).map(|_| ());
    }
    let _ = (&writer.mode, &writer.options, &writer.partition_by);
    Err(errors::unknown_to_us("batch writes (df.write)"))
}
