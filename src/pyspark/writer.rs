//! `DataStreamWriter`: how a query is to run, and its start.

use super::arguments;
use super::arguments::Call;
use super::errors;
use super::options;
use super::options::Options;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::engine::QueryStart;
use crate::engine::SinkKind;
use crate::engine::Trigger;
use crate::plan::Frame;
use crate::plan::OutputMode;
use crate::python::Value;
use crate::types::interval;
use std::cell::RefCell;

/// A writer as far as the program has filled it in.
#[derive(Clone, Debug)]
pub(super) struct StreamWriter {
    frame: Frame,
    format: Option<String>,
    mode: Option<OutputMode>,
    name: Option<String>,
    trigger: Trigger,
    options: Options,
    partition_by: Vec<String>,
    function: Option<Callback>,
}

/// The program's function that gets the rows.
#[derive(Clone, Debug)]
pub(super) enum Callback {
    /// `foreachBatch(function)`: the frame and the batch's number.
    Batch(Value),
    /// `foreach(function or object)`: each row.
    Row(Value),
}

impl StreamWriter {
    /// A writer with Spark's defaults.
    pub(super) fn new(frame: Frame) -> Self {
        Self {
            frame,
            format: None,
            mode: None,
            name: None,
            trigger: Trigger::Default,
            options: Options::default(),
            partition_by: Vec::new(),
            function: None,
        }
    }

    /// What a sink of functions refuses before all else.
    ///
    /// # Errors
    /// `foreachBatch` with a continuous trigger.
    pub(super) fn check(&self) -> Result<()> {
        match (&self.function, self.trigger) {
            (Some(Callback::Batch(_)), Trigger::Continuous(_)) => {
                Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1195", "'foreachBatch' is not supported with continuous trigger.", ""))
            }
            _ => Ok(()),
        }
    }

    /// What `start` or `toTable` asks of the session, and the function to call.
    pub(super) fn query(&self, table: Option<&str>, default_format: &str, recording: bool) -> (QueryStart, Option<Callback>) {
        let format = self.format.clone().unwrap_or_else(|| default_format.to_owned());
        let sink = match (table, &self.function) {
            (Some(table), _) => SinkKind::Table { name: super::values::parts(table), format: self.format.clone() },
            (None, Some(Callback::Batch(_))) => SinkKind::ForeachBatch,
            (None, Some(Callback::Row(_))) => SinkKind::Foreach,
            (None, None) if recording && format.eq_ignore_ascii_case("memory") && self.options.get("path").is_none() => SinkKind::Recording,
            (None, None) => SinkKind::Format(format),
        };
        let start = QueryStart {
            frame: self.frame.clone(),
            name: self.name.clone(),
            mode: self.mode.unwrap_or(OutputMode::Append),
            trigger: self.trigger,
            sink,
            options: self.options.to_vec(),
            partition_by: self.partition_by.clone(),
        };
        (start, self.function.clone())
    }
}

/// A method that changes the writer; `start` and `toTable` first set what they are given.
pub(super) fn method(writer: &RefCell<StreamWriter>, name: &str, call: &Call) -> Result<()> {
    let mut writer = writer.borrow_mut();
    match name {
        "format" => writer.format = Some(call.text("source", "str")?.to_owned()),
        "outputMode" => writer.mode = Some(mode(call.get("outputMode"))?),
        "queryName" => writer.name = Some(errors::non_empty("queryName", call.get("queryName"))?.to_owned()),
        "option" => writer.options.set(&options::text(call.get("key")), call.get("value")),
        "options" => call.keywords.iter().for_each(|(key, value)| writer.options.set(key, value)),
        "partitionBy" => writer.partition_by = text_columns(&call.rest)?,
        "trigger" => writer.trigger = trigger(call)?,
        "foreachBatch" => {
            writer.function = Some(Callback::Batch(call.get("func").clone()));
            writer.format = None;
        }
        "foreach" => writer.function = Some(Callback::Row(row_function(call.get("f"))?)),
        "start" | "toTable" => finish(&mut writer, call)?,
        _ => return Err(errors::unknown_to_us(&format!("DataStreamWriter.{name}"))),
    }
    Ok(())
}

