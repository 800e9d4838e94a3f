//! Join of two streams.
//!
//! Keeps the rows of both sides, by join key, each with whether it has found a match. A batch's left rows meet the right state, then its right rows the left
//! state, which by then holds the batch's left rows. Drops rows that the batch before's watermark has passed. Evicts rows that the watermark says can match no
//! more, and emits those of an outer side that found no match, beside nulls. A left semi join takes its right rows
//! first, emits a left row once and lets go of it at once.

use std::rc::Rc;
use std::sync::Arc;

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::BooleanArray;
use arrow_array::Int64Array;
use arrow_array::UInt32Array;
use arrow_array::cast::AsArray;
use arrow_array::new_null_array;
use arrow_array::types::Int64Type;
use arrow_array::types::TimestampMicrosecondType;
use hashbrown::HashMap;

use super::BatchContext;
use super::Memory;
use super::Note;
use super::Operator;
use super::OperatorReport;
use super::Rows;
use super::StateCounters;
use super::codec::Codec;
use super::file_layout::FileColumn;
use super::file_layout::FileStore;
use super::file_layout::Held;
use super::group_keys::normalized;
use super::memory::Expiry;
use super::memory::Prefixed;
use super::memory::StateRows;
use super::rows::Column;
use super::rows::take;
use super::watermark::event_times;
use crate::diag::Result;
use crate::expr::ColumnId;
use crate::expr::Typed;
use crate::expr::evaluate;
use crate::plan::JoinType;
use crate::plan::OutputMode;
use crate::plan::join_watermark::JoinFacts;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::arrow::arrow_type;
use crate::types::arrow::value_at;

/// Joins two streams. Spark's `StreamingSymmetricHashJoinExec`.
#[derive(Debug)]
pub struct StreamJoin {
    join_type: JoinType,
    facts: JoinFacts,
    ids: Rc<[ColumnId]>,
    left: Side,
    right: Side,
}

/// One side of the join.
#[derive(Debug)]
struct Side {
    columns: Vec<Column>,
    keys: Vec<Typed>,
    /// The conditions over this side alone: a row that fails one matches nothing.
    own_conditions: Vec<Typed>,
    /// The column by which rows are late.
    time: Option<ColumnId>,
    prefix: Codec,
    memory: Memory,
    /// Whether rows without a match are emitted.
    outer: bool,
}

/// What rows of one side found in the other's state.
struct Found {
    /// Joined rows, left columns first.
    joined: Rows,
    /// For each row, whether it has a match.
    matched: Vec<bool>,
    /// The other side's rows that have a match, and their bytes in its state.
    other: StateRows,
    other_keys: Vec<Vec<u8>>,
    other_matched: Vec<bool>,
}

impl StreamJoin {
    /// A join of two streams of these columns.
    #[must_use]
    pub fn new(join_type: JoinType, facts: JoinFacts, left: Vec<Column>, right: Vec<Column>, ids: Vec<ColumnId>) -> Self {
        let keys = |pick: fn(&crate::plan::join_watermark::JoinKey) -> &Typed| facts.keys.iter().map(|key| pick(key).clone()).collect();
        let left_outer = matches!(join_type, JoinType::LeftOuter | JoinType::FullOuter);
        let right_outer = matches!(join_type, JoinType::RightOuter | JoinType::FullOuter);
        let left = Side::new("left-keyWithIndexToValue", left, keys(|key| &key.left), facts.left_time, &facts, left_outer);
        let right = Side::new("right-keyWithIndexToValue", right, keys(|key| &key.right), facts.right_time, &facts, right_outer);
        Self { join_type, facts, ids: ids.into(), left, right }
    }

    fn is_semi(&self) -> bool {
        self.join_type == JoinType::LeftSemi
    }

    /// The state watermarks of both sides under an event-time watermark, microseconds: rows at or below them match no more.
    fn state_watermarks_us(&self, watermark_us: Option<i64>) -> (Option<i64>, Option<i64>) {
        let Some(watermark_us) = watermark_us else { return (None, None) };
        if self.facts.key_ordinal.is_some() {
            return (Some(watermark_us), Some(watermark_us));
        }
        let ms = watermark_us / 1000;
        let us = |ms: Option<i64>| ms.map(|ms| ms.saturating_mul(1000));
        let left = us(self.facts.left_state_watermark_ms(ms)).filter(|_| self.left.time.is_some());
        let right = us(self.facts.right_state_watermark_ms(ms)).filter(|_| self.right.time.is_some());
        (left, right)
    }

