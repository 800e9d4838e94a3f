//! Dates and moments as Python's `datetime` has them: a wall clock, perhaps with a zone.

use jiff::tz;
use std::rc::Rc;

/// `datetime.datetime`.
#[derive(Clone, Debug)]
pub struct DateTime {
    /// What the wall clock shows, in microseconds since 1970-01-01T00:00:00 on that clock.
    pub wall_us: i64,
    /// Its zone; naive without.
    pub zone: Option<Rc<TimeZone>>,
}

/// `datetime.date`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Days since 1970-01-01.
    pub days: i32,
}

/// `datetime.timezone` and `zoneinfo.ZoneInfo`.
#[derive(Clone, Debug)]
pub enum TimeZone {
    /// A fixed offset from UTC in seconds; its own name if it was given one.
    Fixed(i32, Option<Rc<str>>),
    /// A named one.
    Named(Rc<str>, tz::TimeZone),
}

impl PartialEq for TimeZone {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Fixed(a, _), Self::Fixed(b, _)) => a == b,
            (Self::Named(a, _), Self::Named(b, _)) => a == b,
            _ => false,
        }
    }
}

impl DateTime {
    /// The moment in microseconds since 1970-01-01T00:00:00Z; a naive one is taken to be UTC.
    #[must_use]
    pub fn instant_us(&self) -> i64 {
        let offset = self.zone.as_ref().map_or(0, |zone| zone.offset_at_wall(self.wall_us));
        self.wall_us.saturating_sub(i64::from(offset) * 1_000_000)
    }

    /// Whether Python finds them equal: a naive one and an aware one never are.
    #[must_use]
    pub fn same(&self, other: &DateTime) -> bool {
        self.zone.is_some() == other.zone.is_some() && self.instant_us() == other.instant_us()
    }
}

impl TimeZone {
    /// UTC as `zoneinfo` has it.
    #[must_use]
    pub fn named_utc() -> Rc<TimeZone> {
        Rc::new(Self::Named(Rc::from("UTC"), tz::TimeZone::UTC))
    }

    /// UTC.
    #[must_use]
    pub fn utc() -> Rc<TimeZone> {
        Rc::new(Self::Fixed(0, None))
    }

    /// The offset from UTC in seconds when the wall clock shows this.
    #[must_use]
    pub fn offset_at_wall(&self, wall_us: i64) -> i32 {
        match self {
            Self::Fixed(offset, _) => *offset,
            Self::Named(_, zone) => {
                let guess = wall_us.div_euclid(1_000_000);
                let Ok(civil) = jiff::Timestamp::from_second(guess) else { return 0 };
                let civil = tz::TimeZone::UTC.to_datetime(civil);
                zone.to_ambiguous_zoned(civil).compatible().map_or(0, |zoned| zoned.offset().seconds())
            }
        }
    }

    /// The offset from UTC in seconds at a moment.
    #[must_use]
    pub fn offset_at(&self, instant_us: i64) -> i32 {
        match self {
            Self::Fixed(offset, _) => *offset,
            Self::Named(_, zone) => {
                jiff::Timestamp::from_second(instant_us.div_euclid(1_000_000)).map_or(0, |at| zone.to_offset(at).seconds())
            }
        }
    }

    /// Its name: `UTC`, `UTC+02:00`, `Europe/Berlin`.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Fixed(_, Some(name)) => name.to_string(),
            Self::Fixed(0, None) => "UTC".to_owned(),
            Self::Fixed(offset, None) => format!("UTC{}", offset_text(*offset)),
            Self::Named(name, _) => name.to_string(),
        }
    }
}

/// `+02:00`, with seconds where there are any.
#[must_use]
pub(super) fn offset_text(offset: i32) -> String {
    let (sign, rest) = if offset < 0 { ('-', -offset) } else { ('+', offset) };
    let (hours, minutes, seconds) = (rest / 3600, rest / 60 % 60, rest % 60);
    if seconds == 0 { format!("{sign}{hours:02}:{minutes:02}") } else { format!("{sign}{hours:02}:{minutes:02}:{seconds:02}") }
}
