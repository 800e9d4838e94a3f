//! Dates and times: their parts, arithmetic, truncation, text.

use super::Arguments;
use super::Function;
use super::Nulls;
use super::Parameter as P;
use super::gives;
use super::logic::add_months;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::error;
use crate::types::DataType;
use crate::types::Value;
use crate::types::Zone;
use crate::types::civil_of_days;
use crate::types::days_in_month;
use crate::types::days_of_civil;
use crate::types::pattern::Pattern;
use crate::types::pattern::PatternError;
use crate::types::time;
use crate::types::time::MICROS_PER_DAY;
use arrow_array::ArrayRef;
use arrow_array::types::Date32Type;
use arrow_array::types::Int32Type;
use arrow_array::types::Int64Type;
use arrow_array::types::TimestampMicrosecondType as Micros;

const DATE: &[P] = &[P::Date];
const DATE_INT: &[P] = &[P::Date, P::Integer];
const TIME: &[P] = &[P::TimestampAny];
const FORMAT: &str = "'yyyy-MM-dd HH:mm:ss'";

/// The group.
pub const FUNCTIONS: &[Function] = &[
    Function::new("year", (1, 1), DATE, gives::integer, |a| part(a, |days| civil_of_days(days).0 as i32)),
    Function::new("quarter", (1, 1), DATE, gives::integer, |a| part(a, |days| (civil_of_days(days).1 as i32 + 2) / 3)),
    Function::new("month", (1, 1), DATE, gives::integer, |a| part(a, |days| civil_of_days(days).1 as i32)),
    Function::new("dayofmonth", (1, 1), DATE, gives::integer, |a| part(a, |days| civil_of_days(days).2 as i32)),
    Function::new("day", (1, 1), DATE, gives::integer, |a| part(a, |days| civil_of_days(days).2 as i32)),
    Function::new("dayofyear", (1, 1), DATE, gives::integer, |a| {
        part(a, |days| (days - days_of_civil(civil_of_days(days).0, 1, 1)) as i32 + 1)
    }),
    Function::new("dayofweek", (1, 1), DATE, gives::integer, |a| part(a, |days| (days + 4).rem_euclid(7) as i32 + 1)),
    Function::new("weekday", (1, 1), DATE, gives::integer, |a| part(a, |days| (days + 3).rem_euclid(7) as i32)),
    Function::new("$day_of_week_iso", (1, 1), DATE, gives::integer, |a| part(a, |days| (days + 3).rem_euclid(7) as i32 + 1)),
    Function::new("weekofyear", (1, 1), DATE, gives::integer, |a| part(a, |days| iso_week(days).1)),
    Function::new("$year_of_week", (1, 1), DATE, gives::integer, |a| part(a, |days| iso_week(days).0)),
    Function::new("hour", (1, 1), TIME, gives::integer, |a| clock(a, |micros| (micros / 3_600_000_000) as i32)),
    Function::new("minute", (1, 1), TIME, gives::integer, |a| clock(a, |micros| (micros / 60_000_000 % 60) as i32)),
    Function::new("second", (1, 1), TIME, gives::integer, |a| clock(a, |micros| (micros / 1_000_000 % 60) as i32)),
    Function::new("$second_with_fraction", (1, 1), TIME, |_| DataType::Decimal(8, 6), second_with_fraction),
    Function::new("dayname", (1, 1), DATE, gives::string, |a| name(a, |days| DAYS[(days + 3).rem_euclid(7) as usize])),
    Function::new("monthname", (1, 1), DATE, gives::string, |a| name(a, |days| MONTHS[civil_of_days(days).1 as usize - 1])),
    Function::new("date_add", (2, 2), DATE_INT, gives::date, |a| shift(a, 1)),
    Function::new("dateadd", (2, 2), DATE_INT, gives::date, |a| shift(a, 1)),
    Function::new("date_sub", (2, 2), DATE_INT, gives::date, |a| shift(a, -1)),
    Function::new("datediff", (2, 2), DATE, gives::integer, datediff),
    Function::new("date_diff", (2, 2), DATE, gives::integer, datediff),
    Function::new("add_months", (2, 2), DATE_INT, gives::date, months_later),
    Function::new("last_day", (1, 1), DATE, gives::date, last_day),
    Function::new("next_day", (2, 2), &[P::Date, P::String], gives::date, next_day),
    Function::new("months_between", (2, 3), &[P::Timestamp, P::Timestamp, P::Boolean], gives::double, months_between).defaults(&["true"]),
    Function::new("date_trunc", (2, 2), &[P::String, P::TimestampAny], gives::second, date_trunc).nulls(Nulls::Always),
    Function::new("trunc", (2, 2), &[P::Date, P::String], gives::date, trunc).nulls(Nulls::Always),
    Function::new("date_format", (2, 2), &[P::Timestamp, P::String], gives::string, date_format),
    Function::new("to_date", (1, 2), &[P::Any, P::String], gives::date, |a| to_date(a, "try_to_date")).nulls(Nulls::Always),
    Function::new("try_to_date", (1, 2), &[P::Any, P::String], gives::date, |a| to_date(a, "")).nulls(Nulls::Always),
    Function::new("to_timestamp", (1, 2), &[P::Any, P::String], gives::timestamp, |a| to_timestamp(a, false)).nulls(Nulls::Always),
    Function::new("try_to_timestamp", (1, 2), &[P::Any, P::String], gives::timestamp, |a| to_timestamp(a, false)).nulls(Nulls::Always),
    Function::new("to_timestamp_ltz", (1, 2), &[P::Any, P::String], gives::timestamp, |a| to_timestamp(a, false)).nulls(Nulls::Always),
    Function::new("to_timestamp_ntz", (1, 2), &[P::Any, P::String], gives::timestamp_ntz, |a| to_timestamp(a, true)).nulls(Nulls::Always),
    Function::new("unix_timestamp", (0, 2), &[P::Any, P::String], gives::long, unix_timestamp).defaults(&["current_timestamp()", FORMAT]),
    Function::new("to_unix_timestamp", (1, 2), &[P::Any, P::String], gives::long, unix_timestamp).defaults(&[FORMAT]).nulls(Nulls::Always),
    Function::new("from_unixtime", (1, 2), &[P::Long, P::String], gives::string, from_unixtime).defaults(&[FORMAT]).nulls(Nulls::Always),
    Function::new("current_timestamp", (0, 0), &[], gives::timestamp, now),
    Function::new("now", (0, 0), &[], gives::timestamp, now),
    Function::new("localtimestamp", (0, 0), &[], gives::timestamp_ntz, local_now),
    Function::new("current_date", (0, 0), &[], gives::date, today),
    Function::new("curdate", (0, 0), &[], gives::date, today),
    Function::new("current_timezone", (0, 0), &[], gives::string, |a| a.make_strings(|_| Ok(Some(a.input.zone.id())))),
    Function::new("timestamp_seconds", (1, 1), &[P::Numeric], gives::timestamp, timestamp_seconds),
    Function::new("timestamp_millis", (1, 1), &[P::Long], gives::timestamp, |a| scaled(a, 1_000)),
    Function::new("timestamp_micros", (1, 1), &[P::Long], gives::timestamp, |a| scaled(a, 1)),
    Function::new("unix_seconds", (1, 1), &[P::Timestamp], gives::long, |a| since(a, 1_000_000)),
    Function::new("unix_millis", (1, 1), &[P::Timestamp], gives::long, |a| since(a, 1_000)),
    Function::new("unix_micros", (1, 1), &[P::Timestamp], gives::long, |a| since(a, 1)),
    Function::new("unix_date", (1, 1), DATE, gives::integer, |a| part(a, |days| days as i32)),
    Function::new("date_from_unix_date", (1, 1), &[P::Integer], gives::date, from_unix_date),
    Function::new("make_date", (3, 3), &[P::Integer], gives::date, make_date).nulls(Nulls::Always),
    Function::new("from_utc_timestamp", (2, 2), &[P::Timestamp, P::String], gives::timestamp, |a| between_zones(a, true)),
    Function::new("to_utc_timestamp", (2, 2), &[P::Timestamp, P::String], gives::timestamp, |a| between_zones(a, false)),
    Function::new("convert_timezone", (3, 3), &[P::String, P::String, P::Any], gives::timestamp_ntz, convert_timezone),
    Function::new("timestampadd", (3, 3), &[P::String, P::Long, P::TimestampAny], gives::third, timestampadd),
    Function::new("timestampdiff", (3, 3), &[P::String, P::TimestampAny, P::TimestampAny], gives::long, timestampdiff),
];

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn part(arguments: &Arguments<'_>, of: impl Fn(i64) -> i32) -> Result<ArrayRef> {
    let values = arguments.primitive::<Date32Type>(0);
    arguments.make::<Int32Type>(|row| Ok(values.get(row).map(|days| of(days.into()))))
}

