//! What conditions imply: columns that cannot be null, and what equal columns tell of each other (`InferFiltersFromConstraints`).

use crate::expr::ColumnId;
use crate::expr::Expr;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::expr::function::Nulls;
use crate::plan::Column;
use crate::plan::Plan;
use crate::plan::analysis::exactly;
use crate::plan::names::Names;
use crate::plan::optimize::Predicate;
use crate::plan::optimize::Pushing;
use crate::types::DataType;
use std::rc::Rc;

impl Pushing<'_> {
    /// `isnotnull` of every column whose null would make one of the conditions not true.
    pub(super) fn not_null(&self, predicates: &[Predicate], child: &Rc<Plan>) -> Vec<Predicate> {
        let mut found: Vec<Predicate> = Vec::new();
        for id in predicates.iter().flat_map(|predicate| intolerant(&predicate.typed)) {
            let Some(column) = child.column(id).filter(|column| column.nullable) else { continue };
            let Some(typed) = self.is_not_null(column, child) else { continue };
            let known = predicates.iter().chain(&found).any(|known| known.typed == typed);
            if !known {
                found.push(Predicate { typed, implied: true });
            }
        }
        found
    }

    /// `isnotnull` of the columns that a window's time, or a generator's array, is made of.
    pub(super) fn input_not_null(&self, input: &Typed, child: &Rc<Plan>) -> Vec<Predicate> {
        let columns = null_makes_null(input);
        let columns = columns.iter().filter_map(|id| child.column(*id)).filter(|column| column.nullable);
        columns.filter_map(|column| self.is_not_null(column, child)).map(|typed| Predicate { typed, implied: true }).collect()
    }

    /// `isnotnull(column)` over a relation.
    pub(super) fn is_not_null(&self, column: &Column, over: &Rc<Plan>) -> Option<Typed> {
        let names = Names::of(&[over], self.analyzer);
        crate::expr::resolve(&Expr::call("isnotnull", vec![exactly(column)]), &names, &self.analyzer.settings()).ok()
    }
}

/// The columns whose null would make the condition null or false.
pub(super) fn intolerant(condition: &Typed) -> Vec<ColumnId> {
    match &condition.kind {
        TypedKind::Call(call) if call.function.name == "isnotnull" => call.arguments.iter().flat_map(null_makes_null).collect(),
        _ => null_makes_null(condition),
    }
}

/// The columns whose null makes the expression null: `scanNullIntolerantAttribute`.
fn null_makes_null(typed: &Typed) -> Vec<ColumnId> {
    match &typed.kind {
        TypedKind::Column(id) if id.0 < ColumnId::VARIABLES => vec![*id],
        TypedKind::Cast(child, _) | TypedKind::Field(child, _) => null_makes_null(child),
        TypedKind::Call(call) if call.function.nulls == Nulls::Any && !keeps_nulls(call.function.name) => {
            call.arguments.iter().flat_map(null_makes_null).collect()
        }
        _ => Vec::new(),
    }
}

/// Functions that may yield a value in spite of a null argument, or that Spark does not count among the null-intolerant ones.
fn keeps_nulls(name: &str) -> bool {
    matches!(
        name,
        "and"
            | "or"
            | "<=>"
            | "in"
            | "coalesce"
            | "if"
            | "isnull"
            | "isnotnull"
            | "nvl"
            | "ifnull"
            | "nanvl"
            | "greatest"
            | "least"
            | "concat_ws"
    )
}

/// `a AND b`, without a look-up: the function is taken from wherever it stands, or the filters are nested by the caller.
pub(super) fn and(a: Typed, b: Typed) -> Typed {
    let nullable = a.nullable || b.nullable;
    let Some(function) = crate::expr::function::find("and") else { unreachable!("`and` is built in") };
    let call = crate::expr::Call { function, arguments: vec![a, b], ansi: true };
    Typed { kind: TypedKind::Call(Box::new(call)), data_type: DataType::Boolean, nullable }
}
