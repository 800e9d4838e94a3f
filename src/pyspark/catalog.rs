//! `spark.catalog`: tables and views, listed, found and dropped.

use super::arguments::Call;
use super::driver::Driver;
use super::errors;
use super::object::Object;
use super::row::Row;
use super::values;
use crate::diag::Result;
use crate::engine::metastore;
use crate::engine::metastore::TableEntry;
use crate::plan::Catalog;
use crate::plan::sql::not_found;
use crate::python::Value;
use crate::world::World;

/// A method.
pub(super) fn method(driver: &mut Driver, name: &str, call: &Call) -> Result<Value> {
    match name {
        "listTables" => {
            let tables = metastore::all(driver.world.disk()).into_iter().map(|entry| table_row(&entry));
            let views = driver.session.catalog().views().into_iter().map(|name| view_row(&name));
            Ok(Value::list(tables.chain(views).collect()))
        }
        "getTable" => {
            let given = call.text("tableName", "str")?;
            let parts = values::parts(given);
            match metastore::find(driver.world.disk(), &parts) {
                _ if driver.session.catalog().has_view(given) => Ok(view_row(given)),
                Some(entry) => Ok(table_row(&entry)),
                None => Err(not_found(&parts, None)),
            }
        }
        "tableExists" => {
            let table = call.text("tableName", "str")?;
            let parts = match call.optional_text("dbName")? {
                Some(database) => vec![database.to_owned(), table.to_owned()],
                None => values::parts(table),
            };
            let is_view = parts.len() == 1 && driver.session.catalog().has_view(table);
            Ok(Value::Bool(is_view || metastore::find(driver.world.disk(), &parts).is_some()))
        }
        "listColumns" => list_columns(driver, call.text("tableName", "str")?),
        "dropTempView" | "dropGlobalTempView" => Ok(Value::Bool(driver.session.catalog_mut().drop_view(call.text("viewName", "str")?))),
        "dropTable" => {
            if let Some(entry) = metastore::find(driver.world.disk(), &values::parts(call.text("tableName", "str")?)) {
                metastore::remove(driver.world.disk_mut(), &entry);
            }
            Ok(Value::None)
        }
        "currentDatabase" => Ok(Value::str("default")),
        "currentCatalog" => Ok(Value::str("spark_catalog")),
        "setCurrentDatabase" | "setCurrentCatalog" | "cacheTable" | "uncacheTable" | "clearCache" | "refreshTable" | "refreshByPath" => {
            Ok(Value::None)
        }
        "databaseExists" => Ok(Value::Bool(call.text("dbName", "str")? == "default")),
        "isCached" => Ok(Value::Bool(false)),
        _ => Err(errors::unknown_to_us(&format!("Catalog.{name}"))),
    }
}

fn row(entries: Vec<(&str, Value)>) -> Value {
    let (names, values) = entries.into_iter().map(|(name, value)| (name.to_owned(), value)).unzip();
    Object::Row(Row { names: Some(names), values }).value()
}

fn table_row(entry: &TableEntry) -> Value {
    row(vec![
        ("name", Value::str(&entry.name)),
        ("catalog", Value::str("spark_catalog")),
        ("namespace", Value::list(vec![Value::str("default")])),
        ("description", Value::None),
        ("tableType", Value::str(if entry.managed { "MANAGED" } else { "EXTERNAL" })),
        ("isTemporary", Value::Bool(false)),
    ])
}

fn view_row(name: &str) -> Value {
    row(vec![
        ("name", Value::str(name)),
        ("catalog", Value::None),
        ("namespace", Value::list(Vec::new())),
        ("description", Value::None),
        ("tableType", Value::str("TEMPORARY")),
        ("isTemporary", Value::Bool(true)),
    ])
}

fn list_columns(driver: &Driver, name: &str) -> Result<Value> {
    let parts = values::parts(name);
    let frame = driver.session.names(&driver.world).relation(&parts)?.ok_or_else(|| not_found(&parts, None))?;
    let partitions = metastore::find(driver.world.disk(), &parts).map(|entry| entry.partition_by).unwrap_or_default();
    let column = |field: &crate::types::Field| {
        row(vec![
            ("name", Value::str(&field.name)),
            ("description", Value::None),
            ("dataType", Value::str(field.data_type.simple_string())),
            ("nullable", Value::Bool(field.nullable)),
            ("isPartition", Value::Bool(partitions.iter().any(|name| name.eq_ignore_ascii_case(&field.name)))),
            ("isBucket", Value::Bool(false)),
            ("isCluster", Value::Bool(false)),
        ])
    };
    Ok(Value::list(frame.schema().fields.iter().map(column).collect()))
}
