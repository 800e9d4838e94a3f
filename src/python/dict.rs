//! Dicts and sets: entries in the order in which they came, and a hash index over them.
//!
//! Keys whose equality is the program's own (`__eq__`) need the machine; so a search hands out candidates of the same hash,
//! and the caller says which one is equal. No borrow is held meanwhile.

use super::compare::plain_equal;
use super::compare::plain_hash;
use super::trash;
use super::value::Value;
use hashbrown::HashTable;
use std::cell::RefCell;

#[derive(Default)]
struct Table {
    entries: Vec<Option<Entry>>,
    index: HashTable<(u64, usize)>,
}

struct Entry {
    hash: u64,
    key: Value,
    value: Value,
}

/// A `dict`.
#[derive(Default)]
pub struct Dict {
    table: RefCell<Table>,
}

/// A `set` or `frozenset`: the keys of a dict. DIFFERENCE: its order is that of insertion, CPython's is that of hashes.
#[derive(Default)]
pub struct Set {
    /// The members.
    pub(super) members: Dict,
    /// Whether it is a `frozenset`.
    pub frozen: bool,
}

impl Dict {
    /// How many entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.borrow().index.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All entries in order.
    #[must_use]
    pub fn entries(&self) -> Vec<(Value, Value)> {
        self.table.borrow().entries.iter().flatten().map(|entry| (entry.key.clone(), entry.value.clone())).collect()
    }

    /// All keys in order.
    #[must_use]
    pub fn keys(&self) -> Vec<Value> {
        self.table.borrow().entries.iter().flatten().map(|entry| entry.key.clone()).collect()
    }

    /// The value under a text key.
    #[must_use]
    pub fn get_str(&self, key: &str) -> Option<Value> {
        self.get_plain(&Value::str(key))
    }

    /// The value under a key of Python's own hashable types.
    #[must_use]
    pub fn get_plain(&self, key: &Value) -> Option<Value> {
        let place = self.find_plain(plain_hash(key)?, key)?;
        self.value_at(place)
    }

    /// Puts an entry under a key of Python's own hashable types; other keys are ignored.
    pub fn set_plain(&self, key: Value, value: Value) {
        let Some(hash) = plain_hash(&key) else { return };
        match self.find_plain(hash, &key) {
            Some(place) => drop(self.replace_value(place, value)),
            None => self.append(hash, key, value),
        }
    }

    /// The places of the entries with this hash, with their keys.
    pub(super) fn candidates(&self, hash: u64) -> Vec<(usize, Value)> {
        let table = self.table.borrow();
        let places = table.index.iter_hash(hash).filter(|(known, _)| *known == hash);
        places.filter_map(|(_, place)| table.entries[*place].as_ref().map(|entry| (*place, entry.key.clone()))).collect()
    }

    /// The place of a key that needs no program code to compare.
    pub(super) fn find_plain(&self, hash: u64, key: &Value) -> Option<usize> {
        let table = self.table.borrow();
        let same = |known: &(u64, usize)| {
            known.0 == hash
                && table.entries[known.1].as_ref().is_some_and(|entry| entry.key.is(key) || plain_equal(&entry.key, key) == Some(true))
        };
        table.index.find(hash, same).map(|(_, place)| *place)
    }

    pub(super) fn value_at(&self, place: usize) -> Option<Value> {
        self.table.borrow().entries.get(place)?.as_ref().map(|entry| entry.value.clone())
    }

    pub(super) fn replace_value(&self, place: usize, value: Value) -> Option<Value> {
        let mut table = self.table.borrow_mut();
        let entry = table.entries.get_mut(place)?.as_mut()?;
        Some(std::mem::replace(&mut entry.value, value))
    }

    /// A new entry at the end. The key must not be there yet.
    pub(super) fn append(&self, hash: u64, key: Value, value: Value) {
        let table = &mut *self.table.borrow_mut();
        let place = table.entries.len();
        table.entries.push(Some(Entry { hash, key, value }));
        table.index.insert_unique(hash, (hash, place), |known| known.0);
    }

    /// Takes the entry at a place out.
    pub(super) fn remove_at(&self, place: usize) -> Option<(Value, Value)> {
        let table = &mut *self.table.borrow_mut();
        let entry = table.entries.get_mut(place)?.take()?;
        if let Ok(found) = table.index.find_entry(entry.hash, |known| known.1 == place) {
            found.remove();
        }
        while matches!(table.entries.last(), Some(None)) {
            table.entries.pop();
        }
        if table.entries.len() > 32 && table.entries.len() > table.index.len() * 2 {
            table.compact();
        }
        Some((entry.key, entry.value))
    }

    /// The first entry at or after a place, and the place after it: for iteration.
    pub(super) fn next_from(&self, place: usize) -> Option<(usize, Value, Value)> {
        let table = self.table.borrow();
        let rest = table.entries.get(place..)?;
        let (offset, entry) = rest.iter().enumerate().find_map(|(offset, entry)| entry.as_ref().map(|entry| (offset, entry)))?;
        Some((place + offset + 1, entry.key.clone(), entry.value.clone()))
    }

    /// The last entry's place.
    pub(super) fn last_place(&self) -> Option<usize> {
        self.table.borrow().entries.iter().rposition(Option::is_some)
    }

    /// The first entry's place.
    pub(super) fn first_place(&self) -> Option<usize> {
        self.table.borrow().entries.iter().position(Option::is_some)
    }

    /// Everything out.
    pub(super) fn clear(&self) {
        let old = self.table.take();
        drop(old);
    }

    /// A copy with the same keys and values.
    pub(super) fn copy(&self) -> Dict {
        let copy = Dict::default();
        for entry in self.table.borrow().entries.iter().flatten() {
            copy.append(entry.hash, entry.key.clone(), entry.value.clone());
        }
        copy
    }

    /// All entries with their hashes.
    pub(super) fn hashed(&self) -> Vec<(u64, Value, Value)> {
        self.table.borrow().entries.iter().flatten().map(|entry| (entry.hash, entry.key.clone(), entry.value.clone())).collect()
    }
}

impl Set {
    /// The members in order.
    #[must_use]
    pub fn items(&self) -> Vec<Value> {
        self.members.keys()
    }

    /// How many members.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

impl Table {
    fn compact(&mut self) {
        self.entries.retain(Option::is_some);
        self.index.clear();
        for (place, entry) in self.entries.iter().enumerate() {
            if let Some(entry) = entry {
                self.index.insert_unique(entry.hash, (entry.hash, place), |known| known.0);
            }
        }
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        let entries = std::mem::take(&mut self.entries);
        trash::drop_all(entries.into_iter().flatten().flat_map(|entry| [entry.key, entry.value]).collect());
    }
}
