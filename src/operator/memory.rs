//! An operator's memory: its state store, seen as columns of keys and values.
//!
//! Law: keys and values are rows of fixed types; when a row expires is a function of its key and value, so that it need not be stored.

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::UInt32Array;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;

use super::codec::Codec;
use super::file_layout::FileColumn;
use super::file_layout::FileStore;
use super::file_layout::Held;
use super::file_layout::before_number;
use super::rows::take;
use super::store_order::buckets;
use super::store_order::capacity;
use super::watermark::event_times;
use crate::diag::Result;
use crate::state::StateStore;
use crate::types::DataType;
use crate::types::Schema;
use crate::types::Value;
use crate::types::arrow::value_at;
use crate::world::Disk;

/// When rows leave the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Never.
    Never,
    /// When the watermark reaches this key column: a time, or a window's end.
    Key(usize),
    /// When the watermark reaches this value column.
    Value(usize),
    /// When the time comes that the bytes say: those of state variables.
    Bytes,
}

/// What an operator keeps between batches.
#[derive(Debug)]
pub struct Memory {
    name: &'static str,
    store_name: &'static str,
    keys: Schema,
    values: Schema,
    prefix_columns: usize,
    pub(super) key_codec: Codec,
    pub(super) value_codec: Codec,
    /// Its stores as the checkpoint's folder shows them; the last one holds the rows.
    files: Vec<FileStore>,
    expiry: Expiry,
    store: Option<StateStore>,
    /// How many rows the version before had; none before the first. And the most there have been since.
    rows_before: Option<usize>,
    most_rows: usize,
}

/// State rows as columns.
#[derive(Debug)]
pub struct StateRows {
    /// The keys' columns.
    pub keys: Vec<ArrayRef>,
    /// The values' columns.
    pub values: Vec<ArrayRef>,
    /// How many rows.
    pub rows: usize,
}

/// The state rows of one store or variable of an operator, for people.
#[derive(Clone, Debug, PartialEq)]
pub struct StateView {
    /// Spark's operator name.
    pub operator: String,
    /// Spark's store name: `default`, or which side of a join; the name of a state variable, or `timers`.
    pub store: String,
    /// The keys' columns.
    pub keys: Schema,
    /// The values' columns.
    pub values: Schema,
    /// The rows by key.
    pub rows: Vec<StateRow>,
    /// How many there are in all.
    pub total: u64,
}

/// What several prefixes found: the rows prefix by prefix, and by key within one.
#[derive(Debug)]
pub struct Prefixed {
    /// The rows.
    pub rows: StateRows,
    /// Their keys' bytes.
    pub keys: Vec<Vec<u8>>,
    /// Where each prefix's rows end.
    pub ends: Vec<u32>,
}

/// One state row, decoded for people.
#[derive(Clone, Debug, PartialEq)]
pub struct StateRow {
    /// The key's columns.
    pub key: Vec<Value>,
    /// The value's columns.
    pub value: Vec<Value>,
    /// The watermark, microseconds since 1970, at which the row leaves; none where it stays for ever.
    pub expires_us: Option<i64>,
}

impl Memory {
    /// The memory of the operator that Spark calls `name`, with rows of these keys and values.
    #[must_use]
    pub fn new(name: &'static str, keys: Schema, values: Schema, expiry: Expiry) -> Self {
        let types = |schema: &Schema| schema.fields.iter().map(|field| field.data_type.clone()).collect::<Vec<DataType>>();
        let (key_codec, value_codec) = (Codec::new(&types(&keys)), Codec::new(&types(&values)));
        let file = FileStore {
            name: "default".to_owned(),
            keys: FileColumn::all(&keys, &[], Held::Key),
            values: FileColumn::all(&values, &[], Held::Value),
        };
        Self {
            name,
            store_name: "default",
            keys,
            values,
            prefix_columns: 0,
            key_codec,
            value_codec,
            files: vec![file],
            expiry,
            store: None,
            rows_before: None,
            most_rows: 0,
        }
    }

    /// The same, scanned by the first columns of its keys.
    #[must_use]
    pub fn with_prefix(mut self, columns: usize) -> Self {
        self.prefix_columns = columns;
        self
    }

    /// The same, one of several stores of its operator.
    #[must_use]
    pub fn with_store(mut self, name: &'static str) -> Self {
        self.store_name = name;
        self
    }

