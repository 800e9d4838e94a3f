//! Stateful operators in a row: below another one, none may emit rows that the watermark has already passed.

use crate::diag;
use crate::plan::Node;
use crate::plan::OutputMode;
use crate::plan::Plan;
use crate::plan::errors::refused;

/// `checkStreamingQueryGlobalWatermarkLimit`.
pub(super) fn check(plan: &Plan, mode: OutputMode) -> diag::Result<()> {
    if mode == OutputMode::Append {
        return Ok(());
    }
    let below_holds_aggregate = |plan: &Plan| plan.children().into_iter().any(|child| child.exists(&super::is_streaming_aggregate));
    if !plan.exists(&|plan| is_stateful(plan) && below_holds_aggregate(plan)) {
        return Ok(());
    }
    Err(refused(
        "Detected pattern of possible 'correctness' issue due to global watermark. The query contains stateful operation which can emit rows \
         older than the current watermark plus allowed late record delay, which are \"late rows\" in downstream stateful operations and these \
         rows can be discarded. Please refer the programming guide doc for more details. If you understand the possible risk of correctness \
         issue and still need to run the query, you can disable this check by setting the config \
         `spark.sql.streaming.statefulOperator.checkCorrectness.enabled` to false.",
    ))
}

/// What keeps state; a deduplication only where its keys hold event time.
fn is_stateful(plan: &Plan) -> bool {
    plan.is_streaming
        && match &plan.node {
            Node::Aggregate { .. } => true,
            Node::Join { left, right, .. } => left.is_streaming && right.is_streaming,
            Node::Deduplicate { within_watermark, keys, child } => {
                let is_event_time = |id| child.column(id).is_some_and(|column| column.watermark_delay_ms.is_some());
                *within_watermark || keys.iter().any(|key| is_event_time(*key))
            }
            _ => false,
        }
}
