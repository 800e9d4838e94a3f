//! Values as text: `CAST(... AS STRING)`, the cells of `show` and of the console sink, and their table.

use std::fmt::Write;

use arrow_array::ArrayRef;

use super::arrow::value_at;
use super::data_type::DataType;
use super::data_type::Schema;
use super::interval;
use super::interval::Interval;
use super::number;
use super::time;
use super::value::Value;
use super::zone::Zone;

/// Which of Spark's two texts: they differ in nulls inside of nested values and in binary.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// `Cast`: `null`, bytes as UTF-8.
    Cast,
    /// `ToPrettyString`, the cells of `show`: `NULL`, bytes as `[68 69]`.
    Pretty,
}

/// `CAST(value AS STRING)`: `{1, x}`, `[a, null]`, `{k -> v}`; none for null.
#[must_use]
pub fn cast_string(value: &Value, data_type: &DataType, zone: &Zone) -> Option<String> {
    text(value, data_type, zone, Style::Cast)
}

/// A cell of `show`: as [`cast_string`], with `NULL` for nulls at every depth.
#[must_use]
pub fn pretty_string(value: &Value, data_type: &DataType, zone: &Zone) -> String {
    text(value, data_type, zone, Style::Pretty).unwrap_or_else(|| "NULL".to_owned())
}

/// How `show` lays its table out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShowOptions {
    /// At most so many rows.
    pub number_of_rows: usize,
    /// Cells are cut to so many characters; 0 leaves them whole and aligns left.
    pub truncate: usize,
    /// A block of lines a row in place of a table.
    pub vertical: bool,
}

impl Default for ShowOptions {
    fn default() -> Self {
        Self { number_of_rows: 20, truncate: 20, vertical: false }
    }
}

/// The text that `DataFrame.show` and the console print for these columns, with one more line break after it: `Dataset.showString`.
/// A table ends its last line, `only showing top 20 rows` does not. `rows` is how many there are in all;
/// only those shown are looked at.
#[must_use]
pub fn show_columns(schema: &Schema, columns: &[ArrayRef], rows: usize, zone: &Zone, options: ShowOptions) -> String {
    let cells = (0..rows.min(options.number_of_rows)).map(|row| {
        let values = schema.fields.iter().zip(columns);
        values.map(|(field, column)| pretty_string(&value_at(column, row, &field.data_type), &field.data_type, zone)).collect()
    });
    let names: Vec<&str> = schema.names().collect();
    show_string(&names, cells.collect(), rows > options.number_of_rows, options)
}

/// Lays out cells that are text already; `has_more` says whether rows were left out.
#[must_use]
pub fn show_string(names: &[&str], rows: Vec<Vec<String>>, has_more: bool, options: ShowOptions) -> String {
    let names: Vec<String> = names.iter().map(|name| escape(name)).collect();
    let cut = |row: Vec<String>| row.into_iter().map(|cell| cut_to(&escape(&cell), options.truncate)).collect();
    let rows: Vec<Vec<String>> = rows.into_iter().map(cut).collect();
    let mut out = if options.vertical { vertical(&names, &rows) } else { table(&names, &rows, options.truncate > 0) };
    if options.vertical && rows.is_empty() {
        out.push_str("(0 rows)");
    } else if has_more {
        let noun = if options.number_of_rows == 1 { "row" } else { "rows" };
        let _ = write!(out, "only showing top {} {noun}", options.number_of_rows);
    }
    out
}

fn table(names: &[String], rows: &[Vec<String>], align_right: bool) -> String {
    let width_of = |column: usize| {
        let cells = rows.iter().map(|row| half_width(&row[column]));
        cells.chain([half_width(&names[column]), 3]).max().unwrap_or(3)
    };
    let widths: Vec<usize> = (0..names.len()).map(width_of).collect();
    let dashes: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let rule = format!("+{}+\n", dashes.join("+"));
    let mut out = rule.clone();
    write_row(names, &widths, align_right, &mut out);
    out.push_str(&rule);
    for row in rows {
        write_row(row, &widths, align_right, &mut out);
    }
    out.push_str(&rule);
    out
}

fn write_row(cells: &[String], widths: &[usize], align_right: bool, out: &mut String) {
    out.push('|');
    for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
        out.push_str(if index > 0 { "|" } else { "" });
        let padding = " ".repeat(width - half_width(cell));
        let _ = if align_right { write!(out, "{padding}{cell}") } else { write!(out, "{cell}{padding}") };
    }
    out.push_str("|\n");
}

