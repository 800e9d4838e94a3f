//! The partitions that a query reads, and their offsets as the cluster tells them. Spark's `KafkaOffsetReaderAdmin`.

use super::errors::{self, Trouble, illegal};
use super::limit::{EARLIEST, LATEST, Limit, NoMatch};
use super::offsets::PartitionOffsets;
use super::options::Strategy;
use crate::world::Cluster;
use crate::world::Partition;
use crate::world::TopicPartition;
use std::collections::BTreeSet;

/// An answer of the cluster.
pub(super) type Answer<T> = std::result::Result<T, Trouble>;

impl Strategy {
    /// All topics that it names come into being. A pattern names none.
    ///
    /// # Errors
    /// No broker answers; a topic was deleted.
    pub(super) fn name_topics(&self, cluster: &mut Cluster) -> Answer<()> {
        let topics: BTreeSet<&str> = match self {
            Self::Assign(partitions) => partitions.iter().map(|partition| partition.topic.as_str()).collect(),
            Self::Subscribe(topics) => topics.iter().map(String::as_str).collect(),
            Self::SubscribePattern(_) => BTreeSet::new(),
        };
        topics.into_iter().try_for_each(|topic| cluster.named(topic).map(|_| ())).map_err(Trouble::from)
    }

    /// The partitions as they are now.
    ///
    /// # Errors
    /// No broker answers; a topic is not there.
    pub(super) fn partitions(&self, cluster: &Cluster) -> Answer<BTreeSet<TopicPartition>> {
        let all = |topics: &[&str]| -> Answer<BTreeSet<TopicPartition>> {
            let mut found = BTreeSet::new();
            for name in topics {
                found.extend((0..cluster.topic(name)?.partitions()).map(|partition| TopicPartition::new(*name, partition)));
            }
            Ok(found)
        };
        match self {
            Self::Assign(partitions) => {
                let topics: Vec<&str> = partitions.iter().map(|partition| partition.topic.as_str()).collect();
                Ok(all(&topics)?.into_iter().filter(|partition| partitions.contains(partition)).collect())
            }
            Self::Subscribe(topics) => all(&topics.iter().map(String::as_str).collect::<Vec<_>>()),
            Self::SubscribePattern(pattern) => {
                let names = cluster.topics()?.map(|(name, _)| name);
                all(&names.filter(|name| pattern.is_match(name).unwrap_or(false)).collect::<Vec<_>>())
            }
        }
    }

    /// The earliest offset of each partition.
    ///
    /// # Errors
    /// As [`Strategy::partitions`].
    pub(super) fn earliest(&self, cluster: &Cluster) -> Answer<PartitionOffsets> {
        offsets(cluster, self.partitions(cluster)?, Partition::earliest)
    }

    /// The latest offset of each partition.
    ///
    /// # Errors
    /// As [`Strategy::partitions`].
    pub(super) fn latest(&self, cluster: &Cluster) -> Answer<PartitionOffsets> {
        offsets(cluster, self.partitions(cluster)?, Partition::latest)
    }

    /// The earliest offsets of some partitions; those that are gone are left out.
    ///
    /// # Errors
    /// As [`Strategy::partitions`].
    pub(super) fn earliest_of<'a>(
        &self,
        cluster: &Cluster,
        wanted: impl IntoIterator<Item = &'a TopicPartition>,
    ) -> Answer<PartitionOffsets> {
        let wanted: BTreeSet<TopicPartition> = wanted.into_iter().cloned().collect();
        if wanted.is_empty() {
            return Ok(PartitionOffsets::new());
        }
        let there = self.partitions(cluster)?;
        offsets(cluster, wanted.intersection(&there).cloned().collect(), Partition::earliest)
    }

    /// Where a stream begins.
    ///
    /// # Errors
    /// As [`Strategy::partitions`]; partitions that are not named, times without a record.
    pub(super) fn resolved(&self, cluster: &Cluster, limit: &Limit) -> Answer<PartitionOffsets> {
        let assigned = self.partitions(cluster)?;
        let named = match limit {
            Limit::Earliest => return self.earliest(cluster),
            Limit::Latest => return self.latest(cluster),
            Limit::Offsets(offsets) => {
                if !offsets.keys().eq(&assigned) {
                    return Err(errors::must_specify_all(offsets.keys(), &assigned).into());
                }
                offsets.clone()
            }
            Limit::Times(..) | Limit::Time(..) => self.at_times(cluster, limit, true)?,
        };
        let resolve = |(partition, offset): (TopicPartition, i64)| {
            let found = found(cluster, &partition)?;
            let offset = match offset {
                LATEST => found.latest(),
                EARLIEST => found.earliest(),
                offset => offset,
            };
            Ok((partition, offset))
        };
        named.into_iter().map(resolve).collect()
    }

    /// The two ends of a batch read; -1 and -2 are looked up by whoever reads the partition.
    ///
    /// # Errors
    /// As [`Strategy::resolved`].
    pub(super) fn bound(&self, cluster: &Cluster, limit: &Limit, is_start: bool) -> Answer<PartitionOffsets> {
        let assigned = self.partitions(cluster)?;
        match limit {
            Limit::Earliest => Ok(assigned.into_iter().map(|partition| (partition, EARLIEST)).collect()),
            Limit::Latest => Ok(assigned.into_iter().map(|partition| (partition, LATEST)).collect()),
            Limit::Offsets(offsets) if offsets.keys().eq(&assigned) => Ok(offsets.clone()),
            Limit::Offsets(offsets) => Err(errors::does_not_match_assigned(offsets.keys(), &assigned).into()),
            Limit::Times(..) | Limit::Time(..) => self.at_times(cluster, limit, is_start),
        }
    }

    /// The first record of each partition that is of a time or later.
    fn at_times(&self, cluster: &Cluster, limit: &Limit, is_start: bool) -> Answer<PartitionOffsets> {
        let assigned = self.partitions(cluster)?;
        let (times, no_match) = match limit {
            Limit::Times(times, no_match) if times.keys().eq(&assigned) => (times.clone(), *no_match),
            Limit::Times(times, _) => return Err(errors::times_do_not_match_assigned(is_start, times.keys(), &assigned).into()),
            Limit::Time(time_ms, no_match) => (assigned.into_iter().map(|partition| (partition, *time_ms)).collect(), *no_match),
            Limit::Earliest | Limit::Latest | Limit::Offsets(_) => unreachable!("only times are looked up"),
        };
        let offset = |(partition, time_ms): (TopicPartition, i64)| match found(cluster, &partition)?.offset_at(time_ms) {
            Some(offset) => Ok((partition, offset)),
            None if is_start && no_match == NoMatch::Error => {
                let text = format!("No offset matched from request of topic-partition {partition} and timestamp {time_ms}.");
                Err(illegal(text).into())
            }
            None => Ok((partition, LATEST)),
        };
        times.into_iter().map(offset).collect()
    }
}

fn found<'a>(cluster: &'a Cluster, partition: &TopicPartition) -> Answer<&'a Partition> {
    let topic = cluster.topic(&partition.topic)?;
    topic.partition(partition.partition).ok_or_else(|| crate::world::ClusterError::UnknownPartition(topic.partitions()).into())
}

fn offsets(cluster: &Cluster, partitions: BTreeSet<TopicPartition>, of: fn(&Partition) -> i64) -> Answer<PartitionOffsets> {
    partitions
        .into_iter()
        .map(|partition| {
            let offset = of(found(cluster, &partition)?);
            Ok((partition, offset))
        })
        .collect()
}
