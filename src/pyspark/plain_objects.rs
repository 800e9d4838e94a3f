//! PySpark's objects that need no session: rows, types, decimals. What both the driver's Python and the worker's can do with them; and how all objects look.

use super::arguments;
use super::arguments::Member;
use super::calls;
use super::column;
use super::decimal;
use super::errors;
use super::functions;
use super::object::Object;
use super::row::Row;
use super::types_module;
use super::values;
use crate::python::Arguments;
use crate::python::HostObject;
use crate::python::Raised;
use crate::python::Value;
use crate::types;
use std::rc::Rc;

fn known(object: &Rc<dyn HostObject>) -> Option<&Object> {
    object.as_any().downcast_ref::<Object>()
}

/// `object.name` of a row, a type or a function; none for what needs the driver.
pub(super) fn attribute(object: &Rc<dyn HostObject>, name: &str) -> Option<Result<Value, Raised>> {
    let known = known(object)?;
    let method = || Ok(Object::Method(Rc::clone(object), name.to_owned()).value());
    match known {
        Object::Row(row) => Some(match name {
            "asDict" | "count" | "index" => method(),
            _ => row.attribute(name).map_err(Raised::from),
        }),
        Object::State(_) => Some(match arguments::member(known.class_name(), name) {
            Some(_) => method(),
            None => Err(Raised::no_attribute(known.class_name(), name)),
        }),
        Object::Type(_) | Object::Struct(_) | Object::Field(_) => Some(match arguments::member("DataType", name) {
            Some(Member::Method(_)) => method(),
            _ => types_module::attribute(known, name).ok_or_else(|| Raised::no_attribute(known.class_name(), name)),
        }),
        _ => None,
    }
}

/// `object(...)`, `object.method(...)` of a row or a type; none for what needs the driver.
pub(super) fn call(object: &Rc<dyn HostObject>, method: Option<&str>, arguments: Arguments) -> Option<Result<Value, Raised>> {
    let known = known(object)?;
    match (known, method) {
        (Object::Class("Decimal"), None) => Some(decimal::construct(&arguments).map_err(Raised::from)),
        (Object::Class("Row"), None) => Some(Row::new(arguments).map(|row| Object::Row(row).value()).map_err(Raised::from)),
        (Object::Row(row), None) => Some(row.call(arguments).map(|row| Object::Row(row).value()).map_err(Raised::from)),
        (Object::Row(row), Some(name)) => Some(calls::row_method(row, name, &arguments)),
        (Object::Class(name), None) if types_module::class(name).is_some() => {
            Some(types_module::construct(name, arguments).map_err(Raised::from))
        }
        (Object::Type(_) | Object::Struct(_) | Object::Field(_), Some(name)) => match arguments::member("DataType", name)? {
            Member::Method(signature) => {
                Some(signature.bind(arguments).and_then(|call| types_module::method(known, name, &call)).map_err(Raised::from))
            }
            Member::Property => None,
        },
        (Object::Function(spec), None) if spec.name == "lit" || spec.name == "col" => {
            Some(functions::call(spec, arguments).map_err(Raised::from))
        }
        _ => None,
    }
}

/// `str(object)`.
pub(super) fn text(object: &Rc<dyn HostObject>) -> String {
    match known(object) {
        Some(Object::Decimal(unscaled, scale)) => types::number::format_decimal(*unscaled, *scale),
        _ => repr(object),
    }
}

/// `repr(object)`.
pub(super) fn repr(object: &Rc<dyn HostObject>) -> String {
    let Some(known) = known(object) else { return format!("<{} object>", object.class_name()) };
    match known {
        Object::Column(expr) => format!("Column<'{}'>", column::text(expr)),
        Object::Frame(frame) => {
            let fields: Vec<String> =
                frame.schema().fields.iter().map(|it| format!("{}: {}", it.name, it.data_type.simple_string())).collect();
            format!("DataFrame[{}]", fields.join(", "))
        }
        Object::Grouped(it) => {
            let fields: Vec<String> =
                it.frame.schema().fields.iter().map(|it| format!("{}: {}", it.name, it.data_type.simple_string())).collect();
            let keys: Vec<String> = it.keys.iter().map(column::text).collect();
            format!("GroupedData[grouping expressions: [{}], value: [{}], type: GroupBy]", keys.join(", "), fields.join(", "))
        }
        Object::Type(data_type) => types_module::repr(data_type),
        Object::Struct(fields) => types_module::repr(&types::DataType::Struct(fields.borrow().clone())),
        Object::Field(field) => types_module::repr_field(field),
        Object::Row(row) => {
            let values: Vec<String> = row.values.iter().map(repr_value).collect();
            row.repr(&values)
        }
        Object::Record(record) => record.text(),
        Object::Decimal(unscaled, scale) => format!("Decimal('{}')", types::number::format_decimal(*unscaled, *scale)),
        Object::Class(name) => format!("<class 'pyspark.{name}'>"),
        Object::Function(spec) => format!("<function {}>", spec.name),
        Object::Udf(it) => format!("<function {} at 0x7f0000000000>", it.name),
        Object::Context => "<SparkContext master=local[1] appName=tidemark>".to_owned(),
        _ => format!("<pyspark.sql.{} object>", object.class_name()),
    }
}

/// `repr` of a value inside a row.
pub(super) fn repr_value(value: &Value) -> String {
    match value {
        Value::Host(object) => repr(object),
        Value::List(list) => format!("[{}]", list.items().iter().map(repr_value).collect::<Vec<_>>().join(", ")),
        Value::Dict(dict) => {
            let entries = dict.entries();
            let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{}: {}", repr_value(key), repr_value(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        plain => values::plain_repr(plain),
    }
}

/// `bool(object)`.
pub(super) fn truth(object: &Rc<dyn HostObject>) -> Result<bool, Raised> {
    match known(object) {
        Some(Object::Column(expr)) => Err(column::no_truth(expr).into()),
        Some(Object::Row(row)) => Ok(!row.values.is_empty()),
        Some(Object::Record(record)) => Ok(record.len() > 0),
        Some(Object::Decimal(unscaled, _)) => Ok(*unscaled != 0),
        _ => Ok(true),
    }
}

/// The items of what can be iterated.
pub(super) fn items(object: &Rc<dyn HostObject>) -> Option<Result<Vec<Value>, Raised>> {
    match known(object)? {
        Object::Column(_) => Some(Err(errors::error("PySparkTypeError", "NOT_ITERABLE", &[("objectName", "Column")]).into())),
        Object::Row(row) => Some(Ok(row.values.clone())),
        Object::Record(record) => Some(Ok(record.keys().map(Value::str).collect())),
        Object::Struct(fields) => Some(Ok(fields.borrow().iter().map(|it| Object::Field(it.clone()).value()).collect())),
        _ => None,
    }
}

/// `len(object)`.
pub(super) fn length(object: &Rc<dyn HostObject>) -> Option<usize> {
    match known(object)? {
        Object::Row(row) => Some(row.values.len()),
        Object::Record(record) => Some(record.len()),
        Object::Struct(fields) => Some(fields.borrow().len()),
        _ => None,
    }
}

/// `str` of a value, for messages of PySpark's own.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        other => repr_value(other),
    }
}
