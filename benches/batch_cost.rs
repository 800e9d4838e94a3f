//! The cost of a batch depends on its rows, not on the state's size: a batch of 100 rows over 10,000 and over 1,000,000 rows of state,
//! for every stateful operator. Fails where the larger state makes the median batch three times as slow.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement by the true clock that prints its own table")]

mod queries;

use std::process::ExitCode;
use std::time::Duration;
use std::time::Instant;

use queries::Running;

const ROWS: i64 = 100;
const SMALL: i64 = 10_000;
const LARGE: i64 = 1_000_000;
const BATCHES: usize = 101;
const MOST: f64 = 3.0;

/// Batches over one size of state.
struct Measured {
    opening: Duration,
    median: Duration,
    mean: Duration,
    longest: Duration,
    total: u64,
}

fn main() -> ExitCode {
    // `cargo bench -- --test` and criterion's own options mean nothing here.
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let mut good = true;
    for kind in queries::ALL.iter().filter(|kind| wanted.as_ref().is_none_or(|wanted| kind.0.contains(wanted.as_str()))) {
        let (small, large) = (measure(kind, SMALL), measure(kind, LARGE));
        let ratio = large.median.as_secs_f64() / small.median.as_secs_f64();
        println!(
            "speed batch of {ROWS} rows, {}: {:.0} us over {} state rows, {:.0} us over {} (x{ratio:.1}, at most {MOST}); mean {:.0} us, longest {:.1} ms, opening {:.0} ms",
            kind.0,
            small.median.as_secs_f64() * 1e6,
            small.total,
            large.median.as_secs_f64() * 1e6,
            large.total,
            large.mean.as_secs_f64() * 1e6,
            large.longest.as_secs_f64() * 1e3,
            large.opening.as_secs_f64() * 1e3,
        );
        good &= ratio < MOST;
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn measure(kind: &(&'static str, tidemark::plan::OutputMode, queries::Make), state: i64) -> Measured {
    let mut running = Running::start(kind, state, state);
    running.step();
    // Two batches more move the watermark and let the state settle.
    let mut running = running.restart(kind, ROWS, state);
    let opened = Instant::now();
    running.step();
    let opening = opened.elapsed();
    running.step();
    let mut times = Vec::with_capacity(BATCHES);
    let mut total = 0;
    for _ in 0..BATCHES {
        let started = Instant::now();
        let report = running.step();
        times.push(started.elapsed());
        total = report.state_operators().map(|(_, state)| state.total).sum();
    }
    let mean = times.iter().sum::<Duration>() / BATCHES as u32;
    times.sort_unstable();
    Measured { opening, median: times[BATCHES / 2], mean, longest: times[BATCHES - 1], total }
}
