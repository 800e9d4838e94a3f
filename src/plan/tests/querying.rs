//! SQL queries.

use crate::plan::tests::check;
use expect_test::expect;

#[test]
fn select_with_all() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = sql SELECT upper(name) AS n, id / 2 AS half FROM e WHERE id > 1 AND name IS NOT NULL ORDER BY n LIMIT 3", "tree", &expect![[r#"
    GlobalLimit 3
    +- Sort [n#7 ASC NULLS FIRST], true
       +- Project [upper(name#1) AS n#7, (cast(id#0 as double) / cast(2 as double)) AS half#8]
          +- Filter ((id#0 > 1) AND isnotnull(name#1))
             +- SubqueryAlias e
                +- StreamingRelation json [id#0, name#1, at#2]
"#]]);
}

#[test]
fn group_by_having_order_by() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = sql SELECT name, count(*) AS n FROM e GROUP BY name HAVING n > 1 AND max(id) < 9 ORDER BY sum(id) DESC, name", "tree", &expect![[r#"
    Project [name#1, n#7]
    +- Sort [_sort#10 DESC NULLS LAST, name#1 ASC NULLS FIRST], true
       +- Project [name#1, n#7, sort#9 AS _sort#10]
          +- Filter ((n#7 > cast(1 as bigint)) AND (having#8 < 9))
             +- Aggregate [name#1], [count() AS n#7, max(id#0) AS having#8, sum(cast(id#0 as bigint)) AS sort#9]
                +- SubqueryAlias e
                   +- StreamingRelation json [id#0, name#1, at#2]
"#]]);
}

#[test]
fn group_by_a_position_and_an_alias() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = sql SELECT upper(name) AS u, id, count(*) FROM e GROUP BY 2, u", "tree", &expect![[r#"
    Project [u#7, id#0, count(1)#8]
    +- Aggregate [id#0, upper(name#1) AS u#7], [count() AS count(1)#8]
       +- SubqueryAlias e
          +- StreamingRelation json [id#0, name#1, at#2]
"#]]);
}

#[test]
fn group_by_a_window() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = sql SELECT window.start, name, count(*) AS n FROM e GROUP BY window(at, '5 minutes'), name", "tree", &expect![[r#"
    Project [window#7.start AS start#8, name#1, n#9]
    +- Aggregate [window#7, name#1], [count() AS n#9]
       +- TimeWindow window#7 of at#2, 300000000 / 300000000 + 0 us
          +- SubqueryAlias e
             +- StreamingRelation json [id#0, name#1, at#2]
"#]]);
}

#[test]
fn group_by_all() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = sql SELECT name, count(*) FROM e GROUP BY ALL", "tree", &expect![[r#"
    Aggregate [name#1], [count() AS count(1)#7]
    +- SubqueryAlias e
       +- StreamingRelation json [id#0, name#1, at#2]
"#]]);
}

#[test]
fn common_tables_and_subqueries() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = sql WITH t AS (SELECT id, name FROM e), u(k) AS (SELECT id FROM t) SELECT s.name, k FROM (SELECT * FROM t) s JOIN u ON s.id = u.k", "tree", &expect![[r#"
    Project [name#1, k#7]
    +- Join Inner, (id#0 = k#7)
       :- SubqueryAlias s
       :  +- SubqueryAlias __auto_generated_subquery_name
       :     +- Project [id#0, name#1]
       :        +- SubqueryAlias t
       :           +- Project [id#0, name#1]
       :              +- SubqueryAlias e
       :                 +- StreamingRelation json [id#0, name#1, at#2]
       +- SubqueryAlias u
          +- Project [id#0 AS k#7]
             +- Project [id#0]
                +- SubqueryAlias t
                   +- Project [id#0, name#1]
                      +- SubqueryAlias e
                         +- StreamingRelation json [id#0, name#1, at#2]
"#]]);
}

#[test]
fn lateral_view() {
    check("e = stream id INT, tags ARRAY<STRING>
x = sql SELECT id, t FROM e LATERAL VIEW OUTER explode(tags) v AS t", "tree", &expect![[r#"
    Project [id#0, t#4]
    +- Generate explode(tags#1), true, [t#4]
       +- SubqueryAlias e
          +- StreamingRelation json [id#0, tags#1]
"#]]);
}

#[test]
fn values() {
    check("x = sql SELECT * FROM VALUES (1, 'a'), (2.5, NULL) AS t(n, s)", "tree", &expect![[r#"
        Project [n#2, s#3]
        +- SubqueryAlias t
           +- Project [col1#0 AS n#2, col2#1 AS s#3]
              +- LocalRelation [col1#0, col2#1], 2 rows
    "#]]);
}

#[test]
fn values_of_several_widths() {
    check("x = sql SELECT * FROM VALUES (1, 'a'), (2) AS t(n, s)", "tree", &expect!["AnalysisException: [INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH] Invalid inline table. Inline table expected 2 columns but found 1 columns in row 1. SQLSTATE: 42000"]);
}

#[test]
fn without_from() {
    check("x = sql SELECT 1 + 1 AS two", "tree", &expect![[r#"
        Project [(1 + 1) AS two#0]
        +- OneRowRelation
    "#]]);
}

#[test]
fn union_distinct() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = sql SELECT id FROM e UNION SELECT id FROM w", "tree", &expect![[r#"
    Aggregate [id#0], []
    +- Union
       :- Project [id#0]
       :  +- SubqueryAlias e
       :     +- StreamingRelation json [id#0, name#1, at#2]
       +- Project [id#0]
          +- SubqueryAlias w
             +- EventTimeWatermark at#2, 60000 ms
                +- StreamingRelation json [id#0, name#1, at#2]
"#]]);
}

#[test]
fn unknown_table() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = sql SELECT id FROM nope", "tree", &expect![[r#"
    AnalysisException: [TABLE_OR_VIEW_NOT_FOUND] The table or view `nope` cannot be found. Verify the spelling and correctness of the schema and catalog.
    Search path: [`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`].
    If you did not qualify the name with a schema, verify the current_schema() output, or qualify the name with the correct schema and catalog.
    To tolerate the error on drop use DROP VIEW IF EXISTS or DROP TABLE IF EXISTS. SQLSTATE: 42P01; line 1 pos 15"#]]);
}

#[test]
fn unknown_column() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = sql SELECT idd FROM e", "tree", &expect!["AnalysisException: [UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `idd` cannot be resolved. Did you mean one of the following? [`id`, `at`, `name`]. SQLSTATE: 42703; line 1 pos 7"]);
}

#[test]
fn unknown_qualified_column() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = sql SELECT f.nope FROM e f", "tree", &expect!["AnalysisException: [UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `f`.`nope` cannot be resolved. Did you mean one of the following? [`f`.`at`, `f`.`id`, `f`.`name`]. SQLSTATE: 42703; line 1 pos 7"]);
}

#[test]
fn position_out_of_range() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = sql SELECT id FROM e GROUP BY 3", "tree", &expect!["AnalysisException: [GROUP_BY_POS_OUT_OF_RANGE] GROUP BY position 3 is not in select list (valid range is [1, 1]). SQLSTATE: 42805; line 1 pos 26"]);
}

#[test]
fn position_of_an_aggregate() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = sql SELECT id, count(*) FROM e GROUP BY 2", "tree", &expect!["AnalysisException: [GROUP_BY_POS_AGGREGATE] GROUP BY 2 refers to an expression count(1) AS `count(1)` that contains an aggregate function. Aggregate functions are not allowed in GROUP BY. SQLSTATE: 42903; line 1 pos 36"]);
}

#[test]
fn order_position_out_of_range() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = sql SELECT id FROM e ORDER BY 5", "tree", &expect!["AnalysisException: [ORDER_BY_POS_OUT_OF_RANGE] ORDER BY position 5 is not in select list (valid range is [1, 1]). SQLSTATE: 42805; line 1 pos 26"]);
}

#[test]
fn aggregate_in_where() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = sql SELECT id FROM e WHERE sum(id) > 1", "tree", &expect![[r#"
    AnalysisException: [INVALID_WHERE_CONDITION] The WHERE condition "(sum(id) > 1)" contains invalid expressions: sum(id).
    Rewrite the query to avoid window functions, aggregate functions, and generator functions in the WHERE clause. SQLSTATE: 42903; line 1 pos 0"#]]);
}

#[test]
fn having_without_group_by() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = sql SELECT id FROM e HAVING id > 1", "tree", &expect!["AnalysisException: [MISSING_GROUP_BY] The query does not include a GROUP BY clause. Add GROUP BY or turn it into the window functions using OVER clauses. SQLSTATE: 42803"]);
}

#[test]
fn unknown_name_in_having() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = sql SELECT name, count(*) AS n FROM e GROUP BY name HAVING nope > 1", "tree", &expect!["AnalysisException: [UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `nope` cannot be resolved. Did you mean one of the following? [`n`, `e`.`name`]. SQLSTATE: 42703; line 1 pos 55"]);
}

#[test]
fn column_outside_group_by() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = sql SELECT name, id, count(*) FROM e GROUP BY name", "tree", &expect![[r#"
    AnalysisException: [MISSING_AGGREGATION] The non-aggregating expression "id" is based on columns which are not participating in the GROUP BY clause.
    Add the columns or the expression to the GROUP BY, aggregate the expression, or use "any_value(id)" if you do not care which of the values within a group is returned. SQLSTATE: 42803"#]]);
}

#[test]
fn negative_limit() {
    check("e = stream id INT, name STRING, at TIMESTAMP
w = e | watermark at; 1 minute
x = sql SELECT id FROM e LIMIT -1", "tree", &expect![[r#"AnalysisException: [INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE] The limit like expression "-1" is invalid. The limit expression must be equal to or greater than 0, but got -1. SQLSTATE: 42K0E; line 1 pos 23"#]]);
}
