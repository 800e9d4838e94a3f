//! Windowed aggregation in the three modes, late rows, triggers, restarts.

use expect_test::Expect;
use expect_test::expect;

use super::Stage;
use super::exprs;
use crate::engine::Trigger;
use crate::plan::OutputMode;

const SCHEMA: &str = "page STRING, at TIMESTAMP";

/// Counts by window over files that land one a step.
fn check(mode: OutputMode, delay: &str, steps: &[&[&str]], expected: Expect) {
    let mut stage = Stage::new();
    let hits = stage.json(SCHEMA, "/data/hits", &[]);
    let counts =
        hits.with_watermark("at", delay).unwrap().aggregate(exprs(&["window(at, '10 minutes')"]), exprs(&["count(1) AS n"])).unwrap();
    let query = stage.start(&counts, mode, Trigger::Default, &[]);
    let mut told = String::new();
    for lines in steps {
        stage.land("/data/hits", lines);
        told += &stage.process(query);
    }
    expected.assert_eq(&told);
}

#[test]
fn a_filter_and_a_projection_pass_rows() {
    let mut stage = Stage::new();
    let frame = stage.json(SCHEMA, "/data/hits", &[]).filter(exprs(&["page = 'a'"]).remove(0)).unwrap().select(exprs(&["page"])).unwrap();
    let query = stage.start(&frame, OutputMode::Append, Trigger::Default, &[]);
    stage.land("/data/hits", &[r#"{"page":"a"}"#, r#"{"page":"b"}"#]);
    expect![[r#"
        batch=0 input=1
          + {"page":"a"}
    "#]]
    .assert_eq(&stage.process(query));
}

#[test]
fn append_emits_a_window_once_when_closed() {
    check(
        OutputMode::Append,
        "1 minute",
        &[
            &[r#"{"page":"a","at":"2024-05-01T12:00:00Z"}"#],
            &[r#"{"page":"a","at":"2024-05-01T12:11:00Z"}"#, r#"{"page":"b","at":"2024-05-01T12:05:00Z"}"#],
            &[r#"{"page":"a","at":"2024-05-01T12:09:00Z"}"#],
        ],
        expect![[r#"
            batch=0 input=1 watermark=1970-01-01T00:00:00.000Z
              stateStoreSave total=1 updated=1 removed=0 dropped=0
            batch=1 input=0 watermark=2024-05-01T11:59:00.000Z
              stateStoreSave total=1 updated=0 removed=0 dropped=0
            batch=2 input=2 watermark=2024-05-01T11:59:00.000Z
              stateStoreSave total=2 updated=2 removed=0 dropped=0
            batch=3 input=0 watermark=2024-05-01T12:10:00.000Z
              stateStoreSave total=1 updated=0 removed=1 dropped=0
              + {"window":{"start":"2024-05-01T12:00:00.000Z","end":"2024-05-01T12:10:00.000Z"},"n":2}
            batch=4 input=1 watermark=2024-05-01T12:10:00.000Z
              stateStoreSave total=1 updated=0 removed=0 dropped=1
        "#]],
    );
}
