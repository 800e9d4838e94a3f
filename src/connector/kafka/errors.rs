//! What Kafka and Spark's connector say when something is wrong. Spark's `KafkaExceptions` and `kafka-error-conditions.json`.

use super::offsets::{PartitionOffsets, map_text, set_text};
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::world::ClusterError;
use crate::world::TopicPartition;

/// Why the cluster's answer cannot be used.
#[derive(Debug)]
pub(super) enum Trouble {
    /// No broker answers: it may be tried again.
    Unreachable,
    /// The query fails.
    Failed(Box<Diagnostic>),
}

impl From<Box<Diagnostic>> for Trouble {
    fn from(error: Box<Diagnostic>) -> Self {
        Self::Failed(error)
    }
}

impl From<ClusterError> for Trouble {
    fn from(error: ClusterError) -> Self {
        match error {
            ClusterError::Unreachable => Self::Unreachable,
            ClusterError::UnknownTopic | ClusterError::UnknownPartition(_) => Self::Failed(unknown_topic()),
        }
    }
}

impl Trouble {
    /// What the query dies of once nobody tries again.
    pub(super) fn failed(self) -> Box<Diagnostic> {
        match self {
            Self::Failed(error) => error,
            Self::Unreachable => java(
                "ExecutionException",
                "org.apache.kafka.common.errors.TimeoutException: Timed out waiting for a node assignment. Call: describeTopics".to_owned(),
            )
            .hint("No broker answers. When one does again, start the query anew: it goes on from its checkpoint."),
        }
    }
}

/// A topic that the cluster does not have.
fn unknown_topic() -> Box<Diagnostic> {
    let text = "org.apache.kafka.common.errors.UnknownTopicOrPartitionException: This server does not host this topic-partition.";
    java("ExecutionException", text.to_owned()).hint("There is no such topic: it was never made, or it was deleted.")
}

/// An exception of Java's or Kafka's without a condition.
pub(super) fn java(class: &str, text: String) -> Box<Diagnostic> {
    Diagnostic::plain(Class::Named(class.to_owned()), text)
}

/// An option that makes no sense.
pub(super) fn illegal(text: impl Into<String>) -> Box<Diagnostic> {
    Diagnostic::plain(Class::IllegalArgument, text)
}

/// Spark's `KafkaIllegalStateException`: it has a condition, which its text does not show.
fn illegal_state(condition: &str, text: String) -> Box<Diagnostic> {
    let mut error = java("IllegalStateException", text);
    error.condition = Some(condition.to_owned());
    error
}

/// What Kafka has no more of.
fn data_loss(condition: &str, reason: &str) -> Box<Diagnostic> {
    let text = format!(
        "Some data may have been lost because they are not available in Kafka any more;\n\
         either the data was aged out by Kafka or the topic may have been deleted before all the data in the\n\
         topic was processed.\n\
         If you don't want your streaming query to fail on such cases, set the source option failOnDataLoss to false.\n\
         Reason: {reason}"
    );
    illegal_state(&format!("KAFKA_DATA_LOSS.{condition}"), text)
        .hint("With .option(\"failOnDataLoss\", \"false\") the query goes on with what is there; the lost records stay lost.")
}

pub(super) fn could_not_read(start: i64, end: i64, partition: &TopicPartition, group: &str) -> Box<Diagnostic> {
    let reason = format!("Could not read records in offset [{start}, {end}) for topic partition {partition}\nwith consumer group {group}.");
    data_loss("COULD_NOT_READ_OFFSET_RANGE", &reason)
}

pub(super) fn initial_offset_not_found(partitions: &[&TopicPartition]) -> Box<Diagnostic> {
    let partitions = set_text(partitions.iter().copied());
    let reason = format!("Cannot find initial offsets for partitions {partitions}. They may have been deleted.");
    data_loss("INITIAL_OFFSET_NOT_FOUND_FOR_PARTITIONS", &reason)
}

