//! Readers and sources against what Spark gave for the same input (Spark 4.3.0, recorded by hand).

use super::*;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Zone;
use crate::types::arrow::value_at;
use crate::types::json::row_to_json;
use crate::world::Simulated;
use crate::world::World;
use expect_test::{Expect, expect};

/// `name TYPE; name TYPE` with the few types that the tests need.
fn parse_schema(text: &str) -> Schema {
    let fields = text.split("; ").map(|field| field.split_once(' ').unwrap());
    Schema { fields: fields.map(|(name, data_type)| Field::new(name, parse_type(data_type))).collect() }
}

fn parse_type(text: &str) -> DataType {
    if let Some(element) = text.strip_prefix("ARRAY<") {
        return DataType::Array(Box::new(parse_type(element.strip_suffix('>').unwrap())), true);
    }
    match text {
        "INT" => DataType::Integer,
        "TINYINT" => DataType::Byte,
        "BIGINT" => DataType::Long,
        "STRING" => DataType::String,
        "DOUBLE" => DataType::Double,
        "FLOAT" => DataType::Float,
        "BOOLEAN" => DataType::Boolean,
        "BINARY" => DataType::Binary,
        "DATE" => DataType::Date,
        "TIMESTAMP" => DataType::Timestamp,
        "DECIMAL(5,2)" => DataType::Decimal(5, 2),
        "DECIMAL(6,2)" => DataType::Decimal(6, 2),
        "MAP" => DataType::Map(Box::new(DataType::String), Box::new(DataType::Integer), true),
        "POINT" => DataType::Struct(vec![Field::new("x", DataType::Integer), Field::new("y", DataType::String)]),
        other => panic!("no such type: {other}"),
    }
}

fn request(format: &str, options: &[(&str, &str)], schema: Schema, path: &str) -> ReadRequest {
    ReadRequest {
        format: format.to_owned(),
        options: options.iter().copied().collect(),
        paths: vec![path.to_owned()],
        schema: Some(schema),
    }
}

fn reading(format: &str, options: &[(&str, &str)], schema: &str, path: &str) -> Reading {
    let schema = parse_schema(schema);
    let columns = (0..schema.fields.len()).collect();
    Reading { request: request(format, options, schema, path), columns, filters: Vec::new(), zone: Zone::utc() }
}

fn rows(reading: &Reading, read: &SourceRows) -> String {
    let all = reading.request.schema.clone().unwrap_or_default();
    let schema = Schema { fields: reading.columns.iter().map(|column| all.fields[*column].clone()).collect() };
    let mut text = String::new();
    for row in 0..read.rows {
        let values: Vec<_> =
            schema.fields.iter().zip(&read.columns).map(|(field, column)| value_at(column, row, &field.data_type)).collect();
        text.push_str(&row_to_json(&schema, &values, &Zone::utc(), false));
        text.push('\n');
    }
    text
}

/// What a batch read of one file gives.
fn check(reading: &Reading, file: &str, expected: Expect) {
    let mut world = Simulated::new(1, 0);
    world.land_file(&format!("{}/1", reading.request.paths[0]), file.as_bytes().to_vec());
    let text = match read(&world, reading, None) {
        Ok(read) => rows(reading, &read),
        Err(error) => error.to_string(),
    };
    expected.assert_eq(&text);
}

