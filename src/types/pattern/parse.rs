//! Reading a text by a pattern: `DateTimeFormatter.parse` in its strict style, and Spark's defaults for what the pattern leaves open.

use super::FieldName;
use super::Number;
use super::OffsetShape;
use super::Part;
use super::Pattern;
use super::Sign;
use super::names;
use crate::types::calendar::days_in_month;
use crate::types::calendar::days_of_civil;
use crate::types::calendar::is_leap_year;
use crate::types::time::MICROS_PER_DAY;
use crate::types::zone::Zone;

/// What the parts of a text said so far.
#[derive(Clone, Debug, Default)]
struct Found {
    fields: Vec<(FieldName, i64)>,
    nanos: Option<i64>,
    zone: Option<Zone>,
}

/// Why a text does not fit: the place where reading stopped.
type Stop = usize;

impl Pattern {
    /// The moment that the text names, in microseconds. What the pattern leaves open is 1970-01-01 00:00:00 on the zone's wall clock.
    ///
    /// # Errors
    /// Java's text: `Text '2024-5-1' could not be parsed at index 5`.
    pub fn parse_timestamp(&self, text: &str, zone: &Zone) -> Result<i64, String> {
        let (local, named) = self.parse_local(text)?;
        let micros = named.as_ref().unwrap_or(zone).to_utc_checked(local).and_then(|micros| i64::try_from(micros).ok());
        micros.ok_or_else(|| "long overflow".to_owned())
    }

    /// The wall-clock time that the text names, whatever its zone.
    ///
    /// # Errors
    /// As [`Pattern::parse_timestamp`].
    pub fn parse_timestamp_ntz(&self, text: &str) -> Result<i64, String> {
        i64::try_from(self.parse_local(text)?.0).map_err(|_| "long overflow".to_owned())
    }

    /// The day that the text names.
    ///
    /// # Errors
    /// As [`Pattern::parse_timestamp`].
    pub fn parse_date(&self, text: &str) -> Result<i32, String> {
        let (local, _) = self.parse_local(text)?;
        i32::try_from(local.div_euclid(i128::from(MICROS_PER_DAY))).map_err(|_| "integer overflow".to_owned())
    }

    fn parse_local(&self, text: &str) -> Result<(i128, Option<Zone>), String> {
        let letters: Vec<char> = text.chars().collect();
        let mut found = Found::default();
        let end =
            parse_parts(&self.parts, &letters, 0, &mut found).map_err(|at| format!("Text '{text}' could not be parsed at index {at}"))?;
        if end < letters.len() {
            return Err(format!("Text '{text}' could not be parsed, unparsed text found at index {end}"));
        }
        let days = found.days().map_err(|why| format!("Text '{text}' could not be parsed: {why}"))?;
        let of_day = found.micros_of_day().map_err(|why| format!("Text '{text}' could not be parsed: {why}"))?;
        Ok((i128::from(days) * i128::from(MICROS_PER_DAY) + i128::from(of_day), found.zone))
    }
}

impl Found {
    fn get(&self, field: FieldName) -> Option<i64> {
        self.fields.iter().find(|(other, _)| *other == field).map(|(_, value)| *value)
    }

    /// Java refuses a field that stands twice with different values.
    fn set(&mut self, field: FieldName, value: i64) -> bool {
        match self.get(field) {
            Some(other) => other == value,
            None => {
                self.fields.push((field, value));
                true
            }
        }
    }

