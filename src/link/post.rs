//! The worker's end of the wire: the browser's messages and timer around [`Worker`].

use super::message::{Event, Request};
use super::worker::Worker;
use gloo_timers::callback::Interval;
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// How often the virtual clock moves, in real milliseconds.
const TICK_MS: u32 = 33;

/// How much of a tick may be spent, in real milliseconds; the rest is for messages.
const BUDGET_MS: f64 = 18.0;

/// Begins to listen and says that it is ready.
pub fn serve() {
    let worker = Rc::new(RefCell::new(Worker::default()));
    let listening = Rc::clone(&worker);
    let listener: Closure<dyn FnMut(MessageEvent)> = Closure::new(move |message: MessageEvent| {
        if let Ok(request) = serde_wasm_bindgen::from_value::<Request>(message.data()) {
            let events = listening.borrow_mut().ask(request);
            post(&events);
        }
    });
    scope().set_onmessage(Some(listener.as_ref().unchecked_ref()));
    // The listener lives as long as the worker.
    listener.forget();
    let mut before_ms = now_ms();
    Interval::new(TICK_MS, move || {
        let started_ms = now_ms();
        // A tab in the background gets few ticks; time that nobody saw passes at the pace of one tick.
        let passed_ms = (started_ms - before_ms).min(250.0);
        before_ms = started_ms;
        let events = worker.borrow_mut().tick(passed_ms, &mut || now_ms() - started_ms > BUDGET_MS);
        post(&events);
    })
    .forget();
    post(&Worker::ready());
}

fn post(events: &[Event]) {
    if events.is_empty() {
        return;
    }
    if let Ok(value) = events.serialize(&serde_wasm_bindgen::Serializer::new()) {
        // Plain data can always be posted.
        let _ = scope().post_message(&value);
    }
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn now_ms() -> f64 {
    js_sys::Date::now()
}
