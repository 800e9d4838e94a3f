//! What stands in for Parquet: files that know their schema and are read by name.
//!
// DIFFERENCE: the bytes are not Parquet's. Between Parquet's marks stand the schema as Spark's JSON and a JSON line a row, dates and
// times as numbers. Programs that write and read Parquet run as they do in Spark; files of real Parquet are refused, never misread.

use super::assembly::Assembly;
use super::json_options::JsonOptions;
use super::json_reader;
use super::read_options::{Mode, not_yet};
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Value;
use crate::types::Zone;
use crate::types::arrow::value_at;
use crate::types::json::{to_json, write_string};
use arrow_array::ArrayRef;
use serde_json::Value as Json;

const MARK: &str = "PAR1";
const HEADER: &str = "PAR1\ntidemark ";

/// The file that holds these rows.
///
/// # Errors
/// Types that the stand-in does not hold.
pub(super) fn file(schema: &Schema, columns: &[ArrayRef], rows: &[usize]) -> Result<Vec<u8>> {
    let mut text = format!("{HEADER}{}\n", schema.json());
    for &row in rows {
        text.push('{');
        for (index, (field, column)) in schema.fields.iter().zip(columns).enumerate() {
            if index > 0 {
                text.push(',');
            }
            write_string(&field.name, &mut text);
            text.push(':');
            write_value(&value_at(column, row, &field.data_type), &field.data_type, &mut text)?;
        }
        text.push_str("}\n");
    }
    text.push_str(MARK);
    Ok(text.into_bytes())
}

fn write_value(value: &Value, data_type: &DataType, out: &mut String) -> Result<()> {
    match (value, data_type) {
        (Value::Timestamp(micros) | Value::TimestampNtz(micros), _) => out.push_str(&micros.to_string()),
        (Value::Date(days), _) => out.push_str(&days.to_string()),
        (Value::Array(values), DataType::Array(element, _)) => {
            out.push('[');
            for (index, value) in values.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write_value(value, element, out)?;
            }
            out.push(']');
        }
        (Value::Map(entries), DataType::Map(key_type, value_type, _)) if **key_type == DataType::String => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write_string(key.as_str().unwrap_or_default(), out);
                out.push(':');
                write_value(value, value_type, out)?;
            }
            out.push('}');
        }
        (Value::Struct(values), DataType::Struct(fields)) => {
            out.push('{');
            for (index, (field, value)) in fields.iter().zip(values).enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write_string(&field.name, out);
                out.push(':');
                write_value(value, &field.data_type, out)?;
            }
            out.push('}');
        }
        (Value::Map(_) | Value::DayTimeInterval(_) | Value::YearMonthInterval(_) | Value::CalendarInterval(..), _) => {
            return Err(not_yet(&format!("writing the type {} to Parquet", data_type.sql())));
        }
        (other, _) => out.push_str(&to_json(other, data_type, &Zone::utc(), false)),
    }
    Ok(())
}

/// The schema that a file names.
///
/// # Errors
/// A file that is none of ours.
pub(super) fn schema_of(path: &str, bytes: &[u8]) -> Result<Schema> {
    parts(path, bytes).map(|(schema, _)| schema)
}

/// Read a file by the names of its columns; those that it lacks are null.
///
/// # Errors
/// A file that is none of ours, a column of another type.
pub(super) fn read(path: &str, bytes: &[u8], rows: &mut Assembly) -> Result<()> {
    let (schema, records) = parts(path, bytes)?;
    for field in &rows.fields {
        let found = schema.fields.iter().find(|own| own.name == field.name);
        if let Some(own) = found.filter(|own| !own.data_type.same_type(&field.data_type)) {
            return Err(Diagnostic::new(
                Class::Named("SparkException".to_owned()),
                "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH",
                format!(
                    "Encountered error while reading file {path}. Data type mismatches when reading Parquet column [{}]. Expected Spark type {}, actual Parquet type {}.",
                    field.name,
                    field.data_type.simple_string(),
                    own.data_type.simple_string()
                ),
                "KD001",
            ));
        }
    }
    json_reader::read(records, &JsonOptions::stored(), None, rows)
}

/// How its rows are assembled: nothing in them can be bad.
pub(super) const MODE: Mode = Mode::FailFast;

fn parts<'a>(path: &str, bytes: &'a [u8]) -> Result<(Schema, &'a [u8])> {
    let text = bytes.strip_prefix(HEADER.as_bytes()).and_then(|rest| rest.strip_suffix(MARK.as_bytes()));
    let Some(text) = text else {
        if bytes.starts_with(MARK.as_bytes()) {
            return Err(not_yet("Parquet files that something else has written"));
        }
        return Err(Diagnostic::new(
            Class::Named("SparkException".to_owned()),
            "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER",
            format!(
                "Encountered error while reading file {path}. Could not read footer. Please ensure that the file is in either ORC or Parquet format.\nIf not, please convert it to a valid format. If the file is in the valid format, please check if it is corrupt.\nIf it is, you can choose to either ignore it or fix the corruption."
            ),
            "KD001",
        ));
    };
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
    let schema = serde_json::from_slice(&text[..end]).ok().and_then(|json: Json| parse_fields(&json));
    let Some(fields) = schema else { return Err(not_yet("Parquet files that something else has written")) };
    Ok((Schema { fields }, text.get(end + 1..).unwrap_or_default()))
}

/// The fields of a struct from Spark's JSON.
fn parse_fields(json: &Json) -> Option<Vec<Field>> {
    let field = |json: &Json| {
        let data_type = parse_type(json.get("type")?)?;
        Some(Field { name: json.get("name")?.as_str()?.to_owned(), data_type, nullable: json.get("nullable")?.as_bool()? })
    };
    json.get("fields")?.as_array()?.iter().map(field).collect()
}

/// A type from Spark's JSON.
fn parse_type(json: &Json) -> Option<DataType> {
    if let Some(name) = json.as_str() {
        if let Some(sizes) = name.strip_prefix("decimal(").and_then(|rest| rest.strip_suffix(')')) {
            let (precision, scale) = sizes.split_once(',')?;
            return Some(DataType::Decimal(precision.trim().parse().ok()?, scale.trim().parse().ok()?));
        }
        return Some(match name {
            "void" => DataType::Null,
            "boolean" => DataType::Boolean,
            "byte" => DataType::Byte,
            "short" => DataType::Short,
            "integer" => DataType::Integer,
            "long" => DataType::Long,
            "float" => DataType::Float,
            "double" => DataType::Double,
            "string" => DataType::String,
            "binary" => DataType::Binary,
            "date" => DataType::Date,
            "timestamp" => DataType::Timestamp,
            "timestamp_ntz" => DataType::TimestampNtz,
            _ => return None,
        });
    }
    let part = |name: &str| json.get(name).and_then(parse_type).map(Box::new);
    let flag = |name: &str| json.get(name).and_then(Json::as_bool).unwrap_or(true);
    match json.get("type")?.as_str()? {
        "struct" => Some(DataType::Struct(parse_fields(json)?)),
        "array" => Some(DataType::Array(part("elementType")?, flag("containsNull"))),
        "map" => Some(DataType::Map(part("keyType")?, part("valueType")?, flag("valueContainsNull"))),
        _ => None,
    }
}
