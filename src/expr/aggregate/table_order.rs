//! The order in which Spark's hash tables give what they hold: `collect_set` is a Scala `HashSet`, `mode` an `OpenHashMap` of Spark's own.
//!
//! Law: the order follows from the values' hashes and from how many there are; equal hashes keep the order of arrival.

use crate::expr::hash::murmur3;
use crate::types::DataType;
use crate::types::Value;

/// The values of a Scala mutable `HashSet` as its iterator gives them: by bucket, in a bucket by hash.
#[must_use]
pub fn of_set(values: &[Value], data_type: &DataType) -> Vec<Value> {
    let mut capacity = 16;
    while values.len() >= capacity * 3 / 4 {
        capacity *= 2;
    }
    let place = |value: &Value| {
        let hash = scala_hash(value, data_type);
        let spread = hash ^ (hash as u32 >> 16) as i32;
        (spread as usize & (capacity - 1), spread)
    };
    let mut placed: Vec<((usize, i32), &Value)> = values.iter().map(|value| (place(value), value)).collect();
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, value)| value.clone()).collect()
}

/// The places of keys in Spark's `OpenHashMap`, in which each of them is put in turn.
#[must_use]
pub fn places_in_map<'a>(keys: impl Iterator<Item = &'a Value>, data_type: &DataType) -> Vec<usize> {
    let hashes: Vec<u32> = keys.map(|key| mixed(java_hash(key, data_type))).collect();
    let mut capacity = 64_usize;
    while hashes.len() * 10 > capacity * 7 {
        capacity *= 2;
    }
    let mut taken = vec![false; capacity];
    let mut places = Vec::with_capacity(hashes.len());
    for hash in hashes {
        let (mut place, mut step) = (hash as usize & (capacity - 1), 1);
        while taken[place] {
            place = (place + step) & (capacity - 1);
            step += 1;
        }
        taken[place] = true;
        places.push(place);
    }
    places
}

/// Guava's `murmur3_32().hashInt`.
fn mixed(value: i32) -> u32 {
    murmur3(&Value::Integer(value), 0)
}

fn folded(value: i64) -> i32 {
    (value ^ (value as u64 >> 32) as i64) as i32
}

/// Scala's `##`: numbers that are equal have equal hashes, whatever their types.
fn scala_hash(value: &Value, data_type: &DataType) -> i32 {
    match value {
        Value::Long(value) | Value::Timestamp(value) | Value::TimestampNtz(value) | Value::DayTimeInterval(value) => {
            i32::try_from(*value).unwrap_or_else(|_| folded(*value))
        }
        Value::Double(value) => double_hash(*value),
        Value::Float(value) if f64::from(*value as i32) == f64::from(*value) => *value as i32,
        Value::Float(value) if (*value as i64) as f32 == *value => folded(*value as i64),
        _ => java_hash(value, data_type),
    }
}

fn double_hash(value: f64) -> i32 {
    if f64::from(value as i32) == value {
        value as i32
    } else if (value as i64) as f64 == value {
        folded(value as i64)
    } else if f64::from(value as f32) == value {
        float_bits(value as f32)
    } else {
        folded(double_bits(value))
    }
}

fn float_bits(value: f32) -> i32 {
    if value.is_nan() { 0x7fc0_0000 } else { value.to_bits().cast_signed() }
}

fn double_bits(value: f64) -> i64 {
    if value.is_nan() { 0x7ff8_0000_0000_0000 } else { value.to_bits().cast_signed() }
}

/// Java's `hashCode` of the object that Spark holds for a value.
fn java_hash(value: &Value, data_type: &DataType) -> i32 {
    let of_bytes = |bytes: Vec<u8>| murmur3(&Value::Binary(bytes), 42).cast_signed();
    match value {
        Value::Boolean(value) => {
            if *value {
                1231
            } else {
                1237
            }
        }
        Value::Byte(value) => i32::from(*value),
        Value::Short(value) => i32::from(*value),
        Value::Integer(value) | Value::Date(value) | Value::YearMonthInterval(value) => *value,
        Value::Long(value) | Value::Timestamp(value) | Value::TimestampNtz(value) | Value::DayTimeInterval(value) => folded(*value),
        Value::Float(value) => float_bits(*value),
        Value::Double(value) => folded(double_bits(*value)),
        Value::Decimal(value, _, scale) => decimal_hash(*value, *scale),
        Value::String(text) => of_bytes(text.as_bytes().to_vec()),
        Value::Binary(bytes) => {
            of_bytes(unsafe_array(&bytes.iter().map(|byte| Value::Byte(byte.cast_signed())).collect::<Vec<_>>(), &DataType::Byte))
        }
        Value::Struct(items) => match data_type {
            DataType::Struct(fields) => of_bytes(unsafe_row(items, &fields.iter().map(|field| &field.data_type).collect::<Vec<_>>())),
            _ => 0,
        },
        Value::Array(items) => match data_type {
            DataType::Array(element, _) => of_bytes(unsafe_array(items, element)),
            _ => 0,
        },
        Value::Null | Value::CalendarInterval(..) | Value::Map(_) => 0,
    }
}

