//! Conditions that a source takes: `DataSourceStrategy.translateFilter`.

use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::types::Value;

/// The condition as a source takes it, if it does: comparisons of a top-level column with a literal (the column on the left), `isnull`, `isnotnull`, `in`,
/// `startswith`, `endswith`, `contains`, and `and`, `or`, `not` of those.
pub(super) fn translated(typed: &Typed) -> Option<Typed> {
    let TypedKind::Call(call) = &typed.kind else { return None };
    match (call.function.name, call.arguments.as_slice()) {
        ("=" | "<=>" | "<" | "<=" | ">" | ">=", [a, b]) if is_column(a) && is_literal(b) => Some(typed.clone()),
        (operator @ ("=" | "<=>" | "<" | "<=" | ">" | ">="), [a, b]) if is_literal(a) && is_column(b) => {
            let function = crate::expr::function::find(mirrored(operator))?;
            let call = crate::expr::Call { function, arguments: vec![b.clone(), a.clone()], ansi: call.ansi };
            Some(Typed { kind: TypedKind::Call(Box::new(call)), ..typed.clone() })
        }
        ("isnull" | "isnotnull", [a]) if is_column(a) => Some(typed.clone()),
        ("in", [a, values @ ..]) if is_column(a) && values.iter().all(is_literal) => Some(typed.clone()),
        ("startswith" | "endswith" | "contains", [a, b]) if is_column(a) && is_literal(b) => Some(typed.clone()),
        ("like", [a, b]) if is_column(a) => like(typed, a, b),
        ("and" | "or", [a, b]) => replaced(typed, vec![translated(a)?, translated(b)?]),
        ("not", [a]) => replaced(typed, vec![translated(a)?]),
        _ => None,
    }
}

/// A pattern with `%` at its ends alone is a plain test: `LikeSimplification`.
fn like(typed: &Typed, column: &Typed, pattern: &Typed) -> Option<Typed> {
    let Some(Value::String(text)) = pattern.as_literal() else { return None };
    let (begins, ends) = (text.starts_with('%'), text.len() > 1 && text.ends_with('%'));
    let inner = &text[usize::from(begins)..text.len() - usize::from(ends)];
    if inner.contains(['%', '_', '\\']) || inner.is_empty() {
        return None;
    }
    let name = match (begins, ends) {
        (false, false) => "=",
        (false, true) => "startswith",
        (true, false) => "endswith",
        (true, true) => "contains",
    };
    let function = crate::expr::function::find(name)?;
    let literal = Typed::literal(Value::String(inner.to_owned()), pattern.data_type.clone());
    let call = crate::expr::Call { function, arguments: vec![column.clone(), literal], ansi: true };
    Some(Typed { kind: TypedKind::Call(Box::new(call)), ..typed.clone() })
}

fn replaced(typed: &Typed, arguments: Vec<Typed>) -> Option<Typed> {
    let TypedKind::Call(call) = &typed.kind else { return None };
    let call = crate::expr::Call { arguments, ..(**call).clone() };
    Some(Typed { kind: TypedKind::Call(Box::new(call)), ..typed.clone() })
}

fn mirrored(operator: &str) -> &str {
    match operator {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        same => same,
    }
}

fn is_column(typed: &Typed) -> bool {
    matches!(typed.kind, TypedKind::Column(_))
}

fn is_literal(typed: &Typed) -> bool {
    typed.as_literal().is_some_and(|value| !value.is_null())
}
