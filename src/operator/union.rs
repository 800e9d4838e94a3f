//! Union: keeps nothing between batches, passes all rows of all inputs, columns by position.

use std::rc::Rc;

use super::BatchContext;
use super::Operator;
use super::OperatorReport;
use super::Rows;
use crate::diag::Result;
use crate::expr::ColumnId;

/// All rows of all inputs under new ids.
#[derive(Debug)]
pub struct Union {
    ids: Rc<[ColumnId]>,
}

impl Union {
    /// A union whose columns have these ids.
    #[must_use]
    pub fn new(ids: Vec<ColumnId>) -> Self {
        Self { ids: ids.into() }
    }
}

impl Operator for Union {
    fn name(&self) -> &'static str {
        "Union"
    }

    fn process(&mut self, inputs: Vec<Rows>, _context: &BatchContext, _report: &mut OperatorReport) -> Result<Rows> {
        let mut rows = Rows::concat(&inputs);
        rows.ids = Rc::clone(&self.ids);
        Ok(rows)
    }
}
