//! Rows as Spark's memory and state files hold them: `UnsafeRow`, `UnsafeArrayData`, `UnsafeMapData`.
//!
//! Law: null bits first, then a word a field, then what does not fit into a word, filled up to whole words; a field's word says where its bytes are and
//! how many. Equal rows have equal bytes.

use super::DataType;
use super::Value;
use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types;
use arrow_schema::DataType as ArrowType;
use arrow_schema::IntervalUnit;

/// Decimals of more digits than a word holds.
const WORD_DIGITS: u8 = 18;

/// The bytes of one row of these columns.
#[must_use]
pub fn encode(columns: &[ArrayRef], row: usize) -> Vec<u8> {
    let bitset = bitset_len(columns.len());
    let mut out = vec![0; bitset + columns.len() * 8];
    for (index, column) in columns.iter().enumerate() {
        write(column, row, index, bitset + index * 8, 8, &mut out);
    }
    out
}

/// The values of a row of these types; none where the bytes are no such row.
#[must_use]
pub fn decode(types: &[&DataType], bytes: &[u8]) -> Option<Vec<Value>> {
    let bitset = bitset_len(types.len());
    types.iter().enumerate().map(|(index, data_type)| read(data_type, bytes, is_set(bytes, 0, index)?, bitset + index * 8)).collect()
}

fn bitset_len(fields: usize) -> usize {
    fields.div_ceil(64) * 8
}

fn is_set(bytes: &[u8], from: usize, index: usize) -> Option<bool> {
    Some(bytes.get(from + index / 8)? & (1 << (index % 8)) != 0)
}

/// Writes a value into its place of `width` bytes, or behind the row; null into the bits, which stand `bits` bytes before the places begin.
fn write(column: &ArrayRef, row: usize, index: usize, at: usize, width: usize, out: &mut Vec<u8>) {
    let is_null = column.is_null(row) || *column.data_type() == ArrowType::Null;
    if let ArrowType::Decimal128(WORD_DIGITS_AND_MORE.., _) = column.data_type() {
        // Spark keeps sixteen bytes for a long decimal even where it is null, so that it can be set later.
        let value = if is_null { Vec::new() } else { whole_bytes(column.as_primitive::<types::Decimal128Type>().value(row)) };
        let word = (out.len() as u64) << 32 | value.len() as u64;
        let start = out.len();
        out.resize(start + 16, 0);
        out[start..start + value.len()].copy_from_slice(&value);
        out[at..at + 8].copy_from_slice(&(if is_null { word & !0xffff_ffff } else { word }).to_le_bytes());
        set_null(out, index, is_null);
        return;
    }
    set_null(out, index, is_null);
    if is_null {
        return;
    }
    let word = word(column, row).unwrap_or_else(|| append(out, &variable(column, row)));
    out[at..at + width].copy_from_slice(&word.to_le_bytes()[..width]);
}

/// The fewest digits of a long decimal.
const WORD_DIGITS_AND_MORE: u8 = WORD_DIGITS + 1;

fn set_null(out: &mut [u8], index: usize, is_null: bool) {
    if is_null {
        out[index / 8] |= 1 << (index % 8);
    }
}

/// A value that fits into a word.
fn word(column: &ArrayRef, row: usize) -> Option<u64> {
    Some(match column.data_type() {
        ArrowType::Boolean => u64::from(column.as_boolean().value(row)),
        // Narrow integers are written into a cleared word without their sign.
        ArrowType::Int8 => u64::from(column.as_primitive::<types::Int8Type>().value(row).cast_unsigned()),
        ArrowType::Int16 => u64::from(column.as_primitive::<types::Int16Type>().value(row).cast_unsigned()),
        ArrowType::Int32 => u64::from(column.as_primitive::<types::Int32Type>().value(row).cast_unsigned()),
        ArrowType::Date32 => u64::from(column.as_primitive::<types::Date32Type>().value(row).cast_unsigned()),
        ArrowType::Int64 => column.as_primitive::<types::Int64Type>().value(row).cast_unsigned(),
        ArrowType::Timestamp(..) => column.as_primitive::<types::TimestampMicrosecondType>().value(row).cast_unsigned(),
        ArrowType::Duration(_) => column.as_primitive::<types::DurationMicrosecondType>().value(row).cast_unsigned(),
        ArrowType::Interval(IntervalUnit::YearMonth) => {
            u64::from(column.as_primitive::<types::IntervalYearMonthType>().value(row).cast_unsigned())
        }
        ArrowType::Float32 => u64::from(column.as_primitive::<types::Float32Type>().value(row).to_bits()),
        ArrowType::Float64 => column.as_primitive::<types::Float64Type>().value(row).to_bits(),
        ArrowType::Decimal128(precision, _) if *precision <= WORD_DIGITS => {
            column.as_primitive::<types::Decimal128Type>().value(row) as u64
        }
        _ => return None,
    })
}

