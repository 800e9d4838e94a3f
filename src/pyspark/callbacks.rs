//! The program's functions that queries call: `foreachBatch`, `foreach`, listeners.

use super::listener;
use super::playground::Playground;
use super::rows;
use super::udf;
use super::writer::Callback;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::engine::QueryId;
use crate::plan::Frame;
use crate::python::Arguments;
use crate::python::Raised;
use crate::python::Value;

impl Playground {
    /// Calls the `foreachBatch` or `foreach` function of a query.
    pub(super) fn call_back(&mut self, id: QueryId, frame: &Frame, batch_id: u64) -> crate::diag::Result<()> {
        match self.driver.callbacks.get(&id).cloned() {
            Some(Callback::Batch(function)) => {
                let batch = Value::Int(i64::try_from(batch_id).unwrap_or(i64::MAX));
                let arguments = Arguments::of(vec![super::frame::value(frame.clone()), batch]);
                self.machine
                    .call(&mut self.driver, &function, arguments)
                    .map(|_| ())
                    .map_err(|raised| raised_in_proxy(&raised.diagnostic()))
            }
            Some(Callback::Row(function)) => {
                self.each_row(&function, frame, batch_id).map_err(|raised| udf::raised_in_worker(&raised.diagnostic()))
            }
            None => Ok(()),
        }
    }

    /// `foreach`: a function for each row, or an object with `open`, `process` and `close`.
    fn each_row(&mut self, function: &Value, frame: &Frame, batch_id: u64) -> Result<(), Raised> {
        let given = rows::collect(&mut self.driver, frame)?;
        let method = |name: &str| match function {
            Value::Instance(instance) => instance.class.lookup(name),
            _ => None,
        };
        let Some(process) = method("process") else {
            for row in given {
                self.machine.call(&mut self.driver, function, Arguments::of(vec![row]))?;
            }
            return Ok(());
        };
        let mut wanted = true;
        if let Some(open) = method("open") {
            let epoch = Value::Int(i64::try_from(batch_id).unwrap_or(i64::MAX));
            let answer = self.machine.call(&mut self.driver, &open, Arguments::of(vec![function.clone(), Value::Int(0), epoch]))?;
            wanted = answer.as_bool().unwrap_or(!answer.is_none());
        }
        let mut outcome = Ok(());
        for row in given.into_iter().filter(|_| wanted) {
            outcome = self.machine.call(&mut self.driver, &process, Arguments::of(vec![function.clone(), row])).map(|_| ());
            if outcome.is_err() {
                break;
            }
        }
        if let Some(close) = method("close") {
            let error = match &outcome {
                Ok(()) => Value::None,
                Err(raised) => self.driver.exception_value(*raised.diagnostic()),
            };
            self.machine.call(&mut self.driver, &close, Arguments::of(vec![function.clone(), error]))?;
        }
        outcome
    }

    /// Tells the listeners what happened; what they raise goes no further, as in Spark.
    pub(super) fn tell_listeners(&mut self) {
        let events = std::mem::take(&mut self.driver.events);
        for event in &events {
            for listener in self.driver.listeners.clone() {
                if let Some(call) = listener::call_of(&listener, event) {
                    let (function, arguments) = listener::split(call);
                    let _ = self.machine.call(&mut self.driver, &function, arguments);
                }
            }
        }
    }
}

/// What Spark makes of an exception of a `foreachBatch` function.
fn raised_in_proxy(error: &Diagnostic) -> Box<Diagnostic> {
    let text = format!(
        "An error occurred in the user provided function in foreach batch sink. Reason: An exception was raised by the Python Proxy. Return Message:\n{}{error}",
        package_of(&error.class)
    );
    Diagnostic::new(Class::StreamingQuery, "FOREACH_BATCH_USER_FUNCTION_ERROR", text, "")
}

/// The package in which Python's traceback names an exception: PySpark's, py4j's, or none for Python's own and the program's.
fn package_of(class: &Class) -> &'static str {
    let captured = "pyspark.errors.exceptions.captured.";
    match class {
        Class::Analysis | Class::Parse | Class::IllegalArgument | Class::StreamingQuery => captured,
        Class::Named(name) if name.starts_with("PySpark") => "pyspark.errors.exceptions.base.",
        Class::Named(name) if name == "Py4JJavaError" => "py4j.protocol.",
        Class::Named(name) if CAPTURED.contains(&name.as_str()) => captured,
        Class::Named(_) => "",
    }
}

/// The JVM's exceptions that PySpark has classes for, those with a class of their own here left away.
const CAPTURED: &[&str] = &[
    "ArithmeticException",
    "ArrayIndexOutOfBoundsException",
    "DateTimeException",
    "NumberFormatException",
    "PythonException",
    "QueryExecutionException",
    "SparkNoSuchElementException",
    "SparkRuntimeException",
    "SparkUpgradeException",
    "TempTableAlreadyExistsException",
    "UnknownException",
    "UnsupportedOperationException",
];
