//! Methods of `tuple` and `range`.

use super::lists;
use super::method;
use crate::python::class::Type;
use crate::python::function::Builtin;
use crate::python::host::Arguments;
use crate::python::machine::Vm;
use crate::python::raised::Raised;
use crate::python::value::Value;

pub(super) static TABLE: &[Builtin] = &[
    method("index", |vm, mut given| {
        let (items, item) = (given.receiver().items().unwrap_or_default(), given.need("index", 1, "value")?);
        lists::index(vm, &mut given, &items, &item)
    }),
    method("count", |vm, mut given| {
        let (items, item) = (given.receiver().items().unwrap_or_default(), given.one("tuple.count")?);
        lists::count(vm, &items, &item)
    }),
    super::function("__new__", new),
];

pub(super) static RANGE: &[Builtin] = &[
    method("index", |vm, mut given| {
        let (items, item) = (vm.iterate(&given.receiver())?, given.need("index", 1, "value")?);
        match lists::position(vm, &items, &item)? {
            Some(place) => Ok(Value::Int(i64::try_from(place).unwrap_or(0))),
            None => {
                let text = vm.repr(&item)?;
                Err(Raised::value_error(format!("{text} is not in range")))
            }
        }
    }),
    method("count", |vm, mut given| {
        let (items, item) = (vm.iterate(&given.receiver())?, given.one("range.count")?);
        lists::count(vm, &items, &item)
    }),
];

/// `tuple.__new__(cls, items)`, as subclasses call it.
fn new(vm: &mut Vm<'_>, mut given: Arguments) -> Result<Value, Raised> {
    let class = given.need("__new__", 0, "cls")?;
    given.positional.remove(0);
    match &class {
        Value::Class(found) if found.layout == Type::Tuple || !found.builtin => vm.new_of(&class, given),
        _ => Err(Raised::type_error("tuple.__new__(X): X is not a type object")),
    }
}
