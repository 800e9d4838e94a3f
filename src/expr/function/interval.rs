//! Intervals: arithmetic with dates and times, their making, their parts.

use super::Arguments;
use super::Function;
use super::Nulls;
use super::Parameter as P;
use super::gives;
use super::logic::add_months;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::error;
use crate::expr::typed::Typed;
use crate::types::DataType;
use crate::types::Value;
use crate::types::time::MICROS_PER_DAY;
use arrow_array::ArrayRef;

const ANY: &[P] = &[P::Any];

/// The group.
pub const FUNCTIONS: &[Function] = &[
    Function::new("$date_minus", (2, 2), &[P::Date], |_| DataType::DayTimeInterval(0, 0), date_minus),
    Function::new("$time_minus", (2, 2), ANY, gives::day_time_interval, time_minus),
    Function::new("$date_add_months", (2, 2), ANY, gives::date, date_add_months),
    Function::new("$interval_sum", (2, 2), ANY, gives::common, interval_sum),
    Function::new("$interval_negative", (1, 1), ANY, gives::first, interval_negative),
    Function::new("$interval_times", (2, 2), &[P::Any, P::Double], all_fields, |a| interval_scaled(a, false)),
    Function::new("$interval_divided", (2, 2), &[P::Any, P::Double], all_fields, |a| interval_scaled(a, true)),
    Function::new("$interval_part", (2, 2), ANY, part_type, interval_part),
    Function::new("make_dt_interval", (0, 4), &[P::Integer, P::Integer, P::Integer, P::Numeric], gives::day_time_interval, make_day_time)
        .defaults(&["0", "0", "0", "0.000000BD"]),
    Function::new("make_ym_interval", (0, 2), &[P::Integer], gives::year_month_interval, make_year_month).defaults(&["0", "0"]),
    Function::new(
        "make_interval",
        (0, 7),
        &[P::Integer, P::Integer, P::Integer, P::Integer, P::Integer, P::Integer, P::Numeric],
        gives::calendar_interval,
        make_interval,
    )
    .defaults(&["0", "0", "0", "0", "0", "0", "0.000000BD"])
    .nulls(Nulls::Always),
];

/// A scaled interval has all fields of its kind.
fn all_fields(arguments: &[crate::expr::typed::Typed]) -> DataType {
    gives::first(arguments).with_all_fields()
}

fn overflow() -> Box<Diagnostic> {
    error::runtime(
        "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION",
        "Integer overflow while operating with intervals. Try devising appropriate values for the interval parameters.",
        "22015",
    )
}

fn date_minus(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let (Value::Date(a), Value::Date(b)) = (&values[0], &values[1]) else { return Ok(Value::Null) };
        Ok(Value::DayTimeInterval((i64::from(*a) - i64::from(*b)) * MICROS_PER_DAY))
    })
}

fn time_minus(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| match (&values[0], &values[1]) {
        (Value::Timestamp(a), Value::Timestamp(b)) => {
            Ok(Value::DayTimeInterval(arguments.input.zone.to_local(*a) - arguments.input.zone.to_local(*b)))
        }
        (Value::TimestampNtz(a), Value::TimestampNtz(b)) => Ok(Value::DayTimeInterval(a - b)),
        _ => Ok(Value::Null),
    })
}

fn date_add_months(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| match (&values[0], &values[1]) {
        (Value::Date(day), Value::YearMonthInterval(months)) => Ok(Value::Date(add_months((*day).into(), *months) as i32)),
        (Value::Date(day), Value::CalendarInterval(months, days, 0)) => Ok(Value::Date(add_months((*day).into(), *months) as i32 + days)),
        (Value::Date(day), Value::DayTimeInterval(micros)) if micros % MICROS_PER_DAY == 0 => Ok(Value::Date(day + (micros / MICROS_PER_DAY) as i32)),
        _ => Err(error::runtime("INVALID_INTERVAL_WITH_MICROSECONDS_ADDITION", "Cannot add an interval to a date because its microseconds part is not 0. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.", "22006")),
    })
}

fn interval_sum(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let found = match (&values[0], &values[1]) {
            (Value::DayTimeInterval(a), Value::DayTimeInterval(b)) => a.checked_add(*b).map(Value::DayTimeInterval),
            (Value::YearMonthInterval(a), Value::YearMonthInterval(b)) => a.checked_add(*b).map(Value::YearMonthInterval),
            (Value::CalendarInterval(a, b, c), Value::CalendarInterval(d, e, f)) => {
                a.checked_add(*d).zip(b.checked_add(*e)).zip(c.checked_add(*f)).map(|((a, b), c)| Value::CalendarInterval(a, b, c))
            }
            _ => None,
        };
        found.ok_or_else(overflow)
    })
}

