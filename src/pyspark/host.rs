//! PySpark as the host of the Python machine: attributes, calls, operators and texts of its objects.

use super::driver::Driver;
use super::driver::Pending;
use super::driver::Wait;
use super::errors;
use super::modules;
use super::object::Object;
use super::operators;
use super::plain_objects;
use crate::diag::Span;
use crate::python::Arguments;
use crate::python::Host;
use crate::python::HostObject;
use crate::python::Raised;
use crate::python::Reply;
use crate::python::Value;
use crate::world::World;
use std::rc::Rc;

impl Host for Driver {
    fn import(&mut self, module: &str, name: Option<&str>) -> Option<Value> {
        if module.starts_with("delta") && self.session.packages().check("delta", "reading").is_err() {
            return None;
        }
        modules::import(module, name, &mut |class| self.class(class))
    }

    fn exports(&mut self, module: &str) -> Option<Vec<String>> {
        modules::exports(module)
    }

    fn attribute(&mut self, object: &Rc<dyn HostObject>, name: &str, span: Span) -> Result<Value, Raised> {
        self.read_attribute(object, name).map_err(|raised| at(raised, span))
    }

    fn set_attribute(&mut self, object: &Rc<dyn HostObject>, name: &str, _value: Value, _span: Span) -> Result<(), Raised> {
        match Self::object(object) {
            Some(Object::Row(_)) => Err(errors::error("PySparkRuntimeError", "READ_ONLY", &[("object", "Row")]).into()),
            _ => Err(Raised::no_attribute(object.class_name(), name)),
        }
    }

    fn call(&mut self, callee: &Rc<dyn HostObject>, method: Option<&str>, arguments: Arguments, span: Span) -> Result<Reply, Raised> {
        let reply = match method {
            Some(name) => self.call_method(callee, name, arguments, span),
            None => self.call_object(callee, arguments, span),
        };
        reply.map_err(|raised| at(raised, span))
    }

    fn operator(&mut self, operator: &str, left: &Value, right: &Value, span: Span) -> Option<Result<Value, Raised>> {
        let found = operators::operation(operator, left, right)?;
        Some(found.map_err(|it| at(it.into(), span)))
    }

    fn text(&mut self, object: &Rc<dyn HostObject>) -> String {
        plain_objects::text(object)
    }

    fn repr(&mut self, object: &Rc<dyn HostObject>) -> String {
        plain_objects::repr(object)
    }

    fn truth(&mut self, object: &Rc<dyn HostObject>, span: Span) -> Result<bool, Raised> {
        plain_objects::truth(object).map_err(|raised| at(raised, span))
    }

    fn items(&mut self, object: &Rc<dyn HostObject>) -> Option<Result<Vec<Value>, Raised>> {
        plain_objects::items(object)
    }

    fn length(&mut self, object: &Rc<dyn HostObject>) -> Option<usize> {
        plain_objects::length(object)
    }

    fn exception_class(&mut self, name: &str) -> Option<Value> {
        self.error_class(name)
    }

    fn sleep(&mut self, seconds: f64) -> Result<Reply, Raised> {
        #[allow(clippy::cast_possible_truncation)]
        let until_ms = self.world.now_ms().saturating_add((seconds.max(0.0) * 1000.0) as i64);
        Ok(self.wait(Wait::Sleep { until_ms }))
    }

    fn poll(&mut self, token: u64) -> Option<Result<Value, Raised>> {
        self.poll_wait(token)
    }

    fn wait_inside(&mut self, token: u64) -> Result<Value, Raised> {
        if let Some(outcome) = self.poll_wait(token) {
            return outcome;
        }
        match self.waits.remove(&token) {
            // DIFFERENCE: a sleep inside a foreachBatch function takes no time; Spark's batch takes so much longer.
            Some(Wait::Sleep { .. }) => Ok(Value::None),
            _ => Err(Raised::new("RuntimeError", "a function that Spark calls cannot wait for a query")),
        }
    }

    fn called(&mut self, token: u64, outcome: Result<Value, Raised>) -> Result<Reply, Raised> {
        let pending = self.pending.remove(&token);
        let value = match (&pending, outcome) {
            // What a listener raises is logged by Spark and goes no further.
            (Some(Pending::Listeners(..)), Err(_)) => Value::None,
            (_, outcome) => outcome?,
        };
        match pending {
            Some(Pending::Lambdas(mut lambdas, count)) => {
                lambdas.returned(count, &value)?;
                self.next_lambda(lambdas)
            }
            Some(Pending::Transform) => match Object::of(&value) {
                Some(Object::Frame(_)) => Ok(Reply::Value(value)),
                _ => {
                    let text =
                        format!("Func returned an instance of type [<class '{}'>], should have been DataFrame.", errors::type_name(&value));
                    Err(Raised::new("AssertionError", text))
                }
            },
            Some(Pending::Each(function, rows)) => self.next_row(function, rows),
            Some(Pending::Listeners(told, result)) => self.tell_next(told, result),
            Some(Pending::Pass) | None => Ok(Reply::Value(value)),
        }
    }

    fn print(&mut self, text: &str) {
        Driver::print(self, text);
    }

    fn now_ms(&mut self) -> i64 {
        self.world.now_ms()
    }

    fn random(&mut self) -> u64 {
        self.world.next_random()
    }
}

/// A raised exception with the place of the call, unless it has a better one.
fn at(raised: Raised, span: Span) -> Raised {
    if raised.span().is_some() {
        return raised;
    }
    Raised::from(raised.diagnostic().at(span))
}
