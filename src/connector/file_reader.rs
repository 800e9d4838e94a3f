//! Files of one format into Arrow columns: the wanted columns, the pushed filters, the partition folders' values.

use super::assembly::Assembly;
use super::charset::Charset;
use super::column::{Column, Data};
use super::compression::unpacked;
use super::csv_options::CsvOptions;
use super::csv_reader::{self, Places};
use super::json_options::JsonOptions;
use super::json_reader;
use super::lines::lines;
use super::listing::partition_values;
use super::parquet;
use super::read_options::{Mode, Times, corrupt_name, flag, not_yet};
use super::{Options, PushedFilter, SourceRows};
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Zone;
use crate::types::number::parse_decimal;
use crate::world::Disk;
use crate::world::FileStatus;
use arrow_array::ArrayRef;
use std::borrow::Cow;

/// A text format and how it is read.
#[derive(Clone, Debug)]
enum Format {
    Text { whole: bool },
    Json(Box<JsonOptions>),
    Csv(Box<CsvOptions>),
    Parquet,
}

/// A reader for a schema.
#[derive(Clone, Debug)]
pub(super) struct FileReader {
    format: Format,
    separator: Option<Vec<u8>>,
    schema: Schema,
    /// The columns to give, by their place in the schema.
    columns: Vec<usize>,
    filters: Vec<PushedFilter>,
    mode: Mode,
    corrupt_name: String,
    times: Times,
    charset: Charset,
    passes_over: PassesOver,
}

/// Which files are left out in silence: the options `ignoreMissingFiles` and `ignoreCorruptFiles`, or the settings of these names.
#[derive(Clone, Copy, Debug)]
struct PassesOver {
    missing: bool,
    corrupt: bool,
}

impl PassesOver {
    fn of(options: &Options) -> Result<Self> {
        let setting = |name: &str| options.get(&format!("spark.sql.files.{name}")).is_some_and(|text| text.eq_ignore_ascii_case("true"));
        let either = |name: &str| flag(options, name, setting(name));
        Ok(Self { missing: either("ignoreMissingFiles")?, corrupt: either("ignoreCorruptFiles")? })
    }
}

/// A file to read, and the root under which it was found.
#[derive(Clone, Debug)]
pub(super) struct FileToRead {
    pub(super) status: FileStatus,
    pub(super) root: String,
    /// Its partition columns and their values where a log tells them; else the folders' names do.
    pub(super) partitions: Option<Vec<(String, Option<String>)>>,
}

impl FileToRead {
    fn partition_values(&self) -> Vec<(String, Option<String>)> {
        self.partitions.clone().unwrap_or_else(|| partition_values(&self.root, &self.status.path))
    }
}

impl FileReader {
    /// A reader of `json`, `csv` or `text` that gives these columns (places in the schema).
    pub(super) fn new(
        format: &str,
        options: &Options,
        schema: &Schema,
        columns: Vec<usize>,
        filters: Vec<PushedFilter>,
        zone: &Zone,
    ) -> Result<Self> {
        let charset = Charset::of(options, format)?;
        let is_json = format.eq_ignore_ascii_case("json") && !flag(options, "multiLine", false)?;
        if is_json && charset != Charset::Utf8 && options.get("lineSep").is_none() {
            let name = options.get("encoding").or_else(|| options.get("charset")).unwrap_or_default();
            let text = format!("requirement failed: The lineSep option must be specified for the {name} encoding");
            return Err(Diagnostic::plain(Class::IllegalArgument, text));
        }
        let format = match format.to_ascii_lowercase().as_str() {
            "text" => Format::Text { whole: flag(options, "wholetext", false)? },
            "json" => Format::Json(Box::new(JsonOptions::of(options, zone)?)),
            "csv" => Format::Csv(Box::new(CsvOptions::of(options, zone)?)),
            "parquet" => Format::Parquet,
            other => return Err(not_yet(&format!("reading files of the format {other}"))),
        };
        let corrupt = schema.fields.iter().find(|field| field.name == corrupt_name(options) && field.data_type != DataType::String);
        if let Some(field) = corrupt.filter(|_| matches!(format, Format::Json(_) | Format::Csv(_))) {
            let text = format!(
                "The column `{}` for corrupt records must have the nullable STRING type, but got \"{}\".",
                field.name,
                field.data_type.sql()
            );
            return Err(Diagnostic::analysis("INVALID_CORRUPT_RECORD_TYPE", text, "42804"));
        }
        let is_interval = |field: &&Field| matches!(field.data_type, DataType::DayTimeInterval(..) | DataType::YearMonthInterval(..));
        if let Some(field) = schema.fields.iter().find(is_interval).filter(|_| !matches!(format, Format::Parquet)) {
            return Err(not_yet(&format!("reading the type {} from text", field.data_type.sql())));
        }
        Ok(Self {
            separator: options.get("lineSep").map(|separator| separator.as_bytes().to_vec()),
            schema: schema.clone(),
            columns,
            filters,
            mode: if matches!(format, Format::Parquet) { parquet::MODE } else { Mode::of(options) },
            format,
            corrupt_name: corrupt_name(options).to_owned(),
            times: Times::of(&Options::new(), zone)?,
            charset,
            passes_over: PassesOver::of(options)?,
        })
    }

