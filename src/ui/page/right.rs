//! The right pane: state, result, checkpoint, driver.

use super::super::cell::expiry;
use super::super::colour::Colours;
use super::super::shared::Shared;
use super::super::store::Store;
use super::checkpoint::Checkpoint;
use super::driver::Driver;
use super::table::table;
use super::tabs::Tabs;
use crate::link::view::{Snapshot, StateTable};
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
    let tab = use_state_eq(|| 0_usize);
    let names = ["State", "Result", "Checkpoint", "Driver"].map(AttrValue::from).to_vec();
    let choose = {
        let tab = tab.clone();
        Callback::from(move |index| tab.set(index))
    };
    let store = &props.store;
    let snapshot = store.snapshot();
    let colours = store.run.colours.clone();
    let batch =
        store.cursor.map_or_else(|| store.shown_batches().last(), |index| store.shown_batches().nth(index)).map(|batch| batch.batch_id);
    html! {
        <section class={classes!("panel", "right", props.shown.then_some("shown"))} aria-label="What there is now">
            <div class="tabs"><Tabs label="What there is now" {names} chosen={*tab} {choose} panel="right-panel" /></div>
            <div id="right-panel" role="tabpanel" class="fill">
                if *tab == 0 {
                    <State {snapshot} {colours} {batch} />
                } else if *tab == 1 {
                    <Results {snapshot} {colours} {batch} />
                } else if *tab == 2 {
                    <Checkpoint {snapshot} file={store.file.clone()} />
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
}

/// The state's rows, and the result's below.
#[component]
fn State(props: &PaneProps) -> Html {
    let snapshot = &props.snapshot;
    let several = snapshot.state.len() > 1;
    let one = |state: &StateTable| {
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
    let empty = snapshot.state.iter().all(|state| state.table.rows.is_empty());
    html! {
        <div class="fill scroll">
            if empty {
                <p class="quiet">{ if snapshot.state.is_empty() { "No state. Aggregations, joins and deduplication keep rows here between micro-batches." } else { "The state is empty." } }</p>
            } else {
                { for snapshot.state.iter().map(one) }
            }
            if !snapshot.result.columns.is_empty() {
                <div class="subhead">{ "Result table" }<span>{ for props.batch.map(|id| format!("batch {id} in colour")) }</span></div>
                { table(&snapshot.result, &props.colours, &[]) }
            }
        </div>
    }
}

/// The result alone.
#[component]
fn Results(props: &PaneProps) -> Html {
    if props.snapshot.result.rows.is_empty() {
        return html! { <p class="quiet fill">{ "No rows have come out yet." }</p> };
    }
    let count = props.snapshot.result.rows.len() as u64 + props.snapshot.result.left_out;
    html! {
        <div class="fill scroll">
            <div class="subhead first">{ format!("{count} rows") }<span>{ for props.batch.map(|id| format!("batch {id} in colour")) }</span></div>
            { table(&props.snapshot.result, &props.colours, &[]) }
        </div>
    }
}
