//! The CSV reader: cells by position into columns. Spark's `UnivocityParser`.

use super::assembly::Assembly;
use super::column::{Column, Data};
use super::csv_options::CsvOptions;
use super::csv_tokens::{CellText, Cells, Stray};
use super::lines::lines;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::Field;
use crate::types::number::parse_decimal;

/// Which cells of a record the columns take.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    /// The place of each column's cell in the record.
    pub(super) of_column: Vec<usize>,
    /// How many cells a record must have; none where some columns are not wanted, and so nobody counts.
    pub(super) expected: Option<usize>,
}

/// Read a file's records.
pub(super) fn read(text: &[u8], options: &CsvOptions, separator: Option<&[u8]>, places: &Places, rows: &mut Assembly) -> Result<()> {
    let mut cells = Cells::default();
    let mut header = options.header;
    let mut each = |record: &[u8]| -> Result<()> {
        if is_nothing(record) || options.comment.is_some_and(|comment| record.first() == Some(&comment)) {
            return Ok(());
        }
        if std::mem::take(&mut header) {
            return if options.enforces_schema { Ok(()) } else { check_header(record, options, places, &rows.fields, &mut cells) };
        }
        read_record(record, options, places, &mut cells, rows)
    };
    if options.multi_line {
        return records(text, options).try_for_each(&mut each);
    }
    lines(text, separator).try_for_each(&mut each)
}

