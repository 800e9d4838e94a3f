//! Arrays and maps: their making, their size, their members, sets, order.

use super::Arguments;
use super::Function;
use super::Mismatch;
use super::Nulls;
use super::Parameter as P;
use super::gives;
use crate::diag::Result;
use crate::expr::coercion;
use crate::expr::error;
use crate::expr::resolve::cast_in_place;
use crate::expr::scope::Settings;
use crate::expr::typed::Typed;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Value;
use arrow_array::ArrayRef;
use std::cmp::Ordering;

const ARRAY: &[P] = &[P::Array];
const ARRAY_ANY: &[P] = &[P::Array, P::Any];
const ARRAYS: &[P] = &[P::Same];

/// The group.
pub const FUNCTIONS: &[Function] = &[
    Function::new("array", (0, usize::MAX), &[P::Same], array_type, |a| a.by_any_value(|values| Ok(Value::Array(values.to_vec()))))
        .nulls(Nulls::Never),
    Function::new("size", (1, 1), &[P::ArrayOrMap], gives::integer, size),
    Function::new("cardinality", (1, 1), &[P::ArrayOrMap], gives::integer, size),
    Function::new("array_size", (1, 1), ARRAY, gives::integer, size),
    Function::new("array_contains", (2, 2), ARRAY_ANY, gives::boolean, array_contains).check(with_element).nulls(Nulls::Always),
    Function::new("array_position", (2, 2), ARRAY_ANY, gives::long, array_position).check(with_element),
    Function::new("array_remove", (2, 2), ARRAY_ANY, gives::first, |a| {
        list(a, |items, values| Ok(items.into_iter().filter(|item| item.is_null() || !same(item, &values[1])).collect()))
    })
    .check(with_element),
    Function::new("array_append", (2, 2), ARRAY_ANY, insert_type, array_append).check(with_element),
    Function::new("array_prepend", (2, 2), ARRAY_ANY, insert_type, array_append).check(with_element),
    Function::new("array_insert", (3, 3), &[P::Array, P::Integer, P::Any], insert_type, array_insert).check(with_third_element),
    Function::new("array_distinct", (1, 1), ARRAY, gives::first, |a| list(a, |items, _| Ok(distinct(items)))),
    Function::new("array_compact", (1, 1), ARRAY, compact_type, |a| {
        list(a, |items, _| Ok(items.into_iter().filter(|item| !item.is_null()).collect()))
    }),
    Function::new("array_union", (2, 2), ARRAYS, gives::common, |a| sets(a, |a, b| distinct(a.into_iter().chain(b).collect()))),
    Function::new("array_intersect", (2, 2), ARRAYS, gives::first, |a| {
        sets(a, |a, b| distinct(a.into_iter().filter(|item| b.iter().any(|other| same(item, other))).collect()))
    }),
    Function::new("array_except", (2, 2), ARRAYS, gives::first, |a| {
        sets(a, |a, b| distinct(a.into_iter().filter(|item| !b.iter().any(|other| same(item, other))).collect()))
    }),
    Function::new("arrays_overlap", (2, 2), ARRAYS, gives::boolean, arrays_overlap).nulls(Nulls::Always),
    Function::new("array_min", (1, 1), ARRAY, element_type, |a| extreme(a, Ordering::Less)).nulls(Nulls::Always),
    Function::new("array_max", (1, 1), ARRAY, element_type, |a| extreme(a, Ordering::Greater)).nulls(Nulls::Always),
    Function::new("array_join", (2, 3), &[P::Array, P::String, P::String], gives::string, array_join),
    Function::new("array_repeat", (2, 2), &[P::Any, P::Integer], repeat_type, array_repeat).nulls(Nulls::Always),
    Function::new("array_sort", (1, 1), ARRAY, gives::first, |a| list(a, |items, _| Ok(sorted(items, true, false)))),
    Function::new("sort_array", (1, 2), &[P::Array, P::Boolean], gives::first, sort_array).defaults(&["true"]),
    Function::new("slice", (3, 3), &[P::Array, P::Integer, P::Integer], gives::first, slice),
    Function::new("flatten", (1, 1), ARRAY, flat_type, flatten).nulls(Nulls::Always),
    Function::new("sequence", (2, 3), &[P::Any], sequence_type, sequence).check(sequence_operands),
    Function::new("arrays_zip", (0, usize::MAX), ARRAY, gives::null, arrays_zip),
    Function::new("map", (0, usize::MAX), &[P::Any], map_type, map).check(map_operands).nulls(Nulls::Never),
    Function::new("map_keys", (1, 1), &[P::Map], keys_type, |a| {
        on_map(a, |entries| Value::Array(entries.into_iter().map(|(key, _)| key).collect()))
    }),
    Function::new("map_values", (1, 1), &[P::Map], values_type, |a| {
        on_map(a, |entries| Value::Array(entries.into_iter().map(|(_, value)| value).collect()))
    }),
    Function::new("map_entries", (1, 1), &[P::Map], entries_type, |a| {
        on_map(a, |entries| Value::Array(entries.into_iter().map(|(key, value)| Value::Struct(vec![key, value])).collect()))
    }),
    Function::new("map_contains_key", (2, 2), &[P::Map, P::Any], gives::boolean, map_contains_key).check(with_key),
    Function::new("map_from_arrays", (2, 2), ARRAY, from_arrays_type, map_from_arrays),
    Function::new("map_from_entries", (1, 1), ARRAY, from_entries_type, map_from_entries).nulls(Nulls::Always),
    Function::new("map_concat", (1, usize::MAX), &[P::Same], gives::common, map_concat),
    Function::new(
        "str_to_map",
        (1, 3),
        &[P::String],
        |_| DataType::Map(Box::new(DataType::String), Box::new(DataType::String), true),
        str_to_map,
    )
    .defaults(&["','", "':'"]),
];

