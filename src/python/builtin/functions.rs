//! The built-in functions.

use super::Given;
use super::function;
use super::integer;
use crate::python::attribute::instance_dict;
use crate::python::class::Class;
use crate::python::class::Type;
use crate::python::function::Builtin;
use crate::python::host::Arguments;
use crate::python::iterator::Iter;
use crate::python::machine::Vm;
use crate::python::number;
use crate::python::raised::Raised;
use crate::python::text::ascii;
use crate::python::value::Value;
use ruff_python_ast::Operator;
use std::rc::Rc;

pub(super) static TABLE: &[Builtin] = &[
    function("print", print),
    function("len", len),
    function("repr", |vm, mut given| {
        let value = given.need("repr", 0, "obj")?;
        vm.repr(&value).map(Value::from)
    }),
    function("ascii", |vm, mut given| {
        let value = given.need("ascii", 0, "obj")?;
        vm.repr(&value).map(|text| Value::from(ascii(&text)))
    }),
    function("abs", abs),
    function("round", round),
    function("sum", sum),
    function("any", |vm, given| any_all(vm, given, true)),
    function("all", |vm, given| any_all(vm, given, false)),
    function("isinstance", is_instance),
    function("issubclass", is_subclass),
    function("hasattr", has_attribute),
    function("getattr", get_attribute),
    function("setattr", |vm, mut given| {
        let (object, name, value) =
            (given.need("setattr", 0, "obj")?, given.need("setattr", 1, "name")?, given.need("setattr", 2, "value")?);
        vm.set_attribute(&object, name.as_str().unwrap_or(""), value)?;
        Ok(Value::None)
    }),
    function("delattr", |vm, mut given| {
        let (object, name) = (given.need("delattr", 0, "obj")?, given.need("delattr", 1, "name")?);
        vm.delete_attribute(&object, name.as_str().unwrap_or(""))?;
        Ok(Value::None)
    }),
    function("iter", iter),
    function("next", next),
    function("id", |_, mut given| given.need("id", 0, "obj").map(|value| Value::Int(identity(&value)))),
    function("hash", |vm, mut given| {
        let value = given.need("hash", 0, "obj")?;
        match value.plain() {
            Value::Int(number) => Ok(Value::Int(*number)),
            Value::Bool(truth) => Ok(Value::Int(i64::from(*truth))),
            Value::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
                Ok(number::float_to_big(*number).map_or(Value::Int(0), Value::big))
            }
            _ => vm.hash(&value).map(|hash| Value::Int(hash.cast_signed() >> 3)),
        }
    }),
    function("callable", |_, mut given| given.need("callable", 0, "obj").map(|value| Value::Bool(value.is_callable()))),
    function("divmod", |vm, mut given| {
        let (a, b) = (given.need("divmod", 0, "x")?, given.need("divmod", 1, "y")?);
        let quotient = vm.binary(Operator::FloorDiv, &a, &b)?;
        let rest = vm.binary(Operator::Mod, &a, &b)?;
        Ok(Value::tuple(vec![quotient, rest]))
    }),
    function("pow", pow),
    function("ord", |_, mut given| {
        let value = given.need("ord", 0, "c")?;
        let text = value
            .as_str()
            .ok_or_else(|| Raised::type_error(format!("ord() expected string of length 1, but {} found", value.type_name())))?;
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(found), None) => Ok(Value::Int(i64::from(u32::from(found)))),
            _ => Err(Raised::type_error(format!("ord() expected a character, but string of length {} found", text.chars().count()))),
        }
    }),
    function("chr", |_, mut given| {
        let code = integer(&given.need("chr", 0, "i")?)?;
        let found = u32::try_from(code).ok().and_then(char::from_u32);
        found.map(|found| Value::from(found.to_string())).ok_or_else(|| Raised::value_error("chr() arg not in range(0x110000)"))
    }),
    function("hex", |vm, given| radix(vm, given, "#x")),
    function("oct", |vm, given| radix(vm, given, "#o")),
    function("bin", |vm, given| radix(vm, given, "#b")),
    function("format", |vm, mut given| {
        let value = given.need("format", 0, "value")?;
        let spec = given.take(1, "format_spec").unwrap_or_else(|| Value::str(""));
        vm.format(&value, spec.as_str().unwrap_or("")).map(Value::from)
    }),
    function("vars", |vm, mut given| match given.take(0, "object") {
        Some(Value::Instance(instance)) => Ok(instance_dict(&instance)),
        Some(object) => match vm.attribute(&object, "__dict__") {
            Ok(names) => Ok(names),
            Err(_) => Err(Raised::type_error("vars() argument must have __dict__ attribute")),
        },
        None => locals(vm),
    }),
    function("locals", |vm, _| locals(vm)),
    function("globals", |vm, _| {
        let globals = Rc::clone(&vm.machine.globals);
        let names = globals.borrow();
        Ok(Value::dict(names.iter().map(|(name, value)| (Value::Str(Rc::clone(name)), value.clone()))))
    }),
    function("dir", dir),
    function("open", |_, _| Err(refused("open()", "files of the playground are read with spark.read and written with df.write"))),
    function("input", |_, _| Err(refused("input()", "there is nobody to answer while a program runs"))),
    function("eval", |_, _| Err(refused("eval()", "write the expression itself"))),
    function("exec", |_, _| Err(refused("exec()", "write the statements themselves"))),
    function("compile", |_, _| Err(refused("compile()", "write the statements themselves"))),
    function("__import__", |vm, mut given| {
        let name = given.need("__import__", 0, "name")?;
        vm.import_module(name.as_str().unwrap_or(""))
    }),
    function("exit", exit),
    function("quit", exit),
    function("help", |_, _| Ok(Value::None)),
];

