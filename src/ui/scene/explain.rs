//! What the Tide says about a row, a window or the water: a sentence with the actual numbers.

use super::hit::Target;
use crate::link::view::{Batch, Fate, Outcome};
use crate::ui::moment::{clock, duration, second};
use std::ops::Deref;

/// A sentence about something on the Tide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// Its colour.
    pub tone: Tone,
    /// The first words, which stand out.
    pub lead: String,
    /// The rest.
    pub text: String,
}

/// What an explanation is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// The water, an open window, a row that counted.
    #[default]
    Calm,
    /// A row that was dropped.
    Late,
    /// A window that is sealed.
    Sealed,
}

/// The story of what is pointed at.
pub fn explain<B: Deref<Target = Batch>>(batches: &[B], target: Target, length_ms: i64) -> Option<Explanation> {
    match target {
        Target::Row(batch, row) => {
            let ran = batches.get(batch)?;
            Some(of_row(batches, ran, ran.fates.get(row)?))
        }
        Target::Sealed(batch, window) => {
            let sealed = batches.get(batch)?.sealed.get(window)?;
            of_window(batches, sealed.start_ms, sealed.end_ms)
        }
        Target::Water(batch) => of_water(batches, batch),
        Target::Band(start_ms) => of_window(batches, start_ms, start_ms + length_ms),
        Target::Column(batch) => batches.get(batch).map(|batch| of_batch(batch)),
    }
}

/// What is said while nothing is pointed at: the latest drop in sight, else the water.
pub fn unasked<B: Deref<Target = Batch>>(batches: &[B], sight: usize) -> Option<Explanation> {
    let recent = batches.iter().enumerate().rev().take(sight);
    let late =
        recent.flat_map(|(batch, ran)| ran.fates.iter().rposition(|fate| fate.outcome == Outcome::Late).map(|row| Target::Row(batch, row)));
    late.take(1).next().and_then(|target| explain(batches, target, 0)).or_else(|| of_water(batches, None))
}

fn of_row<B: Deref<Target = Batch>>(batches: &[B], batch: &Batch, fate: &Fate) -> Explanation {
    let Some(event_ms) = fate.event_ms else {
        return say(Tone::Late, "No event time.", format!("{} has no event time, so it is in no window and is not counted.", row(fate)));
    };
    let happened = format!("{} happened at {}", row(fate), second(event_ms));
    let mut text = match fate.outcome {
        Outcome::Late => format!("{happened}. {}", judged(batch, fate)),
        Outcome::PartlyLate => format!("{happened}. {} It still counts in {}.", judged(batch, fate), windows(fate, true)),
        Outcome::Duplicate => {
            format!("{happened}. Batch {} found its key in the state: it was seen before, so the row goes no further.", batch.batch_id)
        }
        Outcome::NoEventTime => happened,
        Outcome::Filtered => format!("{happened}. Batch {} read it and a filter left it out.", batch.batch_id),
        Outcome::Counted => counted(&happened, batch, fate, event_ms),
    };
    if fate.outcome == Outcome::Counted {
        text.push_str(&fortune(batches, fate));
    }
    let (tone, lead) = match fate.outcome {
        Outcome::Late => (Tone::Late, "Dropped as late."),
        Outcome::PartlyLate => (Tone::Late, "Late for some of its windows."),
        Outcome::Duplicate => (Tone::Calm, "A duplicate."),
        Outcome::NoEventTime => (Tone::Late, "No event time."),
        Outcome::Filtered => (Tone::Calm, "Filtered out."),
        Outcome::Counted => (Tone::Calm, "Counted."),
    };
    say(tone, lead, text)
}

fn counted(happened: &str, batch: &Batch, fate: &Fate, event_ms: f64) -> String {
    let lag_ms = fate.arrived_ms - event_ms as i64;
    let came = match lag_ms {
        ..=999 => "came at once".to_owned(),
        _ => format!("came {} later", duration(lag_ms / 1000 * 1000)),
    };
    match fate.windows.is_empty() {
        true => format!("{happened} and {came}; batch {} took it in.", batch.batch_id),
        false => format!("{happened} and {came}; batch {} counted it in {}.", batch.batch_id, windows(fate, true)),
    }
}

/// What became of the row's last window.
fn fortune<B: Deref<Target = Batch>>(batches: &[B], fate: &Fate) -> String {
    let Some(window) = fate.windows.iter().rfind(|window| window.counted) else { return String::new() };
    let sealer =
        batches.iter().find(|batch| batch.sealed.iter().any(|sealed| sealed.start_ms == window.start_ms && sealed.end_ms == window.end_ms));
    match sealer {
        Some(batch) => format!(" Batch {} sealed that window.", batch.batch_id),
        None if batches.last().is_some_and(|batch| batch.delay_ms.is_some()) => {
            format!(" The window is sealed once the watermark reaches {}.", clock(window.end_ms))
        }
        None => String::new(),
    }
}

/// Why a row was late.
fn judged(batch: &Batch, fate: &Fate) -> String {
    let Some(late_ms) = batch.late_ms else { return format!("Batch {} dropped it.", batch.batch_id) };
    let sealed = windows(fate, false);
    let verdict = match sealed.is_empty() {
        true => format!("Batch {} dropped what is older than {}.", batch.batch_id, clock(late_ms)),
        false => format!("Batch {} judged it by watermark {}, and its {sealed} ended before that.", batch.batch_id, clock(late_ms)),
    };
    match batch.delay_ms {
        Some(delay_ms) => format!(
            "{verdict} That watermark is the latest event time seen until then, {}, less the delay of {}.",
            clock(late_ms + delay_ms),
            duration(delay_ms)
        ),
        None => verdict,
    }
}

