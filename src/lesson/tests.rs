//! The lesson files are whole, and what they claim is what Spark recorded.

use super::Verdict;
use super::case;
use super::examples;
use super::exercises;
use super::judge;
use super::questions;
use super::replay;
use super::replay::Said;
use super::replay::Stage;
use crate::pyspark::Playground;

#[test]
fn cases_survive_reading_and_writing() {
    for exercise in exercises() {
        assert_eq!(case::render(&case::parse(exercise.case)), exercise.case, "{}", exercise.id);
    }
}

#[test]
fn the_gallery_is_whole() {
    for example in examples() {
        assert!(!example.title.is_empty() && !example.about.is_empty() && example.program.contains(".start()"), "{}", example.id);
        let fed = !example.setting.feeds.is_empty() || example.program.contains("\"rate\"");
        assert!(fed, "{} is sent something", example.id);
    }
}

#[test]
fn exercises_are_whole() {
    for exercise in exercises() {
        let complete = !exercise.task.is_empty() && !exercise.hints.is_empty() && !exercise.explanation.is_empty();
        assert!(complete && !exercise.setting.files.is_empty(), "{}", exercise.id);
        let hidden = case::parse(exercise.case);
        assert!(hidden.sections.iter().all(|section| section.name != "error"), "{}'s solution runs", exercise.id);
        assert_ne!(hidden.sections[0].text() + "\n", exercise.start, "{} leaves something to do", exercise.id);
    }
}

#[test]
fn questions_are_whole_and_proven() {
    let questions = questions();
    assert_eq!(questions.len(), 20);
    for question in questions {
        assert_eq!((question.choices.len(), question.reasons.len()), (4, 4), "{}", question.id);
        assert!(question.choices.iter().chain(&question.reasons).all(|text| !text.is_empty()), "{}", question.id);
        assert!(!question.text.is_empty() && !question.explanation.is_empty(), "{}", question.id);
        let path = format!("{}/tests/conformance/question-{}.case", env!("CARGO_MANIFEST_DIR"), question.id);
        let proof = case::parse(&std::fs::read_to_string(path).unwrap());
        let program = proof.sections.iter().find(|section| section.name == "program").unwrap();
        assert_eq!(program.text() + "\n", question.program, "{}'s program is the one that Spark ran", question.id);
        let files: Vec<_> = proof.sections.iter().filter(|section| section.name == "file").collect();
        let files: Vec<_> = files.iter().map(|section| (section.args.clone(), section.text() + "\n")).collect();
        assert_eq!(files, question.setting.files, "{}'s files are those that Spark read", question.id);
    }
}

/// A stage that plays a recorded case back: for each program its name in `lines` decides what every step writes.
struct Recorded {
    steps: Vec<Vec<String>>,
    processed: usize,
}

impl Stage for Recorded {
    fn set_conf(&mut self, _: &str, _: &str) {}
    fn make_folder(&mut self, _: &str) {}
    fn write_file(&mut self, _: &str, _: String, _: i64) {}
    fn run_program(&mut self, _: &str) -> Said {
        Said::default()
    }
    fn queries(&self) -> usize {
        1
    }
    fn process(&mut self, _: usize) -> Said {
        self.processed += 1;
        Said::default()
    }
    fn batch_lines(&mut self, _: usize) -> Vec<String> {
        self.steps[self.processed - 1].clone()
    }
    fn restart(&mut self) {}
}

fn recorded(text: &str) -> Recorded {
    let sections = case::parse(text).sections.into_iter().filter(|section| section.name == "process");
    Recorded { steps: sections.map(|section| section.body).collect(), processed: 0 }
}

#[test]
fn a_recorded_case_replays_as_itself() {
    for exercise in exercises() {
        let replay = replay::replay(exercise.case, &mut recorded(exercise.case));
        assert_eq!((replay.text.as_str(), replay.differences.len()), (exercise.case, 0), "{}", exercise.id);
        let passed = matches!(judge(&exercise, "anything", &mut recorded(exercise.case)), Verdict::Passed { batches } if batches > 0);
        assert!(passed, "{}", exercise.id);
    }
}

