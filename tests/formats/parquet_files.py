"""Parquet files against an independent reader and writer: pyarrow reads what Tidemark wrote, Tidemark reads what pyarrow wrote.

    python tests/formats/parquet_files.py PATH_OF_TIDEMARK
"""
import datetime as dt
import decimal
import json
import pathlib
import subprocess
import sys
import tempfile

import pyarrow as pa
import pyarrow.parquet as pq

TIDEMARK = sys.argv[1]
UTC = dt.timezone.utc

ALL_TYPES = """
spark.sql('''SELECT true b, 1Y y, 2S s, 3 i, 4L l, 1.5f f, 2.5d d, 'naïve' t, X'0102' bin, DATE'2024-05-01' dt,
    TIMESTAMP'1899-05-01 10:00:00.123456' ts, TIMESTAMP_NTZ'2024-05-01 10:00:00.123456' ntz,
    CAST(-12.34 AS DECIMAL(8,2)) d9, CAST(-12.34 AS DECIMAL(15,2)) d18, CAST(-12.34 AS DECIMAL(30,2)) d38,
    array(1, NULL, 3) a, map('k', 1, 'z', NULL) m, named_struct('x', 1, 'y', CAST(NULL AS STRING)) st,
    array(array('p', 'q'), array()) nest, map('a', array(map('b', 1)), 'c', array()) deep
    UNION ALL SELECT NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL''')\\
"""


