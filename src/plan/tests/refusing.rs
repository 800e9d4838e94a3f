//! What streams refuse: one test a rule.

use crate::plan::tests::check;
use expect_test::expect;

#[test]
fn batch_action() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = e | select id", "start batch", &expect!["AnalysisException: Queries with streaming sources must be executed with writeStream.start(), or from a streaming table or flow definition within a Spark Declarative Pipeline."]);
}

#[test]
fn within_watermark_on_a_batch() {
    check("b = batch id INT
x = b | dedup_within id", "start batch", &expect!["AnalysisException: dropDuplicatesWithinWatermark is not supported with batch DataFrames/DataSets"]);
}

#[test]
fn no_stream() {
    check("b = batch id INT
x = b | select id", "start append", &expect!["AnalysisException: Queries without streaming sources cannot be executed with writeStream.start()"]);
}

#[test]
fn append_without_watermark() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = e | group name | count", "start append", &expect!["AnalysisException: [STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] Invalid streaming output mode: append. This output mode is not supported for streaming aggregations without watermark on streaming DataFrames/DataSets. SQLSTATE: 42KDE"]);
}

#[test]
fn append_with_the_watermark_elsewhere() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = w | group name | count", "start append", &expect!["AnalysisException: [STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] Invalid streaming output mode: append. This output mode is not supported for streaming aggregations without watermark on streaming DataFrames/DataSets. SQLSTATE: 42KDE"]);
}

#[test]
fn append_with_the_watermark_in_a_window() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = w | group window(at, '1 minute') | count", "start append", &expect!["fine"]);
}

#[test]
fn append_with_the_watermark_after_the_aggregation() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = e | group at | count | watermark at; 1 minute", "start append", &expect!["AnalysisException: [STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] Invalid streaming output mode: append. This output mode is not supported for streaming aggregations without watermark on streaming DataFrames/DataSets. SQLSTATE: 42KDE"]);
}

#[test]
fn session_in_update() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = w | group session_window(at, '1 minute'); name | count", "start update", &expect!["AnalysisException: [STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] Invalid streaming output mode: update. This output mode is not supported for session window streaming aggregations on streaming DataFrames/DataSets. SQLSTATE: 42KDE"]);
}

#[test]
fn complete_without_aggregation() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = e | where id > 1", "start complete", &expect!["AnalysisException: [STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] Invalid streaming output mode: complete. This output mode is not supported for no streaming aggregations on streaming DataFrames/DataSets. SQLSTATE: 42KDE"]);
}

#[test]
fn distinct_aggregate() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = e | agg count(DISTINCT name)", "start complete", &expect!["AnalysisException: Distinct aggregations are not supported on streaming DataFrames/Datasets. Consider using approx_count_distinct() instead."]);
}

#[test]
fn limit_in_update() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = e | limit 3", "start update", &expect!["AnalysisException: Limits are not supported on streaming DataFrames/Datasets in Update output mode"]);
}

#[test]
fn limit_in_append() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = e | limit 3", "start append", &expect!["fine"]);
}

#[test]
fn offset() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = e | offset 3", "start append", &expect!["AnalysisException: Offset is not supported on streaming DataFrames/Datasets"]);
}

#[test]
fn sort_in_append() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = e | order id", "start append", &expect!["AnalysisException: Sorting is not supported on streaming DataFrames/Datasets, unless it is on aggregated DataFrame/Dataset in Complete output mode"]);
}

#[test]
fn sort_in_complete_after_aggregation() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = e | group name | count | order count DESC", "start complete", &expect!["fine"]);
}

#[test]
fn sort_in_complete_before_aggregation() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = e | order id | group name | count", "start complete", &expect!["AnalysisException: Sorting is not supported on streaming DataFrames/Datasets, unless it is on aggregated DataFrame/Dataset in Complete output mode"]);
}

#[test]
fn sample() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = e | sample", "start append", &expect!["AnalysisException: Sampling is not supported on streaming DataFrames/Datasets"]);
}

