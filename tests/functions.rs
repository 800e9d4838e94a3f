//! The SQL examples of Spark's function reference through `expr` alone: how many give Spark's names, types and rows.
//!
//! Queries with more than a select list over `VALUES` are left out: they belong to whole queries.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a test may stop where it fails")]

use serde_json::Value as Json;
use std::collections::BTreeMap;
use tidemark::diag::Diagnostic;
use tidemark::diag::Result;
use tidemark::expr;
use tidemark::expr::ColumnId;
use tidemark::expr::Typed;
use tidemark::expr::TypedKind;
use tidemark::sql;
use tidemark::sql::tree;
use tidemark::types::DataType;
use tidemark::types::Field;
use tidemark::types::Value;
use tidemark::types::Zone;
use tidemark::types::arrow;
use tidemark::types::json;

/// The least number of examples that must pass; raise it when more do.
const FLOOR: usize = 592;

struct Table {
    columns: Vec<(String, Typed)>,
}

impl expr::Scope for Table {
    fn resolve_name(&self, parts: &[String]) -> Result<(Typed, usize)> {
        let found = self.columns.iter().find(|(name, _)| name.eq_ignore_ascii_case(&parts[0]));
        found.map(|(_, typed)| (typed.clone(), 1)).ok_or_else(|| Diagnostic::analysis("UNRESOLVED_COLUMN", parts.join("."), "42703"))
    }

    fn resolve_column_of(&self, _: u64, name: &str) -> Result<Typed> {
        Err(Diagnostic::analysis("UNRESOLVED_COLUMN", name, "42703"))
    }
}

struct Outcome {
    names: Vec<String>,
    types: Vec<String>,
    rows: Vec<Json>,
}

fn settings() -> expr::Settings {
    expr::Settings::default()
}

/// The rows of `VALUES` as columns.
fn values(rows: &[Vec<tree::SqlExpr>], names: &[String]) -> Result<(Table, Vec<arrow_array::ArrayRef>, usize)> {
    let nothing = Table { columns: Vec::new() };
    let mut columns = Vec::new();
    let mut arrays = Vec::new();
    for index in 0..rows[0].len() {
        let cells =
            rows.iter().map(|row| expr::resolve(&expr::from_sql(&row[index])?, &nothing, &settings())).collect::<Result<Vec<Typed>>>()?;
        let Some(data_type) = expr::coercion::widest(cells.iter().map(|cell| &cell.data_type)) else { panic!("VALUES of different types") };
        let cells = cells.into_iter().map(|cell| expr::evaluate_constant(&expr::cast_to(cell, &data_type, true), &settings().zone));
        let cells = cells.collect::<Result<Vec<Value>>>()?;
        arrays.push(arrow::array_of(&data_type, &cells));
        let name = names.get(index).cloned().unwrap_or_else(|| format!("col{}", index + 1));
        columns.push((name, Typed::column(ColumnId(index as u64), data_type, cells.iter().any(Value::is_null))));
    }
    Ok((Table { columns }, arrays, rows.len()))
}

fn run(text: &str) -> std::result::Result<Outcome, Option<String>> {
    let said = |error: Box<Diagnostic>| Some(error.message);
    let tree::Statement::Query(query) = sql::parse_statement(text).map_err(said)? else { return Err(None) };
    let tree::QueryBody::Select(select) = &query.body else { return Err(None) };
    if select.filter.is_some() || select.group_by.is_some() || !query.order_by.is_empty() {
        return Err(None);
    }
    let (table, arrays, rows) = match &select.from[..] {
        [] => (Table { columns: Vec::new() }, Vec::new(), 1),
        [tree::Relation::Alias(inner, _, names)] => match &**inner {
            tree::Relation::Values(rows) => values(rows, names).map_err(said)?,
            _ => return Err(None),
        },
        _ => return Err(None),
    };
    let mut outcome = Outcome { names: Vec::new(), types: Vec::new(), rows: Vec::new() };
    let mut columns = Vec::new();
    let mut fields = Vec::new();
    for item in &select.items {
        let item = expr::from_sql(item).map_err(said)?;
        let typed = expr::resolve(&item, &table, &settings()).map_err(said)?;
        if typed.any(&mut |node| {
            matches!(node.kind, TypedKind::Generator(_) | TypedKind::Over(_) | TypedKind::TimeWindow(_) | TypedKind::SessionWindow(_))
        }) {
            return Err(None);
        }
        outcome.names.push(expr::name_of(&item));
        outcome.types.push(typed.data_type.simple_string());
        fields.push(Field::new(format!("c{}", fields.len()), typed.data_type.clone()));
        columns.push(evaluate(typed, &table, &arrays, rows).map_err(said)?);
    }
    let count = columns.first().map_or(0, arrow_array::Array::len);
    for row in 0..count {
        let values = fields.iter().zip(&columns).map(|(field, column)| arrow::value_at(column, row, &field.data_type)).collect();
        let text = json::to_json(&Value::Struct(values), &DataType::Struct(fields.clone()), &Zone::utc(), false);
        let object: Json = serde_json::from_str(&text).map_err(|error| Some(format!("{error}: {text}")))?;
        outcome.rows.push(Json::Array(object.as_object().map(|object| object.values().cloned().collect()).unwrap_or_default()));
    }
    Ok(outcome)
}