    /// What a batch's rows of one side find in the other side's state.
    fn find(&mut self, rows: &Rows, from_left: bool, context: &BatchContext) -> Result<Found> {
        let (own, other) = if from_left { (&self.left, &mut self.right) } else { (&self.right, &mut self.left) };
        let prefixes = own.prefixes(rows, context)?;
        let (numbers, distinct) = numbered(&prefixes);
        let Prefixed { rows: state, keys: other_keys, ends } =
            other.memory.with_prefixes(distinct.iter().map(|row| prefixes.row(*row).data()));
        let mut candidates = (Vec::new(), Vec::new());
        for (row, number) in numbers.iter().enumerate() {
            let start = number.checked_sub(1).map_or(0, |before| ends[before]);
            for place in start..ends[*number] {
                candidates.0.push(row as u32);
                candidates.1.push(place);
            }
        }
        let stored = other.rows_of(&state);
        let (own_places, other_places) = (UInt32Array::from(candidates.0), UInt32Array::from(candidates.1));
        let (own_rows, other_rows) = (rows.take(&own_places), stored.take(&other_places));
        let pairs = if from_left { beside(&own_rows, &other_rows) } else { beside(&other_rows, &own_rows) };
        let mask = self.holds(&pairs, context)?;
        let (mut matched, mut other_matched) = (vec![false; rows.rows], vec![false; state.rows]);
        for place in (0..pairs.rows).filter(|place| mask.value(*place)) {
            let (own, other) = (own_places.value(place) as usize, other_places.value(place) as usize);
            // A semi join looks no further than a left row's first match.
            if self.is_semi() && (if from_left { matched[own] } else { other_matched[other] }) {
                continue;
            }
            matched[own] = true;
            other_matched[other] = true;
        }
        Ok(Found { joined: pairs.filter(&mask), matched, other: state, other_keys, other_matched })
    }

    /// For each pair, whether the conditions beside the key are true. The key is equal already: a null key equals another one, and is
    /// kept out of the join by conditions below it, which a full outer join has not.
    fn holds(&self, pairs: &Rows, context: &BatchContext) -> Result<BooleanArray> {
        let mut held = vec![true; pairs.rows];
        for condition in &self.facts.others {
            let mask = evaluate(condition, &context.input(pairs))?;
            let mask = mask.as_boolean();
            held.iter_mut().enumerate().for_each(|(place, held)| *held &= mask.is_valid(place) && mask.value(place));
        }
        Ok(BooleanArray::from(held))
    }

    /// The rows of the state beside nulls, or alone for a semi join.
    fn alone(&self, rows: &Rows, is_left: bool) -> Rows {
        if self.is_semi() {
            return Rows { ids: Rc::clone(&self.ids), ..rows.clone() };
        }
        let nulls = |side: &Side| -> Vec<ArrayRef> {
            side.columns.iter().map(|column| new_null_array(&arrow_type(&column.data_type), rows.rows)).collect()
        };
        let columns =
            if is_left { [rows.columns.clone(), nulls(&self.right)].concat() } else { [nulls(&self.left), rows.columns.clone()].concat() };
        Rows { ids: Rc::clone(&self.ids), columns, rows: rows.rows, origin: None }
    }

    /// The batch's rows of one side meet the other's state and go into their own.
    fn advance(
        &mut self,
        rows: &Rows,
        from_left: bool,
        context: &BatchContext,
        counters: &mut StateCounters,
        out: &mut Vec<Rows>,
    ) -> Result<()> {
        let found = self.find(rows, from_left, context)?;
        let side = if from_left { &self.left } else { &self.right };
        let passes = side.passes_own_conditions(rows, context)?;
        // The right side comes last in a batch: a row of it that goes at the batch's end needs no place in the state, unless it is still to be emitted unmatched.
        let (_, right_us) = self.state_watermarks_us(context.evict_us);
        let mut expired = if from_left { vec![false; rows.rows] } else { side.expired(rows, right_us, context)? };
        if side.outer {
            expired.iter_mut().zip(&found.matched).for_each(|(expired, matched)| *expired &= matched);
        }
        let semi = self.is_semi();
        match (semi, from_left) {
            (false, _) => out.push(Rows { ids: Rc::clone(&self.ids), origin: None, ..found.joined.clone() }),
            (true, true) => out.push(self.alone(&rows.take(&places(&found.matched)), true)),
            (true, false) => {
                let first_matches = self.left.rows_of(&found.other).take(&places(&found.other_matched));
                out.push(self.alone(&first_matches, true));
            }
        }
        let stored: Vec<bool> =
            (0..rows.rows).map(|row| passes[row] && !expired[row] && !(semi && from_left && found.matched[row])).collect();
        if side.outer {
            let failing: Vec<bool> = passes.iter().map(|passes| !passes).collect();
            out.push(self.alone(&rows.take(&places(&failing)), from_left));
        }
        counters.updated += stored.iter().filter(|stored| **stored).count() as u64;
        let (own, other) = if from_left { (&mut self.left, &mut self.right) } else { (&mut self.right, &mut self.left) };
        own.store(rows, &stored, &found.matched, context)?;
        if semi && !from_left {
            let gone = found.other_keys.iter().zip(&found.other_matched).filter(|(_, matched)| **matched).map(|(key, _)| key.as_slice());
            counters.removed += other.memory.remove(gone);
        } else {
            other.mark(&found);
        }
        Ok(())
    }

