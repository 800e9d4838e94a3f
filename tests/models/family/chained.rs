//! Operators with state one over the other, and unions.

use tidemark::plan::OutputMode;

use super::DELAYS_MS;
use super::Family;
use super::Query;
use super::exprs;
use super::grouping::MODES;
use super::grouping::TOTALS;
use super::grouping::WINDOWS;
use super::joining;
use super::pick;
use super::watched;
use super::watched_frame;
use crate::plan::Mapping;
use crate::plan::Relation;
use crate::rules::aggregation::Aggregation;
use crate::rules::deduplication::Deduplication;
use crate::rules::join::How;
use crate::rules::join::Join;

/// See [`super::all`].
pub const FAMILIES: &[Family] = &[
    Family { name: "union of two watermarks, then windows", sources: 2, histories: 600, query: union_then_windows },
    Family { name: "window of windows", sources: 1, histories: 500, query: window_of_windows },
    Family { name: "dropDuplicates, then windows", sources: 1, histories: 500, query: deduplication_then_windows },
    Family { name: "join, then windows", sources: 2, histories: 800, query: join_then_windows },
    Family { name: "join of two aggregations", sources: 2, histories: 600, query: join_of_aggregations },
];

fn windows_of(column: usize, length_ms: i64, slide_ms: i64, columns: Vec<usize>, below: Relation) -> Relation {
    Relation::Map(vec![Mapping::Window { column, length_ms, slide_ms }, Mapping::Select(columns)], Box::new(below))
}

fn grouped(keys: usize, mode: OutputMode, below: Relation) -> Relation {
    Relation::Stateful(Box::new(Aggregation { keys, event_time: Some(0), mode, only_count: false, groups: Vec::new() }), vec![below])
}

fn counted(keys: usize, below: Relation) -> Relation {
    let rule = Aggregation { keys, event_time: Some(0), mode: OutputMode::Append, only_count: true, groups: Vec::new() };
    Relation::Stateful(Box::new(rule), vec![below])
}

fn window_text(column: &str, (length_ms, slide_ms): (i64, i64)) -> String {
    format!("window({column}, '{length_ms} milliseconds', '{slide_ms} milliseconds')")
}

fn union_then_windows(choices: [u8; 6]) -> Query {
    let (mode, window) = (pick(choices[0], MODES), pick(choices[1], WINDOWS));
    let delays_ms = [pick(choices[2], DELAYS_MS), pick(choices[3], DELAYS_MS)];
    let union = Relation::Union(Box::new(watched(0, 0, Vec::new())), Box::new(watched(1, 1, Vec::new())));
    Query {
        text: format!("{mode} mode, watermarks {delays_ms:?} ms, union, by window {window:?} and ak"),
        frame: Box::new(move |source| {
            let side = |side: usize| watched_frame(&source(side), side, delays_ms[side]);
            side(0).union(&side(1)).unwrap().aggregate(exprs(&[&window_text("at", window), "ak"]), exprs(TOTALS)).unwrap()
        }),
        relation: grouped(2, mode, windows_of(1, window.0, window.1, vec![0, 1, 3], union)),
        delays_ms: delays_ms.to_vec(),
        max_policy: choices[4] % 2 == 1,
        mode,
    }
}

fn window_of_windows(choices: [u8; 6]) -> Query {
    let delay_ms = pick(choices[0], DELAYS_MS);
    let (small, large) =
        pick(choices[1], &[((5_000, 5_000), (10_000, 10_000)), ((10_000, 5_000), (30_000, 30_000)), ((10_000, 10_000), (20_000, 10_000))]);
    let first = counted(2, windows_of(1, small.0, small.1, vec![0, 1, 3], watched(0, 0, Vec::new())));
    // Of the first one's window, key, count, sum, max: the windows of the windows, and the counts.
    let second = windows_of(0, large.0, large.1, vec![0, 3], first);
    Query {
        text: format!("watermark of {delay_ms} ms, by window {small:?} and ak, then by window {large:?} of that window"),
        frame: Box::new(move |source| {
            let first = watched_frame(&source(0), 0, delay_ms).aggregate(exprs(&[&window_text("at", small), "ak"]), exprs(TOTALS)).unwrap();
            first.aggregate(exprs(&[&window_text("window", large)]), exprs(&["count(1) AS windows", "sum(c) AS s", "max(c) AS m"])).unwrap()
        }),
        relation: grouped(1, OutputMode::Append, second),
        delays_ms: vec![delay_ms],
        max_policy: false,
        mode: OutputMode::Append,
    }
}

