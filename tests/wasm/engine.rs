//! What must be the same in every WebAssembly host: results, restarts, determinism, and that nothing panics.

use tidemark::lesson;
use tidemark::pyspark::Playground;
use wasm_bindgen_test::wasm_bindgen_test;

const COUNTS: &str = r#"
from pyspark.sql.functions import window
hits = spark.readStream.schema("page STRING, at TIMESTAMP").json("/data/hits")
query = (hits.withWatermark("at", "1 minute").groupBy(window("at", "1 minute"), "page").count()
    .writeStream.outputMode("append").format("console").option("truncate", False)
    .option("checkpointLocation", "/checkpoint/counts").start())
"#;

fn hit(page: &str, at: &str) -> Vec<u8> {
    format!("{{\"page\": \"{page}\", \"at\": \"2024-05-01T{at}Z\"}}\n").into_bytes()
}

#[wasm_bindgen_test]
fn a_closed_window_is_emitted_once_and_survives_a_restart() {
    let mut playground = Playground::new(1);
    playground.write_file("/data/hits/1.json", hit("a", "12:00:10"));
    assert!(playground.run(COUNTS).diagnostic.is_none());
    assert!(playground.process().is_empty());
    assert!(playground.restart().diagnostic.is_none());
    playground.write_file("/data/hits/2.json", hit("b", "12:05:00"));
    assert!(playground.process().is_empty());
    let said = playground.take_output();
    assert_eq!(said.matches("|{2024-05-01 12:00:00, 2024-05-01 12:01:00}|a   |1    |").count(), 1, "{said}");
    let commit = playground.read_file("/checkpoint/counts/commits/0").map(String::from_utf8);
    assert_eq!(commit, Some(Ok("v1\n{\"nextBatchWatermarkMs\":1714564750000}".to_owned())));
}

#[wasm_bindgen_test]
fn every_example_runs_a_virtual_minute() {
    for example in lesson::examples() {
        let mut playground = Playground::with_world(example.setting.world());
        assert!(playground.run(&example.program).diagnostic.is_none(), "{}", example.title);
        let failed = playground.advance(60_000);
        assert!(failed.is_none(), "{}: {failed:?}", example.title);
        assert!(!playground.reports().is_empty(), "{} ran no batch", example.title);
    }
}

#[wasm_bindgen_test]
fn the_same_seed_gives_the_same_bytes() {
    let run = || {
        let mut playground = Playground::new(5);
        playground
            .run("query = spark.readStream.format('rate').load().writeStream.format('console').start()\nprint(query.id, query.runId)");
        playground.advance(5_000);
        playground.take_output()
    };
    assert_eq!(run(), run());
}

#[wasm_bindgen_test]
fn nothing_that_is_typed_panics() {
    for program in ["", "(", "\0", "x = [", "while True: pass", "def f(): return f()\nf()", "1/0", "spark.read.schema('a INT"] {
        Playground::new(1).run(program);
    }
    Playground::new(1).run(&"(".repeat(3000));
    Playground::new(1).run(&"spark.".repeat(1000));
    let mut playground = Playground::new(1);
    playground.write_file("/data/x/1.json", (0..=255).collect());
    playground.run("spark.readStream.schema('a INT, b STRING').json('/data/x').writeStream.format('console').start()");
    playground.process();
}
