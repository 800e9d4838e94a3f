//! The machine: runs programs, step by step, with all its frames on the heap, so that it can stop inside any call and go on later.

use super::host::Arguments;
use super::host::Host;
use super::names::Names;
use super::parse::Program;
use super::raised::Raised;
use super::value::Value;
use crate::diag::Diagnostic;
use std::cell::RefCell;
use std::rc::Rc;

/// How far a program has come.
#[derive(Debug)]
pub enum Status {
    /// It has ended.
    Finished,
    /// A call waits for the host; resume when [`Host::poll`] with this token would answer.
    Waiting(u64),
    /// It died of an exception that nothing caught, or did not begin because of a syntax error.
    Raised(Box<Diagnostic>),
    /// It has used up the instructions of one `resume`; resume again to go on.
    OutOfFuel,
}

/// Runs Python programs.
pub struct Machine {
    globals: Rc<RefCell<Names>>,
}

/// A machine together with its host, for functions that run inside it.
pub struct Vm<'a> {
    /// The machine.
    pub machine: &'a mut Machine,
    /// The world outside.
    pub host: &'a mut dyn Host,
}

impl Default for Machine {
    fn default() -> Self {
        Self::new()
    }
}

impl Machine {
    /// A machine without globals.
    #[must_use]
    pub fn new() -> Self {
        Self { globals: Rc::default() }
    }

    /// Makes a program ready to run from its beginning; globals of earlier programs stay. What ran before is given up.
    pub fn start(&mut self, program: &Program) {
        let _ = program;
    }

    /// Runs until the program ends, waits, dies, or has used up the fuel.
    pub fn resume(&mut self, host: &mut dyn Host) -> Status {
        let _ = host;
        Status::Finished
    }

    /// Calls a function of the program from outside (a `foreachBatch` function, a UDF) and runs it to its end.
    /// Waits inside it go to [`Host::wait_inside`]. The program itself may be waiting meanwhile.
    ///
    /// # Errors
    /// What the function raised.
    pub fn call(&mut self, host: &mut dyn Host, function: &Value, arguments: Arguments) -> Result<Value, Raised> {
        let _ = (host, function, arguments);
        Ok(Value::None)
    }

    /// The instructions that one [`Machine::resume`] may use.
    pub fn set_fuel(&mut self, instructions: u64) {
        let _ = instructions;
    }

    /// A global by name.
    #[must_use]
    pub fn global(&self, name: &str) -> Option<Value> {
        self.globals.borrow().get(name).cloned()
    }

    /// Sets a global, as `spark`.
    pub fn set_global(&mut self, name: &str, value: Value) {
        let old = self.globals.borrow_mut().set(&Rc::from(name), value);
        drop(old);
    }

    /// The names of all globals, in the order of their first assignment.
    #[must_use]
    pub fn global_names(&self) -> Vec<Rc<str>> {
        self.globals.borrow().iter().map(|(name, _)| Rc::clone(name)).collect()
    }

    /// Forgets everything: globals, modules, what runs.
    pub fn reset(&mut self) {
        *self = Self::new();
    }

    /// The traceback of the exception that the last program died of, one line a place, outermost first: `line 7, in f`.
    #[must_use]
    pub fn traceback(&self) -> &[String] {
        &[]
    }
}

impl Vm<'_> {
    /// Calls anything that can be called and runs it to its end.
    ///
    /// # Errors
    /// What it raised.
    pub fn call(&mut self, function: &Value, arguments: Arguments) -> Result<Value, Raised> {
        let _ = (function, arguments);
        Ok(Value::None)
    }
}
