//! Window functions of a batch query (`OVER`): sorts by partition and order, and computes a column a function. Keeps nothing. Spark's `WindowExec`.
//!
//! Law: the rows come out sorted by partition, then order, as Spark's do. Streams refuse it before it is made.

use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::Float64Array;
use arrow_array::Int32Array;
use arrow_array::UInt32Array;
use arrow_array::new_null_array;

use super::BatchContext;
use super::Operator;
use super::OperatorReport;
use super::Rows;
use super::partial::Partial;
use super::rows::kernel;
use super::rows::take;
use super::sort::SortKey;
use super::sort::encoded;
use super::window_frame::RangeKey;
use super::window_frame::Sorted;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::ColumnId;
use crate::expr::OverCall;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::expr::evaluate;
use crate::sql::tree::FrameBound;
use crate::types::Value;

/// Computes window functions that share a partition and an order.
#[derive(Debug)]
pub struct Window {
    functions: Vec<(ColumnId, OverCall)>,
    partition: Vec<SortKey>,
    order: Vec<SortKey>,
}

impl Window {
    /// The functions with their columns; they share their partition and their order.
    ///
    /// # Errors
    /// Functions that Tidemark does not know over windows.
    pub fn new(functions: Vec<(ColumnId, OverCall)>) -> Result<Self> {
        let Some((_, first)) = functions.first() else { panic!("a Window node holds a function") };
        let key = |expr: &Typed, descending, nulls_first| SortKey { expr: expr.clone(), descending, nulls_first };
        let partition = first.partition.iter().map(|expr| key(expr, false, true)).collect();
        let order = first.order.iter().map(|(expr, descending, nulls_first)| key(expr, *descending, *nulls_first)).collect();
        for (_, call) in &functions {
            let is_aggregate = matches!(call.arguments.as_slice(), [Typed { kind: TypedKind::Aggregate(_), .. }]);
            if !is_aggregate && !KNOWN.contains(&call.name.as_str()) {
                return Err(unknown(&format!("the window function {}", call.name)));
            }
        }
        Ok(Self { functions, partition, order })
    }

    fn keys(&self, keys: &[SortKey], rows: &Rows, context: &BatchContext) -> Result<Option<arrow_row::Rows>> {
        if keys.is_empty() { Ok(None) } else { encoded(keys, rows, context).map(Some) }
    }

    fn column(&self, call: &OverCall, rows: &Rows, sorted: &Sorted, context: &BatchContext) -> Result<ArrayRef> {
        let all = 0..rows.rows;
        let start = |row: usize| sorted.partitions[row].start;
        let size = |row: usize| sorted.partitions[row].len();
        let integers =
            |rank: &dyn Fn(usize) -> usize| Arc::new(all.clone().map(|row| rank(row) as i32).collect::<Int32Array>()) as ArrayRef;
        let doubles = |share: &dyn Fn(usize) -> f64| Arc::new(all.clone().map(share).collect::<Float64Array>()) as ArrayRef;
        Ok(match call.name.as_str() {
            "row_number" => integers(&|row| row - start(row) + 1),
            "rank" => integers(&|row| sorted.peers[row].start - start(row) + 1),
            "dense_rank" => integers(&|row| 1 + (start(row) + 1..=row).filter(|other| sorted.peers[*other].start == *other).count()),
            "percent_rank" => doubles(&|row| match size(row) {
                1 => 0.0,
                size => (sorted.peers[row].start - start(row)) as f64 / (size - 1) as f64,
            }),
            "cume_dist" => doubles(&|row| (sorted.peers[row].end - start(row)) as f64 / size(row) as f64),
            "ntile" => {
                let buckets = constant(call.arguments.first()).unwrap_or(1).max(1) as usize;
                integers(&|row| bucket(row - start(row), size(row), buckets))
            }
            "lag" | "lead" => neighbours(call, rows, sorted, context)?,
            "nth_value" => self.nth_value(call, rows, sorted, context)?,
            _ => self.aggregated(call, rows, sorted, context)?,
        })
    }

    fn frames(&self, call: &OverCall, rows: &Rows, sorted: &Sorted, context: &BatchContext) -> Result<Vec<Range<usize>>> {
        let measured = [&call.frame.start, &call.frame.end].iter().any(|bound| matches!(bound, FrameBound::Offset(_)));
        let key = match self.order.as_slice() {
            [order] if measured && !call.frame.rows => {
                let column = evaluate(&order.expr, &context.input(rows))?;
                let key = RangeKey::of(&column).ok_or_else(|| unknown("range frames over this type"))?;
                Some((key, order.descending))
            }
            _ => None,
        };
        let key = key.as_ref().map(|(key, descending)| (key, *descending));
        Ok((0..rows.rows).map(|row| sorted.frame(row, &call.frame, key)).collect())
    }

    fn nth_value(&self, call: &OverCall, rows: &Rows, sorted: &Sorted, context: &BatchContext) -> Result<ArrayRef> {
        let values = evaluate(&call.arguments[0], &context.input(rows))?;
        let nth = constant(call.arguments.get(1)).unwrap_or(1).max(1) as usize - 1;
        let frames = self.frames(call, rows, sorted, context)?;
        let places: UInt32Array = frames.iter().map(|frame| (frame.len() > nth).then(|| (frame.start + nth) as u32)).collect();
        Ok(take(&values, &places))
    }

