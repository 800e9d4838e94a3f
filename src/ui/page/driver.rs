//! The driver: its queries, and what it printed.

use super::super::shared::Shared;
use crate::link::view::{QueryStatus, Snapshot};
use yew::prelude::*;

/// The driver.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// What it printed.
    pub printed: Shared<String>,
    /// Its queries.
    pub snapshot: Shared<Snapshot>,
    /// Whether it lives.
    pub alive: bool,
}

/// How many of the last letters are shown.
const SHOWN: usize = 60_000;

/// Queries and output.
#[component]
pub fn Driver(props: &Props) -> Html {
    let end = use_node_ref();
    {
        let end = end.clone();
        use_effect_with(props.printed.clone(), move |_| {
            if let Some(pane) = end.cast::<web_sys::Element>() {
                pane.set_scroll_top(pane.scroll_height());
            }
        });
    }
    let status = |query: &QueryStatus| {
        let class = if !props.alive {
            "dead"
        } else if query.active {
            "active"
        } else {
            ""
        };
        let message = if props.alive { query.message.as_str() } else { "The driver is dead" };
        html! { <div class={classes!("status", class)}><i></i><b>{ &query.name }</b><span class="dim">{ message }</span></div> }
    };
    let text = props.printed.as_str();
    let from = (text.len().saturating_sub(SHOWN)..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    html! {
        <>
            { for props.snapshot.queries.iter().map(status) }
            <div class="fill scroll" ref={end}>
                if text.is_empty() {
                    <p class="quiet">{ "Nothing printed yet: print(), show() and the console sink write here." }</p>
                } else {
                    <pre class="text" tabindex="0" aria-label="Printed">{ text[from..].to_owned() }</pre>
                }
            </div>
        </>
    }
}
