//! The runner `restart`: the driver dies after a step and comes back, and every line of the case stays as Spark recorded it.
//!
//! What must be equal is the strictest there is: all that Spark wrote without the restarts. The same micro-batches with the same ids, inputs,
//! watermarks, state counters and rows, the same texts printed and raised, step by step. Only what the programs print or raise when they run
//! again is left away. Two runs are made: a restart after every step, and after some, drawn by the case's name (so that a state once read back
//! from the disk and once kept in memory meet). At the end comes one more restart, after which no query may find anything to do.
//!
//! A step that leaves a query ended, died or waited for is not followed by a restart: a program that runs again would start that query anew,
//! which is another case. A case none of whose steps can be followed by one, and a case about something that a restart does change in Spark,
//! is left out; see [`reason`] and [`reason_of_plan`].

use crate::Outcome;
use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;
use tidemark::lesson::PlaygroundStage;
use tidemark::lesson::case;
use tidemark::lesson::case::Case;
use tidemark::lesson::replay::Said;
use tidemark::lesson::replay::Stage;
use tidemark::lesson::replay::replay;
use tidemark::plan::Node;
use tidemark::plan::Plan;
use tidemark::pyspark::ProgramState;

/// Runs the case with restarts after all steps, then after some.
pub fn run(name: &str, text: &str) -> Outcome {
    if let Some(why) = reason(&case::parse(text)) {
        return Outcome::LeftOut(why.to_owned());
    }
    for (which, dice) in [("after every step", None), ("after some steps", Some(Dice::of(name)))] {
        let mut stage = Restarting::new(text, dice);
        let differences = replay(text, &mut stage).differences;
        if let Some(why) = stage.changed {
            return Outcome::LeftOut(why.to_owned());
        }
        if !differences.is_empty() {
            return Outcome::Differs(format!("with {} restarts {which}:\n{}", stage.restarts, differences.join("\n")));
        }
        let more = stage.after_the_end();
        if stage.restarts == 0 {
            return Outcome::LeftOut("no step leaves all queries running".to_owned());
        }
        if !more.is_empty() {
            return Outcome::Differs(format!("a restart at the end found something to do:\n{}", more.join("\n")));
        }
    }
    Outcome::Same
}

/// What a program asks of the run that a restart ends, and what it does to the disk each time it runs.
const OF_THE_RUN: [(&str, &str); 6] = [
    (".lastProgress", "the program asks for the progress of a run that the restart ends"),
    (".recentProgress", "the program asks for the progress of a run that the restart ends"),
    (".status", "the program asks for the state of a run that the restart ends"),
    (".runId", "the program asks for the id of a run that the restart ends"),
    ("StreamingQueryListener", "the program's listener hears of every run"),
    (".write.", "the program writes files each time it runs"),
];

/// Why a restart rightly changes what Spark writes in this case, as its text says.
fn reason(case: &Case) -> Option<&'static str> {
    let programs: Vec<String> = case.sections.iter().filter(|section| section.name == "program").map(|section| section.text()).collect();
    if !case.sections.iter().any(|section| section.name == "process") {
        return Some("nothing is processed");
    }
    if case.reads_tables() {
        return Some("tables in memory are lost, and the real memory sink refuses to recover in append mode");
    }
    let says = |word: &str| programs.iter().any(|program| program.contains(word));
    OF_THE_RUN.iter().find(|(word, _)| says(word)).map(|(_, why)| *why)
}

/// Why a restart rightly changes what Spark writes in this query, as its plan says.
fn reason_of_plan(plan: &Plan, landed: &[String]) -> Option<&'static str> {
    let (mut watermarks, mut stale) = (BTreeSet::new(), false);
    plan.for_each_up(&mut |node| match &node.node {
        Node::EventTimeWatermark { id, .. } => {
            watermarks.insert(*id);
        }
        Node::Source(source) if !source.spec.streaming && !source.spec.path.is_empty() => {
            stale |= landed.iter().any(|path| path.starts_with(source.spec.path.trim_end_matches('/')));
        }
        _ => {}
    });
    if watermarks.len() > 1 {
        return Some("several watermarks: each operator's own is lost, and the common one stands until all have data again");
    }
    stale.then_some("a static side is read anew, and files have landed in it since")
}

