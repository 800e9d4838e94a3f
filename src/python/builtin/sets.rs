//! Methods of `set` and `frozenset`.

use super::Given;
use super::method;
use crate::python::dict::Dict;
use crate::python::dict::Set;
use crate::python::function::Builtin;
use crate::python::host::Arguments;
use crate::python::machine::Vm;
use crate::python::raised::Raised;
use crate::python::value::Value;
use ruff_python_ast::Operator;
use std::rc::Rc;

pub(super) static COMMON: &[Builtin] = &[
    method("union", |vm, given| fold(vm, given, Operator::BitOr)),
    method("intersection", |vm, given| fold(vm, given, Operator::BitAnd)),
    method("difference", |vm, given| fold(vm, given, Operator::Sub)),
    method("symmetric_difference", |vm, given| fold(vm, given, Operator::BitXor)),
    method("issubset", |vm, given| {
        let (set, other) = pair(vm, given)?;
        vm.is_subset(&set, &other).map(Value::Bool)
    }),
    method("issuperset", |vm, given| {
        let (set, other) = pair(vm, given)?;
        vm.is_subset(&other, &set).map(Value::Bool)
    }),
    method("isdisjoint", |vm, given| {
        let (set, other) = pair(vm, given)?;
        for item in set.items() {
            if vm.dict_find(&other.members, &item)?.is_some() {
                return Ok(Value::Bool(false));
            }
        }
        Ok(Value::Bool(true))
    }),
    method("copy", |_, given| {
        let set = set_of(&given)?;
        Ok(Value::Set(Rc::new(Set { members: set.members.copy(), frozen: set.frozen })))
    }),
];

pub(super) static CHANGING: &[Builtin] = &[
    method("add", |vm, mut given| {
        let (set, item) = (set_of(&given)?, given.one("set.add")?);
        vm.set_add(&set, item)?;
        Ok(Value::None)
    }),
    method("discard", |vm, mut given| {
        let (set, item) = (set_of(&given)?, given.one("set.discard")?);
        if let Some(place) = vm.dict_find(&set.members, &item)? {
            set.members.remove_at(place);
        }
        Ok(Value::None)
    }),
    method("remove", |vm, mut given| {
        let (set, item) = (set_of(&given)?, given.one("set.remove")?);
        match vm.dict_find(&set.members, &item)? {
            Some(place) => {
                set.members.remove_at(place);
                Ok(Value::None)
            }
            None => Err(Raised::key_error(item)),
        }
    }),
    method("pop", |_, given| {
        let set = set_of(&given)?;
        let first = set.members.first_place().and_then(|place| set.members.remove_at(place));
        first.map(|(item, _)| item).ok_or_else(|| Raised::key_error(Value::str("pop from an empty set")))
    }),
    method("clear", |_, given| {
        set_of(&given)?.members.clear();
        Ok(Value::None)
    }),
    method("update", update),
    method("__init__", update),
    method("intersection_update", |vm, given| replace(vm, given, Operator::BitAnd)),
    method("difference_update", |vm, given| replace(vm, given, Operator::Sub)),
    method("symmetric_difference_update", |vm, given| replace(vm, given, Operator::BitXor)),
];

fn set_of(given: &Arguments) -> Result<Rc<Set>, Raised> {
    match given.receiver().plain() {
        Value::Set(set) => Ok(Rc::clone(set)),
        other => Err(Raised::type_error(format!("descriptor requires a 'set' object but received a '{}'", other.type_name()))),
    }
}

fn pair(vm: &mut Vm<'_>, mut given: Arguments) -> Result<(Rc<Set>, Rc<Set>), Raised> {
    let (set, other) = (set_of(&given)?, given.one("set.issubset")?);
    match vm.make_set(&other, false)? {
        Value::Set(other) => Ok((set, other)),
        _ => unreachable!("make_set makes a set"),
    }
}

fn fold(vm: &mut Vm<'_>, given: Arguments, operator: Operator) -> Given {
    let mut set = Value::Set(set_of(&given)?);
    for other in &given.positional[1..] {
        let other = vm.make_set(other, false)?;
        set = vm.set_binary(operator, &set, &other)?;
    }
    if given.positional.len() == 1 {
        let same = Set { members: Dict::default(), frozen: false };
        set = vm.set_binary(Operator::BitOr, &set, &Value::Set(Rc::new(same)))?;
    }
    Ok(set)
}

fn replace(vm: &mut Vm<'_>, given: Arguments, operator: Operator) -> Given {
    let set = set_of(&given)?;
    if let Value::Set(changed) = fold(vm, given, operator)? {
        set.members.clear();
        for (hash, key, value) in changed.members.hashed() {
            set.members.append(hash, key, value);
        }
    }
    Ok(Value::None)
}

fn update(vm: &mut Vm<'_>, given: Arguments) -> Given {
    let set = set_of(&given)?;
    for other in &given.positional[1..] {
        for item in vm.iterate(other)? {
            vm.set_add(&set, item)?;
        }
    }
    Ok(Value::None)
}
