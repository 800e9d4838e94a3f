//! SQL queries as relations: `spark.sql("SELECT ...")`, on the trees that room `sql` reads.

mod order;
mod relation;
mod select;
mod values;

use crate::diag;
use crate::diag::Diagnostic;
use crate::expr::Expr;
use crate::plan::Analyzer;
use crate::plan::Catalog;
use crate::plan::Frame;
use crate::plan::Node;
use crate::plan::Plan;
use crate::plan::SetOperation;
use crate::plan::analysis;
use crate::plan::errors;
use crate::sql::tree;
use crate::types::Value;
use std::rc::Rc;

pub use relation::not_found;

/// Analyses the text of one query.
///
/// # Errors
/// `PARSE_SYNTAX_ERROR`, `TABLE_OR_VIEW_NOT_FOUND`, and what names and types raise, with their place in the text.
pub fn query(text: &str, catalog: &dyn Catalog, analyzer: &Rc<Analyzer>) -> diag::Result<Frame> {
    query_tree(&crate::sql::parse_query(text)?, catalog, analyzer)
}

/// Analyses a query that is read already, such as the one of a `CREATE VIEW`.
///
/// # Errors
/// As [`query`], but for syntax.
pub fn query_tree(query: &tree::Query, catalog: &dyn Catalog, analyzer: &Rc<Analyzer>) -> diag::Result<Frame> {
    let names = Session { catalog, analyzer, tables: Vec::new() };
    Ok(Frame::new(names.query(query)?, analyzer))
}

/// What table names mean at some place of a query.
struct Session<'a> {
    catalog: &'a dyn Catalog,
    analyzer: &'a Analyzer,
    /// The tables of the `WITH` clauses around, innermost last.
    tables: Vec<(String, Rc<Plan>)>,
}

impl Session<'_> {
    fn query(&self, query: &tree::Query) -> diag::Result<Rc<Plan>> {
        let mut inner = Session { catalog: self.catalog, analyzer: self.analyzer, tables: self.tables.clone() };
        for table in &query.with {
            let plan = inner.query(&table.query)?;
            let plan = if table.columns.is_empty() { plan } else { inner.renamed(plan, &table.columns)? };
            inner.tables.push((table.name.clone(), plan));
        }
        let sorted = match &query.body {
            tree::QueryBody::Select(select) => inner.select(select, &query.order_by)?,
            other => {
                let plan = inner.body(other)?;
                inner.sorted(plan, &query.order_by)?
            }
        };
        inner.cut(sorted, query)
    }

    /// `OFFSET`, then `LIMIT`.
    fn cut(&self, plan: Rc<Plan>, query: &tree::Query) -> diag::Result<Rc<Plan>> {
        let mut plan = plan;
        if let Some(offset) = &query.offset {
            let (count, columns) = (self.row_count("offset", offset)?, plan.columns.clone());
            plan = Plan::new(Node::Offset { count, child: plan }, columns);
        }
        if let Some(limit) = &query.limit {
            let (count, columns) = (self.row_count("limit", limit)?, plan.columns.clone());
            plan = Plan::new(Node::Limit { count, child: plan }, columns);
        }
        Ok(plan)
    }

    fn row_count(&self, name: &str, written: &tree::SqlExpr) -> diag::Result<u64> {
        let expr = crate::expr::from_sql(written)?;
        match values::constant(&expr, self.analyzer)?.0 {
            count if count.as_i64().is_some() => {
                analysis::row_count(name, count.as_i64().unwrap_or_default()).map_err(|found| order::placed(found, &expr))
            }
            Value::Null => Err(Diagnostic::analysis(
                "INVALID_LIMIT_LIKE_EXPRESSION.IS_NULL",
                format!("The limit like expression \"NULL\" is invalid. The evaluated {name} expression must not be null."),
                "42K0E",
            )),
            _ => Err(errors::unknown_to_us("a limit that is no whole number")),
        }
    }

    fn body(&self, body: &tree::QueryBody) -> diag::Result<Rc<Plan>> {
        match body {
            tree::QueryBody::Select(select) => self.select(select, &[]),
            tree::QueryBody::Values(rows) => values::relation(rows, self.analyzer),
            tree::QueryBody::Table(name) => self.table(name, None),
            tree::QueryBody::Query(query) => self.query(query),
            tree::QueryBody::Set { operation, all, left, right, origin } => {
                self.set(*operation, *all, left, right).map_err(|found| order::placed_at(found, "NUM_COLUMNS_MISMATCH", *origin))
            }
        }
    }

    fn set(&self, operation: tree::SetOperation, all: bool, left: &tree::QueryBody, right: &tree::QueryBody) -> diag::Result<Rc<Plan>> {
        let (left, right) = (self.body(left)?, self.body(right)?);
        match operation {
            tree::SetOperation::Union => {
                let union = analysis::union(&left, &right, "UNION", self.analyzer)?;
                Ok(if all { union } else { distinct(union) })
            }
            tree::SetOperation::Except => analysis::set_operation(&left, &right, SetOperation::Except, all, self.analyzer),
            tree::SetOperation::Intersect => analysis::set_operation(&left, &right, SetOperation::Intersect, all, self.analyzer),
        }
    }

    /// An SQL expression as one of ours.
    fn expr(written: &tree::SqlExpr) -> diag::Result<Expr> {
        crate::expr::from_sql(written)
    }
}

/// `DISTINCT` in SQL is an aggregation by all columns (`ReplaceDistinctWithAggregate`).
fn distinct(plan: Rc<Plan>) -> Rc<Plan> {
    let columns = plan.columns.clone();
    let keys = columns.iter().map(crate::plan::Named::pass).collect();
    Plan::new(Node::Aggregate { keys, calls: Vec::new(), child: plan }, columns)
}
