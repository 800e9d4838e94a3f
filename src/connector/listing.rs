//! Which files a path means: globs, hidden files, nested and partition folders. Spark's `InMemoryFileIndex`.

use super::Options;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::Zone;
use crate::types::time;
use crate::world::Disk;
use crate::world::FileStatus;

/// How a reader lists.
#[derive(Clone, Debug, Default)]
pub(super) struct Listing {
    /// The option `pathGlobFilter`: names of files must match.
    pub(super) name_pattern: Option<String>,
    /// The option `recursiveFileLookup`: all folders below, and no partition columns.
    pub(super) recursive: bool,
    /// The option `modifiedBefore`: files must be older, microseconds since 1970.
    pub(super) before_us: Option<i64>,
    /// The option `modifiedAfter`: files must be younger, microseconds since 1970.
    pub(super) after_us: Option<i64>,
    /// The zone of these times. Spark moves a file's time by it too.
    pub(super) zone: Option<Zone>,
}

/// The value that stands for null in the name of a partition folder.
pub(super) const NULL_PARTITION: &str = "__HIVE_DEFAULT_PARTITION__";

/// Whether a path holds a pattern.
pub(super) fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '[', '{'])
}

/// The folders and files that a path means: itself, or all that match it where it is a pattern.
pub(super) fn roots(disk: &Disk, path: &str) -> Vec<String> {
    if !is_pattern(path) {
        return vec![path.to_owned()];
    }
    let mut found = vec![String::new()];
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let mut next = Vec::new();
        for folder in &found {
            if is_pattern(part) {
                let names = disk.names_in(if folder.is_empty() { "/" } else { folder });
                next.extend(names.iter().filter(|name| !is_hidden(name) && matches(part, name)).map(|name| format!("{folder}/{name}")));
            } else if disk.exists(&format!("{folder}/{part}")) {
                next.push(format!("{folder}/{part}"));
            }
        }
        found = next;
    }
    found
}

impl Listing {
    /// The files that these roots mean, by path within a root.
    pub(super) fn files(&self, disk: &Disk, roots: &[String]) -> Vec<FileStatus> {
        let mut files = Vec::new();
        for root in roots {
            if let Some(file) = disk.status(root) {
                files.push(file);
                continue;
            }
            let inside: Vec<FileStatus> = disk.files_under(root).filter(|file| self.takes(root, file)).collect();
            let partitioned = inside.iter().any(|file| !partition_values(root, &file.path).is_empty());
            let wanted = |file: &FileStatus| self.recursive || partitioned || !relative(root, &file.path).contains('/');
            files.extend(inside.into_iter().filter(wanted));
        }
        files
    }

    /// A batch read's, from its options.
    ///
    /// # Errors
    /// Times that are none.
    pub(super) fn of(options: &Options, zone: &Zone) -> Result<Self> {
        let zone = options.get("timeZone").and_then(Zone::parse).unwrap_or_else(|| zone.clone());
        let time = |name: &str| {
            match options.get(name) {
            None => Ok(None),
            Some(text) => time::parse_timestamp(text, &zone).map(Some).ok_or_else(|| {
                let name = name.to_ascii_lowercase();
                let text = format!(
                    "The timestamp provided for the '{name}' option is invalid. The expected format is 'YYYY-MM-DDTHH:mm:ss', but the provided timestamp: {text}."
                );
                Diagnostic::analysis("_LEGACY_ERROR_TEMP_1294", text, "")
            }),
        }
        };
        Ok(Self {
            name_pattern: options.get("pathGlobFilter").map(str::to_owned),
            recursive: options.get("recursiveFileLookup").is_some_and(|flag| flag.eq_ignore_ascii_case("true")),
            before_us: time("modifiedBefore")?,
            after_us: time("modifiedAfter")?,
            zone: Some(zone),
        })
    }

    fn takes(&self, root: &str, file: &FileStatus) -> bool {
        let modified_us = file.modified_ms * 1000;
        let modified_us = self.zone.as_ref().map_or(modified_us, |zone| zone.to_local(modified_us));
        if self.before_us.is_some_and(|before| modified_us >= before) || self.after_us.is_some_and(|after| modified_us <= after) {
            return false;
        }
        let relative = relative(root, &file.path);
        let name = relative.rsplit('/').next().unwrap_or(relative);
        !relative.split('/').any(is_hidden) && self.name_pattern.as_ref().is_none_or(|pattern| matches(pattern, name))
    }
}

