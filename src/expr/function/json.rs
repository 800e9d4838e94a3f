//! JSON text: `from_json`, `to_json`, `get_json_object`, and their kin.

use super::Arguments;
use super::Function;
use super::Mismatch;
use super::Nulls;
use super::Parameter as P;
use super::gives;
use crate::diag::Result;
use crate::expr::error;
use crate::expr::scope::Settings;
use crate::expr::typed::Typed;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Value;
use crate::types::Zone;
use crate::types::json;
use crate::types::number;
use crate::types::pattern::Pattern;
use crate::types::time;
use arrow_array::ArrayRef;
use serde_json::Value as Json;

/// The group. The type of `from_json` comes from its schema.
pub const FUNCTIONS: &[Function] = &[
    Function::new("from_json", (2, 3), &[P::String, P::Any], gives::null, from_json).nulls(Nulls::Always),
    Function::new("to_json", (1, 2), &[P::Any], gives::string, to_json).check(has_parts),
    Function::new("get_json_object", (2, 2), &[P::String], gives::string, get_json_object).nulls(Nulls::Always),
    Function::new("json_array_length", (1, 1), &[P::String], gives::integer, json_array_length).nulls(Nulls::Always),
    Function::new("json_object_keys", (1, 1), &[P::String], object_keys_type, json_object_keys).nulls(Nulls::Always),
    Function::new("schema_of_json", (1, 2), &[P::String], gives::string, schema_of_json).nulls(Nulls::Never),
];

/// Only structs, arrays and maps become JSON.
fn has_parts(arguments: &mut Vec<Typed>, _: &Settings) -> std::result::Result<(), Mismatch> {
    match &arguments[0].data_type {
        DataType::Struct(_) | DataType::Array(..) | DataType::Map(..) => Ok(()),
        other => Err(Mismatch::Type(
            "INVALID_JSON_SCHEMA",
            format!("Input schema {} must be a struct, an array, a map or a variant.", error::quoted(other)),
        )),
    }
}

fn object_keys_type(_: &[crate::expr::typed::Typed]) -> DataType {
    DataType::Array(Box::new(DataType::String), true)
}

/// The options of a call, a map literal.
pub(super) fn options(arguments: &Arguments<'_>, index: usize) -> Vec<(String, String)> {
    if arguments.len() <= index {
        return Vec::new();
    }
    match arguments.value(index, 0) {
        Value::Map(entries) => {
            let text = |value: Value| value.as_str().unwrap_or_default().to_owned();
            entries.into_iter().map(|(key, value)| (text(key).to_ascii_lowercase(), text(value))).collect()
        }
        _ => Vec::new(),
    }
}

pub(super) fn option<'a>(options: &'a [(String, String)], name: &str) -> Option<&'a str> {
    options.iter().find(|(key, _)| key == name).map(|(_, value)| &value[..])
}

/// Reads JSON values as Spark's `JacksonParser` does.
pub(super) struct Reader<'a> {
    zone: &'a Zone,
    timestamp: Option<Pattern>,
    date: Option<Pattern>,
}

impl<'a> Reader<'a> {
    /// A reader with the patterns of times that the options give.
    pub(super) fn new(options: &[(String, String)], zone: &'a Zone) -> Result<Self> {
        Ok(Self { zone, timestamp: Self::pattern(options, "timestampformat")?, date: Self::pattern(options, "dateformat")? })
    }

    fn pattern(options: &[(String, String)], name: &str) -> Result<Option<Pattern>> {
        let compile = |text: &str| Pattern::for_parsing(text).map_err(|wrong| error::runtime(wrong.condition, wrong.text, wrong.sql_state));
        option(options, name).map(compile).transpose()
    }

