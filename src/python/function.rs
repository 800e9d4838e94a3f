//! What can be called: functions of the program, ours, the host's; and what wraps them.

use super::class::Class;
use super::class::Type;
use super::code::Code;
use super::host::Arguments;
use super::host::Reply;
use super::machine::Vm;
use super::names::Names;
use super::raised::Raised;
use super::trash;
use super::value::Value;
use std::cell::RefCell;
use std::rc::Rc;

/// A variable that several functions share.
pub(super) type Cell = Rc<RefCell<Value>>;

/// A function of the program.
pub struct Function {
    /// Its name.
    pub name: Rc<str>,
    pub(super) code: Rc<Code>,
    pub(super) defaults: Vec<Value>,
    pub(super) keyword_defaults: Vec<(Rc<str>, Value)>,
    pub(super) cells: Vec<Cell>,
    pub(super) globals: Rc<RefCell<Names>>,
    pub(super) attributes: RefCell<Names>,
}

impl Drop for Function {
    fn drop(&mut self) {
        trash::drop_all(std::mem::take(&mut self.defaults));
        trash::drop_all(std::mem::take(&mut self.keyword_defaults));
        trash::drop_all(std::mem::take(&mut self.cells));
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        trash::drop_later((std::mem::take(&mut self.function), std::mem::take(&mut self.receiver)));
    }
}

impl Drop for Wrapper {
    fn drop(&mut self) {
        match self {
            Self::Property(a, b) => trash::drop_later((std::mem::take(a), std::mem::take(b))),
            Self::Static(inner) | Self::Class(inner) | Self::Super(_, inner) => trash::drop_later(std::mem::take(inner)),
        }
    }
}

impl Function {
    /// Its documentation, or `None`.
    #[must_use]
    pub fn documentation(&self) -> Value {
        self.code.documentation.as_ref().map_or(Value::None, |text| Value::Str(Rc::clone(text)))
    }

    /// The names of its positional parameters.
    #[must_use]
    pub fn parameters(&self) -> Vec<Rc<str>> {
        self.code.parameters.positional().to_vec()
    }
}

/// How a built-in function binds when it is read from an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// The instance comes first.
    Method,
    /// The class comes first.
    ClassMethod,
    /// Not at all.
    Static,
    /// Reading it calls it.
    Property,
}

/// A function written in Rust.
pub struct Builtin {
    /// Its name.
    pub name: &'static str,
    /// How it binds.
    pub binding: Binding,
    /// What it does.
    pub run: fn(&mut Vm<'_>, Arguments) -> Result<Value, Raised>,
}

/// What a [`Closure`] does.
pub type Native = dyn Fn(&mut Vm<'_>, Arguments) -> Result<Reply, Raised>;

/// A function of the host's.
pub struct Closure {
    /// Its name.
    pub name: Rc<str>,
    /// What it does.
    pub run: Box<Native>,
}

/// A function and its receiver.
pub struct Bound {
    /// The function.
    pub function: Value,
    /// Its `self`.
    pub receiver: Value,
}

/// What changes how a class attribute is read.
pub enum Wrapper {
    /// `property(get, set)`.
    Property(Value, Value),
    /// `staticmethod(function)`.
    Static(Value),
    /// `classmethod(function)`.
    Class(Value),
    /// `super()`: the class after which to search, and the object.
    Super(Rc<Class>, Value),
}

impl Wrapper {
    pub(super) fn kind(&self) -> Type {
        match self {
            Self::Property(..) => Type::Property,
            Self::Static(_) => Type::StaticMethod,
            Self::Class(_) => Type::ClassMethod,
            Self::Super(..) => Type::Super,
        }
    }
}

impl Value {
    /// A function of the host's, for Python to call. As a class attribute it is called with the instance first.
    #[must_use]
    pub fn native(name: &str, run: impl Fn(&mut Vm<'_>, Arguments) -> Result<Value, Raised> + 'static) -> Value {
        Value::native_waiting(name, move |vm, arguments| run(vm, arguments).map(Reply::Value))
    }

    /// As [`Value::native`], for a function that may answer [`Reply::Wait`] or [`Reply::Call`].
    #[must_use]
    pub fn native_waiting(name: &str, run: impl Fn(&mut Vm<'_>, Arguments) -> Result<Reply, Raised> + 'static) -> Value {
        Value::Closure(Rc::new(Closure { name: Rc::from(name), run: Box::new(run) }))
    }
}
