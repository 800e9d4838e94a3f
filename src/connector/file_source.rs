//! The file source: new files of a folder, oldest first. Spark's `FileStreamSource`.

use super::file_reader::{FileReader, FileToRead};
use super::listing::{Listing, matches, roots};
use super::sink_log::SinkLog;
use super::source_log::{FileEntry, SourceLog};
use super::{Offset, Options, PushedFilter, ReadLimit, Source, SourceRows};
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::world::Disk;
use crate::world::FileStatus;
use crate::world::World;
use std::collections::{HashMap, VecDeque};

/// How much one batch takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    Files(usize),
    Bytes(u64),
    None,
}

/// What becomes of files that were read: the option `cleanSource`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Clean {
    Off,
    Delete,
    Archive(String),
}

/// The options of the source itself: Spark's `FileStreamOptions`.
#[derive(Clone, Debug)]
struct FileStreamOptions {
    limit: Limit,
    latest_first: bool,
    file_name_only: bool,
    max_age_ms: i64,
    /// At most so many files are kept from a listing: `maxCachedFiles`.
    max_cached: usize,
    /// Below this share of the limit, files left over from a listing are listed anew: `discardCachedInputRatio`.
    discard_ratio: f64,
    clean: Clean,
    listing: Listing,
}

/// A folder that is watched.
pub(super) struct FileSource {
    path: String,
    reader: FileReader,
    options: FileStreamOptions,
    log: SourceLog,
    entries: Vec<FileEntry>,
    /// The offset of the newest batch in the log.
    log_offset: Option<u64>,
    seen: Seen,
    /// What a listing found beyond the limit; it is taken before the folder is listed again.
    unread: VecDeque<FileStatus>,
    /// With `availableNow`: all that will be read.
    fixed: Option<VecDeque<FileStatus>>,
}

/// Which files were seen, and how old a file may be. Spark's `SeenFilesMap`.
#[derive(Debug, Default)]
struct Seen {
    files: HashMap<String, i64>,
    latest_ms: i64,
    purged_ms: i64,
}

impl FileSource {
    /// A source over a path (or a pattern), whose log lies in `log_folder`.
    ///
    /// # Errors
    /// Options that Spark refuses; a log that cannot be read.
    pub(super) fn new(disk: &Disk, path: &str, settings: &Options, log_folder: &str, reader: FileReader) -> Result<Self> {
        let options = FileStreamOptions::of(settings)?;
        options.check_clean_source(disk, path)?;
        let log = SourceLog::new(log_folder.to_owned(), settings)?;
        let entries = log.entries(disk)?;
        let mut source = Self {
            path: path.to_owned(),
            reader,
            log,
            log_offset: entries.iter().map(|entry| entry.batch_id).max(),
            entries: Vec::new(),
            seen: Seen::default(),
            unread: VecDeque::new(),
            fixed: None,
            options,
        };
        for entry in &entries {
            source.seen.add(&source.options.seen_name(&entry.path), entry.timestamp_ms);
        }
        source.seen.purge(source.options.max_age_ms);
        source.entries = entries;
        Ok(source)
    }

    /// All files that were not seen yet, oldest first (or newest first).
    fn new_files(&self, disk: &Disk) -> Vec<FileStatus> {
        let mut files: Vec<FileStatus> = list(disk, &self.path, &self.options.listing);
        files.retain(|file| self.seen.is_new(&self.options.seen_name(&file.path), file.modified_ms));
        match self.options.latest_first {
            true => files.sort_by_key(|file| std::cmp::Reverse(file.modified_ms)),
            false => files.sort_by_key(|file| file.modified_ms),
        }
        files
    }

    /// The files of the next batch.
    fn take(&mut self, disk: &Disk, limit: Limit) -> Vec<FileStatus> {
        // What a listing left over is taken as it is, even if a file of its name was read since.
        let mut files: VecDeque<FileStatus> = match &mut self.fixed {
            Some(fixed) => std::mem::take(fixed),
            None if self.unread.is_empty() => self.new_files(disk).into(),
            None => std::mem::take(&mut self.unread),
        };
        let count = match limit {
            Limit::None => files.len(),
            Limit::Files(most) => most.min(files.len()),
            Limit::Bytes(most) => within(&files, most),
        };
        let rest = files.split_off(count);
        if let Some(fixed) = &mut self.fixed {
            *fixed = rest;
        } else if !self.options.latest_first && self.is_worth_keeping(&rest, limit) {
            self.unread = rest.into_iter().take(self.options.max_cached).collect();
        }
        files.into()
    }