fn vertical(names: &[String], rows: &[Vec<String>]) -> String {
    let name_width = names.iter().map(|name| half_width(name)).chain([3]).max().unwrap_or(3);
    let cell_width = rows.iter().flatten().map(|cell| half_width(cell)).chain([3]).max().unwrap_or(3);
    let mut out = String::new();
    for (index, row) in rows.iter().enumerate() {
        let _ = writeln!(out, "{:-<width$}", format!("-RECORD {index}"), width = name_width + cell_width + 5);
        for (name, cell) in names.iter().zip(row) {
            let (after_name, after_cell) = (" ".repeat(name_width - half_width(name)), " ".repeat(cell_width - half_width(cell)));
            let _ = writeln!(out, " {name}{after_name} | {cell}{after_cell} ");
        }
    }
    out
}

/// `Utils.stringHalfWidth`: UTF-16 units, East Asian wide characters twice.
fn half_width(text: &str) -> usize {
    let wide = |c: char| {
        matches!(c, '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}'
            | '\u{FE30}'..='\u{FE6F}' | '\u{FF00}'..='\u{FF60}' | '\u{FFE0}'..='\u{FFE6}')
    };
    text.chars().map(|c| c.len_utf16() + usize::from(wide(c))).sum()
}

fn cut_to(text: &str, truncate: usize) -> String {
    if truncate == 0 || text.encode_utf16().count() <= truncate {
        return text.to_owned();
    }
    let (kept, dots) = if truncate < 4 { (truncate, "") } else { (truncate - 3, "...") };
    let units: Vec<u16> = text.encode_utf16().take(kept).collect();
    format!("{}{dots}", String::from_utf16_lossy(&units))
}

/// `SchemaUtils.escapeMetaCharacters`.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{c}' => out.push_str("\\f"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{7}' => out.push_str("\\a"),
            _ => out.push(c),
        }
    }
    out
}

fn text(value: &Value, data_type: &DataType, zone: &Zone, style: Style) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Boolean(value) => value.to_string(),
        Value::Byte(value) => value.to_string(),
        Value::Short(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Long(value) => value.to_string(),
        Value::Float(value) => number::format_float(*value),
        Value::Double(value) => number::format_double(*value),
        Value::Decimal(unscaled, _, scale) => number::format_decimal(*unscaled, *scale),
        Value::String(value) => value.clone(),
        Value::Binary(bytes) => binary_text(bytes, style),
        Value::Date(days) => time::format_date(*days),
        Value::Timestamp(micros) => time::format_timestamp(*micros, zone),
        Value::TimestampNtz(micros) => time::format_timestamp_ntz(*micros),
        Value::DayTimeInterval(_) | Value::YearMonthInterval(_) => interval::format(value, data_type),
        Value::CalendarInterval(months, days, micros) => Interval { months: *months, days: *days, micros: *micros }.to_string(),
        Value::Array(_) | Value::Map(_) | Value::Struct(_) => nested_text(value, data_type, zone, style),
    })
}

fn nested_text(value: &Value, data_type: &DataType, zone: &Zone, style: Style) -> String {
    let null = if style == Style::Pretty { "NULL" } else { "null" };
    let inner = |value: &Value, data_type: &DataType| text(value, data_type, zone, style).unwrap_or_else(|| null.to_owned());
    match (value, data_type) {
        (Value::Array(values), DataType::Array(element, _)) => {
            let parts: Vec<_> = values.iter().map(|value| inner(value, element)).collect();
            format!("[{}]", parts.join(", "))
        }
        (Value::Map(entries), DataType::Map(key_type, value_type, _)) => {
            let entry = |(key, value): &(Value, Value)| format!("{} -> {}", inner(key, key_type), inner(value, value_type));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        (Value::Struct(values), DataType::Struct(fields)) => {
            let parts: Vec<_> = values.iter().zip(fields).map(|(value, field)| inner(value, &field.data_type)).collect();
            format!("{{{}}}", parts.join(", "))
        }
        _ => unreachable!("a value has the type it is shown as: {value:?} as {}", data_type.simple_string()),
    }
}

fn binary_text(bytes: &[u8], style: Style) -> String {
    if style == Style::Cast {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let parts: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    format!("[{}]", parts.join(" "))
}
