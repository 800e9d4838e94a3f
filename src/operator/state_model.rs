//! Stateful processors against a slow obvious model: random histories of batches, restarts and batches that were never committed.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::BatchContext;
use super::Column;
use super::Operator;
use super::OperatorReport;
use super::Rows;
use super::TransformSpec;
use super::TransformWithState;
use crate::diag::Result;
use crate::expr::ColumnId;
use crate::plan::OutputMode;
use crate::plan::Processor;
use crate::plan::ProcessorRun;
use crate::plan::ProcessorTask;
use crate::plan::StateKind;
use crate::plan::StateVariable;
use crate::plan::StatefulProcessor;
use crate::plan::StatefulProcessorHandle;
use crate::plan::TimeMode;
use crate::plan::TimerValues;
use crate::plan::ValueRow;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Value;
use crate::types::Zone;
use crate::types::arrow::array_of;
use crate::types::arrow::value_at;
use crate::world::Disk;
use proptest::prelude::*;

const TTL_MS: i64 = 30;

/// What a row asks of the processor: a number for the kind, and an argument.
type Request = (i64, i64);

/// Does to its state what the rows say, and yields what it then holds.
#[derive(Debug)]
struct Obedient;

struct Obeying;

impl StatefulProcessor for Obedient {
    fn start(&self, _: ProcessorTask) -> Result<Box<dyn ProcessorRun>> {
        Ok(Box::new(Obeying))
    }
}

fn schema(name: &str) -> Schema {
    Schema { fields: vec![Field::new(name, DataType::Long)] }
}

fn number(row: &[Value]) -> i64 {
    match row {
        [Value::Long(number)] => *number,
        other => panic!("not a number: {other:?}"),
    }
}

fn row(number: i64) -> ValueRow {
    vec![Value::Long(number)]
}

impl Obeying {
    fn told(handle: &mut dyn StatefulProcessorHandle, what: &str) -> Result<Vec<ValueRow>> {
        let value = handle.get("value", &[])?.map(|row| number(&row));
        let short = handle.get("short", &[])?.map(|row| number(&row));
        let list: Vec<i64> = handle.items("list")?.iter().map(|row| number(row)).collect();
        let map: BTreeMap<i64, i64> = handle.entries("map")?.iter().map(|(key, value)| (number(key), number(value))).collect();
        let timers: BTreeSet<i64> = handle.timers()?.into_iter().collect();
        let exists = (handle.exists("value")?, handle.exists("short")?, handle.exists("list")?, handle.exists("map")?);
        Ok(vec![vec![Value::String(format!("{what} {value:?} {short:?} {list:?} {map:?} {timers:?} {exists:?}"))]])
    }
}

impl ProcessorRun for Obeying {
    fn init(&mut self, handle: &mut dyn StatefulProcessorHandle) -> Result<()> {
        let mut define = |name: &str, kind: StateKind, ttl_ms: Option<i64>| {
            let entry = if kind == StateKind::Map { schema("k") } else { Schema::default() };
            handle.define(StateVariable { name: name.to_owned(), kind, entry, value: schema("v"), ttl_ms })
        };
        define("value", StateKind::Value, None)?;
        define("short", StateKind::Value, Some(TTL_MS))?;
        define("list", StateKind::List, Some(TTL_MS))?;
        define("map", StateKind::Map, None)
    }

    fn input_rows(
        &mut self,
        handle: &mut dyn StatefulProcessorHandle,
        key: &[Value],
        rows: Vec<ValueRow>,
        times: TimerValues,
    ) -> Result<Vec<ValueRow>> {
        for given in rows {
            let (kind, argument) = (number(&given[1..2]), number(&given[2..3]));
            match kind {
                0 => {
                    let before = handle.get("value", &[])?.map_or(0, |row| number(&row));
                    handle.put("value", &[], row(before + argument))?;
                }
                1 => handle.clear("value")?,
                2 => handle.put("short", &[], row(argument))?,
                3 => handle.append("list", vec![row(argument)], false)?,
                4 => handle.append("list", vec![row(argument), row(argument + 1)], true)?,
                5 => handle.clear("list")?,
                6 => handle.put("map", &row(argument % 4), row(argument))?,
                7 => handle.remove("map", &row(argument % 4))?,
                8 => handle.clear("map")?,
                9 => handle.register_timer(times.processing_ms + argument)?,
                _ => {
                    if let Some(first) = handle.timers()?.into_iter().min() {
                        handle.delete_timer(first)?;
                    }
                }
            }
        }
        Self::told(handle, &format!("rows of {key:?}"))
    }

