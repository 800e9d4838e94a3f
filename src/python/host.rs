//! The border between Python and what lies outside it: objects that the host owns, and what may be done with them.
//!
//! `Value`, `Raised` and `Machine` below are placeholders for the owner of this room to build; the shape of the border is fixed.

use crate::diag::Span;
use std::any::Any;
use std::fmt::Debug;
use std::rc::Rc;

/// A Python value. (The owner of this room replaces this by the real enum: None, bool, int, float, str, bytes, list, tuple, dict, set,
/// function, class, instance, module, exception, `Host(Rc<dyn HostObject>)`, ...)
pub type Value = ();
/// A raised exception: its class, its message, its diagnostic if the host raised it. (Placeholder.)
pub type Raised = ();

/// An object that the host owns: a DataFrame, a Column, a query. Compared by identity unless the host's operators say otherwise.
pub trait HostObject: Debug {
    /// The Python class, as `type(x).__name__` says it.
    fn class_name(&self) -> &str;
    /// For the host to get its own type back.
    fn as_any(&self) -> &dyn Any;
}

/// The arguments of a call.
#[derive(Debug, Default)]
pub struct Arguments {
    /// In order, `*args` spread.
    pub positional: Vec<Value>,
    /// By name, `**kwargs` spread, in the order written.
    pub keyword: Vec<(String, Value)>,
}

/// What the host says to a call.
#[derive(Debug)]
pub enum Reply {
    /// The call is done.
    Value(Value),
    /// The call blocks (`awaitTermination`, `time.sleep`): the machine suspends until [`Host::poll`] with this token yields a value.
    Wait(u64),
    /// The host wants a Python function called first, on these arguments, and then [`Host::called`] with the result and this token.
    Call {
        /** What to call. */
        function: Value,
        /** On what. */
        arguments: Arguments,
        /** Names the call to the host. */
        token: u64,
    },
}

/// What the world outside offers to Python.
pub trait Host {
    /// `import module` and `from module import name`: the module's or the name's value; `None` where there is no such thing (the machine raises).
    fn import(&mut self, module: &str, name: Option<&str>) -> Option<Value>;
    /// The names that `from module import *` brings, in order.
    fn exports(&mut self, module: &str) -> Option<Vec<String>>;
    /// `object.name`. Methods come back as host objects that can be called, or as bound methods (`Value::Method`).
    fn attribute(&mut self, object: &Rc<dyn HostObject>, name: &str, span: Span) -> Result<Value, Raised>;
    /// `object(...)`, or `object.method(...)` when the machine sees a call on an attribute.
    fn call(&mut self, callee: &Rc<dyn HostObject>, method: Option<&str>, arguments: Arguments, span: Span) -> Result<Reply, Raised>;
    /// `left OPERATOR right` where at least one side is a host object; `None` where the host does not know it (the machine raises `TypeError`).
    /// Operators by their Python sign: `+ - * / // % ** == != < <= > >= & | ^ [] in`, and unary `neg`, `invert` with `right` = `None`.
    fn operator(&mut self, operator: &str, left: &Value, right: &Value, span: Span) -> Option<Result<Value, Raised>>;
    /// `str(x)`, `print(x)`, f-strings.
    fn text(&mut self, object: &Rc<dyn HostObject>) -> String;
    /// `repr(x)`.
    fn repr(&mut self, object: &Rc<dyn HostObject>) -> String;
    /// `bool(x)`, `if x`: PySpark refuses it for a Column.
    fn truth(&mut self, object: &Rc<dyn HostObject>, span: Span) -> Result<bool, Raised>;
    /// `for x in object`, `list(object)`: all items at once; `None` where it is not iterable.
    fn items(&mut self, object: &Rc<dyn HostObject>) -> Option<Result<Vec<Value>, Raised>>;
    /// `len(x)`; `None` where it has none.
    fn length(&mut self, object: &Rc<dyn HostObject>) -> Option<usize>;
    /// Whether the wait with this token is over, and with what.
    fn poll(&mut self, token: u64) -> Option<Result<Value, Raised>>;
    /// A function that [`Reply::Call`] asked for has returned or raised; the reply goes to the call that is still open.
    fn called(&mut self, token: u64, outcome: Result<Value, Raised>) -> Result<Reply, Raised>;
    /// What `print` writes, its newline included.
    fn print(&mut self, text: &str);
}
