//! What reports say of each input row while tracing.

use std::fmt::Write;

use expect_test::Expect;
use expect_test::expect;

use super::Stage;
use super::exprs;
use crate::engine::Step;
use crate::engine::Trigger;
use crate::plan::Frame;
use crate::plan::OutputMode;
use crate::types::time::utc_millis;

fn check(build: impl Fn(&Stage) -> Frame, mode: OutputMode, steps: &[&[&str]], expected: Expect) {
    let mut stage = Stage::new();
    stage.session.set_tracing(true);
    let frame = build(&stage);
    let query = stage.start(&frame, mode, Trigger::Default, &[]);
    let mut told = String::new();
    for lines in steps {
        stage.land("/data/in", lines);
        while let Step::Ran(report) = stage.session.step(&mut stage.world, query) {
            let _ = writeln!(told, "batch={}", report.batch_id);
            for fate in &report.fates {
                let time = fate.event_us.map_or_else(|| "-".to_owned(), |us| utc_millis(us / 1000)[11..19].to_owned());
                let windows: Vec<String> = fate
                    .windows
                    .iter()
                    .map(|window| format!("{}{}", &utc_millis(window.start_us / 1000)[11..16], if window.counted { "+" } else { "x" }))
                    .collect();
                let _ = writeln!(told, "  {time} {:?} {:?} {}", fate.outcome, fate.key, windows.join(" "));
            }
            for window in &report.sealed {
                let _ = writeln!(
                    told,
                    "  sealed {} groups={} rows={}",
                    &utc_millis(window.start_us / 1000)[11..16],
                    window.groups,
                    window.rows
                );
            }
        }
    }
    expected.assert_eq(&told);
}

#[test]
fn sliding_windows_tell_counted_late_and_partly_late_rows() {
    check(
        |stage| {
            let rows = stage.json("k STRING, at TIMESTAMP", "/data/in", &[]).with_watermark("at", "0 seconds").unwrap();
            rows.aggregate(exprs(&["window(at, '10 minutes', '5 minutes')", "k"]), exprs(&["count(1) AS n"])).unwrap()
        },
        OutputMode::Append,
        &[
            &[r#"{"k":"a","at":"2024-05-01T12:07:00Z"}"#, r#"{"k":"b","at":"2024-05-01T12:11:00Z"}"#, r#"{"k":"c"}"#],
            &[r#"{"k":"a","at":"2024-05-01T12:06:00Z"}"#, r#"{"k":"a","at":"2024-05-01T11:00:00Z"}"#],
        ],
        expect![[r#"
            batch=0
              12:07:00 Counted [String("a")] 12:05+ 12:00+
              12:11:00 Counted [String("b")] 12:10+ 12:05+
              - NoEventTime [] 
            batch=1
              sealed 12:00 groups=1 rows=1
            batch=2
              12:06:00 PartlyLate [String("a")] 12:05+ 12:00x
              11:00:00 Late [String("a")] 11:00x 10:55x
        "#]],
    );
}

#[test]
fn deduplication_tells_duplicates_and_late_rows() {
    check(
        |stage| {
            let rows = stage.json("k STRING, at TIMESTAMP", "/data/in", &[]).with_watermark("at", "0 seconds").unwrap();
            rows.drop_duplicates(Some(&["k".to_owned()])).unwrap()
        },
        OutputMode::Append,
        &[
            &[r#"{"k":"a","at":"2024-05-01T12:07:00Z"}"#, r#"{"k":"a","at":"2024-05-01T12:08:00Z"}"#],
            &[
                r#"{"k":"b","at":"2024-05-01T12:06:00Z"}"#,
                r#"{"k":"a","at":"2024-05-01T12:09:00Z"}"#,
                r#"{"k":"c","at":"2024-05-01T12:09:00Z"}"#,
            ],
        ],
        expect![[r#"
            batch=0
              12:07:00 Counted [String("a")] 
              12:08:00 Duplicate [String("a")] 
            batch=1
            batch=2
              12:06:00 Late [String("b")] 
              12:09:00 Duplicate [String("a")] 
              12:09:00 Counted [String("c")] 
            batch=3
        "#]],
    );
}

#[test]
fn a_stateless_query_tells_what_a_filter_left_out() {
    check(
        |stage| {
            let rows = stage.json("k STRING, at TIMESTAMP", "/data/in", &[]).with_watermark("at", "0 seconds").unwrap();
            rows.filter(exprs(&["upper(k) = 'A'"]).remove(0)).unwrap().select(exprs(&["k"])).unwrap()
        },
        OutputMode::Append,
        &[&[r#"{"k":"a","at":"2024-05-01T12:07:00Z"}"#, r#"{"k":"b","at":"2024-05-01T12:08:00Z"}"#]],
        expect![[r#"
            batch=0
              12:07:00 Counted [] 
              - Filtered [] 
        "#]],
    );
}
