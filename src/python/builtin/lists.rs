//! Methods of `list`.

use super::Given;
use super::integer;
use super::method;
use super::sorting::order_of;
use super::sorting::sort_values;
use crate::python::function::Builtin;
use crate::python::host::Arguments;
use crate::python::item::slice_bounds;
use crate::python::machine::Vm;
use crate::python::operate::bounded;
use crate::python::raised::Raised;
use crate::python::sequence::List;
use crate::python::value::Value;
use std::rc::Rc;

pub(super) static TABLE: &[Builtin] = &[
    method("append", |_, mut given| {
        let (list, item) = (list_of(&given)?, given.one("list.append")?);
        bounded(list.len())?;
        list.push(item);
        Ok(Value::None)
    }),
    method("extend", |vm, mut given| {
        let (list, items) = (list_of(&given)?, given.one("list.extend")?);
        let items = vm.iterate(&items)?;
        bounded(list.len() + items.len())?;
        list.change(|list| list.extend(items));
        Ok(Value::None)
    }),
    method("insert", |_, mut given| {
        let (list, place, item) = (list_of(&given)?, given.need("insert", 1, "index")?, given.need("insert", 2, "object")?);
        let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
        let place = integer(&place)?;
        let place = if place < 0 { (place + length).max(0) } else { place.min(length) };
        list.change(|list| list.insert(usize::try_from(place).unwrap_or(0), item));
        Ok(Value::None)
    }),
    method("remove", |vm, mut given| {
        let (list, item) = (list_of(&given)?, given.one("list.remove")?);
        match position(vm, &list.items(), &item)? {
            Some(place) => {
                let old = list.change(|list| (place < list.len()).then(|| list.remove(place)));
                drop(old);
                Ok(Value::None)
            }
            None => Err(Raised::value_error("list.remove(x): x not in list")),
        }
    }),
    method("pop", pop),
    method("clear", |_, given| {
        list_of(&given)?.replace(Vec::new());
        Ok(Value::None)
    }),
    method("index", |vm, mut given| {
        let (items, item) = (list_of(&given)?.items(), given.need("index", 1, "value")?);
        index(vm, &mut given, &items, &item)
    }),
    method("count", |vm, mut given| {
        let (items, item) = (list_of(&given)?.items(), given.one("list.count")?);
        count(vm, &items, &item)
    }),
    method("sort", |vm, mut given| {
        let list = list_of(&given)?;
        given.at_most("sort", 0, true)?;
        let (key, reverse) = order_of(vm, &mut given)?;
        let sorted = sort_values(vm, list.items(), &key, reverse)?;
        list.replace(sorted);
        Ok(Value::None)
    }),
    method("reverse", |_, given| {
        list_of(&given)?.change(|list| list.reverse());
        Ok(Value::None)
    }),
    method("copy", |_, given| Ok(Value::list(list_of(&given)?.items()))),
    method("__init__", |vm, mut given| {
        let list = list_of(&given)?;
        if let Some(items) = given.take(1, "iterable") {
            let items = vm.iterate(&items)?;
            list.replace(items);
        }
        Ok(Value::None)
    }),
];

fn list_of(given: &Arguments) -> Result<Rc<List>, Raised> {
    match given.receiver().plain() {
        Value::List(list) => Ok(Rc::clone(list)),
        other => Err(Raised::type_error(format!("descriptor requires a 'list' object but received a '{}'", other.type_name()))),
    }
}

fn pop(_: &mut Vm<'_>, mut given: Arguments) -> Given {
    let list = list_of(&given)?;
    if list.is_empty() {
        return Err(Raised::new("IndexError", "pop from empty list"));
    }
    let place = match given.take(1, "index") {
        Some(place) => crate::python::item::place_of(integer(&place)?, list.len(), "pop index out of range")?,
        None => list.len() - 1,
    };
    Ok(list.change(|list| list.remove(place)))
}

pub(super) fn position(vm: &mut Vm<'_>, items: &[Value], item: &Value) -> Result<Option<usize>, Raised> {
    for (place, candidate) in items.iter().enumerate() {
        vm.spend(1)?;
        if vm.equal(candidate, item)? {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

pub(super) fn index(vm: &mut Vm<'_>, given: &mut Arguments, items: &[Value], item: &Value) -> Given {
    let (start, stop) = (given.take(2, "start").unwrap_or(Value::None), given.take(3, "stop").unwrap_or(Value::None));
    let bounds = slice_bounds(&[start, stop, Value::None], items.len())?;
    let from = usize::try_from(bounds.start).unwrap_or(0);
    match position(vm, &items[from..from + bounds.len()], item)? {
        Some(place) => Ok(Value::Int(i64::try_from(from + place).unwrap_or(0))),
        None if matches!(given.receiver().plain(), Value::Tuple(_)) => Err(Raised::value_error("tuple.index(x): x not in tuple")),
        None => {
            let text = vm.repr(item)?;
            Err(Raised::value_error(format!("{text} is not in list")))
        }
    }
}

pub(super) fn count(vm: &mut Vm<'_>, items: &[Value], item: &Value) -> Given {
    let mut count = 0;
    for candidate in items {
        count += i64::from(vm.equal(candidate, item)?);
    }
    Ok(Value::Int(count))
}
