//! Every case that Spark recorded, through this engine: the same text, or the case stands in `conformance/known_failures.txt`.
//!
//! `cargo test --test conformance NAME` runs the cases whose names hold NAME and shows how each differs. The list of known failures is
//! exact: a listed case that passes fails the run, as does an unlisted one that fails.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr, reason = "a test that prints its own table")]

use libtest_mimic::Arguments;
use libtest_mimic::Failed;
use libtest_mimic::Trial;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use tidemark::lesson::PlaygroundStage;
use tidemark::lesson::replay::replay;

/// The areas that are never allowed to get worse come first in the table.
const STRICT: [&str; 5] = ["windows", "watermarks", "output-modes", "triggers", "aggregations"];
/// A case runs for milliseconds; one that runs for this long never ends.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Passed and all cases of each area.
type Tally = Arc<Mutex<BTreeMap<String, (usize, usize)>>>;

fn main() {
    let arguments = Arguments::from_args();
    let known = known_failures();
    let cases = cases();
    let tally = Tally::default();
    let unknown: Vec<_> = known.keys().filter(|name| !cases.iter().any(|(other, _)| other == *name)).collect();
    let has_shared = cases.iter().any(|(name, _)| name.starts_with("windows/"));
    let trials = cases.iter().map(|(name, path)| trial(name, path, known.get(name), &tally)).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    print_table(&tally.lock().unwrap());
    if !has_shared {
        eprintln!("\n!!! ../shared/conformance/cases IS MISSING: only this repository's own cases were run !!!\n");
    } else if !unknown.is_empty() {
        eprintln!("known_failures.txt names cases that do not exist: {unknown:?}");
        std::process::exit(101);
    }
    conclusion.exit();
}

fn trial(name: &str, path: &Path, known: Option<&String>, tally: &Tally) -> Trial {
    let (name, path, known, tally) = (name.to_owned(), path.to_owned(), known.cloned(), tally.clone());
    Trial::test(name.clone(), move || {
        let area = name.split('/').next().unwrap_or("").to_owned();
        let outcome = run(&path);
        {
            let mut tally = tally.lock().unwrap();
            let (passed, total) = tally.entry(area).or_default();
            *passed += usize::from(outcome.is_ok());
            *total += 1;
        }
        match (outcome, known) {
            (Ok(()), None) | (Err(_), Some(_)) => Ok(()),
            (Ok(()), Some(reason)) => Err(Failed::from(format!("it passes now: strike it from known_failures.txt ({reason})"))),
            (Err(difference), None) => Err(Failed::from(difference)),
        }
    })
}

/// Replays a case in a thread of its own, so that a panic or an endless loop is this case's failure alone.
fn run(path: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let (sender, receiver) = mpsc::channel();
    let case = thread::Builder::new().stack_size(32 << 20);
    let worker = case.spawn(move || {
        let replay = replay(&text, &mut PlaygroundStage::new(&text));
        let _ = sender.send(replay.differences);
        loop {
            thread::park();
        }
    });
    let worker = worker.map_err(|error| error.to_string())?;
    match receiver.recv_timeout(TIME_LIMIT) {
        Ok(differences) if differences.is_empty() => Ok(()),
        Ok(differences) => Err(differences.join("\n")),
        Err(mpsc::RecvTimeoutError::Timeout) => Err(format!("still running after {} s", TIME_LIMIT.as_secs())),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            let panic = worker.join().expect_err("a thread that sends nothing has panicked");
            let text = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Err(format!("panicked: {}", text.unwrap_or_default()))
        }
    }
}

/// All cases by name, `area/case`, in order.
fn cases() -> Vec<(String, PathBuf)> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut cases = Vec::new();
    for folder in ["../shared/conformance/cases", "tests/conformance"] {
        for area in entries(&here.join(folder)).into_iter().filter(|path| path.is_dir()) {
            let name = area.file_name().unwrap_or_default().to_string_lossy().into_owned();
            add_cases(&area, &name, &mut cases);
        }
    }
    for folder in ["tests/conformance", "src/lesson/exercises"] {
        add_cases(&here.join(folder), "lessons", &mut cases);
    }
    cases
}

fn add_cases(folder: &Path, area: &str, cases: &mut Vec<(String, PathBuf)>) {
    for path in entries(folder).into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "case")) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        cases.push((format!("{area}/{name}"), path));
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// `area/case: reason` lines; blank lines and those that begin with # say nothing.
fn known_failures() -> BTreeMap<String, String> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/known_failures.txt");
    let text = std::fs::read_to_string(list).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|line| line.split_once(": ").unwrap_or_else(|| panic!("a known failure has a reason: {line}")))
        .map(|(name, reason)| (name.to_owned(), reason.to_owned()))
        .collect()
}

fn print_table(tally: &BTreeMap<String, (usize, usize)>) {
    let mut areas: Vec<_> = tally.iter().collect();
    areas.sort_by_key(|(area, _)| STRICT.iter().position(|strict| strict == area).unwrap_or(STRICT.len()));
    println!("\nconformance with Spark 4.3.0");
    for (area, (passed, total)) in &areas {
        println!("  {area:<14} {passed:>3}/{total}");
    }
    let (passed, total) = areas.iter().fold((0, 0), |(passed, total), (_, (p, t))| (passed + p, total + t));
    println!("  {:<14} {passed:>3}/{total}", "all");
}
