//! Where reading begins or ends, as options say it. Spark's `KafkaOffsetRangeLimit`.

use super::errors::{illegal, java};
use super::offsets::{self, PartitionOffsets};
use crate::connector::Options;
use crate::diag::Result;

/// Stands for the latest offset, in JSON and before it is looked up.
pub(super) const LATEST: i64 = -1;
/// Stands for the earliest offset.
pub(super) const EARLIEST: i64 = -2;

/// An end of what is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    /// `earliest`.
    Earliest,
    /// `latest`.
    Latest,
    /// An offset for each partition; -1 and -2 stand for latest and earliest.
    Offsets(PartitionOffsets),
    /// A time for each partition, in milliseconds since 1970.
    Times(PartitionOffsets, NoMatch),
    /// One time for all partitions, in milliseconds since 1970.
    Time(i64, NoMatch),
}

/// What becomes of a partition without a record of that time or later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoMatch {
    /// The query fails.
    Error,
    /// It is read from its end on.
    Latest,
}

impl Limit {
    /// From the options; `end` is `starting` or `ending`. A time for all goes before a time for each, which goes before offsets.
    ///
    /// # Errors
    /// Numbers and JSON that are none, an unknown strategy.
    pub(super) fn of(options: &Options, end: &str, default: Self) -> Result<Self> {
        let strategy = match options.get("startingOffsetsByTimestampStrategy").map(str::to_uppercase).as_deref() {
            None | Some("ERROR") => NoMatch::Error,
            Some("LATEST") => NoMatch::Latest,
            Some(other) => return Err(java("NoSuchElementException", format!("No value found for '{other}'"))),
        };
        if let Some(text) = options.get(&format!("{end}Timestamp")).map(str::trim) {
            let time = text.parse().map_err(|_| illegal(format!("Expected a single long value, got {text}")))?;
            return Ok(Self::Time(time, strategy));
        }
        if let Some(text) = options.get(&format!("{end}OffsetsByTimestamp")) {
            return Ok(Self::Times(offsets::parse_times(text.trim())?, strategy));
        }
        match options.get(&format!("{end}Offsets")).map(str::trim) {
            None => Ok(default),
            Some(text) if text.eq_ignore_ascii_case("latest") => Ok(Self::Latest),
            Some(text) if text.eq_ignore_ascii_case("earliest") => Ok(Self::Earliest),
            Some(text) => Ok(Self::Offsets(offsets::parse(text)?)),
        }
    }
}
