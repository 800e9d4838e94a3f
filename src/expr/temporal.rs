//! `+ - * /` with dates, timestamps and intervals: Spark's `BinaryArithmeticWithDatetimeResolver`.

use super::coercion::cast;
use super::scope::Settings;
use super::special::call;
use super::typed::Typed;
use crate::types::DataType as T;

fn is_interval(data_type: &T) -> bool {
    matches!(data_type, T::DayTimeInterval(..) | T::YearMonthInterval(..) | T::CalendarInterval)
}

/// The meaning of an operator on these operands where a date, time or interval takes part; none otherwise.
pub fn rewrite(operator: &str, arguments: &[Typed], settings: &Settings) -> Option<Typed> {
    let operator = match operator {
        "try_add" => "+",
        "try_subtract" => "-",
        "try_multiply" => "*",
        "try_divide" => "/",
        other => other,
    };
    if let ([only], "negative") = (arguments, operator)
        && is_interval(&only.data_type)
    {
        return Some(call("$interval_negative", vec![only.clone()], settings));
    }
    let [a, b] = arguments else { return None };
    let temporal = |data_type: &T| is_interval(data_type) || matches!(data_type, T::Date | T::Timestamp | T::TimestampNtz);
    if !temporal(&a.data_type) && !temporal(&b.data_type) {
        return None;
    }
    let (a, b) = (a.clone(), b.clone());
    match operator {
        "+" if is_interval(&a.data_type) && !is_interval(&b.data_type) => plus_interval(b, a, settings),
        "+" if a.data_type.is_integral() && b.data_type == T::Date => {
            Some(call("date_add", vec![b, cast(a, &T::Integer, settings.ansi)], settings))
        }
        "+" => plus(a, b, settings),
        "-" => minus(a, b, settings),
        "*" if is_interval(&a.data_type) => Some(call("$interval_times", vec![a, cast(b, &T::Double, settings.ansi)], settings)),
        "*" if is_interval(&b.data_type) => Some(call("$interval_times", vec![b, cast(a, &T::Double, settings.ansi)], settings)),
        "/" if is_interval(&a.data_type) => Some(call("$interval_divided", vec![a, cast(b, &T::Double, settings.ansi)], settings)),
        _ => None,
    }
}

fn plus(a: Typed, b: Typed, settings: &Settings) -> Option<Typed> {
    match (&a.data_type, &b.data_type) {
        (T::Date, count) if count.is_integral() => Some(call("date_add", vec![a, cast(b, &T::Integer, settings.ansi)], settings)),
        (T::DayTimeInterval(..), T::DayTimeInterval(..))
        | (T::YearMonthInterval(..), T::YearMonthInterval(..))
        | (T::CalendarInterval, T::CalendarInterval) => Some(call("$interval_sum", vec![a, b], settings)),
        (_, right) if is_interval(right) => plus_interval(a, b, settings),
        _ => None,
    }
}

/// A date plus months stays a date, plus hours becomes a timestamp; a string is read as a timestamp.
fn plus_interval(time: Typed, interval: Typed, settings: &Settings) -> Option<Typed> {
    match (&time.data_type, &interval.data_type) {
        (T::Date, T::YearMonthInterval(..) | T::CalendarInterval) => Some(call("$date_add_months", vec![time, interval], settings)),
        // Whole days keep the date a date.
        (T::Date, T::DayTimeInterval(_, 0)) => Some(call("$date_add_months", vec![time, interval], settings)),
        (T::Date, T::DayTimeInterval(..)) => Some(call("$time_add", vec![cast(time, &T::Timestamp, settings.ansi), interval], settings)),
        (T::Timestamp | T::TimestampNtz, _) => Some(call("$time_add", vec![time, interval], settings)),
        (T::String | T::Null, _) => Some(call("$time_add", vec![cast(time, &T::Timestamp, settings.ansi), interval], settings)),
        _ => None,
    }
}

fn minus(a: Typed, b: Typed, settings: &Settings) -> Option<Typed> {
    match (&a.data_type, &b.data_type) {
        (T::Date, count) if count.is_integral() => Some(call("date_sub", vec![a, cast(b, &T::Integer, settings.ansi)], settings)),
        (T::Date, T::Date) => Some(call("$date_minus", vec![a, b], settings)),
        (_, right) if is_interval(right) => {
            let negative = match b.as_literal() {
                Some(crate::types::Value::DayTimeInterval(micros)) => {
                    Typed::literal(crate::types::Value::DayTimeInterval(-micros), b.data_type.clone())
                }
                _ => call("$interval_negative", vec![b], settings),
            };
            plus(a, negative, settings)
        }
        (T::TimestampNtz, T::TimestampNtz) => Some(call("$time_minus", vec![a, b], settings)),
        (T::Timestamp | T::TimestampNtz | T::Date | T::String, T::Timestamp | T::TimestampNtz | T::Date | T::String) => {
            Some(call("$time_minus", vec![cast(a, &T::Timestamp, settings.ansi), cast(b, &T::Timestamp, settings.ansi)], settings))
        }
        _ => None,
    }
}
