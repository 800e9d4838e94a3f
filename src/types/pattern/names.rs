//! The English names of months, days, quarters, eras and zones, as Java's CLDR data for en-US has them.

/// Full names; the short form is the first three letters.
pub(super) const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// Full names from Monday on; the short form is the first three letters.
pub(super) const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The full names of the quarters; the short ones are `Q1` to `Q4`.
pub(super) const QUARTERS: [&str; 4] = ["1st quarter", "2nd quarter", "3rd quarter", "4th quarter"];

/// Zones that have names of their own: (abbreviation, full name, a region that a text with the abbreviation stands for).
pub(super) const ZONES: [(&str, &str, &str); 33] = [
    ("PST", "Pacific Standard Time", "America/Los_Angeles"),
    ("PDT", "Pacific Daylight Time", "America/Los_Angeles"),
    ("PT", "Pacific Time", "America/Los_Angeles"),
    ("MST", "Mountain Standard Time", "America/Denver"),
    ("MDT", "Mountain Daylight Time", "America/Denver"),
    ("CST", "Central Standard Time", "America/Chicago"),
    ("CDT", "Central Daylight Time", "America/Chicago"),
    ("EST", "Eastern Standard Time", "America/New_York"),
    ("EDT", "Eastern Daylight Time", "America/New_York"),
    ("ET", "Eastern Time", "America/New_York"),
    ("AKST", "Alaska Standard Time", "America/Anchorage"),
    ("AKDT", "Alaska Daylight Time", "America/Anchorage"),
    ("HST", "Hawaii-Aleutian Standard Time", "Pacific/Honolulu"),
    ("UTC", "Coordinated Universal Time", "UTC"),
    ("GMT", "Greenwich Mean Time", "GMT"),
    ("BST", "British Summer Time", "Europe/London"),
    ("WET", "Western European Standard Time", "Europe/Lisbon"),
    ("WEST", "Western European Summer Time", "Europe/Lisbon"),
    ("CET", "Central European Standard Time", "Europe/Paris"),
    ("CEST", "Central European Summer Time", "Europe/Paris"),
    ("EET", "Eastern European Standard Time", "Europe/Bucharest"),
    ("EEST", "Eastern European Summer Time", "Europe/Bucharest"),
    ("MSK", "Moscow Standard Time", "Europe/Moscow"),
    ("IST", "India Standard Time", "Asia/Kolkata"),
    ("JST", "Japan Standard Time", "Asia/Tokyo"),
    ("KST", "Korean Standard Time", "Asia/Seoul"),
    ("AEST", "Australian Eastern Standard Time", "Australia/Sydney"),
    ("AEDT", "Australian Eastern Daylight Time", "Australia/Sydney"),
    ("ACST", "Australian Central Standard Time", "Australia/Adelaide"),
    ("AWST", "Australian Western Standard Time", "Australia/Perth"),
    ("NZST", "New Zealand Standard Time", "Pacific/Auckland"),
    ("NZDT", "New Zealand Daylight Time", "Pacific/Auckland"),
    ("SAST", "South Africa Standard Time", "Africa/Johannesburg"),
];

/// A month's name, from 1 on.
pub(super) fn month(month: i64, full: bool) -> &'static str {
    let name = MONTHS[(month - 1) as usize];
    if full { name } else { &name[..3] }
}

/// A day's name, Monday is 1.
pub(super) fn day(day: i64, full: bool) -> &'static str {
    let name = DAYS[(day - 1) as usize];
    if full { name } else { &name[..3] }
}
