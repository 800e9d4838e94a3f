//! The state store: a versioned map of bytes to bytes. Spark's `HDFSBackedStateStoreProvider`.
//!
//! Changes of a batch stand in the map at once, with an undo log beside it: `commit` writes them as the next version,
//! `abort` takes them back. The cost of a commit follows the changes, of `expired` the rows that it returns.

use super::file_form::{Change, FileForm, Record};
use super::snapshot::{self, Records};
use crate::diag::Result;
use crate::world::Disk;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque};
use std::hash::BuildHasher;
use std::ops::Bound;

/// After so many versions everything is written anew: `spark.sql.streaming.stateStore.minDeltasForSnapshot`.
const DELTAS_BEFORE_SNAPSHOT: u64 = 10;
/// A larger state is written anew only once its deltas have come to an eighth of it.
// DIFFERENCE: Spark writes snapshots beside the query, on a thread of its own; here the batch would stand still for them.
const SMALL_STATE_BYTES: usize = 4 << 20;
/// So many versions stay on the disk: `spark.sql.streaming.minBatchesToRetain`.
const VERSIONS_KEPT: u64 = 100;
/// Above so many bytes of files only what the last two versions need stays.
// DIFFERENCE: Spark keeps 100 versions whatever their size; a browser tab has no disk for that.
const BYTES_KEPT: u64 = 32 << 20;

/// One store: one partition of one operator's state.
#[derive(Debug)]
pub struct StateStore {
    /// Where its files lie; the last one holds the rows.
    folders: Vec<String>,
    version: u64,
    hasher: DefaultHashBuilder,
    index: HashTable<u32>,
    rows: Vec<Row>,
    /// Free slots; the last one is taken first.
    free: BinaryHeap<u32>,
    /// Rows by expiry. A row may stand under an expiry that it no longer has; those are passed over and cleared.
    expiries: BTreeMap<i64, Vec<u32>>,
    /// All keys in order; kept from the first `scan_prefix` on.
    ordered: Option<BTreeSet<Box<[u8]>>>,
    undo: Vec<Undo>,
    bytes: usize,
    bytes_since_snapshot: u64,
    snapshot_version: u64,
    /// The snapshots whose predecessors are still on the disk.
    snapshots: VecDeque<u64>,
}

/// A key and its value in one piece of memory.
#[derive(Debug, Default)]
struct Row {
    data: Box<[u8]>,
    key_len: u32,
    state: RowState,
    expires_us: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum RowState {
    /// The slot holds no row.
    #[default]
    Gone,
    /// As the last commit left it.
    Committed,
    /// Changed since then.
    Changed,
}

/// How a slot was before its first change in this batch.
#[derive(Debug)]
struct Undo {
    slot: u32,
    before: Option<Row>,
}

/// No expiry.
const NEVER: i64 = i64::MAX;

impl Row {
    fn key(&self) -> &[u8] {
        &self.data[..self.key_len as usize]
    }

    fn value(&self) -> &[u8] {
        &self.data[self.key_len as usize..]
    }
}

impl StateStore {
    /// Open a store in its folder (`CHECKPOINT/state/OPERATOR/PARTITION`, with a store's name behind it where there are several)
    /// at a version; 0 is the empty one.
    ///
    /// # Errors
    /// Files that are missing or damaged.
    pub fn open(disk: &Disk, folder: &str, version: u64, form: &dyn FileForm) -> Result<Self> {
        let folders = form.folders(folder);
        let mut store = Self {
            folders,
            version: 0,
            hasher: DefaultHashBuilder::default(),
            index: HashTable::new(),
            rows: Vec::new(),
            free: BinaryHeap::new(),
            expiries: BTreeMap::new(),
            ordered: None,
            undo: Vec::new(),
            bytes: 0,
            bytes_since_snapshot: 0,
            snapshot_version: 0,
            snapshots: VecDeque::new(),
        };
        for folder in &store.folders {
            snapshot::files_of(disk, folder, version)?;
        }
        for path in snapshot::files_of(disk, store.rows_folder(), version)? {
            let file = disk.read(&path).unwrap_or_default();
            if path.ends_with(".snapshot") {
                store.snapshot_version = snapshot::version_of(&path).unwrap_or(0);
            } else {
                store.bytes_since_snapshot += file.len() as u64;
            }
            snapshot::read(&path, file, form, &mut |records| store.take(&records, form))?;
            store.settle();
        }
        let names = disk.names_in(store.rows_folder());
        let mut snapshots: Vec<u64> =
            names.iter().filter(|name| name.ends_with(".snapshot")).filter_map(|name| snapshot::version_of(name)).collect();
        snapshots.retain(|snapshot| *snapshot <= version);
        snapshots.sort_unstable();
        store.snapshots = snapshots.into();
        store.version = version;
        Ok(store)
    }