fn array_type(arguments: &[Typed]) -> DataType {
    DataType::Array(Box::new(gives::common(arguments)), arguments.iter().any(|argument| argument.nullable))
}

fn element_type(arguments: &[Typed]) -> DataType {
    match &arguments[0].data_type {
        DataType::Array(element, _) => (**element).clone(),
        _ => DataType::Null,
    }
}

/// An array that takes in its last argument; it may hold nulls, as Spark pads it to the place.
fn insert_type(arguments: &[Typed]) -> DataType {
    let element = element_type(arguments);
    let added = arguments.last().and_then(|argument| coercion::wider(&element, &argument.data_type));
    DataType::Array(Box::new(added.unwrap_or(element)), true)
}

fn compact_type(arguments: &[Typed]) -> DataType {
    DataType::Array(Box::new(element_type(arguments)), false)
}

fn repeat_type(arguments: &[Typed]) -> DataType {
    DataType::Array(Box::new(arguments[0].data_type.clone()), arguments[0].nullable)
}

fn flat_type(arguments: &[Typed]) -> DataType {
    element_type(arguments)
}

/// Spark's equality of members: values compare, nulls are alike.
fn same(a: &Value, b: &Value) -> bool {
    a.compare(b).is_eq()
}

fn distinct(items: Vec<Value>) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    for item in items {
        if !found.iter().any(|other| same(&item, other)) {
            found.push(item);
        }
    }
    found
}

fn list(arguments: &Arguments<'_>, body: impl Fn(Vec<Value>, &[Value]) -> Result<Vec<Value>>) -> Result<ArrayRef> {
    arguments.by_value(|values| match &values[0] {
        Value::Array(items) => body(items.clone(), values).map(Value::Array),
        _ => Ok(Value::Null),
    })
}

fn sets(arguments: &Arguments<'_>, body: impl Fn(Vec<Value>, Vec<Value>) -> Vec<Value>) -> Result<ArrayRef> {
    arguments.by_value(|values| match (&values[0], &values[1]) {
        (Value::Array(a), Value::Array(b)) => Ok(Value::Array(body(a.clone(), b.clone()))),
        _ => Ok(Value::Null),
    })
}

/// Brings an array and a value to a common element type.
fn fit_element(arguments: &mut [Typed], at: usize, settings: &Settings, name: &str) -> std::result::Result<(), Mismatch> {
    let DataType::Array(element, nullable) = arguments[0].data_type.clone() else { return Ok(()) };
    // Members are not read out of strings.
    let text = |data_type: &DataType| *data_type == DataType::String;
    let apart = text(&element) != text(&arguments[at].data_type) && *element != DataType::Null && arguments[at].data_type != DataType::Null;
    let Some(common) = coercion::wider(&element, &arguments[at].data_type).filter(|_| !apart) else {
        let text = format!(
            "Input to `{name}` should have been \"ARRAY\" followed by a value with same element type, but it's [{}, {}].",
            error::quoted(&arguments[0].data_type),
            error::quoted(&arguments[at].data_type)
        );
        return Err(Mismatch::Type("ARRAY_FUNCTION_DIFF_TYPES", text));
    };
    cast_in_place(&mut arguments[0], &DataType::Array(Box::new(common.clone()), nullable), settings);
    cast_in_place(&mut arguments[at], &common, settings);
    Ok(())
}