fn refused(what: &str, why: &str) -> Raised {
    Raised::new("NotImplementedError", format!("Tidemark does not have {what}: {why}"))
}

fn exit(_: &mut Vm<'_>, given: Arguments) -> Given {
    let Some(class) = Class::builtin("SystemExit") else { return Ok(Value::None) };
    Err(Raised::instance(crate::python::exception::new_exception(class, given.positional)))
}

fn print(vm: &mut Vm<'_>, given: Arguments) -> Given {
    let (mut sep, mut end) = (" ".to_owned(), "\n".to_owned());
    let mut to_file = false;
    for (name, value) in &given.keyword {
        match (name.as_str(), value) {
            ("sep", Value::Str(text)) => sep = text.to_string(),
            ("end", Value::Str(text)) => end = text.to_string(),
            ("sep" | "end", Value::None) | ("flush", _) => {}
            ("sep" | "end", other) => {
                return Err(Raised::type_error(format!("{name} must be None or a string, not {}", other.type_name())));
            }
            ("file", Value::None) => {}
            ("file", file) => {
                to_file = true;
                let mut text = texts(vm, &given.positional, &sep)?;
                text.push_str(&end);
                let write = vm.attribute(file, "write")?;
                vm.call_with(&write, vec![Value::from(text)])?;
            }
            _ => return Err(Raised::type_error(format!("'{name}' is an invalid keyword argument for print()"))),
        }
    }
    if !to_file {
        let mut text = texts(vm, &given.positional, &sep)?;
        text.push_str(&end);
        vm.host.print(&text);
    }
    Ok(Value::None)
}

fn texts(vm: &mut Vm<'_>, values: &[Value], sep: &str) -> Result<String, Raised> {
    let texts = values.iter().map(|value| vm.str(value)).collect::<Result<Vec<_>, _>>()?;
    Ok(texts.join(sep))
}

fn len(vm: &mut Vm<'_>, given: Arguments) -> Given {
    let [value] = &given.positional[..] else {
        return Err(Raised::type_error(format!("len() takes exactly one argument ({} given)", given.positional.len())));
    };
    vm.length(value).map(|length| Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
}

impl Vm<'_> {
    /// `len(value)`.
    ///
    /// # Errors
    /// `TypeError` where it has none.
    pub fn length(&mut self, value: &Value) -> Result<usize, Raised> {
        if let Value::Host(object) = value
            && let Some(length) = self.host.length(object)
        {
            return Ok(length);
        }
        if let Some(method) = self.method_of(value, "__len__") {
            let length = self.call_with(&method, Vec::new())?;
            return match length.as_i64() {
                Some(length) if length < 0 => Err(Raised::value_error("__len__() should return >= 0")),
                Some(length) => Ok(usize::try_from(length).unwrap_or(usize::MAX)),
                None => Err(Raised::type_error(format!("'{}' object cannot be interpreted as an integer", length.type_name()))),
            };
        }
        Ok(match value.plain() {
            Value::Str(text) => text.chars().count(),
            Value::Bytes(bytes) => bytes.len(),
            Value::List(list) => list.len(),
            Value::Tuple(tuple) => tuple.len(),
            Value::Dict(dict) => dict.len(),
            Value::Set(set) => set.len(),
            Value::Range(range) => range.len(),
            Value::Iter(iter) if iter.is_view() => iter.view_len(),
            Value::Class(class) if class.members().is_some() => class.members().map_or(0, |members| members.len()),
            _ => return Err(Raised::type_error(format!("object of type '{}' has no len()", value.type_name()))),
        })
    }
}

