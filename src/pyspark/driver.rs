//! The driver: the session, the world around it, and what Python may do with them. The host of the program's machine.

use super::errors::ErrorClasses;
use super::listener;
use super::object::Object;
use super::processor;
use super::query;
use super::waits;
use super::worker::SharedWorker;
use super::worker::Worker;
use super::writer::Callback;
use crate::diag::Diagnostic;
use crate::engine::QueryId;
use crate::engine::QueryStart;
use crate::engine::Session;
use crate::engine::metastore;
use crate::python::Instance;
use crate::python::Raised;
use crate::python::Reply;
use crate::python::Value;
use crate::world::Simulated;
use crate::world::World;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::rc::Rc;

pub(super) use super::waits::Wait;

/// A piece of what the driver printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Printed {
    /// `print`, `show()`, `printSchema()`: Python's standard output.
    Program(String),
    /// The console sink: the JVM's standard output.
    Console(String),
}

/// A call that waits for a Python function to return.
pub(super) enum Pending {
    /// `transform(column, lambda)` and its kin.
    Lambdas(super::functions::Lambdas, usize),
    /// `df.transform(function)`: the result must be a frame.
    Transform,
    /// `column.transform(function)`.
    Pass,
    /// `df.foreach(function)`: the rows still to be given to it, the last one first.
    Each(Value, Vec<Value>),
    /// Listeners still to be told, and what the call returns in the end.
    Listeners(Vec<(Value, Value)>, Value),
}

/// The driver.
pub(super) struct Driver {
    /// Settings, views, queries.
    pub session: Session,
    /// Everything outside.
    pub world: Simulated,
    /// Queries that found nothing to do since the last time something came.
    pub idle: BTreeSet<QueryId>,
    /// The functions of `foreachBatch` and `foreach`, by query.
    pub callbacks: BTreeMap<QueryId, Callback>,
    /// What the queries' `start` asked for, in the order of starts.
    pub started: Vec<QueryStart>,
    /// `StreamingQueryListener`s.
    pub listeners: Vec<Value>,
    /// Events that listeners have not seen yet.
    pub events: Vec<listener::Event>,
    /// Whether `format("memory")` records batches instead of filling a table, as for case files.
    pub recording: bool,
    /// Waits of the program, by token.
    pub waits: BTreeMap<u64, Wait>,
    /// Calls that wait for Python, by token.
    pub pending: BTreeMap<u64, Pending>,
    next_token: u64,
    printed: Vec<Printed>,
    errors: Rc<RefCell<ErrorClasses>>,
    /// The process in which UDFs and stateful processors run.
    pub worker: SharedWorker,
    session_object: Value,
    listener_class: Option<Value>,
    processor_class: Option<Value>,
}

impl Driver {
    /// A fresh session in a world.
    pub(super) fn new(world: Simulated) -> Self {
        let errors = Rc::<RefCell<ErrorClasses>>::default();
        Self {
            session: Session::new(),
            world,
            idle: BTreeSet::new(),
            callbacks: BTreeMap::new(),
            started: Vec::new(),
            listeners: Vec::new(),
            events: Vec::new(),
            recording: false,
            waits: BTreeMap::new(),
            pending: BTreeMap::new(),
            next_token: 1,
            printed: Vec::new(),
            worker: Worker::new(Rc::clone(&errors)),
            errors,
            session_object: Object::Session.value(),
            listener_class: None,
            processor_class: None,
        }
    }

    /// The program dies: queries, views, tables in memory and names are lost. The world stays.
    pub(super) fn forget(&mut self) {
        let conf: Vec<(String, String)> = self.session.conf().all().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let packages = self.session.packages();
        self.forget_tables();
        self.session = Session::new();
        self.session.set_packages(packages);
        for (key, value) in conf {
            self.session.set_conf(key, value);
        }
        self.idle.clear();
        self.callbacks.clear();
        self.started.clear();
        self.listeners.clear();
        self.events.clear();
        self.waits.clear();
        self.pending.clear();
    }

    /// A catalog in memory goes with the driver; the recorder of cases drops the tables as well.
    fn forget_tables(&mut self) {
        let disk = self.world.disk_mut();
        if self.recording {
            for table in metastore::all(disk) {
                metastore::remove(disk, &table);
            }
        } else if self.session.conf().get("spark.sql.catalogImplementation") == Some("in-memory") {
            metastore::forget(disk);
        }
    }

    /// The `spark` object.
    pub(super) fn session_value(&self) -> Value {
        self.session_object.clone()
    }

