//! Aggregations and session windows over one source.

use tidemark::plan::OutputMode;

use super::DELAYS_MS;
use super::Family;
use super::Query;
use super::exprs;
use super::pick;
use super::watched;
use super::watched_frame;
use crate::plan::Gap;
use crate::plan::Mapping;
use crate::plan::Relation;
use crate::rules::aggregation::Aggregation;
use crate::rules::sessions::Sessions;

/// See [`super::all`].
pub const FAMILIES: &[Family] = &[
    Family { name: "aggregation by window and key", sources: 1, histories: 1500, query: by_window },
    Family { name: "aggregation by event time", sources: 1, histories: 500, query: by_event_time },
    Family { name: "aggregation by key alone", sources: 1, histories: 400, query: by_key },
    Family { name: "session windows", sources: 1, histories: 1200, query: sessions },
    Family { name: "session windows, a gap for each row", sources: 1, histories: 600, query: sessions_by_row },
];

/// All three modes.
pub const MODES: &[OutputMode] = &[OutputMode::Append, OutputMode::Update, OutputMode::Complete];
/// What all of them compute of `av`.
pub const TOTALS: &[&str] = &["count(1) AS c", "sum(av) AS s", "max(av) AS m"];

/// Lengths and slides, milliseconds.
pub const WINDOWS: &[(i64, i64)] =
    &[(10_000, 10_000), (5_000, 5_000), (20_000, 10_000), (10_000, 3_000), (30_000, 7_000), (60_000, 15_000)];

fn by_window(choices: [u8; 6]) -> Query {
    let (mode, delay_ms) = (pick(choices[0], MODES), pick(choices[1], DELAYS_MS));
    let (length_ms, slide_ms) = pick(choices[2], WINDOWS);
    let window = format!("window(at, '{length_ms} milliseconds', '{slide_ms} milliseconds')");
    let with_key = !choices[3].is_multiple_of(4);
    let keys: Vec<String> = [window, "ak".to_owned()].into_iter().take(if with_key { 2 } else { 1 }).collect();
    let mut columns = vec![0, 1, 3];
    if !with_key {
        columns.remove(1);
    }
    let windows = vec![Mapping::Window { column: 1, length_ms, slide_ms }, Mapping::Select(columns)];
    let rule = Aggregation { keys: keys.len(), event_time: Some(0), mode, only_count: false, groups: Vec::new() };
    Query {
        text: format!("{mode} mode, watermark of {delay_ms} ms, by {keys:?}"),
        frame: Box::new(move |source| {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            watched_frame(&source(0), 0, delay_ms).aggregate(exprs(&keys), exprs(TOTALS)).unwrap()
        }),
        relation: Relation::Stateful(Box::new(rule), vec![Relation::Map(windows, Box::new(watched(0, 0, Vec::new())))]),
        delays_ms: vec![delay_ms],
        max_policy: false,
        mode,
    }
}

fn by_event_time(choices: [u8; 6]) -> Query {
    let (mode, delay_ms) = (pick(choices[0], MODES), pick(choices[1], DELAYS_MS));
    let rule = Aggregation { keys: 2, event_time: Some(1), mode, only_count: false, groups: Vec::new() };
    Query {
        text: format!("{mode} mode, watermark of {delay_ms} ms, by ak and at"),
        frame: Box::new(move |source| watched_frame(&source(0), 0, delay_ms).aggregate(exprs(&["ak", "at"]), exprs(TOTALS)).unwrap()),
        relation: Relation::Stateful(Box::new(rule), vec![watched(0, 0, Vec::new())]),
        delays_ms: vec![delay_ms],
        max_policy: false,
        mode,
    }
}

fn by_key(choices: [u8; 6]) -> Query {
    let mode = pick(choices[0], &[OutputMode::Update, OutputMode::Complete]);
    let delay_ms = Some(pick(choices[1], DELAYS_MS)).filter(|_| !choices[2].is_multiple_of(3));
    let with_key = !choices[3].is_multiple_of(4);
    let rule = Aggregation { keys: usize::from(with_key), event_time: None, mode, only_count: false, groups: Vec::new() };
    let source = if delay_ms.is_some() { watched(0, 0, Vec::new()) } else { Relation::Source(0, Vec::new()) };
    let columns = if with_key { vec![0, 2] } else { vec![2] };
    Query {
        text: format!("{mode} mode, watermark {delay_ms:?}, with key {with_key}"),
        frame: Box::new(move |source| {
            let frame = delay_ms.map_or_else(|| source(0), |delay_ms| watched_frame(&source(0), 0, delay_ms));
            frame.aggregate(exprs(if with_key { &["ak"] } else { &[] }), exprs(TOTALS)).unwrap()
        }),
        relation: Relation::Stateful(Box::new(rule), vec![Relation::Map(vec![Mapping::Select(columns)], Box::new(source))]),
        delays_ms: delay_ms.into_iter().collect(),
        max_policy: false,
        mode,
    }
}

fn sessions(choices: [u8; 6]) -> Query {
    let gap_ms = pick(choices[2], &[5_000, 10_000, 12_500, 30_000]);
    session_query(choices, format!("session_window(at, '{gap_ms} milliseconds')"), Gap::Fixed(gap_ms))
}

fn sessions_by_row(choices: [u8; 6]) -> Query {
    let gap = "CASE WHEN ak IS NULL THEN NULL WHEN ak = 'k0' THEN '5 seconds' WHEN ak = 'k1' THEN '0 seconds' ELSE '15 seconds' END";
    session_query(choices, format!("session_window(at, {gap})"), Gap::ByKey)
}

fn session_query(choices: [u8; 6], window: String, gap: Gap) -> Query {
    let mode = pick(choices[0], &[OutputMode::Append, OutputMode::Append, OutputMode::Complete]);
    let delay_ms = pick(choices[1], DELAYS_MS);
    let rule = Sessions { mode, sessions: Vec::new() };
    let map = vec![Mapping::Session(gap), Mapping::Select(vec![0, 1, 3])];
    Query {
        text: format!("{mode} mode, watermark of {delay_ms} ms, by {window} and ak"),
        frame: Box::new(move |source| watched_frame(&source(0), 0, delay_ms).aggregate(exprs(&[&window, "ak"]), exprs(TOTALS)).unwrap()),
        relation: Relation::Stateful(Box::new(rule), vec![Relation::Map(map, Box::new(watched(0, 0, Vec::new())))]),
        delays_ms: vec![delay_ms],
        max_policy: false,
        mode,
    }
}
