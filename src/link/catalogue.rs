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

/// The files that a setting has from the start.
#[must_use]
pub fn files(setting: &view::Setting) -> Vec<(String, String)> {
    setting.files.clone()
}

/// The verdict on an answer.
#[must_use]
pub fn judge(id: String, program: &str) -> Event {
    let _ = program;
    let verdict = view::Verdict::Failed { diagnostic: view::Diagnostic { message: "Not yet.".into(), ..view::Diagnostic::default() } };
    Event::Judged { exercise: id, verdict }
}

fn setting(setting: lesson::Setting) -> view::Setting {
    view::Setting {
        seed: setting.seed,
        start_ms: setting.start_ms,
        feeds: setting.feeds.iter().map(convert::feed_view).collect(),
        files: setting.files,
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
