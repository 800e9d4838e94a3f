//! A namespace: names to values, in the order in which they first came.

use super::trash;
use super::value::Value;
use hashbrown::HashMap;
use std::rc::Rc;

/// Names and their values. Cheap while small: a scan; an index beyond that.
#[derive(Default)]
pub struct Names {
    entries: Vec<(Rc<str>, Value)>,
    index: Option<HashMap<Rc<str>, usize>>,
}

const INDEXED: usize = 8;

impl Names {
    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        let place = self.place(name)?;
        match &self.entries[place].1 {
            Value::Unbound => None,
            value => Some(value),
        }
    }

    /// Binds a name; the value that it had before comes back, to be dropped when nothing is borrowed.
    pub fn set(&mut self, name: &Rc<str>, value: Value) -> Option<Value> {
        if let Some(place) = self.place(name) {
            return Some(std::mem::replace(&mut self.entries[place].1, value));
        }
        self.entries.push((Rc::clone(name), value));
        if let Some(index) = &mut self.index {
            index.insert(Rc::clone(name), self.entries.len() - 1);
        } else if self.entries.len() > INDEXED {
            self.index = Some(self.entries.iter().enumerate().map(|(place, (name, _))| (Rc::clone(name), place)).collect());
        }
        None
    }

    /// Unbinds a name.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let place = self.place(name)?;
        let (_, value) = self.entries.remove(place);
        if self.index.is_some() {
            self.index = Some(self.entries.iter().enumerate().map(|(place, (name, _))| (Rc::clone(name), place)).collect());
        }
        match value {
            Value::Unbound => None,
            value => Some(value),
        }
    }

    /// All names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Rc<str>, &Value)> {
        self.entries.iter().map(|(name, value)| (name, value))
    }

    /// How many names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn place(&self, name: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(name).copied(),
            None => self.entries.iter().position(|(known, _)| &**known == name),
        }
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        trash::drop_all(std::mem::take(&mut self.entries).into_iter().map(|(_, value)| value).collect());
    }
}
