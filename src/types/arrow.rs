//! Arrow in and out: the one mapping of Spark's types to Arrow's, schemas, and single values in and out of arrays.

use std::sync::Arc;

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types;
use arrow_buffer::IntervalMonthDayNano;
use arrow_buffer::NullBuffer;
use arrow_buffer::OffsetBuffer;
use arrow_schema::DataType as ArrowType;
use arrow_schema::Field as ArrowField;
use arrow_schema::IntervalUnit;
use arrow_schema::SchemaRef;
use arrow_schema::TimeUnit;

use super::data_type::DataType;
use super::data_type::Field;
use super::data_type::Schema;
use super::value::Value;

/// The Arrow type in which columns of a Spark type are held.
#[must_use]
pub fn arrow_type(data_type: &DataType) -> ArrowType {
    match data_type {
        DataType::Null => ArrowType::Null,
        DataType::Boolean => ArrowType::Boolean,
        DataType::Byte => ArrowType::Int8,
        DataType::Short => ArrowType::Int16,
        DataType::Integer => ArrowType::Int32,
        DataType::Long => ArrowType::Int64,
        DataType::Float => ArrowType::Float32,
        DataType::Double => ArrowType::Float64,
        DataType::Decimal(precision, scale) => ArrowType::Decimal128(*precision, *scale as i8),
        DataType::String => ArrowType::Utf8,
        DataType::Binary => ArrowType::Binary,
        DataType::Date => ArrowType::Date32,
        DataType::Timestamp => ArrowType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        DataType::TimestampNtz => ArrowType::Timestamp(TimeUnit::Microsecond, None),
        DataType::DayTimeInterval(..) => ArrowType::Duration(TimeUnit::Microsecond),
        DataType::YearMonthInterval(..) => ArrowType::Interval(IntervalUnit::YearMonth),
        DataType::CalendarInterval => ArrowType::Interval(IntervalUnit::MonthDayNano),
        DataType::Array(element, nullable) => ArrowType::List(Arc::new(ArrowField::new("element", arrow_type(element), *nullable))),
        DataType::Map(key, value, nullable) => ArrowType::Map(Arc::new(entries_field(key, value, *nullable)), false),
        DataType::Struct(fields) => ArrowType::Struct(fields.iter().map(arrow_field).collect()),
    }
}

/// A column's Arrow field.
#[must_use]
pub fn arrow_field(field: &Field) -> ArrowField {
    ArrowField::new(field.name.clone(), arrow_type(&field.data_type), field.nullable)
}

/// The Arrow schema of a relation.
#[must_use]
pub fn arrow_schema(schema: &Schema) -> SchemaRef {
    Arc::new(arrow_schema::Schema::new(schema.fields.iter().map(arrow_field).collect::<Vec<_>>()))
}

/// An array of these values. Panics where a value is not of the type: that is a bug of ours.
#[must_use]
pub fn array_of(data_type: &DataType, values: &[Value]) -> ArrayRef {
    macro_rules! primitive {
        ($arrow:ty, $variant:ident) => {
            Arc::new(arrow_array::PrimitiveArray::<$arrow>::from_iter(values.iter().map(|value| match value {
                Value::Null => None,
                Value::$variant(value) => Some(*value),
                _ => mismatch(value, data_type),
            }))) as ArrayRef
        };
    }
    match data_type {
        DataType::Null => Arc::new(arrow_array::NullArray::new(values.len())),
        DataType::Boolean => Arc::new(arrow_array::BooleanArray::from_iter(values.iter().map(|value| match value {
            Value::Null => None,
            Value::Boolean(value) => Some(*value),
            _ => mismatch(value, data_type),
        }))),
        DataType::Byte => primitive!(types::Int8Type, Byte),
        DataType::Short => primitive!(types::Int16Type, Short),
        DataType::Integer => primitive!(types::Int32Type, Integer),
        DataType::Long => primitive!(types::Int64Type, Long),
        DataType::Float => primitive!(types::Float32Type, Float),
        DataType::Double => primitive!(types::Float64Type, Double),
        DataType::Date => primitive!(types::Date32Type, Date),
        DataType::TimestampNtz => primitive!(types::TimestampMicrosecondType, TimestampNtz),
        DataType::DayTimeInterval(..) => primitive!(types::DurationMicrosecondType, DayTimeInterval),
        DataType::YearMonthInterval(..) => primitive!(types::IntervalYearMonthType, YearMonthInterval),
        DataType::Timestamp => timestamps(values, data_type),
        DataType::Decimal(..) => decimals(values, data_type),
        DataType::CalendarInterval => intervals(values, data_type),
        DataType::String => Arc::new(arrow_array::StringArray::from_iter(values.iter().map(|value| match value {
            Value::Null => None,
            Value::String(text) => Some(text.as_str()),
            _ => mismatch(value, data_type),
        }))),
        DataType::Binary => Arc::new(arrow_array::BinaryArray::from_iter(values.iter().map(|value| match value {
            Value::Null => None,
            Value::Binary(bytes) => Some(bytes.as_slice()),
            _ => mismatch(value, data_type),
        }))),
        DataType::Array(element, nullable) => array_array(values, data_type, element, *nullable),
        DataType::Map(key, value, nullable) => map_array(values, data_type, key, value, *nullable),
        DataType::Struct(fields) => struct_array(values, data_type, fields),
    }
}

