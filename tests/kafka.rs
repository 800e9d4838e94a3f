//! Kafka as a program meets it: scripts of what happens to the cluster and the driver, and what the query makes of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop where it fails")]

use expect_test::{Expect, expect};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;
use tidemark::pyspark::Playground;
use tidemark::types::arrow::value_at;
use tidemark::types::{Zone, display::cast_string};
use tidemark::world::{CrashPoint, Fault, Message, Simulated, TopicPartition, World};

/// A program in its world, and what was told of it so far.
struct Stage {
    playground: Playground,
    program: String,
    told: usize,
    text: String,
}

impl Stage {
    fn new(program: &str) -> Self {
        let playground = Playground::with_world(Simulated::new(1, 1_714_903_200_000));
        Self { playground, program: program.to_owned(), told: 0, text: String::new() }
    }

    /// One line of a script.
    fn play(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |at: usize| words[at].parse::<i64>().unwrap();
        let cluster = self.playground.world_mut().cluster_mut();
        match words[0] {
            "produce" => {
                let message = |word: &&str| match word.split_once(':') {
                    Some((key, value)) => Message::text(Some(key), value),
                    None => Message::text(None, word),
                };
                words[2..].iter().map(message).for_each(|message| self.playground.world_mut().produce(words[1], message));
            }
            "topic" => cluster.set_partitions(words[1], number(2) as i32),
            "delete" => assert!(cluster.delete(words[1])),
            "strict" => cluster.set_strict(true),
            "truncate" => cluster.truncate(&partition(words[1]), number(2)),
            "retain" => cluster.set_retention(words[1], Some(number(2))),
            "down" => {
                let until_ms = self.playground.world().now_ms() + number(1);
                self.playground.world_mut().cluster_mut().set_down_until_ms(Some(until_ms));
            }
            "clock" => {
                let until_ms = self.playground.world().now_ms() + number(1);
                self.playground.world_mut().advance_to(until_ms);
            }
            "crash" => {
                let point = match words[1] {
                    "BeforeOffsetLog" => CrashPoint::BeforeOffsetLog,
                    "AfterOffsetLog" => CrashPoint::AfterOffsetLog,
                    "DuringSink" => CrashPoint::DuringSink,
                    _ => CrashPoint::BeforeCommit,
                };
                self.playground.world_mut().plan_fault(Fault { point, batch_id: None });
            }
            "run" => {
                let program = self.program.clone();
                let raised = self.playground.run(&program).diagnostic;
                self.say(raised);
            }
            "restart" => {
                let raised = self.playground.restart().diagnostic;
                self.say(raised);
            }
            "process" => {
                for failure in self.playground.process() {
                    self.say(Some(failure));
                }
                if self.playground.take_crashed() {
                    self.text.push_str("  the driver died\n");
                }
                self.tell();
            }
            "file" => {
                let bytes = self.playground.read_file(words[1]).unwrap();
                writeln!(self.text, "  {}", String::from_utf8(bytes).unwrap().replace('\0', "\\0").replace('\n', "\\n")).unwrap();
            }
            "topics" => self.text.push_str(&records(self.playground.world())),
            _ => panic!("{line}"),
        }
    }

    fn say(&mut self, raised: Option<Box<tidemark::diag::Diagnostic>>) {
        let printed = self.playground.take_output();
        printed.lines().filter(|line| !line.is_empty()).for_each(|line| writeln!(self.text, "  {line}").unwrap());
        if let Some(raised) = raised {
            let text = raised.message.split("terminated with exception: ").last().unwrap_or_default();
            writeln!(self.text, "  {}: {}", raised.headline(), text.replace('\n', " / ")).unwrap();
        }
    }

