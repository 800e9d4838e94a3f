//! Deduplication and limits over one source or two.

use tidemark::plan::OutputMode;

use super::DELAYS_MS;
use super::Family;
use super::Query;
use super::pick;
use super::watched;
use super::watched_frame;
use crate::plan::Relation;
use crate::rules::deduplication::Deduplication;
use crate::rules::limit::Limit;

/// See [`super::all`].
pub const FAMILIES: &[Family] = &[
    Family { name: "dropDuplicates", sources: 1, histories: 1500, query: drop_duplicates },
    Family { name: "dropDuplicatesWithinWatermark", sources: 1, histories: 1200, query: within_watermark },
    Family { name: "limit", sources: 2, histories: 400, query: limit },
];

const SUBSETS: &[&[usize]] = &[&[0], &[0, 1], &[1], &[0, 1, 2], &[1, 0]];
const COLUMNS: [&str; 3] = ["ak", "at", "av"];

fn names(subset: &[usize]) -> Vec<String> {
    subset.iter().map(|column| COLUMNS[*column].to_owned()).collect()
}

fn drop_duplicates(choices: [u8; 6]) -> Query {
    let mode = pick(choices[0], &[OutputMode::Append, OutputMode::Update]);
    let delay_ms = Some(pick(choices[1], DELAYS_MS)).filter(|_| !choices[2].is_multiple_of(4));
    let subset = pick(choices[3], SUBSETS);
    let rule = Deduplication { keys: subset.to_vec(), event_time: delay_ms.map(|_| 1), within_ms: None, seen: Vec::new() };
    let source = if delay_ms.is_some() { watched(0, 0, Vec::new()) } else { Relation::Source(0, Vec::new()) };
    Query {
        text: format!("{mode} mode, watermark {delay_ms:?} ms, dropDuplicates({:?})", names(subset)),
        frame: Box::new(move |source| {
            let frame = delay_ms.map_or_else(|| source(0), |delay_ms| watched_frame(&source(0), 0, delay_ms));
            frame.drop_duplicates(Some(&names(subset))).unwrap()
        }),
        relation: Relation::Stateful(Box::new(rule), vec![source]),
        delays_ms: delay_ms.into_iter().collect(),
        max_policy: false,
        mode,
    }
}

fn within_watermark(choices: [u8; 6]) -> Query {
    let mode = pick(choices[0], &[OutputMode::Append, OutputMode::Update]);
    let delay_ms = pick(choices[1], DELAYS_MS);
    let subset = pick(choices[3], &[SUBSETS[0], SUBSETS[0], SUBSETS[1]]);
    let rule = Deduplication { keys: subset.to_vec(), event_time: Some(1), within_ms: Some(delay_ms), seen: Vec::new() };
    Query {
        text: format!("{mode} mode, watermark of {delay_ms} ms, dropDuplicatesWithinWatermark({:?})", names(subset)),
        frame: Box::new(move |source| {
            watched_frame(&source(0), 0, delay_ms).drop_duplicates_within_watermark(Some(&names(subset))).unwrap()
        }),
        relation: Relation::Stateful(Box::new(rule), vec![watched(0, 0, Vec::new())]),
        delays_ms: vec![delay_ms],
        max_policy: false,
        mode,
    }
}

fn limit(choices: [u8; 6]) -> Query {
    let most = pick(choices[0], &[1, 3, 5, 12]);
    let delay_ms = pick(choices[1], DELAYS_MS);
    let (is_union, deduplicates) = (choices[2].is_multiple_of(2), choices[3].is_multiple_of(2));
    let mut relation = watched(0, 0, Vec::new());
    if is_union {
        relation = Relation::Union(Box::new(relation), Box::new(watched(1, 1, Vec::new())));
    } else if deduplicates {
        let rule = Deduplication { keys: vec![0, 1], event_time: Some(1), within_ms: None, seen: Vec::new() };
        relation = Relation::Stateful(Box::new(rule), vec![relation]);
    }
    Query {
        text: format!("watermark of {delay_ms} ms, union {is_union}, deduplicates {deduplicates}, limit({most})"),
        frame: Box::new(move |source| {
            let mut frame = watched_frame(&source(0), 0, delay_ms);
            if is_union {
                frame = frame.union(&watched_frame(&source(1), 1, delay_ms)).unwrap();
            } else if deduplicates {
                frame = frame.drop_duplicates(Some(&names(&[0, 1]))).unwrap();
            }
            frame.limit(most as i64).unwrap()
        }),
        relation: Relation::Stateful(Box::new(Limit { most, passed: None }), vec![relation]),
        delays_ms: vec![delay_ms; if is_union { 2 } else { 1 }],
        max_policy: false,
        mode: OutputMode::Append,
    }
}
