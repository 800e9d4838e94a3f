//! One line of separated values: `from_csv`, `to_csv`, `schema_of_csv`. Follows `UnivocityParser` and `UnivocityGenerator`.

use super::Arguments;
use super::Function;
use super::Mismatch;
use super::Nulls;
use super::Parameter as P;
use super::gives;
use super::json::Reader;
use super::json::option;
use super::json::options;
use crate::diag::Result;
use crate::expr::error;
use crate::expr::scope::Settings;
use crate::expr::typed::Typed;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Value;
use crate::types::Zone;
use crate::types::json;
use crate::types::time;
use arrow_array::ArrayRef;
use serde_json::Value as Json;

/// The group.
pub const FUNCTIONS: &[Function] = &[
    Function::new("from_csv", (2, 3), &[P::String, P::Any], gives::null, from_csv).nulls(Nulls::Always),
    Function::new("to_csv", (1, 2), &[P::Any], gives::string, to_csv).check(is_struct),
    Function::new("schema_of_csv", (1, 2), &[P::String, P::Any], gives::string, schema_of_csv).nulls(Nulls::Never),
];

fn is_struct(arguments: &mut Vec<Typed>, _: &Settings) -> std::result::Result<(), Mismatch> {
    match &arguments[0].data_type {
        DataType::Struct(_) => Ok(()),
        other => {
            Err(Mismatch::Type("UNSUPPORTED_INPUT_TYPE", format!("The input of `to_csv` can't be {} type data.", error::quoted(other))))
        }
    }
}

/// What stands between values; other options are told.
fn separator(options: &[(String, String)], known: &[&str]) -> Result<String> {
    if let Some((name, _)) =
        options.iter().find(|(name, _)| !["sep", "delimiter"].contains(&name.as_str()) && !known.contains(&name.as_str()))
    {
        return Err(error::not_known(&format!("the option {name} of CSV functions")));
    }
    Ok(option(options, "sep").or_else(|| option(options, "delimiter")).unwrap_or(",").to_owned())
}

/// The values of a line; none for an empty one that is not quoted. A backslash escapes a quote.
fn split(line: &str, separator: &str) -> Vec<Option<String>> {
    let mut found = Vec::new();
    let mut rest = line;
    loop {
        let Some(inner) = rest.strip_prefix('"') else {
            let (value, after) = rest.split_once(separator).map_or((rest, None), |(value, after)| (value, Some(after)));
            found.push((!value.is_empty()).then(|| value.to_owned()));
            match after {
                Some(after) => rest = after,
                None => return found,
            }
            continue;
        };
        let (mut value, mut escaped, mut end) = (String::new(), false, inner.len());
        for (at, c) in inner.char_indices() {
            match c {
                '\\' if !escaped && inner[at + 1..].starts_with('"') => escaped = true,
                '"' if !escaped => {
                    end = at + 1;
                    break;
                }
                c => {
                    value.push(c);
                    escaped = false;
                }
            }
        }
        found.push(Some(value));
        match inner[end..].split_once(separator) {
            Some((_, after)) => rest = after,
            None => return found,
        }
    }
}

/// A text as a value of an atomic type; none where it is not of the type.
fn value_of(text: &str, data_type: &DataType, reader: &Reader<'_>) -> Option<Value> {
    match data_type {
        DataType::Boolean => text.to_ascii_lowercase().parse().ok().map(Value::Boolean),
        integral if integral.is_integral() => reader.read(&Json::from(text.parse::<i64>().ok()?), integral),
        DataType::Float | DataType::Double => {
            let number = text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Json::from);
            reader.read(&number.unwrap_or_else(|| Json::from(text)), data_type)
        }
        other => reader.read(&Json::from(text), other),
    }
}

fn from_csv(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let options = options(arguments, 2);
    let separator = separator(&options, &["dateformat", "timestampformat"])?;
    let reader = Reader::new(&options, arguments.input.zone)?;
    let DataType::Struct(fields) = arguments.data_type else { unreachable!("from_csv gives structs") };
    arguments.by_any_value(|values| {
        let Some(line) = values[0].as_str() else { return Ok(Value::Null) };
        let found = split(line, &separator);
        let value = |(at, field): (usize, &Field)| {
            found.get(at).and_then(Option::as_ref).and_then(|text| value_of(text, &field.data_type, &reader)).unwrap_or(Value::Null)
        };
        Ok(Value::Struct(fields.iter().enumerate().map(value).collect()))
    })
}

fn to_csv(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let separator = separator(&options(arguments, 1), &[])?;
    let DataType::Struct(fields) = arguments.type_of(0) else { unreachable!("a struct becomes a line") };
    arguments.make_strings(|row| {
        let Value::Struct(values) = arguments.value(0, row) else { return Ok(None) };
        let text = |(value, field): (&Value, &Field)| match value {
            Value::Null => String::new(),
            Value::String(text) => quoted(text, &separator),
            other => quoted(json::to_json(other, &field.data_type, arguments.input.zone, true).trim_matches('"'), &separator),
        };
        Ok(Some(values.iter().zip(fields).map(text).collect::<Vec<_>>().join(&separator)))
    })
}

/// A value in quotes where it needs them.
fn quoted(text: &str, separator: &str) -> String {
    let text = text.trim_matches(' ');
    if text.is_empty() || text.contains(separator) || text.contains(['"', '\n', '\r']) || text.starts_with('#') {
        return format!("\"{}\"", text.replace('"', "\\\""));
    }
    text.to_owned()
}

fn schema_of_csv(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let separator = separator(&options(arguments, 1), &[])?;
    arguments.by_value(|values| {
        let found = split(values[0].as_str().unwrap_or_default(), &separator);
        let field = |(at, text): (usize, &Option<String>)| {
            Field::new(format!("_c{at}"), text.as_ref().map_or(DataType::String, |text| inferred(text, arguments.input.zone)))
        };
        Ok(Value::String(DataType::Struct(found.iter().enumerate().map(field).collect()).sql()))
    })
}

/// The first type that a text is of: Spark's `CSVInferSchema`.
fn inferred(text: &str, zone: &Zone) -> DataType {
    if text.parse::<i32>().is_ok() {
        DataType::Integer
    } else if text.parse::<i64>().is_ok() {
        DataType::Long
    } else if let (true, Ok(digits)) = (text.parse::<i128>().is_ok(), u8::try_from(text.trim_start_matches('-').len())) {
        DataType::Decimal(digits, 0)
    } else if text.parse::<f64>().is_ok() {
        DataType::Double
    } else if text.len() == 10 && time::parse_date(text).is_some() {
        DataType::Date
    } else if text.contains(':') && time::parse_timestamp(text, zone).is_some() {
        DataType::Timestamp
    } else if text.to_ascii_lowercase().parse::<bool>().is_ok() {
        DataType::Boolean
    } else {
        DataType::String
    }
}
