//! A frame: a piece of code on its way, with its stack, its variables and its handlers. It lies on the heap and can wait for ever.

use super::class::Class;
use super::code::Code;
use super::function::Cell;
use super::function::Function;
use super::iterator::Iter;
use super::names::Names;
use super::raised::Raised;
use super::value::Value;
use std::cell::RefCell;
use std::rc::Rc;

/// A frame.
pub(super) struct Frame {
    pub(super) code: Rc<Code>,
    pub(super) at: usize,
    pub(super) stack: Vec<Value>,
    pub(super) locals: Vec<Value>,
    pub(super) cells: Vec<Cell>,
    pub(super) handlers: Vec<Handler>,
    /// The exceptions that `except` and `finally` bodies are at work on, innermost last.
    pub(super) exceptions: Vec<Raised>,
    pub(super) globals: Rc<RefCell<Names>>,
    /// A class body's own names.
    pub(super) namespace: Option<Rc<RefCell<Names>>>,
    pub(super) then: Then,
}

/// Where an exception goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handler {
    pub(super) target: usize,
    pub(super) stack: usize,
    pub(super) exceptions: usize,
}

/// What becomes of a frame's return value.
pub(super) enum Then {
    /// It is the value of the call in the frame below.
    Push,
    /// The call in the frame below made this instance; `__init__` has returned.
    Made(Value),
    /// It leaves the run loop: the frame is the outermost one of its run.
    Leave,
    /// The host asked for it.
    Host(u64),
    /// A class body has ended.
    Class(Box<ClassParts>),
    /// A generator that a `for` of the frame below drives; at its end that frame jumps.
    Loop(Rc<Iter>, usize),
}

/// A class that waits for its body.
pub(super) struct ClassParts {
    pub(super) name: Rc<str>,
    pub(super) bases: Vec<Rc<Class>>,
    pub(super) keywords: Vec<(String, Value)>,
    pub(super) class_cell: Option<Cell>,
    pub(super) documentation: Option<Rc<str>>,
}

impl Frame {
    /// A frame at the beginning of its code.
    pub(super) fn new(code: &Rc<Code>, globals: &Rc<RefCell<Names>>, captured: &[Cell], then: Then) -> Self {
        let own = code.cells.len() - code.captures.len();
        let cells = (0..own).map(|_| Cell::default()).chain(captured.iter().cloned()).collect();
        Self {
            code: Rc::clone(code),
            at: 0,
            stack: Vec::with_capacity(8),
            locals: vec![Value::Unbound; code.locals.len()],
            cells,
            handlers: Vec::new(),
            exceptions: Vec::new(),
            globals: Rc::clone(globals),
            namespace: None,
            then,
        }
    }

    /// A frame for a function whose arguments are bound to locals already.
    pub(super) fn of(function: &Function, locals: Vec<Value>, then: Then) -> Self {
        let mut frame = Self::new(&function.code, &function.globals, &function.cells, then);
        frame.locals = locals;
        frame.locals.resize(function.code.locals.len(), Value::Unbound);
        for (local, cell) in &function.code.cell_parameters {
            let value = std::mem::take(&mut frame.locals[*local as usize]);
            *frame.cells[*cell as usize].borrow_mut() = value;
        }
        frame
    }

    pub(super) fn pop(&mut self) -> Value {
        let Some(value) = self.stack.pop() else { unreachable!("the stack of a frame is empty") };
        value
    }

    pub(super) fn push(&mut self, value: Value) {
        self.stack.push(value);
    }

    pub(super) fn pop_many(&mut self, count: usize) -> Vec<Value> {
        self.stack.split_off(self.stack.len() - count)
    }

    pub(super) fn top(&self, below: usize) -> &Value {
        &self.stack[self.stack.len() - 1 - below]
    }

    pub(super) fn name(&self, place: u32) -> Rc<str> {
        Rc::clone(&self.code.names[place as usize])
    }

    /// The first argument, as `super()` needs it.
    pub(super) fn first_argument(&self) -> Option<Value> {
        let in_cell = self.code.cell_parameters.iter().find(|(local, _)| *local == 0);
        let value = match in_cell {
            Some((_, cell)) => self.cells[*cell as usize].borrow().clone(),
            None => self.locals.first()?.clone(),
        };
        (!matches!(value, Value::Unbound)).then_some(value)
    }
}
