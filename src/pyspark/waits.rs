//! What a program waits for, and when it is over.

use super::driver::Driver;
use crate::diag::Result;
use crate::engine::QueryId;
use crate::python::Value;
use crate::world::World;

/// A wait of the program. Times are milliseconds since 1970 on the virtual clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// `query.awaitTermination(timeout)`.
    Query {
        /// Which query.
        id: QueryId,
        /// When it gives up.
        until_ms: Option<i64>,
    },
    /// `spark.streams.awaitAnyTermination(timeout)`.
    Any {
        /// When it gives up.
        until_ms: Option<i64>,
    },
    /// `query.processAllAvailable()`.
    AllAvailable(QueryId),
    /// `time.sleep(seconds)`.
    Sleep {
        /// When it is over.
        until_ms: i64,
    },
}

impl Wait {
    /// When the clock alone ends it.
    pub(super) fn until_ms(self) -> Option<i64> {
        match self {
            Self::Query { until_ms, .. } | Self::Any { until_ms } => until_ms,
            Self::AllAvailable(_) => None,
            Self::Sleep { until_ms } => Some(until_ms),
        }
    }
}

/// How a wait ended; none while it goes on.
pub(super) fn outcome(driver: &Driver, wait: &Wait) -> Option<Result<Value>> {
    let now_ms = driver.world.now_ms();
    let timed_out = |until_ms: Option<i64>| until_ms.is_some_and(|it| it <= now_ms).then_some(Ok(Value::Bool(false)));
    // With a timeout the call says whether the query ended, without one it says nothing.
    let ended = |until_ms: Option<i64>| until_ms.map_or(Value::None, |_| Value::Bool(true));
    match *wait {
        Wait::Sleep { until_ms } => (until_ms <= now_ms).then_some(Ok(Value::None)),
        Wait::Query { id, until_ms } => {
            let query = driver.session.query(id);
            if query.is_active() {
                return timed_out(until_ms);
            }
            Some(query.exception().map_or_else(|| Ok(ended(until_ms)), |it| Err(Box::new(it.clone()))))
        }
        Wait::Any { until_ms } => match driver.session.any_terminated() {
            Some(Ok(())) => Some(Ok(ended(until_ms))),
            Some(Err(error)) => Some(Err(Box::new(error))),
            None => timed_out(until_ms),
        },
        Wait::AllAvailable(id) => {
            let query = driver.session.query(id);
            if let Some(error) = query.exception() {
                return Some(Err(Box::new(error.clone())));
            }
            (!query.is_active() || driver.idle.contains(&id)).then_some(Ok(Value::None))
        }
    }
}
