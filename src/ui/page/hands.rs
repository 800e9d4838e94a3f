//! What components act with: the store's dispatcher and the engine. Always the same value, so that passing it on redraws nothing.

use super::super::store::{Action, Engine, Store};
use crate::link::message::Request;
use crate::link::view::Example;
use std::cell::Cell;
use std::rc::Rc;
use yew::prelude::*;

/// The store as Yew's reducer.
#[derive(Clone, PartialEq)]
pub struct Held(pub Rc<Store>);

impl Reducible for Held {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut store = (*self.0).clone();
        store.apply(action);
        Rc::new(Self(Rc::new(store)))
    }
}

/// The engine as the page reaches it.
pub struct Wire {
    /// Asks it.
    pub ask: Rc<dyn Fn(Request)>,
    /// Ends it and loads another one.
    pub restart: Rc<dyn Fn()>,
}

/// Acts on the store and asks the engine.
#[derive(Clone)]
pub struct Hands {
    dispatch: UseReducerDispatcher<Held>,
    ask: Rc<dyn Fn(Request)>,
    restart: Rc<dyn Fn()>,
    runs: Rc<Cell<u32>>,
}

impl PartialEq for Hands {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.runs, &other.runs)
    }
}

impl Hands {
    /// Hands that act on this store and ask this engine.
    pub fn new(dispatch: UseReducerDispatcher<Held>, engine: Wire) -> Self {
        Self { dispatch, ask: engine.ask, restart: engine.restart, runs: Rc::default() }
    }

    /// The engine is ended, whatever it does, and another one is loaded.
    pub fn stop(&self) {
        (self.restart)();
        self.act(Action::Engine(Engine::Stopped));
    }

    /// Something happens to the store.
    pub fn act(&self, action: Action) {
        self.dispatch.dispatch(action);
    }

    /// The engine is asked.
    pub fn ask(&self, request: Request) {
        (self.ask)(request);
    }

    /// The program in the editor starts anew.
    pub fn run(&self, store: &Store) {
        self.start(&store.program, store, true);
    }

    /// The program in the editor starts anew with its clock standing.
    pub fn stand(&self, store: &Store) {
        self.start(&store.program, store, false);
    }

    /// An example is opened and starts at once.
    pub fn open(&self, example: Example, store: &Store) {
        let mut opened = store.clone();
        opened.apply(Action::Opened(Box::new(example.clone())));
        self.act(Action::Opened(Box::new(example)));
        self.run(&opened);
    }

    fn start(&self, program: &str, store: &Store, playing: bool) {
        self.runs.set(self.runs.get() + 1);
        let number = self.runs.get();
        self.act(Action::Ran { number, playing });
        let setting = (*store.setting).clone();
        self.ask(Request::Run { run: number, program: program.to_owned(), setting, playing, speed: store.clock.speed });
    }
}

/// The hands of the page that a component is on.
#[hook]
pub fn use_hands() -> Hands {
    // The app provides them around everything else.
    use_context::<Hands>().unwrap_or_else(|| unreachable!("a component outside of the app"))
}