    /// The batches that were not told yet: offsets, what the source says of itself, rows.
    fn tell(&mut self) {
        let reports = self.playground.reports();
        for report in &reports[self.told..] {
            write!(self.text, "  batch {} input={}", report.batch_id, report.input_rows).unwrap();
            for source in &report.sources {
                let offset = |offset: &Option<String>| offset.clone().unwrap_or_else(|| "null".to_owned());
                write!(self.text, " {} -> {} of {}", offset(&source.start), offset(&source.end), offset(&source.latest)).unwrap();
            }
            self.text.push('\n');
            for row in 0..report.rows.num_rows() {
                let cell = |at: usize| {
                    let field = &report.schema.fields[at];
                    let value = value_at(report.rows.column(at), row, &field.data_type);
                    cast_string(&value, &field.data_type, &Zone::utc()).unwrap_or_else(|| "NULL".to_owned())
                };
                let cells: Vec<String> = (0..report.schema.fields.len()).map(cell).collect();
                writeln!(self.text, "    {}", cells.join(" ")).unwrap();
            }
        }
        self.told = reports.len();
    }
}

fn partition(text: &str) -> TopicPartition {
    let (topic, number) = text.rsplit_once('-').unwrap();
    TopicPartition::new(topic, number.parse().unwrap())
}

/// All that is in the cluster.
fn records(world: &Simulated) -> String {
    let mut text = String::new();
    let shown =
        |bytes: &Option<Vec<u8>>| bytes.as_ref().map_or_else(|| "-".to_owned(), |bytes| String::from_utf8_lossy(bytes).into_owned());
    for (name, topic) in world.cluster().topics().unwrap() {
        for number in 0..topic.partitions() {
            let records = topic.partition(number).unwrap().records(0, i64::MAX);
            let records = records.map(|record| {
                let headers: Vec<String> = record.headers.iter().map(|(key, value)| format!("{key}={}", shown(value))).collect();
                format!(" {}@{}:{}{}", record.offset, shown(&record.key), shown(&record.value), headers.join(","))
            });
            writeln!(text, "  {name}-{number}{}", records.collect::<String>()).unwrap();
        }
    }
    text
}

fn check(program: &str, script: &str, expected: &Expect) {
    let mut stage = Stage::new(program);
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        writeln!(stage.text, "{line}").unwrap();
        stage.play(line);
    }
    expected.assert_eq(&stage.text);
}

/// A reader of topics with these options, written to a sink that keeps all.
fn reading(options: &str) -> String {
    format!(
        "df = (spark.readStream.format('kafka').option('kafka.bootstrap.servers', 'b:9092'){options}.load()\n  .selectExpr('topic', 'partition', 'offset', 'string(key)', 'string(value)'))\nq = df.writeStream.option('checkpointLocation', '/c').format('noop').start()"
    )
}

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

/// A rate of rows written to a topic.
fn writing(columns: &str, options: &str) -> String {
    format!(
        "df = spark.readStream.schema('id INT, topic STRING, k STRING').json('/in').selectExpr({columns})\nq = (df.writeStream.format('kafka').option('kafka.bootstrap.servers', 'b'){options}\n  .option('checkpointLocation', '/c').start())"
    )
}

