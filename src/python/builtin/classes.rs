//! Calls of built-in classes: `int("7")`, `list(x)`, `range(3)`, `super()`.

use super::Given;
use super::integer;
use crate::python::class::Class;
use crate::python::class::Type;
use crate::python::dict::Dict;
use crate::python::function::Wrapper;
use crate::python::host::Arguments;
use crate::python::iterator::Iter;
use crate::python::machine::Vm;
use crate::python::module::datetime;
use crate::python::names::Names;
use crate::python::number;
use crate::python::operate::bounded;
use crate::python::raised::Raised;
use crate::python::text::str_repr;
use crate::python::value::Range;
use crate::python::value::Value;
use std::rc::Rc;

/// Calls a built-in class.
pub(in crate::python) fn construct(vm: &mut Vm<'_>, class: &Rc<Class>, mut given: Arguments) -> Given {
    let first = given.positional.first().cloned();
    match class.layout {
        Type::Object if first.is_none() => Ok(Value::Instance(crate::python::class::Instance::new(Rc::clone(class)))),
        Type::Bool => match first {
            Some(value) => vm.truth(&value).map(Value::Bool),
            None => Ok(Value::Bool(false)),
        },
        Type::Int => int(vm, given),
        Type::Float => float(vm, first),
        Type::Str => match (first.or_else(|| given.take(0, "object")), given.positional.len()) {
            (None, _) => Ok(Value::str("")),
            (Some(Value::Bytes(bytes)), 2..) => Ok(Value::from(String::from_utf8_lossy(&bytes).into_owned())),
            (Some(value), _) => vm.str(&value).map(Value::from),
        },
        Type::Bytes => bytes(vm, given),
        Type::List => match first {
            Some(items) => vm.iterate(&items).map(Value::list),
            None => Ok(Value::list(Vec::new())),
        },
        Type::Tuple => match first {
            Some(tuple @ Value::Tuple(_)) => Ok(tuple),
            Some(items) => vm.iterate(&items).map(Value::tuple),
            None => Ok(Value::tuple(Vec::new())),
        },
        Type::Dict => {
            let dict = Rc::new(Dict::default());
            if let Some(other) = first {
                if other.entries().is_none() && !vm.is_iterable(&other) {
                    return Err(Raised::type_error(format!("'{}' object is not iterable", other.type_name())));
                }
                vm.dict_update(&dict, &other)?;
            }
            for (name, value) in given.keyword {
                dict.set_plain(Value::from(name), value);
            }
            Ok(Value::Dict(dict))
        }
        Type::Set | Type::FrozenSet => {
            let items = first.unwrap_or_else(|| Value::tuple(Vec::new()));
            vm.make_set(&items, class.layout == Type::FrozenSet)
        }
        Type::Range => range(&given),
        Type::Slice => {
            let mut parts = given.positional;
            if parts.len() == 1 {
                parts.insert(0, Value::None);
            }
            parts.resize(3, Value::None);
            let step = parts.pop().unwrap_or(Value::None);
            let stop = parts.pop().unwrap_or(Value::None);
            let start = parts.pop().unwrap_or(Value::None);
            crate::python::sequence::slice([start, stop, step])
        }
        Type::Type => make_type(vm, given),
        Type::Super => make_super(vm, &given),
        Type::Property => {
            let (getter, setter) = (given.take(0, "fget").unwrap_or(Value::None), given.take(1, "fset").unwrap_or(Value::None));
            Ok(Value::Wrapper(Rc::new(Wrapper::Property(getter, setter))))
        }
        Type::StaticMethod => Ok(Value::Wrapper(Rc::new(Wrapper::Static(given.need("staticmethod", 0, "function")?)))),
        Type::ClassMethod => Ok(Value::Wrapper(Rc::new(Wrapper::Class(given.need("classmethod", 0, "function")?)))),
        Type::Enumerate | Type::Zip | Type::Map | Type::Filter | Type::Reversed => lazy(vm, class.layout, given),
        Type::DateTime | Type::Date | Type::TimeDelta | Type::TimeZone => datetime::construct(vm, class.layout, given),
        Type::NoneType => Ok(Value::None),
        _ => Err(Raised::type_error(format!("cannot create '{}' instances", class.name))),
    }
}

