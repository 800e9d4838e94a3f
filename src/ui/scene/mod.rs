//! The Tide as pure geometry: from micro-batches to dots, bands, columns and water, and from a point back to a sentence.
//!
//! Nothing here knows a canvas. Processing time runs right, event time up.

pub mod axis;
pub mod camera;
pub mod explain;
pub mod hit;
pub mod picture;
pub mod windows;

#[cfg(test)]
mod tests;
