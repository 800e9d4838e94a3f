//! Grouping: which rows of a batch have equal keys.
//!
//! Law: groups are numbered from 0 in the order in which their first rows stand; null equals null, `NaN` equals `NaN`, `-0.0` equals `0.0`.
//! Each key column becomes a column of small codes, one pass a column; then codes of two columns become codes of the pair.

use std::sync::Arc;

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::ArrowPrimitiveType;
use arrow_array::BooleanArray;
use arrow_array::MapArray;
use arrow_array::StringArray;
use arrow_array::StructArray;
use arrow_array::UInt32Array;
use arrow_array::cast::AsArray;
use arrow_array::types;
use arrow_row::RowConverter;
use arrow_row::SortField;
use arrow_schema::DataType;
use arrow_schema::TimeUnit;

use super::code_table::BytesTable;
use super::code_table::IntegerTable;
use super::rows::kernel;
use super::rows::take;

/// The groups of a batch.
#[derive(Debug, Default, PartialEq)]
pub struct Groups {
    /// For each row, its group.
    pub ids: Vec<u32>,
    /// For each group, its first row.
    pub firsts: Vec<u32>,
}

/// A column as small numbers: equal values have equal codes, numbered in the order of first appearance.
struct Codes {
    codes: Vec<u32>,
    count: u32,
}

impl Groups {
    /// How many groups there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.firsts.len()
    }
}

/// Groups rows by these key columns. Without a key column all rows are one group.
#[must_use]
pub fn group(keys: &[ArrayRef], rows: usize) -> Groups {
    let mut whole: Option<Codes> = None;
    for key in keys {
        let codes = codes_of(key);
        whole = Some(match whole {
            None => codes,
            Some(before) => pair(before, codes),
        });
    }
    let whole = whole.unwrap_or_else(|| Codes { codes: vec![0; rows], count: u32::from(rows > 0) });
    let firsts = first_rows(&whole);
    Groups { ids: whole.codes, firsts }
}

/// The column with `-0.0` made `0.0` and every `NaN` the same, as Spark's `NormalizeFloatingNumbers` does with keys.
#[must_use]
pub fn normalized(column: &ArrayRef) -> ArrayRef {
    match column.data_type() {
        DataType::Float64 => Arc::new(column.as_primitive::<types::Float64Type>().unary::<_, types::Float64Type>(normal_f64)) as ArrayRef,
        DataType::Float32 => Arc::new(column.as_primitive::<types::Float32Type>().unary::<_, types::Float32Type>(normal_f32)),
        DataType::Struct(fields) => {
            let parts = column.as_struct();
            let columns = parts.columns().iter().map(normalized).collect();
            Arc::new(StructArray::new(fields.clone(), columns, parts.nulls().cloned()))
        }
        DataType::Map(..) => Arc::new(sorted_map(column.as_map())),
        _ => Arc::clone(column),
    }
}

/// The maps with their entries in the order of their keys: Spark's `MapSort`.
fn sorted_map(maps: &MapArray) -> MapArray {
    let keys = normalized(maps.keys());
    let order = kernel(kernel(RowConverter::new(vec![SortField::new(keys.data_type().clone())])).convert_columns(&[Arc::clone(&keys)]));
    let mut places: Vec<u32> = (0..keys.len() as u32).collect();
    for bounds in maps.offsets().windows(2) {
        places[bounds[0] as usize..bounds[1] as usize].sort_by(|a, b| order.row(*a as usize).cmp(&order.row(*b as usize)));
    }
    let places = UInt32Array::from(places);
    let entries = maps.entries();
    let columns = vec![take(&keys, &places), take(maps.values(), &places)];
    let entries = StructArray::new(entries.fields().clone(), columns, None);
    let (field, is_sorted) = match maps.data_type() {
        DataType::Map(field, is_sorted) => (field, *is_sorted),
        _ => unreachable!("a map array has a map type"),
    };
    MapArray::new(Arc::clone(field), maps.offsets().clone(), entries, maps.nulls().cloned(), is_sorted)
}

fn normal_f64(value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { value + 0.0 }
}

fn normal_f32(value: f32) -> f32 {
    if value.is_nan() { f32::NAN } else { value + 0.0 }
}

fn codes_of(column: &ArrayRef) -> Codes {
    match column.data_type() {
        DataType::Int8 => integers::<types::Int8Type>(column, |value| value as u64),
        DataType::Int16 => integers::<types::Int16Type>(column, |value| value as u64),
        DataType::Int32 => integers::<types::Int32Type>(column, |value| value as u64),
        DataType::Int64 => integers::<types::Int64Type>(column, |value| value as u64),
        DataType::UInt32 => integers::<types::UInt32Type>(column, u64::from),
        DataType::Date32 => integers::<types::Date32Type>(column, |value| value as u64),
        DataType::Timestamp(TimeUnit::Microsecond, _) => integers::<types::TimestampMicrosecondType>(column, |value| value as u64),
        DataType::Duration(TimeUnit::Microsecond) => integers::<types::DurationMicrosecondType>(column, |value| value as u64),
        DataType::Float32 => integers::<types::Float32Type>(column, |value| u64::from(normal_f32(value).to_bits())),
        DataType::Float64 => integers::<types::Float64Type>(column, |value| normal_f64(value).to_bits()),
        DataType::Boolean => booleans(column.as_boolean()),
        DataType::Utf8 => strings(column.as_string::<i32>()),
        DataType::Struct(fields) if column.null_count() == 0 && !fields.is_empty() => structs(column.as_struct()),
        _ => encoded(column),
    }
}