    fn evict(&mut self, is_left: bool, until_us: Option<i64>, counters: &mut StateCounters, out: &mut Vec<Rows>) {
        let side = if is_left { &mut self.left } else { &mut self.right };
        let Some(until_us) = until_us else { return };
        let gone = side.memory.evict(until_us);
        counters.removed += gone.rows as u64;
        if side.outer {
            let matched = matched_flags(&gone);
            let unmatched: Vec<bool> = matched.iter().map(|matched| !matched).collect();
            let rows = side.rows_of(&gone).take(&places(&unmatched));
            out.push(self.alone(&rows, is_left));
        }
    }
}

impl Operator for StreamJoin {
    fn name(&self) -> &'static str {
        "symmetricHashJoin"
    }

    fn process(&mut self, inputs: Vec<Rows>, context: &BatchContext, report: &mut OperatorReport) -> Result<Rows> {
        let [left, right] = super::only(inputs);
        let arrived = (left.rows + right.rows) as u64;
        if context.tracing {
            self.left.note_keys(&left, context, report)?;
            self.right.note_keys(&right, context, report)?;
        }
        let left = self.left.on_time(left, context, report);
        let right = self.right.on_time(right, context, report);
        let mut counters = StateCounters { dropped: arrived - (left.rows + right.rows) as u64, ..StateCounters::default() };
        if context.tracing {
            let origins = [&left, &right].into_iter().filter_map(|rows| rows.origin.clone());
            report
                .notes
                .extend(origins.flat_map(|origin| origin.iter().map(|origin| Note::Passed { origin: *origin }).collect::<Vec<_>>()));
        }
        let (left_us, right_us) = self.state_watermarks_us(context.evict_us);
        let mut out = vec![self.alone(&Rows::empty(&self.left.columns), true)];
        let sides = [(&left, true), (&right, false)];
        // A semi join takes the right side first, so that a left row which finds its match at once is never kept.
        for (rows, is_left) in if self.is_semi() { [sides[1], sides[0]] } else { sides } {
            self.advance(rows, is_left, context, &mut counters, &mut out)?;
        }
        self.evict(true, left_us, &mut counters, &mut out);
        self.evict(false, right_us, &mut counters, &mut out);
        counters.total = (self.left.memory.len() + self.right.memory.len()) as u64;
        report.state = Some(counters);
        out.iter_mut().for_each(|rows| rows.origin = None);
        Ok(Rows::concat(&out))
    }

    fn memories(&mut self) -> Vec<&mut Memory> {
        vec![&mut self.left.memory, &mut self.right.memory]
    }

    fn wants_batch_for_watermark(&self, _mode: OutputMode) -> bool {
        let (left, right) = self.state_watermarks_us(Some(0));
        left.is_some() || right.is_some()
    }

    fn output_watermark_us(&self, input_us: i64) -> i64 {
        let (left, right) = self.state_watermarks_us(Some(input_us));
        [left, right].into_iter().flatten().fold(input_us, i64::min)
    }
}

