//! Rows as a Parquet file: each value goes down to its leaf column, with the levels that say which lists and structs it lies in.
//! Spark's `ParquetWriteSupport`.

use super::cells::Leaf;
use super::schema::{leaves, message};
use super::{SPARK_SCHEMA, SPARK_VERSION, WriteStyle};
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Value;
use crate::types::arrow::value_at;
use arrow_array::ArrayRef;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::SchemaDescriptor;
use std::sync::Arc;

/// The release whose files these are like.
const CREATED_BY: &str = "parquet-mr version 1.17.0 (build fac0c746532e133beb928a7f6a7e57b510b477a1)";

/// The file that holds these rows of these columns.
///
/// # Errors
/// Types that Parquet does not hold.
pub(super) fn file(schema: &Schema, columns: &[ArrayRef], rows: &[usize], style: &WriteStyle) -> Result<Vec<u8>> {
    let message = message(schema, style.timestamps)?;
    let descriptor = SchemaDescriptor::new(Arc::clone(&message));
    let mut columns_down: Vec<Leaf> = descriptor.columns().iter().map(|column| Leaf::new(column)).collect();
    let mut first = 0;
    for (field, column) in schema.fields.iter().zip(columns) {
        let own = &mut columns_down[first..first + leaves(&field.data_type)];
        for &row in rows {
            let value = value_at(column, row, &field.data_type);
            shred(&value, &field.data_type, field.nullable, Depth::default(), own)?;
        }
        first += own.len();
    }
    let mut writer = SerializedFileWriter::new(Vec::new(), message, Arc::new(properties(schema, style)))?;
    if !rows.is_empty() {
        let mut group = writer.next_row_group()?;
        let mut leaves = columns_down.iter();
        while let (Some(mut column), Some(leaf)) = (group.next_column()?, leaves.next()) {
            leaf.write(column.untyped())?;
            column.close()?;
        }
        group.close()?;
    }
    writer.into_inner()
}

fn properties(schema: &Schema, style: &WriteStyle) -> WriterProperties {
    let text = |key: &str, value: String| KeyValue { key: key.to_owned(), value: Some(value) };
    WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(style.codec.compression())
        .set_key_value_metadata(Some(vec![text(SPARK_SCHEMA, schema.json()), text(SPARK_VERSION, "4.3.0".to_owned())]))
        .build()
}

/// Where a value lies: how many optional and repeated parts above it are there, at which list it goes on, how many lists are around it.
#[derive(Clone, Copy, Debug, Default)]
struct Depth {
    definition: i16,
    repetition: i16,
    lists: i16,
}

fn shred(value: &Value, data_type: &DataType, nullable: bool, depth: Depth, down: &mut [Leaf]) -> Result<()> {
    if *value == Value::Null {
        if !nullable {
            return Err(ParquetError::General("a column that is never null holds a null".to_owned()));
        }
        nothing(depth, down);
        return Ok(());
    }
    let depth = Depth { definition: depth.definition + i16::from(nullable), ..depth };
    match (data_type, value) {
        (DataType::Struct(fields), Value::Struct(values)) => shred_struct(fields, values, depth, down),
        (DataType::Array(element, nullable), Value::Array(values)) => {
            each(values, depth, down, |value, depth, down| shred(value, element, *nullable, depth, down))
        }
        (DataType::Map(key, value, nullable), Value::Map(entries)) => each(entries, depth, down, |entry, depth, down| {
            let (keys, values) = down.split_at_mut(leaves(key));
            shred(&entry.0, key, false, depth, keys)?;
            shred(&entry.1, value, *nullable, depth, values)
        }),
        _ => {
            let pushed = down.first_mut().is_some_and(|leaf| leaf.push(value, depth.definition, depth.repetition));
            if pushed { Ok(()) } else { unreachable!("a value goes into a column of its own type") }
        }
    }
}

fn shred_struct(fields: &[Field], values: &[Value], depth: Depth, down: &mut [Leaf]) -> Result<()> {
    let mut first = 0;
    for (field, value) in fields.iter().zip(values) {
        let own = leaves(&field.data_type);
        shred(value, &field.data_type, field.nullable, depth, &mut down[first..first + own])?;
        first += own;
    }
    Ok(())
}

/// The items of a list: the first goes on where the list does, the others begin anew at this list.
fn each<T>(items: &[T], depth: Depth, down: &mut [Leaf], mut shred: impl FnMut(&T, Depth, &mut [Leaf]) -> Result<()>) -> Result<()> {
    if items.is_empty() {
        nothing(depth, down);
    }
    let lists = depth.lists + 1;
    for (index, item) in items.iter().enumerate() {
        let repetition = if index == 0 { depth.repetition } else { lists };
        shred(item, Depth { definition: depth.definition + 1, repetition, lists }, down)?;
    }
    Ok(())
}

/// A place without a value in each column.
fn nothing(depth: Depth, down: &mut [Leaf]) {
    for leaf in down {
        leaf.push_level(depth.definition, depth.repetition);
    }
}
