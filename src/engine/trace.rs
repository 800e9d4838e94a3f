//! The account of a traced batch: what became of each input row, and which windows it sealed.
//!
//! Law: an account is put together from what operators noted; it decides nothing.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::report::Fate;
use super::report::Outcome;
use super::report::Sealed;
use super::report::WindowFate;
use super::run_tree::Line;
use crate::operator::Note;

/// What is known of one row while its notes are read.
#[derive(Clone, Default)]
struct Row {
    fate: Option<Fate>,
    timed: bool,
    late: bool,
    duplicate: bool,
    passed: bool,
    grouped: bool,
}

/// Fates in the order of arrival, and the windows that were sealed. `reached` are the rows that came to the sink;
/// `counted` says how many rows each open window has taken so far, and is brought up to date.
pub fn account(
    lines: &[Line],
    arrived_ms: &[i64],
    reached: Option<&[u32]>,
    counted: &mut BTreeMap<(i64, i64), u64>,
) -> (Vec<Fate>, Vec<Sealed>) {
    let mut rows = vec![Row::default(); arrived_ms.len()];
    // Leaves stand last: from there up, rows meet the watermark first.
    for note in lines.iter().rev().flat_map(|line| &line.report.notes) {
        take(&mut rows, arrived_ms, note, counted);
    }
    let reached: BTreeSet<u32> = reached.unwrap_or_default().iter().copied().collect();
    let fates =
        rows.into_iter().enumerate().map(|(origin, row)| finish(row, arrived_ms[origin], reached.contains(&(origin as u32)))).collect();
    let mut sealed: Vec<Sealed> = Vec::new();
    for ((start_us, end_us), groups) in lines.iter().flat_map(|line| &line.report.sealed) {
        let rows = counted.remove(&(*start_us, *end_us)).unwrap_or(0);
        sealed.push(Sealed { start_us: *start_us, end_us: *end_us, groups: *groups, rows });
    }
    sealed.sort_by_key(|window| (window.start_us, window.end_us));
    (fates, sealed)
}

fn take(rows: &mut [Row], arrived_ms: &[i64], note: &Note, counted_rows: &mut BTreeMap<(i64, i64), u64>) {
    let (Note::EventTime { origin, .. }
    | Note::Keyed { origin, .. }
    | Note::Grouped { origin, .. }
    | Note::Late { origin }
    | Note::Duplicate { origin }
    | Note::Passed { origin }) = note;
    let Some(row) = rows.get_mut(*origin as usize) else { return };
    let empty = || blank(arrived_ms[*origin as usize]);
    let fate = row.fate.get_or_insert_with(empty);
    match note {
        Note::EventTime { event_us, .. } if !row.timed => {
            row.timed = true;
            fate.event_us = *event_us;
        }
        Note::EventTime { .. } => {}
        Note::Grouped { key, window, counted, .. } => {
            row.grouped = true;
            fate.key.clone_from(key);
            row.late |= !counted;
            row.passed |= counted;
            if let Some((start_us, end_us)) = *window {
                fate.windows.push(WindowFate { start_us, end_us, counted: *counted });
                if *counted {
                    *counted_rows.entry((start_us, end_us)).or_default() += 1;
                }
            }
        }
        Note::Keyed { key, .. } => fate.key.clone_from(key),
        Note::Late { .. } => row.late = true,
        Note::Duplicate { .. } => row.duplicate = true,
        Note::Passed { .. } => row.passed = true,
    }
}

fn finish(row: Row, arrived_ms: i64, reached: bool) -> Fate {
    let mut fate = row.fate.unwrap_or_else(|| blank(arrived_ms));
    fate.outcome = match (row.late, row.passed || reached) {
        _ if row.duplicate => Outcome::Duplicate,
        (true, true) if row.grouped => Outcome::PartlyLate,
        (true, _) => Outcome::Late,
        (false, true) => Outcome::Counted,
        (false, false) if row.timed && fate.event_us.is_none() => Outcome::NoEventTime,
        (false, false) => Outcome::Filtered,
    };
    fate
}

fn blank(arrived_ms: i64) -> Fate {
    Fate { arrived_ms, event_us: None, key: Vec::new(), windows: Vec::new(), outcome: Outcome::Counted }
}