    fn days(&self) -> Result<i64, String> {
        let year = match (self.get(FieldName::Year), self.get(FieldName::YearOfEra)) {
            (Some(year), _) => year,
            (None, Some(year)) => {
                if self.get(FieldName::Era) == Some(0) {
                    1 - year
                } else {
                    year
                }
            }
            (None, None) => 1970,
        };
        check_range("Year", year, -999_999_999, 999_999_999)?;
        if let Some(day) = self.get(FieldName::DayOfYear) {
            check_range("DayOfYear", day, 1, 366)?;
            if day == 366 && !is_leap_year(year) {
                return Err(format!("Invalid date 'DayOfYear 366' as '{year}' is not a leap year"));
            }
            return self.checked_day_of_year(year, day);
        }
        let (month, day) = (self.get(FieldName::Month).unwrap_or(1), self.get(FieldName::DayOfMonth).unwrap_or(1));
        check_range("MonthOfYear", month, 1, 12)?;
        check_range("DayOfMonth", day, 1, 31)?;
        if day > i64::from(days_in_month(year, month as u32)) {
            return Err(if day == 29 {
                format!("Invalid date 'February 29' as '{year}' is not a leap year")
            } else {
                format!("Invalid date '{} {day}'", names::month(month, true).to_uppercase())
            });
        }
        Ok(days_of_civil(year, month as u32, day as u32))
    }

    fn checked_day_of_year(&self, year: i64, day: i64) -> Result<i64, String> {
        let days = days_of_civil(year, 1, 1) + day - 1;
        let (_, month, day_of_month) = crate::types::calendar::civil_of_days(days);
        for (field, name, is) in [(FieldName::Month, "MonthOfYear", month), (FieldName::DayOfMonth, "DayOfMonth", day_of_month)] {
            if let Some(said) = self.get(field)
                && said != i64::from(is)
            {
                return Err(format!("Conflict found: Field {name} {is} differs from {name} {said} derived from {year}"));
            }
        }
        Ok(days)
    }

    fn micros_of_day(&self) -> Result<i64, String> {
        let part = |field, name, low, high| match self.get(field) {
            Some(value) => check_range(name, value, low, high).map(|()| Some(value)),
            None => Ok(None),
        };
        let half = part(FieldName::AmPm, "AmPmOfDay", 0, 1)?;
        let clock_of_half = part(FieldName::ClockHourOfAmPm, "ClockHourOfAmPm", 1, 12)?.map(|hour| hour % 12);
        let of_half = clock_of_half.or(part(FieldName::HourOfAmPm, "HourOfAmPm", 0, 11)?);
        let of_day = part(FieldName::ClockHourOfDay, "ClockHourOfDay", 1, 24)?.map(|hour| hour % 24);
        let of_day = part(FieldName::HourOfDay, "HourOfDay", 0, 23)?.or(of_day);
        let hour = match (of_day, of_half, half) {
            (Some(hour), _, _) => hour,
            (None, Some(hour), half) => hour + 12 * half.unwrap_or(0),
            // With PM alone Spark takes noon.
            (None, None, half) => 12 * half.unwrap_or(0),
        };
        let minute = part(FieldName::Minute, "MinuteOfHour", 0, 59)?.unwrap_or(0);
        let second = part(FieldName::Second, "SecondOfMinute", 0, 59)?.unwrap_or(0);
        Ok((hour * 3_600 + minute * 60 + second) * 1_000_000 + self.nanos.unwrap_or(0) / 1_000)
    }
}

fn check_range(name: &str, value: i64, low: i64, high: i64) -> Result<(), String> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    let highest = if name == "DayOfMonth" {
        "28/31".to_owned()
    } else if name == "DayOfYear" {
        "365/366".to_owned()
    } else {
        high.to_string()
    };
    Err(format!("Invalid value for {name} (valid values {low} - {highest}): {value}"))
}

fn parse_parts(parts: &[Part], text: &[char], mut at: usize, found: &mut Found) -> Result<usize, Stop> {
    for part in parts {
        at = parse_part(part, text, at, found)?;
    }
    Ok(at)
}

