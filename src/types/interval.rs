//! Intervals as text: `10 minutes`, `interval 1 hour -30 minutes`, `1.5 seconds`. Follows `SparkIntervalUtils.stringToInterval`,
//! its errors included, and the texts that intervals are cast to.

use super::data_type::DataType;
use super::value::Value;
use std::fmt::Write;

/// The SQLSTATE of every error of this module.
pub const SQL_STATE: &str = "22006";

/// A calendar interval: parts that can't be turned into each other, as a month has no fixed length and a day may have 23 hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Interval {
    /// Years and months, in months.
    pub months: i32,
    /// Weeks and days, in days.
    pub days: i32,
    /// Hours and less, in microseconds.
    pub micros: i64,
}

/// Why a text is no interval: Spark's condition under `INVALID_INTERVAL_FORMAT` and its whole text without condition and SQLSTATE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntervalError {
    /// `INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER` and its like.
    pub condition: String,
    /// `Error parsing 'soon' to interval. Please ensure ... Unrecognized number soon.`
    pub text: String,
}

/// The text of `CANNOT_PARSE_INTERVAL`, which `window` and `withWatermark` raise for any text that [`parse`] refuses.
#[must_use]
pub fn cannot_parse_text(input: &str) -> String {
    format!(
        "Unable to parse '{}'. Please ensure that the value provided is in a valid format for defining an interval. You can reference \
         the documentation for the correct format. If the issue persists, please double check that the input value is not null or \
         empty and try again.",
        quoted(input)
    )
}

impl Interval {
    /// The microseconds of an interval without months, a day counted as 24 hours; none where it has months or is too long.
    #[must_use]
    pub fn fixed_micros(&self) -> Option<i64> {
        if self.months != 0 {
            return None;
        }
        i64::from(self.days).checked_mul(super::time::MICROS_PER_DAY)?.checked_add(self.micros)
    }

    /// `IntervalUtils.getDuration` in milliseconds as `withWatermark` counts it: a month is 31 days.
    #[must_use]
    pub fn delay_ms(&self) -> i64 {
        let days = i64::from(self.months) * 31 + i64::from(self.days);
        self.micros.div_euclid(1_000) + days * 86_400_000
    }

    /// `IntervalUtils.isNegative`: whether months counted as 30 days, days and microseconds come to less than nothing.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        let days = i64::from(self.months) * 31 + i64::from(self.days);
        i128::from(days) * i128::from(super::time::MICROS_PER_DAY) + i128::from(self.micros) < 0
    }
}

impl std::fmt::Display for Interval {
    /// `CAST(interval AS STRING)`: `1 years 2 months -3 days 4 hours 0.5 seconds`, `0 seconds`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parts = Vec::new();
        let mut add = |value: i64, unit: &str| {
            if value != 0 {
                parts.push(format!("{value} {unit}"));
            }
        };
        add((self.months / 12).into(), "years");
        add((self.months % 12).into(), "months");
        add(self.days.into(), "days");
        add(self.micros / 3_600_000_000, "hours");
        add(self.micros / 60_000_000 % 60, "minutes");
        let rest = self.micros % 60_000_000;
        if rest != 0 {
            parts.push(format!("{} seconds", seconds_text(rest)));
        }
        f.write_str(if parts.is_empty() { "0 seconds".to_owned() } else { parts.join(" ") }.as_str())
    }
}

/// The fields of day-time intervals, by their numbers.
pub const DAY_TIME_FIELDS: [&str; 4] = ["day", "hour", "minute", "second"];
/// The fields of year-month intervals, by their numbers.
pub const YEAR_MONTH_FIELDS: [&str; 2] = ["year", "month"];
/// How many microseconds a day-time field counts, by its number.
pub const FIELD_MICROS: [i64; 4] = [86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000];

/// The text of an interval of a day-time or year-month type.
///
/// # Panics
/// Where the value is of another type: our own bug.
#[must_use]
pub fn format(value: &Value, data_type: &DataType) -> String {
    match (value, data_type) {
        (Value::DayTimeInterval(micros), DataType::DayTimeInterval(start, end)) => format_day_time(*micros, *start, *end),
        (Value::YearMonthInterval(months), DataType::YearMonthInterval(start, end)) => format_year_month(*months, *start, *end),
        _ => unreachable!("an interval has its own type: {value:?} of {}", data_type.simple_string()),
    }
}

