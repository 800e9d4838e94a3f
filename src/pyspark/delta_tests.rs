//! Delta tables, catalog tables and databases as programs use them: scripts of steps, restarts and crashes, and what stands afterwards.

use crate::pyspark::Playground;
use crate::world::CrashPoint;
use crate::world::Fault;
use crate::world::World;
use expect_test::Expect;
use expect_test::expect;

/// Runs a script, a command a line, and gives what was printed, raised and asked for:
/// `offset BATCH` (of the checkpoint `/c`), `file PATH TEXT`, `process`, `restart`, `crash POINT BATCH` (in the next batches), `files FOLDER`, `show PATH`; any other line is Python.
fn run(program: &str, script: &str) -> String {
    let mut playground = Playground::new(1);
    playground.world_mut().disk_mut().make_folder("/data/orders");
    let mut out = String::new();
    tell(&mut playground, program, &mut out);
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        command(&mut playground, line, &mut out);
    }
    out
}

fn command(playground: &mut Playground, line: &str, out: &mut String) {
    let words: Vec<&str> = line.splitn(3, ' ').collect();
    match words.as_slice() {
        ["file", path, text] => playground.write_file(path, format!("{}\n", text.replace(';', "\n")).into_bytes()),
        ["process"] => process(playground, out),
        ["restart"] => {
            let outcome = playground.restart();
            out.push_str(&playground.take_output());
            if let Some(error) = outcome.diagnostic {
                out.push_str(&format!("{error}\n"));
            }
        }
        ["crash", point, batch] => {
            let points = [CrashPoint::BeforeOffsetLog, CrashPoint::AfterOffsetLog, CrashPoint::DuringSink, CrashPoint::BeforeCommit];
            let point = points.into_iter().find(|it| format!("{it:?}") == **point).unwrap();
            playground.world_mut().plan_fault(Fault { point, batch_id: batch.parse().ok() });
        }
        ["files", folder] => {
            let names: Vec<String> = playground.world().disk().files_under(folder).map(|file| masked(&file.path)).collect();
            out.push_str(&format!("{}\n", names.join("\n")));
        }
        ["offset", batch] => {
            let text = playground.read_file(&format!("/c/offsets/{batch}")).unwrap_or_default();
            out.push_str(&format!("{}\n", masked(String::from_utf8_lossy(&text).lines().last().unwrap_or_default())));
        }
        ["show", path] => out.push_str(&masked(&String::from_utf8_lossy(&playground.read_file(path).unwrap_or_default()))),
        _ => tell(playground, line, out),
    }
}

/// All queries process what is there; a crash is followed by a restart.
fn process(playground: &mut Playground, out: &mut String) {
    loop {
        for failure in playground.process() {
            out.push_str(&format!("{}\n", masked(&failure.to_string())));
        }
        out.push_str(&playground.take_output());
        if !playground.take_crashed() {
            return;
        }
        out.push_str("crashed\n");
        playground.restart();
    }
}

fn tell(playground: &mut Playground, program: &str, out: &mut String) {
    let outcome = playground.run(program);
    out.push_str(&playground.take_output());
    if let Some(error) = outcome.diagnostic {
        out.push_str(&format!("{}\n", masked(&error.to_string())));
    }
}