fn of_window<B: Deref<Target = Batch>>(batches: &[B], start_ms: i64, end_ms: i64) -> Option<Explanation> {
    let name = format!("Window [{}, {}).", clock(start_ms), clock(end_ms));
    let (mut rows, mut late) = (0_u64, 0_u64);
    for window in batches.iter().flat_map(|batch| &batch.fates).flat_map(|fate| &fate.windows) {
        if window.start_ms == start_ms && window.end_ms == end_ms {
            *(if window.counted { &mut rows } else { &mut late }) += 1;
        }
    }
    let dropped = match late {
        0 => String::new(),
        1 => " One more row came too late.".to_owned(),
        many => format!(" {many} more rows came too late."),
    };
    let sealer = batches.iter().find_map(|batch| {
        batch.sealed.iter().find(|sealed| sealed.start_ms == start_ms && sealed.end_ms == end_ms).map(|sealed| (batch, sealed))
    });
    if let Some((batch, sealed)) = sealer {
        let evict = batch.evict_ms.map(|ms| format!("its watermark, {}, had reached the window's end. ", clock(ms))).unwrap_or_default();
        let left = format!("{} in {} left the state.", many(sealed.rows, "row"), many(sealed.groups, "group"));
        return Some(say(Tone::Sealed, &name, format!("Batch {} sealed it: {evict}{left}{dropped}", batch.batch_id)));
    }
    if rows + late == 0 {
        return None;
    }
    let when = match batches.last().and_then(|batch| batch.next_ms.or(batch.evict_ms)) {
        Some(now_ms) if now_ms >= end_ms => format!(" The watermark, {}, has reached its end: the next batch seals it.", clock(now_ms)),
        Some(now_ms) => format!(" The watermark stands at {}; once it reaches {}, the window is sealed.", watermark(now_ms), clock(end_ms)),
        None => " There is no watermark, so it stays open for ever.".to_owned(),
    };
    Some(say(Tone::Calm, &name, format!("Open, with {} so far.{when}{dropped}", many(rows, "row"))))
}

fn of_water<B: Deref<Target = Batch>>(batches: &[B], batch: Option<usize>) -> Option<Explanation> {
    let ran = match batch {
        Some(index) => batches.get(index)?,
        None => batches.last()?,
    };
    let ms = if batch.is_some() { ran.evict_ms } else { ran.next_ms.or(ran.evict_ms) };
    let (Some(ms), Some(delay_ms)) = (ms, ran.delay_ms) else {
        if ran.state_rows == 0 {
            return Some(say(
                Tone::Calm,
                "No watermark.",
                "Each row goes its way by itself: there is no state to clear, and nothing comes too late.".to_owned(),
            ));
        }
        return Some(say(Tone::Calm, "No watermark.", "This query keeps its state for ever and drops nothing as late.".to_owned()));
    };
    if ms <= 0 {
        return Some(say(
            Tone::Calm,
            "No watermark yet.",
            "It moves at the end of the first batch with rows: nothing is late until then.".to_owned(),
        ));
    }
    let which = batch.map_or_else(|| "The next batch runs with it".to_owned(), |_| format!("Batch {} ran with it", ran.batch_id));
    let judge = ran
        .late_ms
        .filter(|late| batch.is_some() && *late != ms && *late > 0)
        .map(|late| format!(" Late rows were judged by the one of the batch before, {}.", clock(late)));
    let text = format!(
        "{which}: the latest event time seen until then, {}, less the delay of {}. Windows that end by then are sealed.{}",
        clock(ms + delay_ms),
        duration(delay_ms),
        judge.unwrap_or_default()
    );
    Some(say(Tone::Calm, &format!("Watermark {}.", clock(ms)), text))
}

fn of_batch(batch: &Batch) -> Explanation {
    let lead = format!("Batch {}.", batch.batch_id);
    let why = if batch.no_data { "It ran without new rows, because the watermark had moved" } else { "It ran" };
    let dropped = if batch.dropped > 0 { format!(", {} dropped as late", batch.dropped) } else { String::new() };
    let text = format!(
        "{why} at {}: {} in{dropped}, {} out, {} in the state afterwards.",
        clock(batch.at_ms),
        many(batch.input_rows, "row"),
        many(batch.output_rows, "row"),
        many(batch.state_rows, "row")
    );
    say(Tone::Calm, &lead, text)
}

fn watermark(ms: i64) -> String {
    if ms <= 0 { "its beginning".to_owned() } else { clock(ms) }
}

fn row(fate: &Fate) -> String {
    if fate.key.is_empty() { "This row".to_owned() } else { format!("This row ({})", fate.key) }
}

/// `window [10:00:00, 10:00:10)`, or several; those that counted it or those that did not.
fn windows(fate: &Fate, counted: bool) -> String {
    let chosen: Vec<String> = fate
        .windows
        .iter()
        .filter(|window| window.counted == counted)
        .map(|window| format!("[{}, {})", clock(window.start_ms), clock(window.end_ms)))
        .collect();
    match chosen.as_slice() {
        [] => String::new(),
        [one] => format!("window {one}"),
        [all @ .., last] => format!("windows {} and {last}", all.join(", ")),
    }
}

fn many(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn say(tone: Tone, lead: &str, text: String) -> Explanation {
    Explanation { tone, lead: lead.to_owned(), text }
}
