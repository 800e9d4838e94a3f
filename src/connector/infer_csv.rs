//! The schema of CSV records: names from the header, types from the cells where that is asked for. Spark's `CSVInferSchema`.

use super::csv_options::CsvOptions;
use super::csv_reader;
use super::csv_tokens::{CellText, Cells};
use super::lines::lines;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;

/// The schema of these texts; none where there is no record in them. Without `types` all columns are strings.
pub(super) fn infer(texts: &[String], options: &CsvOptions, separator: Option<&[u8]>, types: bool) -> Result<Option<Schema>> {
    let mut cells = Cells::default();
    let mut fields: Vec<Field> = Vec::new();
    for text in texts {
        let mut header = options.header;
        let records: Box<dyn Iterator<Item = &[u8]>> = match options.multi_line {
            true => Box::new(csv_reader::records(text.as_bytes(), options)),
            false => Box::new(lines(text.as_bytes(), separator)),
        };
        for record in records {
            let nothing = record.iter().all(|byte| *byte <= b' ');
            if nothing || options.comment.is_some_and(|comment| record.first() == Some(&comment)) {
                continue;
            }
            options.format.cut(record, &mut cells);
            if fields.is_empty() {
                fields = names(record, &cells, options.header).into_iter().map(|name| Field::new(name, DataType::Null)).collect();
            }
            if std::mem::take(&mut header) {
                continue;
            }
            if !types {
                break;
            }
            for (index, field) in fields.iter_mut().enumerate() {
                if let Some(CellText::Text(cell)) = cells.get(record, index) {
                    field.data_type = with_cell(&field.data_type, &String::from_utf8_lossy(cell), options);
                }
            }
        }
    }
    for field in &mut fields {
        if field.data_type == DataType::Null {
            field.data_type = DataType::String;
        }
    }
    Ok(if fields.is_empty() { None } else { Some(Schema { fields }) })
}

/// The columns' names: the header's, where it has one, `_c0` and so on elsewhere. Names that come twice get their place behind.
fn names(record: &[u8], cells: &Cells, header: bool) -> Vec<String> {
    let text = |index: usize| match cells.get(record, index) {
        Some(CellText::Text(cell)) if header => String::from_utf8_lossy(cell).into_owned(),
        _ => format!("_c{index}"),
    };
    let names: Vec<String> = (0..cells.cells.len()).map(text).collect();
    let twice = |name: &String| names.iter().filter(|other| other.eq_ignore_ascii_case(name)).count() > 1;
    names.iter().enumerate().map(|(index, name)| if twice(name) { format!("{name}{index}") } else { name.clone() }).collect()
}

/// The type that a column has once this cell is seen.
fn with_cell(known: &DataType, cell: &str, options: &CsvOptions) -> DataType {
    if cell.is_empty() || cell == options.null_value {
        return known.clone();
    }
    let order = [
        DataType::Null,
        DataType::Integer,
        DataType::Long,
        DataType::Decimal(38, 0),
        DataType::Double,
        DataType::Date,
        DataType::Timestamp,
        DataType::Boolean,
    ];
    let same = |data_type: &DataType| data_type == known || matches!((data_type, known), (DataType::Decimal(..), DataType::Decimal(..)));
    let first = order.iter().position(same).unwrap_or(order.len());
    let found = order.iter().skip(first.max(1)).find(|data_type| fits(cell, data_type, options)).cloned().unwrap_or(DataType::String);
    let found = match (&found, known) {
        (DataType::Decimal(..), DataType::Decimal(precision, _)) => DataType::Decimal(digits(cell).max(*precision), 0),
        (DataType::Decimal(..), DataType::Long) => DataType::Decimal(digits(cell).max(20), 0),
        (DataType::Decimal(..), DataType::Integer) => DataType::Decimal(digits(cell).max(10), 0),
        (DataType::Decimal(..), _) => DataType::Decimal(digits(cell), 0),
        _ => found,
    };
    match (known, &found) {
        (DataType::Null, _) => found,
        (known, found) if known == found => known.clone(),
        (DataType::Integer | DataType::Long | DataType::Decimal(..), DataType::Long | DataType::Decimal(..) | DataType::Double)
        | (DataType::Date, DataType::Timestamp) => found,
        _ => DataType::String,
    }
}

/// How many digits a whole number has.
fn digits(cell: &str) -> u8 {
    cell.bytes().filter(u8::is_ascii_digit).count().min(38) as u8
}

fn fits(cell: &str, data_type: &DataType, options: &CsvOptions) -> bool {
    match data_type {
        DataType::Integer => cell.parse::<i32>().is_ok(),
        DataType::Long => cell.parse::<i64>().is_ok(),
        DataType::Decimal(..) => {
            digits(cell) > 0 && usize::from(digits(cell)) == cell.trim_start_matches(['+', '-']).len() && cell.len() <= 38
        }
        DataType::Double => {
            let special = [&options.nan_value, &options.positive_inf, &options.negative_inf].into_iter().any(|word| word == cell);
            special || (cell.parse::<f64>().is_ok() && cell.contains(|letter: char| letter.is_ascii_digit()))
        }
        DataType::Date => cell.parse::<i64>().is_err() && !cell.contains(['T', ' ', ':']) && options.times.date(cell).is_some(),
        DataType::Timestamp => options.times.timestamp(cell).is_some(),
        DataType::Boolean => cell.eq_ignore_ascii_case("true") || cell.eq_ignore_ascii_case("false"),
        _ => false,
    }
}
