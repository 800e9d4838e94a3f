//! What Delta says of its mistakes. Its texts begin with the condition in brackets and end without an SQLSTATE.

use crate::diag::{Class, Diagnostic};
use crate::types::{DataType, Schema};

/// An error of Delta's, of this Python class.
fn error(class: Class, condition: &str, text: &str) -> Box<Diagnostic> {
    let mut found = Diagnostic::plain(class, format!("[{condition}] {text}"));
    found.condition = Some(condition.to_owned());
    found
}

fn analysis(condition: &str, text: &str) -> Box<Diagnostic> {
    error(Class::Analysis, condition, text)
}

fn unsupported(condition: &str, text: &str) -> Box<Diagnostic> {
    error(Class::Named("UnsupportedOperationException".to_owned()), condition, text)
}

fn argument(condition: &str, text: &str) -> Box<Diagnostic> {
    error(Class::IllegalArgument, condition, text)
}

pub(super) fn truncated(table: &str, version: u64) -> Box<Diagnostic> {
    error(
        Class::Named("FileNotFoundException".to_owned()),
        "DELTA_TRUNCATED_TRANSACTION_LOG",
        &format!(
            "{table}/_delta_log/{version:020}.json: Unable to reconstruct state at version {version} as the transaction log has been truncated due to manual deletion or the log retention policy (delta.logRetentionDuration=30 days) and checkpoint retention policy (delta.checkpointRetentionDuration=2 days)"
        ),
    )
}

pub(super) fn unknown_features(what: &str, table: &str, features: &[&str]) -> Box<Diagnostic> {
    let kind = if what == "READ" { "reader" } else { "writer" };
    let verb = what.to_lowercase();
    unsupported(
        &format!("DELTA_UNSUPPORTED_FEATURES_FOR_{what}"),
        &format!(
            "Unsupported Delta {verb} feature: table \"{table}\" requires {kind} table feature(s) that are unsupported by Delta Lake \"Tidemark\": {}.",
            features.join(", ")
        ),
    )
}

pub(super) fn path_exists(table: &str) -> Box<Diagnostic> {
    analysis("DELTA_PATH_EXISTS", &format!("Cannot write to already existent path {table} without setting OVERWRITE = 'true'."))
}

/// A path that holds no table, or a name of none.
pub(super) fn no_table(name: &str) -> Box<Diagnostic> {
    analysis("DELTA_TABLE_NOT_FOUND", &format!("Delta table {name} doesn't exist."))
}

pub(super) fn missing_table(path: &str) -> Box<Diagnostic> {
    analysis("DELTA_MISSING_DELTA_TABLE", &format!("`{path}` is not a Delta table."))
}

pub(super) fn schema_not_set() -> Box<Diagnostic> {
    analysis("DELTA_SCHEMA_NOT_SET", "Table schema is not set.  Write data into it or use CREATE TABLE to set the schema.")
}

pub(super) fn no_schema_at_read() -> Box<Diagnostic> {
    analysis("DELTA_UNSUPPORTED_SCHEMA_DURING_READ", "Delta does not support specifying the schema at read time.")
}

pub(super) fn output_mode(mode: &str) -> Box<Diagnostic> {
    analysis(
        "DELTA_UNSUPPORTED_OUTPUT_MODE",
        &format!("Data source org.apache.spark.sql.delta.sources.DeltaDataSource does not support {mode} output mode"),
    )
}

pub(super) fn null_type_in_stream() -> Box<Diagnostic> {
    analysis("DELTA_NULL_SCHEMA_IN_STREAMING_WRITE", "Delta doesn't accept NullTypes in the schema for streaming writes.")
}

pub(super) fn partition_column(name: &str, schema: &Schema) -> Box<Diagnostic> {
    let known: Vec<String> = schema.names().map(|name| format!("`{name}`")).collect();
    analysis("DELTA_PARTITION_COLUMN_NOT_FOUND", &format!("Partition column `{name}` not found in schema [{}]", known.join(", ")))
}

pub(super) fn only_partition_columns() -> Box<Diagnostic> {
    analysis("DELTA_NON_PARTITION_COLUMN_ABSENT", "Data written into Delta needs to contain at least one non-partitioned column.")
}

/// Two types of one column that no type holds both of.
pub(super) fn failed_to_merge(column: &str, current: &DataType, update: &DataType) -> Box<Diagnostic> {
    analysis("DELTA_FAILED_TO_MERGE_FIELDS", &format!("Failed to merge fields '{column}' and '{column}'")).hint(format!(
        "The table's column `{column}` is {}, the data's is {}: cast it before you write, or overwrite the table with option(\"overwriteSchema\", \"true\").",
        current.simple_string(),
        update.simple_string()
    ))
}

/// How what is written differs from the table: Delta's `MetadataMismatchErrorBuilder`.
pub(super) fn mismatch(
    id: &str,
    table: &Schema,
    data: Option<&Schema>,
    partitions: Option<(&[String], &[String])>,
    overwrites: bool,
) -> Box<Diagnostic> {
    let mut bits = Vec::new();
    // The margin bars of Delta's template take those of the schema's tree with them.
    let tree = |schema: &Schema| {
        schema.tree_string().lines().map(|line| format!("{}\n", line.strip_prefix(" |").unwrap_or(line))).collect::<String>()
    };
    if let Some(data) = data {
        bits.push(format!(
            "A schema mismatch detected when writing to the Delta table (Table ID: {id}).\nTo enable schema migration using DataFrameWriter or DataStreamWriter, please set:\n'.option(\"mergeSchema\", \"true\")'.\nFor other operations, set the session configuration\nspark.databricks.delta.schema.autoMerge.enabled to \"true\". See the documentation\nspecific to the operation for details.\n\nTable schema:\n{}\n\nData schema:\n{}\n         ",
            tree(table),
            tree(data)
        ));
    }
    if let Some((original, given)) = partitions {
        let list = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        bits.push(format!(
            "Partition columns do not match the partition columns of the table.\nGiven: [{}]\nTable: [{}]\n         ",
            list(given),
            list(original)
        ));
    }
    if overwrites {
        bits.push("To overwrite your schema or change partitioning, please set:\n'.option(\"overwriteSchema\", \"true\")'.\n\nNote that the schema can't be overwritten when using\n'replaceWhere'.\n         ".to_owned());
    }
    analysis("_LEGACY_ERROR_TEMP_DELTA_0007", &bits.join("\n"))
}

