//! Modules: a name and what it holds.

use super::names::Names;
use super::value::Value;
use std::cell::RefCell;
use std::rc::Rc;

/// A module.
pub struct Module {
    /// Its dotted name.
    pub name: Rc<str>,
    /// What it holds.
    pub names: Rc<RefCell<Names>>,
}

impl Value {
    /// A module of the host's. Names that are not listed are asked for through `Host::import` when they are read.
    #[must_use]
    pub fn module(name: &str, entries: impl IntoIterator<Item = (String, Value)>) -> Value {
        let mut names = Names::default();
        for (name, value) in entries {
            names.set(&Rc::from(name.as_str()), value);
        }
        Value::Module(Rc::new(Module { name: Rc::from(name), names: Rc::new(RefCell::new(names)) }))
    }
}
