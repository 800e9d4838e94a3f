//! Parquet columns as Arrow's: levels and values come together again as rows, by name, as wide as Spark asks.
//! Spark's `VectorizedParquetRecordReader` and `ParquetVectorUpdaterFactory`.

use super::cells::{Cells, Leaf};
use super::shape::{Items, Kind, Shape, logical_of};
use crate::connector::column::{Column, Data};
use crate::types::DataType;
use crate::types::Field;
use parquet::basic::{LogicalType, Type as Physical};
use parquet::schema::types::ColumnDescriptor;

/// A leaf column while it is taken apart: what is read, and where reading stands.
#[derive(Debug)]
pub(super) struct Cursor {
    leaf: Leaf,
    place: usize,
    value: usize,
    take: Take,
}

/// How a stored value becomes Spark's.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Take {
    /// The stored number has no sign.
    unsigned: bool,
    /// A decimal's digits behind the point, as stored.
    scale: u8,
}

impl Take {
    /// As the column's annotation says.
    pub(super) fn of(descriptor: &ColumnDescriptor) -> Self {
        match logical_of(descriptor.self_type()) {
            Some(LogicalType::Integer(int)) => Self { unsigned: !int.is_signed, scale: 0 },
            Some(LogicalType::Decimal(sizes)) => Self { unsigned: false, scale: sizes.scale.clamp(0, 38) as u8 },
            _ => Self::default(),
        }
    }
}

/// Whether Spark reads a column of this kind as this type: `getUpdater`.
pub(super) fn fits(descriptor: &ColumnDescriptor, wanted: &DataType) -> bool {
    let logical = logical_of(descriptor.self_type());
    let is_time = || matches!(&logical, Some(LogicalType::Timestamp(it)) if !matches!(it.unit, parquet::basic::TimeUnit::NANOS));
    match (descriptor.physical_type(), wanted) {
        (_, DataType::Null) => logical == Some(LogicalType::Unknown),
        (physical, DataType::Decimal(precision, scale)) => fits_decimal(physical, logical.as_ref(), *precision, *scale),
        (Physical::BOOLEAN, DataType::Boolean)
        | (
            Physical::INT32,
            DataType::Byte
            | DataType::Short
            | DataType::Integer
            | DataType::Long
            | DataType::Double
            | DataType::Date
            | DataType::YearMonthInterval(..),
        )
        | (Physical::INT64, DataType::Long | DataType::DayTimeInterval(..))
        | (Physical::FLOAT, DataType::Float | DataType::Double)
        | (Physical::DOUBLE, DataType::Double)
        | (Physical::INT96, DataType::Timestamp | DataType::TimestampNtz)
        | (Physical::BYTE_ARRAY, DataType::String | DataType::Binary)
        | (Physical::FIXED_LEN_BYTE_ARRAY, DataType::Binary) => true,
        (Physical::INT32, DataType::TimestampNtz) => logical == Some(LogicalType::Date),
        (Physical::INT64, DataType::Timestamp | DataType::TimestampNtz) => is_time(),
        _ => false,
    }
}

/// Neither digits before the point nor behind it may be lost.
fn fits_decimal(physical: Physical, logical: Option<&LogicalType>, precision: u8, scale: u8) -> bool {
    let (precision, scale) = (i32::from(precision), i32::from(scale));
    match (physical, logical) {
        (Physical::BOOLEAN | Physical::FLOAT | Physical::DOUBLE | Physical::INT96, _) => false,
        (_, Some(LogicalType::Decimal(stored))) => {
            let more = scale - stored.scale;
            more >= 0 && precision - stored.precision >= more
        }
        (Physical::INT64, Some(LogicalType::Integer(int))) if !int.is_signed => (precision, scale) == (20, 0),
        (Physical::INT32, None | Some(LogicalType::Integer(_))) => precision - scale >= 10,
        (Physical::INT64, None | Some(LogicalType::Integer(_))) => precision - scale >= 20,
        _ => false,
    }
}