#[test]
fn rows_are_written_to_topics() {
    let rows = "{\"id\":1,\"topic\":\"a\",\"k\":\"x\"}\n{\"id\":2,\"topic\":\"b\"}\n{\"id\":3}\n{\"id\":4,\"topic\":\"a\"}\n";
    let checked = |columns: &str, options: &str, expected: &Expect| {
        let mut stage = Stage::new(&writing(columns, options));
        stage.playground.write_file("/in/1.json", rows.as_bytes().to_vec());
        ["topic a 2", "run", "process", "topics"].iter().for_each(|line| stage.play(line));
        let sink = stage.playground.reports().last().map(|report| report.progress.split("\"sink\":").nth(1).unwrap_or_default().to_owned());
        expected.assert_eq(&format!("{columns}\n{}{}\n", stage.text, sink.unwrap_or_default()));
    };
    checked(
        "'k AS key', 'string(id) AS value'",
        ".option('topic', 'a')",
        &expect![[r#"
            'k AS key', 'string(id) AS value'
              batch 0 input=4 null -> {"logOffset":0} of null
                x 1
                NULL 2
                NULL 3
                NULL 4
              a-0 0@x:1 1@-:2 2@-:3 3@-:4
              a-1
            {"description":"org.apache.spark.sql.kafka010.KafkaSourceProvider$KafkaTable@4c3d0d5b","numOutputRows":4}}
        "#]],
    );
    checked(
        "'topic', 'string(id) AS value'",
        "",
        &expect![[r#"
            'topic', 'string(id) AS value'
              STREAM_FAILED: The Kafka message data sent to the producer contains a null topic. Use the `topic` option for setting a default topic. SQLSTATE: XXKST
              a-0 0@-:1
              a-1
              b-0 0@-:2

        "#]],
    );
    checked(
        "'string(id) AS value', 'id % 2 AS partition'",
        ".option('topic', 'a')",
        &expect![[r#"
            'string(id) AS value', 'id % 2 AS partition'
              batch 0 input=4 null -> {"logOffset":0} of null
                1 1
                2 0
                3 1
                4 0
              a-0 0@-:2 1@-:4
              a-1 0@-:1 1@-:3
            {"description":"org.apache.spark.sql.kafka010.KafkaSourceProvider$KafkaTable@4c3d0d5b","numOutputRows":4}}
        "#]],
    );
    checked(
        "'string(id) AS value', 'id AS partition'",
        ".option('topic', 'a')",
        &expect![[r#"
            'string(id) AS value', 'id AS partition'
              STREAM_FAILED: Partition 2 of topic a with partition count 2 is not present in metadata after 60000 ms. SQLSTATE: XXKST
              a-0
              a-1

        "#]],
    );
    checked(
        "'string(id) AS value', 'array(named_struct(\\'key\\', k, \\'value\\', binary(\\'h\\'))) AS headers'",
        ".option('topic', 'a')",
        &expect![[r#"
            'string(id) AS value', 'array(named_struct(\'key\', k, \'value\', binary(\'h\'))) AS headers'
              batch 0 input=4 null -> {"logOffset":0} of null
                1 [{x, h}]
                2 [{null, h}]
                3 [{null, h}]
                4 [{null, h}]
              a-0 0@-:1x=h 1@-:2 2@-:3 3@-:4
              a-1
            {"description":"org.apache.spark.sql.kafka010.KafkaSourceProvider$KafkaTable@4c3d0d5b","numOutputRows":4}}
        "#]],
    );
    checked(
        "'string(id) AS value'",
        "",
        &expect![[r#"
            'string(id) AS value'
              STREAM_FAILED: topic option required when no 'topic' attribute is present. Use the topic option for setting a topic. SQLSTATE: XXKST
              a-0
              a-1

        "#]],
    );
    checked(
        "'string(id) AS v'",
        ".option('topic', 'a')",
        &expect![[r#"
            'string(id) AS v'
              STREAM_FAILED: Required attribute 'value' not found SQLSTATE: XXKST
              a-0
              a-1

        "#]],
    );
    checked(
        "'id AS value'",
        ".option('topic', 'a')",
        &expect![[r#"
            'id AS value'
              STREAM_FAILED: value attribute unsupported type int. value must be a(n) string or binary SQLSTATE: XXKST
              a-0
              a-1

        "#]],
    );
    checked(
        "'string(id) AS value'",
        ".option('topic', 'a').option('kafka.key.serializer', 'x')",
        &expect![[r#"
            'string(id) AS value'
              STREAM_FAILED: Kafka option 'key.serializer' is not supported as keys are serialized with ByteArraySerializer. SQLSTATE: XXKST
              a-0
              a-1

        "#]],
    );
}

#[test]
fn a_batch_that_runs_again_is_in_the_topic_twice() {
    let mut stage = Stage::new(&writing("'string(id) AS value'", ".option('topic', 'a')"));
    stage.playground.write_file("/in/1.json", b"{\"id\":1}\n{\"id\":2}\n".to_vec());
    for line in ["crash BeforeCommit", "run", "process", "topics", "restart", "process", "topics"] {
        writeln!(stage.text, "{line}").unwrap();
        stage.play(line);
    }
    expect![[r#"
        crash BeforeCommit
        run
        process
          the driver died
        topics
          a-0 0@-:1 1@-:2
        restart
        process
          batch 0 input=2 null -> {"logOffset":0} of null
            1
            2
        topics
          a-0 0@-:1 1@-:2 2@-:1 3@-:2
    "#]]
    .assert_eq(&stage.text);
}

#[test]
fn batches_are_written_too() {
    let write = |mode: &str| {
        format!(
            "df = spark.range(2).selectExpr('string(id) AS key', 'string(id * 10) AS value')\ndf.write.format('kafka').option('kafka.bootstrap.servers', 'b').option('topic', 'a'){mode}.save()"
        )
    };
    check(
        &write(""),
        "run\ntopics",
        &expect![[r#"
        run
        topics
          a-0 0@0:0 1@1:10
    "#]],
    );
    check(
        &write(".mode('append')"),
        "run\ntopics",
        &expect![[r#"
        run
        topics
          a-0 0@0:0 1@1:10
    "#]],
    );
    check(
        &write(".mode('overwrite')"),
        "run\ntopics",
        &expect![[r#"
        run
          _LEGACY_ERROR_TEMP_3081: Save mode Overwrite not allowed for Kafka. Allowed save modes are Append and ErrorIfExists (default).
        topics
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

/// What a run of steps and deaths leaves in the sink's topic: for each record how often it is there.
fn copied(steps: &[u8]) -> BTreeMap<String, usize> {
    let program = "df = spark.readStream.format('kafka').option('kafka.bootstrap.servers', 'b').option('subscribe', 'in').option('startingOffsets', 'earliest').option('maxOffsetsPerTrigger', 3).load()\nq = df.selectExpr('key', 'value').writeStream.format('kafka').option('kafka.bootstrap.servers', 'b').option('topic', 'out').option('checkpointLocation', '/c').start()";
    let mut stage = Stage::new(program);
    stage.play("topic in 2");
    stage.play("run");
    for (at, step) in steps.iter().enumerate() {
        match step % 7 {
            0 | 1 => stage.play(&format!("produce in {at}:a{at} b{at}")),
            2 => stage.play("process"),
            3 => stage.play("restart"),
            death => {
                let points = ["BeforeOffsetLog", "AfterOffsetLog", "DuringSink", "BeforeCommit"];
                stage.play(&format!("crash {}", points[usize::from(death + step / 7) % 4]));
                stage.play("process");
                stage.play("restart");
            }
        }
    }
    // Deaths that found no batch to die in are still to come.
    for _ in 0..=steps.len() {
        stage.play("process");
        stage.play("restart");
    }
    stage.play("process");
    let mut counts = BTreeMap::new();
    let world = stage.playground.world();
    let topic = |name: &str| world.cluster().topics().unwrap().find(|(known, _)| *known == name).map(|(_, topic)| topic.clone());
    for (name, weight) in [("in", 0), ("out", 1)] {
        for record in topic(name)
            .iter()
            .flat_map(|topic| (0..topic.partitions()).flat_map(|number| topic.partition(number).unwrap().records(0, i64::MAX)))
        {
            *counts.entry(String::from_utf8(record.value.clone().unwrap()).unwrap()).or_default() += weight;
        }
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn nothing_is_lost_wherever_the_driver_dies(steps in prop::collection::vec(any::<u8>(), 1..24)) {
        let counts = copied(&steps);
        prop_assert!(counts.values().all(|count| *count >= 1), "{counts:?}");
        let dies = steps.iter().any(|step| step % 7 >= 4);
        prop_assert!(dies || counts.values().all(|count| *count == 1), "{counts:?}");
    }
}
