//! Expand: keeps nothing between batches, makes a copy of each row for each grouping set.
//!
//! Law: a row's copies follow each other, in the order of the sets; a key outside of a set is null in its copy.

use std::rc::Rc;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::Int64Array;
use arrow_array::UInt32Array;

use super::BatchContext;
use super::Operator;
use super::OperatorReport;
use super::Rows;
use super::rows::kernel;
use super::rows::take;
use crate::diag::Result;
use crate::expr::ColumnId;
use crate::expr::Typed;
use crate::expr::evaluate;

/// Adds keys and the grouping id to each row, once for each grouping set.
#[derive(Debug)]
pub struct Expand {
    keys: Vec<(ColumnId, Typed)>,
    sets: Vec<Vec<bool>>,
    grouping_id: ColumnId,
}

impl Expand {
    /// Copies for these sets, which say for each key whether it is in them.
    #[must_use]
    pub fn new(keys: Vec<(ColumnId, Typed)>, sets: Vec<Vec<bool>>, grouping_id: ColumnId) -> Self {
        Self { keys, sets, grouping_id }
    }

    /// For each copy of each row the row's place, or none where the key is not in the copy's set.
    fn places(&self, key: usize, rows: usize) -> UInt32Array {
        let place = |row: usize| self.sets.iter().map(move |set| set[key].then_some(row as u32));
        (0..rows).flat_map(place).collect()
    }
}

impl Operator for Expand {
    fn name(&self) -> &'static str {
        "Expand"
    }

    fn process(&mut self, inputs: Vec<Rows>, context: &BatchContext, _report: &mut OperatorReport) -> Result<Rows> {
        let [rows] = super::only(inputs);
        let input = context.input(&rows);
        let keys = self.keys.iter().map(|key| evaluate(&key.1, &input)).collect::<Result<Vec<_>>>()?;
        let copies = UInt32Array::from_iter_values((0..rows.rows as u32).flat_map(|row| std::iter::repeat_n(row, self.sets.len())));
        let ids: Vec<i64> = self.sets.iter().map(|set| set.iter().fold(0, |id, inside| id << 1 | i64::from(!inside))).collect();
        let mut columns: Vec<ArrayRef> = rows.columns.iter().map(|column| take(column, &copies)).collect();
        columns.extend(keys.iter().enumerate().map(|(key, values)| {
            let places = self.places(key, rows.rows);
            kernel(arrow_select::take::take(values.as_ref(), &places, None))
        }));
        columns.push(Arc::new(Int64Array::from_iter_values((0..rows.rows).flat_map(|_| ids.iter().copied()))));
        let made = self.keys.iter().map(|key| key.0).chain([self.grouping_id]);
        let origin = rows.origin.as_ref().map(|origin| copies.values().iter().map(|row| origin[*row as usize]).collect());
        Ok(Rows { ids: rows.ids.iter().copied().chain(made).collect::<Rc<[_]>>(), columns, rows: copies.len(), origin })
    }
}
