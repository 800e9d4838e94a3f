//! The command line as a person calls it: `run`, `replay`, `sql`, on real files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a test may stop where it fails")]
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

#[test]
fn run_prints_what_the_driver_prints() {
    let folder = folder("run");
    fs::create_dir_all(folder.join("files/words")).unwrap();
    fs::write(folder.join("files/words/1.txt"), "b\na\nb\n").unwrap();
    let program = "counts = spark.readStream.text(\"/data/words\").groupBy(\"value\").count().orderBy(\"value\")\n\
                   counts.writeStream.outputMode(\"complete\").format(\"console\").start()\nprint(\"started\")\n";
    fs::write(folder.join("program.py"), program).unwrap();
    let out = tidemark(&["run", "program.py", "--files", "files"], &folder, "");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let said = String::from_utf8(out.stdout).unwrap();
    assert!(said.starts_with("started\n"), "{said}");
    assert!(said.contains("Batch: 0") && said.contains("|    a|    1|") && said.contains("|    b|    2|"), "{said}");
}

#[test]
fn run_tells_a_mistake_and_fails() {
    let folder = folder("mistake");
    fs::write(folder.join("program.py"), "df = spark.readStream.format(\"rate\").load()\ndf.show()\n").unwrap();
    let out = tidemark(&["run", "program.py"], &folder, "");
    assert!(!out.status.success());
    let said = String::from_utf8(out.stderr).unwrap();
    assert!(said.contains("Queries with streaming sources must be executed with writeStream.start()") && said.contains("line 2"), "{said}");
}

#[test]
fn run_with_json_writes_one_report_a_line() {
    let folder = folder("json");
    fs::create_dir_all(folder.join("files/n")).unwrap();
    fs::write(folder.join("files/n/1.json"), "{\"v\": 1}\n{\"v\": 2}\n").unwrap();
    let program = "spark.readStream.schema(\"v INT\").json(\"/data/n\").writeStream.format(\"memory\").queryName(\"all\").start()\n";
    fs::write(folder.join("program.py"), program).unwrap();
    let out = tidemark(&["run", "program.py", "--files", "files", "--json"], &folder, "");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let lines: Vec<serde_json::Value> =
        String::from_utf8(out.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().any(|it| it["batchId"] == 0 && it["numInputRows"] == 2), "{lines:?}");
}

/// The files in `tests/parquet` are real Spark's (4.3.0): all types in two files, INT96, gzip, no rows at all.
#[test]
fn run_reads_parquet_files_that_spark_wrote() {
    let folder = folder("golden");
    let program = "def show(path):\n    for row in spark.read.parquet(path).selectExpr('to_json(struct(*)) j').collect():\n        print(row.j)\n\
                   for name in ['all-0', 'all-1', 'int96-0', 'gzip-0', 'empty-0']:\n    show('/golden/' + name + '.parquet')\n";
    fs::write(folder.join("program.py"), program).unwrap();
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parquet=/golden");
    let out = tidemark(&["run", "program.py", "--import", golden], &folder, "");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    expect_test::expect![[r#"
        {"b":true,"y":1,"s":2,"i":3,"l":4,"f":1.5,"d":2.5,"t":"txt","bin":"AQI=","dt":"2024-05-01","ts":"2024-05-01T10:00:00.123Z","ntz":"2024-05-01T10:00:00.123","d9":12.34,"d18":12.34,"d38":12.34,"a":[1,null,3],"m":{"k":1,"z":null},"st":{"x":1,"y":"q"},"nest":[{"x":1,"z":["p"]}],"dti":"INTERVAL '1' DAY","ymi":"INTERVAL '3' MONTH","cal":false,"sn":{}}
        {"cal":true}
        {"ts":"2024-05-01T10:00:00.123Z"}
        {"id":0}
        {"id":1}
        {"id":2}
        {"id":3}
        {"id":4}
    "#]].assert_eq(&String::from_utf8(out.stdout).unwrap());
}

#[test]
fn sql_answers_each_line_with_one_object() {
    let out = tidemark(&["sql"], &folder("sql"), "SELECT 1 + 1\nSELECT nothing\nSELECT upper('a') AS up, NULL AS none\n");
    let said = String::from_utf8(out.stdout).unwrap();
    let lines: Vec<serde_json::Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0], serde_json::json!({"names": ["(1 + 1)"], "types": ["int"], "rows": [[2]]}));
    assert_eq!(lines[1]["error"], "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION");
    assert_eq!(lines[2]["rows"], serde_json::json!([["A", null]]));
}

#[test]
fn replay_prints_the_case_as_this_engine_records_it() {
    let case =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/cases/output-modes/update-emits-only-changed-groups.case");
    assert!(case.exists(), "{} is missing: put the shared folder beside the project", case.display());
    let path = case.to_str().unwrap();
    let printed = tidemark(&["replay", "--print", path], &folder("replay"), "");
    assert_eq!(String::from_utf8(printed.stdout).unwrap().trim(), fs::read_to_string(&case).unwrap().trim());
    assert!(tidemark(&["replay", path], &folder("replay"), "").status.success());
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn tidemark(arguments: &[&str], folder: &PathBuf, input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tidemark"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}
