//! `StatefulProcessor`: the class that programs inherit from, and a program's processor as the engine calls it.

use super::arrow_result;
use super::errors;
use super::object::Object;
use super::row::Row;
use super::stateful_handle;
use super::stateful_handle::StateObject;
use super::udf;
use super::values;
use super::worker;
use super::worker::SharedWorker;
use super::worker::Task;
use crate::diag;
use crate::plan::ProcessorRun;
use crate::plan::ProcessorTask;
use crate::plan::StatefulProcessor;
use crate::plan::StatefulProcessorHandle;
use crate::plan::TimerValues;
use crate::plan::ValueRow;
use crate::python::Arguments;
use crate::python::Raised;
use crate::python::Value;
use crate::python::Vm;
use crate::types;
use crate::types::Schema;
use std::rc::Rc;

/// The class `StatefulProcessor`: what a program may leave out.
pub(super) fn class() -> Value {
    let made = Value::new_class("StatefulProcessor", "pyspark.sql.streaming.stateful_processor", &[]);
    if let Value::Class(class) = &made {
        class.set("handleExpiredTimer", Value::native("handleExpiredTimer", |_, _| Ok(Value::list(Vec::new()))));
        class.set("handleInitialState", Value::native("handleInitialState", |_, _| Ok(Value::None)));
        class.set("close", Value::native("close", |_, _| Ok(Value::None)));
    }
    made
}

/// A program's processor, with what goes in and out of it.
#[derive(Debug)]
pub(super) struct PythonProcessor {
    /// The object, as it was copied when the frame was made.
    object: Value,
    key: Schema,
    input: Schema,
    initial: Schema,
    output: Schema,
    worker: SharedWorker,
}

/// The schemas of a processor: its grouping key, its input, its initial state, its output.
#[derive(Debug)]
pub(super) struct Schemas {
    /// The grouping key.
    pub key: Schema,
    /// The input rows.
    pub input: Schema,
    /// The initial state's rows.
    pub initial: Schema,
    /// What it yields.
    pub output: Schema,
}

impl PythonProcessor {
    /// The processor as it is now.
    ///
    /// # Errors
    /// What cannot be copied.
    pub(super) fn new(object: &Value, schemas: Schemas, worker: &SharedWorker) -> Result<Self, Raised> {
        let Schemas { key, input, initial, output } = schemas;
        Ok(Self { object: worker::sent(object)?, key, input, initial, output, worker: Rc::clone(worker) })
    }
}

impl StatefulProcessor for PythonProcessor {
    fn start(&self, task: ProcessorTask) -> diag::Result<Box<dyn ProcessorRun>> {
        let task = Task { now_ms: task.now_ms, seed: task.seed };
        let mut worker = self.worker.borrow_mut();
        let object = worker.run(task, None, |_| worker::sent(&self.object)).map_err(|error| udf::raised_in_worker(&error))?;
        let schemas =
            Schemas { key: self.key.clone(), input: self.input.clone(), initial: self.initial.clone(), output: self.output.clone() };
        Ok(Box::new(Run { object, schemas, worker: Rc::clone(&self.worker), task }))
    }
}

/// A processor in one batch.
struct Run {
    object: Value,
    schemas: Schemas,
    worker: SharedWorker,
    task: Task,
}

