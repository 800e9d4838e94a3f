//! The files of a state store: `<version>.delta` holds a batch's changes, `<version>.snapshot` everything.
//!
//! Records are Spark's (`HDFSBackedStateStoreProvider`): key length, key, value length, value, big-endian; a value length of -1 removes,
//! a key length of -1 ends the file.

use super::file_form::{FileForm, Record};
use super::lz4_block::{self, Wrapper};
use super::metadata_log::malformed;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::world::Disk;

/// The text of one file in the making.
#[derive(Debug, Default)]
pub(super) struct Records {
    stream: Wrapper,
}

impl Records {
    /// Takes a record.
    pub(super) fn take(&mut self, key: &[u8], value: Option<&[u8]>) {
        match value {
            Some(value) => self.put(key, value),
            None => self.remove(key),
        }
    }

    fn put(&mut self, key: &[u8], value: &[u8]) {
        self.part(key);
        self.part(value);
    }

    fn remove(&mut self, key: &[u8]) {
        self.part(key);
        self.stream.write(&(-1i32).to_be_bytes());
    }

    /// The file, ended and wrapped.
    pub(super) fn into_file(mut self) -> Vec<u8> {
        self.stream.write(&(-1i32).to_be_bytes());
        self.stream.finish()
    }

    fn part(&mut self, part: &[u8]) {
        self.stream.write(&(part.len() as i32).to_be_bytes());
        self.stream.write(part);
    }
}

/// How many records are taken from a file at a time.
const PIECE: usize = 4096;

/// Gives the records of a file as keys and values of a store, piece by piece.
pub(super) fn read(path: &str, file: &[u8], form: &dyn FileForm, take: &mut dyn FnMut(Vec<Record>)) -> Result<()> {
    pieces(path, file, &mut |piece| form.read(piece).map(&mut *take))
}

/// Gives the records of a file piece by piece; `take` says whether they are good.
fn pieces(path: &str, file: &[u8], take: &mut dyn FnMut(Vec<Record>) -> Option<()>) -> Result<()> {
    let damaged = || malformed(path, "Error reading state file: it is damaged or not one of a state store.");
    let bytes = lz4_block::unwrap(file).ok_or_else(damaged)?;
    let mut rest = &bytes[..];
    loop {
        let piece = records(&mut rest).ok_or_else(damaged)?;
        if piece.is_empty() {
            return Ok(());
        }
        take(piece).ok_or_else(damaged)?;
    }
}

/// The next records, none at the end; `None` where they are damaged.
fn records(rest: &mut &[u8]) -> Option<Vec<Record>> {
    let mut found = Vec::new();
    while found.len() < PIECE {
        let before = *rest;
        let Some(key) = take_part(rest)? else {
            // The mark of the end stays, so that the next piece is empty.
            *rest = before;
            break;
        };
        found.push((key.to_vec(), take_part(rest)?.map(<[u8]>::to_vec)));
    }
    Some(found)
}

/// A length and as many bytes; `Some(None)` for the length -1.
fn take_part<'a>(rest: &mut &'a [u8]) -> Option<Option<&'a [u8]>> {
    let (len, after) = rest.split_first_chunk::<4>()?;
    let len = i32::from_be_bytes(*len);
    if len == -1 {
        *rest = after;
        return Some(None);
    }
    let len = usize::try_from(len).ok().filter(|len| *len <= after.len())?;
    let (part, after) = after.split_at(len);
    *rest = after;
    Some(Some(part))
}

/// The rows of a version as the files hold them, by key.
///
/// # Errors
/// Files that are missing or damaged.
pub fn read_version(disk: &Disk, folder: &str, version: u64) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut rows = std::collections::BTreeMap::new();
    for path in files_of(disk, folder, version)? {
        pieces(&path, disk.read(&path).unwrap_or_default(), &mut |piece| {
            for (key, value) in piece {
                match value {
                    Some(value) => rows.insert(key, value),
                    None => rows.remove(&key),
                };
            }
            Some(())
        })?;
    }
    Ok(rows.into_iter().collect())
}

/// The files that make up a version: the newest snapshot at or before it, if any, and the deltas after that in order.
pub(super) fn files_of(disk: &Disk, folder: &str, version: u64) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for at in (1..=version).rev() {
        let (snapshot, delta) = (format!("{folder}/{at}.snapshot"), format!("{folder}/{at}.delta"));
        if disk.is_file(&snapshot) {
            files.push(snapshot);
            break;
        }
        if !disk.is_file(&delta) {
            return Err(missing(&delta));
        }
        files.push(delta);
    }
    files.reverse();
    Ok(files)
}

fn missing(path: &str) -> Box<Diagnostic> {
    Diagnostic::new(
        Class::Named("SparkException".to_owned()),
        "CANNOT_LOAD_STATE_STORE.CANNOT_READ_DELTA_FILE_NOT_EXISTS",
        format!(
            "An error occurred during loading state. Error reading delta file {path} of HDFSStateStoreProvider: {path} does not exist."
        ),
        "58030",
    )
}

/// Remove the files that no version from `keep` on needs.
pub(super) fn purge(disk: &mut Disk, folder: &str, keep: u64) {
    let Ok(needed) = files_of(disk, folder, keep) else { return };
    let Some(first) = needed.first().and_then(|path| version_of(path)) else { return };
    let old: Vec<String> =
        disk.names_in(folder).into_iter().filter(|name| version_of(name).is_some_and(|version| version < first)).collect();
    for name in old {
        disk.remove(&format!("{folder}/{name}"));
    }
}

/// The version in `.../12.delta`.
pub(super) fn version_of(path: &str) -> Option<u64> {
    let name = path.rsplit('/').next()?;
    name.strip_suffix(".delta").or_else(|| name.strip_suffix(".snapshot"))?.parse().ok()
}
