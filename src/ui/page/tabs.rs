//! A row of tabs, walked by the arrow keys.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

/// The tabs.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// What the row is for, read aloud.
    pub label: AttrValue,
    /// Their names.
    pub names: Vec<AttrValue>,
    /// The chosen one's index.
    pub chosen: usize,
    /// Another one is chosen.
    pub choose: Callback<usize>,
    /// The id of the panel that they change.
    pub panel: AttrValue,
}

/// The row.
#[component]
pub fn Tabs(props: &Props) -> Html {
    let count = props.names.len();
    let onkeydown = {
        let (choose, chosen) = (props.choose.clone(), props.chosen);
        Callback::from(move |event: KeyboardEvent| {
            let next = match event.key().as_str() {
                "ArrowRight" => (chosen + 1) % count,
                "ArrowLeft" => (chosen + count - 1) % count,
                "Home" => 0,
                "End" => count - 1,
                _ => return,
            };
            event.prevent_default();
            let row = event.current_target().and_then(|it| it.dyn_into::<HtmlElement>().ok());
            if let Some(tab) = row.and_then(|row| row.children().item(next as u32)).and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
                // Focus on an element that is there does not fail.
                let _ = tab.focus();
            }
            choose.emit(next);
        })
    };
    let tab = |(index, name): (usize, &AttrValue)| {
        let choose = props.choose.clone();
        let chosen = index == props.chosen;
        html! {
            <button role="tab" type="button" aria-selected={chosen.to_string()} aria-controls={props.panel.clone()}
                tabindex={if chosen { "0" } else { "-1" }} onclick={move |_| choose.emit(index)}>{ name.clone() }</button>
        }
    };
    html! { <div role="tablist" aria-label={props.label.clone()} {onkeydown}>{ for props.names.iter().enumerate().map(tab) }</div> }
}
