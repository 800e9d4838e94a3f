//! Judges an exercise: the learner's program on hidden input, step by step, against what Spark made of a right one.
//!
//! Only the rows that reach the sink count, step by step; how the program comes to them is the learner's affair.

use super::case;
use super::case::Case;
use super::exercise::Exercise;
use super::replay::Stage;
use super::replay::perform;
use super::replay::raised_in;
use crate::diag::Diagnostic;

/// What the judge says.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Every step gave the expected rows.
    Passed {
        /// How many micro-batches were compared.
        batches: u64,
    },
    /// The first step that gave other rows.
    Differs {
        /// `Step 2, with the file /data/clicks/2.json`.
        step: String,
        /// The rows that Spark wrote in it, as JSON.
        expected: Vec<String>,
        /// The rows that the learner's query wrote.
        found: Vec<String>,
        /// The first difference in plain words.
        said: String,
    },
    /// The program or its query died.
    Failed {
        /// What was raised.
        diagnostic: Box<Diagnostic>,
    },
}

/// One `process` section: what came before it, and the rows that it wrote.
#[derive(Debug, PartialEq)]
struct Step {
    title: String,
    rows: Vec<String>,
    batches: u64,
    ordered: bool,
}

/// Runs the program where the exercise's hidden case has its solution, and compares.
#[must_use]
pub fn judge(exercise: &Exercise, program: &str, stage: &mut dyn Stage) -> Verdict {
    let expected = case::parse(exercise.case);
    let mut attempt = expected.clone();
    if let Some(section) = attempt.sections.iter_mut().find(|section| section.name == "program") {
        section.body = program.trim_end().split('\n').map(str::to_owned).collect();
    }
    let mut raised = None;
    let found = {
        let mut watch = raised_in(stage, &mut raised);
        perform(&attempt, &mut watch)
    };
    let (expected, found) = (steps(&expected), steps(&found));
    let differing = (0..expected.len()).find(|place| !same_rows(&expected[*place], found.get(*place)));
    match (differing, raised) {
        (_, Some(diagnostic)) => Verdict::Failed { diagnostic },
        (None, None) => Verdict::Passed { batches: found.iter().map(|step| step.batches).sum() },
        (Some(place), None) => Verdict::Differs {
            step: expected[place].title.clone(),
            expected: expected[place].rows.clone(),
            found: found.get(place).map_or_else(Vec::new, |step| step.rows.clone()),
            said: first_difference(&expected, &found, place),
        },
    }
}

fn steps(case: &Case) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut files = Vec::new();
    for section in &case.sections {
        match section.name.as_str() {
            "file" => files.push(section.args.clone()),
            "process" => {
                let noun = if files.len() == 1 { "file" } else { "files" };
                let title = format!("Step {}, with the {noun} {}", steps.len() + 1, files.join(" and "));
                files.clear();
                let marked = |mark: &str| section.body.iter().filter_map(|line| line.strip_prefix(mark).map(str::to_owned)).collect();
                let (plain, ordered): (Vec<String>, Vec<String>) = (marked("  + "), marked("  = "));
                let batches = section.body.iter().filter(|line| !line.starts_with(' ')).count() as u64;
                let ends_in_sort = !ordered.is_empty();
                steps.push(Step { title, rows: if ends_in_sort { ordered } else { plain }, batches, ordered: ends_in_sort });
            }
            _ => {}
        }
    }
    steps
}

/// Whether the rows are the same, in order where Spark's are in order.
fn same_rows(expected: &Step, found: Option<&Step>) -> bool {
    let Some(found) = found else { return false };
    if expected.ordered { expected.rows == found.rows } else { sorted(&expected.rows) == sorted(&found.rows) }
}

fn sorted(rows: &[String]) -> Vec<&String> {
    let mut rows: Vec<_> = rows.iter().collect();
    rows.sort_unstable();
    rows
}

fn first_difference(expected: &[Step], found: &[Step], place: usize) -> String {
    let empty = Vec::new();
    let theirs = found.get(place).map_or(&empty, |step| &step.rows);
    if found.iter().all(|step| step.batches == 0) {
        return "No micro-batch ran. Does the program start a query with start()?".to_owned();
    }
    if found.iter().all(|step| step.rows.is_empty()) {
        return "The query ran and wrote no row at all. Does it write to the memory sink?".to_owned();
    }
    let ours = &expected[place].rows;
    if let Some(difference) = column_difference(ours, theirs) {
        return difference;
    }
    let wrote = |steps: &[Step], row: &String| steps.iter().any(|step| step.rows.contains(row));
    if let Some(row) = without(theirs, ours) {
        let early = wrote(&expected[place + 1..], row);
        let why = if early { "which is right, but in a later step: it came too early." } else { "which should not be there." };
        return format!("Your query wrote {row}, {why}");
    }
    if let Some(row) = without(ours, theirs) {
        let late = found.get(place + 1..).is_some_and(|later| wrote(later, row));
        let why = if late { "Your query wrote it in a later step: too late." } else { "Your query did not write it." };
        return format!("The row {row} is missing here. {why}");
    }
    "The rows are right, but not in the right order.".to_owned()
}

/// The first row of `rows` that has no partner in `others`.
fn without<'a>(rows: &'a [String], others: &[String]) -> Option<&'a String> {
    let count = |rows: &[String], row: &String| rows.iter().filter(|other| *other == row).count();
    rows.iter().find(|row| count(rows, row) > count(others, row))
}

fn column_difference(expected: &[String], found: &[String]) -> Option<String> {
    let (ours, theirs) = (columns(expected.first()?)?, columns(found.first()?)?);
    (ours != theirs).then(|| format!("The columns should be {}; yours are {}.", ours.join(", "), theirs.join(", ")))
}

fn columns(row: &str) -> Option<Vec<String>> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(row).ok()?;
    Some(object.keys().cloned().collect())
}
