//! The state variables of a stateful processor in the checkpoint, and the check that a restarted query's still fit them.
//!
//! Law: variables may come and go; one that stays keeps its kind and its types. Time mode and output mode stay.

use serde_json::Value;
use serde_json::json;

use super::state_files::struct_text;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::operator::StateShape;
use crate::plan::StateKind;
use crate::world::World;

const ROCKS_DB: &str = "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider";

/// Refuses state that this provider cannot keep.
///
/// # Errors
/// `UNSUPPORTED_FEATURE.STORE_BACKEND_NOT_SUPPORTED_FOR_TWS`.
pub fn check_provider(provider: &str) -> Result<()> {
    if provider == ROCKS_DB {
        return Ok(());
    }
    let text = format!(
        "The feature is not supported: Store backend {provider} is not supported by TransformWithState operator. Please use RocksDBStateStoreProvider."
    );
    let refused = Diagnostic::new(
        Class::Named("SparkUnsupportedOperationException".to_owned()),
        "UNSUPPORTED_FEATURE.STORE_BACKEND_NOT_SUPPORTED_FOR_TWS",
        text,
        "0A000",
    );
    Err(refused.hint(format!("Before the query starts: spark.conf.set(\"spark.sql.streaming.stateStore.providerClass\", \"{ROCKS_DB}\")")))
}

/// Holds the variables against those of earlier runs, and writes them down.
// DIFFERENCE: Spark's schema files are binary and many; ours is one JSON text.
///
/// # Errors
/// `STATE_STORE_INVALID_VARIABLE_TYPE_CHANGE`, `STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE`, `STATE_STORE_INVALID_CONFIG_AFTER_RESTART`.
pub fn check(shape: &StateShape, output_mode: &str, world: &mut dyn World, checkpoint: &str, number: u64, compare: bool) -> Result<()> {
    let path = format!("{checkpoint}/state/{number}/_stateSchema/variables");
    let known = world.disk().read(&path).and_then(|bytes| serde_json::from_slice::<Value>(bytes).ok());
    let mut now = described(shape, output_mode);
    if let Some(known) = known {
        if compare {
            compare_all(&known, &now)?;
        }
        // A variable that is left out for a while is still known.
        if let (Some(old), Some(new)) = (known["variables"].as_object(), now["variables"].as_object_mut()) {
            for (name, variable) in old {
                new.entry(name.clone()).or_insert_with(|| variable.clone());
            }
        }
    }
    world.disk_mut().put(&path, now.to_string().into_bytes());
    Ok(())
}

fn described(shape: &StateShape, output_mode: &str) -> Value {
    let variables = shape.variables.iter().map(|variable| {
        let kind = match (variable.kind, variable.ttl_ms.is_some()) {
            (StateKind::Value, _) => "ValueState",
            (StateKind::List, _) => "ListState",
            (StateKind::Map, _) => "MapState",
        };
        let types =
            |schema: &crate::types::Schema| -> Vec<String> { schema.fields.iter().map(|field| field.data_type.simple_string()).collect() };
        let told = json!({
            "kind": kind,
            "lives": variable.ttl_ms.is_some(),
            "entry": types(&variable.entry),
            "value": types(&variable.value),
            "text": struct_text(&variable.value),
        });
        (variable.name.clone(), told)
    });
    let variables: serde_json::Map<String, Value> = variables.collect();
    let key: Vec<String> = shape.key.fields.iter().map(|field| field.data_type.simple_string()).collect();
    json!({
        "key": key,
        "keyText": struct_text(&shape.key),
        "timeMode": shape.time_mode.to_string(),
        "outputMode": output_mode,
        "variables": variables,
    })
}

fn compare_all(known: &Value, now: &Value) -> Result<()> {
    for (name, setting) in [("timeMode", "timeMode"), ("outputMode", "outputMode")] {
        if known[name] != now[name] {
            return Err(changed_setting(setting, text_of(&known[name]), text_of(&now[name])));
        }
    }
    let none = serde_json::Map::new();
    let known_variables = known["variables"].as_object().unwrap_or(&none);
    for (name, variable) in now["variables"].as_object().unwrap_or(&none) {
        let Some(before) = known_variables.get(name) else { continue };
        if before["kind"] != variable["kind"] {
            return Err(changed_kind(name, text_of(&before["kind"]), text_of(&variable["kind"])));
        }
        if before["value"] != variable["value"] {
            return Err(super::state_files::incompatible("value", text_of(&before["text"]), text_of(&variable["text"])));
        }
    }
    if known["key"] != now["key"] {
        return Err(super::state_files::incompatible("key", text_of(&known["keyText"]), text_of(&now["keyText"])));
    }
    Ok(())
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn changed_setting(name: &str, old: &str, new: &str) -> Box<Diagnostic> {
    let text = format!(
        "Cannot change {name} from {old} to {new} between restarts. Please set {name} to {old}, or restart with a new checkpoint directory."
    );
    Diagnostic::new(
        Class::Named("SparkUnsupportedOperationException".to_owned()),
        "STATE_STORE_INVALID_CONFIG_AFTER_RESTART",
        text,
        "42K06",
    )
}

fn changed_kind(name: &str, old: &str, new: &str) -> Box<Diagnostic> {
    let text = format!(
        "Cannot change {name} to {new} between query restarts. Please set {name} to {old}, or restart with a new checkpoint directory."
    );
    Diagnostic::new(
        Class::Named("SparkUnsupportedOperationException".to_owned()),
        "STATE_STORE_INVALID_VARIABLE_TYPE_CHANGE",
        text,
        "42K06",
    )
}
