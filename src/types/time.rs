//! Timestamps and dates as text: Spark's lenient reading of strings and the texts that `CAST(... AS STRING)` and `to_json` give.

use std::fmt::Write;

use super::calendar::civil_of_days;
use super::calendar::days_in_month;
use super::calendar::days_of_civil;

pub use super::zone::Zone;

/// Microseconds in a second.
pub const MICROS_PER_SECOND: i64 = 1_000_000;
/// Microseconds in a day of 24 hours.
pub const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// What a text names: nine numbers, an optional zone, and whether the date is missing.
struct Parsed<'a> {
    year: i64,
    /// Month, day, hour, minute, second, microseconds.
    rest: [i64; 6],
    zone: Option<&'a str>,
}

/// The moment that a text names, in microseconds: `CAST('2024-05-01 12:00:00.5+02:00' AS TIMESTAMP)`. A text without a zone is read
/// on the session's wall clock; parts may be missing from the right. None where Spark gives NULL. Follows
/// `SparkDateTimeUtils.stringToTimestamp`.
// DIFFERENCE: a text with no date (`12:30`) is today's in Spark; here it is no timestamp, as nothing here knows the day.
#[must_use]
pub fn parse_timestamp(text: &str, zone: &Zone) -> Option<i64> {
    let parsed = parse_segments(text)?;
    let local = local_micros(parsed.year, parsed.rest)?;
    let micros = match parsed.zone {
        None => zone.to_utc_checked(local)?,
        Some("Z") => local,
        Some(id) => Zone::parse(id)?.to_utc_checked(local)?,
    };
    i64::try_from(micros).ok()
}

/// The wall-clock time that a text names, whatever zone it names: `stringToTimestampWithoutTimeZone`.
#[must_use]
pub fn parse_timestamp_ntz(text: &str) -> Option<i64> {
    let parsed = parse_segments(text)?;
    if let Some(id) = parsed.zone {
        Zone::parse(id)?;
    }
    i64::try_from(local_micros(parsed.year, parsed.rest)?).ok()
}

/// The day that a text names, in days since 1970-01-01. What follows the day after a blank or a `T` is not looked at:
/// `SparkDateTimeUtils.stringToDate`.
#[must_use]
pub fn parse_date(text: &str) -> Option<i32> {
    let text = trim(text);
    let (sign, text) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let date = text.find([' ', 'T']).map_or(text, |end| &text[..end]);
    let cut = date.len() < text.len();
    let parts: Vec<&str> = date.split('-').collect();
    if parts.len() > 3 || (cut && parts.len() < 3) {
        return None;
    }
    let year = digits(parts[0], 4, 7)?;
    let month = parts.get(1).map_or(Some(1), |part| digits(part, 1, 2))?;
    let day = parts.get(2).map_or(Some(1), |part| digits(part, 1, 2))?;
    let year = sign * year;
    if !is_day(year, month, day) {
        return None;
    }
    i32::try_from(days_of_civil(year, month as u32, day as u32)).ok()
}

/// `CAST(timestamp AS STRING)`: `2024-05-01 12:00:00.12` on the zone's wall clock, the fraction without its trailing zeros.
#[must_use]
pub fn format_timestamp(micros: i64, zone: &Zone) -> String {
    format_timestamp_ntz(zone.to_local(micros))
}

/// `CAST(timestamp_ntz AS STRING)`.
#[must_use]
pub fn format_timestamp_ntz(micros: i64) -> String {
    let mut out = String::with_capacity(26);
    write_date(micros.div_euclid(MICROS_PER_DAY), &mut out);
    out.push(' ');
    write_clock(micros, &mut out);
    write_fraction(micros, &mut out);
    out
}

/// `CAST(date AS STRING)`: `2024-05-01`; years beyond 9999 have a plus, years before 0 a minus.
#[must_use]
pub fn format_date(days: i32) -> String {
    let mut out = String::with_capacity(10);
    write_date(days.into(), &mut out);
    out
}

/// A timestamp as `to_json` writes it by default: `2024-05-01T12:00:00.000Z`, cut to milliseconds, with the zone's offset.
#[must_use]
pub fn json_timestamp(micros: i64, zone: &Zone) -> String {
    let offset = zone.offset_seconds(micros);
    let mut out = json_timestamp_ntz(zone.to_local(micros));
    write_offset(offset, &mut out);
    out
}

