//! Rows as the text of a JSON, CSV or text file. Spark's `JacksonGenerator`, `UnivocityGenerator` and `TextOutputWriter`.

use super::Options;
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
}

#[derive(Clone, Debug)]
enum Format {
    Text,
    Parquet(parquet::WriteStyle),
    Json { ignore_null_fields: bool },
    Csv(Box<CsvStyle>),
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
    trims: bool,
}

impl FileWriter {
    /// A writer of `json`, `csv` or `text`.
    ///
    /// # Errors
    /// Formats and options that we do not know yet.
    pub(super) fn new(format: &str, options: &Options, zone: &Zone) -> Result<Self> {
        if options.get("encoding").is_some_and(|name| !name.eq_ignore_ascii_case("utf-8")) {
            return Err(not_yet("encodings other than UTF-8"));
        }
        let times = Times::of_writer(options, zone)?;
        if times.has_patterns() && format.eq_ignore_ascii_case("json") {
            return Err(not_yet("date and time patterns of the JSON writer"));
        }
        if options
            .get("compression")
            .or_else(|| options.get("codec"))
            .is_some_and(|codec| !codec.eq_ignore_ascii_case("none") && !format.eq_ignore_ascii_case("parquet"))
        {
            return Err(not_yet("compressed files"));
        }
        let format = match format.to_ascii_lowercase().as_str() {
            "text" => Format::Text,
            "parquet" => Format::Parquet(parquet::WriteStyle::of(options)?),
            "json" => Format::Json { ignore_null_fields: flag(options, "ignoreNullFields", true)? },
            "csv" => Format::Csv(Box::new(CsvStyle::of(options)?)),
            other => return Err(not_yet(&format!("writing the format {other}"))),
        };
        Ok(Self { format, zone: zone.clone(), times, line_end: options.get("lineSep").unwrap_or("\n").to_owned() })
    }

    /// How names of files of this format end.
    pub(super) fn ending(&self) -> &'static str {
        match self.format {
            Format::Text => "txt",
            Format::Parquet(style) => style.codec.ending(),
            Format::Json { .. } => "json",
            Format::Csv(_) => "csv",
        }
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
        Ok(text.into_bytes())
    }

    fn line(&self, schema: &Schema, values: &[Value]) -> String {
        match &self.format {
            Format::Json { ignore_null_fields } => row_to_json(schema, values, &self.zone, *ignore_null_fields),
            Format::Text | Format::Parquet(_) => values.first().and_then(Value::as_str).unwrap_or_default().to_owned(),
            Format::Csv(style) => {
                let cells = schema.fields.iter().zip(values).map(|(field, value)| self.csv_cell(style, value, &field.data_type));
                cells.collect::<Vec<_>>().join(&style.separator)
            }
        }
    }

    fn csv_cell(&self, style: &CsvStyle, value: &Value, data_type: &DataType) -> String {
        match value {
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
            Some(text) => text.chars().next().filter(|letter| *letter != '\0'),
        };
        Ok(Self {
            separator: options.get("sep").or_else(|| options.get("delimiter")).unwrap_or(",").replace("\\t", "\t"),
            quote: letter("quote", '"'),
            escape: letter("escape", '\\').unwrap_or('\\'),
            header: flag(options, "header", false)?,
            quote_all: flag(options, "quoteAll", false)?,
            null_value: options.get("nullValue").unwrap_or("").to_owned(),
            empty_value: options.get("emptyValue").unwrap_or("\"\"").to_owned(),
            trims: flag(options, "ignoreLeadingWhiteSpace", true)?,
        })
    }

    /// A cell, in quotes where it needs them.
    fn cell(&self, text: &str) -> String {
        if text.is_empty() {
            return self.empty_value.clone();
        }
        let text = if self.trims { text.trim_matches(|letter: char| letter <= ' ') } else { text };
        let Some(quote) = self.quote else { return text.to_owned() };
        let needs = self.quote_all || text.contains(&self.separator) || text.contains([quote, '\n', '\r']);
        if !needs {
            return text.to_owned();
        }
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