fn parse_part(part: &Part, text: &[char], at: usize, found: &mut Found) -> Result<usize, Stop> {
    match part {
        Part::Literal(letter) => match text.get(at) {
            Some(other) if other == letter || other.to_lowercase().eq(letter.to_lowercase()) => Ok(at + 1),
            _ => Err(at),
        },
        Part::Number(number) => parse_number(number, text, at, found),
        Part::Text(field, full) => parse_name(*field, *full, text, at, found),
        Part::Fraction(min, max) => parse_fraction(*min, *max, text, at, found),
        Part::ZoneText(_) | Part::ZoneId => parse_zone(matches!(part, Part::ZoneText(_)), text, at, found),
        Part::Offset(shape, zero) => parse_offset(*shape, zero, text, at, found),
        Part::LocalizedOffset(full) => parse_localized_offset(*full, text, at, found),
        Part::Optional(inner) => {
            let mut attempt = found.clone();
            match parse_parts(inner, text, at, &mut attempt) {
                Ok(end) => {
                    *found = attempt;
                    Ok(end)
                }
                Err(_) => Ok(at),
            }
        }
    }
}

/// `NumberPrinterParser.parse`.
fn parse_number(number: &Number, text: &[char], at: usize, found: &mut Found) -> Result<usize, Stop> {
    let sign = match text.get(at) {
        None => return Err(at),
        Some('+') if number.sign == Sign::ExceedsPad => 1,
        Some('-') if number.sign != Sign::NotNegative => -1,
        Some('+' | '-') => return Err(at),
        Some(_) => 0,
    };
    let start = at + usize::from(sign != 0);
    let digits = text[start..].iter().take_while(|c| c.is_ascii_digit()).count();
    let widest = number.max + number.subsequent.max(0) as usize;
    let mut length = digits.min(widest);
    if length < number.min {
        return Err(start);
    }
    if number.subsequent > 0 {
        length = length.saturating_sub(number.subsequent as usize).max(number.min);
    }
    let value = text[start..start + length]
        .iter()
        .try_fold(0_i64, |value, digit| value.checked_mul(10)?.checked_add(i64::from(digit.to_digit(10)?)));
    let value = value.ok_or(start)?;
    if sign == -1 && value == 0 {
        return Err(at);
    }
    if number.sign == Sign::ExceedsPad && ((sign == 1 && length <= number.min) || (sign == 0 && length > number.min)) {
        return Err(at);
    }
    let value = match (number.reduced, sign) {
        (true, _) => 2_000 + value,
        (false, -1) => -value,
        _ => value,
    };
    if found.set(number.field, value) { Ok(start + length) } else { Err(start) }
}

fn parse_name(field: FieldName, full: bool, text: &[char], at: usize, found: &mut Found) -> Result<usize, Stop> {
    let names: Vec<(&str, i64)> = match field {
        FieldName::Month => (1..=12).map(|month| (names::month(month, full), month)).collect(),
        FieldName::AmPm => vec![("AM", 0), ("PM", 1)],
        FieldName::Era if full => vec![("Before Christ", 0), ("Anno Domini", 1)],
        FieldName::Era => vec![("BC", 0), ("AD", 1)],
        _ => unreachable!("quarters and days are refused for reading: {field:?}"),
    };
    let matched = names.into_iter().find(|(name, _)| starts_with(text, at, name));
    match matched {
        Some((name, value)) if found.set(field, value) => Ok(at + name.chars().count()),
        _ => Err(at),
    }
}

fn parse_fraction(min: usize, max: usize, text: &[char], at: usize, found: &mut Found) -> Result<usize, Stop> {
    let digits: String = text[at.min(text.len())..].iter().take(max).take_while(|c| c.is_ascii_digit()).collect();
    if digits.len() < min {
        return Err(at);
    }
    let nanos: i64 = format!("{digits:0<9}").parse().map_err(|_| at)?;
    if found.nanos.is_some_and(|other| other != nanos) {
        return Err(at);
    }
    found.nanos = Some(nanos);
    Ok(at + digits.len())
}

fn starts_with(text: &[char], at: usize, word: &str) -> bool {
    let mut letters = text[at.min(text.len())..].iter();
    word.chars().all(|letter| letters.next().is_some_and(|other| other.eq_ignore_ascii_case(&letter)))
}

