//! Spark's types as Parquet's: the schema of a file to write. Spark's `SparkToParquetSchemaConverter`.

use super::TimestampStyle;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::errors::Result;
use parquet::schema::types::{Type, TypePtr};
use std::sync::Arc;

/// The message type of a file with these columns.
///
/// # Errors
/// Types that Parquet does not hold: structs without fields, calendar intervals.
pub(super) fn message(schema: &Schema, style: TimestampStyle) -> Result<TypePtr> {
    let fields = fields(&schema.fields, style)?;
    Ok(Arc::new(Type::group_type_builder("spark_schema").with_fields(fields).build()?))
}

/// How many leaf columns a type has.
pub(super) fn leaves(data_type: &DataType) -> usize {
    match data_type {
        DataType::Struct(fields) => fields.iter().map(|field| leaves(&field.data_type)).sum(),
        DataType::Array(element, _) => leaves(element),
        DataType::Map(key, value, _) => leaves(key) + leaves(value),
        _ => 1,
    }
}

fn fields(fields: &[Field], style: TimestampStyle) -> Result<Vec<TypePtr>> {
    fields.iter().map(|field| column(&field.name, &field.data_type, field.nullable, style)).collect()
}

fn column(name: &str, data_type: &DataType, nullable: bool, style: TimestampStyle) -> Result<TypePtr> {
    let repetition = if nullable { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    let group = |logical: Option<LogicalType>, fields: Vec<TypePtr>| {
        Type::group_type_builder(name).with_repetition(repetition).with_logical_type(logical).with_fields(fields).build()
    };
    let built = match data_type {
        DataType::Struct(inner) => group(None, fields(inner, style)?)?,
        DataType::Array(element, nullable) => {
            let element = column("element", element, *nullable, style)?;
            group(Some(LogicalType::List), vec![repeated("list", vec![element])?])?
        }
        DataType::Map(key, value, nullable) => {
            let entries = vec![column("key", key, false, style)?, column("value", value, *nullable, style)?];
            group(Some(LogicalType::Map), vec![repeated("key_value", entries)?])?
        }
        _ => return primitive(name, data_type, repetition, style),
    };
    Ok(Arc::new(built))
}

fn repeated(name: &str, fields: Vec<TypePtr>) -> Result<TypePtr> {
    Ok(Arc::new(Type::group_type_builder(name).with_repetition(Repetition::REPEATED).with_fields(fields).build()?))
}

fn primitive(name: &str, data_type: &DataType, repetition: Repetition, style: TimestampStyle) -> Result<TypePtr> {
    let micros = |utc: bool| Some(LogicalType::timestamp(utc, TimeUnit::MICROS));
    let (physical, logical) = match data_type {
        DataType::Null => (Physical::BOOLEAN, Some(LogicalType::Unknown)),
        DataType::Byte => (Physical::INT32, Some(LogicalType::integer(8, true))),
        DataType::Short => (Physical::INT32, Some(LogicalType::integer(16, true))),
        DataType::Integer | DataType::YearMonthInterval(..) => (Physical::INT32, None),
        DataType::Long | DataType::DayTimeInterval(..) => (Physical::INT64, None),
        DataType::Float => (Physical::FLOAT, None),
        DataType::Double => (Physical::DOUBLE, None),
        DataType::String => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        DataType::Binary => (Physical::BYTE_ARRAY, None),
        DataType::Date => (Physical::INT32, Some(LogicalType::Date)),
        DataType::Timestamp => match style {
            TimestampStyle::Int96 => (Physical::INT96, None),
            TimestampStyle::Micros => (Physical::INT64, micros(true)),
            TimestampStyle::Millis => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
        },
        DataType::TimestampNtz => (Physical::INT64, micros(false)),
        DataType::Decimal(precision, scale) => return decimal(name, *precision, *scale, repetition),
        // What is left is boolean; `check_types` has refused what Parquet does not hold.
        _ => (Physical::BOOLEAN, None),
    };
    Ok(Arc::new(Type::primitive_type_builder(name, physical).with_repetition(repetition).with_logical_type(logical).build()?))
}

/// In 4 bytes, in 8, or in as few as hold so many digits.
fn decimal(name: &str, precision: u8, scale: u8, repetition: Repetition) -> Result<TypePtr> {
    let (physical, length) = match precision {
        0..=9 => (Physical::INT32, None),
        10..=18 => (Physical::INT64, None),
        _ => (Physical::FIXED_LEN_BYTE_ARRAY, Some(bytes_for(precision))),
    };
    let (precision, scale) = (i32::from(precision), i32::from(scale));
    let builder = Type::primitive_type_builder(name, physical)
        .with_repetition(repetition)
        .with_logical_type(Some(LogicalType::decimal(scale, precision)))
        .with_precision(precision)
        .with_scale(scale);
    Ok(Arc::new(builder.with_length(length.unwrap_or(-1)).build()?))
}

/// The fewest bytes that hold a signed number of so many digits: Spark's `Decimal.minBytesForPrecision`.
fn bytes_for(precision: u8) -> i32 {
    let largest = 10_i128.pow(u32::from(precision)) - 1;
    let bits = 128 - largest.leading_zeros() + 1;
    i32::try_from(bits.div_ceil(8)).unwrap_or(16)
}