    /// Read files, the largest first as Spark's planner orders them; `traced` adds each row's time of arrival.
    ///
    /// # Errors
    /// A file that is gone; bad records in mode `FAILFAST`.
    pub(super) fn read(&self, disk: &Disk, files: &[FileToRead], traced: bool) -> Result<SourceRows> {
        let mut files: Vec<&FileToRead> = files.iter().collect();
        files.sort_by_key(|file| std::cmp::Reverse(file.status.size));
        let partitions: Vec<String> = files.first().map(|file| partition_names(file)).unwrap_or_default();
        let layout = self.layout(&partitions);
        if layout.has_corrupt && layout.fields.is_empty() {
            return Err(only_corrupt_record());
        }
        let mut rows = Assembly::new(layout.fields.clone(), layout.has_corrupt, self.mode, layout.filters.clone())?;
        let mut constants: Vec<Column> = layout.partition_fields.iter().filter_map(|field| Column::new(&field.data_type)).collect();
        let mut arrived_ms = traced.then(Vec::new);
        for file in files {
            let Some(bytes) = disk.read(&file.status.path) else {
                if self.passes_over.missing {
                    continue;
                }
                return Err(gone(&file.status.path));
            };
            let before = rows.rows();
            match self.format {
                Format::Parquet => match parquet::read(&file.status.path, bytes, &mut rows) {
                    Err(error) if self.passes_over.corrupt && is_corrupt_file(&error) => continue,
                    done => done?,
                },
                _ => {
                    let bytes = match unpacked(&file.status.path, bytes)? {
                        Some(bytes) => bytes,
                        None if self.passes_over.corrupt => continue,
                        None => return Err(no_gzip(&file.status.path)),
                    };
                    self.read_file(&bytes, &layout, &mut rows).map_err(|cause| in_file(&file.status.path, &cause))?;
                }
            }
            let read = rows.rows() - before;
            let values = file.partition_values();
            for (field, column) in layout.partition_fields.iter().zip(&mut constants) {
                let value = values.iter().find(|(key, _)| key.eq_ignore_ascii_case(&field.name)).and_then(|(_, value)| value.as_deref());
                if !(0..read).all(|_| push_constant(column, value, &self.times)) {
                    return Err(bad_partition(value, field));
                }
            }
            if let Some(arrived_ms) = &mut arrived_ms {
                arrived_ms.resize(rows.rows(), file.status.modified_ms);
            }
        }
        let count = rows.rows();
        Ok(SourceRows { columns: self.gather(rows, constants, &layout), rows: count, input_rows: count as u64, arrived_ms })
    }

    /// From now on these rows may be left out.
    pub fn set_filters(&mut self, filters: &[PushedFilter]) {
        self.filters = filters.to_vec();
    }