/// The bytes of a value that stands behind the words.
fn variable(column: &ArrayRef, row: usize) -> Vec<u8> {
    match column.data_type() {
        ArrowType::Utf8 => column.as_string::<i32>().value(row).as_bytes().to_vec(),
        ArrowType::Binary => column.as_binary::<i32>().value(row).to_vec(),
        ArrowType::Struct(_) => encode(column.as_struct().columns(), row),
        ArrowType::List(_) => array(&column.as_list::<i32>().value(row)),
        ArrowType::Map(..) => {
            let entries = column.as_map().value(row);
            let keys = array(entries.column(0));
            let mut out = (keys.len() as u64).to_le_bytes().to_vec();
            out.extend(keys);
            out.extend(array(entries.column(1)));
            out
        }
        ArrowType::Interval(_) => {
            let interval = column.as_primitive::<types::IntervalMonthDayNanoType>().value(row);
            let mut out = interval.months.to_le_bytes().to_vec();
            out.extend(interval.days.to_le_bytes());
            out.extend((interval.nanoseconds / 1000).to_le_bytes());
            out
        }
        other => unreachable!("a value of type {other} fits into a word"),
    }
}

/// `UnsafeArrayData`: the count, null bits, the elements in as many bytes as they need.
fn array(elements: &ArrayRef) -> Vec<u8> {
    let width = element_width(elements.data_type());
    let head = 8 + bitset_len(elements.len());
    let mut out = vec![0; head + (elements.len() * width).div_ceil(8) * 8];
    out[..8].copy_from_slice(&(elements.len() as u64).to_le_bytes());
    for index in 0..elements.len() {
        let is_null = elements.is_null(index) || *elements.data_type() == ArrowType::Null;
        set_null(&mut out[8..], index, is_null);
        if !is_null {
            let word = word(elements, index).unwrap_or_else(|| {
                let bytes = match elements.data_type() {
                    ArrowType::Decimal128(..) => whole_bytes(elements.as_primitive::<types::Decimal128Type>().value(index)),
                    _ => variable(elements, index),
                };
                append(&mut out, &bytes)
            });
            let at = head + index * width;
            out[at..at + width].copy_from_slice(&word.to_le_bytes()[..width]);
        }
    }
    out
}

fn element_width(data_type: &ArrowType) -> usize {
    match data_type {
        ArrowType::Boolean | ArrowType::Int8 => 1,
        ArrowType::Int16 => 2,
        ArrowType::Int32 | ArrowType::Date32 | ArrowType::Float32 | ArrowType::Interval(IntervalUnit::YearMonth) => 4,
        _ => 8,
    }
}

/// Puts bytes behind a row, filled up to whole words; gives their place and length as the field's word.
fn append(out: &mut Vec<u8>, bytes: &[u8]) -> u64 {
    let offset = out.len() as u64;
    out.extend_from_slice(bytes);
    out.resize(out.len().div_ceil(8) * 8, 0);
    offset << 32 | bytes.len() as u64
}

/// A whole number in as few bytes as Java's `BigInteger.toByteArray`, the highest first.
fn whole_bytes(value: i128) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let sign = if value < 0 { 0xff } else { 0 };
    let spare = (0..15).take_while(|at| bytes[*at] == sign && (bytes[at + 1] ^ sign) < 0x80).count();
    bytes[spare..].to_vec()
}

