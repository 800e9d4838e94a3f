"""Delta tables against the `deltalake` package: what Tidemark writes it reads, what it writes Tidemark reads.

    python tests/formats/delta.py [TIDEMARK]      # pip install deltalake pyarrow; the binary's path, else target/debug/tidemark
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

import pyarrow as pa
from deltalake import DeltaTable, WriterProperties, write_deltalake

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
TIDEMARK = os.path.join(TARGET, "debug", "tidemark")


class Delta(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def run_program(self, program, imports=(), status=0):
        """Runs a program; gives what it printed and the folder that holds the virtual disk afterwards."""
        source, out = self.path("program.py"), self.path("out")
        with open(source, "w") as f:
            f.write(program)
        command = [TIDEMARK, "run", source]
        for pair in imports:
            command += ["--import", pair]
        done = subprocess.run(command + ["--export", out], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout, out

    def rows(self, table, key="id"):
        found = table.to_pyarrow_table().to_pylist()
        return sorted(found, key=lambda row: json.dumps(row[key], default=str))

    def test_batches_of_all_types(self):
        _, out = self.run_program('''
rows = spark.range(3).selectExpr("id", "CAST(id AS INT) AS i", "CAST(id AS SMALLINT) AS s", "CAST(id AS TINYINT) AS b", "id / 2 AS d",
    "CAST(id AS FLOAT) AS f", "CAST(id AS DECIMAL(10,2)) AS dec", "id > 1 AS flag", "concat('é', CAST(id AS STRING)) AS text",
    "CAST('abc' AS BINARY) AS bin", "date_add(DATE'2024-05-01', CAST(id AS INT)) AS day", "TIMESTAMP'2024-05-01 10:00:00.123456' AS ts",
    "array(id, id + 1) AS list", "named_struct('a', id, 'b', 'x') AS st", "map('k', id) AS m", "IF(id = 1, NULL, id) AS gap")
rows.write.format("delta").save("/t")
rows.write.format("delta").mode("append").save("/t")
''')
        table = DeltaTable(out + "/t")
        self.assertEqual(table.version(), 1)
        rows = self.rows(table)
        self.assertEqual([row["id"] for row in rows], [0, 0, 1, 1, 2, 2])
        last = rows[-1]
        self.assertEqual((last["i"], last["s"], last["b"], last["d"], last["f"], str(last["dec"])), (2, 2, 2, 1.0, 2.0, "2.00"))
        self.assertEqual((last["flag"], last["text"], last["bin"], str(last["day"])), (True, "é2", b"abc", "2024-05-03"))
        self.assertEqual(last["ts"].isoformat(), "2024-05-01T10:00:00.123456+00:00")
        self.assertEqual((last["list"], last["st"], last["m"]), ([2, 3], {"a": 2, "b": "x"}, [("k", 2)]))
        self.assertEqual([row["gap"] for row in rows], [0, 0, None, None, 2, 2])
        stats = pa.table(table.get_add_actions(flatten=True)).to_pylist()
        self.assertEqual([(file["num_records"], file["min.id"], file["max.id"], file["null_count.gap"]) for file in stats], [(3, 0, 2, 1)] * 2)

    def test_partitions_with_odd_values(self):
        _, out = self.run_program('''
rows = spark.createDataFrame([(1, "NO"), (2, "a b/c=d%"), (3, None), (4, "é:x")], "id INT, country STRING")
rows.write.format("delta").partitionBy("country").save("/t")
spark.read.format("delta").load("/t").orderBy("id").show()
''')
        self.assertEqual([(row["id"], row["country"]) for row in self.rows(DeltaTable(out + "/t"))],
                         [(1, "NO"), (2, "a b/c=d%"), (3, None), (4, "é:x")])

    def test_checkpoints_and_time_travel(self):
        _, out = self.run_program('''
for i in range(25):
    spark.createDataFrame([(i,)], "id INT").write.format("delta").mode("append").save("/t")
spark.createDataFrame([(99,)], "id INT").write.format("delta").mode("overwrite").save("/t")
''')
        for version in range(10):  # all that a reader needs now lies in the checkpoints
            os.remove(f"{out}/t/_delta_log/{version:020}.json")
        self.assertEqual(self.rows(DeltaTable(out + "/t")), [{"id": 99}])
        self.assertEqual(len(self.rows(DeltaTable(out + "/t", version=24))), 25)
        self.assertEqual(len(self.rows(DeltaTable(out + "/t", version=13))), 14)

    def test_streams_with_a_restart(self):
        source = self.path("in")
        os.makedirs(source)
        for i in range(13):
            with open(f"{source}/{i:02}.json", "w") as f:
                f.write(json.dumps({"id": i, "k": "ab"[i % 2]}) + "\n")
        _, out = self.run_program('''
rows = spark.readStream.schema("id INT, k STRING").option("maxFilesPerTrigger", 1).json("/in")
def go(checkpoint):
    q = rows.writeStream.format("delta").partitionBy("k").option("checkpointLocation", checkpoint).trigger(availableNow=True).start("/t")
    q.awaitTermination()
go("/c")
go("/c")
q = rows.groupBy("k").count().writeStream.format("delta").outputMode("complete").option("checkpointLocation", "/c2").trigger(availableNow=True).start("/counts")
q.awaitTermination()
''', [f"{source}=/in"])
        table = DeltaTable(out + "/t")
        self.assertEqual([row["id"] for row in sorted(self.rows(table), key=lambda row: row["id"])], list(range(13)))
        self.assertEqual(table.version(), 12)
        self.assertEqual(self.rows(DeltaTable(out + "/counts"), "k"), [{"k": "a", "count": 7}, {"k": "b", "count": 6}])
        query = json.load(open(out + "/c/metadata"))["id"]
        self.assertEqual(table.transaction_version(query), 12)

    def test_merge_update_and_delete(self):
        _, out = self.run_program('''
from delta.tables import DeltaTable
spark.createDataFrame([(i, "old") for i in range(6)], "id INT, v STRING").write.format("delta").save("/t")
t = DeltaTable.forPath(spark, "/t")
new = spark.createDataFrame([(1, "new"), (7, "new")], "id INT, v STRING")
t.alias("t").merge(new.alias("s"), "t.id = s.id").whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()
t.delete("id = 2")
t.update("id = 3", {"v": "concat(v, '!')"})
''')
        rows = [(row["id"], row["v"]) for row in self.rows(DeltaTable(out + "/t"))]
        self.assertEqual(rows, [(0, "old"), (1, "new"), (3, "old!"), (4, "old"), (5, "old"), (7, "new")])

    def test_what_deltalake_writes(self):
        table = self.path("theirs")
        data = pa.table({"id": pa.array([1, 2, 3], pa.int64()), "k": ["a", "b", None],
                         "ts": pa.array([1714903200123456] * 3, pa.timestamp("us", "UTC")), "l": [[1], [], None]})
        write_deltalake(table, data, partition_by=["k"])
        for i in range(3):
            write_deltalake(table, data, mode="append")
        DeltaTable(table).create_checkpoint()
        write_deltalake(table, data.slice(0, 1), mode="append")
        printed, _ = self.run_program('''
rows = spark.read.format("delta").load("/theirs")
rows.printSchema()
rows.groupBy("k").count().orderBy("k").show()
rows.where("k = 'a'").limit(1).show(truncate=False)
q = spark.readStream.format("delta").load("/theirs").writeStream.format("memory").queryName("seen").start()
q.processAllAvailable()
print("stream", spark.table("seen").count())
spark.createDataFrame([(9, "z")], "id BIGINT, k STRING").write.format("delta").mode("append").save("/theirs")
print("after", spark.read.format("delta").load("/theirs").count())
''', [f"{table}=/theirs"])
        self.assertIn(" |-- ts: timestamp (nullable = true)", printed)
        self.assertIn("|NULL|    4|\n|   a|    5|\n|   b|    4|", printed)
        self.assertIn("2024-05-05 10:00:00.123456", printed)
        self.assertIn("stream 13\nafter 14", printed)
        ours = DeltaTable(self.path("out") + "/theirs")
        self.assertEqual(len(ours.to_pyarrow_table()), 14)

    def test_deletes_of_deltalake_end_a_stream(self):
        table = self.path("theirs")
        write_deltalake(table, pa.table({"id": [1, 2, 3]}))
        DeltaTable(table).delete("id = 2", writer_properties=WriterProperties(compression="SNAPPY"))
        printed, _ = self.run_program('''
def follow(version, **options):
    reader = spark.readStream.format("delta").option("startingVersion", version)
    for key, value in options.items():
        reader = reader.option(key, value)
    q = reader.load("/theirs").writeStream.format("memory").queryName("seen").start()
    try:
        q.processAllAvailable()
        print("rows", spark.table("seen").count())
    except Exception as e:
        print("DELTA_SOURCE" in str(e))
    q.stop()
follow(0)
follow(0, skipChangeCommits=True)
follow(0, ignoreChanges=True)
''', [f"{table}=/theirs"], status=1)  # the first query fails, as it should
        self.assertEqual(printed.split("\n")[:3], ["True", "rows 3", "rows 5"])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        TIDEMARK = sys.argv.pop()
    done = unittest.main(exit=False, verbosity=2).result
    print(f"# pass {done.testsRun - len(done.failures) - len(done.errors)}\n# fail {len(done.failures) + len(done.errors)}")
    sys.exit(0 if done.wasSuccessful() else 1)
