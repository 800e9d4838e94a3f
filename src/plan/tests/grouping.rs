//! Aggregations, windows and watermarks.

use crate::plan::tests::check;
use expect_test::expect;

#[test]
fn keys_then_aggregates() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | group name; upper(name) AS u | agg count(*) AS n; sum(id) + 1; round(avg(id), 2)", "tree", &expect![[r#"
    Project [name#1, u#7, n#8, ((sum(id) + 1)#9 + cast(1 as bigint)) AS (sum(id) + 1)#10, round(round(avg(id), 2)#11, 2) AS round(avg(id), 2)#12]
    +- Aggregate [name#1, upper(name#1) AS u#7], [count() AS n#8, sum(cast(id#0 as bigint)) AS (sum(id) + 1)#9, average(cast(id#0 as double)) AS round(avg(id), 2)#11]
       +- StreamingRelation json [id#0, name#1, at#2, dev#3, tags#4]
"#]]);
}

#[test]
fn equal_calls_are_computed_once() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | group name | agg sum(id); sum(id) * 2", "tree", &expect![[r#"
    Project [name#1, sum(id)#7, (sum(id)#7 * cast(2 as bigint)) AS (sum(id) * 2)#8]
    +- Aggregate [name#1], [sum(cast(id#0 as bigint)) AS sum(id)#7]
       +- StreamingRelation json [id#0, name#1, at#2, dev#3, tags#4]
"#]]);
}

#[test]
fn schema_of_a_streaming_aggregate_is_nullable() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | group window(at, '5 minutes') AS w; name | agg count(*) AS n; collect_list(id)", "schema", &expect![[r#"
    root
     |-- w: struct (nullable = true)
     |    |-- start: timestamp (nullable = true)
     |    |-- end: timestamp (nullable = true)
     |-- name: string (nullable = true)
     |-- n: long (nullable = true)
     |-- collect_list(id): array (nullable = true)
     |    |-- element: integer (containsNull = true)
"#]]);
}

#[test]
fn schema_of_a_batch_aggregate() {
    check("b = batch id INT, name STRING
x = b | group name | count", "schema", &expect![[r#"
    root
     |-- name: string (nullable = true)
     |-- count: long (nullable = false)
"#]]);
}

#[test]
fn window_takes_the_watermark() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
w = e | watermark at; 10 minutes
x = w | group window(at, '10 minutes', '5 minutes'); name | count", "tree", &expect![[r#"
    Aggregate [window#9-T600000ms, name#1], [count(1) AS count#10]
    +- TimeWindow window#9-T600000ms of at#2, 600000000 / 300000000 + 0 us
       +- EventTimeWatermark at#2, 600000 ms
          +- StreamingRelation json [id#0, name#1, at#2, dev#3, tags#4]
"#]]);
}

#[test]
fn session_window() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
w = e | watermark at; 10 minutes
x = w | group session_window(at, '5 minutes'); name | count", "tree", &expect![[r#"
    Aggregate [session_window#9-T600000ms, name#1], [count(1) AS count#10]
    +- SessionWindow session_window#9-T600000ms from at#2 to $time_add(at#2, INTERVAL '0 00:05:00' DAY TO SECOND)
       +- EventTimeWatermark at#2, 600000 ms
          +- StreamingRelation json [id#0, name#1, at#2, dev#3, tags#4]
"#]]);
}

#[test]
fn window_of_windows() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
w = e | watermark at; 10 minutes
a = w | group window(at, '1 minute') | count
x = a | group window(window, '1 hour') | agg sum(count) AS n", "tree", &expect![[r#"
    Aggregate [window#12-T600000ms], [sum(count#10) AS n#13]
    +- TimeWindow window#12-T600000ms of $before_end(window#9.end), 3600000000 / 3600000000 + 0 us
       +- Aggregate [window#9-T600000ms], [count(1) AS count#10]
          +- TimeWindow window#9-T600000ms of at#2, 60000000 / 60000000 + 0 us
             +- EventTimeWatermark at#2, 600000 ms
                +- StreamingRelation json [id#0, name#1, at#2, dev#3, tags#4]
"#]]);
}

#[test]
fn window_time_keeps_the_watermark() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
w = e | watermark at; 10 minutes
a = w | group window(at, '1 minute') | count
x = a | group window(window_time(window), '1 hour') | agg sum(count) AS n", "tree", &expect![[r#"
    Aggregate [window#12-T600000ms], [sum(count#10) AS n#13]
    +- TimeWindow window#12-T600000ms of $before_end(window#9.end), 3600000000 / 3600000000 + 0 us
       +- Aggregate [window#9-T600000ms], [count(1) AS count#10]
          +- TimeWindow window#9-T600000ms of at#2, 60000000 / 60000000 + 0 us
             +- EventTimeWatermark at#2, 600000 ms
                +- StreamingRelation json [id#0, name#1, at#2, dev#3, tags#4]
"#]]);
}

#[test]
fn two_windows() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | group window(at, '10 minutes'); window(at, '1 hour') | count", "tree", &expect!["AnalysisException: Multiple time/session window expressions would result in a cartesian product of rows, therefore they are currently not supported."]);
}

#[test]
fn one_window_twice() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | group window(at, '10 minutes') | agg window(at, '10 minutes').start AS s; count(*) AS n", "tree", &expect![[r#"
    Project [window#7, window#7.start AS s#8, n#9]
    +- Aggregate [window#7], [count() AS n#9]
       +- TimeWindow window#7 of at#2, 600000000 / 600000000 + 0 us
          +- StreamingRelation json [id#0, name#1, at#2, dev#3, tags#4]
"#]]);
}

#[test]
fn column_outside_group_by() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | group name | agg id", "tree", &expect![[r#"
    AnalysisException: [MISSING_AGGREGATION] The non-aggregating expression "id" is based on columns which are not participating in the GROUP BY clause.
    Add the columns or the expression to the GROUP BY, aggregate the expression, or use "any_value(id)" if you do not care which of the values within a group is returned. SQLSTATE: 42803"#]]);
}

#[test]
fn no_group_by() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | select name; count(*)", "tree", &expect!["AnalysisException: [MISSING_GROUP_BY] The query does not include a GROUP BY clause. Add GROUP BY or turn it into the window functions using OVER clauses. SQLSTATE: 42803"]);
}

#[test]
fn nested_aggregates() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | select sum(sum(id))", "tree", &expect!["AnalysisException: [NESTED_AGGREGATE_FUNCTION] It is not allowed to use an aggregate function in the argument of another aggregate function. Please use the inner aggregate function in a sub-query. SQLSTATE: 42607; line 1 pos 4"]);
}

#[test]
fn aggregate_as_a_key() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | group sum(id) | count", "tree", &expect!["AnalysisException: [GROUP_BY_AGGREGATE] Aggregate functions are not allowed in GROUP BY, but found sum(id). SQLSTATE: 42903"]);
}

#[test]
fn numeric_columns() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | group name | sum", "schema", &expect![[r#"
    root
     |-- name: string (nullable = true)
     |-- sum(id): long (nullable = true)
"#]]);
}

#[test]
fn not_numeric() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | group name | sum name", "schema", &expect![[r#"AnalysisException: "name" is not a numeric column. Aggregation function can only be applied on a numeric column."#]]);
}

#[test]
fn not_there() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | group name | sum nope", "schema", &expect!["AnalysisException: [UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `nope` cannot be resolved. Did you mean one of the following? [`id`, `name`, `at`, `dev`, `tags`]. SQLSTATE: 42703"]);
}

#[test]
fn dictionary() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>, m MAP<STRING, INT>
x = e | group name | map id: sum; name: max; at: min; dev: first; tags: count; m: last", "schema", &expect![[r#"
    root
     |-- name: string (nullable = true)
     |-- max(name): string (nullable = true)
     |-- count(tags): long (nullable = true)
     |-- last(m): map (nullable = true)
     |    |-- key: string
     |    |-- value: integer (valueContainsNull = true)
     |-- first(dev): struct (nullable = true)
     |    |-- id: string (nullable = true)
     |    |-- pos: struct (nullable = true)
     |    |    |-- lat: double (nullable = true)
     |-- min(at): timestamp (nullable = true)
     |-- sum(id): long (nullable = true)
"#]]);
}

#[test]
fn small_dictionary() {
    check("e = stream shop STRING, amount DECIMAL(7,2), units INT
x = e | group shop | map amount: sum; units: max; *: count", "schema", &expect![[r#"
    root
     |-- shop: string (nullable = true)
     |-- sum(amount): decimal(17,2) (nullable = true)
     |-- count(1): long (nullable = true)
     |-- max(units): integer (nullable = true)
"#]]);
}

#[test]
fn pivot() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | pivot name", "schema", &expect!["AnalysisException: pivot is not supported on a streaming DataFrames/Datasets"]);
}

#[test]
fn watermark_on_text() {
    check("e = stream id INT, at STRING
x = e | watermark at; 10 minutes", "schema", &expect![[r#"AnalysisException: [EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE] The event time `at` has the invalid type "STRING", but expected "TIMESTAMP". SQLSTATE: 42K09"#]]);
}

#[test]
fn watermark_on_nothing() {
    check("e = stream id INT, at STRING, day DATE
x = e | watermark time; 10 minutes", "schema", &expect!["AnalysisException: [UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `time` cannot be resolved. Did you mean one of the following? [`id`, `at`, `day`]. SQLSTATE: 42703"]);
}

#[test]
fn watermark_on_a_field() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | watermark dev.id; 10 minutes", "schema", &expect!["AnalysisException: [EVENT_TIME_MUST_BE_TOP_LEVEL_COLUMN] The event time in withWatermark must be a top-level column, but 'dev.id' is a nested field. To use it, alias it to a top-level column in a select before withWatermark. SQLSTATE: 42K09"]);
}

#[test]
fn delay_is_no_duration() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | watermark at; ten minutes", "schema", &expect!["AnalysisException: [CANNOT_PARSE_INTERVAL] Unable to parse 'ten minutes'. Please ensure that the value provided is in a valid format for defining an interval. You can reference the documentation for the correct format. If the issue persists, please double check that the input value is not null or empty and try again. SQLSTATE: 22006"]);
}

#[test]
fn negative_delay() {
    check("e = stream id INT, name STRING, at TIMESTAMP, dev STRUCT<id: STRING, pos: STRUCT<lat: DOUBLE>>, tags ARRAY<STRING>
x = e | watermark at; -5 minutes", "schema", &expect!["IllegalArgumentException: requirement failed: delay threshold (-5 minutes) should not be negative."]);
}

#[test]
fn watermark_on_a_batch_means_nothing() {
    check("b = batch id INT
x = b | watermark id; 1 second", "tree", &expect![[r#"
    Relation json [id#0]
"#]]);
}

#[test]
fn second_watermark_takes_the_place_of_the_first() {
    check("e = stream a TIMESTAMP, b TIMESTAMP
x = e | watermark a; 1 second | watermark b; 2 seconds | select a AS x; b", "tree", &expect![[r#"
    Project [a#0 AS x#8, b#1-T2000ms]
    +- EventTimeWatermark b#1, 2000 ms
       +- EventTimeWatermark a#0, 1000 ms
          +- StreamingRelation json [a#0, b#1]
"#]]);
}

#[test]
fn pivot_with_values_aggregates_twice() {
    check("e = stream city STRING, kind STRING, n INT
x = e | pivot_values kind; bus; taxi", "tree", &expect![[r#"
    Aggregate [city#0], [first(case((__pivot#5 <=> bus), sum(n)#6)) AS bus#8, first(case((__pivot#5 <=> taxi), sum(n)#6)) AS taxi#9]
    +- Project [city#0, __pivot#1 AS __pivot#5, sum(n)#6]
       +- Aggregate [city#0, __pivot#1], [sum(cast(n#2 as bigint)) AS sum(n)#6]
          +- StreamingRelation json [city#0, kind#1, n#2]
"#]]);
}
