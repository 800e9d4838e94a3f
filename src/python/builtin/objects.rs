//! What every object has, and every exception.

use super::Given;
use super::function;
use super::method;
use super::property;
use crate::diag::Diagnostic;
use crate::python::function::Builtin;
use crate::python::host::Arguments;
use crate::python::machine::Vm;
use crate::python::raised::Raised;
use crate::python::value::Value;
use ruff_python_ast::CmpOp;

pub(super) static TABLE: &[Builtin] = &[
    method("__init__", |_, _| Ok(Value::None)),
    function("__new__", |vm, mut given| {
        let class = given.need("__new__", 0, "cls")?;
        given.positional.truncate(1);
        given.positional.clear();
        vm.new_of(&class, Arguments::default())
    }),
    method("__repr__", |vm, given| vm.default_repr(&given.receiver()).map(Value::from)),
    method("__str__", |vm, given| {
        let receiver = given.receiver();
        match receiver {
            Value::Instance(_) => {
                let plain = vm.method_of(&receiver, "__repr__");
                match plain {
                    Some(repr) => vm.call_with(&repr, Vec::new()),
                    None => vm.default_repr(&receiver).map(Value::from),
                }
            }
            _ => vm.str(&receiver).map(Value::from),
        }
    }),
    method("__eq__", |vm, mut given| {
        let (left, right) = (given.receiver(), given.one("__eq__")?);
        match &left {
            Value::Instance(_) if left.payload_ref().is_none() => {
                Ok(if left.is(&right) { Value::Bool(true) } else { Value::NotImplemented })
            }
            _ => vm.compare(CmpOp::Eq, left.plain(), &right),
        }
    }),
    method("__ne__", |_, mut given| {
        let (left, right) = (given.receiver(), given.one("__ne__")?);
        Ok(Value::Bool(!left.is(&right)))
    }),
    method("__hash__", |vm, given| {
        let receiver = given.receiver();
        let hash = if let Value::Instance(instance) = &receiver { instance.serial.wrapping_mul(0x9E37_79B9) } else { vm.hash(&receiver)? };
        Ok(Value::Int(hash.cast_signed() >> 3))
    }),
    method("__setattr__", |vm, mut given| {
        let (object, name, value) = (given.receiver(), given.need("__setattr__", 1, "name")?, given.need("__setattr__", 2, "value")?);
        match &object {
            Value::Instance(instance) => vm.set_own_attribute(&object, instance, name.as_str().unwrap_or(""), value)?,
            _ => vm.set_attribute(&object, name.as_str().unwrap_or(""), value)?,
        }
        Ok(Value::None)
    }),
    method("__getattribute__", |vm, mut given| {
        let (object, name) = (given.receiver(), given.one("__getattribute__")?);
        vm.attribute(&object, name.as_str().unwrap_or(""))
    }),
    method("__delattr__", |_, mut given| {
        let (object, name) = (given.receiver(), given.one("__delattr__")?);
        if let Value::Instance(instance) = &object {
            let old = instance.attributes.borrow_mut().remove(name.as_str().unwrap_or(""));
            drop(old);
        }
        Ok(Value::None)
    }),
    method("__format__", |vm, mut given| {
        let (object, spec) = (given.receiver(), given.one("__format__")?);
        vm.format(&object.plain().clone(), spec.as_str().unwrap_or("")).map(Value::from)
    }),
    method("__len__", |vm, given| {
        vm.length(&given.receiver().plain().clone()).map(|length| Value::Int(i64::try_from(length).unwrap_or(0)))
    }),
    method("__getitem__", |vm, mut given| {
        let key = given.one("__getitem__")?;
        vm.item(&given.receiver().plain().clone(), &key)
    }),
    method("__setitem__", |vm, mut given| {
        let (key, value) = (given.need("__setitem__", 1, "key")?, given.need("__setitem__", 2, "value")?);
        vm.set_plain_item(&given.receiver(), &key, value)?;
        Ok(Value::None)
    }),
    method("__delitem__", |vm, mut given| {
        let key = given.one("__delitem__")?;
        vm.delete_item(&given.receiver().plain().clone(), &key)?;
        Ok(Value::None)
    }),
    method("__contains__", |vm, mut given| {
        let item = given.one("__contains__")?;
        vm.compare(CmpOp::In, &item, &given.receiver().plain().clone())
    }),
    method("__iter__", |vm, given| vm.iterator(&given.receiver().plain().clone())),
    method("__call__", |vm, mut given| {
        let callee = given.positional.remove(0);
        vm.call(&callee, given)
    }),
    method("__add__", |vm, given| plain_binary(vm, given, ruff_python_ast::Operator::Add)),
    method("__sub__", |vm, given| plain_binary(vm, given, ruff_python_ast::Operator::Sub)),
    method("__mul__", |vm, given| plain_binary(vm, given, ruff_python_ast::Operator::Mult)),
    method("__lt__", |vm, given| plain_compare(vm, given, CmpOp::Lt)),
    method("__le__", |vm, given| plain_compare(vm, given, CmpOp::LtE)),
    method("__gt__", |vm, given| plain_compare(vm, given, CmpOp::Gt)),
    method("__ge__", |vm, given| plain_compare(vm, given, CmpOp::GtE)),
    function("__init_subclass__", |_, _| Ok(Value::None)),
];

