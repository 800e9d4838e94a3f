//! Joins and unions.

use crate::plan::tests::check;
use expect_test::expect;

#[test]
fn ambiguous_column() {
    check("a = stream id INT, name STRING
b = stream id INT, name STRING
j = a | join b; a!id = b!id
x = j | select name", "tree", &expect!["AnalysisException: [AMBIGUOUS_REFERENCE] Reference `name` is ambiguous, could be: [`name`, `name`]. SQLSTATE: 42704; line 1 pos 0"]);
}

#[test]
fn columns_through_their_frames() {
    check("a = stream id INT, name STRING
b = stream id INT, name STRING
j = a | join b; a!id = b!id
x = j | select a!id; b!name", "tree", &expect![[r#"
    Project [id#0, name#5]
    +- Join Inner, (id#0 = id#4)
       :- StreamingRelation json [id#0, name#1]
       +- StreamingRelation json [id#4, name#5]
"#]]);
}

#[test]
fn using_columns() {
    check("a = stream id INT, name STRING
b = stream id INT, name STRING
x = a | join b; id", "tree", &expect![[r#"
    Project [id#0, name#1, name#5]
    +- Join Inner, (id#0 = id#4)
       :- StreamingRelation json [id#0, name#1]
       +- StreamingRelation json [id#4, name#5]
"#]]);
}

#[test]
fn using_columns_of_a_full_outer_join() {
    check("a = stream id INT, name STRING
b = stream id INT, name STRING
x = a | join b; id; full", "tree", &expect![[r#"
    Project [coalesce(id#0, id#4) AS id#8, name#1, name#5]
    +- Join FullOuter, (id#0 = id#4)
       :- StreamingRelation json [id#0, name#1]
       +- StreamingRelation json [id#4, name#5]
"#]]);
}

#[test]
fn using_columns_of_a_right_outer_join() {
    check("a = stream id INT, name STRING
b = stream id INT, name STRING
x = a | join b; id; right", "tree", &expect![[r#"
    Project [id#4, name#1, name#5]
    +- Join RightOuter, (id#0 = id#4)
       :- StreamingRelation json [id#0, name#1]
       +- StreamingRelation json [id#4, name#5]
"#]]);
}

#[test]
fn semi_join() {
    check("a = stream id INT, name STRING
b = stream id INT, name STRING
x = a | join b; id; left_semi", "schema", &expect![[r#"
    root
     |-- id: integer (nullable = true)
     |-- name: string (nullable = true)
"#]]);
}

#[test]
fn unknown_qualifier() {
    check("a = stream id INT, name STRING
b = stream id INT, name STRING
p = a | as x
q = b | as y
x = p | join q; x.id = z.id", "tree", &expect!["AnalysisException: [UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `z`.`id` cannot be resolved. Did you mean one of the following? [`x`.`id`, `y`.`id`, `x`.`name`, `y`.`name`]. SQLSTATE: 42703; line 1 pos 7"]);
}

#[test]
fn self_join() {
    check("s = stream piece STRING, step INT
a = s | as a
b = s | as b
j = a | join b; a.piece = b.piece AND b.step = a.step + 1
x = j | select a.piece; a.step AS from; b.step AS to", "tree", &expect![[r#"
    Project [piece#0, step#1 AS from#10, step#8 AS to#11]
    +- Join Inner, ((piece#0 = piece#7) AND (step#8 = (step#1 + 1)))
       :- SubqueryAlias a
       :  +- StreamingRelation json [piece#0, step#1]
       +- SubqueryAlias b
          +- StreamingRelation json [piece#7, step#8]
"#]]);
}

#[test]
fn self_join_on_its_own_column() {
    check("s = stream piece STRING, step INT
x = s | join s; s!piece = s!piece", "tree", &expect![[r#"
    Join Inner, (piece#0 = piece#5)
    :- StreamingRelation json [piece#0, step#1]
    +- StreamingRelation json [piece#5, step#6]
"#]]);
}

#[test]
fn self_join_reference_is_ambiguous() {
    check("s = stream piece STRING, step INT
t = s | where step > 1
j = s | join t; s!piece = t!piece
x = j | select t!step", "tree", &expect![[r#"AnalysisException: Column step#1 are ambiguous. It's probably because you joined several Datasets together, and some of these Datasets are the same. This column points to one of the Datasets but Spark is unable to figure out which one. Please alias the Datasets with different names via `Dataset.as` before joining them, and specify the column using qualified name, e.g. `df.as("a").join(df.as("b"), $"a.id" > $"b.id")`. You can also set spark.sql.analyzer.failAmbiguousSelfJoin to false to disable this check."#]]);
}

#[test]
fn unknown_join_type() {
    check("a = stream id INT, name STRING
b = stream id INT, name STRING
x = a | join b; id; sideways", "tree", &expect!["AnalysisException: [UNSUPPORTED_JOIN_TYPE] Unsupported join type 'sideways'. Supported join types include: 'inner', 'outer', 'full', 'fullouter', 'full_outer', 'leftouter', 'left', 'left_outer', 'rightouter', 'right', 'right_outer', 'leftsemi', 'left_semi', 'semi', 'leftanti', 'left_anti', 'anti', 'cross'. SQLSTATE: 0A000"]);
}

#[test]
fn missing_using_column() {
    check("a = stream id INT, name STRING
b = stream id INT, name STRING
c = stream k INT
x = a | join c; id", "tree", &expect!["AnalysisException: [UNRESOLVED_USING_COLUMN_FOR_JOIN] USING column `id` cannot be resolved on the right side of the join. The right-side columns: [`k`]. SQLSTATE: 42703"]);
}

#[test]
fn condition_must_be_boolean() {
    check("a = stream id INT, name STRING
b = stream id INT, name STRING
x = a | join b; a.id = 1 | join b; length(b.name) > 1", "schema", &expect!["AnalysisException: [UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `a`.`id` cannot be resolved. Did you mean one of the following? [`id`, `id`, `name`, `name`]. SQLSTATE: 42703; line 1 pos 0"]);
}

#[test]
fn column_of_another_frame() {
    check("a = stream id INT, name STRING
b = stream id INT, name STRING
c = stream label STRING
x = a | select c!label", "schema", &expect![[r#"AnalysisException: [MISSING_ATTRIBUTES.RESOLVED_ATTRIBUTE_MISSING_FROM_INPUT] Resolved attribute(s) "label" missing from "id", "name" in operator !Project [label#8].  SQLSTATE: XX000"#]]);
}

#[test]
fn column_of_another_frame_of_the_same_name() {
    check("a = stream id INT, name STRING
b = stream id INT, name STRING
x = a | select b!id", "schema", &expect![[r#"
    AnalysisException: [MISSING_ATTRIBUTES.RESOLVED_ATTRIBUTE_APPEAR_IN_OPERATION] Resolved attribute(s) "id" missing from "id", "name" in operator !Project [id#4]. Attribute(s) with the same name appear in the operation: "id".
    Please check if the right attribute(s) are used. SQLSTATE: XX000"#]]);
}

#[test]
fn union_counts_columns() {
    check("a = stream id INT, name STRING
b = stream id INT, name STRING
c = b | select id
x = a | union c", "schema", &expect!["AnalysisException: [NUM_COLUMNS_MISMATCH] UNION can only be performed on inputs with the same number of columns, but the first input has 2 columns and the second input has 1 columns. SQLSTATE: 42826"]);
}

#[test]
fn union_of_incompatible_types() {
    check("a = stream id INT, name STRING
b = stream id INT, name STRING
c = b | select id; array(name) AS name
x = a | union c", "schema", &expect![[r#"AnalysisException: [INCOMPATIBLE_COLUMN_TYPE] UNION can only be performed on tables with compatible column types. The second column of the second table is "ARRAY<STRING>" type which is not compatible with "STRING" at the same column of the first table.. SQLSTATE: 42825"#]]);
}

#[test]
fn union_by_name_misses_a_name() {
    check("a = stream id INT, name STRING
b = stream id INT, name STRING
c = b | rename name; label
x = a | union_by_name c", "schema", &expect![[r#"AnalysisException: [UNRESOLVED_COLUMN_AMONG_FIELD_NAMES] Cannot resolve column name "name" among (id, label). SQLSTATE: 42703"#]]);
}

#[test]
fn union_by_name_with_missing_columns() {
    check("a = stream id INT, vat DOUBLE
b = stream id BIGINT, state STRING
x = a | union_by_name b; yes", "tree", &expect![[r#"
    Union
    :- Project [cast(id#0 as bigint) AS id#10, vat#1, state#8]
    :  +- Project [id#0, vat#1, cast(NULL as string) AS state#8]
    :     +- StreamingRelation json [id#0, vat#1]
    +- Project [id#4, cast(NULL as double) AS vat#9, state#5]
       +- StreamingRelation json [id#4, state#5]
"#]]);
}

#[test]
fn intersect() {
    check("a = stream id INT, name STRING
b = stream id INT, name STRING
x = a | intersect b", "tree", &expect![[r#"
    Intersect
    :- StreamingRelation json [id#0, name#1]
    +- StreamingRelation json [id#4, name#5]
"#]]);
}
