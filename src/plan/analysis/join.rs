//! Joins: their types, conditions, columns in common, and relations joined with themselves.

use crate::diag;
use crate::diag::Diagnostic;
use crate::expr::ColumnId;
use crate::expr::Expr;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::plan::Analyzer;
use crate::plan::Column;
use crate::plan::JoinOn;
use crate::plan::JoinType;
use crate::plan::Named;
use crate::plan::Node;
use crate::plan::Plan;
use crate::plan::analysis::list::exactly;
use crate::plan::column::quote;
use crate::plan::errors;
use crate::plan::instance;
use crate::plan::names::Names;
use crate::types::DataType;
use std::rc::Rc;

/// The type that a name stands for; case and underscores mean nothing.
pub(crate) fn join_type(how: &str) -> diag::Result<JoinType> {
    Ok(match how.to_lowercase().replace('_', "").as_str() {
        "inner" => JoinType::Inner,
        "outer" | "full" | "fullouter" => JoinType::FullOuter,
        "leftouter" | "left" => JoinType::LeftOuter,
        "rightouter" | "right" => JoinType::RightOuter,
        "leftsemi" | "semi" => JoinType::LeftSemi,
        "leftanti" | "anti" => JoinType::LeftAnti,
        "cross" => JoinType::Cross,
        _ => return Err(unknown_type(how)),
    })
}

fn unknown_type(how: &str) -> Box<Diagnostic> {
    let text = format!(
        "Unsupported join type '{how}'. Supported join types include: 'inner', 'outer', 'full', 'fullouter', 'full_outer', 'leftouter', 'left', \
         'left_outer', 'rightouter', 'right', 'right_outer', 'leftsemi', 'left_semi', 'semi', 'leftanti', 'left_anti', 'anti', 'cross'."
    );
    Diagnostic::analysis("UNSUPPORTED_JOIN_TYPE", text, "0A000")
}

/// Joins two relations. Where they share columns, the right side gets new ids.
pub(crate) fn join(left: &Rc<Plan>, right: &Rc<Plan>, on: JoinOn, join_type: JoinType, analyzer: &Analyzer) -> diag::Result<Rc<Plan>> {
    let before = Rc::clone(right);
    let right = instance::apart(right, left, analyzer);
    match on {
        JoinOn::Nothing => Ok(relation(left, &right, None, join_type)),
        JoinOn::Columns(names) => using(left, &right, &names, join_type, analyzer),
        JoinOn::Condition(conditions) => {
            let condition = condition(conditions, left, &right, Rc::ptr_eq(left, &before), analyzer)?;
            let condition = condition.map(|condition| both_sides(condition, &before, &right));
            Ok(relation(left, &right, condition, join_type))
        }
    }
}

/// The join itself: the nullable side's columns become nullable.
fn relation(left: &Rc<Plan>, right: &Rc<Plan>, condition: Option<Typed>, join_type: JoinType) -> Rc<Plan> {
    let nullable = |column: &Column| Column { nullable: true, ..column.clone() };
    let left_columns = left.columns.iter().map(|column| match join_type {
        JoinType::RightOuter | JoinType::FullOuter => nullable(column),
        _ => column.clone(),
    });
    let right_columns = right.columns.iter().map(|column| match join_type {
        JoinType::LeftOuter | JoinType::FullOuter => nullable(column),
        _ => column.clone(),
    });
    let columns = if join_type.is_left_only() { left_columns.collect() } else { left_columns.chain(right_columns).collect() };
    Plan::new(Node::Join { left: Rc::clone(left), right: Rc::clone(right), join_type, condition }, columns)
}

fn condition(
    conditions: Vec<Expr>,
    left: &Rc<Plan>,
    right: &Rc<Plan>,
    with_itself: bool,
    analyzer: &Analyzer,
) -> diag::Result<Option<Typed>> {
    let Some(whole) = conditions.into_iter().reduce(|all, one| Expr::call("and", vec![all, one])) else { return Ok(None) };
    let names = Names::of(&[left, right], analyzer).lenient();
    let typed = crate::expr::resolve(&whole, &names, &analyzer.settings())?;
    let mut ambiguous = Vec::new();
    collect_ambiguous(&typed, &names.copied(), with_itself, &mut ambiguous);
    if !ambiguous.is_empty() {
        let columns: Vec<&Column> = ambiguous.into_iter().filter_map(|id| names.by_id(id)).collect();
        return Err(errors::ambiguous_self_join(&columns));
    }
    if !matches!(typed.data_type, DataType::Boolean | DataType::Null) {
        let text = format!(
            "The join condition \"{}\" has the invalid type \"{}\", expected \"BOOLEAN\".",
            crate::expr::pretty_name(&whole),
            typed.data_type.sql()
        );
        return Err(Diagnostic::analysis("JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE", text, "42K0E"));
    }
    Ok(Some(typed))
}