    /// An aggregate over each row's frame. Rows with the same frame share one computation; a frame is computed from its rows each time,
    /// so a running sum costs the square of its partition: batch frames are small here.
    fn aggregated(&self, call: &OverCall, rows: &Rows, sorted: &Sorted, context: &BatchContext) -> Result<ArrayRef> {
        let [Typed { kind: TypedKind::Aggregate(aggregate), .. }] = call.arguments.as_slice() else {
            unreachable!("only ranking functions are no aggregates");
        };
        let frames = self.frames(call, rows, sorted, context)?;
        let mut distinct: Vec<&Range<usize>> = Vec::new();
        let groups: UInt32Array = frames
            .iter()
            .map(|frame| {
                if distinct.last() != Some(&frame) {
                    distinct.push(frame);
                }
                distinct.len() as u32 - 1
            })
            .collect();
        let mut partial = Partial::new(std::iter::once(aggregate.as_ref()), distinct.len());
        let places: UInt32Array = distinct.iter().flat_map(|frame| frame.start as u32..frame.end as u32).collect();
        let ids: Vec<u32> = distinct.iter().enumerate().flat_map(|(id, frame)| std::iter::repeat_n(id as u32, frame.len())).collect();
        partial.update(&rows.take(&places), &ids, context)?;
        match partial.finish()?.first() {
            Some(results) => Ok(take(results, &groups)),
            None => unreachable!("one call has one result"),
        }
    }
}

/// What needs no aggregate.
const KNOWN: [&str; 9] = ["row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead", "nth_value"];

/// `lag` and `lead`: the value so many rows away in the partition, the default beyond its ends.
fn neighbours(call: &OverCall, rows: &Rows, sorted: &Sorted, context: &BatchContext) -> Result<ArrayRef> {
    let input = context.input(rows);
    let values = evaluate(&call.arguments[0], &input)?;
    let distance = constant(call.arguments.get(1)).unwrap_or(1);
    let distance = if call.name == "lag" { -distance } else { distance };
    let defaults = match call.arguments.get(2) {
        Some(default) if default.as_literal() != Some(&Value::Null) => evaluate(default, &input)?,
        _ => new_null_array(values.data_type(), values.len()),
    };
    let picks: Vec<(usize, usize)> = (0..rows.rows)
        .map(|row| match usize::try_from(row as i64 + distance) {
            Ok(place) if sorted.partitions[row].contains(&place) => (0, place),
            _ => (1, row),
        })
        .collect();
    Ok(kernel(arrow_select::interleave::interleave(&[values.as_ref(), defaults.as_ref()], &picks)))
}

/// The bucket of a row among so many: the first buckets take one row more where they are not all as large.
fn bucket(place: usize, rows: usize, buckets: usize) -> usize {
    let (each, more) = (rows / buckets, rows % buckets);
    let padded = more * (each + 1);
    if place < padded { place / (each + 1) + 1 } else { (place - padded) / each.max(1) + more + 1 }
}

fn constant(argument: Option<&Typed>) -> Option<i64> {
    argument.and_then(Typed::as_literal).and_then(Value::as_i64)
}

fn unknown(what: &str) -> Box<Diagnostic> {
    Diagnostic::analysis("UNSUPPORTED_FEATURE.TIDEMARK", format!("Tidemark does not know {what} yet."), "0A000")
}

impl Operator for Window {
    fn name(&self) -> &'static str {
        "Window"
    }

    fn process(&mut self, inputs: Vec<Rows>, context: &BatchContext, _report: &mut OperatorReport) -> Result<Rows> {
        let [rows] = super::only(inputs);
        let (partition, order) = (self.keys(&self.partition, &rows, context)?, self.keys(&self.order, &rows, context)?);
        let compare = |keys: &Option<arrow_row::Rows>, a: usize, b: usize| keys.as_ref().map(|keys| keys.row(a).cmp(&keys.row(b)));
        let mut places: Vec<u32> = (0..rows.rows as u32).collect();
        places.sort_by(|a, b| {
            let (a, b) = (*a as usize, *b as usize);
            let by_partition = compare(&partition, a, b).unwrap_or(std::cmp::Ordering::Equal);
            by_partition.then_with(|| compare(&order, a, b).unwrap_or(std::cmp::Ordering::Equal))
        });
        let mut rows = rows.take(&UInt32Array::from(places));
        let (partition, order) = (self.keys(&self.partition, &rows, context)?, self.keys(&self.order, &rows, context)?);
        let sorted = Sorted::new(rows.rows, partition.as_ref(), order.as_ref());
        let made = self.functions.iter().map(|(_, call)| self.column(call, &rows, &sorted, context)).collect::<Result<Vec<_>>>()?;
        rows.ids = rows.ids.iter().copied().chain(self.functions.iter().map(|(id, _)| *id)).collect::<Rc<[ColumnId]>>();
        rows.columns.extend(made);
        Ok(rows)
    }
}
