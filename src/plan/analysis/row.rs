//! Relations that keep, order and count rows: `Filter`, `Sort`, `GlobalLimit`; and `SubqueryAlias`.

use crate::diag;
use crate::diag::Diagnostic;
use crate::expr::Expr;
use crate::expr::SortKey;
use crate::expr::Typed;
use crate::plan::Analyzer;
use crate::plan::Column;
use crate::plan::Named;
use crate::plan::Node;
use crate::plan::Order;
use crate::plan::Plan;
use crate::plan::names::Names;
use crate::types::DataType;
use std::rc::Rc;

/// `WHERE condition`.
pub(crate) fn filter(condition: Expr, child: Rc<Plan>, analyzer: &Analyzer) -> diag::Result<Rc<Plan>> {
    with_hidden(child, analyzer, |names, analyzer| {
        let shown = crate::expr::pretty_name(&condition);
        let typed = crate::expr::resolve(&condition, names, &analyzer.settings())?;
        no_aggregate(&condition, &typed, names, analyzer)?;
        if !matches!(typed.data_type, DataType::Boolean | DataType::Null) {
            return Err(not_boolean(&shown, &typed));
        }
        Ok(move |child: Rc<Plan>| Plan::filter(typed, child))
    })
}

fn not_boolean(shown: &str, typed: &Typed) -> Box<Diagnostic> {
    let text = format!(
        "Cannot resolve \"{shown}\" due to data type mismatch: Filter expression \"{shown}\" of type \"{}\" is not a boolean.",
        typed.data_type.sql()
    );
    Diagnostic::analysis("DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN", text, "42K09")
}

/// Aggregates and generators have no place in a condition.
fn no_aggregate(condition: &Expr, typed: &Typed, names: &Names, analyzer: &Analyzer) -> diag::Result<()> {
    if !typed.has_aggregate() && !typed.has_generator() {
        return Ok(());
    }
    let text = format!(
        "The WHERE condition \"{}\" contains invalid expressions: {}.\n\
         Rewrite the query to avoid window functions, aggregate functions, and generator functions in the WHERE clause.",
        crate::expr::pretty_name(condition),
        super::list::offending(condition, names, analyzer).join(", ")
    );
    Err(Diagnostic::analysis("INVALID_WHERE_CONDITION", text, "42903"))
}

/// `ORDER BY keys`, over all rows or within each partition.
pub(crate) fn sort(keys: Vec<SortKey>, global: bool, child: Rc<Plan>, analyzer: &Analyzer) -> diag::Result<Rc<Plan>> {
    let keys = spread_keys(keys, &child, analyzer)?;
    with_hidden(child, analyzer, |names, analyzer| {
        let orders = keys.into_iter().map(|key| order(key, names, analyzer)).collect::<diag::Result<Vec<_>>>()?;
        Ok(move |child: Rc<Plan>| {
            let columns = child.columns.clone();
            Plan::new(Node::Sort { keys: orders, global, child }, columns)
        })
    })
}

/// A star in a sort stands for all columns, each in the key's direction.
fn spread_keys(keys: Vec<SortKey>, child: &Rc<Plan>, analyzer: &Analyzer) -> diag::Result<Vec<SortKey>> {
    let mut out = Vec::new();
    for key in keys {
        let (descending, nulls_first) = (key.descending, key.nulls_first);
        let spread = super::star::spread(vec![key.expr], child, analyzer)?;
        out.extend(spread.into_iter().map(|expr| SortKey { expr, descending, nulls_first }));
    }
    Ok(out)
}

fn order(key: SortKey, names: &Names, analyzer: &Analyzer) -> diag::Result<Order> {
    let written = key.expr;
    let expr = crate::expr::resolve(&written, names, &analyzer.settings())?;
    if expr.has_aggregate() {
        return Err(unsupported_in_sort(&written));
    }
    if !is_orderable(&expr.data_type) {
        let direction = if key.descending { "DESC" } else { "ASC" };
        let nulls = if key.nulls_first { "FIRST" } else { "LAST" };
        let text = format!(
            "Cannot resolve \"{} {direction} NULLS {nulls}\" due to data type mismatch: The `sortorder` does not support ordering on type \"{}\".",
            crate::expr::pretty_name(&written),
            expr.data_type.sql()
        );
        return Err(Diagnostic::analysis("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", text, "42K09"));
    }
    Ok(Order { expr, descending: key.descending, nulls_first: key.nulls_first })
}

