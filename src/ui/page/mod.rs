//! The browser's part of the page: Yew components, one a file, and the few things that touch the browser directly.

mod app;
mod bars;
mod cards;
mod charts;
mod checkpoint;
mod driver;
mod editor;
mod exam;
mod figures;
mod gallery;
mod hands;
mod header;
mod icon;
mod input;
mod left;
mod middle;
mod paint;
mod palette;
mod practice;
mod problem;
mod right;
mod storage;
mod table;
mod tabs;
mod tide;
mod timeline;
mod transport;

pub use app::App;

/// Draws the page into `#app`.
pub fn open() {
    let place = web_sys::window().and_then(|window| window.document()).and_then(|document| document.get_element_by_id("app"));
    if let Some(place) = place {
        yew::Renderer::<App>::with_root(place).render();
    }
}
