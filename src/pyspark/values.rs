//! Values across the border: Python's to Spark's and back, literals, and column arguments.

use super::errors;
use super::object::Object;
use super::row::Row;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::Expr;
use crate::python;
use crate::types;
use crate::types::DataType;
use std::rc::Rc;

/// What `lit(value)` makes: a literal, the column itself, or an array of the items of a list.
///
/// # Errors
/// `UNSUPPORTED_FEATURE.LITERAL_TYPE` for what is no literal.
pub(super) fn literal(value: &python::Value) -> Result<Expr> {
    if let Some(Object::Column(expr)) = Object::of(value) {
        return Ok(expr.clone());
    }
    if let python::Value::List(list) = value {
        let items: Vec<Expr> = list.items().iter().map(literal).collect::<Result<_>>()?;
        return Ok(Expr::call("array", items));
    }
    let (value, data_type) = plain(value).ok_or_else(|| unsupported_literal(value))?;
    Ok(Expr::Literal(value, data_type))
}

/// A literal of text.
pub(super) fn text_literal(text: impl Into<String>) -> Expr {
    Expr::Literal(types::Value::String(text.into()), DataType::String)
}

/// A Python value of a simple type with the Spark type that py4j and Spark give it.
pub(super) fn plain(value: &python::Value) -> Option<(types::Value, DataType)> {
    Some(match value {
        python::Value::None => (types::Value::Null, DataType::Null),
        python::Value::Bool(truth) => (types::Value::Boolean(*truth), DataType::Boolean),
        python::Value::Int(number) => match i32::try_from(*number) {
            Ok(small) => (types::Value::Integer(small), DataType::Integer),
            Err(_) => (types::Value::Long(*number), DataType::Long),
        },
        python::Value::Float(number) => (types::Value::Double(*number), DataType::Double),
        python::Value::Str(text) => (types::Value::String(text.to_string()), DataType::String),
        python::Value::Bytes(bytes) => (types::Value::Binary(bytes.to_vec()), DataType::Binary),
        python::Value::Date(date) => (types::Value::Date(date.days), DataType::Date),
        python::Value::DateTime(moment) => (types::Value::Timestamp(moment.instant_us()), DataType::Timestamp),
        python::Value::TimeDelta(micros) => (types::Value::DayTimeInterval(*micros), DataType::DAY_TIME),
        _ => match Object::of(value)? {
            Object::Decimal(unscaled, scale) => {
                let digits = u8::try_from(unscaled.unsigned_abs().to_string().len()).unwrap_or(38).max(*scale).min(38);
                (types::Value::Decimal(*unscaled, digits, *scale), DataType::Decimal(digits, *scale))
            }
            _ => return None,
        },
    })
}

fn unsupported_literal(value: &python::Value) -> Box<Diagnostic> {
    let class = match value {
        python::Value::Dict(_) => "java.util.HashMap",
        python::Value::Tuple(_) => "[Ljava.lang.Object;",
        python::Value::Set(_) => "java.util.HashSet",
        _ => "object",
    };
    let text = format!("The feature is not supported: Literal for '{}' of class {class}.", errors::plain_text(value));
    Diagnostic::new(Class::Named("SparkRuntimeException".to_owned()), "UNSUPPORTED_FEATURE.LITERAL_TYPE", text, "0A000")
}

/// An argument that is a column or a column's name (`_to_java_column`).
///
/// # Errors
/// `NOT_EXPECTED_TYPE`.
pub(super) fn column(value: &python::Value) -> Result<Expr> {
    if let Some(Object::Column(expr)) = Object::of(value) {
        return Ok(expr.clone());
    }
    match value.as_str() {
        Some(name) => Ok(named(name)),
        None => Err(errors::not_expected("col", "Column or str", value)),
    }
}

/// Arguments that are columns or names.
pub(super) fn columns(values: &[python::Value]) -> Result<Vec<Expr>> {
    values.iter().map(column).collect()
}

/// What `col(name)` means: `*`, `a.*`, a dotted name with backquotes.
pub(super) fn named(name: &str) -> Expr {
    if name == "*" {
        return Expr::Star(Vec::new());
    }
    match name.strip_suffix(".*") {
        Some(prefix) => Expr::Star(parts(prefix)),
        None => Expr::Name(parts(name)),
    }
}

/// The parts of a dotted name; backquotes keep dots inside a part.
pub(super) fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![];
    let mut part = String::new();
    let mut quoted = false;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '`' if quoted && characters.peek() == Some(&'`') => {
                characters.next();
                part.push('`');
            }
            '`' => quoted = !quoted,
            '.' if !quoted => parts.push(std::mem::take(&mut part)),
            other => part.push(other),
        }
    }
    parts.push(part);
    parts
}

