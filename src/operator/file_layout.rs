//! How an operator's memory stands in Spark's state files: which columns a row has there, under which names, as `UnsafeRow` bytes.
//!
//! Law: the files are Spark's, so that Spark's own state reader reads them; what they hold and memory does not is made anew from memory.

use arrow_array::ArrayRef;
use arrow_array::BinaryArray;
use arrow_array::Int64Array;
use arrow_array::NullArray;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::codec::Codec;
use super::memory::Memory;
use crate::state::Change;
use crate::state::FileForm;
use crate::state::Record;
use crate::state::Scan;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Value;
use crate::types::arrow::array_of;
use crate::types::unsafe_row;

/// One column of the rows in a file.
#[derive(Clone, Debug)]
pub struct FileColumn {
    /// Its name and type there.
    pub field: Field,
    /// Its metadata as a JSON object: `{"spark.watermarkDelayMs":10000}`.
    pub metadata: String,
    /// Where memory holds it.
    pub held: Held,
}

/// Where memory holds a column of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Among the keys.
    Key(usize),
    /// Among the values.
    Value(usize),
    /// Among the values, a list that Spark keeps as one row's bytes: the buffer of `collect_list`.
    Packed(usize),
    /// Nowhere: it is null.
    Nowhere,
}

/// One store of an operator as its folder shows it.
#[derive(Clone, Debug)]
pub struct FileStore {
    /// `default`, or a name of its own.
    pub name: String,
    /// The columns of its keys.
    pub keys: Vec<FileColumn>,
    /// The columns of its values.
    pub values: Vec<FileColumn>,
}

impl FileColumn {
    /// A column without metadata.
    #[must_use]
    pub fn new(field: Field, held: Held) -> Self {
        Self { field, metadata: "{}".to_owned(), held }
    }

    /// A column that is always null.
    #[must_use]
    pub fn void(name: &str) -> Self {
        Self::new(Field::new(name, DataType::Null), Held::Nowhere)
    }

    /// A column of an aggregate's buffers.
    #[must_use]
    pub fn buffer(field: &Field, index: usize) -> Self {
        match &field.data_type {
            DataType::Array(..) => Self::new(Field::new(field.name.clone(), DataType::Binary), Held::Packed(index)),
            _ => Self::new(field.clone(), Held::Value(index)),
        }
    }

    /// Columns of these fields as memory holds them, with their metadata where it is told.
    #[must_use]
    pub fn all(schema: &Schema, metadata: &[String], held: fn(usize) -> Held) -> Vec<Self> {
        let column = |(index, field): (usize, &Field)| Self {
            field: field.clone(),
            metadata: metadata.get(index).cloned().unwrap_or_else(|| "{}".to_owned()),
            held: held(index),
        };
        schema.fields.iter().enumerate().map(column).collect()
    }
}

impl FileStore {
    /// The two schemas as Spark's schema file has them: JSON texts of the keys and of the values, everything nullable.
    #[must_use]
    pub fn schemas(&self) -> (String, String) {
        let json = |columns: &[FileColumn]| {
            let fields = columns.iter().map(|column| {
                let (name, data_type) = (Value::String(column.field.name.clone()), column.field.data_type.as_nullable().json());
                let name = crate::types::json::to_json(&name, &DataType::String, &crate::types::Zone::utc(), true);
                format!("{{\"name\":{name},\"type\":{data_type},\"nullable\":true,\"metadata\":{}}}", column.metadata)
            });
            format!("{{\"type\":\"struct\",\"fields\":[{}]}}", fields.collect::<Vec<_>>().join(","))
        };
        (json(&self.keys), json(&self.values))
    }
}

/// Keys with their values.
type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

impl Memory {
    /// The bytes of rows of memory in the form of the files. `indexes` take the place of the last key column where rows are numbered anew.
    fn to_file(&self, rows: &[(&[u8], &[u8])], indexes: Option<&[i64]>) -> Vec<Record> {
        let (mut keys, values) =
            (self.key_codec.decode(rows.iter().map(|row| row.0)), self.value_codec.decode(rows.iter().map(|row| row.1)));
        if let (Some(indexes), Some(last)) = (indexes, keys.last_mut()) {
            *last = Arc::new(Int64Array::from(indexes.to_vec()));
        }
        let store = self.rows_store();
        let (file_keys, file_values) = (held(&store.keys, &keys, &values, rows.len()), held(&store.values, &keys, &values, rows.len()));
        (0..rows.len()).map(|row| (unsafe_row::encode(&file_keys, row), Some(unsafe_row::encode(&file_values, row)))).collect()
    }