/// The columns of both sides that a condition names without saying which side is meant. Equal to itself a column is of one side and of the other, and where
/// a frame meets itself the side doesn't matter to a constant: `DetectAmbiguousSelfJoin`.
fn collect_ambiguous(typed: &Typed, copied: &[ColumnId], with_itself: bool, found: &mut Vec<ColumnId>) {
    if let TypedKind::Column(id) = typed.kind {
        found.extend(copied.contains(&id).then_some(id));
        return;
    }
    if let TypedKind::Call(call) = &typed.kind
        && let ("=" | "<=>", [a, b]) = (call.function.name, call.arguments.as_slice())
    {
        match (column_below_casts(a), column_below_casts(b)) {
            (Some(a), Some(b)) if a == b => return,
            (Some(_), None) if with_itself && b.is_foldable() => return,
            (None, Some(_)) if with_itself && a.is_foldable() => return,
            _ => {}
        }
    }
    typed.children().into_iter().for_each(|child| collect_ambiguous(child, copied, with_itself, found));
}

fn column_below_casts(typed: &Typed) -> Option<ColumnId> {
    match &typed.kind {
        TypedKind::Column(id) => Some(*id),
        TypedKind::Cast(child, _) => column_below_casts(child),
        _ => None,
    }
}

/// `df.x = df.x` in a join of a relation with itself means its left and its right side (`selfJoinAutoResolveAmbiguity`).
fn both_sides(condition: Typed, before: &Plan, right: &Plan) -> Typed {
    let TypedKind::Call(call) = &condition.kind else { return condition };
    if call.function.name == "and" {
        let Ok(parts) = condition.map_children(&mut |part| Ok::<_, std::convert::Infallible>(both_sides(part, before, right)));
        return parts;
    }
    let [a, b] = call.arguments.as_slice() else { return condition };
    if !matches!(call.function.name, "=" | "<=>") || a != b {
        return condition;
    }
    let TypedKind::Column(id) = a.kind else { return condition };
    let renewed = before.columns.iter().position(|column| column.id == id).map(|place| right.columns[place].typed());
    let Some(renewed) = renewed else { return condition };
    let mut first = true;
    let Ok(parts) = condition.map_children(&mut |part| {
        let is_first = std::mem::replace(&mut first, false);
        Ok::<_, std::convert::Infallible>(if is_first { part } else { renewed.clone() })
    });
    parts
}

/// A join on columns that both sides have: equal in pairs, once in the result, before the other columns (`UsingJoin`).
fn using(left: &Rc<Plan>, right: &Rc<Plan>, names: &[String], join_type: JoinType, analyzer: &Analyzer) -> diag::Result<Rc<Plan>> {
    let mut pairs = Vec::new();
    for name in names {
        pairs.push((one(left, name, "left", analyzer)?, one(right, name, "right", analyzer)?));
    }
    let equal = pairs.iter().map(|(a, b)| Expr::call("=", vec![exactly(a), exactly(b)])).collect();
    let condition = condition(equal, left, right, false, analyzer)?;
    let joined = relation(left, right, condition, join_type);
    let key_of = |side: fn(&(Column, Column)) -> &Column| pairs.iter().map(side).cloned().collect::<Vec<Column>>();
    let (left_keys, right_keys) = (key_of(|pair| &pair.0), key_of(|pair| &pair.1));
    let rest = |plan: &Plan, keys: &[Column]| -> Vec<Named> {
        let other = plan.columns.iter().filter(|column| !keys.iter().any(|key| key.id == column.id));
        other.filter_map(|column| joined.column(column.id)).map(Named::pass).collect()
    };
    let mut list: Vec<Named> = match join_type {
        JoinType::RightOuter => right_keys.iter().filter_map(|key| joined.column(key.id)).map(Named::pass).collect(),
        JoinType::FullOuter => full_keys(&pairs, &joined, analyzer)?,
        _ => left_keys.iter().filter_map(|key| joined.column(key.id)).map(Named::pass).collect(),
    };
    list.extend(rest(left, &left_keys));
    if !join_type.is_left_only() {
        list.extend(rest(right, &right_keys));
    }
    Ok(Plan::project(list, joined))
}

/// `coalesce(left, right)` for each key of a full outer join.
fn full_keys(pairs: &[(Column, Column)], joined: &Rc<Plan>, analyzer: &Analyzer) -> diag::Result<Vec<Named>> {
    let names = Names::of(&[joined], analyzer);
    let mut list = Vec::new();
    for (left, right) in pairs {
        let either = Expr::call("coalesce", vec![exactly(left), exactly(right)]);
        let typed = crate::expr::resolve(&either, &names, &analyzer.settings())?;
        let column = Column::new(analyzer.fresh_column(), &left.name, typed.data_type.clone(), typed.nullable);
        list.push(Named { column, expr: typed });
    }
    Ok(list)
}

/// The one column of a side with this name.
fn one(side: &Rc<Plan>, name: &str, which: &str, analyzer: &Analyzer) -> diag::Result<Column> {
    let parts = [name.to_owned()];
    match Names::of(&[side], analyzer).find(&parts)? {
        Some((column, _)) => Ok(column.clone()),
        None => {
            let mut columns: Vec<&str> = side.columns.iter().map(|column| column.name.as_str()).collect();
            columns.sort_unstable();
            let suggestion = columns.into_iter().map(quote).collect::<Vec<_>>().join(", ");
            let text = format!(
                "USING column {} cannot be resolved on the {which} side of the join. The {which}-side columns: [{suggestion}].",
                quote(name)
            );
            Err(Diagnostic::analysis("UNRESOLVED_USING_COLUMN_FOR_JOIN", text, "42703"))
        }
    }
}
