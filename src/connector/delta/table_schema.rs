//! Whether rows fit a table, and what its schema is afterwards. Delta's `ImplicitMetadataOperation` and `SchemaMergingUtils`.

use super::action::Metadata;
use super::errors;
use crate::diag::Result;
use crate::types::arrow::{array_of, nulls, value_at};
use crate::types::{DataType, Field, Schema, Value};
use arrow_array::ArrayRef;
use std::sync::Arc;

/// How a write may change the schema.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evolution {
    /// `mergeSchema`.
    pub(super) merges: bool,
    /// `overwriteSchema` in a write that overwrites.
    pub(super) replaces: bool,
    /// The write overwrites.
    pub(super) overwrites: bool,
}

/// The table's metadata after a write of these columns; none where it stays as it is.
///
/// # Errors
/// Types that do not merge; new columns or other partitions without leave.
pub(super) fn evolve(current: &Metadata, data: &Schema, partition_by: &[String], evolution: Evolution) -> Result<Option<Metadata>> {
    let same_partitions = partition_by.is_empty() || same_names(partition_by, &current.partition_by);
    if evolution.replaces {
        let schema = nullable(data);
        if schema == current.schema && same_partitions {
            return Ok(None);
        }
        let partition_by = if partition_by.is_empty() { current.partition_by.clone() } else { partition_by.to_vec() };
        let partition_by = partition_by.into_iter().filter(|name| has(&schema, name)).collect();
        return Ok(Some(Metadata { schema_string: schema.json(), schema, partition_by, ..current.clone() }));
    }
    let merged = merge(&current.schema.fields, &data.fields)?;
    let is_new = merged.len() > current.schema.fields.len();
    if (is_new && !evolution.merges) || !same_partitions {
        let partitions = (!same_partitions).then_some((current.partition_by.as_slice(), partition_by));
        let data = nullable(data);
        let data = (is_new && !evolution.merges).then_some(&data);
        return Err(errors::mismatch(&current.id, &current.schema, data, partitions, evolution.overwrites));
    }
    let schema = Schema { fields: merged };
    Ok(is_new.then(|| Metadata { schema_string: schema.json(), schema, ..current.clone() }))
}

/// The columns of a table in its order, taken by name from these; those that are missing are null.
pub(super) fn arrange(table: &Schema, data: &Schema, columns: &[ArrayRef], rows: usize) -> Vec<ArrayRef> {
    let column = |field: &Field| match data.fields.iter().position(|own| own.name.eq_ignore_ascii_case(&field.name)) {
        None => nulls(&field.data_type, rows),
        Some(place) if data.fields[place].data_type.same_type(&field.data_type) => Arc::clone(&columns[place]),
        Some(place) => {
            let own = &data.fields[place].data_type;
            let values: Vec<Value> = (0..rows).map(|row| widened(value_at(&columns[place], row, own), &field.data_type)).collect();
            array_of(&field.data_type, &values)
        }
    };
    table.fields.iter().map(column).collect()
}

/// All columns may be null in a table of Delta's.
pub(super) fn nullable(schema: &Schema) -> Schema {
    let field = |field: &Field| Field { name: field.name.clone(), data_type: field.data_type.as_nullable(), nullable: true };
    Schema { fields: schema.fields.iter().map(field).collect() }
}

fn has(schema: &Schema, name: &str) -> bool {
    schema.fields.iter().any(|field| field.name.eq_ignore_ascii_case(name))
}

fn same_names(left: &[String], right: &[String]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.eq_ignore_ascii_case(right))
}

fn merge(current: &[Field], data: &[Field]) -> Result<Vec<Field>> {
    let mut merged = current.to_vec();
    for field in data {
        match merged.iter().find(|own| own.name.eq_ignore_ascii_case(&field.name)) {
            Some(own) if own.data_type.same_type(&field.data_type) || widens(&field.data_type, &own.data_type) => {}
            Some(own) => return Err(errors::failed_to_merge(&field.name, &own.data_type, &field.data_type)),
            None => merged.push(Field { name: field.name.clone(), data_type: field.data_type.as_nullable(), nullable: true }),
        }
    }
    Ok(merged)
}

/// The whole numbers that Parquet keeps alike: a narrower one is written into a wider column.
fn widens(from: &DataType, to: &DataType) -> bool {
    matches!((from, to), (DataType::Byte, DataType::Short | DataType::Integer) | (DataType::Short, DataType::Integer))
}

fn widened(value: Value, to: &DataType) -> Value {
    match (value.as_i64(), to) {
        (Some(number), DataType::Short) => i16::try_from(number).map_or(Value::Null, Value::Short),
        (Some(number), DataType::Integer) => i32::try_from(number).map_or(Value::Null, Value::Integer),
        _ => value,
    }
}