    /// The bytes of keys alone.
    fn keys_to_file(&self, rows: &[&[u8]]) -> Vec<Vec<u8>> {
        let keys = self.key_codec.decode(rows.iter().copied());
        let columns = held(&self.rows_store().keys, &keys, &[], rows.len());
        (0..rows.len()).map(|row| unsafe_row::encode(&columns, row)).collect()
    }

    /// The join's rows of these keys' beginnings, numbered from 0 without holes, and how many there are; what was there beyond that is removed.
    fn numbered(&self, rows: Vec<(Vec<u8>, Vec<u8>)>, before: i64) -> (Vec<Record>, Vec<Record>) {
        let count = rows.len() as i64;
        let Some((first, _)) = rows.first() else { return Default::default() };
        let indexes: Vec<i64> = (0..count).collect();
        let pairs: Vec<(&[u8], &[u8])> = rows.iter().map(|(key, value)| (key.as_slice(), value.as_slice())).collect();
        let mut with_index = self.to_file(&pairs, Some(&indexes));
        with_index.extend(self.removed(first, count, before));
        (vec![(self.group_key(first), Some(unsafe_row::encode(&[whole(count)], 0)))], with_index)
    }

    /// Removals of a key's rows from one number on, up to another.
    fn removed(&self, key: &[u8], from: i64, to: i64) -> Vec<Record> {
        let mut columns = self.key_codec.decode([key]);
        let number = |index: i64, columns: &mut Vec<ArrayRef>| {
            if let Some(last) = columns.last_mut() {
                *last = whole(index);
            }
            (unsafe_row::encode(&held(&self.rows_store().keys, columns, &[], 1), 0), None)
        };
        (from..to).map(|index| number(index, &mut columns)).collect()
    }

    /// A join's key without the row's number.
    fn group_key(&self, key: &[u8]) -> Vec<u8> {
        let mut columns = self.key_codec.decode([key]);
        columns.pop();
        unsafe_row::encode(&columns, 0)
    }

    /// The part of a join's key bytes that comes before the row's number.
    fn prefix_of(&self, key: &[u8]) -> Vec<u8> {
        let types: Vec<DataType> = self.key_schema().fields.iter().map(|field| field.data_type.clone()).collect();
        let columns = self.key_codec.decode([key]);
        let count = columns.len() - 1;
        let codec = Codec::new(&types[..count]);
        codec.encode(&columns[..count], 1).row(0).data().to_vec()
    }

    fn join_delta(&self, changes: Vec<Change>, scan: Scan<'_>) -> Vec<Vec<Record>> {
        // By the first change, as everything else.
        let mut places: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        let mut groups: Vec<(Vec<u8>, Vec<u8>, i64)> = Vec::new();
        for change in changes {
            let prefix = self.prefix_of(&change.key);
            let place = *places.entry(prefix.clone()).or_insert(groups.len());
            if place == groups.len() {
                groups.push((prefix, change.key.clone(), 0));
            }
            groups[place].2 += i64::from(change.was_there) - i64::from(change.value.is_some());
        }
        let (mut counts, mut rows) = (Vec::new(), Vec::new());
        for (prefix, key, fewer) in groups {
            let now = scan(&prefix);
            let before = now.len() as i64 + fewer;
            if now.is_empty() {
                counts.push((self.group_key(&key), None));
                rows.extend(self.removed(&key, 0, before));
            } else {
                let (count, numbered) = self.numbered(now, before);
                counts.extend(count);
                rows.extend(numbered);
            }
        }
        vec![counts, rows]
    }
}

impl FileForm for Memory {
    fn expiry_of(&self, key: &[u8], value: &[u8]) -> Option<i64> {
        self.expiry_of_row(key, value)
    }

    fn folders(&self, folder: &str) -> Vec<String> {
        if self.is_plain() {
            return vec![folder.to_owned()];
        }
        let of_store = |store: &FileStore| if store.name == "default" { folder.to_owned() } else { format!("{folder}/{}", store.name) };
        self.file_stores().iter().map(of_store).collect()
    }

    fn delta(&self, changes: Vec<Change>, scan: Scan<'_>) -> Vec<Vec<Record>> {
        if self.is_plain() {
            return vec![changes.into_iter().map(|change| (change.key, change.value)).collect()];
        }
        if self.file_stores().len() > 1 {
            return self.join_delta(changes, scan);
        }
        let put: Vec<(&[u8], &[u8])> =
            changes.iter().filter_map(|change| Some((change.key.as_slice(), change.value.as_deref()?))).collect();
        let removed: Vec<&[u8]> = changes.iter().filter(|change| change.value.is_none()).map(|change| change.key.as_slice()).collect();
        let (mut put, mut removed) = (self.to_file(&put, None).into_iter(), self.keys_to_file(&removed).into_iter());
        let record = |change: &Change| match change.value {
            Some(_) => put.next(),
            None => removed.next().map(|key| (key, None)),
        };
        vec![changes.iter().filter_map(record).collect()]
    }

