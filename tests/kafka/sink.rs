//! The sink: rows become records, of streams and of batches.

use expect_test::Expect;
use expect_test::expect;

use crate::stage::Stage;
use crate::stage::check;

/// A rate of rows written to a topic.
pub fn writing(columns: &str, options: &str) -> String {
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
