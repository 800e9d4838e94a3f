//! The middle pane: the Tide, Spark's charts, or the progress report.

use super::super::shared::Shared;
use super::super::store::{Action, Store};
use super::bars::Bars;
use super::charts::{Charts, Progress};
use super::figures::Figures;
use super::hands::use_hands;
use super::tabs::Tabs;
use super::tide::Tide;
use crate::link::view::{Arrival, Batch};
use std::rc::Rc;
use yew::prelude::*;

/// The pane.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// What the page knows.
    pub store: Rc<Store>,
    /// All batches of the shown query.
    pub all: Shared<Vec<Shared<Batch>>>,
    /// Those up to the moment that is looked at.
    pub batches: Shared<Vec<Shared<Batch>>>,
    /// Whether it is the one that narrow pages show.
    pub shown: bool,
}

/// Tide, Charts, Progress.
#[component]
pub fn Middle(props: &Props) -> Html {
    let tab = use_state_eq(|| 0_usize);
    let names = ["Tide", "Charts", "Progress"].map(AttrValue::from).to_vec();
    let choose = {
        let tab = tab.clone();
        Callback::from(move |index| tab.set(index))
    };
    let store = &props.store;
    let present = store.cursor.is_none();
    let nothing = use_memo((), |()| Shared::<Vec<Arrival>>::default());
    let arrivals = if present { store.run.arrivals.clone() } else { (*nothing).clone() };
    html! {
        <section class={classes!("panel", "middle", props.shown.then_some("shown"))} aria-label="Run">
            <div class="tabs"><Tabs label="Run" {names} chosen={*tab} {choose} panel="middle-panel" />
                if *tab == 0 {
                    <span class="note" aria-hidden="true">{ "event time ↑ · processing time →" }</span>
                }
            </div>
            <div id="middle-panel" role="tabpanel" class="fill">
                <Queries store={Rc::clone(store)} />
                if *tab == 0 {
                    <Tide batches={props.batches.clone()} {arrivals} colours={store.run.colours.clone()} clock={store.clock} faults={store.run.faults.clone()} {present} />
                    <Bars batches={props.all.clone()} cursor={store.cursor} />
                } else if *tab == 1 {
                    <Charts batches={props.batches.clone()} />
                } else {
                    <Progress batches={props.batches.clone()} />
                }
                <Figures batches={props.batches.clone()} />
            </div>
        </section>
    }
}

#[derive(Properties, Clone, PartialEq)]
struct QueriesProps {
    store: Rc<Store>,
}

/// Which query is shown, where there are several.
#[component]
fn Queries(props: &QueriesProps) -> Html {
    let hands = use_hands();
    let names = props.store.queries();
    if names.len() < 2 {
        return Html::default();
    }
    let shown = props.store.query();
    let chip = |name: &String| {
        let (hands, chosen, on) = (hands.clone(), name.clone(), shown.as_ref() == Some(name));
        html! { <button type="button" class={classes!("chip", if on { "on" } else { "off" })} aria-pressed={on.to_string()} onclick={move |_| hands.act(Action::Query(chosen.clone()))}>{ name }</button> }
    };
    html! { <div class="queries" role="group" aria-label="Query">{ for names.iter().map(chip) }</div> }
}
