//! What lies in a checkpoint's state, as a batch frame: Spark's sources `statestore` and `state-metadata`.
//!
//! Law: it reads the checkpoint's files and nothing else, so that it tells of a query that runs, has ended, or ran elsewhere.
// DIFFERENCE: the state is read when the frame is made, Spark's when an action runs on it.

use crate::connector::Options;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::state::CommitLog;
use crate::state::OperatorMetadata;
use crate::state::read_version;
use crate::state::schema_file;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Value;
use crate::types::arrow::array_of;
use crate::types::schema_json::parse_schema;
use crate::types::unsafe_row;
use crate::world::Disk;
use arrow_array::ArrayRef;

/// What was asked of `statestore`.
struct Asked {
    checkpoint: String,
    batch_id: u64,
    operator_id: u64,
    store: String,
    side: String,
}

/// Columns, their arrays, and how many rows.
pub type Read = (Schema, Vec<ArrayRef>, usize);

/// Whether a format is one of these sources.
#[must_use]
pub fn is_state_format(format: &str) -> bool {
    ["statestore", "state-metadata"].iter().any(|known| format.eq_ignore_ascii_case(known))
}

/// Reads a checkpoint's state, or what operators have state in it.
///
/// # Errors
/// The `STDS_*` conditions.
pub fn read(disk: &Disk, format: &str, options: &Options, path: Option<&str>) -> Result<Read> {
    let Some(path) = path.or_else(|| options.get("path")) else {
        return Err(refused("STDS_REQUIRED_OPTION_UNSPECIFIED", "'path' must be specified.".to_owned(), "42601"));
    };
    if format.eq_ignore_ascii_case("state-metadata") {
        return metadata(disk, path);
    }
    let asked = asked(disk, options, path)?;
    let (name, of_side) = asked.store_in_folder();
    let operator = OperatorMetadata::read(disk, path, asked.operator_id)?;
    if let Some(operator) = operator.filter(|operator| asked.store != "default" && operator.operator_name != "symmetricHashJoin") {
        let why = format!(
            "Providing state variable names is only supported with the transformWithState operator. Found operator={}. Please remove this option and re-run the query.",
            operator.operator_name
        );
        return Err(invalid("stateVarName", "WITH_MESSAGE", &why));
    }
    let mut folder = format!("{path}/state/{}/0", asked.operator_id);
    if name != "default" {
        folder = format!("{folder}/{name}");
    }
    let schemas = disk.read(&format!("{folder}/_metadata/schema")).and_then(schema_file::read);
    let schemas = schemas.and_then(|(keys, values)| Some((parse_schema(&keys)?, parse_schema(&values)?)));
    let Some((keys, values)) = schemas else { return Err(asked.no_schema()) };
    let rows = read_version(disk, &folder, asked.batch_id + 1)?;
    table(&keys, &values, &rows, of_side).ok_or_else(|| asked.no_schema())
}

/// Rows of a store as the columns `key`, `value`, `partition_id`; of a join's side without the rows' numbers and whether they are matched.
fn table(keys: &Schema, values: &Schema, rows: &[(Vec<u8>, Vec<u8>)], of_side: bool) -> Option<Read> {
    let fewer = usize::from(of_side);
    let part = |schema: &Schema, bytes: &[u8]| {
        let types: Vec<&DataType> = schema.fields.iter().map(|field| &field.data_type).collect();
        let mut row = unsafe_row::decode(&types, bytes)?;
        row.truncate(schema.fields.len() - fewer);
        Some(Value::Struct(row))
    };
    let shown = |schema: &Schema| DataType::Struct(schema.fields[..schema.fields.len() - fewer].to_vec());
    let (key_type, value_type) = (shown(keys), shown(values));
    let key_column: Vec<Value> = rows.iter().map(|row| part(keys, &row.0)).collect::<Option<_>>()?;
    let value_column: Vec<Value> = rows.iter().map(|row| part(values, &row.1)).collect::<Option<_>>()?;
    let partitions = vec![Value::Integer(0); rows.len()];
    let arrays = vec![array_of(&key_type, &key_column), array_of(&value_type, &value_column), array_of(&DataType::Integer, &partitions)];
    let fields = vec![Field::new("key", key_type), Field::new("value", value_type), Field::new("partition_id", DataType::Integer)];
    Some((Schema { fields }, arrays, rows.len()))
}

