//! `grouping` and `grouping_id`: analysis replaces them where there are grouping sets; elsewhere they are refused.

use super::Arguments;
use super::Function;
use super::Nulls;
use super::Parameter as P;
use super::gives;
use crate::diag::Diagnostic;
use crate::diag::Result;
use arrow_array::ArrayRef;

pub const FUNCTIONS: &[Function] = &[
    Function::new("grouping", (1, 1), &[P::Any], gives::byte, without_sets).nulls(Nulls::Never),
    Function::new("grouping_id", (0, usize::MAX), &[P::Any], gives::long, without_sets).nulls(Nulls::Never),
];

fn without_sets(_: &Arguments<'_>) -> Result<ArrayRef> {
    Err(no_sets())
}

/// `UNSUPPORTED_GROUPING_EXPRESSION`.
#[must_use]
pub fn no_sets() -> Box<Diagnostic> {
    let text = "grouping()/grouping_id() can only be used with GroupingSets/Cube/Rollup.";
    Diagnostic::analysis("UNSUPPORTED_GROUPING_EXPRESSION", text, "42K0E")
}