fn interval_negative(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        Ok(match &values[0] {
            Value::DayTimeInterval(value) => Value::DayTimeInterval(value.wrapping_neg()),
            Value::YearMonthInterval(value) => Value::YearMonthInterval(value.wrapping_neg()),
            Value::CalendarInterval(a, b, c) => Value::CalendarInterval(-a, -b, -c),
            other => other.clone(),
        })
    })
}

fn interval_scaled(arguments: &Arguments<'_>, divides: bool) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let Value::Double(number) = values[1] else { return Ok(Value::Null) };
        if divides && number == 0.0 {
            return Err(error::runtime(
                "INTERVAL_DIVIDED_BY_ZERO",
                "Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead.",
                "22012",
            ));
        }
        let scale = |value: f64| if divides { (value / number).round() } else { (value * number).round() };
        Ok(match &values[0] {
            Value::DayTimeInterval(value) => Value::DayTimeInterval(scale(*value as f64) as i64),
            Value::YearMonthInterval(value) => Value::YearMonthInterval(scale(f64::from(*value)) as i32),
            other => other.clone(),
        })
    })
}

fn part_type(arguments: &[Typed]) -> DataType {
    match arguments[0].as_literal().and_then(Value::as_str) {
        Some(field) if field.starts_with('s') => DataType::Decimal(8, 6),
        Some(field) if field.starts_with('y') => DataType::Integer,
        Some(field) if field.starts_with("mon") => DataType::Byte,
        Some(field) if field.starts_with('d') => DataType::Integer,
        _ => DataType::Byte,
    }
}

fn interval_part(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let field = values[0].as_str().unwrap_or_default();
        let (months, days, micros) = match &values[1] {
            Value::DayTimeInterval(value) => (0, (value / MICROS_PER_DAY) as i32, value % MICROS_PER_DAY),
            Value::YearMonthInterval(value) => (*value, 0, 0),
            Value::CalendarInterval(months, days, micros) => (*months, *days, *micros),
            _ => return Ok(Value::Null),
        };
        Ok(match field {
            f if f.starts_with('y') => Value::Integer(months / 12),
            f if f.starts_with("mon") => Value::Byte((months % 12) as i8),
            f if f.starts_with('d') => Value::Integer(days),
            f if f.starts_with('h') => Value::Byte((micros / 3_600_000_000) as i8),
            f if f.starts_with('s') => Value::Decimal(i128::from(micros % 60_000_000), 8, 6),
            f if f.starts_with('m') => Value::Byte((micros / 60_000_000 % 60) as i8),
            other => return Err(error::not_known(&format!("the part {other} of an interval"))),
        })
    })
}

fn micros_of(value: &Value) -> i64 {
    match value {
        Value::Decimal(value, _, scale) => crate::types::number::rescale_decimal(*value, i32::from(*scale), 6).unwrap_or(0) as i64,
        Value::Double(value) => (value * 1e6).round() as i64,
        Value::Float(value) => (f64::from(*value) * 1e6).round() as i64,
        other => other.as_i64().unwrap_or(0) * 1_000_000,
    }
}

fn make_day_time(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let [days, hours, minutes] = [0, 1, 2].map(|index| values[index].as_i64().unwrap_or(0));
        let whole = days
            .checked_mul(MICROS_PER_DAY)
            .and_then(|sum| sum.checked_add(hours * 3_600_000_000))
            .and_then(|sum| sum.checked_add(minutes * 60_000_000));
        whole.and_then(|sum| sum.checked_add(micros_of(&values[3]))).map(Value::DayTimeInterval).ok_or_else(overflow)
    })
}

fn make_year_month(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let months = values[0].as_i64().unwrap_or(0) * 12 + values[1].as_i64().unwrap_or(0);
        i32::try_from(months).map(Value::YearMonthInterval).map_err(|_| overflow())
    })
}

fn make_interval(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let [years, months, weeks, days, hours, minutes] = [0, 1, 2, 3, 4, 5].map(|index| values[index].as_i64().unwrap_or(0));
        let total_months = i32::try_from(years * 12 + months).map_err(|_| overflow())?;
        let total_days = i32::try_from(weeks * 7 + days).map_err(|_| overflow())?;
        Ok(Value::CalendarInterval(total_months, total_days, hours * 3_600_000_000 + minutes * 60_000_000 + micros_of(&values[6])))
    })
}