fn abs(vm: &mut Vm<'_>, mut given: Arguments) -> Given {
    let value = given.need("abs", 0, "x")?;
    if let Some(method) = vm.method_of(&value, "__abs__") {
        return vm.call_with(&method, Vec::new());
    }
    Ok(match value.plain() {
        Value::Float(number) => Value::Float(number.abs()),
        Value::TimeDelta(micros) => Value::TimeDelta(micros.abs()),
        number if crate::python::compare::is_number(number) => Value::big(number::big(number).magnitude().clone().into()),
        other => return Err(Raised::type_error(format!("bad operand type for abs(): '{}'", other.type_name()))),
    })
}

fn round(vm: &mut Vm<'_>, mut given: Arguments) -> Given {
    let value = given.need("round", 0, "number")?;
    let digits = given.take(1, "ndigits").unwrap_or(Value::None);
    if let Some(method) = vm.method_of(&value, "__round__") {
        return vm.call_with(&method, if digits.is_none() { Vec::new() } else { vec![digits] });
    }
    match (value.plain(), &digits) {
        (Value::Float(number), Value::None) => match number::float_to_big(number::round_half_even(*number)) {
            Some(whole) => Ok(Value::big(whole)),
            None if number.is_nan() => Err(Raised::value_error("cannot convert float NaN to integer")),
            None => Err(Raised::new("OverflowError", "cannot convert float infinity to integer")),
        },
        (Value::Float(number), digits) => Ok(Value::Float(round_to(*number, integer(digits)?))),
        (whole @ (Value::Int(_) | Value::Big(_) | Value::Bool(_)), digits) => match digits.as_i64() {
            Some(digits) if digits < 0 && digits > -40 => {
                let unit = num_bigint::BigInt::from(10).pow(u32::try_from(-digits).unwrap_or(0));
                let (number, half) = (number::big(whole), &unit / 2);
                let floor = number::binary(Operator::FloorDiv, whole, &Value::big(unit.clone()))?;
                let rest = &number - number::big(&floor) * &unit;
                let odd = (number::big(&floor) % 2) != num_bigint::BigInt::from(0);
                let up = rest > half || (rest == half && odd);
                Ok(Value::big((number::big(&floor) + i32::from(up)) * unit))
            }
            _ => Ok(Value::big(number::big(whole))),
        },
        (other, _) => Err(Raised::type_error(format!("type {} doesn't define __round__ method", other.type_name()))),
    }
}

/// Rounds to so many decimals as CPython does: by the shortest exact decimal, halves (in binary there are few) to even.
fn round_to(number: f64, digits: i64) -> f64 {
    if !number.is_finite() || digits > 300 {
        return number;
    }
    if digits >= 0 {
        let digits = usize::try_from(digits).unwrap_or(0);
        return format!("{number:.digits$}").parse().unwrap_or(number);
    }
    let unit = 10f64.powi(i32::try_from(-digits).unwrap_or(i32::MAX));
    if unit.is_infinite() {
        return 0.0f64.copysign(number);
    }
    number::round_half_even(number / unit) * unit
}

fn sum(vm: &mut Vm<'_>, mut given: Arguments) -> Given {
    let items = given.need("sum", 0, "iterable")?;
    let mut total = given.take(1, "start").unwrap_or(Value::Int(0));
    if total.as_str().is_some() {
        return Err(Raised::type_error("sum() can't sum strings [use ''.join(seq) instead]"));
    }
    let iterator = vm.iterator(&items)?;
    while let Some(item) = vm.next(&iterator)? {
        total = vm.binary(Operator::Add, &total, &item)?;
    }
    Ok(total)
}

