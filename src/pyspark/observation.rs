//! `Observation`: the metrics of a batch frame's first action.

use super::driver::Driver;
use super::errors;
use super::frame;
use super::object::Object;
use super::row::Row;
use super::values;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::Expr;
use crate::operator::Observed;
use crate::plan::Frame;
use crate::python::Value;
use crate::world::World;
use std::cell::RefCell;

/// An `Observation`.
#[derive(Debug)]
pub(super) struct Observation {
    name: Option<String>,
    /// The frame that is observed with it, and under which name.
    of: RefCell<Option<(u64, String)>>,
}

impl Observation {
    /// `Observation(name)`.
    pub(super) fn new(name: Option<&Value>) -> Result<Self> {
        let name = match name.filter(|it| !it.is_none()) {
            None => None,
            Some(given) => Some(given.as_str().ok_or_else(|| errors::not_expected("name", "str", given))?.to_owned()),
        };
        if name.as_deref() == Some("") {
            return Err(errors::error("PySparkValueError", "VALUE_NOT_NON_EMPTY_STR", &[("arg_name", "name"), ("arg_value", "")]));
        }
        Ok(Self { name, of: RefCell::new(None) })
    }

    /// `observation.get`.
    pub(super) fn metrics(&self, driver: &Driver) -> Result<Value> {
        let of = self.of.borrow();
        let Some(key) = of.as_ref() else { return Err(errors::error("PySparkAssertionError", "NO_OBSERVE_BEFORE_GET", &[])) };
        let Some(observed) = driver.session.observed(key) else {
            // DIFFERENCE: Spark waits for ever, as there is nobody here who could still run the action.
            let text = "Observation.get waits for the first action on the observed DataFrame, and there was none.";
            return Err(Diagnostic::plain(Class::Named("RuntimeError".to_owned()), text));
        };
        row(observed).as_dict(false)
    }

    fn observe(&self, driver: &mut Driver, observed: &Frame, metrics: Vec<Expr>) -> Result<Frame> {
        if self.of.borrow().is_some() {
            return Err(errors::error("PySparkAssertionError", "REUSE_OBSERVATION", &[]));
        }
        let name = self.name.clone().unwrap_or_else(|| driver.world.next_uuid());
        *self.of.borrow_mut() = Some((observed.id, name.clone()));
        if observed.is_streaming() {
            let text = "Observation does not support streaming Datasets.This is because there will be multiple observed metrics as microbatches are constructed. Please register a StreamingQueryListener and get the metric for each microbatch in QueryProgressEvent.progress, or use query.lastProgress or query.recentProgress.";
            return Err(Diagnostic::plain(Class::IllegalArgument, text));
        }
        observed.observe(&name, metrics)
    }
}

/// `df.observe(observation, *exprs)`.
pub(super) fn observe(driver: &mut Driver, observed: &Frame, observation: &Value, metrics: &[Value]) -> Result<Value> {
    if metrics.is_empty() {
        return Err(errors::error("PySparkValueError", "CANNOT_BE_EMPTY", &[("item", "exprs")]));
    }
    let columns = metrics.iter().map(|it| match Object::of(it) {
        Some(Object::Column(expr)) => Ok(expr.clone()),
        _ => Err(errors::not_expected("exprs", "list[Column]", &Value::tuple(Vec::new()))),
    });
    let columns = columns.collect::<Result<Vec<_>>>()?;
    Ok(frame::value(match (Object::of(observation), observation.as_str()) {
        (Some(Object::Observation(it)), _) => it.observe(driver, observed, columns)?,
        (_, Some(name)) => observed.observe(name, columns)?,
        _ => return Err(errors::not_expected("observation", "Observation or str", observation)),
    }))
}

/// Observed metrics as a row.
pub(super) fn row(observed: &Observed) -> Row {
    let fields = observed.schema.fields.iter();
    let values = observed.values.iter().zip(fields.clone()).map(|(value, field)| values::to_python(value, &field.data_type));
    Row { names: Some(fields.map(|field| field.name.clone()).collect()), values: values.collect() }
}
