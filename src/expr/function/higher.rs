//! Higher-order functions: a lambda runs once over the elements of all rows.

use super::Arguments;
use super::Function;
use super::Parameter as P;
use super::gives;
use crate::diag::Result;
use crate::expr::cast::retyped;
use crate::expr::error;
use crate::expr::evaluate::evaluate;
use crate::expr::evaluate::take;
use crate::expr::scope::Input;
use crate::expr::typed::Typed;
use crate::expr::typed::TypedKind;
use crate::types::DataType;
use crate::types::Value;
use crate::types::arrow;
use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::BooleanArray;
use arrow_array::Int32Array;
use arrow_array::ListArray;
use arrow_array::UInt32Array;
use arrow_array::cast::AsArray;
use arrow_buffer::OffsetBuffer;
use std::sync::Arc;

const ANY: &[P] = &[P::Any];

/// The group. The types of the results come from `lambda`.
pub const FUNCTIONS: &[Function] = &[
    Function::new("transform", (2, 2), ANY, gives::null, transform),
    Function::new("filter", (2, 2), ANY, gives::first, filter),
    Function::new("exists", (2, 2), ANY, gives::boolean, |a| any_or_all(a, true)),
    Function::new("forall", (2, 2), ANY, gives::boolean, |a| any_or_all(a, false)),
    Function::new("zip_with", (3, 3), ANY, gives::null, zip_with),
    Function::new("aggregate", (3, 4), ANY, gives::null, fold),
    Function::new("reduce", (3, 4), ANY, gives::null, fold),
    Function::new("$array_sort_by", (2, 2), ANY, gives::first, sort_by),
    Function::new("map_filter", (2, 2), ANY, gives::first, map_filter),
    Function::new("transform_keys", (2, 2), ANY, gives::null, |a| transform_map(a, true)),
    Function::new("transform_values", (2, 2), ANY, gives::null, |a| transform_map(a, false)),
    Function::new("map_zip_with", (3, 3), ANY, gives::null, map_zip_with),
];

/// The lambda's values where each element of its variables belongs to a row outside.
fn apply(lambda: &Typed, input: &Input<'_>, outer: &[u32], variables: &[ArrayRef]) -> Result<ArrayRef> {
    let TypedKind::Lambda(parameters, body) = &lambda.kind else { unreachable!("a lambda stands here") };
    let indices = UInt32Array::from(outer.to_vec());
    let mut ids = Vec::new();
    let mut columns = Vec::new();
    body.any(&mut |node| {
        if let TypedKind::Column(id) = node.kind
            && !ids.contains(&id)
            && let Some(at) = input.ids.iter().position(|candidate| *candidate == id)
        {
            ids.push(id);
            columns.push(take(&input.columns[at], &indices));
        }
        false
    });
    ids.extend(parameters);
    columns.extend(variables.iter().take(parameters.len()).cloned());
    evaluate(body, &Input { ids: &ids, columns: &columns, rows: outer.len(), ..*input })
}

/// The elements of all lists, and for each its row and its place in the list.
struct Elements {
    values: ArrayRef,
    rows: Vec<u32>,
    places: Vec<i32>,
    lengths: Vec<usize>,
    valid: Vec<bool>,
}

fn elements(arguments: &Arguments<'_>, index: usize) -> Elements {
    let vector = &arguments.vectors[index];
    let list = vector.array.as_list::<i32>();
    let mut found =
        Elements { values: Arc::clone(list.values()), rows: Vec::new(), places: Vec::new(), lengths: Vec::new(), valid: Vec::new() };
    let mut indices = Vec::new();
    for row in 0..arguments.rows {
        let at = vector.at(row);
        let (start, end) = (list.value_offsets()[at], list.value_offsets()[at + 1]);
        let count = if list.is_null(at) { 0 } else { (end - start) as usize };
        for place in 0..count {
            indices.push(start as u32 + place as u32);
            found.rows.push(row as u32);
            found.places.push(place as i32);
        }
        found.lengths.push(count);
        found.valid.push(list.is_valid(at));
    }
    found.values = take(&found.values, &UInt32Array::from(indices));
    found
}

