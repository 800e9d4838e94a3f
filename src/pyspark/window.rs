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
use crate::sql::tree::FrameBound;
use crate::sql::tree::WindowFrame;
use crate::types;
use crate::types::DataType;

/// A window specification.
#[derive(Clone, Debug, Default)]
pub(super) struct WindowSpec {
    /// `partitionBy`.
    pub partition: Vec<Expr>,
    /// `orderBy`.
    pub order: Vec<SortKey>,
    /// `rowsBetween`, `rangeBetween`.
    pub frame: Option<WindowFrame<Expr>>,
}

/// A method of `Window` (on an empty specification) or `WindowSpec`.
pub(super) fn method(spec: &WindowSpec, name: &str, call: &Call) -> Result<Value> {
    let mut spec = spec.clone();
    match name {
        "partitionBy" => spec.partition = values::columns(&arguments::spread(&call.rest))?,
        "orderBy" => spec.order = arguments::spread(&call.rest).iter().map(|it| values::column(it).map(sort_key)).collect::<Result<_>>()?,
        "rowsBetween" | "rangeBetween" => {
            let bound = |end: &str| -> Result<FrameBound<Expr>> { Ok(frame_bound(call.integer(end)?, end == "start")) };
            spec.frame = Some(WindowFrame { rows: name == "rowsBetween", start: bound("start")?, end: bound("end")? });
        }
        _ => return Err(errors::unknown_to_us(&format!("Window.{name}"))),
    }
    Ok(Object::Window(spec).value())
}

/// An end of a frame: what lies beyond Java's `int` has no end in PySpark, 0 is the current row.
fn frame_bound(offset: i64, is_start: bool) -> FrameBound<Expr> {
    let beyond = if is_start { offset <= -(1 << 31) } else { offset >= (1 << 31) - 1 };
    match i32::try_from(offset) {
        _ if beyond => FrameBound::Unbounded,
        Ok(0) => FrameBound::CurrentRow,
        Ok(offset) => FrameBound::Offset(Box::new(Expr::Literal(types::Value::Integer(offset), DataType::Integer))),
        Err(_) => FrameBound::Offset(Box::new(Expr::Literal(types::Value::Long(offset), DataType::Long))),
    }
}

/// A column as a sort key: ascending, nulls first, unless it says otherwise.
pub(super) fn sort_key(expr: Expr) -> SortKey {
    match expr {
        Expr::Sort(key) => *key,
        expr => SortKey { expr, descending: false, nulls_first: true },
    }
}
