//! `maxOffsetsPerTrigger`: how much of each partition one batch may take. Spark's `KafkaMicroBatchStream.rateLimit`.
//!
//! Law: the limit is shared in proportion to what waits in each partition; no partition that has anything gets nothing, so a batch may go beyond the limit.

use super::offsets::PartitionOffsets;
use crate::world::TopicPartition;

/// The end of a batch of about `limit` records between `from` and `until`; `from_new` holds the beginnings of partitions that are new.
pub(super) fn rate_limit(limit: i64, from: &PartitionOffsets, from_new: &PartitionOffsets, until: &PartitionOffsets) -> PartitionOffsets {
    let waiting = |partition: &TopicPartition, end: i64| {
        let begin = *from.get(partition).or_else(|| from_new.get(partition))?;
        Some((begin, end.wrapping_sub(begin))).filter(|(_, size)| *size > 0)
    };
    let sizes = until.iter().filter_map(|(partition, end)| waiting(partition, *end)).map(|(_, size)| size);
    let total = sizes.fold(0_i64, i64::wrapping_add) as f64;
    if total < 1.0 {
        return until.clone();
    }
    let end_of = |partition: &TopicPartition, end: i64| {
        let Some((begin, size)) = waiting(partition, end) else { return end };
        let share = limit as f64 * (size as f64 / total);
        let share = (if share < 1.0 { share.ceil() } else { share.floor() }) as i64;
        begin.saturating_add(share).min(end)
    };
    until.iter().map(|(partition, end)| (partition.clone(), end_of(partition, *end))).collect()
}
