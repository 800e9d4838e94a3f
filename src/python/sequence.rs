//! Lists and tuples. A deep chain of them is dropped without deep recursion.

use super::raised::Raised;
use super::trash;
use super::value::Value;
use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;

/// A `list`: shared and changeable. No borrow of its items outlives a call into Python.
#[derive(Default)]
pub struct List {
    items: RefCell<Vec<Value>>,
}

/// A `tuple`.
#[derive(Default)]
pub struct Tuple {
    items: Vec<Value>,
}

impl List {
    /// A list of these items.
    #[must_use]
    pub fn new(items: Vec<Value>) -> Self {
        Self { items: RefCell::new(items) }
    }

    /// A copy of the items.
    #[must_use]
    pub fn items(&self) -> Vec<Value> {
        self.items.borrow().clone()
    }

    /// How many items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.borrow().len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at an index.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Value> {
        self.items.borrow().get(index).cloned()
    }

    /// One more item at the end.
    pub fn push(&self, item: Value) {
        self.items.borrow_mut().push(item);
    }

    /// All items replaced by these.
    pub fn replace(&self, items: Vec<Value>) {
        let old = self.items.replace(items);
        drop(old);
    }

    /// Changes the items in place; `change` must not call into Python, and hands what it removes back to be dropped later.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Vec<Value>) -> T) -> T {
        change(&mut self.items.borrow_mut())
    }
}

impl Tuple {
    /// A tuple of these items.
    #[must_use]
    pub fn new(items: Vec<Value>) -> Self {
        Self { items }
    }
}

impl Deref for Tuple {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.items
    }
}

impl Drop for List {
    fn drop(&mut self) {
        trash::drop_all(std::mem::take(self.items.get_mut()));
    }
}

impl Drop for Tuple {
    fn drop(&mut self) {
        trash::drop_all(std::mem::take(&mut self.items));
    }
}

/// The parts of a `slice`. DIFFERENCE: a slice of slices, which no sequence takes, is refused: a long chain of them could not be dropped safely.
pub(super) fn slice(parts: [Value; 3]) -> Result<Value, Raised> {
    if parts.iter().any(|part| matches!(part, Value::Slice(_))) {
        return Err(Raised::type_error("slice indices must be integers or None or have an __index__ method"));
    }
    Ok(Value::Slice(Rc::from(parts)))
}
