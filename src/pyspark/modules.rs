//! The modules that a program imports: `pyspark` and what is in it.

use super::driver::Driver;
use super::errors::ErrorClasses;
use super::functions;
use super::object::Object;
use super::types_module;
use super::window::WindowSpec;
use crate::python::Value;

/// Every module that there is.
const MODULES: &[&str] = &[
    "pyspark",
    "pyspark.errors",
    "pyspark.errors.exceptions",
    "pyspark.errors.exceptions.base",
    "pyspark.errors.exceptions.captured",
    "pyspark.sql",
    "pyspark.sql.column",
    "pyspark.sql.dataframe",
    "pyspark.sql.functions",
    "pyspark.sql.readwriter",
    "pyspark.sql.session",
    "pyspark.sql.streaming",
    "pyspark.sql.streaming.listener",
    "pyspark.sql.streaming.query",
    "pyspark.sql.streaming.readwriter",
    "pyspark.sql.types",
    "pyspark.sql.utils",
    "pyspark.sql.window",
    "pyspark.storagelevel",
    "py4j",
    "py4j.protocol",
];

/// `import module`, or `from module import name`.
pub(super) fn import(driver: &mut Driver, module: &str, name: Option<&str>) -> Option<Value> {
    if !MODULES.contains(&module) {
        return None;
    }
    match name {
        None => Some(Value::module(module, [])),
        Some(name) => member(driver, module, name),
    }
}

fn member(driver: &mut Driver, module: &str, name: &str) -> Option<Value> {
    let submodule = format!("{module}.{name}");
    if MODULES.contains(&submodule.as_str()) {
        return Some(Value::module(&submodule, []));
    }
    match module {
        "pyspark.sql.functions" => functions::find(name).map(|it| Object::Function(it).value()).or_else(|| class(&["Column"], name)),
        "pyspark.sql.types" => types_module::class(name),
        "pyspark.errors"
        | "pyspark.errors.exceptions"
        | "pyspark.errors.exceptions.base"
        | "pyspark.errors.exceptions.captured"
        | "pyspark.sql.utils" => driver.error_class(name),
        "py4j.protocol" => driver.error_class(name).filter(|_| name == "Py4JJavaError"),
        "pyspark.sql.streaming" | "pyspark.sql.streaming.listener" | "pyspark.sql.streaming.query" | "pyspark.sql.streaming.readwriter" => {
            match name {
                "StreamingQueryListener" => Some(driver.listener_class()),
                _ => class(&["DataStreamReader", "DataStreamWriter", "StreamingQuery", "StreamingQueryManager"], name),
            }
        }
        "pyspark.sql" => match name {
            "Row" => types_module::class("Row"),
            "Window" => Some(window()),
            _ => class(&["SparkSession", "DataFrame", "Column", "GroupedData", "DataFrameReader", "DataFrameWriter", "WindowSpec"], name),
        },
        "pyspark.sql.window" => match name {
            "Window" => Some(window()),
            _ => class(&["WindowSpec"], name),
        },
        "pyspark.sql.session" | "pyspark.sql.dataframe" | "pyspark.sql.column" => class(&["SparkSession", "DataFrame", "Column"], name),
        "pyspark" | "pyspark.storagelevel" => match name {
            "Row" => types_module::class("Row"),
            "StorageLevel" => class(&["StorageLevel"], name),
            _ => class(&["SparkContext", "SparkConf"], name),
        },
        _ => None,
    }
}

fn class(known: &[&'static str], name: &str) -> Option<Value> {
    known.iter().find(|it| **it == name).map(|it| Object::Class(it).value())
}

fn window() -> Value {
    Object::Window(WindowSpec::default()).value()
}

/// The names that `from module import *` brings.
pub(super) fn exports(module: &str) -> Option<Vec<String>> {
    let names = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
    match module {
        "pyspark.sql.functions" => Some(functions::exports()),
        "pyspark.sql.types" => Some(types_module::exports()),
        "pyspark.errors" => Some(ErrorClasses::names()),
        "pyspark.sql" => Some(names(&[
            "SparkSession",
            "Column",
            "DataFrame",
            "GroupedData",
            "Row",
            "Window",
            "WindowSpec",
            "DataFrameReader",
            "DataFrameWriter",
        ])),
        "pyspark.sql.streaming" => {
            Some(names(&["StreamingQuery", "StreamingQueryManager", "DataStreamReader", "DataStreamWriter", "StreamingQueryListener"]))
        }
        "pyspark.sql.window" => Some(names(&["Window", "WindowSpec"])),
        _ => None,
    }
}
