//! `GroupedData`: what `groupBy` returns.

use super::arguments::Call;
use super::driver::Driver;
use super::errors;
use super::frame;
use super::object::Object;
use super::processor::PythonProcessor;
use super::processor::Schemas;
use super::types_module;
use super::udf;
use super::values;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::Expr;
use crate::plan::Frame;
use crate::plan::GroupBy;
use crate::plan::Processor;
use crate::plan::StateSpec;
use crate::plan::TimeMode;
use crate::python::Raised;
use crate::python::Value;
use crate::sql::ddl;
use crate::types;
use crate::types::DataType;
use crate::types::Schema;
use std::rc::Rc;

/// A frame with its grouping keys.
#[derive(Clone, Debug)]
pub(super) struct Grouped {
    /// The frame.
    pub frame: Frame,
    /// The keys; none for `df.agg`.
    pub keys: Vec<Expr>,
    /// The grouping sets of `rollup` and `cube`.
    pub sets: Option<Vec<Vec<bool>>>,
    /// `pivot(column, values)`.
    pub pivot: Option<(Expr, Option<Vec<types::Value>>)>,
}

impl Grouped {
    /// Grouping without pivot.
    pub(super) fn new(frame: Frame, keys: Vec<Expr>) -> Self {
        Self { frame, keys, sets: None, pivot: None }
    }

    /// What to group by.
    fn by(&self) -> GroupBy {
        GroupBy { keys: self.keys.clone(), sets: self.sets.clone() }
    }
}

/// `transformWithState(...)`.
pub(super) fn transform_with_state(driver: &Driver, grouped: &Grouped, call: &Call) -> std::result::Result<Value, Raised> {
    let output = match call.get("outputStructType").as_str() {
        Some(text) => ddl::parse_schema(text)?,
        None => match types_module::data_type_of(call.get("outputStructType")) {
            Some(DataType::Struct(fields)) => Schema { fields },
            _ => return Err(errors::not_expected("outputStructType", "StructType or str", call.get("outputStructType")).into()),
        },
    };
    let keyed = grouped.frame.keyed(&grouped.keys)?;
    let initial = match call.given("initialState") {
        None => None,
        Some(value) => match Object::of(value) {
            Some(Object::Grouped(initial)) => Some(initial.frame.keyed(&initial.keys)?),
            _ => return Err(Raised::new("AssertionError", "")),
        },
    };
    let schemas = Schemas {
        key: keyed.key_schema(),
        input: keyed.frame.schema(),
        initial: initial.as_ref().map(|initial| initial.frame.schema()).unwrap_or_default(),
        output: output.clone(),
    };
    let processor = PythonProcessor::new(call.get("statefulProcessor"), schemas, &driver.worker)?;
    let mode = call.text("timeMode", "str")?;
    let output_mode = super::writer::mode(call.get("outputMode"))?;
    let Some(time_mode) = TimeMode::parse(mode) else {
        let text = format!("Unknown time mode {mode}. Accepted timeMode modes are 'none', 'processingTime', 'eventTime'");
        return Err(Diagnostic::analysis("STATEFUL_PROCESSOR_UNKNOWN_TIME_MODE", text, "42802").into());
    };
    let event_time_column = call.given("eventTimeColumnName").and_then(Value::as_str).filter(|name| !name.is_empty()).map(str::to_owned);
    let spec = StateSpec { output, output_mode, time_mode, event_time_column, initial };
    Ok(frame::value(keyed.transform_with_state(Processor(Rc::new(processor)), spec)?))
}

/// A method.
pub(super) fn method(grouped: &Grouped, name: &str, call: &Call) -> Result<Value> {
    match name {
        "agg" => aggregate(grouped, &call.rest),
        "count" if grouped.pivot.is_none() => Ok(frame::value(grouped.frame.count_by(grouped.by())?)),
        "sum" | "avg" | "mean" | "min" | "max" if grouped.pivot.is_none() => {
            let name_of = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(|| errors::not_expected("cols", "str", value));
            let columns = call.rest.iter().map(name_of).collect::<Result<Vec<_>>>()?;
            Ok(frame::value(grouped.frame.aggregate_numeric(grouped.by(), name, &columns)?))
        }
        "count" => pivoted(grouped, vec![Expr::Alias(Box::new(Expr::call("count", vec![one()])), vec!["count".to_owned()])]),
        "sum" | "avg" | "mean" | "min" | "max" => {
            let aggregates =
                values::columns(&call.rest)?.into_iter().map(|it| Expr::call(if name == "mean" { "avg" } else { name }, vec![it]));
            pivoted(grouped, aggregates.collect())
        }
        "pivot" => {
            let column = values::column(call.get("pivot_col"))?;
            let items = call.given("values").and_then(Value::items);
            let plain = |items: Vec<Value>| items.iter().map(|it| values::plain(it).map_or(types::Value::Null, |it| it.0)).collect();
            let pivot = Some((column, items.map(plain)));
            // A stream refuses a pivot without values at this call.
            if let (Some((column, None)), true) = (&pivot, grouped.frame.is_streaming()) {
                grouped.frame.pivot(grouped.keys.clone(), column.clone(), None, Vec::new())?;
            }
            Ok(Object::Grouped(Grouped { pivot, ..grouped.clone() }).value())
        }
        "applyInPandas" | "applyInArrow" | "applyInPandasWithState" | "transformWithStateInPandas" | "cogroup" | "apply" => {
            Err(udf::no_pandas(&format!("GroupedData.{name}")))
        }
        _ => Err(errors::unknown_to_us(&format!("GroupedData.{name}"))),
    }
}

fn one() -> Expr {
    Expr::Literal(types::Value::Integer(1), types::DataType::Integer)
}

fn pivoted(grouped: &Grouped, aggregates: Vec<Expr>) -> Result<Value> {
    let Some((column, values)) = grouped.pivot.clone() else { unreachable!("a pivot") };
    Ok(frame::value(grouped.frame.pivot(grouped.keys.clone(), column, values, aggregates)?))
}

/// `agg(columns...)` or `agg({"column": "function"})`.
pub(super) fn aggregate(grouped: &Grouped, rest: &[Value]) -> Result<Value> {
    let assertion = |text: &str| Diagnostic::plain(Class::Named("AssertionError".to_owned()), text);
    if rest.is_empty() {
        return Err(assertion("exprs should not be empty"));
    }
    if let [map @ Value::Dict(_)] = rest {
        let entries = map.entries().unwrap_or_default();
        let pairs = entries.iter().map(|(column, function)| Some((column.as_str()?.to_owned(), function.as_str()?.to_owned())));
        let pairs: Vec<_> = pairs.collect::<Option<_>>().ok_or_else(|| assertion("all exprs should be Column"))?;
        return Ok(frame::value(grouped.frame.aggregate_map(grouped.by(), &pairs)?));
    }
    let aggregates = rest.iter().map(|it| frame::column_only(it, "exprs").map_err(|_| assertion("all exprs should be Column")));
    let aggregates = aggregates.collect::<Result<Vec<_>>>()?;
    if grouped.pivot.is_some() {
        return pivoted(grouped, aggregates);
    }
    Ok(frame::value(grouped.frame.aggregate(grouped.by(), aggregates)?))
}
