//! What is there without an import: functions, classes, methods of the built-in types.

mod bytes;
mod classes;
mod dicts;
mod functions;
mod generators;
mod lists;
mod numbers;
mod objects;
mod sets;
mod sorting;
mod strings;
mod tuples;

use super::class::Class;
use super::class::Type;
use super::function::Binding;
use super::function::Builtin;
use super::host::Arguments;
use super::machine::Vm;
use super::raised::Raised;
use super::types;
use super::value::Value;
use std::rc::Rc;

pub(super) use classes::construct;
pub(super) use objects::OF_DIAGNOSTICS;
pub(super) use objects::OF_VALUES;
pub(super) use sorting::sort_values;

/// A function of ours.
pub(super) type Run = fn(&mut Vm<'_>, Arguments) -> Result<Value, Raised>;

/// What a function of ours gives.
pub(super) type Given = Result<Value, Raised>;

pub(super) const fn function(name: &'static str, run: Run) -> Builtin {
    Builtin { name, binding: Binding::Static, run }
}

pub(super) const fn method(name: &'static str, run: Run) -> Builtin {
    Builtin { name, binding: Binding::Method, run }
}

pub(super) const fn class_method(name: &'static str, run: Run) -> Builtin {
    Builtin { name, binding: Binding::ClassMethod, run }
}

pub(super) const fn property(name: &'static str, run: Run) -> Builtin {
    Builtin { name, binding: Binding::Property, run }
}

/// Classes that have a name without an import.
const CLASSES: &[&str] = &[
    "object",
    "int",
    "float",
    "bool",
    "str",
    "bytes",
    "list",
    "tuple",
    "dict",
    "set",
    "frozenset",
    "range",
    "slice",
    "type",
    "super",
    "property",
    "staticmethod",
    "classmethod",
    "enumerate",
    "zip",
    "map",
    "filter",
    "reversed",
];

/// A built-in by name.
pub(super) fn named(name: &str) -> Option<Value> {
    match name {
        "NotImplemented" => return Some(Value::NotImplemented),
        "Ellipsis" => return Some(Value::Ellipsis),
        "__debug__" => return Some(Value::Bool(true)),
        _ => {}
    }
    if let Some(builtin) = functions::TABLE.iter().chain(sorting::TABLE).find(|builtin| builtin.name == name) {
        return Some(Value::Builtin(builtin));
    }
    let class = types::named(name)?;
    (class.is_exception() || CLASSES.contains(&name)).then_some(Value::Class(class))
}

/// All names of built-ins.
pub(super) fn names() -> Vec<&'static str> {
    let functions = functions::TABLE.iter().chain(sorting::TABLE).map(|builtin| builtin.name);
    functions.chain(CLASSES.iter().copied()).chain(types::exception_names()).collect()
}

/// The methods of a built-in type.
pub(super) fn methods(kind: Type) -> Vec<&'static Builtin> {
    let tables: &[&'static [Builtin]] = match kind {
        Type::Object => &[objects::TABLE],
        Type::Int => &[numbers::INT],
        Type::Float => &[numbers::FLOAT],
        Type::Str => &[strings::TABLE, strings::MORE],
        Type::Bytes => &[bytes::TABLE],
        Type::List => &[lists::TABLE],
        Type::Tuple => &[tuples::TABLE],
        Type::Range => &[tuples::RANGE],
        Type::Dict => &[dicts::TABLE],
        Type::Set => &[sets::COMMON, sets::CHANGING],
        Type::FrozenSet => &[sets::COMMON],
        Type::Generator => &[generators::TABLE, generators::ITERATOR],
        Type::Iterator | Type::Enumerate | Type::Zip | Type::Map | Type::Filter | Type::Reversed => &[generators::ITERATOR],
        Type::BaseException => &[objects::EXCEPTION],
        Type::DateTime => &[super::module::datetime::DATETIME],
        Type::Date => &[super::module::datetime::DATE],
        Type::TimeDelta => &[super::module::datetime::TIMEDELTA],
        Type::TimeZone => &[super::module::datetime::TIMEZONE],
        _ => &[],
    };
    tables.iter().flat_map(|table| table.iter()).collect()
}

impl Arguments {
    /// An argument that must be there.
    pub(super) fn need(&mut self, function: &str, place: usize, name: &str) -> Given {
        self.take(place, name)
            .ok_or_else(|| Raised::type_error(format!("{function}() missing required argument '{name}' (pos {})", place + 1)))
    }

    /// The receiver of a method.
    pub(super) fn receiver(&self) -> Value {
        self.positional.first().cloned().unwrap_or(Value::None)
    }

    /// Refuses more than so many positional arguments; a method's receiver is among them, but not counted in the message.
    pub(super) fn at_most(&self, function: &str, most: usize, receiver: bool) -> Result<(), Raised> {
        let extra = usize::from(receiver);
        if self.positional.len() > most + extra {
            let plural = if most == 1 { "" } else { "s" };
            let given = self.positional.len() - extra;
            let message = match most {
                0 => format!("{function}() takes no arguments ({given} given)"),
                _ => format!("{function}() takes at most {most} argument{plural} ({given} given)"),
            };
            return Err(Raised::type_error(message));
        }
        Ok(())
    }

    /// Exactly one positional argument after the receiver.
    pub(super) fn one(&mut self, function: &str) -> Given {
        if self.positional.len() != 2 || !self.keyword.is_empty() {
            let given = self.positional.len().saturating_sub(1) + self.keyword.len();
            return Err(Raised::type_error(format!("{function}() takes exactly one argument ({given} given)")));
        }
        Ok(std::mem::take(&mut self.positional[1]))
    }
}

/// The text of a receiver that is a `str`.
pub(super) fn text_of(value: &Value, function: &str) -> Result<Rc<str>, Raised> {
    match value.plain() {
        Value::Str(text) => Ok(Rc::clone(text)),
        other => Err(Raised::type_error(format!("descriptor '{function}' requires a 'str' object but received a '{}'", other.type_name()))),
    }
}

/// An integer argument.
pub(super) fn integer(value: &Value) -> Result<i64, Raised> {
    value.as_i64().ok_or_else(|| Raised::type_error(format!("'{}' object cannot be interpreted as an integer", value.type_name())))
}

/// Puts the methods of a built-in type into its class.
pub(super) fn fill(class: &Rc<Class>, kind: Type) {
    for builtin in methods(kind) {
        class.set(builtin.name, Value::Builtin(builtin));
    }
}
