//! Join of two streams. Spark's `StreamingSymmetricHashJoinExec`.

use tidemark::types::Value;

use super::Rule;
use crate::plan::Counters;
use crate::plan::Row;
use crate::plan::Watermarks;
use crate::plan::instant_us;
use crate::plan::passed;

/// The kind of join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// `inner`.
    Inner,
    /// `left`.
    Left,
    /// `right`.
    Right,
    /// `full`.
    Full,
    /// `left_semi`.
    LeftSemi,
}

/// Joins rows whose key columns are equal.
#[derive(Clone)]
pub struct Join {
    /// Which join.
    pub how: How,
    /// The columns of the key on each side.
    pub keys: [Vec<usize>; 2],
    /// Which key column is an event time: a window.
    pub key_time: Option<usize>,
    /// The column of the event time on each side that has a watermark.
    pub times: [Option<usize>; 2],
    /// The right time may be so many milliseconds before the left one, and so many after; none where the condition does not say.
    pub range_ms: [Option<i64>; 2],
    /// The condition that a side's value, its column 2, is above zero.
    pub positive: [bool; 2],
    /// The rows of each side, each with whether it has found a match.
    pub sides: [Vec<(Row, bool)>; 2],
    /// How many columns a row of each side has.
    pub widths: [usize; 2],
}

impl Join {
    fn is_outer(&self, side: usize) -> bool {
        self.how == How::Full || self.how == [How::Left, How::Right][side]
    }

    fn key(&self, side: usize, row: &Row) -> Row {
        self.keys[side].iter().map(|column| row[*column].clone()).collect()
    }

    /// Below or at this time a side's rows can match no more: the watermark less what the condition allows, and a millisecond, for bounds match too.
    fn state_watermark_ms(&self, side: usize, watermark_ms: Option<i64>) -> Option<i64> {
        if self.key_time.is_some() {
            return watermark_ms;
        }
        let own_has = self.times[side].is_some();
        let other_has = self.times[1 - side].is_some();
        // A left row waits for right rows up to so long after it; a right row for left rows, that is so long as it may be before them.
        let reach_ms = self.range_ms[1 - side];
        // Spark takes `value > 0` for a bound of the time as well: the state watermark never moves beyond second zero.
        let by_value_ms = self.positive[side].then_some(0);
        let watermark_ms = watermark_ms.filter(|_| own_has && other_has)?;
        reach_ms.map(|reach_ms| watermark_ms - reach_ms - 1).into_iter().chain(by_value_ms).min()
    }

    fn goes(&self, side: usize, row: &Row, watermark_ms: Option<i64>) -> bool {
        let until_ms = self.state_watermark_ms(side, watermark_ms);
        match (self.key_time, self.times[side]) {
            (Some(place), _) => passed(&row[self.keys[side][place]], until_ms),
            (None, Some(column)) => passed(&row[column], until_ms),
            (None, None) => false,
        }
    }

    /// Takes out the rows whose time has passed. The last row of the same key moves to the place of each: Spark numbers a key's rows without gaps.
    fn evict(&mut self, side: usize, watermark_ms: Option<i64>) -> Vec<(Row, bool)> {
        let (mut gone, mut place) = (Vec::new(), 0);
        while let Some((row, _)) = self.sides[side].get(place) {
            if !self.goes(side, row, watermark_ms) {
                place += 1;
                continue;
            }
            let key = self.key(side, row);
            let last = self.sides[side].iter().rposition(|(other, _)| self.key(side, other) == key).unwrap_or(place);
            self.sides[side].swap(place, last);
            gone.push(self.sides[side].remove(last));
        }
        gone
    }

    fn passes_own(&self, side: usize, row: &Row) -> bool {
        !self.positive[side] || row[2] > Value::Long(0)
    }

    fn matches(&self, left: &Row, right: &Row) -> bool {
        // A null key equals another: what keeps them apart are conditions below the join, which a full outer join has not.
        if self.key(0, left) != self.key(1, right) {
            return false;
        }
        let [before_ms, after_ms] = self.range_ms;
        if before_ms.is_none() && after_ms.is_none() {
            return true;
        }
        // Times are column 1 of both sides where the condition speaks of them.
        let (Some(left_us), Some(right_us)) = (instant_us(&left[1]), instant_us(&right[1])) else { return false };
        before_ms.is_none_or(|ms| right_us >= left_us - ms * 1000) && after_ms.is_none_or(|ms| right_us <= left_us + ms * 1000)
    }

