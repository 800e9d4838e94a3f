//! Joins of streams with streams and with static relations.

use crate::diag;
use crate::expr::Typed;
use crate::plan::JoinType;
use crate::plan::OutputMode;
use crate::plan::Plan;
use crate::plan::errors::refused;
use crate::plan::join_watermark;

/// The rules of one join.
pub(super) fn check(left: &Plan, right: &Plan, join_type: JoinType, condition: Option<&Typed>, mode: OutputMode) -> diag::Result<()> {
    let (l, r) = (left.is_streaming, right.is_streaming);
    if l && r {
        output_mode(join_type, mode)?;
    }
    match join_type {
        JoinType::Inner | JoinType::Cross => Ok(()),
        JoinType::FullOuter if l && !r => Err(refused(
            "FullOuter joins with streaming DataFrames/Datasets on the left and a static DataFrame/Dataset on the right is not supported",
        )),
        JoinType::FullOuter if r && !l => Err(refused(
            "FullOuter joins with streaming DataFrames/Datasets on the right and a static DataFrame/Dataset on the left is not supported",
        )),
        JoinType::LeftAnti if r => Err(refused("LeftAnti joins with a streaming DataFrame/Dataset on the right are not supported")),
        JoinType::LeftOuter | JoinType::LeftSemi if r && !l => Err(refused(format!(
            "{join_type} join with a streaming DataFrame/Dataset on the right and a static DataFrame/Dataset on the left is not supported"
        ))),
        JoinType::RightOuter if l && !r => Err(refused(
            "RightOuter join with a streaming DataFrame/Dataset on the left and a static DataFrame/DataSet on the right not supported",
        )),
        _ if l && r => time_bound(left, right, join_type, condition),
        _ => Ok(()),
    }
}

/// Between two streams only rows that never change can be emitted; inner and semi joins emit no others.
fn output_mode(join_type: JoinType, mode: OutputMode) -> diag::Result<()> {
    let either = matches!(join_type, JoinType::Inner | JoinType::Cross | JoinType::LeftSemi);
    match mode {
        OutputMode::Append => Ok(()),
        OutputMode::Update if either => Ok(()),
        _ => {
            let allowed = if either { "Append and Update output modes" } else { "Append output mode" };
            Err(refused(format!(
                "{join_type} join between two streaming DataFrames/Datasets is not supported in {mode:?} output mode, only in {allowed}"
            )))
        }
    }
}

/// An outer join of two streams must know when a row can no longer find a match.
fn time_bound(left: &Plan, right: &Plan, join_type: JoinType, condition: Option<&Typed>) -> diag::Result<()> {
    let facts = join_watermark::facts(left, right, condition);
    let bounded = match join_type {
        JoinType::LeftOuter | JoinType::LeftSemi => !facts.left_bounds.is_empty(),
        JoinType::RightOuter => !facts.right_bounds.is_empty(),
        _ => !facts.left_bounds.is_empty() || !facts.right_bounds.is_empty(),
    };
    if facts.key_ordinal.is_some() || bounded {
        return Ok(());
    }
    Err(refused(format!(
        "Stream-stream {join_type} join between two streaming DataFrame/Datasets is not supported without a watermark in the join keys, \
         or a watermark on the nullable side and an appropriate range condition"
    )))
}
