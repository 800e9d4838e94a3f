//! The file source's log `sources/N/M`: which files were read in which batch. Spark's `FileStreamSourceLog`.
//!
//! Every tenth file holds all entries so far and is named `M.compact`; what came before it may then be removed.

use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::world::Disk;
use serde_json::Value;

/// `spark.sql.streaming.fileSource.log.compactInterval`.
const COMPACT_INTERVAL: u64 = 10;

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
    folder: String,
}

impl SourceLog {
    pub(super) fn new(folder: String) -> Self {
        Self { folder }
    }

    /// Write the entries of the next log offset, and, each tenth time, all of them anew.
    pub(super) fn add(&self, disk: &mut Disk, batch_id: u64, entries: &[FileEntry], all: &[FileEntry]) {
        let compact = (batch_id + 1).is_multiple_of(COMPACT_INTERVAL);
        let (name, entries) = if compact { (format!("{batch_id}.compact"), all) } else { (batch_id.to_string(), entries) };
        let mut text = String::from("v1");
        for entry in entries {
            let path = Value::String(format!("file://{}", escape(&entry.path)));
            text.push_str(&format!("\n{{\"path\":{path},\"timestamp\":{},\"batchId\":{}}}", entry.timestamp_ms, entry.batch_id));
        }
        disk.put(&format!("{}/{name}", self.folder), text.into_bytes());
    }

    /// All entries, in the order in which they were written.
    ///
    /// # Errors
    /// A file that is not in Spark's format.
    pub(super) fn entries(&self, disk: &Disk) -> Result<Vec<FileEntry>> {
        let mut numbers: Vec<(u64, String)> =
            disk.names_in(&self.folder).into_iter().filter_map(|name| Some((number_of(&name)?, name))).collect();
        numbers.sort_unstable();
        let first = numbers.iter().rposition(|(_, name)| name.ends_with(".compact")).unwrap_or(0);
        let mut entries = Vec::new();
        for (_, name) in &numbers[first..] {
            let path = format!("{}/{name}", self.folder);
            let bytes = disk.read(&path).unwrap_or_default();
            let text = String::from_utf8_lossy(bytes);
            let mut lines = text.lines();
            if lines.next() != Some("v1") {
                return Err(malformed(&path));
            }
            for line in lines {
                entries.push(parse_entry(line).ok_or_else(|| malformed(&path))?);
            }
        }
        Ok(entries)
    }
}

fn number_of(name: &str) -> Option<u64> {
    name.strip_suffix(".compact").unwrap_or(name).parse().ok()
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
