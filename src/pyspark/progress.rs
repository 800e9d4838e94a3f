//! `StreamingQueryProgress` and its parts: JSON objects that Python sees as dicts with attributes.
//!
//! Law: the dict has PySpark's keys in PySpark's order, whatever the report left out; the texts (`json`, `prettyJson`, `print`) are the report as it is.

use super::arguments::Call;
use super::errors;
use super::object::Object;
use super::observation;
use super::row::Row;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::engine::BatchReport;
use crate::operator::Observed;
use crate::python::Value;
use crate::python::float_repr;
use serde_json::Map;
use serde_json::Value as Json;
use std::rc::Rc;

/// A report, or a part of one.
#[derive(Debug)]
pub(super) struct Record {
    /// PySpark's class.
    pub class: &'static str,
    /// Its items.
    dict: Map<String, Json>,
    /// Spark's JSON.
    json: Map<String, Json>,
    /// What a listener's report has of the JVM: Spark's own text, and observed metrics with their own types. None where Python makes it of the JSON.
    told: Option<(String, Value)>,
}

/// The keys of each class's dict in order.
const KEYS: &[(&str, &[&str])] = &[
    (
        "StreamingQueryProgress",
        &[
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
        ],
    ),
    (
        "SourceProgress",
        &[
            "description",
            "startOffset",
            "endOffset",
            "latestOffset",
            "numInputRows",
            "inputRowsPerSecond",
            "processedRowsPerSecond",
            "metrics",
        ],
    ),
    ("SinkProgress", &["description", "numOutputRows", "metrics"]),
    (
        "StateOperatorProgress",
        &[
            "operatorName",
            "numRowsTotal",
            "numRowsUpdated",
            "numRowsRemoved",
            "allUpdatesTimeMs",
            "allRemovalsTimeMs",
            "commitTimeMs",
            "memoryUsedBytes",
            "numRowsDroppedByWatermark",
            "numShufflePartitions",
            "numStateStoreInstances",
            "customMetrics",
        ],
    ),
];

/// A progress report's JSON text as Python sees it.
pub(super) fn of_text(text: &str) -> Value {
    whole(text, None)
}

/// A batch's report as a listener gets it.
pub(super) fn of_report(report: &BatchReport) -> Value {
    let row = |observed: &Observed| (Value::str(&observed.name), Object::Row(observation::row(observed)).value());
    whole(&report.progress, Some((report.progress.clone(), Value::dict(report.observed.iter().map(row)))))
}

fn whole(text: &str, told: Option<(String, Value)>) -> Value {
    match serde_json::from_str::<Json>(text) {
        Ok(Json::Object(map)) => record("StreamingQueryProgress", map, told),
        _ => Value::None,
    }
}

fn record(class: &'static str, json: Map<String, Json>, told: Option<(String, Value)>) -> Value {
    let keys = KEYS.iter().find(|known| known.0 == class).map_or(&[][..], |known| known.1);
    let item = |key: &&str| {
        let value = json.get(*key).cloned().unwrap_or_else(|| {
            let empty = matches!(*key, "durationMs" | "eventTime" | "observedMetrics" | "metrics" | "customMetrics");
            if empty { Json::Object(Map::new()) } else { Json::Null }
        });
        // Offsets become their JSON text.
        let value = match (key.ends_with("Offset"), value) {
            (true, value) if !value.is_string() => Json::String(dumps(&value)),
            (_, value) => value,
        };
        ((*key).to_owned(), value)
    };
    Object::Record(Rc::new(Record { class, dict: keys.iter().map(item).collect(), json, told })).value()
}

/// `json.dumps(value)`.
fn dumps(value: &Json) -> String {
    match value {
        Json::Array(items) => format!("[{}]", items.iter().map(dumps).collect::<Vec<_>>().join(", ")),
        Json::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(key, value)| format!("{}: {}", ascii(key), dumps(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Json::String(text) => ascii(text),
        Json::Number(number) if number.is_f64() => number.as_f64().map_or_else(String::new, float_repr),
        other => other.to_string(),
    }
}

/// `json.dumps(value, indent=4)`.
fn pretty(value: &Json, depth: usize) -> String {
    let (outer, inner) = ("    ".repeat(depth), "    ".repeat(depth + 1));
    let lines =
        |parts: Vec<String>, open: char, close: char| format!("{open}\n{inner}{}\n{outer}{close}", parts.join(&format!(",\n{inner}")));
    match value {
        Json::Array(items) if !items.is_empty() => lines(items.iter().map(|it| pretty(it, depth + 1)).collect(), '[', ']'),
        Json::Object(map) if !map.is_empty() => {
            lines(map.iter().map(|(key, value)| format!("{}: {}", ascii(key), pretty(value, depth + 1))).collect(), '{', '}')
        }
        other => dumps(other),
    }
}

/// A JSON string of ASCII characters alone, as Python writes it.
fn ascii(text: &str) -> String {
    let quoted = Json::String(text.to_owned()).to_string();
    let mut out = String::with_capacity(quoted.len());
    let mut units = [0; 2];
    for character in quoted.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            character.encode_utf16(&mut units).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        }
    }
    out
}