/// A value of Spark's as Python gets it from `collect`. Timestamps come as naive moments of UTC, as on a driver whose clock is UTC.
pub(super) fn to_python(value: &types::Value, data_type: &DataType) -> python::Value {
    match (value, data_type) {
        (types::Value::Null, _) => python::Value::None,
        (types::Value::Boolean(truth), _) => python::Value::Bool(*truth),
        (types::Value::Byte(number), _) => python::Value::Int((*number).into()),
        (types::Value::Short(number), _) => python::Value::Int((*number).into()),
        (types::Value::Integer(number), _) => python::Value::Int((*number).into()),
        (types::Value::Long(number), _) => python::Value::Int(*number),
        (types::Value::Float(number), _) => python::Value::Float((*number).into()),
        (types::Value::Double(number), _) => python::Value::Float(*number),
        (types::Value::Decimal(unscaled, _, scale), _) => Object::Decimal(*unscaled, *scale).value(),
        (types::Value::String(text), _) => python::Value::str(text),
        (types::Value::Binary(bytes), _) => python::Value::bytes(bytes),
        (types::Value::Date(days), _) => python::Value::Date(python::Date { days: *days }),
        (types::Value::Timestamp(micros) | types::Value::TimestampNtz(micros), _) => {
            python::Value::DateTime(Rc::new(python::DateTime { wall_us: *micros, zone: None }))
        }
        (types::Value::DayTimeInterval(micros), _) => python::Value::TimeDelta(*micros),
        (types::Value::YearMonthInterval(months), _) => python::Value::Int((*months).into()),
        (types::Value::CalendarInterval(months, days, micros), _) => {
            let parts = [i64::from(*months), i64::from(*days), *micros];
            python::Value::tuple(parts.iter().map(|it| python::Value::Int(*it)).collect())
        }
        (types::Value::Array(items), DataType::Array(element, _)) => {
            python::Value::list(items.iter().map(|it| to_python(it, element)).collect())
        }
        (types::Value::Map(entries), DataType::Map(key_type, value_type, _)) => {
            python::Value::dict(entries.iter().map(|(key, value)| (to_python(key, key_type), to_python(value, value_type))))
        }
        (types::Value::Struct(values), DataType::Struct(fields)) => {
            let names = fields.iter().map(|field| field.name.clone()).collect();
            let values = values.iter().zip(fields).map(|(value, field)| to_python(value, &field.data_type)).collect();
            Object::Row(Row { names: Some(names), values }).value()
        }
        (types::Value::Array(_) | types::Value::Map(_) | types::Value::Struct(_), _) => unreachable!("a nested value has its type"),
    }
}

/// A value of Spark's as a Python worker gets it by Arrow: moments have their zone, structs are dicts, maps are lists of pairs.
pub(super) fn to_python_by_arrow(value: &types::Value, data_type: &DataType) -> python::Value {
    match (value, data_type) {
        (types::Value::Timestamp(micros), _) => {
            python::Value::DateTime(Rc::new(python::DateTime { wall_us: *micros, zone: Some(python::TimeZone::named_utc()) }))
        }
        (types::Value::Array(items), DataType::Array(element, _)) => {
            python::Value::list(items.iter().map(|it| to_python_by_arrow(it, element)).collect())
        }
        (types::Value::Map(entries), DataType::Map(key_type, value_type, _)) => {
            let pair = |(key, value): &(types::Value, types::Value)| {
                python::Value::tuple(vec![to_python_by_arrow(key, key_type), to_python_by_arrow(value, value_type)])
            };
            python::Value::list(entries.iter().map(pair).collect())
        }
        (types::Value::Struct(values), DataType::Struct(fields)) => python::Value::dict(
            values.iter().zip(fields).map(|(value, field)| (python::Value::str(&field.name), to_python_by_arrow(value, &field.data_type))),
        ),
        _ => to_python(value, data_type),
    }
}

/// `repr` of a value of Python's own types.
pub(super) fn plain_repr(value: &python::Value) -> String {
    match value {
        python::Value::Str(text) => {
            let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
            let mut shown = String::from(quote);
            for character in text.chars() {
                match character {
                    '\\' => shown.push_str("\\\\"),
                    '\n' => shown.push_str("\\n"),
                    '\r' => shown.push_str("\\r"),
                    '\t' => shown.push_str("\\t"),
                    _ if character == quote => shown.extend(['\\', quote]),
                    _ => shown.push(character),
                }
            }
            shown.push(quote);
            shown
        }
        python::Value::Bytes(bytes) => python::bytes_repr(bytes),
        python::Value::Date(date) => {
            let (year, month, day) = types::civil_of_days(date.days.into());
            format!("datetime.date({year}, {month}, {day})")
        }
        python::Value::DateTime(moment) => {
            let (days, micros) = (moment.wall_us.div_euclid(86_400_000_000), moment.wall_us.rem_euclid(86_400_000_000));
            let (year, month, day) = types::civil_of_days(days);
            let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
            let mut shown = format!("datetime.datetime({year}, {month}, {day}, {}, {}", seconds / 3600, seconds / 60 % 60);
            if seconds % 60 != 0 || fraction != 0 {
                shown.push_str(&format!(", {}", seconds % 60));
            }
            if fraction != 0 {
                shown.push_str(&format!(", {fraction}"));
            }
            if let Some(zone) = &moment.zone {
                shown.push_str(&format!(", tzinfo=zoneinfo.ZoneInfo(key='{}')", zone.name()));
            }
            shown.push(')');
            shown
        }
        python::Value::Tuple(items) => {
            let items: Vec<String> = items.iter().map(plain_repr).collect();
            if let [one] = items.as_slice() { format!("({one},)") } else { format!("({})", items.join(", ")) }
        }
        other => errors::plain_text(other),
    }
}
