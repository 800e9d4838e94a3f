//! Project: keeps nothing between batches, computes columns row by row.

use std::rc::Rc;

use super::BatchContext;
use super::Operator;
use super::OperatorReport;
use super::Rows;
use crate::diag::Result;
use crate::expr::ColumnId;
use crate::expr::Typed;
use crate::expr::evaluate;

/// Computes one expression for each output column.
#[derive(Debug)]
pub struct Project {
    ids: Rc<[ColumnId]>,
    expressions: Vec<Typed>,
}

impl Project {
    /// A projection onto these columns.
    #[must_use]
    pub fn new(columns: Vec<(ColumnId, Typed)>) -> Self {
        let (ids, expressions): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        Self { ids: ids.into(), expressions }
    }
}

impl Operator for Project {
    fn name(&self) -> &'static str {
        "Project"
    }

    fn process(&mut self, inputs: Vec<Rows>, context: &BatchContext, _report: &mut OperatorReport) -> Result<Rows> {
        let [rows] = super::only(inputs);
        let input = context.input(&rows);
        let columns = self.expressions.iter().map(|expression| evaluate(expression, &input)).collect::<Result<_>>()?;
        Ok(Rows { ids: Rc::clone(&self.ids), columns, rows: rows.rows, origin: rows.origin })
    }
}
