//! Rows as the text of a JSON, CSV or text file. Spark's `JacksonGenerator`, `UnivocityGenerator` and `TextOutputWriter`.

use super::Options;
use super::charset::Charset;
use super::compression::Compression;
use super::parquet;
use super::read_options::{Times, flag, not_yet};
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Schema;
use crate::types::Value;
use crate::types::Zone;
use crate::types::arrow::value_at;
use crate::types::display::cast_string;
use crate::types::json::row_to_json;
use arrow_array::ArrayRef;

/// A format and how it is written.
#[derive(Clone, Debug)]
pub(super) struct FileWriter {
    format: Format,
    zone: Zone,
    times: Times,
    line_end: String,
    compression: Compression,
    charset: Charset,
    max_rows: usize,
}

#[derive(Clone, Debug)]
enum Format {
    Text,
    Parquet(parquet::WriteStyle),
    Json(JsonStyle),
    Csv(Box<CsvStyle>),
}

/// How JSON rows are written.
#[derive(Clone, Copy, Debug)]
struct JsonStyle {
    ignore_null_fields: bool,
    /// Letters beyond ASCII become `\u00E9`.
    code_points: bool,
}

impl JsonStyle {
    fn of(options: &Options) -> Result<Self> {
        let setting = options.get("spark.sql.jsonGenerator.ignoreNullFields").is_none_or(|text| text.eq_ignore_ascii_case("true"));
        Ok(Self {
            ignore_null_fields: flag(options, "ignoreNullFields", setting)?,
            code_points: flag(options, "writeNonAsciiCharacterAsCodePoint", false)?,
        })
    }
}

/// A text without letters beyond ASCII.
fn in_code_points(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for unit in text.encode_utf16() {
        match char::from_u32(u32::from(unit)).filter(char::is_ascii) {
            Some(letter) => out.push(letter),
            None => out.push_str(&format!("\\u{unit:04X}")),
        }
    }
    out
}

/// How CSV cells are written.
#[derive(Clone, Debug)]
struct CsvStyle {
    separator: String,
    quote: Option<char>,
    escape: char,
    header: bool,
    quote_all: bool,
    null_value: String,
    empty_value: String,
    trim_leading: bool,
    trim_trailing: bool,
    /// A cell with a quote in it stands in quotes.
    escapes_quotes: bool,
}

impl FileWriter {
    /// A writer of `json`, `csv` or `text`.
    ///
    /// # Errors
    /// Formats and options that we do not know yet.
    pub(super) fn new(format: &str, options: &Options, zone: &Zone) -> Result<Self> {
        let times = Times::of_writer(options, zone)?;
        let charset = Charset::of(options, format)?;
        let format = match format.to_ascii_lowercase().as_str() {
            "text" => Format::Text,
            "parquet" => Format::Parquet(parquet::WriteStyle::of(options)?),
            "json" => Format::Json(JsonStyle::of(options)?),
            "csv" => Format::Csv(Box::new(CsvStyle::of(options)?)),
            other => return Err(not_yet(&format!("writing the format {other}"))),
        };
        let most = options.get("maxRecordsPerFile").or_else(|| options.get("spark.sql.files.maxRecordsPerFile"));
        Ok(Self {
            compression: if matches!(format, Format::Parquet(_)) { Compression::None } else { Compression::of(options)? },
            charset,
            max_rows: most.and_then(|text| text.parse().ok()).filter(|most| *most > 0).unwrap_or(usize::MAX),
            format,
            zone: zone.clone(),
            times,
            line_end: options.get("lineSep").unwrap_or("\n").to_owned(),
        })
    }

    /// How names of files of this format end.
    pub(super) fn ending(&self) -> String {
        let format = match self.format {
            Format::Text => "txt",
            Format::Parquet(style) => style.codec.ending(),
            Format::Json(_) => "json",
            Format::Csv(_) => "csv",
        };
        format!("{format}{}", self.compression.ending())
    }

    /// The most rows of one file: the option `maxRecordsPerFile`.
    pub(super) fn max_rows(&self) -> usize {
        self.max_rows
    }

    /// Whether rows of this schema can be written.
    ///
    /// # Errors
    /// Spark's, for the text format.
    pub(super) fn check(&self, schema: &Schema) -> Result<()> {
        if matches!(self.format, Format::Text) && schema.fields.len() != 1 {
            let text = format!("Text data source supports only a single column, and you have {} columns.", schema.fields.len());
            return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1290", text, ""));
        }
        Ok(())
    }