fn integers<T: ArrowPrimitiveType>(column: &ArrayRef, bits: impl Fn(T::Native) -> u64) -> Codes {
    let array = column.as_primitive::<T>();
    let mut table = IntegerTable::new();
    let mut codes = Vec::with_capacity(array.len());
    let mut last: Option<(u64, u32)> = None;
    let mut code_of = |table: &mut IntegerTable, value: u64| match last {
        // Neighbours are often equal: event times come nearly in order, so windows repeat.
        Some((known, code)) if known == value => code,
        _ => {
            let code = table.code(value);
            last = Some((value, code));
            code
        }
    };
    match array.nulls() {
        None => codes.extend(array.values().iter().map(|value| code_of(&mut table, bits(*value)))),
        Some(nulls) => {
            codes.extend(
                array.values().iter().zip(nulls.iter()).map(
                    |(value, valid)| {
                        if valid { code_of(&mut table, bits(*value)) } else { table.null_code() }
                    },
                ),
            );
        }
    }
    Codes { codes, count: table.count() }
}

fn booleans(array: &BooleanArray) -> Codes {
    let mut table = IntegerTable::new();
    let codes = array
        .iter()
        .map(|value| match value {
            Some(value) => table.code(u64::from(value)),
            None => table.null_code(),
        })
        .collect();
    Codes { codes, count: table.count() }
}

/// Strings of up to seven bytes are told apart as one integer, longer ones by their bytes.
fn strings(array: &StringArray) -> Codes {
    let mut table = BytesTable::new();
    let mut codes = Vec::with_capacity(array.len());
    let (offsets, bytes) = (array.value_offsets(), array.value_data());
    let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
    for row in 0..array.len() {
        let code = if nulls.is_some_and(|nulls| nulls.is_null(row)) {
            table.null_code()
        } else {
            table.code(bytes, offsets[row] as usize, offsets[row + 1] as usize)
        };
        codes.push(code);
    }
    Codes { codes, count: table.count() }
}

fn structs(array: &StructArray) -> Codes {
    let mut parts = array.columns().iter();
    let Some(first) = parts.next() else { unreachable!("a struct key without fields is encoded whole") };
    parts.fold(codes_of(first), |before, part| pair(before, codes_of(part)))
}

/// Keys of the remaining types, by their row encoding.
fn encoded(column: &ArrayRef) -> Codes {
    let column = normalized(column);
    let converter = kernel(RowConverter::new(vec![SortField::new(column.data_type().clone())]));
    let encoded = kernel(converter.convert_columns(&[column]));
    let mut table = BytesTable::new();
    let codes = encoded.iter().map(|row| table.code(row.data(), 0, row.data().len())).collect();
    Codes { codes, count: table.count() }
}

/// Codes of pairs.
fn pair(left: Codes, right: Codes) -> Codes {
    if right.count <= 1 {
        return left;
    }
    if left.count <= 1 {
        return right;
    }
    let cells = u64::from(left.count) * u64::from(right.count);
    if cells <= (4 * left.codes.len() as u64).max(1 << 16) {
        pair_by_table(left, &right, cells as usize)
    } else {
        pair_by_hash(left, &right)
    }
}

fn pair_by_table(mut left: Codes, right: &Codes, cells: usize) -> Codes {
    const FREE: u32 = u32::MAX;
    let mut table = vec![FREE; cells];
    let mut count = 0;
    for (code, other) in left.codes.iter_mut().zip(&right.codes) {
        let cell = &mut table[*code as usize * right.count as usize + *other as usize];
        if *cell == FREE {
            *cell = count;
            count += 1;
        }
        *code = *cell;
    }
    Codes { codes: left.codes, count }
}

fn pair_by_hash(mut left: Codes, right: &Codes) -> Codes {
    let mut table = IntegerTable::new();
    for (code, other) in left.codes.iter_mut().zip(&right.codes) {
        *code = table.code(u64::from(*code) << 32 | u64::from(*other));
    }
    Codes { codes: left.codes, count: table.count() }
}

/// Codes are dense and in the order of first appearance, so a row whose code is the next unseen one is its group's first.
fn first_rows(codes: &Codes) -> Vec<u32> {
    let mut firsts = Vec::with_capacity(codes.count as usize);
    for (row, code) in codes.codes.iter().enumerate() {
        if *code as usize == firsts.len() {
            firsts.push(row as u32);
            if firsts.len() == codes.count as usize {
                break;
            }
        }
    }
    firsts
}