fn whole_value(bytes: &[u8]) -> i128 {
    let sign = if bytes.first().is_some_and(|first| *first >= 0x80) { -1 } else { 0 };
    bytes.iter().fold(sign, |value, byte| value << 8 | i128::from(*byte))
}

/// Reads the value of a place, which `is_null` or not.
fn read(data_type: &DataType, bytes: &[u8], is_null: bool, at: usize) -> Option<Value> {
    if is_null || *data_type == DataType::Null {
        return Some(Value::Null);
    }
    let word = || Some(u64::from_le_bytes(*bytes.get(at..at + 8)?.first_chunk::<8>()?));
    let part = || {
        let (from, len) = ((word()? >> 32) as usize, (word()? & 0xffff_ffff) as usize);
        bytes.get(from..from.checked_add(len)?)
    };
    let narrow = || Some(u32::from_le_bytes(*bytes.get(at..at + 4)?.first_chunk::<4>()?));
    Some(match data_type {
        DataType::Boolean => Value::Boolean(*bytes.get(at)? != 0),
        DataType::Byte => Value::Byte(bytes.get(at)?.cast_signed()),
        DataType::Short => Value::Short(i16::from_le_bytes(*bytes.get(at..at + 2)?.first_chunk::<2>()?)),
        DataType::Integer => Value::Integer(narrow()?.cast_signed()),
        DataType::Date => Value::Date(narrow()?.cast_signed()),
        DataType::YearMonthInterval(..) => Value::YearMonthInterval(narrow()?.cast_signed()),
        DataType::Float => Value::Float(f32::from_bits(narrow()?)),
        DataType::Long => Value::Long(word()?.cast_signed()),
        DataType::Timestamp => Value::Timestamp(word()?.cast_signed()),
        DataType::TimestampNtz => Value::TimestampNtz(word()?.cast_signed()),
        DataType::DayTimeInterval(..) => Value::DayTimeInterval(word()?.cast_signed()),
        DataType::Double => Value::Double(f64::from_bits(word()?)),
        DataType::Decimal(precision, scale) if *precision <= WORD_DIGITS => {
            Value::Decimal(i128::from(word()?.cast_signed()), *precision, *scale)
        }
        DataType::Decimal(precision, scale) => Value::Decimal(whole_value(part()?), *precision, *scale),
        DataType::String => Value::String(String::from_utf8_lossy(part()?).into_owned()),
        DataType::Binary => Value::Binary(part()?.to_vec()),
        DataType::Struct(fields) => {
            let types: Vec<&DataType> = fields.iter().map(|field| &field.data_type).collect();
            Value::Struct(decode(&types, part()?)?)
        }
        DataType::Array(element, _) => Value::Array(read_array(element, part()?)?),
        DataType::Map(key, value, _) => {
            let part = part()?;
            let keys_len = u64::from_le_bytes(*part.first_chunk::<8>()?) as usize;
            let keys = read_array(key, part.get(8..8usize.checked_add(keys_len)?)?)?;
            let values = read_array(value, part.get(8 + keys_len..)?)?;
            Value::Map(keys.into_iter().zip(values).collect())
        }
        DataType::CalendarInterval => {
            let part = part()?;
            let days = i32::from_le_bytes(*part.get(4..8)?.first_chunk::<4>()?);
            Value::CalendarInterval(
                i32::from_le_bytes(*part.first_chunk::<4>()?),
                days,
                i64::from_le_bytes(*part.get(8..16)?.first_chunk::<8>()?),
            )
        }
        DataType::Null => Value::Null,
    })
}

fn read_array(element: &DataType, bytes: &[u8]) -> Option<Vec<Value>> {
    let count = u64::from_le_bytes(*bytes.first_chunk::<8>()?) as usize;
    let width = element_width(&super::arrow::arrow_type(element));
    let head = 8 + bitset_len(count);
    if count > bytes.len() * 8 {
        return None;
    }
    (0..count).map(|index| read(element, bytes, is_set(bytes, 8, index)?, head + index * width)).collect()
}
