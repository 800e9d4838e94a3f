//! Writing a moment in a pattern: `DateTimeFormatter.format`.

use std::fmt::Write;

use super::FieldName;
use super::Number;
use super::OffsetShape;
use super::Part;
use super::Pattern;
use super::Sign;
use super::names;
use crate::types::calendar::civil_of_days;
use crate::types::calendar::days_of_civil;
use crate::types::time::MICROS_PER_DAY;
use crate::types::zone::Zone;

/// A moment as the pattern's letters see it.
struct Moment<'a> {
    micros: i64,
    zone: &'a Zone,
    offset: i32,
    days: i64,
    year: i64,
    month: u32,
    day: u32,
    second_of_day: i64,
    micros_of_second: i64,
}

impl Pattern {
    /// The moment's text on the zone's wall clock.
    #[must_use]
    pub fn format_timestamp(&self, micros: i64, zone: &Zone) -> String {
        let moment = Moment::of(micros, zone);
        let mut out = String::new();
        write_parts(&self.parts, &moment, &mut out);
        out
    }

    /// The text of a wall-clock time that has no zone: `timestamp_ntz`.
    #[must_use]
    pub fn format_timestamp_ntz(&self, micros: i64) -> String {
        self.format_timestamp(micros, &Zone::utc())
    }

    /// The day's text; its clock stands at midnight.
    #[must_use]
    pub fn format_date(&self, days: i32) -> String {
        self.format_timestamp(i64::from(days).saturating_mul(MICROS_PER_DAY), &Zone::utc())
    }
}

impl<'a> Moment<'a> {
    fn of(micros: i64, zone: &'a Zone) -> Self {
        let offset = zone.offset_seconds(micros);
        let local = zone.to_local(micros);
        let days = local.div_euclid(MICROS_PER_DAY);
        let (year, month, day) = civil_of_days(days);
        let of_day = local.rem_euclid(MICROS_PER_DAY);
        Self { micros, zone, offset, days, year, month, day, second_of_day: of_day / 1_000_000, micros_of_second: of_day % 1_000_000 }
    }

    fn get(&self, field: FieldName) -> i64 {
        let hour = self.second_of_day / 3_600;
        match field {
            FieldName::Era => i64::from(self.year > 0),
            FieldName::YearOfEra => {
                if self.year > 0 {
                    self.year
                } else {
                    1 - self.year
                }
            }
            FieldName::Year => self.year,
            FieldName::Quarter => i64::from(self.month.div_ceil(3)),
            FieldName::Month => self.month.into(),
            FieldName::DayOfYear => self.days - days_of_civil(self.year, 1, 1) + 1,
            FieldName::DayOfMonth => self.day.into(),
            FieldName::WeekdayInMonth => i64::from((self.day - 1) % 7 + 1),
            FieldName::DayOfWeek => (self.days + 3).rem_euclid(7) + 1,
            FieldName::AmPm => hour / 12,
            FieldName::HourOfDay => hour,
            FieldName::ClockHourOfDay => {
                if hour == 0 {
                    24
                } else {
                    hour
                }
            }
            FieldName::HourOfAmPm => hour % 12,
            FieldName::ClockHourOfAmPm => {
                if hour % 12 == 0 {
                    12
                } else {
                    hour % 12
                }
            }
            FieldName::Minute => self.second_of_day / 60 % 60,
            FieldName::Second => self.second_of_day % 60,
            FieldName::ModifiedJulianDay => self.days + 40_587,
        }
    }
}

fn write_parts(parts: &[Part], moment: &Moment<'_>, out: &mut String) {
    for part in parts {
        match part {
            Part::Literal(letter) => out.push(*letter),
            Part::Number(number) => write_number(number, moment.get(number.field), out),
            Part::Text(field, full) => write_text(*field, moment.get(*field), *full, out),
            Part::Fraction(_, digits) => {
                let nanos = format!("{:09}", moment.micros_of_second * 1_000);
                out.push_str(&nanos[..*digits]);
            }
            Part::ZoneText(full) => out.push_str(&zone_text(moment, *full)),
            Part::ZoneId => out.push_str(moment.zone.id()),
            Part::Offset(shape, zero) => write_offset(*shape, zero, moment.offset, out),
            Part::LocalizedOffset(full) => write_localized_offset(*full, moment.offset, out),
            Part::Optional(inner) => write_parts(inner, moment, out),
        }
    }
}

fn write_number(number: &Number, value: i64, out: &mut String) {
    let value = if number.reduced { value.abs() % 100 } else { value };
    let digits = value.unsigned_abs().to_string();
    if value < 0 {
        out.push('-');
    } else if number.sign == Sign::ExceedsPad && digits.len() > number.min {
        out.push('+');
    }
    let _ = write!(out, "{digits:0>width$}", width = number.min);
}

fn write_text(field: FieldName, value: i64, full: bool, out: &mut String) {
    let text = match (field, full) {
        (FieldName::Month, _) => names::month(value, full),
        (FieldName::DayOfWeek, _) => names::day(value, full),
        (FieldName::Quarter, true) => names::QUARTERS[(value - 1) as usize],
        (FieldName::Quarter, false) => ["Q1", "Q2", "Q3", "Q4"][(value - 1) as usize],
        (FieldName::Era, true) => ["Before Christ", "Anno Domini"][value as usize],
        (FieldName::Era, false) => ["BC", "AD"][value as usize],
        (FieldName::AmPm, _) => ["AM", "PM"][value as usize],
        _ => unreachable!("only named fields are written as text: {field:?}"),
    };
    out.push_str(text);
}

// DIFFERENCE: Java knows a name for every region; here regions outside of `names::ZONES` show their abbreviation for both forms.
fn zone_text(moment: &Moment<'_>, full: bool) -> String {
    let abbreviation = moment.zone.abbreviation(moment.micros);
    let found = names::ZONES.iter().find(|(short, ..)| *short == abbreviation);
    found.map_or(abbreviation.clone(), |(short, long, _)| if full { *long } else { *short }.to_owned())
}

fn write_offset(shape: OffsetShape, zero: &str, seconds: i32, out: &mut String) {
    let (hours, minutes, rest) = (seconds.abs() / 3_600, seconds.abs() / 60 % 60, seconds.abs() % 60);
    let shows_seconds = matches!(shape, OffsetShape::CompactSeconds | OffsetShape::ColonSeconds);
    if hours == 0 && minutes == 0 && (rest == 0 || !shows_seconds) {
        out.push_str(zero);
        return;
    }
    let colon = if matches!(shape, OffsetShape::Colon | OffsetShape::ColonSeconds) { ":" } else { "" };
    let _ = write!(out, "{}{hours:02}", if seconds < 0 { '-' } else { '+' });
    if shape != OffsetShape::HoursAndSomeMinutes || minutes != 0 {
        let _ = write!(out, "{colon}{minutes:02}");
    }
    if shows_seconds && rest != 0 {
        let _ = write!(out, "{colon}{rest:02}");
    }
}

fn write_localized_offset(full: bool, seconds: i32, out: &mut String) {
    out.push_str("GMT");
    if seconds == 0 {
        return;
    }
    let (hours, minutes, rest) = (seconds.abs() / 3_600, seconds.abs() / 60 % 60, seconds.abs() % 60);
    out.push(if seconds < 0 { '-' } else { '+' });
    let _ = if full { write!(out, "{hours:02}:{minutes:02}") } else { write!(out, "{hours}") };
    if !full && (minutes != 0 || rest != 0) {
        let _ = write!(out, ":{minutes:02}");
    }
    if rest != 0 {
        let _ = write!(out, ":{rest:02}");
    }
}