/// A day-time interval with these fields as text: `INTERVAL '0 00:10:00' DAY TO SECOND`, `INTERVAL '01:30' HOUR TO MINUTE`.
#[must_use]
pub fn format_day_time(micros: i64, start: u8, end: u8) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let mut rest = micros.unsigned_abs();
    let mut out = format!("INTERVAL '{sign}");
    for (field, unit) in FIELD_MICROS.iter().enumerate().take(usize::from(end) + 1).skip(usize::from(start)) {
        let unit = unit.unsigned_abs();
        if field > usize::from(start) {
            out.push(if field == 1 { ' ' } else { ':' });
        }
        let _ = if field == 0 { write!(out, "{}", rest / unit) } else { write!(out, "{:02}", rest / unit) };
        rest %= unit;
    }
    if end == 3 && rest != 0 {
        let _ = write!(out, ".{}", format!("{rest:06}").trim_end_matches('0'));
    }
    out + "' " + &fields_text(&DAY_TIME_FIELDS, start, end)
}

/// A year-month interval with these fields as text: `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL '3' MONTH`.
#[must_use]
pub fn format_year_month(months: i32, start: u8, end: u8) -> String {
    let sign = if months < 0 { "-" } else { "" };
    let magnitude = months.unsigned_abs();
    let text = match (start, end) {
        (0, 0) => (magnitude / 12).to_string(),
        (1, _) => magnitude.to_string(),
        _ => format!("{}-{}", magnitude / 12, magnitude % 12),
    };
    format!("INTERVAL '{sign}{text}' {}", fields_text(&YEAR_MONTH_FIELDS, start, end))
}

fn fields_text(fields: &[&str], start: u8, end: u8) -> String {
    let (start, end) = (fields[usize::from(start)], fields[usize::from(end)]);
    if start == end { start.to_uppercase() } else { format!("{start} to {end}").to_uppercase() }
}

/// Reads an interval.
///
/// # Errors
/// Spark's `INVALID_INTERVAL_FORMAT` with the reason.
pub fn parse(input: &str) -> Result<Interval, IntervalError> {
    let text = input.trim_matches(|c: char| c.is_whitespace() || c.is_control()).to_lowercase();
    Parser { input, text: &text, at: 0, result: Interval::default() }.run()
}

/// Reads a duration as `withWatermark` and `window` do, by the SQL parser: numbers may stand in quotes, `INTERVAL '10' MINUTE`.
///
/// # Errors
/// As [`parse`].
pub fn parse_duration(input: &str) -> Result<Interval, IntervalError> {
    parse(input).or_else(|error| parse(&input.replace('\'', "")).map_err(|_| error))
}

/// A number before its unit.
struct Quantity {
    negative: bool,
    whole: i64,
    /// Microseconds of the fraction, where a point was written.
    fraction: Option<i64>,
}

struct Parser<'a> {
    input: &'a str,
    text: &'a str,
    at: usize,
    result: Interval,
}

