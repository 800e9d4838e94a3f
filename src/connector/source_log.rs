//! The file source's log `sources/N/M`: which files were read in which batch. Spark's `FileStreamSourceLog`.
//!
//! Every tenth file holds all entries so far and is named `M.compact`; what came before it may then be removed.

use super::Options;
use super::compact_log::CompactLog;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::world::Disk;
use crate::world::World;
use serde_json::Value;

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileEntry {
    /// Its absolute path.
    pub(super) path: String,
    /// Its time of modification, in milliseconds since 1970.
    pub(super) timestamp_ms: i64,
    /// The log offset under which it was read.
    pub(super) batch_id: u64,
}

/// The log in its folder.
#[derive(Clone, Debug)]
pub(super) struct SourceLog {
    log: CompactLog,
}

impl SourceLog {
    /// The log in this folder, by the session's settings.
    ///
    /// # Errors
    /// A setting that is no time.
    pub(super) fn new(folder: String, settings: &Options) -> Result<Self> {
        CompactLog::new(folder, "fileSource", settings).map(|log| Self { log })
    }

    /// Write the entries of the next log offset, and, now and then, all of them anew.
    pub(super) fn add(&self, world: &mut dyn World, batch_id: u64, entries: &[FileEntry], all: &[FileEntry]) {
        let entries = if self.log.compacts(batch_id) { all } else { entries };
        let line = |entry: &FileEntry| {
            let path = Value::String(format!("file://{}", escape(&entry.path)));
            format!("{{\"path\":{path},\"timestamp\":{},\"batchId\":{}}}", entry.timestamp_ms, entry.batch_id)
        };
        self.log.add(world, batch_id, entries.iter().map(line));
    }

    /// All entries, in the order in which they were written.
    ///
    /// # Errors
    /// A file that is not in Spark's format.
    pub(super) fn entries(&self, disk: &Disk) -> Result<Vec<FileEntry>> {
        let mut entries = Vec::new();
        for (path, text) in self.log.texts(disk) {
            let text = text.ok_or_else(|| malformed(&path))?;
            for line in text.lines().skip(1) {
                entries.push(parse_entry(line).ok_or_else(|| malformed(&path))?);
            }
        }
        Ok(entries)
    }
}

fn parse_entry(line: &str) -> Option<FileEntry> {
    let value: Value = serde_json::from_str(line).ok()?;
    let path = value.get("path")?.as_str()?;
    let path = path.strip_prefix("file:").unwrap_or(path);
    let path = format!("/{}", path.trim_start_matches('/'));
    Some(FileEntry {
        path: super::listing::unescape(&path),
        timestamp_ms: value.get("timestamp")?.as_i64()?,
        batch_id: u64::try_from(value.get("batchId")?.as_i64()?).ok()?,
    })
}

/// A path as a URI writes it.
pub(super) fn escape(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for letter in path.chars() {
        if letter.is_ascii_alphanumeric() || "/-_.~!$&'()*+,;=:@".contains(letter) || !letter.is_ascii() {
            out.push(letter);
        } else {
            out.push_str(&format!("%{:02X}", letter as u32));
        }
    }
    out
}

fn malformed(path: &str) -> Box<Diagnostic> {
    Diagnostic::plain(Class::Named("IllegalStateException".to_owned()), format!("Failed to read log file {path}."))
}
