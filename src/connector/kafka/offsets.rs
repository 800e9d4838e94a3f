//! Offsets of many partitions and their JSON. Spark's `KafkaSourceOffset` and `JsonUtils`.

use super::scala_order::{in_scala_order, java_hash};
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::world::TopicPartition;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// The offset of each partition: of the next record to read, or a time in milliseconds where times are asked for.
pub(super) type PartitionOffsets = BTreeMap<TopicPartition, i64>;

/// `{"topicA":{"0":23,"1":-1}}`, in Spark's order.
pub(super) fn json(offsets: &PartitionOffsets) -> String {
    let mut topics: Vec<(&str, Vec<(i32, i64)>)> = Vec::new();
    for (TopicPartition { topic, partition }, offset) in offsets {
        match topics.last_mut() {
            Some((known, partitions)) if known == topic => partitions.push((*partition, *offset)),
            _ => topics.push((topic, vec![(*partition, *offset)])),
        }
    }
    let topics = topics.into_iter().map(|(topic, partitions)| {
        let entries = partitions.into_iter().map(|(partition, offset)| (partition, format!("\"{partition}\":{offset}")));
        let entries = in_scala_order(entries.collect());
        (java_hash(topic), format!("{}:{{{}}}", Value::from(topic), entries.join(",")))
    });
    format!("{{{}}}", in_scala_order(topics.collect()).join(","))
}

/// Offsets from JSON.
///
/// # Errors
/// Text that is not of that form.
pub(super) fn parse(text: &str) -> Result<PartitionOffsets> {
    numbers(text).ok_or_else(|| illegal(format!("Expected e.g. {{\"topicA\":{{\"0\":23,\"1\":-1}},\"topicB\":{{\"0\":-2}}}}, got {text}")))
}

/// Times from JSON, in milliseconds since 1970.
///
/// # Errors
/// Text that is not of that form.
pub(super) fn parse_times(text: &str) -> Result<PartitionOffsets> {
    let expected = "{\"topicA\": {\"0\": 123456789, \"1\": 123456789},\n\"topicB\": {\"0\": 123456789, \"1\": 123456789}}";
    numbers(text).ok_or_else(|| illegal(format!("Expected e.g. {expected}, got {text}")))
}

/// The partitions of the option `assign`, in the order of the text.
///
/// # Errors
/// Text that is not of that form.
pub(super) fn parse_partitions(text: &str) -> Result<Vec<TopicPartition>> {
    let of_topic = |(topic, partitions): (String, Vec<Value>)| {
        let partition = move |value: Value| Some(TopicPartition::new(topic.as_str(), i32::try_from(whole(&value)?).ok()?));
        partitions.into_iter().map(partition).collect::<Option<Vec<_>>>()
    };
    let parsed: Option<Ordered<Vec<Value>>> = serde_json::from_str(text).ok();
    let all = parsed.and_then(|topics| topics.0.into_iter().map(of_topic).collect::<Option<Vec<_>>>());
    let Some(all) = all else { return Err(illegal(format!("Expected e.g. {{\"topicA\":[0,1],\"topicB\":[0,1]}}, got {text}"))) };
    let mut distinct: Vec<TopicPartition> = Vec::new();
    all.into_iter().flatten().for_each(|partition| {
        if !distinct.contains(&partition) {
            distinct.push(partition);
        }
    });
    Ok(distinct)
}

/// `Set(events-0, events-1)`, as Scala prints a set.
// DIFFERENCE: sets of more than four partitions come in the order of their names, Scala's in that of their hashes.
pub(super) fn set_text<'a>(partitions: impl IntoIterator<Item = &'a TopicPartition>) -> String {
    let partitions: Vec<String> = partitions.into_iter().map(TopicPartition::to_string).collect();
    format!("Set({})", partitions.join(", "))
}

/// `Map(events-0 -> 5)`, as Scala prints a map.
pub(super) fn map_text(offsets: &PartitionOffsets) -> String {
    let entries: Vec<String> = offsets.iter().map(|(partition, offset)| format!("{partition} -> {offset}")).collect();
    format!("Map({})", entries.join(", "))
}

fn numbers(text: &str) -> Option<PartitionOffsets> {
    let topics: BTreeMap<String, BTreeMap<String, Value>> = serde_json::from_str(text).ok()?;
    let entries = topics.iter().flat_map(|(topic, partitions)| {
        partitions.iter().map(move |(partition, offset)| {
            let partition = partition.trim().parse().ok()?;
            Some((TopicPartition::new(topic.as_str(), partition), whole(offset)?))
        })
    });
    entries.collect()
}

/// A whole number as Jackson takes one: fractions are cut off, texts are read.
fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|number| number as i64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn illegal(text: String) -> Box<Diagnostic> {
    Diagnostic::plain(Class::IllegalArgument, text)
}

/// A JSON object in the order of its text.
struct Ordered<V>(Vec<(String, V)>);

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Ordered<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Entries<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Entries<V> {
            type Value = Ordered<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}
