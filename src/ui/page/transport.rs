//! The transport: play, step, look back, speed, the timeline, and the driver's fate.

use super::super::moment::stopwatch;
use super::super::shared::Shared;
use super::super::store::{Action, Engine, Store};
use super::hands::use_hands;
use super::icon::{BACK, PAUSE, PLAY, STEP, icon};
use super::timeline::Timeline;
use crate::link::message::Request;
use crate::link::view::Batch;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// The transport.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// What the page knows.
    pub store: Rc<Store>,
    /// All batches of the shown query.
    pub all: Shared<Vec<Shared<Batch>>>,
}

/// Virtual seconds for each real one.
const SPEEDS: [f64; 7] = [0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 100.0];

/// Buttons, timeline, clock.
#[component]
pub fn Transport(props: &Props) -> Html {
    let hands = use_hands();
    let store = &props.store;
    let (clock, playing) = (store.clock, store.clock.playing);
    let count = props.all.len();
    let at = store.cursor.map_or(count, |cursor| cursor + 1);
    let toggle = {
        let (hands, store) = (hands.clone(), Rc::clone(store));
        Callback::from(move |_: MouseEvent| {
            hands.act(Action::Scrubbed(None));
            match (store.ran.is_some(), playing) {
                (false, _) => hands.run(&store),
                (true, true) => hands.ask(Request::Pause),
                (true, false) => hands.ask(Request::Play { speed: clock.speed }),
            }
        })
    };
    let step = {
        let (hands, store) = (hands.clone(), Rc::clone(store));
        Callback::from(move |_: MouseEvent| match store.cursor {
            Some(cursor) => hands.act(Action::Scrubbed((cursor + 2 < count).then_some(cursor + 1))),
            None => {
                if store.ran.is_none() {
                    hands.stand(&store);
                }
                if playing {
                    hands.ask(Request::Pause);
                }
                hands.ask(Request::Step);
            }
        })
    };
    let back = {
        let hands = hands.clone();
        Callback::from(move |_: MouseEvent| {
            if playing {
                hands.ask(Request::Pause);
            }
            hands.act(Action::Scrubbed(at.checked_sub(2)));
        })
    };
    let speed = {
        let hands = hands.clone();
        Callback::from(move |event: Event| {
            let value =
                event.target().and_then(|it| it.dyn_into::<HtmlSelectElement>().ok()).and_then(|select| select.value().parse().ok());
            if let Some(speed) = value {
                hands.act(Action::Speed(speed));
                if playing {
                    hands.ask(Request::Play { speed });
                }
            }
        })
    };
    let ready = store.engine == Engine::Ready;
    html! {
        <footer class="transport" aria-label="Transport">
            <button type="button" class="icon" onclick={back} disabled={at < 2} title="Back one batch" aria-label="Back one batch">{ icon(BACK) }</button>
            <button type="button" class="icon main" onclick={toggle} disabled={!ready} title={if playing { "Pause" } else { "Play" }} aria-label={if playing { "Pause" } else { "Play" }}>{ icon(if playing { PAUSE } else { PLAY }) }</button>
            <button type="button" class="icon" onclick={step} disabled={!ready} title="Step one batch" aria-label="Step one batch">{ icon(STEP) }</button>
            <label class="sr" for="speed">{ "Speed" }</label>
            <select id="speed" class="speed" onchange={speed} title="Virtual seconds for each real one">
                { for SPEEDS.iter().map(|value| html! { <option value={value.to_string()} selected={*value == clock.speed}>{ format!("{value}×") }</option> }) }
            </select>
            <Timeline batches={props.all.clone()} faults={store.run.faults.clone()} {clock} cursor={store.cursor} />
            <Time store={Rc::clone(store)} />
            <Fate alive={store.run.alive} running={store.ran.is_some() && ready} />
        </footer>
    }
}

#[derive(Properties, Clone, PartialEq)]
struct TimeProps {
    store: Rc<Store>,
}

/// Time since the run began; in the past, the way back to the present.
#[component]
fn Time(props: &TimeProps) -> Html {
    let hands = use_hands();
    let clock = props.store.clock;
    let now_ms = match props.store.cursor {
        Some(index) => props.store.shown_batches().nth(index).map_or(clock.now_ms, |batch| batch.at_ms),
        None => clock.now_ms,
    };
    let text = stopwatch(now_ms - clock.start_ms);
    if props.store.cursor.is_some() {
        return html! { <button type="button" class="chip on past" title="Back to now" onclick={move |_| hands.act(Action::Scrubbed(None))}>{ text }<span class="wide">{ " · back to now" }</span><span class="narrow">{ " → now" }</span></button> };
    }
    html! { <span class="clock" title={format!("The virtual clock: {}", super::super::moment::dated(now_ms))}>{ text }</span> }
}

#[derive(Properties, Clone, PartialEq)]
struct FateProps {
    alive: bool,
    running: bool,
}

/// Kill the driver, or start it again.
#[component]
fn Fate(props: &FateProps) -> Html {
    let hands = use_hands();
    let alive = props.alive;
    let onclick = Callback::from(move |_: MouseEvent| hands.ask(if alive { Request::Kill } else { Request::Restart }));
    let (text, title) = match alive {
        true => ("Kill", "The driver dies; disk and sources stay"),
        false => ("Restart", "The program runs again from its checkpoint"),
    };
    html! { <button type="button" class={classes!("button", if alive { "danger" } else { "primary" })} disabled={!props.running} {title} {onclick}>{ text }<span class="wide">{ " driver" }</span></button> }
}