fn with_element(arguments: &mut Vec<Typed>, settings: &Settings) -> std::result::Result<(), Mismatch> {
    fit_element(arguments, 1, settings, "array_contains")
}

fn with_third_element(arguments: &mut Vec<Typed>, settings: &Settings) -> std::result::Result<(), Mismatch> {
    fit_element(arguments, 2, settings, "array_insert")
}

fn with_key(arguments: &mut Vec<Typed>, settings: &Settings) -> std::result::Result<(), Mismatch> {
    if let DataType::Map(key, ..) = arguments[0].data_type.clone() {
        cast_in_place(&mut arguments[1], &key, settings);
    }
    Ok(())
}

fn size(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        Ok(match &values[0] {
            Value::Array(items) => Value::Integer(items.len() as i32),
            Value::Map(entries) => Value::Integer(entries.len() as i32),
            _ => Value::Null,
        })
    })
}

fn array_contains(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let Value::Array(items) = &values[0] else { return Ok(Value::Null) };
        Ok(match items.iter().any(|item| !item.is_null() && same(item, &values[1])) {
            true => Value::Boolean(true),
            false if items.iter().any(Value::is_null) => Value::Null,
            false => Value::Boolean(false),
        })
    })
}

fn array_position(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let Value::Array(items) = &values[0] else { return Ok(Value::Null) };
        Ok(Value::Long(items.iter().position(|item| same(item, &values[1])).map_or(0, |at| at as i64 + 1)))
    })
}

fn array_append(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let front = arguments.name == "array_prepend";
    arguments.by_any_value(|values| {
        let Value::Array(items) = &values[0] else { return Ok(Value::Null) };
        let mut items = items.clone();
        items.insert(if front { 0 } else { items.len() }, values[1].clone());
        Ok(Value::Array(items))
    })
}

fn array_insert(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_any_value(|values| {
        let (Value::Array(items), Some(position)) = (&values[0], values[1].as_i64()) else { return Ok(Value::Null) };
        let mut items = items.clone();
        let size = items.len() as i64;
        match position {
            0 => {
                return Err(error::runtime(
                    "INVALID_INDEX_OF_ZERO",
                    "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).",
                    "22003",
                ));
            }
            1.. => {
                while (items.len() as i64) < position - 1 {
                    items.push(Value::Null);
                }
                items.insert(position as usize - 1, values[2].clone());
            }
            _ => {
                let at = size + position + 1;
                for _ in at..0 {
                    items.insert(0, Value::Null);
                }
                items.insert(at.max(0) as usize, values[2].clone());
            }
        }
        Ok(Value::Array(items))
    })
}

fn arrays_overlap(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let (Value::Array(a), Value::Array(b)) = (&values[0], &values[1]) else { return Ok(Value::Null) };
        let found = a.iter().any(|item| !item.is_null() && b.iter().any(|other| same(item, other)));
        let unknown = !a.is_empty() && !b.is_empty() && (a.iter().any(Value::is_null) || b.iter().any(Value::is_null));
        Ok(if found {
            Value::Boolean(true)
        } else if unknown {
            Value::Null
        } else {
            Value::Boolean(false)
        })
    })
}

fn extreme(arguments: &Arguments<'_>, wanted: Ordering) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let Value::Array(items) = &values[0] else { return Ok(Value::Null) };
        let known = items.iter().filter(|item| !item.is_null());
        Ok(known.reduce(|best, item| if item.compare(best) == wanted { item } else { best }).cloned().unwrap_or(Value::Null))
    })
}

fn array_join(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let DataType::Array(element, _) = arguments.type_of(0).clone() else { unreachable!("an array is joined") };
    let zone = arguments.input.zone;
    arguments.by_value(|values| {
        let (Value::Array(items), Some(separator)) = (&values[0], values[1].as_str()) else { return Ok(Value::Null) };
        let put = values.get(2).and_then(Value::as_str).map(str::to_owned);
        let pieces: Vec<String> =
            items.iter().filter_map(|item| crate::types::display::cast_string(item, &element, zone).or_else(|| put.clone())).collect();
        Ok(Value::String(pieces.join(separator)))
    })
}