fn name(arguments: &Arguments<'_>, of: impl Fn(i64) -> &'static str) -> Result<ArrayRef> {
    let values = arguments.primitive::<Date32Type>(0);
    arguments.make_strings(|row| Ok(values.get(row).map(|days| of(days.into()))))
}

/// The year and week of ISO 8601.
fn iso_week(days: i64) -> (i32, i32) {
    // The week belongs to the year of its Thursday.
    let thursday = days - (days + 3).rem_euclid(7) + 3;
    let year = civil_of_days(thursday).0;
    (year as i32, ((thursday - days_of_civil(year, 1, 1)) / 7) as i32 + 1)
}

/// Microseconds on the wall clock: of the session zone, or the value's own.
fn local(arguments: &Arguments<'_>, index: usize) -> impl Fn(i64) -> i64 {
    let ntz = *arguments.type_of(index) == DataType::TimestampNtz;
    let zone = arguments.input.zone.clone();
    move |micros| if ntz { micros } else { zone.to_local(micros) }
}

fn clock(arguments: &Arguments<'_>, of: impl Fn(i64) -> i32) -> Result<ArrayRef> {
    let (values, local) = (arguments.primitive::<Micros>(0), local(arguments, 0));
    arguments.make::<Int32Type>(|row| Ok(values.get(row).map(|micros| of(local(micros).rem_euclid(MICROS_PER_DAY)))))
}

