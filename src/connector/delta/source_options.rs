//! The options of a stream that reads a table. Delta's `DeltaOptions`.

use super::append::truth;
use super::errors;
use super::log::Log;
use super::travel;
use crate::connector::Options;
use crate::diag::Result;
use crate::types::{Zone, time};
use crate::world::Disk;

/// `maxFilesPerTrigger` where neither limit is set.
const MAX_FILES: u64 = 1000;

/// How a stream reads.
#[derive(Clone, Debug)]
pub(super) struct SourceOptions {
    /// Files a batch at most.
    pub(super) max_files: u64,
    /// Bytes a batch; the file that passes the limit is still taken.
    pub(super) max_bytes: u64,
    pub(super) ignores_deletes: bool,
    pub(super) ignores_changes: bool,
    pub(super) skips_changes: bool,
    start: Start,
}

/// Where a new query begins.
#[derive(Clone, Debug)]
enum Start {
    /// With the table as it is.
    Snapshot,
    /// `startingVersion`: with the changes of this version.
    Version(i64),
    /// `startingVersion` `latest`: with what comes.
    Latest,
    /// `startingTimestamp`, in milliseconds since 1970.
    Time(i64, String),
}

impl SourceOptions {
    /// From the program's options.
    ///
    /// # Errors
    /// Values that make no sense; two starts.
    pub(super) fn of(options: &Options, zone: &Zone) -> Result<Self> {
        let files = positive(options, "maxFilesPerTrigger")?;
        let bytes = options.get("maxBytesPerTrigger").map(|text| byte_count(text, "maxBytesPerTrigger")).transpose()?;
        let start = match (options.get("startingVersion"), options.get("startingTimestamp")) {
            (Some(_), Some(_)) => return Err(errors::two_starts()),
            (None, None) => Start::Snapshot,
            (Some(text), None) if text.eq_ignore_ascii_case("latest") => Start::Latest,
            (Some(text), None) => match text.parse::<i64>() {
                Ok(version) if version >= 0 => Start::Version(version),
                _ => return Err(errors::bad_option(text, "startingVersion", "must be greater than or equal to zero")),
            },
            (None, Some(text)) => {
                let micros = time::parse_timestamp(text, zone).ok_or_else(|| errors::bad_time(text))?;
                Start::Time(micros.div_euclid(1000), text.to_owned())
            }
        };
        Ok(Self {
            max_files: files.unwrap_or(if bytes.is_some() { u64::MAX } else { MAX_FILES }),
            max_bytes: bytes.unwrap_or(u64::MAX),
            ignores_deletes: truth(options, "ignoreDeletes")?,
            ignores_changes: truth(options, "ignoreChanges")? || truth(options, "ignoreFileDeletion")?,
            skips_changes: truth(options, "skipChangeCommits")?,
            start,
        })
    }

    /// The version whose changes come first; none where the table as it is comes first.
    ///
    /// # Errors
    /// A version that is not there; a time after the last commit.
    pub(super) fn starting_version(&self, disk: &Disk, log: &Log) -> Result<Option<u64>> {
        Ok(match &self.start {
            Start::Snapshot => None,
            Start::Latest => Some(log.latest(disk).map_or(0, |latest| latest + 1)),
            Start::Version(version) => Some(travel::existing(disk, log, *version)?),
            Start::Time(at_ms, text) => {
                let times = log.commit_times_ms(disk);
                let first = times.iter().find(|(_, ms)| ms >= at_ms).map(|(version, _)| *version);
                let latest = times.last().map_or_else(String::new, |(_, ms)| time::format_timestamp(ms.saturating_mul(1000), &Zone::utc()));
                Some(first.ok_or_else(|| errors::time_too_late(text, &latest))?)
            }
        })
    }
}

fn positive(options: &Options, name: &str) -> Result<Option<u64>> {
    let parse = |text: &str| {
        text.parse::<u64>().ok().filter(|number| *number > 0).ok_or_else(|| errors::bad_option(text, name, "must be a positive integer"))
    };
    options.get(name).map(parse).transpose()
}

/// `10`, `10k`, `1mb`, `1g`: Java's `JavaUtils.byteStringAs`.
fn byte_count(text: &str, name: &str) -> Result<u64> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(lower.len());
    let shift = match &lower[digits..] {
        "" | "b" => 0,
        "k" | "kb" => 10,
        "m" | "mb" => 20,
        "g" | "gb" => 30,
        "t" | "tb" => 40,
        _ => 64,
    };
    let number = lower[..digits].parse::<u64>().ok().filter(|number| *number > 0 && shift < 64);
    number
        .map(|number| number.saturating_mul(1 << shift))
        .ok_or_else(|| errors::bad_option(text, name, "must be a size configuration such as '10g'"))
}