fn array_repeat(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_any_value(|values| {
        Ok(values[1].as_i64().map_or(Value::Null, |count| Value::Array(vec![values[0].clone(); count.max(0) as usize])))
    })
}

fn sorted(mut items: Vec<Value>, ascending: bool, nulls_first: bool) -> Vec<Value> {
    items.sort_by(|a, b| match (a.is_null(), b.is_null()) {
        (true, true) => Ordering::Equal,
        (true, false) => {
            if nulls_first {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        }
        (false, true) => {
            if nulls_first {
                Ordering::Greater
            } else {
                Ordering::Less
            }
        }
        _ if ascending => a.compare(b),
        _ => b.compare(a),
    });
    items
}

/// Nulls come first ascending and last descending.
fn sort_array(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    list(arguments, |items, values| {
        let ascending = values[1] == Value::Boolean(true);
        Ok(sorted(items, ascending, ascending))
    })
}

fn slice(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    list(arguments, |items, values| {
        let (start, length) = (values[1].as_i64().unwrap_or(0), values[2].as_i64().unwrap_or(0));
        if start == 0 {
            return Err(error::invalid_parameter(
                "START",
                "start",
                "slice",
                "Expects a positive or a negative value for `start`, but got 0.",
            ));
        }
        if length < 0 {
            return Err(error::invalid_parameter(
                "LENGTH",
                "length",
                "slice",
                &format!("Expects `length` greater than or equal to 0, but got {length}."),
            ));
        }
        let from = if start > 0 { start - 1 } else { items.len() as i64 + start };
        if from < 0 {
            return Ok(Vec::new());
        }
        Ok(items.into_iter().skip(from as usize).take(length as usize).collect())
    })
}

fn flatten(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let Value::Array(lists) = &values[0] else { return Ok(Value::Null) };
        let mut found = Vec::new();
        for list in lists {
            match list {
                Value::Array(items) => found.extend_from_slice(items),
                _ => return Ok(Value::Null),
            }
        }
        Ok(Value::Array(found))
    })
}

fn sequence_operands(arguments: &mut Vec<Typed>, settings: &Settings) -> std::result::Result<(), Mismatch> {
    let Some(common) = coercion::wider(&arguments[0].data_type, &arguments[1].data_type) else { return Ok(()) };
    let common = if common == DataType::String { DataType::Long } else { common };
    cast_in_place(&mut arguments[0], &common, settings);
    cast_in_place(&mut arguments[1], &common, settings);
    if common.is_integral() && arguments.len() == 3 {
        cast_in_place(&mut arguments[2], &common, settings);
    }
    Ok(())
}

fn sequence_type(arguments: &[Typed]) -> DataType {
    DataType::Array(Box::new(arguments[0].data_type.clone()), false)
}

fn sequence(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let zone = arguments.input.zone;
    arguments.by_value(|values| {
        let bad = || error::runtime("INVALID_SEQUENCE_BOUNDARIES", "Illegal sequence boundaries.", "22023");
        if let (Some(start), Some(stop)) = (values[0].as_i64(), values[1].as_i64()) {
            let step = values.get(2).and_then(Value::as_i64).unwrap_or(if start <= stop { 1 } else { -1 });
            if step == 0 && start != stop
                || step > 0 && start > stop
                || step < 0 && start < stop
                || step != 0 && (stop - start) / step > 10_000_000
            {
                return Err(bad());
            }
            let count = if step == 0 { 0 } else { (stop - start) / step };
            let like = |value: i64| match values[0] {
                Value::Byte(_) => Value::Byte(value as i8),
                Value::Short(_) => Value::Short(value as i16),
                Value::Integer(_) => Value::Integer(value as i32),
                _ => Value::Long(value),
            };
            return Ok(Value::Array((0..=count).map(|index| like(start + index * step)).collect()));
        }
        let day = crate::types::time::MICROS_PER_DAY;
        let (months, days, micros) = match values.get(2) {
            None => (0, 1, 0),
            Some(Value::DayTimeInterval(micros)) => (0, 0, *micros),
            Some(Value::YearMonthInterval(months)) => (*months, 0, 0),
            Some(Value::CalendarInterval(months, days, micros)) => (*months, *days, *micros),
            _ => return Ok(Value::Null),
        };
        let wall = |value: &Value| match value {
            Value::Date(days) => i64::from(*days) * day,
            Value::Timestamp(micros) => zone.to_local(*micros),
            Value::TimestampNtz(micros) => *micros,
            _ => 0,
        };
        let (start, stop) = (wall(&values[0]), wall(&values[1]));
        let mut step_sign = i64::from(months) * 31 + i64::from(days) + micros.signum();
        if values.len() == 2 && start > stop {
            step_sign = -1;
        }
        if step_sign == 0 && start != stop || step_sign > 0 && start > stop || values.len() == 3 && step_sign < 0 && start < stop {
            return Err(bad());
        }
        let days = if values.len() == 2 && start > stop { -1 } else { days };
        let mut found = Vec::new();
        for index in 0..10_000_000i32 {
            let date = super::logic::add_months(start.div_euclid(day), months * index) + i64::from(days * index);
            let at = date * day + start.rem_euclid(day) + micros * i64::from(index);
            if step_sign > 0 && at > stop || step_sign < 0 && at < stop {
                break;
            }
            found.push(match values[0] {
                Value::Date(_) => Value::Date(at.div_euclid(day) as i32),
                Value::Timestamp(_) => Value::Timestamp(zone.to_utc(at)),
                _ => Value::TimestampNtz(at),
            });
            if step_sign == 0 {
                break;
            }
        }
        Ok(Value::Array(found))
    })
}

