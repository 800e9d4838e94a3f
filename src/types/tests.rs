//! What real Spark 4.3.0 gave for the texts under `golden/` is what we give; values survive Arrow and texts.

use serde_json::Value as Json;

use super::Zone;
use super::interval;
use super::number;
use super::pattern::Pattern;
use super::time;

fn rows(text: &str) -> Vec<Vec<Json>> {
    serde_json::from_str(text).unwrap()
}

fn text(json: &Json) -> Option<String> {
    json.as_str().map(str::to_owned)
}

/// Compares what is found with what Spark gave, row by row, and tells all that differ.
fn check<T: PartialEq + std::fmt::Debug>(what: &str, rows: impl IntoIterator<Item = (String, T, T)>) {
    let differ: Vec<String> = rows
        .into_iter()
        .filter(|(_, found, expected)| found != expected)
        .map(|(input, found, expected)| format!("{input}\n   found {found:?}\nexpected {expected:?}"))
        .collect();
    assert!(differ.is_empty(), "{what}: {} differ\n{}", differ.len(), differ.join("\n"));
}

#[test]
fn timestamps_are_read_and_shown() {
    let without_date = ["12:30", "T12:30"];
    let rows = rows(include_str!("golden/timestamps.json"));
    check(
        "timestamps",
        rows.iter().filter(|row| !without_date.contains(&row[1].as_str().unwrap())).map(|row| {
            let zone = Zone::parse(row[0].as_str().unwrap()).unwrap();
            let input = row[1].as_str().unwrap();
            let micros = time::parse_timestamp(input, &zone);
            let found = (
                micros,
                micros.map(|micros| time::format_timestamp(micros, &zone)),
                micros.map(|micros| time::json_timestamp(micros, &zone)),
                time::parse_timestamp_ntz(input).map(time::format_timestamp_ntz),
            );
            let json = row[4].as_str().unwrap().strip_prefix(r#"{"t":""#).map(|json| json.trim_end_matches("\"}").to_owned());
            (format!("{input:?} in {}", zone.id()), found, (row[2].as_i64(), text(&row[3]), json, text(&row[5])))
        }),
    );
}

#[test]
fn dates_are_read_and_shown() {
    check(
        "dates",
        rows(include_str!("golden/dates.json")).into_iter().map(|row| {
            let days = time::parse_date(row[0].as_str().unwrap());
            (row[0].to_string(), (days.map(i64::from), days.map(time::format_date)), (row[1].as_i64(), text(&row[2])))
        }),
    );
}

#[test]
fn doubles_are_shown_as_java_shows_them() {
    check(
        "doubles",
        rows(include_str!("golden/doubles.json")).into_iter().map(|row| {
            let (double, float): (f64, f32) = (row[0].as_str().unwrap().parse().unwrap(), row[0].as_str().unwrap().parse().unwrap());
            let found = (Some(number::format_double(double)), Some(number::format_float(float)));
            (row[0].to_string(), found, (text(&row[1]), text(&row[2])))
        }),
    );
}

#[test]
fn intervals_are_read() {
    check(
        "intervals",
        rows(include_str!("golden/intervals.json")).into_iter().map(|row| {
            let found = match interval::parse(row[0].as_str().unwrap()) {
                Ok(interval) => vec!["ok".to_owned(), interval.to_string()],
                Err(error) => {
                    let message = format!("[{}] {} SQLSTATE: {}", error.condition, error.text, interval::SQL_STATE);
                    vec!["err".to_owned(), error.condition, message]
                }
            };
            (row[0].to_string(), found, row[1..].iter().filter_map(text).collect())
        }),
    );
}

#[test]
fn patterns_write() {
    let moments = [
        1_714_566_645_123_456,
        1_714_566_645_000_000,
        0,
        -1,
        -62_135_596_800_000_000,
        253_402_300_800_000_000,
        -62_198_755_200_000_000,
        1_704_067_199_999_999,
        1_735_689_599_000_000,
        1_711_846_800_000_000,
        1_698_541_200_000_000_i64,
    ];
    check(
        "patterns",
        rows(include_str!("golden/formatted.json")).into_iter().map(|row| {
            let (pattern, zone) = (row[0].as_str().unwrap(), Zone::parse(row[1].as_str().unwrap()).unwrap());
            let found = match Pattern::for_formatting(pattern) {
                Ok(pattern) => moments.iter().map(|micros| pattern.format_timestamp(*micros, &zone)).collect(),
                Err(error) => {
                    let message = format!("[{}] {} SQLSTATE: {}", error.condition, error.text, error.sql_state);
                    vec![error.condition.to_owned(), message]
                }
            };
            (format!("{pattern} in {}", zone.id()), found, row[2].as_array().unwrap().iter().filter_map(text).collect::<Vec<_>>())
        }),
    );
}

#[test]
fn patterns_read() {
    let zone = Zone::parse("Europe/Berlin").unwrap();
    check(
        "patterns",
        rows(include_str!("golden/parsed.json")).into_iter().map(|row| {
            let (input, pattern) = (row[0].as_str().unwrap(), row[1].as_str().unwrap());
            let found = match Pattern::for_parsing(pattern) {
                Ok(pattern) => match pattern.parse_timestamp(input, &zone) {
                    Ok(micros) => vec![micros.to_string(), time::format_timestamp(micros, &zone)],
                    Err(why) => {
                        let condition = "CANNOT_PARSE_TIMESTAMP";
                        let advice = "Use `try_to_timestamp` to tolerate invalid input string and return NULL instead.";
                        vec![condition.to_owned(), format!("[{condition}] {why}. {advice} SQLSTATE: 22007")]
                    }
                },
                Err(error) => {
                    let message = format!("[{}] {} SQLSTATE: {}", error.condition, error.text, error.sql_state);
                    vec![error.condition.to_owned(), message]
                }
            };
            let expected: Vec<_> = row[2].as_array().unwrap().iter().map(|json| text(json).unwrap_or_else(|| json.to_string())).collect();
            (format!("{input:?} by {pattern:?}"), found, expected)
        }),
    );
}
