//! What may change under a running query: topics grow, are found and deleted; records go; brokers are away.

use expect_test::expect;

use crate::stage::check;
use crate::stage::reading;

#[test]
fn topics_grow_are_found_and_deleted() {
    check(
        &reading(".option('subscribePattern', 'ev.*s$').option('startingOffsets', 'earliest')"),
        "produce events 1 2
         produce other 3
         run
         process
         topic events 2
         produce events 4 5
         process
         topic evens 1
         produce evens 6
         process
         delete events
         process",
        &expect![[r#"
            produce events 1 2
            produce other 3
            run
            process
              batch 0 input=2 null -> {"events":{"0":2}} of {"events":{"0":2}}
                events 0 0 NULL 1
                events 0 1 NULL 2
            topic events 2
            produce events 4 5
            process
              batch 1 input=2 {"events":{"0":2}} -> {"events":{"0":3,"1":1}} of {"events":{"0":3,"1":1}}
                events 0 2 NULL 4
                events 1 0 NULL 5
            topic evens 1
            produce evens 6
            process
              batch 2 input=1 {"events":{"0":3,"1":1}} -> {"events":{"0":3,"1":1},"evens":{"0":1}} of {"events":{"0":3,"1":1},"evens":{"0":1}}
                evens 0 0 NULL 6
            delete events
            process
              STREAM_FAILED: Some data may have been lost because they are not available in Kafka any more; / either the data was aged out by Kafka or the topic may have been deleted before all the data in the / topic was processed. / If you don't want your streaming query to fail on such cases, set the source option failOnDataLoss to false. / Reason: Partitions Set(events-0, events-1) have been deleted. SQLSTATE: XXKST
        "#]],
    );
    check(
        &reading(".option('subscribe', 'events').option('startingOffsets', 'earliest')"),
        "strict
         run
         process",
        &expect![[r#"
            strict
            run
            process
              STREAM_FAILED: org.apache.kafka.common.errors.UnknownTopicOrPartitionException: This server does not host this topic-partition. SQLSTATE: XXKST
        "#]],
    );
    check(
        &reading(".option('subscribe', 'events').option('startingOffsets', 'earliest')"),
        "produce events 1 2
         run
         process
         delete events
         process
         produce events 3
         restart
         process",
        &expect![[r#"
            produce events 1 2
            run
            process
              batch 0 input=2 null -> {"events":{"0":2}} of {"events":{"0":2}}
                events 0 0 NULL 1
                events 0 1 NULL 2
            delete events
            process
              STREAM_FAILED: org.apache.kafka.common.errors.UnknownTopicOrPartitionException: This server does not host this topic-partition. SQLSTATE: XXKST
            produce events 3
            restart
            process
              STREAM_FAILED: Some data may have been lost because they are not available in Kafka any more; / either the data was aged out by Kafka or the topic may have been deleted before all the data in the / topic was processed. / If you don't want your streaming query to fail on such cases, set the source option failOnDataLoss to false. / Reason: Partition events-0 offset was changed from 2 to 1. / This could either be a user error that the start offset is set too high and this is the first batch, or the kafka topic-partition is broken, and some data may have been missed. SQLSTATE: XXKST
        "#]],
    );
}

#[test]
fn records_that_are_gone_fail_the_query_or_are_left_out() {
    let script = "produce events 1 2 3 4
         run
         process
         produce events 5 6 7 8
         truncate events-0 6
         process";
    check(
        &reading(".option('subscribe', 'events').option('startingOffsets', 'earliest')"),
        script,
        &expect![[r#"
        produce events 1 2 3 4
        run
        process
          batch 0 input=4 null -> {"events":{"0":4}} of {"events":{"0":4}}
            events 0 0 NULL 1
            events 0 1 NULL 2
            events 0 2 NULL 3
            events 0 3 NULL 4
        produce events 5 6 7 8
        truncate events-0 6
        process
          STREAM_FAILED: Some data may have been lost because they are not available in Kafka any more; / either the data was aged out by Kafka or the topic may have been deleted before all the data in the / topic was processed. / If you don't want your streaming query to fail on such cases, set the source option failOnDataLoss to false. / Reason: Could not read records in offset [4, 8) for topic partition events-0 / with consumer group spark-kafka-source-00000000-0000-4000-8000-000000000000-697442972-executor. SQLSTATE: XXKST
    "#]],
    );
    let careless = reading(".option('subscribe', 'events').option('startingOffsets', 'earliest').option('failOnDataLoss', False)");
    check(
        &careless,
        script,
        &expect![[r#"
        produce events 1 2 3 4
        run
        process
          batch 0 input=4 null -> {"events":{"0":4}} of {"events":{"0":4}}
            events 0 0 NULL 1
            events 0 1 NULL 2
            events 0 2 NULL 3
            events 0 3 NULL 4
        produce events 5 6 7 8
        truncate events-0 6
        process
          batch 1 input=2 {"events":{"0":4}} -> {"events":{"0":8}} of {"events":{"0":8}}
            events 0 6 NULL 7
            events 0 7 NULL 8
    "#]],
    );
    check(
        &careless,
        "produce events 1 2
         retain events 60000
         clock 50000
         produce events 3
         clock 20000
         run
         process",
        &expect![[r#"
            produce events 1 2
            retain events 60000
            clock 50000
            produce events 3
            clock 20000
            run
            process
              batch 0 input=1 null -> {"events":{"0":3}} of {"events":{"0":3}}
                events 0 2 NULL 3
        "#]],
    );
}

#[test]
fn brokers_may_be_away_for_a_while() {
    let script = "produce a 1
         run
         process
         down 120000
         process
         clock 100000
         process
         clock 30000
         produce a 2
         process
         down 999999
         process
         clock 190000
         process";
    check(
        &reading(".option('subscribe', 'a').option('startingOffsets', 'earliest')"),
        script,
        &expect![[r#"
        produce a 1
        run
        process
          batch 0 input=1 null -> {"a":{"0":1}} of {"a":{"0":1}}
            a 0 0 NULL 1
        down 120000
        process
        clock 100000
        process
        clock 30000
        produce a 2
        process
          batch 1 input=1 {"a":{"0":1}} -> {"a":{"0":2}} of {"a":{"0":2}}
            a 0 1 NULL 2
        down 999999
        process
        clock 190000
        process
          STREAM_FAILED: org.apache.kafka.common.errors.TimeoutException: Timed out waiting for a node assignment. Call: describeTopics SQLSTATE: XXKST
    "#]],
    );
}