fn any_all(vm: &mut Vm<'_>, mut given: Arguments, wanted: bool) -> Given {
    let items = given.need(if wanted { "any" } else { "all" }, 0, "iterable")?;
    let iterator = vm.iterator(&items)?;
    while let Some(item) = vm.next(&iterator)? {
        if vm.truth(&item)? == wanted {
            return Ok(Value::Bool(wanted));
        }
    }
    Ok(Value::Bool(!wanted))
}

fn is_instance(vm: &mut Vm<'_>, mut given: Arguments) -> Given {
    let (object, class) = (given.need("isinstance", 0, "obj")?, given.need("isinstance", 1, "class_or_tuple")?);
    instance_of(vm, &object, &class).map(Value::Bool)
}

fn instance_of(vm: &mut Vm<'_>, object: &Value, class: &Value) -> Result<bool, Raised> {
    match class {
        Value::Class(class) => {
            Ok(object.is_instance(class) || (matches!(object, Value::Class(_)) && class.builtin && class.layout == Type::Type))
        }
        Value::Tuple(classes) => {
            vm.descend()?;
            let mut found = Ok(false);
            for class in classes.iter() {
                found = instance_of(vm, object, class);
                if !matches!(found, Ok(false)) {
                    break;
                }
            }
            vm.ascend();
            found
        }
        Value::None => Ok(object.is_none()),
        Value::Host(host_class) => {
            let name = host_class.class_name();
            Ok(matches!(object, Value::Host(object) if object.class_name() == name || object.base_names().contains(&name)))
        }
        _ => Err(Raised::type_error("isinstance() arg 2 must be a type, a tuple of types, or a union")),
    }
}

fn is_subclass(_: &mut Vm<'_>, mut given: Arguments) -> Given {
    let (class, wanted) = (given.need("issubclass", 0, "cls")?, given.need("issubclass", 1, "class_or_tuple")?);
    let Value::Class(class) = &class else { return Err(Raised::type_error("issubclass() arg 1 must be a class")) };
    let classes = if let Value::Tuple(classes) = &wanted { classes.to_vec() } else { vec![wanted.clone()] };
    let mut found = false;
    for wanted in classes {
        let Value::Class(wanted) = &wanted else {
            return Err(Raised::type_error("issubclass() arg 2 must be a class, a tuple of classes, or a union"));
        };
        found |= class.is_subclass(wanted);
    }
    Ok(Value::Bool(found))
}

fn has_attribute(vm: &mut Vm<'_>, mut given: Arguments) -> Given {
    let (object, name) = (given.need("hasattr", 0, "obj")?, given.need("hasattr", 1, "name")?);
    match vm.find_attribute(&object, name.as_str().unwrap_or("")) {
        Ok(found) => Ok(Value::Bool(found.is_some())),
        Err(raised) if raised.is("AttributeError") || raised.class_name().ends_with("AttributeError") => Ok(Value::Bool(false)),
        Err(raised) => Err(raised),
    }
}

fn get_attribute(vm: &mut Vm<'_>, mut given: Arguments) -> Given {
    let (object, name) = (given.need("getattr", 0, "obj")?, given.need("getattr", 1, "name")?);
    let Some(name) = name.as_str() else {
        return Err(Raised::type_error(format!("attribute name must be string, not '{}'", name.type_name())));
    };
    match (vm.attribute(&object, name), given.take(2, "default")) {
        (Err(raised), Some(default)) if raised.is("AttributeError") || raised.class_name().ends_with("AttributeError") => Ok(default),
        (result, _) => result,
    }
}

fn iter(vm: &mut Vm<'_>, mut given: Arguments) -> Given {
    let value = given.need("iter", 0, "object")?;
    match given.take(1, "sentinel") {
        None => vm.iterator(&value),
        Some(sentinel) => Ok(Iter::pull(Type::Iterator, move |vm| {
            let item = vm.call_with(&value, Vec::new())?;
            Ok(if vm.equal(&item, &sentinel)? { None } else { Some(item) })
        })),
    }
}

fn next(vm: &mut Vm<'_>, mut given: Arguments) -> Given {
    let iterator = given.need("next", 0, "iterator")?;
    let is_view = matches!(&iterator, Value::Iter(iter) if iter.is_view());
    if is_view || (!matches!(iterator, Value::Iter(_)) && vm.method_of(&iterator, "__next__").is_none()) {
        return Err(Raised::type_error(format!("'{}' object is not an iterator", iterator.type_name())));
    }
    match (vm.next(&iterator)?, given.take(1, "default")) {
        (Some(item), _) => Ok(item),
        (None, Some(default)) => Ok(default),
        (None, None) => Err(super::generators::stop_iteration(&iterator)),
    }
}

