//! The offset log `offsets/N`: the write-ahead log of a query. Spark's `OffsetSeqLog`.

use super::metadata_log::{MetadataLog, ends_early, no_json};
use crate::diag::Result;
use crate::world::Disk;
use serde_json::{Map, Value};

/// What a batch will process: Spark's `OffsetSeq` with its `OffsetSeqMetadata`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OffsetSeq {
    /// The watermark of the batch, in milliseconds since 1970.
    pub batch_watermark_ms: i64,
    /// The batch's time: what `current_timestamp()` gives in it, in milliseconds since 1970.
    pub batch_timestamp_ms: i64,
    /// The settings that the query keeps over restarts, in the order of the file.
    pub conf: Vec<(String, String)>,
    /// The end offset of each source as its JSON text; none where the source had nothing yet.
    pub offsets: Vec<Option<String>>,
}

/// The folder `offsets` of a checkpoint.
#[derive(Clone, Debug)]
pub struct OffsetLog {
    log: MetadataLog,
}

impl OffsetLog {
    /// The log of the checkpoint in this folder.
    #[must_use]
    pub fn new(checkpoint: &str) -> Self {
        Self { log: MetadataLog::new(format!("{checkpoint}/offsets"), 2) }
    }

    /// Write the offsets of a batch.
    ///
    /// # Errors
    /// `CONCURRENT_STREAM_LOG_UPDATE` where the batch is there already.
    pub fn add(&self, disk: &mut Disk, batch_id: u64, offsets: &OffsetSeq) -> Result<()> {
        self.log.add(disk, batch_id, &offsets.to_text())
    }

    /// Write where an epoch of continuous processing ended: Spark writes no metadata with it.
    ///
    /// # Errors
    /// As [`OffsetLog::add`].
    pub fn add_epoch(&self, disk: &mut Disk, epoch: u64, ends: &[Option<String>]) -> Result<()> {
        let mut text = "v1\n".to_owned();
        for end in ends {
            text.push('\n');
            text.push_str(end.as_deref().unwrap_or("-"));
        }
        self.log.add(disk, epoch, &text)
    }

    /// Remove all entries after this batch.
    pub fn purge_after(&self, disk: &mut Disk, last: u64) {
        self.log.purge_after(disk, last);
    }

    /// The offsets of a batch.
    ///
    /// # Errors
    /// A file that is not in Spark's format.
    pub fn get(&self, disk: &Disk, batch_id: u64) -> Result<Option<OffsetSeq>> {
        let Some(text) = self.log.get(disk, batch_id)? else { return Ok(None) };
        OffsetSeq::parse(&text).map(Some)
    }

    /// The newest batch and its offsets.
    ///
    /// # Errors
    /// A file that is not in Spark's format.
    pub fn latest(&self, disk: &Disk) -> Result<Option<(u64, OffsetSeq)>> {
        let Some(&id) = self.log.batch_ids(disk).last() else { return Ok(None) };
        Ok(self.get(disk, id)?.map(|offsets| (id, offsets)))
    }

    /// Remove all entries before this batch.
    pub fn purge(&self, disk: &mut Disk, threshold: u64) {
        self.log.purge(disk, threshold);
    }
}

impl OffsetSeq {
    /// The text of the file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let conf: Map<String, Value> = self.conf.iter().map(|(key, value)| (key.clone(), Value::String(value.clone()))).collect();
        let mut text = format!(
            "v1\n{{\"batchWatermarkMs\":{},\"batchTimestampMs\":{},\"conf\":{}}}",
            self.batch_watermark_ms,
            self.batch_timestamp_ms,
            Value::Object(conf)
        );
        for offset in &self.offsets {
            text.push('\n');
            text.push_str(offset.as_deref().unwrap_or("-"));
        }
        text
    }

    /// Read the text after its version line.
    fn parse(text: &str) -> Result<Self> {
        let mut lines = text.lines();
        let Some(metadata) = lines.next() else { return Err(ends_early()) };
        if metadata.is_empty() {
            let offsets = lines.map(|line| (line != "-").then(|| line.to_owned())).collect();
            return Ok(Self { offsets, ..Self::default() });
        }
        let Ok(Value::Object(fields)) = serde_json::from_str(metadata) else {
            return Err(no_json(metadata));
        };
        let number = |name: &str| fields.get(name).and_then(Value::as_i64).unwrap_or(0);
        let conf = fields.get("conf").and_then(Value::as_object);
        let text_of = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Ok(Self {
            batch_watermark_ms: number("batchWatermarkMs"),
            batch_timestamp_ms: number("batchTimestampMs"),
            conf: conf.map(|conf| conf.iter().map(|(key, value)| (key.clone(), text_of(value))).collect()).unwrap_or_default(),
            offsets: lines.map(|line| (line != "-").then(|| line.to_owned())).collect(),
        })
    }
}
