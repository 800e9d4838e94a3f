//! Exam: questions one by one, the reasons after the answer, and each explanation open to be run.

use super::super::store::Store;
use super::hands::use_hands;
use super::storage;
use crate::link::view::{Example, Question};
use std::rc::Rc;
use yew::prelude::*;

/// The exam.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// What the page knows.
    pub store: Rc<Store>,
}

/// One question after another, then the score.
#[component]
pub fn Exam(props: &Props) -> Html {
    let questions = &props.store.catalogue.questions;
    let at = use_state_eq(|| kept_answers(questions).len().min(questions.len()));
    let answers = use_state_eq(|| kept_answers(questions));
    let right = questions.iter().zip(answers.iter()).filter(|(question, answer)| question.answer == **answer).count();
    let begin = {
        let (at, answers) = (at.clone(), answers.clone());
        Callback::from(move |_: MouseEvent| {
            storage::keep("exam", "");
            answers.set(Vec::new());
            at.set(0);
        })
    };
    let body = match questions.get(*at) {
        None => html! {
            <><h2>{ format!("{right} of {} right.", questions.len()) }</h2><p class="dim">{ "Every question opens in the workbench, where its answer can be watched." }</p>
            <div><button type="button" class="button primary" onclick={begin}>{ "Once more" }</button></div></>
        },
        Some(question) => {
            let answer = {
                let (answers, index) = (answers.clone(), *at);
                Callback::from(move |choice: usize| {
                    let mut all = (*answers).clone();
                    if all.len() == index {
                        all.push(choice);
                        storage::keep("exam", &all.iter().map(usize::to_string).collect::<Vec<_>>().join(","));
                        answers.set(all);
                    }
                })
            };
            let next = {
                let at = at.clone();
                Callback::from(move |_: MouseEvent| at.set(*at + 1))
            };
            html! { <Card key={question.id.clone()} question={question.clone()} chosen={answers.get(*at).copied()} {answer} {next} store={Rc::clone(&props.store)} /> }
        }
    };
    let back = {
        let at = at.clone();
        Callback::from(move |_: MouseEvent| at.set(at.saturating_sub(1)))
    };
    let share = answers.len() as f64 / questions.len().max(1) as f64 * 100.0;
    html! {
        <main class="exam">
            <div class="question">
                <div class="row"><span class="dim">{ format!("Question {} of {}", (*at + 1).min(questions.len()), questions.len()) }</span><span class="dim">{ format!("· {right} right so far") }</span>
                    if *at > 0 { <button type="button" class="chip off" onclick={back}>{ "back" }</button> }
                </div>
                <div class="meter" role="progressbar" aria-valuenow={answers.len().to_string()} aria-valuemax={questions.len().to_string()} aria-label="Answered"><i style={format!("width:{share}%")}></i></div>
                { body }
            </div>
        </main>
    }
}

#[derive(Properties, Clone, PartialEq)]
struct CardProps {
    question: Question,
    chosen: Option<usize>,
    answer: Callback<usize>,
    next: Callback<MouseEvent>,
    store: Rc<Store>,
}

/// One question.
#[component]
fn Card(props: &CardProps) -> Html {
    let hands = use_hands();
    let question = &props.question;
    let answered = props.chosen.is_some();
    let choice = |(index, text): (usize, &String)| {
        let (answer, letter) = (props.answer.clone(), char::from(b'A' + index as u8));
        let class = match props.chosen {
            Some(_) if index == question.answer => Some("right"),
            Some(chosen) if chosen == index => Some("wrong"),
            _ => None,
        };
        html! {
            <button type="button" class={classes!("choice", class)} disabled={answered} onclick={move |_| answer.emit(index)}>
                <span class="letter">{ letter.to_string() }</span><span>{ text }</span>
                if answered { <span class="reason">{ question.reasons.get(index).cloned().unwrap_or_default() }</span> }
            </button>
        }
    };
    let open = {
        let (hands, store, question) = (hands.clone(), Rc::clone(&props.store), question.clone());
        Callback::from(move |_: MouseEvent| {
            let example = Example {
                id: String::new(),
                title: question.objective.clone(),
                about: String::new(),
                program: question.program.clone(),
                setting: question.setting.clone(),
            };
            hands.open(example, &store);
        })
    };
    html! {
        <>
            <p class="dim">{ &question.objective }</p>
            <h2>{ &question.text }</h2>
            if let Some(code) = &question.code { <pre tabindex="0">{ code }</pre> }
            <div class="choices">{ for question.choices.iter().enumerate().map(choice) }</div>
            if answered {
                <div class="verdict passed" role="status"><p>{ &question.explanation }</p></div>
                <div class="row"><button type="button" class="button primary" onclick={props.next.clone()}>{ "Next" }</button>
                    if !question.program.is_empty() { <button type="button" class="button" onclick={open}>{ "Open in the workbench" }</button> }
                </div>
            }
        </>
    }
}

/// The answers given so far, as the browser kept them.
fn kept_answers(questions: &[Question]) -> Vec<usize> {
    storage::list("exam").iter().filter_map(|answer| answer.parse().ok()).take(questions.len()).collect()
}
