//! Joins of two streams.
//!
//! Where both sides need a match, Spark infers that their keys and times are not null, and takes conditions on one side below the join. What does not
//! speak of the watermarked column goes below the watermark, to the source: such rows are no input and move no watermark.

use tidemark::plan::Frame;
use tidemark::plan::JoinOn;
use tidemark::plan::OutputMode;
use tidemark::types::Value;

use super::DELAYS_MS;
use super::Family;
use super::Query;
use super::exprs;
use super::has_key;
use super::pick;
use super::watched;
use super::watched_frame;
use crate::plan::Condition;
use crate::plan::Mapping;
use crate::plan::Relation;
use crate::plan::Row;
use crate::rules::join::How;
use crate::rules::join::Join;

/// See [`super::all`].
pub const FAMILIES: &[Family] = &[
    Family { name: "inner join, range", sources: 2, histories: 800, query: inner },
    Family { name: "left outer join, range", sources: 2, histories: 800, query: left },
    Family { name: "right outer join, range", sources: 2, histories: 800, query: right },
    Family { name: "full outer join, range", sources: 2, histories: 800, query: full },
    Family { name: "left semi join, range", sources: 2, histories: 800, query: left_semi },
    Family { name: "join on windows", sources: 2, histories: 800, query: on_windows },
    Family { name: "inner join without watermarks", sources: 2, histories: 400, query: without_watermarks },
];

fn inner(choices: [u8; 6]) -> Query {
    by_range(How::Inner, choices, [!choices[4].is_multiple_of(5), !choices[5].is_multiple_of(5)])
}

fn left(choices: [u8; 6]) -> Query {
    by_range(How::Left, choices, [true; 2])
}

fn right(choices: [u8; 6]) -> Query {
    by_range(How::Right, choices, [true; 2])
}

fn full(choices: [u8; 6]) -> Query {
    by_range(How::Full, choices, [true; 2])
}

fn left_semi(choices: [u8; 6]) -> Query {
    by_range(How::LeftSemi, choices, [true; 2])
}

fn without_watermarks(choices: [u8; 6]) -> Query {
    by_range(How::Inner, choices, [false; 2])
}

/// `how` as the join's argument.
pub fn name(how: How) -> &'static str {
    match how {
        How::Inner => "inner",
        How::Left => "left",
        How::Right => "right",
        How::Full => "full",
        How::LeftSemi => "left_semi",
    }
}

/// Whether a side's rows that match nothing are of no use, so that conditions on them are taken below the join.
fn needs_match(how: How, side: usize) -> bool {
    match how {
        How::Inner | How::LeftSemi => true,
        How::Left => side == 1,
        How::Right => side == 0,
        How::Full => false,
    }
}

pub fn has_time(row: &Row) -> bool {
    row[1] != Value::Null
}

fn is_positive(row: &Row) -> bool {
    row[2] > Value::Long(0)
}

/// What reaches a side's source of these conditions.
fn pushed(how: How, side: usize, conditions: &[(bool, Condition)]) -> Vec<Condition> {
    let stated = conditions.iter().filter(|(stated, _)| *stated && needs_match(how, side));
    stated.map(|(_, condition)| *condition).collect()
}

/// What stays with the join of the condition that a side's value be positive.
fn positive_above(how: How, positive: [bool; 2]) -> [bool; 2] {
    [0, 1].map(|side| positive[side] && !needs_match(how, side))
}

/// A range join: the frame, the relation, the delays.
fn by_range(how: How, choices: [u8; 6], watches: [bool; 2]) -> Query {
    let delays_ms = [pick(choices[0], DELAYS_MS), pick(choices[1], DELAYS_MS)];
    // Outer joins need a bound; the others may do without.
    let ranges: &[[Option<i64>; 2]] = &[
        [Some(10_000), Some(10_000)],
        [Some(0), Some(20_000)],
        [Some(30_000), Some(-5_000)],
        [Some(5_000), None],
        [None, Some(5_000)],
        [None, None],
    ];
    let ranges = match how {
        How::Inner => ranges,
        _ => &ranges[..3],
    };
    let range_ms = pick(choices[2], ranges);
    let positive = [choices[3] % 4 == 1, choices[3] % 4 == 2];
    let condition = condition(range_ms, positive);
    let text = format!("watermarks {delays_ms:?} ms over {watches:?}, {} join on {condition}", name(how));
    // A semi join reads nothing of the right side but what it compares.
    let right: &[usize] = if how == How::LeftSemi { &[0, 1] } else { &[0, 1, 2] };
    let relation = range_relation(how, range_ms, positive, watches, [&[0, 1, 2], right]);
    let mode = pick(
        choices[4] / 5,
        if matches!(how, How::Inner | How::LeftSemi) { &[OutputMode::Append, OutputMode::Update] } else { &[OutputMode::Append] },
    );
    Query {
        text,
        frame: Box::new(move |source| {
            let side = |side: usize| if watches[side] { watched_frame(&source(side), side, delays_ms[side]) } else { source(side) };
            joined(&side(0), &side(1), how, &condition)
        }),
        relation,
        delays_ms: (0..2).filter(|side| watches[*side]).map(|side| delays_ms[side]).collect(),
        max_policy: choices[5] % 4 == 1,
        mode,
    }
}

