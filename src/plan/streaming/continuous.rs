//! What continuous processing cannot do: Spark's `UnsupportedOperationChecker.checkForContinuous`.

use crate::diag;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::plan::Node;
use crate::plan::OutputMode;
use crate::plan::Plan;
use crate::plan::SetOperation;
use crate::plan::errors::refused;

/// Refuses relations that keep state or need more than one row, and the time of a batch, which there is none of.
///
/// # Errors
/// As [`super::check`]; `_LEGACY_ERROR_TEMP_3102`.
pub fn check_continuous(plan: &Plan, mode: OutputMode) -> diag::Result<()> {
    super::check(plan, mode)?;
    let mut first = Ok(());
    plan.for_each_up(&mut |node| {
        if first.is_ok() {
            first = relation(node).and_then(|()| expressions(node));
        }
    });
    first
}

fn relation(plan: &Plan) -> diag::Result<()> {
    let name = match &plan.node {
        Node::Source(source) if source.spec.streaming => match source.spec.format.to_ascii_lowercase().as_str() {
            "rate" | "socket" | "rate-micro-batch" | "kafka" => return Ok(()),
            _ => "StreamingRelation",
        },
        Node::Project { .. } | Node::Filter { .. } | Node::SubqueryAlias { .. } => return Ok(()),
        Node::Source(_) => "LogicalRelation",
        Node::LocalRelation { .. } => "LocalRelation",
        Node::Range { .. } => "Range",
        Node::OneRowRelation => "OneRowRelation",
        Node::Aggregate { .. } => "Aggregate",
        // A tumbling window is a `Project` over a `Filter`.
        Node::TimeWindow(window) if window.window_us == window.slide_us => return Ok(()),
        Node::TimeWindow(_) | Node::Expand(_) => "Expand",
        Node::SessionWindow(_) => return Ok(()),
        Node::EventTimeWatermark { .. } => "EventTimeWatermark",
        Node::Deduplicate { within_watermark: false, .. } => "Deduplicate",
        Node::Deduplicate { within_watermark: true, .. } => "DeduplicateWithinWatermark",
        Node::Join { .. } => "Join",
        Node::Union { .. } => "Union",
        Node::SetOperation { operation: SetOperation::Except, .. } => "Except",
        Node::SetOperation { operation: SetOperation::Intersect, .. } => "Intersect",
        Node::Sort { .. } => "Sort",
        Node::Limit { .. } => "LocalLimit",
        Node::Offset { .. } => "Offset",
        Node::Generate { .. } => "Generate",
        Node::Sample { .. } => "Sample",
        Node::Window { .. } => "Window",
        Node::TransformWithState(_) => "TransformWithStateInPySpark",
        Node::CollectMetrics(_) => "CollectMetrics",
        Node::Repartition { .. } => "Repartition",
    };
    Err(refused(format!("Continuous processing does not support {name} operations.")))
}

fn expressions(plan: &Plan) -> diag::Result<()> {
    const NOW: [&str; 5] = ["current_timestamp", "now", "current_date", "curdate", "localtimestamp"];
    let asks = |typed: &Typed| typed.any(&mut |node| matches!(&node.kind, TypedKind::Call(call) if NOW.contains(&call.function.name)));
    let found = match &plan.node {
        Node::Project { list, .. } => list.iter().any(|named| asks(&named.expr)),
        Node::Filter { condition, .. } => asks(condition),
        _ => false,
    };
    if found {
        return Err(refused("Continuous processing does not support current time operations."));
    }
    Ok(())
}
