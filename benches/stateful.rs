//! The stateful operators beside windowed count: rows a second through a whole batch of 100,000 rows, source, state and logs included.

mod queries;

use criterion::BenchmarkId;
use criterion::Criterion;
use criterion::Throughput;
use criterion::criterion_group;
use criterion::criterion_main;
use queries::Running;

const ROWS: i64 = 100_000;

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("stateful");
    group.throughput(Throughput::Elements(ROWS as u64)).sample_size(10);
    for kind in queries::ALL {
        group.bench_function(BenchmarkId::from_parameter(kind.0), |bencher| {
            let mut running = Running::start(kind, ROWS, ROWS);
            // From the third batch on as many rows leave the state as come.
            (0..3).for_each(|_| drop(running.step()));
            bencher.iter(|| running.step());
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
