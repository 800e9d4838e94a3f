//! Expressions against their names, types and values.

use super::*;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Zone;
use crate::types::display;

struct Nothing;

impl Scope for Nothing {
    fn resolve_name(&self, parts: &[String]) -> Result<(Typed, usize)> {
        Err(crate::diag::Diagnostic::analysis("UNRESOLVED_COLUMN", parts.join("."), "42703"))
    }

    fn resolve_column_of(&self, _: u64, _: &str) -> Result<Typed> {
        unreachable!("no frames here")
    }
}

fn said(text: &str) -> String {
    let run = || -> Result<String> {
        let settings = Settings::default();
        let expr = parse(text)?;
        let typed = resolve(&expr, &Nothing, &settings)?;
        let input = Input { ids: &[], columns: &[], rows: 1, now_us: 0, zone: &settings.zone, seed: 0 };
        let array = evaluate(&typed, &input)?;
        let value = crate::types::arrow::value_at(&array, 0, &typed.data_type);
        let shown = display::pretty_string(&value, &typed.data_type, &Zone::utc());
        Ok(format!("{}: {} = {shown}", name_of(&expr), typed.data_type.simple_string()))
    };
    run().unwrap_or_else(|error| error.message)
}

fn check(table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .filter(|(text, expected)| said(text) != *expected)
        .map(|(text, expected)| format!("{text}\n  is  {}\n  not {expected}", said(text)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn operators() {
    check(&[
        ("1 + 2", "(1 + 2): int = 3"),
        ("1 + 2L", "(1 + 2): bigint = 3"),
        ("3 / 2", "(3 / 2): double = 1.5"),
        ("7 div 2", "(7 div 2): bigint = 3"),
        ("-7 % 3", "(-7 % 3): int = -1"),
        ("pmod(-7, 3)", "pmod(-7, 3): int = 2"),
        ("1.5 * 2", "(1.5 * 2): decimal(4,1) = 3.0"),
        ("1 = '1'", "(1 = 1): boolean = true"),
        ("true and null", "(true AND NULL): boolean = NULL"),
        ("false and null", "(false AND NULL): boolean = false"),
        ("1 in (2, null)", "(1 IN (2, NULL)): boolean = NULL"),
        ("case when 1 > 2 then 'a' else 'b' end", "CASE WHEN (1 > 2) THEN a ELSE b END: string = b"),
        ("cast('12' as int) + 1", "(CAST(12 AS INT) + 1): int = 13"),
        ("coalesce(null, 1, 2)", "coalesce(NULL, 1, 2): int = 1"),
        ("struct(1 as a, 'x')", "struct(1 AS a, x): struct<a:int,col2:string> = {1, x}"),
        ("try_cast('x' as int)", "TRY_CAST(x AS INT): int = NULL"),
        ("if(true, 1, 1/0)", "(IF(true, 1, (1 / 0))): double = 1.0"),
    ]);
}

#[test]
fn errors() {
    check(&[
        (
            "1 / 0",
            "[DIVIDE_BY_ZERO] Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error. SQLSTATE: 22012",
        ),
        (
            "2147483647 + 1",
            "[ARITHMETIC_OVERFLOW] integer overflow. Use 'try_add' to tolerate overflow and return NULL instead. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error. SQLSTATE: 22003",
        ),
        (
            "cast('12a' as int)",
            "[CAST_INVALID_INPUT] The value '12a' of the type \"STRING\" cannot be cast to \"INT\" because it is malformed. Correct the value as per the syntax, or change its target type. Use `try_cast` to tolerate malformed input and return NULL instead. SQLSTATE: 22018",
        ),
        (
            "dubble(1)",
            "[UNRESOLVED_ROUTINE] Cannot resolve routine `dubble` on search path [`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]. SQLSTATE: 42883; line 1 pos 0",
        ),
        (
            "explode('name')",
            "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] Cannot resolve \"explode(name)\" due to data type mismatch: The first parameter requires the (\"ARRAY\" or \"MAP\") type, however \"name\" has the type \"STRING\". SQLSTATE: 42K09; line 1 pos 0",
        ),
    ]);
}

#[test]
fn windows_are_expanded_as_spark_does() {
    let starts = |time, length, slide, start| window_starts(time, length, slide, start).collect::<Vec<i64>>();
    assert_eq!(starts(12, 10, 5, 0), [10, 5]);
    assert_eq!(starts(12, 10, 10, 0), [10]);
    assert_eq!(starts(-1, 10, 5, 0), [-5, -10]);
    assert_eq!(starts(12, 10, 3, 0), [12, 9, 6, 3]);
    assert_eq!(starts(12, 10, 4, 0), [12, 8, 4]);
    assert_eq!(starts(12, 10, 10, 3), [3]);
}

/// The columns that `spark_answers.tsv` was asked over.
struct Columns(Vec<crate::types::Field>);

impl Scope for Columns {
    fn resolve_name(&self, parts: &[String]) -> Result<(Typed, usize)> {
        let at = self.0.iter().position(|field| field.name.eq_ignore_ascii_case(&parts[0]));
        let Some(at) = at else {
            let said = format!("A column, variable, or function parameter with name `{}` cannot be resolved.", parts.join("."));
            return Err(crate::diag::Diagnostic::analysis("UNRESOLVED_COLUMN.WITH_SUGGESTION", said, ""));
        };
        Ok((Typed::column(ColumnId(at as u64), self.0[at].data_type.clone(), self.0[at].nullable), 1))
    }

    fn resolve_column_of(&self, _: u64, _: &str) -> Result<Typed> {
        unreachable!("no frames here")
    }
}

const COLUMNS: &str = "a INT, b STRING, d DOUBLE, ts TIMESTAMP, arr ARRAY<INT>, m MAP<STRING,INT>, s STRUCT<x: INT>, n INT NOT NULL, \
    sn STRUCT<x: INT NOT NULL> NOT NULL, dec DECIMAL(10,2), structs ARRAY<STRUCT<p: INT, q: STRING>>, bin BINARY, l BIGINT, f FLOAT, dt DATE";

fn analysed(text: &str, columns: &Columns) -> Result<String> {
    let expr = parse(text)?;
    let typed = resolve(&expr, columns, &Settings::default())?;
    let told = |name: &str, data_type: &DataType, nullable: bool| {
        format!("{name}: {} {}", data_type.simple_string(), if nullable { "null" } else { "required" })
    };
    Ok(match (&typed.kind, &typed.data_type) {
        (TypedKind::Generator(_), DataType::Struct(fields)) => {
            fields.iter().map(|field| told(&field.name, &field.data_type, field.nullable)).collect::<Vec<_>>().join("; ")
        }
        _ => told(&name_of(&expr), &typed.data_type, typed.nullable),
    })
}

/// How many of Spark's answers are not ours yet.
const KNOWN_DIFFERENCES: usize = 24;

#[test]
fn names_types_nulls_and_errors_are_sparks() {
    let columns = Columns(crate::sql::ddl::parse_schema(COLUMNS).unwrap().fields);
    let mut wrong = Vec::new();
    for line in include_str!("spark_answers.tsv").lines() {
        let (text, expected) = line.split_once('\t').unwrap();
        let found = analysed(text, &columns).unwrap_or_else(|error| {
            // Spark's texts were taken without the place at their end.
            let message = error.message.split("; line ").next().unwrap_or_default();
            format!("ERROR {}", message.split(" (line ").next().unwrap_or_default())
        });
        let same = found == expected
            || expected.starts_with("ERROR") && found.starts_with("ERROR") && (found.starts_with(expected) || expected.starts_with(&found));
        if !same {
            wrong.push(format!("{text}\n  is  {found}\n  not {expected}"));
        }
    }
    assert!(wrong.len() <= KNOWN_DIFFERENCES, "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