fn arrays_zip(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let lists: Vec<&[Value]> = values.iter().map(|value| if let Value::Array(items) = value { &items[..] } else { &[] }).collect();
        let longest = lists.iter().map(|list| list.len()).max().unwrap_or(0);
        let row = |at: usize| Value::Struct(lists.iter().map(|list| list.get(at).cloned().unwrap_or(Value::Null)).collect());
        Ok(Value::Array((0..longest).map(row).collect()))
    })
}

/// The type of `arrays_zip` with these names.
pub fn zipped_type(names: Vec<String>, arguments: &[Typed]) -> DataType {
    let fields =
        names.into_iter().zip(arguments).map(|(name, argument)| Field::new(name, element_type(std::slice::from_ref(argument)))).collect();
    DataType::Array(Box::new(DataType::Struct(fields)), false)
}

fn map_operands(arguments: &mut Vec<Typed>, settings: &Settings) -> std::result::Result<(), Mismatch> {
    if arguments.len() % 2 == 1 {
        return Err(Mismatch::Other(error::wrong_arity("map", "2n (n > 0)", arguments.len())));
    }
    for (start, condition, what) in [(0, "CREATE_MAP_KEY_DIFF_TYPES", "keys"), (1, "CREATE_MAP_VALUE_DIFF_TYPES", "values")] {
        let types: Vec<&DataType> = arguments.iter().skip(start).step_by(2).map(|argument| &argument.data_type).collect();
        if types.is_empty() {
            return Ok(());
        }
        let Some(common) = coercion::widest(types.iter().copied()) else {
            let said: Vec<String> = types.iter().map(|data_type| error::quoted(data_type)).collect();
            let text = format!("The given {what} of function `map` should all be the same type, but they are [{}].", said.join(", "));
            return Err(Mismatch::Type(condition, text));
        };
        for argument in arguments.iter_mut().skip(start).step_by(2) {
            cast_in_place(argument, &common, settings);
        }
    }
    Ok(())
}

fn map_type(arguments: &[Typed]) -> DataType {
    let types = |start: usize| coercion::widest(arguments.iter().skip(start).step_by(2).map(|argument| &argument.data_type));
    let nullable = arguments.iter().skip(1).step_by(2).any(|argument| argument.nullable);
    DataType::Map(Box::new(types(0).unwrap_or(DataType::Null)), Box::new(types(1).unwrap_or(DataType::Null)), nullable)
}

/// Keys once each and never null.
fn checked(entries: Vec<(Value, Value)>) -> Result<Value> {
    let mut seen: Vec<&Value> = Vec::with_capacity(entries.len());
    for (key, _) in &entries {
        if key.is_null() {
            return Err(error::runtime("NULL_MAP_KEY", "Cannot use null as map key.", "2200E"));
        }
        if seen.iter().any(|other| same(other, key)) {
            let shown = match key {
                Value::String(text) => text.clone(),
                other => other.as_i64().map_or_else(|| format!("{other:?}"), |value| value.to_string()),
            };
            let said = format!(
                "Duplicate map key {shown} was found, please check the input data. If you want to remove the duplicated keys, you can set \"spark.sql.mapKeyDedupPolicy\" to \"LAST_WIN\" so that the key inserted at last takes precedence."
            );
            return Err(error::runtime("DUPLICATED_MAP_KEY", said, "23505"));
        }
        seen.push(key);
    }
    Ok(Value::Map(entries))
}

