//! A column that grows cell by cell and can be cut back, so that a reader may take back the row that it is in.

use crate::types::DataType;
use crate::types::Field;
use crate::types::Value;
use crate::types::arrow::arrow_type;
use crate::types::arrow::nulls;
use arrow_array::types::{Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type};
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DurationMicrosecondArray, IntervalYearMonthArray, ListArray,
    MapArray, PrimitiveArray, StringArray, StructArray, TimestampMicrosecondArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::DataType as ArrowType;
use std::cmp::Ordering;
use std::sync::Arc;

/// A growing column of one type.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) data: Data,
    valid: Vec<bool>,
}

/// The cells by type. A null cell holds the type's zero.
#[derive(Debug)]
pub(super) enum Data {
    Null,
    Boolean(Vec<bool>),
    Byte(Vec<i8>),
    Short(Vec<i16>),
    Integer(Vec<i32>),
    Long(Vec<i64>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Decimal(Vec<i128>, u8, u8),
    String(Text),
    Binary(Text),
    Date(Vec<i32>),
    Timestamp(Vec<i64>),
    TimestampNtz(Vec<i64>),
    DayTimeInterval(Vec<i64>),
    YearMonthInterval(Vec<i32>),
    Array(Vec<i32>, Box<Column>),
    Map(Vec<i32>, Box<(Column, Column)>),
    Struct(Vec<Field>, Vec<Column>),
}

/// Pieces of bytes, one after another, and where each ends.
#[derive(Debug, Default)]
pub(super) struct Text {
    bytes: Vec<u8>,
    ends: Vec<i32>,
}

impl Text {
    fn get(&self, row: usize) -> &[u8] {
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        &self.bytes[start..self.ends[row] as usize]
    }

    fn truncate(&mut self, rows: usize) {
        self.ends.truncate(rows);
        self.bytes.truncate(self.ends.last().map_or(0, |end| *end as usize));
    }
}

/// Apply the same thing to the cells of every flat type.
macro_rules! each_flat {
    ($data:expr, $values:ident => $body:expr, $text:ident => $text_body:expr, $other:pat => $other_body:expr) => {
        match $data {
            Data::Boolean($values) => $body,
            Data::Byte($values) => $body,
            Data::Short($values) => $body,
            Data::Integer($values) | Data::Date($values) | Data::YearMonthInterval($values) => $body,
            Data::Long($values) | Data::Timestamp($values) | Data::TimestampNtz($values) | Data::DayTimeInterval($values) => $body,
            Data::Float($values) => $body,
            Data::Double($values) => $body,
            Data::Decimal($values, _, _) => $body,
            Data::String($text) | Data::Binary($text) => $text_body,
            $other => $other_body,
        }
    };
}

impl Column {
    /// An empty column; none for a type that no file holds.
    pub(super) fn new(data_type: &DataType) -> Option<Self> {
        let data = match data_type {
            DataType::Null => Data::Null,
            DataType::Boolean => Data::Boolean(Vec::new()),
            DataType::Byte => Data::Byte(Vec::new()),
            DataType::Short => Data::Short(Vec::new()),
            DataType::Integer => Data::Integer(Vec::new()),
            DataType::Long => Data::Long(Vec::new()),
            DataType::Float => Data::Float(Vec::new()),
            DataType::Double => Data::Double(Vec::new()),
            DataType::Decimal(precision, scale) => Data::Decimal(Vec::new(), *precision, *scale),
            DataType::String => Data::String(Text::default()),
            DataType::Binary => Data::Binary(Text::default()),
            DataType::Date => Data::Date(Vec::new()),
            DataType::Timestamp => Data::Timestamp(Vec::new()),
            DataType::TimestampNtz => Data::TimestampNtz(Vec::new()),
            DataType::Array(element, _) => Data::Array(Vec::new(), Box::new(Self::new(element)?)),
            DataType::Map(key, value, _) => Data::Map(Vec::new(), Box::new((Self::new(key)?, Self::new(value)?))),
            DataType::Struct(fields) => {
                let columns = fields.iter().map(|field| Self::new(&field.data_type)).collect::<Option<_>>()?;
                Data::Struct(fields.clone(), columns)
            }
            DataType::DayTimeInterval(..) => Data::DayTimeInterval(Vec::new()),
            DataType::YearMonthInterval(..) => Data::YearMonthInterval(Vec::new()),
            DataType::CalendarInterval => return None,
        };
        Some(Self { data, valid: Vec::new() })
    }

    /// How many cells there are.
    pub(super) fn len(&self) -> usize {
        self.valid.len()
    }