def run(program, imports=()):
    """Runs a program; gives what it printed and the folder that holds its disk."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="formats-"))
    (folder / "program.py").write_text(program)
    words = [TIDEMARK, "run", str(folder / "program.py"), "--export", str(folder / "disk")]
    for real, virtual in imports:
        words += ["--import", f"{real}={virtual}"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout, folder / "disk"


def table(disk, path):
    return pq.ParquetDataset(disk / path).read()


def test_all_types_are_read_by_pyarrow():
    _, disk = run(ALL_TYPES + '    .write.parquet("/out/all")')
    rows = table(disk, "out/all").to_pylist()
    stamp = rows[0].pop("ts")
    assert stamp.year == 1899 and stamp.month == 5 and stamp.microsecond == 123456, stamp
    assert rows[0] == {
        "b": True, "y": 1, "s": 2, "i": 3, "l": 4, "f": 1.5, "d": 2.5, "t": "naïve", "bin": b"\x01\x02", "dt": dt.date(2024, 5, 1),
        "ntz": dt.datetime(2024, 5, 1, 10, 0, 0, 123456), "d9": decimal.Decimal("-12.34"), "d18": decimal.Decimal("-12.34"),
        "d38": decimal.Decimal("-12.34"), "a": [1, None, 3], "m": [("k", 1), ("z", None)], "st": {"x": 1, "y": None},
        "nest": [["p", "q"], []], "deep": [("a", [[("b", 1)]]), ("c", [])],
    }, rows[0]
    assert set(rows[1].values()) == {None}, rows[1]


def test_the_footer_is_sparks():
    _, disk = run(ALL_TYPES + '    .write.parquet("/out/all")')
    (path,) = (disk / "out/all").glob("*.parquet")
    assert path.name.startswith("part-00000-") and path.name.endswith("-c000.snappy.parquet"), path.name
    footer = pq.read_metadata(path)
    assert footer.metadata[b"org.apache.spark.version"] == b"4.3.0"
    schema = json.loads(footer.metadata[b"org.apache.spark.sql.parquet.row.metadata"])
    assert [field["type"] for field in schema["fields"]][:4] == ["boolean", "byte", "short", "integer"]
    kinds = {column.path: (column.physical_type, str(column.logical_type)) for column in footer.schema}
    assert kinds["ts"] == ("INT96", "None"), kinds["ts"]
    assert "isAdjustedToUTC=false" in kinds["ntz"][1], kinds["ntz"]
    assert [kinds[name][0] for name in ("d9", "d18", "d38")] == ["INT32", "INT64", "FIXED_LEN_BYTE_ARRAY"]
    assert {"a.list.element", "m.key_value.key", "m.key_value.value"} <= set(kinds)
    assert {footer.row_group(0).column(at).compression for at in range(footer.num_columns)} == {"SNAPPY"}


def test_timestamps_and_codecs_follow_the_settings():
    _, disk = run('''
spark.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
times = spark.sql("SELECT TIMESTAMP'2024-05-01 10:00:00.123456' t")
times.write.parquet("/out/micros")
spark.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MILLIS")
times.write.option("compression", "gzip").parquet("/out/millis")
''')
    assert table(disk, "out/micros").to_pylist() == [{"t": dt.datetime(2024, 5, 1, 10, 0, 0, 123456, UTC)}]
    assert table(disk, "out/millis").to_pylist() == [{"t": dt.datetime(2024, 5, 1, 10, 0, 0, 123000, UTC)}]
    (path,) = (disk / "out/millis").glob("*.gz.parquet")
    assert pq.read_metadata(path).row_group(0).column(0).compression == "GZIP"


def test_a_streaming_sink_writes_partitions():
    printed, disk = run('''
spark.createDataFrame([(1, "x y"), (2, None), (3, "z")], "id INT, kind STRING").write.json("/in")
rows = spark.readStream.schema("id INT, kind STRING").json("/in")
query = (rows.writeStream.format("parquet").partitionBy("kind").option("checkpointLocation", "/checkpoint/q")
    .trigger(availableNow=True).start("/out/t"))
query.awaitTermination()
print(sorted((row.id, row.kind or "") for row in spark.read.parquet("/out/t").collect()))
''')
    assert printed == "[(1, 'x y'), (2, ''), (3, 'z')]\n", printed
    found = {}
    for path in (disk / "out/t").glob("*/*.parquet"):
        found[path.parent.name] = pq.ParquetFile(path).read().to_pylist()
    assert found == {"kind=x y": [{"id": 1}], "kind=__HIVE_DEFAULT_PARTITION__": [{"id": 2}], "kind=z": [{"id": 3}]}, found
    log = (disk / "out/t/_spark_metadata/0").read_text().split("\n")
    assert log[0] == "v1" and len(log) == 4 and all(json.loads(line)["action"] == "add" for line in log[1:]), log


def test_many_rows_and_long_texts():
    _, disk = run('''
spark.range(20000).selectExpr("id", "repeat('ab', int(id % 50)) text", "array(id, id + 1) pair").write.parquet("/out/t")
''')
    rows = table(disk, "out/t").to_pylist()
    assert rows == [{"id": at, "text": "ab" * (at % 50), "pair": [at, at + 1]} for at in range(20000)]


def test_files_of_pyarrow_are_read():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="formats-in-"))
    rows = {
        "small": pa.array([1, None, -3], pa.int8()), "unsigned": pa.array([1, 2**32 - 1, None], pa.uint32()),
        "big": pa.array([2**63, 0, None], pa.uint64()), "word": pa.array(["a", "b", "a"]).dictionary_encode(),
        "millis": pa.array([dt.datetime(2024, 5, 1, 10)] * 3, pa.timestamp("ms")),
        "utc": pa.array([dt.datetime(2024, 5, 1, 10, tzinfo=UTC)] * 3, pa.timestamp("us", "UTC")),
        "day": pa.array([dt.date(2024, 5, 1), None, dt.date(1969, 12, 31)]),
        "money": pa.array([decimal.Decimal("1.25"), None, decimal.Decimal("-99.99")], pa.decimal128(20, 2)),
        "nested": pa.array([[{"x": 1, "y": ["p"]}, None], [], None], pa.list_(pa.struct([("x", pa.int32()), ("y", pa.list_(pa.string()))]))),
        "pairs": pa.array([[("k", 1.5)], [], None], pa.map_(pa.string(), pa.float32())),
    }
    for name, options in {"snappy": {}, "gzip": {"compression": "gzip"}, "none": {"compression": "none", "use_dictionary": False},
                          "pages": {"data_page_version": "2.0", "row_group_size": 2}, "int96": {"use_deprecated_int96_timestamps": True}}.items():
        (folder / name).mkdir()
        pq.write_table(pa.table(rows), folder / name / "f.parquet", **options)
    printed, _ = run('''
for name in ["snappy", "gzip", "none", "pages", "int96"]:
    rows = spark.read.parquet("/files/" + name)
    print(name, ", ".join(kind for _, kind in rows.dtypes))
    for row in rows.selectExpr("to_json(struct(*)) j").collect():
        print(row.j)
''', [(folder, "/files")])
    kinds = "tinyint, bigint, decimal(20,0), string, timestamp_ntz, timestamp, date, decimal(20,2), array<struct<x:int,y:array<string>>>, map<string,float>"
    first = '{"small":1,"unsigned":1,"big":9223372036854775808,"word":"a","millis":"2024-05-01T10:00:00.000","utc":"2024-05-01T10:00:00.000Z","day":"2024-05-01","money":1.25,"nested":[{"x":1,"y":["p"]},null],"pairs":{"k":1.5}}'
    second = '{"unsigned":4294967295,"big":0,"word":"b","millis":"2024-05-01T10:00:00.000","utc":"2024-05-01T10:00:00.000Z","nested":[],"pairs":{}}'
    third = '{"small":-3,"word":"a","millis":"2024-05-01T10:00:00.000","utc":"2024-05-01T10:00:00.000Z","day":"1969-12-31","money":-99.99}'
    blocks = printed.strip().split("\n")
    for at, name in enumerate(["snappy", "gzip", "none", "pages"]):
        assert blocks[at * 4:at * 4 + 4] == [f"{name} {kinds}", first, second, third], "\n".join(blocks[at * 4:at * 4 + 4])
    # Old timestamps have no zone: all are points in time.
    assert blocks[16] == "int96 " + kinds.replace("timestamp_ntz", "timestamp"), blocks[16]
    assert blocks[17] == first.replace('10:00:00.000"', '10:00:00.000Z"', 1), blocks[17]


def test_other_codecs_are_refused_clearly():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="formats-in-"))
    pq.write_table(pa.table({"id": [1]}), folder / "f.parquet", compression="zstd")
    printed, _ = run('''
try:
    spark.read.parquet("/files").show()
except Exception as error:
    print(error.getCondition(), str(error))
''', [(folder, "/files")])
    assert printed.startswith("UNSUPPORTED_FEATURE") and "zstd" in printed, printed


def main():
    passed, failed = 0, 0
    for name, test in sorted(globals().items()):
        if not name.startswith("test_"):
            continue
        try:
            test()
            passed += 1
            print("ok", name)
        except Exception as error:  # the others run all the same
            failed += 1
            print("not ok", name, type(error).__name__, error)
    print(f"# pass {passed}\n# fail {failed}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
