//! `Row`: a tuple with names.

use super::errors;
use super::object::Object;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::python::Arguments;
use crate::python::Value;

/// A row, or (made of names alone) a factory of rows.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The names; none for `Row(1, 2)`.
    pub names: Option<Vec<String>>,
    /// The values.
    pub values: Vec<Value>,
}

impl Row {
    /// `Row(a=1, b=2)`, `Row(1, 2)`, `Row("a", "b")`.
    pub(super) fn new(arguments: Arguments) -> Result<Self> {
        match (arguments.positional.is_empty(), arguments.keyword.is_empty()) {
            (false, false) => Err(errors::error("PySparkValueError", "CANNOT_SET_TOGETHER", &[("arg_list", "args and kwargs")])),
            (true, false) => {
                let (names, values) = arguments.keyword.into_iter().unzip();
                Ok(Self { names: Some(names), values })
            }
            _ => Ok(Self { names: None, values: arguments.positional }),
        }
    }

    /// `Row("a", "b")(1, 2)`: the row as a factory is called.
    pub(super) fn call(&self, arguments: Arguments) -> Result<Self> {
        let (given, expected) = (arguments.positional.len(), self.values.len());
        if given > expected {
            let parameters = [("expected", expected.to_string()), ("item", "fields".to_owned()), ("actual", given.to_string())];
            let parameters: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
            return Err(errors::error("PySparkValueError", "TOO_MANY_VALUES", &parameters));
        }
        let names = self.values.iter().map(|it| it.as_str().unwrap_or_default().to_owned()).collect();
        Ok(Self { names: Some(names), values: arguments.positional })
    }

    /// `row.name`.
    pub(super) fn attribute(&self, name: &str) -> Result<Value> {
        let missing = || errors::error("PySparkAttributeError", "ATTRIBUTE_NOT_SUPPORTED", &[("attr_name", name)]);
        if let ("__fields__", Some(names)) = (name, &self.names) {
            return Ok(Value::list(names.iter().map(Value::str).collect()));
        }
        self.place(name).and_then(|at| self.values.get(at)).cloned().ok_or_else(missing)
    }

    /// `row[key]`: by name or by place.
    pub(super) fn item(&self, key: &Value) -> Result<Value> {
        if let Some(name) = key.as_str() {
            // PySpark's own error: the name alone, as `list.index` is what fails.
            let missing = || Diagnostic::plain(Class::Named("PySparkValueError".to_owned()), name);
            return self.place(name).and_then(|at| self.values.get(at)).cloned().ok_or_else(missing);
        }
        if let Value::Slice(_) = key {
            return Err(errors::unknown_to_us("slices of a Row"));
        }
        let Some(at) = key.as_i64() else {
            let text = format!("tuple indices must be integers or slices, not {}", errors::type_name(key));
            return Err(Diagnostic::plain(Class::Named("TypeError".to_owned()), text));
        };
        let length = i64::try_from(self.values.len()).unwrap_or(i64::MAX);
        let at = if at < 0 { at + length } else { at };
        let found = usize::try_from(at).ok().and_then(|at| self.values.get(at));
        found.cloned().ok_or_else(|| Diagnostic::plain(Class::Named("IndexError".to_owned()), "tuple index out of range"))
    }

    /// `row.asDict(recursive)`.
    pub(super) fn as_dict(&self, recursive: bool) -> Result<Value> {
        let Some(names) = &self.names else {
            return Err(errors::error("PySparkTypeError", "CANNOT_CONVERT_TYPE", &[("from_type", "Row"), ("to_type", "dict")]));
        };
        let entries = names.iter().zip(&self.values).map(|(name, value)| {
            let value = if recursive { nested_dict(value)? } else { value.clone() };
            Ok((Value::str(name), value))
        });
        Ok(Value::dict(entries.collect::<Result<Vec<_>>>()?))
    }

    /// The place of a name.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.names.as_ref()?.iter().position(|it| it == name)
    }

    /// `repr(row)`, from the `repr` of the values.
    pub(super) fn repr(&self, values: &[String]) -> String {
        match &self.names {
            Some(names) => {
                let fields: Vec<String> = names.iter().zip(values).map(|(name, value)| format!("{name}={value}")).collect();
                format!("Row({})", fields.join(", "))
            }
            None => format!("<Row({})>", values.join(", ")),
        }
    }
}

fn nested_dict(value: &Value) -> Result<Value> {
    if let Some(Object::Row(row)) = Object::of(value) {
        return row.as_dict(true);
    }
    match value {
        Value::List(list) => Ok(Value::list(list.items().iter().map(nested_dict).collect::<Result<_>>()?)),
        other => Ok(other.clone()),
    }
}
