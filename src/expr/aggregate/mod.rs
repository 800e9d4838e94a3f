//! Aggregate functions: what they are, and their columnar buffers.
//!
//! An [`Accumulator`] keeps one `Vec` per buffer column, indexed by the dense number of the group. Buffers are Spark's own
//! (`avg` keeps sum and count), so that partial aggregation, state rows and merges see the same columns as in Spark.

mod average;
mod call;
mod count;
mod extreme;
mod resolve;
mod sum;

pub use average::rounded_quotient;
pub use call::AggregateCall;
pub use call::AggregateFunction;
pub(super) use resolve::resolve_call;
pub(super) use resolve::shown_defaults;

use super::error;

use crate::diag::Result;
use crate::types::DataType;
use arrow_array::ArrayRef;

/// The state of one aggregate function over many groups.
pub trait Accumulator {
    /// The types of the buffer columns.
    fn buffer_types(&self) -> Vec<DataType>;

    /// Takes rows: `groups[i]` is the group of row i; groups up to `group_count` exist afterwards. `arguments` are the evaluated
    /// arguments of the call, rows that the call's filter leaves out already removed.
    ///
    /// # Errors
    /// `ARITHMETIC_OVERFLOW` where Spark raises it on update.
    fn update(&mut self, groups: &[u32], group_count: usize, arguments: &[ArrayRef]) -> Result<()>;

    /// Takes buffers, as [`Accumulator::buffers`] gives them, row i into group `groups[i]`.
    ///
    /// # Errors
    /// As in [`Accumulator::update`].
    fn merge(&mut self, groups: &[u32], group_count: usize, buffers: &[ArrayRef]) -> Result<()>;

    /// The buffer columns, a row per group.
    fn buffers(&self) -> Vec<ArrayRef>;

    /// The results, a row per group.
    ///
    /// # Errors
    /// `ARITHMETIC_OVERFLOW` where Spark raises it on evaluation.
    fn finish(&self) -> Result<ArrayRef>;

    /// Forgets all groups and keeps the allocations.
    fn clear(&mut self);
}

/// An empty accumulator for a call. `DISTINCT` is the caller's to see to: it must hand in each combination of arguments once a group.
///
/// # Errors
/// A function or a type that Tidemark does not know yet.
pub fn accumulator(call: &AggregateCall) -> Result<Box<dyn Accumulator>> {
    use AggregateFunction as F;
    Ok(match call.function {
        F::Count | F::CountIf => Box::new(count::Count::new(call)),
        F::Sum | F::TrySum => sum::of(call)?,
        F::Average | F::TryAverage => average::of(call)?,
        F::Min | F::Max => extreme::of(call)?,
        other => return Err(error::not_known(&format!("the aggregate function {other:?}"))),
    })
}