    /// Which columns come from where.
    fn layout(&self, partitions: &[String]) -> Layout {
        let is_partition = |field: &Field| partitions.iter().any(|name| name.eq_ignore_ascii_case(&field.name));
        let is_corrupt = |field: &Field| field.name == self.corrupt_name && !matches!(self.format, Format::Text { .. } | Format::Parquet);
        let mut wanted = self.columns.clone();
        wanted.extend(self.filters.iter().flat_map(PushedFilter::columns));
        let mut layout = Layout::default();
        let mut place = 0;
        for (index, field) in self.schema.fields.iter().enumerate() {
            if is_partition(field) {
                if wanted.contains(&index) {
                    layout.partition_fields.push(field.clone());
                    layout.from.push((index, From::Partition(layout.partition_fields.len() - 1)));
                }
            } else if is_corrupt(field) {
                layout.has_corrupt |= wanted.contains(&index);
                layout.from.push((index, From::Corrupt));
            } else {
                if wanted.contains(&index) {
                    layout.places.of_column.push(place);
                    layout.from.push((index, From::Data(layout.fields.len())));
                    layout.fields.push(field.clone());
                }
                place += 1;
            }
        }
        layout.places.expected = (layout.has_corrupt || layout.fields.len() == place).then_some(place);
        // Only filters over columns of the data are applied; Spark prunes whole files by those over partition columns.
        if matches!(self.format, Format::Parquet) {
            return layout;
        }
        layout.filters = self.filters.iter().filter_map(|filter| filter.moved(&|column| layout.data_place(column))).collect();
        layout
    }

    fn read_file(&self, bytes: &[u8], layout: &Layout, rows: &mut Assembly) -> Result<()> {
        let bytes = self.decoded(bytes);
        let bytes: &[u8] = &bytes;
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let separator = self.separator.as_deref();
        match &self.format {
            Format::Json(options) => json_reader::read(bytes, options, separator, rows),
            Format::Csv(options) => csv_reader::read(bytes, options, separator, &layout.places, rows),
            Format::Parquet => Ok(()),
            Format::Text { whole: true } => {
                read_text(bytes, rows);
                Ok(())
            }
            Format::Text { whole: false } => {
                lines(bytes, separator).for_each(|line| read_text(line, rows));
                Ok(())
            }
        }
    }

    /// A file's text in UTF-8. Where records are lines, Spark cuts the lines before it decodes them.
    fn decoded<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let whole = match &self.format {
            Format::Json(options) => options.multi_line,
            Format::Csv(options) => options.multi_line,
            Format::Text { whole } => *whole,
            Format::Parquet => true,
        };
        if whole || self.charset == Charset::Utf8 {
            return self.charset.decode(bytes);
        }
        let end = self.separator.clone().map(|separator| self.charset.encode_bare(separator));
        let mut text = Vec::new();
        for line in lines(bytes, end.as_deref()) {
            text.extend_from_slice(&self.charset.decode(line));
            text.extend_from_slice(self.separator.as_deref().unwrap_or(b"\n"));
        }
        Cow::Owned(text)
    }

    /// The columns in the order asked for.
    fn gather(&self, rows: Assembly, constants: Vec<Column>, layout: &Layout) -> Vec<ArrayRef> {
        let (data, corrupt) = rows.finish();
        let constants: Vec<ArrayRef> = constants.into_iter().map(Column::finish).collect();
        let column = |wanted: &usize| -> Option<ArrayRef> {
            match layout.from.iter().find(|(index, _)| index == wanted)?.1 {
                From::Data(at) => data.get(at).cloned(),
                From::Partition(at) => constants.get(at).cloned(),
                From::Corrupt => corrupt.clone(),
            }
        };
        self.columns.iter().filter_map(column).collect()
    }
}

/// Where the columns of a schema come from.
#[derive(Debug, Default)]
struct Layout {
    /// The columns that the format fills.
    fields: Vec<Field>,
    /// Their cells' places in a CSV record.
    places: Places,
    partition_fields: Vec<Field>,
    has_corrupt: bool,
    from: Vec<(usize, From)>,
    filters: Vec<PushedFilter>,
}

#[derive(Clone, Copy, Debug)]
enum From {
    Data(usize),
    Partition(usize),
    Corrupt,
}

impl Layout {
    fn data_place(&self, column: usize) -> Option<usize> {
        self.from.iter().find_map(|(index, from)| match from {
            From::Data(at) if *index == column => Some(*at),
            _ => None,
        })
    }
}

/// A line of the text format.
fn read_text(line: &[u8], rows: &mut Assembly) {
    if let Some(value) = rows.columns.first_mut() {
        value.push_text(line);
    }
    rows.accept();
}

fn partition_names(file: &FileToRead) -> Vec<String> {
    file.partition_values().into_iter().map(|(name, _)| name).collect()
}

