//! How an operator's memory stands in Spark's state files: which columns a row has there, under which names, as `UnsafeRow` bytes.
//!
//! Law: the files are Spark's, so that Spark's own state reader reads them; what they hold and memory does not is made anew from memory.

use arrow_array::ArrayRef;
use arrow_array::BinaryArray;
use arrow_array::Int64Array;
use arrow_array::NullArray;
use arrow_array::UInt32Array;
use std::sync::Arc;

use super::memory::Memory;
use super::rows::take;
use crate::state::Change;
use crate::state::Emit;
use crate::state::FileForm;
use crate::state::LastKey;
use crate::state::Record;
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

/// How many rows are turned into their form in the files at a time.
const PIECE: usize = 4096;
/// A join's keys end in the row's number, which takes so many bytes: one that says it is there, and eight whose order is the numbers'.
pub const NUMBER_BYTES: usize = 9;

impl Memory {
    /// Whether its keys end in a number, counted from 0 without holes for each key: a join's rows.
    #[must_use]
    pub fn is_numbered(&self) -> bool {
        self.file_stores().len() > 1
    }

    /// Gives rows of memory in the form of the files.
    fn emit_rows(&self, changes: &[Change<'_>], emit: Emit<'_>) {
        let (store, folder) = (self.rows_store(), self.file_stores().len() - 1);
        for changes in changes.chunks(PIECE) {
            let keys = self.key_codec.decode(changes.iter().map(|change| change.key));
            let values = self.value_codec.decode(changes.iter().filter_map(|change| change.value));
            let file_keys = held(&store.keys, &keys, &[], changes.len());
            // Values may stand among the keys of memory, and keys among the values: both are taken from the rows that are put.
            let puts: UInt32Array = (0..changes.len()).filter(|row| changes[*row].value.is_some()).map(|row| row as u32).collect();
            let put_keys: Vec<ArrayRef> = keys.iter().map(|column| take(column, &puts)).collect();
            let mut put = 0;
            let file_values = held(&store.values, &put_keys, &values, puts.len());
            for (row, change) in changes.iter().enumerate() {
                let key = unsafe_row::encode(&file_keys, row);
                let value = change.value.map(|_| {
                    put += 1;
                    unsafe_row::encode(&file_values, put - 1)
                });
                emit(folder, &key, value.as_deref());
            }
        }
    }

    /// Gives how many rows each of these keys has, `None` where there are none left. The keys are those of any of its rows.
    fn emit_counts(&self, counts: &[(&[u8], Option<i64>)], emit: Emit<'_>) {
        for counts in counts.chunks(PIECE) {
            let mut keys = self.key_codec.decode(counts.iter().map(|count| count.0));
            keys.pop();
            for (row, (_, count)) in counts.iter().enumerate() {
                let value = count.map(|count| unsafe_row::encode(&[whole(count)], 0));
                emit(0, &unsafe_row::encode(&keys, row), value.as_deref());
            }
        }
    }
}

/// The part of a join's key that comes before the row's number.
#[must_use]
pub fn before_number(key: &[u8]) -> &[u8] {
    &key[..key.len() - NUMBER_BYTES]
}

/// The number at the end of a join's key.
#[must_use]
pub fn number_of(key: &[u8]) -> i64 {
    let Some(bytes) = key.last_chunk::<8>() else { unreachable!("a join's keys end in a number") };
    (u64::from_be_bytes(*bytes) ^ (1 << 63)).cast_signed()
}

impl FileForm for Memory {
    fn expiries(&self, rows: &[(&[u8], &[u8])]) -> Vec<Option<i64>> {
        self.expiries_of_rows(rows)
    }

    fn folders(&self, folder: &str) -> Vec<String> {
        if self.is_plain() {
            return vec![folder.to_owned()];
        }
        let of_store = |store: &FileStore| if store.name == "default" { folder.to_owned() } else { format!("{folder}/{}", store.name) };
        self.file_stores().iter().map(of_store).collect()
    }

    fn wants_order(&self) -> bool {
        self.is_numbered()
    }

    fn delta<'a>(&self, changes: &[Change<'a>], last: LastKey<'a>, emit: Emit<'_>) {
        if self.is_plain() {
            return changes.iter().for_each(|change| emit(0, change.key, change.value));
        }
        if self.is_numbered() {
            let mut seen = hashbrown::HashSet::new();
            let touched = changes.iter().map(|change| change.key).filter(|key| seen.insert(before_number(key)));
            let counts: Vec<(&[u8], Option<i64>)> =
                touched.map(|key| (key, last(before_number(key)).map(|last| number_of(last) + 1))).collect();
            self.emit_counts(&counts, emit);
        }
        self.emit_rows(changes, emit);
    }

    fn snapshot(&self, rows: &[(&[u8], &[u8])], emit: Emit<'_>) {
        if self.is_plain() {
            return rows.iter().for_each(|(key, value)| emit(0, key, Some(value)));
        }
        if self.is_numbered() {
            let groups = rows.chunk_by(|a, b| before_number(a.0) == before_number(b.0));
            let counts: Vec<(&[u8], Option<i64>)> = groups.map(|group| (group[0].0, Some(group.len() as i64))).collect();
            self.emit_counts(&counts, emit);
        }
        for rows in rows.chunks(PIECE) {
            let changes: Vec<Change<'_>> = rows.iter().map(|(key, value)| Change { key, value: Some(value) }).collect();
            self.emit_rows(&changes, emit);
        }
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
