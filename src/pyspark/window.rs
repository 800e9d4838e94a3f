//! `Window` and `WindowSpec`: what `over` takes.

use super::arguments;
use super::arguments::Call;
use super::errors;
use super::object::Object;
use super::values;
use crate::diag::Result;
use crate::expr::Expr;
use crate::expr::SortKey;
use crate::python::Value;

/// A window specification.
#[derive(Clone, Debug, Default)]
pub(super) struct WindowSpec {
    /// `partitionBy`.
    pub partition: Vec<Expr>,
    /// `orderBy`.
    pub order: Vec<SortKey>,
    /// Whether a frame was given (`rowsBetween`, `rangeBetween`).
    pub framed: bool,
}

/// A method of `Window` (on an empty specification) or `WindowSpec`.
pub(super) fn method(spec: &WindowSpec, name: &str, call: &Call) -> Result<Value> {
    let mut spec = spec.clone();
    match name {
        "partitionBy" => spec.partition = values::columns(&arguments::spread(&call.rest))?,
        "orderBy" => spec.order = arguments::spread(&call.rest).iter().map(|it| values::column(it).map(sort_key)).collect::<Result<_>>()?,
        "rowsBetween" | "rangeBetween" => spec.framed = true,
        _ => return Err(errors::unknown_to_us(&format!("Window.{name}"))),
    }
    Ok(Object::Window(spec).value())
}

/// A column as a sort key: ascending, nulls first, unless it says otherwise.
pub(super) fn sort_key(expr: Expr) -> SortKey {
    match expr {
        Expr::Sort(key) => *key,
        expr => SortKey { expr, descending: false, nulls_first: true },
    }
}