fn list_of(arguments: &Arguments<'_>, values: &ArrayRef, lengths: &[usize], valid: Vec<bool>) -> ArrayRef {
    let arrow_schema::DataType::List(field) = arrow::arrow_type(arguments.data_type) else { unreachable!("the result is an array") };
    let values = retyped(values, field.data_type());
    Arc::new(ListArray::new(field, OffsetBuffer::from_lengths(lengths.iter().copied()), values, Some(valid.into())))
}

fn transform(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let found = elements(arguments, 0);
    let places: ArrayRef = Arc::new(Int32Array::from(found.places.clone()));
    let values = apply(&arguments.typed[1], arguments.input, &found.rows, &[Arc::clone(&found.values), places])?;
    Ok(list_of(arguments, &values, &found.lengths, found.valid))
}

fn is_true(mask: &BooleanArray, at: usize) -> bool {
    mask.is_valid(at) && mask.value(at)
}

fn filter(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let found = elements(arguments, 0);
    let places: ArrayRef = Arc::new(Int32Array::from(found.places.clone()));
    let mask = apply(&arguments.typed[1], arguments.input, &found.rows, &[Arc::clone(&found.values), places])?;
    let mask = mask.as_boolean();
    let kept: Vec<u32> = (0..mask.len()).filter(|at| is_true(mask, *at)).map(|at| at as u32).collect();
    let mut lengths = vec![0; arguments.rows];
    for at in &kept {
        lengths[found.rows[*at as usize] as usize] += 1;
    }
    let values = take(&found.values, &UInt32Array::from(kept));
    Ok(list_of(arguments, &values, &lengths, found.valid))
}

/// Three-valued: an unknown element leaves the answer open.
fn any_or_all(arguments: &Arguments<'_>, decides: bool) -> Result<ArrayRef> {
    let found = elements(arguments, 0);
    let mask = apply(&arguments.typed[1], arguments.input, &found.rows, std::slice::from_ref(&found.values))?;
    let mask = mask.as_boolean();
    let mut results: Vec<Option<bool>> = found.valid.iter().map(|valid| valid.then_some(!decides)).collect();
    for (at, row) in found.rows.iter().enumerate() {
        let held = &mut results[*row as usize];
        if *held == Some(decides) {
            continue;
        }
        if mask.is_null(at) {
            *held = None;
        } else if mask.value(at) == decides {
            *held = Some(decides);
        }
    }
    Ok(Arc::new(BooleanArray::from(results)))
}

fn zip_with(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (a, b) = (elements(arguments, 0), elements(arguments, 1));
    let (mut rows, mut left, mut right, mut lengths, mut valid) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut start_a, mut start_b) = (0, 0);
    for row in 0..arguments.rows {
        let both = a.valid[row] && b.valid[row];
        let count = if both { a.lengths[row].max(b.lengths[row]) } else { 0 };
        for place in 0..count {
            rows.push(row as u32);
            left.push((place < a.lengths[row]).then_some((start_a + place) as u32));
            right.push((place < b.lengths[row]).then_some((start_b + place) as u32));
        }
        start_a += a.lengths[row];
        start_b += b.lengths[row];
        lengths.push(count);
        valid.push(both);
    }
    let variables = [take(&a.values, &UInt32Array::from(left)), take(&b.values, &UInt32Array::from(right))];
    let values = apply(&arguments.typed[2], arguments.input, &rows, &variables)?;
    Ok(list_of(arguments, &values, &lengths, valid))
}

