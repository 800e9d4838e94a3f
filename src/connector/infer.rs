//! The schema that files show of themselves, and partition discovery. Spark's `JsonInferSchema`, `CSVInferSchema`, `PartitioningUtils`.

use super::Options;
use super::charset::Charset;
use super::compression::unpacked;
use super::csv_options::CsvOptions;
use super::file_reader::FileToRead;
use super::infer_csv;
use super::infer_json::{self, InferStyle};
use super::json_options::JsonOptions;
use super::parquet;
use super::read_options::{Mode, corrupt_name, flag};
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::coercion;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Zone;
use crate::types::time;
use crate::world::Disk;

/// The schema of these files; none where they say nothing.
///
/// # Errors
/// Options that make no sense, files of another format.
pub(super) fn infer(disk: &Disk, format: &str, options: &Options, files: &[FileToRead], zone: &Zone) -> Result<Option<Schema>> {
    if format.eq_ignore_ascii_case("parquet") {
        return infer_parquet(disk, options, files);
    }
    let texts = texts(disk, format, options, files)?;
    let separator = options.get("lineSep").map(str::as_bytes);
    match format.to_ascii_lowercase().as_str() {
        "csv" => infer_csv::infer(&texts, &CsvOptions::of(options, zone)?, separator, flag(options, "inferSchema", false)?),
        _ => {
            let corrupt = corrupt_name(options);
            let style = InferStyle {
                primitives_as_string: flag(options, "primitivesAsString", false)?,
                prefers_decimal: flag(options, "prefersDecimal", false)?,
                drop_null_fields: flag(options, "dropFieldIfAllNull", false)?,
                infer_timestamp: flag(options, "inferTimestamp", false)?,
            };
            let schema = infer_json::infer(&texts, &JsonOptions::of(options, zone)?, separator, corrupt, Mode::of(options), style);
            Ok((!texts.is_empty()).then_some(schema))
        }
    }
}

/// The files' texts, unpacked and in UTF-8.
fn texts(disk: &Disk, format: &str, options: &Options, files: &[FileToRead]) -> Result<Vec<String>> {
    let charset = Charset::of(options, format)?;
    let mut texts = Vec::new();
    for file in files {
        let bytes = disk.read(&file.status.path).unwrap_or_default();
        let bytes = unpacked(&file.status.path, bytes)?.unwrap_or_default();
        texts.push(String::from_utf8_lossy(&charset.decode(&bytes)).trim_start_matches('\u{FEFF}').to_owned());
    }
    Ok(texts)
}

/// The schema of one file, or with `mergeSchema` of all together.
fn infer_parquet(disk: &Disk, options: &Options, files: &[FileToRead]) -> Result<Option<Schema>> {
    let merges = match options.get("mergeSchema").or_else(|| options.get("spark.sql.parquet.mergeSchema")) {
        Some(text) => text.eq_ignore_ascii_case("true"),
        None => false,
    };
    let mut merged: Option<Schema> = None;
    for file in files.iter().take(if merges { files.len() } else { 1 }) {
        let own = parquet::schema_of(&file.status.path, disk.read(&file.status.path).unwrap_or_default())?;
        merged = Some(match merged {
            Some(known) => merge_schemas(known, &own)?,
            None => own,
        });
    }
    Ok(merged)
}

/// The columns of both: `StructType.merge`.
fn merge_schemas(left: Schema, right: &Schema) -> Result<Schema> {
    let failed = |reason: Box<Diagnostic>| {
        let text = format!(
            "Failed merging schemas:\nInitial schema:\n\"{}\"\nSchema that cannot be merged with the initial schema:\n\"{}\".",
            left.data_type().sql(),
            right.data_type().sql()
        );
        Diagnostic::new(Class::Named("SparkException".to_owned()), "CANNOT_MERGE_SCHEMAS", text, "42KD9").hint(reason.message.clone())
    };
    merge_fields(&left.fields, &right.fields).map(Schema::new).map_err(failed)
}

fn merge_fields(left: &[Field], right: &[Field]) -> Result<Vec<Field>> {
    let of = |name: &str, fields: &[Field]| fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)).cloned();
    let mut fields = Vec::new();
    for field in left {
        fields.push(match of(&field.name, right) {
            Some(other) => Field {
                data_type: merge_types(&field.data_type, &other.data_type)?,
                nullable: field.nullable || other.nullable,
                name: field.name.clone(),
            },
            None => field.clone(),
        });
    }
    fields.extend(right.iter().filter(|field| of(&field.name, left).is_none()).cloned());
    Ok(fields)
}

fn merge_types(left: &DataType, right: &DataType) -> Result<DataType> {
    Ok(match (left, right) {
        (DataType::Array(a, left), DataType::Array(b, right)) => DataType::Array(Box::new(merge_types(a, b)?), *left || *right),
        (DataType::Map(k, v, left), DataType::Map(l, w, right)) => {
            DataType::Map(Box::new(merge_types(k, l)?), Box::new(merge_types(v, w)?), *left || *right)
        }
        (DataType::Struct(left), DataType::Struct(right)) => DataType::Struct(merge_fields(left, right)?),
        (DataType::Decimal(p, s), DataType::Decimal(q, t)) if s == t => DataType::Decimal(*p.max(q), *s),
        _ if left == right => left.clone(),
        _ => {
            let text = format!("Failed to merge incompatible data types \"{}\" and \"{}\".", left.sql(), right.sql());
            return Err(Diagnostic::new(Class::Named("SparkException".to_owned()), "CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE", text, "42825"));
        }
    })
}

/// The type of a partition folder's value: Spark's `PartitioningUtils.inferPartitionColumnValue`.
pub(super) fn partition_type(value: &str) -> DataType {
    let digits = value.trim_start_matches('-');
    if value.parse::<i32>().is_ok() {
        DataType::Integer
    } else if value.parse::<i64>().is_ok() {
        DataType::Long
    } else if (1..=38).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        DataType::Decimal(digits.len() as u8, 0)
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

/// The type that holds the values of both: Spark's `findWiderTypeForPartitionColumn`, to which doubles are too coarse for longs and decimals.
pub(super) fn wider_partition_type(left: Option<DataType>, right: Option<DataType>) -> Option<DataType> {
    use DataType as T;
    let (Some(left), Some(right)) = (&left, &right) else { return left.or(right) };
    let wider = match (left, right) {
        (T::Double, T::Long | T::Decimal(..)) | (T::Long | T::Decimal(..), T::Double) | (T::String, _) | (_, T::String) => None,
        _ => coercion::wider(left, right),
    };
    Some(wider.unwrap_or(T::String))
}
