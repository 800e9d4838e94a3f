//! The Tide's geometry and sentences on runs of the stand-in.

use super::axis::Axis;
use super::camera::View;
use super::explain::{explain, unasked};
use super::hit::Target;
use super::picture::{Picture, Scene};
use crate::link::view::{Batch, Outcome};
use crate::ui::colour::Colours;
use crate::ui::demo::Demo;
use crate::ui::shared::Shared;
use crate::ui::store::{Action, Store};

/// The store after this much real time of the stand-in's run at speed 4.
fn after(seconds: u32) -> Store {
    let (mut demo, mut store) = (Demo::default(), Store::default());
    store.apply(Action::Heard(Demo::ready(), 0.0));
    store.apply(Action::Ran { number: 1, playing: true });
    let request = crate::link::message::Request::Run {
        run: 1,
        program: store.program.clone(),
        setting: (*store.setting).clone(),
        playing: true,
        speed: 4.0,
    };
    store.apply(Action::Heard(demo.ask(request), 0.0));
    for tick in 0..seconds * 30 {
        store.apply(Action::Heard(demo.tick(1000.0 / 30.0), f64::from(tick) * 33.3));
    }
    store
}

fn picture(store: &Store) -> Picture {
    let batches = store.seen_batches();
    let axis = Axis::new(&batches, store.clock.start_ms);
    let now_ms = store.clock.now_ms as f64;
    let view = View::of(&batches, &store.run.arrivals, &axis, now_ms, 12.0);
    Scene {
        batches: &batches,
        arrivals: &store.run.arrivals,
        axis: &axis,
        colours: &store.run.colours,
        faults: &store.run.faults,
        view,
        now_ms,
        rise: 1.0,
    }
    .picture(680.0, 500.0)
}

#[test]
fn every_row_in_sight_is_in_its_batchs_column() {
    let store = after(20);
    let picture = picture(&store);
    assert!(picture.dots.len() > 80);
    for dot in &picture.dots {
        let column = picture.columns.iter().find(|column| column.batch == dot.batch).unwrap();
        assert!(dot.x >= column.left - 0.01 && dot.x <= column.right + 0.01, "{dot:?} outside of {column:?}");
        assert!(dot.y >= picture.plot.y && dot.y <= picture.plot.y + picture.plot.height);
    }
}

#[test]
fn late_rows_lie_under_the_water_and_the_water_only_rises() {
    let store = after(25);
    let picture = picture(&store);
    let late: Vec<_> = picture.dots.iter().filter(|dot| dot.outcome == Outcome::Late).collect();
    assert!(!late.is_empty());
    for dot in late {
        let water = picture.water.iter().find(|step| step.batch == Some(dot.batch)).unwrap();
        assert!(dot.y > water.y, "{dot:?} above {water:?}");
    }
    assert!(picture.water.windows(2).all(|pair| pair[1].y <= pair[0].y), "a watermark never falls");
    assert!(
        picture.late.iter().zip(&picture.water).all(|(late, water)| late.y >= water.y),
        "late rows are judged by the watermark of the batch before"
    );
}

#[test]
fn what_is_drawn_is_what_is_hit() {
    let store = after(12);
    let picture = picture(&store);
    let batches = store.seen_batches();
    for dot in &picture.dots {
        assert!(matches!(picture.target(dot.x, dot.y), Some(Target::Row(..))));
    }
    for (index, label) in picture.sealed.iter().enumerate() {
        assert!(index < 40);
        let target = Target::Sealed(label.batch, label.window);
        assert!(explain(&batches, target, 10_000).unwrap().text.contains("left the state"));
    }
}

#[test]
fn the_story_of_a_late_row_has_its_numbers() {
    let store = after(20);
    let said = unasked(&store.seen_batches(), 12).unwrap();
    expect_test::expect![[r#"Dropped as late. This row (ad-2) happened at 10:00:19. Batch 9 judged it by watermark 10:00:28, and its window [10:00:10, 10:00:20) ended before that. That watermark is the latest event time seen until then, 10:00:38, less the delay of 10 seconds."#]]
        .assert_eq(&format!("{} {}", said.lead, said.text));
}

#[test]
fn columns_without_time_between_them_can_still_be_seen() {
    let batch = |id, at_ms| Shared::new(Batch { batch_id: id, at_ms, ..Batch::default() });
    let batches = [batch(0, 5_000), batch(1, 10_000), batch(2, 10_000), batch(3, 10_000), batch(4, 900_000)];
    let axis = Axis::new(&batches, 0);
    let widths: Vec<f64> = axis.columns().iter().map(|column| column.right - column.left).collect();
    assert_eq!(widths, [5_000.0, 5_000.0, 2_500.0, 2_500.0, 12_500.0]);
    assert!((axis.time(axis.at(7_000.0)) - 7_000.0).abs() < 1e-6);
    let more = Axis::new(&[batches.as_slice(), &[batch(5, 905_000)]].concat(), 0);
    assert_eq!(axis.columns(), &more.columns()[..5], "columns never change once they are there");
}

#[test]
fn an_empty_run_has_a_picture() {
    let store = Store::default();
    let picture = picture(&store);
    assert!(picture.dots.is_empty() && picture.water.is_empty() && !picture.ticks.is_empty());
    assert_eq!(unasked::<Shared<Batch>>(&[], 12), None);
    assert_eq!(Colours::default().of("x"), None);
}

#[test]
fn sessions_of_a_key_merge_where_they_touch() {
    let fate = |arrived_ms: i64, start_ms: i64, key: &str| crate::link::view::Fate {
        arrived_ms,
        event_ms: Some(start_ms as f64),
        key: key.into(),
        windows: vec![crate::link::view::WindowFate { start_ms, end_ms: start_ms + 10_000, counted: true }],
        ..Default::default()
    };
    let fates = vec![fate(1_000, 0, "a"), fate(2_000, 15_000, "a"), fate(3_000, 8_000, "b"), fate(4_000, 8_000, "a")];
    let batches = [Shared::new(Batch { at_ms: 5_000, fates, ..Batch::default() })];
    let axis = Axis::new(&batches, 0);
    let found = super::windows::sessions(&batches, &axis);
    let told: Vec<_> = found.iter().map(|session| (session.key.as_str(), session.start_ms, session.end_ms)).collect();
    assert_eq!(told, [("b", 8_000, 18_000), ("a", 0, 25_000)]);
    assert_eq!(super::windows::bands(&batches), None);
}
