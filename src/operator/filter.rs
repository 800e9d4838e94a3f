//! Filter: keeps nothing between batches, passes the rows for which its condition is true.

use arrow_array::cast::AsArray;

use super::BatchContext;
use super::Operator;
use super::OperatorReport;
use super::Rows;
use crate::diag::Result;
use crate::expr::Typed;
use crate::expr::evaluate;

/// Passes rows for which a condition is true; null is not true.
#[derive(Debug)]
pub struct Filter {
    condition: Typed,
}

impl Filter {
    /// A filter by a boolean expression.
    #[must_use]
    pub fn new(condition: Typed) -> Self {
        Self { condition }
    }
}

impl Operator for Filter {
    fn name(&self) -> &'static str {
        "Filter"
    }

    fn process(&mut self, inputs: Vec<Rows>, context: &BatchContext, _report: &mut OperatorReport) -> Result<Rows> {
        let [rows] = super::only(inputs);
        let mask = evaluate(&self.condition, &context.input(&rows))?;
        Ok(rows.filter(mask.as_boolean()))
    }
}
