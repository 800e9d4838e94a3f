//! A table at one version: the sum of its log up to there. Delta's `Snapshot`.

use super::action::{Action, AddFile, Metadata, Protocol, RemoveFile};
use super::checkpoint;
use super::errors;
use super::log::Log;
use crate::diag::Result;
use crate::world::Disk;
use std::collections::BTreeMap;

/// Features that change nothing in how this version of the table is read.
const READABLE: [&str; 1] = ["timestampNtz"];
/// Features that our writer keeps.
const WRITABLE: [&str; 3] = ["timestampNtz", "appendOnly", "invariants"];

/// A table at a version.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub(super) version: u64,
    pub(super) protocol: Protocol,
    pub(super) metadata: Metadata,
    /// The files that make it up, by path.
    pub(super) files: BTreeMap<String, AddFile>,
    /// Files that were given up, by path.
    pub(super) tombstones: BTreeMap<String, RemoveFile>,
    /// The last batch of each application, and when it came.
    pub(super) transactions: BTreeMap<String, (i64, Option<i64>)>,
}

/// A snapshot in the making.
#[derive(Default)]
struct Replay {
    protocol: Option<Protocol>,
    metadata: Option<Metadata>,
    files: BTreeMap<String, AddFile>,
    tombstones: BTreeMap<String, RemoveFile>,
    transactions: BTreeMap<String, (i64, Option<i64>)>,
}

impl Snapshot {
    /// The newest version; none where there is no table.
    ///
    /// # Errors
    /// A log with holes; features that we cannot read.
    pub(super) fn latest(disk: &Disk, log: &Log) -> Result<Option<Self>> {
        log.latest(disk).map(|version| Self::at(disk, log, version)).transpose()
    }

    /// The table as of a version.
    ///
    /// # Errors
    /// A log with holes; features that we cannot read.
    pub(super) fn at(disk: &Disk, log: &Log, version: u64) -> Result<Self> {
        let mut replay = Replay::default();
        let checkpoint = log.checkpoints(disk).into_iter().rfind(|it| *it <= version);
        let first = match checkpoint {
            Some(checkpoint) => {
                for action in checkpoint::read(disk, &log.checkpoint_path(checkpoint))? {
                    replay.take(action);
                }
                checkpoint + 1
            }
            None => 0,
        };
        for number in first..=version {
            log.actions(disk, number)?.into_iter().for_each(|action| replay.take(action));
        }
        let (Some(protocol), Some(metadata)) = (replay.protocol, replay.metadata) else {
            return Err(errors::truncated(&log.table, version));
        };
        let snapshot =
            Self { version, protocol, metadata, files: replay.files, tombstones: replay.tombstones, transactions: replay.transactions };
        snapshot.check_readable(&log.table)?;
        Ok(snapshot)
    }

    /// The last batch of an application; -1 where it has none.
    pub(super) fn transaction(&self, app_id: &str) -> i64 {
        self.transactions.get(app_id).map_or(-1, |(version, _)| *version)
    }

    /// Whether our writer may change it.
    ///
    /// # Errors
    /// Features that we would break.
    pub(super) fn check_writable(&self, table: &str) -> Result<()> {
        let unknown: Vec<&str> = self.protocol.writer_features.iter().map(String::as_str).filter(|it| !WRITABLE.contains(it)).collect();
        match unknown.is_empty() {
            true => Ok(()),
            false => Err(errors::unknown_features("WRITE", table, &unknown)),
        }
    }

    fn check_readable(&self, table: &str) -> Result<()> {
        let mut unknown: Vec<&str> = self.protocol.reader_features.iter().map(String::as_str).filter(|it| !READABLE.contains(it)).collect();
        if self.metadata.configuration.get("delta.columnMapping.mode").is_some_and(|mode| mode != "none") {
            unknown.push("columnMapping");
        }
        // A feature that no file of this version uses is no obstacle.
        unknown.retain(|it| *it != "deletionVectors" || self.files.values().any(|file| file.has_deletion_vector));
        match unknown.is_empty() {
            true => Ok(()),
            false => Err(errors::unknown_features("READ", table, &unknown)),
        }
    }
}

impl Replay {
    fn take(&mut self, action: Action) {
        match action {
            Action::Info(_) => {}
            Action::Protocol(protocol) => self.protocol = Some(protocol),
            Action::Metadata(metadata) => self.metadata = Some(*metadata),
            Action::Transaction(it) => drop(self.transactions.insert(it.app_id, (it.version, it.updated_ms))),
            Action::Add(add) => {
                self.tombstones.remove(&add.path);
                self.files.insert(add.path.clone(), add);
            }
            Action::Remove(remove) => {
                self.files.remove(&remove.path);
                self.tombstones.insert(remove.path.clone(), remove);
            }
        }
    }
}
