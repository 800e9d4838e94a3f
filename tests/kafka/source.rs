//! The source: where it begins, how much it takes, what a batch reads, what it tells of itself.

use expect_test::expect;

use crate::stage::Stage;
use crate::stage::check;
use crate::stage::reading;

#[test]
fn a_stream_begins_at_its_starting_offsets_once() {
    check(
        &reading(".option('subscribe', 'events')"),
        "topic events 2
         produce events a:1 b:2 a:3
         run
         process
         file /c/sources/0/0
         produce events a:4 b:5
         process
         restart
         process
         produce events c:6
         process",
        &expect![[r#"
            topic events 2
            produce events a:1 b:2 a:3
            run
            process
              batch 0 input=0 null -> {"events":{"0":3,"1":0}} of {"events":{"0":3,"1":0}}
            file /c/sources/0/0
              \0v1\n{"events":{"0":3,"1":0}}
            produce events a:4 b:5
            process
              batch 1 input=2 {"events":{"0":3,"1":0}} -> {"events":{"0":5,"1":0}} of {"events":{"0":5,"1":0}}
                events 0 3 a 4
                events 0 4 b 5
            restart
            process
            produce events c:6
            process
              batch 2 input=1 {"events":{"0":5,"1":0}} -> {"events":{"0":6,"1":0}} of {"events":{"0":6,"1":0}}
                events 0 5 c 6
        "#]],
    );
    check(
        &reading(".option('subscribe', 'events').option('startingOffsets', '{\"events\":{\"0\":1,\"1\":-2}}')"),
        "topic events 2
         produce events a:1 b:2 a:3
         run
         process
         topic events 3
         restart
         process",
        &expect![[r#"
            topic events 2
            produce events a:1 b:2 a:3
            run
            process
              batch 0 input=2 null -> {"events":{"0":3,"1":0}} of {"events":{"0":3,"1":0}}
                events 0 1 b 2
                events 0 2 a 3
            topic events 3
            restart
            process
              batch 1 input=0 {"events":{"0":3,"1":0}} -> {"events":{"0":3,"1":0,"2":0}} of {"events":{"0":3,"1":0,"2":0}}
        "#]],
    );
    check(
        &reading(".option('subscribe', 'events').option('startingOffsets', '{\"events\":{\"0\":1}}')"),
        "topic events 2
         run
         process",
        &expect![[r#"
            topic events 2
            run
            process
              STREAM_FAILED: assertion failed: If startingOffsets contains specific offsets, you must specify all TopicPartitions. / Use -1 for latest, -2 for earliest, if you don't care. / Specified: Set(events-0) Assigned: Set(events-0, events-1) SQLSTATE: XXKST
        "#]],
    );
}

#[test]
fn limits_and_available_now() {
    check(
        &reading(".option('subscribe', 'a,b').option('startingOffsets', 'earliest').option('maxOffsetsPerTrigger', 4)"),
        "produce a 1 2 3 4 5 6
         produce b 7
         run
         process",
        &expect![[r#"
            produce a 1 2 3 4 5 6
            produce b 7
            run
            process
              batch 0 input=4 null -> {"a":{"0":3},"b":{"0":1}} of {"a":{"0":6},"b":{"0":1}}
                a 0 0 NULL 1
                a 0 1 NULL 2
                a 0 2 NULL 3
                b 0 0 NULL 7
              batch 1 input=3 {"a":{"0":3},"b":{"0":1}} -> {"a":{"0":6},"b":{"0":1}} of {"a":{"0":6},"b":{"0":1}}
                a 0 3 NULL 4
                a 0 4 NULL 5
                a 0 5 NULL 6
        "#]],
    );
    check(
        &reading(
            ".option('subscribe', 'a').option('startingOffsets', 'earliest').option('minOffsetsPerTrigger', 3).option('maxTriggerDelay', '1m')",
        ),
        "produce a 1
         run
         process
         produce a 2 3
         process
         produce a 4
         process
         produce a 5
         process
         clock 60000
         process",
        &expect![[r#"
            produce a 1
            run
            process
              batch 0 input=1 null -> {"a":{"0":1}} of {"a":{"0":1}}
                a 0 0 NULL 1
            produce a 2 3
            process
            produce a 4
            process
              batch 1 input=3 {"a":{"0":1}} -> {"a":{"0":4}} of {"a":{"0":4}}
                a 0 1 NULL 2
                a 0 2 NULL 3
                a 0 3 NULL 4
            produce a 5
            process
            clock 60000
            process
              batch 2 input=1 {"a":{"0":4}} -> {"a":{"0":5}} of {"a":{"0":5}}
                a 0 4 NULL 5
        "#]],
    );
    let available_now = reading(".option('assign', '{\"a\":[1]}').option('startingOffsets', 'earliest').option('maxOffsetsPerTrigger', 2)")
        .replace(".start()", ".trigger(availableNow=True).start()");
    check(
        &available_now,
        "topic a 2
         produce a 1 2 3 4 5 6
         run
         process
         produce a 7 8
         restart
         process",
        &expect![[r#"
            topic a 2
            produce a 1 2 3 4 5 6
            run
            process
              batch 0 input=2 null -> {"a":{"1":2}} of {"a":{"1":3}}
                a 1 0 NULL 2
                a 1 1 NULL 4
              batch 1 input=1 {"a":{"1":2}} -> {"a":{"1":3}} of {"a":{"1":3}}
                a 1 2 NULL 6
            produce a 7 8
            restart
            process
              batch 2 input=1 {"a":{"1":3}} -> {"a":{"1":4}} of {"a":{"1":4}}
                a 1 3 NULL 8
        "#]],
    );
}

#[test]
fn times_say_where_to_begin_and_columns_are_those_of_kafka() {
    let program = "df = spark.readStream.format('kafka').option('kafka.bootstrap.servers', 'b').option('subscribe', 'a').option('includeHeaders', 'true')";
    let program =
        format!("{program}.option('startingTimestamp', 1714903205000).load()\ndf.printSchema()\nq = df.writeStream.format('noop').start()");
    let script = "produce a 1
         clock 5000
         produce a k:2
         run
         process";
    check(
        &program,
        script,
        &expect![[r#"
            produce a 1
            clock 5000
            produce a k:2
            run
              root
               |-- key: binary (nullable = true)
               |-- value: binary (nullable = true)
               |-- topic: string (nullable = true)
               |-- partition: integer (nullable = true)
               |-- offset: long (nullable = true)
               |-- timestamp: timestamp (nullable = true)
               |-- timestampType: integer (nullable = true)
               |-- headers: array (nullable = true)
               |    |-- element: struct (containsNull = true)
               |    |    |-- key: string (nullable = true)
               |    |    |-- value: binary (nullable = true)
            process
              batch 0 input=1 null -> {"a":{"0":2}} of {"a":{"0":2}}
                k 2 a 0 1 2024-05-05 10:00:05 0 NULL
        "#]],
    );
    let too_late = program.replace("1714903205000", "1714999999000");
    check(
        &too_late,
        script,
        &expect![[r#"
            produce a 1
            clock 5000
            produce a k:2
            run
              root
               |-- key: binary (nullable = true)
               |-- value: binary (nullable = true)
               |-- topic: string (nullable = true)
               |-- partition: integer (nullable = true)
               |-- offset: long (nullable = true)
               |-- timestamp: timestamp (nullable = true)
               |-- timestampType: integer (nullable = true)
               |-- headers: array (nullable = true)
               |    |-- element: struct (containsNull = true)
               |    |    |-- key: string (nullable = true)
               |    |    |-- value: binary (nullable = true)
            process
              STREAM_FAILED: No offset matched from request of topic-partition a-0 and timestamp 1714999999000. SQLSTATE: XXKST
        "#]],
    );
    check(
        &too_late.replace(".load()", ".option('startingOffsetsByTimestampStrategy', 'latest').load()"),
        script,
        &expect![[r#"
            produce a 1
            clock 5000
            produce a k:2
            run
              root
               |-- key: binary (nullable = true)
               |-- value: binary (nullable = true)
               |-- topic: string (nullable = true)
               |-- partition: integer (nullable = true)
               |-- offset: long (nullable = true)
               |-- timestamp: timestamp (nullable = true)
               |-- timestampType: integer (nullable = true)
               |-- headers: array (nullable = true)
               |    |-- element: struct (containsNull = true)
               |    |    |-- key: string (nullable = true)
               |    |    |-- value: binary (nullable = true)
            process
              batch 0 input=0 null -> {"a":{"0":2}} of {"a":{"0":2}}
        "#]],
    );
}

#[test]
fn a_batch_reads_between_two_offsets() {
    let show = |options: &str| {
        format!(
            "spark.read.format('kafka').option('kafka.bootstrap.servers', 'b'){options}.load().selectExpr('topic', 'partition', 'offset', 'string(value)').show()"
        )
    };
    let script = "topic a 2
         produce a 1 2 3 4 5
         run";
    check(
        &show(".option('subscribe', 'a')"),
        script,
        &expect![[r#"
            topic a 2
            produce a 1 2 3 4 5
            run
              +-----+---------+------+-----+
              |topic|partition|offset|value|
              +-----+---------+------+-----+
              |    a|        0|     0|    1|
              |    a|        0|     1|    3|
              |    a|        0|     2|    5|
              |    a|        1|     0|    2|
              |    a|        1|     1|    4|
              +-----+---------+------+-----+
        "#]],
    );
    let between = ".option('startingOffsets', '{\"a\":{\"0\":1,\"1\":-2}}').option('endingOffsets', '{\"a\":{\"0\":-1,\"1\":1}}')";
    check(
        &show(&format!(".option('subscribe', 'a'){between}")),
        script,
        &expect![[r#"
            topic a 2
            produce a 1 2 3 4 5
            run
              +-----+---------+------+-----+
              |topic|partition|offset|value|
              +-----+---------+------+-----+
              |    a|        0|     1|    3|
              |    a|        0|     2|    5|
              |    a|        1|     0|    2|
              +-----+---------+------+-----+
        "#]],
    );
    check(
        &show(".option('subscribe', 'a').option('endingOffsets', '{\"a\":{\"0\":1}}')"),
        script,
        &expect![[r#"
        topic a 2
        produce a 1 2 3 4 5
        run
          KAFKA_START_OFFSET_DOES_NOT_MATCH_ASSIGNED: Partitions specified for Kafka start offsets don't match what are assigned. Maybe topic partitions are created  / or deleted while the query is running. Use -1 for latest, -2 for earliest. / Specified: Set(a-0) Assigned: Set(a-0, a-1)
    "#]],
    );
    check(
        &show(".option('subscribe', 'none')"),
        script,
        &expect![[r#"
        topic a 2
        produce a 1 2 3 4 5
        run
          ExecutionException: org.apache.kafka.common.errors.UnknownTopicOrPartitionException: This server does not host this topic-partition.
    "#]],
    );
}

#[test]
fn progress_tells_how_far_behind_the_query_is() {
    let mut stage =
        Stage::new(&reading(".option('subscribe', 'a,b').option('startingOffsets', 'earliest').option('maxOffsetsPerTrigger', 2)"));
    ["produce a 1 2 3", "produce b 4 5", "run", "process"].iter().for_each(|line| stage.play(line));
    let first = stage.playground.reports()[0].progress.split("\"sources\":").nth(1).unwrap().to_owned();
    expect![[r#"[{"description":"KafkaV2[Subscribe[a, b]]","startOffset":null,"endOffset":{"a":{"0":1},"b":{"0":1}},"latestOffset":{"a":{"0":3},"b":{"0":2}},"numInputRows":2,"inputRowsPerSecond":0.0,"processedRowsPerSecond":42.6,"metrics":{"avgOffsetsBehindLatest":"1.5","maxOffsetsBehindLatest":"2","minOffsetsBehindLatest":"1"}}],"sink":{"description":"NoopTable","numOutputRows":2}}"#]].assert_eq(&first);
}

#[test]
fn kinesis_reads_the_same_brokers() {
    let program = "df = (spark.readStream.format('kinesis').option('streamName', 's').option('region', 'eu-west-1').option('initialPosition', 'trim_horizon').load())\ndf.printSchema()\nq = df.writeStream.format('noop').start()";
    check(
        program,
        "produce s k:1\nrun\nprocess",
        &expect![[r#"
            produce s k:1
            run
              root
               |-- partitionKey: string (nullable = true)
               |-- data: binary (nullable = true)
               |-- stream: string (nullable = true)
               |-- shardId: string (nullable = true)
               |-- sequenceNumber: string (nullable = true)
               |-- approximateArrivalTimestamp: timestamp (nullable = true)
            process
              batch 0 input=1 null -> {"s":{"0":1}} of {"s":{"0":1}}
                k 1 s shardId-000000000000 00000000000000000000000000000000000000000000000000000000 2024-05-05 10:00:00
        "#]],
    );
    check(
        "spark.readStream.format('kinesis').load()",
        "run",
        &expect![[r#"
        run
          IllegalArgumentException: Option 'streamName' must be specified for Kinesis source
    "#]],
    );
}
