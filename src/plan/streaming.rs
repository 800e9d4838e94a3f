//! What a stream cannot do: Spark's `UnsupportedOperationChecker`, rule by rule, in its order and words.

mod chained;
mod continuous;
mod join;
mod mode;
mod window;

pub use continuous::check_continuous;

use crate::diag;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::plan::Node;
use crate::plan::OutputMode;
use crate::plan::Plan;
use crate::plan::SetOperation;
use crate::plan::errors::refused;

/// Refuses a batch action (`show`, `collect`, `count`) on a stream, and what only streams can do on a batch: `checkForBatch`.
///
/// # Errors
/// `_LEGACY_ERROR_TEMP_3102`.
pub fn check_batch(plan: &Plan) -> diag::Result<()> {
    if plan.is_streaming {
        return Err(refused(
            "Queries with streaming sources must be executed with writeStream.start(), or from a streaming table or flow definition \
             within a Spark Declarative Pipeline.",
        ));
    }
    if plan.exists(&|plan| matches!(plan.node, Node::Deduplicate { within_watermark: true, .. })) {
        return Err(refused("dropDuplicatesWithinWatermark is not supported with batch DataFrames/DataSets"));
    }
    Ok(())
}

/// Refuses what a streaming query cannot do in this output mode: `checkForStreaming`. `start` calls it on the analysed plan.
///
/// # Errors
/// `STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION`, `NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING`, `_LEGACY_ERROR_TEMP_3102`.
pub fn check(plan: &Plan, mode: OutputMode) -> diag::Result<()> {
    check_unchained(plan, mode)?;
    chained::check(plan, mode)
}

/// [`check`] without the rule of chained stateful operators, which `spark.sql.streaming.statefulOperator.checkCorrectness.enabled` = false switches off.
///
/// # Errors
/// As [`check`].
pub fn check_unchained(plan: &Plan, mode: OutputMode) -> diag::Result<()> {
    if !plan.is_streaming {
        return Err(refused("Queries without streaming sources cannot be executed with writeStream.start()"));
    }
    mode::check(plan, mode)?;
    let mut first = Ok(());
    plan.for_each_up(&mut |node| {
        if first.is_ok() {
            first = operation(node, mode).and_then(|()| expressions(node));
        }
    });
    first
}

/// The rules of one relation.
fn operation(plan: &Plan, mode: OutputMode) -> diag::Result<()> {
    match &plan.node {
        Node::Aggregate { calls, child, .. } if child.is_streaming && calls.iter().any(|call| call.call.distinct) => Err(refused(
            "Distinct aggregations are not supported on streaming DataFrames/Datasets. Consider using approx_count_distinct() instead.",
        )),
        Node::Join { left, right, join_type, condition } => join::check(left, right, *join_type, condition.as_ref(), mode),
        Node::Deduplicate { within_watermark: true, child, .. } if child.is_streaming => deduplicate_within_watermark(child),
        Node::Union { children } => union(children.iter().map(|child| child.is_streaming)),
        Node::SetOperation { operation, left, right, .. } => set_operation(*operation, left, right),
        Node::Limit { child, .. } if child.is_streaming && mode == OutputMode::Update => {
            Err(refused("Limits are not supported on streaming DataFrames/Datasets in Update output mode"))
        }
        Node::Offset { .. } => Err(refused("Offset is not supported on streaming DataFrames/Datasets")),
        Node::Sort { .. } if !has_complete_data(plan, mode) => Err(refused(
            "Sorting is not supported on streaming DataFrames/Datasets, unless it is on aggregated DataFrame/Dataset in Complete output mode",
        )),
        Node::Sample { child, .. } if child.is_streaming => Err(refused("Sampling is not supported on streaming DataFrames/Datasets")),
        Node::Window { functions, child } if child.is_streaming => Err(window::refused(functions, child)),
        _ => Ok(()),
    }
}

/// Whether the relation yields its whole result every time: no stream, or a streaming aggregation in complete mode.
fn has_complete_data(plan: &Plan, mode: OutputMode) -> bool {
    !plan.is_streaming || (mode == OutputMode::Complete && plan.exists(&is_streaming_aggregate))
}

/// Whether it is an aggregation of a stream.
fn is_streaming_aggregate(plan: &Plan) -> bool {
    plan.is_streaming && matches!(plan.node, Node::Aggregate { .. })
}

fn deduplicate_within_watermark(child: &Plan) -> diag::Result<()> {
    if child.columns.iter().any(|column| column.watermark_delay_ms.is_some()) {
        return Ok(());
    }
    Err(refused("dropDuplicatesWithinWatermark is not supported on streaming DataFrames/DataSets without watermark"))
}

fn union(streaming: impl Iterator<Item = bool>) -> diag::Result<()> {
    let streaming: Vec<bool> = streaming.collect();
    if streaming.contains(&true) && streaming.contains(&false) {
        return Err(refused("Union between streaming and batch DataFrames/Datasets is not supported"));
    }
    Ok(())
}

fn set_operation(operation: SetOperation, left: &Plan, right: &Plan) -> diag::Result<()> {
    match operation {
        SetOperation::Except if right.is_streaming => Err(refused("Except on a streaming DataFrame/Dataset on the right is not supported")),
        SetOperation::Intersect if left.is_streaming || right.is_streaming => {
            Err(refused("Intersect of streaming DataFrames/Datasets is not supported"))
        }
        _ => Ok(()),
    }
}

/// Expressions that need a number for every row of a partition.
fn expressions(plan: &Plan) -> diag::Result<()> {
    let counts = |typed: &Typed| {
        typed.any(&mut |node| matches!(&node.kind, TypedKind::Call(call) if call.function.name == "monotonically_increasing_id"))
    };
    let found = match &plan.node {
        Node::Project { list, .. } => list.iter().any(|named| counts(&named.expr)),
        Node::Filter { condition, .. } => counts(condition),
        _ => false,
    };
    if found && plan.is_streaming {
        return Err(refused("Expression(s): monotonically_increasing_id() is not supported with streaming DataFrames/Datasets"));
    }
    Ok(())
}
