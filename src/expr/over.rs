//! Window functions, `f(...) OVER (...)`: their types, and the frame that each looks at. Spark's `WindowExpression`.

use super::error;
use super::name::pretty_name;
use super::resolve::Resolver;
use super::tree::Expr;
use super::tree::SortKey;
use super::typed::OverCall;
use super::typed::Typed;
use super::typed::TypedKind;
use crate::diag::Result;
use crate::sql::tree::FrameBound;
use crate::sql::tree::WindowFrame;
use crate::types::DataType;
use crate::types::Value;

/// What stands between the parentheses of `OVER`: the partition, the order, the frame.
type Specification<'a> = (&'a [Expr], &'a [SortKey], Option<&'a WindowFrame<Expr>>);

/// `f(...) OVER (...)`.
pub fn over(resolver: &Resolver<'_>, whole: &Expr, call: &Expr, (partition, order, frame): Specification<'_>) -> Result<Typed> {
    let Expr::Call { name, arguments, .. } = call.bare() else { return Err(error::not_known("OVER on anything but a function")) };
    let lower = name.to_ascii_lowercase();
    let (arguments, data_type, nullable) = match lower.as_str() {
        "row_number" | "rank" | "dense_rank" | "ntile" => (resolver.arguments(arguments)?, DataType::Integer, false),
        "percent_rank" | "cume_dist" => (Vec::new(), DataType::Double, false),
        "lag" | "lead" | "nth_value" => {
            let typed = resolver.arguments(arguments)?;
            let data_type = typed.first().map_or(DataType::Null, |first| first.data_type.clone());
            (typed, data_type, true)
        }
        _ => {
            let typed = resolver.resolve(call)?;
            let (data_type, nullable) = (typed.data_type.clone(), typed.nullable);
            (vec![typed], data_type, nullable)
        }
    };
    let partition = resolver.arguments(partition)?;
    let order: Result<Vec<(Typed, bool, bool)>> =
        order.iter().map(|key| Ok((resolver.resolve(&key.expr)?, key.descending, key.nulls_first))).collect();
    let order = order?;
    let frame = frame.map(|frame| frame.map(&|offset| constant(resolver, offset))).transpose()?;
    let frame = frame.unwrap_or_else(|| default_frame(!order.is_empty()));
    let over = OverCall { function: pretty_name(call), sql: pretty_name(whole), name: lower, arguments, partition, order, frame };
    Ok(Typed { kind: TypedKind::Over(Box::new(over)), data_type, nullable })
}

/// Up to the current row and its peers where there is an order, else the whole partition: `UnspecifiedFrame`.
fn default_frame(ordered: bool) -> WindowFrame<Value> {
    let end = if ordered { FrameBound::CurrentRow } else { FrameBound::Unbounded };
    WindowFrame { rows: !ordered, start: FrameBound::Unbounded, end }
}

fn constant(resolver: &Resolver<'_>, offset: &Expr) -> Result<Value> {
    let typed = resolver.resolve(offset)?;
    if !typed.is_foldable() {
        return Err(error::not_known("window frames whose bounds are no constants"));
    }
    super::evaluate_constant(&typed, &resolver.settings.zone)
}