impl Cursor {
    /// A cursor at the column's beginning.
    pub(super) fn new(leaf: Leaf, take: Take) -> Self {
        Self { leaf, place: 0, value: 0, take }
    }

    fn definition(&self) -> i16 {
        self.leaf.definitions.get(self.place).copied().unwrap_or(0)
    }

    fn repetition(&self) -> i16 {
        self.leaf.repetitions.get(self.place).copied().unwrap_or(0)
    }

    fn is_at_end(&self) -> bool {
        self.place >= self.leaf.repetitions.len()
    }

    /// The next cell, a value or null.
    fn take(&mut self, shape: &Shape, column: &mut Column) {
        if self.definition() < shape.definition {
            column.push_null();
        } else {
            push(&self.leaf, self.value, self.take, column);
            self.value += 1;
        }
        self.place += 1;
    }
}

/// The cursors of a file's leaf columns; those that nobody wants are missing.
pub(super) struct Cursors(pub(super) Vec<Option<Cursor>>);

impl Cursors {
    /// The next value of a part of the file into a column of the wanted type.
    pub(super) fn take(&mut self, shape: &Shape, wanted: &DataType, column: &mut Column) {
        match (&shape.kind, wanted) {
            (Kind::Leaf(_), _) => {
                if let Some(Some(cursor)) = self.0.get_mut(shape.leaves.start) {
                    cursor.take(shape, column);
                }
            }
            _ if self.definition(shape) < shape.definition => {
                self.skip(shape);
                column.push_null();
            }
            (Kind::Struct(parts), DataType::Struct(fields)) => self.take_struct(shape, parts, fields, column),
            (Kind::List(items, element), DataType::Array(wanted, _)) => {
                if let Data::Array(ends, column) = &mut column.data {
                    self.each(shape, *items, |cursors| cursors.take(element, wanted, column));
                    ends.push(column.len() as i32);
                }
                column.mark_valid();
            }
            (Kind::Map(items, entry), DataType::Map(key, value, _)) => {
                if let Data::Map(ends, columns) = &mut column.data {
                    self.each(shape, *items, |cursors| {
                        cursors.take(&entry.0, key, &mut columns.0);
                        cursors.take(&entry.1, value, &mut columns.1);
                    });
                    ends.push(columns.0.len() as i32);
                }
                column.mark_valid();
            }
            _ => unreachable!("what does not fit was refused before"),
        }
    }

    fn take_struct(&mut self, shape: &Shape, parts: &[(String, Shape)], fields: &[Field], column: &mut Column) {
        let Data::Struct(_, columns) = &mut column.data else { unreachable!("the column is of the wanted type") };
        let mut taken = Vec::with_capacity(fields.len());
        for (field, column) in fields.iter().zip(columns) {
            match find(parts, &field.name) {
                Some(part) => {
                    self.take(&parts[part].1, &field.data_type, column);
                    taken.push(part);
                }
                None => column.push_null(),
            }
        }
        // Where no field of it is wanted, one column stands for all to say whether it is there.
        if taken.is_empty() {
            self.skip(shape);
        }
        column.mark_valid();
    }

    /// Take the items of a list that is there.
    fn each(&mut self, shape: &Shape, items: Items, mut take: impl FnMut(&mut Self)) {
        if self.definition(shape) < items.definition {
            self.skip(shape);
            return;
        }
        loop {
            take(self);
            let goes_on =
                self.read_columns(shape).next().is_some_and(|cursor| !cursor.is_at_end() && cursor.repetition() == items.repetition);
            if !goes_on {
                return;
            }
        }
    }

    fn read_columns(&self, shape: &Shape) -> impl Iterator<Item = &Cursor> {
        self.0.get(shape.leaves.clone()).unwrap_or_default().iter().flatten()
    }

