//! The header: wordmark, rooms, the open example, the theme.

use super::super::store::{Action, Engine, Origin, Room};
use super::hands::use_hands;
use super::icon::{HALF, MOON, SUN, icon, waves};
use super::storage;
use yew::prelude::*;

/// The header.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// The room that is open.
    pub room: Room,
    /// Where the program came from.
    pub origin: Origin,
    /// Whether the gallery lies open.
    pub gallery: bool,
    /// How the engine is.
    pub engine: Engine,
    /// Rooms that have something in them.
    pub rooms: Vec<Room>,
}

/// The header.
#[component]
pub fn Header(props: &Props) -> Html {
    let hands = use_hands();
    let room = |room: &Room| {
        let (hands, room) = (hands.clone(), *room);
        let current = (room == props.room).then_some("page");
        html! { <button type="button" aria-current={current} onclick={move |_| hands.act(Action::Went(room))}>{ name(room) }</button> }
    };
    let open = props.gallery;
    let gallery = {
        let hands = hands.clone();
        Callback::from(move |_: MouseEvent| hands.act(Action::Gallery(!open)))
    };
    html! {
        <header class="header">
            <h1 class="wordmark">{ waves() }<span>{ "Tidemark" }</span></h1>
            <nav class="rooms" aria-label="Rooms">{ for props.rooms.iter().map(room) }</nav>
            <span class="space"></span>
            if props.engine == Engine::Loading {
                <span class="dim" role="status">{ "loading the engine…" }</span>
            }
            if props.room == Room::Workbench {
                <button type="button" class="chip on" aria-expanded={open.to_string()} aria-haspopup="dialog" onclick={gallery} title="Open another example">{ &props.origin.title }<span class="caret" aria-hidden="true">{ " ▾" }</span></button>
            }
            <Theme />
        </header>
    }
}

fn name(room: Room) -> &'static str {
    match room {
        Room::Workbench => "Workbench",
        Room::Practice => "Practice",
        Room::Exam => "Exam",
    }
}

/// System, light, dark, in a circle.
#[component]
fn Theme() -> Html {
    let theme = use_state_eq(|| storage::kept("theme").unwrap_or_default());
    let (picture, said, next) = match theme.as_str() {
        "light" => (SUN, "Light theme", "dark"),
        "dark" => (MOON, "Dark theme", ""),
        _ => (HALF, "The system's theme", "light"),
    };
    let onclick = Callback::from(move |_: MouseEvent| {
        let root = web_sys::window().and_then(|window| window.document()).and_then(|document| document.document_element());
        if let Some(root) = root {
            // An attribute without spaces in its name is always taken.
            let _ = if next.is_empty() { root.remove_attribute("data-theme") } else { root.set_attribute("data-theme", next) };
        }
        storage::keep("theme", next);
        theme.set(next.to_owned());
    });
    html! { <button type="button" class="button square" title={said} aria-label={format!("{said}; change it")} {onclick}>{ icon(picture) }</button> }
}