/// A `timestamp_ntz` as `to_json` writes it: `2024-05-01T12:00:00.000`.
#[must_use]
pub fn json_timestamp_ntz(micros: i64) -> String {
    let mut out = String::with_capacity(29);
    write_date(micros.div_euclid(MICROS_PER_DAY), &mut out);
    out.push('T');
    write_clock(micros, &mut out);
    let _ = write!(out, ".{:03}", micros.rem_euclid(MICROS_PER_SECOND) / 1_000);
    out
}

/// The moment as progress events and `currentTime` have it: `2024-05-01T12:00:00.000Z` for milliseconds since 1970.
#[must_use]
pub fn utc_millis(ms: i64) -> String {
    json_timestamp(ms.saturating_mul(1_000), &Zone::utc())
}

/// Appends `Z`, `+02:00` or, for the odd offsets of the nineteenth century, `+00:53:28`.
fn write_offset(seconds: i32, out: &mut String) {
    if seconds == 0 {
        out.push('Z');
        return;
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let _ = write!(out, "{sign}{:02}:{:02}", seconds.abs() / 3_600, seconds.abs() / 60 % 60);
    if seconds % 60 != 0 {
        let _ = write!(out, ":{:02}", seconds.abs() % 60);
    }
}

fn write_date(days: i64, out: &mut String) {
    let (year, month, day) = civil_of_days(days);
    let _ = match year {
        10_000.. => write!(out, "+{year}-{month:02}-{day:02}"),
        0.. => write!(out, "{year:04}-{month:02}-{day:02}"),
        _ => write!(out, "-{:04}-{month:02}-{day:02}", -year),
    };
}

fn write_clock(micros: i64, out: &mut String) {
    let second = micros.rem_euclid(MICROS_PER_DAY) / MICROS_PER_SECOND;
    let _ = write!(out, "{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60);
}

fn write_fraction(micros: i64, out: &mut String) {
    let fraction = micros.rem_euclid(MICROS_PER_SECOND);
    if fraction != 0 {
        let digits = format!("{fraction:06}");
        out.push('.');
        out.push_str(digits.trim_end_matches('0'));
    }
}

fn trim(text: &str) -> &str {
    // Java's `trimAll` takes whitespace and control characters off both ends.
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control())
}

fn digits(text: &str, at_least: usize, at_most: usize) -> Option<i64> {
    let fits = (at_least..=at_most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

fn is_day(year: i64, month: i64, day: i64) -> bool {
    (1..=12).contains(&month) && day >= 1 && day <= i64::from(days_in_month(year, month as u32))
}

fn local_micros(year: i64, [month, day, hour, minute, second, micros]: [i64; 6]) -> Option<i128> {
    if !is_day(year, month, day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = i128::from(days_of_civil(year, month as u32, day as u32));
    let of_day = (hour * 3_600 + minute * 60 + second) * MICROS_PER_SECOND + micros;
    Some(days * i128::from(MICROS_PER_DAY) + i128::from(of_day))
}

/// Splits a text into its numbers as `SparkDateTimeUtils.parseTimestampString` does: a year of four to six digits, then parts of one
/// or two, a fraction of any length of which six digits count, and whatever follows the seconds is the zone.
fn parse_segments(text: &str) -> Option<Parsed<'_>> {
    let text = trim(text);
    let (sign, mut rest) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let year = sign * digits(take_digits(&mut rest), 4, 6)?;
    let mut parsed = Parsed { year, rest: [1, 1, 0, 0, 0, 0], zone: None };
    for (index, separators) in [&["-"][..], &["-"], &[" ", "T"], &[":"], &[":"]].into_iter().enumerate() {
        if rest.is_empty() {
            return Some(parsed);
        }
        rest = separators.iter().find_map(|separator| rest.strip_prefix(separator))?;
        let part = take_digits(&mut rest);
        parsed.rest[index] = digits(part, 1, 2)?;
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        rest = fraction;
        let fraction = take_digits(&mut rest);
        let kept = &fraction[..fraction.len().min(6)];
        parsed.rest[5] = if kept.is_empty() { 0 } else { format!("{kept:0<6}").parse().ok()? };
    }
    if !rest.is_empty() {
        parsed.zone = Some(rest.trim());
    }
    Some(parsed)
}

fn take_digits<'a>(rest: &mut &'a str) -> &'a str {
    let end = rest.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, after) = rest.split_at(end);
    *rest = after;
    digits
}
