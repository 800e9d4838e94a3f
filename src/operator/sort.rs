//! Sort: keeps nothing between batches, puts the batch's rows in order. Streams allow it only over the whole result (complete mode).

use arrow_array::UInt32Array;
use arrow_row::RowConverter;
use arrow_row::SortField;
use arrow_schema::SortOptions;

use super::BatchContext;
use super::Operator;
use super::OperatorReport;
use super::Rows;
use super::group_keys::normalized;
use super::rows::kernel;
use crate::diag::Result;
use crate::expr::Typed;
use crate::expr::evaluate;

/// One key of a sort.
#[derive(Clone, Debug)]
pub struct SortKey {
    /// What to sort by.
    pub expr: Typed,
    /// Largest first.
    pub descending: bool,
    /// Nulls before all values.
    pub nulls_first: bool,
}

/// Sorts a batch; equal rows keep their order.
#[derive(Debug)]
pub struct Sort {
    keys: Vec<SortKey>,
}

impl Sort {
    /// A sort by these keys, the most significant first.
    #[must_use]
    pub fn new(keys: Vec<SortKey>) -> Self {
        Self { keys }
    }
}

impl Operator for Sort {
    fn name(&self) -> &'static str {
        "Sort"
    }

    fn process(&mut self, inputs: Vec<Rows>, context: &BatchContext, _report: &mut OperatorReport) -> Result<Rows> {
        let [rows] = super::only(inputs);
        let encoded = encoded(&self.keys, &rows, context)?;
        let mut places: Vec<u32> = (0..rows.rows as u32).collect();
        places.sort_by(|left, right| encoded.row(*left as usize).cmp(&encoded.row(*right as usize)));
        Ok(rows.take(&UInt32Array::from(places)))
    }
}

/// The keys of each row as bytes that compare as the rows do. There must be a key.
///
/// # Errors
/// What the keys raise.
pub(super) fn encoded(keys: &[SortKey], rows: &Rows, context: &BatchContext) -> Result<arrow_row::Rows> {
    let input = context.input(rows);
    // Spark sorts NaN above every number and -0.0 as 0.0; so does the row encoding once floats are normal.
    let columns = keys.iter().map(|key| Ok(normalized(&evaluate(&key.expr, &input)?))).collect::<Result<Vec<_>>>()?;
    let fields = keys.iter().zip(&columns).map(|(key, column)| {
        let options = SortOptions { descending: key.descending, nulls_first: key.nulls_first };
        SortField::new_with_options(column.data_type().clone(), options)
    });
    let converter = kernel(RowConverter::new(fields.collect()));
    Ok(kernel(converter.convert_columns(&columns)))
}