fn second_with_fraction(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (values, local) = (arguments.primitive::<Micros>(0), local(arguments, 0));
    arguments.make::<arrow_array::types::Decimal128Type>(|row| {
        Ok(values.get(row).map(|micros| i128::from(local(micros).rem_euclid(60_000_000))))
    })
}

fn shift(arguments: &Arguments<'_>, sign: i32) -> Result<ArrayRef> {
    let (days, counts) = (arguments.primitive::<Date32Type>(0), arguments.primitive::<Int32Type>(1));
    arguments.make::<Date32Type>(|row| match days.get(row).zip(counts.get(row)) {
        None => Ok(None),
        Some((day, count)) => count
            .checked_mul(sign)
            .and_then(|count| day.checked_add(count))
            .map(Some)
            .ok_or_else(|| error::overflow("integer overflow", "")),
    })
}

fn datediff(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (a, b) = (arguments.primitive::<Date32Type>(0), arguments.primitive::<Date32Type>(1));
    arguments.make::<Int32Type>(|row| Ok(a.get(row).zip(b.get(row)).map(|(a, b)| a.wrapping_sub(b))))
}

fn months_later(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (days, counts) = (arguments.primitive::<Date32Type>(0), arguments.primitive::<Int32Type>(1));
    arguments.make::<Date32Type>(|row| Ok(days.get(row).zip(counts.get(row)).map(|(day, count)| add_months(day.into(), count) as i32)))
}

fn last_day(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let days = arguments.primitive::<Date32Type>(0);
    arguments.make::<Date32Type>(|row| {
        Ok(days.get(row).map(|day| {
            let (year, month, _) = civil_of_days(day.into());
            days_of_civil(year, month, days_in_month(year, month)) as i32
        }))
    })
}