    fn beside(&self, left: Option<&Row>, right: Option<&Row>) -> Row {
        let nulls = |width: usize| vec![Value::Null; width];
        let left = left.cloned().unwrap_or_else(|| nulls(self.widths[0]));
        if self.how == How::LeftSemi {
            return left;
        }
        [left, right.cloned().unwrap_or_else(|| nulls(self.widths[1]))].concat()
    }

    fn alone(&self, side: usize, row: &Row) -> Row {
        if side == 0 { self.beside(Some(row), None) } else { self.beside(None, Some(row)) }
    }

    /// A row comes to a side.
    fn take(&mut self, side: usize, row: Row, watermarks: Watermarks, counters: &mut Counters, out: &mut Vec<Row>) {
        if !self.passes_own(side, &row) {
            if self.is_outer(side) {
                out.push(self.alone(side, &row));
            }
            return;
        }
        let semi = self.how == How::LeftSemi;
        let found: Vec<usize> = (0..self.sides[1 - side].len())
            .filter(|place| {
                let other = &self.sides[1 - side][*place].0;
                if side == 0 { self.matches(&row, other) } else { self.matches(other, &row) }
            })
            .collect();
        match (semi, side) {
            (true, 0) => out.extend((!found.is_empty()).then(|| row.clone())),
            (true, _) => {
                out.extend(found.iter().map(|place| self.sides[0][*place].0.clone()));
                counters.removed += found.len();
            }
            (false, 0) => out.extend(found.iter().map(|place| self.beside(Some(&row), Some(&self.sides[1][*place].0)))),
            (false, _) => out.extend(found.iter().map(|place| self.beside(Some(&self.sides[0][*place].0), Some(&row)))),
        }
        // A semi join looks no further than a left row's first match.
        let seen = if semi && side == 0 { &found[..found.len().min(1)] } else { &found[..] };
        for place in seen.iter().rev() {
            if semi && side == 1 {
                self.sides[0].remove(*place);
            } else {
                self.sides[1 - side][*place].1 = true;
            }
        }
        let matched = !found.is_empty();
        let stored = match side {
            0 => !(semi && matched),
            // What goes at the end of the batch is not written, unless it is still to be emitted alone.
            _ => !self.goes(1, &row, watermarks.evict_ms) || self.is_outer(1) && !matched,
        };
        if stored {
            counters.updated += 1;
            self.sides[side].push((row, matched));
        }
    }
}

impl Rule for Join {
    fn name(&self) -> &'static str {
        "symmetricHashJoin"
    }

    fn batch(&mut self, inputs: Vec<Vec<Row>>, watermarks: Watermarks) -> (Vec<Row>, Counters) {
        let mut counters = Counters::default();
        let mut out = Vec::new();
        let order = if self.how == How::LeftSemi { [1, 0] } else { [0, 1] };
        for side in order {
            for row in inputs[side].iter().cloned() {
                if self.times[side].is_some_and(|column| passed(&row[column], watermarks.late_ms)) {
                    counters.dropped += 1;
                } else {
                    self.take(side, row, watermarks, &mut counters, &mut out);
                }
            }
        }
        for side in 0..2 {
            let gone = self.evict(side, watermarks.evict_ms);
            counters.removed += gone.len();
            if self.is_outer(side) {
                out.extend(gone.iter().filter(|(_, matched)| !matched).map(|(row, _)| self.alone(side, row)));
            }
        }
        counters.total = self.sides[0].len() + self.sides[1].len();
        (out, counters)
    }

    fn state(&self) -> Vec<Vec<Row>> {
        let store = |side: usize| {
            let row = |(row, matched): &(Row, bool)| [self.key(side, row), row.clone(), vec![Value::Boolean(*matched)]].concat();
            let mut rows: Vec<Row> = self.sides[side].iter().map(row).collect();
            rows.sort();
            rows
        };
        vec![store(0), store(1)]
    }

    fn wants_batch(&self) -> bool {
        (0..2).any(|side| self.state_watermark_ms(side, Some(0)).is_some())
    }

    fn output_watermark_ms(&self, input_ms: i64) -> i64 {
        (0..2).filter_map(|side| self.state_watermark_ms(side, Some(input_ms))).fold(input_ms, i64::min)
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(self.clone())
    }
}
