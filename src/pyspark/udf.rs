//! User-defined functions: Python functions as columns.

use super::arguments::Call;
use super::errors;
use super::functions;
use super::object::Object;
use crate::diag::Result;
use crate::python::Value;
use crate::types::DataType;
use std::rc::Rc;

/// A Python function with the type of its results.
#[derive(Debug)]
pub(super) struct Udf {
    /// The Python function.
    pub function: Value,
    /// What it returns.
    pub data_type: DataType,
}

/// `udf(f, returnType)`, `@udf`, `@udf(returnType=...)`, `@udf("int")`.
pub(super) fn define(call: &Call) -> Result<Value> {
    let first = call.given("f");
    let is_type = |value: &Value| value.as_str().is_some() || super::types_module::data_type_of(value).is_some();
    match first {
        Some(function) if !is_type(function) => Ok(made(function.clone(), functions::return_type(call.given("returnType"))?)),
        _ => Ok(Object::UdfDecorator(functions::return_type(first.or_else(|| call.given("returnType")))?).value()),
    }
}

/// The function as a UDF.
pub(super) fn made(function: Value, data_type: DataType) -> Value {
    Object::Udf(Rc::new(Udf { function, data_type })).value()
}

/// `udf(column, ...)`.
pub(super) fn call(udf: &Udf) -> Result<Value> {
    let _ = (&udf.function, &udf.data_type);
    Err(errors::unknown_to_us("user-defined functions (udf)")
        .hint("Most UDFs can be written with functions of pyspark.sql.functions, which Spark also runs much faster."))
}