#[test]
fn window_function() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = e | select id; lag(id) OVER (PARTITION BY name ORDER BY at)", "start append", &expect![[r#"
    AnalysisException: [NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING] Window function is not supported in LAG(ID#0, -1, NULL) (as column `lag(id, 1, NULL) OVER (PARTITION BY name ORDER BY at ASC NULLS FIRST ROWS BETWEEN -1 FOLLOWING AND -1 FOLLOWING)`) on streaming DataFrames/Datasets.
    Structured Streaming only supports time-window aggregation using the WINDOW function. (window specification: (PARTITION BY NAME ORDER BY AT ASC NULLS FIRST ROWS BETWEEN -1 FOLLOWING AND -1 FOLLOWING)) SQLSTATE: 42KDE"#]]);
}

#[test]
fn several_window_functions() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = e | with n := row_number() OVER (PARTITION BY name ORDER BY at); s := sum(id) OVER (PARTITION BY name ORDER BY at)", "start append", &expect![[r#"
    AnalysisException: [NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING] Window function is not supported in ROW_NUMBER(),SUM(ID#0) (as column `n`,`s`) on streaming DataFrames/Datasets.
    Structured Streaming only supports time-window aggregation using the WINDOW function. (window specification: (PARTITION BY NAME ORDER BY AT ASC NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),(PARTITION BY NAME ORDER BY AT ASC NULLS FIRST RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)) SQLSTATE: 42KDE"#]]);
}

#[test]
fn monotonically_increasing_id() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = e | with n := monotonically_increasing_id()", "start append", &expect!["AnalysisException: Expression(s): monotonically_increasing_id() is not supported with streaming DataFrames/Datasets"]);
}

#[test]
fn union_with_a_batch() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
b = batch id INT, name STRING, at TIMESTAMP
x = b | union e", "start append", &expect!["AnalysisException: Union between streaming and batch DataFrames/Datasets is not supported"]);
}

#[test]
fn intersect() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = e | intersect w", "start append", &expect!["AnalysisException: Intersect of streaming DataFrames/Datasets is not supported"]);
}

#[test]
fn except() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = e | except w", "start append", &expect!["AnalysisException: Except on a streaming DataFrame/Dataset on the right is not supported"]);
}

#[test]
fn within_watermark_without_one() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = e | dedup_within id", "start append", &expect!["AnalysisException: dropDuplicatesWithinWatermark is not supported on streaming DataFrames/DataSets without watermark"]);
}

#[test]
fn aggregation_after_aggregation_in_update() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
a = w | group window(at, '1 minute') | count
x = a | group window(window, '1 hour') | count", "start update", &expect![[r#"AnalysisException: Detected pattern of possible 'correctness' issue due to global watermark. The query contains stateful operation which can emit rows older than the current watermark plus allowed late record delay, which are "late rows" in downstream stateful operations and these rows can be discarded. Please refer the programming guide doc for more details. If you understand the possible risk of correctness issue and still need to run the query, you can disable this check by setting the config `spark.sql.streaming.statefulOperator.checkCorrectness.enabled` to false."#]]);
}

#[test]
fn aggregation_after_aggregation_in_append() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
a = w | group window(at, '1 minute') | count
x = a | group window(window, '1 hour') | count", "start append", &expect!["fine"]);
}

#[test]
fn deduplication_after_aggregation_in_complete() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = w | dedup at | group name | count | dedup name", "start complete", &expect!["fine"]);
}

#[test]
fn distinct_in_append() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = e | distinct", "start append", &expect!["fine"]);
}

#[test]
fn distinct_in_sql_is_an_aggregation() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = sql SELECT DISTINCT name FROM e", "start append", &expect!["AnalysisException: [STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] Invalid streaming output mode: append. This output mode is not supported for streaming aggregations without watermark on streaming DataFrames/DataSets. SQLSTATE: 42KDE"]);
}