fn identity(value: &Value) -> i64 {
    let pointer = match value {
        Value::Instance(instance) => return i64::try_from(instance.serial * 16 + (1 << 30)).unwrap_or(0),
        Value::Int(number) => return number.wrapping_mul(32).wrapping_add(1 << 31),
        Value::List(list) => Rc::as_ptr(list) as usize,
        Value::Dict(dict) => Rc::as_ptr(dict) as usize,
        Value::Set(set) => Rc::as_ptr(set) as usize,
        Value::Tuple(tuple) => Rc::as_ptr(tuple) as usize,
        Value::Function(function) => Rc::as_ptr(function) as usize,
        Value::Class(class) => Rc::as_ptr(class) as usize,
        Value::Host(object) => Rc::as_ptr(object).cast::<()>() as usize,
        Value::Str(text) => text.bytes().fold(7u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) as usize,
        _ => 4096,
    };
    i64::try_from(pointer).unwrap_or(0)
}

fn pow(vm: &mut Vm<'_>, mut given: Arguments) -> Given {
    let (base, exponent) = (given.need("pow", 0, "base")?, given.need("pow", 1, "exp")?);
    match given.take(2, "mod") {
        None | Some(Value::None) => vm.binary(Operator::Pow, &base, &exponent),
        Some(modulus) => {
            let (base, exponent, modulus) = (number::big(&base), number::big(&exponent), number::big(&modulus));
            if modulus == num_bigint::BigInt::from(0) {
                return Err(Raised::value_error("pow() 3rd argument cannot be 0"));
            }
            if exponent.sign() == num_bigint::Sign::Minus {
                return Err(Raised::value_error("Tidemark does not know pow() with a negative exponent and a modulus yet"));
            }
            Ok(Value::big(base.modpow(&exponent, &modulus)))
        }
    }
}

fn radix(vm: &mut Vm<'_>, mut given: Arguments, spec: &str) -> Given {
    let value = given.need("hex", 0, "number")?;
    if !matches!(value.plain(), Value::Int(_) | Value::Big(_) | Value::Bool(_)) {
        return Err(Raised::type_error(format!("'{}' object cannot be interpreted as an integer", value.type_name())));
    }
    let whole = Value::big(number::big(value.plain()));
    vm.format(&whole, spec).map(Value::from)
}

fn locals(vm: &mut Vm<'_>) -> Given {
    let frame = vm.frame();
    let names =
        frame.code.locals.iter().zip(&frame.locals).filter(|(name, value)| !name.starts_with('.') && !matches!(value, Value::Unbound));
    let mut entries: Vec<(Value, Value)> = names.map(|(name, value)| (Value::Str(Rc::clone(name)), value.clone())).collect();
    if entries.is_empty() {
        let names = frame.namespace.clone().unwrap_or_else(|| Rc::clone(&frame.globals));
        entries = names.borrow().iter().map(|(name, value)| (Value::Str(Rc::clone(name)), value.clone())).collect();
    }
    Ok(Value::dict(entries))
}

fn dir(vm: &mut Vm<'_>, mut given: Arguments) -> Given {
    let mut names: Vec<String> = match given.take(0, "object") {
        None => locals(vm)?.entries().unwrap_or_default().iter().filter_map(|(name, _)| name.as_str().map(str::to_owned)).collect(),
        Some(object) => {
            let mut names = Vec::new();
            let class = if let Value::Class(class) = &object { Rc::clone(class) } else { object.class() };
            for class in class.order() {
                names.extend(class.attributes.borrow().iter().map(|(name, _)| name.to_string()));
            }
            match &object {
                Value::Instance(instance) => names.extend(instance.attributes.borrow().iter().map(|(name, _)| name.to_string())),
                Value::Module(module) => names = module.names.borrow().iter().map(|(name, _)| name.to_string()).collect(),
                _ => {}
            }
            names
        }
    };
    names.sort();
    names.dedup();
    Ok(Value::list(names.into_iter().map(Value::from).collect()))
}