impl Side {
    fn new(store: &'static str, columns: Vec<Column>, keys: Vec<Typed>, time: Option<ColumnId>, facts: &JoinFacts, outer: bool) -> Self {
        let own = |condition: &&Typed| {
            let read = condition.columns();
            !read.is_empty() && read.iter().all(|id| columns.iter().any(|column| column.id == *id))
        };
        let own_conditions = facts.others.iter().filter(own).cloned().collect();
        let types: Vec<DataType> = keys.iter().map(|key| key.data_type.clone()).collect();
        let key_fields = types.iter().enumerate().map(|(index, data_type)| Field::new(format!("field{index}"), data_type.clone()));
        let key_schema = Schema { fields: key_fields.chain([Field::new("index", DataType::Long)]).collect() };
        let value_fields = columns.iter().enumerate().map(|(index, column)| Field::new(format!("value{index}"), column.data_type.clone()));
        let value_schema = Schema { fields: value_fields.chain([Field::new("matched", DataType::Boolean)]).collect() };
        let place = time.and_then(|time| columns.iter().position(|column| column.id == time));
        let expiry = match (facts.key_ordinal, place) {
            (Some(ordinal), _) => Expiry::Key(ordinal),
            (None, Some(place)) => Expiry::Value(place),
            (None, None) => Expiry::Never,
        };
        let files = files_of(store, &columns, &key_schema, &value_schema);
        let memory =
            Memory::new("symmetricHashJoin", key_schema, value_schema, expiry).with_prefix(types.len()).with_store(store).with_files(files);
        Self { columns, keys, own_conditions, time, prefix: Codec::new(&types), memory, outer }
    }

    fn on_time(&self, rows: Rows, context: &BatchContext, report: &mut OperatorReport) -> Rows {
        let (Some(column), Some(late_us)) = (self.time, context.late_us) else { return rows };
        let times = event_times(rows.column(column));
        let times = times.as_primitive::<TimestampMicrosecondType>();
        let mask: BooleanArray = (0..rows.rows).map(|row| Some(times.is_null(row) || times.value(row) > late_us)).collect();
        if let (true, Some(origin)) = (context.tracing, &rows.origin) {
            report.notes.extend((0..rows.rows).filter(|row| !mask.value(*row)).map(|row| Note::Late { origin: origin[row] }));
        }
        rows.filter(&mask)
    }

    fn note_keys(&self, rows: &Rows, context: &BatchContext, report: &mut OperatorReport) -> Result<()> {
        let Some(origin) = &rows.origin else { return Ok(()) };
        let columns = self.key_columns(rows, context)?;
        let key = |row: usize| columns.iter().zip(&self.keys).map(|(column, key)| value_at(column, row, &key.data_type)).collect();
        report.notes.extend(origin.iter().enumerate().map(|(row, origin)| Note::Keyed { origin: *origin, key: key(row) }));
        Ok(())
    }

    fn key_columns(&self, rows: &Rows, context: &BatchContext) -> Result<Vec<ArrayRef>> {
        self.keys.iter().map(|key| Ok(normalized(&evaluate(key, &context.input(rows))?))).collect()
    }

    fn prefixes(&self, rows: &Rows, context: &BatchContext) -> Result<arrow_row::Rows> {
        Ok(self.prefix.encode(&self.key_columns(rows, context)?, rows.rows))
    }

    fn passes_own_conditions(&self, rows: &Rows, context: &BatchContext) -> Result<Vec<bool>> {
        let mut passes = vec![true; rows.rows];
        for condition in &self.own_conditions {
            let mask = evaluate(condition, &context.input(rows))?;
            let mask = mask.as_boolean();
            passes.iter_mut().enumerate().for_each(|(row, passes)| *passes &= mask.is_valid(row) && mask.value(row));
        }
        Ok(passes)
    }

    /// For each row, whether the state watermark has passed it already.
    fn expired(&self, rows: &Rows, until_us: Option<i64>, context: &BatchContext) -> Result<Vec<bool>> {
        let keys = self.key_columns(rows, context)?;
        let (Some(until_us), Some(times)) = (until_us, self.memory.expiries_of(&keys, &rows.columns)) else {
            return Ok(vec![false; rows.rows]);
        };
        let times = times.as_primitive::<TimestampMicrosecondType>();
        Ok((0..rows.rows).map(|row| times.is_valid(row) && times.value(row) <= until_us).collect())
    }

