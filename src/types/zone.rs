//! A time zone: the session's (`spark.sql.session.timeZone`) or one named in a text. Gaps and overlaps are resolved as `java.time` does.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::AmbiguousOffset;
use jiff::tz::TimeZone;

use super::calendar::civil_of_days;

const MICROS_PER_SECOND: i64 = 1_000_000;
/// The calendar repeats after 400 years, weekdays and so daylight-saving rules included.
const CYCLE_SECONDS: i64 = 146_097 * 86_400;
/// 9999-01-01T00:00:00Z; later moments are looked up whole cycles earlier.
const LATEST_SECOND: i64 = 253_370_764_800;
/// -9998-01-01T00:00:00Z; before it every zone keeps its first offset.
const EARLIEST_SECOND: i64 = -377_673_580_800;

/// A parsed time zone. Follows `java.time.ZoneId` as Spark's `DateTimeUtils.getZoneId` makes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    id: String,
    rules: Rules,
}

#[derive(Clone, Debug, PartialEq)]
enum Rules {
    /// East of UTC, in seconds.
    Fixed(i32),
    Region(TimeZone),
}

impl Default for Zone {
    fn default() -> Self {
        Self::utc()
    }
}

impl Zone {
    /// UTC.
    #[must_use]
    pub fn utc() -> Self {
        Self { id: "UTC".to_owned(), rules: Rules::Fixed(0) }
    }

    /// A zone from its id: a region (`Europe/Berlin`), an offset (`+02:00`, `-8:00`, `+5`), `UTC`, `GMT+2`, `Z`, or one of Java's
    /// short ids (`PST`, `JST`). None where Java would throw.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = long_id(text);
        let rules = match text {
            "Z" | "UTC" | "GMT" | "UT" => Rules::Fixed(0),
            _ => match parse_offset_id(text) {
                Some(seconds) => Rules::Fixed(seconds),
                None => Rules::Region(region(text)?),
            },
        };
        Some(Self { id: text.to_owned(), rules })
    }

    /// The id as written: `Europe/Berlin`, `UTC`, `+02:00`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The offset where it never changes, in seconds east of UTC: a fast path for loops.
    #[must_use]
    pub fn fixed_offset_seconds(&self) -> Option<i32> {
        match self.rules {
            Rules::Fixed(seconds) => Some(seconds),
            Rules::Region(_) => None,
        }
    }

    /// Seconds east of UTC at a moment given in microseconds.
    #[must_use]
    pub fn offset_seconds(&self, micros: i64) -> i32 {
        match &self.rules {
            Rules::Fixed(seconds) => *seconds,
            Rules::Region(zone) => {
                let second = within_tables(micros.div_euclid(MICROS_PER_SECOND));
                Timestamp::from_second(second).map_or(0, |moment| zone.to_offset(moment).seconds())
            }
        }
    }

    /// The zone's abbreviation at the moment (`CEST`), for the pattern letter `z`; the id of a zone with a fixed offset. Before a
    /// region had standard time it is the one of its standard time now, as Java names zones without regard to the year.
    #[must_use]
    pub(super) fn abbreviation(&self, micros: i64) -> String {
        const JANUARY_AND_JULY_2024: [i64; 2] = [1_705_276_800, 1_721_001_600];
        let Rules::Region(zone) = &self.rules else { return self.id.clone() };
        let named = |second: i64| {
            let moment = Timestamp::from_second(second).ok()?;
            let info = zone.to_offset_info(moment);
            Some((info.abbreviation().to_owned(), info.dst()))
        };
        let Some((abbreviation, saving)) = named(within_tables(micros.div_euclid(MICROS_PER_SECOND))) else { return self.id.clone() };
        if abbreviation != "LMT" {
            return abbreviation;
        }
        let now = JANUARY_AND_JULY_2024.into_iter().filter_map(named).find(|(_, dst)| *dst == saving);
        now.map_or(abbreviation, |(abbreviation, _)| abbreviation)
    }

    /// Microseconds on the zone's wall clock at a moment.
    #[must_use]
    pub fn to_local(&self, micros: i64) -> i64 {
        micros.saturating_add(i64::from(self.offset_seconds(micros)) * MICROS_PER_SECOND)
    }

    /// The moment at which the zone's wall clock shows this. A time in a gap is moved on by the gap's length; of two moments in an
    /// overlap the earlier is taken: `LocalDateTime.atZone`.
    #[must_use]
    pub fn to_utc(&self, local_micros: i64) -> i64 {
        let offset = match &self.rules {
            Rules::Fixed(seconds) => *seconds,
            Rules::Region(zone) => local_offset(zone, local_micros.div_euclid(MICROS_PER_SECOND)),
        };
        local_micros.saturating_sub(i64::from(offset) * MICROS_PER_SECOND)
    }
}

