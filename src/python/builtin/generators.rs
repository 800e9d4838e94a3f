//! Methods of generators and iterators.

use super::Given;
use super::method;
use crate::python::class::Class;
use crate::python::exception::new_exception;
use crate::python::function::Builtin;
use crate::python::host::Arguments;
use crate::python::machine::Vm;
use crate::python::raised::Raised;
use crate::python::value::Value;

pub(super) static TABLE: &[Builtin] = &[method("send", send), method("throw", throw), method("close", close)];

pub(super) static ITERATOR: &[Builtin] = &[
    method("__next__", |vm, given| {
        let iterator = given.receiver();
        vm.next(&iterator)?.ok_or_else(|| stop_iteration(&iterator))
    }),
    method("__iter__", |_, given| Ok(given.receiver())),
];

/// `StopIteration` with what the generator returned.
pub(super) fn stop_iteration(iterator: &Value) -> Raised {
    let Some(class) = Class::builtin("StopIteration") else { unreachable!("StopIteration is built in") };
    let result = match iterator {
        Value::Iter(iter) => iter.result(),
        _ => Value::None,
    };
    let arguments = if result.is_none() { Vec::new() } else { vec![result.clone()] };
    let exception = new_exception(class, arguments);
    exception.set("value", result);
    Raised::instance(exception)
}

fn send(vm: &mut Vm<'_>, mut given: Arguments) -> Given {
    let value = given.need("send", 1, "arg")?;
    let Value::Iter(iter) = &given.positional[0] else { return Ok(Value::None) };
    if !value.is_none() && iter.is_fresh() {
        return Err(Raised::type_error("can't send non-None value to a just-started generator"));
    }
    vm.drive(iter, Ok(value))?.ok_or_else(|| stop_iteration(&given.positional[0]))
}

fn throw(vm: &mut Vm<'_>, mut given: Arguments) -> Given {
    let exception = given.need("throw", 1, "value")?;
    let exception = if let Value::Class(_) = exception { vm.call_with(&exception, Vec::new())? } else { exception };
    let Value::Instance(instance) = exception else {
        return Err(Raised::type_error("exceptions must be classes or instances deriving from BaseException"));
    };
    let Value::Iter(iter) = &given.positional[0] else { return Ok(Value::None) };
    vm.drive(iter, Err(Raised::instance(instance)))?.ok_or_else(|| stop_iteration(&given.positional[0]))
}

fn close(vm: &mut Vm<'_>, given: Arguments) -> Given {
    let Value::Iter(iter) = &given.positional[0] else { return Ok(Value::None) };
    match vm.drive(iter, Err(Raised::new("GeneratorExit", ""))) {
        Ok(Some(_)) => Err(Raised::new("RuntimeError", "generator ignored GeneratorExit")),
        Ok(None) => Ok(Value::None),
        Err(raised) if raised.is("GeneratorExit") || raised.is("StopIteration") => Ok(Value::None),
        Err(raised) => Err(raised),
    }
}