    /// The last cell of the data is a value.
    pub(super) fn mark_valid(&mut self) {
        self.valid.push(true);
    }

    /// One more cell, null.
    pub(super) fn push_null(&mut self) {
        self.valid.push(false);
        each_flat!(&mut self.data, values => values.push(Default::default()), text => text.ends.push(text.bytes.len() as i32), other => match other {
            Data::Array(ends, _) | Data::Map(ends, _) => ends.push(ends.last().copied().unwrap_or(0)),
            Data::Struct(_, columns) => columns.iter_mut().for_each(Self::push_null),
            _ => {}
        });
    }

    /// One more cell of text or bytes. For columns of other types nothing happens and the answer is false.
    pub(super) fn push_text(&mut self, cell: &[u8]) -> bool {
        let (Data::String(text) | Data::Binary(text)) = &mut self.data else { return false };
        text.bytes.extend_from_slice(cell);
        text.ends.push(text.bytes.len() as i32);
        self.valid.push(true);
        true
    }

    /// Keep the first `rows` cells.
    pub(super) fn truncate(&mut self, rows: usize) {
        if self.valid.len() <= rows && !self.is_nested() {
            return;
        }
        self.valid.truncate(rows);
        each_flat!(&mut self.data, values => values.truncate(rows), text => text.truncate(rows), other => match other {
            Data::Array(ends, element) => {
                ends.truncate(rows);
                element.truncate(ends.last().map_or(0, |end| *end as usize));
            }
            Data::Map(ends, entries) => {
                ends.truncate(rows);
                let left = ends.last().map_or(0, |end| *end as usize);
                entries.0.truncate(left);
                entries.1.truncate(left);
            }
            Data::Struct(_, columns) => columns.iter_mut().for_each(|column| column.truncate(rows)),
            _ => {}
        });
    }

    /// A nested column may hold inner cells of a cell that is not yet there.
    fn is_nested(&self) -> bool {
        matches!(self.data, Data::Array(..) | Data::Map(..) | Data::Struct(..))
    }

    /// Whether a cell is a value.
    pub(super) fn is_valid(&self, row: usize) -> bool {
        self.valid[row]
    }

    /// A text cell's bytes.
    pub(super) fn text(&self, row: usize) -> Option<&[u8]> {
        match &self.data {
            Data::String(text) | Data::Binary(text) if self.valid[row] => Some(text.get(row)),
            _ => None,
        }
    }

    /// How a cell compares with a literal of its type; none for a null, and for types that do not fit.
    pub(super) fn compare(&self, row: usize, literal: &Value) -> Option<Ordering> {
        if !self.valid[row] {
            return None;
        }
        Some(match (&self.data, literal) {
            (Data::Boolean(values), Value::Boolean(literal)) => values[row].cmp(literal),
            (Data::Byte(values), Value::Byte(literal)) => values[row].cmp(literal),
            (Data::Short(values), Value::Short(literal)) => values[row].cmp(literal),
            (Data::Integer(values), Value::Integer(literal)) | (Data::Date(values), Value::Date(literal)) => values[row].cmp(literal),
            (Data::Long(values), Value::Long(literal))
            | (Data::Timestamp(values), Value::Timestamp(literal))
            | (Data::TimestampNtz(values), Value::TimestampNtz(literal)) => values[row].cmp(literal),
            (Data::Float(values), Value::Float(literal)) => order_of(f64::from(values[row]), f64::from(*literal)),
            (Data::Double(values), Value::Double(literal)) => order_of(values[row], *literal),
            (Data::Decimal(values, _, scale), Value::Decimal(literal, _, other)) if scale == other => values[row].cmp(literal),
            (Data::String(text), Value::String(literal)) => text.get(row).cmp(literal.as_bytes()),
            (Data::Binary(text), Value::Binary(literal)) => text.get(row).cmp(literal),
            _ => return None,
        })
    }

