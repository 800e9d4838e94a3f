//! Values as Python writes them.

use super::Result;
use super::unwritable;
use crate::types::DataType;
use crate::types::Value;
use crate::types::Zone;
use crate::types::display::cast_string;

/// A string literal.
pub(super) fn text(value: &str) -> String {
    let mut out = "\"".to_owned();
    for letter in value.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other if other.is_control() => out.push_str(&format!("\\u{:04x}", other as u32)),
            other => out.push(other),
        }
    }
    out + "\""
}

/// The value as a Python literal that Spark takes for a literal of just this type; none where Python has no such literal.
pub(super) fn bare(value: &Value, data_type: &DataType) -> Option<String> {
    Some(match (value, data_type) {
        (Value::Null, DataType::Null) => "None".to_owned(),
        (Value::Boolean(truth), _) => if *truth { "True" } else { "False" }.to_owned(),
        (Value::Integer(number), _) => number.to_string(),
        (Value::Long(number), _) if i32::try_from(*number).is_err() => number.to_string(),
        (Value::Double(number), _) => double(*number)?,
        (Value::String(content), _) => text(content),
        _ => return None,
    })
}

/// The value as an SQL literal, for `F.expr`.
pub(super) fn sql(value: &Value, data_type: &DataType) -> Result<String> {
    let shown = || cast_string(value, data_type, &Zone::utc()).unwrap_or_default();
    Ok(match value {
        Value::Null => format!("CAST(NULL AS {})", data_type.sql()),
        Value::Byte(number) => format!("{number}Y"),
        Value::Short(number) => format!("{number}S"),
        Value::Long(number) => format!("{number}L"),
        Value::Float(_) => format!("{}F", shown()),
        Value::Decimal(..) => format!("{}BD", shown()),
        Value::Date(_) => format!("DATE '{}'", shown()),
        Value::Timestamp(_) => format!("TIMESTAMP '{}Z'", shown()),
        Value::TimestampNtz(_) => format!("TIMESTAMP_NTZ '{}'", shown()),
        Value::DayTimeInterval(_) | Value::YearMonthInterval(_) => shown(),
        _ => return unwritable(format!("a literal of type {}", data_type.simple_string())),
    })
}

/// A length of time in words: `10 minutes`.
pub(super) fn duration(micros: i64) -> String {
    const UNITS: [(i64, &str); 6] = [
        (86_400_000_000, "day"),
        (3_600_000_000, "hour"),
        (60_000_000, "minute"),
        (1_000_000, "second"),
        (1_000, "millisecond"),
        (1, "microsecond"),
    ];
    let fits = |size: &i64| micros % size == 0;
    let Some((size, unit)) = UNITS.iter().find(|(size, _)| fits(size) && micros != 0) else { return "0 seconds".to_owned() };
    let count = micros / size;
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn double(number: f64) -> Option<String> {
    number.is_finite().then(|| format!("{number:?}"))
}
