//! `StreamingQueryProgress` and its parts: JSON objects that Python sees as dicts with attributes.

use super::arguments::Call;
use super::errors;
use super::object::Object;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::python::Value;
use serde_json::Map;
use serde_json::Value as Json;
use std::rc::Rc;

/// A progress report's JSON text as Python sees it.
pub(super) fn of_text(text: &str) -> Value {
    match serde_json::from_str::<Json>(text) {
        Ok(Json::Object(map)) => Object::Record("StreamingQueryProgress", Rc::new(complete(map))).value(),
        _ => Value::None,
    }
}

/// The report with the keys that PySpark's class always has, in its order; offsets become their JSON text.
fn complete(mut map: Map<String, Json>) -> Map<String, Json> {
    const KEYS: [&str; 15] = [
        "id",
        "runId",
        "name",
        "timestamp",
        "batchId",
        "batchDuration",
        "durationMs",
        "eventTime",
        "stateOperators",
        "sources",
        "sink",
        "numInputRows",
        "inputRowsPerSecond",
        "processedRowsPerSecond",
        "observedMetrics",
    ];
    let mut completed = Map::new();
    for key in KEYS {
        let empty = || if matches!(key, "durationMs" | "eventTime" | "observedMetrics") { Json::Object(Map::new()) } else { Json::Null };
        completed.insert(key.to_owned(), map.remove(key).unwrap_or_else(empty));
    }
    if let Some(Json::Array(sources)) = completed.get_mut("sources") {
        for source in sources.iter_mut().filter_map(Json::as_object_mut) {
            for key in ["startOffset", "endOffset", "latestOffset"] {
                let offset = source.get(key).cloned().unwrap_or(Json::Null);
                let text = if let Json::String(text) = offset { text } else { dumps(&offset) };
                source.insert(key.to_owned(), Json::String(text));
            }
        }
    }
    completed
}

/// `json.dumps(value)`.
fn dumps(value: &Json) -> String {
    match value {
        Json::Array(items) => format!("[{}]", items.iter().map(dumps).collect::<Vec<_>>().join(", ")),
        Json::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(key, value)| format!("{}: {}", Json::String(key.clone()), dumps(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

/// A JSON value as Python sees it under a key of a report.
fn part(key: &str, value: &Json) -> Value {
    let class = match key {
        "sources" => Some("SourceProgress"),
        "sink" => Some("SinkProgress"),
        "stateOperators" => Some("StateOperatorProgress"),
        _ => None,
    };
    let record = |map: &Map<String, Json>| class.map(|class| Object::Record(class, Rc::new(map.clone())).value());
    match value {
        Json::Null => Value::None,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::Int(whole),
            (None, Some(number)) => Value::Float(number),
            (None, None) => Value::str(number.to_string()),
        },
        Json::String(text) => Value::str(text),
        Json::Array(items) => Value::list(items.iter().map(|it| part(key, it)).collect()),
        Json::Object(map) => record(map).unwrap_or_else(|| Value::dict(map.iter().map(|(key, value)| (Value::str(key), part("", value))))),
    }
}

/// `progress["key"]`.
pub(super) fn item(map: &Map<String, Json>, key: &Value) -> Result<Value> {
    let found = key.as_str().and_then(|key| Some(part(key, map.get(key)?)));
    found.ok_or_else(|| Diagnostic::plain(Class::Named("KeyError".to_owned()), format!("'{}'", errors::plain_text(key))))
}

/// `progress.name`: a field or one of the texts.
pub(super) fn attribute(class: &str, map: &Map<String, Json>, name: &str) -> Result<Value> {
    match (name, map.get(name)) {
        (_, Some(value)) => Ok(part(name, value)),
        ("json", None) => Ok(Value::str(Json::Object(map.clone()).to_string())),
        ("prettyJson", None) => Ok(Value::str(serde_json::to_string_pretty(map).unwrap_or_default())),
        ("name" | "observedMetrics" | "eventTime" | "metrics" | "customMetrics" | "latestOffset", None) => Ok(Value::None),
        _ => Err(Diagnostic::plain(Class::Named("AttributeError".to_owned()), format!("'{class}' object has no attribute '{name}'"))),
    }
}

/// `get`, `keys`, `values`, `items`; none where a dict has no such method that reads.
pub(super) fn method(map: &Map<String, Json>, name: &str, call: &Call) -> Option<Value> {
    let pair = |(key, value): (&String, &Json)| (Value::str(key), part(key, value));
    Some(match name {
        "get" => {
            let default = call.rest.get(1).cloned().unwrap_or(Value::None);
            call.rest.first().and_then(|key| item(map, key).ok()).unwrap_or(default)
        }
        "keys" => Value::list(map.keys().map(Value::str).collect()),
        "values" => Value::list(map.iter().map(|it| pair(it).1).collect()),
        "items" => Value::list(map.iter().map(pair).map(|(key, value)| Value::tuple(vec![key, value])).collect()),
        "copy" => Value::dict(map.iter().map(pair)),
        _ => return None,
    })
}

/// `repr(progress)`: that of a dict.
pub(super) fn repr(value: &Json) -> String {
    match value {
        Json::Null => "None".to_owned(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        Json::Number(number) => number.to_string(),
        Json::String(text) if text.contains('\'') && !text.contains('"') => format!("\"{text}\""),
        Json::String(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n")),
        Json::Array(items) => format!("[{}]", items.iter().map(repr).collect::<Vec<_>>().join(", ")),
        Json::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(key, value)| format!("'{key}': {}", repr(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}
