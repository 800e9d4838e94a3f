//! The driver dies at every point of every batch: nothing is lost, nothing counts twice.

use std::collections::BTreeMap;

use super::Stage;
use super::exprs;
use super::tell;
use crate::engine::QueryId;
use crate::engine::Session;
use crate::engine::Step;
use crate::engine::Trigger;
use crate::plan::OutputMode;
use crate::world::CrashPoint;
use crate::world::Fault;

const STEPS: &[&[&str]] = &[
    &[r#"{"k":"a","at":"2024-05-01T12:00:00Z","n":1}"#, r#"{"k":"b","at":"2024-05-01T12:03:00Z","n":2}"#],
    &[r#"{"k":"a","at":"2024-05-01T12:11:00Z","n":4}"#, r#"{"k":"b","at":"2024-05-01T12:05:00Z","n":8}"#],
    &[r#"{"k":"a","at":"2024-05-01T12:01:00Z","n":16}"#, r#"{"k":"a","at":"2024-05-01T12:31:00Z","n":32}"#],
];

fn start(stage: &mut Stage, mode: OutputMode) -> QueryId {
    let rows = stage.json("k STRING, at TIMESTAMP, n BIGINT", "/data/in", &[]).with_watermark("at", "1 minute").unwrap();
    let sums = rows.aggregate(exprs(&["window(at, '10 minutes', '5 minutes')", "k"]), exprs(&["sum(n) AS s", "count(1) AS c"])).unwrap();
    stage.start(&sums, mode, Trigger::Default, &[("checkpointLocation", "/checkpoint/q")])
}

/// Each batch as it was last told, and whether a crash happened.
fn run(mode: OutputMode, fault: Option<Fault>) -> (BTreeMap<u64, String>, bool) {
    let mut stage = Stage::new();
    let mut query = start(&mut stage, mode);
    let (mut batches, mut crashed) = (BTreeMap::new(), false);
    if let Some(fault) = fault {
        stage.world.plan_fault(fault);
    }
    for lines in STEPS {
        stage.land("/data/in", lines);
        loop {
            match stage.session.step(&mut stage.world, query) {
                Step::Ran(report) => {
                    batches.insert(report.batch_id, tell(&report));
                }
                Step::Crashed => {
                    crashed = true;
                    stage.session = Session::new();
                    query = start(&mut stage, mode);
                }
                Step::Idle { .. } => break,
                other => panic!("{other:?}"),
            }
        }
    }
    (batches, crashed)
}

#[test]
fn a_crash_at_any_point_changes_no_batch() {
    let points = [CrashPoint::BeforeOffsetLog, CrashPoint::AfterOffsetLog, CrashPoint::DuringSink, CrashPoint::BeforeCommit];
    for mode in [OutputMode::Append, OutputMode::Update, OutputMode::Complete] {
        let (expected, _) = run(mode, None);
        for batch_id in expected.keys() {
            for point in points {
                // A no-data batch that had not written its offsets is not run after a restart: so does Spark.
                if point == CrashPoint::BeforeOffsetLog && expected[batch_id].contains("input=0") {
                    continue;
                }
                let (found, crashed) = run(mode, Some(Fault { point, batch_id: Some(*batch_id) }));
                assert!(crashed, "no crash at {point:?} of batch {batch_id}");
                assert_eq!(found, expected, "{point:?} of batch {batch_id} in {mode}");
            }
        }
    }
}
