//! Names, stars, structs, renames.

use crate::plan::tests::check;
use expect_test::expect;

#[test]
fn selected_names_keep_their_case() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | select ID; Name AS n; dev.id; dev.pos.lat + 1; id * 2", "schema", &expect![[r#"
    root
     |-- ID: integer (nullable = true)
     |-- n: string (nullable = true)
     |-- id: string (nullable = true)
     |-- (dev.pos.lat + 1): double (nullable = true)
     |-- (id * 2): integer (nullable = true)
"#]]);
}

#[test]
fn star_of_a_struct() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | select dev.*; dev.pos.*", "schema", &expect![[r#"
    root
     |-- id: string (nullable = true)
     |-- pos: struct (nullable = true)
     |    |-- lat: double (nullable = true)
     |-- lat: double (nullable = true)
"#]]);
}

#[test]
fn unknown_column_suggests_by_likeness() {
    check("e = stream order_id INT, customer STRING, amount DOUBLE
x = e | select custmer", "schema", &expect!["AnalysisException: [UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `custmer` cannot be resolved. Did you mean one of the following? [`customer`, `amount`, `order_id`]. SQLSTATE: 42703; line 1 pos 0"]);
}

#[test]
fn unknown_column_in_sql_text_has_a_place() {
    check("e = stream order_id INT, customer STRING, amount DOUBLE
x = e | where amont > 10", "schema", &expect!["AnalysisException: [UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `amont` cannot be resolved. Did you mean one of the following? [`amount`, `customer`, `order_id`]. SQLSTATE: 42703; line 1 pos 0"]);
}

#[test]
fn unknown_column_of_a_frame_suggests_in_order() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | select e!nope", "schema", &expect!["AnalysisException: [UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `nope` cannot be resolved. Did you mean one of the following? [`id`, `name`, `at`, `dev`, `tags`]. SQLSTATE: 42703"]);
}

#[test]
fn with_columns_replaces_in_place() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | with NAME := upper(name); more := 1 | drop tags; absent | rename absent; y | rename id; user", "schema", &expect![[r#"
    root
     |-- user: integer (nullable = true)
     |-- NAME: string (nullable = true)
     |-- at: timestamp (nullable = true)
     |-- dev: struct (nullable = true)
     |    |-- id: string (nullable = true)
     |    |-- pos: struct (nullable = true)
     |    |    |-- lat: double (nullable = true)
     |-- more: integer (nullable = false)
"#]]);
}

#[test]
fn to_df_counts_names() {
    check("b = batch id INT, name STRING
x = b | to a", "schema", &expect!["AnalysisException: [ASSIGNMENT_ARITY_MISMATCH] The number of columns or variables assigned or aliased: 2 does not match the number of source expressions: 1. SQLSTATE: 42802"]);
}

#[test]
fn hidden_columns_can_be_filtered_and_sorted_by() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | select name | where id > 1", "tree", &expect![[r#"
    Project [name#1]
    +- Filter (id#0 > 1)
       +- Project [name#1, id#0]
          +- StreamingRelation json [id#0, name#1, at#2, dev#3, tags#4]
"#]]);
}

#[test]
fn hidden_columns_through_a_reference() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | select name | order e!id", "tree", &expect![[r#"
    Project [name#1]
    +- Sort [id#0 ASC NULLS FIRST], true
       +- Project [name#1, id#0]
          +- StreamingRelation json [id#0, name#1, at#2, dev#3, tags#4]
"#]]);
}

#[test]
fn explode_with_names() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | select posexplode(tags) AS (p, t); id", "tree", &expect![[r#"
    Project [p#7, t#8, id#0]
    +- Generate posexplode(tags#4), false, [p#7, t#8]
       +- StreamingRelation json [id#0, name#1, at#2, dev#3, tags#4]
"#]]);
}

#[test]
fn two_generators() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | select explode(tags) AS a; explode(tags) AS b", "tree", &expect![[r#"
    Project [a#7, b#8]
    +- Generate explode(tags#4), false, [b#8]
       +- Generate explode(tags#4), false, [a#7]
          +- StreamingRelation json [id#0, name#1, at#2, dev#3, tags#4]
"#]]);
}

#[test]
fn generator_inside_an_expression() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | select concat(explode(tags), 'x')", "schema", &expect![[r#"AnalysisException: [UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS] The generator is not supported: nested in expressions "concat(explode(tags), x)". SQLSTATE: 42K0E"#]]);
}

#[test]
fn wrong_number_of_generator_names() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | select posexplode(tags) AS a", "schema", &expect![[r#"
    AnalysisException: [UDTF_ALIAS_NUMBER_MISMATCH] The number of aliases supplied in the AS clause does not match the number of columns output by the UDTF.
    Expected 2 aliases, but got a.
    Please ensure that the number of aliases provided matches the number of columns output by the UDTF. SQLSTATE: 42802"#]]);
}

#[test]
fn star_of_nothing() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | select zz.*", "schema", &expect!["AnalysisException: [CANNOT_RESOLVE_STAR_EXPAND] Cannot resolve `zz`.* given input columns . Please check that the specified table or struct exists and is accessible in the input columns. SQLSTATE: 42704"]);
}

#[test]
fn star_of_a_number() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | select id.*", "schema", &expect!["AnalysisException: Can only star expand struct data types. Attribute: `List(id)`."]);
}

#[test]
fn filter_must_be_boolean() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | where id", "schema", &expect![[r#"AnalysisException: [DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN] Cannot resolve "id" due to data type mismatch: Filter expression "id" of type "INT" is not a boolean. SQLSTATE: 42K09"#]]);
}

#[test]
fn filter_must_not_aggregate() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | where sum(id) > 1", "schema", &expect![[r#"
    AnalysisException: [INVALID_WHERE_CONDITION] The WHERE condition "(sum(id) > 1)" contains invalid expressions: sum(id).
    Rewrite the query to avoid window functions, aggregate functions, and generator functions in the WHERE clause. SQLSTATE: 42903"#]]);
}

#[test]
fn drop_nulls() {
    check("e = stream a INT, b STRING
x = e | drop_nulls b", "tree", &expect![[r#"
    Filter (case(isnotnull(b#1), 1, 0) >= 1)
    +- StreamingRelation json [a#0, b#1]
"#]]);
}

#[test]
fn unknown_to_drop_nulls() {
    check("e = stream a INT, b STRING
x = e | drop_nulls z", "tree", &expect!["AnalysisException: [UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `z` cannot be resolved. Did you mean one of the following? [`a`, `b`]. SQLSTATE: 42703"]);
}

#[test]
fn negative_limit() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | limit -1", "schema", &expect![[r#"AnalysisException: [INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE] The limit like expression "-1" is invalid. The limit expression must be equal to or greater than 0, but got -1. SQLSTATE: 42K0E"#]]);
}

#[test]
fn aliases_to_the_left_can_be_named() {
    check("e = stream id INT
x = e | select id + 1 AS more; more * 2 AS twice", "tree", &expect![[r#"
    Project [(id#0 + 1) AS more#3, ((id#0 + 1) * 2) AS twice#4]
    +- StreamingRelation json [id#0]
"#]]);
}

#[test]
fn fill_nulls() {
    check("e = stream a FLOAT, b STRING, c INT
x = e | fill", "tree", &expect![[r#"
    Project [cast(coalesce(nanvl(cast(a#0 as double), NULL), cast(cast(7 as float) as double)) as float) AS a#5, b#1, coalesce(c#2, 7) AS c#6]
    +- StreamingRelation json [a#0, b#1, c#2]
"#]]);
}