/// A playground whose driver dies between steps.
struct Restarting {
    stage: PlaygroundStage,
    programs: Vec<String>,
    dice: Option<Dice>,
    /// A step has ended since the last restart.
    due: bool,
    restarts: usize,
    /// What has landed since the first step.
    landed: Vec<String>,
    /// Why a restart that was made rightly changes what follows.
    changed: Option<&'static str>,
}

impl Restarting {
    fn new(text: &str, dice: Option<Dice>) -> Self {
        Self { stage: PlaygroundStage::new(text), programs: Vec::new(), dice, due: false, restarts: 0, landed: Vec::new(), changed: None }
    }

    /// Before the next step: the restart that is due after the last one, if every query still runs.
    fn between_steps(&mut self) {
        if !std::mem::take(&mut self.due) || !self.all_run() || self.dice.as_mut().is_some_and(|dice| !dice.throw()) {
            return;
        }
        self.restarts += 1;
        self.stage.restart();
        for program in &self.programs {
            self.stage.run_program(program);
        }
    }

    fn all_run(&self) -> bool {
        let playground = self.stage.playground();
        let settled = playground.state() == ProgramState::Finished;
        settled && playground.queries().next().is_some() && playground.queries().all(|(_, query)| query.is_active())
    }

    /// The lines of the batches that run after one more restart.
    fn after_the_end(&mut self) -> Vec<String> {
        self.due = true;
        self.dice = None;
        let before = self.restarts;
        self.between_steps();
        let queries = if self.restarts > before { 0..self.queries() } else { 0..0 };
        queries
            .flat_map(|query| {
                [self.stage.process(query).printed]
                    .into_iter()
                    .filter(|it| !it.is_empty())
                    .chain(self.stage.batch_lines(query))
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    /// The program with a place for every query's memory; the program's own, which it sets later, wins.
    fn with_checkpoints(&self, source: &str) -> String {
        let mut pieces = source.split(".writeStream");
        let mut out = pieces.next().unwrap_or_default().to_owned();
        for (place, piece) in pieces.enumerate() {
            let number = format!("{}-{place}", self.programs.len());
            out.push_str(&format!(".writeStream.option(\"checkpointLocation\", \"/restarts/{number}\"){piece}"));
        }
        out
    }
}

impl Stage for Restarting {
    fn set_conf(&mut self, key: &str, value: &str) {
        self.stage.set_conf(key, value);
    }

    fn make_folder(&mut self, path: &str) {
        self.stage.make_folder(path);
    }

    fn write_file(&mut self, path: &str, text: String, modified_ms: i64) {
        self.between_steps();
        if self.stage.queries() > 0 {
            self.landed.push(path.to_owned());
        }
        self.stage.write_file(path, text, modified_ms);
    }

    fn run_program(&mut self, source: &str) -> Said {
        self.between_steps();
        let source = self.with_checkpoints(source);
        let said = self.stage.run_program(&source);
        self.programs.push(source);
        said
    }

    fn queries(&self) -> usize {
        self.stage.queries()
    }

    fn process(&mut self, query: usize) -> Said {
        if query == 0 {
            self.between_steps();
        }
        if self.restarts > 0 {
            let plans = self.stage.playground().started().iter().map(|start| &start.frame.plan);
            self.changed = self.changed.or(plans.filter_map(|plan| reason_of_plan(plan, &self.landed)).next());
        }
        self.stage.process(query)
    }

    fn batch_lines(&mut self, query: usize) -> Vec<String> {
        self.due = true;
        self.stage.batch_lines(query)
    }

    fn restart(&mut self) {
        self.due = false;
        self.programs.clear();
        self.stage.restart();
    }
}

/// Heads or tails, the same for the same name.
struct Dice(u64);

impl Dice {
    fn of(name: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        Self(hasher.finish() | 1)
    }

    fn throw(&mut self) -> bool {
        // xorshift64: enough to scatter restarts.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 63 == 1
    }
}
