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
    let sum = |of: &dyn Fn(&Batch) -> u64| latest.map(|_| props.batches.iter().map(|batch| of(batch)).sum());
    let dropped = sum(&|batch| batch.dropped);
    html! {
        <dl class="figures">
            { figure("Batch", number(latest.map(|batch| batch.batch_id)), false) }
            { figure("Watermark", watermark(latest.and_then(|batch| batch.next_ms.or(batch.evict_ms))), false) }
            { figure("State rows", number(latest.map(|batch| batch.state_rows)), false) }
            { figure("Dropped late", number(dropped), dropped > Some(0)) }
            { figure("Rows out", number(sum(&|batch| batch.output_rows)), false) }
        </dl>
    }
}

fn figure(name: &'static str, value: Html, red: bool) -> Html {
    html! { <div class={classes!(red.then_some("red"))}><dt>{ name }</dt><dd>{ value }</dd></div> }
}

fn number(value: Option<u64>) -> Html {
    html! { { value.map_or_else(|| "–".to_owned(), |value| value.to_string()) } }
}

/// The time, a fraction of a second in small letters.
fn watermark(ms: Option<i64>) -> Html {
    let Some(text) = ms.filter(|ms| *ms > 0).map(clock) else { return html! { "–" } };
    let (seconds, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    html! { <>{ seconds.to_owned() }<small>{ fraction.to_owned() }</small></> }
}