/// The methods that only built-in values have, although they stand in the table of every object: an instance without payload has none.
pub(in crate::python) const OF_VALUES: &[&str] = &[
    "__len__",
    "__getitem__",
    "__setitem__",
    "__delitem__",
    "__contains__",
    "__iter__",
    "__call__",
    "__add__",
    "__sub__",
    "__mul__",
    "__lt__",
    "__le__",
    "__gt__",
    "__ge__",
];

fn plain_binary(vm: &mut Vm<'_>, mut given: Arguments, operator: ruff_python_ast::Operator) -> Given {
    let other = given.one(operator.dunder())?;
    vm.binary(operator, &given.receiver().plain().clone(), &other)
}

fn plain_compare(vm: &mut Vm<'_>, mut given: Arguments, operator: CmpOp) -> Given {
    let other = given.one("comparison")?;
    vm.compare(operator, &given.receiver().plain().clone(), &other)
}

pub(super) static EXCEPTION: &[Builtin] = &[
    method("__init__", |_, given| {
        if let Some(Value::Instance(instance)) = given.positional.first() {
            instance.set("args", Value::tuple(given.positional[1..].to_vec()));
        }
        Ok(Value::None)
    }),
    method("__str__", |vm, given| match given.receiver() {
        Value::Instance(instance) => vm.exception_str(&instance).map(Value::from),
        _ => Ok(Value::str("")),
    }),
    method("__repr__", |vm, given| vm.default_repr(&given.receiver()).map(Value::from)),
    method("with_traceback", |_, given| Ok(given.receiver())),
    method("add_note", |_, _| Ok(Value::None)),
    method("getCondition", |_, given| Ok(told(&given, |told| told.condition.clone()))),
    method("getErrorClass", |_, given| Ok(told(&given, |told| told.condition.clone()))),
    method("getMessage", |_, given| Ok(told(&given, |told| Some(told.message.clone())))),
    method("getSqlState", |_, given| {
        Ok(told(&given, |told| told.message.rsplit_once("SQLSTATE: ").map(|(_, state)| state.trim().to_owned())))
    }),
    property("desc", |_, given| Ok(told(&given, |told| Some(told.message.clone())))),
];

/// What the host said of an exception; methods that only such exceptions have are missing on others.
fn told(given: &Arguments, part: impl Fn(&Diagnostic) -> Option<String>) -> Value {
    match given.receiver() {
        Value::Instance(instance) => instance.diagnostic.borrow().as_ref().and_then(|told| part(told)).map_or(Value::None, Value::from),
        _ => Value::None,
    }
}

/// Methods of exceptions that only those of the host have.
pub(in crate::python) const OF_DIAGNOSTICS: &[&str] = &["getCondition", "getErrorClass", "getMessage", "getSqlState", "desc"];

impl Vm<'_> {
    /// `object.__new__(cls)` and its like: an instance before `__init__`.
    pub(in crate::python) fn new_of(&mut self, class: &Value, given: Arguments) -> Given {
        match class {
            Value::Class(class) if class.builtin => super::construct(self, class, given),
            Value::Class(class) => self.bare_instance(class, &given),
            _ => Err(Raised::type_error("__new__(X): X is not a type object")),
        }
    }
}
