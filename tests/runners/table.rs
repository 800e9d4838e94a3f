//! The table of conformance: areas down, runners across; each cell says how many of the cases that took part passed.

use crate::Outcome;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;

/// The areas that are never allowed to get worse come first.
const STRICT: [&str; 5] = ["windows", "watermarks", "output-modes", "triggers", "aggregations"];

/// Counts while trials run.
pub struct Table {
    runners: Vec<&'static str>,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    /// By area and runner: passed, and took part.
    cells: BTreeMap<(String, &'static str), (usize, usize)>,
    /// By runner and reason: left out.
    left_out: BTreeMap<(&'static str, String), usize>,
}

impl Table {
    /// An empty table.
    pub fn new(runners: Vec<&'static str>) -> Self {
        Self { runners, counts: Mutex::default() }
    }

    /// Takes in what came of a case.
    pub fn count(&self, runner: &'static str, area: &str, outcome: &Outcome) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Outcome::LeftOut(why) = outcome {
            *counts.left_out.entry((runner, why.clone())).or_default() += 1;
        }
        let (passed, total) = counts.cells.entry((area.to_owned(), runner)).or_default();
        *passed += usize::from(matches!(outcome, Outcome::Same));
        *total += usize::from(!matches!(outcome, Outcome::LeftOut(_)));
    }

    /// Prints it, and below it what was left out and why.
    pub fn print(&self) {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut areas: Vec<&str> = counts.cells.keys().map(|(area, _)| area.as_str()).collect();
        areas.dedup();
        areas.sort_by_key(|area| STRICT.iter().position(|strict| strict == area).unwrap_or(STRICT.len()));
        println!("\nconformance with Spark 4.3.0: passed of those that took part");
        let heads = self.runners.iter().map(|runner| format!(" {runner:>9}"));
        println!("{:<14}{}", "area", heads.collect::<String>());
        for area in areas {
            println!("{area:<14}{}", self.row(|runner| *counts.cells.get(&(area.to_owned(), runner)).unwrap_or(&(0, 0))));
        }
        let all = |runner: &str| {
            let of_runner = counts.cells.iter().filter(|((_, other), _)| *other == runner);
            of_runner.fold((0, 0), |(passed, total), (_, (p, t))| (passed + p, total + t))
        };
        println!("{:<14}{}", "all", self.row(all));
        for ((runner, why), count) in &counts.left_out {
            println!("left out of {runner}: {count:>3}  {why}");
        }
    }

    fn row(&self, cell: impl Fn(&'static str) -> (usize, usize)) -> String {
        let cells = self.runners.iter().map(|runner| {
            let (passed, total) = cell(runner);
            format!(" {:>9}", format!("{passed}/{total}"))
        });
        cells.collect()
    }
}