    /// Whether what is left over of a listing is enough that the folder need not be listed again.
    fn is_worth_keeping(&self, rest: &VecDeque<FileStatus>, limit: Limit) -> bool {
        let least = |most: f64| most * self.options.discard_ratio;
        match limit {
            Limit::Files(most) => rest.len() as f64 >= least(most as f64),
            Limit::Bytes(most) => rest.iter().map(|file| file.size).sum::<u64>() as f64 >= least(most as f64),
            Limit::None => false,
        }
    }

    fn limit(&self, limit: ReadLimit) -> Limit {
        if limit == ReadLimit::AllAvailable { Limit::None } else { self.options.limit }
    }

    fn entries_between(&self, start: Option<&Offset>, end: &Offset) -> Result<Vec<FileEntry>> {
        let first = start.map(log_offset).transpose()?.map_or(0, |offset| offset + 1);
        let last = log_offset(end)?;
        Ok(self.entries.iter().filter(|entry| (first..=last).contains(&entry.batch_id)).cloned().collect())
    }
}

impl Source for FileSource {
    fn description(&self) -> String {
        format!("FileStreamSource[{}]", self.path)
    }

    fn latest_offset(&mut self, world: &mut dyn World, _start: Option<&Offset>, limit: ReadLimit) -> Result<Option<Offset>> {
        let limit = self.limit(limit);
        let files = self.take(world.disk(), limit);
        if !files.is_empty() {
            let batch_id = self.log_offset.map_or(0, |offset| offset + 1);
            let entries: Vec<FileEntry> =
                files.into_iter().map(|file| FileEntry { path: file.path, timestamp_ms: file.modified_ms, batch_id }).collect();
            for entry in &entries {
                self.seen.add(&self.options.seen_name(&entry.path), entry.timestamp_ms);
            }
            self.seen.purge(self.options.max_age_ms);
            self.entries.extend(entries.iter().cloned());
            self.log.add(world, batch_id, &entries, &self.entries);
            self.log_offset = Some(batch_id);
        }
        Ok(self.log_offset.map(|offset| Offset(format!("{{\"logOffset\":{offset}}}"))))
    }

    fn batch(&mut self, world: &mut dyn World, start: Option<&Offset>, end: &Offset, trace: bool) -> Result<SourceRows> {
        let disk = world.disk();
        let folders = roots(disk, &self.path);
        let mut files = Vec::new();
        for entry in self.entries_between(start, end)? {
            let status = disk.status(&entry.path);
            let status = status.unwrap_or(FileStatus { path: entry.path.clone(), size: 0, modified_ms: entry.timestamp_ms });
            let root = folders.iter().find(|root| entry.path.starts_with(root.as_str())).cloned().unwrap_or_default();
            files.push(FileToRead { status: FileStatus { modified_ms: entry.timestamp_ms, ..status }, root, partitions: None });
        }
        self.reader.read(disk, &files, trace)
    }

    fn set_filters(&mut self, filters: &[PushedFilter]) {
        self.reader.set_filters(filters);
    }

    fn commit(&mut self, world: &mut dyn World, end: &Offset) {
        if self.options.clean == Clean::Off {
            return;
        }
        let Ok(last) = log_offset(end) else { return };
        for entry in self.entries.iter().filter(|entry| entry.batch_id == last) {
            match &self.options.clean {
                Clean::Delete => drop(world.disk_mut().remove(&entry.path)),
                Clean::Archive(folder) => drop(world.disk_mut().rename(&entry.path, &format!("{folder}{}", entry.path))),
                Clean::Off => {}
            }
        }
    }

    fn supports_available_now(&self) -> bool {
        true
    }

    fn prepare_for_available_now(&mut self, world: &mut dyn World) -> Result<()> {
        self.fixed = Some(self.new_files(world.disk()).into());
        Ok(())
    }
}