/// Step by step over the places: each step merges the elements at one place of all the lists that are that long.
fn fold(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let found = elements(arguments, 0);
    let merged_type = &arguments.typed[2].data_type;
    let held_type = crate::expr::coercion::wider(arguments.type_of(1), merged_type).unwrap_or_else(|| merged_type.clone());
    let mut held = retyped(&arguments.vectors[1].expand(arguments.rows), &crate::types::arrow::arrow_type(&held_type));
    let longest = found.lengths.iter().copied().max().unwrap_or(0);
    let mut starts = Vec::with_capacity(arguments.rows);
    let mut start = 0;
    for length in &found.lengths {
        starts.push(start);
        start += length;
    }
    for place in 0..longest {
        let rows: Vec<u32> = (0..arguments.rows as u32).filter(|row| found.lengths[*row as usize] > place).collect();
        let indices = UInt32Array::from(rows.clone());
        let items: UInt32Array = rows.iter().map(|row| (starts[*row as usize] + place) as u32).collect::<Vec<u32>>().into();
        let merged = apply(&arguments.typed[2], arguments.input, &rows, &[take(&held, &indices), take(&found.values, &items)])?;
        let merged = retyped(&merged, held.data_type());
        let mut places: Vec<(usize, usize)> = (0..arguments.rows).map(|row| (0, row)).collect();
        for (at, row) in rows.iter().enumerate() {
            places[*row as usize] = (1, at);
        }
        held = match arrow_select::interleave::interleave(&[held.as_ref(), merged.as_ref()], &places) {
            Ok(array) => array,
            Err(error) => unreachable!("pieces of one type interleave: {error}"),
        };
    }
    if let Some(finish) = arguments.typed.get(3) {
        let rows: Vec<u32> = (0..arguments.rows as u32).collect();
        held = apply(finish, arguments.input, &rows, &[held])?;
    }
    let places = UInt32Array::from(found.valid.iter().enumerate().map(|(row, valid)| valid.then_some(row as u32)).collect::<Vec<_>>());
    Ok(take(&held, &places))
}

/// One row after the other; the lambda is asked for each comparison.
fn sort_by(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let DataType::Array(element, _) = arguments.type_of(0) else { unreachable!("an array is sorted") };
    let mut sorted = Vec::with_capacity(arguments.rows);
    for row in 0..arguments.rows {
        let Value::Array(items) = arguments.value(0, row) else {
            sorted.push(Value::Null);
            continue;
        };
        let mut done: Vec<Value> = Vec::with_capacity(items.len());
        for item in items {
            let (mut low, mut high) = (0, done.len());
            while low < high {
                let middle = (low + high) / 2;
                let pair = [&item, &done[middle]].map(|value| arrow::array_of(element, std::slice::from_ref(value)));
                let answer = apply(&arguments.typed[1], arguments.input, &[row as u32], &pair)?;
                match arrow::value_at(&answer, 0, &arguments.typed[1].data_type).as_i64() {
                    Some(answer) if answer < 0 => high = middle,
                    Some(_) => low = middle + 1,
                    None => {
                        return Err(error::runtime(
                            "COMPARATOR_RETURNS_NULL",
                            "The comparator has returned a NULL for a comparison. It should return a positive integer for \"greater than\", 0 for \"equal\" and a negative integer for \"less than\". To revert to deprecated behavior where NULL is treated as 0 (equal), you must set \"spark.sql.legacy.allowNullComparisonResultInArraySort\" to \"true\".",
                            "22004",
                        ));
                    }
                }
            }
            done.insert(low, item);
        }
        sorted.push(Value::Array(done));
    }
    Ok(arrow::array_of(arguments.data_type, &sorted))
}

/// The entries of one row's map; none where it is null.
type Entries = Option<Vec<(Value, Value)>>;

/// The entries of all maps, the type of their keys, the type of their values.
fn entries(arguments: &Arguments<'_>, index: usize) -> (Vec<Entries>, DataType, DataType) {
    let DataType::Map(key, value, _) = arguments.type_of(index) else { unreachable!("a map stands here") };
    let maps = (0..arguments.rows).map(|row| if let Value::Map(entries) = arguments.value(index, row) { Some(entries) } else { None });
    (maps.collect(), (**key).clone(), (**value).clone())
}

