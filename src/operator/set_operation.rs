//! Intersection and difference of two batch relations. Keeps nothing between batches; streams refuse both.
//!
//! Law: null equals null here, unlike in a join.

use std::rc::Rc;

use arrow_array::UInt32Array;
use hashbrown::HashMap;

use super::BatchContext;
use super::Operator;
use super::OperatorReport;
use super::Rows;
use super::group_keys::group;
use crate::diag::Result;
use crate::expr::ColumnId;

/// `intersect` or `except`, of sets or (with `all`) of bags.
#[derive(Debug)]
pub struct SetOperation {
    intersect: bool,
    all: bool,
    ids: Rc<[ColumnId]>,
}

impl SetOperation {
    /// The rows of the left side that the right has (or has not).
    #[must_use]
    pub fn new(intersect: bool, all: bool, ids: Vec<ColumnId>) -> Self {
        Self { intersect, all, ids: ids.into() }
    }
}

impl Operator for SetOperation {
    fn name(&self) -> &'static str {
        if self.intersect { "Intersect" } else { "Except" }
    }

    fn process(&mut self, inputs: Vec<Rows>, _context: &BatchContext, _report: &mut OperatorReport) -> Result<Rows> {
        let [left, right] = super::only(inputs);
        let both = Rows::concat(&[left.clone(), right]);
        let groups = group(&both.columns, both.rows);
        let mut right_counts: HashMap<u32, u32> = HashMap::new();
        groups.ids[left.rows..].iter().for_each(|id| *right_counts.entry(*id).or_default() += 1);
        let mut seen: HashMap<u32, u32> = HashMap::new();
        let places = (0..left.rows as u32).filter(|row| {
            let id = groups.ids[*row as usize];
            let right = right_counts.get(&id).copied().unwrap_or(0);
            let nth = seen.entry(id).and_modify(|count| *count += 1).or_insert(1);
            match (self.all, self.intersect) {
                (true, true) => *nth <= right,
                (true, false) => *nth > right,
                (false, intersect) => *nth == 1 && (right > 0) == intersect,
            }
        });
        let places: UInt32Array = places.collect();
        let mut rows = left.take(&places);
        rows.ids = Rc::clone(&self.ids);
        Ok(rows)
    }
}
