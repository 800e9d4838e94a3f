//! Every stateful operator against a slow obvious model: random rows, batches, restarts and crashes, thousands of histories for each kind of query.
//!
//! Law: the model is written from Spark's rules with vectors and loops; it knows neither Arrow nor the engine. Engine and model must tell the same of
//! each batch: its input, its watermark, its rows, its state counters; and hold the same state at the end of each step.
//!
//! `cargo test --test models NAME` runs the kinds of queries whose names hold NAME. `TIDEMARK_HISTORIES=1` tries as many
//! histories as CI does, `TIDEMARK_SEED` others.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a test that prints its own table")]

mod family;
mod history;
mod micro_batch;
mod plan;
mod rules;
mod subject;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;

use libtest_mimic::Arguments;
use libtest_mimic::Failed;
use libtest_mimic::Trial;
use proptest::test_runner::Config;
use proptest::test_runner::RngSeed;
use proptest::test_runner::TestError;
use proptest::test_runner::TestRunner;

use family::Family;
use history::History;
use micro_batch::Told;

/// Histories and batches of each family.
type Tally = Arc<Mutex<BTreeMap<&'static str, (u64, u64)>>>;

fn main() {
    let arguments = Arguments::from_args();
    let tally = Tally::default();
    // All of them take more than a minute of both cores: between two edits a twentieth has to do.
    let times: f64 = std::env::var("TIDEMARK_HISTORIES").ok().and_then(|times| times.parse().ok()).unwrap_or(0.05);
    let trials = family::all().into_iter().map(|family| trial(family, times, &tally)).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    let tally = tally.lock().unwrap();
    tally.iter().for_each(|(name, (histories, batches))| println!("models {name:<44} {histories:>7} histories {batches:>8} batches"));
    let (histories, batches) = tally.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    println!("models {:<44} {histories:>7} histories {batches:>8} batches", "all");
    conclusion.exit();
}

fn trial(family: Family, times: f64, tally: &Tally) -> Trial {
    let tally = Arc::clone(tally);
    Trial::test(family.name, move || {
        let cases = (f64::from(family.histories) * times).ceil() as u32;
        // The same histories in every run; another seed by hand looks elsewhere.
        let seed = std::env::var("TIDEMARK_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
        let config =
            Config { cases, rng_seed: RngSeed::Fixed(seed), failure_persistence: None, max_shrink_iters: 4000, ..Config::default() };
        let mut count = (0, 0);
        let name = family.name;
        let counter = Mutex::new(&mut count);
        let result = TestRunner::new(config).run(&history::histories(&family), |history| match check(&family, &history) {
            Ok(batches) => {
                let mut count = counter.lock().unwrap();
                count.0 += 1;
                count.1 += batches;
                Ok(())
            }
            Err(text) => Err(proptest::test_runner::TestCaseError::fail(text)),
        });
        tally.lock().unwrap().insert(name, count);
        match result {
            Ok(()) => Ok(()),
            Err(TestError::Fail(reason, history)) => Err(Failed::from(format!("{history}\n{}", reason.message()))),
            Err(TestError::Abort(reason)) => Err(Failed::from(reason.message().to_owned())),
        }
    })
}

/// Runs a history through both; gives the number of batches.
fn check(family: &Family, history: &History) -> Result<u64, String> {
    let query = (family.query)(history.choices);
    let expected = micro_batch::run(&query, history);
    let found = subject::run(&query, history);
    let batches = expected.iter().filter(|told| matches!(told, Told::Batch(_))).count();
    for (place, expected) in expected.iter().enumerate() {
        let found = found.get(place).map_or_else(|| "nothing\n".to_owned(), ToString::to_string);
        if found != expected.to_string() {
            return Err(format!("query: {}\n--- the model tells\n{expected}--- the engine tells\n{found}", query.text));
        }
    }
    match found.get(expected.len()) {
        Some(more) => Err(format!("query: {}\n--- the engine goes on, the model does not\n{more}", query.text)),
        None => Ok(batches as u64),
    }
}
