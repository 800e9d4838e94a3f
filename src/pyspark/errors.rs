//! PySpark's own errors: raised in Python before Spark is asked, with a condition and a text of their own and no SQLSTATE.

use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::python::Value;

/// Each line a condition of PySpark's `error-conditions.json` and its text, parameters in angle brackets.
const CONDITIONS: &str = include_str!("conditions.txt");

/// What there is in `pyspark.errors`: each class with its bases.
const CLASSES: &[(&str, &[&str])] = &[
    ("PySparkException", &["Exception"]),
    ("AnalysisException", &["PySparkException"]),
    ("TempTableAlreadyExistsException", &["AnalysisException"]),
    ("ParseException", &["AnalysisException"]),
    ("IllegalArgumentException", &["PySparkException"]),
    ("StreamingQueryException", &["PySparkException"]),
    ("QueryExecutionException", &["PySparkException"]),
    ("SparkRuntimeException", &["PySparkException"]),
    ("SparkUpgradeException", &["PySparkException"]),
    ("SparkNoSuchElementException", &["PySparkException"]),
    ("PythonException", &["PySparkException"]),
    ("UnknownException", &["PySparkException"]),
    ("UnsupportedOperationException", &["PySparkException"]),
    ("ArithmeticException", &["PySparkException"]),
    ("ArrayIndexOutOfBoundsException", &["PySparkException"]),
    ("DateTimeException", &["PySparkException"]),
    ("NumberFormatException", &["IllegalArgumentException"]),
    ("SessionNotSameException", &["PySparkException"]),
    ("StreamingPythonRunnerInitializationException", &["PySparkException"]),
    ("PickleException", &["PySparkException"]),
    ("PySparkValueError", &["PySparkException", "ValueError"]),
    ("PySparkTypeError", &["PySparkException", "TypeError"]),
    ("PySparkIndexError", &["PySparkException", "IndexError"]),
    ("PySparkAttributeError", &["PySparkException", "AttributeError"]),
    ("PySparkRuntimeError", &["PySparkException", "RuntimeError"]),
    ("PySparkAssertionError", &["PySparkException", "AssertionError"]),
    ("PySparkNotImplementedError", &["PySparkException", "NotImplementedError"]),
    ("PySparkPicklingError", &["PySparkException"]),
    ("PySparkKeyError", &["PySparkException", "KeyError"]),
    ("PySparkImportError", &["PySparkException", "ImportError"]),
    ("Py4JJavaError", &["Exception"]),
];

/// The Python classes of `pyspark.errors`, made once a session.
#[derive(Default)]
pub(super) struct ErrorClasses {
    made: Vec<(&'static str, Value)>,
}

impl ErrorClasses {
    /// The class of this name; none where PySpark has no such exception.
    pub(super) fn get(&mut self, name: &str) -> Option<Value> {
        if let Some(found) = self.made.iter().find(|it| it.0 == name) {
            return Some(found.1.clone());
        }
        let (name, bases) = CLASSES.iter().find(|it| it.0 == name)?;
        let bases: Vec<Value> =
            bases.iter().filter_map(|base| self.get(base).or_else(|| crate::python::Class::builtin(base).map(Value::Class))).collect();
        let class = Value::new_class(name, "pyspark.errors.exceptions.base", &bases);
        if *name == "PySparkException" {
            add_methods(&class);
        }
        self.made.push((name, class.clone()));
        Some(class)
    }

    /// All names, for `from pyspark.errors import *`.
    pub(super) fn names() -> Vec<String> {
        CLASSES.iter().map(|it| it.0.to_owned()).filter(|it| it != "Py4JJavaError").collect()
    }
}

/// `getCondition`, `getErrorClass`, `getMessage`, `getSqlState`.
fn add_methods(class: &Value) {
    let Value::Class(class) = class else { return };
    let method = |name: &str, read: fn(&Diagnostic) -> Option<String>| {
        let run = move |_: &mut crate::python::Vm<'_>, arguments: crate::python::Arguments| {
            let Some(Value::Instance(instance)) = arguments.positional.first() else { return Ok(Value::None) };
            Ok(instance.diagnostic.borrow().as_ref().and_then(|it| read(it)).into())
        };
        class.set(name, Value::native(name, run));
    };
    method("getCondition", |it| it.condition.clone());
    method("getErrorClass", |it| it.condition.clone());
    method("getMessage", |it| Some(it.message.clone()));
    method("getSqlState", |it| {
        let known = match it.condition.as_deref() {
            Some("PYTHON_EXCEPTION") => Some("38000".to_owned()),
            // The text may end in the state of the cause.
            Some("STREAM_FAILED") => Some("XXKST".to_owned()),
            _ => None,
        };
        let text = it.condition.as_ref().map(|_| &it.message)?;
        known.or_else(|| text.rsplit_once("SQLSTATE: ").map(|it| it.1.chars().take(5).collect()))
    });
}

/// Whether PySpark has an exception class of this name.
pub(super) fn is_own(name: &str) -> bool {
    CLASSES.iter().any(|class| class.0 == name)
}

/// A PySpark error of this class (`PySparkTypeError`, ...) with a condition and its parameters.
pub(super) fn error(class: &str, condition: &str, parameters: &[(&str, &str)]) -> Box<Diagnostic> {
    let template = CONDITIONS.lines().find_map(|line| line.strip_prefix(condition)?.strip_prefix(' '));
    let mut text = template.unwrap_or_default().to_owned();
    for (name, value) in parameters {
        text = text.replace(&format!("<{name}>"), value);
    }
    Diagnostic::new(Class::Named(class.to_owned()), condition, text, "")
}

/// `NOT_EXPECTED_TYPE`.
pub(super) fn not_expected(name: &str, expected: &str, got: &Value) -> Box<Diagnostic> {
    error("PySparkTypeError", "NOT_EXPECTED_TYPE", &[("arg_name", name), ("expected_type", expected), ("arg_type", &type_name(got))])
}

/// The value of an argument that must be text with something in it.
pub(super) fn non_empty<'a>(name: &str, value: &'a Value) -> Result<&'a str> {
    match value.as_str() {
        Some(text) if !text.trim().is_empty() => Ok(text),
        _ => Err(error("PySparkValueError", "VALUE_NOT_NON_EMPTY_STR", &[("arg_name", name), ("arg_value", &plain_text(value))])),
    }
}

/// Something that Spark knows and Tidemark does not know yet.
pub(super) fn unknown_to_us(what: &str) -> Box<Diagnostic> {
    let text = format!("Tidemark does not know {what} yet.");
    Diagnostic::new(Class::Named("PySparkNotImplementedError".to_owned()), "NOT_IMPLEMENTED", text, "")
        .hint("Spark itself can do this; the playground cannot show it yet.")
}

/// `type(value).__name__`.
pub(super) fn type_name(value: &Value) -> String {
    value.type_name().to_string()
}

/// `str(value)` of a plain value, for messages.
pub(super) fn plain_text(value: &Value) -> String {
    match value {
        Value::None => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => crate::python::float_repr(*number),
        Value::Str(text) => text.to_string(),
        other => format!("{other:?}"),
    }
}