    /// Takes records of a file.
    fn take(&mut self, records: &[Record], form: &dyn FileForm) {
        let put: Vec<(&[u8], &[u8])> = records.iter().filter_map(|(key, value)| Some((key.as_slice(), value.as_deref()?))).collect();
        let mut expiries = form.expiries(&put).into_iter();
        for (key, value) in records {
            match value {
                Some(value) => self.put(key, value, expiries.next().flatten()),
                None => drop(self.remove(key)),
            }
        }
    }

    fn rows_folder(&self) -> &str {
        self.folders.last().map_or("", String::as_str)
    }

    /// The version that the last commit wrote, or that was opened.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// How many rows there are, uncommitted changes included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// About how many bytes of memory the rows take.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.bytes + self.rows.capacity() * size_of::<Row>() + self.index.capacity() * 5
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.find(key).map(|slot| self.rows[slot as usize].value())
    }

    /// Where a key's row stands in memory: rows that came earlier stand before later ones, save where a row took the place of one that is gone.
    #[must_use]
    pub fn place(&self, key: &[u8]) -> Option<u32> {
        self.find(key)
    }

    /// Set the value of a key, and when it expires, in microseconds since 1970.
    pub fn put(&mut self, key: &[u8], value: &[u8], expires_us: Option<i64>) {
        let expires_us = expires_us.unwrap_or(NEVER);
        match self.find(key) {
            Some(slot) => self.change(slot, value, expires_us),
            None => self.insert(key, value, expires_us),
        }
    }

    /// Remove a key; says whether it was there.
    pub fn remove(&mut self, key: &[u8]) -> bool {
        let hash = self.hasher.hash_one(key);
        let rows = &self.rows;
        let Ok(entry) = self.index.find_entry(hash, |slot| rows[*slot as usize].key() == key) else { return false };
        let (slot, _) = entry.remove();
        let row = std::mem::take(&mut self.rows[slot as usize]);
        self.bytes -= row.data.len();
        if let Some(ordered) = &mut self.ordered {
            ordered.remove(key);
        }
        // A row that is already changed has its first state in the undo log; its slot must not be given away before the batch ends.
        match row.state {
            RowState::Committed => self.undo.push(Undo { slot, before: Some(row) }),
            RowState::Changed => self.undo.push(Undo { slot, before: None }),
            RowState::Gone => unreachable!("the index names only rows that are there"),
        }
        true
    }

