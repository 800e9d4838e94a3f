//! Table cells as the page writes them: a window as `10:00:40–10:00:50`, a timestamp of the run's day as a time.

use super::moment;

/// A cell for people; everything that is not a window or a timestamp stays as it is.
#[must_use]
pub fn pretty(cell: &str) -> String {
    if let Some((start, end)) = window(cell) {
        // A window over midnight ends earlier in the day than it starts, which says enough.
        let over_midnight = end.get(11..).is_some_and(|time| time < &start[11..]);
        let end = if over_midnight { &end[11..] } else { end.strip_prefix(&start[..11]).unwrap_or(end) };
        return format!("{}–{end}", start.get(11..).unwrap_or(start));
    }
    cell.to_owned()
}

/// Whether a column holds numbers, and goes to the right.
#[must_use]
pub fn numeric<'a>(mut cells: impl Iterator<Item = &'a str>) -> bool {
    let mut any = false;
    cells.all(|cell| {
        any |= cell != "NULL";
        cell == "NULL" || cell.parse::<f64>().is_ok()
    }) && any
}

/// `{2026-01-05 10:00:40, 2026-01-05 10:00:50}`: its two ends.
fn window(cell: &str) -> Option<(&str, &str)> {
    let (start, end) = cell.strip_prefix('{')?.strip_suffix('}')?.split_once(", ")?;
    (timestamp(start) && timestamp(end)).then_some((start, end))
}

fn timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 19 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[10] == b' ' && bytes[13] == b':' && bytes[16] == b':'
}

/// When a row leaves the state, as the page says it.
#[must_use]
pub fn expiry(expires_ms: Option<i64>) -> String {
    expires_ms.map_or_else(|| "stays".to_owned(), |ms| format!("leaves at {}", moment::clock(ms)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_become_short() {
        for (cell, shown) in [
            ("{2026-01-05 10:00:40, 2026-01-05 10:00:50}", "10:00:40–10:00:50"),
            ("{2026-01-05 23:00:00, 2026-01-06 00:00:00}", "23:00:00–00:00:00"),
            ("{2026-01-05 00:00:00, 2026-01-06 00:00:00}", "00:00:00–2026-01-06 00:00:00"),
            ("{1, 2}", "{1, 2}"),
            ("ad-1", "ad-1"),
        ] {
            assert_eq!(pretty(cell), shown);
        }
    }

    #[test]
    fn numbers_go_right() {
        assert!(numeric(["1", "2.5", "NULL"].into_iter()));
        assert!(!numeric(["1", "x"].into_iter()));
        assert!(!numeric(["NULL"].into_iter()));
    }
}
