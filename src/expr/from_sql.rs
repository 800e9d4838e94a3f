//! SQL text to expressions.

use super::error::not_known;
use super::tree::Expr;
use super::tree::SortKey;
use crate::diag::Result;
use crate::sql;
use crate::sql::tree::SqlCall;
use crate::sql::tree::SqlExpr;
use crate::sql::tree::SqlSortKey;
use crate::types::DataType;
use crate::types::Value;

/// SQL text as an expression, its alias included: what `expr(text)` and `selectExpr` take.
///
/// # Errors
/// `PARSE_SYNTAX_ERROR` and its kin.
pub fn parse(text: &str) -> Result<Expr> {
    from_sql(&sql::parse_named_expression(text)?)
}

/// A SQL tree as an expression.
///
/// # Errors
/// Subqueries as values, which Tidemark does not know yet.
pub fn from_sql(tree: &SqlExpr) -> Result<Expr> {
    Ok(match tree {
        SqlExpr::At(inner, origin) => Expr::At(Box::new(from_sql(inner)?), *origin),
        SqlExpr::Name(parts) => Expr::Name(parts.clone()),
        SqlExpr::Star(parts) => Expr::Star(parts.clone()),
        SqlExpr::Literal(value, data_type) => Expr::Literal(value.clone(), data_type.clone()),
        SqlExpr::TypedLiteral(word, text) => {
            Expr::call(format!("${word}_literal"), vec![Expr::Literal(Value::String(text.clone()), DataType::String)])
        }
        SqlExpr::Alias(child, names) => Expr::Alias(Box::new(from_sql(child)?), names.clone()),
        SqlExpr::Call(call) => from_call(call)?,
        SqlExpr::Cast(child, data_type, try_cast) => Expr::Cast(Box::new(from_sql(child)?), data_type.clone(), *try_cast),
        SqlExpr::Case(branches, otherwise) => {
            let branches: Result<Vec<(Expr, Expr)>> =
                branches.iter().map(|(condition, value)| Ok((from_sql(condition)?, from_sql(value)?))).collect();
            let otherwise = otherwise.as_ref().map(|value| from_sql(value)).transpose()?;
            Expr::Case(branches?, otherwise.map(Box::new))
        }
        SqlExpr::Item(child, key) => Expr::Item(Box::new(from_sql(child)?), Box::new(from_sql(key)?)),
        SqlExpr::FieldOf(child, name) => Expr::FieldOf(Box::new(from_sql(child)?), name.clone()),
        SqlExpr::Lambda(names, body) => Expr::Lambda(names.clone(), Box::new(from_sql(body)?)),
        SqlExpr::Over(call, partition, order, frame) => {
            let partition: Result<Vec<Expr>> = partition.iter().map(from_sql).collect();
            let frame = frame.as_ref().map(|frame| frame.map(&from_sql)).transpose()?;
            Expr::Over(Box::new(from_sql(call)?), partition?, sort_keys(order)?, frame)
        }
        SqlExpr::Subquery(_) | SqlExpr::InSubquery(..) | SqlExpr::Exists(_) => return Err(not_known("subqueries as values")),
    })
}

/// Sort keys of SQL as sort keys.
///
/// # Errors
/// As [`from_sql`].
pub fn sort_keys(keys: &[SqlSortKey]) -> Result<Vec<SortKey>> {
    keys.iter().map(|key| Ok(SortKey { expr: from_sql(&key.expr)?, descending: key.descending, nulls_first: key.nulls_first })).collect()
}

fn from_call(call: &SqlCall) -> Result<Expr> {
    let mut arguments = call.arguments.iter().map(from_sql).collect::<Result<Vec<Expr>>>()?;
    let filter = call.filter.as_ref().map(from_sql).transpose()?.map(Box::new);
    if !call.within_group.is_empty() {
        arguments.push(Expr::Sort(Box::new(sort_keys(&call.within_group)?.swap_remove(0))));
    }
    if call.ignore_nulls {
        // `f(x) IGNORE NULLS` is `f(x, true)`.
        arguments.push(Expr::Literal(Value::Boolean(true), DataType::Boolean));
    }
    Ok(Expr::Call { name: call.name.clone(), arguments, distinct: call.distinct, filter })
}
