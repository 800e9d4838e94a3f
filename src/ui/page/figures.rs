//! The five figures of the latest batch.

use super::super::moment::clock;
use super::super::shared::Shared;
use crate::link::view::Batch;
use yew::prelude::*;

/// What the figures are of.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// The query's batches up to the moment that is looked at.
    pub batches: Shared<Vec<Shared<Batch>>>,
}

/// Batch, watermark, state rows, dropped late, rows out.
#[component]
pub fn Figures(props: &Props) -> Html {
    let latest = props.batches.last();
    let watermark = match latest.map(|batch| batch.next_ms.or(batch.evict_ms)) {
        Some(Some(ms)) if ms > 0 => clock(ms),
        _ => "–".to_owned(),
    };
    let dropped: u64 = props.batches.iter().map(|batch| batch.dropped).sum();
    let out: u64 = props.batches.iter().map(|batch| batch.output_rows).sum();
    let of = |value: Option<u64>| value.map_or_else(|| "–".to_owned(), |value| value.to_string());
    let figure = |name: &'static str, value: String, red: bool| html! { <div class={classes!(red.then_some("red"))}><dt>{ name }</dt><dd>{ value }</dd></div> };
    html! {
        <dl class="figures">
            { figure("Batch", of(latest.map(|batch| batch.batch_id)), false) }
            { figure("Watermark", watermark, false) }
            { figure("State rows", of(latest.map(|batch| batch.state_rows)), false) }
            { figure("Dropped late", of(latest.map(|_| dropped)), dropped > 0) }
            { figure("Rows out", of(latest.map(|_| out)), false) }
        </dl>
    }
}