fn int(vm: &mut Vm<'_>, mut given: Arguments) -> Given {
    let Some(value) = given.take(0, "x") else { return Ok(Value::Int(0)) };
    if let Some(base) = given.take(1, "base") {
        let base = u32::try_from(integer(&base)?).unwrap_or(1);
        let Some(text) = value.as_str() else { return Err(Raised::type_error("int() can't convert non-string with explicit base")) };
        if base == 1 || base > 36 {
            return Err(Raised::value_error("int() base must be >= 2 and <= 36, or 0"));
        }
        let wrong = || Raised::value_error(format!("invalid literal for int() with base {base}: {}", str_repr(text)));
        return number::parse_int(text, base).ok_or_else(wrong);
    }
    for name in ["__int__", "__index__", "__trunc__"] {
        if let Some(method) = vm.method_of(&value, name) {
            return vm.call_with(&method, Vec::new());
        }
    }
    match value.plain() {
        Value::Float(float) if float.is_nan() => Err(Raised::value_error("cannot convert float NaN to integer")),
        Value::Float(float) => match number::float_to_big(float.trunc()) {
            Some(whole) => Ok(Value::big(whole)),
            None => Err(Raised::new("OverflowError", "cannot convert float infinity to integer")),
        },
        Value::Str(text) => {
            let wrong = || Raised::value_error(format!("invalid literal for int() with base 10: {}", str_repr(text)));
            number::parse_int(text, 10).ok_or_else(wrong)
        }
        plain @ (Value::Int(_) | Value::Big(_) | Value::Bool(_)) => Ok(Value::big(number::big(plain))),
        _ => {
            let message = format!("int() argument must be a string, a bytes-like object or a real number, not '{}'", value.type_name());
            Err(Raised::type_error(message))
        }
    }
}

fn float(vm: &mut Vm<'_>, value: Option<Value>) -> Given {
    let Some(value) = value else { return Ok(Value::Float(0.0)) };
    if let Some(method) = vm.method_of(&value, "__float__") {
        return vm.call_with(&method, Vec::new());
    }
    match value.plain() {
        Value::Str(text) => {
            let wrong = || Raised::value_error(format!("could not convert string to float: {}", str_repr(text)));
            number::parse_float(text).map(Value::Float).ok_or_else(wrong)
        }
        plain => match plain.as_f64() {
            Some(number) if number.is_infinite() && matches!(plain, Value::Big(_)) => {
                Err(Raised::new("OverflowError", "int too large to convert to float"))
            }
            Some(number) => Ok(Value::Float(number)),
            None => Err(Raised::type_error(format!("float() argument must be a string or a real number, not '{}'", value.type_name()))),
        },
    }
}

fn bytes(vm: &mut Vm<'_>, given: Arguments) -> Given {
    match given.positional.first() {
        None => Ok(Value::bytes(&[])),
        Some(Value::Str(_)) if given.positional.len() < 2 && given.keyword.is_empty() => {
            Err(Raised::type_error("string argument without an encoding"))
        }
        Some(Value::Str(text)) => Ok(Value::bytes(text.as_bytes())),
        Some(Value::Int(count)) => {
            let count = usize::try_from(*count).map_err(|_| Raised::value_error("negative count"))?;
            bounded(count)?;
            Ok(Value::bytes(&vec![0; count]))
        }
        Some(items) => {
            let mut bytes = Vec::new();
            for item in vm.iterate(items)? {
                bytes.push(u8::try_from(integer(&item)?).map_err(|_| Raised::value_error("bytes must be in range(0, 256)"))?);
            }
            Ok(Value::bytes(&bytes))
        }
    }
}

fn range(given: &Arguments) -> Given {
    let numbers = given.positional.iter().map(integer).collect::<Result<Vec<i64>, Raised>>()?;
    let range = match numbers[..] {
        [stop] => Range { start: 0, stop, step: 1 },
        [start, stop] => Range { start, stop, step: 1 },
        [_, _, 0] => return Err(Raised::value_error("range() arg 3 must not be zero")),
        [start, stop, step] => Range { start, stop, step },
        [] => return Err(Raised::type_error("range expected at least 1 argument, got 0")),
        _ => return Err(Raised::type_error(format!("range expected at most 3 arguments, got {}", numbers.len()))),
    };
    Ok(Value::Range(Rc::new(range)))
}

fn make_type(vm: &mut Vm<'_>, given: Arguments) -> Given {
    match &given.positional[..] {
        [Value::Host(object)] => {
            let class = vm.host_class(object.class_name());
            Ok(Value::Class(class))
        }
        [value] => Ok(Value::Class(value.class())),
        [name, bases, names] => {
            let mut namespace = Names::default();
            for (name, value) in names.entries().unwrap_or_default() {
                namespace.set(&Rc::from(name.as_str().unwrap_or("")), value);
            }
            let bases = bases.items().unwrap_or_default();
            let bases = bases.into_iter().filter_map(|base| if let Value::Class(class) = base { Some(class) } else { None }).collect();
            let class = Class::new(name.as_str().unwrap_or(""), "__main__", bases, namespace).map_err(Raised::type_error)?;
            vm.announce(&class, given.keyword)
        }
        _ => Err(Raised::type_error("type() takes 1 or 3 arguments")),
    }
}

