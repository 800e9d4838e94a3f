//! Rows per batch, late ones on top.

use super::super::series::bars;
use super::super::shared::Shared;
use super::super::store::Action;
use super::hands::use_hands;
use crate::link::view::Batch;
use yew::prelude::*;

/// What the bars show.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// The query's batches, all of them.
    pub batches: Shared<Vec<Shared<Batch>>>,
    /// The batch that is looked at.
    pub cursor: Option<usize>,
}

const SLOT: f64 = 36.0;

/// How many bars there are at the most.
const MOST: usize = 11;

/// The bars; a click looks at the batch.
#[component]
pub fn Bars(props: &Props) -> Html {
    let hands = use_hands();
    let upto = props
        .cursor
        .map_or(props.batches.len(), |cursor| (cursor + 1 + MOST / 2).clamp(MOST.min(props.batches.len()), props.batches.len()));
    let shown = bars(&props.batches[..upto], MOST);
    let most = shown.iter().map(|bar| bar.rows).max().unwrap_or(0).max(1) as f64;
    let width = SLOT * MOST as f64;
    let bar = |(slot, bar): (usize, &super::super::series::Bar)| {
        let (x, tall) = (slot as f64 * SLOT, 36.0 * bar.rows as f64 / most);
        let late = tall * bar.late as f64 / bar.rows.max(1) as f64;
        let batch = bar.batch;
        let onclick = {
            let hands = hands.clone();
            Callback::from(move |_: MouseEvent| hands.act(Action::Scrubbed(Some(batch))))
        };
        let empty = bar.rows == 0;
        html! {
            <g key={batch} class={classes!((props.cursor == Some(batch)).then_some("at"))}>
                <title>{ format!("Batch {}: {} rows, {} of them late", bar.id, bar.rows, bar.late) }</title>
                if empty {
                    <rect class="none" x={x.to_string()} y="42" width="28" height="2" rx="1" />
                } else {
                    <rect class="in" x={x.to_string()} y={(44.0 - tall).to_string()} width="28" height={tall.max(2.0).to_string()} rx="2.5" />
                }
                if bar.late > 0 {
                    <rect class="late" x={x.to_string()} y={(44.0 - tall).to_string()} width="28" height={late.max(2.4).to_string()} rx="1.5" />
                }
                <text x={(x + 14.0).to_string()} y="61">{ bar.id }</text>
                <rect class="hit" x={(x - 4.0).to_string()} y="0" width={SLOT.to_string()} height="66" {onclick} />
            </g>
        }
    };
    html! {
        <div class="bars">
            <svg viewBox={format!("0 0 {width} 66")} preserveAspectRatio="xMinYMid meet" role="img" aria-label="Rows of the latest batches">{ for shown.iter().enumerate().map(bar) }</svg>
            <p class="legend">{ "rows per batch, " }<span class="red">{ "late ones" }</span>{ " on top" }</p>
        </div>
    }
}
