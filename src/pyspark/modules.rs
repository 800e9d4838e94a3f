//! The modules that a program imports: `pyspark` and what is in it.

use super::errors::ErrorClasses;
use super::functions;
use super::object::Object;
use super::types_module;
use super::window::WindowSpec;
use crate::python::Value;

/// Every module that there is.
const MODULES: &[&str] = &[
    "delta",
    "delta.tables",
    "pyspark",
    "pyspark.errors",
    "pyspark.errors.exceptions",
    "pyspark.errors.exceptions.base",
    "pyspark.errors.exceptions.captured",
    "pyspark.sql",
    "pyspark.sql.column",
    "pyspark.sql.dataframe",
    "pyspark.sql.functions",
    "pyspark.sql.observation",
    "pyspark.sql.readwriter",
    "pyspark.sql.session",
    "pyspark.sql.streaming",
    "pyspark.sql.streaming.listener",
    "pyspark.sql.streaming.query",
    "pyspark.sql.streaming.readwriter",
    "pyspark.sql.streaming.stateful_processor",
    "pyspark.sql.types",
    "pyspark.sql.utils",
    "pyspark.sql.window",
    "pyspark.storagelevel",
    "decimal",
    "py4j",
    "py4j.protocol",
];

/// The classes of `pyspark.sql.streaming.stateful_processor` beside the processor itself.
const STATEFUL: &[&str] = &["StatefulProcessorHandle", "ValueState", "ListState", "MapState", "TimerValues", "ExpiredTimerInfo"];

/// `import module`, or `from module import name`.
///
/// `classes` gives the classes that Python code may inherit from or catch, by name.
pub(super) fn import(module: &str, name: Option<&str>, classes: &mut dyn FnMut(&str) -> Option<Value>) -> Option<Value> {
    if !MODULES.contains(&module) {
        return None;
    }
    match name {
        None => Some(Value::module(module, [])),
        Some(name) => member(module, name, classes),
    }
}

fn member(module: &str, name: &str, classes: &mut dyn FnMut(&str) -> Option<Value>) -> Option<Value> {
    let submodule = format!("{module}.{name}");
    if MODULES.contains(&submodule.as_str()) {
        return Some(Value::module(&submodule, []));
    }
    match module {
        "delta" | "delta.tables" => class(&["DeltaTable", "DeltaMergeBuilder", "configure_spark_with_delta_pip"], name),
        "pyspark.sql.functions" => functions::find(name).map(|it| Object::Function(it).value()).or_else(|| class(&["Column"], name)),
        "pyspark.sql.types" => types_module::class(name),
        "pyspark.errors"
        | "pyspark.errors.exceptions"
        | "pyspark.errors.exceptions.base"
        | "pyspark.errors.exceptions.captured"
        | "pyspark.sql.utils" => classes(name),
        "py4j.protocol" => classes(name).filter(|_| name == "Py4JJavaError"),
        "pyspark.sql.streaming.stateful_processor" => match name {
            "StatefulProcessor" => classes(name),
            _ => class(STATEFUL, name),
        },
        "pyspark.sql.streaming" | "pyspark.sql.streaming.listener" | "pyspark.sql.streaming.query" | "pyspark.sql.streaming.readwriter" => {
            match name {
                "StreamingQueryListener" | "StatefulProcessor" => classes(name),
                "StatefulProcessorHandle" => class(&["StatefulProcessorHandle"], name),
                _ => class(&["DataStreamReader", "DataStreamWriter", "StreamingQuery", "StreamingQueryManager"], name),
            }
        }
        "pyspark.sql" => match name {
            "Row" => types_module::class("Row"),
            "Window" => Some(window()),
            _ => class(
                &["SparkSession", "DataFrame", "Column", "GroupedData", "DataFrameReader", "DataFrameWriter", "WindowSpec", "Observation"],
                name,
            ),
        },
        "pyspark.sql.observation" => class(&["Observation"], name),
        "pyspark.sql.window" => match name {
            "Window" => Some(window()),
            _ => class(&["WindowSpec"], name),
        },
        "pyspark.sql.session" | "pyspark.sql.dataframe" | "pyspark.sql.column" => class(&["SparkSession", "DataFrame", "Column"], name),
        "decimal" => class(&["Decimal"], name),
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
            "Observation",
            "Row",
            "Window",
            "WindowSpec",
            "DataFrameReader",
            "DataFrameWriter",
        ])),
        "pyspark.sql.streaming" => Some(names(&[
            "StreamingQuery",
            "StreamingQueryManager",
            "DataStreamReader",
            "DataStreamWriter",
            "StreamingQueryListener",
            "StatefulProcessor",
            "StatefulProcessorHandle",
        ])),
        "delta" => Some(names(&["DeltaTable", "configure_spark_with_delta_pip"])),
        "delta.tables" => Some(names(&["DeltaTable", "DeltaMergeBuilder"])),
        "pyspark.sql.window" => Some(names(&["Window", "WindowSpec"])),
        _ => None,
    }
}
