//! What the page makes of the engine's events.

use super::{Action, Engine, Room, Store};
use crate::link::message::Event;
use crate::link::view::{Arrival, Batch, Diagnostic, Example, Fate, Snapshot, Span};

fn heard(store: &mut Store, events: Vec<Event>) {
    store.apply(Action::Heard(events, 0.0));
}

fn running() -> Store {
    let mut store = Store::default();
    store.apply(Action::Ran { number: 1, playing: true });
    heard(&mut store, vec![Event::Began { run: 1 }]);
    store
}

fn batch(query: &str, id: u64, at_ms: i64) -> Event {
    Event::Batch(Batch { query: query.into(), batch_id: id, at_ms, ..Batch::default() })
}

#[test]
fn events_of_an_older_run_are_not_for_us() {
    let mut store = running();
    heard(&mut store, vec![batch("counts", 0, 5_000)]);
    store.apply(Action::Ran { number: 2, playing: true });
    heard(
        &mut store,
        vec![batch("counts", 1, 10_000), Event::Printed { text: "old".into() }, Event::Began { run: 1 }, batch("counts", 2, 15_000)],
    );
    assert_eq!(store.run.batches.len(), 0);
    heard(&mut store, vec![Event::Began { run: 2 }, batch("counts", 0, 5_000)]);
    assert_eq!((store.run.batches.len(), store.run.printed.as_str()), (1, ""));
}

#[test]
fn waiting_rows_go_with_their_batch() {
    let mut store = running();
    let row = |at_ms| Arrival { at_ms, ..Arrival::default() };
    heard(&mut store, vec![Event::Arrived { rows: vec![row(1_000), row(6_000)] }, batch("counts", 0, 5_000)]);
    assert_eq!(store.run.arrivals.iter().map(|row| row.at_ms).collect::<Vec<_>>(), [6_000]);
}

#[test]
fn the_past_shows_things_as_they_were() {
    let mut store = running();
    for id in 0..4 {
        let at_ms = (id as i64 + 1) * 5_000;
        heard(&mut store, vec![batch("counts", id, at_ms), Event::Snapshot(Snapshot { batches: id + 1, ..Snapshot::default() })]);
    }
    store.apply(Action::Scrubbed(Some(1)));
    assert_eq!(store.seen_batches().len(), 2);
    assert_eq!(store.snapshot().batches, 2);
    heard(&mut store, vec![batch("counts", 4, 25_000)]);
    assert_eq!(store.seen_batches().len(), 2, "the run goes on, the past stays");
    store.apply(Action::Scrubbed(Some(4)));
    assert_eq!(store.cursor, None, "the latest batch of a running run is the present");
}

#[test]
fn each_query_has_its_own_batches() {
    let mut store = running();
    heard(&mut store, vec![batch("a", 0, 5_000), batch("b", 0, 5_000), batch("a", 1, 10_000)]);
    assert_eq!(store.queries(), ["a", "b"]);
    assert_eq!(store.shown_batches().count(), 2);
    store.apply(Action::Query("b".into()));
    assert_eq!(store.shown_batches().count(), 1);
}

#[test]
fn keys_keep_their_colours() {
    let mut store = running();
    let of = |keys: &[&str]| {
        Event::Batch(Batch {
            query: "q".into(),
            fates: keys.iter().map(|key| Fate { key: (*key).into(), ..Fate::default() }).collect(),
            ..Batch::default()
        })
    };
    heard(&mut store, vec![of(&["b", "a"]), of(&["c", "a"])]);
    assert_eq!(["a", "b", "c", "d"].map(|key| store.run.colours.of(key)), [Some(0), Some(1), Some(2), None]);
}

#[test]
fn a_fix_is_made_in_utf16_units() {
    let mut store = Store::default();
    store.apply(Action::Typed("# 🌊\nmode = \"complete\"".into()));
    let mended = store.mended(Span { start: 12, end: 22 }, "\"append\"");
    assert_eq!(mended.as_deref(), Some("# 🌊\nmode = \"append\""));
    assert_eq!(store.mended(Span { start: 90, end: 91 }, ""), None);
}

#[test]
fn what_stopped_the_run_is_shown_until_it_runs_again() {
    let mut store = running();
    let wrong = Diagnostic { message: "no".into(), ..Diagnostic::default() };
    heard(&mut store, vec![Event::Started { diagnostics: vec![wrong.clone()], notes: Vec::new() }]);
    assert_eq!(store.failure, Some(wrong));
    store.apply(Action::Ran { number: 2, playing: true });
    assert_eq!(store.failure, None);
}

#[test]
fn an_ended_engine_stops_the_clock() {
    let mut store = running();
    heard(&mut store, vec![Event::Clock { now_ms: 9, playing: true }]);
    store.apply(Action::Engine(Engine::Ended));
    assert!(!store.clock.playing);
    heard(&mut store, vec![Event::Ready { build: String::new(), catalogue: Default::default() }]);
    assert_eq!(store.engine, Engine::Ready);
}

#[test]
fn opening_an_example_goes_to_the_workbench() {
    let mut store = Store::default();
    store.apply(Action::Went(Room::Exam));
    store.apply(Action::Opened(Box::new(Example { title: "T".into(), program: "p".into(), ..Example::default() })));
    assert_eq!((store.room, store.program.as_str(), store.origin.title.as_str()), (Room::Workbench, "p", "T"));
}
