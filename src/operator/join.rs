//! Join of two inputs within a batch: a stream with a static side, or two batch relations. Keeps nothing between batches.
//!
//! Law: equal keys find candidates by hash, the whole condition decides; null is not true. The left side's order is kept.

use std::rc::Rc;

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::BooleanArray;
use arrow_array::UInt32Array;
use arrow_array::cast::AsArray;
use hashbrown::HashMap;

use super::BatchContext;
use super::Operator;
use super::OperatorReport;
use super::Rows;
use super::codec::Codec;
use super::group_keys::normalized;
use super::rows::kernel;
use crate::diag::Result;
use crate::expr::ColumnId;
use crate::expr::Typed;
use crate::expr::evaluate;
use crate::plan::JoinType;

/// How many candidate pairs are looked at together.
const PAIRS_AT_ONCE: usize = 1 << 16;

/// Joins two inputs.
#[derive(Debug)]
pub struct Join {
    join_type: JoinType,
    /// Expressions of equal types over the left and the right side that the condition wants equal.
    keys: Vec<(Typed, Typed)>,
    condition: Option<Typed>,
    ids: Rc<[ColumnId]>,
}

/// The left side's keys, and the right side's rows by key.
type Table = (arrow_row::Rows, HashMap<Vec<u8>, Vec<u32>>);

/// Pairs of rows: places in the left and the right side.
#[derive(Default)]
struct Pairs {
    left: Vec<u32>,
    right: Vec<u32>,
}

impl Join {
    /// A join by a condition, whose equalities between the sides are `keys`.
    #[must_use]
    pub fn new(join_type: JoinType, keys: Vec<(Typed, Typed)>, condition: Option<Typed>, ids: Vec<ColumnId>) -> Self {
        Self { join_type, keys, condition, ids: ids.into() }
    }

    /// The pairs that match, in the order of the left side.
    fn matches(&self, left: &Rows, right: &Rows, context: &BatchContext) -> Result<Pairs> {
        let mut matched = Pairs::default();
        let mut candidates = Pairs::default();
        let table = self.table(left, right, context)?;
        for row in 0..left.rows as u32 {
            match &table {
                None => candidates.extend(row, 0..right.rows as u32),
                Some((keys, table)) => {
                    if let Some(places) = table.get(keys.row(row as usize).data()) {
                        candidates.extend(row, places.iter().copied());
                    }
                }
            }
            if candidates.left.len() >= PAIRS_AT_ONCE {
                self.decide(left, right, std::mem::take(&mut candidates), context, &mut matched)?;
            }
        }
        self.decide(left, right, candidates, context, &mut matched)?;
        Ok(matched)
    }

    /// The left side's keys, and the right side's rows by key.
    fn table(&self, left: &Rows, right: &Rows, context: &BatchContext) -> Result<Option<Table>> {
        if self.keys.is_empty() {
            return Ok(None);
        }
        let types: Vec<_> = self.keys.iter().map(|(key, _)| key.data_type.clone()).collect();
        let codec = Codec::new(&types);
        let columns = |side: &Rows, pick: fn(&(Typed, Typed)) -> &Typed| -> Result<Vec<ArrayRef>> {
            self.keys.iter().map(|pair| Ok(normalized(&evaluate(pick(pair), &context.input(side))?))).collect()
        };
        let right_keys = codec.encode(&columns(right, |pair| &pair.1)?, right.rows);
        let mut table: HashMap<Vec<u8>, Vec<u32>> = HashMap::new();
        for (row, key) in right_keys.iter().enumerate() {
            table.entry_ref(key.data()).or_default().push(row as u32);
        }
        Ok(Some((codec.encode(&columns(left, |pair| &pair.0)?, left.rows), table)))
    }

