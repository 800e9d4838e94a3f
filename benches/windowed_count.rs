//! Windowed count by key: rows a second through time windows, grouping and the state, on one thread. The budget is ten million.

use std::rc::Rc;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::StringArray;
use arrow_array::TimestampMicrosecondArray;
use criterion::BenchmarkId;
use criterion::Criterion;
use criterion::Throughput;
use criterion::criterion_group;
use criterion::criterion_main;
use tidemark::expr::ColumnId;
use tidemark::expr::Typed;
use tidemark::expr::aggregate::AggregateCall;
use tidemark::expr::aggregate::AggregateFunction;
use tidemark::operator::Aggregate;
use tidemark::operator::AggregateSpec;
use tidemark::operator::BatchContext;
use tidemark::operator::EventTimeWatermark;
use tidemark::operator::Operator;
use tidemark::operator::OperatorReport;
use tidemark::operator::Rows;
use tidemark::operator::TimeWindow;
use tidemark::plan::OutputMode;
use tidemark::types::DataType;
use tidemark::types::Field;
use tidemark::types::Zone;
use tidemark::world::Simulated;
use tidemark::world::World;

const ROWS: usize = 1_000_000;
const TIME: ColumnId = ColumnId(1);
const KEY: ColumnId = ColumnId(2);
const WINDOW: ColumnId = ColumnId(3);
const COUNT: ColumnId = ColumnId(4);
const START_US: i64 = 1_714_564_800_000_000;

/// A million rows over a hundred minutes, times nearly in order, keys in no order.
fn rows(keys: usize, prefix: &str) -> Rows {
    let names: Vec<String> = (0..keys).map(|key| format!("{prefix}{key}")).collect();
    let scrambled = |row: usize| row.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    let times = TimestampMicrosecondArray::from_iter_values(
        (0..ROWS).map(|row| START_US + row as i64 * 6_000 - (scrambled(row) % 5_000_000) as i64),
    );
    let keys = StringArray::from_iter_values((0..ROWS).map(|row| names[scrambled(row + 7) % keys].as_str()));
    let columns: Vec<ArrayRef> = vec![Arc::new(times.with_timezone("UTC")), Arc::new(keys)];
    Rows { ids: Rc::from([TIME, KEY]), columns, rows: ROWS, origin: None }
}

fn window_type() -> DataType {
    DataType::Struct(vec![Field::new("start", DataType::Timestamp), Field::new("end", DataType::Timestamp)])
}

fn operators(slide_us: i64) -> Vec<Box<dyn Operator>> {
    let time = Typed::column(TIME, DataType::Timestamp, true);
    let count = AggregateCall {
        function: AggregateFunction::Count,
        arguments: Vec::new(),
        parameters: Vec::new(),
        distinct: false,
        ignore_nulls: false,
        filter: None,
        data_type: DataType::Long,
        nullable: false,
    };
    let spec = AggregateSpec {
        keys: vec![
            (WINDOW, Field::new("window", window_type()), Typed::column(WINDOW, window_type(), false)),
            (KEY, Field::new("page", DataType::String), Typed::column(KEY, DataType::String, true)),
        ],
        calls: vec![(COUNT, count)],
        metadata: Vec::new(),
        event_time: Some(0),
        window: Some(0),
    };
    vec![
        Box::new(EventTimeWatermark::new(0, TIME)),
        Box::new(TimeWindow::new(WINDOW, &window_type(), time, 600_000_000, slide_us, 0, false)),
        Box::new(Aggregate::in_stream(spec)),
    ]
}

fn run(operators: &mut [Box<dyn Operator>], rows: &Rows, context: &BatchContext) -> Rows {
    let mut rows = rows.clone();
    for operator in operators {
        rows = operator.process(vec![rows], context, &mut OperatorReport::default()).unwrap_or_else(|error| panic!("{}", error.message));
    }
    rows
}

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("windowed_count");
    group.throughput(Throughput::Elements(ROWS as u64)).sample_size(10);
    let cases = [
        ("3 keys", 3, "k", 600_000_000),
        ("100 keys", 100, "page", 600_000_000),
        ("1000 keys", 1000, "/products/item-", 600_000_000),
        ("sliding by half, 100 keys", 100, "page", 300_000_000),
    ];
    for (name, keys, prefix, slide_us) in cases {
        let rows = rows(keys, prefix);
        group.bench_with_input(BenchmarkId::from_parameter(name), &rows, |bencher, rows| {
            let mut world = Simulated::new(1, 0);
            let mut operators = operators(slide_us);
            for operator in &mut operators {
                for memory in operator.memories() {
                    memory.open(world.disk_mut(), "/state", 0).unwrap_or_else(|error| panic!("{}", error.message));
                }
            }
            let mut context = BatchContext {
                batch_id: 0,
                late_us: Some(0),
                evict_us: Some(0),
                now_us: 0,
                mode: OutputMode::Update,
                tracing: false,
                zone: Zone::utc(),
                seed: 0,
            };
            bencher.iter(|| {
                context.batch_id += 1;
                run(&mut operators, rows, &context)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