fn local_offset(zone: &TimeZone, local_second: i64) -> i32 {
    let second = within_tables(local_second);
    let (year, month, day) = civil_of_days(second.div_euclid(86_400));
    let of_day = second.rem_euclid(86_400);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    let Ok(local) = DateTime::new(year as i16, month as i8, day as i8, hour as i8, minute as i8, second as i8, 0) else {
        unreachable!("within_tables keeps the year in jiff's range");
    };
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.seconds(),
        AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before.seconds(),
    }
}

fn within_tables(second: i64) -> i64 {
    if second > LATEST_SECOND {
        second - ((second - LATEST_SECOND) / CYCLE_SECONDS + 1) * CYCLE_SECONDS
    } else {
        second.max(EARLIEST_SECOND)
    }
}

/// Java is case-sensitive about region ids; jiff is not.
fn region(id: &str) -> Option<TimeZone> {
    let zone = TimeZone::get(id).ok()?;
    (zone.iana_name() == Some(id)).then_some(zone)
}

/// Java's `ZoneId.SHORT_IDS`.
fn long_id(id: &str) -> &str {
    match id {
        "ACT" => "Australia/Darwin",
        "AET" => "Australia/Sydney",
        "AGT" => "America/Argentina/Buenos_Aires",
        "ART" => "Africa/Cairo",
        "AST" => "America/Anchorage",
        "BET" => "America/Sao_Paulo",
        "BST" => "Asia/Dhaka",
        "CAT" => "Africa/Harare",
        "CNT" => "America/St_Johns",
        "CST" => "America/Chicago",
        "CTT" => "Asia/Shanghai",
        "EAT" => "Africa/Addis_Ababa",
        "ECT" => "Europe/Paris",
        "IET" => "America/Indiana/Indianapolis",
        "IST" => "Asia/Kolkata",
        "JST" => "Asia/Tokyo",
        "MIT" => "Pacific/Apia",
        "NET" => "Asia/Yerevan",
        "NST" => "Pacific/Auckland",
        "PLT" => "Asia/Karachi",
        "PNT" => "America/Phoenix",
        "PRT" => "America/Puerto_Rico",
        "PST" => "America/Los_Angeles",
        "SST" => "Pacific/Guadalcanal",
        "VST" => "Asia/Ho_Chi_Minh",
        "EST" => "-05:00",
        "MST" => "-07:00",
        "HST" => "-10:00",
        _ => id,
    }
}

/// `+02:00`, `-8:00`, `+2`, `+0200`, `+02:00:30`, also after `UTC`, `GMT` or `UT`; at most 18 hours.
fn parse_offset_id(id: &str) -> Option<i32> {
    let bare = ["UTC", "GMT", "UT"].iter().find_map(|prefix| id.strip_prefix(prefix)).unwrap_or(id);
    let (sign, digits) = match bare.as_bytes().first()? {
        b'+' => (1, &bare[1..]),
        b'-' => (-1, &bare[1..]),
        _ => return None,
    };
    let parts: Vec<&str> = if digits.contains(':') { digits.split(':').collect() } else { split_compact(digits)? };
    if parts.is_empty() || parts.len() > 3 || parts.iter().any(|part| part.is_empty() || part.len() > 2) {
        return None;
    }
    let mut seconds = 0;
    for (part, unit) in parts.iter().zip([3_600, 60, 1]) {
        if !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let value: i32 = part.parse().ok()?;
        if unit < 3_600 && value > 59 {
            return None;
        }
        seconds += value * unit;
    }
    (seconds <= 18 * 3_600).then_some(sign * seconds)
}

fn split_compact(digits: &str) -> Option<Vec<&str>> {
    if !digits.is_ascii() {
        return None;
    }
    match digits.len() {
        1 | 2 => Some(vec![digits]),
        4 => Some(vec![&digits[..2], &digits[2..]]),
        6 => Some(vec![&digits[..2], &digits[2..4], &digits[4..]]),
        _ => None,
    }
}

impl Zone {
    /// As [`Zone::to_utc`] for times that may lie outside what a timestamp can hold.
    pub(super) fn to_utc_checked(&self, local_micros: i128) -> Option<i128> {
        let near = i64::try_from(local_micros.clamp(i128::from(i64::MIN), i128::from(i64::MAX))).ok()?;
        let offset = match &self.rules {
            Rules::Fixed(seconds) => *seconds,
            Rules::Region(zone) => local_offset(zone, near.div_euclid(MICROS_PER_SECOND)),
        };
        Some(local_micros - i128::from(offset) * i128::from(MICROS_PER_SECOND))
    }
}