impl Run {
    /// Calls a method; `after` looks at what it returned while Python still runs.
    fn call<T>(
        &self,
        handle: &mut dyn StatefulProcessorHandle,
        method: &'static str,
        arguments: impl FnOnce(&mut Vm<'_>) -> Result<Arguments, Raised>,
        after: impl FnOnce(&mut Vm<'_>, Value) -> Result<T, Raised>,
    ) -> diag::Result<T> {
        let result = self.worker.borrow_mut().run(self.task, Some(handle), |vm| {
            let function = vm.attribute(&self.object, method)?;
            let arguments = arguments(vm)?;
            let value = vm.call(&function, arguments)?;
            after(vm, value)
        });
        result.map_err(|error| udf::raised_in_worker(&error))
    }

    fn rows_of(&self, vm: &mut Vm<'_>, yielded: &Value) -> Result<Vec<ValueRow>, Raised> {
        let rows = vm.iterate(yielded)?;
        rows.iter().map(|row| output_row(vm, row, &self.schemas.output)).collect()
    }
}

impl ProcessorRun for Run {
    fn init(&mut self, handle: &mut dyn StatefulProcessorHandle) -> diag::Result<()> {
        let given = |_: &mut Vm<'_>| Ok(Arguments::of(vec![Object::State(StateObject::Handle).value()]));
        self.call(handle, "init", given, |_, _| Ok(()))
    }

    fn input_rows(
        &mut self,
        handle: &mut dyn StatefulProcessorHandle,
        key: &[types::Value],
        rows: Vec<ValueRow>,
        times: TimerValues,
    ) -> diag::Result<Vec<ValueRow>> {
        let key = key_of(key, &self.schemas.key);
        let rows = Value::iterator(rows.iter().map(|row| row_of(row, &self.schemas.input)).collect());
        let given = |_: &mut Vm<'_>| Ok(Arguments::of(vec![key, rows, Object::State(StateObject::Times(times)).value()]));
        self.call(handle, "handleInputRows", given, |vm, yielded| self.rows_of(vm, &yielded))
    }

    fn initial_state(
        &mut self,
        handle: &mut dyn StatefulProcessorHandle,
        key: &[types::Value],
        row: ValueRow,
        times: TimerValues,
    ) -> diag::Result<()> {
        let (key, row) = (key_of(key, &self.schemas.key), row_of(&row, &self.schemas.initial));
        let given = |_: &mut Vm<'_>| Ok(Arguments::of(vec![key, row, Object::State(StateObject::Times(times)).value()]));
        self.call(handle, "handleInitialState", given, |_, _| Ok(()))
    }

    fn expired_timer(
        &mut self,
        handle: &mut dyn StatefulProcessorHandle,
        key: &[types::Value],
        times: TimerValues,
        expiry_ms: i64,
    ) -> diag::Result<Vec<ValueRow>> {
        // The key of a timer comes from the state, as a row.
        let key = stateful_handle::row_from_state(key, &self.schemas.key);
        let (times, expired) = (Object::State(StateObject::Times(times)).value(), Object::State(StateObject::Expired(expiry_ms)).value());
        let keyword = vec![("key".to_owned(), key), ("timerValues".to_owned(), times), ("expiredTimerInfo".to_owned(), expired)];
        let given = |_: &mut Vm<'_>| Ok(Arguments { positional: Vec::new(), keyword });
        self.call(handle, "handleExpiredTimer", given, |vm, yielded| self.rows_of(vm, &yielded))
    }

    fn close(&mut self, handle: &mut dyn StatefulProcessorHandle) -> diag::Result<()> {
        self.call(handle, "close", |_| Ok(Arguments::default()), |_, _| Ok(()))
    }
}

/// A grouping key as a tuple.
fn key_of(key: &[types::Value], schema: &Schema) -> Value {
    Value::tuple(key.iter().zip(&schema.fields).map(|(value, field)| values::to_python_by_arrow(value, &field.data_type)).collect())
}

/// An input row.
fn row_of(row: &[types::Value], schema: &Schema) -> Value {
    let names = Some(schema.fields.iter().map(|field| field.name.clone()).collect());
    let values = row.iter().zip(&schema.fields).map(|(value, field)| values::to_python_by_arrow(value, &field.data_type)).collect();
    Object::Row(Row { names, values }).value()
}

/// A yielded row by the names of its fields, as PyArrow reads it; a name that it lacks is null.
fn output_row(vm: &mut Vm<'_>, row: &Value, schema: &Schema) -> Result<ValueRow, Raised> {
    let Some(Object::Row(row)) = Object::of(row) else { return Err(Raised::no_attribute(&errors::type_name(row), "asDict")) };
    let fields = row.as_dict(true)?;
    let value = |field: &types::Field| {
        let value = match &fields {
            Value::Dict(dict) => dict.get_str(&field.name).unwrap_or(Value::None),
            _ => Value::None,
        };
        arrow_result::of_row(vm, &value, &field.data_type)
    };
    schema.fields.iter().map(value).collect()
}
