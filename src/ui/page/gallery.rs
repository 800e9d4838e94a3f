//! The gallery of examples, over the workbench.

use super::super::store::{Action, Store};
use super::hands::use_hands;
use crate::link::view::Example;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

/// The gallery.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// What the page knows.
    pub store: Rc<Store>,
}

/// Examples to open; each runs at once.
#[component]
pub fn Gallery(props: &Props) -> Html {
    let hands = use_hands();
    let sheet = use_node_ref();
    {
        let sheet = sheet.clone();
        use_effect_with((), move |()| {
            let first = sheet
                .cast::<HtmlElement>()
                .and_then(|sheet| sheet.query_selector("button").ok().flatten())
                .and_then(|it| it.dyn_into::<HtmlElement>().ok());
            // Focus on an element that is there does not fail.
            drop(first.map(|first| first.focus()));
        });
    }
    let close = {
        let hands = hands.clone();
        Callback::from(move |_: MouseEvent| hands.act(Action::Gallery(false)))
    };
    let onkeydown = {
        let hands = hands.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                hands.act(Action::Gallery(false));
            }
        })
    };
    let example = |example: &Example| {
        let (hands, store, chosen) = (hands.clone(), Rc::clone(&props.store), example.clone());
        let current = (example.id == props.store.origin.id).to_string();
        html! { <button type="button" aria-current={current} onclick={move |_| hands.open(chosen.clone(), &store)}><b>{ &example.title }</b><span>{ &example.about }</span></button> }
    };
    let examples = &props.store.catalogue.examples;
    html! {
        <div class="sheet" onclick={close} {onkeydown}>
            <div ref={sheet} role="dialog" aria-modal="true" aria-label="Examples" onclick={|event: MouseEvent| event.stop_propagation()}>
                <h2>{ "Examples" }</h2><p class="dim">{ "Each is a program with a world that feeds it. Change anything and run it again." }</p>
                <div class="gallery">{ for examples.iter().map(example) }</div>
                if examples.is_empty() {
                    <p class="quiet">{ "They come with the engine, which is being loaded." }</p>
                }
            </div>
        </div>
    }
}
