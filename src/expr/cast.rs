//! `CAST` of all pairs of types, with ANSI's errors or with nulls.

use super::error;
use super::typed::CastMode;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Value;
use crate::types::Zone;
use crate::types::arrow;
use crate::types::display;
use crate::types::number;
use crate::types::time;
use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::ArrowPrimitiveType;
use arrow_array::PrimitiveArray;
use arrow_array::cast::AsArray;
use arrow_array::types;
use arrow_schema::DataType as ArrowType;
use std::sync::Arc;

/// Whether Spark knows a cast from one type to the other at all.
#[must_use]
pub fn can_cast(from: &DataType, to: &DataType, ansi: bool) -> bool {
    use DataType as T;
    match (from, to) {
        _ if from == to => true,
        (T::Null, _) => true,
        (_, T::String) => true,
        (T::Array(a, _), T::Array(b, _)) => can_cast(a, b, ansi),
        (T::Map(ak, av, _), T::Map(bk, bv, _)) => can_cast(ak, bk, ansi) && can_cast(av, bv, ansi),
        (T::Struct(a), T::Struct(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| can_cast(&a.data_type, &b.data_type, ansi)),
        (T::String, T::Array(..) | T::Map(..) | T::Struct(_) | T::Null) => false,
        (T::String, _) => true,
        (T::Boolean, to) => to.is_numeric() || !ansi && *to == T::Timestamp,
        (from, T::Boolean) => from.is_numeric() || !ansi && matches!(from, T::Timestamp | T::Date),
        (from, to) if from.is_numeric() && to.is_numeric() => true,
        (from, T::Timestamp) if from.is_numeric() => true,
        (T::Timestamp, to) if to.is_numeric() => true,
        (T::Date, to) if to.is_numeric() => !ansi,
        (T::Date | T::Timestamp | T::TimestampNtz, T::Date | T::Timestamp | T::TimestampNtz) => true,
        (from, T::Binary) => from.is_integral() && !ansi,
        (T::DayTimeInterval(..), T::DayTimeInterval(..)) | (T::YearMonthInterval(..), T::YearMonthInterval(..)) => true,
        (from, T::DayTimeInterval(..) | T::YearMonthInterval(..)) => from.is_numeric(),
        (T::DayTimeInterval(..) | T::YearMonthInterval(..), to) => to.is_numeric(),
        _ => false,
    }
}

/// A column cast to another type.
pub fn cast_array(array: &ArrayRef, from: &DataType, to: &DataType, mode: CastMode, zone: &Zone) -> Result<ArrayRef> {
    let target = arrow::arrow_type(to);
    if from.same_type(to) {
        return Ok(retyped(array, &target));
    }
    if *from == DataType::Null {
        return Ok(arrow::nulls(to, array.len()));
    }
    if let Some(found) = widened(array, from, to) {
        return Ok(found);
    }
    let mut values = Vec::with_capacity(array.len());
    for row in 0..array.len() {
        values.push(cast_value(&arrow::value_at(array, row, from), from, to, mode, zone)?);
    }
    Ok(arrow::array_of(to, &values))
}

/// The same values under an Arrow type that differs only in flags of nullability and names of fields.
pub fn retyped(array: &ArrayRef, to: &ArrowType) -> ArrayRef {
    if array.data_type() == to {
        return Arc::clone(array);
    }
    match (array.data_type(), to) {
        (ArrowType::Null, _) => arrow_array::new_null_array(to, array.len()),
        (ArrowType::List(_), ArrowType::List(element)) => {
            let list = array.as_list::<i32>();
            let values = retyped(list.values(), element.data_type());
            Arc::new(arrow_array::ListArray::new(Arc::clone(element), list.offsets().clone(), values, list.nulls().cloned()))
        }
        (ArrowType::Map(..), ArrowType::Map(entries, sorted)) => {
            let map = array.as_map();
            let inner: ArrayRef = Arc::new(map.entries().clone());
            let inner = retyped(&inner, entries.data_type());
            Arc::new(arrow_array::MapArray::new(
                Arc::clone(entries),
                map.offsets().clone(),
                inner.as_struct().clone(),
                map.nulls().cloned(),
                *sorted,
            ))
        }
        (ArrowType::Struct(_), ArrowType::Struct(fields)) if !fields.is_empty() => {
            let parent = array.as_struct();
            let columns = parent.columns().iter().zip(fields).map(|(column, field)| retyped(column, field.data_type())).collect();
            Arc::new(arrow_array::StructArray::new(fields.clone(), columns, parent.nulls().cloned()))
        }
        _ => Arc::clone(array),
    }
}

/// Numbers into wider numbers, which cannot fail.
fn widened(array: &ArrayRef, from: &DataType, to: &DataType) -> Option<ArrayRef> {
    fn go<A: ArrowPrimitiveType, B: ArrowPrimitiveType>(array: &ArrayRef, op: impl Fn(A::Native) -> B::Native) -> Option<ArrayRef> {
        let found: PrimitiveArray<B> = array.as_primitive::<A>().unary(op);
        Some(Arc::new(found))
    }
    use DataType as T;
    use types::Float32Type as F32;
    use types::Float64Type as F64;
    use types::Int8Type as I8;
    use types::Int16Type as I16;
    use types::Int32Type as I32;
    use types::Int64Type as I64;
    match (from, to) {
        (T::Byte, T::Short) => go::<I8, I16>(array, i16::from),
        (T::Byte, T::Integer) => go::<I8, I32>(array, i32::from),
        (T::Byte, T::Long) => go::<I8, I64>(array, i64::from),
        (T::Short, T::Integer) => go::<I16, I32>(array, i32::from),
        (T::Short, T::Long) => go::<I16, I64>(array, i64::from),
        (T::Integer, T::Long) => go::<I32, I64>(array, i64::from),
        (T::Byte, T::Double) => go::<I8, F64>(array, f64::from),
        (T::Short, T::Double) => go::<I16, F64>(array, f64::from),
        (T::Integer, T::Double) => go::<I32, F64>(array, f64::from),
        (T::Long, T::Double) => go::<I64, F64>(array, |value| value as f64),
        (T::Float, T::Double) => go::<F32, F64>(array, f64::from),
        _ => None,
    }
}

/// One value cast to another type.
pub fn cast_value(value: &Value, from: &DataType, to: &DataType, mode: CastMode, zone: &Zone) -> Result<Value> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    if from.same_type(to) {
        return Ok(value.clone());
    }
    let caster = Caster { from, to, mode, zone };
    match caster.cast(value) {
        Err(_) if mode != CastMode::Ansi => Ok(Value::Null),
        found => found,
    }
}

