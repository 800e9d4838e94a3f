//! Compiled code: instructions for the machine.

use std::rc::Rc;

/// The code of a function, a class body, or a program.
pub(super) struct Code {
    pub(super) parameters: Parameters,
}

/// What a function takes.
pub(super) struct Parameters {
    names: Vec<Rc<str>>,
}

impl Parameters {
    pub(super) fn positional(&self) -> &[Rc<str>] {
        &self.names
    }
}