impl FileStreamOptions {
    fn of(options: &Options) -> Result<Self> {
        if let Some(name) = ["modifiedBefore", "modifiedAfter"].iter().find(|name| options.get(name).is_some()) {
            let text = format!("option '{}' is not allowed in file stream sources", name.to_ascii_lowercase());
            return Err(Diagnostic::plain(Class::IllegalArgument, text));
        }
        let files = positive(options, "maxFilesPerTrigger", "a positive integer")?;
        let bytes = positive(options, "maxBytesPerTrigger", "a positive integer")?;
        let limit = match (files, bytes) {
            (Some(_), Some(_)) => {
                return Err(Diagnostic::plain(
                    Class::IllegalArgument,
                    "Options 'maxFilesPerTrigger' and 'maxBytesPerTrigger' can't be both set at the same time",
                ));
            }
            (Some(files), None) => Limit::Files(files as usize),
            (None, Some(bytes)) => Limit::Bytes(bytes),
            (None, None) => Limit::None,
        };
        let latest_first = option_flag(options, "latestFirst")?;
        let max_age_ms = match options.get("maxFileAge") {
            // With both, files older than the newest would never be read; Spark then ignores the age.
            _ if latest_first && limit != Limit::None => i64::MAX,
            None => 7 * 24 * 3_600_000,
            Some(text) => duration_ms(text)?,
        };
        Ok(Self {
            limit,
            latest_first,
            file_name_only: option_flag(options, "fileNameOnly")?,
            max_age_ms,
            max_cached: max_cached(options)?,
            discard_ratio: discard_ratio(options)?,
            clean: clean_source(options)?,
            listing: Listing {
                name_pattern: options.get("pathGlobFilter").map(str::to_owned),
                recursive: option_flag(options, "recursiveFileLookup")?,
                ..Listing::default()
            },
        })
    }

    /// What is cleaned must be the source's own, and what is archived must not be read again.
    fn check_clean_source(&self, disk: &Disk, path: &str) -> Result<()> {
        if self.clean != Clean::Off && SinkLog::of_folder(disk, path).is_some() {
            let text = "Clean up source files is not supported when reading from the output directory of FileStreamSink.";
            return Err(super::load::unsupported("_LEGACY_ERROR_TEMP_2238", text.to_owned()));
        }
        let Clean::Archive(archive) = &self.clean else { return Ok(()) };
        let parts = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        // Compared in the depth that both have.
        if parts(path).iter().zip(parts(archive)).all(|(pattern, name)| matches(pattern, &name)) {
            let text = "requirement failed: Base archive path cannot be set to the path where archived path can possibly match with source pattern. Ensure the base archive path doesn't match with source pattern in depth, where the depth is minimum of depth on both paths.";
            return Err(Diagnostic::plain(Class::IllegalArgument, text));
        }
        Ok(())
    }

    fn seen_name(&self, path: &str) -> String {
        if self.file_name_only { path.rsplit('/').next().unwrap_or(path).to_owned() } else { path.to_owned() }
    }
}

impl Seen {
    fn add(&mut self, name: &str, modified_ms: i64) {
        self.files.insert(name.to_owned(), modified_ms);
        self.latest_ms = self.latest_ms.max(modified_ms);
    }

    fn is_new(&self, name: &str, modified_ms: i64) -> bool {
        modified_ms >= self.purged_ms && !self.files.contains_key(name)
    }

    fn purge(&mut self, max_age_ms: i64) {
        self.purged_ms = self.latest_ms.saturating_sub(max_age_ms);
        let purged_ms = self.purged_ms;
        self.files.retain(|_, modified_ms| *modified_ms >= purged_ms);
    }
}

/// The files under a path; where a file sink wrote there, only those that its log names.
pub(super) fn list(disk: &Disk, path: &str, listing: &Listing) -> Vec<FileStatus> {
    if let Some(log) = SinkLog::of_folder(disk, path) {
        return log.files(disk).into_iter().filter_map(|path| disk.status(&path)).collect();
    }
    listing.files(disk, &roots(disk, path))
}

/// How many files of the front fit into so many bytes; one at the least.
fn within(files: &VecDeque<FileStatus>, most: u64) -> usize {
    let mut total = 0;
    let fitting = files.iter().take_while(|file| {
        total += file.size;
        total <= most
    });
    fitting.count().max(1).min(files.len())
}

