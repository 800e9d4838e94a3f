//! Windowed aggregation against a slow obvious model: random rows, batches, delays, windows and restarts.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write;

use proptest::prelude::*;

use super::Stage;
use super::exprs;
use crate::engine::Session;
use crate::engine::Trigger;
use crate::plan::OutputMode;
use crate::types::time::utc_millis;

const BASE_MS: i64 = 1_714_564_800_000;

/// One input row: key (none is null), seconds after the base (none is null), amount.
type Row = (Option<u8>, Option<i64>, i64);

#[derive(Clone, Debug)]
struct Scenario {
    mode: u8,
    delay_s: i64,
    window_s: i64,
    slides: i64,
    steps: Vec<(Vec<Row>, bool)>,
}

/// What the specification says, with maps and loops.
struct Model {
    mode: OutputMode,
    scenario: Scenario,
    state: BTreeMap<(i64, Option<u8>), (i64, i64)>,
    watermark_ms: i64,
    late_ms: i64,
    batch: u64,
}

impl Model {
    fn step(&mut self, rows: &[Row]) -> String {
        let mut told = self.batch(rows, rows.len());
        while self.mode != OutputMode::Complete && self.watermark_ms > self.late_ms {
            told += &self.batch(&[], 0);
        }
        told
    }

    fn batch(&mut self, rows: &[Row], input: usize) -> String {
        let (window_ms, slide_ms) = (self.scenario.window_s * 1000, self.scenario.window_s * 1000 / self.scenario.slides);
        let mut groups: BTreeMap<(i64, Option<u8>), (i64, i64)> = BTreeMap::new();
        for (key, second, amount) in rows {
            let Some(second) = second else { continue };
            let time = BASE_MS + second * 1000;
            let mut start = time.div_euclid(slide_ms) * slide_ms;
            while start + window_ms > time {
                let group = groups.entry((start, *key)).or_default();
                group.0 += 1;
                group.1 += amount;
                start -= slide_ms;
            }
        }
        let all = groups.len();
        if self.mode != OutputMode::Complete {
            groups.retain(|(start, _), _| start + window_ms > self.late_ms);
        }
        let dropped = all - groups.len();
        let touched: BTreeSet<_> = groups.keys().copied().collect();
        for (key, (count, sum)) in groups {
            let held = self.state.entry(key).or_default();
            held.0 += count;
            held.1 += sum;
        }
        let evicts = self.mode != OutputMode::Complete;
        let expired: Vec<_> = self.state.keys().copied().filter(|(start, _)| evicts && start + window_ms <= self.watermark_ms).collect();
        let emitted: Vec<_> = match self.mode {
            OutputMode::Append => expired.clone(),
            OutputMode::Update => touched.iter().copied().collect(),
            OutputMode::Complete => self.state.keys().copied().collect(),
        };
        let mut lines: Vec<String> = emitted.iter().map(|key| line(*key, self.state[key], window_ms)).collect();
        lines.sort();
        for key in &expired {
            self.state.remove(key);
        }
        let mut told = format!("batch={} input={input} watermark={}\n", self.batch, utc_millis(self.watermark_ms));
        let _ = writeln!(
            told,
            "  stateStoreSave total={} updated={} removed={} dropped={dropped}",
            self.state.len(),
            touched.len(),
            expired.len()
        );
        lines.iter().for_each(|line| told += line);
        self.batch += 1;
        self.late_ms = self.watermark_ms;
        let newest = rows.iter().filter_map(|row| row.1).max();
        if let Some(newest) = newest {
            self.watermark_ms = self.watermark_ms.max(BASE_MS + newest * 1000 - self.scenario.delay_s * 1000);
        }
        told
    }
}

fn line((start, key): (i64, Option<u8>), (count, sum): (i64, i64), window_ms: i64) -> String {
    let key = key.map_or_else(|| "null".to_owned(), |key| format!("\"k{key}\""));
    let (start, end) = (utc_millis(start), utc_millis(start + window_ms));
    format!("  + {{\"window\":{{\"start\":\"{start}\",\"end\":\"{end}\"}},\"k\":{key},\"c\":{count},\"s\":{sum}}}\n")
}

fn json((key, second, amount): &Row) -> String {
    let key = key.map_or_else(|| "null".to_owned(), |key| format!("\"k{key}\""));
    let at = second.map_or_else(|| "null".to_owned(), |second| format!("\"{}\"", utc_millis(BASE_MS + second * 1000)));
    format!("{{\"k\":{key},\"at\":{at},\"n\":{amount}}}")
}

fn run(scenario: &Scenario, tracing: bool) -> (String, String) {
    let mode = [OutputMode::Append, OutputMode::Update, OutputMode::Complete][scenario.mode as usize];
    let mut stage = Stage::new();
    let mut model = Model { mode, scenario: scenario.clone(), state: BTreeMap::new(), watermark_ms: 0, late_ms: 0, batch: 0 };
    let (mut told, mut expected) = (String::new(), String::new());
    let mut query = start(&mut stage, scenario, mode);
    stage.session.set_tracing(tracing);
    for (rows, restart) in &scenario.steps {
        let lines: Vec<String> = rows.iter().map(json).collect();
        stage.land("/data/in", &lines.iter().map(String::as_str).collect::<Vec<_>>());
        // Rows without any time are left out before the source is asked: `input` counts what passes the pushed filters.
        told += &stage.process(query);
        expected += &model.step(rows);
        if *restart {
            stage.session = Session::new();
            query = start(&mut stage, scenario, mode);
        }
    }
    (told, expected)
}

fn start(stage: &mut Stage, scenario: &Scenario, mode: OutputMode) -> crate::engine::QueryId {
    let source = stage.json("k STRING, at TIMESTAMP, n BIGINT", "/data/in", &[]);
    let window = format!("window(at, '{} seconds', '{} seconds')", scenario.window_s, scenario.window_s / scenario.slides);
    let counts = source
        .with_watermark("at", &format!("{} seconds", scenario.delay_s))
        .unwrap()
        .aggregate(exprs(&[&window, "k"]), exprs(&["count(1) AS c", "sum(n) AS s"]))
        .unwrap();
    stage.start(&counts, mode, Trigger::Default, &[("checkpointLocation", "/checkpoint/q")])
}

fn scenarios() -> impl Strategy<Value = Scenario> {
    let row = (prop::option::weighted(0.9, 0..4_u8), prop::option::weighted(0.95, 0..400_i64), -5..100_i64);
    let step = (prop::collection::vec(row, 1..12), prop::bool::weighted(0.4));
    (0..3_u8, 0..120_i64, prop::sample::select(vec![60_i64, 120]), 1..4_i64, prop::collection::vec(step, 1..8))
        .prop_map(|(mode, delay_s, window_s, slides, steps)| Scenario { mode, delay_s, window_s, slides, steps })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn windowed_aggregation_is_what_the_model_says(scenario in scenarios(), tracing in any::<bool>()) {
        let (told, expected) = run(&scenario, tracing);
        prop_assert_eq!(told, expected);
    }
}
