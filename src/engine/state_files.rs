//! The files beside a state store that say whose state it is, and the check that a restarted query still fits it.
//!
//! Law: number and types of the state's columns must not change over restarts; names may.

use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::operator::FileStore;
use crate::operator::Memory;
use crate::state::FileForm;
use crate::state::OperatorMetadata;
use crate::state::StateStoreInfo;
use crate::state::schema_file;
use crate::types::DataType;
use crate::types::Schema;
use crate::types::schema_json;
use crate::world::Disk;
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
        if memory.is_plain() {
            stores.push(StateStoreInfo { store_name: memory.store_name().to_owned(), num_cols_prefix_key: 0, num_partitions: 1 });
        }
        for (file, folder) in memory.file_stores().iter().zip(memory.folders(&partition)) {
            let prefix = if file.name == "default" { memory.prefix_columns() as u64 } else { 0 };
            stores.push(StateStoreInfo { store_name: file.name.clone(), num_cols_prefix_key: prefix, num_partitions: 1 });
            if memory.version() != Some(version) {
                check_schema(file, world, &folder, check)?;
            }
        }
        if memory.version() != Some(version) {
            memory.open(world.disk(), &partition, version)?;
        }
    }
    if OperatorMetadata::read(world.disk(), checkpoint, number)?.is_none() {
        OperatorMetadata { operator_id: number, operator_name: name.to_owned(), stores }.write(world.disk_mut(), checkpoint);
    }
    Ok(())
}

/// Whether the query has the stateful operators whose state lies there; a folder without any says nothing.
///
/// # Errors
/// `STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA`.
pub fn check_operators(now: &[(u64, &'static str)], disk: &Disk, checkpoint: &str) -> Result<()> {
    let mut known = Vec::new();
    let mut numbers: Vec<u64> = disk.names_in(&format!("{checkpoint}/state")).iter().filter_map(|name| name.parse().ok()).collect();
    numbers.sort_unstable();
    for number in numbers {
        known.extend(OperatorMetadata::read(disk, checkpoint, number)?.map(|metadata| (number, metadata.operator_name)));
    }
    if known.is_empty() || known.iter().map(|(number, name)| (*number, name.as_str())).eq(now.iter().copied()) {
        return Ok(());
    }
    let known: Vec<(u64, &str)> = known.iter().map(|(number, name)| (*number, name.as_str())).collect();
    let text = format!(
        "Streaming stateful operator name does not match with the operator in state metadata. This likely to happen when user adds/removes/changes stateful operator of existing streaming query.\n\
         Stateful operators in the metadata: [{}]; Stateful operators in current batch: [{}].",
        listed(&known),
        listed(now)
    );
    let condition = "STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA";
    Err(Diagnostic::new(Class::Named("SparkRuntimeException".to_owned()), condition, text, "42K03"))
}

fn listed(operators: &[(u64, &str)]) -> String {
    let operator = |(number, name): &(u64, &str)| format!("(OperatorId: {number} -> OperatorName: {name})");
    operators.iter().map(operator).collect::<Vec<_>>().join(", ")
}

/// A query that begins finds no state there.
///
/// # Errors
/// `STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY`.
pub fn check_empty(disk: &Disk, checkpoint: &str) -> Result<()> {
    let folder = format!("{checkpoint}/state");
    if disk.files_under(&folder).next().is_none() {
        return Ok(());
    }
    let text = format!(
        "The checkpoint location {folder} should be empty on batch 0\nPlease either use a new checkpoint location, or delete the existing data in the checkpoint location."
    );
    Err(Diagnostic::new(Class::Named("SparkRuntimeException".to_owned()), "STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY", text, "42K03"))
}

fn check_schema(file: &FileStore, world: &mut dyn World, folder: &str, check: bool) -> Result<()> {
    let path = format!("{folder}/_metadata/schema");
    let (keys, values) = file.schemas();
    let known = world.disk().read(&path).and_then(schema_file::read).filter(|_| check);
    let Some((known_keys, known_values)) = known else {
        world.disk_mut().put(&path, schema_file::write(&keys, &values));
        return Ok(());
    };
    for (part, known, now) in [("key", known_keys, keys), ("value", known_values, values)] {
        if let (Some(known), Some(now)) = (schema_json::parse_schema(&known), schema_json::parse_schema(&now))
            && !same_shape(&known.data_type(), &now.data_type())
        {
            return Err(incompatible(part, &struct_text(&known), &struct_text(&now)));
        }
    }
    Ok(())
}

/// Whether two types are the same but for names and for what may be null.
fn same_shape(known: &DataType, now: &DataType) -> bool {
    match (known, now) {
        (DataType::Array(a, _), DataType::Array(b, _)) => same_shape(a, b),
        (DataType::Map(a, b, _), DataType::Map(c, d, _)) => same_shape(a, c) && same_shape(b, d),
        (DataType::Struct(a), DataType::Struct(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_shape(&a.data_type, &b.data_type))
        }
        _ => known == now,
    }
}

/// `STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE` and `..._VALUE_...`.
pub(super) fn incompatible(part: &str, known: &str, now: &str) -> Box<Diagnostic> {
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
pub(super) fn struct_text(schema: &Schema) -> String {
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
        DataType::DayTimeInterval(start, end) => format!("DayTimeIntervalType({start},{end})"),
        DataType::YearMonthInterval(start, end) => format!("YearMonthIntervalType({start},{end})"),
        DataType::CalendarInterval => "CalendarIntervalType".to_owned(),
        DataType::Array(element, nullable) => format!("ArrayType({},{nullable})", type_text(element)),
        DataType::Map(key, value, nullable) => format!("MapType({},{},{nullable})", type_text(key), type_text(value)),
        DataType::Struct(fields) => struct_text(&Schema { fields: fields.clone() }),
    }
}
