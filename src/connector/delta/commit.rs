//! A transaction on a table: what was read, and the commit that follows. Delta's `OptimisticTransaction`.

use super::action::{Action, AddFile, Metadata, Protocol, Transaction};
use super::checkpoint;
use super::log::Log;
use super::snapshot::Snapshot;
use crate::diag::{Class, Diagnostic, Result};
use crate::world::World;
use serde_json::{Map, Value as Json, json};

/// What a commit calls itself in `commitInfo`.
#[derive(Clone, Debug)]
pub(super) struct Info {
    /// `WRITE`, `STREAMING UPDATE`, ...
    pub(super) operation: String,
    /// In order.
    pub(super) parameters: Vec<(&'static str, String)>,
    /// Whether it adds files and looks at none.
    pub(super) is_blind_append: bool,
    /// The option `userMetadata`.
    pub(super) user_metadata: Option<String>,
    /// In order.
    pub(super) metrics: Vec<(&'static str, u64)>,
}

/// What a commit holds beside its account of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    /// A new table's, or a new schema.
    pub(super) metadata: Option<Metadata>,
    pub(super) protocol: Option<Protocol>,
    pub(super) transaction: Option<Transaction>,
    pub(super) added: Vec<AddFile>,
    pub(super) removed: Vec<AddFile>,
}

/// Commits on top of the version that was read (none: the table's first commit); gives the new version. Every tenth writes a checkpoint.
///
/// # Errors
/// Somebody else has committed meanwhile, which in one driver cannot be.
pub(super) fn commit(world: &mut dyn World, log: &Log, read: Option<u64>, changes: Changes, info: Info) -> Result<u64> {
    let version = read.map_or(0, |read| read + 1);
    let now_ms = world.now_ms();
    let mut actions = vec![Action::Info(info_json(world, read, &info))];
    actions.extend(changes.metadata.map(|it| Action::Metadata(Box::new(it))));
    actions.extend(changes.protocol.map(Action::Protocol));
    actions.extend(changes.transaction.map(Action::Transaction));
    actions.extend(changes.added.into_iter().map(Action::Add));
    actions.extend(changes.removed.iter().map(|file| Action::Remove(file.removed(now_ms))));
    let text: String = actions.iter().map(|action| format!("{}\n", action.line())).collect();
    if !world.disk_mut().put_new(&log.commit_path(version), text.into_bytes()) {
        let text = "[DELTA_CONCURRENT_WRITE] ConcurrentWriteException: A concurrent transaction has written new data since the current transaction read the table. Please try the operation again.";
        return Err(Diagnostic::plain(Class::Named("ConcurrentWriteException".to_owned()), text));
    }
    if version > 0 && version.is_multiple_of(checkpoint::INTERVAL) {
        let snapshot = Snapshot::at(world.disk(), log, version)?;
        checkpoint::write(world, log, &snapshot)?;
    }
    Ok(version)
}

fn info_json(world: &mut dyn World, read: Option<u64>, info: &Info) -> Map<String, Json> {
    let mut map = Map::new();
    map.insert("timestamp".to_owned(), json!(world.now_ms()));
    map.insert("operation".to_owned(), json!(info.operation));
    let parameters = info.parameters.iter().map(|(name, value)| ((*name).to_owned(), json!(value)));
    map.insert("operationParameters".to_owned(), Json::Object(parameters.collect()));
    if let Some(read) = read {
        map.insert("readVersion".to_owned(), json!(read));
    }
    map.insert("isolationLevel".to_owned(), json!("Serializable"));
    map.insert("isBlindAppend".to_owned(), json!(info.is_blind_append));
    let metrics = info.metrics.iter().map(|(name, value)| ((*name).to_owned(), json!(value.to_string())));
    map.insert("operationMetrics".to_owned(), Json::Object(metrics.collect()));
    if let Some(user) = &info.user_metadata {
        map.insert("userMetadata".to_owned(), json!(user));
    }
    map.insert("engineInfo".to_owned(), json!("Apache-Spark/4.3.0 Tidemark"));
    map.insert("txnId".to_owned(), json!(world.next_uuid()));
    map
}
