//! Times as the page writes them: UTC, as short as they can be told.

const DAY_MS: i64 = 86_400_000;

/// `10:00:07`, or `10:00:07.250` where there are milliseconds.
#[must_use]
pub fn clock(ms: i64) -> String {
    let day = ms.rem_euclid(DAY_MS);
    let (seconds, rest) = (day / 1000, day % 1000);
    let text = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if rest == 0 { text } else { format!("{text}.{rest:03}") }
}

/// The nearest second of a fraction of milliseconds: `10:00:07`.
#[must_use]
pub fn second(ms: f64) -> String {
    clock((ms / 1000.0).floor() as i64 * 1000)
}

/// `5 Jan 10:00:07`.
#[must_use]
pub fn dated(ms: i64) -> String {
    let (_, month, day) = civil(ms.div_euclid(DAY_MS));
    format!("{day} {} {}", MONTHS[month as usize - 1], clock(ms))
}

/// The label of an axis whose ticks are `step_ms` apart: seconds, minutes or days.
#[must_use]
pub fn tick(ms: i64, step_ms: i64) -> String {
    if step_ms >= DAY_MS {
        let (_, month, day) = civil(ms.div_euclid(DAY_MS));
        format!("{day} {}", MONTHS[month as usize - 1])
    } else if step_ms % 60_000 == 0 {
        clock(ms)[..5].to_owned()
    } else {
        clock(ms)
    }
}

/// How long: `10 seconds`, `1 minute`, `1 hour 30 minutes`, `250 ms`.
#[must_use]
pub fn duration(ms: i64) -> String {
    if ms.abs() < 1000 && ms != 0 {
        return format!("{ms} ms");
    }
    let mut parts = Vec::new();
    let mut left = ms;
    for (unit_ms, name) in [(DAY_MS, "day"), (3_600_000, "hour"), (60_000, "minute")] {
        let count = left / unit_ms;
        left %= unit_ms;
        if count != 0 {
            parts.push(format!("{count} {name}{}", if count == 1 { "" } else { "s" }));
        }
    }
    if left != 0 || parts.is_empty() {
        let seconds = left as f64 / 1000.0;
        parts.push(format!("{seconds} second{}", if left == 1000 { "" } else { "s" }));
    }
    parts.join(" ")
}

/// Time since the run began, as a stopwatch shows it: `00:52`, `1:02:03`.
#[must_use]
pub fn stopwatch(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    match seconds / 3600 {
        0 => format!("{:02}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Year, month and day of a day number since 1970 (Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_shortly() {
        let at = 1_767_607_207_000;
        assert_eq!(clock(at), "10:00:07");
        assert_eq!(clock(at + 250), "10:00:07.250");
        assert_eq!(dated(at), "5 Jan 10:00:07");
        assert_eq!(tick(at - 7_000, 600_000), "10:00");
        assert_eq!(tick(951_782_400_000, DAY_MS), "29 Feb");
        assert_eq!(stopwatch(3_723_000), "1:02:03");
    }

    #[test]
    fn durations_are_told_in_words() {
        for (ms, said) in [
            (10_000, "10 seconds"),
            (60_000, "1 minute"),
            (5_400_000, "1 hour 30 minutes"),
            (250, "250 ms"),
            (0, "0 seconds"),
            (1_500, "1.5 seconds"),
        ] {
            assert_eq!(duration(ms), said);
        }
    }
}