#[test]
fn the_judge_says_what_differs() {
    let exercise = exercises().into_iter().find(|exercise| exercise.id == "only-changes").unwrap();
    let said = |steps: &[&[&str]]| {
        let steps = steps.iter().map(|lines| lines.iter().map(|line| (*line).to_owned()).collect()).collect();
        match judge(&exercise, "anything", &mut Recorded { steps, processed: 0 }) {
            Verdict::Differs { step, said, .. } => format!("{step}: {said}"),
            other => format!("{other:?}"),
        }
    };
    let first = ["totals batch=0 input=2", r#"  + {"shop":"north","total":10}"#, r#"  + {"shop":"south","total":4}"#];
    expect_test::expect![[r#"
        Step 2, with the file /data/sales/2.json: Your query wrote {"shop":"north","total":10}, which should not be there.
        Step 2, with the file /data/sales/2.json: The row {"shop":"south","total":10} is missing here. Your query did not write it.
        Step 1, with the file /data/sales/1.json: No micro-batch ran. Does the program start a query with start()?
        Step 1, with the file /data/sales/1.json: The columns should be shop, total; yours are shop, sum(amount)."#]]
    .assert_eq(
        &[
            said(&[&first, &["totals batch=1 input=1", first[1], r#"  + {"shop":"south","total":10}"#], &[]]),
            said(&[&first, &[], &[]]),
            said(&[&[], &[], &[]]),
            said(&[&["totals batch=0 input=2", r#"  + {"shop":"north","sum(amount)":10}"#], &[], &[]]),
        ]
        .join("\n"),
    );
}

#[test]
fn all_cases_survive_reading_and_writing() {
    let areas = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/cases");
    let Ok(areas) = std::fs::read_dir(areas) else { return };
    for area in areas {
        for file in std::fs::read_dir(area.unwrap().path()).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            assert_eq!(case::render(&case::parse(&text)), text);
        }
    }
}

#[test]
fn every_example_runs_and_shows_something() {
    for example in examples() {
        let id = &example.id;
        let mut playground = Playground::with_world(example.setting.world());
        assert_eq!(playground.run(&example.program).diagnostic, None, "{id} starts");
        assert_eq!(playground.advance(200_000), None, "{id} goes on");
        assert_eq!(playground.take_failures(), [], "{id}'s queries live");
        let reports = playground.reports();
        let rows: usize = reports.iter().map(|report| report.rows.num_rows()).sum();
        assert!(rows > 0 || id == "restart", "{id} gives rows");
        let counters: Vec<_> = reports.iter().flat_map(|report| report.state_operators().map(|(_, state)| state)).collect();
        let (removed, dropped): (u64, u64) = (counters.iter().map(|it| it.removed).sum(), counters.iter().map(|it| it.dropped).sum());
        if ["ad-clicks", "flights", "kafka-clicks"].contains(&id.as_str()) {
            assert!(removed > 0 && dropped > 0, "{id} seals windows and drops late rows: {removed}, {dropped}");
        }
    }
}

#[test]
fn every_question_shows_what_it_says() {
    for question in questions() {
        let mut playground = Playground::with_world(question.setting.world());
        let outcome = playground.run(&question.program);
        playground.advance(10_000);
        let shown = outcome.diagnostic.is_some() || !playground.reports().is_empty() || !playground.take_output().is_empty();
        let refused = ["append-needs-watermark", "file-sink-modes", "file-stream-needs-schema", "show-is-refused"];
        let refused = refused.contains(&question.id.as_str()) || question.id == "within-watermark-needs-watermark";
        assert!(shown && outcome.diagnostic.is_some() == refused, "{}: {:?}", question.id, outcome.diagnostic);
    }
}
