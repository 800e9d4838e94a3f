//! `delta.tables`: `DeltaTable` and what a merge is built of. Delta's `io.delta.tables`.

use super::arguments::Call;
use super::driver::Driver;
use super::errors;
use super::frame;
use super::object::Object;
use super::options;
use super::values;
use crate::connector::delta;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::engine::Merge;
use crate::engine::MergeAction;
use crate::engine::MergeClause;
use crate::engine::MergeRows;
use crate::engine::metastore;
use crate::expr::Expr;
use crate::plan::Frame;
use crate::plan::SourceSpec;
use crate::python::Value;
use crate::world::World;
use std::cell::RefCell;

/// A Delta table that a program holds.
#[derive(Clone, Debug)]
pub(super) struct DeltaHandle {
    path: String,
    alias: Option<String>,
}

/// A static method of the class.
pub(super) fn static_method(driver: &mut Driver, name: &str, call: &Call) -> Result<Value> {
    match name {
        "forPath" => {
            let path = call.text("path", "str")?.to_owned();
            if delta::is_table(driver.world.disk(), &path) {
                Ok(handle(path))
            } else {
                Err(missing(&format!("`{path}` is not a Delta table.")))
            }
        }
        "forName" => {
            let name = call.text("tableOrViewName", "str")?;
            let parts = values::parts(name);
            let path = match parts.as_slice() {
                [format, path] if format.eq_ignore_ascii_case("delta") => Some(path.clone()),
                _ => metastore::find(driver.world.disk(), &parts).filter(|table| table.format == "delta").map(|table| table.location),
            };
            let path = path.filter(|path| delta::is_table(driver.world.disk(), path));
            path.map(handle).ok_or_else(|| missing(&format!("{name} is not a Delta table.")))
        }
        "isDeltaTable" => Ok(Value::Bool(delta::is_table(driver.world.disk(), call.text("identifier", "str")?))),
        _ => Err(errors::unknown_to_us(&format!("DeltaTable.{name}"))),
    }
}

/// A method of a table.
pub(super) fn method(driver: &mut Driver, table: &DeltaHandle, name: &str, call: &Call) -> Result<Value> {
    let alias = table.alias.as_deref();
    match name {
        "toDF" => Ok(frame::value(to_frame(driver, table)?)),
        "alias" => {
            let alias = Some(call.text("aliasName", "str")?.to_owned());
            Ok(Object::DeltaTable(DeltaHandle { alias, ..table.clone() }).value())
        }
        "history" => {
            let limit = call.given("limit").and_then(Value::as_i64).and_then(|limit| usize::try_from(limit).ok());
            Ok(frame::value(driver.session.delta_history(&driver.world, &table.path, limit)?))
        }
        "delete" => {
            let condition = call.given("condition").map(frame::condition).transpose()?;
            driver.session.delta_delete(&mut driver.world, &table.path, alias, condition.as_ref())?;
            Ok(Value::None)
        }
        "update" => {
            let condition = call.given("condition").map(frame::condition).transpose()?;
            let set = assignments(call, "set")?;
            driver.session.delta_update(&mut driver.world, &table.path, alias, condition.as_ref(), &set)?;
            Ok(Value::None)
        }
        "merge" => {
            let Some(Object::Frame(source)) = Object::of(call.get("source")) else {
                return Err(errors::not_expected("source", "DataFrame", call.get("source")));
            };
            let condition = frame::condition(call.get("condition"))?;
            let (path, alias, source) = (table.path.clone(), table.alias.clone(), source.clone());
            Ok(Object::DeltaMerge(RefCell::new(Merge { path, alias, source, condition, clauses: Vec::new() })).value())
        }
        "forPath" | "forName" | "isDeltaTable" => static_method(driver, name, call),
        _ => Err(errors::unknown_to_us(&format!("DeltaTable.{name}"))),
    }
}

/// A method of a merge; true once it is done.
pub(super) fn merge_method(driver: &mut Driver, merge: &RefCell<Merge>, name: &str, call: &Call) -> Result<bool> {
    let rows = match name {
        "execute" => {
            let merge = merge.borrow().clone();
            if merge.clauses.is_empty() {
                return Err(no_clause());
            }
            driver.session.delta_merge(&mut driver.world, &merge)?;
            return Ok(true);
        }
        "whenMatchedUpdate" | "whenMatchedUpdateAll" | "whenMatchedDelete" => MergeRows::Matched,
        "whenNotMatchedInsert" | "whenNotMatchedInsertAll" => MergeRows::NotMatched,
        "whenNotMatchedBySourceUpdate" | "whenNotMatchedBySourceDelete" => MergeRows::NotMatchedBySource,
        _ => return Err(errors::unknown_to_us(&format!("DeltaMergeBuilder.{name}"))),
    };
    let action = if name.ends_with("All") {
        MergeAction::SetAll
    } else if name.ends_with("Delete") {
        MergeAction::Delete
    } else {
        MergeAction::Set(assignments(call, if rows == MergeRows::NotMatched { "values" } else { "set" })?)
    };
    let condition = call.given("condition").map(frame::condition).transpose()?;
    merge.borrow_mut().clauses.push(MergeClause { rows, condition, action });
    Ok(false)
}

fn handle(path: String) -> Value {
    Object::DeltaTable(DeltaHandle { path, alias: None }).value()
}

fn to_frame(driver: &Driver, table: &DeltaHandle) -> Result<Frame> {
    let found = delta::schema_and_partitions(driver.world.disk(), &table.path)?;
    let Some((schema, _)) = found else { return Err(missing(&format!("`{}` is not a Delta table.", table.path))) };
    let spec =
        SourceSpec { format: "delta".to_owned(), options: Vec::new(), schema, path: table.path.clone(), streaming: false, listed: None };
    let frame = Frame::source(spec, driver.session.analyzer());
    Ok(table.alias.as_ref().map_or_else(|| frame.clone(), |alias| frame.alias(alias)))
}

/// `{"column": "expression" or column}`.
fn assignments(call: &Call, name: &str) -> Result<Vec<(String, Expr)>> {
    let Some(given) = call.given(name) else {
        return Err(Diagnostic::plain(Class::Named("ValueError".to_owned()), format!("{name} cannot be None")));
    };
    let Some(entries) = given.entries() else { return Err(errors::not_expected(name, "dict", given)) };
    let pair = |(key, value): (Value, Value)| Ok((options::text(&key), frame::condition(&value)?));
    entries.into_iter().map(pair).collect()
}

fn missing(text: &str) -> Box<Diagnostic> {
    let mut error = Diagnostic::plain(Class::Analysis, format!("[DELTA_MISSING_DELTA_TABLE] {text}"));
    error.condition = Some("DELTA_MISSING_DELTA_TABLE".to_owned());
    error
}

fn no_clause() -> Box<Diagnostic> {
    let text = "[DELTA_MERGE_MISSING_WHEN] There must be at least one WHEN clause in a MERGE statement.";
    let mut error = Diagnostic::plain(Class::Analysis, text);
    error.condition = Some("DELTA_MERGE_MISSING_WHEN".to_owned());
    error
}
