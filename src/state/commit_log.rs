//! The commit log `commits/N`: which batches have ended. Spark's `CommitLog`.

use super::metadata_log::{MetadataLog, no_json};
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::world::Disk;
use serde_json::Value;

/// What is kept of an ended batch: Spark's `CommitMetadata`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CommitMetadata {
    /// The watermark for the next batch, in milliseconds since 1970.
    pub next_batch_watermark_ms: i64,
}

/// The folder `commits` of a checkpoint.
#[derive(Clone, Debug)]
pub struct CommitLog {
    log: MetadataLog,
}

impl CommitLog {
    /// The log of the checkpoint in this folder.
    #[must_use]
    pub fn new(checkpoint: &str) -> Self {
        Self { log: MetadataLog::new(format!("{checkpoint}/commits"), 2) }
    }

    /// Say that a batch has ended.
    ///
    /// # Errors
    /// An assertion that fails, where the batch is there already.
    pub fn add(&self, disk: &mut Disk, batch_id: u64, commit: CommitMetadata) -> Result<()> {
        let text = format!("v1\n{{\"nextBatchWatermarkMs\":{}}}", commit.next_batch_watermark_ms);
        self.log.add(disk, batch_id, &text).map_err(|_| Diagnostic::plain(Class::Named("AssertionError".to_owned()), "assertion failed"))
    }

    /// What is kept of a batch.
    ///
    /// # Errors
    /// A file that is not in Spark's format.
    pub fn get(&self, disk: &Disk, batch_id: u64) -> Result<Option<CommitMetadata>> {
        let Some(text) = self.log.get(disk, batch_id)? else { return Ok(None) };
        let Ok(Value::Object(fields)) = serde_json::from_str(&text) else { return Err(no_json(&text)) };
        Ok(Some(CommitMetadata { next_batch_watermark_ms: fields.get("nextBatchWatermarkMs").and_then(Value::as_i64).unwrap_or(0) }))
    }

    /// The newest ended batch.
    ///
    /// # Errors
    /// A file that is not in Spark's format.
    pub fn latest(&self, disk: &Disk) -> Result<Option<(u64, CommitMetadata)>> {
        let Some(&id) = self.log.batch_ids(disk).last() else { return Ok(None) };
        Ok(self.get(disk, id)?.map(|commit| (id, commit)))
    }

    /// The batches that have ended and are not purged, from the oldest on.
    #[must_use]
    pub fn batch_ids(&self, disk: &Disk) -> Vec<u64> {
        self.log.batch_ids(disk)
    }

    /// Remove all entries before this batch.
    pub fn purge(&self, disk: &mut Disk, threshold: u64) {
        self.log.purge(disk, threshold);
    }
}