    /// `StreamingQueryListener`.
    pub(super) fn listener_class(&mut self) -> Value {
        self.listener_class.get_or_insert_with(listener::class).clone()
    }

    /// A class that Python code may inherit from or catch.
    pub(super) fn class(&mut self, name: &str) -> Option<Value> {
        match name {
            "StreamingQueryListener" => Some(self.listener_class()),
            "StatefulProcessor" => Some(self.processor_class.get_or_insert_with(processor::class).clone()),
            _ => self.error_class(name),
        }
    }

    /// A class of `pyspark.errors`.
    pub(super) fn error_class(&mut self, name: &str) -> Option<Value> {
        self.errors.borrow_mut().get(name)
    }

    /// An exception object for what a query died of.
    pub(super) fn exception_value(&mut self, diagnostic: Diagnostic) -> Value {
        let Some(Value::Class(class)) = self.errors.borrow_mut().get(&diagnostic.class.to_string()) else { return Value::None };
        let instance = Instance::new(class);
        instance.set("args", Value::tuple(vec![Value::str(&diagnostic.message)]));
        *instance.diagnostic.borrow_mut() = Some(Box::new(diagnostic));
        Value::Instance(instance)
    }

    /// A number for a wait or a pending call.
    pub(super) fn token(&mut self) -> u64 {
        self.next_token += 1;
        self.next_token
    }

    /// The program waits.
    pub(super) fn wait(&mut self, wait: Wait) -> Reply {
        let token = self.token();
        self.waits.insert(token, wait);
        Reply::Wait(token)
    }

    /// Python's standard output.
    pub(super) fn print(&mut self, text: &str) {
        self.drain_console();
        match self.printed.last_mut() {
            Some(Printed::Program(last)) => last.push_str(text),
            _ => self.printed.push(Printed::Program(text.to_owned())),
        }
    }

    /// Everything printed since the last call, in order.
    pub(super) fn take_printed(&mut self) -> Vec<Printed> {
        self.drain_console();
        std::mem::take(&mut self.printed)
    }

    fn drain_console(&mut self) {
        let text = self.world.take_printed();
        if !text.is_empty() {
            match self.printed.last_mut() {
                Some(Printed::Console(last)) => last.push_str(&text),
                _ => self.printed.push(Printed::Console(text)),
            }
        }
    }

    /// `query.stop()`.
    pub(super) fn stop(&mut self, id: QueryId) {
        if self.session.query(id).is_active() {
            self.session.stop(id);
            self.events.push(listener::Event::terminated(&self.session, id));
        }
        self.idle.remove(&id);
    }

    /// Starts a query; listeners are told before the call returns.
    pub(super) fn start(&mut self, writer: &super::writer::StreamWriter, table: Option<&str>) -> Result<Reply, Raised> {
        writer.check()?;
        let default_format = self.session.conf().get("spark.sql.sources.default").unwrap_or("parquet").to_owned();
        let (start, callback) = writer.query(table, &default_format, self.recording);
        let active = self.session.active();
        let id = self.session.start(&mut self.world, start.clone())?;
        self.started.push(start);
        if let Some(callback) = callback {
            self.callbacks.insert(id, callback);
        }
        // A query that gave way to this one on its checkpoint has ended.
        for gone in active.into_iter().filter(|it| !self.session.query(*it).is_active()) {
            self.events.push(listener::Event::terminated(&self.session, gone));
        }
        let event = listener::Event::started(&self.session, id, self.world.now_ms());
        let told = self.listeners.iter().filter_map(|it| listener::call_of(it, &event)).collect();
        self.tell_next(told, query::value(id))
    }

    /// Calls the next listener, or returns.
    pub(super) fn tell_next(&mut self, mut told: Vec<(Value, Value)>, result: Value) -> Result<Reply, Raised> {
        if told.is_empty() {
            return Ok(Reply::Value(result));
        }
        let (function, arguments) = listener::split(told.remove(0));
        let token = self.token();
        self.pending.insert(token, Pending::Listeners(told, result));
        Ok(Reply::Call { function, arguments, token })
    }

    /// Whether a wait is over, and with what.
    pub(super) fn poll_wait(&mut self, token: u64) -> Option<Result<Value, Raised>> {
        let outcome = match self.waits.get(&token) {
            Some(wait) => waits::outcome(self, wait)?,
            None => Ok(Value::None),
        };
        self.waits.remove(&token);
        Some(outcome.map_err(Raised::from))
    }

    /// The rows of an object as PySpark's own.
    pub(super) fn object(value: &Rc<dyn crate::python::HostObject>) -> Option<&Object> {
        value.as_any().downcast_ref::<Object>()
    }
}
