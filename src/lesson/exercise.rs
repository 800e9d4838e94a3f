//! Exercises: a program to mend or to write, judged on input that the learner doesn't see.

use super::section::Section;
use super::section::split;
use super::setting::Setting;

/// An exercise.
#[derive(Clone, Debug, PartialEq)]
pub struct Exercise {
    /// Its name in addresses.
    pub id: String,
    /// A few words.
    pub title: String,
    /// What to do, in paragraphs.
    pub task: Vec<String>,
    /// The program to begin with.
    pub start: String,
    /// From a nudge to nearly the solution.
    pub hints: Vec<String>,
    /// Shown after success, in paragraphs.
    pub explanation: Vec<String>,
    /// The world in which the learner tries it.
    pub setting: Setting,
    /// The hidden case: a solution, input steps, and what Spark made of them.
    pub(super) case: &'static str,
}

macro_rules! files {
    ($($id:literal),* $(,)?) => {
        [$(($id, include_str!(concat!("exercises/", $id, ".txt")), include_str!(concat!("exercises/", $id, ".case")))),*]
    };
}

const FILES: [(&str, &str, &str); 8] =
    files!["missing-values", "sliding-window", "mend-append", "longer-delay", "only-changes", "drop-repetitions", "top-two", "sessions",];

const SECTIONS: [&str; 6] = ["task", "start", "hint", "explanation", "setting", "file"];

/// All exercises, easy ones first.
#[must_use]
pub fn exercises() -> Vec<Exercise> {
    FILES.into_iter().map(|(id, text, case)| exercise(id, text, case)).collect()
}

fn exercise(id: &str, text: &str, case: &'static str) -> Exercise {
    let (title, sections) = split(text, &SECTIONS);
    let named = |name: &'static str| sections.iter().filter(move |section| section.name == name);
    Exercise {
        id: id.to_owned(),
        title,
        task: named("task").flat_map(Section::paragraphs).collect(),
        start: named("start").map(|section| section.text() + "\n").collect(),
        hints: named("hint").map(Section::text).collect(),
        explanation: named("explanation").flat_map(Section::paragraphs).collect(),
        setting: Setting::of_sections(&sections),
        case,
    }
}