/// A value as a SQL literal in an error text.
pub fn sql_literal(value: &Value, data_type: &DataType) -> String {
    match value {
        Value::String(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        Value::Byte(value) => format!("{value}Y"),
        Value::Short(value) => format!("{value}S"),
        Value::Long(value) => format!("{value}L"),
        Value::Double(value) if value.is_finite() => format!("{}D", number::format_double(*value)),
        Value::Float(value) if value.is_finite() => format!("CAST('{}' AS FLOAT)", number::format_float(*value)),
        Value::Decimal(..) => format!("{}BD", display::cast_string(value, data_type, &Zone::utc()).unwrap_or_default()),
        Value::Date(_) => format!("DATE '{}'", display::cast_string(value, data_type, &Zone::utc()).unwrap_or_default()),
        Value::Timestamp(_) => format!("TIMESTAMP '{}'", display::cast_string(value, data_type, &Zone::utc()).unwrap_or_default()),
        _ => display::cast_string(value, data_type, &Zone::utc()).unwrap_or_else(|| "NULL".to_owned()),
    }
}

struct Caster<'a> {
    from: &'a DataType,
    to: &'a DataType,
    mode: CastMode,
    zone: &'a Zone,
}

impl Caster<'_> {
    fn invalid(&self, value: &Value) -> Box<Diagnostic> {
        error::cast_invalid(&sql_literal(value, self.from), self.from, self.to)
    }

    fn overflow(&self, value: &Value) -> Box<Diagnostic> {
        error::cast_overflow(&sql_literal(value, self.from), self.from, self.to)
    }

    fn cast(&self, value: &Value) -> Result<Value> {
        match self.to {
            DataType::String => Ok(display::cast_string(value, self.from, self.zone).map_or(Value::Null, Value::String)),
            DataType::Boolean => self.to_boolean(value),
            DataType::Byte | DataType::Short | DataType::Integer | DataType::Long => self.to_integral(value),
            DataType::Float | DataType::Double => self.to_fractional(value),
            DataType::Decimal(precision, scale) => self.to_decimal(value, *precision, *scale),
            DataType::Date | DataType::Timestamp | DataType::TimestampNtz => self.to_time(value),
            DataType::Binary => match value {
                Value::String(text) => Ok(Value::Binary(text.clone().into_bytes())),
                _ => Err(self.invalid(value)),
            },
            DataType::DayTimeInterval(..) | DataType::YearMonthInterval(..) | DataType::CalendarInterval => self.to_interval(value),
            DataType::Array(..) | DataType::Map(..) | DataType::Struct(_) => self.to_complex(value),
            DataType::Null => Ok(Value::Null),
        }
    }

    fn to_boolean(&self, value: &Value) -> Result<Value> {
        match value {
            Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
                "t" | "true" | "y" | "yes" | "1" => Ok(Value::Boolean(true)),
                "f" | "false" | "n" | "no" | "0" => Ok(Value::Boolean(false)),
                _ => Err(self.invalid(value)),
            },
            Value::Float(value) => Ok(Value::Boolean(*value != 0.0)),
            Value::Double(value) => Ok(Value::Boolean(*value != 0.0)),
            Value::Decimal(value, ..) => Ok(Value::Boolean(*value != 0)),
            Value::Timestamp(value) => Ok(Value::Boolean(*value != 0)),
            other => other.as_i64().map(|value| Value::Boolean(value != 0)).ok_or_else(|| self.invalid(value)),
        }
    }

    fn to_integral(&self, value: &Value) -> Result<Value> {
        let wide: i128 = match value {
            Value::Boolean(value) => i128::from(*value),
            Value::String(text) => {
                let found = integer_of(text, self.mode == CastMode::Legacy).ok_or_else(|| self.invalid(value))?;
                return self.narrow(found).ok_or_else(|| self.invalid(value));
            }
            Value::Float(number) => self.truncated(f64::from(*number), value)?,
            Value::Double(number) => self.truncated(*number, value)?,
            Value::Decimal(unscaled, _, scale) => unscaled / 10i128.pow(u32::from(*scale)),
            Value::Timestamp(micros) => i128::from(micros.div_euclid(1_000_000)),
            Value::DayTimeInterval(micros) => i128::from(micros / 1_000_000),
            Value::YearMonthInterval(months) => i128::from(*months),
            other => i128::from(other.as_i64().ok_or_else(|| self.invalid(value))?),
        };
        if self.mode == CastMode::Legacy {
            return Ok(self.wrap(wide));
        }
        self.narrow(wide).ok_or_else(|| self.overflow(value))
    }

    fn truncated(&self, number: f64, value: &Value) -> Result<i128> {
        if self.mode == CastMode::Legacy {
            let wide = if *self.to == DataType::Long { i128::from(number as i64) } else { i128::from(number as i32) };
            return Ok(wide);
        }
        if number.is_nan() || number.abs() > 1e30 { Err(self.overflow(value)) } else { Ok(number.trunc() as i128) }
    }

    fn narrow(&self, wide: i128) -> Option<Value> {
        match self.to {
            DataType::Byte => i8::try_from(wide).ok().map(Value::Byte),
            DataType::Short => i16::try_from(wide).ok().map(Value::Short),
            DataType::Integer => i32::try_from(wide).ok().map(Value::Integer),
            _ => i64::try_from(wide).ok().map(Value::Long),
        }
    }

    fn wrap(&self, wide: i128) -> Value {
        match self.to {
            DataType::Byte => Value::Byte(wide as i8),
            DataType::Short => Value::Short(wide as i16),
            DataType::Integer => Value::Integer(wide as i32),
            _ => Value::Long(wide as i64),
        }
    }

    fn to_fractional(&self, value: &Value) -> Result<Value> {
        let float = *self.to == DataType::Float;
        if float {
            // Straight to 32 bits: by way of 64 bits some texts would be rounded twice.
            if let Value::String(text) = value
                && let Ok(found) = text.trim().trim_end_matches(['f', 'F', 'd', 'D']).parse::<f32>()
                && found.is_finite()
            {
                return Ok(Value::Float(found));
            }
        }
        let found = match value {
            Value::Boolean(value) => f64::from(u8::from(*value)),
            Value::String(text) => double_of(text).ok_or_else(|| self.invalid(value))?,
            Value::Float(value) => f64::from(*value),
            Value::Double(value) => *value,
            Value::Decimal(unscaled, _, scale) => number::format_decimal(*unscaled, *scale).parse().unwrap_or(f64::NAN),
            Value::Timestamp(micros) => *micros as f64 / 1e6,
            Value::Long(value) if float => return Ok(Value::Float(*value as f32)),
            Value::DayTimeInterval(micros) => *micros as f64 / 1e6,
            other => other.as_i64().ok_or_else(|| self.invalid(value))? as f64,
        };
        Ok(if float { Value::Float(found as f32) } else { Value::Double(found) })
    }

    fn to_decimal(&self, value: &Value, precision: u8, scale: u8) -> Result<Value> {
        let out_of_range = |shown: String| error::decimal_out_of_range(&shown, precision, scale);
        let (unscaled, own_scale) = match value {
            Value::Boolean(value) => (i128::from(*value), 0),
            Value::String(text) => number::parse_decimal_exact(text.trim()).ok_or_else(|| self.invalid(value))?,
            Value::Decimal(unscaled, _, own) => (*unscaled, i32::from(*own)),
            Value::Float(number) => {
                decimal_of_double(&number::format_float(*number)).ok_or_else(|| out_of_range(number::format_float(*number)))?
            }
            Value::Double(number) => {
                decimal_of_double(&number::format_double(*number)).ok_or_else(|| out_of_range(number::format_double(*number)))?
            }
            Value::Timestamp(micros) => (i128::from(*micros), 6),
            Value::DayTimeInterval(micros) => (i128::from(*micros), 6),
            other => (i128::from(other.as_i64().ok_or_else(|| self.invalid(value))?), 0),
        };
        let shown = || match u8::try_from(own_scale) {
            Ok(own) => number::format_decimal(unscaled, own),
            Err(_) => display::cast_string(value, self.from, self.zone).unwrap_or_default(),
        };
        let rescaled =
            number::rescale_decimal(unscaled, own_scale, i32::from(scale)).filter(|found| number::fits_decimal(*found, precision));
        rescaled.map(|found| Value::Decimal(found, precision, scale)).ok_or_else(|| out_of_range(shown()))
    }

    fn to_time(&self, value: &Value) -> Result<Value> {
        let zone = self.zone;
        let day = time::MICROS_PER_DAY;
        match (self.to, value) {
            (DataType::Date, Value::String(text)) => time::parse_date(text).map(Value::Date).ok_or_else(|| self.invalid(value)),
            (DataType::Date, Value::Timestamp(micros)) => Ok(Value::Date(zone.to_local(*micros).div_euclid(day) as i32)),
            (DataType::Date, Value::TimestampNtz(micros)) => Ok(Value::Date(micros.div_euclid(day) as i32)),
            (DataType::Timestamp, Value::String(text)) => {
                time::parse_timestamp(text, zone).map(Value::Timestamp).ok_or_else(|| self.invalid(value))
            }
            (DataType::Timestamp, Value::Date(days)) => Ok(Value::Timestamp(zone.to_utc(i64::from(*days) * day))),
            (DataType::Timestamp, Value::TimestampNtz(micros)) => Ok(Value::Timestamp(zone.to_utc(*micros))),
            (DataType::Timestamp, Value::Boolean(value)) => Ok(Value::Timestamp(i64::from(*value))),
            (DataType::Timestamp, Value::Double(number)) => self.seconds(*number, value),
            (DataType::Timestamp, Value::Float(number)) => self.seconds(f64::from(*number), value),
            (DataType::Timestamp, Value::Decimal(unscaled, _, scale)) => {
                let micros = number::rescale_decimal(*unscaled, i32::from(*scale), 6).and_then(|micros| i64::try_from(micros).ok());
                micros.map(Value::Timestamp).ok_or_else(|| self.overflow(value))
            }
            (DataType::Timestamp, other) => {
                let seconds = other.as_i64().ok_or_else(|| self.invalid(value))?;
                // Spark clamps here (`SECONDS.toMicros`).
                Ok(Value::Timestamp(seconds.saturating_mul(1_000_000)))
            }
            (DataType::TimestampNtz, Value::String(text)) => {
                time::parse_timestamp_ntz(text).map(Value::TimestampNtz).ok_or_else(|| self.invalid(value))
            }
            (DataType::TimestampNtz, Value::Date(days)) => Ok(Value::TimestampNtz(i64::from(*days) * day)),
            (DataType::TimestampNtz, Value::Timestamp(micros)) => Ok(Value::TimestampNtz(zone.to_local(*micros))),
            _ => Err(self.invalid(value)),
        }
    }

    fn seconds(&self, number: f64, value: &Value) -> Result<Value> {
        if !number.is_finite() {
            return if self.mode == CastMode::Ansi { Err(self.invalid(value)) } else { Ok(Value::Null) };
        }
        let micros = (number * 1e6).trunc();
        if micros.abs() < 9.2e18 { Ok(Value::Timestamp(micros as i64)) } else { Err(self.overflow(value)) }
    }

    fn to_interval(&self, value: &Value) -> Result<Value> {
        use crate::types::interval;
        match (self.to, value) {
            (DataType::DayTimeInterval(_, end), Value::DayTimeInterval(micros)) => {
                // What is less than the last field goes, but not the parts of a second.
                let unit = if *end == 3 { 1 } else { interval::FIELD_MICROS[usize::from(*end)] };
                Ok(Value::DayTimeInterval(micros / unit * unit))
            }
            (DataType::YearMonthInterval(_, end), Value::YearMonthInterval(months)) => {
                Ok(Value::YearMonthInterval(if *end == 0 { months / 12 * 12 } else { *months }))
            }
            (DataType::DayTimeInterval(start, end), Value::String(text)) if start == end && text.trim().parse::<i64>().is_ok() => {
                let count = text.trim().parse::<i64>().ok();
                let micros = count.and_then(|count| count.checked_mul(interval::FIELD_MICROS[usize::from(*end)]));
                micros.map(Value::DayTimeInterval).ok_or_else(|| self.overflow(value))
            }
            (DataType::YearMonthInterval(start, end), Value::String(text)) if start == end && text.trim().parse::<i32>().is_ok() => {
                let count = text.trim().parse::<i32>().ok();
                let months = count.and_then(|count| count.checked_mul(if *end == 0 { 12 } else { 1 }));
                months.map(Value::YearMonthInterval).ok_or_else(|| self.overflow(value))
            }
            (DataType::DayTimeInterval(..), Value::String(text)) => {
                let found = interval::parse(text).ok().filter(|found| found.months == 0).ok_or_else(|| self.invalid(value))?;
                Ok(Value::DayTimeInterval(i64::from(found.days) * time::MICROS_PER_DAY + found.micros))
            }
            (DataType::YearMonthInterval(..), Value::String(text)) => {
                let found =
                    interval::parse(text).ok().filter(|found| found.days == 0 && found.micros == 0).ok_or_else(|| self.invalid(value))?;
                Ok(Value::YearMonthInterval(found.months))
            }
            (DataType::CalendarInterval, Value::String(text)) => {
                let found = interval::parse(text).map_err(|_| self.invalid(value))?;
                Ok(Value::CalendarInterval(found.months, found.days, found.micros))
            }
            (DataType::DayTimeInterval(_, end), other) => {
                let micros = other.as_i64().and_then(|value| value.checked_mul(interval::FIELD_MICROS[usize::from(*end)]));
                micros.map(Value::DayTimeInterval).ok_or_else(|| self.overflow(value))
            }
            (DataType::YearMonthInterval(_, end), other) => {
                let months = other.as_i64().and_then(|value| value.checked_mul(if *end == 0 { 12 } else { 1 }));
                let months = months.and_then(|months| i32::try_from(months).ok());
                months.map(Value::YearMonthInterval).ok_or_else(|| self.overflow(value))
            }
            _ => Err(self.invalid(value)),
        }
    }

    fn to_complex(&self, value: &Value) -> Result<Value> {
        let inner = |value: &Value, from: &DataType, to: &DataType| cast_value(value, from, to, self.mode, self.zone);
        match (value, self.from, self.to) {
            (Value::Array(items), DataType::Array(from, _), DataType::Array(to, _)) => {
                items.iter().map(|item| inner(item, from, to)).collect::<Result<_>>().map(Value::Array)
            }
            (Value::Map(entries), DataType::Map(fk, fv, _), DataType::Map(tk, tv, _)) => {
                entries.iter().map(|(key, value)| Ok((inner(key, fk, tk)?, inner(value, fv, tv)?))).collect::<Result<_>>().map(Value::Map)
            }
            (Value::Struct(items), DataType::Struct(from), DataType::Struct(to)) => {
                let all = items.iter().zip(from.iter().zip(to));
                all.map(|(item, (from, to))| inner(item, &from.data_type, &to.data_type)).collect::<Result<_>>().map(Value::Struct)
            }
            _ => Err(self.invalid(value)),
        }
    }
}

