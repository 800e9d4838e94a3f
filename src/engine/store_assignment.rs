//! Rows made to fit the columns of a table, with the ANSI rules of which type may be stored as which. Spark's `TableOutputResolver`.

use super::metastore::TableEntry;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::Expr;
use crate::plan::Frame;
use crate::types::DataType;
use crate::types::Schema;

/// The columns of a table by name, as `saveAsTable` in append mode takes them.
///
/// # Errors
/// Another number of columns, names that are missing, other partitions, types that do not fit.
pub fn by_name(frame: &Frame, table: &TableEntry, partition_by: &[String]) -> Result<Frame> {
    let schema = &table.schema;
    let own = frame.schema();
    if own.fields.len() != schema.fields.len() {
        let text = format!(
            "The column number of the existing table {} ({}) doesn't match the data schema ({}).",
            table.identifier(),
            schema.simple_string(),
            own.simple_string()
        );
        return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1161", text, ""));
    }
    let mut places = Vec::new();
    for field in &schema.fields {
        let Some(place) = own.fields.iter().position(|it| it.name.eq_ignore_ascii_case(&field.name)) else {
            let names: Vec<&str> = own.names().collect();
            let text = format!("Cannot resolve '{}' given input columns: [{}].", field.name, names.join(", "));
            return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1162", text, ""));
        };
        places.push(place);
    }
    let same = partition_by.len() == table.partition_by.len()
        && partition_by.iter().zip(&table.partition_by).all(|(left, right)| left.eq_ignore_ascii_case(right));
    if !same {
        let text = format!(
            "Specified partitioning does not match that of the existing table {}.\nSpecified partition columns: [{}].\nExisting partition columns: [{}].",
            table.identifier(),
            partition_by.join(", "),
            table.partition_by.join(", ")
        );
        return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1163", text, ""));
    }
    stored(frame, &table.quoted(), schema, &places)
}

/// The columns of a table in its order, as `insertInto` takes them.
///
/// # Errors
/// Another number of columns, types that do not fit.
pub fn by_position(frame: &Frame, table: &str, schema: &Schema) -> Result<Frame> {
    let own = frame.schema();
    if own.fields.len() != schema.fields.len() {
        let few = own.fields.len() < schema.fields.len();
        let (condition, what) = if few { ("NOT_ENOUGH_DATA_COLUMNS", "not enough") } else { ("TOO_MANY_DATA_COLUMNS", "too many") };
        let list = |schema: &Schema| schema.names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let text = format!(
            "Cannot write to {table}, the reason is {what} data columns:\nTable columns: {}.\nData columns: {}.",
            list(schema),
            list(&own)
        );
        return Err(Diagnostic::analysis(&format!("INSERT_COLUMN_ARITY_MISMATCH.{condition}"), text, "21S01"));
    }
    stored(frame, table, schema, &(0..own.fields.len()).collect::<Vec<_>>())
}

/// The frame's columns at these places, cast to the table's.
fn stored(frame: &Frame, table: &str, schema: &Schema, places: &[usize]) -> Result<Frame> {
    let own = frame.schema();
    let names: Vec<String> = (0..own.fields.len()).map(|place| format!("_{place}")).collect();
    let renamed = frame.to_df(&names)?;
    let mut list = Vec::new();
    for (field, place) in schema.fields.iter().zip(places) {
        let given = &own.fields[*place].data_type;
        let column = Expr::name(&names[*place]);
        let value = if given.same_type(&field.data_type) {
            column
        } else if may_store(given, &field.data_type) {
            Expr::Cast(Box::new(column), field.data_type.clone(), false)
        } else {
            return Err(cannot_store(table, &field.name, given, &field.data_type));
        };
        list.push(Expr::Alias(Box::new(value), vec![field.name.clone()]));
    }
    renamed.select(list)
}

/// Whether the ANSI rules of assignment store one type as another: `Cast.canANSIStoreAssign`.
fn may_store(from: &DataType, to: &DataType) -> bool {
    let is_time = |data_type: &DataType| matches!(data_type, DataType::Date | DataType::Timestamp | DataType::TimestampNtz);
    match (from, to) {
        _ if from.same_type(to) => true,
        (DataType::Null, _) => true,
        (_, DataType::String) => from.is_atomic(),
        (DataType::Array(from, _), DataType::Array(to, _)) => may_store(from, to),
        (DataType::Map(key, value, _), DataType::Map(to_key, to_value, _)) => may_store(key, to_key) && may_store(value, to_value),
        (DataType::Struct(from), DataType::Struct(to)) => {
            from.len() == to.len() && from.iter().zip(to).all(|(from, to)| may_store(&from.data_type, &to.data_type))
        }
        _ => from.is_numeric() && to.is_numeric() || is_time(from) && is_time(to),
    }
}

fn cannot_store(table: &str, column: &str, from: &DataType, to: &DataType) -> Box<Diagnostic> {
    let text = format!(
        "Cannot write incompatible data for the table {table}: Cannot safely cast `{column}` \"{}\" to \"{}\".",
        from.sql(),
        to.sql()
    );
    Diagnostic::analysis("INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST", text, "KD000")
}
