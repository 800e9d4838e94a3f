//! The file sink's log `_spark_metadata/N`: which files each batch wrote. Spark's `FileStreamSinkLog`.
//!
//! A reader of a folder that has such a log reads the files that it names and no others, so that each row is there once.

use crate::world::Disk;
use serde_json::Value;

/// `spark.sql.streaming.fileSink.log.compactInterval`.
const COMPACT_INTERVAL: u64 = 10;

/// The log of one output folder.
#[derive(Clone, Debug)]
pub(super) struct SinkLog {
    folder: String,
}

impl SinkLog {
    /// The log that a sink keeps for this output folder.
    pub(super) fn new(output: &str) -> Self {
        Self { folder: format!("{}/_spark_metadata", output.trim_end_matches('/')) }
    }

    /// The log of a folder, if a sink has written there.
    pub(super) fn of_folder(disk: &Disk, output: &str) -> Option<Self> {
        let log = Self::new(output);
        disk.is_folder(&log.folder).then_some(log)
    }

    /// The newest batch that was written.
    pub(super) fn latest(&self, disk: &Disk) -> Option<u64> {
        disk.names_in(&self.folder).iter().filter_map(|name| number_of(name)).max()
    }

    /// Write down the files (path, size, time) of a batch.
    pub(super) fn add(&self, disk: &mut Disk, batch_id: u64, files: &[(String, u64, i64)]) {
        let mut lines: Vec<String> = files.iter().map(entry).collect();
        let mut name = batch_id.to_string();
        if (batch_id + 1).is_multiple_of(COMPACT_INTERVAL) {
            name.push_str(".compact");
            let mut all = self.lines(disk);
            all.append(&mut lines);
            lines = all;
        }
        let text = std::iter::once("v1".to_owned()).chain(lines).collect::<Vec<_>>().join("\n");
        disk.put_new(&format!("{}/{name}", self.folder), text.into_bytes());
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
        let mut numbers: Vec<(u64, String)> =
            disk.names_in(&self.folder).into_iter().filter_map(|name| Some((number_of(&name)?, name))).collect();
        numbers.sort_unstable();
        let first = numbers.iter().rposition(|(_, name)| name.ends_with(".compact")).unwrap_or(0);
        let mut lines = Vec::new();
        for (_, name) in &numbers[first..] {
            let bytes = disk.read(&format!("{}/{name}", self.folder)).unwrap_or_default();
            lines.extend(String::from_utf8_lossy(bytes).lines().skip(1).map(str::to_owned));
        }
        lines
    }
}

fn number_of(name: &str) -> Option<u64> {
    name.strip_suffix(".compact").unwrap_or(name).parse().ok()
}

fn entry((path, size, modified_ms): &(String, u64, i64)) -> String {
    let path = Value::String(format!("file://{}", super::source_log::escape(path)));
    format!(
        "{{\"path\":{path},\"size\":{size},\"isDir\":false,\"modificationTime\":{modified_ms},\"blockReplication\":1,\"blockSize\":33554432,\"action\":\"add\"}}"
    )
}
