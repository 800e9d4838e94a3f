//! `ORDER BY` over what is not a `SELECT`, and the keys of both: positions, names, expressions.

use crate::diag;
use crate::diag::Diagnostic;
use crate::expr::Expr;
use crate::expr::SortKey;
use crate::plan::Column;
use crate::plan::Plan;
use crate::plan::analysis;
use crate::plan::sql::Session;
use crate::sql::tree;
use crate::types::DataType;
use crate::types::Value;
use std::rc::Rc;

impl Session<'_> {
    /// The relation sorted; itself without keys.
    pub(super) fn sorted(&self, plan: Rc<Plan>, keys: &[tree::SqlSortKey]) -> diag::Result<Rc<Plan>> {
        if keys.is_empty() {
            return Ok(plan);
        }
        let keys = positions(crate::expr::sort_keys(keys)?, &plan.columns)?;
        analysis::sort(keys, true, plan, self.analyzer)
    }
}

/// The keys with numbers replaced by the output columns at these positions.
pub(super) fn positions(keys: Vec<SortKey>, outputs: &[Column]) -> diag::Result<Vec<SortKey>> {
    let replaced = |key: SortKey| match position(&key.expr) {
        None => Ok(key),
        Some(place) => match usize::try_from(place - 1).ok().and_then(|place| outputs.get(place)) {
            Some(column) => Ok(SortKey { expr: analysis::exactly(column), ..key }),
            None => Err(out_of_range("ORDER BY", "ORDER_BY_POS_OUT_OF_RANGE", place, outputs.len(), &key.expr)),
        },
    };
    keys.into_iter().map(replaced).collect()
}

/// The number, where an expression is nothing but one.
pub(super) fn position(expr: &Expr) -> Option<i64> {
    match expr.bare() {
        Expr::Literal(Value::Integer(place), DataType::Integer) => Some((*place).into()),
        _ => None,
    }
}

/// A position that is not in the select list.
pub(super) fn out_of_range(clause: &str, condition: &str, place: i64, size: usize, written: &Expr) -> Box<Diagnostic> {
    let text = format!("{clause} position {place} is not in select list (valid range is [1, {size}]).");
    placed(Diagnostic::analysis(condition, text, "42805"), written)
}

/// The diagnostic with the place of an expression in the text: `; line 1 pos 31`.
pub(super) fn placed(found: Box<Diagnostic>, written: &Expr) -> Box<Diagnostic> {
    let Expr::At(_, origin) = written else { return found };
    let condition = found.condition.clone().unwrap_or_default();
    placed_at(found, &condition, *origin)
}

/// A diagnostic of this condition with a place, unless it has one; others as they are.
pub(super) fn placed_at(mut found: Box<Diagnostic>, condition: &str, origin: tree::Origin) -> Box<Diagnostic> {
    if found.condition.as_deref() == Some(condition) && !found.message.contains("; line ") {
        found.message.push_str(&format!("; line {} pos {}", origin.line, origin.position));
    }
    found
}