/// An array of nothing but nulls.
#[must_use]
pub fn nulls(data_type: &DataType, rows: usize) -> ArrayRef {
    arrow_array::new_null_array(&arrow_type(data_type), rows)
}

/// The value in a row of an array, which is of this type. Panics where the array has another Arrow type: that is a bug of ours.
#[must_use]
pub fn value_at(array: &ArrayRef, row: usize, data_type: &DataType) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match data_type {
        DataType::Null => Value::Null,
        DataType::Boolean => Value::Boolean(array.as_boolean().value(row)),
        DataType::Byte => Value::Byte(array.as_primitive::<types::Int8Type>().value(row)),
        DataType::Short => Value::Short(array.as_primitive::<types::Int16Type>().value(row)),
        DataType::Integer => Value::Integer(array.as_primitive::<types::Int32Type>().value(row)),
        DataType::Long => Value::Long(array.as_primitive::<types::Int64Type>().value(row)),
        DataType::Float => Value::Float(array.as_primitive::<types::Float32Type>().value(row)),
        DataType::Double => Value::Double(array.as_primitive::<types::Float64Type>().value(row)),
        DataType::Decimal(precision, scale) => Value::Decimal(array.as_primitive::<types::Decimal128Type>().value(row), *precision, *scale),
        DataType::String => Value::String(array.as_string::<i32>().value(row).to_owned()),
        DataType::Binary => Value::Binary(array.as_binary::<i32>().value(row).to_owned()),
        DataType::Date => Value::Date(array.as_primitive::<types::Date32Type>().value(row)),
        DataType::Timestamp => Value::Timestamp(array.as_primitive::<types::TimestampMicrosecondType>().value(row)),
        DataType::TimestampNtz => Value::TimestampNtz(array.as_primitive::<types::TimestampMicrosecondType>().value(row)),
        DataType::DayTimeInterval(..) => Value::DayTimeInterval(array.as_primitive::<types::DurationMicrosecondType>().value(row)),
        DataType::YearMonthInterval(..) => Value::YearMonthInterval(array.as_primitive::<types::IntervalYearMonthType>().value(row)),
        DataType::CalendarInterval => {
            let interval = array.as_primitive::<types::IntervalMonthDayNanoType>().value(row);
            Value::CalendarInterval(interval.months, interval.days, interval.nanoseconds / 1_000)
        }
        DataType::Array(element, _) => {
            let elements = array.as_list::<i32>().value(row);
            Value::Array((0..elements.len()).map(|row| value_at(&elements, row, element)).collect())
        }
        DataType::Map(key, value, _) => {
            let entries = array.as_map().value(row);
            let (keys, values) = (entries.column(0), entries.column(1));
            Value::Map((0..entries.len()).map(|row| (value_at(keys, row, key), value_at(values, row, value))).collect())
        }
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            Value::Struct(columns.iter().zip(fields).map(|(column, field)| value_at(column, row, &field.data_type)).collect())
        }
    }
}

fn mismatch(value: &Value, data_type: &DataType) -> ! {
    unreachable!("a value goes into an array of its own type: {value:?} into {}", data_type.simple_string())
}

