//! A Kafka cluster: topics, their partitions, the records in them. It stands outside the driver and survives its death.
//!
//! Law: an offset is given out once. A partition holds every record from its earliest offset up to its latest one; retention takes away from the front alone.

use super::topic::{Record, Topic};
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

/// A partition of a topic. `Display` writes it as Kafka does: `events-0`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicPartition {
    /// The topic's name.
    pub topic: String,
    /// The partition's number, from 0 on.
    pub partition: i32,
}

impl TopicPartition {
    /// This partition of this topic.
    #[must_use]
    pub fn new(topic: impl Into<String>, partition: i32) -> Self {
        Self { topic: topic.into(), partition }
    }
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

/// What a producer sends: Kafka's `ProducerRecord`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// The key, which decides the partition.
    pub key: Option<Vec<u8>>,
    /// The value; none is a tombstone.
    pub value: Option<Vec<u8>>,
    /// Headers in their order.
    pub headers: Vec<(String, Option<Vec<u8>>)>,
    /// The partition, where the producer says which.
    pub partition: Option<i32>,
    /// The record's time in milliseconds since 1970; none is the time of sending.
    pub timestamp_ms: Option<i64>,
}

impl Message {
    /// A message of texts.
    #[must_use]
    pub fn text(key: Option<&str>, value: &str) -> Self {
        Self { key: key.map(|key| key.as_bytes().to_vec()), value: Some(value.as_bytes().to_vec()), ..Self::default() }
    }
}

/// Why the cluster does not do what it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClusterError {
    /// No broker answers.
    Unreachable,
    /// There is no topic of this name.
    UnknownTopic,
    /// The topic has fewer partitions than this: it has so many.
    UnknownPartition(i32),
}

/// The cluster. There is one, whatever servers a program names.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    topics: BTreeMap<String, Topic>,
    deleted: BTreeSet<String>,
    down_until_ms: Option<i64>,
    strict: bool,
    now_ms: i64,
}

impl Cluster {
    /// All topics by name.
    ///
    /// # Errors
    /// [`ClusterError::Unreachable`].
    pub fn topics(&self) -> Result<impl Iterator<Item = (&str, &Topic)>, ClusterError> {
        self.reach()?;
        Ok(self.topics.iter().map(|(name, topic)| (name.as_str(), topic)))
    }

    /// A topic.
    ///
    /// # Errors
    /// No broker answers, or there is none of this name.
    pub fn topic(&self, name: &str) -> Result<&Topic, ClusterError> {
        self.reach()?;
        self.topics.get(name).ok_or(ClusterError::UnknownTopic)
    }

    /// A topic that a reader names. One that nobody has made yet comes into being with one partition; one that was deleted does not.
    ///
    /// # Errors
    /// No broker answers; there is no such topic, and it was deleted or the cluster is strict.
    // DIFFERENCE: a real cluster does so for producers only, and Spark fails. Here a program runs before somebody has set up its topics.
    pub fn named(&mut self, name: &str) -> Result<&Topic, ClusterError> {
        if self.is_up() && !self.strict && !self.deleted.contains(name) {
            self.topics.entry(name.to_owned()).or_insert_with(|| Topic::new(1));
        }
        self.topic(name)
    }

    /// Makes a topic, or gives one more partitions; none ever loses any.
    pub fn set_partitions(&mut self, name: &str, partitions: i32) {
        self.deleted.remove(name);
        self.topics.entry(name.to_owned()).or_insert_with(|| Topic::new(0)).grow(partitions.max(1));
    }

    /// Records of this topic are kept for so long, in milliseconds; none keeps them for ever.
    pub fn set_retention(&mut self, name: &str, retention_ms: Option<i64>) {
        if let Some(topic) = self.topics.get_mut(name) {
            topic.retention_ms = retention_ms;
            topic.expire(self.now_ms);
        }
    }

    /// Takes away the records before this offset, as retention does.
    pub fn truncate(&mut self, partition: &TopicPartition, before_offset: i64) {
        if let Some(topic) = self.topics.get_mut(&partition.topic) {
            topic.truncate(partition.partition, before_offset);
        }
    }

    /// Deletes a topic with all its records. True where there was one.
    pub fn delete(&mut self, name: &str) -> bool {
        let was_there = self.topics.remove(name).is_some();
        if was_there {
            self.deleted.insert(name.to_owned());
        }
        was_there
    }

    /// No broker answers until then (milliseconds since 1970); none: they answer.
    pub fn set_down_until_ms(&mut self, until_ms: Option<i64>) {
        self.down_until_ms = until_ms;
    }

    /// From now on reading does not make topics, as on a real cluster.
    pub fn set_strict(&mut self, strict: bool) {
        self.strict = strict;
    }

    /// A producer sends a batch to a topic, which comes into being with one partition where there is none. Gives the place of each record.
    ///
    /// # Errors
    /// No broker answers; a message names a partition that is not there. Then nothing is written.
    pub fn send(&mut self, topic: &str, batch: Vec<Message>) -> Result<Vec<TopicPartition>, ClusterError> {
        self.reach()?;
        let now_ms = self.now_ms;
        self.deleted.remove(topic);
        let found = self.topics.entry(topic.to_owned()).or_insert_with(|| Topic::new(1));
        let placed = found.append(batch, now_ms)?;
        found.expire(now_ms);
        Ok(placed.into_iter().map(|partition| TopicPartition::new(topic, partition)).collect())
    }

    /// The records of a partition from an offset up to, without, another.
    ///
    /// # Errors
    /// No broker answers; there is no such topic or partition.
    pub fn records(&self, partition: &TopicPartition, from: i64, until: i64) -> Result<impl Iterator<Item = &Record>, ClusterError> {
        let topic = self.topic(&partition.topic)?;
        let found = topic.partition(partition.partition).ok_or(ClusterError::UnknownPartition(topic.partitions()))?;
        Ok(found.records(from, until))
    }

    /// The clock has moved: what is too old goes.
    pub(super) fn set_clock(&mut self, now_ms: i64) {
        self.now_ms = now_ms;
        self.topics.values_mut().for_each(|topic| topic.expire(now_ms));
    }

    fn is_up(&self) -> bool {
        self.down_until_ms.is_none_or(|until_ms| self.now_ms >= until_ms)
    }

    fn reach(&self) -> Result<(), ClusterError> {
        if self.is_up() { Ok(()) } else { Err(ClusterError::Unreachable) }
    }
}
