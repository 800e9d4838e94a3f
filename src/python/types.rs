//! The built-in classes, made once a thread: their names, bases, methods.

use super::class::Class;
use super::class::Type;
use super::value::Value;
use std::collections::BTreeMap;
use std::rc::Rc;

struct Types {
    by_kind: BTreeMap<Type, Rc<Class>>,
    by_name: BTreeMap<&'static str, Rc<Class>>,
}

thread_local! {
    static TYPES: Types = Types::new();
}

/// The class of a built-in type.
pub(super) fn class_of(kind: Type) -> Rc<Class> {
    TYPES.with(|types| Rc::clone(&types.by_kind[&kind]))
}

/// A built-in class by name.
pub(super) fn named(name: &str) -> Option<Rc<Class>> {
    TYPES.with(|types| types.by_name.get(name).cloned())
}

/// What every object has.
pub(super) fn object_attribute(name: &str) -> Option<Value> {
    TYPES.with(|types| types.by_kind[&Type::Object].attributes.borrow().get(name).cloned())
}

/// The names of all built-in exceptions.
pub(super) fn exception_names() -> Vec<&'static str> {
    std::iter::once("BaseException").chain(EXCEPTIONS.iter().map(|(name, _)| *name)).collect()
}

const KINDS: &[(&str, Type)] = &[
    ("object", Type::Object),
    ("NoneType", Type::NoneType),
    ("int", Type::Int),
    ("float", Type::Float),
    ("str", Type::Str),
    ("bytes", Type::Bytes),
    ("ellipsis", Type::Ellipsis),
    ("NotImplementedType", Type::NotImplemented),
    ("list", Type::List),
    ("tuple", Type::Tuple),
    ("dict", Type::Dict),
    ("set", Type::Set),
    ("frozenset", Type::FrozenSet),
    ("range", Type::Range),
    ("slice", Type::Slice),
    ("function", Type::Function),
    ("builtin_function_or_method", Type::BuiltinFunction),
    ("method", Type::Method),
    ("property", Type::Property),
    ("staticmethod", Type::StaticMethod),
    ("classmethod", Type::ClassMethod),
    ("super", Type::Super),
    ("type", Type::Type),
    ("module", Type::Module),
    ("iterator", Type::Iterator),
    ("generator", Type::Generator),
    ("date", Type::Date),
    ("timedelta", Type::TimeDelta),
    ("timezone", Type::TimeZone),
    ("enumerate", Type::Enumerate),
    ("zip", Type::Zip),
    ("map", Type::Map),
    ("filter", Type::Filter),
    ("reversed", Type::Reversed),
    ("BaseException", Type::BaseException),
    ("dict_keys", Type::DictKeys),
    ("dict_values", Type::DictValues),
    ("dict_items", Type::DictItems),
];

/// Exceptions: name and base.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("Exception", "BaseException"),
    ("KeyboardInterrupt", "BaseException"),
    ("SystemExit", "BaseException"),
    ("GeneratorExit", "BaseException"),
    ("ArithmeticError", "Exception"),
    ("OverflowError", "ArithmeticError"),
    ("ZeroDivisionError", "ArithmeticError"),
    ("FloatingPointError", "ArithmeticError"),
    ("AssertionError", "Exception"),
    ("AttributeError", "Exception"),
    ("EOFError", "Exception"),
    ("ImportError", "Exception"),
    ("ModuleNotFoundError", "ImportError"),
    ("LookupError", "Exception"),
    ("IndexError", "LookupError"),
    ("KeyError", "LookupError"),
    ("MemoryError", "Exception"),
    ("NameError", "Exception"),
    ("UnboundLocalError", "NameError"),
    ("OSError", "Exception"),
    ("FileNotFoundError", "OSError"),
    ("FileExistsError", "OSError"),
    ("PermissionError", "OSError"),
    ("TimeoutError", "OSError"),
    ("ConnectionError", "OSError"),
    ("RuntimeError", "Exception"),
    ("NotImplementedError", "RuntimeError"),
    ("RecursionError", "RuntimeError"),
    ("StopIteration", "Exception"),
    ("StopAsyncIteration", "Exception"),
    ("SyntaxError", "Exception"),
    ("IndentationError", "SyntaxError"),
    ("SystemError", "Exception"),
    ("TypeError", "Exception"),
    ("ValueError", "Exception"),
    ("UnicodeError", "ValueError"),
    ("UnicodeDecodeError", "UnicodeError"),
    ("UnicodeEncodeError", "UnicodeError"),
    ("Warning", "Exception"),
    ("UserWarning", "Warning"),
    ("DeprecationWarning", "Warning"),
    ("FutureWarning", "Warning"),
    ("RuntimeWarning", "Warning"),
];

impl Types {
    fn new() -> Self {
        let mut types = Self { by_kind: BTreeMap::new(), by_name: BTreeMap::new() };
        for (name, kind) in KINDS {
            types.add(name, Some(*kind), Class::new_builtin(name, Vec::new(), *kind));
        }
        types.derive("bool", Type::Bool, Type::Int);
        types.derive("datetime", Type::DateTime, Type::Date);
        for (name, base) in EXCEPTIONS {
            let base = Rc::clone(&types.by_name[base]);
            types.add(name, None, Class::new_builtin(name, vec![base], Type::BaseException));
        }
        let os_error = Rc::clone(&types.by_name["OSError"]);
        types.by_name.insert("IOError", Rc::clone(&os_error));
        types.by_name.insert("EnvironmentError", os_error);
        for (kind, class) in &types.by_kind {
            super::builtin::fill(class, *kind);
        }
        types.by_kind[&Type::TimeZone].set("utc", Value::TimeZone(super::moment::TimeZone::utc()));
        types
    }

    fn derive(&mut self, name: &'static str, kind: Type, base: Type) {
        let base = Rc::clone(&self.by_kind[&base]);
        self.add(name, Some(kind), Class::new_builtin(name, vec![base], kind));
    }

    fn add(&mut self, name: &'static str, kind: Option<Type>, class: Class) {
        let class = Rc::new(class);
        if let Some(kind) = kind {
            self.by_kind.insert(kind, Rc::clone(&class));
        }
        self.by_name.insert(name, class);
    }
}
