//! The call that a function of the table makes.

use super::Argument;
use super::FunctionSpec;
use super::special;
use crate::diag::Result;
use crate::expr::Expr;
use crate::pyspark::arguments;
use crate::pyspark::arguments::Call;
use crate::pyspark::object::Object;
use crate::pyspark::values;
use crate::python::Arguments;
use crate::python::Value;

/// What a function returns for these arguments. Functions that need Python called first are in [`special::lambdas`].
///
/// # Errors
/// Python's for arguments that do not fit the signature; PySpark's for arguments of a wrong type.
pub(in crate::pyspark) fn call(spec: &FunctionSpec, arguments: Arguments) -> Result<Value> {
    let call = spec.signature.bind(arguments)?;
    if spec.sql_name == "!" {
        return special::call(spec, &call);
    }
    let mut built = Vec::new();
    for argument in &spec.arguments {
        if argument.rest {
            for value in arguments::spread(&call.rest) {
                built.push(converted(argument.kind, &value)?);
            }
        } else {
            built.extend(single(spec, argument, &call)?);
        }
    }
    let (name, distinct) = match spec.sql_name.split_once('(') {
        Some((name, _)) => (name, true),
        None => (spec.sql_name.as_str(), false),
    };
    Ok(Object::Column(Expr::Call { name: name.to_owned(), arguments: built, distinct, filter: None }).value())
}

fn single(spec: &FunctionSpec, argument: &Argument, call: &Call) -> Result<Option<Expr>> {
    if let Some(value) = call.given(&argument.parameter) {
        return converted(argument.kind, value).map(Some);
    }
    if call.has(&argument.parameter) && argument.when_none.is_none() {
        return converted(argument.kind, &Value::None).map(Some);
    }
    let default = spec.defaults.iter().find(|it| it.0 == argument.parameter).map(|it| it.1.as_str());
    let constant = match (&argument.when_none, default) {
        (Some(constant), _) if constant.is_empty() => return Ok(None),
        (Some(constant), _) => constant.as_str(),
        // Spark's names show an aggregate without the flags that nobody set.
        (None, Some("False")) => return Ok(None),
        (None, default) => default.unwrap_or("None"),
    };
    values::literal(&constant_value(constant)).map(Some)
}

/// A Python literal of the table.
fn constant_value(text: &str) -> Value {
    match text {
        "None" => Value::None,
        "True" => Value::Bool(true),
        "False" => Value::Bool(false),
        _ => match (text.strip_prefix('\'').and_then(|it| it.strip_suffix('\'')), text.parse::<i64>()) {
            (Some(inside), _) => Value::str(inside),
            (None, Ok(number)) => Value::Int(number),
            (None, Err(_)) => Value::None,
        },
    }
}

fn converted(kind: char, value: &Value) -> Result<Expr> {
    match kind {
        'C' => values::column(value),
        'I' if value.as_f64().is_some() => values::literal(value),
        'I' => values::column(value),
        _ => values::literal(value),
    }
}
