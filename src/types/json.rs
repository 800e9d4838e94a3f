//! Rows as JSON, as `to_json`, the JSON sink and the case files have them. Follows `JacksonGenerator`.

use std::fmt::Write;

use super::data_type::DataType;
use super::data_type::Field;
use super::data_type::Schema;
use super::interval;
use super::interval::Interval;
use super::number;
use super::time;
use super::value::Value;
use super::zone::Zone;

/// A value as `to_json` writes it: doubles as Java prints them (`"NaN"` quoted), timestamps to the millisecond with the zone's
/// offset, binary as base64. With `ignore_null_fields` a struct's null fields are left out; nulls in arrays and maps never are.
#[must_use]
pub fn to_json(value: &Value, data_type: &DataType, zone: &Zone, ignore_null_fields: bool) -> String {
    let mut out = String::new();
    Writer { zone, ignore_null_fields, plain_times: false, out: &mut out }.value(value, data_type);
    out
}

/// A row of these columns as a JSON object, names as given.
#[must_use]
pub fn row_to_json(schema: &Schema, values: &[Value], zone: &Zone, ignore_null_fields: bool) -> String {
    let mut out = String::new();
    Writer { zone, ignore_null_fields, plain_times: false, out: &mut out }.fields(values, &schema.fields);
    out
}

/// A row as `Row.json` writes it: nulls kept, times as text of the zone without parts of seconds.
#[must_use]
pub fn row_value(schema: &Schema, values: &[Value], zone: &Zone) -> String {
    let mut out = String::new();
    Writer { zone, ignore_null_fields: false, plain_times: true, out: &mut out }.fields(values, &schema.fields);
    out
}

/// Appends a JSON string literal as Jackson writes it: `"` and `\` and control characters escaped, all else as it is.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Base64 with padding and no line breaks.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = if place <= chunk.len() { ALPHABET[(group >> (18 - 6 * place) & 63) as usize] } else { b'=' };
            out.push(char::from(letter));
        }
    }
    out
}

struct Writer<'a> {
    zone: &'a Zone,
    ignore_null_fields: bool,
    /// As `Row.json` writes them.
    plain_times: bool,
    out: &'a mut String,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value, data_type: &DataType) {
        match (value, data_type) {
            (Value::Struct(values), DataType::Struct(fields)) => self.fields(values, fields),
            (Value::Array(values), DataType::Array(element, _)) => {
                self.sequence('[', ']', values, |writer, value| writer.value(value, element));
            }
            (Value::Map(entries), DataType::Map(_, value_type, _)) => {
                self.sequence('{', '}', entries, |writer, (key, value)| {
                    write_string(&map_key(key), writer.out);
                    writer.out.push(':');
                    writer.value(value, value_type);
                });
            }
            (Value::DayTimeInterval(_) | Value::YearMonthInterval(_), _) => write_string(&interval::format(value, data_type), self.out),
            _ => self.atom(value),
        }
    }

    fn fields(&mut self, values: &[Value], fields: &[Field]) {
        let all = values.iter().zip(fields);
        let written: Vec<_> = all.filter(|(value, _)| !self.ignore_null_fields || **value != Value::Null).collect();
        self.sequence('{', '}', &written, |writer, (value, field)| {
            write_string(&field.name, writer.out);
            writer.out.push(':');
            writer.value(value, &field.data_type);
        });
    }

    fn sequence<T>(&mut self, open: char, close: char, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.out.push(open);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            write(self, item);
        }
        self.out.push(close);
    }

    fn atom(&mut self, value: &Value) {
        let text = match value {
            Value::Null => "null".to_owned(),
            Value::Boolean(value) => value.to_string(),
            Value::Byte(value) => value.to_string(),
            Value::Short(value) => value.to_string(),
            Value::Integer(value) => value.to_string(),
            Value::Long(value) => value.to_string(),
            Value::Float(value) if value.is_finite() => number::format_float(*value),
            Value::Double(value) if value.is_finite() => number::format_double(*value),
            Value::Decimal(unscaled, _, scale) => number::format_decimal_scientific(*unscaled, *scale),
            _ => return write_string(&self.quoted(value), self.out),
        };
        self.out.push_str(&text);
    }

    fn quoted(&self, value: &Value) -> String {
        match value {
            Value::Float(value) => number::format_float(*value),
            Value::Double(value) => number::format_double(*value),
            Value::String(value) => value.clone(),
            Value::Binary(bytes) => base64(bytes),
            Value::Date(days) => time::format_date(*days),
            Value::Timestamp(micros) if self.plain_times => time::format_timestamp(seconds(*micros), self.zone),
            Value::TimestampNtz(micros) if self.plain_times => time::format_timestamp_ntz(seconds(*micros)),
            Value::Timestamp(micros) => time::json_timestamp(*micros, self.zone),
            Value::TimestampNtz(micros) => time::json_timestamp_ntz(*micros),
            Value::DayTimeInterval(micros) => interval::format_day_time(*micros, 0, 3),
            Value::YearMonthInterval(months) => interval::format_year_month(*months, 0, 1),
            Value::CalendarInterval(months, days, micros) => Interval { months: *months, days: *days, micros: *micros }.to_string(),
            _ => unreachable!("a nested value is written with its own type: {value:?}"),
        }
    }
}

/// A time without its part of a second.
fn seconds(micros: i64) -> i64 {
    micros.div_euclid(1_000_000) * 1_000_000
}

/// A map's key as Spark writes it: the text of its internal value, so that a timestamp is its microseconds and a date its days.
fn map_key(key: &Value) -> String {
    match key {
        Value::Boolean(value) => value.to_string(),
        Value::Byte(value) => value.to_string(),
        Value::Short(value) => value.to_string(),
        Value::Integer(value) | Value::Date(value) | Value::YearMonthInterval(value) => value.to_string(),
        Value::Long(value) | Value::Timestamp(value) | Value::TimestampNtz(value) | Value::DayTimeInterval(value) => value.to_string(),
        Value::Float(value) => number::format_float(*value),
        Value::Double(value) => number::format_double(*value),
        Value::Decimal(unscaled, _, scale) => number::format_decimal_scientific(*unscaled, *scale),
        Value::String(value) => value.clone(),
        // DIFFERENCE: Spark prints the address of the Java array.
        Value::Binary(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::CalendarInterval(months, days, micros) => Interval { months: *months, days: *days, micros: *micros }.to_string(),
        // A struct as a key prints Java's array of its fields; nobody reads it back.
        Value::Array(values) | Value::Struct(values) => format!("[{}]", values.iter().map(map_key).collect::<Vec<_>>().join(",")),
        Value::Map(_) | Value::Null => "null".to_owned(),
    }
}