    fn initial_state(&mut self, _: &mut dyn StatefulProcessorHandle, _: &[Value], _: ValueRow, _: TimerValues) -> Result<()> {
        Ok(())
    }

    fn expired_timer(
        &mut self,
        handle: &mut dyn StatefulProcessorHandle,
        key: &[Value],
        _: TimerValues,
        expiry_ms: i64,
    ) -> Result<Vec<ValueRow>> {
        Self::told(handle, &format!("timer {expiry_ms} of {key:?}"))
    }

    fn close(&mut self, _: &mut dyn StatefulProcessorHandle) -> Result<()> {
        Ok(())
    }
}

/// One key's state, each value with the end of its life.
#[derive(Clone, Default)]
struct Held {
    value: Option<i64>,
    short: Option<(i64, i64)>,
    list: Vec<(i64, i64)>,
    map: BTreeMap<i64, i64>,
    timers: BTreeSet<i64>,
}

impl Held {
    fn obey(&mut self, (kind, argument): Request, now_ms: i64) {
        let end_ms = now_ms + TTL_MS;
        match kind {
            0 => self.value = Some(self.value.unwrap_or(0) + argument),
            1 => self.value = None,
            2 => self.short = Some((argument, end_ms)),
            3 => self.list.push((argument, end_ms)),
            4 => self.list = vec![(argument, end_ms), (argument + 1, end_ms)],
            5 => self.list.clear(),
            6 => drop(self.map.insert(argument % 4, argument)),
            7 => drop(self.map.remove(&(argument % 4))),
            8 => self.map.clear(),
            9 => drop(self.timers.insert(now_ms + argument)),
            _ => drop(self.timers.pop_first()),
        }
    }

    fn told(&self, what: &str, now_ms: i64) -> String {
        let short = self.short.filter(|(_, end_ms)| *end_ms > now_ms).map(|(value, _)| value);
        let list: Vec<i64> = self.list.iter().filter(|(_, end_ms)| *end_ms > now_ms).map(|(value, _)| *value).collect();
        let exists = (self.value.is_some(), short.is_some(), !list.is_empty(), !self.map.is_empty());
        format!("{what} {:?} {short:?} {list:?} {:?} {:?} {exists:?}", self.value, self.map, self.timers)
    }

    fn forget(&mut self, now_ms: i64) {
        self.short = self.short.filter(|(_, end_ms)| *end_ms > now_ms);
        self.list.retain(|(_, end_ms)| *end_ms > now_ms);
    }

    fn rows(&self) -> u64 {
        let whole = [self.value.is_some(), self.short.is_some(), !self.list.is_empty()];
        whole.into_iter().map(u64::from).sum::<u64>() + self.map.len() as u64
    }
}

/// What a batch of these rows yields, and how many rows the state then has.
fn model(keys: &mut BTreeMap<i64, Held>, batch: &[(i64, Request)], now_ms: i64) -> (Vec<String>, u64) {
    let mut out = Vec::new();
    let touched: BTreeSet<i64> = batch.iter().map(|(key, _)| *key).collect();
    for key in touched {
        let held = keys.entry(key).or_default();
        batch.iter().filter(|(own, _)| *own == key).for_each(|(_, request)| held.obey(*request, now_ms));
        out.push(held.told(&format!("rows of [Long({key})]"), now_ms));
    }
    let mut due: Vec<(i64, [u8; 8], i64)> = Vec::new();
    for (key, held) in keys.iter() {
        due.extend(held.timers.range(..=now_ms).map(|timer| (*timer, key.to_le_bytes(), *key)));
    }
    due.sort_unstable();
    for (timer, _, key) in due {
        let held = keys.get_mut(&key).expect("a key with a timer");
        out.push(held.told(&format!("timer {timer} of [Long({key})]"), now_ms));
        held.timers.remove(&timer);
    }
    keys.values_mut().for_each(|held| held.forget(now_ms));
    (out, keys.values().map(Held::rows).sum())
}

