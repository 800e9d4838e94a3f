//! Exam questions: four choices, one right, a reason for each, and a program that shows it.

use super::section::Section;
use super::section::split;
use super::setting::Setting;

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Its name in addresses.
    pub id: String,
    /// The exam's objective that it belongs to, in the exam guide's words.
    pub objective: String,
    /// What is asked.
    pub text: String,
    /// A program fragment that the question shows.
    pub code: Option<String>,
    /// Four answers.
    pub choices: Vec<String>,
    /// The place of the right one.
    pub answer: usize,
    /// For each choice, why it is right or wrong.
    pub reasons: Vec<String>,
    /// What there is to know.
    pub explanation: String,
    /// A program that shows it.
    pub program: String,
    /// The program's world.
    pub setting: Setting,
}

const FILES: [&str; 4] = [
    include_str!("questions/engine.txt"),
    include_str!("questions/modes-and-sinks.txt"),
    include_str!("questions/operations.txt"),
    include_str!("questions/deduplication.txt"),
];

const SECTIONS: [&str; 7] = ["question", "code", "choice", "explanation", "program", "file", "setting"];

/// All questions, in the order of the exam's objectives.
#[must_use]
pub fn questions() -> Vec<Question> {
    FILES.into_iter().flat_map(questions_of).collect()
}

fn questions_of(text: &str) -> Vec<Question> {
    let (objective, sections) = split(text, &SECTIONS);
    let objective = objective.replace('\n', " ");
    let starts: Vec<usize> = (0..sections.len()).filter(|place| sections[*place].name == "question").collect();
    let ends = starts.iter().skip(1).copied().chain([sections.len()]);
    starts.iter().zip(ends).map(|(start, end)| question(&objective, &sections[*start..end])).collect()
}

fn question(objective: &str, sections: &[Section]) -> Question {
    let named = |name: &'static str| sections.iter().filter(move |section| section.name == name);
    let choices: Vec<(String, String, bool)> = named("choice").map(choice).collect();
    let Some(answer) = choices.iter().position(|(.., right)| *right) else { panic!("{} has a right choice", sections[0].args) };
    let paragraphs = |name| named(name).flat_map(Section::paragraphs).collect::<Vec<_>>().join("\n\n");
    Question {
        id: sections[0].args.clone(),
        objective: objective.to_owned(),
        text: paragraphs("question"),
        code: named("code").next().map(Section::text),
        answer,
        choices: choices.iter().map(|(choice, ..)| choice.clone()).collect(),
        reasons: choices.into_iter().map(|(_, reason, _)| reason).collect(),
        explanation: paragraphs("explanation"),
        program: named("program").map(|section| section.text() + "\n").collect(),
        setting: Setting::of_sections(sections),
    }
}

/// A choice is its text, a blank line, and the reason as the last paragraph.
fn choice(section: &Section) -> (String, String, bool) {
    let cut = section.body.iter().rposition(|line| line.trim().is_empty());
    let Some(cut) = cut else { panic!("a choice ends in its reason: {}", section.text()) };
    let text = section.body[..cut].join("\n").trim().to_owned();
    (text, section.body[cut + 1..].join(" "), section.args == "right")
}
