//! A numbered log that is written anew from time to time: the files `0`, `1`, `2.compact`, ... of a file source and a file sink.
//! Spark's `CompactibleFileStreamLog`.
//!
//! Law: each entry stands in the file of its batch, or in a later `N.compact`, which holds all entries up to N.

use super::Options;
use super::file_source::duration_ms;
use crate::diag::Result;
use crate::world::Disk;
use crate::world::World;

/// `spark.sql.streaming.minBatchesToRetain`.
const BATCHES_KEPT: u64 = 100;

/// The log in its folder.
#[derive(Clone, Debug)]
pub(super) struct CompactLog {
    folder: String,
    interval: u64,
    /// Whether files before a compacted one are removed.
    removes: bool,
    /// How old such a file must be.
    cleanup_delay_ms: i64,
}

impl CompactLog {
    /// A log in this folder by the settings `spark.sql.streaming.KIND.log.*`; `kind` is `fileSource` or `fileSink`.
    ///
    /// # Errors
    /// A delay that is no time.
    pub(super) fn new(folder: String, kind: &str, settings: &Options) -> Result<Self> {
        let setting = |name: &str| settings.get(&format!("spark.sql.streaming.{kind}.log.{name}"));
        Ok(Self {
            folder,
            interval: setting("compactInterval").and_then(|text| text.parse().ok()).filter(|interval| *interval > 0).unwrap_or(10),
            removes: setting("deletion").is_none_or(|text| text.eq_ignore_ascii_case("true")),
            cleanup_delay_ms: setting("cleanupDelay").map_or(Ok(600_000), duration_ms)?,
        })
    }

    /// A log that is only read.
    pub(super) fn to_read(folder: String) -> Self {
        Self { folder, interval: 10, removes: false, cleanup_delay_ms: 0 }
    }

    /// The newest entry's number.
    pub(super) fn latest(&self, disk: &Disk) -> Option<u64> {
        disk.names_in(&self.folder).iter().filter_map(|name| number_of(name)).max()
    }

    /// Whether the entry of this number holds all before it.
    pub(super) fn compacts(&self, number: u64) -> bool {
        (number + 1).is_multiple_of(self.interval)
    }

    /// Write an entry; what it holds is the caller's affair. Says whether it was written: one that is there stays.
    pub(super) fn add(&self, world: &mut dyn World, number: u64, lines: impl Iterator<Item = String>) -> bool {
        let name = if self.compacts(number) { format!("{number}.compact") } else { number.to_string() };
        let text = std::iter::once("v1".to_owned()).chain(lines).collect::<Vec<_>>().join("\n");
        let added = world.disk_mut().put_new(&format!("{}/{name}", self.folder), text.into_bytes());
        self.remove_old(world, number);
        added
    }

    /// The files that hold all entries, in their order: the newest compacted one and those behind it. Text without its version line;
    /// none where that line is not Spark's.
    pub(super) fn texts(&self, disk: &Disk) -> Vec<(String, Option<String>)> {
        let mut numbers = self.numbers(disk);
        let first = numbers.iter().rposition(|(_, name)| name.ends_with(".compact")).unwrap_or(0);
        numbers.drain(..first);
        let text = |(_, name): (u64, String)| {
            let path = format!("{}/{name}", self.folder);
            let text = String::from_utf8_lossy(disk.read(&path).unwrap_or_default()).into_owned();
            let rest = text.strip_prefix("v1").filter(|rest| rest.is_empty() || rest.starts_with('\n'));
            (path, rest.map(str::to_owned))
        };
        numbers.into_iter().map(text).collect()
    }

    fn numbers(&self, disk: &Disk) -> Vec<(u64, String)> {
        let mut numbers: Vec<(u64, String)> =
            disk.names_in(&self.folder).into_iter().filter_map(|name| Some((number_of(&name)?, name))).collect();
        numbers.sort_unstable();
        numbers
    }

    /// `deleteExpiredLog`: what a compacted file long ago made needless.
    fn remove_old(&self, world: &mut dyn World, number: u64) {
        let oldest_kept = (number + 1).saturating_sub(BATCHES_KEPT);
        let Some(compacted) = (oldest_kept - oldest_kept % self.interval).checked_sub(1).filter(|_| self.removes) else { return };
        let until_ms = world.now_ms() - self.cleanup_delay_ms;
        for (_, name) in self.numbers(world.disk()).into_iter().take_while(|(number, _)| *number < compacted) {
            let path = format!("{}/{name}", self.folder);
            if world.disk().status(&path).is_some_and(|status| status.modified_ms <= until_ms) {
                world.disk_mut().remove(&path);
            }
        }
    }
}

fn number_of(name: &str) -> Option<u64> {
    name.strip_suffix(".compact").unwrap_or(name).parse().ok()
}
