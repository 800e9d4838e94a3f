//! Aggregate functions: what they are, and their columnar buffers.
//!
//! An [`Accumulator`] keeps one `Vec` per buffer column, indexed by the dense number of the group. Buffers are Spark's own
//! (`avg` keeps sum and count), so that partial aggregation, state rows and merges see the same columns as in Spark.

mod average;
mod call;
mod collect;
mod count;
mod distinct_count;
mod distinct_count_bias;
mod each_group;
mod extreme;
mod fold;
mod moments;
mod pairs;
mod pick;
mod resolve;
mod sum;
mod table_order;

pub use average::rounded_quotient;
pub use call::AggregateCall;
pub use call::AggregateFunction;
pub(super) use resolve::resolve_call;
pub(super) use resolve::shown_defaults;

use each_group::EachGroup;

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
        F::First | F::Last | F::AnyValue => Box::new(EachGroup::<pick::Picked>::new(call)),
        F::MinBy | F::MaxBy => Box::new(EachGroup::<pick::PickedBy>::new(call)),
        F::CollectList | F::ListAgg => Box::new(EachGroup::<collect::List>::new(call)),
        F::CollectSet => Box::new(EachGroup::<collect::Set>::new(call)),
        F::Mode | F::Median | F::Percentile | F::PercentileDisc | F::PercentileApprox => {
            Box::new(EachGroup::<collect::Frequencies>::new(call))
        }
        F::StddevSample | F::StddevPopulation | F::VarianceSample | F::VariancePopulation | F::Skewness | F::Kurtosis => {
            Box::new(moments::CentralMoments::new(call))
        }
        F::Correlation | F::CovarianceSample | F::CovariancePopulation => Box::new(EachGroup::<pairs::Pairs>::new(call)),
        F::RegrCount | F::RegrAvgX | F::RegrAvgY | F::RegrSxx | F::RegrSyy | F::RegrSxy | F::RegrSlope | F::RegrIntercept | F::RegrR2 => {
            Box::new(EachGroup::<pairs::Pairs>::new(call))
        }
        F::BoolAnd | F::BoolOr | F::BitAnd | F::BitOr | F::BitXor | F::Product => Box::new(EachGroup::<fold::Folded>::new(call)),
        F::ApproxCountDistinct => Box::new(EachGroup::<distinct_count::Registers>::new(call)),
    })
}