    fn snapshot(&self, rows: Vec<(Vec<u8>, Vec<u8>)>) -> Vec<Vec<Record>> {
        if self.is_plain() {
            return vec![rows.into_iter().map(|(key, value)| (key, Some(value))).collect()];
        }
        if self.file_stores().len() == 1 {
            let rows: Vec<(&[u8], &[u8])> = rows.iter().map(|(key, value)| (key.as_slice(), value.as_slice())).collect();
            return vec![self.to_file(&rows, None)];
        }
        let mut groups: BTreeMap<Vec<u8>, Pairs> = BTreeMap::new();
        for row in rows {
            groups.entry(self.prefix_of(&row.0)).or_default().push(row);
        }
        let (mut counts, mut all) = (Vec::new(), Vec::new());
        for (count, rows) in groups.into_values().map(|rows| self.numbered(rows, 0)) {
            counts.extend(count);
            all.extend(rows);
        }
        vec![counts, all]
    }

    fn read(&self, records: Vec<Record>) -> Option<Vec<Record>> {
        if self.is_plain() {
            return Some(records);
        }
        let store = self.rows_store();
        let mut keys: Vec<Vec<Value>> = Vec::with_capacity(records.len());
        let mut values: Vec<Vec<Value>> = Vec::new();
        for (key, value) in &records {
            let file_key = unsafe_row::decode(&types_of(&store.keys), key)?;
            keys.push(gather(&store.keys, &file_key, self.key_schema(), Held::Key));
            if let Some(value) = value {
                let file_value = unsafe_row::decode(&types_of(&store.values), value)?;
                values.push(gather(&store.values, &file_value, self.value_schema(), Held::Value));
            }
        }
        let keys = self.key_codec.encode(&arrays(&keys, self.key_schema()), keys.len());
        let values = self.value_codec.encode(&arrays(&values, self.value_schema()), values.len());
        let mut values = values.iter();
        let value = |value: Option<Vec<u8>>| value.and_then(|_| values.next()).map(|value| value.data().to_vec());
        let values: Vec<Option<Vec<u8>>> = records.into_iter().map(|record| record.1).map(value).collect();
        Some(keys.iter().map(|key| key.data().to_vec()).zip(values).collect())
    }
}

fn whole(value: i64) -> ArrayRef {
    Arc::new(Int64Array::from(vec![value]))
}

fn types_of(columns: &[FileColumn]) -> Vec<&DataType> {
    columns.iter().map(|column| &column.field.data_type).collect()
}

/// The file's columns out of memory's.
fn held(columns: &[FileColumn], keys: &[ArrayRef], values: &[ArrayRef], rows: usize) -> Vec<ArrayRef> {
    let column = |column: &FileColumn| match column.held {
        Held::Key(index) => Arc::clone(&keys[index]),
        Held::Value(index) => Arc::clone(&values[index]),
        Held::Packed(index) => {
            let packed = (0..rows).map(|row| Some(unsafe_row::encode(&values[index..=index], row)));
            Arc::new(packed.collect::<BinaryArray>())
        }
        Held::Nowhere => Arc::new(NullArray::new(rows)) as ArrayRef,
    };
    columns.iter().map(column).collect()
}

/// Memory's values out of a file's row.
fn gather(columns: &[FileColumn], row: &[Value], schema: &Schema, held: fn(usize) -> Held) -> Vec<Value> {
    let is_of = |column: &FileColumn, index: usize| {
        column.held == held(index) || matches!((column.held, held(index)), (Held::Packed(packed), Held::Value(index)) if packed == index)
    };
    let of = |index: usize| columns.iter().position(|column| is_of(column, index)).map_or(Value::Null, |place| row[place].clone());
    // A time may stand in a file as a bare number.
    let typed = |(index, field): (usize, &Field)| match (of(index), &field.data_type) {
        (Value::Long(micros), DataType::Timestamp) => Value::Timestamp(micros),
        (Value::Binary(bytes), data_type @ DataType::Array(..)) => {
            unsafe_row::decode(&[data_type], &bytes).and_then(|mut row| row.pop()).unwrap_or(Value::Null)
        }
        (value, _) => value,
    };
    schema.fields.iter().enumerate().map(typed).collect()
}

fn arrays(rows: &[Vec<Value>], schema: &Schema) -> Vec<ArrayRef> {
    let column = |(index, field): (usize, &Field)| {
        let values: Vec<Value> = rows.iter().map(|row| row[index].clone()).collect();
        array_of(&field.data_type, &values)
    };
    schema.fields.iter().enumerate().map(column).collect()
}
