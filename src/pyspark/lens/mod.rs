//! The lens: reads a program's text as streaming queries, without running it, and writes small edits back into the text.
//!
//! The text is the only truth: an edit replaces one literal or inserts one call, and every other byte (comments, layout) stays as it was.

mod card;
mod edit;
mod read;
#[cfg(test)]
mod tests;
mod writer_cards;

pub use card::{Card, CardField, cards};
pub use edit::edit;
pub(super) use read::unstarted;
