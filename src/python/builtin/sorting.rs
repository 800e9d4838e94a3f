//! Order: `sorted`, `min`, `max`. Comparisons may run the program's code, so the sort is ours: a merge sort, stable.

use super::Given;
use super::function;
use crate::python::function::Builtin;
use crate::python::host::Arguments;
use crate::python::machine::Vm;
use crate::python::raised::Raised;
use crate::python::value::Value;

pub(super) static TABLE: &[Builtin] = &[
    function("sorted", |vm, mut given| {
        let items = given.need("sorted", 0, "iterable")?;
        let items = vm.iterate(&items)?;
        let (key, reverse) = order_of(vm, &mut given)?;
        sort_values(vm, items, &key, reverse).map(Value::list)
    }),
    function("min", |vm, given| extreme(vm, given, "min")),
    function("max", |vm, given| extreme(vm, given, "max")),
];

/// The `key` and `reverse` of a sort.
pub(super) fn order_of(vm: &mut Vm<'_>, given: &mut Arguments) -> Result<(Value, bool), Raised> {
    let key = given.take(usize::MAX, "key").unwrap_or(Value::None);
    let reverse = match given.take(usize::MAX, "reverse") {
        Some(reverse) => vm.truth(&reverse)?,
        None => false,
    };
    if let Some((name, _)) = given.keyword.first() {
        return Err(Raised::type_error(format!("sort() got an unexpected keyword argument '{name}'")));
    }
    Ok((key, reverse))
}

/// Sorts, stably, by `key` unless it is `None`.
pub(in crate::python) fn sort_values(vm: &mut Vm<'_>, items: Vec<Value>, key: &Value, reverse: bool) -> Result<Vec<Value>, Raised> {
    let mut keyed = Vec::with_capacity(items.len());
    for item in items {
        let key = if key.is_none() { item.clone() } else { vm.call_with(key, vec![item.clone()])? };
        keyed.push((key, item));
    }
    if reverse {
        keyed.reverse();
    }
    let mut sorted = merge_sort(vm, keyed)?;
    if reverse {
        sorted.reverse();
    }
    Ok(sorted.into_iter().map(|(_, item)| item).collect())
}

fn merge_sort(vm: &mut Vm<'_>, mut items: Vec<(Value, Value)>) -> Result<Vec<(Value, Value)>, Raised> {
    if items.len() < 2 {
        return Ok(items);
    }
    vm.spend(items.len() as u64)?;
    let right = items.split_off(items.len() / 2);
    let left = merge_sort(vm, items)?;
    let right = merge_sort(vm, right)?;
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some((a, _)), Some((b, _))) = (left.peek(), right.peek()) {
        if vm.less(b, a)? { merged.extend(right.next()) } else { merged.extend(left.next()) }
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}

fn extreme(vm: &mut Vm<'_>, mut given: Arguments, name: &str) -> Given {
    let key = given.take(usize::MAX, "key").unwrap_or(Value::None);
    let default = given.take(usize::MAX, "default");
    let items = match &given.positional[..] {
        [] => return Err(Raised::type_error(format!("{name} expected at least 1 argument, got 0"))),
        [one] => vm.iterate(one)?,
        many => many.to_vec(),
    };
    let mut best: Option<(Value, Value)> = None;
    for item in items {
        let measure = if key.is_none() { item.clone() } else { vm.call_with(&key, vec![item.clone()])? };
        let better = match &best {
            None => true,
            Some((known, _)) if name == "min" => vm.less(&measure, known)?,
            Some((known, _)) => vm.compare(ruff_python_ast::CmpOp::Gt, &measure, known)?.as_bool() == Some(true),
        };
        if better {
            best = Some((measure, item));
        }
    }
    match (best, default) {
        (Some((_, item)), _) => Ok(item),
        (None, Some(default)) => Ok(default),
        (None, None) => Err(Raised::value_error(format!("{name}() arg is an empty sequence"))),
    }
}
