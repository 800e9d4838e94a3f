//! Operators on PySpark's objects: those of columns, `[]`, `in`, and equality of rows and types.

use super::column;
use super::frame;
use super::object::Object;
use super::types_module;
use super::values;
use crate::diag;
use crate::python::Value;
use crate::types;

/// An operator on PySpark's objects.
pub(super) fn operation(operator: &str, left: &Value, right: &Value) -> Option<diag::Result<Value>> {
    if let Some(made) = column::operator(operator, left, right) {
        return Some(made.map(|it| Object::Column(it).value()));
    }
    match (operator, Object::of(left), Object::of(right)) {
        ("[]", Some(Object::Frame(it)), _) => Some(frame::item(it, right)),
        ("[]", Some(Object::Row(row)), _) => Some(row.item(right)),
        ("[]", Some(Object::Record(record)), _) => Some(record.item(right)),
        ("[]", Some(Object::Struct(fields)), _) => Some(types_module::item(&fields.borrow(), right)),
        ("in", _, Some(Object::Row(row))) => {
            let named = left.as_str().is_some_and(|it| row.place(it).is_some());
            Some(Ok(Value::Bool(named || row.values.iter().any(|it| same(it, left)))))
        }
        ("in", _, Some(Object::Record(record))) => Some(Ok(Value::Bool(left.as_str().is_some_and(|it| record.has(it))))),
        ("==" | "!=", Some(_), _) | ("==" | "!=", _, Some(_)) => equal(left, right).map(|it| Ok(Value::Bool(it == (operator == "==")))),
        _ => None,
    }
}

/// Equality of rows, types and decimals; none for objects that are compared by identity.
fn equal(left: &Value, right: &Value) -> Option<bool> {
    match (Object::of(left), Object::of(right)) {
        (Some(Object::Row(_)), _) | (_, Some(Object::Row(_))) => {
            let values = |value: &Value| match Object::of(value) {
                Some(Object::Row(row)) => Some(row.values.clone()),
                _ => value.items().filter(|_| matches!(value, Value::Tuple(_))),
            };
            let (Some(a), Some(b)) = (values(left), values(right)) else { return Some(false) };
            Some(a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| same(a, b)))
        }
        (Some(Object::Decimal(a, scale)), Some(Object::Decimal(b, other))) => {
            Some(types::number::rescale_decimal(*a, (*scale).into(), (*other).into()) == Some(*b))
        }
        (Some(Object::Field(a)), Some(Object::Field(b))) => Some(a == b),
        (Some(Object::Query(a)), Some(Object::Query(b))) => Some(a.id == b.id),
        _ => match (types_module::data_type_of(left), types_module::data_type_of(right)) {
            (Some(a), Some(b)) => Some(a == b),
            _ => None,
        },
    }
}

/// Equality of plain values and rows.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    if left.is(right) {
        return true;
    }
    if let Some(known) = equal(left, right) {
        return known;
    }
    match (left.as_f64(), right.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => match (left.items(), right.items()) {
            (Some(a), Some(b)) => a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| same(a, b)),
            _ => values::plain(left).is_some() && values::plain(left) == values::plain(right),
        },
    }
}
