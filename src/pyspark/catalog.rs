//! `spark.catalog`: the calls that programs of the course make.

use super::arguments::Call;
use super::driver::Driver;
use super::errors;
use super::object::Object;
use super::row::Row;
use crate::diag::Result;
use crate::python::Value;

/// A method.
pub(super) fn method(driver: &mut Driver, name: &str, call: &Call) -> Result<Value> {
    match name {
        "listTables" => {
            let table = |(name, temporary): (String, bool)| {
                let names = ["name", "catalog", "namespace", "description", "tableType", "isTemporary"];
                let (catalog, namespace) = if temporary {
                    (Value::None, Value::list(Vec::new()))
                } else {
                    (Value::str("spark_catalog"), Value::list(vec![Value::str("default")]))
                };
                let kind = if temporary { "TEMPORARY" } else { "MANAGED" };
                let values = vec![Value::str(name), catalog, namespace, Value::None, Value::str(kind), Value::Bool(temporary)];
                Object::Row(Row { names: Some(names.map(str::to_owned).to_vec()), values }).value()
            };
            Ok(Value::list(driver.session.catalog().names().into_iter().map(table).collect()))
        }
        "tableExists" => {
            let table = call.text("tableName", "str")?;
            let catalog = driver.session.catalog();
            Ok(Value::Bool(catalog.has_view(table) || catalog.table(table).is_some()))
        }
        "dropTempView" | "dropGlobalTempView" => Ok(Value::Bool(driver.session.catalog_mut().drop_view(call.text("viewName", "str")?))),
        "dropTable" => {
            driver.session.catalog_mut().drop_table(call.text("tableName", "str")?);
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