#[test]
fn full_outer_with_a_static_right() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
b = batch id INT
x = e | join b; id; full", "start append", &expect!["AnalysisException: FullOuter joins with streaming DataFrames/Datasets on the left and a static DataFrame/Dataset on the right is not supported"]);
}

#[test]
fn full_outer_with_a_static_left() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
b = batch id INT
x = b | join e; id; full", "start append", &expect!["AnalysisException: FullOuter joins with streaming DataFrames/Datasets on the right and a static DataFrame/Dataset on the left is not supported"]);
}

#[test]
fn left_outer_with_a_static_left() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
b = batch id INT
x = b | join e; id; left", "start append", &expect!["AnalysisException: LeftOuter join with a streaming DataFrame/Dataset on the right and a static DataFrame/Dataset on the left is not supported"]);
}

#[test]
fn left_semi_with_a_static_left() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
b = batch id INT
x = b | join e; id; left_semi", "start append", &expect!["AnalysisException: LeftSemi join with a streaming DataFrame/Dataset on the right and a static DataFrame/Dataset on the left is not supported"]);
}

#[test]
fn right_outer_with_a_static_right() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
b = batch id INT
x = e | join b; id; right", "start append", &expect!["AnalysisException: RightOuter join with a streaming DataFrame/Dataset on the left and a static DataFrame/DataSet on the right not supported"]);
}

#[test]
fn left_anti_with_a_streaming_right() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
f = stream id INT
x = e | join f; id; left_anti", "start append", &expect!["AnalysisException: LeftAnti joins with a streaming DataFrame/Dataset on the right are not supported"]);
}

#[test]
fn inner_in_complete() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
f = stream id INT
x = e | join f; id | group name | count", "start complete", &expect!["AnalysisException: Inner join between two streaming DataFrames/Datasets is not supported in Complete output mode, only in Append and Update output modes"]);
}

#[test]
fn inner_in_update() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
f = stream id INT
x = e | join f; id", "start update", &expect!["fine"]);
}

#[test]
fn left_outer_in_update() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
f = stream id INT
x = e | join f; id; left", "start update", &expect!["AnalysisException: LeftOuter join between two streaming DataFrames/Datasets is not supported in Update output mode, only in Append output mode"]);
}

#[test]
fn left_outer_without_watermark() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
f = stream id INT
x = e | join f; id; left", "start append", &expect!["AnalysisException: Stream-stream LeftOuter join between two streaming DataFrame/Datasets is not supported without a watermark in the join keys, or a watermark on the nullable side and an appropriate range condition"]);
}

#[test]
fn left_outer_with_watermarks_but_no_range() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
f = stream id INT, seen TIMESTAMP | watermark seen; 1 minute
x = w | join f; id; left", "start append", &expect!["AnalysisException: Stream-stream LeftOuter join between two streaming DataFrame/Datasets is not supported without a watermark in the join keys, or a watermark on the nullable side and an appropriate range condition"]);
}

#[test]
fn left_outer_with_a_range() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
f = stream k INT, seen TIMESTAMP | watermark seen; 1 minute
x = w | join f; id = k AND seen >= at AND seen <= at + interval 1 hour; left", "start append", &expect!["fine"]);
}

#[test]
fn left_outer_with_the_watermark_in_the_key() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
f = stream k INT, seen TIMESTAMP
x = w | join f; at = seen; left", "start append", &expect!["fine"]);
}

#[test]
fn left_semi_without_watermark() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
f = stream id INT
x = e | join f; id; left_semi", "start append", &expect!["AnalysisException: Stream-stream LeftSemi join between two streaming DataFrame/Datasets is not supported without a watermark in the join keys, or a watermark on the nullable side and an appropriate range condition"]);
}

#[test]
fn full_outer_without_watermark() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
f = stream id INT
x = e | join f; id; full", "start append", &expect!["AnalysisException: Stream-stream FullOuter join between two streaming DataFrame/Datasets is not supported without a watermark in the join keys, or a watermark on the nullable side and an appropriate range condition"]);
}