/// The number in `{"logOffset":3}`.
fn log_offset(offset: &Offset) -> Result<u64> {
    let parsed: Option<serde_json::Value> = serde_json::from_str(&offset.0).ok();
    let number = parsed.as_ref().and_then(|value| value.get("logOffset").unwrap_or(value).as_u64());
    number.ok_or_else(|| {
        Diagnostic::plain(
            Class::Named("IllegalStateException".to_owned()),
            format!("Failed to parse FileStreamSourceOffset from {}", offset.0),
        )
    })
}

fn positive(options: &Options, name: &str, what: &str) -> Result<Option<u64>> {
    let Some(text) = options.get(name) else { return Ok(None) };
    match text.parse::<u64>() {
        Ok(number) if number > 0 => Ok(Some(number)),
        _ => Err(Diagnostic::plain(Class::IllegalArgument, format!("Invalid value '{text}' for option '{name}', must be {what}"))),
    }
}

fn invalid(options: &Options, name: &str, what: &str) -> Box<Diagnostic> {
    let text = options.get(name).unwrap_or_default();
    Diagnostic::plain(Class::IllegalArgument, format!("Invalid value '{text}' for option '{name}', must be {what}"))
}

fn max_cached(options: &Options) -> Result<usize> {
    let Some(text) = options.get("maxCachedFiles") else { return Ok(10_000) };
    text.parse().map_err(|_| invalid(options, "maxCachedFiles", "an integer greater than or equal to 0"))
}

fn discard_ratio(options: &Options) -> Result<f64> {
    let Some(text) = options.get("discardCachedInputRatio") else { return Ok(0.2) };
    let ratio = text.parse::<f64>().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
    ratio.ok_or_else(|| invalid(options, "discardCachedInputRatio", "a positive float between 0 and 1"))
}

fn option_flag(options: &Options, name: &str) -> Result<bool> {
    match options.get(name) {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(text) => {
            Err(Diagnostic::plain(Class::IllegalArgument, format!("Invalid value '{text}' for option '{name}', must be 'true' or 'false'")))
        }
    }
}

fn clean_source(options: &Options) -> Result<Clean> {
    let Some(text) = options.get("cleanSource") else { return Ok(Clean::Off) };
    match text.to_ascii_lowercase().as_str() {
        "off" => Ok(Clean::Off),
        "delete" => Ok(Clean::Delete),
        "archive" => match options.get("sourceArchiveDir") {
            Some(folder) if !folder.trim().is_empty() => Ok(Clean::Archive(folder.trim_end_matches('/').to_owned())),
            _ => Err(Diagnostic::plain(Class::IllegalArgument, "Archive mode must be used with 'sourceArchiveDir' option.")),
        },
        _ => Err(Diagnostic::plain(
            Class::IllegalArgument,
            format!("Invalid mode for clean source option Some({text}). Must be one of ARCHIVE,DELETE,OFF"),
        )),
    }
}

/// A time such as `7d`, `30s`, `500ms`; a bare number is milliseconds: Java's `JavaUtils.timeStringAsMs`.
pub(super) fn duration_ms(text: &str) -> Result<i64> {
    let trimmed = text.trim().to_ascii_lowercase();
    let digits = trimmed.find(|letter: char| !letter.is_ascii_digit() && letter != '-').unwrap_or(trimmed.len());
    let unit_ms = match &trimmed[digits..] {
        "" | "ms" => Some(1),
        "us" => Some(0),
        "s" => Some(1000),
        "m" | "min" => Some(60_000),
        "h" => Some(3_600_000),
        "d" => Some(86_400_000),
        _ => None,
    };
    match (trimmed[..digits].parse::<i64>(), unit_ms) {
        (Ok(number), Some(0)) => Ok(number / 1000),
        (Ok(number), Some(unit_ms)) => Ok(number.saturating_mul(unit_ms)),
        _ => Err(Diagnostic::plain(
            Class::Named("NumberFormatException".to_owned()),
            format!(
                "Time must be specified as seconds (s), milliseconds (ms), microseconds (us), minutes (m or min), hour (h), or day (d). E.g. 50s, 100ms, or 250us.\nFailed to parse time string: {trimmed}"
            ),
        )),
    }
}
