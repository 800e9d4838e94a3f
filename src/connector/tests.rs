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
    let text = match read(&world, reading) {
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
