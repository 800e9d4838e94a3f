//! The lesson files are whole, and what they claim is what Spark recorded.

use super::case;
use super::examples;
use super::exercises;
use super::questions;

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