fn next_day(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (days, names) = (arguments.primitive::<Date32Type>(0), arguments.strings(1));
    let ansi = arguments.ansi;
    arguments.make::<Date32Type>(|row| {
        let (Some(day), Some(name)) = (days.get(row), names.get(row)) else { return Ok(None) };
        let upper = name.trim().to_ascii_uppercase();
        let found = DAYS.iter().position(|known| {
            let full = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
            let at = DAYS.iter().position(|other| other == known).unwrap_or(0);
            upper == full[at] || upper == full[at][..3] || upper == full[at][..2]
        });
        match found {
            Some(wanted) => {
                let today = (i64::from(day) + 3).rem_euclid(7);
                Ok(Some(day + ((wanted as i64 - today - 1).rem_euclid(7) + 1) as i32))
            }
            None if ansi => {
                let said = format!("Illegal input for day of week: {name}.");
                Err(Diagnostic::new(Class::IllegalArgument, "ILLEGAL_DAY_OF_WEEK", said, "22009"))
            }
            None => Ok(None),
        }
    })
}

fn months_between(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (a, b, rounds) = (arguments.primitive::<Micros>(0), arguments.primitive::<Micros>(1), arguments.booleans(2));
    let zone = arguments.input.zone;
    arguments.make::<arrow_array::types::Float64Type>(|row| {
        let (Some(a), Some(b), Some(round)) = (a.get(row), b.get(row), rounds.get(row)) else { return Ok(None) };
        let split = |micros: i64| {
            let local = zone.to_local(micros);
            let days = local.div_euclid(MICROS_PER_DAY);
            let (year, month, day) = civil_of_days(days);
            (year * 12 + i64::from(month), i64::from(day), day == days_in_month(year, month), local.rem_euclid(MICROS_PER_DAY) / 1_000_000)
        };
        let ((months1, day1, last1, seconds1), (months2, day2, last2, seconds2)) = (split(a), split(b));
        let months = (months1 - months2) as f64;
        if day1 == day2 || last1 && last2 {
            return Ok(Some(months));
        }
        let seconds = (day1 - day2) * 86_400 + seconds1 - seconds2;
        let found = months + seconds as f64 / (31.0 * 86_400.0);
        Ok(Some(if round { (found * 1e8).round() / 1e8 } else { found }))
    })
}

/// The start of the day's year, quarter, month or week.
fn day_floor(days: i64, unit: &str) -> Option<i64> {
    let (year, month, _) = civil_of_days(days);
    Some(match unit {
        "YEAR" | "YYYY" | "YY" => days_of_civil(year, 1, 1),
        "QUARTER" => days_of_civil(year, (month - 1) / 3 * 3 + 1, 1),
        "MONTH" | "MM" | "MON" => days_of_civil(year, month, 1),
        "WEEK" => days - (days + 3).rem_euclid(7),
        _ => return None,
    })
}

fn date_trunc(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (units, values, local) = (arguments.strings(0), arguments.primitive::<Micros>(1), local(arguments, 1));
    let ntz = *arguments.type_of(1) == DataType::TimestampNtz;
    let zone = arguments.input.zone;
    arguments.make::<Micros>(|row| {
        let (Some(unit), Some(micros)) = (units.get(row), values.get(row)) else { return Ok(None) };
        let unit = unit.to_ascii_uppercase();
        let step = match unit.as_str() {
            "MICROSECOND" => 1,
            "MILLISECOND" => 1_000,
            "SECOND" => 1_000_000,
            "MINUTE" => 60_000_000,
            "HOUR" => 3_600_000_000,
            "DAY" | "DD" => MICROS_PER_DAY,
            _ => 0,
        };
        let wall = local(micros);
        // Below a day the moment moves back by the rest, which keeps the two hours of a clock's change apart.
        if (1..MICROS_PER_DAY).contains(&step) {
            return Ok(Some(micros - wall.rem_euclid(step)));
        }
        let day = wall.div_euclid(MICROS_PER_DAY);
        let floor = if step == MICROS_PER_DAY { Some(day) } else { day_floor(day, &unit) };
        Ok(floor.map(|day| if ntz { day * MICROS_PER_DAY } else { zone.to_utc(day * MICROS_PER_DAY) }))
    })
}

