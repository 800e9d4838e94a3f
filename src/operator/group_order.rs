//! The order in which Spark's aggregations give their groups.
//!
//! Law: a hash aggregation gives groups as they came, those with a null key last, for its fast map takes no nulls; one whose buffers can't be changed in place
//! sorts by key; one with objects in its buffers gives groups as they came.

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::UInt32Array;
use arrow_row::RowConverter;
use arrow_row::SortField;

use super::rows::kernel;
use crate::expr::aggregate::AggregateCall;
use crate::expr::aggregate::AggregateFunction;
use crate::types::DataType;

/// Which of Spark's aggregations runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `HashAggregateExec`.
    Hash,
    /// `ObjectHashAggregateExec`.
    Objects,
    /// `SortAggregateExec`.
    Sort,
}

/// The aggregation that Spark plans for these calls with buffers of these types.
#[must_use]
pub fn kind<'a>(calls: impl Iterator<Item = &'a AggregateCall>, buffers: &[DataType]) -> Kind {
    let mut objects = false;
    for call in calls {
        objects |= matches!(
            call.function,
            AggregateFunction::CollectList
                | AggregateFunction::CollectSet
                | AggregateFunction::Mode
                | AggregateFunction::Median
                | AggregateFunction::Percentile
                | AggregateFunction::PercentileDisc
                | AggregateFunction::PercentileApprox
                | AggregateFunction::ListAgg
        );
    }
    match (buffers.iter().all(is_mutable), objects) {
        (_, true) => Kind::Objects,
        (true, false) => Kind::Hash,
        (false, false) => Kind::Sort,
    }
}

/// The places of groups, which stand in the order in which they came, in the order in which Spark gives them.
#[must_use]
pub fn places(keys: &[ArrayRef], types: &[&DataType], groups: usize, kind: Kind) -> UInt32Array {
    let mut places: Vec<u32> = (0..groups as u32).collect();
    match kind {
        Kind::Sort if !keys.is_empty() => {
            let fields = keys.iter().map(|key| SortField::new(key.data_type().clone())).collect();
            let rows = kernel(kernel(RowConverter::new(fields)).convert_columns(keys));
            places.sort_by(|left, right| rows.row(*left as usize).cmp(&rows.row(*right as usize)));
        }
        Kind::Hash if types.iter().all(|data_type| fits_fast_map(data_type)) => {
            places.sort_by_key(|place| keys.iter().any(|key| key.is_null(*place as usize)));
        }
        Kind::Hash | Kind::Objects | Kind::Sort => {}
    }
    places.into()
}

/// Whether `UnsafeRow` can change such a value in place.
fn is_mutable(data_type: &DataType) -> bool {
    !matches!(data_type, DataType::String | DataType::Binary | DataType::Array(..) | DataType::Map(..) | DataType::Struct(_))
}

fn fits_fast_map(data_type: &DataType) -> bool {
    !matches!(data_type, DataType::Binary | DataType::Array(..) | DataType::Map(..) | DataType::Struct(_) | DataType::Null)
}