    /// Puts the chosen rows into the state, each behind the rows of its key that are there.
    fn store(&mut self, rows: &Rows, stored: &[bool], matched: &[bool], context: &BatchContext) -> Result<()> {
        let chosen = places(stored);
        let rows = rows.take(&chosen);
        let prefixes = self.prefixes(&rows, context)?;
        let (numbers, distinct) = numbered(&prefixes);
        let (last, is_there) = self.memory.last_keys(distinct.iter().map(|row| prefixes.row(*row).data()));
        let mut last = last.last().into_iter().flat_map(|indexes| indexes.as_primitive::<Int64Type>().values().iter().copied());
        let mut next: Vec<i64> =
            is_there.iter().map(|is_there| if *is_there { last.next().map_or(0, |index| index + 1) } else { 0 }).collect();
        let take_index = |number: &usize| {
            next[*number] += 1;
            next[*number] - 1
        };
        let indexes: Vec<i64> = numbers.iter().map(take_index).collect();
        let mut keys = self.key_columns(&rows, context)?;
        keys.push(Arc::new(Int64Array::from(indexes)));
        let mut values = rows.columns.clone();
        values.push(Arc::new(chosen.values().iter().map(|place| Some(matched[*place as usize])).collect::<BooleanArray>()));
        let encoded = self.memory.encode_keys(&keys, rows.rows);
        self.memory.put(&encoded, &keys, &values);
        Ok(())
    }

    /// Notes in the state which rows have found a match now.
    fn mark(&mut self, found: &Found) {
        let before = matched_flags(&found.other);
        let fresh: Vec<bool> = before.iter().zip(&found.other_matched).map(|(before, now)| *now && !before).collect();
        let chosen = places(&fresh);
        let keys: Vec<ArrayRef> = found.other.keys.iter().map(|column| take(column, &chosen)).collect();
        let mut values: Vec<ArrayRef> = found.other.values.iter().map(|column| take(column, &chosen)).collect();
        values.pop();
        values.push(Arc::new(BooleanArray::from(vec![true; chosen.len()])));
        let encoded = self.memory.encode_keys(&keys, chosen.len());
        self.memory.put(&encoded, &keys, &values);
    }

    /// State rows as rows of this side.
    fn rows_of(&self, state: &StateRows) -> Rows {
        let columns = state.values[..self.columns.len()].to_vec();
        Rows { ids: self.columns.iter().map(|column| column.id).collect(), columns, rows: state.rows, origin: None }
    }
}

/// A side's two stores: how many rows each key has, and the rows by key and number.
fn files_of(store: &str, columns: &[Column], keys: &Schema, values: &Schema) -> Vec<FileStore> {
    let keys = FileColumn::all(keys, &[], Held::Key);
    let named = |(column, side): (FileColumn, Option<&Column>)| match side {
        Some(side) => {
            FileColumn { field: Field::new(side.name.clone(), side.data_type.clone()), metadata: side.metadata.clone(), ..column }
        }
        None => column,
    };
    let sides = columns.iter().map(Some).chain([None]);
    let values = FileColumn::all(values, &[], Held::Value).into_iter().zip(sides).map(named).collect();
    let counts = FileStore {
        name: store.replace("keyWithIndexToValue", "keyToNumValues"),
        keys: keys[..keys.len() - 1].to_vec(),
        values: vec![FileColumn::new(Field::new("value", DataType::Long), Held::Nowhere)],
    };
    vec![counts, FileStore { name: store.to_owned(), keys, values }]
}

/// The number of each row's prefix, counted in the order of first appearance, and the row in which each appears first.
fn numbered(prefixes: &arrow_row::Rows) -> (Vec<usize>, Vec<usize>) {
    let (mut known, mut distinct) = (HashMap::new(), Vec::new());
    let number = |(row, prefix): (usize, arrow_row::Row<'_>)| {
        *known.entry(prefix.data().to_vec()).or_insert_with(|| {
            distinct.push(row);
            distinct.len() - 1
        })
    };
    let numbers = prefixes.iter().enumerate().map(number).collect();
    (numbers, distinct)
}

fn matched_flags(state: &StateRows) -> Vec<bool> {
    match state.values.last() {
        Some(flags) => flags.as_boolean().iter().map(|flag| flag == Some(true)).collect(),
        None => Vec::new(),
    }
}

fn places(mask: &[bool]) -> UInt32Array {
    mask.iter().enumerate().filter(|(_, chosen)| **chosen).map(|(place, _)| place as u32).collect()
}

fn beside(left: &Rows, right: &Rows) -> Rows {
    let columns = [left.columns.clone(), right.columns.clone()].concat();
    Rows { ids: left.ids.iter().chain(right.ids.iter()).copied().collect(), columns, rows: left.rows, origin: None }
}
