//! Which key has which colour: the batch of first appearance decides, and the alphabet within it, so that a key keeps its colour for the whole run.

use crate::link::view::Batch;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// How many colours there are (`--key-1` to `--key-8`).
pub const COLOURS: usize = 8;

/// The colours given out so far.
#[derive(Clone, Debug, Default)]
pub struct Colours {
    of: BTreeMap<String, usize>,
}

impl Colours {
    /// Gives a colour to every key of a batch that has none yet.
    pub fn learn(&mut self, batch: &Batch) {
        let new: BTreeSet<&str> = batch.fates.iter().map(|fate| fate.key.as_str()).filter(|key| !self.of.contains_key(*key)).collect();
        for key in new {
            self.of.insert(key.to_owned(), self.of.len() % COLOURS);
        }
    }

    /// The key's colour, from 0; none for a key that no row had.
    #[must_use]
    pub fn of(&self, key: &str) -> Option<usize> {
        self.of.get(key).copied()
    }

    /// The style of a dot in the key's colour.
    #[must_use]
    pub fn style(&self, key: &str) -> Option<String> {
        (!key.is_empty()).then(|| self.of(key)).flatten().map(|index| format!("background:var(--key-{})", index + 1))
    }
}
