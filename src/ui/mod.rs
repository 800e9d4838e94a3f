//! The page. What it knows and draws is computed by pure files that are tested natively; [`page`] holds the browser's part.

pub mod cell;
pub mod colour;
#[cfg(any(test, feature = "demo"))]
pub mod demo;
#[cfg(any(test, feature = "demo"))]
pub mod demo_lessons;
pub mod moment;
pub mod opening;
#[cfg(target_arch = "wasm32")]
pub mod page;
pub mod scene;
pub mod series;
pub mod shared;
pub mod store;