fn trunc(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (days, units) = (arguments.primitive::<Date32Type>(0), arguments.strings(1));
    arguments.make::<Date32Type>(|row| {
        Ok(days
            .get(row)
            .zip(units.get(row))
            .and_then(|(day, unit)| day_floor(day.into(), &unit.to_ascii_uppercase()))
            .map(|day| day as i32))
    })
}

/// Compiles patterns and keeps the last one.
struct Patterns {
    parsing: bool,
    last: Option<(String, Pattern)>,
}

fn bad_pattern(error: PatternError) -> Box<Diagnostic> {
    Diagnostic::new(Class::Named("SparkUpgradeException".to_owned()), error.condition, error.text, error.sql_state)
}

impl Patterns {
    fn new(parsing: bool) -> Self {
        Self { parsing, last: None }
    }

    fn get(&mut self, text: &str) -> Result<&Pattern> {
        if self.last.as_ref().is_none_or(|(held, _)| held != text) {
            let compiled = if self.parsing { Pattern::for_parsing(text) } else { Pattern::for_formatting(text) };
            self.last = Some((text.to_owned(), compiled.map_err(bad_pattern)?));
        }
        match &self.last {
            Some((_, pattern)) => Ok(pattern),
            None => unreachable!("a pattern was just kept"),
        }
    }
}

/// A timestamp by a pattern.
pub fn date_format(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (values, patterns) = (arguments.primitive::<Micros>(0), arguments.strings(1));
    let mut compiled = Patterns::new(false);
    arguments.make_strings(|row| {
        let (Some(micros), Some(pattern)) = (values.get(row), patterns.get(row)) else { return Ok(None) };
        Ok(Some(compiled.get(pattern)?.format_timestamp(micros, arguments.input.zone)))
    })
}

fn cannot_parse(said: &str, instead: &str) -> Box<Diagnostic> {
    let text = format!("{said}. Use `{instead}` to tolerate invalid input string and return NULL instead.");
    Diagnostic::new(Class::Named("DateTimeException".to_owned()), "CANNOT_PARSE_TIMESTAMP", text, "22007")
}

/// The argument as text where it is a string, else cast to the result's type.
fn to_date(arguments: &Arguments<'_>, instead: &str) -> Result<ArrayRef> {
    let lenient = instead.is_empty() || !arguments.ansi;
    let mode = if lenient { crate::expr::CastMode::Try } else { crate::expr::CastMode::Ansi };
    let from = arguments.type_of(0);
    if arguments.len() == 1 || *from != DataType::String {
        return crate::expr::cast::cast_array(
            &arguments.vectors[0].expand(arguments.rows),
            from,
            arguments.data_type,
            mode,
            arguments.input.zone,
        );
    }
    let (texts, patterns) = (arguments.strings(0), arguments.strings(1));
    let mut compiled = Patterns::new(true);
    arguments.make::<Date32Type>(|row| {
        let (Some(text), Some(pattern)) = (texts.get(row), patterns.get(row)) else { return Ok(None) };
        match compiled.get(pattern)?.parse_date(text) {
            Ok(days) => Ok(Some(days)),
            Err(_) if lenient => Ok(None),
            Err(said) => Err(cannot_parse(&said, instead)),
        }
    })
}

