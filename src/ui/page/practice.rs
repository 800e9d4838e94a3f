//! Practice: exercises, the learner's answer, and the verdict with the first difference.

use super::super::store::{Action, Engine, Store};
use super::editor::Editor;
use super::hands::use_hands;
use super::problem::Problem;
use super::storage;
use crate::link::message::Request;
use crate::link::view::{Example, Exercise, Span, Verdict};
use std::rc::Rc;
use yew::prelude::*;

/// Practice.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// What the page knows.
    pub store: Rc<Store>,
}

/// The list, the task, the editor.
#[component]
pub fn Practice(props: &Props) -> Html {
    let store = &props.store;
    let exercises = &store.catalogue.exercises;
    let solved = storage::list("solved");
    let first = exercises.iter().position(|exercise| !solved.contains(&exercise.id)).unwrap_or(0);
    let at = use_state_eq(|| first);
    let Some(exercise) = exercises.get(*at).or(exercises.first()) else {
        return html! { <main class="practice"><p class="quiet">{ "Exercises come with the engine, which is being loaded." }</p></main> };
    };
    let entry = |(index, exercise): (usize, &Exercise)| {
        let (at, done, current) = (at.clone(), solved.contains(&exercise.id), index == *at);
        html! {
            <li><button type="button" aria-current={current.to_string()} onclick={move |_| at.set(index)}>
                <span class={classes!("mark", done.then_some("done"))} aria-hidden="true">{ if done { "✓" } else { "○" } }</span><span>{ &exercise.title }</span>
                if done { <span class="sr">{ ", solved" }</span> }
            </button></li>
        }
    };
    let next = {
        let (at, count) = (at.clone(), exercises.len());
        (*at + 1 < count).then(|| Callback::from(move |_: MouseEvent| at.set(*at + 1)))
    };
    let count = exercises.iter().filter(|exercise| solved.contains(&exercise.id)).count();
    html! {
        <main class="practice">
            <section class="panel" aria-label="Exercises"><div class="subhead first">{ "Practice" }<span>{ format!("{count} of {} solved", exercises.len()) }</span></div><ul class="exercises scroll">{ for exercises.iter().enumerate().map(entry) }</ul></section>
            <Work key={exercise.id.clone()} exercise={exercise.clone()} store={Rc::clone(store)} {next} />
        </main>
    }
}

#[derive(Properties, Clone, PartialEq)]
struct WorkProps {
    exercise: Exercise,
    store: Rc<Store>,
    next: Option<Callback<MouseEvent>>,
}

/// One exercise.
#[component]
fn Work(props: &WorkProps) -> Html {
    let hands = use_hands();
    let (exercise, store) = (&props.exercise, &props.store);
    let draft = format!("draft.{}", exercise.id);
    let text = use_state_eq(|| storage::kept(&draft).unwrap_or_else(|| exercise.start.clone()));
    let hints = use_state_eq(|| 0_usize);
    let change = {
        let (text, draft) = (text.clone(), draft.clone());
        Callback::from(move |new: String| {
            storage::keep(&draft, &new);
            text.set(new);
        })
    };
    let check = {
        let (hands, id, text) = (hands.clone(), exercise.id.clone(), text.clone());
        Callback::from(move |()| {
            hands.act(Action::Judging(id.clone()));
            hands.ask(Request::Judge { exercise: id.clone(), program: (*text).clone() });
        })
    };
    let again = {
        let (change, start) = (change.clone(), exercise.start.clone());
        Callback::from(move |_: MouseEvent| change.emit(start.clone()))
    };
    let open = {
        let (hands, store, exercise, text) = (hands.clone(), Rc::clone(store), exercise.clone(), text.clone());
        Callback::from(move |_: MouseEvent| {
            let example = Example {
                id: String::new(),
                title: exercise.title.clone(),
                about: String::new(),
                program: (*text).clone(),
                setting: exercise.setting.clone(),
            };
            hands.open(example, &store);
        })
    };
    let more = {
        let hints = hints.clone();
        Callback::from(move |_: MouseEvent| hints.set(*hints + 1))
    };
    let judging = store.judging.as_ref() == Some(&exercise.id);
    let onclick = {
        let check = check.clone();
        Callback::from(move |_: MouseEvent| check.emit(()))
    };
    html! {
        <>
            <section class="panel" aria-label="Task"><div class="task fill scroll">
                <h2>{ &exercise.title }</h2>
                { for exercise.task.iter().map(|paragraph| html! { <p>{ paragraph }</p> }) }
                { for exercise.hints.iter().take(*hints).map(|hint| html! { <p class="dim">{ "Hint: " }{ hint }</p> }) }
                <div class="row">
                    <button type="button" class="button primary" {onclick} disabled={judging || store.engine != Engine::Ready}>{ if judging { "Checking…" } else { "Check" } }</button>
                    <button type="button" class="button" onclick={open} title="Run it and watch the Tide">{ "Try in the workbench" }</button>
                    if *hints < exercise.hints.len() { <button type="button" class="button" onclick={more}>{ "Hint" }</button> }
                    if *text != exercise.start { <button type="button" class="button" onclick={again}>{ "Start over" }</button> }
                </div>
                if let (Some(verdict), false) = (store.verdicts.get(&exercise.id), judging) {
                    { said(verdict, exercise, props.next.clone(), &change, &text) }
                }
            </div></section>
            <section class="panel" aria-label="Your program"><div class="codebox" style="border-top:0"><Editor label="Your program. Escape, then Tab leaves the editor." text={(*text).clone()} {change} run={check} /></div></section>
        </>
    }
}

fn said(verdict: &Verdict, exercise: &Exercise, next: Option<Callback<MouseEvent>>, change: &Callback<String>, text: &str) -> Html {
    match verdict {
        Verdict::Passed { batches } => html! {
            <div class="verdict passed" role="status"><b>{ "Right." }</b><p>{ format!("All {batches} micro-batches came out as they should.") }</p>
                { for exercise.explanation.iter().map(|paragraph| html! { <p>{ paragraph }</p> }) }
                if let Some(next) = next { <div><button type="button" class="button" onclick={next}>{ "Next exercise" }</button></div> }
            </div>
        },
        Verdict::Differs { step, expected, found, said } => html! {
            <div class="verdict" role="status"><b>{ format!("Not yet: {step}.") }</b><p>{ said }</p>
                <div class="differs"><div><h3>{ "Expected" }</h3><pre>{ expected.join("\n") }</pre></div><div><h3>{ "Yours" }</h3><pre>{ found.join("\n") }</pre></div></div>
            </div>
        },
        Verdict::Failed { diagnostic } => {
            let (change, text) = (change.clone(), text.to_owned());
            let fix = Callback::from(move |(span, new): (Span, String)| {
                let units: Vec<u16> = text.encode_utf16().collect();
                if let (Some(before), Some(after)) = (units.get(..span.start as usize), units.get(span.end as usize..)) {
                    change.emit(String::from_utf16_lossy(before) + &new + &String::from_utf16_lossy(after));
                }
            });
            html! { <div class="verdict raised"><Problem diagnostic={diagnostic.clone()} {fix} point={Callback::noop()} /></div> }
        }
    }
}
