//! What a stateful processor's code holds: the handle, its state variables, its times. `pyspark.sql.streaming.stateful_processor`.

use super::arguments;
use super::arguments::Call;
use super::arguments::Member;
use super::errors;
use super::local_rows;
use super::types_module;
use super::udf_result;
use super::values;
use crate::diag;
use crate::diag::Diagnostic;
use crate::plan::StateKind;
use crate::plan::StateVariable;
use crate::plan::StatefulProcessorHandle;
use crate::plan::TimerValues;
use crate::plan::ValueRow;
use crate::python::Arguments;
use crate::python::Raised;
use crate::python::Value;
use crate::sql::ddl;
use crate::types;
use crate::types::DataType;
use crate::types::Schema;

/// An object of a stateful processor's.
#[derive(Clone, Debug)]
pub(super) enum StateObject {
    /// `StatefulProcessorHandle`.
    Handle,
    /// `ValueState`, `ListState`, `MapState`.
    Variable(StateVariable),
    /// `TimerValues`.
    Times(TimerValues),
    /// `ExpiredTimerInfo`.
    Expired(i64),
}

impl StateObject {
    /// Its Python class.
    pub(super) fn class_name(&self) -> &'static str {
        match self {
            Self::Handle => "StatefulProcessorHandle",
            Self::Variable(variable) => match variable.kind {
                StateKind::Value => "ValueState",
                StateKind::List => "ListState",
                StateKind::Map => "MapState",
            },
            Self::Times(_) => "TimerValues",
            Self::Expired(_) => "ExpiredTimerInfo",
        }
    }
}

/// A method of one of them.
pub(super) fn call(
    state: &StateObject,
    handle: &mut dyn StatefulProcessorHandle,
    method: Option<&str>,
    arguments: Arguments,
) -> Result<Value, Raised> {
    let class = state.class_name();
    let Some(name) = method else { return Err(Raised::type_error(format!("'{class}' object is not callable"))) };
    let Some(Member::Method(signature)) = arguments::member(class, name) else { return Err(Raised::no_attribute(class, name)) };
    let call = signature.bind(arguments)?;
    match state {
        StateObject::Handle => of_handle(handle, name, &call),
        StateObject::Variable(variable) => match variable.kind {
            StateKind::Value => of_value(variable, handle, name, &call),
            StateKind::List => of_list(variable, handle, name, &call),
            StateKind::Map => of_map(variable, handle, name, &call),
        },
        StateObject::Times(times) => {
            Ok(Value::Int(if name == "getCurrentProcessingTimeInMs" { times.processing_ms } else { times.watermark_ms }))
        }
        StateObject::Expired(expiry_ms) => Ok(Value::Int(*expiry_ms)),
    }
}

fn of_handle(handle: &mut dyn StatefulProcessorHandle, name: &str, call: &Call) -> Result<Value, Raised> {
    match name {
        "getValueState" | "getListState" | "getMapState" => define(handle, name, call),
        "registerTimer" => {
            let told = handle.register_timer(call.integer("expiryTimestampMs")?);
            told.map(|()| Value::None).map_err(|error| failed("Error register timer", &error))
        }
        "deleteTimer" => {
            let told = handle.delete_timer(call.integer("expiryTimestampMs")?);
            told.map(|()| Value::None).map_err(|error| failed("Error deleting timer", &error))
        }
        "listTimers" => {
            let timers = handle.timers().map_err(|error| failed("Error listing timers", &error))?;
            Ok(iterator(timers.into_iter().map(Value::Int).collect()))
        }
        _ => {
            let told = handle.delete_if_exists(call.text("stateName", "str")?);
            told.map(|()| Value::None).map_err(|error| failed("Error deleting state", &error))
        }
    }
}

fn define(handle: &mut dyn StatefulProcessorHandle, method: &str, call: &Call) -> Result<Value, Raised> {
    let (kind, said) = match method {
        "getValueState" => (StateKind::Value, "value"),
        "getListState" => (StateKind::List, "list"),
        _ => (StateKind::Map, "map"),
    };
    let (entry, value) = match kind {
        StateKind::Map => (schema(call.get("userKeySchema"))?, schema(call.get("valueSchema"))?),
        _ => (Schema::default(), schema(call.get("schema"))?),
    };
    let ttl_ms = if call.given("ttlDurationMs").is_some() { Some(call.integer("ttlDurationMs")?) } else { None };
    let variable = StateVariable { name: call.text("stateName", "str")?.to_owned(), kind, entry, value, ttl_ms };
    handle.define(variable.clone()).map_err(|error| failed(&format!("Error initializing {said} state"), &error))?;
    Ok(super::object::Object::State(StateObject::Variable(variable)).value())
}

/// A schema as text or as a type.
fn schema(value: &Value) -> Result<Schema, Raised> {
    if let Some(text) = value.as_str() {
        return ddl::parse_schema(text).map_err(|error| failed("Error parsing string schema", &error));
    }
    match types_module::data_type_of(value) {
        Some(DataType::Struct(fields)) => Ok(Schema { fields }),
        _ => Err(Raised::no_attribute(&errors::type_name(value), "json")),
    }
}

fn of_value(variable: &StateVariable, handle: &mut dyn StatefulProcessorHandle, name: &str, call: &Call) -> Result<Value, Raised> {
    let own = &variable.name;
    match name {
        "exists" => handle.exists(own).map(Value::Bool).map_err(|error| failed("Error checking value state exists", &error)),
        "get" => {
            let found = handle.get(own, &[]).map_err(|error| failed("Error getting value state", &error))?;
            Ok(found.map_or(Value::None, |row| tuple(&row, &variable.value)))
        }
        "update" => {
            let row = row(call.get("newValue"), &variable.value, "Error updating value state")?;
            handle.put(own, &[], row).map(|()| Value::None).map_err(|error| failed("Error updating value state", &error))
        }
        _ => handle.clear(own).map(|()| Value::None).map_err(|error| failed("Error clearing value state", &error)),
    }
}