/// Whether Spark passes over a file or folder of this name: `_x` (but not `_a=b`), `.x`, `x._COPYING_`.
fn is_hidden(name: &str) -> bool {
    (name.starts_with('_') && !name.contains('=')) || name.starts_with('.') || name.ends_with("._COPYING_")
}

fn relative<'a>(root: &str, path: &'a str) -> &'a str {
    path.strip_prefix(root.trim_end_matches('/')).unwrap_or(path).trim_start_matches('/')
}

/// The names and values of the partition folders between a root and a file; none for the value of null.
pub(super) fn partition_values(root: &str, path: &str) -> Vec<(String, Option<String>)> {
    let relative = relative(root, path);
    let Some((folders, _)) = relative.rsplit_once('/') else { return Vec::new() };
    let pairs = folders.split('/').filter_map(|folder| folder.split_once('='));
    pairs.map(|(name, value)| (unescape_letters(name), (value != NULL_PARTITION).then(|| unescape_letters(value)))).collect()
}

/// Takes `%20` and its like apart, each as one letter: `ExternalCatalogUtils.unescapePathName`.
fn unescape_letters(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(code.map_or('%', char::from));
        rest = &rest[at + if code.is_some() { 3 } else { 1 }..];
    }
    out + rest
}

/// Takes `%20` and its like in a URI apart.
pub(super) fn unescape(text: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = text.as_bytes().iter().copied();
    while let Some(byte) = bytes.next() {
        let rest: Vec<u8> = bytes.clone().take(2).collect();
        let code = (byte == b'%').then(|| (rest.len() == 2).then_some(&rest[..])).flatten().and_then(|hex| std::str::from_utf8(hex).ok());
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(code) => {
                out.push(code);
                bytes.nth(1);
            }
            None => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Whether a name matches a pattern of Hadoop's: `*`, `?`, `[a-c]`, `[^a]`, `{x,y}`.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    alternatives(pattern).iter().any(|pattern| {
        let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
        matches_letters(&pattern, &name)
    })
}

/// A pattern without braces for each choice that its braces offer. At most 1,000.
fn alternatives(pattern: &str) -> Vec<String> {
    let Some(open) = pattern.find('{') else { return vec![pattern.to_owned()] };
    let Some(close) = pattern[open..].find('}').map(|close| open + close) else { return vec![pattern.to_owned()] };
    let mut all = Vec::new();
    for choice in pattern[open + 1..close].split(',') {
        all.extend(alternatives(&format!("{}{choice}{}", &pattern[..open], &pattern[close + 1..])));
        all.truncate(1000);
    }
    all
}

/// Without braces. The place after the last star is tried again and again, so the cost is the product of the lengths at most.
fn matches_letters(pattern: &[char], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        let step = match pattern.get(p) {
            Some('*') => {
                star = Some((p + 1, n));
                p += 1;
                continue;
            }
            Some('?') => Some(1),
            Some('[') => class(&pattern[p..], name[n]),
            Some('\\') if pattern.get(p + 1) == Some(&name[n]) => Some(2),
            Some(letter) if *letter == name[n] => Some(1),
            _ => None,
        };
        match (step, star) {
            (Some(step), _) => {
                p += step;
                n += 1;
            }
            (None, Some((after, from))) => {
                star = Some((after, from + 1));
                (p, n) = (after, from + 1);
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

/// The length of the class that begins here, if it holds the letter.
fn class(pattern: &[char], letter: char) -> Option<usize> {
    let close = pattern.iter().skip(2).position(|letter| *letter == ']')? + 2;
    let inside = &pattern[1..close];
    let (negated, inside) = match inside.first() {
        Some('^' | '!') => (true, &inside[1..]),
        _ => (false, inside),
    };
    let mut found = false;
    let mut at = 0;
    while at < inside.len() {
        if at + 2 < inside.len() && inside[at + 1] == '-' {
            found |= (inside[at]..=inside[at + 2]).contains(&letter);
            at += 3;
        } else {
            found |= inside[at] == letter;
            at += 1;
        }
    }
    (found != negated).then_some(close + 1)
}
