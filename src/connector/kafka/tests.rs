//! Kafka: what options are refused with, the shares of a limit, offsets as Spark writes them.

use super::offsets::{self, PartitionOffsets};
use super::rate_limit::rate_limit;
use super::*;
use crate::connector::{Options, ReadRequest};
use crate::world::TopicPartition;
use expect_test::{Expect, expect};
use proptest::prelude::*;

/// What `load` says of these options of a stream, and of a batch read; `+` stands for servers and a topic.
fn refusals(options: &[&str]) -> String {
    let mut text = String::new();
    for line in options {
        let mut set = Options::new();
        for word in line.split_whitespace() {
            match word.split_once('=') {
                None => {
                    set.set("kafka.bootstrap.servers", "b:9092");
                    set.set("subscribe", "t");
                }
                Some((key, value)) => set.set(key, value.replace('_', " ").trim()),
            }
        }
        let request = ReadRequest { format: "kafka".to_owned(), options: set, ..ReadRequest::default() };
        let said = |result: crate::diag::Result<crate::types::Schema>| {
            result.map_or_else(|error| error.to_string().replace('\n', " / "), |_| "ok".to_owned())
        };
        let (stream, batch) = (said(stream_schema(&request)), said(batch_schema(&request)));
        let batch = if stream == batch { "the same".to_owned() } else { batch };
        text.push_str(&format!("{line}\n  stream: {stream}\n  batch: {batch}\n"));
    }
    text
}

fn check(options: &[&str], expected: &Expect) {
    expected.assert_eq(&refusals(options));
}

