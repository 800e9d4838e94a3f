//! `StreamingQueryListener`: what it is told, and how it is called.

use super::object::Object;
use super::progress;
use crate::engine::BatchReport;
use crate::engine::QueryId;
use crate::engine::Session;
use crate::python::Arguments;
use crate::python::Value;
use crate::types::time;

/// Something that happened to a query.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// The listener's method for it.
    method: &'static str,
    /// The event object.
    object: Value,
}

impl Event {
    /// `onQueryStarted`.
    pub(super) fn started(session: &Session, id: QueryId, now_ms: i64) -> Self {
        let query = session.query(id);
        let attributes = vec![
            ("id", Value::str(query.id())),
            ("runId", Value::str(query.run_id())),
            ("name", query.name().into()),
            ("timestamp", Value::str(time::utc_millis(now_ms))),
        ];
        Self { method: "onQueryStarted", object: Object::Event("QueryStartedEvent", attributes).value() }
    }

    /// `onQueryProgress`.
    pub(super) fn progress(report: &BatchReport) -> Self {
        let attributes = vec![("progress", progress::of_report(report))];
        Self { method: "onQueryProgress", object: Object::Event("QueryProgressEvent", attributes).value() }
    }

    /// `onQueryIdle`, for the trigger of this time.
    pub(super) fn idle(session: &Session, id: QueryId, at_ms: i64) -> Self {
        let query = session.query(id);
        let attributes =
            vec![("id", Value::str(query.id())), ("runId", Value::str(query.run_id())), ("timestamp", Value::str(time::utc_millis(at_ms)))];
        Self { method: "onQueryIdle", object: Object::Event("QueryIdleEvent", attributes).value() }
    }

    /// `onQueryTerminated`.
    pub(super) fn terminated(session: &Session, id: QueryId) -> Self {
        let query = session.query(id);
        let attributes = vec![
            ("id", Value::str(query.id())),
            ("runId", Value::str(query.run_id())),
            ("exception", query.exception().map(|it| it.message.clone()).into()),
            ("errorClassOnException", query.cause().and_then(|it| it.condition.clone()).into()),
        ];
        Self { method: "onQueryTerminated", object: Object::Event("QueryTerminatedEvent", attributes).value() }
    }
}

/// The class that programs inherit from.
pub(super) fn class() -> Value {
    let class = Value::new_class("StreamingQueryListener", "pyspark.sql.streaming.listener", &[]);
    if let Value::Class(class) = &class {
        for method in ["onQueryStarted", "onQueryProgress", "onQueryIdle", "onQueryTerminated"] {
            class.set(method, Value::native(method, |_, _| Ok(Value::None)));
        }
    }
    class
}

/// The function to call on a listener for an event, with its arguments as a tuple; none where it has no such method.
pub(super) fn call_of(listener: &Value, event: &Event) -> Option<(Value, Value)> {
    let Value::Instance(instance) = listener else { return None };
    let function = instance.class.lookup(event.method)?;
    Some((function, Value::tuple(vec![listener.clone(), event.object.clone()])))
}

/// A call of [`call_of`] as the machine takes it.
pub(super) fn split((function, arguments): (Value, Value)) -> (Value, Arguments) {
    (function, Arguments::of(arguments.items().unwrap_or_default()))
}