    fn decide(&self, left: &Rows, right: &Rows, candidates: Pairs, context: &BatchContext, matched: &mut Pairs) -> Result<()> {
        if candidates.left.is_empty() {
            return Ok(());
        }
        let Some(condition) = &self.condition else {
            matched.left.extend(candidates.left);
            matched.right.extend(candidates.right);
            return Ok(());
        };
        let rows = beside(left, right, &candidates.left.clone().into(), &candidates.right.clone().into());
        let mask = evaluate(condition, &context.input(&rows))?;
        let mask = mask.as_boolean();
        for (place, (left, right)) in candidates.left.into_iter().zip(candidates.right).enumerate() {
            if mask.is_valid(place) && mask.value(place) {
                matched.left.push(left);
                matched.right.push(right);
            }
        }
        Ok(())
    }

    /// The pairs, and the rows without a match beside nulls where the join type keeps them.
    fn outer(&self, left: &Rows, right: &Rows, pairs: Pairs) -> Rows {
        let (left_seen, right_seen) = (seen(left.rows, &pairs.left), seen(right.rows, &pairs.right));
        let (mut left_places, mut right_places): (Vec<Option<u32>>, Vec<Option<u32>>) = (Vec::new(), Vec::new());
        let keeps_left = matches!(self.join_type, JoinType::LeftOuter | JoinType::FullOuter);
        let keeps_right = matches!(self.join_type, JoinType::RightOuter | JoinType::FullOuter);
        let mut next = 0;
        for row in 0..left.rows as u32 {
            while next < pairs.left.len() && pairs.left[next] == row {
                left_places.push(Some(row));
                right_places.push(Some(pairs.right[next]));
                next += 1;
            }
            if keeps_left && !left_seen[row as usize] {
                left_places.push(Some(row));
                right_places.push(None);
            }
        }
        for row in (0..right.rows as u32).filter(|row| keeps_right && !right_seen[*row as usize]) {
            left_places.push(None);
            right_places.push(Some(row));
        }
        beside(left, right, &left_places.into(), &right_places.into())
    }
}

impl Operator for Join {
    fn name(&self) -> &'static str {
        "Join"
    }

    fn process(&mut self, inputs: Vec<Rows>, context: &BatchContext, _report: &mut OperatorReport) -> Result<Rows> {
        let [left, right] = super::only(inputs);
        let pairs = self.matches(&left, &right, context)?;
        let mut rows = match self.join_type {
            JoinType::LeftSemi | JoinType::LeftAnti => {
                let wanted = self.join_type == JoinType::LeftSemi;
                let mask: BooleanArray = seen(left.rows, &pairs.left).into_iter().map(|found| Some(found == wanted)).collect();
                left.filter(&mask)
            }
            JoinType::Inner | JoinType::Cross => beside(&left, &right, &pairs.left.into(), &pairs.right.into()),
            JoinType::LeftOuter | JoinType::RightOuter | JoinType::FullOuter => self.outer(&left, &right, pairs),
        };
        rows.ids = Rc::clone(&self.ids);
        Ok(rows)
    }
}

impl Pairs {
    fn extend(&mut self, left: u32, right: impl Iterator<Item = u32>) {
        self.right.extend(right);
        self.left.resize(self.right.len(), left);
    }
}

fn seen(rows: usize, places: &[u32]) -> Vec<bool> {
    let mut seen = vec![false; rows];
    places.iter().for_each(|place| seen[*place as usize] = true);
    seen
}

/// Left and right rows at these places side by side; a null place gives nulls. Rows stem from the left side's input rows.
fn beside(left: &Rows, right: &Rows, left_places: &UInt32Array, right_places: &UInt32Array) -> Rows {
    let taken = |side: &Rows, places: &UInt32Array| -> Vec<ArrayRef> {
        side.columns.iter().map(|column| kernel(arrow_select::take::take(column.as_ref(), places, None))).collect()
    };
    let columns = [taken(left, left_places), taken(right, right_places)].concat();
    let stream = [(left, left_places), (right, right_places)].into_iter().find(|(side, _)| side.origin.is_some());
    let origin = stream.and_then(|(side, places)| {
        let origin = side.origin.as_ref()?;
        places.iter().map(|place| place.map(|place| origin[place as usize])).collect::<Option<Vec<u32>>>()
    });
    Rows { ids: left.ids.iter().chain(right.ids.iter()).copied().collect(), columns, rows: left_places.len(), origin: origin.map(Rc::from) }
}