/// The text with a word for each id and size, without blanks at the ends of lines.
fn masked(text: &str) -> String {
    let uuid = fancy_regex::Regex::new("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").unwrap();
    let size = fancy_regex::Regex::new(r#""(size|numOutputBytes)":"?[0-9]+"?"#).unwrap();
    let masked = size.replace_all(&uuid.replace_all(text, "ID"), "\"$1\":N").into_owned();
    masked.split('\n').map(str::trim_end).collect::<Vec<_>>().join("\n")
}

fn check(program: &str, script: &str, expected: &Expect) {
    expected.assert_eq(&run(program, script));
}

const ORDERS: &str =
    r#"orders = spark.readStream.schema("id INT, country STRING, amount DOUBLE").option("maxFilesPerTrigger", 1).json("/data/orders")"#;
const LANDED: &str = r#"
    file /data/orders/1.json {"id":1,"country":"NO","amount":2.5};{"id":2,"country":"SE","amount":4}
    file /data/orders/2.json {"id":3,"country":"NO","amount":1}
    file /data/orders/3.json {"id":1,"country":"DK","amount":9}
    process"#;

#[test]
fn a_commit_says_what_came() {
    check(
        r#"spark.createDataFrame([(1, "NO"), (2, None)], "id INT, country STRING").write.format("delta").partitionBy("country").save("/t")"#,
        "files /t\nshow /t/_delta_log/00000000000000000000.json",
        &expect![[r#"
            /t/_delta_log/00000000000000000000.json
            /t/country=NO/part-00000-ID.c000.snappy.parquet
            /t/country=__HIVE_DEFAULT_PARTITION__/part-00001-ID.c000.snappy.parquet
            {"commitInfo":{"timestamp":1714903200000,"operation":"WRITE","operationParameters":{"mode":"ErrorIfExists","partitionBy":"[\"country\"]"},"isolationLevel":"Serializable","isBlindAppend":true,"operationMetrics":{"numFiles":"2","numOutputRows":"2","numOutputBytes":N},"engineInfo":"Apache-Spark/4.3.0 Tidemark","txnId":"ID"}}
            {"metaData":{"id":"ID","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"integer\",\"nullable\":true,\"metadata\":{}},{\"name\":\"country\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":["country"],"configuration":{},"createdTime":1714903200000}}
            {"protocol":{"minReaderVersion":1,"minWriterVersion":2}}
            {"add":{"path":"country=NO/part-00000-ID.c000.snappy.parquet","partitionValues":{"country":"NO"},"size":N,"modificationTime":1714903200000,"dataChange":true,"stats":"{\"numRecords\":1,\"minValues\":{\"id\":1},\"maxValues\":{\"id\":1},\"nullCount\":{\"id\":0}}"}}
            {"add":{"path":"country=__HIVE_DEFAULT_PARTITION__/part-00001-ID.c000.snappy.parquet","partitionValues":{"country":null},"size":N,"modificationTime":1714903200000,"dataChange":true,"stats":"{\"numRecords\":1,\"minValues\":{\"id\":2},\"maxValues\":{\"id\":2},\"nullCount\":{\"id\":0}}"}}
        "#]],
    );
}

#[test]
fn every_tenth_commit_writes_a_checkpoint_that_readers_begin_at() {
    check(
        r#"for i in range(12):
    spark.createDataFrame([(i,)], "i INT").write.format("delta").mode("append").save("/t")
print(spark.read.format("delta").load("/t").count(), spark.read.format("delta").option("versionAsOf", 4).load("/t").count())"#,
        "show /t/_delta_log/_last_checkpoint",
        &expect![[r#"
            12 5
            {"version":10,"size":N,"sizeInBytes":11762,"numOfAddFiles":11}"#]],
    );
}

#[test]
fn rows_that_do_not_fit_are_refused() {
    check(
        r#"rows = spark.createDataFrame([(1, "a")], "id INT, name STRING")
rows.write.format("delta").save("/t")"#,
        r#"rows.write.format("delta").save("/t")
        rows.selectExpr("id", "name", "1 AS more").write.format("delta").mode("append").save("/t")
        rows.selectExpr("name AS id", "name").write.format("delta").mode("append").save("/t")
        rows.write.format("delta").partitionBy("name").mode("append").save("/t")
        rows.selectExpr("id", "name", "1 AS more").write.format("delta").mode("append").option("mergeSchema", True).save("/t")
        spark.read.format("delta").load("/t").orderBy("more").show()
        rows.selectExpr("name").write.format("delta").mode("overwrite").option("overwriteSchema", True).save("/t")
        spark.read.format("delta").load("/t").show()
        spark.read.format("delta").option("versionAsOf", 7).load("/t")
        spark.read.format("delta").load("/nowhere")
        spark.read.format("delta").schema("a INT").load("/t")
        spark.readStream.format("delta").load("/nowhere")"#,
        &expect![[r#"
            AnalysisException: [DELTA_PATH_EXISTS] Cannot write to already existent path /t without setting OVERWRITE = 'true'.
            AnalysisException: [_LEGACY_ERROR_TEMP_DELTA_0007] A schema mismatch detected when writing to the Delta table (Table ID: ID).
            To enable schema migration using DataFrameWriter or DataStreamWriter, please set:
            '.option("mergeSchema", "true")'.
            For other operations, set the session configuration
            spark.databricks.delta.schema.autoMerge.enabled to "true". See the documentation
            specific to the operation for details.

            Table schema:
            root
            -- id: integer (nullable = true)
            -- name: string (nullable = true)


            Data schema:
            root
            -- id: integer (nullable = true)
            -- name: string (nullable = true)
            -- more: integer (nullable = true)

         
            AnalysisException: [DELTA_FAILED_TO_MERGE_FIELDS] Failed to merge fields 'id' and 'id'
            AnalysisException: [_LEGACY_ERROR_TEMP_DELTA_0007] Partition columns do not match the partition columns of the table.
            Given: [`name`]
            Table: []
         
            +---+----+----+
            | id|name|more|
            +---+----+----+
            |  1|   a|NULL|
            |  1|   a|   1|
            +---+----+----+

            +----+
            |name|
            +----+
            |   a|
            +----+

            AnalysisException: [DELTA_VERSION_NOT_FOUND] Cannot time travel Delta table to version 7. Available versions: [0, 2].
            AnalysisException: [PATH_NOT_FOUND] Path does not exist: /nowhere. SQLSTATE: 42K03
            AnalysisException: [DELTA_UNSUPPORTED_SCHEMA_DURING_READ] Delta does not support specifying the schema at read time.
            AnalysisException: [DELTA_SCHEMA_NOT_SET] Table schema is not set.  Write data into it or use CREATE TABLE to set the schema.
        "#]],
    );
}

/// The same rows and the same commits whatever point of whatever batch the driver dies at. A batch that had not written its offsets is planned anew,
/// and takes what the file source has seen in the meantime: the rows are the same, the commits may be fewer. So does Spark.
fn check_exactly_once(query: &str, read: &str) {
    let program = format!("{ORDERS}\n{query}");
    let told = |crash: &str, log: &str| {
        let text = run(&program, &format!("{crash}\n{LANDED}\n{read}\n{log}"));
        (text.contains("crashed"), text.replace("crashed\n", ""))
    };
    for batch in 0..3 {
        for point in ["BeforeOffsetLog", "AfterOffsetLog", "DuringSink", "BeforeCommit"] {
            let log = if point == "BeforeOffsetLog" { "" } else { "files /t/_delta_log" };
            let (crashed, found) = told(&format!("crash {point} {batch}"), log);
            assert!(crashed, "no crash at {point} of batch {batch}");
            assert_eq!(found, told("", log).1, "{point} of batch {batch}");
        }
    }
}

#[test]
fn a_stream_into_a_table_is_there_once_wherever_the_driver_dies() {
    let read = r#"spark.read.format("delta").load("/t").orderBy("id", "country").show()"#;
    check_exactly_once(r#"q = orders.writeStream.format("delta").option("checkpointLocation", "/c").start("/t")"#, read);
    check_exactly_once(
        r#"q = orders.writeStream.format("delta").partitionBy("country").option("checkpointLocation", "/c").start("/t")"#,
        read,
    );
    check_exactly_once(
        r#"q = orders.groupBy("country").sum("amount").writeStream.format("delta").outputMode("complete").option("checkpointLocation", "/c").start("/t")"#,
        r#"spark.read.format("delta").load("/t").orderBy("country").show()"#,
    );
}

#[test]
fn writes_of_a_batch_with_its_number_are_made_once() {
    check_exactly_once(
        r#"def save(batch, number):
    batch.write.format("delta").mode("append").option("txnAppId", "orders").option("txnVersion", number).save("/t")
q = orders.writeStream.foreachBatch(save).option("checkpointLocation", "/c").start()"#,
        r#"spark.read.format("delta").load("/t").orderBy("id", "country").show()"#,
    );
}

#[test]
fn an_upsert_in_foreach_batch_may_come_twice() {
    let program = format!(
        r#"{ORDERS}
from delta.tables import DeltaTable
if not DeltaTable.isDeltaTable(spark, "/t"):
    spark.createDataFrame([(2, "XX", 0.0)], "id INT, country STRING, amount DOUBLE").write.format("delta").save("/t")
def upsert(batch, number):
    table = DeltaTable.forPath(spark, "/t")
    table.alias("t").merge(batch.alias("s"), "t.id = s.id").whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()
q = orders.writeStream.foreachBatch(upsert).option("checkpointLocation", "/c").start()"#
    );
    let read = r#"spark.read.format("delta").load("/t").orderBy("id").show()"#;
    check(
        &program,
        &format!("{LANDED}\n{read}"),
        &expect![[r#"
        +---+-------+------+
        | id|country|amount|
        +---+-------+------+
        |  1|     DK|   9.0|
        |  2|     SE|   4.0|
        |  3|     NO|   1.0|
        +---+-------+------+

    "#]],
    );
    for batch in 0..3 {
        let plain = run(&program, &format!("{LANDED}\n{read}"));
        let crashed = run(&program, &format!("crash BeforeCommit {batch}\n{LANDED}\n{read}"));
        assert_eq!(crashed.replace("crashed\n", ""), plain);
    }
}

#[test]
fn a_table_is_followed_from_its_snapshot_through_its_commits() {
    let program = r#"
def add(*ids):
    spark.createDataFrame([(i,) for i in ids], "id INT").write.format("delta").mode("append").save("/t")
"#;
    let start = r#"q = spark.readStream.format("delta").option("maxFilesPerTrigger", 1).load("/t").writeStream.format("console").option("checkpointLocation", "/c").start()"#;
    check(
        program,
        &format!("add(1)\nadd(2, 3)\n{start}\nprocess\nadd(4)\nprocess\noffset 0\noffset 1\noffset 2"),
        &expect![[r#"
        -------------------------------------------
        Batch: 0
        -------------------------------------------
        +---+
        | id|
        +---+
        |  1|
        +---+

        -------------------------------------------
        Batch: 1
        -------------------------------------------
        +---+
        | id|
        +---+
        |  2|
        |  3|
        +---+

        -------------------------------------------
        Batch: 2
        -------------------------------------------
        +---+
        | id|
        +---+
        |  4|
        +---+

        {"sourceVersion":1,"reservoirId":"ID","reservoirVersion":1,"index":0,"isStartingVersion":true}
        {"sourceVersion":1,"reservoirId":"ID","reservoirVersion":2,"index":-1,"isStartingVersion":false}
        {"sourceVersion":1,"reservoirId":"ID","reservoirVersion":3,"index":-1,"isStartingVersion":false}
    "#]],
    );
}

#[test]
fn a_source_that_changes_ends_the_query_unless_it_may() {
    let program = r#"
from delta.tables import DeltaTable
for ids in [1], [2, 3]:
    spark.createDataFrame([(i,) for i in ids], "id INT").write.format("delta").mode("append").save("/t")
def follow(name, **options):
    reader = spark.readStream.format("delta")
    for key, value in options.items():
        reader = reader.option(key, value)
    return reader.load("/t").writeStream.format("memory").queryName(name).start()
plain, deletes, changes, skips = follow("plain"), follow("deletes", ignoreDeletes=True), follow("changes", ignoreChanges=True), follow("skips", skipChangeCommits=True)
def counts():
    print([(q.name, q.isActive, spark.table(q.name).count()) for q in [plain, deletes, changes, skips]])
"#;
    check(
        program,
        "process
        counts()
        DeltaTable.forPath(spark, '/t').delete('id = 1')
        process
        counts()
        DeltaTable.forPath(spark, '/t').update('id = 2', {'id': '20'})
        process
        counts()
        spark.readStream.format('delta').option('startingVersion', 9).load('/t').writeStream.format('console').start()
        process
        spark.readStream.format('delta').option('startingVersion', 3).option('skipChangeCommits', True).load('/t').writeStream.format('console').start()
        process",
        &expect![[r#"
            [('plain', True, 3), ('deletes', True, 3), ('changes', True, 3), ('skips', True, 3)]
            StreamingQueryException: [STREAM_FAILED] Query [id = ID, runId = ID] terminated with exception: [DELTA_SOURCE_IGNORE_DELETE] Detected deleted data (for example part-00000-ID-c000.snappy.parquet) from streaming source at version 2. This is currently not supported. If you'd like to ignore deletes, set the option 'ignoreDeletes' to 'true'. The source table can be found at path file:/t. SQLSTATE: XXKST
            [('plain', False, 3), ('deletes', True, 3), ('changes', True, 3), ('skips', True, 3)]
            StreamingQueryException: [STREAM_FAILED] Query [id = ID, runId = ID] terminated with exception: [DELTA_SOURCE_TABLE_IGNORE_CHANGES] Detected a data update (for example part-00000-ID-c000.snappy.parquet) in the source table at version 3. This is currently not supported. If you'd like to ignore updates, set the option 'skipChangeCommits' to 'true'. If you would like the data update to be reflected, please restart this query with a fresh checkpoint directory. The source table can be found at path file:/t. SQLSTATE: XXKST
            [('plain', False, 3), ('deletes', False, 3), ('changes', True, 5), ('skips', True, 3)]
            StreamingQueryException: [STREAM_FAILED] Query [id = ID, runId = ID] terminated with exception: [DELTA_VERSION_NOT_FOUND] Cannot time travel Delta table to version 9. Available versions: [0, 3]. SQLSTATE: XXKST
            -------------------------------------------
            Batch: 0
            -------------------------------------------
            +---+
            | id|
            +---+
            +---+

        "#]],
    );
}

#[test]
fn tables_outlive_the_driver_as_with_a_metastore() {
    let program =
        format!("{ORDERS}\nq = orders.writeStream.option(\"checkpointLocation\", \"/c\").toTable(\"orders_log\", format=\"delta\")");
    let read = "spark.table('orders_log').orderBy('id', 'country').show()";
    check(
        &program,
        &format!("{LANDED}\nrestart\n{read}\nspark.sql('DESCRIBE HISTORY orders_log').select('version', 'operation').show()"),
        &expect![[r#"
            +---+-------+------+
            | id|country|amount|
            +---+-------+------+
            |  1|     DK|   9.0|
            |  1|     NO|   2.5|
            |  2|     SE|   4.0|
            |  3|     NO|   1.0|
            +---+-------+------+

            +-------+----------------+
            |version|       operation|
            +-------+----------------+
            |      3|STREAMING UPDATE|
            |      2|STREAMING UPDATE|
            |      1|STREAMING UPDATE|
            |      0|    CREATE TABLE|
            +-------+----------------+

        "#]],
    );
    check(
        "spark.conf.set('spark.sql.catalogImplementation', 'in-memory')\nspark.range(2).write.saveAsTable('numbers')",
        "restart",
        &expect![[r#"
            SparkRuntimeException: [LOCATION_ALREADY_EXISTS] Cannot name the managed table as `spark_catalog`.`default`.`numbers`, as its associated location 'file:/spark-warehouse/numbers' already exists. Please pick a different table name, or remove the existing location first. SQLSTATE: 42710
        "#]],
    );
}

#[test]
fn a_database_outlives_the_driver_and_can_be_read() {
    let program = r#"
url = "jdbc:postgresql://db.example/shop"
def write(mode):
    spark.createDataFrame([(1, "a", 2.5), (2, None, 4.0)], "id INT, name STRING, amount DOUBLE").write.jdbc(url, "orders", mode, {"user": "me"})
"#;
    check(
        program,
        "write('append')
        restart
        write('append')
        spark.read.jdbc(url, 'orders').show()
        spark.read.format('jdbc').option('url', url).option('query', 'SELECT name, count(*) AS n FROM orders GROUP BY name ORDER BY n, name').load().show()
        write('error')
        spark.read.jdbc(url, 'nobody')
        show /jdbc/postgresql/db.example/shop/orders.jsonl",
        &expect![[r#"
            +---+----+------+
            | id|name|amount|
            +---+----+------+
            |  1|   a|   2.5|
            |  2|NULL|   4.0|
            |  1|   a|   2.5|
            |  2|NULL|   4.0|
            |  1|   a|   2.5|
            |  2|NULL|   4.0|
            +---+----+------+

            +----+---+
            |name|  n|
            +----+---+
            |NULL|  3|
            |   a|  3|
            +----+---+

            AnalysisException: Table or view 'orders' already exists. SaveMode: ErrorIfExists.
            Py4JJavaError: An error occurred while calling o1.load.
            : org.apache.spark.SparkException: [JDBC_EXTERNAL_ENGINE_SYNTAX_ERROR.DURING_OUTPUT_SCHEMA_RESOLUTION] JDBC external engine syntax error. The error was caused by the query SELECT * FROM nobody WHERE 1=0. ERROR: relation "nobody" does not exist. The error occurred during output schema resolution. SQLSTATE: 42000
            -- `id` INT, `name` STRING, `amount` DOUBLE
            {"id":1,"name":"a","amount":2.5}
            {"id":2,"name":null,"amount":4.0}
            {"id":1,"name":"a","amount":2.5}
            {"id":2,"name":null,"amount":4.0}
            {"id":1,"name":"a","amount":2.5}
            {"id":2,"name":null,"amount":4.0}
        "#]],
    );
}
