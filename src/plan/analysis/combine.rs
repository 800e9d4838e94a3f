//! Unions and other set operations: columns by position or by name, types widened to what both sides fit into.

use crate::diag;
use crate::diag::Diagnostic;
use crate::expr::Expr;
use crate::plan::Analyzer;
use crate::plan::Column;
use crate::plan::Named;
use crate::plan::Node;
use crate::plan::Plan;
use crate::plan::SetOperation;
use crate::plan::analysis::list::exactly;
use crate::plan::analysis::list::project;
use crate::plan::errors;
use crate::types::DataType;
use crate::types::Value;
use std::rc::Rc;

/// `left UNION ALL right`, columns by position. The result has the left side's names and ids.
pub(crate) fn union(left: &Rc<Plan>, right: &Rc<Plan>, operator: &str, analyzer: &Analyzer) -> diag::Result<Rc<Plan>> {
    let (left, right) = widened(left, right, operator, analyzer)?;
    let merged = |(a, b): (&Column, &Column)| Column { nullable: a.nullable || b.nullable, ..a.clone() };
    let columns = left.columns.iter().zip(&right.columns).map(merged).collect();
    Ok(Plan::new(Node::Union { children: flat(left, right) }, columns))
}

/// A union of a union is one union: `CombineUnions`.
fn flat(left: Rc<Plan>, right: Rc<Plan>) -> Vec<Rc<Plan>> {
    match &left.node {
        Node::Union { children } => children.iter().cloned().chain([right]).collect(),
        _ => vec![left, right],
    }
}

/// `unionByName`: the right side's columns in the left side's order; with `allow_missing` each side gets nulls for what it lacks.
pub(crate) fn union_by_name(left: &Rc<Plan>, right: &Rc<Plan>, allow_missing: bool, analyzer: &Analyzer) -> diag::Result<Rc<Plan>> {
    let same = |a: &str, b: &str| if analyzer.settings().case_sensitive { a == b } else { a.to_lowercase() == b.to_lowercase() };
    let find = |plan: &Plan, name: &str| plan.columns.iter().find(|column| same(&column.name, name)).cloned();
    let null = |column: &Column| {
        let value = Expr::Cast(Box::new(Expr::Literal(Value::Null, DataType::Null)), column.data_type.clone(), false);
        Expr::Alias(Box::new(value), vec![column.name.clone()])
    };
    let mut right_list = Vec::new();
    for column in &left.columns {
        match find(right, &column.name) {
            Some(found) => right_list.push(exactly(&found)),
            None if allow_missing => right_list.push(null(column)),
            None => return Err(errors::not_among(&column.name, &right.schema())),
        }
    }
    let extra: Vec<&Column> = right.columns.iter().filter(|column| find(left, &column.name).is_none()).collect();
    right_list.extend(extra.iter().map(|column| exactly(column)));
    let left = if allow_missing && !extra.is_empty() {
        let list = left.columns.iter().map(exactly).chain(extra.iter().map(|column| null(column))).collect();
        project(list, Rc::clone(left), analyzer)?
    } else {
        Rc::clone(left)
    };
    let right = project(right_list, Rc::clone(right), analyzer)?;
    union(&left, &right, "UNION", analyzer)
}

/// `intersect`, `subtract`: the result has the left side's columns.
pub(crate) fn set_operation(
    left: &Rc<Plan>,
    right: &Rc<Plan>,
    operation: SetOperation,
    all: bool,
    analyzer: &Analyzer,
) -> diag::Result<Rc<Plan>> {
    let operator = match (operation, all) {
        (SetOperation::Intersect, false) => "INTERSECT",
        (SetOperation::Intersect, true) => "INTERSECT ALL",
        (SetOperation::Except, false) => "EXCEPT",
        (SetOperation::Except, true) => "EXCEPT ALL",
    };
    let right = crate::plan::instance::apart(right, left, analyzer);
    let (left, right) = widened(left, &right, operator, analyzer)?;
    let columns = left.columns.clone();
    Ok(Plan::new(Node::SetOperation { operation, all, left, right }, columns))
}

/// Both sides with casts to common types (`WidenSetOperationTypes`).
fn widened(left: &Rc<Plan>, right: &Rc<Plan>, operator: &str, analyzer: &Analyzer) -> diag::Result<(Rc<Plan>, Rc<Plan>)> {
    if left.columns.len() != right.columns.len() {
        let text = format!(
            "{operator} can only be performed on inputs with the same number of columns, but the first input has {} columns and the second input has {} columns.",
            left.columns.len(),
            right.columns.len()
        );
        return Err(Diagnostic::analysis("NUM_COLUMNS_MISMATCH", text, "42826"));
    }
    let mut common = Vec::new();
    for (place, (a, b)) in left.columns.iter().zip(&right.columns).enumerate() {
        match crate::expr::coercion::wider(&a.data_type, &b.data_type) {
            Some(wide) => common.push(wide),
            None => return Err(incompatible(operator, place, a, b)),
        }
    }
    Ok((cast_to(left, &common, analyzer)?, cast_to(right, &common, analyzer)?))
}

fn incompatible(operator: &str, place: usize, a: &Column, b: &Column) -> Box<Diagnostic> {
    let text = format!(
        "{operator} can only be performed on tables with compatible column types. The {} column of the second table is \"{}\" type which is not compatible with \"{}\" at the same column of the first table..",
        ordinal(place),
        b.data_type.sql(),
        a.data_type.sql()
    );
    Diagnostic::analysis("INCOMPATIBLE_COLUMN_TYPE", text, "42825")
}

fn ordinal(place: usize) -> String {
    let words = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
    words.get(place).map_or_else(|| format!("{}th", place + 1), |word| (*word).to_owned())
}

/// The relation with its columns cast to these types; itself where they fit already.
fn cast_to(plan: &Rc<Plan>, types: &[DataType], analyzer: &Analyzer) -> diag::Result<Rc<Plan>> {
    if plan.columns.iter().zip(types).all(|(column, wanted)| column.data_type.same_type(wanted)) {
        return Ok(Rc::clone(plan));
    }
    let names = crate::plan::names::Names::of(&[plan], analyzer);
    let mut list = Vec::new();
    for (column, wanted) in plan.columns.iter().zip(types) {
        if column.data_type.same_type(wanted) {
            list.push(Named::pass(column));
            continue;
        }
        let cast = Expr::Cast(Box::new(exactly(column)), wanted.clone(), false);
        let expr = crate::expr::resolve(&cast, &names, &analyzer.settings())?;
        let made = Column { id: analyzer.fresh_column(), data_type: wanted.clone(), nullable: expr.nullable, ..column.clone() };
        list.push(Named { column: made, expr });
    }
    Ok(Plan::project(list, Rc::clone(plan)))
}