/// The lambda on every entry, as one value a row and entry.
fn on_entries(arguments: &Arguments<'_>, lambda: &Typed, rows: &[u32], columns: &[(Vec<Value>, &DataType)]) -> Result<Vec<Value>> {
    let variables: Vec<ArrayRef> = columns.iter().map(|(values, data_type)| arrow::array_of(data_type, values)).collect();
    let found = apply(lambda, arguments.input, rows, &variables)?;
    Ok((0..found.len()).map(|at| arrow::value_at(&found, at, &lambda.data_type)).collect())
}

fn over_entries(
    arguments: &Arguments<'_>,
    mut rebuild: impl FnMut((Value, Value), Value) -> Result<Option<(Value, Value)>>,
) -> Result<ArrayRef> {
    let (maps, key_type, value_type) = entries(arguments, 0);
    let (mut rows, mut keys, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (row, map) in maps.iter().enumerate() {
        for (key, value) in map.iter().flatten() {
            rows.push(row as u32);
            keys.push(key.clone());
            values.push(value.clone());
        }
    }
    let mut answers = on_entries(arguments, &arguments.typed[1], &rows, &[(keys, &key_type), (values, &value_type)])?.into_iter();
    let mut results = Vec::with_capacity(arguments.rows);
    for map in maps {
        let Some(map) = map else {
            results.push(Value::Null);
            continue;
        };
        let mut kept = Vec::new();
        for entry in map {
            let answer = answers.next().unwrap_or(Value::Null);
            kept.extend(rebuild(entry, answer)?);
        }
        results.push(Value::Map(kept));
    }
    Ok(arrow::array_of(arguments.data_type, &results))
}

fn map_filter(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    over_entries(arguments, |entry, answer| Ok((answer == Value::Boolean(true)).then_some(entry)))
}

fn transform_map(arguments: &Arguments<'_>, keys: bool) -> Result<ArrayRef> {
    over_entries(arguments, |(key, value), answer| {
        if keys && answer.is_null() {
            return Err(error::runtime("NULL_MAP_KEY", "Cannot use null as map key.", "2200E"));
        }
        Ok(Some(if keys { (answer, value) } else { (key, answer) }))
    })
}

fn map_zip_with(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (left, key_type, left_type) = entries(arguments, 0);
    let (right, _, right_type) = entries(arguments, 1);
    let (mut rows, mut keys, mut lefts, mut rights) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut counts = Vec::new();
    for (row, pair) in left.iter().zip(&right).enumerate() {
        let (Some(a), Some(b)) = pair else {
            counts.push(None);
            continue;
        };
        let only_right = b.iter().filter(|(key, _)| !a.iter().any(|(other, _)| other == key));
        let all: Vec<&Value> = a.iter().map(|(key, _)| key).chain(only_right.map(|(key, _)| key)).collect();
        counts.push(Some(all.len()));
        let find = |map: &[(Value, Value)], key: &Value| {
            map.iter().find(|(other, _)| other == key).map_or(Value::Null, |(_, value)| value.clone())
        };
        for key in all {
            rows.push(row as u32);
            keys.push(key.clone());
            lefts.push(find(a, key));
            rights.push(find(b, key));
        }
    }
    let columns = [(keys.clone(), &key_type), (lefts, &left_type), (rights, &right_type)];
    let answers = on_entries(arguments, &arguments.typed[2], &rows, &columns)?;
    let mut pairs = keys.into_iter().zip(answers);
    let results: Vec<Value> =
        counts.into_iter().map(|count| count.map_or(Value::Null, |count| Value::Map(pairs.by_ref().take(count).collect()))).collect();
    Ok(arrow::array_of(arguments.data_type, &results))
}
