//! Grouping against a slow obvious model, and orders that Spark 4.3.0 was seen to give.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::Int64Array;
use arrow_array::StringArray;
use arrow_array::StructArray;
use arrow_array::TimestampMicrosecondArray;
use arrow_schema::Fields;
use proptest::prelude::*;

use super::group;
use super::store_order::buckets;
use super::store_order::capacity;
use super::time_window::struct_fields;
use crate::types::DataType;
use crate::types::Field;

fn check_groups(keys: &[(Option<i64>, Option<String>)]) {
    let numbers: ArrayRef = Arc::new(keys.iter().map(|key| key.0).collect::<Int64Array>());
    let texts: ArrayRef = Arc::new(keys.iter().map(|key| key.1.clone()).collect::<StringArray>());
    let found = group(&[numbers, texts], keys.len());
    let mut known: Vec<&(Option<i64>, Option<String>)> = Vec::new();
    for (row, key) in keys.iter().enumerate() {
        let expected = known.iter().position(|other| *other == key).unwrap_or(known.len());
        if expected == known.len() {
            assert_eq!(found.firsts[expected] as usize, row);
            known.push(key);
        }
        assert_eq!(found.ids[row] as usize, expected, "row {row} of {keys:?}");
    }
    assert_eq!(found.count(), known.len());
}

proptest! {
    #[test]
    fn groups_are_what_comparing_every_pair_finds(keys in prop::collection::vec((prop::option::of(-3..3_i64), prop::option::of("[a-c]{0,9}")), 0..200)) {
        check_groups(&keys);
    }

    #[test]
    fn many_groups_outgrow_every_table(keys in prop::collection::vec((prop::option::of(any::<i64>()), prop::option::of("[a-z]{6,9}")), 300..600)) {
        check_groups(&keys);
    }
}

/// Ten windows of a minute with a key, as the console showed them when they closed, of a state that had held fourteen rows.
#[test]
fn closed_windows_come_in_the_order_of_sparks_map() {
    let names = [
        Some("apple"),
        Some("pear"),
        Some("fig"),
        Some("kiwi"),
        Some("a very long name of a fruit"),
        None,
        Some(""),
        Some("lime"),
        Some("plum"),
        Some("date"),
    ];
    let start_us = |minute: usize| 1_704_103_200_000_000 + minute as i64 * 60_000_000;
    let times = |shift: usize| -> ArrayRef {
        let values = (0..names.len()).map(|minute| start_us(minute + shift));
        Arc::new(TimestampMicrosecondArray::from_iter_values(values).with_timezone("UTC"))
    };
    let window = DataType::Struct(vec![Field::new("start", DataType::Timestamp), Field::new("end", DataType::Timestamp)]);
    let fields: Fields = struct_fields(&window);
    let keys: [ArrayRef; 2] =
        [Arc::new(StructArray::new(fields, vec![times(0), times(1)], None)), Arc::new(StringArray::from(names.to_vec()))];
    let buckets = buckets(&keys, names.len(), capacity(Some(14), 14)).unwrap();
    let mut places: Vec<usize> = (0..names.len()).collect();
    places.sort_by_key(|place| buckets[*place]);
    let found: Vec<&str> = places.iter().map(|place| names[*place].unwrap_or("NULL")).collect();
    assert_eq!(found, ["lime", "fig", "a very long name of a fruit", "kiwi", "apple", "date", "NULL", "plum", "", "pear"]);
}

#[test]
fn the_map_grows_as_javas_does() {
    let cases = [
        (None, 0, 16),
        (None, 11, 16),
        (None, 12, 32),
        (Some(0), 0, 1),
        (Some(0), 1, 2),
        (Some(0), 3, 8),
        (Some(3), 3, 16),
        (Some(10), 14, 32),
        (Some(14), 14, 64),
    ];
    for (before, most, expected) in cases {
        assert_eq!(capacity(before, most), expected, "{before:?} rows before, at most {most}");
    }
}

/// A file that Spark 4.3.0 wrote for `groupBy("id").agg(sum("id"), avg("id"))` over 1 and 2.
const SPARKS_DELTA: &[u8] = b"LZ4Block%;\x00\x00\x00t\x00\x00\x00J\xccC\x03S\x00\x00\x00\x10\x00\x01\x00\x13\x01\x08\x00A\x00\x00\x00 \x06\x00\x0a\x14\x00W\x00\x00\x00\xf0?$\x00\x058\x00\x11\x02\x1c\x00\x01\x02\x00\x058\x00\x07\x14\x00\x00\x02\x00\x13@8\x00P\x00\xff\xff\xff\xffLZ4Block\x15\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00";

#[test]
fn memory_reads_the_files_that_spark_wrote() {
    use crate::types::{DataType, Field, Schema, Value};
    let keys = Schema::new(vec![Field::new("id", DataType::Integer)]);
    let value = |name: &str, data_type| Field::new(name, data_type);
    let values = Schema::new(vec![value("sum", DataType::Long), value("sum", DataType::Double), value("count", DataType::Long)]);
    let mut memory = super::Memory::new("stateStoreSave", keys, values, super::memory::Expiry::Never);
    let mut disk = crate::world::Disk::default();
    disk.put("/state/0/0/1.delta", SPARKS_DELTA.to_vec());
    memory.open(&disk, "/state/0/0", 1).unwrap();
    let rows: Vec<_> = memory.view(9).into_iter().map(|row| (row.key, row.value)).collect();
    let row = |id: i32| (vec![Value::Integer(id)], vec![Value::Long(id.into()), Value::Double(id.into()), Value::Long(1)]);
    assert_eq!(rows, [row(1), row(2)]);
}
