//! The machine: runs programs, step by step, with all its frames on the heap, so that it can stop inside any call and go on later.

use super::compile;
use super::frame::Frame;
use super::frame::Then;
use super::host::Arguments;
use super::host::Host;
use super::names::Names;
use super::parse::Program;
use super::raised::Raised;
use super::run::Outcome;
use super::value::Value;
use crate::diag::Diagnostic;
use crate::diag::Span;
use std::cell::RefCell;
use std::collections::BTreeMap;
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
    pub(super) globals: Rc<RefCell<Names>>,
    pub(super) frames: Vec<Frame>,
    /// Modules that were imported, by dotted name.
    pub(super) modules: BTreeMap<String, Value>,
    /// Classes made for exceptions that the host raised and did not name.
    pub(super) host_exceptions: BTreeMap<String, Value>,
    /// Instructions left in this run.
    pub(super) fuel: u64,
    /// What a nested run may use beyond that.
    pub(super) overdraft: u64,
    /// How many runs are nested: each is a call from Rust into Python.
    pub(super) nested: u32,
    /// Where the call in progress stands.
    pub(super) span: Span,
    /// Containers whose `repr` is being written, to notice those that hold themselves.
    pub(super) writing: Vec<usize>,
    /// How deep into nested values we are, on the Rust stack.
    pub(super) depth: u32,
    pub(super) random: Option<super::module::random::Generator>,
    fuel_per_resume: u64,
    waiting: Option<u64>,
    refused: Option<Box<Diagnostic>>,
    traceback: Vec<String>,
}

/// A machine together with its host, for functions that run inside it.
pub struct Vm<'a> {
    /// The machine.
    pub machine: &'a mut Machine,
    /// The world outside.
    pub host: &'a mut dyn Host,
}

pub(super) const FUEL: u64 = 2_000_000;
/// A call from outside may use so many times the fuel of one `resume` before it is stopped.
const PATIENCE: u64 = 25;

impl Default for Machine {
    fn default() -> Self {
        Self::new()
    }
}

impl Machine {
    /// A machine without globals.
    #[must_use]
    pub fn new() -> Self {
        let mut machine = Self {
            globals: Rc::default(),
            frames: Vec::new(),
            modules: BTreeMap::new(),
            host_exceptions: BTreeMap::new(),
            fuel: FUEL,
            overdraft: FUEL * PATIENCE,
            nested: 0,
            span: Span { start: 0, end: 0 },
            writing: Vec::new(),
            depth: 0,
            random: None,
            fuel_per_resume: FUEL,
            waiting: None,
            refused: None,
            traceback: Vec::new(),
        };
        machine.set_global("__name__", Value::str("__main__"));
        machine
    }

    /// Makes a program ready to run from its beginning; globals of earlier programs stay. What ran before is given up.
    pub fn start(&mut self, program: &Program) {
        self.frames.clear();
        self.waiting = None;
        self.nested = 0;
        self.traceback.clear();
        match compile::compile(program, false) {
            Ok(code) => {
                self.refused = None;
                self.frames.push(Frame::new(&code, &self.globals, &[], Then::Leave));
            }
            Err(diagnostic) => self.refused = Some(diagnostic),
        }
    }

    /// Runs until the program ends, waits, dies, or has used up the fuel.
    pub fn resume(&mut self, host: &mut dyn Host) -> Status {
        if let Some(diagnostic) = self.refused.take() {
            return Status::Raised(diagnostic);
        }
        if self.frames.is_empty() {
            return Status::Finished;
        }
        self.fuel = self.fuel_per_resume;
        self.overdraft = self.fuel_per_resume.saturating_mul(PATIENCE);
        let mut vm = Vm { machine: self, host };
        let given = match vm.machine.waiting {
            None => None,
            Some(token) => match vm.host.poll(token) {
                None => return Status::Waiting(token),
                Some(outcome) => {
                    vm.machine.waiting = None;
                    Some(outcome)
                }
            },
        };
        let outcome = vm.run(0, given);
        match outcome {
            Outcome::Returned(_) => {
                self.frames.clear();
                Status::Finished
            }
            Outcome::Waiting(token) => {
                self.waiting = Some(token);
                Status::Waiting(token)
            }
            Outcome::OutOfFuel => Status::OutOfFuel,
            Outcome::Raised(raised) => {
                self.frames.clear();
                let mut vm = Vm { machine: self, host };
                vm.machine.fuel = vm.machine.fuel_per_resume;
                vm.machine.nested = 0;
                if vm.is_clean_exit(&raised) {
                    return Status::Finished;
                }
                let diagnostic = vm.diagnostic(&raised);
                self.traceback = raised.trace().iter().rev().map(|place| format!("line {}, in {}", place.line, place.function)).collect();
                Status::Raised(diagnostic)
            }
        }
    }

    /// Calls a function of the program from outside (a `foreachBatch` function, a UDF) and runs it to its end.
    /// Waits inside it go to [`Host::wait_inside`]. The program itself may be waiting meanwhile.
    ///
    /// # Errors
    /// What the function raised.
    pub fn call(&mut self, host: &mut dyn Host, function: &Value, arguments: Arguments) -> Result<Value, Raised> {
        self.from_outside(host, |vm| vm.call(function, arguments))
    }

    /// Runs calls from outside with the fuel of one: see [`Machine::call`].
    pub fn from_outside<T>(&mut self, host: &mut dyn Host, work: impl FnOnce(&mut Vm<'_>) -> T) -> T {
        let before = (self.fuel, self.overdraft);
        self.overdraft = self.fuel_per_resume.saturating_mul(PATIENCE);
        let result = work(&mut Vm { machine: self, host });
        (self.fuel, self.overdraft) = before;
        result
    }

    /// The instructions that one [`Machine::resume`] may use.
    pub fn set_fuel(&mut self, instructions: u64) {
        self.fuel_per_resume = instructions.max(1);
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
        let fuel = self.fuel_per_resume;
        *self = Self::new();
        self.fuel_per_resume = fuel;
    }

    /// Whether a program is under way: started and neither ended nor dead.
    #[must_use]
    pub fn is_running(&self) -> bool {
        !self.frames.is_empty()
    }

    /// The place of the call that is in progress.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// The traceback of the exception that the last program died of, one line a place, outermost first: `line 7, in f`.
    #[must_use]
    pub fn traceback(&self) -> &[String] {
        &self.traceback
    }
}
