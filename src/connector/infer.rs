//! The schema that files show of themselves: Spark's `JsonInferSchema`, `CSVInferSchema` and partition discovery.

use super::Options;
use super::file_reader::FileToRead;
use super::read_options::not_yet;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Schema;
use crate::types::Zone;
use crate::types::time;
use crate::world::Disk;

/// The schema of these files; none where they say nothing.
///
/// # Errors
/// Formats whose schemas we cannot read yet.
pub(super) fn infer(_disk: &Disk, format: &str, _options: &Options, files: &[FileToRead], _zone: &Zone) -> Result<Option<Schema>> {
    if files.is_empty() {
        return Ok(None);
    }
    Err(not_yet(&format!("inferring the schema of {format} files")))
}

/// The type of a partition folder's value: Spark's `PartitioningUtils.inferPartitionColumnValue`.
pub(super) fn partition_type(value: &str) -> DataType {
    if value.parse::<i32>().is_ok() {
        DataType::Integer
    } else if value.parse::<i64>().is_ok() {
        DataType::Long
    } else if value.parse::<f64>().is_ok() && value.starts_with(|letter: char| letter.is_ascii_digit() || "+-.".contains(letter)) {
        DataType::Double
    } else if value.len() == 10 && time::parse_date(value).is_some() {
        DataType::Date
    } else if value.len() > 10 && time::parse_timestamp(value, &Zone::utc()).is_some() {
        DataType::Timestamp
    } else {
        DataType::String
    }
}

/// The type that holds the values of both.
pub(super) fn wider_partition_type(left: Option<DataType>, right: Option<DataType>) -> Option<DataType> {
    let (Some(left), Some(right)) = (left.clone(), right.clone()) else { return left.or(right) };
    let rank = |data_type: &DataType| match data_type {
        DataType::Integer => Some(0),
        DataType::Long => Some(1),
        DataType::Double => Some(2),
        _ => None,
    };
    Some(match (rank(&left), rank(&right)) {
        _ if left == right => left,
        (Some(a), Some(b)) => {
            if a > b {
                left
            } else {
                right
            }
        }
        _ => DataType::String,
    })
}
