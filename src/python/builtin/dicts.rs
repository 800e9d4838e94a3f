//! Methods of `dict`.

use super::Given;
use super::class_method;
use super::method;
use crate::python::dict::Dict;
use crate::python::function::Builtin;
use crate::python::host::Arguments;
use crate::python::iterator::Iter;
use crate::python::iterator::View;
use crate::python::machine::Vm;
use crate::python::raised::Raised;
use crate::python::value::Value;
use std::rc::Rc;

pub(super) static TABLE: &[Builtin] = &[
    method("keys", |_, given| Ok(Iter::view(&dict_of(&given)?, View::Keys))),
    method("values", |_, given| Ok(Iter::view(&dict_of(&given)?, View::Values))),
    method("items", |_, given| Ok(Iter::view(&dict_of(&given)?, View::Items))),
    method("get", |vm, mut given| {
        let (dict, key) = (dict_of(&given)?, given.need("get", 1, "key")?);
        Ok(vm.dict_get(&dict, &key)?.unwrap_or_else(|| given.take(2, "default").unwrap_or(Value::None)))
    }),
    method("pop", |vm, mut given| {
        let (dict, key) = (dict_of(&given)?, given.need("pop", 1, "key")?);
        match (vm.dict_find(&dict, &key)?, given.take(2, "default")) {
            (Some(place), _) => Ok(dict.remove_at(place).map_or(Value::None, |(_, value)| value)),
            (None, Some(default)) => Ok(default),
            (None, None) => Err(Raised::key_error(key)),
        }
    }),
    method("popitem", |vm, mut given| {
        let dict = dict_of(&given)?;
        let first = match given.take(1, "last") {
            Some(last) => !vm.truth(&last)?,
            None => false,
        };
        let place = if first { dict.first_place() } else { dict.last_place() };
        match place.and_then(|place| dict.remove_at(place)) {
            Some((key, value)) => Ok(Value::tuple(vec![key, value])),
            None => Err(Raised::key_error(Value::str("popitem(): dictionary is empty"))),
        }
    }),
    method("setdefault", |vm, mut given| {
        let (dict, key) = (dict_of(&given)?, given.need("setdefault", 1, "key")?);
        if let Some(value) = vm.dict_get(&dict, &key)? {
            return Ok(value);
        }
        let default = given.take(2, "default").unwrap_or(Value::None);
        vm.dict_set(&dict, key, default.clone())?;
        Ok(default)
    }),
    method("update", update),
    method("__init__", update),
    method("clear", |_, given| {
        dict_of(&given)?.clear();
        Ok(Value::None)
    }),
    method("copy", |_, given| Ok(Value::Dict(Rc::new(dict_of(&given)?.copy())))),
    class_method("fromkeys", |vm, mut given| {
        let (keys, value) = (given.need("fromkeys", 1, "iterable")?, given.take(2, "value").unwrap_or(Value::None));
        let dict = Dict::default();
        for key in vm.iterate(&keys)? {
            vm.dict_set(&dict, key, value.clone())?;
        }
        Ok(Value::Dict(Rc::new(dict)))
    }),
];

fn dict_of(given: &Arguments) -> Result<Rc<Dict>, Raised> {
    match given.receiver().plain() {
        Value::Dict(dict) => Ok(Rc::clone(dict)),
        other => Err(Raised::type_error(format!("descriptor requires a 'dict' object but received a '{}'", other.type_name()))),
    }
}

fn update(vm: &mut Vm<'_>, mut given: Arguments) -> Given {
    let dict = dict_of(&given)?;
    given.at_most("update", 1, true)?;
    if let Some(other) = given.positional.get_mut(1).map(std::mem::take) {
        vm.dict_update(&dict, &other)?;
    }
    for (name, value) in given.keyword {
        vm.dict_set(&dict, Value::from(name), value)?;
    }
    Ok(Value::None)
}
