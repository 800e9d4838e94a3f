//! The cells of one leaf column as Parquet stores them: values, and beside them how deep each is defined and where lists begin anew.
//!
//! Law: a value stands here only where its definition level is the column's highest; nulls and empty lists are levels alone.

use crate::types::Value;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};
use parquet::errors::Result;
use parquet::schema::types::ColumnDescriptor;

const JULIAN_DAY_OF_1970: i64 = 2_440_588;
const MICROS_A_DAY: i64 = 86_400_000_000;

/// The values of a leaf column by physical type.
#[derive(Debug)]
pub(super) enum Cells {
    Boolean(Vec<bool>),
    Int(Vec<i32>),
    Long(Vec<i64>),
    Int96(Vec<Int96>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Vec<ByteArray>),
    /// Each of so many bytes.
    Fixed(usize, Vec<FixedLenByteArray>),
}

/// A leaf column: its levels and its values.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) definitions: Vec<i16>,
    pub(super) repetitions: Vec<i16>,
    pub(super) cells: Cells,
    /// The definition level of a value.
    pub(super) max_definition: i16,
    /// Microseconds in the unit in which times are stored.
    pub(super) unit_micros: i64,
}

impl Leaf {
    /// An empty column of this kind.
    pub(super) fn new(descriptor: &ColumnDescriptor) -> Self {
        let cells = match descriptor.physical_type() {
            Physical::BOOLEAN => Cells::Boolean(Vec::new()),
            Physical::INT32 => Cells::Int(Vec::new()),
            Physical::INT64 => Cells::Long(Vec::new()),
            Physical::INT96 => Cells::Int96(Vec::new()),
            Physical::FLOAT => Cells::Float(Vec::new()),
            Physical::DOUBLE => Cells::Double(Vec::new()),
            Physical::BYTE_ARRAY => Cells::Bytes(Vec::new()),
            Physical::FIXED_LEN_BYTE_ARRAY => Cells::Fixed(usize::try_from(descriptor.type_length()).unwrap_or_default(), Vec::new()),
        };
        let (max_definition, unit_micros) = (descriptor.max_def_level(), unit_micros(descriptor));
        Self { definitions: Vec::new(), repetitions: Vec::new(), cells, max_definition, unit_micros }
    }

    /// One more place with a value; false where it is of another type, and then nothing was added.
    pub(super) fn push(&mut self, value: &Value, definition: i16, repetition: i16) -> bool {
        let pushed = match (&mut self.cells, value) {
            (Cells::Long(cells), Value::Timestamp(micros)) => {
                cells.push(micros.div_euclid(self.unit_micros));
                true
            }
            (cells, value) => cells.push(value),
        };
        if pushed {
            self.push_level(definition, repetition);
        }
        pushed
    }

    /// One more place, with or without a value.
    pub(super) fn push_level(&mut self, definition: i16, repetition: i16) {
        self.definitions.push(definition);
        self.repetitions.push(repetition);
    }

    /// Read the next rows of a chunk of this column.
    ///
    /// # Errors
    /// Bytes that are not what the footer promises.
    pub(super) fn read(&mut self, reader: ColumnReader, rows: usize) -> Result<()> {
        let Self { definitions, repetitions, cells, .. } = self;
        let levels = (definitions, repetitions);
        match (reader, cells) {
            (ColumnReader::BoolColumnReader(reader), Cells::Boolean(values)) => read(reader, rows, levels, values),
            (ColumnReader::Int32ColumnReader(reader), Cells::Int(values)) => read(reader, rows, levels, values),
            (ColumnReader::Int64ColumnReader(reader), Cells::Long(values)) => read(reader, rows, levels, values),
            (ColumnReader::Int96ColumnReader(reader), Cells::Int96(values)) => read(reader, rows, levels, values),
            (ColumnReader::FloatColumnReader(reader), Cells::Float(values)) => read(reader, rows, levels, values),
            (ColumnReader::DoubleColumnReader(reader), Cells::Double(values)) => read(reader, rows, levels, values),
            (ColumnReader::ByteArrayColumnReader(reader), Cells::Bytes(values)) => read(reader, rows, levels, values),
            (ColumnReader::FixedLenByteArrayColumnReader(reader), Cells::Fixed(_, values)) => read(reader, rows, levels, values),
            _ => unreachable!("a column's cells are made for its physical type"),
        }
    }