/// A Scala `BigDecimal`'s: a whole one's is its integer's, another one's its double's.
fn decimal_hash(value: i128, scale: u8) -> i32 {
    let unit = 10_i128.checked_pow(u32::from(scale)).unwrap_or(1);
    match i64::try_from(value / unit) {
        Ok(whole) if value % unit == 0 => i32::try_from(whole).unwrap_or_else(|_| folded(whole)),
        _ => double_hash(value as f64 / unit as f64),
    }
}

/// An `UnsafeRow`: null bits, a word a field, then what does not fit into a word.
fn unsafe_row(items: &[Value], types: &[&DataType]) -> Vec<u8> {
    let head = items.len().div_ceil(64) * 8;
    let mut out = vec![0; head + items.len() * 8];
    for (index, (item, data_type)) in items.iter().zip(types).enumerate() {
        put(&mut out, index, (head + index * 8, 8), item, data_type);
    }
    out
}

/// An `UnsafeArrayData`: the count, null bits, the elements in their own widths, then what does not fit.
fn unsafe_array(items: &[Value], element: &DataType) -> Vec<u8> {
    let width = match element {
        DataType::Boolean | DataType::Byte => 1,
        DataType::Short => 2,
        DataType::Integer | DataType::Float | DataType::Date | DataType::YearMonthInterval(..) => 4,
        _ => 8,
    };
    let head = 8 + items.len().div_ceil(64) * 8;
    let mut out = vec![0; (head + items.len() * width).div_ceil(8) * 8];
    out[..8].copy_from_slice(&(items.len() as u64).to_le_bytes());
    for (index, item) in items.iter().enumerate() {
        let bit = 8 * 8 + index;
        if item.is_null() {
            out[bit / 8] |= 1 << (bit % 8);
        } else {
            put(&mut out, bit, (head + index * width, width), item, element);
        }
    }
    out
}

/// Writes an item to its place of a width; its null bit where it is null.
fn put(out: &mut Vec<u8>, null_bit: usize, (at, width): (usize, usize), item: &Value, data_type: &DataType) {
    let word = match item {
        Value::Null => {
            out[null_bit / 8] |= 1 << (null_bit % 8);
            return;
        }
        Value::Boolean(value) => u64::from(*value),
        Value::Byte(value) => u64::from(value.cast_unsigned()),
        Value::Short(value) => u64::from(value.cast_unsigned()),
        Value::Integer(value) | Value::Date(value) | Value::YearMonthInterval(value) => u64::from(value.cast_unsigned()),
        Value::Long(value) | Value::Timestamp(value) | Value::TimestampNtz(value) | Value::DayTimeInterval(value) => value.cast_unsigned(),
        Value::Float(value) => u64::from(float_bits(*value).cast_unsigned()),
        Value::Double(value) => double_bits(*value).cast_unsigned(),
        Value::Decimal(value, ..) => *value as u64,
        Value::String(text) => append(out, text.as_bytes()),
        Value::Binary(bytes) => append(out, bytes),
        Value::Struct(items) => match data_type {
            DataType::Struct(fields) => append(out, &unsafe_row(items, &fields.iter().map(|field| &field.data_type).collect::<Vec<_>>())),
            _ => 0,
        },
        Value::Array(items) => match data_type {
            DataType::Array(element, _) => append(out, &unsafe_array(items, element)),
            _ => 0,
        },
        Value::CalendarInterval(..) | Value::Map(_) => 0,
    };
    out[at..at + width].copy_from_slice(&word.to_le_bytes()[..width]);
}

/// Puts bytes behind, filled up to whole words; gives their place and length as one word.
fn append(out: &mut Vec<u8>, bytes: &[u8]) -> u64 {
    let offset = out.len() as u64;
    out.extend_from_slice(bytes);
    out.resize(out.len().div_ceil(8) * 8, 0);
    offset << 32 | bytes.len() as u64
}