/// An integer in text, spaces around it allowed; a fraction only where `fraction` says so, and then cut off.
fn integer_of(text: &str, fraction: bool) -> Option<i128> {
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || c.is_ascii_control());
    let digits = match trimmed.split_once('.') {
        Some((whole, rest)) if fraction && rest.bytes().all(|byte| byte.is_ascii_digit()) => whole,
        Some(_) => return None,
        None => trimmed,
    };
    let body = digits.strip_prefix(['-', '+']).unwrap_or(digits);
    if body.is_empty() || body.len() > 30 || !body.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// A double in text as Java reads it.
fn double_of(text: &str) -> Option<f64> {
    let trimmed = text.trim();
    let lower = trimmed.to_ascii_lowercase();
    match lower.as_str() {
        "nan" => return Some(f64::NAN),
        "inf" | "+inf" | "infinity" | "+infinity" => return Some(f64::INFINITY),
        "-inf" | "-infinity" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    let body = lower.strip_suffix(['d', 'f']).unwrap_or(&lower);
    if !body.bytes().any(|byte| byte.is_ascii_digit()) || body.contains(['n', 'i', '_']) {
        return None;
    }
    body.parse().ok()
}

fn decimal_of_double(text: &str) -> Option<(i128, i32)> {
    number::parse_decimal_exact(text)
}