    /// The value, or none where it is not of the type.
    pub(super) fn read(&self, found: &Json, data_type: &DataType) -> Option<Value> {
        if found.is_null() {
            return Some(Value::Null);
        }
        match data_type {
            DataType::Boolean => found.as_bool().map(Value::Boolean),
            DataType::Byte | DataType::Short | DataType::Integer | DataType::Long => self.integral(found, data_type),
            DataType::Float => self.fraction(found).map(|value| Value::Float(value as f32)),
            DataType::Double => self.fraction(found).map(Value::Double),
            DataType::Decimal(precision, scale) => {
                let text = match found {
                    Json::Number(number) => number.to_string(),
                    Json::String(text) => text.clone(),
                    _ => return None,
                };
                number::parse_decimal(&text, *precision, *scale).map(|value| Value::Decimal(value, *precision, *scale))
            }
            DataType::String => Some(Value::String(match found {
                Json::String(text) => text.clone(),
                other => other.to_string(),
            })),
            DataType::Binary => found.as_str().and_then(super::digest::unbase64).map(Value::Binary),
            DataType::Date => {
                let text = found.as_str()?;
                match &self.date {
                    Some(pattern) => pattern.parse_date(text).ok().map(Value::Date),
                    None => time::parse_date(text).map(Value::Date),
                }
            }
            DataType::Timestamp => match found {
                Json::Number(number) => number.as_i64().and_then(|seconds| seconds.checked_mul(1_000_000)).map(Value::Timestamp),
                Json::String(text) => match &self.timestamp {
                    Some(pattern) => pattern.parse_timestamp(text, self.zone).ok().map(Value::Timestamp),
                    None => time::parse_timestamp(text, self.zone).map(Value::Timestamp),
                },
                _ => None,
            },
            DataType::TimestampNtz => time::parse_timestamp_ntz(found.as_str()?).map(Value::TimestampNtz),
            DataType::Array(element, _) => {
                let items = found.as_array()?;
                items.iter().map(|item| self.read(item, element)).collect::<Option<Vec<Value>>>().map(Value::Array)
            }
            DataType::Map(_, value, _) => {
                let object = found.as_object()?;
                let entries = object.iter().map(|(key, item)| Some((Value::String(key.clone()), self.read(item, value)?)));
                entries.collect::<Option<Vec<_>>>().map(Value::Map)
            }
            DataType::Struct(fields) => found.as_object().map(|object| self.fields(object, fields)),
            _ => None,
        }
    }

    /// A field that does not fit is null; the others keep their values.
    fn fields(&self, object: &serde_json::Map<String, Json>, fields: &[Field]) -> Value {
        Value::Struct(
            fields
                .iter()
                .map(|field| object.get(&field.name).and_then(|item| self.read(item, &field.data_type)).unwrap_or(Value::Null))
                .collect(),
        )
    }

    fn integral(&self, found: &Json, data_type: &DataType) -> Option<Value> {
        let Json::Number(number) = found else { return None };
        let value = number.as_i64()?;
        match data_type {
            DataType::Byte => i8::try_from(value).ok().map(Value::Byte),
            DataType::Short => i16::try_from(value).ok().map(Value::Short),
            DataType::Integer => i32::try_from(value).ok().map(Value::Integer),
            _ => Some(Value::Long(value)),
        }
    }

    fn fraction(&self, found: &Json) -> Option<f64> {
        match found {
            Json::Number(number) => number.as_f64(),
            Json::String(text) => match text.as_str() {
                "NaN" => Some(f64::NAN),
                "Infinity" | "+Infinity" | "INF" | "+INF" => Some(f64::INFINITY),
                "-Infinity" | "-INF" => Some(f64::NEG_INFINITY),
                _ => None,
            },
            _ => None,
        }
    }

    fn root(&self, text: &str, data_type: &DataType) -> Option<Value> {
        if text.trim().is_empty() {
            return None;
        }
        let found: Json = serde_json::from_str(text).ok()?;
        match (&found, data_type) {
            // A single object stands for an array of one.
            (Json::Object(_), DataType::Array(element, _)) if matches!(**element, DataType::Struct(_)) => {
                self.read(&found, element).map(|item| Value::Array(vec![item]))
            }
            (Json::Array(items), DataType::Struct(_)) if items.len() == 1 => self.read(&items[0], data_type),
            _ => self.read(&found, data_type),
        }
    }
}

