//! Higher-order functions: `transform(xs, x -> x + 1)` and its kin.

use super::resolve::Resolver;
use super::tree::Expr;
use super::typed::Typed;
use crate::diag::Result;

/// A call of a higher-order function; none where the name is none.
pub fn resolve_call(_resolver: &Resolver<'_>, _whole: &Expr, _name: &str, _arguments: &[Expr]) -> Result<Option<Typed>> {
    Ok(None)
}