fn map(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_any_value(|values| checked(values.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()))
}

fn on_map(arguments: &Arguments<'_>, body: impl Fn(Vec<(Value, Value)>) -> Value) -> Result<ArrayRef> {
    arguments.by_value(|values| match &values[0] {
        Value::Map(entries) => Ok(body(entries.clone())),
        _ => Ok(Value::Null),
    })
}

fn map_parts(arguments: &[Typed]) -> (DataType, DataType, bool) {
    match &arguments[0].data_type {
        DataType::Map(key, value, nullable) => ((**key).clone(), (**value).clone(), *nullable),
        _ => (DataType::Null, DataType::Null, true),
    }
}

fn keys_type(arguments: &[Typed]) -> DataType {
    DataType::Array(Box::new(map_parts(arguments).0), false)
}

fn values_type(arguments: &[Typed]) -> DataType {
    let (_, value, nullable) = map_parts(arguments);
    DataType::Array(Box::new(value), nullable)
}

fn entries_type(arguments: &[Typed]) -> DataType {
    let (key, value, nullable) = map_parts(arguments);
    let fields = vec![Field::required("key", key), Field { name: "value".to_owned(), data_type: value, nullable }];
    DataType::Array(Box::new(DataType::Struct(fields)), false)
}

fn map_contains_key(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| match &values[0] {
        Value::Map(entries) => Ok(Value::Boolean(entries.iter().any(|(key, _)| same(key, &values[1])))),
        _ => Ok(Value::Null),
    })
}

fn from_arrays_type(arguments: &[Typed]) -> DataType {
    let nullable = matches!(arguments[1].data_type, DataType::Array(_, true));
    DataType::Map(Box::new(element_type(arguments)), Box::new(element_type(&arguments[1..])), nullable)
}

fn map_from_arrays(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| match (&values[0], &values[1]) {
        (Value::Array(keys), Value::Array(values)) if keys.len() == values.len() => {
            checked(keys.iter().cloned().zip(values.iter().cloned()).collect())
        }
        (Value::Array(_), Value::Array(_)) => {
            Err(error::runtime("_LEGACY_ERROR_TEMP_2017", "The key array and value array of MapData must have the same length.", ""))
        }
        _ => Ok(Value::Null),
    })
}

fn from_entries_type(arguments: &[Typed]) -> DataType {
    match element_type(arguments) {
        DataType::Struct(fields) if fields.len() == 2 => {
            DataType::Map(Box::new(fields[0].data_type.clone()), Box::new(fields[1].data_type.clone()), fields[1].nullable)
        }
        _ => DataType::Map(Box::new(DataType::Null), Box::new(DataType::Null), true),
    }
}

fn map_from_entries(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let Value::Array(items) = &values[0] else { return Ok(Value::Null) };
        let mut entries = Vec::new();
        for item in items {
            match item {
                Value::Struct(pair) if pair.len() == 2 => entries.push((pair[0].clone(), pair[1].clone())),
                _ => return Ok(Value::Null),
            }
        }
        checked(entries)
    })
}

fn map_concat(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        checked(values.iter().flat_map(|value| if let Value::Map(entries) = value { entries.clone() } else { Vec::new() }).collect())
    })
}

fn str_to_map(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let (Some(text), Some(pairs), Some(keys)) = (values[0].as_str(), values[1].as_str(), values[2].as_str()) else {
            return Ok(Value::Null);
        };
        let (Ok(pairs), Ok(keys)) = (fancy_regex::Regex::new(pairs), fancy_regex::Regex::new(keys)) else {
            return Err(error::not_known("such delimiters of str_to_map"));
        };
        let mut entries = Vec::new();
        for piece in pairs.split(text).flatten() {
            let mut halves = keys.splitn(piece, 2).flatten();
            let key = Value::String(halves.next().unwrap_or_default().to_owned());
            entries.push((key, halves.next().map_or(Value::Null, |value| Value::String(value.to_owned()))));
        }
        checked(entries)
    })
}
