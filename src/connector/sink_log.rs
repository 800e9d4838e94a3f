//! The file sink's log `_spark_metadata/N`: which files each batch wrote. Spark's `FileStreamSinkLog`.
//!
//! A reader of a folder that has such a log reads the files that it names and no others, so that each row is there once.

use super::Options;
use super::compact_log::CompactLog;
use super::file_source::duration_ms;
use crate::diag::Result;
use crate::world::Disk;
use crate::world::FileStatus;
use crate::world::World;
use serde_json::Value;

/// The log of one output folder.
#[derive(Clone, Debug)]
pub(super) struct SinkLog {
    log: CompactLog,
    /// A compacted entry forgets files that are older.
    retention_ms: Option<i64>,
}

impl SinkLog {
    /// The log that a sink keeps for this output folder, by its option `retention` and the session's settings.
    ///
    /// # Errors
    /// Times that are none.
    pub(super) fn new(output: &str, options: &Options) -> Result<Self> {
        let log = CompactLog::new(folder_of(output), "fileSink", options)?;
        Ok(Self { log, retention_ms: options.get("retention").map(duration_ms).transpose()? })
    }

    /// The log of a folder, if a sink has written there.
    pub(super) fn of_folder(disk: &Disk, output: &str) -> Option<Self> {
        let folder = folder_of(output);
        disk.is_folder(&folder).then(|| Self { log: CompactLog::to_read(folder), retention_ms: None })
    }

    /// The newest batch that was written.
    pub(super) fn latest(&self, disk: &Disk) -> Option<u64> {
        self.log.latest(disk)
    }

    /// Write down the files of a batch.
    pub(super) fn add(&self, world: &mut dyn World, batch_id: u64, files: &[FileStatus]) {
        let mut lines: Vec<String> = files.iter().map(entry).collect();
        if self.log.compacts(batch_id) {
            let until_ms = self.retention_ms.map(|retention_ms| world.now_ms() - retention_ms);
            let mut all = self.lines(world.disk());
            all.append(&mut lines);
            all.retain(|line| until_ms.is_none_or(|until_ms| modified_ms(line) >= until_ms));
            lines = all;
        }
        self.log.add(world, batch_id, lines.into_iter());
    }

    /// The paths of all files, batch by batch.
    pub(super) fn files(&self, disk: &Disk) -> Vec<String> {
        let path = |line: &String| -> Option<String> {
            let value: Value = serde_json::from_str(line).ok()?;
            let path = value.get("path")?.as_str()?;
            let path = path.strip_prefix("file:").unwrap_or(path);
            Some(super::listing::unescape(&format!("/{}", path.trim_start_matches('/'))))
        };
        self.lines(disk).iter().filter_map(path).collect()
    }

    fn lines(&self, disk: &Disk) -> Vec<String> {
        let texts = self.log.texts(disk).into_iter().filter_map(|(_, text)| text);
        texts.flat_map(|text| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()).collect()
    }
}

fn folder_of(output: &str) -> String {
    format!("{}/_spark_metadata", output.trim_end_matches('/'))
}

fn modified_ms(line: &str) -> i64 {
    serde_json::from_str::<Value>(line).ok().and_then(|value| value.get("modificationTime")?.as_i64()).unwrap_or(i64::MAX)
}

fn entry(FileStatus { path, size, modified_ms }: &FileStatus) -> String {
    let path = Value::String(format!("file://{}", super::source_log::escape(path)));
    format!(
        "{{\"path\":{path},\"size\":{size},\"isDir\":false,\"modificationTime\":{modified_ms},\"blockReplication\":1,\"blockSize\":33554432,\"action\":\"add\"}}"
    )
}