/// A zone's id, and where `z` stands also its name. The longest text that is a zone is taken.
fn parse_zone(names_too: bool, text: &[char], at: usize, found: &mut Found) -> Result<usize, Stop> {
    let candidate: String = text[at.min(text.len())..].iter().take_while(|c| c.is_ascii_alphanumeric() || "/_+-:".contains(**c)).collect();
    for length in (1..=candidate.len()).rev() {
        let id = &candidate[..length];
        let named =
            names::ZONES.iter().find(|(short, ..)| names_too && short.eq_ignore_ascii_case(id)).and_then(|zone| Zone::parse(zone.2));
        let zone = named.or_else(|| if length < 4 && !id.starts_with(['+', '-', 'U', 'G', 'Z']) { None } else { Zone::parse(id) });
        if let Some(zone) = zone {
            found.zone = Some(zone);
            return Ok(at + length);
        }
    }
    Err(at)
}

fn parse_offset(shape: OffsetShape, zero: &str, text: &[char], at: usize, found: &mut Found) -> Result<usize, Stop> {
    if starts_with(text, at, zero) {
        found.zone = Some(Zone::utc());
        return Ok(at + zero.len());
    }
    let sign = match text.get(at) {
        Some('+') => 1,
        Some('-') => -1,
        _ => return Err(at),
    };
    let colon = matches!(shape, OffsetShape::Colon | OffsetShape::ColonSeconds);
    let (hours, mut end) = two_digits(text, at + 1, false).ok_or(at)?;
    let minutes_needed = shape != OffsetShape::HoursAndSomeMinutes;
    let minutes = two_digits(text, end, colon);
    if minutes_needed && minutes.is_none() {
        return Err(at);
    }
    end = minutes.map_or(end, |(_, end)| end);
    let reads_seconds = matches!(shape, OffsetShape::CompactSeconds | OffsetShape::ColonSeconds);
    let seconds = if reads_seconds { two_digits(text, end, colon) } else { None };
    end = seconds.map_or(end, |(_, end)| end);
    let (minutes, seconds) = (minutes.map_or(0, |(value, _)| value), seconds.map_or(0, |(value, _)| value));
    set_offset(sign, hours, minutes, seconds, found).ok_or(at)?;
    Ok(end)
}

fn parse_localized_offset(full: bool, text: &[char], at: usize, found: &mut Found) -> Result<usize, Stop> {
    if !starts_with(text, at, "GMT") {
        return Err(at);
    }
    let after = at + 3;
    let sign = match text.get(after) {
        Some('+') => 1,
        Some('-') => -1,
        _ => {
            found.zone = Some(Zone::utc());
            return Ok(after);
        }
    };
    let one_digit = || text.get(after + 1).and_then(|c| c.to_digit(10)).map(|hour| (hour as i32, after + 2));
    let (hours, mut end) = two_digits(text, after + 1, false).or_else(|| if full { None } else { one_digit() }).ok_or(at)?;
    let minutes = two_digits(text, end, true);
    end = minutes.map_or(end, |(_, end)| end);
    set_offset(sign, hours, minutes.map_or(0, |(value, _)| value), 0, found).ok_or(at)?;
    Ok(end)
}

fn two_digits(text: &[char], at: usize, colon: bool) -> Option<(i32, usize)> {
    let start = if colon && *text.get(at)? == ':' {
        at + 1
    } else if colon {
        return None;
    } else {
        at
    };
    let (tens, ones) = (text.get(start)?.to_digit(10)?, text.get(start + 1)?.to_digit(10)?);
    Some(((tens * 10 + ones) as i32, start + 2))
}

fn set_offset(sign: i32, hours: i32, minutes: i32, seconds: i32, found: &mut Found) -> Option<()> {
    if hours > 18 || minutes > 59 || seconds > 59 {
        return None;
    }
    let sign = if sign < 0 { '-' } else { '+' };
    found.zone = Some(Zone::parse(&format!("{sign}{hours:02}:{minutes:02}:{seconds:02}"))?);
    Some(())
}
