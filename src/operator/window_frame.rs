//! Which rows a window function looks at from each row of a sorted relation: Spark's `WindowFunctionFrame`s.

use std::ops::Range;

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::Float64Array;
use arrow_array::Int64Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::types::Int64Type;

use crate::sql::tree::FrameBound;
use crate::sql::tree::WindowFrame;
use crate::types::Value;

/// A relation sorted by partition and order: where each row's partition and peers (rows equal in the order too) begin and end.
pub struct Sorted {
    /// Each row's partition.
    pub partitions: Vec<Range<usize>>,
    /// Each row's peers.
    pub peers: Vec<Range<usize>>,
}

/// The one order key of a `RANGE` frame with offsets, as numbers.
pub enum RangeKey {
    /// Whole numbers, days or microseconds.
    Whole(Int64Array),
    /// Floating point numbers.
    Floating(Float64Array),
}

impl RangeKey {
    /// The key's values; none where Tidemark does not measure this type.
    #[must_use]
    pub fn of(column: &ArrayRef) -> Option<Self> {
        use arrow_schema::DataType as Arrow;
        let cast = match column.data_type() {
            Arrow::Int8 => widened::<arrow_array::types::Int8Type>(column),
            Arrow::Int16 => widened::<arrow_array::types::Int16Type>(column),
            Arrow::Int32 => widened::<arrow_array::types::Int32Type>(column),
            Arrow::Date32 => widened::<arrow_array::types::Date32Type>(column),
            Arrow::Int64 => column.as_primitive::<Int64Type>().clone(),
            Arrow::Timestamp(..) => column.as_primitive::<arrow_array::types::TimestampMicrosecondType>().reinterpret_cast(),
            Arrow::Float64 => return Some(Self::Floating(column.as_primitive::<Float64Type>().clone())),
            _ => return None,
        };
        Some(Self::Whole(cast))
    }

    /// Whether the row lies before (by `less`) or not after the base row's value moved by an offset.
    fn is_before(&self, row: usize, base: usize, offset: &Value, or_equal: bool, descending: bool) -> bool {
        let order = match self {
            Self::Whole(keys) => {
                let moved = i128::from(keys.value(base)) + if descending { -whole(offset) } else { whole(offset) };
                i128::from(keys.value(row)).cmp(&moved)
            }
            Self::Floating(keys) => {
                let moved = keys.value(base) + if descending { -floating(offset) } else { floating(offset) };
                keys.value(row).total_cmp(&moved)
            }
        };
        let order = if descending { order.reverse() } else { order };
        order.is_lt() || or_equal && order.is_eq()
    }

    fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Whole(keys) => keys.is_null(row),
            Self::Floating(keys) => keys.is_null(row),
        }
    }
}

fn widened<T: arrow_array::ArrowPrimitiveType>(column: &ArrayRef) -> Int64Array
where
    T::Native: Into<i64>,
{
    column.as_primitive::<T>().unary(Into::into)
}

/// An offset in the key's unit: a number, microseconds of an interval.
fn whole(offset: &Value) -> i128 {
    match offset {
        Value::DayTimeInterval(micros) => i128::from(*micros),
        other => other.as_i64().unwrap_or(0).into(),
    }
}

fn floating(offset: &Value) -> f64 {
    match offset {
        Value::Double(value) => *value,
        Value::Float(value) => f64::from(*value),
        Value::Decimal(value, _, scale) => *value as f64 / 10f64.powi(i32::from(*scale)),
        other => other.as_i64().unwrap_or(0) as f64,
    }
}

impl Sorted {
    /// From the sorted relation's keys as comparable bytes: of the partition alone and of the order alone; none where there are no keys.
    #[must_use]
    pub fn new(rows: usize, partition: Option<&arrow_row::Rows>, order: Option<&arrow_row::Rows>) -> Self {
        let same = |keys: Option<&arrow_row::Rows>, a: usize, b: usize| keys.is_none_or(|keys| keys.row(a) == keys.row(b));
        let partitions = runs(rows, &|a, b| same(partition, a, b));
        let peers = runs(rows, &|a, b| same(partition, a, b) && same(order, a, b));
        Self { partitions, peers }
    }

    /// The rows that the row's frame holds.
    #[must_use]
    pub fn frame(&self, row: usize, frame: &WindowFrame<Value>, key: Option<(&RangeKey, bool)>) -> Range<usize> {
        let start = self.bound(row, frame, &frame.start, true, key);
        let end = self.bound(row, frame, &frame.end, false, key);
        start..end.max(start)
    }

    fn bound(
        &self,
        row: usize,
        frame: &WindowFrame<Value>,
        bound: &FrameBound<Value>,
        is_start: bool,
        key: Option<(&RangeKey, bool)>,
    ) -> usize {
        let (partition, peers) = (&self.partitions[row], &self.peers[row]);
        let pick = |range: &Range<usize>| if is_start { range.start } else { range.end };
        match bound {
            FrameBound::Unbounded => pick(partition),
            FrameBound::CurrentRow if frame.rows => row + usize::from(!is_start),
            FrameBound::CurrentRow => pick(peers),
            FrameBound::Offset(offset) if frame.rows => {
                let place = row as i64 + offset.as_i64().unwrap_or(0) + i64::from(!is_start);
                place.clamp(partition.start as i64, partition.end as i64) as usize
            }
            FrameBound::Offset(offset) => match key {
                Some((key, descending)) if !key.is_null(row) => {
                    let inside = |other: &usize| !key.is_null(*other) && key.is_before(*other, row, offset, !is_start, descending);
                    let first = partition.clone().find(|other| !key.is_null(*other)).unwrap_or(partition.start);
                    first + (first..partition.end).take_while(inside).count()
                }
                _ => pick(peers),
            },
        }
    }
}

/// For each row the run of neighbours that are the same.
fn runs(rows: usize, same: &dyn Fn(usize, usize) -> bool) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::with_capacity(rows);
    let mut start = 0;
    while start < rows {
        let end = (start + 1..rows).find(|row| !same(start, *row)).unwrap_or(rows);
        runs.extend(std::iter::repeat_n(start..end, end - start));
        start = end;
    }
    runs
}
