//! The wire between the page and the engine's worker: messages, view-models, both ends, and the JavaScript API.
//!
//! View-models are plain: text, numbers, lists. The page draws them and decides nothing that the engine knows.

pub mod catalogue;
pub mod convert;
#[cfg(all(target_arch = "wasm32", feature = "javascript"))]
pub mod javascript;
pub mod message;
#[cfg(target_arch = "wasm32")]
pub mod page;
pub mod panes;
#[cfg(target_arch = "wasm32")]
pub mod post;
#[cfg(test)]
mod tests;
pub mod view;
pub mod worker;