    /// The column as Arrow has it.
    pub(super) fn finish(self) -> ArrayRef {
        let rows = self.valid.len();
        let valid = self.valid.iter().any(|valid| !valid).then(|| NullBuffer::from(self.valid));
        match self.data {
            Data::Null => nulls(&DataType::Null, rows),
            Data::Boolean(values) => Arc::new(BooleanArray::new(values.into(), valid)),
            Data::Byte(values) => Arc::new(PrimitiveArray::<Int8Type>::new(values.into(), valid)),
            Data::Short(values) => Arc::new(PrimitiveArray::<Int16Type>::new(values.into(), valid)),
            Data::Integer(values) => Arc::new(PrimitiveArray::<Int32Type>::new(values.into(), valid)),
            Data::Long(values) => Arc::new(PrimitiveArray::<Int64Type>::new(values.into(), valid)),
            Data::Float(values) => Arc::new(PrimitiveArray::<Float32Type>::new(values.into(), valid)),
            Data::Double(values) => Arc::new(PrimitiveArray::<Float64Type>::new(values.into(), valid)),
            Data::Decimal(values, precision, scale) => {
                let array = Decimal128Array::new(values.into(), valid).with_data_type(ArrowType::Decimal128(precision, scale as i8));
                Arc::new(array)
            }
            Data::String(text) => {
                let (offsets, bytes) = offsets_and_bytes(text);
                Arc::new(StringArray::new(offsets, bytes.into(), valid))
            }
            Data::Binary(text) => {
                let (offsets, bytes) = offsets_and_bytes(text);
                Arc::new(BinaryArray::new(offsets, bytes.into(), valid))
            }
            Data::Date(values) => Arc::new(Date32Array::new(values.into(), valid)),
            Data::Timestamp(values) => Arc::new(TimestampMicrosecondArray::new(values.into(), valid).with_timezone("UTC")),
            Data::TimestampNtz(values) => Arc::new(TimestampMicrosecondArray::new(values.into(), valid)),
            Data::DayTimeInterval(values) => Arc::new(DurationMicrosecondArray::new(values.into(), valid)),
            Data::YearMonthInterval(values) => Arc::new(IntervalYearMonthArray::new(values.into(), valid)),
            nested => finish_nested(nested, rows, valid),
        }
    }

    fn data_type(&self) -> DataType {
        match &self.data {
            Data::Null => DataType::Null,
            Data::Boolean(_) => DataType::Boolean,
            Data::Byte(_) => DataType::Byte,
            Data::Short(_) => DataType::Short,
            Data::Integer(_) => DataType::Integer,
            Data::Long(_) => DataType::Long,
            Data::Float(_) => DataType::Float,
            Data::Double(_) => DataType::Double,
            Data::Decimal(_, precision, scale) => DataType::Decimal(*precision, *scale),
            Data::String(_) => DataType::String,
            Data::Binary(_) => DataType::Binary,
            Data::Date(_) => DataType::Date,
            Data::Timestamp(_) => DataType::Timestamp,
            Data::TimestampNtz(_) => DataType::TimestampNtz,
            Data::DayTimeInterval(_) => DataType::DAY_TIME,
            Data::YearMonthInterval(_) => DataType::YEAR_MONTH,
            Data::Array(_, element) => DataType::Array(Box::new(element.data_type()), true),
            Data::Map(_, entries) => DataType::Map(Box::new(entries.0.data_type()), Box::new(entries.1.data_type()), true),
            Data::Struct(fields, _) => DataType::Struct(fields.clone()),
        }
    }
}

/// Arrays, maps and structs as Arrow has them.
fn finish_nested(data: Data, rows: usize, valid: Option<NullBuffer>) -> ArrayRef {
    let own_type = Column { data, valid: Vec::new() };
    let arrow = arrow_type(&own_type.data_type());
    match (own_type.data, arrow) {
        (Data::Array(ends, element), ArrowType::List(field)) => Arc::new(ListArray::new(field, offsets_of(ends), element.finish(), valid)),
        (Data::Map(ends, entries), ArrowType::Map(field, sorted)) => {
            let ArrowType::Struct(fields) = field.data_type().clone() else { unreachable!("a map's entries are a struct") };
            let entries = StructArray::new(fields, vec![entries.0.finish(), entries.1.finish()], None);
            Arc::new(MapArray::new(field, offsets_of(ends), entries, valid, sorted))
        }
        (Data::Struct(_, columns), ArrowType::Struct(fields)) => {
            if fields.is_empty() {
                return Arc::new(StructArray::new_empty_fields(rows, valid));
            }
            Arc::new(StructArray::new(fields, columns.into_iter().map(Column::finish).collect(), valid))
        }
        _ => unreachable!("flat types are finished before"),
    }
}

fn offsets_of(mut ends: Vec<i32>) -> OffsetBuffer<i32> {
    ends.insert(0, 0);
    OffsetBuffer::new(ScalarBuffer::from(ends))
}

fn offsets_and_bytes(text: Text) -> (OffsetBuffer<i32>, Vec<u8>) {
    (offsets_of(text.ends), text.bytes)
}

/// Spark's order of doubles: NaN is the largest and equals itself, the two zeros are equal.
fn order_of(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
}
