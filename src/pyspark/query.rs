//! `StreamingQuery` and `StreamingQueryManager`: what a program sees of running queries.

use super::arguments::Call;
use super::driver::Driver;
use super::driver::Wait;
use super::errors;
use super::object::Object;
use super::progress;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::engine::QueryId;
use crate::python::Reply;
use crate::python::Value;
use crate::world::World;

/// A query by its number in the session.
#[derive(Clone, Copy, Debug)]
pub(super) struct QueryHandle {
    /// Its number.
    pub id: QueryId,
}

/// A query as Python sees it.
pub(super) fn value(id: QueryId) -> Value {
    Object::Query(QueryHandle { id }).value()
}

/// An attribute of a query.
pub(super) fn attribute(driver: &mut Driver, handle: QueryHandle, name: &str) -> Result<Value> {
    let query = driver.session.query(handle.id);
    Ok(match name {
        "id" => Value::str(query.id()),
        "runId" => Value::str(query.run_id()),
        "name" => query.name().into(),
        "isActive" => Value::Bool(query.is_active()),
        "lastProgress" => query.last_progress().map_or(Value::None, progress::of_text),
        "recentProgress" => Value::list(query.recent_progress().map(progress::of_text).collect()),
        "status" => {
            let (message, data, active) = query.status();
            Value::dict([
                (Value::str("message"), Value::str(message)),
                (Value::str("isDataAvailable"), Value::Bool(data)),
                (Value::str("isTriggerActive"), Value::Bool(active)),
            ])
        }
        _ => return Err(errors::unknown_to_us(&format!("StreamingQuery.{name}"))),
    })
}

/// A method of a query.
pub(super) fn method(driver: &mut Driver, handle: QueryHandle, name: &str, call: &Call) -> Result<Reply> {
    match name {
        "awaitTermination" => {
            let until_ms = timeout(driver, call, false)?;
            Ok(driver.wait(Wait::Query { id: handle.id, until_ms }))
        }
        "processAllAvailable" => {
            driver.idle.remove(&handle.id);
            Ok(driver.wait(Wait::AllAvailable(handle.id)))
        }
        "stop" => {
            driver.stop(handle.id);
            Ok(Reply::Value(Value::None))
        }
        "exception" => {
            // PySpark makes this object of the cause's text alone: it knows no condition.
            let text = driver.session.query(handle.id).exception_text();
            let made = text.map(|it| driver.exception_value(*Diagnostic::plain(Class::StreamingQuery, it)));
            Ok(Reply::Value(made.unwrap_or(Value::None)))
        }
        "explain" => {
            let ran = driver.session.query(handle.id).next_batch_id() > 0;
            driver.print(if ran { super::frame::NO_PLAN } else { "No physical plan. Waiting for data.\n" });
            Ok(Reply::Value(Value::None))
        }
        _ => Err(errors::unknown_to_us(&format!("StreamingQuery.{name}"))),
    }
}

/// When a wait with a timeout in seconds ends.
fn timeout(driver: &Driver, call: &Call, zero: bool) -> Result<Option<i64>> {
    let Some(value) = call.given("timeout") else { return Ok(None) };
    match value.as_f64().filter(|it| *it > 0.0 || zero && *it >= 0.0) {
        #[allow(clippy::cast_possible_truncation)]
        Some(seconds) => Ok(Some(driver.world.now_ms().saturating_add((seconds * 1000.0) as i64))),
        None => {
            let parameters = [("arg_name", "timeout"), ("arg_value", &errors::type_name(value) as &str)];
            Err(errors::error("PySparkValueError", "VALUE_NOT_POSITIVE", &parameters))
        }
    }
}

/// A method of `spark.streams`.
pub(super) fn manager_method(driver: &mut Driver, name: &str, call: &Call) -> Result<Reply> {
    match name {
        "get" => {
            let id = call.text("id", "str")?;
            let is_uuid = id.len() == 36 && id.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
            if !is_uuid {
                return Err(Diagnostic::plain(Class::IllegalArgument, format!("Invalid UUID string: {id}")));
            }
            Ok(Reply::Value(driver.session.get(id).map_or(Value::None, value)))
        }
        "awaitAnyTermination" => {
            let until_ms = timeout(driver, call, true)?;
            Ok(driver.wait(Wait::Any { until_ms }))
        }
        "resetTerminated" => {
            driver.session.reset_terminated();
            Ok(Reply::Value(Value::None))
        }
        "addListener" => {
            driver.listeners.push(call.get("listener").clone());
            Ok(Reply::Value(Value::None))
        }
        "removeListener" => {
            let gone = call.get("listener").clone();
            driver.listeners.retain(|it| !it.is(&gone));
            Ok(Reply::Value(Value::None))
        }
        _ => Err(errors::unknown_to_us(&format!("StreamingQueryManager.{name}"))),
    }
}