/// A partition's value as a cast from text reads it; false where it does not fit, and then nothing was added.
fn push_constant(column: &mut Column, value: Option<&str>, times: &Times) -> bool {
    let Some(text) = value else {
        column.push_null();
        return true;
    };
    let fitted = match &mut column.data {
        Data::String(_) => return column.push_text(text.as_bytes()),
        Data::Long(values) => text.parse().ok().map(|value| values.push(value)),
        Data::Integer(values) => text.parse().ok().map(|value| values.push(value)),
        Data::Short(values) => text.parse().ok().map(|value| values.push(value)),
        Data::Byte(values) => text.parse().ok().map(|value| values.push(value)),
        Data::Double(values) => text.parse().ok().map(|value| values.push(value)),
        Data::Float(values) => text.parse().ok().map(|value| values.push(value)),
        Data::Boolean(values) => text.to_ascii_lowercase().parse().ok().map(|value| values.push(value)),
        Data::Decimal(values, precision, scale) => parse_decimal(text, *precision, *scale).map(|value| values.push(value)),
        Data::Date(values) => times.date(text).map(|value| values.push(value)),
        Data::Timestamp(values) => times.timestamp(text).map(|value| values.push(value)),
        Data::TimestampNtz(values) => times.timestamp_ntz(text).map(|value| values.push(value)),
        _ => None,
    };
    if fitted.is_some() {
        column.mark_valid();
    }
    fitted.is_some()
}

fn bad_partition(value: Option<&str>, field: &Field) -> Box<Diagnostic> {
    let text = format!(
        "Failed to cast value '{}' to data type \"{}\" for partition column `{}`. Ensure the value matches the expected data type for this partition column.",
        value.unwrap_or_default(),
        field.data_type.sql(),
        field.name
    );
    Diagnostic::new(Class::Named("SparkRuntimeException".to_owned()), "INVALID_PARTITION_VALUE", text, "42846")
}

/// Spark refuses to read nothing but the column of bad records, which depends on what else is read.
fn only_corrupt_record() -> Box<Diagnostic> {
    Diagnostic::analysis(
        "UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN",
        "The feature is not supported: Queries from raw JSON/CSV/XML files are disallowed when the\nreferenced columns only include the internal corrupt record column\n(named `_corrupt_record` by default). For example:\n`spark.read.schema(schema).json(file).filter($\"_corrupt_record\".isNotNull).count()`\nand `spark.read.schema(schema).json(file).select(\"_corrupt_record\").show()`.\nInstead, you can cache or save the parsed results and then send the same query.\nFor example, `val df = spark.read.schema(schema).json(file).cache()` and then\n`df.filter($\"_corrupt_record\".isNotNull).count()`.",
        "0A000",
    )
}

fn gone(path: &str) -> Box<Diagnostic> {
    Diagnostic::new(
        Class::Named("SparkFileNotFoundException".to_owned()),
        "FAILED_READ_FILE.FILE_NOT_EXIST",
        format!(
            "Encountered error while reading file {path}. File does not exist. It is possible the underlying files have been updated.\nYou can explicitly invalidate the cache in Spark by running 'REFRESH TABLE tableName' command in SQL or by recreating the Dataset/DataFrame involved."
        ),
        "KD001",
    )
}

/// Whether a Parquet file is broken, not merely of another schema.
fn is_corrupt_file(error: &Diagnostic) -> bool {
    matches!(error.condition.as_deref(), Some("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER" | "FAILED_READ_FILE.NO_HINT"))
}

/// A file whose bytes are not packed as its name says.
fn no_gzip(path: &str) -> Box<Diagnostic> {
    in_file(path, &Diagnostic::plain(Class::Named("IOException".to_owned()), "not a gzip file"))
}

/// What Spark says of a file that could not be read, with the cause behind it.
fn in_file(path: &str, cause: &Diagnostic) -> Box<Diagnostic> {
    let class = Class::Named("SparkException".to_owned());
    let outer = Diagnostic::new(class, "FAILED_READ_FILE.NO_HINT", format!("Encountered error while reading file {path}. "), "KD001");
    outer.hint(cause.message.clone())
}

/// The schema of the text format.
pub(super) fn text_schema() -> Schema {
    Schema { fields: vec![Field::new("value", DataType::String)] }
}
