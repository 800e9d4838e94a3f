//! The border between Python and what lies outside it: objects that the host owns, and what may be done with them.

use super::raised::Raised;
use super::value::Value;
use crate::diag::Span;
use std::any::Any;
use std::fmt::Debug;
use std::rc::Rc;

/// An object that the host owns: a DataFrame, a Column, a query. Compared by identity unless the host's operators say otherwise.
pub trait HostObject: Debug {
    /// The Python class, as `type(x).__name__` says it. `isinstance(x, C)` holds where a class `C` has this name.
    fn class_name(&self) -> &str;
    /// For the host to get its own type back.
    fn as_any(&self) -> &dyn Any;
    /// Names of further classes of which it is an instance.
    fn base_names(&self) -> &[&str] {
        &[]
    }
}

/// The arguments of a call.
#[derive(Clone, Debug, Default)]
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

/// What the world outside offers to Python. Only [`Host::print`], [`Host::import`], [`Host::now_ms`] and [`Host::random`] are needed
/// by a program without host objects; the rest has bodies that know nothing.
pub trait Host {
    /// `import module` (`name` is `None`) and `from module import name`: the module's or the name's value; `None` where there is no such thing
    /// (the machine then tries its own modules, then raises). A host module may be any value; for `Value::module` made by [`Value::module`],
    /// names that it lacks are asked for here when they are read.
    fn import(&mut self, module: &str, name: Option<&str>) -> Option<Value>;
    /// The names that `from module import *` brings, in order.
    fn exports(&mut self, module: &str) -> Option<Vec<String>>;
    /// `object.name`. Methods come back as host objects that can be called, or as functions ([`Value::native`]).
    fn attribute(&mut self, object: &Rc<dyn HostObject>, name: &str, span: Span) -> Result<Value, Raised> {
        let _ = span;
        Err(Raised::no_attribute(object.class_name(), name))
    }
    /// `object.name = value`.
    fn set_attribute(&mut self, object: &Rc<dyn HostObject>, name: &str, value: Value, span: Span) -> Result<(), Raised> {
        let _ = (value, span);
        Err(Raised::no_attribute(object.class_name(), name))
    }
    /// `object[key] = value`.
    fn set_item(&mut self, object: &Rc<dyn HostObject>, key: &Value, value: Value, span: Span) -> Result<(), Raised> {
        let _ = (key, value, span);
        Err(Raised::type_error(format!("'{}' object does not support item assignment", object.class_name())))
    }
    /// `object(...)`, or `object.method(...)` when the machine sees a call on an attribute (`with` calls `__enter__` and `__exit__` so).
    fn call(&mut self, callee: &Rc<dyn HostObject>, method: Option<&str>, arguments: Arguments, span: Span) -> Result<Reply, Raised> {
        let _ = (arguments, span);
        Err(match method {
            Some(method) => Raised::no_attribute(callee.class_name(), method),
            None => Raised::type_error(format!("'{}' object is not callable", callee.class_name())),
        })
    }
    /// `left OPERATOR right` where at least one side is a host object; `None` where the host does not know it (the machine raises `TypeError`;
    /// `==` and `!=` then compare identities).
    /// Operators by their Python sign: `+ - * / // % ** == != < <= > >= & | ^ << >> [] in` (`in`: `left in right`), and unary `neg`, `pos`,
    /// `invert` with `right` = `None`.
    fn operator(&mut self, operator: &str, left: &Value, right: &Value, span: Span) -> Option<Result<Value, Raised>> {
        let _ = (operator, left, right, span);
        None
    }
    /// `str(x)`, `print(x)`, f-strings.
    fn text(&mut self, object: &Rc<dyn HostObject>) -> String {
        self.repr(object)
    }
    /// `repr(x)`.
    fn repr(&mut self, object: &Rc<dyn HostObject>) -> String {
        format!("<{} object>", object.class_name())
    }
    /// `bool(x)`, `if x`: PySpark refuses it for a Column.
    fn truth(&mut self, object: &Rc<dyn HostObject>, span: Span) -> Result<bool, Raised> {
        let _ = (object, span);
        Ok(true)
    }
    /// `for x in object`, `list(object)`: all items at once; `None` where it is not iterable.
    fn items(&mut self, object: &Rc<dyn HostObject>) -> Option<Result<Vec<Value>, Raised>> {
        let _ = object;
        None
    }
    /// `len(x)`; `None` where it has none.
    fn length(&mut self, object: &Rc<dyn HostObject>) -> Option<usize> {
        let _ = object;
        None
    }
    /// The class of exceptions with this bare name (`AnalysisException`), for a diagnostic that Python code may catch.
    /// `None` makes a plain subclass of `Exception` with that name.
    fn exception_class(&mut self, name: &str) -> Option<Value> {
        let _ = name;
        None
    }
    /// `time.sleep(seconds)`.
    fn sleep(&mut self, seconds: f64) -> Result<Reply, Raised> {
        let _ = seconds;
        Ok(Reply::Value(Value::None))
    }
    /// Whether the wait with this token is over, and with what.
    fn poll(&mut self, token: u64) -> Option<Result<Value, Raised>> {
        let _ = token;
        Some(Ok(Value::None))
    }
    /// A wait began where the machine cannot stop: inside a function that the host called with [`super::Machine::call`], or inside a
    /// `__str__`, a sort key, a `map`. The host may bring it to an end at once, or refuse.
    fn wait_inside(&mut self, token: u64) -> Result<Value, Raised> {
        match self.poll(token) {
            Some(outcome) => outcome,
            None => Err(Raised::new("RuntimeError", "cannot wait inside a function that is called from outside the program")),
        }
    }
    /// A function that [`Reply::Call`] asked for has returned or raised; the reply goes to the call that is still open.
    fn called(&mut self, token: u64, outcome: Result<Value, Raised>) -> Result<Reply, Raised> {
        let _ = token;
        outcome.map(Reply::Value)
    }
    /// What `print` writes, its newline included.
    fn print(&mut self, text: &str);
    /// Milliseconds since 1970-01-01T00:00:00Z, for `time.time()` and `datetime.now()`.
    fn now_ms(&mut self) -> i64;
    /// A random number, for `random` without a seed and `uuid.uuid4()`.
    fn random(&mut self) -> u64;
}

impl Arguments {
    /// These, in order.
    #[must_use]
    pub fn of(positional: Vec<Value>) -> Self {
        Self { positional, keyword: Vec::new() }
    }

    /// The argument at a place or by name, taken out.
    pub fn take(&mut self, place: usize, name: &str) -> Option<Value> {
        if let Some(value) = self.positional.get_mut(place) {
            return Some(std::mem::take(value));
        }
        let found = self.keyword.iter().position(|(known, _)| known == name)?;
        Some(self.keyword.remove(found).1)
    }
}