fn operator() -> TransformWithState {
    let of_type = |id: u64, data_type: DataType| Column { id: ColumnId(id), data_type, name: format!("c{id}"), metadata: "{}".to_owned() };
    let column = |id: u64| of_type(id, DataType::Long);
    TransformWithState::new(TransformSpec {
        processor: Processor(Rc::new(Obedient)),
        keys: vec![(ColumnId(0), Field::new("key", DataType::Long))],
        input: vec![column(0), column(1), column(2)],
        initial: None,
        output: vec![of_type(9, DataType::String)],
        time_mode: TimeMode::ProcessingTime,
        output_mode: OutputMode::Update,
        event_time: None,
        output_event_time: None,
        in_stream: true,
    })
}

fn input(batch: &[(i64, Request)]) -> Rows {
    let column = |of: &dyn Fn(&(i64, Request)) -> i64| {
        let values: Vec<Value> = batch.iter().map(|row| Value::Long(of(row))).collect();
        array_of(&DataType::Long, &values)
    };
    Rows {
        ids: [0, 1, 2].into_iter().map(ColumnId).collect(),
        columns: vec![column(&|row| row.0), column(&|row| row.1.0), column(&|row| row.1.1)],
        rows: batch.len(),
        origin: None,
    }
}

fn context(batch_id: u64, now_ms: i64) -> BatchContext {
    BatchContext {
        batch_id,
        late_us: None,
        evict_us: None,
        now_us: now_ms * 1000,
        mode: OutputMode::Update,
        tracing: false,
        zone: Zone::utc(),
        seed: 0,
    }
}

/// One batch: rows, how much later it is, and what happens before its commit.
#[derive(Clone, Debug)]
struct Step {
    rows: Vec<(i64, Request)>,
    later_ms: i64,
    fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is committed.
    Commits,
    /// It is committed, then the driver dies.
    CommitsThenRestarts,
    /// The driver dies before the commit: the batch runs again.
    RunsTwice,
}

fn run(operator: &mut TransformWithState, step: &Step, version: u64, now_ms: i64) -> (Vec<String>, u64) {
    let mut report = OperatorReport::default();
    let rows = operator.process(vec![input(&step.rows)], &context(version, now_ms), &mut report).expect("a batch");
    let text = |place: usize| match value_at(&rows.columns[0], place, &DataType::String) {
        Value::String(text) => text,
        other => panic!("not a text: {other:?}"),
    };
    ((0..rows.rows).map(text).collect(), report.state.expect("counters").total)
}

fn check(steps: &[Step]) {
    let (mut disk, mut keys, mut now_ms, mut version) = (Disk::default(), BTreeMap::new(), 1_000, 0);
    let open = |disk: &Disk, version: u64| {
        let mut operator = operator();
        operator.memories().into_iter().for_each(|memory| memory.open(disk, "/state/0/0", version).expect("a version"));
        operator
    };
    let mut operator = open(&disk, 0);
    for step in steps {
        now_ms += step.later_ms;
        if step.fate == Fate::RunsTwice {
            run(&mut operator, step, version, now_ms);
            operator = open(&disk, version);
        }
        let found = run(&mut operator, step, version, now_ms);
        assert_eq!(found, model(&mut keys, &step.rows, now_ms), "batch {version}");
        for memory in operator.memories() {
            memory.commit(&mut disk).expect("a commit");
        }
        version += 1;
        let shown: u64 =
            operator.views(1000).iter().filter(|view| view.store != "timers" && view.store != "list").map(|view| view.total).sum();
        let held: u64 = keys.values().map(|held| held.rows() - u64::from(!held.list.is_empty())).sum();
        assert_eq!(shown, held, "the state as people see it after batch {version}");
        if step.fate == Fate::CommitsThenRestarts {
            operator = open(&disk, version);
        }
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let request = (0..11_i64, 0..40_i64);
    let fate = prop_oneof![3 => Just(Fate::Commits), 1 => Just(Fate::CommitsThenRestarts), 1 => Just(Fate::RunsTwice)];
    let step = (prop::collection::vec((-3..300_i64, request), 0..8), 0..25_i64, fate);
    // Few keys, some of them more than a byte wide.
    let step = step.prop_map(|(rows, later_ms, fate)| {
        let rows = rows.into_iter().map(|(key, request)| (if key < 4 { key } else { key % 3 * 256 }, request)).collect();
        Step { rows, later_ms, fate }
    });
    prop::collection::vec(step, 1..14)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn random_histories_agree_with_the_model(steps in steps()) {
        check(&steps);
    }
}