pub(super) fn version_not_found(version: i64, earliest: u64, latest: u64) -> Box<Diagnostic> {
    analysis(
        "DELTA_VERSION_NOT_FOUND",
        &format!("Cannot time travel Delta table to version {version}. Available versions: [{earliest}, {latest}]."),
    )
}

pub(super) fn time_too_late(given: &str, latest: &str) -> Box<Diagnostic> {
    analysis(
        "DELTA_TIMESTAMP_GREATER_THAN_COMMIT",
        &format!(
            "The provided timestamp ({given}) is after the latest version available to this\ntable ({latest}). Please use a timestamp before or at {latest}."
        ),
    )
}

pub(super) fn time_too_early(given: &str, earliest: &str) -> Box<Diagnostic> {
    analysis(
        "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION",
        &format!(
            "The provided timestamp ({given}) is before the earliest version available to this\ntable ({earliest}). Please use a timestamp after {earliest}."
        ),
    )
}

pub(super) fn bad_time(text: &str) -> Box<Diagnostic> {
    analysis("DELTA_TIMESTAMP_INVALID", &format!("The provided timestamp ('{text}') cannot be converted to a valid timestamp."))
}

pub(super) fn two_time_travels() -> Box<Diagnostic> {
    argument("DELTA_ONEOF_IN_TIMETRAVEL", "Please either provide 'timestampAsOf' or 'versionAsOf' for time travel.")
}

pub(super) fn no_time_travel_here() -> Box<Diagnostic> {
    analysis("DELTA_UNSUPPORTED_TIME_TRAVEL_VIEWS", "Cannot time travel views, subqueries, streams or change data feed queries.")
}

pub(super) fn two_starts() -> Box<Diagnostic> {
    argument("DELTA_STARTING_VERSION_AND_TIMESTAMP_BOTH_SET", "Please either provide 'startingVersion' or 'startingTimestamp'")
}

pub(super) fn bad_option(value: &str, name: &str, must: &str) -> Box<Diagnostic> {
    argument("DELTA_ILLEGAL_OPTION", &format!("Invalid value '{value}' for option '{name}', {must}"))
}

pub(super) fn one_of_transaction_options() -> Box<Diagnostic> {
    argument(
        "DELTA_INVALID_IDEMPOTENT_WRITES_OPTIONS",
        "Invalid options for idempotent Dataframe writes: Both txnVersion and txnAppId must be specified for idempotent data frame writes",
    )
}

pub(super) fn deleted_in_source(file: &str, version: u64, table: &str) -> Box<Diagnostic> {
    unsupported(
        "DELTA_SOURCE_IGNORE_DELETE",
        &format!(
            "Detected deleted data (for example {file}) from streaming source at version {version}. This is currently not supported. If you'd like to ignore deletes, set the option 'ignoreDeletes' to 'true'. The source table can be found at path file:{table}."
        ),
    )
}

pub(super) fn changed_in_source(file: &str, version: u64, table: &str) -> Box<Diagnostic> {
    unsupported(
        "DELTA_SOURCE_TABLE_IGNORE_CHANGES",
        &format!(
            "Detected a data update (for example {file}) in the source table at version {version}. This is currently not supported. If you'd like to ignore updates, set the option 'skipChangeCommits' to 'true'. If you would like the data update to be reflected, please restart this query with a fresh checkpoint directory. The source table can be found at path file:{table}."
        ),
    )
}

pub(super) fn schema_changed(version: u64, read: &Schema, data: &Schema) -> Box<Diagnostic> {
    let class = Class::Named("IllegalStateException".to_owned());
    let text = format!(
        "Detected schema change in version {version}:\nstreaming source schema: {}\n\ndata file schema: {}\n\nPlease try restarting the query. If this issue repeats across query restarts without\nmaking progress, you have made an incompatible schema change and need to start your\nquery from scratch using a new checkpoint directory.\n",
        read.tree_string(),
        data.tree_string()
    );
    error(class, "DELTA_SCHEMA_CHANGED_WITH_VERSION", &text)
}

pub(super) fn another_table(new_id: &str, old_id: &str) -> Box<Diagnostic> {
    let text = format!(
        "The streaming query was reading from an unexpected Delta table (id = '{new_id}').\nIt used to read from another Delta table (id = '{old_id}') according to checkpoint.\nThis may happen when you changed the code to read from a new table or you deleted and\nre-created a table. Please revert your change or delete your streaming query checkpoint\nto restart from scratch."
    );
    error(Class::Named("IllegalStateException".to_owned()), "DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE", &text)
}

pub(super) fn bad_offset() -> Box<Diagnostic> {
    let text = "The stored source offset format is invalid";
    error(Class::Named("IllegalStateException".to_owned()), "DELTA_INVALID_SOURCE_OFFSET_FORMAT", text)
}
