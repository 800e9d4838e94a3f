//! The driver dies: what is written twice, and that nothing is lost.

use std::collections::BTreeMap;
use std::fmt::Write;

use expect_test::expect;
use proptest::prelude::*;
use tidemark::world::World;

use crate::sink::writing;
use crate::stage::Stage;

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
