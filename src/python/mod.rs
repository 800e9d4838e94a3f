//! Python text and its run: ruff's tree, our values, and a resumable evaluator that can wait inside a call.
//!
//! The evaluator knows Python and nothing of Spark. What lies outside (`pyspark`, `time.sleep`) comes in through [`Host`].
//! A host call may answer "wait": the machine then stops with all its frames kept, and goes on when the host says so.

mod attribute;
mod builtin;
mod call;
mod class;
mod code;
mod compare;
mod compile;
mod construct;
mod depth;
mod dict;
mod exception;
mod format;
mod frame;
mod function;
mod host;
mod import;
mod item;
mod iterator;
mod machine;
mod module;

mod moment;
mod names;
mod number;
mod operate;
mod parse;
mod pickled;
mod raised;
mod run;
mod sequence;
mod steps;
mod text;
mod trash;
mod types;
mod value;

#[cfg(test)]
mod tests;

pub use class::{Class, Instance, Type};
pub use depth::too_deep;
pub use dict::{Dict, Set};
pub use function::{Binding, Bound, Builtin, Closure, Function, Native, Wrapper};
pub use host::{Arguments, Host, HostObject, Reply};
pub use iterator::Iter;
pub use machine::{Machine, Status, Vm};
pub use module::Module;
pub use moment::{Date, DateTime, TimeZone};
pub use names::Names;
pub use number::float_repr;
pub use parse::{Program, parse};
pub use pickled::pickled;
pub use raised::{Place, Raised};
pub use sequence::{List, Tuple};
pub use text::bytes_repr;
pub use value::{Range, Value};
