//! The worker's loop through its messages, natively.

use super::message::{Event, Request};
use super::view::{Batch, Example, Outcome, Snapshot};
use super::worker::Worker;

/// The example's events in this much real time at this speed.
fn played(example: &Example, real_seconds: u32, speed: f64) -> Vec<Event> {
    let mut worker = Worker::default();
    let request = Request::Run { run: 1, program: example.program.clone(), setting: example.setting.clone(), playing: true, speed };
    let mut events = worker.ask(request);
    for _ in 0..real_seconds * 30 {
        events.extend(worker.tick(1000.0 / 30.0, &mut || false));
    }
    events
}

fn examples() -> Vec<Example> {
    let Some(Event::Ready { catalogue, .. }) = Worker::ready().into_iter().next() else { panic!("the worker says that it is ready") };
    catalogue.examples
}

fn batches(events: &[Event]) -> Vec<&Batch> {
    events.iter().filter_map(|event| if let Event::Batch(batch) = event { Some(batch) } else { None }).collect()
}

fn last_snapshot(events: &[Event]) -> &Snapshot {
    events.iter().rev().find_map(|event| if let Event::Snapshot(snapshot) = event { Some(snapshot) } else { None }).unwrap()
}

#[test]
fn every_example_runs_and_brings_batches() {
    let mut wrong = Vec::new();
    for example in examples() {
        let events = played(&example, 15, 4.0);
        let died = events.iter().filter(|event| {
            matches!(event, Event::Failed { .. }) || matches!(event, Event::Started { diagnostics, .. } if !diagnostics.is_empty())
        });
        wrong.extend(died.map(|event| format!("{}: {event:#?}", example.id)));
        if batches(&events).is_empty() {
            wrong.push(format!("{} brings no batch", example.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_opening_example_shows_the_tide() {
    let events = played(&examples()[0], 20, 4.0);
    let batches = batches(&events);
    assert!(batches.len() >= 12);
    assert!(batches.iter().any(|batch| !batch.sealed.is_empty()));
    assert!(batches.iter().flat_map(|batch| &batch.fates).any(|fate| fate.outcome == Outcome::Late));
    assert!(
        batches
            .iter()
            .flat_map(|batch| &batch.fates)
            .all(|fate| fate.event_ms.is_some() && fate.key.starts_with("ad-") && fate.windows.len() == 1),
        "{:?}",
        batches[1].fates.first()
    );
    let snapshot = last_snapshot(&events);
    assert!(snapshot.state[0].table.rows.iter().any(|row| row.fresh) && snapshot.state[0].expires_ms[0].is_some());
    assert!(snapshot.results[0].table.rows[0].key.starts_with("ad-"), "{:?}", snapshot.results[0].table.rows.first());
    assert!(events.iter().any(
        |event| matches!(event, Event::Files { files } if files.iter().any(|file| file.path.starts_with("/checkpoint/counts/commits/")))
    ));
}

#[test]
fn a_wrong_program_is_told_with_its_place() {
    let mut example = examples()[0].clone();
    example.program = example.program.replace("\"append\"", "\"upsert\"");
    let events = played(&example, 1, 1.0);
    let Some(Event::Started { diagnostics, .. }) = events.iter().find(|event| matches!(event, Event::Started { .. })) else {
        panic!("it started")
    };
    let diagnostic = diagnostics.first().expect("it is refused");
    assert_eq!(diagnostic.condition.as_deref(), Some("STREAMING_OUTPUT_MODE.INVALID"));
    assert!(diagnostic.span.is_some());
}

#[test]
fn the_driver_dies_and_comes_back() {
    let example = examples().into_iter().find(|example| example.id == "ad-clicks").unwrap();
    let mut worker = Worker::default();
    worker.ask(Request::Run { run: 1, program: example.program, setting: example.setting, playing: true, speed: 4.0 });
    let dead = worker.ask(Request::Kill);
    assert!(dead.iter().any(|event| matches!(event, Event::Driver { alive: false, .. })));
    for _ in 0..60 {
        assert!(batches(&worker.tick(33.0, &mut || false)).is_empty(), "nothing runs without a driver");
    }
    let back = worker.ask(Request::Restart);
    assert!(back.iter().any(|event| matches!(event, Event::Driver { alive: true, .. })));
}

/// What a sealed window held, counted over the whole run, and counted again without the driver's death.
#[test]
fn a_sealed_window_remembers_its_rows_over_a_restart() {
    let example = &examples()[0];
    let mut worker = Worker::default();
    let mut events =
        worker.ask(Request::Run { run: 1, program: example.program.clone(), setting: example.setting.clone(), playing: true, speed: 4.0 });
    for tick in 0..600 {
        if tick == 240 {
            events.extend(worker.ask(Request::Kill));
            events.extend(worker.ask(Request::Restart));
        }
        events.extend(worker.tick(1000.0 / 30.0, &mut || false));
    }
    let batches = batches(&events);
    let counted = |start_ms: i64| {
        let windows = batches.iter().flat_map(|batch| &batch.fates).flat_map(|fate| &fate.windows);
        windows.filter(|window| window.counted && window.start_ms == start_ms).count() as u64
    };
    let sealed: Vec<_> = batches.iter().flat_map(|batch| &batch.sealed).collect();
    assert!(sealed.len() >= 4);
    for window in sealed {
        assert_eq!(window.rows, counted(window.start_ms), "the window from {}", window.start_ms);
    }
}

#[test]
fn cards_are_read_and_edited() {
    let program = examples()[0].program.clone();
    let mut worker = Worker::default();
    let Some(Event::Lens { cards, .. }) = worker.ask(Request::Read { program: program.clone() }).into_iter().next() else {
        panic!("a lens")
    };
    let (card, field) =
        cards.iter().enumerate().find_map(|(index, card)| Some((index, card.fields.iter().find(|field| field.name == "delay")?))).unwrap();
    let request = Request::Edit { program, card, field: field.name.clone(), value: "30 seconds".into() };
    let Some(Event::Edited { program, .. }) = worker.ask(request).into_iter().next() else { panic!("edited") };
    assert!(program.contains("\"30 seconds\""));
}

#[test]
fn the_learners_own_files_are_there_in_every_run() {
    let mut worker = Worker::default();
    worker.ask(Request::WriteFile { path: "/data/tides.csv".into(), bytes: b"high,3.1\nlow,0.4\n".to_vec() });
    let program = "spark.read.schema('name STRING, metres DOUBLE').csv('/data/tides.csv').show()".to_owned();
    let events = worker.ask(Request::Run { run: 1, program, setting: Default::default(), playing: true, speed: 1.0 });
    let printed: String =
        events.iter().filter_map(|event| if let Event::Printed { text } = event { Some(text.as_str()) } else { None }).collect();
    assert!(printed.contains("|high|   3.1|"), "{events:?}");
}

#[test]
fn time_passes_for_a_program_that_has_ended_and_it_reads_what_came_since() {
    let example = examples().into_iter().find(|example| example.id == "restart").unwrap();
    let mut worker = Worker::default();
    let mut events = worker.ask(Request::Run { run: 1, program: example.program, setting: example.setting, playing: true, speed: 10.0 });
    for _ in 0..120 {
        events.extend(worker.tick(33.0, &mut || false));
    }
    let before = batches(&events).len();
    let mut again = worker.ask(Request::Restart);
    for _ in 0..30 {
        again.extend(worker.tick(33.0, &mut || false));
    }
    assert!(before > 0 && !batches(&again).is_empty(), "{before} batches before, {} after", batches(&again).len());
}