/// The condition of a range join as SQL.
pub fn condition(range_ms: [Option<i64>; 2], positive: [bool; 2]) -> String {
    let interval =
        |ms: i64| if ms < 0 { format!("- INTERVAL {} SECONDS", -ms / 1000) } else { format!("+ INTERVAL {} SECONDS", ms / 1000) };
    let parts = [
        Some("ak = bk".to_owned()),
        range_ms[0].map(|ms| format!("bt >= at {}", interval(-ms))),
        range_ms[1].map(|ms| format!("bt <= at {}", interval(ms))),
        positive[0].then(|| "av > 0".to_owned()),
        positive[1].then(|| "bv > 0".to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" AND ")
}

/// The engine's join.
pub fn joined(left: &Frame, right: &Frame, how: How, condition: &str) -> Frame {
    left.join(right, JoinOn::Condition(exprs(&[condition])), name(how)).unwrap()
}

/// The model's range join, of which these columns of each side are read.
pub fn range_relation(how: How, range_ms: [Option<i64>; 2], positive: [bool; 2], watches: [bool; 2], read: [&[usize]; 2]) -> Relation {
    let compares_times = range_ms != [None, None];
    let side = |side: usize| {
        // Where the time has no watermark, nothing keeps the condition on it from the source.
        let below = pushed(how, side, &[(true, has_key), (positive[side], is_positive), (compares_times && !watches[side], has_time)]);
        let number = usize::from(side == 1 && watches[0]);
        let source = if watches[side] { watched(side, number, below) } else { Relation::Source(side, below) };
        let filters = needs_match(how, side) && compares_times;
        let filtered = if filters { Relation::Filter(has_time, Box::new(source)) } else { source };
        Relation::Map(vec![Mapping::Select(read[side].to_vec())], Box::new(filtered))
    };
    let rule = Join {
        how,
        keys: [vec![0], vec![0]],
        key_time: None,
        times: [0, 1].map(|side| watches[side].then_some(1)),
        range_ms,
        positive: positive_above(how, positive),
        sides: Default::default(),
        widths: read.map(<[usize]>::len),
    };
    Relation::Stateful(Box::new(rule), vec![side(0), side(1)])
}

fn on_windows(choices: [u8; 6]) -> Query {
    let how = pick(choices[4], &[How::Inner, How::Left, How::Right, How::Full, How::LeftSemi]);
    let delays_ms = [pick(choices[0], DELAYS_MS), pick(choices[1], DELAYS_MS)];
    let length_ms = pick(choices[2], &[10_000, 30_000]);
    let positive = [choices[3] % 4 == 1, choices[3] % 4 == 2];
    let own = [(0, "av > 0"), (1, "bv > 0")].into_iter().filter(|(side, _)| positive[*side]).map(|(_, text)| text);
    let condition = ["ak = bk", "aw = bw"].into_iter().chain(own).collect::<Vec<_>>().join(" AND ");
    let text = format!("watermarks {delays_ms:?} ms, windows of {length_ms} ms, {} join on {condition}", name(how));
    let rule = Join {
        how,
        keys: [vec![0, 1], vec![0, 1]],
        key_time: Some(1),
        times: [Some(1); 2],
        range_ms: [None, None],
        positive: positive_above(how, positive),
        sides: Default::default(),
        widths: [3, 3],
    };
    let side = |side: usize| {
        let read = if how == How::LeftSemi && side == 1 { vec![1, 0] } else { vec![1, 0, 3] };
        let windows = vec![Mapping::Window { column: 1, length_ms, slide_ms: length_ms }, Mapping::Select(read)];
        let below = pushed(how, side, &[(true, has_key), (positive[side], is_positive)]);
        Relation::Map(windows, Box::new(watched(side, side, below)))
    };
    Query {
        text,
        relation: Relation::Stateful(Box::new(rule), vec![side(0), side(1)]),
        frame: Box::new(move |source| {
            let side = |side: usize, letter: &str| {
                let columns =
                    [format!("{letter}k"), format!("window({letter}t, '{length_ms} milliseconds') AS {letter}w"), format!("{letter}v")];
                watched_frame(&source(side), side, delays_ms[side]).select(exprs(&columns.each_ref().map(String::as_str))).unwrap()
            };
            joined(&side(0, "a"), &side(1, "b"), how, &condition)
        }),
        delays_ms: delays_ms.to_vec(),
        max_policy: choices[5] % 4 == 1,
        mode: OutputMode::Append,
    }
}
