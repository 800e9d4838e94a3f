//! What was done to a table, commit by commit: `DeltaTable.history()`, `DESCRIBE HISTORY`; and what the catalog asks of a table.

use super::action::Action;
use super::errors;
use super::log::Log;
use super::snapshot::Snapshot;
use crate::diag::Result;
use crate::types::Schema;
use crate::world::{Disk, World};
use serde_json::{Map, Value as Json};

/// A commit as `history()` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The version that it made.
    pub version: u64,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// `WRITE`, `STREAMING UPDATE`, `MERGE`, ...
    pub operation: String,
    /// Its parameters in order.
    pub parameters: Vec<(String, String)>,
    /// The version that it was based on.
    pub read_version: Option<i64>,
    /// `Serializable`.
    pub isolation_level: Option<String>,
    /// Whether it added files and looked at none.
    pub is_blind_append: Option<bool>,
    /// Its figures in order.
    pub metrics: Vec<(String, String)>,
    /// The option `userMetadata`.
    pub user_metadata: Option<String>,
    /// Who wrote it.
    pub engine: Option<String>,
}

/// The commits of a table, newest first, at most so many.
///
/// # Errors
/// A path that holds no table.
pub fn history(world: &dyn World, path: &str, at_most: Option<usize>) -> Result<Vec<HistoryEntry>> {
    let log = Log::of(path);
    let disk = world.disk();
    if !log.exists(disk) {
        return Err(errors::missing_table(path));
    }
    let times = log.commit_times_ms(disk);
    let mut entries = Vec::new();
    for (version, at_ms) in times.into_iter().rev().take(at_most.unwrap_or(usize::MAX)) {
        let info = log.actions(disk, version)?.into_iter().find_map(|action| match action {
            Action::Info(info) => Some(info),
            _ => None,
        });
        entries.push(entry(version, at_ms, &info.unwrap_or_default()));
    }
    Ok(entries)
}

/// Whether a path holds a table: `DeltaTable.isDeltaTable`.
#[must_use]
pub fn is_table(disk: &Disk, path: &str) -> bool {
    Log::of(path).exists(disk)
}

/// The newest schema and partition columns of a table; none where there is none.
///
/// # Errors
/// A log with holes; features that we cannot read.
pub fn schema_and_partitions(disk: &Disk, path: &str) -> Result<Option<(Schema, Vec<String>)>> {
    let snapshot = Snapshot::latest(disk, &Log::of(path))?;
    Ok(snapshot.map(|snapshot| (snapshot.metadata.schema, snapshot.metadata.partition_by)))
}

fn entry(version: u64, at_ms: i64, info: &Map<String, Json>) -> HistoryEntry {
    let text = |name: &str| info.get(name).and_then(Json::as_str).map(str::to_owned);
    let pairs = |name: &str| {
        let shown = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let map = info.get(name).and_then(Json::as_object).into_iter().flatten();
        map.map(|(key, value)| (key.clone(), shown(value))).collect()
    };
    HistoryEntry {
        version,
        at_ms,
        operation: text("operation").unwrap_or_default(),
        parameters: pairs("operationParameters"),
        read_version: info.get("readVersion").and_then(Json::as_i64),
        isolation_level: text("isolationLevel"),
        is_blind_append: info.get("isBlindAppend").and_then(Json::as_bool),
        metrics: pairs("operationMetrics"),
        user_metadata: text("userMetadata"),
        engine: text("engineInfo"),
    }
}