pub(super) fn added_partition_does_not_start_from_zero(partition: &TopicPartition, start: i64) -> Box<Diagnostic> {
    let reason = format!("Added partition {partition} starts from {start} instead of 0.");
    data_loss("ADDED_PARTITION_DOES_NOT_START_FROM_OFFSET_ZERO", &reason)
}

pub(super) fn partitions_deleted(partitions: &[&TopicPartition], has_group_id: bool) -> Box<Diagnostic> {
    let reason = format!("Partitions {} have been deleted.", set_text(partitions.iter().copied()));
    if !has_group_id {
        return data_loss("PARTITIONS_DELETED", &reason);
    }
    let reason = format!(
        "{reason}\n\
         Kafka option 'kafka.group.id' has been set on this query, it is\n\
         not recommended to set this option. This option is unsafe to use since multiple concurrent\n\
         queries or sources using the same group id will interfere with each other as they are part\n\
         of the same consumer group. Restarted queries may also suffer interference from the\n\
         previous run having the same group id. The user should have only one query per group id,\n\
         and/or set the option 'kafka.session.timeout.ms' to be very small so that the Kafka\n\
         consumers from the previous query are marked dead by the Kafka group coordinator before the\n\
         restarted query starts running."
    );
    data_loss("PARTITIONS_DELETED_AND_GROUP_ID_CONFIG_PRESENT", &reason)
}

pub(super) fn partition_offset_changed(partition: &TopicPartition, from: i64, to: i64) -> Box<Diagnostic> {
    let reason = format!(
        "Partition {partition} offset was changed from {from} to {to}.\n\
         This could either be a user error that the start offset is set too high and this is the first batch, or the kafka topic-partition is broken, and some data may have been missed."
    );
    data_loss("PARTITION_OFFSET_CHANGED", &reason)
}

/// Partitions named by `startingOffsets` or `endingOffsets` of a batch read that are not those of the topics.
pub(super) fn does_not_match_assigned<'a>(
    specified: impl IntoIterator<Item = &'a TopicPartition>,
    assigned: impl IntoIterator<Item = &'a TopicPartition>,
) -> Box<Diagnostic> {
    let text = format!(
        "Partitions specified for Kafka start offsets don't match what are assigned. Maybe topic partitions are created \n\
         or deleted while the query is running. Use -1 for latest, -2 for earliest.\n\
         Specified: {} Assigned: {}",
        set_text(specified),
        set_text(assigned)
    );
    illegal_state("KAFKA_START_OFFSET_DOES_NOT_MATCH_ASSIGNED", text)
}

/// The same for a stream's `startingOffsets`: an assertion.
pub(super) fn must_specify_all<'a>(
    specified: impl IntoIterator<Item = &'a TopicPartition>,
    assigned: impl IntoIterator<Item = &'a TopicPartition>,
) -> Box<Diagnostic> {
    let text = format!(
        "assertion failed: If startingOffsets contains specific offsets, you must specify all TopicPartitions.\n\
         Use -1 for latest, -2 for earliest, if you don't care.\n\
         Specified: {} Assigned: {}",
        set_text(specified),
        set_text(assigned)
    );
    java("AssertionError", text)
}

pub(super) fn times_do_not_match_assigned<'a>(
    is_start: bool,
    specified: impl IntoIterator<Item = &'a TopicPartition>,
    assigned: impl IntoIterator<Item = &'a TopicPartition>,
) -> Box<Diagnostic> {
    let position = if is_start { "start" } else { "end" };
    let text = format!(
        "Partitions specified for Kafka timestamp based {position} offsets don't match what are assigned. Maybe topic partitions are created \n\
         or deleted while the query is running, or you didn't specify all the partitions.\n\
         Specified: {} Assigned: {}",
        set_text(specified),
        set_text(assigned)
    );
    illegal_state("KAFKA_TIMESTAMP_OFFSET_DOES_NOT_MATCH_ASSIGNED", text)
}