/// With `enforceSchema=false` a header must name the columns that are read: Spark's `CSVHeaderChecker`.
fn check_header(record: &[u8], options: &CsvOptions, places: &Places, fields: &[Field], cells: &mut Cells) -> Result<()> {
    options.format.cut(record, cells);
    let refused = |text: String| Err(Diagnostic::plain(Class::IllegalArgument, text));
    let found = cells.cells.len();
    if let Some(expected) = places.expected.filter(|expected| *expected != found) {
        return refused(format!(
            "Number of column in CSV header is not equal to number of fields in the schema:\n Header length: {found}, schema size: {expected}"
        ));
    }
    for (place, field) in places.of_column.iter().zip(fields) {
        let name = match cells.get(record, *place) {
            Some(CellText::Text(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
            _ => String::new(),
        };
        if !name.eq_ignore_ascii_case(&field.name) {
            return refused(format!("CSV header does not conform to the schema.\nExpected: {} but found: {name}", field.name));
        }
    }
    Ok(())
}

fn is_nothing(record: &[u8]) -> bool {
    record.iter().all(|byte| *byte <= b' ')
}

fn read_record(record: &[u8], options: &CsvOptions, places: &Places, cells: &mut Cells, rows: &mut Assembly) -> Result<()> {
    options.format.cut(record, cells);
    check_limits(record, options, cells)?;
    let mut bad = places.expected.is_some_and(|expected| expected != cells.cells.len());
    let wanted = rows.read(|columns, _, row, passes| {
        for (index, place) in places.of_column.iter().enumerate() {
            let Some(cell) = cells.get(record, *place) else {
                // A cell that is not there is null and no filter looks at it.
                columns[index].push_null();
                continue;
            };
            if !read_cell(cell, options, &mut columns[index]) {
                columns[index].push_null();
                bad = true;
            } else if !passes(index, columns) {
                return false;
            }
        }
        debug_assert!(columns.iter().all(|column| column.len() == row + 1));
        true
    });
    if !wanted {
        rows.refuse();
        return Ok(());
    }
    if bad {
        return rows.bad(record, true);
    }
    rows.accept();
    Ok(())
}

/// What ends the reading of a file: univocity's `TextParsingException`.
fn check_limits(record: &[u8], options: &CsvOptions, cells: &Cells) -> Result<()> {
    let refused = |text: String| Err(Diagnostic::plain(Class::Named("TextParsingException".to_owned()), text));
    if cells.cells.len() > options.max_columns {
        return refused(format!("A record has more columns than maxColumns allows ({}).", options.max_columns));
    }
    if cells.stray && options.format.stray == Stray::Raise {
        return refused("A quoted cell holds a quote that is not escaped.".to_owned());
    }
    let Some(most) = options.max_chars else { return Ok(()) };
    let too_long = |index: usize| matches!(cells.get(record, index), Some(CellText::Text(cell)) if cell.len() > most);
    match (0..cells.cells.len()).any(too_long) {
        true => refused(format!("A cell is longer than maxCharsPerColumn allows ({most}).")),
        false => Ok(()),
    }
}

/// A cell into its column; false where it is of another type, and then nothing was added.
fn read_cell(cell: CellText<'_>, options: &CsvOptions, column: &mut Column) -> bool {
    let bytes = match cell {
        CellText::Empty => {
            column.push_null();
            return true;
        }
        CellText::EmptyQuoted => options.empty_value.as_bytes(),
        CellText::Text(bytes) => bytes,
    };
    if bytes == options.null_value.as_bytes() {
        column.push_null();
        return true;
    }
    if let Data::String(_) = column.data {
        return column.push_text(bytes);
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let fitted = match &mut column.data {
        Data::Long(values) => whole(text).map(|value| values.push(value)),
        Data::Integer(values) => whole(text).map(|value| values.push(value)),
        Data::Short(values) => whole(text).map(|value| values.push(value)),
        Data::Byte(values) => whole(text).map(|value| values.push(value)),
        Data::Double(values) => real(text, options).map(|value| values.push(value)),
        Data::Float(values) => real_float(text, options).map(|value| values.push(value)),
        Data::Boolean(values) => boolean(text).map(|value| values.push(value)),
        Data::Decimal(values, precision, scale) => {
            parse_decimal(&text.replace(',', ""), *precision, *scale).map(|value| values.push(value))
        }
        Data::Timestamp(values) => options.times.timestamp(text).map(|value| values.push(value)),
        Data::TimestampNtz(values) => options.times.timestamp_ntz(text).map(|value| values.push(value)),
        Data::Date(values) => options.times.date(text).map(|value| values.push(value)),
        Data::Binary(_) => return column.push_text(bytes),
        _ => None,
    };
    if fitted.is_some() {
        column.mark_valid();
    }
    fitted.is_some()
}

/// Java's `Integer.parseInt` and its like: digits with at most one sign.
fn whole<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    text.eq_ignore_ascii_case("false").then_some(false)
}

fn real(text: &str, options: &CsvOptions) -> Option<f64> {
    if text == options.nan_value {
        return Some(f64::NAN);
    }
    if text == options.positive_inf {
        return Some(f64::INFINITY);
    }
    if text == options.negative_inf {
        return Some(f64::NEG_INFINITY);
    }
    java_real(text)?.parse().ok()
}

fn real_float(text: &str, options: &CsvOptions) -> Option<f32> {
    match java_real(text).and_then(|text| text.parse::<f32>().ok()) {
        Some(value) => Some(value),
        None => real(text, options).map(|value| value as f32),
    }
}

/// What Java's `Double.parseDouble` takes, as Rust spells it: blanks around and a type's letter behind are allowed, `inf` is not.
fn java_real(text: &str) -> Option<&str> {
    let text = text.trim_matches(|letter: char| letter <= ' ');
    let unsigned = text.trim_start_matches(['+', '-']);
    if unsigned == "NaN" || unsigned == "Infinity" {
        return Some(text);
    }
    let text = text.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(text);
    let digits = text.trim_start_matches(['+', '-']);
    digits.starts_with(|letter: char| letter.is_ascii_digit() || letter == '.').then_some(text)
}

/// The records of a file in which quoted cells may hold line ends.
pub(super) fn records<'a>(text: &'a [u8], options: &CsvOptions) -> impl Iterator<Item = &'a [u8]> {
    let (quote, escape, separator) = (options.format.quote, options.format.escape, options.format.separator.clone());
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (mut at, mut quoted, mut cell_start) = (0, false, 0);
        while at < rest.len() {
            let byte = rest[at];
            let next = rest.get(at + 1).copied();
            if quoted && Some(byte) == escape && (escape != quote || next == quote) {
                at += 1;
            } else if Some(byte) == quote && (quoted || at == cell_start) {
                quoted = !quoted;
            } else if !quoted && (byte == b'\n' || byte == b'\r') {
                break;
            } else if !quoted && rest[at..].starts_with(&separator) {
                at += separator.len() - 1;
                cell_start = at + 1;
            }
            at += 1;
        }
        let record = &rest[..at.min(rest.len())];
        let ending = if rest[record.len()..].starts_with(b"\r\n") { 2 } else { 1 };
        rest = rest.get(record.len() + ending..).unwrap_or_default();
        Some(record)
    })
}
