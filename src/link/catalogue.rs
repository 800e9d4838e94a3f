//! What the page offers to open, from the lessons; and the judging of answers.

use super::convert;
use super::message::Event;
use super::view;
use crate::lesson;

/// All of it.
#[must_use]
pub fn catalogue() -> view::Catalogue {
    view::Catalogue {
        examples: lesson::examples().into_iter().map(example).collect(),
        exercises: lesson::exercises().into_iter().map(exercise).collect(),
        questions: lesson::questions().into_iter().map(question).collect(),
    }
}

/// The files that a setting has from the start: its own, and the real flights where a feed replays them.
#[must_use]
pub fn files(setting: &view::Setting) -> Vec<(String, String)> {
    let (path, flights) = lesson::FLIGHTS;
    let replayed = |feed: &view::Feed| matches!(feed, view::Feed::Replay { from, .. } if from == path);
    let mut files = setting.files.clone();
    if setting.feeds.iter().any(replayed) && !files.iter().any(|(taken, _)| taken == path) {
        files.push((path.to_owned(), flights.to_owned()));
    }
    files
}

/// A case performed and compared.
#[must_use]
pub fn replay(case: &str) -> Event {
    let replayed = lesson::replay::replay(case, &mut lesson::PlaygroundStage::new(case));
    Event::Replayed { text: replayed.text, differences: replayed.differences }
}

/// The verdict on an answer to the exercise of this id.
#[must_use]
pub fn judge(id: String, program: &str) -> Event {
    let verdict = match lesson::exercises().iter().find(|exercise| exercise.id == id) {
        Some(exercise) => told(program, lesson::judge(exercise, program, &mut lesson::PlaygroundStage::recording(true))),
        None => view::Verdict::Failed {
            diagnostic: view::Diagnostic { message: format!("There is no exercise {id}."), ..view::Diagnostic::default() },
        },
    };
    Event::Judged { exercise: id, verdict }
}

fn told(program: &str, verdict: lesson::Verdict) -> view::Verdict {
    match verdict {
        lesson::Verdict::Passed { batches } => view::Verdict::Passed { batches },
        lesson::Verdict::Differs { step, expected, found, said } => view::Verdict::Differs { step, expected, found, said },
        lesson::Verdict::Failed { diagnostic } => view::Verdict::Failed { diagnostic: convert::diagnostic(program, &diagnostic) },
    }
}

fn setting(setting: lesson::Setting) -> view::Setting {
    view::Setting {
        seed: setting.seed,
        start_ms: setting.start_ms,
        feeds: setting.feeds.iter().map(convert::feed_view).collect(),
        topics: setting.topics,
        files: setting.files,
        ..view::Setting::default()
    }
}

fn example(example: lesson::Example) -> view::Example {
    view::Example {
        id: example.id,
        title: example.title,
        about: example.about,
        program: example.program,
        setting: setting(example.setting),
    }
}

fn exercise(exercise: lesson::Exercise) -> view::Exercise {
    view::Exercise {
        id: exercise.id,
        title: exercise.title,
        task: exercise.task,
        start: exercise.start,
        hints: exercise.hints,
        explanation: exercise.explanation,
        setting: setting(exercise.setting),
    }
}

fn question(question: lesson::Question) -> view::Question {
    view::Question {
        id: question.id,
        objective: question.objective,
        text: question.text,
        code: question.code,
        choices: question.choices,
        answer: question.answer,
        reasons: question.reasons,
        explanation: question.explanation,
        program: question.program,
        setting: setting(question.setting),
    }
}