fn from_json(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let options = options(arguments, 2);
    let reader = Reader::new(&options, arguments.input.zone)?;
    let fail_fast = option(&options, "mode").is_some_and(|mode| mode.eq_ignore_ascii_case("FAILFAST"));
    let texts = arguments.strings(0);
    let mut found = Vec::with_capacity(arguments.rows);
    for row in 0..arguments.rows {
        let Some(text) = texts.get(row) else {
            found.push(Value::Null);
            continue;
        };
        found.push(match (reader.root(text, arguments.data_type), arguments.data_type) {
            (Some(Value::Null) | None, DataType::Struct(_)) if text.trim().is_empty() => Value::Null,
            (Some(value), _) => value,
            (None, _) if fail_fast => {
                let said = format!("Malformed records are detected in record parsing: {text}. Parse Mode: FAILFAST. To process malformed records as null result, try setting the option 'mode' as 'PERMISSIVE'.");
                return Err(error::runtime("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", said, "22023"));
            }
            // A broken text gives a row of nulls.
            (None, DataType::Struct(fields)) => Value::Struct(
                fields.iter().map(|field| if field.name == "_corrupt_record" { Value::String(text.to_owned()) } else { Value::Null }).collect(),
            ),
            (None, _) => Value::Null,
        });
    }
    Ok(crate::types::arrow::array_of(arguments.data_type, &found))
}

fn to_json(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let options = options(arguments, 1);
    let ignore = !option(&options, "ignorenullfields").is_some_and(|value| value.eq_ignore_ascii_case("false"));
    if let Some((name, _)) = options.iter().find(|(name, _)| !["ignorenullfields", "timezone", "sortkeys"].contains(&name.as_str())) {
        return Err(error::not_known(&format!("the option {name} of to_json")));
    }
    let zone = option(&options, "timezone").and_then(Zone::parse).unwrap_or_else(|| arguments.input.zone.clone());
    let data_type = arguments.type_of(0);
    let sort = option(&options, "sortkeys").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    arguments.make_strings(|row| {
        let value = arguments.value(0, row);
        if value.is_null() {
            return Ok(None);
        }
        let text = json::to_json(&value, data_type, &zone, ignore);
        Ok(Some(if sort { sorted(&text) } else { text }))
    })
}

fn sorted(text: &str) -> String {
    fn sort(value: Json) -> Json {
        match value {
            Json::Object(object) => {
                let mut entries: Vec<(String, Json)> = object.into_iter().map(|(key, value)| (key, sort(value))).collect();
                entries.sort_by(|a, b| a.0.cmp(&b.0));
                Json::Object(entries.into_iter().collect())
            }
            Json::Array(items) => Json::Array(items.into_iter().map(sort).collect()),
            other => other,
        }
    }
    serde_json::from_str(text).map_or_else(|_| text.to_owned(), |value| sort(value).to_string())
}

enum Step {
    Key(String),
    Index(usize),
    Every,
}

/// `$.a[0]['b'][*]`; none where the path is malformed.
fn path(text: &str) -> Option<Vec<Step>> {
    let mut rest = text.strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("['") {
            let (key, tail) = after.split_once("']")?;
            steps.push(Step::Key(key.to_owned()));
            rest = tail;
        } else if let Some(after) = rest.strip_prefix('[') {
            let (index, tail) = after.split_once(']')?;
            steps.push(if index == "*" { Step::Every } else { Step::Index(index.parse().ok()?) });
            rest = tail;
        } else {
            let after = rest.strip_prefix('.')?;
            let end = after.find(['.', '[']).unwrap_or(after.len());
            if end == 0 {
                return None;
            }
            steps.push(if &after[..end] == "*" { Step::Every } else { Step::Key(after[..end].to_owned()) });
            rest = &after[end..];
        }
    }
    Some(steps)
}