/// An aggregate in a sort that has no aggregation right below it.
fn unsupported_in_sort(written: &Expr) -> Box<Diagnostic> {
    let text = format!(
        "The query operator Sort contains one or more unsupported expressions.\n\
         Consider to rewrite it to avoid window functions, aggregate functions, and generator functions in the Sort operator.\n\
         Invalid expressions: [\"{}\"]",
        crate::expr::pretty_name(written)
    );
    let mut found = Diagnostic::analysis("UNSUPPORTED_EXPR_FOR_OPERATOR", text, "42K0E");
    if let Expr::At(_, origin) = written {
        found.message.push_str(&format!("; line {} pos {}", origin.line, origin.position));
    }
    found
}

/// `RowOrdering.isOrderable`.
pub(crate) fn is_orderable(data_type: &DataType) -> bool {
    match data_type {
        DataType::Map(..) | DataType::CalendarInterval => false,
        DataType::Array(element, _) => is_orderable(element),
        DataType::Struct(fields) => fields.iter().all(|field| is_orderable(&field.data_type)),
        _ => true,
    }
}

/// Builds a relation whose expressions may name columns that projections below have dropped (`ResolveMissingReferences`):
/// those are carried up to the relation and dropped again above it.
fn with_hidden<B: FnOnce(Rc<Plan>) -> Rc<Plan>>(
    child: Rc<Plan>,
    analyzer: &Analyzer,
    build: impl FnOnce(&Names, &Analyzer) -> diag::Result<B>,
) -> diag::Result<Rc<Plan>> {
    let hidden = hidden_columns(&child);
    let names = Names::of(&[&child], analyzer).with_hidden(hidden.iter().collect());
    let relation = build(&names, analyzer)?;
    let used = names.used_hidden();
    if used.is_empty() {
        return Ok(relation(child));
    }
    let visible: Vec<Named> = child.columns.iter().map(Named::pass).collect();
    Ok(Plan::project(visible, relation(carry(&child, &used))))
}

/// The columns below that the relation itself no longer yields and that could be carried up.
pub(crate) fn hidden_columns(plan: &Rc<Plan>) -> Vec<Column> {
    let below = match &plan.node {
        Node::Project { child, .. } => {
            let mut below = child.columns.clone();
            below.extend(hidden_columns(child));
            below
        }
        Node::Filter { child, .. } | Node::Sort { child, .. } | Node::EventTimeWatermark { child, .. } | Node::Repartition { child } => {
            hidden_columns(child)
        }
        _ => Vec::new(),
    };
    let mut hidden: Vec<Column> = Vec::new();
    for column in below {
        if plan.column(column.id).is_none() && !hidden.iter().any(|known| known.id == column.id) {
            hidden.push(column);
        }
    }
    hidden
}

/// The relation with these hidden columns among its output.
pub(crate) fn carry(plan: &Rc<Plan>, wanted: &[Column]) -> Rc<Plan> {
    let missing: Vec<Column> = wanted.iter().filter(|column| plan.column(column.id).is_none()).cloned().collect();
    if missing.is_empty() {
        return Rc::clone(plan);
    }
    match &plan.node {
        Node::Project { list, child } => {
            let child = carry(child, &missing);
            let added = missing.iter().filter_map(|column| child.column(column.id)).map(Named::pass);
            let list = list.iter().cloned().chain(added.collect::<Vec<_>>()).collect();
            Plan::project(list, child)
        }
        node => {
            let inputs: Vec<Rc<Plan>> = node.children().into_iter().map(|child| carry(child, &missing)).collect();
            let added: Vec<Column> =
                missing.iter().filter_map(|column| inputs.iter().find_map(|input| input.column(column.id))).cloned().collect();
            let columns = plan.columns.iter().cloned().chain(added).collect();
            Plan::new(node.clone().with_children(inputs), columns)
        }
    }
}

/// The relation under an alias, by which its columns can be qualified.
pub(crate) fn subquery_alias(alias: &str, child: Rc<Plan>) -> Rc<Plan> {
    let qualified = |column: &Column| Column { qualifier: vec![alias.to_owned()], ..column.clone() };
    let columns = child.columns.iter().map(qualified).collect();
    Plan::new(Node::SubqueryAlias { alias: alias.to_owned(), child }, columns)
}

/// A number of rows as `limit` and `offset` take it.
pub(crate) fn row_count(name: &str, count: i64) -> diag::Result<u64> {
    u64::try_from(count).map_err(|_| {
        let text = format!(
            "The limit like expression \"{count}\" is invalid. The {name} expression must be equal to or greater than 0, but got {count}."
        );
        Diagnostic::analysis("INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE", text, "42K0E")
    })
}