/// With the aggregates computed first, over one group.
fn evaluate(typed: Typed, table: &Table, arrays: &[arrow_array::ArrayRef], rows: usize) -> Result<arrow_array::ArrayRef> {
    let ids: Vec<ColumnId> = (0..table.columns.len() as u64).map(ColumnId).collect();
    let zone = Zone::utc();
    let input = expr::Input { ids: &ids, columns: arrays, rows, now_us: 0, zone: &zone, seed: 0 };
    if !typed.has_aggregate() {
        return expr::evaluate(&typed, &input);
    }
    fn replace(mut node: Typed, input: &expr::Input<'_>) -> Result<Typed> {
        if let TypedKind::Aggregate(call) = &node.kind {
            let mut accumulator = expr::aggregate::accumulator(call)?;
            let kept: Vec<u32> = match &call.filter {
                None => (0..input.rows as u32).collect(),
                Some(filter) => {
                    let mask = expr::evaluate(filter, input)?;
                    let mask = arrow_array::cast::AsArray::as_boolean(&mask);
                    (0..input.rows as u32)
                        .filter(|row| arrow_array::Array::is_valid(mask, *row as usize) && mask.value(*row as usize))
                        .collect()
                }
            };
            let indices = arrow_array::UInt32Array::from(kept.clone());
            let mut arguments = Vec::new();
            for argument in &call.arguments {
                arguments.push(arrow_select::take::take(&expr::evaluate(argument, input)?, &indices, None).unwrap());
            }
            if call.distinct {
                let mut seen = std::collections::HashSet::new();
                let row_text = |row: u32| {
                    call.arguments
                        .iter()
                        .zip(&arguments)
                        .map(|(typed, array)| format!("{:?}", arrow::value_at(array, row as usize, &typed.data_type)))
                        .collect::<String>()
                };
                let distinct: Vec<u32> = (0..kept.len() as u32).filter(|row| seen.insert(row_text(*row))).collect();
                let indices = arrow_array::UInt32Array::from(distinct);
                arguments = arguments.iter().map(|array| arrow_select::take::take(array, &indices, None).unwrap()).collect();
            }
            let count = arguments.first().map_or(kept.len(), arrow_array::Array::len);
            let half = count / 2;
            let part = |start: usize, length: usize| arguments.iter().map(|array| array.slice(start, length)).collect::<Vec<_>>();
            accumulator.update(&vec![0; half], 1, &part(0, half))?;
            let mut other = expr::aggregate::accumulator(call)?;
            other.update(&vec![0; count - half], 1, &part(half, count - half))?;
            accumulator.merge(&[0], 1, &other.buffers())?;
            let result = accumulator.finish()?;
            return Ok(Typed::literal(arrow::value_at(&result, 0, &call.data_type), call.data_type.clone()));
        }
        for child in node.children_mut() {
            let taken = std::mem::replace(child, Typed::literal(Value::Null, DataType::Null));
            *child = replace(taken, input)?;
        }
        Ok(node)
    }
    let node = replace(typed, &input)?;
    expr::evaluate(&node, &expr::Input { rows: 1, ..input })
}

fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => {
            a == b || a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| a == b || (a - b).abs() < 1e-14 * a.abs().max(b.abs()))
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => a.len() == b.len() && a.iter().zip(b).all(|((k, a), (l, b))| k == l && same(a, b)),
        _ => a == b,
    }
}

#[test]
fn examples_of_sparks_function_reference() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/conformance/functions.jsonl");
    let Ok(text) = std::fs::read_to_string(path) else { return };
    let mut passed: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut report = Vec::new();
    let mut left_out = 0;
    for line in text.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let query = case["sql"].as_str().unwrap();
        let group = case["group"].as_str().unwrap_or_default().to_owned();
        let found = match std::panic::catch_unwind(|| run(query)) {
            Ok(found) => found,
            Err(_) => Err(Some("PANIC".to_owned())),
        };
        let verdict = match (&found, case.get("error").and_then(Json::as_str)) {
            (Err(None), _) => {
                left_out += 1;
                continue;
            }
            (Err(Some(message)), Some(error)) if message.contains(error) => Ok(()),
            (Err(Some(message)), _) => Err(message.clone()),
            (Ok(_), Some(error)) => Err(format!("should be {error}")),
            (Ok(found), None) => {
                let strings =
                    |key: &str| case[key].as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect::<Vec<_>>();
                if found.names != strings("names") {
                    Err(format!("names {:?} not {:?}", found.names, strings("names")))
                } else if found.types != strings("types") {
                    Err(format!("types {:?} not {:?}", found.types, strings("types")))
                } else if !same(&Json::Array(found.rows.clone()), &case["rows"]) {
                    Err(format!("rows {} not {}", Json::Array(found.rows.clone()), case["rows"]))
                } else {
                    Ok(())
                }
            }
        };
        let entry = passed.entry(group).or_default();
        entry.1 += 1;
        match verdict {
            Ok(()) => entry.0 += 1,
            Err(message) => report.push(format!("{query}\n    {message}")),
        }
    }
    let total: usize = passed.values().map(|(good, _)| good).sum();
    for (group, (good, all)) in &passed {
        println!("{group}: {good} of {all}");
    }
    println!("{total} pass, {left_out} left out");
    if let Ok(path) = std::env::var("FUNCTIONS_REPORT") {
        std::fs::write(path, report.join("\n")).unwrap();
    }
    assert!(total >= FLOOR, "only {total} examples pass");
}
