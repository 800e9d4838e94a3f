//! Recovery: what a query does first, decided from what lies in its checkpoint. Spark's `MicroBatchExecution.populateStartOffsets`.

use super::metadata_log::illegal_state;
use super::{CommitLog, CommitMetadata, OffsetLog, OffsetSeq};
use crate::diag::Result;
use crate::world::Disk;

/// What lies in the checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// The newest batch of the offset log.
    pub latest_offsets: Option<(u64, OffsetSeq)>,
    /// The offsets of the batch before that.
    pub previous_offsets: Option<OffsetSeq>,
    /// The newest batch of the commit log.
    pub latest_commit: Option<(u64, CommitMetadata)>,
}

/// What the query does first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The checkpoint is empty: begin with batch 0.
    Fresh,
    /// The newest batch has ended: go on with the next one.
    RunNew {
        /// The next batch.
        batch_id: u64,
        /// Where the sources stand, and the settings that stay.
        committed: OffsetSeq,
        /// The watermark to begin with, in milliseconds since 1970.
        watermark_ms: i64,
    },
    /// The newest batch has not ended: run it again with the same offsets, watermark and timestamp.
    RunAgain {
        /// The batch.
        batch_id: u64,
        /// Where the sources stood before it; none for batch 0.
        committed: Option<OffsetSeq>,
        /// Where the sources stand after it; its watermark and its timestamp.
        offsets: OffsetSeq,
    },
}

/// Read the logs of a checkpoint.
///
/// # Errors
/// A file that is not in Spark's format.
pub fn observe(disk: &Disk, checkpoint: &str) -> Result<Observed> {
    let log = OffsetLog::new(checkpoint);
    let latest_offsets = log.latest(disk)?;
    let previous_offsets = match &latest_offsets {
        Some((id, _)) if *id > 0 => log.get(disk, id - 1)?,
        _ => None,
    };
    Ok(Observed { latest_offsets, previous_offsets, latest_commit: CommitLog::new(checkpoint).latest(disk)? })
}

/// Decide from what was observed.
///
/// # Errors
/// `IllegalStateException` where the batch before the newest is missing from the offset log.
pub fn recover(observed: Observed) -> Result<Decision> {
    let Some((batch_id, offsets)) = observed.latest_offsets else { return Ok(Decision::Fresh) };
    if batch_id > 0 && observed.previous_offsets.is_none() {
        return Err(illegal_state(format!("batch {} doesn't exist", batch_id - 1)));
    }
    match observed.latest_commit {
        Some((committed_id, commit)) if committed_id == batch_id => {
            let watermark_ms = offsets.batch_watermark_ms.max(commit.next_batch_watermark_ms);
            Ok(Decision::RunNew { batch_id: batch_id + 1, committed: offsets, watermark_ms })
        }
        _ => Ok(Decision::RunAgain { batch_id, committed: observed.previous_offsets, offsets }),
    }
}