/// `startingOffsets` and `endingOffsets` name different partitions.
pub(super) fn unmatched_partitions(start: &PartitionOffsets, end: &PartitionOffsets) -> Box<Diagnostic> {
    let text = format!(
        "The specified start offset and end offset should have the same topic-partitions.\n\
         Topic-partitions for start offset: {}, topic-partitions for end offset: {}.",
        set_text(start.keys()),
        set_text(end.keys())
    );
    illegal_state("MISMATCHED_TOPIC_PARTITIONS_BETWEEN_START_OFFSET_AND_END_OFFSET", text)
}

pub(super) fn start_after_end(start: i64, end: i64, partition: &TopicPartition) -> Box<Diagnostic> {
    let TopicPartition { topic, partition } = partition;
    let text = format!("The specified start offset {start} is greater than the end offset {end} for topic {topic} partition {partition}.");
    illegal_state("UNRESOLVED_START_OFFSET_GREATER_THAN_END_OFFSET", text)
}

pub(super) fn resolved_start_after_end(start: i64, end: i64, partition: &TopicPartition) -> Box<Diagnostic> {
    let TopicPartition { topic, partition } = partition;
    let text = format!(
        "The resolved start offset {start} is greater than the resolved end offset {end} for topic {topic} partition {partition}.\n\
         There may be multiple reasons:\n\
         1. Start offset is set to too big a value that after resolution, end offset is smaller than it. There are multiple input cases:\n  \
           (a) Start offset is set to a timestamp, and the end offset is set to an index.\n  \
           (b) Start offset is set to an index, and the end offset is set to a timestamp.\n  \
           (c) Start offset is set, and the end offset is set to latest.\n\
         2. The Kafka topic partition is broken."
    );
    illegal_state("RESOLVED_START_OFFSET_GREATER_THAN_END_OFFSET", text)
}

/// With `availableNow`: the end of a batch has other partitions than what was there at the start.
pub(super) fn other_partitions_than_prefetched(prefetched: &PartitionOffsets, end: &PartitionOffsets) -> Box<Diagnostic> {
    java(
        "SparkException",
        format!(
            "Kafka data source in Trigger.AvailableNow should provide the same topic partitions in pre-fetched offset to end offset for each microbatch. The error could be transient - restart your query, and report if you still see the same issue.\n\
             topic-partitions for pre-fetched offset: {}, topic-partitions for end offset: {}.",
            set_text(prefetched.keys()),
            set_text(end.keys())
        ),
    )
}

/// With `availableNow`: partitions were lost while the query ran.
pub(super) fn lost_partitions(latest: &PartitionOffsets, end: &PartitionOffsets) -> Box<Diagnostic> {
    java(
        "SparkException",
        format!(
            "Some of partitions in Kafka topic(s) have been lost during running query with Trigger.AvailableNow. The error could be transient - restart your query, and report if you still see the same issue.\n\
             topic-partitions for latest offset: {}, topic-partitions for end offset: {}",
            set_text(latest.keys()),
            set_text(end.keys())
        ),
    )
}

/// With `availableNow`: a partition has fewer records than when the query began.
pub(super) fn end_after_latest(latest: &PartitionOffsets, end: &PartitionOffsets) -> Box<Diagnostic> {
    java(
        "SparkException",
        format!(
            "Some of partitions in Kafka topic(s) report available offset which is less than end offset during running query with Trigger.AvailableNow. The error could be transient - restart your query, and report if you still see the same issue.\n\
             latest offset: {}, end offset: {}",
            map_text(latest),
            map_text(end)
        ),
    )
}

pub(super) fn null_topic() -> Box<Diagnostic> {
    let text = "The Kafka message data sent to the producer contains a null topic. Use the `topic` option for setting a default topic.";
    illegal_state("KAFKA_NULL_TOPIC_IN_DATA", text.to_owned())
}
