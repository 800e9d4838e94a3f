//! Every case that Spark recorded, through this engine by several runners: the same text, or the case stands in `conformance/known_failures.txt`.
//!
//! A trial is named `runner/area/case`. `cargo test --test conformance NAME` runs the trials whose names hold NAME and shows how each differs.
//! The list of known failures is exact: a listed trial that passes fails the run, as does an unlisted one that fails.
//! Cases are found by folder; a runner that leaves one out computes the reason, and the table counts those too.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr, reason = "a test that prints its own table")]

#[path = "runners/cases.rs"]
mod cases;
#[path = "runners/known.rs"]
mod known;

#[path = "runners/messages.rs"]
mod messages;
#[path = "runners/restart_anywhere.rs"]
mod restart_anywhere;
#[path = "runners/table.rs"]
mod table;
#[path = "runners/written_back.rs"]
mod written_back;

use cases::Case;
use known::Known;
use libtest_mimic::Arguments;
use libtest_mimic::Failed;
use libtest_mimic::Trial;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use table::Table;
use tidemark::lesson::PlaygroundStage;
use tidemark::lesson::replay::replay;

/// A case runs for milliseconds; one that runs for this long never ends.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// What came of a case with a runner.
pub enum Outcome {
    /// It is as it must be.
    Same,
    /// The runner can't say anything about it; why.
    LeftOut(String),
    /// How it differs.
    Differs(String),
}

/// A way to run a case: its name and text in, what came of it out.
type Runner = fn(&str, &str) -> Outcome;

const RUNNERS: [(&str, Runner); 4] =
    [("replay", replayed), ("restart", restart_anywhere::run), ("written", written_back::run), ("messages", messages::run)];

fn main() {
    let arguments = Arguments::from_args();
    let cases = cases::all();
    let known = Known::read();
    let table = Arc::new(Table::new(RUNNERS.map(|(name, _)| name).to_vec()));
    let trials = RUNNERS.iter().flat_map(|(name, runner)| cases.iter().map(|case| trial(name, *runner, case, &known, &table)));
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    table.print();
    let unknown = known.without_case(&cases, &RUNNERS.map(|(name, _)| name));
    if !cases.iter().any(|case| case.area == "windows") {
        eprintln!("\n!!! ../shared/conformance/cases IS MISSING: only this repository's own cases were run !!!\n");
    } else if !unknown.is_empty() {
        eprintln!("known_failures.txt names cases that do not exist: {unknown:?}");
        std::process::exit(101);
    }
    conclusion.exit();
}

fn trial(runner_name: &'static str, runner: Runner, case: &Case, known: &Known, table: &Arc<Table>) -> Trial {
    let known = known.reason(runner_name, &case.name()).map(str::to_owned);
    let (case, table) = (case.clone(), Arc::clone(table));
    Trial::test(format!("{runner_name}/{}", case.name()), move || {
        let outcome = limited(runner, &case);
        table.count(runner_name, &case.area, &outcome);
        match (outcome, known) {
            (Outcome::Same, None) | (Outcome::LeftOut(_), None) | (Outcome::Differs(_), Some(_)) => Ok(()),
            (Outcome::Same, Some(reason)) => Err(Failed::from(format!("it passes now: strike it from known_failures.txt ({reason})"))),
            (Outcome::LeftOut(why), Some(_)) => Err(Failed::from(format!("it is left out now: strike it from known_failures.txt ({why})"))),
            (Outcome::Differs(difference), None) => Err(Failed::from(difference)),
        }
    })
}

/// The same text as Spark's.
fn replayed(_: &str, text: &str) -> Outcome {
    let differences = replay(text, &mut PlaygroundStage::new(text)).differences;
    if differences.is_empty() { Outcome::Same } else { Outcome::Differs(differences.join("\n")) }
}

/// Runs a case in a thread of its own, so that a panic or an endless loop is this case's failure alone.
fn limited(runner: Runner, case: &Case) -> Outcome {
    let text = match std::fs::read_to_string(&case.path) {
        Ok(text) => text,
        Err(error) => return Outcome::Differs(error.to_string()),
    };
    let (sender, receiver) = mpsc::channel();
    let name = case.name();
    let worker = thread::Builder::new().stack_size(32 << 20).spawn(move || {
        let _ = sender.send(runner(&name, &text));
        loop {
            thread::park();
        }
    });
    let worker = match worker {
        Ok(worker) => worker,
        Err(error) => return Outcome::Differs(error.to_string()),
    };
    match receiver.recv_timeout(TIME_LIMIT) {
        Ok(outcome) => outcome,
        Err(mpsc::RecvTimeoutError::Timeout) => Outcome::Differs(format!("still running after {} s", TIME_LIMIT.as_secs())),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            let panic = worker.join().expect_err("a thread that sends nothing has panicked");
            let text = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Outcome::Differs(format!("panicked: {}", text.unwrap_or_default()))
        }
    }
}