fn of_list(variable: &StateVariable, handle: &mut dyn StatefulProcessorHandle, name: &str, call: &Call) -> Result<Value, Raised> {
    let own = &variable.name;
    let updated = |told: diag::Result<()>| told.map(|()| Value::None).map_err(|error| failed("Error updating list state", &error));
    match name {
        "exists" => handle.exists(own).map(Value::Bool).map_err(|error| failed("Error checking list state exists", &error)),
        "get" => {
            let items = handle.items(own).map_err(|error| failed("Error getting list state", &error))?;
            Ok(iterator(items.iter().map(|item| tuple(item, &variable.value)).collect()))
        }
        "put" | "appendList" => {
            let given = call.get("newState");
            let items = given.items().ok_or_else(|| not_iterable(given))?;
            let items = items.iter().map(|item| row(item, &variable.value, "Error updating list state")).collect::<Result<_, _>>()?;
            updated(handle.append(own, items, name == "put"))
        }
        "appendValue" => {
            let item = row(call.get("newState"), &variable.value, "Error updating list state")?;
            updated(handle.append(own, vec![item], false))
        }
        _ => handle.clear(own).map(|()| Value::None).map_err(|error| failed("Error clearing list state", &error)),
    }
}

fn of_map(variable: &StateVariable, handle: &mut dyn StatefulProcessorHandle, name: &str, call: &Call) -> Result<Value, Raised> {
    let own = &variable.name;
    let entry = |said: &str| row(call.get("key"), &variable.entry, said);
    match name {
        "exists" => handle.exists(own).map(Value::Bool).map_err(|error| failed("Error checking map state exists", &error)),
        "getValue" => {
            let found = handle.get(own, &entry("Error getting value")?).map_err(|error| failed("Error getting value", &error))?;
            Ok(found.map_or(Value::None, |row| tuple(&row, &variable.value)))
        }
        "containsKey" => {
            let said = "Error checking if map state contains key";
            Ok(Value::Bool(handle.get(own, &entry(said)?).map_err(|error| failed(said, &error))?.is_some()))
        }
        "updateValue" => {
            let said = "Error updating map state value";
            let (entry, value) = (entry(said)?, row(call.get("value"), &variable.value, said)?);
            handle.put(own, &entry, value).map(|()| Value::None).map_err(|error| failed(said, &error))
        }
        "removeKey" => {
            let said = "Error removing key from map state";
            handle.remove(own, &entry(said)?).map(|()| Value::None).map_err(|error| failed(said, &error))
        }
        "clear" => handle.clear(own).map(|()| Value::None).map_err(|error| failed("Error clearing map state", &error)),
        _ => {
            let entries = handle.entries(own).map_err(|error| failed("Error getting map state", &error))?;
            let shown = |(entry, value): &(ValueRow, ValueRow)| {
                let (entry, value) = (tuple(entry, &variable.entry), tuple(value, &variable.value));
                match name {
                    "keys" => entry,
                    "values" => value,
                    _ => Value::tuple(vec![entry, value]),
                }
            };
            Ok(iterator(entries.iter().map(shown).collect()))
        }
    }
}

/// An iterator, as `get` and its kin return one. It is read once.
fn iterator(items: Vec<Value>) -> Value {
    Value::iterator(items)
}

fn not_iterable(value: &Value) -> Raised {
    Raised::type_error(format!("'{}' object is not iterable", errors::type_name(value)))
}

/// A tuple of Python's as a row of state: types that do not fit become null, as in a UDF that is pickled.
fn row(value: &Value, schema: &Schema, said: &str) -> Result<ValueRow, Raised> {
    let items = local_rows::row_items(value).ok_or_else(|| not_iterable(value))?;
    if items.len() != schema.fields.len() {
        let text = format!(
            "Input row doesn't have expected number of values required by the schema. {} fields are required while {} values are provided.",
            schema.fields.len(),
            items.len()
        );
        return Err(failed(said, &Diagnostic::analysis("STRUCT_ARRAY_LENGTH_MISMATCH", text, "2201E")));
    }
    let values = items.iter().zip(&schema.fields).map(|(item, field)| udf_result::pickled(item, &field.data_type));
    values.collect::<Result<diag::Result<ValueRow>, Raised>>()?.map_err(|error| failed(said, &error))
}

/// A row of state as a tuple.
pub(super) fn tuple(row: &[types::Value], schema: &Schema) -> Value {
    let values = row.iter().zip(&schema.fields);
    Value::tuple(values.map(|(value, field)| values::to_python(value, &field.data_type)).collect())
}

/// A row of state as a `Row`: the key that a timer was registered for.
pub(super) fn row_from_state(row: &[types::Value], schema: &Schema) -> Value {
    let names = Some(schema.fields.iter().map(|field| field.name.clone()).collect());
    let values = row.iter().zip(&schema.fields).map(|(value, field)| values::to_python(value, &field.data_type)).collect();
    super::object::Object::Row(super::row::Row { names, values }).value()
}

/// PySpark's error for what the JVM refuses.
fn failed(said: &str, error: &Diagnostic) -> Raised {
    Raised::from(Diagnostic::plain(crate::diag::Class::Named("PySparkRuntimeError".to_owned()), format!("{said}: {}", error.message)))
}
