//! Which version a batch read means: `versionAsOf`, `timestampAsOf`. Delta's `DeltaTimeTravelSpec`.

use super::errors;
use super::log::Log;
use super::snapshot::Snapshot;
use crate::connector::Options;
use crate::diag::Result;
use crate::types::{Zone, time};
use crate::world::Disk;

/// The table as the options ask for it; none where there is no table.
///
/// # Errors
/// Both options at once; versions and times that there are not.
pub(super) fn snapshot(disk: &Disk, log: &Log, options: &Options, zone: &Zone) -> Result<Option<Snapshot>> {
    let Some(latest) = log.latest(disk) else { return Ok(None) };
    let version = match (options.get("versionAsOf"), options.get("timestampAsOf")) {
        (Some(_), Some(_)) => return Err(errors::two_time_travels()),
        (None, None) => latest,
        (Some(text), None) => {
            let number = text.trim().parse::<i64>().ok();
            let number = number.ok_or_else(|| errors::bad_option(text, "versionAsOf", "must be a non-negative integer"))?;
            existing(disk, log, number)?
        }
        (None, Some(text)) => at_time(disk, log, text, zone)?,
    };
    Snapshot::at(disk, log, version).map(Some)
}

/// Whether the options travel in time.
pub(super) fn is_asked(options: &Options) -> bool {
    options.get("versionAsOf").is_some() || options.get("timestampAsOf").is_some()
}

/// A version that is there.
///
/// # Errors
/// `DELTA_VERSION_NOT_FOUND`.
pub(super) fn existing(disk: &Disk, log: &Log, version: i64) -> Result<u64> {
    let latest = log.latest(disk).unwrap_or(0);
    let earliest = earliest(disk, log);
    match u64::try_from(version) {
        Ok(number) if (earliest..=latest).contains(&number) => Ok(number),
        _ => Err(errors::version_not_found(version, earliest, latest)),
    }
}

/// The oldest version that can be rebuilt.
fn earliest(disk: &Disk, log: &Log) -> u64 {
    match log.versions(disk).first() {
        Some(0) | None => 0,
        Some(first) => log.checkpoints(disk).first().copied().unwrap_or(*first),
    }
}

/// The newest version that was there at this time.
fn at_time(disk: &Disk, log: &Log, text: &str, zone: &Zone) -> Result<u64> {
    let micros = time::parse_timestamp(text, zone).ok_or_else(|| errors::bad_time(text))?;
    let at_ms = micros.div_euclid(1000);
    let times = log.commit_times_ms(disk);
    let shown = |ms: i64| time::format_timestamp(ms.saturating_mul(1000), zone);
    let (Some((_, first_ms)), Some((_, last_ms))) = (times.first(), times.last()) else { return Err(errors::no_table(&log.table)) };
    if at_ms < *first_ms {
        return Err(errors::time_too_early(&shown(at_ms), &shown(*first_ms)));
    }
    if at_ms > *last_ms {
        return Err(errors::time_too_late(&shown(at_ms), &shown(*last_ms)));
    }
    Ok(times.iter().rfind(|(_, ms)| *ms <= at_ms).map_or(0, |(version, _)| *version))
}
