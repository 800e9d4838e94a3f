//! The ranges of offsets that a batch reads, and what is lost of them. Spark's `KafkaOffsetReaderBase` and `KafkaDataConsumer`.

use super::assigned::Answer;
use super::errors::{self, Trouble, java};
use super::offsets::PartitionOffsets;
use super::options::Settings;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::world::Cluster;
use crate::world::ClusterError;
use crate::world::Record;
use crate::world::TopicPartition;
use std::rc::Rc;

/// Records of a partition from an offset up to, without, another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub partition: TopicPartition,
    pub from: i64,
    pub until: i64,
}

/// A record and its partition.
pub(super) type Placed<'a> = (Rc<TopicPartition>, &'a Record);

/// The ranges between two offsets of a stream.
///
/// # Errors
/// What is lost, where the query is to fail of it.
pub(super) fn between(settings: &Settings, cluster: &Cluster, from: &PartitionOffsets, until: &PartitionOffsets) -> Answer<Vec<Range>> {
    let lost = |error: Box<Diagnostic>| if settings.fails_on_data_loss { Err(Trouble::from(error)) } else { Ok(()) };
    let added: Vec<&TopicPartition> = until.keys().filter(|partition| !from.contains_key(*partition)).collect();
    let first_offsets = settings.strategy.earliest_of(cluster, added.iter().copied())?;
    let gone: Vec<&TopicPartition> = added.into_iter().filter(|partition| !first_offsets.contains_key(*partition)).collect();
    if !gone.is_empty() {
        lost(errors::initial_offset_not_found(&gone))?;
    }
    for (partition, offset) in first_offsets.iter().filter(|(_, offset)| **offset != 0) {
        lost(errors::added_partition_does_not_start_from_zero(partition, *offset))?;
    }
    let deleted: Vec<&TopicPartition> = from.keys().filter(|partition| !until.contains_key(*partition)).collect();
    if !deleted.is_empty() {
        lost(errors::partitions_deleted(&deleted, settings.group_id.is_some()))?;
    }
    let mut ranges = Vec::new();
    for (partition, until) in until {
        let Some(from) = first_offsets.get(partition).or_else(|| from.get(partition)) else { continue };
        if until < from {
            lost(errors::partition_offset_changed(partition, *from, *until))?;
        }
        if until > from {
            ranges.push(Range { partition: partition.clone(), from: *from, until: *until });
        }
    }
    Ok(ranges)
}

/// The records of a range.
///
/// # Errors
/// Records that are not there any more, where the query is to fail of it; a broker that does not answer.
pub(super) fn records<'a>(cluster: &'a Cluster, range: &Range, fails_on_data_loss: bool, group: &str) -> Result<Vec<Placed<'a>>> {
    let Range { partition, from, until } = range;
    let found = match cluster.topic(&partition.topic) {
        Ok(topic) => topic.partition(partition.partition),
        Err(ClusterError::Unreachable) => {
            return Err(java("TimeoutException", format!("Cannot fetch record for offset {from} in 120000 milliseconds")));
        }
        Err(ClusterError::UnknownTopic | ClusterError::UnknownPartition(_)) => None,
    };
    let Some(found) = found else {
        let text = format!("Timeout of 60000ms expired before the position for partition {partition} could be determined");
        return Err(java("TimeoutException", text));
    };
    let (earliest, latest) = (found.earliest(), found.latest());
    let name = Rc::new(partition.clone());
    let mut read = Vec::new();
    let mut at = *from;
    while at < *until {
        if at < earliest || at >= latest {
            if fails_on_data_loss {
                return Err(errors::could_not_read(at, *until, partition, group));
            }
            if at >= latest || earliest >= *until {
                break;
            }
            at = earliest;
        }
        read.extend(found.records(at, *until).map(|record| (Rc::clone(&name), record)));
        at = latest.min(*until);
    }
    Ok(read)
}
