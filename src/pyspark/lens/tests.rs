//! The lens on programs in several layouts: what it reads, and that an edit keeps every other byte.

use super::{cards, edit};
use expect_test::{Expect, expect};

const PROGRAM: &str = r#"# Clicks by action
from pyspark.sql.functions import window, col
delay = '10 seconds'
clicks = spark.readStream.schema("ts TIMESTAMP, action STRING").json("/data/clicks")  # a folder
counts = (
    clicks.withWatermark("ts", delay)   # wait for stragglers
    .where(col("action") != "test")
    .groupBy(window("ts", "1 minute"), "action")
    .count()
)
query = (counts.writeStream
    .format("console")  # print
    .outputMode("update")
    .start())
"#;

fn check(program: &str, expected: &Expect) {
    let lines: Vec<String> = cards(program)
        .into_iter()
        .map(|card| {
            let fields: Vec<String> = card.fields.iter().map(|it| format!("{}={}", it.name, it.value)).collect();
            format!("{}: {} | {} | {}\n", card.kind, card.title, card.summary, fields.join("; "))
        })
        .collect();
    expected.assert_eq(&lines.concat());
}

#[test]
fn reads_a_query_through_variables_and_layout() {
    check(
        PROGRAM,
        &expect![[r#"
            source: Json | /data/clicks | schema=ts TIMESTAMP, action STRING; path=/data/clicks
            watermark: Watermark | ts, 10 seconds | column=ts; delay=10 seconds
            step: where | col("action") != "test" | arguments=col("action") != "test"
            window: Window | ts, 1 minute | column=ts; duration=1 minute; slide=
            keys: Group by | action | key2=action
            aggregate: Aggregate | count() | function=count
            mode: Output mode | update | mode=update
            trigger: Trigger | as soon as the batch before is done | kind=processingTime; interval=
            sink: Console |  | format=console; checkpointLocation=
        "#]],
    );
}

#[test]
fn reads_a_query_in_one_line_with_backslashes() {
    check(
        "q = spark.readStream \\\n  .format('socket').option('host', 'localhost').option(\"port\", 9999).load() \\\n  .writeStream.queryName('q').trigger(processingTime='5 seconds').format('memory').start()\nq.awaitTermination()",
        &expect![[r#"
            source: Socket | localhost:9999 | format=socket; host=localhost; port=9999
            mode: Output mode | append | mode=append
            trigger: Trigger | every 5 seconds | kind=processingTime; interval=5 seconds
            sink: Memory | q | queryName=q; format=memory; checkpointLocation=
        "#]],
    );
}

#[test]
fn an_edit_keeps_every_other_byte() {
    for (at, card) in cards(PROGRAM).iter().enumerate() {
        for field in &card.fields {
            let value = match field.name.as_str() {
                "kind" => "availableNow",
                "function" => "max",
                _ => "42 hours",
            };
            let (edited, span) = edit(PROGRAM, at, &field.name, value).expect("an edit");
            let tail = edited.len() - span.end as usize;
            assert_eq!(&edited[..span.start as usize], &PROGRAM[..span.start as usize], "{}", field.name);
            assert_eq!(&edited[span.end as usize..], &PROGRAM[PROGRAM.len() - tail..], "{}", field.name);
            assert!(ruff_python_parser::parse_module(&edited).is_ok() || field.span.is_some(), "{edited}");
            if value == "42 hours" {
                let after = cards(&edited);
                assert!(after.iter().any(|it| it.fields.iter().any(|it| it.value == "42 hours")), "{} in {edited}", field.name);
            }
        }
    }
}

fn check_edit(program: &str, kind: &str, field: &str, value: &str, expected: &Expect) {
    let at = cards(program).iter().position(|it| it.kind == kind).expect("the card");
    expected.assert_eq(&edit(program, at, field, value).expect("an edit").0);
}

#[test]
fn edits_literals_and_inserts_calls() {
    check_edit(
        "df = spark.readStream.table('t')\nq = df.writeStream.format('console').start()",
        "mode",
        "mode",
        "complete",
        &expect![[r#"
        df = spark.readStream.table('t')
        q = df.writeStream.format('console').outputMode("complete").start()"#]],
    );
    check_edit(
        "q = spark.readStream.table('t').writeStream \\\n    .format('console') \\\n    .start()",
        "trigger",
        "interval",
        "1 minute",
        &expect![[r#"
        q = spark.readStream.table('t').writeStream \
            .format('console') \
            .trigger(processingTime="1 minute") \
            .start()"#]],
    );
    check_edit(
        "d = '5 seconds' # why\nq = spark.readStream.table('t').withWatermark('ts', d).writeStream.start()",
        "watermark",
        "delay",
        "it's",
        &expect![[r#"
        d = 'it\'s' # why
        q = spark.readStream.table('t').withWatermark('ts', d).writeStream.start()"#]],
    );
    check_edit(
        "q = spark.readStream.table('t').groupBy(F.window(F.col('ts'), '1 hour')).count().writeStream.start()",
        "watermark",
        "delay",
        "5 minutes",
        &expect![[r#"
        q = spark.readStream.table('t').withWatermark("ts", "5 minutes").groupBy(F.window(F.col('ts'), '1 hour')).count().writeStream.start()"#]],
    );
    check_edit(
        "q = spark.readStream.table('t').groupBy(F.window('ts', '1 hour')).count().writeStream.trigger(once=True).start()",
        "trigger",
        "kind",
        "availableNow",
        &expect![[r#"
        q = spark.readStream.table('t').groupBy(F.window('ts', '1 hour')).count().writeStream.trigger(availableNow=True).start()"#]],
    );
}