fn make_super(vm: &mut Vm<'_>, given: &Arguments) -> Given {
    if let [Value::Class(class), object] = &given.positional[..] {
        return Ok(Value::Wrapper(Rc::new(Wrapper::Super(Rc::clone(class), object.clone()))));
    }
    let frame = vm.frame();
    let class = frame.code.class_cell.map(|cell| frame.cells[cell as usize].borrow().clone());
    match (class, frame.first_argument()) {
        (Some(Value::Class(class)), Some(object)) => Ok(Value::Wrapper(Rc::new(Wrapper::Super(class, object)))),
        (None, _) => Err(Raised::new("RuntimeError", "super(): __class__ cell not found")),
        _ => Err(Raised::new("RuntimeError", "super(): no arguments")),
    }
}

fn lazy(vm: &mut Vm<'_>, kind: Type, mut given: Arguments) -> Given {
    match kind {
        Type::Enumerate => {
            let items = given.need("enumerate", 0, "iterable")?;
            let mut count = given.take(1, "start").map_or(Ok(0), |start| integer(&start))?;
            let iterator = vm.iterator(&items)?;
            Ok(Iter::pull(kind, move |vm| {
                let item = vm.next(&iterator)?;
                count += 1;
                Ok(item.map(|item| Value::tuple(vec![Value::Int(count - 1), item])))
            }))
        }
        Type::Zip => zip(vm, given),
        Type::Map => {
            let function = given.need("map", 0, "func")?;
            let iterators = given.positional[1..].iter().map(|items| vm.iterator(items)).collect::<Result<Vec<_>, _>>()?;
            if iterators.is_empty() {
                return Err(Raised::type_error("map() must have at least two arguments."));
            }
            Ok(Iter::pull(kind, move |vm| {
                let mut items = Vec::new();
                for iterator in &iterators {
                    match vm.next(iterator)? {
                        Some(item) => items.push(item),
                        None => return Ok(None),
                    }
                }
                vm.call_with(&function, items).map(Some)
            }))
        }
        Type::Filter => {
            let (function, items) = (given.need("filter", 0, "function")?, given.need("filter", 1, "iterable")?);
            let iterator = vm.iterator(&items)?;
            Ok(Iter::pull(kind, move |vm| {
                while let Some(item) = vm.next(&iterator)? {
                    let verdict = if function.is_none() { item.clone() } else { vm.call_with(&function, vec![item.clone()])? };
                    if vm.truth(&verdict)? {
                        return Ok(Some(item));
                    }
                }
                Ok(None)
            }))
        }
        _ => {
            let items = given.need("reversed", 0, "sequence")?;
            if let Some(method) = vm.method_of(&items, "__reversed__") {
                return vm.call_with(&method, Vec::new());
            }
            if matches!(items.plain(), Value::Set(_))
                || (matches!(items, Value::Iter(_)) && !matches!(&items, Value::Iter(iter) if iter.is_view()))
            {
                return Err(Raised::type_error(format!("'{}' object is not reversible", items.type_name())));
            }
            let mut all = vm.iterate(&items)?;
            all.reverse();
            Ok(Iter::items(all))
        }
    }
}

fn zip(vm: &mut Vm<'_>, mut given: Arguments) -> Given {
    let strict = match given.take(usize::MAX, "strict") {
        Some(strict) => vm.truth(&strict)?,
        None => false,
    };
    let iterators = given.positional.iter().map(|items| vm.iterator(items)).collect::<Result<Vec<_>, _>>()?;
    Ok(Iter::pull(Type::Zip, move |vm| {
        let mut items = Vec::new();
        for (place, iterator) in iterators.iter().enumerate() {
            match vm.next(iterator)? {
                Some(item) => items.push(item),
                None if strict && place > 0 => {
                    let plural = if place == 1 { " " } else { "s 1-" };
                    return Err(Raised::value_error(format!("zip() argument {} is shorter than argument{plural}{place}", place + 1)));
                }
                None => {
                    if strict {
                        for (place, iterator) in iterators.iter().enumerate().skip(1) {
                            if vm.next(iterator)?.is_some() {
                                let plural = if place == 1 { " " } else { "s 1-" };
                                return Err(Raised::value_error(format!(
                                    "zip() argument {} is longer than argument{plural}{place}",
                                    place + 1
                                )));
                            }
                        }
                    }
                    return Ok(None);
                }
            }
        }
        Ok(if items.is_empty() { None } else { Some(Value::tuple(items)) })
    }))
}
