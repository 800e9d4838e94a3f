//! The Python worker: the process beside the driver in which UDFs and stateful processors run.
//!
//! Law: it shares nothing with the driver's Python. Functions reach it as copies (`python::pickled`), it has no session, and what it prints nobody sees.

use super::errors;
use super::errors::ErrorClasses;
use super::modules;
use super::object::Object;
use super::plain_objects;
use super::stateful_handle;
use crate::diag::Diagnostic;
use crate::diag::Span;
use crate::plan::StatefulProcessorHandle;
use crate::python::Arguments;
use crate::python::Host;
use crate::python::HostObject;
use crate::python::Machine;
use crate::python::Raised;
use crate::python::Reply;
use crate::python::Value;
use crate::python::Vm;
use crate::python::pickled;
use std::cell::RefCell;
use std::rc::Rc;

/// The worker as all functions of a session share it.
pub(super) type SharedWorker = Rc<RefCell<Worker>>;

/// The worker.
pub(super) struct Worker {
    machine: Machine,
    errors: Rc<RefCell<ErrorClasses>>,
}

/// What a task of the worker sees of the world: the batch's time and its random numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task {
    /// The time of the batch, milliseconds since 1970.
    pub now_ms: i64,
    /// The seed of its random numbers.
    pub seed: u64,
}

impl Worker {
    /// A worker that knows the driver's classes of errors.
    pub(super) fn new(errors: Rc<RefCell<ErrorClasses>>) -> SharedWorker {
        Rc::new(RefCell::new(Self { machine: Machine::new(), errors }))
    }

    /// Runs Python in a task. What it raises is told with the texts of its `__str__`.
    ///
    /// # Errors
    /// What Python raised.
    pub(super) fn run<T>(
        &mut self,
        task: Task,
        handle: Option<&mut dyn StatefulProcessorHandle>,
        work: impl FnOnce(&mut Vm<'_>) -> Result<T, Raised>,
    ) -> Result<T, Box<Diagnostic>> {
        let mut host = WorkerHost { errors: Rc::clone(&self.errors), handle, task };
        self.machine.from_outside(&mut host, |vm| work(vm).map_err(|raised| vm.diagnostic(&raised)))
    }
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Worker")
    }
}

/// A copy of a value for the worker.
///
/// # Errors
/// What cannot leave the driver: a DataFrame, the session.
pub(super) fn sent(value: &Value) -> Result<Value, Raised> {
    pickled(value, &|value| {
        let refused = match Object::of(value)? {
            Object::Session | Object::Context | Object::Frame(_) | Object::Conf | Object::Catalog | Object::Streams => {
                errors::error("PySparkRuntimeError", "CONTEXT_ONLY_VALID_ON_DRIVER", &[])
            }
            _ => return None,
        };
        Some(Raised::from(refused))
    })
}

/// The worker's world.
struct WorkerHost<'a> {
    errors: Rc<RefCell<ErrorClasses>>,
    handle: Option<&'a mut dyn StatefulProcessorHandle>,
    task: Task,
}

impl Host for WorkerHost<'_> {
    fn import(&mut self, module: &str, name: Option<&str>) -> Option<Value> {
        modules::import(module, name, &mut |name| self.errors.borrow_mut().get(name))
    }

    fn exports(&mut self, module: &str) -> Option<Vec<String>> {
        modules::exports(module)
    }

    fn attribute(&mut self, object: &Rc<dyn HostObject>, name: &str, _span: Span) -> Result<Value, Raised> {
        plain_objects::attribute(object, name).unwrap_or_else(|| Err(not_here()))
    }

    fn call(&mut self, callee: &Rc<dyn HostObject>, method: Option<&str>, arguments: Arguments, _span: Span) -> Result<Reply, Raised> {
        let (callee, method) = match Object::of(&Value::Host(Rc::clone(callee))) {
            Some(Object::Method(object, name)) if method.is_none() => (Rc::clone(object), Some(name.clone())),
            _ => (Rc::clone(callee), method.map(str::to_owned)),
        };
        let value = match (&mut self.handle, Object::of(&Value::Host(Rc::clone(&callee)))) {
            (Some(handle), Some(Object::State(state))) => stateful_handle::call(state, &mut **handle, method.as_deref(), arguments)?,
            _ => plain_objects::call(&callee, method.as_deref(), arguments).unwrap_or_else(|| Err(not_here()))?,
        };
        Ok(Reply::Value(value))
    }

    fn text(&mut self, object: &Rc<dyn HostObject>) -> String {
        plain_objects::text(object)
    }

    fn operator(&mut self, operator: &str, left: &Value, right: &Value, _span: Span) -> Option<Result<Value, Raised>> {
        super::operators::operation(operator, left, right).map(|found| found.map_err(Raised::from))
    }

    fn repr(&mut self, object: &Rc<dyn HostObject>) -> String {
        plain_objects::repr(object)
    }

    fn truth(&mut self, object: &Rc<dyn HostObject>, _span: Span) -> Result<bool, Raised> {
        plain_objects::truth(object)
    }

    fn items(&mut self, object: &Rc<dyn HostObject>) -> Option<Result<Vec<Value>, Raised>> {
        plain_objects::items(object)
    }

    fn length(&mut self, object: &Rc<dyn HostObject>) -> Option<usize> {
        plain_objects::length(object)
    }

    fn exception_class(&mut self, name: &str) -> Option<Value> {
        self.errors.borrow_mut().get(name)
    }

    // A worker's standard output is the executor's log.
    fn print(&mut self, _text: &str) {}

    fn now_ms(&mut self) -> i64 {
        self.task.now_ms
    }

    fn random(&mut self) -> u64 {
        let mut random = crate::world::Random::new(self.task.seed);
        self.task.seed = random.next_u64();
        self.task.seed
    }
}

/// What only the driver can do.
fn not_here() -> Raised {
    Raised::from(errors::error("PySparkRuntimeError", "CONTEXT_ONLY_VALID_ON_DRIVER", &[]))
}
