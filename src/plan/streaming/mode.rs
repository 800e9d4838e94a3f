//! Which output mode an aggregation allows.

use crate::diag;
use crate::diag::Diagnostic;
use crate::plan::Column;
use crate::plan::Named;
use crate::plan::Node;
use crate::plan::OutputMode;
use crate::plan::Plan;

/// The rules of output modes. Of several aggregations the outermost counts, as in Spark.
pub(super) fn check(plan: &Plan, mode: OutputMode) -> diag::Result<()> {
    let keys = outermost_keys(plan);
    match (mode, keys) {
        (OutputMode::Append, Some(keys)) if !keys.iter().any(|key| key.column.watermark_delay_ms.is_some()) => {
            Err(unsupported(mode, "streaming aggregations without watermark"))
        }
        (OutputMode::Update, Some(keys)) if keys.iter().map(|key| &key.column).any(Column::is_session) => {
            Err(unsupported(mode, "session window streaming aggregations"))
        }
        (OutputMode::Complete, None) => Err(unsupported(mode, "no streaming aggregations")),
        _ => Ok(()),
    }
}

fn unsupported(mode: OutputMode, operation: &str) -> Box<Diagnostic> {
    let text = format!(
        "Invalid streaming output mode: {mode}. This output mode is not supported for {operation} on streaming DataFrames/DataSets."
    );
    Diagnostic::analysis("STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION", text, "42KDE")
}

/// The keys of the first streaming aggregation from the top, left before right.
fn outermost_keys(plan: &Plan) -> Option<&[Named]> {
    match &plan.node {
        Node::Aggregate { keys, .. } if plan.is_streaming => Some(keys),
        _ => plan.children().into_iter().find_map(|child| outermost_keys(child)),
    }
}