fn to_timestamp(arguments: &Arguments<'_>, ntz: bool) -> Result<ArrayRef> {
    let lenient = arguments.name.starts_with("try_") || !arguments.ansi;
    let mode = if lenient { crate::expr::CastMode::Try } else { crate::expr::CastMode::Ansi };
    let from = arguments.type_of(0);
    let zone = arguments.input.zone;
    if arguments.len() == 1 || *from != DataType::String {
        return crate::expr::cast::cast_array(&arguments.vectors[0].expand(arguments.rows), from, arguments.data_type, mode, zone);
    }
    let (texts, patterns) = (arguments.strings(0), arguments.strings(1));
    let mut compiled = Patterns::new(true);
    arguments.make::<Micros>(|row| {
        let (Some(text), Some(pattern)) = (texts.get(row), patterns.get(row)) else { return Ok(None) };
        let pattern = compiled.get(pattern)?;
        match if ntz { pattern.parse_timestamp_ntz(text) } else { pattern.parse_timestamp(text, zone) } {
            Ok(micros) => Ok(Some(micros)),
            Err(_) if lenient => Ok(None),
            Err(said) => Err(cannot_parse(&said, "try_to_timestamp")),
        }
    })
}

fn unix_timestamp(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let zone = arguments.input.zone;
    let mut compiled = Patterns::new(true);
    let ansi = arguments.ansi;
    arguments.by_value(|values| {
        Ok(match (&values[0], values[1].as_str()) {
            (Value::String(text), Some(pattern)) => match compiled.get(pattern)?.parse_timestamp(text, zone) {
                Ok(micros) => Value::Long(micros / 1_000_000),
                Err(said) if ansi => return Err(cannot_parse(&said, "try_to_timestamp")),
                Err(_) => Value::Null,
            },
            (Value::Date(days), _) => Value::Long(zone.to_utc(i64::from(*days) * MICROS_PER_DAY).div_euclid(1_000_000)),
            // Java's division: towards zero, also before 1970.
            (Value::Timestamp(micros) | Value::TimestampNtz(micros), _) => Value::Long(micros / 1_000_000),
            _ => Value::Null,
        })
    })
}

fn from_unixtime(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (values, patterns) = (arguments.primitive::<Int64Type>(0), arguments.strings(1));
    let mut compiled = Patterns::new(false);
    arguments.make_strings(|row| {
        let (Some(seconds), Some(pattern)) = (values.get(row), patterns.get(row)) else { return Ok(None) };
        Ok(Some(compiled.get(pattern)?.format_timestamp(seconds.saturating_mul(1_000_000), arguments.input.zone)))
    })
}

fn now(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.make::<Micros>(|_| Ok(Some(arguments.input.now_us)))
}

fn local_now(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.make::<Micros>(|_| Ok(Some(arguments.input.zone.to_local(arguments.input.now_us))))
}

fn today(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.make::<Date32Type>(|_| Ok(Some(arguments.input.zone.to_local(arguments.input.now_us).div_euclid(MICROS_PER_DAY) as i32)))
}

fn timestamp_seconds(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let overflow = || error::overflow("long overflow", "");
        Ok(Value::Timestamp(match &values[0] {
            Value::Double(seconds) => (seconds * 1e6) as i64,
            Value::Float(seconds) => (f64::from(*seconds) * 1e6) as i64,
            Value::Decimal(value, _, scale) => {
                let micros =
                    crate::types::number::rescale_decimal(*value, i32::from(*scale), 6).and_then(|micros| i64::try_from(micros).ok());
                micros.ok_or_else(overflow)?
            }
            other => other.as_i64().unwrap_or(0).checked_mul(1_000_000).ok_or_else(overflow)?,
        }))
    })
}

fn scaled(arguments: &Arguments<'_>, factor: i64) -> Result<ArrayRef> {
    let values = arguments.primitive::<Int64Type>(0);
    arguments.make::<Micros>(|row| match values.get(row) {
        None => Ok(None),
        Some(value) => value.checked_mul(factor).map(Some).ok_or_else(|| error::overflow("long overflow", "")),
    })
}

fn since(arguments: &Arguments<'_>, divisor: i64) -> Result<ArrayRef> {
    let values = arguments.primitive::<Micros>(0);
    arguments.make::<Int64Type>(|row| Ok(values.get(row).map(|micros| micros.div_euclid(divisor))))
}

fn from_unix_date(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let values = arguments.primitive::<Int32Type>(0);
    arguments.make::<Date32Type>(|row| Ok(values.get(row)))
}

