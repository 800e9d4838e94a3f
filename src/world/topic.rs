//! A topic of the cluster: its partitions, and which of them a record goes to. Kafka's `BuiltInPartitioner`.
//!
//! Law: records of one key go to one partition as long as the topic has the same number of them.

use super::cluster::{ClusterError, Message};
use std::collections::VecDeque;

/// A record as a partition holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its place in the partition.
    pub offset: i64,
    /// When it was made, in milliseconds since 1970 (`CreateTime`).
    pub timestamp_ms: i64,
    /// When the broker took it, in milliseconds since 1970.
    pub arrived_ms: i64,
    /// The key.
    pub key: Option<Vec<u8>>,
    /// The value.
    pub value: Option<Vec<u8>>,
    /// Headers in their order.
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

/// One partition: a queue whose front retention takes away.
#[derive(Clone, Debug, Default)]
pub struct Partition {
    earliest: i64,
    records: VecDeque<Record>,
}

impl Partition {
    /// The offset of the oldest record that is there, or the next one's where there is none.
    #[must_use]
    pub fn earliest(&self) -> i64 {
        self.earliest
    }

    /// The offset that the next record gets.
    #[must_use]
    pub fn latest(&self) -> i64 {
        self.earliest + self.records.len() as i64
    }

    /// The records from an offset up to, without, another; those that are there.
    pub fn records(&self, from: i64, until: i64) -> impl Iterator<Item = &Record> {
        let place = |offset: i64| (offset.clamp(self.earliest, self.latest()) - self.earliest) as usize;
        let (from, until) = (place(from), place(until));
        self.records.range(from..until.max(from))
    }

    /// The offset of the first record of this time or later, in milliseconds since 1970; none where there is none.
    #[must_use]
    pub fn offset_at(&self, time_ms: i64) -> Option<i64> {
        self.records.iter().find(|record| record.timestamp_ms >= time_ms).map(|record| record.offset)
    }

    fn drop_before(&mut self, offset: i64) {
        let gone = (offset.clamp(self.earliest, self.latest()) - self.earliest) as usize;
        self.records.drain(..gone);
        self.earliest += gone as i64;
    }
}

/// A topic.
#[derive(Clone, Debug)]
pub struct Topic {
    partitions: Vec<Partition>,
    /// How long records are kept, in milliseconds; none keeps them for ever.
    pub(super) retention_ms: Option<i64>,
    /// The partition that the next batch of records without keys goes to.
    next: usize,
}

impl Topic {
    pub(super) fn new(partitions: i32) -> Self {
        Self { partitions: vec![Partition::default(); partitions.max(0) as usize], retention_ms: None, next: 0 }
    }

    /// How many partitions it has.
    #[must_use]
    pub fn partitions(&self) -> i32 {
        self.partitions.len() as i32
    }

    /// One of them.
    #[must_use]
    pub fn partition(&self, number: i32) -> Option<&Partition> {
        self.partitions.get(usize::try_from(number).ok()?)
    }

    pub(super) fn grow(&mut self, partitions: i32) {
        let wanted = (partitions.max(0) as usize).max(self.partitions.len());
        self.partitions.resize(wanted, Partition::default());
    }

    pub(super) fn truncate(&mut self, partition: i32, before_offset: i64) {
        if let Some(partition) = usize::try_from(partition).ok().and_then(|number| self.partitions.get_mut(number)) {
            partition.drop_before(before_offset);
        }
    }

    /// Takes away what is older than the topic keeps. Real brokers take away whole segments.
    pub(super) fn expire(&mut self, now_ms: i64) {
        let Some(retention_ms) = self.retention_ms else { return };
        for partition in &mut self.partitions {
            let kept = partition.records.iter().find(|record| record.timestamp_ms >= now_ms - retention_ms);
            let first_kept = kept.map_or(partition.latest(), |record| record.offset);
            partition.drop_before(first_kept);
        }
    }

    /// Appends a batch and gives the partition of each message.
    pub(super) fn append(&mut self, batch: Vec<Message>, now_ms: i64) -> Result<Vec<i32>, ClusterError> {
        let known = 0..self.partitions();
        if batch.iter().filter_map(|message| message.partition).any(|partition| !known.contains(&partition)) {
            return Err(ClusterError::UnknownPartition(self.partitions()));
        }
        let count = self.partitions.len();
        let sticky = self.next % count;
        if batch.iter().any(|message| message.key.is_none() && message.partition.is_none()) {
            self.next = (sticky + 1) % count;
        }
        let place = |message: Message| {
            let chosen = match (message.partition, &message.key) {
                (Some(partition), _) => partition as usize,
                (None, Some(key)) => partition_of(key, count),
                // DIFFERENCE: Kafka draws the partition of a batch without keys at random; here they take turns.
                (None, None) => sticky,
            };
            let partition = &mut self.partitions[chosen];
            let timestamp_ms = message.timestamp_ms.unwrap_or(now_ms);
            let offset = partition.latest();
            let Message { key, value, headers, .. } = message;
            partition.records.push_back(Record { offset, timestamp_ms, arrived_ms: now_ms, key, value, headers });
            chosen as i32
        };
        Ok(batch.into_iter().map(place).collect())
    }
}

/// The partition of a key: Kafka's `BuiltInPartitioner.partitionForKey`.
fn partition_of(key: &[u8], partitions: usize) -> usize {
    (murmur2(key) & 0x7fff_ffff) as usize % partitions
}

/// Kafka's hash of keys: `Utils.murmur2`.
fn murmur2(bytes: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let mut hash = 0x9747_b28c ^ bytes.len() as u32;
    let mut words = bytes.chunks_exact(4);
    for word in &mut words {
        let mut word = u32::from_le_bytes([word[0], word[1], word[2], word[3]]).wrapping_mul(M);
        word = (word ^ (word >> 24)).wrapping_mul(M);
        hash = hash.wrapping_mul(M) ^ word;
    }
    let rest = words.remainder();
    for (at, byte) in rest.iter().enumerate().rev() {
        hash ^= u32::from(*byte) << (8 * at);
    }
    if !rest.is_empty() {
        hash = hash.wrapping_mul(M);
    }
    hash = (hash ^ (hash >> 13)).wrapping_mul(M);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::murmur2;

    // The values of Kafka's own `UtilsTest.testMurmur2`.
    #[test]
    fn keys_hash_as_in_kafka() {
        let cases = [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ];
        for (key, hash) in cases {
            assert_eq!(murmur2(key.as_bytes()).cast_signed(), hash, "{key}");
        }
    }
}