fn finish(writer: &mut StreamWriter, call: &Call) -> Result<()> {
    call.keywords.iter().for_each(|(key, value)| writer.options.set(key, value));
    if let Some(value) = call.given("outputMode") {
        writer.mode = Some(mode(value)?);
    }
    if let Some(value) = call.given("partitionBy") {
        writer.partition_by = text_columns(std::slice::from_ref(value))?;
    }
    if let Some(format) = call.optional_text("format")? {
        writer.format = Some(format.to_owned());
    }
    if let Some(name) = call.given("queryName") {
        writer.name = Some(errors::non_empty("queryName", name)?.to_owned());
    }
    if let Some(path) = call.optional_text("path")? {
        writer.options.set_text("path", path.to_owned());
    }
    Ok(())
}

fn text_columns(values: &[Value]) -> Result<Vec<String>> {
    let spread = arguments::spread(values);
    spread.iter().map(|it| it.as_str().map(str::to_owned).ok_or_else(|| errors::not_expected("cols", "str", it))).collect()
}

/// An output mode by its name, in any case.
pub(super) fn mode(value: &Value) -> Result<OutputMode> {
    let name = errors::non_empty("outputMode", value)?;
    match name.to_lowercase().as_str() {
        "append" => Ok(OutputMode::Append),
        "update" => Ok(OutputMode::Update),
        "complete" => Ok(OutputMode::Complete),
        _ => {
            let text = format!("Invalid streaming output mode: {name}. Accepted output modes are 'Append', 'Complete', 'Update'.");
            Err(Diagnostic::new(Class::IllegalArgument, "STREAMING_OUTPUT_MODE.INVALID", text, "42KDE"))
        }
    }
}

/// The trigger that a call asks for.
fn trigger(call: &Call) -> Result<Trigger> {
    let kinds = ["processingTime", "once", "continuous", "availableNow", "realTime"];
    let given: Vec<&str> = kinds.into_iter().filter(|it| call.given(it).is_some()).collect();
    let [kind] = given.as_slice() else { return Err(errors::error("PySparkValueError", "ONLY_ALLOW_SINGLE_TRIGGER", &[])) };
    let text = || errors::non_empty(kind, call.get(kind));
    match *kind {
        "processingTime" => Ok(Trigger::ProcessingTime(interval_ms(text()?, "interval of trigger")?)),
        "continuous" => Ok(Trigger::Continuous(interval_ms(text()?, "interval of trigger")?)),
        "realTime" => Ok(Trigger::RealTime(interval_ms(text()?, "batch duration")?)),
        _ if call.get(kind).as_bool() != Some(true) => {
            Err(errors::error("PySparkValueError", "VALUE_NOT_ALLOWED", &[("arg_name", kind), ("allowed_values", "[True]")]))
        }
        "once" => Ok(Trigger::Once),
        _ => Ok(Trigger::AvailableNow),
    }
}

/// A trigger's interval in milliseconds; `what` names it where it is negative.
fn interval_ms(text: &str, what: &str) -> Result<i64> {
    let text = text.trim();
    let refused =
        |error: interval::IntervalError| Diagnostic::new(Class::IllegalArgument, &error.condition, error.text, interval::SQL_STATE);
    let parsed = interval::parse(text).map_err(refused)?;
    if parsed.months != 0 {
        let text = format!("Doesn't support month or year interval: {text}");
        return Err(Diagnostic::new(Class::IllegalArgument, "_LEGACY_ERROR_TEMP_3262", text, ""));
    }
    let micros = parsed.fixed_micros().unwrap_or_default();
    if micros < 0 {
        return Err(Diagnostic::plain(Class::IllegalArgument, format!("requirement failed: the {what} should not be negative")));
    }
    Ok(micros / 1000)
}

/// What `foreach` takes: a function, or an object with `process`.
fn row_function(value: &Value) -> Result<Value> {
    let is_function = match value {
        Value::Instance(instance) => ["__call__", "process"].iter().any(|it| instance.class.lookup_without_object(it).is_some()),
        Value::Host(_) => false,
        other => other.is_callable(),
    };
    if is_function {
        return Ok(value.clone());
    }
    Err(errors::error("PySparkAttributeError", "ATTRIBUTE_NOT_CALLABLE", &[("attr_name", "process"), ("obj_name", "f")]))
}