/// A civil day, if there is one.
pub fn civil_day(year: i64, month: i64, day: i64) -> Option<i64> {
    let fits = (1..=12).contains(&month) && day >= 1 && day <= i64::from(days_in_month(year, month as u32));
    fits.then(|| days_of_civil(year, month as u32, day as u32))
}

fn make_date(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let ansi = arguments.ansi;
    arguments.by_value(|values| {
        let [year, month, day] = [0, 1, 2].map(|index| values[index].as_i64().unwrap_or(0));
        match civil_day(year, month, day) {
            Some(days) => Ok(Value::Date(days as i32)),
            None if ansi => Err(out_of_bounds(&out_of_range(month, day))),
            None => Ok(Value::Null),
        }
    })
}

fn out_of_range(month: i64, day: i64) -> String {
    if (1..=12).contains(&month) {
        return if (1..=31).contains(&day) {
            format!("Invalid date '{} {day}'", MONTH_NAMES[month as usize - 1])
        } else {
            format!("Invalid value for DayOfMonth (valid values 1 - 28/31): {day}")
        };
    }
    format!("Invalid value for MonthOfYear (valid values 1 - 12): {month}")
}

const MONTH_NAMES: [&str; 12] =
    ["JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"];

/// `DATETIME_FIELD_OUT_OF_BOUNDS`.
pub fn out_of_bounds(said: &str) -> Box<Diagnostic> {
    let text = format!("{said}. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.");
    Diagnostic::new(Class::Named("DateTimeException".to_owned()), "DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION", text, "22023")
}

fn zone_of(text: &str) -> Result<Zone> {
    Zone::parse(text).ok_or_else(|| {
        let said = format!("The timezone: {text} is invalid. The timezone must be either a region-based zone ID or a zone offset. Region IDs must have the form 'area/city', such as 'America/Los_Angeles'. Zone offsets must be in the format '(+|-)HH', '(+|-)HH:mm’ or '(+|-)HH:mm:ss', e.g '-08' , '+01:00' or '-13:33:33', and must be in the range from -18:00 to +18:00. 'Z' and 'UTC' are accepted as synonyms for '+00:00'.");
        Diagnostic::new(Class::Named("DateTimeException".to_owned()), "INVALID_TIMEZONE", said, "22009")
    })
}

fn between_zones(arguments: &Arguments<'_>, from_utc: bool) -> Result<ArrayRef> {
    let (values, zones) = (arguments.primitive::<Micros>(0), arguments.strings(1));
    let mut last: Option<(String, Zone)> = None;
    arguments.make::<Micros>(|row| {
        let (Some(micros), Some(id)) = (values.get(row), zones.get(row)) else { return Ok(None) };
        if last.as_ref().is_none_or(|(held, _)| held != id) {
            last = Some((id.to_owned(), zone_of(id)?));
        }
        Ok(last.as_ref().map(|(_, zone)| if from_utc { zone.to_local(micros) } else { zone.to_utc(micros) }))
    })
}

fn convert_timezone(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let zone = arguments.input.zone;
    arguments.by_value(|values| {
        let (Some(from), Some(to)) = (values[0].as_str(), values[1].as_str()) else { return Ok(Value::Null) };
        let wall = match &values[2] {
            Value::TimestampNtz(micros) => *micros,
            Value::Timestamp(micros) => zone.to_local(*micros),
            Value::Date(days) => i64::from(*days) * MICROS_PER_DAY,
            Value::String(text) => match time::parse_timestamp_ntz(text) {
                Some(micros) => micros,
                None => return Err(error::cast_invalid(&format!("'{text}'"), &DataType::String, &DataType::TimestampNtz)),
            },
            _ => return Ok(Value::Null),
        };
        Ok(Value::TimestampNtz(zone_of(to)?.to_local(zone_of(from)?.to_utc(wall))))
    })
}

