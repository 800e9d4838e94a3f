//! Parquet files, as Spark writes and reads them: the schema in the footer is Spark's, columns are found by name.
//! Spark's `ParquetFileFormat`.

mod cells;
mod codec;
mod reader;
mod schema;
mod shape;
mod writer;

use self::cells::Leaf;
use self::reader::{Cursor, Cursors, Take, find, fits};
use self::shape::{Illegal, Kind, Shape, fields_of, physical_text};
use super::Options;
use super::assembly::Assembly;
use super::read_options::{Mode, not_yet};
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Schema;
use crate::types::schema_json::parse_schema;
use arrow_array::ArrayRef;
use bytes::Bytes;
use parquet::column::reader::get_column_reader;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::serialized_reader::SerializedPageReader;
use std::sync::Arc;

pub(super) use self::codec::Codec;

/// The footer's key for the schema as Spark's JSON.
const SPARK_SCHEMA: &str = "org.apache.spark.sql.parquet.row.metadata";
/// The footer's key for the release of Spark that wrote the file.
const SPARK_VERSION: &str = "org.apache.spark.version";

/// How its rows are assembled: nothing in them can be bad.
pub(super) const MODE: Mode = Mode::FailFast;

/// How a file is written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct WriteStyle {
    /// How its pages are compressed.
    pub(super) codec: Codec,
    /// How timestamps are stored.
    pub(super) timestamps: TimestampStyle,
}

/// How timestamps are stored: `spark.sql.parquet.outputTimestampType`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum TimestampStyle {
    /// As Hive's 96 bits.
    #[default]
    Int96,
    /// As microseconds since 1970.
    Micros,
    /// As milliseconds since 1970.
    Millis,
}

impl WriteStyle {
    /// As the options and the settings of the session say.
    ///
    /// # Errors
    /// Spark's, for codecs that it does not know; ours, for those that we do not.
    pub(super) fn of(options: &Options) -> Result<Self> {
        let timestamps = match options.get("spark.sql.parquet.outputTimestampType").map(str::to_ascii_uppercase).as_deref() {
            Some("TIMESTAMP_MICROS") => TimestampStyle::Micros,
            Some("TIMESTAMP_MILLIS") => TimestampStyle::Millis,
            _ => TimestampStyle::Int96,
        };
        Ok(Self { codec: Codec::of(options)?, timestamps })
    }
}

/// The file that holds these rows.
///
/// # Errors
/// Types that Parquet does not hold.
pub(super) fn file(schema: &Schema, columns: &[ArrayRef], rows: &[usize], style: &WriteStyle) -> Result<Vec<u8>> {
    writer::file(schema, columns, rows, style)
        .map_err(|error| Diagnostic::plain(Class::Named("SparkException".to_owned()), error.to_string()))
}

/// The schema that a file names, or the one that its columns show.
///
/// # Errors
/// A file that is no Parquet; columns of types that Spark does not read.
pub(super) fn schema_of(path: &str, bytes: &[u8]) -> Result<Schema> {
    let footer = footer(path, &Bytes::copy_from_slice(bytes))?;
    let metadata = footer.file_metadata();
    let pairs = metadata.key_value_metadata().into_iter().flatten();
    let own = pairs.filter(|pair| pair.key == SPARK_SCHEMA).filter_map(|pair| pair.value.as_deref()).find_map(parse_schema);
    match own {
        Some(schema) => Ok(schema),
        None => fields_of(&Shape::of_file(metadata.schema())).map(Schema::new).map_err(illegal),
    }
}

/// Read a file by the names of its columns; those that it lacks are null.
///
/// # Errors
/// A file that is no Parquet or is broken, a column of another type.
pub(super) fn read(path: &str, bytes: &[u8], rows: &mut Assembly) -> Result<()> {
    let bytes = Bytes::copy_from_slice(bytes);
    let footer = ParquetMetaDataReader::new().parse_and_finish(&bytes).map_err(|error| broken(path, &error))?;
    let shapes = Shape::of_file(footer.file_metadata().schema());
    let mut wanted = Vec::new();
    for field in &rows.fields {
        let found = find(&shapes, &field.name);
        if let Some(at) = found {
            select(path, &footer, &shapes[at].1, &field.data_type, &mut wanted)?;
        }
    }
    let mut cursors = read_leaves(path, bytes, &footer, &wanted)?;
    let count = usize::try_from(footer.file_metadata().num_rows()).unwrap_or_default();
    rows.extend(count, |columns, fields| {
        for (field, column) in fields.iter().zip(columns) {
            match find(&shapes, &field.name) {
                Some(at) => (0..count).for_each(|_| cursors.take(&shapes[at].1, &field.data_type, column)),
                None => (0..count).for_each(|_| column.push_null()),
            }
        }
    });
    Ok(())
}