    /// Write all of it as one chunk.
    ///
    /// # Errors
    /// Levels that do not fit the column.
    pub(super) fn write(&self, writer: &mut ColumnWriter<'_>) -> Result<()> {
        let (definitions, repetitions) = (Some(self.definitions.as_slice()), Some(self.repetitions.as_slice()));
        match (writer, &self.cells) {
            (ColumnWriter::BoolColumnWriter(writer), Cells::Boolean(values)) => writer.write_batch(values, definitions, repetitions),
            (ColumnWriter::Int32ColumnWriter(writer), Cells::Int(values)) => writer.write_batch(values, definitions, repetitions),
            (ColumnWriter::Int64ColumnWriter(writer), Cells::Long(values)) => writer.write_batch(values, definitions, repetitions),
            (ColumnWriter::Int96ColumnWriter(writer), Cells::Int96(values)) => writer.write_batch(values, definitions, repetitions),
            (ColumnWriter::FloatColumnWriter(writer), Cells::Float(values)) => writer.write_batch(values, definitions, repetitions),
            (ColumnWriter::DoubleColumnWriter(writer), Cells::Double(values)) => writer.write_batch(values, definitions, repetitions),
            (ColumnWriter::ByteArrayColumnWriter(writer), Cells::Bytes(values)) => writer.write_batch(values, definitions, repetitions),
            (ColumnWriter::FixedLenByteArrayColumnWriter(writer), Cells::Fixed(_, values)) => {
                writer.write_batch(values, definitions, repetitions)
            }
            _ => unreachable!("a column's cells are made for its physical type"),
        }
        .map(|_| ())
    }
}

/// Read so many rows into levels and values. Columns without nulls or lists have no levels of that kind: they are all 0.
fn read<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    rows: usize,
    levels: (&mut Vec<i16>, &mut Vec<i16>),
    values: &mut Vec<T::T>,
) -> Result<()> {
    let (definitions, repetitions) = levels;
    let mut left = rows;
    while left > 0 {
        let (read, ..) = reader.read_records(left, Some(definitions), Some(repetitions), values)?;
        if read == 0 {
            break;
        }
        left -= read;
    }
    Ok(())
}

/// How long a unit of a column of times is.
fn unit_micros(descriptor: &ColumnDescriptor) -> i64 {
    let millis = match descriptor.logical_type_ref() {
        Some(LogicalType::Timestamp(timestamp)) => matches!(timestamp.unit, TimeUnit::MILLIS),
        _ => descriptor.converted_type() == ConvertedType::TIMESTAMP_MILLIS,
    };
    if millis { 1000 } else { 1 }
}

/// Microseconds since 1970 as Hive and Spark write them: nanoseconds of the day, and the Julian day.
fn int96_of(micros: i64) -> Int96 {
    let nanos = micros.rem_euclid(MICROS_A_DAY) * 1000;
    let day = micros.div_euclid(MICROS_A_DAY) + JULIAN_DAY_OF_1970;
    let mut value = Int96::new();
    value.set_data(nanos as u32, (nanos >> 32) as u32, day as u32);
    value
}

/// A decimal's digits as the shortest whole number of so many bytes, the highest first.
fn fixed_of(unscaled: i128, length: usize) -> FixedLenByteArray {
    let bytes = unscaled.to_be_bytes();
    ByteArray::from(&bytes[bytes.len().saturating_sub(length)..]).into()
}

impl Cells {
    fn push(&mut self, value: &Value) -> bool {
        match (self, value) {
            (Self::Boolean(cells), Value::Boolean(value)) => cells.push(*value),
            (Self::Int(cells), Value::Byte(value)) => cells.push(i32::from(*value)),
            (Self::Int(cells), Value::Short(value)) => cells.push(i32::from(*value)),
            (Self::Int(cells), Value::Integer(value) | Value::Date(value) | Value::YearMonthInterval(value)) => cells.push(*value),
            (Self::Int(cells), Value::Decimal(unscaled, ..)) => cells.push(*unscaled as i32),
            (Self::Long(cells), Value::Long(value) | Value::DayTimeInterval(value)) => cells.push(*value),
            (Self::Long(cells), Value::TimestampNtz(micros)) => cells.push(*micros),
            (Self::Long(cells), Value::Decimal(unscaled, ..)) => cells.push(*unscaled as i64),
            (Self::Int96(cells), Value::Timestamp(micros)) => cells.push(int96_of(*micros)),
            (Self::Float(cells), Value::Float(value)) => cells.push(*value),
            (Self::Double(cells), Value::Double(value)) => cells.push(*value),
            (Self::Bytes(cells), Value::String(text)) => cells.push(ByteArray::from(text.as_str())),
            (Self::Bytes(cells), Value::Binary(bytes)) => cells.push(ByteArray::from(bytes.as_slice())),
            (Self::Fixed(length, cells), Value::Decimal(unscaled, ..)) => cells.push(fixed_of(*unscaled, *length)),
            _ => return false,
        }
        true
    }
}