fn bad_unit(unit: &str, name: &str) -> Box<Diagnostic> {
    let text = format!(
        "expects one of the units without quotes YEAR, QUARTER, MONTH, WEEK, DAY, DAYOFYEAR, HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND, but got the string literal {unit}."
    );
    error::invalid_parameter("DATETIME_UNIT", "unit", name, &text)
}

fn timestampadd(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let ntz = *arguments.type_of(2) == DataType::TimestampNtz;
    let zone = arguments.input.zone;
    arguments.by_value(|values| {
        let (Some(unit), Some(count)) = (values[0].as_str(), values[1].as_i64()) else { return Ok(Value::Null) };
        let (Value::Timestamp(micros) | Value::TimestampNtz(micros)) = values[2] else { return Ok(Value::Null) };
        let overflow = || error::overflow("long overflow", "");
        let wrap = |micros: i64| if ntz { Value::TimestampNtz(micros) } else { Value::Timestamp(micros) };
        let on_wall = |change: &dyn Fn(i64) -> Option<i64>| -> Result<Value> {
            let wall = if ntz { micros } else { zone.to_local(micros) };
            let day = change(wall.div_euclid(MICROS_PER_DAY)).and_then(|day| day.checked_mul(MICROS_PER_DAY)).ok_or_else(overflow)?;
            let wall = day + wall.rem_euclid(MICROS_PER_DAY);
            Ok(wrap(if ntz { wall } else { zone.to_utc(wall) }))
        };
        let months = |factor: i64| on_wall(&|day| Some(add_months(day, i32::try_from(count.checked_mul(factor)?).ok()?)));
        let days = |factor: i64| on_wall(&|day| day.checked_add(count.checked_mul(factor)?));
        let exact = |factor: i64| count.checked_mul(factor).and_then(|more| micros.checked_add(more)).map(wrap).ok_or_else(overflow);
        match unit.to_ascii_uppercase().as_str() {
            "YEAR" => months(12),
            "QUARTER" => months(3),
            "MONTH" => months(1),
            "WEEK" => days(7),
            "DAY" | "DAYOFYEAR" => days(1),
            "HOUR" => exact(3_600_000_000),
            "MINUTE" => exact(60_000_000),
            "SECOND" => exact(1_000_000),
            "MILLISECOND" => exact(1_000),
            "MICROSECOND" => exact(1),
            other => Err(bad_unit(other, "timestampadd")),
        }
    })
}

fn timestampdiff(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let zone = arguments.input.zone;
    arguments.by_value(|values| {
        let Some(unit) = values[0].as_str() else { return Ok(Value::Null) };
        let wall = |value: &Value| match value {
            Value::Timestamp(micros) => zone.to_local(*micros),
            Value::TimestampNtz(micros) => *micros,
            _ => 0,
        };
        let (from, to) = (wall(&values[1]), wall(&values[2]));
        let months = |size: i64| {
            let parts = |micros: i64| {
                let (year, month, day) = civil_of_days(micros.div_euclid(MICROS_PER_DAY));
                (year * 12 + i64::from(month), (i64::from(day) - 1) * MICROS_PER_DAY + micros.rem_euclid(MICROS_PER_DAY))
            };
            let ((m1, r1), (m2, r2)) = (parts(from), parts(to));
            let mut whole = m2 - m1;
            if whole > 0 && r2 < r1 {
                whole -= 1;
            } else if whole < 0 && r2 > r1 {
                whole += 1;
            }
            whole / size
        };
        let span = to - from;
        Ok(Value::Long(match unit.to_ascii_uppercase().as_str() {
            "YEAR" => months(12),
            "QUARTER" => months(3),
            "MONTH" => months(1),
            "WEEK" => span / (7 * MICROS_PER_DAY),
            "DAY" | "DAYOFYEAR" => span / MICROS_PER_DAY,
            "HOUR" => span / 3_600_000_000,
            "MINUTE" => span / 60_000_000,
            "SECOND" => span / 1_000_000,
            "MILLISECOND" => span / 1_000,
            "MICROSECOND" => span,
            other => return Err(bad_unit(other, "timestampdiff")),
        }))
    })
}
