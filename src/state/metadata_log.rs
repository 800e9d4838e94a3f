//! Numbered files of one text each in a folder: Spark's `HDFSMetadataLog`.

use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::world::Disk;

/// A folder of files `0`, `1`, ... that are written once each.
#[derive(Clone, Debug)]
pub(super) struct MetadataLog {
    folder: String,
    /// The newest version of its files that is known.
    newest: u32,
}

impl MetadataLog {
    pub(super) fn new(folder: String, newest: u32) -> Self {
        Self { folder, newest }
    }

    pub(super) fn path(&self, batch_id: u64) -> String {
        format!("{}/{batch_id}", self.folder)
    }

    /// Write entry `batch_id`. Another one there with a different text means that two queries share the checkpoint.
    pub(super) fn add(&self, disk: &mut Disk, batch_id: u64, text: &str) -> Result<()> {
        let path = self.path(batch_id);
        if disk.put_new(&path, text.as_bytes()) {
            return Ok(());
        }
        Err(Diagnostic::new(
            Class::Named("SparkException".to_owned()),
            "CONCURRENT_STREAM_LOG_UPDATE",
            format!(
                "Concurrent update to the log. Multiple streaming jobs detected for {batch_id}.\nPlease make sure only one streaming job runs on a specific checkpoint location at a time."
            ),
            "40000",
        ))
    }

    /// The text of entry `batch_id`, its version line checked and taken off.
    pub(super) fn get(&self, disk: &Disk, batch_id: u64) -> Result<Option<String>> {
        let path = self.path(batch_id);
        let Some(bytes) = disk.read(&path) else { return Ok(None) };
        let Ok(text) = std::str::from_utf8(bytes) else { return Err(malformed(&path, "it is no text")) };
        match text.split_once('\n') {
            Some((version, rest)) => check_version(version, &path, self.newest).map(|()| Some(rest.to_owned())),
            None if text.is_empty() => Err(incomplete(&path)),
            None => check_version(text, &path, self.newest).and(Err(ends_early())),
        }
    }

    /// The numbers of all entries, from the smallest on. Files that are no numbers are none of ours.
    pub(super) fn batch_ids(&self, disk: &Disk) -> Vec<u64> {
        let mut ids: Vec<u64> = disk.names_in(&self.folder).iter().filter_map(|name| name.parse().ok()).collect();
        ids.sort_unstable();
        ids
    }

    /// Remove all entries before `threshold`.
    pub(super) fn purge(&self, disk: &mut Disk, threshold: u64) {
        for id in self.batch_ids(disk).into_iter().take_while(|id| *id < threshold) {
            disk.remove(&self.path(id));
        }
    }
}

impl MetadataLog {
    /// Remove all entries after `last`.
    pub(super) fn purge_after(&self, disk: &mut Disk, last: u64) {
        for id in self.batch_ids(disk).into_iter().filter(|id| *id > last) {
            disk.remove(&self.path(id));
        }
    }
}

/// Whether a version line is one that the log knows, up to `newest`; what Spark says of anything else.
fn check_version(line: &str, path: &str, newest: u32) -> Result<()> {
    let failed = |text: String| illegal_state(format!("Failed to read log file {path}. {text} SQLSTATE: KD002"));
    match line.strip_prefix('v').and_then(|number| number.parse::<u32>().ok()) {
        Some(number) if (1..=newest).contains(&number) => Ok(()),
        Some(number) if number > newest => Err(failed(format!(
            "[INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION] UnsupportedLogVersion. The maximum supported log version is v{newest}, but encountered v{number}. The log file was produced by a newer version of Spark and cannot be read by this version. You need to upgrade."
        ))),
        _ => Err(failed(format!("[MALFORMED_LOG_FILE] Log file was malformed: failed to read correct log version from {line}."))),
    }
}

/// What Java says of a log that ends too early.
pub(super) fn ends_early() -> Box<Diagnostic> {
    Diagnostic::plain(Class::Named("NoSuchElementException".to_owned()), "next on empty iterator")
}

/// What Spark's JSON reader says of a text that is none.
pub(super) fn no_json(text: &str) -> Box<Diagnostic> {
    let token: String = text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let said = if token.is_empty() || token.starts_with(|c: char| c.is_ascii_digit()) {
        "Unexpected end-of-input within/between Object entries".to_owned()
    } else {
        format!("Unrecognized token '{token}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')")
    };
    Diagnostic::plain(Class::Named("JsonParseException".to_owned()), said)
}

pub(super) fn illegal_state(text: String) -> Box<Diagnostic> {
    Diagnostic::plain(Class::Named("IllegalStateException".to_owned()), text)
}

pub(super) fn incomplete(path: &str) -> Box<Diagnostic> {
    illegal_state(format!("Incomplete log file in {path}"))
}

pub(super) fn malformed(path: &str, why: &str) -> Box<Diagnostic> {
    illegal_state(format!("Failed to read log file {path}. {why}"))
}