impl Parser<'_> {
    fn run(mut self) -> Result<Interval, IntervalError> {
        if self.text.is_empty() {
            return Err(self.error("INPUT_IS_EMPTY", "Interval string cannot be empty."));
        }
        if let Some(after) = self.text.strip_prefix("interval") {
            match after.bytes().next() {
                None => return Err(self.error("INPUT_IS_EMPTY", "Interval string cannot be empty.")),
                Some(b) if !b.is_ascii_whitespace() => {
                    return Err(self.error("INVALID_PREFIX", &format!("Invalid interval prefix {}.", self.word())));
                }
                Some(_) => self.at = "interval".len(),
            }
        }
        loop {
            self.skip_blanks();
            if self.peek().is_none() {
                return Ok(self.result);
            }
            let quantity = self.quantity()?;
            self.unit(&quantity)?;
        }
    }

    fn quantity(&mut self) -> Result<Quantity, IntervalError> {
        let mut quantity = Quantity { negative: false, whole: 0, fraction: None };
        match self.peek() {
            Some(b'-' | b'+') => {
                quantity.negative = self.peek() == Some(b'-');
                self.at += 1;
            }
            Some(b'0'..=b'9') => {}
            Some(b'.') => {
                self.at += 1;
                self.fraction(&mut quantity, true)?;
                return Ok(quantity);
            }
            _ => return Err(self.error("UNRECOGNIZED_NUMBER", &format!("Unrecognized number {}.", self.word()))),
        }
        self.skip_blanks();
        if self.peek().is_none() {
            return Err(self.error("MISSING_NUMBER", &format!("Expect a number after {} but hit EOL.", self.word())));
        }
        loop {
            match self.peek() {
                Some(digit @ b'0'..=b'9') => {
                    let whole = quantity.whole.checked_mul(10).and_then(|value| value.checked_add(i64::from(digit - b'0')));
                    quantity.whole = whole.ok_or_else(|| self.overflow())?;
                }
                Some(b'.') => {
                    self.at += 1;
                    self.fraction(&mut quantity, false)?;
                    return Ok(quantity);
                }
                Some(b) if is_blank(b) => return Ok(quantity),
                Some(_) => return Err(self.error("INVALID_VALUE", &format!("Invalid value {}.", self.word()))),
                None => return Err(self.missing_unit()),
            }
            self.at += 1;
        }
    }

    fn fraction(&mut self, quantity: &mut Quantity, point_first: bool) -> Result<(), IntervalError> {
        let (mut nanos, mut scale) = (0_i64, 100_000_000_i64);
        loop {
            match self.peek() {
                Some(digit @ b'0'..=b'9') if scale > 0 => {
                    nanos += i64::from(digit - b'0') * scale;
                    scale /= 10;
                }
                Some(b) if is_blank(b) && (!point_first || scale < 100_000_000) => {
                    quantity.fraction = Some(nanos / 1_000);
                    return Ok(());
                }
                Some(b'0'..=b'9') => {
                    let word = self.word();
                    let text = format!("Interval can only support nanosecond precision, {word} is out of range.");
                    return Err(self.error("INVALID_PRECISION", &text));
                }
                Some(_) => return Err(self.error("INVALID_VALUE", &format!("Invalid value {}.", self.word()))),
                None => return Err(self.missing_unit()),
            }
            self.at += 1;
        }
    }

    fn unit(&mut self, quantity: &Quantity) -> Result<(), IntervalError> {
        self.skip_blanks();
        let Some(first) = self.peek() else { return Err(self.missing_unit()) };
        if first != b's' && quantity.fraction.is_some() {
            return Err(self.error("INVALID_FRACTION", &format!("{} cannot have fractional part.", self.word())));
        }
        let units = ["year", "week", "day", "hour", "second", "month", "minute", "millisecond", "microsecond"];
        let Some(unit) = units.into_iter().find(|unit| self.text[self.at..].starts_with(unit)) else {
            return Err(self.invalid_unit());
        };
        let sign = if quantity.negative { -1 } else { 1 };
        self.add(unit, sign * quantity.whole, sign * quantity.fraction.unwrap_or(0)).ok_or_else(|| self.overflow())?;
        self.at += unit.len();
        if self.peek() == Some(b's') {
            self.at += 1;
        }
        match self.peek() {
            Some(b) if !is_blank(b) => Err(self.invalid_unit()),
            _ => Ok(()),
        }
    }

    fn add(&mut self, unit: &str, value: i64, fraction_micros: i64) -> Option<()> {
        let Interval { months, days, micros } = &mut self.result;
        match unit {
            "year" => *months = i32::try_from(value.checked_mul(12)?.checked_add((*months).into())?).ok()?,
            "month" => *months = months.checked_add(i32::try_from(value).ok()?)?,
            "week" => *days = i32::try_from(value.checked_mul(7)?.checked_add((*days).into())?).ok()?,
            "day" => *days = days.checked_add(i32::try_from(value).ok()?)?,
            _ => {
                let size = match unit {
                    "hour" => 3_600_000_000,
                    "minute" => 60_000_000,
                    "second" => 1_000_000,
                    "millisecond" => 1_000,
                    _ => 1,
                };
                *micros = micros.checked_add(value.checked_mul(size)?)?.checked_add(fraction_micros)?;
            }
        }
        Some(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(is_blank) {
            self.at += 1;
        }
    }

    /// The word in which the parser stands; at the end, the last one.
    fn word(&self) -> &str {
        let at = self.at.min(self.text.len());
        let start = self.text[..at].rfind(char::is_whitespace).map_or(0, |blank| blank + 1);
        let start = if at == self.text.len() { self.text.rfind(char::is_whitespace).map_or(0, |blank| blank + 1) } else { start };
        self.text[start..].split_whitespace().next().unwrap_or("")
    }

    fn missing_unit(&self) -> IntervalError {
        self.error("MISSING_UNIT", &format!("Expect a unit name after {} but hit EOL.", self.word()))
    }

    fn invalid_unit(&self) -> IntervalError {
        self.error("INVALID_UNIT", &format!("Invalid unit {}.", self.word()))
    }

    fn overflow(&self) -> IntervalError {
        let text = format!("Uncaught arithmetic exception while parsing '{}'.", self.input);
        self.error("ARITHMETIC_EXCEPTION", &text)
    }

    fn error(&self, reason: &str, text: &str) -> IntervalError {
        IntervalError {
            condition: format!("INVALID_INTERVAL_FORMAT.{reason}"),
            text: format!(
                "Error parsing '{}' to interval. Please ensure that the value provided is in a valid format for defining an interval. \
                 You can reference the documentation for the correct format. {text}",
                self.input
            ),
        }
    }
}

fn is_blank(b: u8) -> bool {
    b.is_ascii_whitespace() || b == 0x0b
}

/// The inside of a SQL string literal.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\'', "\\'")
}

fn seconds_text(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let (whole, fraction) = (micros.unsigned_abs() / 1_000_000, micros.unsigned_abs() % 1_000_000);
    if fraction == 0 {
        return format!("{sign}{whole}");
    }
    format!("{sign}{whole}.{}", format!("{fraction:06}").trim_end_matches('0'))
}