fn timestamps(values: &[Value], data_type: &DataType) -> ArrayRef {
    let array = arrow_array::TimestampMicrosecondArray::from_iter(values.iter().map(|value| match value {
        Value::Null => None,
        Value::Timestamp(micros) => Some(*micros),
        _ => mismatch(value, data_type),
    }));
    Arc::new(array.with_timezone("UTC"))
}

fn decimals(values: &[Value], data_type: &DataType) -> ArrayRef {
    let array = arrow_array::Decimal128Array::from_iter(values.iter().map(|value| match value {
        Value::Null => None,
        Value::Decimal(unscaled, ..) => Some(*unscaled),
        _ => mismatch(value, data_type),
    }));
    Arc::new(array.with_data_type(arrow_type(data_type)))
}

fn intervals(values: &[Value], data_type: &DataType) -> ArrayRef {
    Arc::new(arrow_array::IntervalMonthDayNanoArray::from_iter(values.iter().map(|value| match value {
        Value::Null => None,
        Value::CalendarInterval(months, days, micros) => Some(IntervalMonthDayNano::new(*months, *days, micros.saturating_mul(1_000))),
        _ => mismatch(value, data_type),
    })))
}

fn array_array(values: &[Value], data_type: &DataType, element: &DataType, nullable: bool) -> ArrayRef {
    let mut elements = Vec::new();
    let lengths = values.iter().map(|value| match value {
        Value::Null => 0,
        Value::Array(inner) => {
            elements.extend_from_slice(inner);
            inner.len()
        }
        _ => mismatch(value, data_type),
    });
    let offsets = OffsetBuffer::from_lengths(lengths.collect::<Vec<_>>());
    let field = Arc::new(ArrowField::new("element", arrow_type(element), nullable));
    Arc::new(arrow_array::ListArray::new(field, offsets, array_of(element, &elements), validity(values)))
}

fn map_array(values: &[Value], data_type: &DataType, key: &DataType, value_type: &DataType, nullable: bool) -> ArrayRef {
    let (mut keys, mut inner) = (Vec::new(), Vec::new());
    let lengths = values.iter().map(|value| match value {
        Value::Null => 0,
        Value::Map(entries) => {
            keys.extend(entries.iter().map(|(key, _)| key.clone()));
            inner.extend(entries.iter().map(|(_, value)| value.clone()));
            entries.len()
        }
        _ => mismatch(value, data_type),
    });
    let offsets = OffsetBuffer::from_lengths(lengths.collect::<Vec<_>>());
    let field = Arc::new(entries_field(key, value_type, nullable));
    let ArrowType::Struct(fields) = field.data_type().clone() else { unreachable!("a map's entries are a struct") };
    let entries = arrow_array::StructArray::new(fields, vec![array_of(key, &keys), array_of(value_type, &inner)], None);
    Arc::new(arrow_array::MapArray::new(field, offsets, entries, validity(values), false))
}

fn struct_array(values: &[Value], data_type: &DataType, fields: &[Field]) -> ArrayRef {
    let column = |(index, field): (usize, &Field)| {
        let of_row = |value: &Value| match value {
            Value::Null => Value::Null,
            Value::Struct(inner) => inner[index].clone(),
            _ => mismatch(value, data_type),
        };
        array_of(&field.data_type, &values.iter().map(of_row).collect::<Vec<_>>())
    };
    let columns = fields.iter().enumerate().map(column).collect();
    let fields = fields.iter().map(arrow_field).collect();
    match arrow_array::StructArray::try_new_with_length(fields, columns, validity(values), values.len()) {
        Ok(array) => Arc::new(array),
        Err(error) => unreachable!("a struct's columns fit its fields: {error}"),
    }
}

fn entries_field(key: &DataType, value: &DataType, nullable: bool) -> ArrowField {
    let fields = vec![ArrowField::new("key", arrow_type(key), false), ArrowField::new("value", arrow_type(value), nullable)];
    ArrowField::new("entries", ArrowType::Struct(fields.into()), false)
}

fn validity(values: &[Value]) -> Option<NullBuffer> {
    let valid: Vec<bool> = values.iter().map(|value| *value != Value::Null).collect();
    (!valid.iter().all(|valid| *valid)).then(|| NullBuffer::from(valid))
}