    /// The file that holds these rows.
    pub(super) fn file(&self, schema: &Schema, columns: &[ArrayRef], rows: &[usize]) -> Result<Vec<u8>> {
        if let Format::Parquet(style) = &self.format {
            return parquet::file(schema, columns, rows, style);
        }
        let mut text = String::new();
        if let Format::Csv(style) = &self.format
            && style.header
        {
            let names: Vec<String> = schema.names().map(|name| style.cell(name)).collect();
            text.push_str(&names.join(&style.separator));
            text.push_str(&self.line_end);
        }
        for &row in rows {
            let values: Vec<Value> =
                schema.fields.iter().zip(columns).map(|(field, column)| value_at(column, row, &field.data_type)).collect();
            let line = self.line(schema, &values);
            // The CSV writer leaves out lines on which there is nothing.
            if !(line.is_empty() && matches!(self.format, Format::Csv(_))) {
                text.push_str(&line);
                text.push_str(&self.line_end);
            }
        }
        Ok(self.compression.pack(self.charset.encode(text.into_bytes())))
    }

    fn line(&self, schema: &Schema, values: &[Value]) -> String {
        match &self.format {
            Format::Json(style) => {
                let values: Vec<Value> = values.iter().map(|value| self.with_times(value)).collect();
                let line = row_to_json(schema, &values, &self.zone, style.ignore_null_fields);
                if style.code_points { in_code_points(&line) } else { line }
            }
            Format::Text | Format::Parquet(_) => values.first().and_then(Value::as_str).unwrap_or_default().to_owned(),
            Format::Csv(style) => {
                let cells = schema.fields.iter().zip(values).map(|(field, value)| self.csv_cell(style, value, &field.data_type));
                cells.collect::<Vec<_>>().join(&style.separator)
            }
        }
    }

    /// A value whose dates and times, however deep, are texts in the form that the options ask for.
    fn with_times(&self, value: &Value) -> Value {
        match value {
            Value::Array(values) => Value::Array(values.iter().map(|value| self.with_times(value)).collect()),
            Value::Struct(values) => Value::Struct(values.iter().map(|value| self.with_times(value)).collect()),
            Value::Map(entries) => Value::Map(entries.iter().map(|(key, value)| (key.clone(), self.with_times(value))).collect()),
            other => self.times.format(other).map_or_else(|| other.clone(), Value::String),
        }
    }

    fn csv_cell(&self, style: &CsvStyle, value: &Value, data_type: &DataType) -> String {
        match value {
            Value::Null if style.quote_all => style.quoted(&style.null_value),
            Value::Null => style.null_value.clone(),
            Value::String(text) => style.cell(text),
            other => {
                let text = self.times.format(other).or_else(|| cast_string(other, data_type, &self.zone));
                style.cell(&text.unwrap_or_default())
            }
        }
    }
}

impl CsvStyle {
    fn of(options: &Options) -> Result<Self> {
        let letter = |name: &str, default: char| match options.get(name) {
            None => Some(default),
            // The empty text is the letter 0, as in Java.
            Some(text) => Some(text.chars().next().unwrap_or('\0')),
        };
        Ok(Self {
            separator: options.get("sep").or_else(|| options.get("delimiter")).unwrap_or(",").replace("\\t", "\t"),
            quote: letter("quote", '"'),
            escape: letter("escape", '\\').unwrap_or('\\'),
            header: flag(options, "header", false)?,
            quote_all: flag(options, "quoteAll", false)?,
            null_value: options.get("nullValue").unwrap_or("").to_owned(),
            empty_value: options.get("emptyValue").unwrap_or("\"\"").to_owned(),
            trim_leading: flag(options, "ignoreLeadingWhiteSpace", true)?,
            trim_trailing: flag(options, "ignoreTrailingWhiteSpace", true)?,
            escapes_quotes: flag(options, "escapeQuotes", true)?,
        })
    }

    /// A cell, in quotes where it needs them.
    fn cell(&self, text: &str) -> String {
        if text.is_empty() {
            return self.empty_value.clone();
        }
        let blank = |letter: char| letter <= ' ';
        let text = if self.trim_leading { text.trim_start_matches(blank) } else { text };
        let text = if self.trim_trailing { text.trim_end_matches(blank) } else { text };
        let Some(quote) = self.quote else { return text.to_owned() };
        let needs = self.quote_all
            || text.contains(&self.separator)
            || text.contains(['\n', '\r'])
            || (self.escapes_quotes && text.contains(quote));
        if !needs {
            return text.to_owned();
        }
        self.quoted_by(quote, text)
    }

    /// A text in quotes, where there are quotes.
    fn quoted(&self, text: &str) -> String {
        self.quote.map_or_else(|| text.to_owned(), |quote| self.quoted_by(quote, text))
    }

    fn quoted_by(&self, quote: char, text: &str) -> String {
        let mut cell = String::from(quote);
        for letter in text.chars() {
            if letter == quote || letter == self.escape {
                cell.push(self.escape);
            }
            cell.push(letter);
        }
        cell.push(quote);
        cell
    }
}
