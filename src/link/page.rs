//! The page's end of the wire: a worker that is spawned, asked, watched, and ended if it hangs.

use super::message::{BUILD, Event, Request};
use js_sys::Array;
use serde::Serialize;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

/// What the page hears of its worker.
#[derive(Clone, Debug)]
pub enum Heard {
    /// It said these, in order.
    Said(Vec<Event>),
    /// It belongs to another build than the page.
    Stale,
    /// It did not answer for long and was ended; a new one is being loaded.
    Ended,
    /// It can't be loaded; why.
    Broken(String),
}

/// A worker as the page holds it.
pub struct Link {
    url: &'static str,
    tell: Rc<dyn Fn(Heard)>,
    line: RefCell<Option<Line>>,
    /// The learner's own files, for the next worker if this one is ended.
    files: RefCell<Vec<Request>>,
    state: Rc<State>,
}

/// One worker and what listens to it.
struct Line {
    worker: Worker,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(web_sys::Event)>,
}

/// What the watchdog goes by.
#[derive(Default)]
struct State {
    /// It said [`Event::Ready`].
    ready: Cell<bool>,
    /// It owes an answer, or its clock runs.
    owes: Cell<bool>,
    /// When it was last heard or asked, on the page's clock, in milliseconds.
    heard_ms: Cell<f64>,
    /// What waits for it to be ready.
    queue: RefCell<VecDeque<Request>>,
}

/// For how long a worker that owes an answer may be silent, in milliseconds.
const PATIENCE_MS: f64 = 12_000.0;

impl Link {
    /// Spawns the worker behind this address and tells what is heard of it.
    pub fn new(url: &'static str, tell: impl Fn(Heard) + 'static) -> Self {
        let link = Self { url, tell: Rc::new(tell), line: RefCell::default(), files: RefCell::default(), state: Rc::default() };
        link.spawn();
        link
    }

    /// Asks something; before the worker is ready it waits in a queue.
    pub fn ask(&self, request: Request) {
        if matches!(request, Request::WriteFile { .. }) {
            self.files.borrow_mut().push(request.clone());
        }
        if !self.state.ready.get() {
            if matches!(request, Request::Run { .. }) {
                self.state.queue.borrow_mut().retain(|waiting| matches!(waiting, Request::WriteFile { .. }));
            }
            self.state.queue.borrow_mut().push_back(request);
            return;
        }
        self.state.expect(&request);
        if let Some(line) = &*self.line.borrow() {
            post(&line.worker, &request);
        }
    }

    /// To be called now and then: ends a worker that hangs, says so, and spawns another one.
    pub fn watch(&self) {
        let silent_ms = now_ms() - self.state.heard_ms.get();
        if self.state.ready.get() && self.state.owes.get() && silent_ms > PATIENCE_MS {
            self.restart();
            (self.tell)(Heard::Ended);
        }
    }

    /// Ends the worker, whatever it does, and spawns another one.
    pub fn restart(&self) {
        if let Some(line) = self.line.borrow_mut().take() {
            line.worker.set_onmessage(None);
            line.worker.terminate();
        }
        self.spawn();
    }

    fn spawn(&self) {
        self.state.ready.set(false);
        self.state.owes.set(false);
        *self.state.queue.borrow_mut() = self.files.borrow().iter().cloned().collect();
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = match Worker::new_with_options(self.url, &options) {
            Ok(worker) => worker,
            Err(error) => return (self.tell)(Heard::Broken(format!("{error:?}"))),
        };
        let message = self.listener(&worker);
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        let tell = Rc::clone(&self.tell);
        let error = Closure::new(move |event: web_sys::Event| {
            // A script that can't be loaded raises a plain event without a message.
            let message = js_sys::Reflect::get(&event, &"message".into()).ok().and_then(|message| message.as_string());
            tell(Heard::Broken(message.unwrap_or_else(|| "its script can't be loaded".to_owned())));
        });
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        *self.line.borrow_mut() = Some(Line { worker, _message: message, _error: error });
    }

    fn listener(&self, worker: &Worker) -> Closure<dyn FnMut(MessageEvent)> {
        let (tell, state, worker) = (Rc::clone(&self.tell), Rc::clone(&self.state), worker.clone());
        Closure::new(move |message: MessageEvent| {
            let Ok(events) = serde_wasm_bindgen::from_value::<Vec<Event>>(message.data()) else { return tell(Heard::Stale) };
            if events.iter().any(|event| matches!(event, Event::Ready { build, .. } if build != BUILD)) {
                return tell(Heard::Stale);
            }
            state.hear(&events);
            if state.ready.get() {
                for request in state.queue.take() {
                    state.expect(&request);
                    post(&worker, &request);
                }
            }
            tell(Heard::Said(events));
        })
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Some(line) = self.line.borrow_mut().take() {
            line.worker.terminate();
        }
    }
}

impl State {
    fn expect(&self, request: &Request) {
        if !matches!(request, Request::Send { .. } | Request::Produce { .. } | Request::WriteFile { .. }) {
            self.owes.set(true);
            self.heard_ms.set(now_ms());
        }
    }

    fn hear(&self, events: &[Event]) {
        self.heard_ms.set(now_ms());
        for event in events {
            match event {
                Event::Ready { .. } => self.ready.set(true),
                Event::Began { .. } => self.owes.set(true),
                Event::Clock { playing, .. } => self.owes.set(*playing),
                Event::Started { .. }
                | Event::Lens { .. }
                | Event::Edited { .. }
                | Event::File { .. }
                | Event::Judged { .. }
                | Event::Driver { .. } => {
                    self.owes.set(false);
                }
                _ => {}
            }
        }
    }
}

fn post(worker: &Worker, request: &Request) {
    let serializer = serde_wasm_bindgen::Serializer::new();
    if let Ok(value) = request.serialize(&serializer) {
        // A request is plain data; posting it can't fail but for a worker that is gone, which the watchdog finds.
        let _ = worker.post_message_with_transfer(&value, &Array::new());
    }
}

/// The page's own clock, in milliseconds; for watching and smooth motion only.
#[must_use]
pub fn now_ms() -> f64 {
    let performance = web_sys::window().and_then(|window| window.performance());
    performance.map_or_else(js_sys::Date::now, |performance| performance.now())
}

/// The address of the worker's script beside the page.
pub const WORKER: &str = "./worker_loader.js";
