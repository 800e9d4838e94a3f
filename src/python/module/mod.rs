//! Modules: what a module is, and those that we have ourselves.

pub(super) mod datetime;
mod json;
mod math;
pub(super) mod random;
mod regex;
mod strftime;
mod time;

use super::builtin;
use super::compile;
use super::frame::Frame;
use super::frame::Then;
use super::machine::Vm;
use super::names::Names;
use super::parse;
use super::raised::Raised;
use super::value::Value;
use std::cell::RefCell;
use std::rc::Rc;

/// A module.
pub struct Module {
    /// Its dotted name.
    pub name: Rc<str>,
    /// What it holds.
    pub names: Rc<RefCell<Names>>,
}

impl Value {
    /// A module of the host's. Names that are not listed are asked for through `Host::import` when they are read.
    #[must_use]
    pub fn module(name: &str, entries: impl IntoIterator<Item = (String, Value)>) -> Value {
        let mut names = Names::default();
        for (name, value) in entries {
            names.set(&Rc::from(name.as_str()), value);
        }
        Value::Module(Rc::new(Module { name: Rc::from(name), names: Rc::new(RefCell::new(names)) }))
    }
}

/// The modules that we have.
pub(super) const NAMES: &[&str] = &[
    "abc",
    "collections",
    "contextlib",
    "copy",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "functools",
    "itertools",
    "json",
    "logging",
    "math",
    "operator",
    "os",
    "random",
    "re",
    "statistics",
    "string",
    "sys",
    "textwrap",
    "time",
    "traceback",
    "typing",
    "uuid",
    "warnings",
    "zoneinfo",
];

/// Modules written in Python.
const SOURCES: &[(&str, &str)] = &[
    ("abc", include_str!("source/abc.py")),
    ("collections", include_str!("source/collections.py")),
    ("collections.abc", include_str!("source/typing.py")),
    ("contextlib", include_str!("source/contextlib.py")),
    ("copy", include_str!("source/copy.py")),
    ("dataclasses", include_str!("source/dataclasses.py")),
    ("enum", include_str!("source/enum.py")),
    ("functools", include_str!("source/functools.py")),
    ("itertools", include_str!("source/itertools.py")),
    ("logging", include_str!("source/logging.py")),
    ("operator", include_str!("source/operator.py")),
    ("os", include_str!("source/os.py")),
    ("os.path", include_str!("source/ospath.py")),
    ("statistics", include_str!("source/statistics.py")),
    ("string", include_str!("source/string.py")),
    ("sys", include_str!("source/sys.py")),
    ("textwrap", include_str!("source/textwrap.py")),
    ("traceback", include_str!("source/traceback.py")),
    ("typing", include_str!("source/typing.py")),
    ("uuid", include_str!("source/uuid.py")),
    ("warnings", include_str!("source/warnings.py")),
];

/// One of our modules by its dotted name.
pub(super) fn own(vm: &mut Vm<'_>, name: &str) -> Result<Option<Value>, Raised> {
    let entries = match name {
        "datetime" => datetime::module(),
        "zoneinfo" => datetime::zone_module(),
        "json" => json::module(),
        "math" => math::module(),
        "random" => random::module(),
        "re" => regex::module(),
        "time" => time::module(),
        "_tidemark" => time::inner_module(),
        _ => {
            let Some((_, source)) = SOURCES.iter().find(|(known, _)| *known == name) else { return Ok(None) };
            return run_source(vm, name, source).map(Some);
        }
    };
    Ok(Some(Value::module(name, entries)))
}

fn run_source(vm: &mut Vm<'_>, name: &str, source: &str) -> Result<Value, Raised> {
    let code = compile::compile(&parse::parse(source), true).map_err(Raised::from)?;
    let module = Value::module(name, [("__name__".to_owned(), Value::str(name))]);
    if let Value::Module(module) = &module {
        vm.enter(Frame::new(&code, &module.names, &[], Then::Leave))?;
        vm.run_nested()?;
    }
    Ok(module)
}

/// An entry of a module: a function of ours.
fn entry(builtin: &'static super::function::Builtin) -> (String, Value) {
    (builtin.name.to_owned(), Value::Builtin(builtin))
}

/// A number argument.
fn float(value: &Value) -> Result<f64, Raised> {
    value.as_f64().ok_or_else(|| Raised::type_error(format!("must be real number, not {}", value.type_name())))
}

use builtin::function;
