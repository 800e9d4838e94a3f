//! The left pane: the query as cards and code, code only, or what the world sends.

use super::super::shared::Shared;
use super::super::store::{Action, Store};
use super::cards::Cards;
use super::editor::Editor;
use super::hands::use_hands;
use super::input::Input;
use super::problem::Problem;
use super::tabs::Tabs;
use crate::link::view::{Batch, Diagnostic, Span};
use gloo_timers::callback::Timeout;
use std::rc::Rc;
use yew::prelude::*;

/// The pane.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// What the page knows.
    pub store: Rc<Store>,
    /// The shown query's batches up to the moment that is looked at.
    pub batches: Shared<Vec<Shared<Batch>>>,
    /// Whether it is the one that narrow pages show.
    pub shown: bool,
}

/// Query, Code only, Input.
#[component]
pub fn Left(props: &Props) -> Html {
    let tab = use_state_eq(|| 0_usize);
    let names = ["Query", "Code only", "Input"].map(AttrValue::from).to_vec();
    let choose = {
        let tab = tab.clone();
        Callback::from(move |index| tab.set(index))
    };
    let store = &props.store;
    html! {
        <section class={classes!("panel", "left", props.shown.then_some("shown"))} aria-label="Program">
            <div class="tabs"><Tabs label="Program" {names} chosen={*tab} {choose} panel="left-panel" /></div>
            <div id="left-panel" role="tabpanel" class="fill">
                if *tab == 2 {
                    <Input setting={store.setting.clone()} />
                } else {
                    if *tab == 0 {
                        <Cards cards={store.cards.clone()} selected={store.selected} batches={props.batches.clone()} program={store.program.clone()} />
                    }
                    <Code store={Rc::clone(store)} />
                }
            </div>
        </section>
    }
}

#[derive(Properties, Clone, PartialEq)]
struct CodeProps {
    store: Rc<Store>,
}

/// The editor, its Run button, and the mistake that stopped the run.
#[component]
fn Code(props: &CodeProps) -> Html {
    let hands = use_hands();
    let store = Rc::clone(&props.store);
    let run = {
        let (hands, store) = (hands.clone(), Rc::clone(&store));
        Callback::from(move |()| hands.run(&store))
    };
    let change = {
        let hands = hands.clone();
        Callback::from(move |text: String| hands.act(Action::Typed(text)))
    };
    let fix = {
        let (hands, store) = (hands.clone(), Rc::clone(&store));
        Callback::from(move |(span, text): (Span, String)| {
            if let Some(mended) = store.mended(span, &text) {
                let mut next = (*store).clone();
                next.program = mended.clone();
                hands.act(Action::Typed(mended));
                hands.run(&next);
            }
        })
    };
    let point = Callback::from(move |span| hands.act(Action::Pointed(span)));
    let click = {
        let run = run.clone();
        Callback::from(move |_: MouseEvent| run.emit(()))
    };
    let problem: Option<Diagnostic> = store.failure.clone().filter(|_| !store.edited());
    let marks = use_memo((store.diagnostics.clone(), problem.clone()), |(read, problem)| marks(read, problem.as_ref()));
    html! {
        <>
            <div class="codebox">
                <Editor label="Program. Escape, then Tab leaves the editor." text={store.program.clone()} diagnostics={(*marks).clone()} pointed={store.pointed} {change} {run} />
                <Stop busy={store.busy()} />
                <button type="button" class="button primary run" onclick={click} title="Run the program anew (Ctrl+Enter)">
                    if store.edited() {
                        <span class="dot" title="The text differs from what runs"></span>
                    }
                    { "Run" }<kbd>{ "Ctrl ⏎" }</kbd>
                </button>
            </div>
            if problem.is_none() && !store.edited() {
                { for store.notes.iter().map(|note| html! { <p class="note-box" role="status">{ note.text.clone() }</p> }) }
            }
            if let Some(diagnostic) = problem {
                <Problem {diagnostic} {fix} {point} />
            }
        </>
    }
}

#[derive(Properties, Clone, PartialEq)]
struct StopProps {
    busy: bool,
}

/// Ends a program that does not come to its end; shown when it has had its time.
#[component]
fn Stop(props: &StopProps) -> Html {
    let hands = use_hands();
    let shown = use_state_eq(|| false);
    {
        let shown = shown.clone();
        use_effect_with(props.busy, move |busy| {
            shown.set(false);
            let timer = busy.then(|| Timeout::new(700, move || shown.set(true)));
            move || drop(timer)
        });
    }
    if !*shown || !props.busy {
        return Html::default();
    }
    html! { <button type="button" class="button danger run stop" onclick={move |_| hands.stop()} title="End the engine and load it again">{ "Stop" }</button> }
}

/// What is underlined: what was seen while reading, and what the run died of.
fn marks(read: &[Diagnostic], problem: Option<&Diagnostic>) -> Shared<Vec<Diagnostic>> {
    let mut all = read.to_vec();
    all.extend(problem.filter(|problem| !read.contains(problem)).cloned());
    Shared::new(all)
}