fn metadata(disk: &Disk, checkpoint: &str) -> Result<Read> {
    let columns = [
        ("operatorId", DataType::Long),
        ("operatorName", DataType::String),
        ("stateStoreName", DataType::String),
        ("numPartitions", DataType::Integer),
        ("minBatchId", DataType::Long),
        ("maxBatchId", DataType::Long),
        ("operatorProperties", DataType::String),
    ];
    let batches = CommitLog::new(checkpoint).batch_ids(disk);
    let batch = |id: Option<&u64>| Value::Long(id.map_or(-1, |id| id.cast_signed()));
    let mut numbers: Vec<u64> = disk.names_in(&format!("{checkpoint}/state")).iter().filter_map(|name| name.parse().ok()).collect();
    numbers.sort_unstable();
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for number in numbers {
        let Some(operator) = OperatorMetadata::read(disk, checkpoint, number)? else { continue };
        rows.extend(operator.stores.iter().map(|store| {
            vec![
                Value::Long(number.cast_signed()),
                Value::String(operator.operator_name.clone()),
                Value::String(store.store_name.clone()),
                Value::Integer(i32::try_from(store.num_partitions).unwrap_or(i32::MAX)),
                batch(batches.first()),
                batch(batches.last()),
                Value::Null,
            ]
        }));
    }
    let column = |(index, (_, data_type)): (usize, &(&str, DataType))| {
        array_of(data_type, &rows.iter().map(|row| row[index].clone()).collect::<Vec<_>>())
    };
    let arrays = columns.iter().enumerate().map(column).collect();
    let fields = columns.iter().map(|(name, data_type)| Field::new(*name, data_type.clone())).collect();
    Ok((Schema { fields }, arrays, rows.len()))
}

fn asked(disk: &Disk, options: &Options, checkpoint: &str) -> Result<Asked> {
    let side = options.get("joinSide").unwrap_or("none").to_ascii_lowercase();
    if !["left", "right", "none"].contains(&side.as_str()) {
        return Err(invalid("joinSide", "WITH_MESSAGE", "Valid values are left,right,none"));
    }
    let committed = CommitLog::new(checkpoint).batch_ids(disk);
    let number = |name: &str| match options.get(name).map(str::parse::<i64>) {
        None => Ok(None),
        Some(Ok(number)) => u64::try_from(number).map(Some).map_err(|_| invalid(name, "IS_NEGATIVE", "cannot be negative.")),
        Some(Err(_)) => {
            let text = format!("For input string: \"{}\"", options.get(name).unwrap_or_default());
            Err(Diagnostic::plain(Class::Named("NumberFormatException".to_owned()), text))
        }
    };
    let Some(batch_id) = number("batchId")?.or(committed.last().copied()).filter(|batch_id| committed.contains(batch_id)) else {
        let text = format!(
            "No committed batch found, checkpoint location: {checkpoint}. Ensure that the query has run and committed any microbatch before stopping."
        );
        return Err(refused("STDS_COMMITTED_BATCH_UNAVAILABLE", text, "KD006"));
    };
    let operator_id = number("operatorId")?.unwrap_or(0);
    let store = options.get("storeName").unwrap_or("default").to_owned();
    Ok(Asked { checkpoint: checkpoint.to_owned(), batch_id, operator_id, store, side })
}

impl Asked {
    /// The store that is read, and whether it is read as a join's side.
    fn store_in_folder(&self) -> (String, bool) {
        match self.side.as_str() {
            "none" => (self.store.clone(), false),
            side => (format!("{side}-keyWithIndexToValue"), true),
        }
    }

    fn no_schema(&self) -> Box<Diagnostic> {
        let Self { checkpoint, batch_id, operator_id, store, side } = self;
        let text = format!(
            "Failed to read the state schema. Either the file does not exist, or the file is corrupted. options: StateSourceOptions(checkpointLocation={checkpoint}, batchId={batch_id}, operatorId={operator_id}, storeName={store}, joinSide={side}, stateVarName=None, flattenCollectionTypes=true).\n\
             Rerun the streaming query to construct the state schema, and report to the corresponding communities or vendors if the error persists."
        );
        refused("STDS_FAILED_TO_READ_STATE_SCHEMA", text, "42K03")
    }
}

fn invalid(option: &str, part: &str, why: &str) -> Box<Diagnostic> {
    refused(&format!("STDS_INVALID_OPTION_VALUE.{part}"), format!("Invalid value for source option '{option}': {why}"), "42616")
}

fn refused(condition: &str, text: String, state: &str) -> Box<Diagnostic> {
    Diagnostic::new(Class::IllegalArgument, condition, text, state)
}
