//! The whole page: the store, the engine, and the rooms.

use super::super::shared::Shared;
use super::super::store::{Action, Engine, Room, Store};
use super::exam::Exam;
use super::gallery::Gallery;
use super::hands::{Hands, Held, Wire};
use super::header::Header;
use super::left::Left;
use super::middle::Middle;
use super::practice::Practice;
use super::right::Right;
use super::storage;
use super::transport::Transport;
use crate::link::message::Request;
use crate::link::page::now_ms;
#[cfg(not(feature = "demo"))]
use crate::link::page::{Heard, Link, WORKER};
use gloo_timers::callback::{Interval, Timeout};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use yew::prelude::*;

/// The page.
#[component]
pub fn App() -> Html {
    let held = use_reducer(|| Held(Rc::new(Store::default())));
    let dispatch = held.dispatcher();
    let hands = use_memo((), |()| Hands::new(dispatch.clone(), engine(&dispatch)));
    let hands = (*hands).clone();
    let store = Rc::clone(&held.0);
    {
        let (hands, store) = (hands.clone(), Rc::clone(&store));
        use_effect_with(store.engine == Engine::Ready, move |ready| {
            if *ready && store.ran.is_none() {
                hands.run(&store);
            }
        });
    }
    use_reading(&hands, &store);
    use_keeping(&store);
    use_mark(!store.run.batches.is_empty());
    let all = use_memo((store.run.batches.clone(), store.query()), |_| Shared::new(store.shown_batches().cloned().collect::<Vec<_>>()));
    let seen = use_memo((all.clone(), store.cursor), |(all, cursor)| match cursor {
        None => (**all).clone(),
        Some(_) => Shared::new(store.seen_batches()),
    });
    let rooms = rooms(&store);
    html! {
        <ContextProvider<Hands> context={hands.clone()}>
            <div class="app">
                <Header room={store.room} origin={store.origin.clone()} gallery={store.gallery} engine={store.engine.clone()} {rooms} />
                if store.room == Room::Workbench {
                    <Workbench store={Rc::clone(&store)} all={(*all).clone()} seen={(*seen).clone()} />
                    <Transport store={Rc::clone(&store)} all={(*all).clone()} />
                } else if store.room == Room::Practice {
                    <Practice store={Rc::clone(&store)} />
                } else {
                    <Exam store={Rc::clone(&store)} />
                }
                if store.gallery {
                    <Gallery store={Rc::clone(&store)} />
                }
                { toast(&store) }
            </div>
        </ContextProvider<Hands>>
    }
}

#[derive(Properties, Clone, PartialEq)]
struct WorkbenchProps {
    store: Rc<Store>,
    all: Shared<Vec<Shared<crate::link::view::Batch>>>,
    seen: Shared<Vec<Shared<crate::link::view::Batch>>>,
}

/// The three panes; narrow pages show one of them.
#[component]
fn Workbench(props: &WorkbenchProps) -> Html {
    let pane = use_state_eq(|| 1_usize);
    let choice = |(index, name): (usize, &str)| {
        let chosen = *pane == index;
        let pane = pane.clone();
        html! { <button type="button" role="tab" aria-selected={chosen.to_string()} onclick={move |_| pane.set(index)}>{ name }</button> }
    };
    let WorkbenchProps { store, all, seen } = props;
    html! {
        <main class="workbench">
            <div class="panes" role="tablist" aria-label="Pane">{ for ["Program", "Tide", "State"].into_iter().enumerate().map(choice) }</div>
            <Left store={Rc::clone(store)} batches={seen.clone()} shown={*pane == 0} />
            <Middle store={Rc::clone(store)} all={all.clone()} batches={seen.clone()} shown={*pane == 1} />
            <Right store={Rc::clone(store)} shown={*pane == 2} />
        </main>
    }
}