/// A JSON value as Python sees it under a key of a report.
fn part(key: &str, value: &Json, told: Option<&(String, Value)>) -> Value {
    match (key, value) {
        ("observedMetrics", _) if let Some((_, observed)) = told => observed.clone(),
        ("sources", Json::Array(items)) => Value::list(items.iter().map(|it| object("SourceProgress", it)).collect()),
        ("stateOperators", Json::Array(items)) => Value::list(items.iter().map(|it| object("StateOperatorProgress", it)).collect()),
        ("sink", value) => object("SinkProgress", value),
        ("observedMetrics", Json::Object(map)) => Value::dict(map.iter().map(|(name, row)| (Value::str(name), metrics(row)))),
        (_, value) => plain(value),
    }
}

fn object(class: &'static str, value: &Json) -> Value {
    match value {
        Json::Object(map) => record(class, map.clone(), None),
        other => plain(other),
    }
}

/// Observed metrics as a row.
fn metrics(value: &Json) -> Value {
    let Json::Object(map) = value else { return Value::None };
    let row = Row { names: Some(map.keys().cloned().collect()), values: map.values().map(plain).collect() };
    Object::Row(row).value()
}

fn plain(value: &Json) -> Value {
    match value {
        Json::Null => Value::None,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::Int(whole),
            (None, Some(number)) => Value::Float(number),
            (None, None) => Value::str(number.to_string()),
        },
        Json::String(text) => Value::str(text),
        Json::Array(items) => Value::list(items.iter().map(plain).collect()),
        Json::Object(map) => Value::dict(map.iter().map(|(key, value)| (Value::str(key), plain(value)))),
    }
}

impl Record {
    /// `progress["key"]`.
    pub(super) fn item(&self, key: &Value) -> Result<Value> {
        let found = key.as_str().and_then(|key| Some(part(key, self.dict.get(key)?, self.told.as_ref())));
        found.ok_or_else(|| Diagnostic::plain(Class::Named("KeyError".to_owned()), format!("'{}'", errors::plain_text(key))))
    }

    /// `progress.name`: a field or one of the texts.
    pub(super) fn attribute(&self, name: &str) -> Result<Value> {
        match (name, self.dict.get(name)) {
            (_, Some(value)) => Ok(part(name, value, self.told.as_ref())),
            ("json", None) if let Some((text, _)) = &self.told => Ok(Value::str(text)),
            ("json", None) => Ok(Value::str(dumps(&Json::Object(self.json.clone())))),
            ("prettyJson", None) => Ok(Value::str(self.text())),
            _ => {
                let text = format!("'{}' object has no attribute '{name}'", self.class);
                Err(Diagnostic::plain(Class::Named("AttributeError".to_owned()), text))
            }
        }
    }

    /// `str(progress)` and `repr(progress)`.
    pub(super) fn text(&self) -> String {
        pretty(&Json::Object(self.json.clone()), 0)
    }

    /// Its keys.
    pub(super) fn keys(&self) -> impl Iterator<Item = &String> {
        self.dict.keys()
    }

    /// How many items it has.
    pub(super) fn len(&self) -> usize {
        self.dict.len()
    }

    /// Whether it has this key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.dict.contains_key(key)
    }

    /// `get`, `keys`, `values`, `items`; none where a dict has no such method that reads.
    pub(super) fn method(&self, name: &str, call: &Call) -> Option<Value> {
        let pair = |(key, value): (&String, &Json)| (Value::str(key), part(key, value, self.told.as_ref()));
        Some(match name {
            "get" => {
                let default = call.rest.get(1).cloned().unwrap_or(Value::None);
                call.rest.first().and_then(|key| self.item(key).ok()).unwrap_or(default)
            }
            "keys" => Value::list(self.dict.keys().map(Value::str).collect()),
            "values" => Value::list(self.dict.iter().map(|it| pair(it).1).collect()),
            "items" => Value::list(self.dict.iter().map(pair).map(|(key, value)| Value::tuple(vec![key, value])).collect()),
            "copy" => Value::dict(self.dict.iter().map(pair)),
            _ => return None,
        })
    }
}