    fn definition(&self, shape: &Shape) -> i16 {
        self.read_columns(shape).next().map_or(0, Cursor::definition)
    }

    /// Pass over a row's part that is not wanted, or null, or an empty list.
    fn skip(&mut self, shape: &Shape) {
        for cursor in self.0.get_mut(shape.leaves.clone()).unwrap_or_default().iter_mut().flatten() {
            loop {
                let there = cursor.leaf.max_definition <= cursor.definition();
                cursor.value += usize::from(there);
                cursor.place += 1;
                if cursor.is_at_end() || cursor.repetition() <= shape.repetition {
                    break;
                }
            }
        }
    }
}

/// The place of a part by its name: as it is written, else in any case.
pub(super) fn find(parts: &[(String, Shape)], name: &str) -> Option<usize> {
    let exact = parts.iter().position(|(own, _)| own == name);
    exact.or_else(|| parts.iter().position(|(own, _)| own.to_lowercase() == name.to_lowercase()))
}

/// A stored value as Spark's.
fn push(leaf: &Leaf, at: usize, take: Take, column: &mut Column) {
    match (&mut column.data, &leaf.cells) {
        (Data::Boolean(out), Cells::Boolean(cells)) => out.push(cells[at]),
        (Data::Byte(out), Cells::Int(cells)) => out.push(cells[at] as i8),
        (Data::Short(out), Cells::Int(cells)) => out.push(cells[at] as i16),
        (Data::Integer(out) | Data::Date(out) | Data::YearMonthInterval(out), Cells::Int(cells)) => out.push(cells[at]),
        (Data::Long(out), Cells::Int(cells)) => out.push(if take.unsigned { i64::from(cells[at] as u32) } else { i64::from(cells[at]) }),
        (Data::Double(out), Cells::Int(cells)) => out.push(f64::from(cells[at])),
        (Data::TimestampNtz(out), Cells::Int(cells)) => out.push(i64::from(cells[at]) * 86_400_000_000),
        (Data::Long(out) | Data::DayTimeInterval(out), Cells::Long(cells)) => out.push(cells[at]),
        (Data::Timestamp(out) | Data::TimestampNtz(out), Cells::Long(cells)) => out.push(cells[at].wrapping_mul(leaf.unit_micros)),
        (Data::Timestamp(out) | Data::TimestampNtz(out), Cells::Int96(cells)) => out.push(cells[at].to_micros()),
        (Data::Float(out), Cells::Float(cells)) => out.push(cells[at]),
        (Data::Double(out), Cells::Float(cells)) => out.push(f64::from(cells[at])),
        (Data::Double(out), Cells::Double(cells)) => out.push(cells[at]),
        (Data::Decimal(out, _, scale), cells) => {
            let more = u32::from(scale.saturating_sub(take.scale));
            out.push(unscaled(cells, at, take.unsigned).wrapping_mul(10_i128.pow(more)));
        }
        (Data::String(_) | Data::Binary(_), cells) => {
            column.push_text(bytes(cells, at));
            return;
        }
        _ => unreachable!("what does not fit was refused before"),
    }
    column.mark_valid();
}

fn bytes(cells: &Cells, at: usize) -> &[u8] {
    match cells {
        Cells::Bytes(cells) => cells[at].data(),
        Cells::Fixed(_, cells) => cells[at].data(),
        _ => &[],
    }
}

/// A decimal's digits.
fn unscaled(cells: &Cells, at: usize, unsigned: bool) -> i128 {
    match cells {
        Cells::Int(cells) => i128::from(cells[at]),
        Cells::Long(cells) if unsigned => i128::from(cells[at] as u64),
        Cells::Long(cells) => i128::from(cells[at]),
        other => {
            let bytes = bytes(other, at);
            let sign = if bytes.first().is_some_and(|first| *first >= 0x80) { -1 } else { 0 };
            bytes.iter().fold(sign, |number: i128, byte| (number << 8) | i128::from(*byte))
        }
    }
}
