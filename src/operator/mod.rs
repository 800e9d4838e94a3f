//! Incremental operators, one file each: what they keep, emit, drop and evict in a batch.
//!
//! Law: what an operator keeps between batches is in its state store, nowhere else, so that dropping it and opening it again changes nothing.
//! It sees whole Arrow batches and its [`BatchContext`]; after lowering there are no names, columns are ids.

mod aggregate;
mod code_table;
mod codec;
mod collect_metrics;
mod conform;
mod context;
mod deduplicate;
mod expand;
mod file_layout;
mod filter;
mod generate;
mod group_keys;
mod group_order;
mod join;
mod limit;
mod memory;
mod partial;
mod project;
mod rows;
mod session_window;
mod set_operation;
mod sort;
mod state_variables;
mod store_order;
mod stream_join;
mod stream_limit;
mod time_window;
mod transform_with_state;
mod union;
mod watermark;
mod window;
mod window_frame;

pub use aggregate::Aggregate;
pub use aggregate::AggregateSpec;
pub use aggregate::is_window;
pub use collect_metrics::CollectMetrics;
pub use context::BatchContext;
pub use context::EventTimeStats;
pub use context::Note;
pub use context::Observed;
pub use context::OperatorReport;
pub use context::StateCounters;
pub use deduplicate::Deduplicate;
pub use expand::Expand;
pub use file_layout::FileStore;
pub use filter::Filter;
pub use generate::Generate;
pub use group_keys::Groups;
pub use group_keys::group;
pub use join::Join;
pub use limit::Limit;
pub use memory::Memory;
pub use memory::StateRow;
pub use memory::StateView;
pub use project::Project;
pub use rows::Column;
pub use rows::Rows;
pub use session_window::MergeSessions;
pub use session_window::SessionWindow;
pub use set_operation::SetOperation;
pub use sort::Sort;
pub use sort::SortKey;
pub use stream_join::StreamJoin;
pub use stream_limit::StreamLimit;
pub use time_window::TimeWindow;
pub use transform_with_state::StateShape;
pub use transform_with_state::TransformSpec;
pub use transform_with_state::TransformWithState;
pub use union::Union;
pub use watermark::EventTimeWatermark;
pub use window::Window;

use crate::diag::Result;

/// One operator of a running query. Batch queries run on the same operators, in one go.
pub trait Operator {
    /// What people call it: `Filter`; for an operator with state, Spark's `operatorName`.
    fn name(&self) -> &'static str;

    /// Takes a batch, one [`Rows`] for each input, and gives what goes on.
    ///
    /// # Errors
    /// What the data does to an expression: overflow, division by zero, a malformed cast.
    fn process(&mut self, inputs: Vec<Rows>, context: &BatchContext, report: &mut OperatorReport) -> Result<Rows>;

    /// Its state stores; none where it keeps nothing.
    fn memories(&mut self) -> Vec<&mut Memory> {
        Vec::new()
    }

    /// What the program's code will keep, asked before the first batch of a run; none for operators of Spark's own.
    ///
    /// # Errors
    /// What the program raises.
    fn define(&mut self, _context: &BatchContext) -> Result<Option<StateShape>> {
        Ok(None)
    }

    /// Its state as it is now, for people: a table for each store or variable, at most so many rows each.
    fn views(&mut self, at_most: usize) -> Vec<StateView> {
        self.memories().into_iter().map(|memory| memory.state_view(at_most)).collect()
    }

    /// When something in its state is due by the clock alone, milliseconds since 1970; none where nothing is.
    fn next_due_ms(&mut self) -> Option<i64> {
        None
    }

    /// The watermark of what it emits, given that of its input, microseconds: an operator that holds rows back holds the watermark back.
    fn output_watermark_us(&self, input_us: i64) -> i64 {
        input_us
    }

    /// Whether a batch without data is worth running once the watermark has moved, in this mode: Spark's `shouldRunAnotherBatch`.
    fn wants_batch_for_watermark(&self, _mode: crate::plan::OutputMode) -> bool {
        false
    }
}

/// The inputs of an operator that has a fixed number of them.
///
/// # Panics
/// Where lowering gave it another number: our own bug.
fn only<const N: usize>(inputs: Vec<Rows>) -> [Rows; N] {
    match inputs.try_into() {
        Ok(inputs) => inputs,
        Err(inputs) => panic!("an operator of {N} inputs got {}", inputs.len()),
    }
}

#[cfg(test)]
mod state_model;
#[cfg(test)]
mod tests;