    /// The same, with stores of this form in the checkpoint's folder.
    #[must_use]
    pub fn with_files(mut self, files: Vec<FileStore>) -> Self {
        self.files = files;
        self
    }

    /// Whether its files hold the store's own bytes: those of state variables, which Spark keeps in RocksDB's files.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.files.is_empty()
    }

    /// Its stores as the checkpoint's folder shows them.
    #[must_use]
    pub fn file_stores(&self) -> &[FileStore] {
        &self.files
    }

    /// The store that holds the rows.
    pub(super) fn rows_store(&self) -> &FileStore {
        match self.files.last() {
            Some(store) => store,
            None => panic!("the memory of {} has no store in the folder", self.name),
        }
    }

    /// `default`, or what tells it from its operator's other stores.
    #[must_use]
    pub fn store_name(&self) -> &'static str {
        self.store_name
    }

    /// Spark's `operatorName`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The columns of its keys.
    #[must_use]
    pub fn key_schema(&self) -> &Schema {
        &self.keys
    }

    /// The columns of its values.
    #[must_use]
    pub fn value_schema(&self) -> &Schema {
        &self.values
    }

    /// How many columns of a key a prefix scan uses; 0 without such scans.
    #[must_use]
    pub fn prefix_columns(&self) -> usize {
        self.prefix_columns
    }

    /// Opens the store in this folder at this version; 0 is the empty one.
    ///
    /// # Errors
    /// Files that are missing or damaged.
    pub fn open(&mut self, disk: &Disk, folder: &str, version: u64) -> Result<()> {
        let store = StateStore::open(disk, folder, version, self)?;
        self.store = Some(store);
        self.settle();
        Ok(())
    }

    /// The version that the store stands at; none before it is opened.
    #[must_use]
    pub fn version(&self) -> Option<u64> {
        self.store.as_ref().map(StateStore::version)
    }

    /// Writes the batch's changes as the next version.
    ///
    /// # Errors
    /// What the store raises.
    pub fn commit(&mut self, disk: &mut Disk) -> Result<u64> {
        let Some(mut store) = self.store.take() else { panic!("the state of {} is used before it is opened", self.name) };
        let version = store.commit(disk, self);
        self.store = Some(store);
        let version = version?;
        self.settle();
        Ok(version)
    }

    /// Takes back the batch's changes.
    pub fn abort(&mut self) {
        if let Some(store) = &mut self.store {
            store.abort();
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.store.as_ref().map_or(0, StateStore::len)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// About how many bytes the rows take.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.store.as_ref().map_or(0, StateStore::memory_bytes)
    }

    /// The bytes of these keys.
    #[must_use]
    pub fn encode_keys(&self, columns: &[ArrayRef], rows: usize) -> arrow_row::Rows {
        self.key_codec.encode(columns, rows)
    }

    /// Those of these keys that are there, as places in `keys`, with their values.
    #[must_use]
    pub fn find(&self, keys: &arrow_row::Rows) -> (Vec<u32>, Vec<ArrayRef>) {
        let store = self.store();
        let found = keys.iter().enumerate().filter_map(|(place, key)| Some((place as u32, store.get(key.data())?)));
        let (places, values): (Vec<u32>, Vec<&[u8]>) = found.unzip();
        (places, self.value_codec.decode(values))
    }

    /// The value of a key, both as bytes.
    #[must_use]
    pub fn get_raw(&self, key: &[u8]) -> Option<&[u8]> {
        self.store().get(key)
    }

    /// Sets the value of a key, both as bytes.
    pub fn put_raw(&mut self, key: &[u8], value: &[u8]) {
        let expires_us = self.expiries_of_rows(&[(key, value)]).into_iter().next().flatten();
        self.store_mut().put(key, value, expires_us);
    }

    /// Removes a key by its bytes.
    pub fn remove_raw(&mut self, key: &[u8]) {
        self.store_mut().remove(key);
    }

    /// The rows whose keys begin with these bytes, by key.
    pub fn scan_prefix(&mut self, prefix: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        self.store_mut().scan_prefix(prefix)
    }

    /// How many keys begin with these bytes.
    pub fn count_prefix(&mut self, prefix: &[u8]) -> usize {
        self.store_mut().count_prefix(prefix)
    }

    /// The rows that have expired, as bytes. They stay until they are removed.
    pub fn expired_raw(&mut self, until_us: i64) -> Vec<(Vec<u8>, Vec<u8>)> {
        self.store_mut().expired(until_us)
    }

    /// When the first row expires, in microseconds; none where none does.
    #[must_use]
    pub fn first_expiry_us(&self) -> Option<i64> {
        self.store().first_expiry_us()
    }

    /// Whether the key is there.
    #[must_use]
    pub fn contains(&self, key: &[u8]) -> bool {
        self.store().get(key).is_some()
    }

    /// Sets the values of keys: row by row.
    pub fn put(&mut self, keys: &arrow_row::Rows, key_columns: &[ArrayRef], value_columns: &[ArrayRef]) {
        let values = self.value_codec.encode(value_columns, keys.num_rows());
        let expiries = self.expiries_of(key_columns, value_columns);
        let store = self.store_mut();
        for (row, (key, value)) in keys.iter().zip(values.iter()).enumerate() {
            store.put(key.data(), value.data(), expiries.as_ref().and_then(|expiries| expiry_at(expiries, row)));
        }
        self.most_rows = self.most_rows.max(self.len());
    }

    /// Removes these keys; says how many were there.
    pub fn remove<'a>(&mut self, keys: impl IntoIterator<Item = &'a [u8]>) -> u64 {
        let store = self.store_mut();
        let gone: Vec<&[u8]> = keys.into_iter().filter(|key| store.remove(key)).collect();
        self.close_gaps(&gone);
        gone.len() as u64
    }

    /// Moves each key's last rows into the places of those that are gone, so that its rows stay numbered without holes.
    fn close_gaps(&mut self, gone: &[&[u8]]) {
        if !self.is_numbered() {
            return;
        }
        let mut gone = gone.to_vec();
        gone.sort_unstable();
        let store = self.store_mut();
        for key in gone {
            let last = store.last_with_prefix(before_number(key)).filter(|last| *last > key).map(<[u8]>::to_vec);
            if let Some(last) = last {
                store.rename(&last, key);
            }
        }
    }

    /// Removes the rows that a watermark of this time evicts, and gives them in Spark's order.
    pub fn evict(&mut self, until_us: i64) -> StateRows {
        let expired = self.store_mut().expired(until_us);
        let rows = self.in_order(self.decode(&expired), expired.iter().map(|(key, _)| key.as_slice()));
        self.remove(expired.iter().map(|(key, _)| key.as_slice()));
        rows
    }

    /// All rows in Spark's order.
    #[must_use]
    pub fn all(&self) -> StateRows {
        let rows = self.store().scan();
        let decoded = StateRows {
            keys: self.key_codec.decode(rows.iter().map(|(key, _)| *key)),
            values: self.value_codec.decode(rows.iter().map(|(_, value)| *value)),
            rows: rows.len(),
        };
        self.in_order(decoded, rows.iter().map(|(key, _)| *key))
    }

    /// The rows as Spark's map would give them; `keys` are their bytes.
    fn in_order<'a>(&self, rows: StateRows, keys: impl Iterator<Item = &'a [u8]>) -> StateRows {
        let capacity = capacity(self.rows_before, self.most_rows);
        let Some(buckets) = buckets(&rows.keys, rows.rows, capacity).filter(|_| self.store_name == "default") else { return rows };
        let arrivals: Vec<Option<u32>> = keys.map(|key| self.store().place(key)).collect();
        let mut places: Vec<u32> = (0..rows.rows as u32).collect();
        places.sort_by_key(|place| (buckets[*place as usize], arrivals[*place as usize]));
        let places = UInt32Array::from(places);
        let taken = |columns: &[ArrayRef]| columns.iter().map(|column| take(column, &places)).collect();
        StateRows { keys: taken(&rows.keys), values: taken(&rows.values), rows: rows.rows }
    }

    fn settle(&mut self) {
        self.rows_before = self.version().filter(|version| *version > 0).map(|_| self.len());
        self.most_rows = self.len();
    }

    /// No rows, of the right types.
    #[must_use]
    pub fn none(&self) -> StateRows {
        self.decode(&[])
    }

    /// The rows whose keys begin with each of these bytes.
    #[must_use]
    pub fn with_prefixes<'a>(&mut self, prefixes: impl IntoIterator<Item = &'a [u8]>) -> Prefixed {
        let (mut found, mut ends) = (Vec::new(), Vec::new());
        for prefix in prefixes {
            found.extend(self.store_mut().scan_prefix(prefix));
            ends.push(found.len() as u32);
        }
        Prefixed { rows: self.decode(&found), keys: found.into_iter().map(|(key, _)| key).collect(), ends }
    }

    /// For each of these prefixes the key columns of its last key, where it has one, and whether it has.
    #[must_use]
    pub fn last_keys<'a>(&mut self, prefixes: impl IntoIterator<Item = &'a [u8]>) -> (Vec<ArrayRef>, Vec<bool>) {
        let store = self.store_mut();
        let last: Vec<Option<Vec<u8>>> = prefixes.into_iter().map(|prefix| store.last_with_prefix(prefix).map(<[u8]>::to_vec)).collect();
        (self.key_codec.decode(last.iter().flatten().map(Vec::as_slice)), last.iter().map(Option::is_some).collect())
    }

    /// The store for people, at most so many rows.
    #[must_use]
    pub fn state_view(&self, at_most: usize) -> StateView {
        StateView {
            operator: self.name.to_owned(),
            store: self.store_name.to_owned(),
            keys: self.keys.clone(),
            values: self.values.clone(),
            rows: self.view(at_most),
            total: self.len() as u64,
        }
    }

    /// The rows for people, by key, at most so many.
    #[must_use]
    pub fn view(&self, at_most: usize) -> Vec<StateRow> {
        let Some(store) = &self.store else { return Vec::new() };
        let rows = store.first_with_expiry(at_most);
        let keys = self.key_codec.decode(rows.iter().map(|(key, ..)| *key));
        let values = self.value_codec.decode(rows.iter().map(|(_, value, _)| *value));
        let cells = |columns: &[ArrayRef], schema: &Schema, row: usize| -> Vec<Value> {
            columns.iter().zip(&schema.fields).map(|(column, field)| value_at(column, row, &field.data_type)).collect()
        };
        (0..rows.len())
            .map(|row| StateRow { key: cells(&keys, &self.keys, row), value: cells(&values, &self.values, row), expires_us: rows[row].2 })
            .collect()
    }

    fn decode(&self, rows: &[(Vec<u8>, Vec<u8>)]) -> StateRows {
        StateRows {
            keys: self.key_codec.decode(rows.iter().map(|(key, _)| key.as_slice())),
            values: self.value_codec.decode(rows.iter().map(|(_, value)| value.as_slice())),
            rows: rows.len(),
        }
    }

    /// When rows of these keys and values leave the state; none where rows never do.
    #[must_use]
    pub fn expiries_of(&self, keys: &[ArrayRef], values: &[ArrayRef]) -> Option<ArrayRef> {
        match self.expiry {
            Expiry::Never | Expiry::Bytes => None,
            Expiry::Key(column) => Some(event_times(&keys[column])),
            Expiry::Value(column) => Some(event_times(&values[column])),
        }
    }

    pub(super) fn expiries_of_rows(&self, rows: &[(&[u8], &[u8])]) -> Vec<Option<i64>> {
        let times = match self.expiry {
            Expiry::Bytes => return rows.iter().map(|(key, value)| super::state_variables::expires_us(key, value)).collect(),
            Expiry::Never => return vec![None; rows.len()],
            Expiry::Key(column) => event_times(&self.key_codec.decode(rows.iter().map(|row| row.0))[column]),
            Expiry::Value(column) => event_times(&self.value_codec.decode(rows.iter().map(|row| row.1))[column]),
        };
        (0..rows.len()).map(|row| expiry_at(&times, row)).collect()
    }

    fn store(&self) -> &StateStore {
        match &self.store {
            Some(store) => store,
            None => panic!("the state of {} is used before it is opened", self.name),
        }
    }

    fn store_mut(&mut self) -> &mut StateStore {
        match &mut self.store {
            Some(store) => store,
            None => panic!("the state of {} is used before it is opened", self.name),
        }
    }
}

fn expiry_at(times: &ArrayRef, row: usize) -> Option<i64> {
    let times = times.as_primitive::<TimestampMicrosecondType>();
    times.is_valid(row).then(|| times.value(row))
}
