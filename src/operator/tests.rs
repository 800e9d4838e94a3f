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
