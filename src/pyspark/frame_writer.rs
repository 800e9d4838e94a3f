//! `DataFrameWriter`: batch writes, above all those of `foreachBatch` functions.

use super::arguments;
use super::arguments::Call;
use super::driver::Driver;
use super::errors;
use super::options;
use super::options::Options;
use crate::connector;
use crate::connector::SaveMode;
use crate::connector::SinkMode;
use crate::connector::WriteRequest;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::plan::Frame;
use crate::python::Value;
use crate::types::Schema;
use arrow_array::RecordBatch;
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
    let default = || driver.session.conf().get("spark.sql.sources.default").unwrap_or("parquet").to_owned();
    let format = writer.format.clone().unwrap_or_else(default);
    driver.session.packages().check(&format, "writing")?;
    let (schema, rows) = driver.session.collect(&mut driver.world, &writer.frame)?;
    if let Some(table) = table {
        return save_table(driver, writer, table, schema, &rows);
    }
    if format.eq_ignore_ascii_case("noop") {
        return Ok(());
    }
    let mode = match writer.mode.as_str() {
        "append" => SaveMode::Append,
        "overwrite" => SaveMode::Overwrite,
        "ignore" => SaveMode::Ignore,
        _ => SaveMode::ErrorIfExists,
    };
    let options = writer.options.to_vec().into_iter().collect();
    let request = WriteRequest { format, options, path: None, partition_by: writer.partition_by.clone() };
    let zone = driver.session.conf().zone();
    connector::write(&mut driver.world, &request, mode, &schema, &rows, &zone)
}

/// Rows into a table of the session.
fn save_table(driver: &mut Driver, writer: &BatchWriter, table: &str, schema: Schema, rows: &RecordBatch) -> Result<()> {
    let exists = driver.session.catalog().table(table).is_some();
    match (exists, writer.mode.as_str()) {
        (true, "ignore") => return Ok(()),
        (true, "error") => {
            let text = format!(
                "Cannot create table or view `spark_catalog`.`default`.`{table}` because it already exists.\nChoose a different name, drop or replace the existing object, add the IF NOT EXISTS clause to tolerate pre-existing objects, add the OR REPLACE clause to replace the existing materialized view, or add the OR REFRESH clause to refresh the existing streaming table."
            );
            return Err(Diagnostic::analysis("TABLE_OR_VIEW_ALREADY_EXISTS", text, "42P07"));
        }
        (true, "append") => {}
        _ => driver.session.catalog_mut().put_table(table, schema, false),
    }
    if let Some(found) = driver.session.catalog_mut().table_mut(table) {
        // Numbers beyond those of any query, so that the table takes the rows as new ones.
        let batch = u64::try_from(found.rows.batches().len()).unwrap_or(0) + 1_000_000_000;
        found.rows.add_batch(batch, SinkMode::Append, rows);
    }
    Ok(())
}
