//! The run so far as a bar: ticks for batches, crosses for faults, and a head to drag through the past.

use super::super::shared::Shared;
use super::super::store::{Action, Clock, Fault};
use super::hands::use_hands;
use crate::link::view::Batch;
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

/// The timeline.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// All batches of the shown query.
    pub batches: Shared<Vec<Shared<Batch>>>,
    /// Deaths and rebirths of the driver.
    pub faults: Shared<Vec<Fault>>,
    /// The virtual clock.
    pub clock: Clock,
    /// The batch that is looked at.
    pub cursor: Option<usize>,
}

/// The bar.
#[component]
pub fn Timeline(props: &Props) -> Html {
    let hands = use_hands();
    let bar = use_node_ref();
    let scale = Scale::of(props);
    let (count, present) = (props.batches.len(), props.cursor.is_none());
    let seek = {
        let (hands, bar, batches) = (hands.clone(), bar.clone(), props.batches.clone());
        Callback::from(move |event: PointerEvent| {
            if event.buttons() == 0 {
                return;
            }
            let Some(bar) = bar.cast::<Element>() else { return };
            let place = bar.get_bounding_client_rect();
            let at_ms = scale.time((f64::from(event.client_x()) - place.left()) / place.width());
            // What was the state of things then: the last batch at or before that time.
            let after = batches.partition_point(|batch| (batch.at_ms as f64) <= at_ms);
            hands.act(Action::Scrubbed(if after >= batches.len() { None } else { Some(after.saturating_sub(1)) }));
        })
    };
    let onpointerdown = {
        let seek = seek.clone();
        Callback::from(move |event: PointerEvent| {
            if let Some(bar) = event.current_target().and_then(|it| it.dyn_into::<Element>().ok()) {
                // Without capture dragging ends at the bar's edge, and that is all.
                let _ = bar.set_pointer_capture(event.pointer_id());
            }
            seek.emit(event);
        })
    };
    let cursor = props.cursor;
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let at = cursor.unwrap_or(count.saturating_sub(1));
        let next = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => Some(at.saturating_sub(1)),
            "ArrowRight" | "ArrowUp" => Some(at + 1),
            "Home" => Some(0),
            "End" | "Escape" => None,
            _ => return,
        };
        event.prevent_default();
        hands.act(Action::Scrubbed(next.filter(|next| next + 1 < count)));
    });
    let looked = props.cursor.and_then(|cursor| props.batches.get(cursor)).map_or(props.clock.now_ms, |batch| batch.at_ms);
    let id = props.cursor.map_or(props.batches.last(), |cursor| props.batches.get(cursor)).map_or(0, |batch| batch.batch_id);
    // A long run has a tick for several batches; it is red if any of them dropped a row.
    let ticks = props.batches.chunks((props.batches.len() / 120).max(1));
    let tick = |some: &[Shared<Batch>]| {
        let late = some.iter().any(|batch| batch.dropped > 0).then_some("late");
        html! { <i class={classes!("tick", late)} style={some.first().map(|batch| scale.left(batch.at_ms))}></i> }
    };
    let fault = |fault: &Fault| {
        let text = if fault.alive { "▲" } else { "✖ driver killed" };
        html! { <span class={classes!("fault", fault.alive.then_some("up"))} style={scale.left(fault.at_ms)}>{ text }</span> }
    };
    html! {
        <div class="timeline" ref={bar} role="slider" tabindex="0" aria-label="Timeline: the batch that is looked at" aria-valuemin="0" aria-valuemax={count.saturating_sub(1).to_string()}
            aria-valuenow={props.cursor.unwrap_or(count.saturating_sub(1)).to_string()} aria-valuetext={format!("batch {id}{}", if present { ", now" } else { "" })}
            {onpointerdown} onpointermove={seek} {onkeydown}>
            <span class="done" style={format!("width:{:.3}%", scale.share(props.clock.now_ms) * 100.0)}></span>
            { for ticks.map(tick) }
            { for props.faults.iter().map(fault) }
            if !present {
                <i class="head" style={scale.left(looked)}></i>
            }
        </div>
    }
}

/// From times to shares of the bar.
#[derive(Clone, Copy)]
struct Scale {
    start_ms: i64,
    length_ms: f64,
}

impl Scale {
    /// The bar holds a minute at first and then a sixth more than the run so far.
    fn of(props: &Props) -> Self {
        let passed = (props.clock.now_ms - props.clock.start_ms).max(0) as f64;
        Self { start_ms: props.clock.start_ms, length_ms: (passed * 1.18).max(62_000.0) }
    }

    fn share(self, ms: i64) -> f64 {
        ((ms - self.start_ms) as f64 / self.length_ms).clamp(0.0, 1.0)
    }

    fn time(self, share: f64) -> f64 {
        self.start_ms as f64 + share * self.length_ms
    }

    fn left(self, ms: i64) -> String {
        format!("left:{:.3}%", self.share(ms) * 100.0)
    }
}