fn deduplication_then_windows(choices: [u8; 6]) -> Query {
    let (delay_ms, window) = (pick(choices[0], DELAYS_MS), pick(choices[1], WINDOWS));
    let mode = pick(choices[2], &[OutputMode::Append, OutputMode::Update]);
    let within = choices[3] % 2 == 1;
    let keys = if within { vec![0] } else { vec![0, 1] };
    let rule = Deduplication { keys, event_time: Some(1), within_ms: within.then_some(delay_ms), seen: Vec::new() };
    let below = Relation::Stateful(Box::new(rule), vec![watched(0, 0, Vec::new())]);
    Query {
        text: format!("{mode} mode, watermark of {delay_ms} ms, dropDuplicates (within watermark: {within}), then by window {window:?}"),
        frame: Box::new(move |source| {
            let frame = watched_frame(&source(0), 0, delay_ms);
            let names = ["ak".to_owned(), "at".to_owned()];
            let frame =
                if within { frame.drop_duplicates_within_watermark(Some(&names[..1])) } else { frame.drop_duplicates(Some(&names)) };
            frame.unwrap().aggregate(exprs(&[&window_text("at", window)]), exprs(TOTALS)).unwrap()
        }),
        relation: grouped(1, mode, windows_of(1, window.0, window.1, vec![0, 3], below)),
        delays_ms: vec![delay_ms],
        max_policy: false,
        mode,
    }
}

fn join_then_windows(choices: [u8; 6]) -> Query {
    let how = pick(choices[4], &[How::Inner, How::Left, How::Left, How::LeftSemi]);
    let delays_ms = [pick(choices[0], DELAYS_MS), pick(choices[1], DELAYS_MS)];
    let (range_ms, window) = (pick(choices[2], &[[Some(10_000), Some(10_000)], [Some(0), Some(20_000)]]), pick(choices[3], WINDOWS));
    let condition = joining::condition(range_ms, [false; 2]);
    // The left row's value is summed where the join is a semi join, the right one's elsewhere; what is not read does not reach the join.
    let is_semi = how == How::LeftSemi;
    let read: [&[usize]; 2] = if is_semi { [&[0, 1, 2], &[0, 1]] } else { [&[0, 1], &[0, 1, 2]] };
    let mut join = joining::range_relation(how, range_ms, [false; 2], [true; 2], read);
    // A window needs a time: that condition goes below the join on its left side.
    if let Relation::Stateful(_, sides) = &mut join {
        let left = sides.remove(0);
        sides.insert(0, Relation::Filter(joining::has_time, Box::new(left)));
    }
    let (column, value) = if is_semi { (3, "av") } else { (5, "bv") };
    Query {
        text: format!("watermarks {delays_ms:?} ms, {} join on {condition}, then by window {window:?} of at", joining::name(how)),
        frame: Box::new(move |source| {
            let side = |side: usize| watched_frame(&source(side), side, delays_ms[side]);
            let totals = ["count(1) AS c".to_owned(), format!("sum({value}) AS s"), format!("max({value}) AS m")];
            let joined = joining::joined(&side(0), &side(1), how, &condition);
            // One event time is enough for a window: without the other, Spark has no choice to refuse.
            let joined = if is_semi { joined } else { joined.drop_names(&["bt".to_owned()]) };
            joined.aggregate(exprs(&[&window_text("at", window)]), exprs(&totals.each_ref().map(String::as_str))).unwrap()
        }),
        relation: grouped(1, OutputMode::Append, windows_of(1, window.0, window.1, vec![0, column], join)),
        delays_ms: delays_ms.to_vec(),
        max_policy: choices[5] % 4 == 1,
        mode: OutputMode::Append,
    }
}

fn join_of_aggregations(choices: [u8; 6]) -> Query {
    let how = pick(choices[4], &[How::Inner, How::Left, How::Full]);
    let delays_ms = [pick(choices[0], DELAYS_MS), pick(choices[1], DELAYS_MS)];
    let length_ms = pick(choices[2], &[10_000, 20_000]);
    let rule = Join {
        how,
        keys: [vec![0], vec![0]],
        key_time: Some(0),
        times: [Some(0); 2],
        range_ms: [None, None],
        positive: [false; 2],
        sides: Default::default(),
        widths: [2, 2],
    };
    let side = |side: usize| {
        let counts = counted(1, windows_of(1, length_ms, length_ms, vec![0, 3], watched(side, side, Vec::new())));
        Relation::Map(vec![Mapping::Select(vec![0, 1])], Box::new(counts))
    };
    let relation = Relation::Stateful(Box::new(rule), vec![side(0), side(1)]);
    Query {
        text: format!("watermarks {delays_ms:?} ms, both counted by windows of {length_ms} ms, {} join on the window", joining::name(how)),
        frame: Box::new(move |source| {
            let side = |side: usize, letter: &str| {
                let window = format!("{} AS {letter}w", window_text(&format!("{letter}t"), (length_ms, length_ms)));
                let count = format!("count(1) AS {letter}c");
                watched_frame(&source(side), side, delays_ms[side]).aggregate(exprs(&[&window]), exprs(&[&count])).unwrap()
            };
            joining::joined(&side(0, "a"), &side(1, "b"), how, "aw = bw")
        }),
        relation,
        delays_ms: delays_ms.to_vec(),
        max_policy: choices[5] % 4 == 1,
        mode: OutputMode::Append,
    }
}