#[test]
fn options_are_refused_as_by_spark() {
    check(
        &[
            "+",
            "kafka.bootstrap.servers=b",
            "subscribe=t",
            "+ assign={}",
            "kafka.bootstrap.servers=b assign=t",
            "kafka.bootstrap.servers=b subscribe=_,_",
            "kafka.bootstrap.servers=b subscribePattern=_",
            "+ startingOffsets=latest",
            "+ startingOffsets={\"t\":{\"0\":-1}}",
            "+ startingOffsets={\"t\":5}",
            "+ endingOffsets=earliest",
            "+ endingOffsets={\"t\":{\"0\":-2}}",
            "+ endingOffsets=latest",
            "+ endingOffsetsByTimestamp={\"t\":{\"0\":5}}",
            "+ startingTimestamp=soon",
            "+ startingOffsets={\"t\":{\"0\":5}} endingOffsets={\"t\":{\"1\":6}}",
            "+ startingOffsets={\"t\":{\"0\":5}} endingOffsets={\"t\":{\"0\":4}}",
            "+ startingOffsetsByTimestampStrategy=none",
            "+ minPartitions=0",
            "+ minPartitions=x",
            "+ maxRecordsPerPartition=0",
            "+ minOffsetsPerTrigger=5 maxOffsetsPerTrigger=4",
            "+ kafka.group.id=mine",
            "+ kafka.auto.offset.reset=latest",
            "+ kafka.key.deserializer=x",
            "+ kafka.value.deserializer=x",
            "+ kafka.enable.auto.commit=true",
            "+ kafka.interceptor.classes=x",
            "+ includeHeaders=yes",
            "+ failOnDataLoss=no",
        ],
        &expect![[r#"
            +
              stream: ok
              batch: the same
            kafka.bootstrap.servers=b
              stream: IllegalArgumentException: One of the following options must be specified for Kafka source: subscribe, subscribepattern, assign. See the docs for more details.
              batch: the same
            subscribe=t
              stream: IllegalArgumentException: Option 'kafka.bootstrap.servers' must be specified for configuring Kafka consumer
              batch: the same
            + assign={}
              stream: IllegalArgumentException: Only one of the following options can be specified for Kafka source: subscribe, subscribepattern, assign. See the docs for more details.
              batch: the same
            kafka.bootstrap.servers=b assign=t
              stream: IllegalArgumentException: No topicpartitions to assign as specified value for option 'assign' is 't'
              batch: the same
            kafka.bootstrap.servers=b subscribe=_,_
              stream: IllegalArgumentException: No topics to subscribe to as specified value for option 'subscribe' is ','
              batch: the same
            kafka.bootstrap.servers=b subscribePattern=_
              stream: IllegalArgumentException: Pattern to subscribe is empty as specified value for option 'subscribePattern' is ''
              batch: the same
            + startingOffsets=latest
              stream: ok
              batch: IllegalArgumentException: starting offset can't be latest for batch queries on Kafka
            + startingOffsets={"t":{"0":-1}}
              stream: ok
              batch: IllegalArgumentException: startingOffsets for t-0 can't be latest for batch queries on Kafka
            + startingOffsets={"t":5}
              stream: ok
              batch: IllegalArgumentException: Expected e.g. {"topicA":{"0":23,"1":-1},"topicB":{"0":-2}}, got {"t":5}
            + endingOffsets=earliest
              stream: IllegalArgumentException: ending offset not valid in streaming queries
              batch: IllegalArgumentException: ending offset can't be earliest for batch queries on Kafka
            + endingOffsets={"t":{"0":-2}}
              stream: IllegalArgumentException: ending offset not valid in streaming queries
              batch: IllegalArgumentException: ending offset for t-0 can't be earliest for batch queries on Kafka
            + endingOffsets=latest
              stream: IllegalArgumentException: ending offset not valid in streaming queries
              batch: ok
            + endingOffsetsByTimestamp={"t":{"0":5}}
              stream: IllegalArgumentException: ending timestamp not valid in streaming queries
              batch: ok
            + startingTimestamp=soon
              stream: ok
              batch: IllegalArgumentException: Expected a single long value, got soon
            + startingOffsets={"t":{"0":5}} endingOffsets={"t":{"1":6}}
              stream: IllegalArgumentException: ending offset not valid in streaming queries
              batch: IllegalStateException: The specified start offset and end offset should have the same topic-partitions. / Topic-partitions for start offset: Set(t-0), topic-partitions for end offset: Set(t-1).
            + startingOffsets={"t":{"0":5}} endingOffsets={"t":{"0":4}}
              stream: IllegalArgumentException: ending offset not valid in streaming queries
              batch: IllegalStateException: The specified start offset 5 is greater than the end offset 4 for topic t partition 0.
            + startingOffsetsByTimestampStrategy=none
              stream: ok
              batch: NoSuchElementException: No value found for 'NONE'
            + minPartitions=0
              stream: IllegalArgumentException: minPartitions must be positive
              batch: the same
            + minPartitions=x
              stream: NumberFormatException: For input string: "x"
              batch: the same
            + maxRecordsPerPartition=0
              stream: IllegalArgumentException: maxrecordsperpartition must be positive
              batch: the same
            + minOffsetsPerTrigger=5 maxOffsetsPerTrigger=4
              stream: IllegalArgumentException: The value of minOffsetPerTrigger(5) is higher than the maxOffsetsPerTrigger(4).
              batch: the same
            + kafka.group.id=mine
              stream: ok
              batch: the same
            + kafka.auto.offset.reset=latest
              stream: IllegalArgumentException:  / Kafka option 'auto.offset.reset' is not supported. / Instead set the source option 'startingoffsets' to 'earliest' or 'latest' / to specify where to start. Structured Streaming manages which offsets are consumed / internally, rather than relying on the kafkaConsumer to do it. This will ensure that no / data is missed when new topics/partitions are dynamically subscribed. Note that / 'startingoffsets' only applies when a new Streaming query is started, and / that resuming will always pick up from where the query left off. See the docs for more / details. /          
              batch: the same
            + kafka.key.deserializer=x
              stream: IllegalArgumentException: Kafka option 'key.deserializer' is not supported as keys are deserialized as byte arrays with ByteArrayDeserializer. Use DataFrame operations to explicitly deserialize the keys.
              batch: the same
            + kafka.value.deserializer=x
              stream: IllegalArgumentException: Kafka option 'value.deserializer' is not supported as values are deserialized as byte arrays with ByteArrayDeserializer. Use DataFrame operations to explicitly deserialize the values.
              batch: the same
            + kafka.enable.auto.commit=true
              stream: IllegalArgumentException: Kafka option 'enable.auto.commit' is not supported
              batch: the same
            + kafka.interceptor.classes=x
              stream: IllegalArgumentException: Kafka option 'interceptor.classes' is not supported
              batch: the same
            + includeHeaders=yes
              stream: IllegalArgumentException: For input string: "yes"
              batch: the same
            + failOnDataLoss=no
              stream: ok
              batch: IllegalArgumentException: For input string: "no"
        "#]],
    );
}

#[test]
fn offsets_are_written_in_the_order_of_scala() {
    let offsets: PartitionOffsets = [("b", 1), ("b", 0), ("events", 16), ("events", 1), ("a", 0)]
        .into_iter()
        .map(|(topic, partition)| (TopicPartition::new(topic, partition), i64::from(partition) + 5))
        .collect();
    expect![[r#"{"a":{"0":5},"b":{"0":5,"1":6},"events":{"16":21,"1":6}}"#]].assert_eq(&offsets::json(&offsets));
    assert_eq!(offsets::parse(&offsets::json(&offsets)).unwrap(), offsets);
    assert!(offsets::parse("{\"t\":{\"x\":1}}").is_err() && offsets::parse("[]").is_err());
    let partitions = offsets::parse_partitions("{\"z\":[3,1],\"a\":[0]}").unwrap();
    assert_eq!(partitions.iter().map(TopicPartition::to_string).collect::<Vec<_>>(), ["z-3", "z-1", "a-0"]);
}

fn of(numbers: &[i64]) -> PartitionOffsets {
    numbers.iter().enumerate().map(|(partition, offset)| (TopicPartition::new("t", partition as i32), *offset)).collect()
}

proptest! {
    /// A limit is shared as a person would: exactly in proportion, cut down to whole records, one at the least.
    #[test]
    fn limits_are_shared_in_proportion(
        limit in 1_i64..2_000,
        partitions in prop::collection::vec((0_i64..1_000, 0_i64..5_000, any::<bool>()), 1..8),
    ) {
        let begins: Vec<i64> = partitions.iter().map(|(begin, ..)| *begin).collect();
        let until = of(&partitions.iter().map(|(begin, size, _)| begin + size).collect::<Vec<_>>());
        let (mut from, mut from_new) = (of(&begins), PartitionOffsets::new());
        for (number, _) in partitions.iter().enumerate().filter(|(_, (.., is_new))| *is_new) {
            let partition = TopicPartition::new("t", number as i32);
            let begin = from.remove(&partition).unwrap();
            from_new.insert(partition, begin);
        }
        let found = rate_limit(limit, &from, &from_new, &until);
        let total: i64 = partitions.iter().map(|(_, size, _)| size).sum();
        let mut taken = 0;
        for ((begin, size, _), end) in partitions.iter().zip(found.values()) {
            let share = end - begin;
            taken += share;
            if *size == 0 {
                prop_assert_eq!(share, 0);
                continue;
            }
            // Doubles may miss a whole number by a hair: then Spark takes one fewer.
            let exact = limit * size / total;
            let is_whole = limit * size % total == 0;
            let wanted = exact.max(1).min(*size);
            prop_assert!(share == wanted || is_whole && share == (exact - 1).max(1).min(*size), "{} of {}", share, wanted);
        }
        prop_assert!(taken <= limit.max(0) + partitions.len() as i64);
        prop_assert!(total == 0 || taken > 0);
    }
}
