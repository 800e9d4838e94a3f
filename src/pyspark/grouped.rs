//! `GroupedData`: what `groupBy` returns.

use super::arguments::Call;
use super::errors;
use super::frame;
use super::object::Object;
use super::values;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::Expr;
use crate::plan::Frame;
use crate::plan::GroupBy;
use crate::python::Value;
use crate::types;

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
