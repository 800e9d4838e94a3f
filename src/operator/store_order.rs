//! The order in which Spark's state store gives its rows: that of a `ConcurrentHashMap` of `UnsafeRow`s.
//!
//! Law: rows come by bucket, `spread(murmur3(key)) mod capacity`, and within a bucket as they were put. The capacity follows from the most rows
//! that there were in the batch, for each version's map is a copy of the one before, put row by row.

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types;
use arrow_schema::DataType;

/// The capacity of the map that holds a batch's version. `before` is how many rows the version before had, which are copied into it; none for the
/// first version, which begins empty. `most` is the most rows there have been since.
#[must_use]
pub fn capacity(before: Option<usize>, most: usize) -> usize {
    let mut capacity = match before {
        None => 16,
        // `putAll` makes room for half as many more, and doubles that where it would be more than three quarters full.
        Some(rows) => match (rows + rows / 2 + 1).next_power_of_two() {
            small @ ..4 => small,
            enough => enough * 2,
        },
    };
    let mut limit = capacity - capacity / 4;
    while most >= limit {
        limit = capacity * 2 - capacity / 2;
        capacity *= 2;
    }
    capacity
}

/// The buckets of these keys in a map of this capacity; none where a type has no known layout.
#[must_use]
pub fn buckets(keys: &[ArrayRef], rows: usize, capacity: usize) -> Option<Vec<usize>> {
    (0..rows)
        .map(|row| {
            let bytes = unsafe_row(keys, row)?;
            let hash = murmur3(&bytes, 42);
            let spread = hash ^ (hash >> 16);
            Some(spread as usize & (capacity - 1))
        })
        .collect()
}

/// The bytes of the one row of these columns, by which RocksDB orders it; none where a type has no known layout.
#[must_use]
pub fn unsafe_bytes(columns: &[ArrayRef]) -> Option<Vec<u8>> {
    unsafe_row(columns, 0)
}

/// The bytes of a row in Spark's `UnsafeRow`: null bits, a word a field, then what does not fit into a word.
fn unsafe_row(columns: &[ArrayRef], row: usize) -> Option<Vec<u8>> {
    let bitset = columns.len().div_ceil(64) * 8;
    let mut out = vec![0; bitset + columns.len() * 8];
    for (index, column) in columns.iter().enumerate() {
        if column.is_null(row) {
            out[index / 8] |= 1 << (index % 8);
            continue;
        }
        let at = bitset + index * 8;
        let word = match word(column, row) {
            Some(word) => word,
            None => append(&mut out, &variable(column, row)?),
        };
        out[at..at + 8].copy_from_slice(&word.to_le_bytes());
    }
    Some(out)
}

/// A value that fits into a word.
fn word(column: &ArrayRef, row: usize) -> Option<u64> {
    Some(match column.data_type() {
        DataType::Boolean => u64::from(column.as_boolean().value(row)),
        // Narrow integers are written into a cleared word without their sign.
        DataType::Int8 => u64::from(column.as_primitive::<types::Int8Type>().value(row).cast_unsigned()),
        DataType::Int16 => u64::from(column.as_primitive::<types::Int16Type>().value(row).cast_unsigned()),
        DataType::Int32 => u64::from(column.as_primitive::<types::Int32Type>().value(row).cast_unsigned()),
        DataType::Date32 => u64::from(column.as_primitive::<types::Date32Type>().value(row).cast_unsigned()),
        DataType::Int64 => column.as_primitive::<types::Int64Type>().value(row).cast_unsigned(),
        DataType::Timestamp(..) => column.as_primitive::<types::TimestampMicrosecondType>().value(row).cast_unsigned(),
        DataType::Float32 => u64::from(column.as_primitive::<types::Float32Type>().value(row).to_bits()),
        DataType::Float64 => column.as_primitive::<types::Float64Type>().value(row).to_bits(),
        DataType::Decimal128(precision, _) if *precision <= 18 => column.as_primitive::<types::Decimal128Type>().value(row) as u64,
        _ => return None,
    })
}

/// The bytes of a value that stands behind the words.
fn variable(column: &ArrayRef, row: usize) -> Option<Vec<u8>> {
    match column.data_type() {
        DataType::Utf8 => Some(column.as_string::<i32>().value(row).as_bytes().to_vec()),
        DataType::Binary => Some(column.as_binary::<i32>().value(row).to_vec()),
        DataType::Struct(_) => unsafe_row(column.as_struct().columns(), row),
        _ => None,
    }
}

/// Puts bytes behind a row, filled up to whole words; gives their place and length as the field's word.
fn append(out: &mut Vec<u8>, bytes: &[u8]) -> u64 {
    let offset = out.len() as u64;
    out.extend_from_slice(bytes);
    out.resize(out.len().div_ceil(8) * 8, 0);
    offset << 32 | bytes.len() as u64
}

/// `Murmur3_x86_32.hashUnsafeWords`: over whole words of four bytes.
fn murmur3(bytes: &[u8], seed: u32) -> u32 {
    let mut hash = seed;
    for word in bytes.chunks_exact(4) {
        let word = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
        let mixed = word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
        hash = (hash ^ mixed).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
    }
    hash ^= bytes.len() as u32;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}
