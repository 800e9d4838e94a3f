//! The right pane: state, result, checkpoint, driver.

use super::super::cell::expiry;
use super::super::colour::Colours;
use super::super::shared::Shared;
use super::super::store::Store;
use super::checkpoint::Checkpoint;
use super::driver::Driver;
use super::table::table;
use super::tabs::Tabs;
use crate::link::view::{Snapshot, StateTable, Table};
use std::rc::Rc;
use yew::prelude::*;

/// The pane.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// What the page knows.
    pub store: Rc<Store>,
    /// Whether it is the one that narrow pages show.
    pub shown: bool,
}

/// State, Result, Checkpoint, Driver.
#[component]
pub fn Right(props: &Props) -> Html {
    let tab = use_state_eq(|| None::<usize>);
    let names = ["State", "Result", "Checkpoint", "Driver"].map(AttrValue::from).to_vec();
    let choose = {
        let tab = tab.clone();
        Callback::from(move |index| tab.set(Some(index)))
    };
    let store = &props.store;
    // Until the learner chooses: a program without a query has nothing but what it printed.
    let tab = tab.unwrap_or(if store.query().is_none() && !store.run.printed.is_empty() { 3 } else { 0 });
    let snapshot = store.snapshot();
    let colours = store.run.colours.clone();
    let query = store.query();
    let until_ms = store.cursor.and_then(|index| store.shown_batches().nth(index)).map(|batch| batch.at_ms);
    let batch =
        store.cursor.map_or_else(|| store.shown_batches().last(), |index| store.shown_batches().nth(index)).map(|batch| batch.batch_id);
    html! {
        <section class={classes!("panel", "right", props.shown.then_some("shown"))} aria-label="What there is now">
            <div class="tabs"><Tabs label="What there is now" {names} chosen={tab} {choose} panel="right-panel" /></div>
            <div id="right-panel" role="tabpanel" class="fill">
                if tab == 0 {
                    <State {snapshot} {colours} {batch} {query} />
                } else if tab == 1 {
                    <Results {snapshot} {colours} {batch} {query} />
                } else if tab == 2 {
                    <Checkpoint files={store.run.files.clone()} {until_ms} file={store.file.clone()} />
                } else {
                    <Driver printed={store.run.printed.clone()} {snapshot} alive={store.run.alive} />
                }
            </div>
        </section>
    }
}

#[derive(Properties, Clone, PartialEq)]
struct PaneProps {
    snapshot: Shared<Snapshot>,
    colours: Shared<Colours>,
    batch: Option<u64>,
    query: Option<String>,
}

impl PaneProps {
    /// The stores of the shown query.
    fn state(&self) -> Vec<&StateTable> {
        self.snapshot.state.iter().filter(|state| Some(&state.query) == self.query.as_ref()).collect()
    }

    /// What the shown query has written.
    fn result(&self) -> Option<&Table> {
        self.snapshot.results.iter().find(|result| Some(&result.query) == self.query.as_ref()).map(|result| &result.table)
    }
}

/// The state's rows, and the result's below.
#[component]
fn State(props: &PaneProps) -> Html {
    let (states, result) = (props.state(), props.result());
    let several = states.len() > 1;
    let one = |state: &&StateTable| {
        let notes: Vec<String> = state.expires_ms.iter().map(|expires_ms| expiry(*expires_ms)).collect();
        html! {
            <>
                if several {
                    <div class="subhead first">{ &state.operator }<span>{ format!("{} rows", state.table.rows.len() as u64 + state.table.left_out) }</span></div>
                }
                { table(&state.table, &props.colours, &notes) }
            </>
        }
    };
    let empty = states.iter().all(|state| state.table.rows.is_empty());
    html! {
        <div class="fill scroll">
            if empty {
                <p class="quiet">{ if states.is_empty() { "No state. Aggregations, joins and deduplication keep rows here between micro-batches." } else { "The state is empty." } }</p>
            } else {
                { for states.iter().map(one) }
            }
            if let Some(result) = result {
                <div class="subhead">{ "Result table" }<span>{ for props.batch.map(|id| format!("batch {id} in colour")) }</span></div>
                { table(result, &props.colours, &[]) }
            }
        </div>
    }
}

/// The result alone.
#[component]
fn Results(props: &PaneProps) -> Html {
    let Some(result) = props.result().filter(|result| !result.rows.is_empty()) else {
        return html! { <p class="quiet fill">{ "No rows have come out yet." }</p> };
    };
    let count = result.rows.len() as u64 + result.left_out;
    html! {
        <div class="fill scroll">
            <div class="subhead first">{ format!("{count} rows") }<span>{ for props.batch.map(|id| format!("batch {id} in colour")) }</span></div>
            { table(result, &props.colours, &[]) }
        </div>
    }
}