/// All values on the path.
fn walk<'a>(value: &'a Json, steps: &[Step], found: &mut Vec<&'a Json>) {
    let Some((step, rest)) = steps.split_first() else {
        found.push(value);
        return;
    };
    match (step, value) {
        (Step::Key(key), Json::Object(object)) => {
            if let Some(item) = object.get(key) {
                walk(item, rest, found);
            }
        }
        (Step::Key(_), Json::Array(items)) => items.iter().for_each(|item| walk(item, steps, found)),
        (Step::Index(index), Json::Array(items)) => {
            if let Some(item) = items.get(*index) {
                walk(item, rest, found);
            }
        }
        (Step::Every, Json::Array(items)) => items.iter().for_each(|item| walk(item, rest, found)),
        (Step::Every, Json::Object(object)) => object.values().for_each(|item| walk(item, rest, found)),
        _ => {}
    }
}

fn get_json_object(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (texts, paths) = (arguments.strings(0), arguments.strings(1));
    arguments.make_strings(|row| {
        let (Some(text), Some(steps)) = (texts.get(row), paths.get(row).and_then(path)) else { return Ok(None) };
        let Ok(root) = serde_json::from_str::<Json>(text) else { return Ok(None) };
        let mut found = Vec::new();
        walk(&root, &steps, &mut found);
        Ok(match &found[..] {
            [] | [Json::Null] => None,
            [Json::String(text)] => Some(text.clone()),
            [only] => Some(only.to_string()),
            several => Some(Json::Array(several.iter().map(|item| (*item).clone()).collect()).to_string()),
        })
    })
}

fn json_array_length(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let texts = arguments.strings(0);
    arguments.make::<arrow_array::types::Int32Type>(|row| {
        let found = texts.get(row).and_then(|text| serde_json::from_str::<Json>(text).ok());
        Ok(found.and_then(|found| found.as_array().map(|items| items.len() as i32)))
    })
}

fn json_object_keys(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let found = values[0].as_str().and_then(|text| serde_json::from_str::<Json>(text).ok());
        let keys = found.as_ref().and_then(Json::as_object).map(|object| object.keys().map(|key| Value::String(key.clone())).collect());
        Ok(keys.map_or(Value::Null, Value::Array))
    })
}

/// The type that Spark infers of a JSON value: numbers become bigint and double, nulls string.
fn inferred(value: &Json) -> DataType {
    match value {
        Json::Bool(_) => DataType::Boolean,
        Json::Number(number) if number.is_i64() => DataType::Long,
        Json::Number(_) => DataType::Double,
        Json::Null | Json::String(_) => DataType::String,
        Json::Array(items) => {
            let types: Vec<DataType> = items.iter().filter(|item| !item.is_null()).map(inferred).collect();
            let element = crate::expr::coercion::widest(types.iter()).unwrap_or(DataType::String);
            DataType::Array(Box::new(element), true)
        }
        Json::Object(object) => {
            let mut fields: Vec<Field> = object.iter().map(|(key, item)| Field::new(key.clone(), inferred(item))).collect();
            fields.sort_by(|a, b| a.name.cmp(&b.name));
            DataType::Struct(fields)
        }
    }
}

fn schema_of_json(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    if arguments.len() == 2 {
        // `allowNumericLeadingZeros`: the zeros go away before reading.
        let plain = |text: &str| {
            fancy_regex::Regex::new(r"([:\[,]\s*)0+(\d)").map(|zeros| zeros.replace_all(text, "$1$2").into_owned()).unwrap_or_default()
        };
        return arguments.by_value(|values| Ok(schema_text(&plain(values[0].as_str().unwrap_or_default()))));
    }
    arguments.by_value(|values| Ok(schema_text(values[0].as_str().unwrap_or_default())))
}

fn schema_text(text: &str) -> Value {
    serde_json::from_str::<Json>(text).map_or(Value::Null, |found| Value::String(inferred(&found).sql()))
}
