//! The proleptic Gregorian calendar: days since 1970-01-01 to year, month and day and back, for any year, as `java.time` counts.

/// Days from 1970-01-01 to this day; months from 1, days from 1. Says nothing about whether the day exists.
#[must_use]
pub fn days_of_civil(year: i64, month: u32, day: u32) -> i64 {
    // Years are counted from March, so that the leap day is a year's last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = i64::from((153 * ((month + 9) % 12) + 2) / 5 + day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month (1 to 12) and day (1 to 31) of a day counted from 1970-01-01.
#[must_use]
pub fn civil_of_days(days: i64) -> (i64, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u32;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 } as u32;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Whether the year has a 29 February.
#[must_use]
pub fn is_leap_year(year: i64) -> bool {
    year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
}

/// How many days the month (1 to 12) has.
#[must_use]
pub fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        2 => 28 + u32::from(is_leap_year(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::civil_of_days;
    use super::days_of_civil;
    use proptest::prelude::any;
    use proptest::prop_assert_eq;
    use proptest::proptest;

    proptest! {
        #[test]
        fn days_survive_the_calendar(days in any::<i32>()) {
            let (year, month, day) = civil_of_days(days.into());
            prop_assert_eq!(days_of_civil(year, month, day), i64::from(days));
        }

        #[test]
        fn agrees_with_jiff(days in -4_371_000_i32..2_932_000) {
            let date = jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(days);
            let (year, month, day) = civil_of_days(days.into());
            prop_assert_eq!((year, month as i8, day as i8), (i64::from(date.year()), date.month(), date.day()));
        }
    }
}