    /// The rows whose expiry is at or before this time, in the order of expiry and then of keys. They stay until they are removed.
    pub fn expired(&mut self, until_us: i64) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut found = Vec::new();
        let mut empty = Vec::new();
        for (&expires_us, slots) in self.expiries.range_mut(..=until_us) {
            slots.sort_unstable();
            slots.dedup();
            slots.retain(|slot| self.rows[*slot as usize].state != RowState::Gone && self.rows[*slot as usize].expires_us == expires_us);
            if slots.is_empty() {
                empty.push(expires_us);
            }
            let first = found.len();
            found.extend(slots.iter().map(|slot| pair(&self.rows[*slot as usize])));
            found[first..].sort_unstable();
        }
        for expires_us in empty {
            self.expiries.remove(&expires_us);
        }
        found
    }

    /// When the first row expires, microseconds since 1970; none where none does.
    #[must_use]
    pub fn first_expiry_us(&self) -> Option<i64> {
        let expires = |slot: &u32, at_us: i64| {
            let row = &self.rows[*slot as usize];
            row.state != RowState::Gone && row.expires_us == at_us
        };
        self.expiries.iter().find(|(at_us, slots)| slots.iter().any(|slot| expires(slot, **at_us))).map(|(at_us, _)| *at_us)
    }

    /// All rows in the order of their keys.
    #[must_use]
    pub fn scan(&self) -> Vec<(&[u8], &[u8])> {
        let mut rows: Vec<(&[u8], &[u8])> =
            self.index.iter().map(|slot| &self.rows[*slot as usize]).map(|row| (row.key(), row.value())).collect();
        rows.sort_unstable();
        rows
    }

    /// The rows whose keys begin with this prefix, in the order of their keys. The first call sorts all keys; from then on they stay sorted.
    pub fn scan_prefix(&mut self, prefix: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        self.ordered();
        self.keys_from(prefix).map(|key| (key.to_vec(), self.get(key).unwrap_or_default().to_vec())).collect()
    }

    /// How many keys begin with this prefix.
    pub fn count_prefix(&mut self, prefix: &[u8]) -> usize {
        self.ordered();
        self.keys_from(prefix).count()
    }

    /// The sorted keys that begin with a prefix.
    fn keys_from<'a>(&'a self, prefix: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let bounds = (Bound::Included(prefix), Bound::Unbounded);
        let keys = self.ordered.iter().flat_map(move |ordered| ordered.range::<[u8], _>(bounds));
        keys.map(|key| &**key).take_while(move |key| key.starts_with(prefix))
    }

    /// The key that is the last of those that begin with this prefix.
    #[must_use]
    pub fn last_with_prefix(&mut self, prefix: &[u8]) -> Option<&[u8]> {
        self.ordered();
        self.last_of(prefix)
    }

    /// Gives a row another key, which is not there.
    pub fn rename(&mut self, from: &[u8], to: &[u8]) {
        let Some(slot) = self.find(from) else { return };
        let row = &self.rows[slot as usize];
        let (value, expires_us) = (row.value().to_vec(), row.expires_us);
        self.remove(from);
        self.put(to, &value, (expires_us != NEVER).then_some(expires_us));
    }

    /// The first rows in the order of keys, at most so many, each with its expiry in microseconds since 1970 or never: for a view of the state.
    #[must_use]
    pub fn first_with_expiry(&self, at_most: usize) -> Vec<(&[u8], &[u8], Option<i64>)> {
        let mut rows: Vec<&Row> = self.index.iter().map(|slot| &self.rows[*slot as usize]).collect();
        if at_most < rows.len() {
            rows.select_nth_unstable_by(at_most, |a, b| a.key().cmp(b.key()));
            rows.truncate(at_most);
        }
        rows.sort_unstable_by(|a, b| a.key().cmp(b.key()));
        rows.into_iter().map(|row| (row.key(), row.value(), (row.expires_us != NEVER).then_some(row.expires_us))).collect()
    }

    /// Make the changes the next version on the disk; gives its number.
    ///
    /// # Errors
    /// None as yet: the disk takes every write.
    pub fn commit(&mut self, disk: &mut Disk, form: &dyn FileForm) -> Result<u64> {
        if form.wants_order() {
            self.ordered();
        }
        self.version += 1;
        let mut files: Vec<Records> = self.folders.iter().map(|_| Records::default()).collect();
        form.delta(&self.changes(), &|prefix| self.last_of(prefix), &mut |folder, key, value| files[folder].take(key, value));
        for (folder, file) in self.folders.iter().zip(files) {
            let file = file.into_file();
            self.bytes_since_snapshot += file.len() as u64;
            disk.put(&format!("{folder}/{}.delta", self.version), file);
        }
        self.settle();
        self.maintain(disk, form);
        Ok(self.version)
    }

    /// Take back all changes since the last commit.
    pub fn abort(&mut self) {
        for Undo { slot, before } in std::mem::take(&mut self.undo).into_iter().rev() {
            self.unlink(slot);
            if let Some(row) = before {
                self.link(slot, row);
            }
        }
        self.free = (0..self.rows.len() as u32).filter(|slot| self.rows[*slot as usize].state == RowState::Gone).collect();
    }

    fn ordered(&mut self) -> &BTreeSet<Box<[u8]>> {
        let (index, rows) = (&self.index, &self.rows);
        self.ordered.get_or_insert_with(|| index.iter().map(|slot| rows[*slot as usize].key().into()).collect())
    }

    /// The last key with this prefix, once the keys are in order.
    fn last_of(&self, prefix: &[u8]) -> Option<&[u8]> {
        let after = successor(prefix);
        let after = after.as_ref().map_or(Bound::Unbounded, |after| Bound::Excluded(after.as_slice()));
        self.ordered.as_ref()?.range::<[u8], _>((Bound::Included(prefix), after)).next_back().map(|key| &**key)
    }

    fn find(&self, key: &[u8]) -> Option<u32> {
        self.index.find(self.hasher.hash_one(key), |slot| self.rows[*slot as usize].key() == key).copied()
    }

    fn insert(&mut self, key: &[u8], value: &[u8], expires_us: i64) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.rows.push(Row::default());
            self.rows.len() as u32 - 1
        });
        self.undo.push(Undo { slot, before: None });
        self.link(slot, row(key, value, RowState::Changed, expires_us));
    }

    fn change(&mut self, slot: u32, value: &[u8], expires_us: i64) {
        let held = &mut self.rows[slot as usize];
        let moved = held.expires_us != expires_us;
        self.bytes = self.bytes + value.len() + held.key_len as usize - held.data.len();
        if held.state == RowState::Changed && held.value().len() == value.len() {
            held.data[held.key_len as usize..].copy_from_slice(value);
            held.expires_us = expires_us;
        } else {
            let fresh = row(held.key(), value, RowState::Changed, expires_us);
            let before = std::mem::replace(held, fresh);
            if before.state == RowState::Committed {
                self.undo.push(Undo { slot, before: Some(before) });
            }
        }
        if moved && expires_us != NEVER {
            self.expiries.entry(expires_us).or_default().push(slot);
        }
    }

    /// Put a row into a slot that is free.
    fn link(&mut self, slot: u32, row: Row) {
        self.bytes += row.data.len();
        if row.expires_us != NEVER {
            self.expiries.entry(row.expires_us).or_default().push(slot);
        }
        if let Some(ordered) = &mut self.ordered {
            ordered.insert(row.key().into());
        }
        let hash = self.hasher.hash_one(row.key());
        self.rows[slot as usize] = row;
        let (rows, hasher) = (&self.rows, &self.hasher);
        self.index.insert_unique(hash, slot, |slot| hasher.hash_one(rows[*slot as usize].key()));
    }

    /// Empty a slot, whether or not a row is in it.
    fn unlink(&mut self, slot: u32) {
        let row = std::mem::take(&mut self.rows[slot as usize]);
        if row.state == RowState::Gone {
            return;
        }
        self.bytes -= row.data.len();
        if let Some(ordered) = &mut self.ordered {
            ordered.remove(row.key());
        }
        let hash = self.hasher.hash_one(row.key());
        if let Ok(entry) = self.index.find_entry(hash, |other| *other == slot) {
            entry.remove();
        }
    }

    /// What changed since the last commit, in the order of first change.
    fn changes(&self) -> Vec<Change<'_>> {
        let mut changes = Vec::with_capacity(self.undo.len());
        for undo in &self.undo {
            let now = &self.rows[undo.slot as usize];
            match &undo.before {
                // Its key may be back in another slot, which has its own entry in the undo log and comes later.
                Some(before) if now.state == RowState::Gone => changes.push(Change { key: before.key(), value: None }),
                _ if now.state == RowState::Changed => changes.push(Change { key: now.key(), value: Some(now.value()) }),
                _ => {}
            }
        }
        changes
    }

    /// The changes are the state now.
    fn settle(&mut self) {
        let mut freed = Vec::new();
        for Undo { slot, .. } in std::mem::take(&mut self.undo) {
            let row = &mut self.rows[slot as usize];
            match row.state {
                RowState::Gone => freed.push(slot),
                _ => row.state = RowState::Committed,
            }
        }
        freed.sort_unstable();
        freed.dedup();
        self.free.extend(freed);
    }

    /// A snapshot when it is due; old files go.
    fn maintain(&mut self, disk: &mut Disk, form: &dyn FileForm) {
        let worth_it = self.bytes < SMALL_STATE_BYTES || self.bytes_since_snapshot > self.bytes as u64 / 8;
        if self.version - self.snapshot_version >= DELTAS_BEFORE_SNAPSHOT && worth_it {
            self.snapshot_version = self.version;
            self.bytes_since_snapshot = 0;
            self.snapshots.push_back(self.version);
            let mut files: Vec<Records> = self.folders.iter().map(|_| Records::default()).collect();
            form.snapshot(&self.scan(), &mut |folder, key, value| files[folder].take(key, value));
            for (folder, file) in self.folders.iter().zip(files) {
                disk.put(&format!("{folder}/{}.snapshot", self.version), file.into_file());
            }
        }
        self.purge(disk);
    }

    /// Files go once a snapshot that is old enough makes up for them.
    fn purge(&mut self, disk: &mut Disk) {
        if self.snapshots.front().is_none_or(|oldest| self.version - oldest < 2) {
            return;
        }
        let used: u64 = self.folders.iter().flat_map(|folder| disk.files_under(folder)).map(|file| file.size).sum();
        let kept = if used > BYTES_KEPT { 2 } else { VERSIONS_KEPT };
        let mut old = None;
        while let Some(version) = self.snapshots.front().copied().filter(|version| self.version - version >= kept) {
            old = Some(version);
            self.snapshots.pop_front();
        }
        if let Some(keep) = old {
            self.folders.iter().for_each(|folder| snapshot::purge(disk, folder, keep));
        }
    }
}

fn row(key: &[u8], value: &[u8], state: RowState, expires_us: i64) -> Row {
    let mut data = Vec::with_capacity(key.len() + value.len());
    data.extend_from_slice(key);
    data.extend_from_slice(value);
    Row { data: data.into_boxed_slice(), key_len: key.len() as u32, state, expires_us }
}

/// The least of the texts that are greater than all that begin with this prefix; none where there is none.
fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte < u8::MAX)?;
    let mut after = prefix[..=last].to_vec();
    after[last] += 1;
    Some(after)
}

fn pair(row: &Row) -> (Vec<u8>, Vec<u8>) {
    (row.key().to_vec(), row.value().to_vec())
}