const ODD_JSON: &str = r#"{"n": 1, "a": [1, "x", 3], "m": {"p": 1}}
{"n": 2, "m": {"p": 1, "q": "x", "r": 3}, "bo": true}
{"n": 3, "s": {"x": "bad", "y": "kept"}, "bo": true}
{"n": 4, "l": [{"x": 1, "y": "a"}, {"x": "bad", "y": "b"}, {"x": 3}], "bo": true}
{"n": 5, "t": 200, "b": "aGk=", "d": "19000", "dec": 1234.5, "f": "NaN"}
{"n": 6, "t": 300, "b": "!!", "d": "2024-02-30", "dec": "1,2.345", "f": Infinity}
{"n": 7, "bo": "true", "dec": 2.345, "d": 19000}
[{"n": 8}, {"n": 9, "bo": true}]
{"n": 10, "n": 11}
{"n": tru, "bo": true}
{"n": 12, 'bo': true}
null
{"n": 13, "bo": true
"str"
{"n": 014}
{"n": "", "f": "", "s": ""}
{"n": 15, "a": null, "s": null, "l": [null, {}], "f": -INF, "bo": +INF}
{"n": 16, "s": [1], "a": {"x": 1}, "bo": true}
{"n": 17, "a": [], "m": {}, "s": {}, "f": "-Infinity"}
{"n": 1e2, "f": 1e2}
{"n": 18 "f": 1}
{"n": 19, "f": 1,}
{} {}
[]
"#;

#[test]
fn json_fields_that_do_not_fit() {
    let schema = "n INT; a ARRAY<INT>; m MAP; s POINT; l ARRAY<POINT>; t TINYINT; b BINARY; d DATE; dec DECIMAL(5,2); f FLOAT; bo BOOLEAN; _corrupt_record STRING";
    check(
        &reading("json", &[], schema, "/data/p"),
        ODD_JSON,
        expect![[r#"
        {"n":1,"a":null,"m":{"p":1},"s":null,"l":null,"t":null,"b":null,"d":null,"dec":null,"f":null,"bo":null,"_corrupt_record":"{\"n\": 1, \"a\": [1, \"x\", 3], \"m\": {\"p\": 1}}"}
        {"n":2,"a":null,"m":null,"s":null,"l":null,"t":null,"b":null,"d":null,"dec":null,"f":null,"bo":true,"_corrupt_record":"{\"n\": 2, \"m\": {\"p\": 1, \"q\": \"x\", \"r\": 3}, \"bo\": true}"}
        {"n":3,"a":null,"m":null,"s":{"x":null,"y":"kept"},"l":null,"t":null,"b":null,"d":null,"dec":null,"f":null,"bo":true,"_corrupt_record":"{\"n\": 3, \"s\": {\"x\": \"bad\", \"y\": \"kept\"}, \"bo\": true}"}
        {"n":4,"a":null,"m":null,"s":null,"l":[{"x":1,"y":"a"},{"x":null,"y":"b"},{"x":3,"y":null}],"t":null,"b":null,"d":null,"dec":null,"f":null,"bo":true,"_corrupt_record":"{\"n\": 4, \"l\": [{\"x\": 1, \"y\": \"a\"}, {\"x\": \"bad\", \"y\": \"b\"}, {\"x\": 3}], \"bo\": true}"}
        {"n":5,"a":null,"m":null,"s":null,"l":null,"t":-56,"b":"aGk=","d":"+19000-01-01","dec":null,"f":"NaN","bo":null,"_corrupt_record":"{\"n\": 5, \"t\": 200, \"b\": \"aGk=\", \"d\": \"19000\", \"dec\": 1234.5, \"f\": \"NaN\"}"}
        {"n":6,"a":null,"m":null,"s":null,"l":null,"t":null,"b":null,"d":null,"dec":12.35,"f":"Infinity","bo":null,"_corrupt_record":"{\"n\": 6, \"t\": 300, \"b\": \"!!\", \"d\": \"2024-02-30\", \"dec\": \"1,2.345\", \"f\": Infinity}"}
        {"n":7,"a":null,"m":null,"s":null,"l":null,"t":null,"b":null,"d":null,"dec":2.35,"f":null,"bo":null,"_corrupt_record":"{\"n\": 7, \"bo\": \"true\", \"dec\": 2.345, \"d\": 19000}"}
        {"n":8,"a":null,"m":null,"s":null,"l":null,"t":null,"b":null,"d":null,"dec":null,"f":null,"bo":null,"_corrupt_record":null}
        {"n":9,"a":null,"m":null,"s":null,"l":null,"t":null,"b":null,"d":null,"dec":null,"f":null,"bo":true,"_corrupt_record":null}
        {"n":11,"a":null,"m":null,"s":null,"l":null,"t":null,"b":null,"d":null,"dec":null,"f":null,"bo":null,"_corrupt_record":null}
        {"n":null,"a":null,"m":null,"s":null,"l":null,"t":null,"b":null,"d":null,"dec":null,"f":null,"bo":null,"_corrupt_record":"{\"n\": tru, \"bo\": true}"}
        {"n":12,"a":null,"m":null,"s":null,"l":null,"t":null,"b":null,"d":null,"dec":null,"f":null,"bo":true,"_corrupt_record":null}
        {"n":null,"a":null,"m":null,"s":null,"l":null,"t":null,"b":null,"d":null,"dec":null,"f":null,"bo":null,"_corrupt_record":"null"}
        {"n":null,"a":null,"m":null,"s":null,"l":null,"t":null,"b":null,"d":null,"dec":null,"f":null,"bo":null,"_corrupt_record":"{\"n\": 13, \"bo\": true"}
        {"n":null,"a":null,"m":null,"s":null,"l":null,"t":null,"b":null,"d":null,"dec":null,"f":null,"bo":null,"_corrupt_record":"\"str\""}
        {"n":null,"a":null,"m":null,"s":null,"l":null,"t":null,"b":null,"d":null,"dec":null,"f":null,"bo":null,"_corrupt_record":"{\"n\": 014}"}
        {"n":null,"a":null,"m":null,"s":null,"l":null,"t":null,"b":null,"d":null,"dec":null,"f":null,"bo":null,"_corrupt_record":"{\"n\": \"\", \"f\": \"\", \"s\": \"\"}"}
        {"n":15,"a":null,"m":null,"s":null,"l":[null,{"x":null,"y":null}],"t":null,"b":null,"d":null,"dec":null,"f":"-Infinity","bo":null,"_corrupt_record":"{\"n\": 15, \"a\": null, \"s\": null, \"l\": [null, {}], \"f\": -INF, \"bo\": +INF}"}
        {"n":16,"a":null,"m":null,"s":null,"l":null,"t":null,"b":null,"d":null,"dec":null,"f":null,"bo":true,"_corrupt_record":"{\"n\": 16, \"s\": [1], \"a\": {\"x\": 1}, \"bo\": true}"}
        {"n":17,"a":[],"m":{},"s":{"x":null,"y":null},"l":null,"t":null,"b":null,"d":null,"dec":null,"f":"-Infinity","bo":null,"_corrupt_record":null}
        {"n":null,"a":null,"m":null,"s":null,"l":null,"t":null,"b":null,"d":null,"dec":null,"f":100.0,"bo":null,"_corrupt_record":"{\"n\": 1e2, \"f\": 1e2}"}
        {"n":null,"a":null,"m":null,"s":null,"l":null,"t":null,"b":null,"d":null,"dec":null,"f":null,"bo":null,"_corrupt_record":"{\"n\": 18 \"f\": 1}"}
        {"n":null,"a":null,"m":null,"s":null,"l":null,"t":null,"b":null,"d":null,"dec":null,"f":null,"bo":null,"_corrupt_record":"{\"n\": 19, \"f\": 1,}"}
        {"n":null,"a":null,"m":null,"s":null,"l":null,"t":null,"b":null,"d":null,"dec":null,"f":null,"bo":null,"_corrupt_record":null}
    "#]],
    );
}

const ODD_CSV: &str = r##"1,"a ""q"" b",1.5,true,"1,234.5",2024-01-01
2,"unclosed,1.5,true,1,2024-01-01
3,"a" b,2,TRUE,1.005,2024-01-01
4,"a" ,3,True,1,19000
5,"a\"b\\c\n",4,t,99999.99,2024-1-1
+6,mid"quote"d,NaN,false,-1,2024-01-01T10:00
 7, sp ,Inf,false,1e2,
8,"",-Inf,,,

"9",x,1f,false,0x1,x
10,'x',1
11,x,1,true,1,2024-01-01,more
,,,,,
12,"two
lines",1,true,1,2024-01-01
13,#c,1,true,1,2024-01-01
"##;

#[test]
fn csv_cells_that_do_not_fit() {
    let schema = "i INT; s STRING; f FLOAT; bo BOOLEAN; dec DECIMAL(6,2); d DATE; _corrupt_record STRING";
    check(
        &reading("csv", &[], schema, "/data/p"),
        ODD_CSV,
        expect![[r##"
        {"i":1,"s":"\"a \"\"q\"\" b\"","f":1.5,"bo":true,"dec":1234.50,"d":"2024-01-01","_corrupt_record":null}
        {"i":2,"s":"unclosed,1.5,true,1,2024-01-01","f":null,"bo":null,"dec":null,"d":null,"_corrupt_record":"2,\"unclosed,1.5,true,1,2024-01-01"}
        {"i":3,"s":"\"a\" b","f":2.0,"bo":true,"dec":1.01,"d":"2024-01-01","_corrupt_record":null}
        {"i":4,"s":"a","f":3.0,"bo":true,"dec":1.00,"d":"+19000-01-01","_corrupt_record":null}
        {"i":5,"s":"a\"b\\c\\n","f":4.0,"bo":null,"dec":null,"d":"2024-01-01","_corrupt_record":"5,\"a\\\"b\\\\c\\n\",4,t,99999.99,2024-1-1"}
        {"i":6,"s":"mid\"quote\"d","f":"NaN","bo":false,"dec":-1.00,"d":"2024-01-01","_corrupt_record":null}
        {"i":null,"s":" sp ","f":"Infinity","bo":false,"dec":100.00,"d":null,"_corrupt_record":" 7, sp ,Inf,false,1e2,"}
        {"i":8,"s":null,"f":"-Infinity","bo":null,"dec":null,"d":null,"_corrupt_record":null}
        {"i":9,"s":"x","f":1.0,"bo":false,"dec":null,"d":null,"_corrupt_record":"\"9\",x,1f,false,0x1,x"}
        {"i":10,"s":"'x'","f":1.0,"bo":null,"dec":null,"d":null,"_corrupt_record":"10,'x',1"}
        {"i":11,"s":"x","f":1.0,"bo":true,"dec":1.00,"d":"2024-01-01","_corrupt_record":"11,x,1,true,1,2024-01-01,more"}
        {"i":null,"s":null,"f":null,"bo":null,"dec":null,"d":null,"_corrupt_record":null}
        {"i":12,"s":"two","f":null,"bo":null,"dec":null,"d":null,"_corrupt_record":"12,\"two"}
        {"i":null,"s":"1","f":null,"bo":null,"dec":null,"d":null,"_corrupt_record":"lines\",1,true,1,2024-01-01"}
        {"i":13,"s":"#c","f":1.0,"bo":true,"dec":1.00,"d":"2024-01-01","_corrupt_record":null}
    "##]],
    );
}

#[test]
fn csv_with_doubled_quotes_comments_and_blanks() {
    let options = [("escape", "\""), ("comment", "#"), ("ignoreLeadingWhiteSpace", "true"), ("ignoreTrailingWhiteSpace", "True")];
    let file = r##"# comment
1,"a ""q"" b",1.5
 2 , sp , 2.5 
3,"" , 3
4," in ",4
5,"un"x"y",5
 # not comment,6,7
#6,x,1
"##;
    check(
        &reading("csv", &options, "i INT; s STRING; f FLOAT", "/data/q"),
        file,
        expect![[r#"
        {"i":1,"s":"a \"q\" b","f":1.5}
        {"i":2,"s":"sp","f":2.5}
        {"i":3,"s":null,"f":3.0}
        {"i":4,"s":" in ","f":4.0}
        {"i":5,"s":"\"un\"x\"y\"","f":5.0}
        {"i":null,"s":"6","f":7.0}
    "#]],
    );
}

#[test]
fn pushed_filters_pass_rows_with_mistyped_cells() {
    let greater = |column| PushedFilter::Test(column, FilterTest::Compare(Compare::Greater, crate::types::Value::Integer(3)));
    let mut csv = reading("csv", &[], "i INT; s STRING; f FLOAT; bo BOOLEAN; dec DECIMAL(6,2); d DATE", "/data/p");
    csv.filters = vec![PushedFilter::Test(0, FilterTest::IsNotNull), greater(0)];
    csv.columns = vec![1, 0];
    check(
        &csv,
        ODD_CSV,
        expect![[r##"
        {"s":"a","i":4}
        {"s":"a\"b\\c\\n","i":5}
        {"s":"mid\"quote\"d","i":6}
        {"s":" sp ","i":null}
        {"s":null,"i":8}
        {"s":"x","i":9}
        {"s":"'x'","i":10}
        {"s":"x","i":11}
        {"s":"two","i":12}
        {"s":"1","i":null}
        {"s":"#c","i":13}
    "##]],
    );
}

fn land(world: &mut Simulated, path: &str, text: &str) {
    world.land_file(path, text.as_bytes().to_vec());
}

/// All batches that a source gives until it has no more.
fn drain(world: &mut Simulated, source: &mut dyn Source, reading: &Reading, mut start: Option<Offset>) -> String {
    let mut text = String::new();
    while let Some(end) = source.latest_offset(world, start.as_ref(), ReadLimit::Default).unwrap() {
        if start.as_ref() == Some(&end) {
            break;
        }
        let read = source.batch(world, start.as_ref(), &end, true).unwrap();
        assert_eq!(read.arrived_ms.as_ref().map(Vec::len), Some(read.rows));
        text.push_str(&format!("{}\n{}", end.0, rows(reading, &read)));
        source.commit(world, &end);
        start = Some(end);
    }
    text
}

#[test]
fn file_source_takes_the_oldest_first_and_remembers() {
    let mut world = Simulated::new(1, 1_000);
    land(&mut world, "/data/z.csv", "1\n");
    land(&mut world, "/data/a.csv", "2\n");
    land(&mut world, "/data/_hidden.csv", "9\n");
    land(&mut world, "/data/m.csv", "3\n33\n");
    land(&mut world, "/data/sub/x.csv", "9\n");
    let reading = reading("csv", &[("maxFilesPerTrigger", "2")], "n INT", "/data");
    let mut source = open_source(&mut world, reading.clone(), "/c/sources/0").unwrap();
    let text = drain(&mut world, &mut *source, &reading, None);
    land(&mut world, "/data/z.csv", "100\n");
    land(&mut world, "/data/b.csv", "4\n");
    let mut again = open_source(&mut world, reading.clone(), "/c/sources/0").unwrap();
    let text = text + "again\n" + &drain(&mut world, &mut *again, &reading, Some(Offset("{\"logOffset\":1}".to_owned())));
    expect![[r#"
        {"logOffset":0}
        {"n":1}
        {"n":2}
        {"logOffset":1}
        {"n":3}
        {"n":33}
        again
        {"logOffset":2}
        {"n":4}
        v1
        {"path":"file:///data/m.csv","timestamp":1003,"batchId":1}"#]]
    .assert_eq(&(text + std::str::from_utf8(world.disk().read("/c/sources/0/1").unwrap()).unwrap()));
}

#[test]
fn file_source_compacts_its_log() {
    let mut world = Simulated::new(1, 1_000);
    (0..23).for_each(|number| land(&mut world, &format!("/data/{number}"), "x\n"));
    let reading = reading("text", &[("maxFilesPerTrigger", "1")], "value STRING", "/data");
    let mut source = open_source(&mut world, reading.clone(), "/c/sources/0").unwrap();
    drain(&mut world, &mut *source, &reading, None);
    assert!(world.disk().is_file("/c/sources/0/9.compact") && world.disk().is_file("/c/sources/0/19.compact"));
    let mut again = open_source(&mut world, reading.clone(), "/c/sources/0").unwrap();
    let end = again.latest_offset(&mut world, None, ReadLimit::Default).unwrap().unwrap();
    assert_eq!(again.batch(&mut world, None, &end, false).unwrap().rows, 23);
}

#[test]
fn rate_and_socket_begin_with_an_empty_batch() {
    let mut world = Simulated::new(1, 10_000);
    world.send_line(9999, "early");
    let mut rate = reading("rate", &[("rowsPerSecond", "2")], "timestamp TIMESTAMP; value BIGINT", "");
    rate.request.schema = Some(stream_schema(&world, &ReadRequest { schema: None, ..rate.request.clone() }, false, &Zone::utc()).unwrap());
    let socket =
        reading("socket", &[("host", "h"), ("port", "9999"), ("includeTimestamp", "true")], "value STRING; timestamp TIMESTAMP", "");
    let mut text = String::new();
    for reading in [rate, socket] {
        let mut source = open_source(&mut world, reading.clone(), "/c/sources/0").unwrap();
        let mut start = None;
        for _ in 0..3 {
            let end = source.latest_offset(&mut world, start.as_ref(), ReadLimit::Default).unwrap().unwrap();
            let read = source.batch(&mut world, start.as_ref(), &end, false).unwrap();
            text.push_str(&format!("{} {}\n{}", source.description(), end.0, rows(&reading, &read)));
            let later = world.now_ms() + 1_000;
            world.advance_to(later);
            world.send_line(9999, "later");
            start = Some(end);
        }
    }
    expect![[r#"
        RateStreamV2[rowsPerSecond=2, rampUpTimeSeconds=0, numPartitions=default 0
        RateStreamV2[rowsPerSecond=2, rampUpTimeSeconds=0, numPartitions=default 1
        {"timestamp":"1970-01-01T00:00:10.000Z","value":0}
        {"timestamp":"1970-01-01T00:00:10.500Z","value":1}
        RateStreamV2[rowsPerSecond=2, rampUpTimeSeconds=0, numPartitions=default 2
        {"timestamp":"1970-01-01T00:00:11.000Z","value":2}
        {"timestamp":"1970-01-01T00:00:11.500Z","value":3}
        TextSocketV2[host: h, port: 9999] 3
        {"value":"early","timestamp":"1970-01-01T00:00:10.000Z"}
        {"value":"later","timestamp":"1970-01-01T00:00:11.000Z"}
        {"value":"later","timestamp":"1970-01-01T00:00:12.000Z"}
        {"value":"later","timestamp":"1970-01-01T00:00:13.000Z"}
        TextSocketV2[host: h, port: 9999] 4
        {"value":"later","timestamp":"1970-01-01T00:00:14.000Z"}
        TextSocketV2[host: h, port: 9999] 5
        {"value":"later","timestamp":"1970-01-01T00:00:15.000Z"}
    "#]]
    .assert_eq(&text);
}

fn batch_of(reading: &Reading, world: &Simulated) -> arrow_array::RecordBatch {
    let read = read(world, reading, None).unwrap();
    let schema = crate::types::arrow::arrow_schema(reading.request.schema.as_ref().unwrap());
    arrow_array::RecordBatch::try_new(schema, read.columns).unwrap()
}

#[test]
fn what_is_written_is_read_back() {
    let mut world = Simulated::new(1, 0);
    let schema = "sku STRING; n INT; at TIMESTAMP; d DOUBLE; a ARRAY<INT>; m MAP; s POINT; b BINARY; day DATE; dec DECIMAL(6,2)";
    land(
        &mut world,
        "/in/1",
        r#"{"sku": "a \"q\", b", "n": 1, "at": "2024-05-01T10:00:00.123456Z", "d": 1e10, "a": [1, null], "m": {"k": 1}, "s": {"x": 1, "y": "z"}, "b": "aGk=", "day": "2024-02-29", "dec": 1.5}
{"sku": "", "d": "NaN"}
{}
"#,
    );
    let input = reading("json", &[], schema, "/in");
    let rows_in = batch_of(&input, &world);
    for format in ["json", "parquet"] {
        let write_request = WriteRequest { format: format.to_owned(), path: Some(format!("/out/{format}")), ..WriteRequest::default() };
        write(&mut world, &write_request, SaveMode::ErrorIfExists, input.request.schema.as_ref().unwrap(), &rows_in, &Zone::utc()).unwrap();
        assert!(
            write(&mut world, &write_request, SaveMode::ErrorIfExists, input.request.schema.as_ref().unwrap(), &rows_in, &Zone::utc())
                .is_err()
        );
    }
    let back =
        Reading { request: ReadRequest { schema: None, ..reading("parquet", &[], schema, "/out/parquet").request }, ..input.clone() };
    let found = batch_schema(&world, &back.request, &Zone::utc()).unwrap();
    assert_eq!(found, input.request.schema.clone().unwrap());
    let back = Reading { request: ReadRequest { schema: Some(found), ..back.request }, ..back };
    assert_eq!(rows(&input, &read(&world, &input, None).unwrap()), rows(&back, &read(&world, &back, None).unwrap()));
    assert_eq!(batch_of(&back, &world), rows_in);
    let json = ReadRequest { format: "json".to_owned(), paths: vec!["/out/json".to_owned()], ..ReadRequest::default() };
    expect![[r#"
        root
         |-- a: array (nullable = true)
         |    |-- element: long (containsNull = true)
         |-- at: string (nullable = true)
         |-- b: string (nullable = true)
         |-- d: string (nullable = true)
         |-- day: string (nullable = true)
         |-- dec: double (nullable = true)
         |-- m: struct (nullable = true)
         |    |-- k: long (nullable = true)
         |-- n: long (nullable = true)
         |-- s: struct (nullable = true)
         |    |-- x: long (nullable = true)
         |    |-- y: string (nullable = true)
         |-- sku: string (nullable = true)
    "#]]
    .assert_eq(&batch_schema(&world, &json, &Zone::utc()).unwrap().tree_string());
}

#[test]
fn file_sink_writes_a_batch_once_and_partitions() {
    let mut world = Simulated::new(1, 0);
    land(&mut world, "/in/1", "a,1,NO\nb,,FR\nc,3,\nd d,4,N/O\n");
    let input = reading("csv", &[], "sku STRING; qty INT; country STRING", "/in");
    let rows_in = batch_of(&input, &world);
    let schema = input.request.schema.clone().unwrap();
    let request = WriteRequest {
        format: "json".to_owned(),
        path: Some("/out/sales".to_owned()),
        partition_by: vec!["country".to_owned()],
        ..WriteRequest::default()
    };
    let mut sink = open_sink(&request, SinkMode::Append, &schema, &Zone::utc()).unwrap();
    for batch_id in [0, 0, 1] {
        sink.add_batch(&mut world, batch_id, SinkMode::Append, &schema, &rows_in).unwrap();
    }
    land(&mut world, "/out/sales/stray.json", "{\"sku\": \"stray\"}\n");
    let mut back = ReadRequest { format: "json".to_owned(), paths: vec!["/out/sales".to_owned()], ..ReadRequest::default() };
    let schema = batch_schema(&world, &back, &Zone::utc()).unwrap();
    back.schema = Some(schema.clone());
    let reading = Reading { columns: (0..schema.fields.len()).collect(), request: back, filters: Vec::new(), zone: Zone::utc() };
    let mut lines: Vec<String> = rows(&reading, &read(&world, &reading, None).unwrap()).lines().map(str::to_owned).collect();
    lines.sort();
    expect![[r#"
        root
         |-- qty: long (nullable = true)
         |-- sku: string (nullable = true)
         |-- country: string (nullable = true)
        {"qty":1,"sku":"a","country":"NO"}
        {"qty":1,"sku":"a","country":"NO"}
        {"qty":3,"sku":"c","country":null}
        {"qty":3,"sku":"c","country":null}
        {"qty":4,"sku":"d d","country":"N/O"}
        {"qty":4,"sku":"d d","country":"N/O"}
        {"qty":null,"sku":"b","country":"FR"}
        {"qty":null,"sku":"b","country":"FR"}"#]]
    .assert_eq(&(schema.tree_string() + &lines.join("\n")));
}

#[test]
fn csv_writer_quotes_what_needs_it() {
    let mut world = Simulated::new(1, 0);
    land(&mut world, "/in/1", "{\"s\": \"say \\\"hi\\\", ok\", \"d\": 1}\n{\"s\": \"\"}\n{\"d\": 1e10}\n{\"s\": \" a\\\\b \"}\n");
    let input = reading("json", &[], "s STRING; d DOUBLE; at TIMESTAMP", "/in");
    let rows_in = batch_of(&input, &world);
    let request = WriteRequest {
        format: "csv".to_owned(),
        path: Some("/out".to_owned()),
        options: [("header", "true")].into_iter().collect(),
        ..WriteRequest::default()
    };
    write(&mut world, &request, SaveMode::Append, &input.request.schema.clone().unwrap(), &rows_in, &Zone::utc()).unwrap();
    let file = world.disk().files_under("/out").find(|file| file.path.ends_with("csv")).unwrap();
    expect![[r#"
        s,d,at
        "say \"hi\", ok",1.0,
        "",,
        ,1.0E10,
        a\b,,
    "#]]
    .assert_eq(std::str::from_utf8(world.disk().read(&file.path).unwrap()).unwrap());
    let csv = ReadRequest {
        format: "csv".to_owned(),
        paths: vec!["/out".to_owned()],
        options: [("header", "true"), ("inferSchema", "true")].into_iter().collect(),
        schema: None,
    };
    expect![[r#"
        root
         |-- s: string (nullable = true)
         |-- d: double (nullable = true)
         |-- at: string (nullable = true)
    "#]]
    .assert_eq(&batch_schema(&world, &csv, &Zone::utc()).unwrap().tree_string());
}

#[test]
fn json_schemas_as_spark_infers_them() {
    let file = r#"{"a": 1, "b": "x", "c": [1, 2.5], "d": {"y": 1, "x": null}, "e": null, "f": "", "g": [], "h": {}, "i": 99999999999999999999, "j": true}
{"a": 1.5, "b": 2, "c": null, "d": {"z": "q"}, "g": [{"k": 1}], "j": "x", "i": 1, "k": [1, "a"], "l": 1e400}
[{"m": 1}, {"m": 2.5}]
bad line
{"n": "2024-01-01T00:00:00Z", "o": 123456789012345678901234567890123456789012, "p": -99999999999999999999, "q": NaN, "s": 1.50}
"#;
    let mut world = Simulated::new(1, 0);
    land(&mut world, "/data/1.json", file);
    for (options, expected) in [
        (
            vec![],
            expect![
                "struct<_corrupt_record:string,a:double,b:string,c:array<double>,d:struct<x:string,y:bigint,z:string>,e:string,f:string,g:array<struct<k:bigint>>,i:decimal(20,0),j:string,k:array<string>,l:double,m:double,n:string,o:double,p:decimal(20,0),q:double,s:double>"
            ],
        ),
        (
            vec![("mode", "DROPMALFORMED"), ("primitivesAsString", "true")],
            expect![
                "struct<a:string,b:string,c:array<string>,d:struct<x:string,y:string,z:string>,e:string,f:string,g:array<struct<k:string>>,i:string,j:string,k:array<string>,l:string,m:string,n:string,o:string,p:string,q:string,s:string>"
            ],
        ),
    ] {
        let request = ReadRequest {
            format: "json".to_owned(),
            options: options.into_iter().collect(),
            paths: vec!["/data".to_owned()],
            schema: None,
        };
        expected.assert_eq(&batch_schema(&world, &request, &Zone::utc()).unwrap().simple_string());
    }
}

#[test]
fn csv_schemas_as_spark_infers_them() {
    let file = "a,b,c,d,e,f,g,a,,h,i,j,k,l\n1,1,1.5,2024-01-01,2024-01-01 10:00:00,true,x,1,2,,1,2024-01-01,99999999999,123456789012345678901234567890\n2,99999999999,3,2024-01-02,2024-01-01T10:00:00Z,false,,2,3,,x,2024-01-01 10:00:00,1.5,1\n";
    let mut world = Simulated::new(1, 0);
    land(&mut world, "/data/1.csv", file);
    let options = [("header", "true"), ("inferSchema", "true")].into_iter().collect();
    let request = ReadRequest { format: "csv".to_owned(), options, paths: vec!["/data".to_owned()], schema: None };
    expect!["struct<a0:int,b:bigint,c:double,d:date,e:timestamp,f:boolean,g:string,a7:int,_c8:int,h:string,i:string,j:timestamp,k:double,l:decimal(30,0)>"].assert_eq(&batch_schema(&world, &request, &Zone::utc()).unwrap().simple_string());
}

#[test]
fn csv_records_over_several_lines() {
    let reading = reading("csv", &[("multiLine", "true"), ("header", "true")], "a STRING; b STRING; c STRING", "/data");
    check(
        &reading,
        "x,y,z\n1,\"two\nlines\",3\n\n4,\"quoted \"\"x\"\"\",5\n6,\"open\nend,7\n",
        expect![[r#"
        {"a":"1","b":"two\nlines","c":"3"}
        {"a":"4","b":"\"quoted \"\"x\"\"\"","c":"5"}
        {"a":"6","b":"open\nend,7\n","c":null}
    "#]],
    );
}

mod random {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    const SCHEMA: &str = "n INT; s STRING; a ARRAY<POINT>; m MAP; p POINT; d DATE; t TIMESTAMP; dec DECIMAL(5,2); f DOUBLE; b BINARY; bo BOOLEAN; _corrupt_record STRING";
    const FLAT: &str = "n INT; s STRING; d DATE; t TIMESTAMP; dec DECIMAL(5,2); f DOUBLE; bo BOOLEAN; _corrupt_record STRING";

    /// Text that looks like the format, more or less.
    fn almost(letters: &'static [&'static str]) -> impl Strategy<Value = String> {
        vec(proptest::sample::select(letters), 0..60).prop_map(|parts| parts.concat())
    }

    fn read_all(format: &str, options: &[(&str, &str)], schema: &str, bytes: &[u8]) {
        let mut world = Simulated::new(1, 0);
        world.land_file("/d/1", bytes.to_vec());
        let mut reading = reading(format, options, schema, "/d");
        for filters in [
            Vec::new(),
            vec![
                PushedFilter::Test(0, FilterTest::IsNotNull),
                PushedFilter::Or(vec![
                    PushedFilter::Test(0, FilterTest::IsNull),
                    PushedFilter::Not(Box::new(PushedFilter::Test(1, FilterTest::StartsWith("a".to_owned())))),
                ]),
            ],
        ] {
            reading.filters = filters;
            let read = read(&world, &reading, None).unwrap();
            assert_eq!(rows(&reading, &read).lines().count(), read.rows);
        }
        let _ = batch_schema(&world, &ReadRequest { schema: None, ..reading.request }, &Zone::utc());
    }

    proptest! {
        #[test]
        fn bytes_never_panic(bytes in vec(any::<u8>(), 0..300)) {
            read_all("json", &[], SCHEMA, &bytes);
            read_all("json", &[("multiLine", "true"), ("allowComments", "true")], SCHEMA, &bytes);
            read_all("csv", &[], FLAT, &bytes);
            read_all("csv", &[("multiLine", "true"), ("header", "true"), ("sep", "||")], FLAT, &bytes);
            read_all("text", &[], "value STRING", &bytes);
        }

        #[test]
        fn almost_json_never_panics(text in almost(&["{", "}", "[", "]", ",", ":", "\"n\"", "\"a\"", "\"p\"", "\"m\"", "\"x\"", "1", "-2.5e3", "null", "true", "\"\\u12", "\"2024-01-01\"", "\n", " ", "\"", "\\", "NaN", "'", "é"])) {
            read_all("json", &[], SCHEMA, text.as_bytes());
            read_all("json", &[("multiLine", "true"), ("mode", "DROPMALFORMED")], SCHEMA, text.as_bytes());
        }

        #[test]
        fn almost_csv_never_panics(text in almost(&[",", ";", "\"", "\\", "\n", "\r\n", " ", "a", "1", "2024-01-01", "#", "1.5", "é", "\t"])) {
            read_all("csv", &[], FLAT, text.as_bytes());
            read_all("csv", &[("sep", ";"), ("escape", "\""), ("comment", "#"), ("ignoreLeadingWhiteSpace", "true"), ("ignoreTrailingWhiteSpace", "true")], FLAT, text.as_bytes());
            read_all("csv", &[("multiLine", "true"), ("quote", ""), ("mode", "DROPMALFORMED")], FLAT, text.as_bytes());
        }
    }
}
