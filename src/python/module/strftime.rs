//! Dates as text: `strftime`, `strptime`, ISO 8601.

use super::datetime::Civil;
use super::datetime::days_of;
use crate::python::moment::offset_text;
use crate::python::raised::Raised;
use crate::python::text::str_repr;

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// Writes a date in a format.
pub(super) fn write(civil: &Civil, zone: Option<(i32, String)>, format: &str) -> String {
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(found) = chars.next() {
        if found != '%' {
            out.push(found);
            continue;
        }
        match chars.next() {
            Some(letter) => out.push_str(&field(civil, zone.as_ref(), letter)),
            None => out.push('%'),
        }
    }
    out
}

fn field(civil: &Civil, zone: Option<&(i32, String)>, letter: char) -> String {
    let name = |names: &[&'static str], place: i64| names.get(usize::try_from(place).unwrap_or(0)).copied().unwrap_or("");
    let short = |text: &str| text.chars().take(3).collect::<String>();
    let hour12 = if civil.hour % 12 == 0 { 12 } else { civil.hour % 12 };
    let nested = |format: &str| write(civil, zone.cloned(), format);
    match letter {
        'Y' => civil.year.to_string(),
        'y' => format!("{:02}", civil.year % 100),
        'm' => format!("{:02}", civil.month),
        'd' => format!("{:02}", civil.day),
        'e' => format!("{:2}", civil.day),
        'H' => format!("{:02}", civil.hour),
        'I' => format!("{hour12:02}"),
        'M' => format!("{:02}", civil.minute),
        'S' => format!("{:02}", civil.second),
        'f' => format!("{:06}", civil.micro),
        'p' => if civil.hour < 12 { "AM" } else { "PM" }.to_owned(),
        'A' => name(&DAYS, civil.weekday()).to_owned(),
        'a' => short(name(&DAYS, civil.weekday())),
        'B' => name(&MONTHS, civil.month - 1).to_owned(),
        'b' | 'h' => short(name(&MONTHS, civil.month - 1)),
        'j' => format!("{:03}", civil.day_of_year()),
        'w' => ((civil.weekday() + 1) % 7).to_string(),
        'u' => (civil.weekday() + 1).to_string(),
        'F' => nested("%Y-%m-%d"),
        'T' | 'X' => nested("%H:%M:%S"),
        'R' => nested("%H:%M"),
        'D' | 'x' => nested("%m/%d/%y"),
        'c' => nested("%a %b %e %H:%M:%S %Y"),
        's' => (days_of(civil.year, civil.month, civil.day) * 86400 + civil.hour * 3600 + civil.minute * 60 + civil.second).to_string(),
        'z' => zone.map_or(String::new(), |(offset, _)| offset_text(*offset).replace(':', "")),
        'Z' => zone.map_or(String::new(), |(_, name)| name.clone()),
        '%' => "%".to_owned(),
        other => format!("%{other}"),
    }
}

/// Reads a date in a format: the wall clock in microseconds, and the offset from UTC in seconds if the text has one.
pub(super) fn read(text: &str, format: &str) -> Result<(i64, Option<i32>), Raised> {
    let wrong = || Raised::value_error(format!("time data {} does not match format {}", str_repr(text), str_repr(format)));
    let mut civil = Civil { year: 1900, month: 1, day: 1, hour: 0, minute: 0, second: 0, micro: 0 };
    let (mut offset, mut afternoon) = (None, None);
    let mut rest = text;
    let mut chars = format.chars();
    while let Some(found) = chars.next() {
        if found.is_whitespace() {
            rest = rest.trim_start();
            continue;
        }
        if found != '%' {
            rest = rest.strip_prefix(found).ok_or_else(wrong)?;
            continue;
        }
        let letter = chars.next().unwrap_or('%');
        match letter {
            'Y' => civil.year = digits(&mut rest, 4, 4).ok_or_else(wrong)?,
            'y' => {
                let short = digits(&mut rest, 2, 2).ok_or_else(wrong)?;
                civil.year = short + if short < 69 { 2000 } else { 1900 };
            }
            'm' => civil.month = digits(&mut rest, 1, 2).ok_or_else(wrong)?,
            'd' => civil.day = digits(&mut rest, 1, 2).ok_or_else(wrong)?,
            'H' | 'I' => civil.hour = digits(&mut rest, 1, 2).ok_or_else(wrong)?,
            'M' => civil.minute = digits(&mut rest, 1, 2).ok_or_else(wrong)?,
            'S' => civil.second = digits(&mut rest, 1, 2).ok_or_else(wrong)?,
            'f' => {
                let before = rest.len();
                let value = digits(&mut rest, 1, 6).ok_or_else(wrong)?;
                civil.micro = value * 10i64.pow(u32::try_from(6 - (before - rest.len())).unwrap_or(0));
            }
            'p' => {
                let mark = rest.get(..2).ok_or_else(wrong)?.to_ascii_uppercase();
                afternoon = Some(match mark.as_str() {
                    "AM" => false,
                    "PM" => true,
                    _ => return Err(wrong()),
                });
                rest = &rest[2..];
            }
            'B' | 'b' => civil.month = 1 + named(&mut rest, &MONTHS, letter == 'b').ok_or_else(wrong)?,
            'A' | 'a' => drop(named(&mut rest, &DAYS, letter == 'a').ok_or_else(wrong)?),
            'z' => offset = Some(read_offset(&mut rest).ok_or_else(wrong)?),
            'Z' => rest = rest.strip_prefix("UTC").or_else(|| rest.strip_prefix("GMT")).ok_or_else(wrong)?,
            '%' => rest = rest.strip_prefix('%').ok_or_else(wrong)?,
            other => return Err(Raised::value_error(format!("'{other}' is a bad directive in format {}", str_repr(format)))),
        }
    }
    if !rest.is_empty() {
        return Err(Raised::value_error(format!("unconverted data remains: {rest}")));
    }
    match afternoon {
        Some(true) if civil.hour < 12 => civil.hour += 12,
        Some(false) if civil.hour == 12 => civil.hour = 0,
        _ => {}
    }
    if civil.month > 12 || civil.hour > 23 || civil.minute > 59 || civil.second > 61 || civil.day > 31 || civil.month == 0 || civil.day == 0
    {
        return Err(wrong());
    }
    Ok((civil.wall_us()?, offset))
}

fn digits(rest: &mut &str, least: usize, most: usize) -> Option<i64> {
    let count = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if count < least {
        return None;
    }
    let (number, after) = rest.split_at(count);
    *rest = after;
    number.parse().ok()
}

fn named(rest: &mut &str, names: &[&str], short: bool) -> Option<i64> {
    let lower = rest.to_lowercase();
    for (place, name) in names.iter().enumerate() {
        let name = if short { &name[..3] } else { name };
        if lower.starts_with(&name.to_lowercase()) {
            *rest = rest.get(name.len()..)?;
            return i64::try_from(place).ok();
        }
    }
    None
}

fn read_offset(rest: &mut &str) -> Option<i32> {
    if let Some(after) = rest.strip_prefix('Z') {
        *rest = after;
        return Some(0);
    }
    let sign = match rest.bytes().next()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    *rest = &rest[1..];
    let hours = digits(rest, 2, 2)?;
    *rest = rest.strip_prefix(':').unwrap_or(rest);
    let minutes = digits(rest, 2, 2)?;
    i32::try_from(sign * (hours * 3600 + minutes * 60)).ok()
}

/// Reads ISO 8601; the outer `None` says that it is not that, the inner error that there is no such day.
pub(super) fn read_iso(text: &str) -> Option<(Result<i64, Raised>, Option<i32>)> {
    let mut rest = text;
    let mut civil = Civil { year: digits(&mut rest, 4, 4)?, month: 1, day: 1, hour: 0, minute: 0, second: 0, micro: 0 };
    let dashed = rest.starts_with('-');
    rest = rest.strip_prefix('-').unwrap_or(rest);
    civil.month = digits(&mut rest, 2, 2)?;
    if dashed {
        rest = rest.strip_prefix('-')?;
    }
    civil.day = digits(&mut rest, 2, 2)?;
    let mut offset = None;
    if let Some(between) = rest.chars().next() {
        rest = &rest[between.len_utf8()..];
        civil.hour = digits(&mut rest, 2, 2)?;
        for part in [&mut civil.minute, &mut civil.second] {
            if let Some(after) = rest.strip_prefix(':') {
                rest = after;
                *part = digits(&mut rest, 2, 2)?;
            }
        }
        if let Some(after) = rest.strip_prefix(['.', ',']) {
            rest = after;
            let before = rest.len();
            let value = digits(&mut rest, 1, 6)?;
            civil.micro = value * 10i64.pow(u32::try_from(6 - (before - rest.len())).ok()?);
            rest = rest.trim_start_matches(|found: char| found.is_ascii_digit());
        }
        if !rest.is_empty() {
            offset = Some(read_offset(&mut rest)?);
        }
        if !rest.is_empty() {
            return None;
        }
    }
    Some((civil.wall_us(), offset))
}
