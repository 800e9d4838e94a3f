//! The folder `_delta_log` of a table: commits by number, and where checkpoints lie.

use super::action::Action;
use super::errors;
use crate::diag::Result;
use crate::world::Disk;

/// The log of one table.
#[derive(Clone, Debug)]
pub(super) struct Log {
    /// The table's folder.
    pub(super) table: String,
}

impl Log {
    /// The log of the table in this folder, there or not.
    pub(super) fn of(table: &str) -> Self {
        let table = table.strip_prefix("file:").unwrap_or(table);
        Self { table: format!("/{}", table.trim_matches('/')) }
    }

    /// Where a commit stands.
    pub(super) fn commit_path(&self, version: u64) -> String {
        format!("{}/_delta_log/{version:020}.json", self.table)
    }

    /// Where a checkpoint stands.
    pub(super) fn checkpoint_path(&self, version: u64) -> String {
        format!("{}/_delta_log/{version:020}.checkpoint.parquet", self.table)
    }

    /// Where the number of the newest checkpoint stands.
    pub(super) fn last_checkpoint_path(&self) -> String {
        format!("{}/_delta_log/_last_checkpoint", self.table)
    }

    /// Whether there is a table.
    pub(super) fn exists(&self, disk: &Disk) -> bool {
        self.latest(disk).is_some()
    }

    /// The newest version.
    pub(super) fn latest(&self, disk: &Disk) -> Option<u64> {
        self.versions(disk).last().copied().max(self.checkpoints(disk).last().copied())
    }

    /// The commits that are there, ascending.
    pub(super) fn versions(&self, disk: &Disk) -> Vec<u64> {
        let number = |name: &String| name.strip_suffix(".json").filter(|it| it.len() == 20)?.parse().ok();
        disk.names_in(&format!("{}/_delta_log", self.table)).iter().filter_map(number).collect()
    }

    /// The checkpoints of one file that are there, ascending.
    pub(super) fn checkpoints(&self, disk: &Disk) -> Vec<u64> {
        let number = |name: &String| name.strip_suffix(".checkpoint.parquet").filter(|it| it.len() == 20)?.parse().ok();
        disk.names_in(&format!("{}/_delta_log", self.table)).iter().filter_map(number).collect()
    }

    /// What a commit says.
    ///
    /// # Errors
    /// A commit that is not there.
    pub(super) fn actions(&self, disk: &Disk, version: u64) -> Result<Vec<Action>> {
        let bytes = disk.read(&self.commit_path(version)).ok_or_else(|| errors::truncated(&self.table, version))?;
        Ok(String::from_utf8_lossy(bytes).lines().filter_map(Action::parse).collect())
    }

    /// When each version that is there was committed, in milliseconds since 1970: the files' times, made to ascend.
    pub(super) fn commit_times_ms(&self, disk: &Disk) -> Vec<(u64, i64)> {
        let mut last_ms = i64::MIN;
        let mut times = Vec::new();
        for version in self.versions(disk) {
            let at_ms = disk.status(&self.commit_path(version)).map_or(0, |status| status.modified_ms);
            last_ms = at_ms.max(last_ms.saturating_add(1));
            times.push((version, last_ms));
        }
        times
    }
}