fn footer(path: &str, bytes: &Bytes) -> Result<ParquetMetaData> {
    ParquetMetaDataReader::new().parse_and_finish(bytes).map_err(|_| {
        Diagnostic::new(
            Class::Named("SparkException".to_owned()),
            "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER",
            format!(
                "Encountered error while reading file {path}. Could not read footer. Please ensure that the file is in either ORC or Parquet format.\nIf not, please convert it to a valid format. If the file is in the valid format, please check if it is corrupt.\nIf it is, you can choose to either ignore it or fix the corruption."
            ),
            "KD001",
        )
    })
}

/// The leaf columns that are needed to read a part of the file as this type.
fn select(path: &str, footer: &ParquetMetaData, shape: &Shape, wanted: &DataType, leaves: &mut Vec<usize>) -> Result<()> {
    let descriptor = footer.file_metadata().schema_descr().column(shape.leaves.start);
    match (&shape.kind, wanted) {
        (Kind::Leaf(_), _) if fits(&descriptor, wanted) => leaves.push(shape.leaves.start),
        (Kind::Struct(parts), DataType::Struct(fields)) => {
            let before = leaves.len();
            for field in fields {
                if let Some(at) = find(parts, &field.name) {
                    select(path, footer, &parts[at].1, &field.data_type, leaves)?;
                }
            }
            // Without any of its columns nobody could say whether the struct is there.
            if leaves.len() == before {
                leaves.push(shape.leaves.start);
            }
        }
        (Kind::List(_, element), DataType::Array(wanted, _)) => select(path, footer, element, wanted, leaves)?,
        (Kind::Map(_, entry), DataType::Map(key, value, _)) => {
            select(path, footer, &entry.0, key, leaves)?;
            select(path, footer, &entry.1, value, leaves)?;
        }
        // Where one is a struct and the other is not, Spark's own code fails before it can say how.
        (Kind::Leaf(_), DataType::Struct(_)) => return Err(unreadable(path, "a column of the file is no struct")),
        (Kind::Struct(_), _) => return Err(unreadable(path, "a column of the file is a struct")),
        _ => {
            let column = descriptor.path().parts().join(", ");
            return Err(mismatch(path, &column, wanted, physical_text(descriptor.physical_type())));
        }
    }
    Ok(())
}

/// The wanted columns over all row groups.
fn read_leaves(path: &str, bytes: Bytes, footer: &ParquetMetaData, wanted: &[usize]) -> Result<Cursors> {
    let bytes = Arc::new(bytes);
    let descriptors = footer.file_metadata().schema_descr();
    let mut cursors: Vec<Option<Cursor>> = descriptors.columns().iter().map(|_| None).collect();
    for &index in wanted {
        let descriptor = descriptors.column(index);
        let mut leaf = Leaf::new(&descriptor);
        for group in footer.row_groups() {
            let chunk = group.column(index);
            codec::check(chunk.compression())?;
            let rows = usize::try_from(group.num_rows()).unwrap_or_default();
            let pages = SerializedPageReader::new(Arc::clone(&bytes), chunk, rows, None).map_err(|error| broken(path, &error))?;
            let reader = get_column_reader(Arc::clone(&descriptor), Box::new(pages));
            leaf.read(reader, rows).map_err(|error| broken(path, &error))?;
        }
        cursors[index] = Some(Cursor::new(leaf, Take::of(&descriptor)));
    }
    Ok(Cursors(cursors))
}

fn mismatch(path: &str, column: &str, wanted: &DataType, actual: &str) -> Box<Diagnostic> {
    let wanted = wanted.simple_string();
    Diagnostic::new(
        Class::Named("SparkException".to_owned()),
        "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH",
        format!(
            "Encountered error while reading file {path}. Data type mismatches when reading Parquet column [{column}]. Expected Spark type {wanted}, actual Parquet type {actual}."
        ),
        "KD001",
    )
}

fn illegal(illegal: Illegal) -> Box<Diagnostic> {
    match illegal {
        Illegal::Type(text) => Diagnostic::analysis("_LEGACY_ERROR_TEMP_1174", format!("Illegal Parquet type: {text}."), ""),
        Illegal::Unknown(what) => not_yet(&what),
    }
}

fn broken(path: &str, error: &ParquetError) -> Box<Diagnostic> {
    unreadable(path, &error.to_string())
}

fn unreadable(path: &str, why: &str) -> Box<Diagnostic> {
    let text = format!("Encountered error while reading file {path}. ");
    Diagnostic::new(Class::Named("SparkException".to_owned()), "FAILED_READ_FILE.NO_HINT", text, "KD001").hint(why)
}