/// Whether the engine hangs or is missing, said once where it is seen.
fn toast(store: &Store) -> Html {
    let said = match &store.engine {
        Engine::Ended => "The engine did not answer for twelve seconds and was ended; a new one is being loaded. Run the program again, or change it first if it never stops.".to_owned(),
        Engine::Stopped => "The program was stopped and the engine is being loaded again.".to_owned(),
        Engine::Broken(why) => format!("The engine can't be loaded: {why}"),
        Engine::Loading | Engine::Ready => return Html::default(),
    };
    html! { <div class="toast" role="alert">{ said }</div> }
}

fn rooms(store: &Store) -> Vec<Room> {
    let mut rooms = vec![Room::Workbench];
    if !store.catalogue.exercises.is_empty() {
        rooms.push(Room::Practice);
    }
    if !store.catalogue.questions.is_empty() {
        rooms.push(Room::Exam);
    }
    rooms
}

/// Has the program read as cards a moment after the learner stops typing.
#[hook]
fn use_reading(hands: &Hands, store: &Rc<Store>) {
    let hands = hands.clone();
    use_effect_with(store.program.clone(), move |program| {
        let program = program.clone();
        let timer = Timeout::new(220, move || hands.ask(Request::Read { program }));
        move || drop(timer)
    });
}

/// Keeps which exercises were solved.
#[hook]
fn use_keeping(store: &Rc<Store>) {
    use_effect_with(store.verdicts.clone(), |verdicts| {
        for (exercise, verdict) in verdicts.iter() {
            if matches!(verdict, crate::link::view::Verdict::Passed { .. }) {
                storage::add("solved", exercise);
            }
        }
    });
}

/// Marks the first batch in the browser's own timeline, for whoever measures how long it took.
#[hook]
fn use_mark(there: bool) {
    use_effect_with(there, |there| {
        let performance = web_sys::window().and_then(|window| window.performance()).filter(|_| *there);
        let mark = performance.as_ref().and_then(|it| js_sys::Reflect::get(it, &"mark".into()).ok()?.dyn_into::<js_sys::Function>().ok());
        if let (Some(performance), Some(mark)) = (performance, mark) {
            // A mark that can't be made is not missed.
            let _ = mark.call1(&performance, &"tidemark-first-batch".into());
        }
    });
}

/// The worker's end of the wire; it lives as long as the page.
#[cfg(not(feature = "demo"))]
fn engine(dispatch: &UseReducerDispatcher<Held>) -> Wire {
    let dispatch = dispatch.clone();
    let link = Rc::new(Link::new(WORKER, move |heard| {
        dispatch.dispatch(match heard {
            Heard::Said(events) => Action::Heard(events, now_ms()),
            Heard::Ended => Action::Engine(Engine::Ended),
            Heard::Broken(why) => Action::Engine(Engine::Broken(why)),
            Heard::Stale => Action::Engine(Engine::Broken("it belongs to another version; load the page again".to_owned())),
        });
    }));
    let watched = Rc::clone(&link);
    Interval::new(1_000, move || watched.watch()).forget();
    let ended = Rc::clone(&link);
    Wire { ask: Rc::new(move |request| link.ask(request)), restart: Rc::new(move || ended.restart()) }
}

/// The stand-in, for work on the page.
#[cfg(feature = "demo")]
fn engine(dispatch: &UseReducerDispatcher<Held>) -> Wire {
    use super::super::demo::Demo;
    let demo = Rc::new(std::cell::RefCell::new(Demo::default()));
    let say = {
        let dispatch = dispatch.clone();
        move |events: Vec<crate::link::message::Event>| {
            if !events.is_empty() {
                dispatch.dispatch(Action::Heard(events, now_ms()));
            }
        }
    };
    let (ticking, tell) = (Rc::clone(&demo), say.clone());
    Interval::new(33, move || {
        let events = ticking.borrow_mut().tick(33.0);
        tell(events);
    })
    .forget();
    let tell = say.clone();
    Timeout::new(300, move || tell(Demo::ready())).forget();
    let ask = Rc::new(move |request| {
        let (demo, say) = (Rc::clone(&demo), say.clone());
        Timeout::new(10, move || {
            let events = demo.borrow_mut().ask(request);
            say(events);
        })
        .forget();
    });
    Wire { ask, restart: Rc::new(|| {}) }
}
