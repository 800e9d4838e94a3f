//! Statistics of a data file: how many rows, and each column's least and greatest value and nulls. Delta's `StatisticsCollection`.

use crate::types::arrow::value_at;
use crate::types::{DataType, Field, Schema, Value, Zone, number, time};
use arrow_array::ArrayRef;
use serde_json::{Map, Value as Json, json};
use std::cmp::Ordering;

/// `delta.dataSkippingNumIndexedCols`.
const INDEXED_COLUMNS: usize = 32;
/// Longer texts are cut.
const TEXT_LENGTH: usize = 32;

/// The JSON text that an `add` carries.
pub(super) fn stats(schema: &Schema, columns: &[ArrayRef], rows: &[usize]) -> String {
    let (mut least, mut greatest, mut nulls) = (Map::new(), Map::new(), Map::new());
    for (field, column) in schema.fields.iter().zip(columns).take(INDEXED_COLUMNS) {
        let values: Vec<Value> = rows.iter().map(|row| value_at(column, *row, &field.data_type)).collect();
        let values: Vec<&Value> = values.iter().collect();
        collect(field, &values, &mut least, &mut greatest, &mut nulls);
    }
    json!({ "numRecords": rows.len(), "minValues": least, "maxValues": greatest, "nullCount": nulls }).to_string()
}

fn collect(
    field: &Field,
    values: &[&Value],
    least: &mut Map<String, Json>,
    greatest: &mut Map<String, Json>,
    nulls: &mut Map<String, Json>,
) {
    if let DataType::Struct(fields) = &field.data_type {
        let (mut below_least, mut below_greatest, mut below_nulls) = (Map::new(), Map::new(), Map::new());
        for (place, inner) in fields.iter().enumerate() {
            let inside: Vec<&Value> = values
                .iter()
                .map(|value| match value {
                    Value::Struct(cells) => &cells[place],
                    _ => &Value::Null,
                })
                .collect();
            collect(inner, &inside, &mut below_least, &mut below_greatest, &mut below_nulls);
        }
        least.insert(field.name.clone(), Json::Object(below_least));
        greatest.insert(field.name.clone(), Json::Object(below_greatest));
        nulls.insert(field.name.clone(), Json::Object(below_nulls));
        return;
    }
    let present: Vec<&Value> = values.iter().copied().filter(|value| !value.is_null()).collect();
    nulls.insert(field.name.clone(), json!(values.len() - present.len()));
    if !has_bounds(&field.data_type) || present.iter().any(|value| is_not_finite(value)) {
        return;
    }
    let order = |left: &&&Value, right: &&&Value| -> Ordering { left.compare(right) };
    if let (Some(first), Some(last)) = (present.iter().min_by(order), present.iter().max_by(order)) {
        least.insert(field.name.clone(), bound(first, false));
        greatest.insert(field.name.clone(), bound(last, true));
    }
}

fn has_bounds(data_type: &DataType) -> bool {
    data_type.is_numeric() || matches!(data_type, DataType::String | DataType::Date | DataType::Timestamp | DataType::TimestampNtz)
}

fn is_not_finite(value: &Value) -> bool {
    match value {
        Value::Float(it) => !it.is_finite(),
        Value::Double(it) => !it.is_finite(),
        _ => false,
    }
}

/// A bound as JSON: texts cut to a prefix, times to the millisecond; an upper bound is rounded up.
fn bound(value: &Value, upper: bool) -> Json {
    let plain = |text: String| serde_json::from_str(&text).unwrap_or(Json::Null);
    match value {
        Value::Float(it) => plain(number::format_float(*it)),
        Value::Double(it) => plain(number::format_double(*it)),
        Value::Decimal(unscaled, _, scale) => plain(number::format_decimal(*unscaled, *scale)),
        Value::String(text) => json!(cut(text, upper)),
        Value::Date(days) => json!(time::format_date(*days)),
        Value::Timestamp(micros) => json!(time::json_timestamp(to_ms(*micros, upper), &Zone::utc())),
        Value::TimestampNtz(micros) => json!(time::json_timestamp_ntz(to_ms(*micros, upper))),
        other => json!(other.as_i64()),
    }
}

/// Whole milliseconds, in microseconds.
fn to_ms(micros: i64, upper: bool) -> i64 {
    let down = micros.div_euclid(1000) * 1000;
    if upper && down < micros { down.saturating_add(1000) } else { down }
}

fn cut(text: &str, upper: bool) -> String {
    let mut letters = text.chars();
    let mut prefix: String = letters.by_ref().take(TEXT_LENGTH).collect();
    if let (true, Some(next)) = (upper, letters.next()) {
        // Greater than whatever was cut off.
        prefix.push(if next < '\u{7FFF}' { '\u{7FFF}' } else { '\u{10FFFF}' });
    }
    prefix
}
