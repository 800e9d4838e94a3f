//! The schema that files show of themselves, and partition discovery. Spark's `JsonInferSchema`, `CSVInferSchema`, `PartitioningUtils`.

use super::Options;
use super::csv_options::CsvOptions;
use super::file_reader::FileToRead;
use super::infer_csv;
use super::infer_json;
use super::json_options::JsonOptions;
use super::parquet;
use super::read_options::{Mode, flag};
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Schema;
use crate::types::Zone;
use crate::types::time;
use crate::world::Disk;

/// The schema of these files; none where they say nothing.
///
/// # Errors
/// Options that make no sense, files of another format.
pub(super) fn infer(disk: &Disk, format: &str, options: &Options, files: &[FileToRead], zone: &Zone) -> Result<Option<Schema>> {
    let texts: Vec<String> =
        files.iter().filter_map(|file| disk.read(&file.status.path)).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
    let separator = options.get("lineSep").map(str::as_bytes);
    match format.to_ascii_lowercase().as_str() {
        "parquet" => match files.first() {
            Some(file) => parquet::schema_of(&file.status.path, disk.read(&file.status.path).unwrap_or_default()).map(Some),
            None => Ok(None),
        },
        "csv" => infer_csv::infer(&texts, &CsvOptions::of(options, zone)?, separator, flag(options, "inferSchema", false)?),
        _ => {
            let corrupt = options.get("columnNameOfCorruptRecord").unwrap_or("_corrupt_record");
            let strings = flag(options, "primitivesAsString", false)?;
            let schema = infer_json::infer(&texts, &JsonOptions::of(options, zone)?, separator, corrupt, Mode::of(options), strings);
            Ok((!texts.is_empty()).then_some(schema))
        }
    }
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
