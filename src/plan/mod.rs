//! The logical plan: DataFrames as analysed relations, named as Spark's; names, types, streaming rules, output modes.
//!
//! A [`Frame`] is always analysed: each of its methods resolves names and checks types at once and raises what Spark raises at that moment.
//! After analysis nothing goes by name any more: columns are ids. `optimize` then rewrites a plan as far as Spark's rewriting can be seen from outside.

mod aggregation;
mod analysis;
mod analyzer;
mod column;
mod errors;
mod event_time;
pub mod explain;
mod frame;
mod instance;
pub mod join_watermark;
mod names;
mod node;
mod optimize;
mod source;
pub mod sql;
mod stateful_processor;
pub mod streaming;
#[cfg(test)]
mod tests;

pub use analysis::GroupBy;
pub use analyzer::{Analyzer, Catalog};
pub use column::{Column, Named, WindowKind, quote};
pub use event_time::EventTime;
pub use frame::{Frame, JoinOn, Keyed, StateSpec};
pub use node::{
    CollectMetrics, Expand, JoinType, NamedCall, Node, Order, OutputMode, Plan, SessionWindow, SetOperation, Source, TimeWindow,
    TransformWithState, WindowFunction,
};
pub use optimize::optimize;
pub use source::SourceSpec;
pub use stateful_processor::{
    Processor, ProcessorRun, ProcessorTask, StateKind, StateVariable, StatefulProcessor, StatefulProcessorHandle, TimeMode, TimerValues,
    ValueRow,
};
