//! Conditions as a source applies them: what of an expression a reader can test by itself.

use crate::connector::Compare;
use crate::connector::FilterTest;
use crate::connector::PushedFilter;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::plan::Plan;
use crate::plan::Source;
use crate::types::Value;

/// The filter that a condition over a leaf's columns asks for; none where the reader has no such test, and the filter above decides alone.
pub fn filter(condition: &Typed, source: &Source, leaf: &Plan) -> Option<PushedFilter> {
    let TypedKind::Call(call) = &condition.kind else { return None };
    let part = |index: usize| filter(&call.arguments[index], source, leaf);
    let test = |column: usize, test: FilterTest| Some(PushedFilter::Test(place(&call.arguments[column], source, leaf)?, test));
    let text = |index: usize| match call.arguments[index].as_literal() {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    match (call.function.name, call.arguments.len()) {
        ("and", 2) => Some(PushedFilter::And(vec![part(0)?, part(1)?])),
        ("or", 2) => Some(PushedFilter::Or(vec![part(0)?, part(1)?])),
        ("not" | "!", 1) => Some(PushedFilter::Not(Box::new(part(0)?))),
        ("isnull", 1) => test(0, FilterTest::IsNull),
        ("isnotnull", 1) => test(0, FilterTest::IsNotNull),
        ("startswith", 2) => test(0, FilterTest::StartsWith(text(1)?)),
        ("endswith", 2) => test(0, FilterTest::EndsWith(text(1)?)),
        ("contains", 2) => test(0, FilterTest::Contains(text(1)?)),
        ("in", 2..) => {
            let values = call.arguments[1..].iter().map(|value| value.as_literal().cloned()).collect::<Option<Vec<_>>>()?;
            test(0, FilterTest::In(values))
        }
        (name, 2) => {
            let compare = comparison(name)?;
            match (call.arguments[0].as_literal(), call.arguments[1].as_literal()) {
                (None, Some(value)) => test(0, FilterTest::Compare(compare, value.clone())),
                (Some(value), None) => test(1, FilterTest::Compare(turned(compare), value.clone())),
                _ => None,
            }
        }
        _ => None,
    }
}

fn comparison(name: &str) -> Option<Compare> {
    Some(match name {
        "=" | "==" => Compare::Equal,
        "<=>" => Compare::EqualNullSafe,
        "<" => Compare::Less,
        "<=" => Compare::LessOrEqual,
        ">" => Compare::Greater,
        ">=" => Compare::GreaterOrEqual,
        _ => return None,
    })
}

fn turned(compare: Compare) -> Compare {
    match compare {
        Compare::Less => Compare::Greater,
        Compare::LessOrEqual => Compare::GreaterOrEqual,
        Compare::Greater => Compare::Less,
        Compare::GreaterOrEqual => Compare::LessOrEqual,
        same => same,
    }
}

/// The place of a bare column in the source's schema.
fn place(expression: &Typed, source: &Source, leaf: &Plan) -> Option<usize> {
    let TypedKind::Column(id) = expression.kind else { return None };
    let index = leaf.columns.iter().position(|column| column.id == id)?;
    source.ordinals.get(index).copied()
}
