//! Rows into data files of a table, a file for each partition.

use super::action::AddFile;
use super::stats;
use crate::connector::file_sink::folder_of;
use crate::connector::parquet::{self, Codec, TimestampStyle, WriteStyle};
use crate::connector::source_log;
use crate::diag::Result;
use crate::types::arrow::value_at;
use crate::types::display::cast_string;
use crate::types::{Schema, Zone};
use crate::world::World;
use arrow_array::ArrayRef;
use std::collections::BTreeMap;

/// Times as microseconds, which every reader of Delta tables knows.
const STYLE: WriteStyle = WriteStyle { codec: Codec::Snappy, timestamps: TimestampStyle::Micros };

/// Writes rows that are in the table's order; without rows there is no file.
///
/// # Errors
/// Types that Parquet does not hold.
pub(super) fn write(
    world: &mut dyn World,
    table: &str,
    schema: &Schema,
    partition_by: &[String],
    columns: &[ArrayRef],
    rows: usize,
) -> Result<Vec<AddFile>> {
    let zone = Zone::utc();
    let place = |name: &String| schema.fields.iter().position(|field| field.name.eq_ignore_ascii_case(name));
    let partitions: Vec<usize> = partition_by.iter().filter_map(place).collect();
    let kept: Vec<usize> = (0..schema.fields.len()).filter(|index| !partitions.contains(index)).collect();
    let file_schema = Schema { fields: kept.iter().map(|index| schema.fields[*index].clone()).collect() };
    let file_columns: Vec<ArrayRef> = kept.iter().map(|index| columns[*index].clone()).collect();
    let mut by_folder: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for row in 0..rows {
        let folder = if partitions.is_empty() { String::new() } else { folder_of(&partitions, schema, columns, row, &zone) };
        by_folder.entry(folder).or_default().push(row);
    }
    let mut added = Vec::new();
    for (number, (folder, rows)) in by_folder.into_iter().enumerate() {
        let uuid = world.next_uuid();
        let mark = if partitions.is_empty() { '-' } else { '.' };
        let name = format!("{folder}part-{number:05}-{uuid}{mark}c000.snappy.parquet");
        let bytes = parquet::file(&file_schema, &file_columns, &rows, &STYLE)?;
        let size = bytes.len() as u64;
        world.disk_mut().put(&format!("{table}/{name}"), bytes);
        added.push(AddFile {
            path: source_log::escape(&name),
            partition_values: partition_values(schema, &partitions, columns, rows[0], &zone),
            size,
            modified_ms: world.now_ms(),
            data_change: true,
            stats: Some(stats::stats(&file_schema, &file_columns, &rows)),
            has_deletion_vector: false,
        });
    }
    Ok(added)
}

fn partition_values(schema: &Schema, partitions: &[usize], columns: &[ArrayRef], row: usize, zone: &Zone) -> Vec<(String, Option<String>)> {
    let value = |place: &usize| {
        let field = &schema.fields[*place];
        let text = cast_string(&value_at(&columns[*place], row, &field.data_type), &field.data_type, zone);
        (field.name.clone(), text.filter(|text| !text.is_empty()))
    };
    partitions.iter().map(value).collect()
}
