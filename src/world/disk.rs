//! The virtual disk: absolute paths to bytes, as one ordered tree.
//!
//! Every write is atomic: a file is there whole or not at all. Listing is in the order of paths.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A file as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileStatus {
    /// The absolute path.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Milliseconds since 1970.
    pub modified_ms: i64,
}

#[derive(Clone, Debug)]
struct File {
    bytes: Rc<Vec<u8>>,
    modified_ms: i64,
}

/// Files by absolute path. Folders exist where a file lies in them or where they were made.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    files: BTreeMap<String, File>,
    folders: BTreeSet<String>,
    now_ms: i64,
    written: u64,
}

impl Disk {
    /// Write a whole file, over one that is there. It is modified now.
    pub fn put(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.put_at(path, bytes, self.now_ms);
    }

    /// Write a whole file with this time of modification, in milliseconds since 1970.
    pub fn put_at(&mut self, path: &str, bytes: impl Into<Vec<u8>>, modified_ms: i64) {
        self.written += 1;
        self.files.insert(clean(path), File { bytes: Rc::new(bytes.into()), modified_ms });
    }

    /// Write a whole file unless one is there; says whether it was written.
    pub fn put_new(&mut self, path: &str, bytes: impl Into<Vec<u8>>) -> bool {
        let free = !self.is_file(path);
        if free {
            self.put(path, bytes);
        }
        free
    }

    /// A file's bytes.
    #[must_use]
    pub fn read(&self, path: &str) -> Option<&[u8]> {
        self.files.get(&*clean(path)).map(|file| file.bytes.as_slice())
    }

    /// A file's bytes, shared: cheap to keep while the disk changes.
    #[must_use]
    pub fn share(&self, path: &str) -> Option<Rc<Vec<u8>>> {
        self.files.get(&*clean(path)).map(|file| Rc::clone(&file.bytes))
    }

    /// A file's size and time.
    #[must_use]
    pub fn status(&self, path: &str) -> Option<FileStatus> {
        self.files.get_key_value(&*clean(path)).map(|(path, file)| status(path, file))
    }

    /// Whether a file is there.
    #[must_use]
    pub fn is_file(&self, path: &str) -> bool {
        self.files.contains_key(&*clean(path))
    }

    /// Whether a folder is there.
    #[must_use]
    pub fn is_folder(&self, path: &str) -> bool {
        let path = clean(path);
        path == "/" || self.folders.contains(&path) || self.under(&path).next().is_some()
    }

    /// Whether a file or a folder is there.
    #[must_use]
    pub fn exists(&self, path: &str) -> bool {
        self.is_file(path) || self.is_folder(path)
    }

    /// Make a folder that stays even while it is empty.
    pub fn make_folder(&mut self, path: &str) {
        self.folders.insert(clean(path));
    }

    /// Remove a file; says whether it was there.
    pub fn remove(&mut self, path: &str) -> bool {
        self.written += 1;
        self.files.remove(&*clean(path)).is_some()
    }

    /// Remove a folder and all that is in it; says whether anything was there.
    pub fn remove_folder(&mut self, path: &str) -> bool {
        let path = clean(path);
        let inside: Vec<String> = self.under(&path).map(|(name, _)| name.clone()).collect();
        self.written += 1;
        for name in &inside {
            self.files.remove(name);
        }
        let prefix = format!("{path}/");
        let before = self.folders.len();
        self.folders.retain(|folder| *folder != path && !folder.starts_with(&prefix));
        !inside.is_empty() || self.folders.len() < before
    }

    /// Move a file, over one that is there; says whether there was one to move. Its time stays.
    pub fn rename(&mut self, from: &str, to: &str) -> bool {
        self.written += 1;
        let moved = self.files.remove(&*clean(from));
        let found = moved.is_some();
        if let Some(file) = moved {
            self.files.insert(clean(to), file);
        }
        found
    }

    /// All files in a folder and its folders, by path.
    pub fn files_under(&self, folder: &str) -> impl Iterator<Item = FileStatus> {
        let folder = clean(folder);
        let prefix = if folder == "/" { folder } else { format!("{folder}/") };
        let end = prefix.clone();
        self.files.range(prefix..).take_while(move |(path, _)| path.starts_with(&end)).map(|(path, file)| status(path, file))
    }

    /// The names of what lies directly in a folder, files and folders, by name.
    #[must_use]
    pub fn names_in(&self, folder: &str) -> Vec<String> {
        let folder = clean(folder);
        let prefix = if folder == "/" { folder.clone() } else { format!("{folder}/") };
        let mut names = BTreeSet::new();
        let files = self.under(&folder).map(|(path, _)| path);
        let folders = self.folders.range(prefix.clone()..).take_while(|path| path.starts_with(&prefix));
        for path in files.chain(folders) {
            if let Some(name) = path[prefix.len()..].split('/').next() {
                names.insert(name.to_owned());
            }
        }
        names.into_iter().collect()
    }

    /// How often anything was written, renamed or removed: unchanged means that nothing needs to be listed anew.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.written
    }

    /// Bytes in all files.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.files.values().map(|file| file.bytes.len() as u64).sum()
    }

    /// The clock moved: later writes get this time.
    pub(super) fn set_now_ms(&mut self, now_ms: i64) {
        self.now_ms = now_ms;
    }

    fn under<'a>(&'a self, folder: &str) -> impl Iterator<Item = (&'a String, &'a File)> + use<'a> {
        let prefix = if folder == "/" { "/".to_owned() } else { format!("{folder}/") };
        let end = prefix.clone();
        self.files.range(prefix..).take_while(move |(path, _)| path.starts_with(&end))
    }
}

fn status(path: &str, file: &File) -> FileStatus {
    FileStatus { path: path.to_owned(), size: file.bytes.len() as u64, modified_ms: file.modified_ms }
}

/// One spelling for a path: absolute, no doubled or last slash, no scheme.
fn clean(path: &str) -> String {
    let path = path.strip_prefix("file:").or_else(|| path.strip_prefix("dbfs:")).unwrap_or(path);
    let mut cleaned = String::with_capacity(path.len() + 1);
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        cleaned.push('/');
        cleaned.push_str(part);
    }
    if cleaned.is_empty() { "/".to_owned() } else { cleaned }
}
