//! The files beside a state store that say whose state it is, and the check that a restarted query still fits it.
//!
//! Law: number and types of the state's columns must not change over restarts; names may.

use serde_json::Value;
use serde_json::json;

use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::operator::Memory;
use crate::state::OperatorMetadata;
use crate::state::StateStoreInfo;
use crate::types::DataType;
use crate::types::Schema;
use crate::world::World;

/// Opens an operator's stores at a version, unless they stand there already; writes its metadata where it is new.
///
/// # Errors
/// `STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE` and its kin, missing or damaged files.
pub fn open(memories: Vec<&mut Memory>, world: &mut dyn World, checkpoint: &str, number: u64, version: u64, check: bool) -> Result<()> {
    let partition = format!("{checkpoint}/state/{number}/0");
    let mut name = "";
    let mut stores = Vec::new();
    for memory in memories {
        name = memory.name();
        let store_name = memory.store_name();
        stores.push(StateStoreInfo {
            store_name: store_name.to_owned(),
            num_cols_prefix_key: memory.prefix_columns() as u64,
            num_partitions: 1,
        });
        if memory.version() == Some(version) {
            continue;
        }
        let folder = if store_name == "default" { partition.clone() } else { format!("{partition}/{store_name}") };
        check_schema(memory, world, &folder, check)?;
        memory.open(world.disk(), &folder, version)?;
    }
    if OperatorMetadata::read(world.disk(), checkpoint, number)?.is_none() {
        OperatorMetadata { operator_id: number, operator_name: name.to_owned(), stores }.write(world.disk_mut(), checkpoint);
    }
    Ok(())
}

// DIFFERENCE: Spark's schema file is binary (`v2` and two JSON schemas); ours is JSON text.
fn check_schema(memory: &Memory, world: &mut dyn World, folder: &str, check: bool) -> Result<()> {
    let path = format!("{folder}/_metadata/schema");
    let known = world.disk().read(&path).and_then(|bytes| serde_json::from_slice::<Value>(bytes).ok());
    let Some(known) = known.filter(|_| check) else {
        let text = json!({ "key": described(memory.key_schema()), "value": described(memory.value_schema()) }).to_string();
        world.disk_mut().put(&path, text.into_bytes());
        return Ok(());
    };
    for (part, schema) in [("key", memory.key_schema()), ("value", memory.value_schema())] {
        let now = described(schema);
        if known[part]["types"] != now["types"] {
            return Err(incompatible(part, known[part]["text"].as_str().unwrap_or_default(), now["text"].as_str().unwrap_or_default()));
        }
    }
    Ok(())
}

fn described(schema: &Schema) -> Value {
    let types: Vec<String> = schema.fields.iter().map(|field| field.data_type.simple_string()).collect();
    json!({ "text": struct_text(schema), "types": types })
}

fn incompatible(part: &str, known: &str, now: &str) -> Box<Diagnostic> {
    let condition = format!("STATE_STORE_{}_SCHEMA_NOT_COMPATIBLE", part.to_uppercase());
    let text = format!(
        "Provided {part} schema does not match existing state {part} schema.\nPlease check number and type of fields.\n\
         Existing {part}_schema={known} and new {part}_schema={now}.\n\
         If you want to force running the query without schema validation, please set spark.sql.streaming.stateStore.stateSchemaCheck to false.\n\
         However, please note that running the query with incompatible schema could cause non-deterministic behavior."
    );
    Diagnostic::new(Class::Named("SparkUnsupportedOperationException".to_owned()), &condition, text, "XXKST")
}

/// `StructType(StructField(party,StringType,true))`, as Scala prints a schema.
fn struct_text(schema: &Schema) -> String {
    let fields: Vec<String> = schema
        .fields
        .iter()
        .map(|field| format!("StructField({},{},{})", field.name, type_text(&field.data_type), field.nullable))
        .collect();
    format!("StructType({})", fields.join(","))
}

fn type_text(data_type: &DataType) -> String {
    match data_type {
        DataType::Null => "NullType".to_owned(),
        DataType::Boolean => "BooleanType".to_owned(),
        DataType::Byte => "ByteType".to_owned(),
        DataType::Short => "ShortType".to_owned(),
        DataType::Integer => "IntegerType".to_owned(),
        DataType::Long => "LongType".to_owned(),
        DataType::Float => "FloatType".to_owned(),
        DataType::Double => "DoubleType".to_owned(),
        DataType::Decimal(precision, scale) => format!("DecimalType({precision},{scale})"),
        DataType::String => "StringType".to_owned(),
        DataType::Binary => "BinaryType".to_owned(),
        DataType::Date => "DateType".to_owned(),
        DataType::Timestamp => "TimestampType".to_owned(),
        DataType::TimestampNtz => "TimestampNTZType".to_owned(),
        DataType::DayTimeInterval => "DayTimeIntervalType(0,3)".to_owned(),
        DataType::YearMonthInterval => "YearMonthIntervalType(0,1)".to_owned(),
        DataType::CalendarInterval => "CalendarIntervalType".to_owned(),
        DataType::Array(element, nullable) => format!("ArrayType({},{nullable})", type_text(element)),
        DataType::Map(key, value, nullable) => format!("MapType({},{},{nullable})", type_text(key), type_text(value)),
        DataType::Struct(fields) => struct_text(&Schema { fields: fields.clone() }),
    }
}
