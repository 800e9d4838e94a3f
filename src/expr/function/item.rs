//! Elements of arrays and values of maps by subscript, `element_at`, `get`.

use super::Arguments;
use super::Function;
use super::Mismatch;
use super::Nulls;
use super::Parameter as P;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::coercion;
use crate::expr::error;
use crate::expr::evaluate::take;
use crate::expr::resolve::cast_in_place;
use crate::expr::scope::Settings;
use crate::expr::typed::Typed;
use crate::types::DataType;
use crate::types::arrow;
use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::UInt32Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;

/// The group.
pub const FUNCTIONS: &[Function] = &[
    Function::new("$array_item", (2, 2), &[P::Array, P::Long], element_type, array_item).nulls(Nulls::Always),
    Function::new("$map_item", (2, 2), &[P::Map, P::Any], element_type, map_item).nulls(Nulls::Always),
    Function::new("element_at", (2, 2), &[P::ArrayOrMap, P::Any], element_type, element_at).check(key_type).nulls(Nulls::Always),
    Function::new("try_element_at", (2, 2), &[P::ArrayOrMap, P::Any], element_type, element_at).check(key_type).nulls(Nulls::Always),
    Function::new("get", (2, 2), &[P::Array, P::Long], element_type, array_item).nulls(Nulls::Always),
];

fn element_type(arguments: &[Typed]) -> DataType {
    match &arguments[0].data_type {
        DataType::Array(element, _) => (**element).clone(),
        DataType::Map(_, value, _) => (**value).clone(),
        _ => DataType::Null,
    }
}

fn key_type(arguments: &mut Vec<Typed>, settings: &Settings) -> std::result::Result<(), Mismatch> {
    let target = match &arguments[0].data_type {
        DataType::Array(..) => DataType::Long,
        DataType::Map(key, ..) => match coercion::wider(key, &arguments[1].data_type) {
            Some(common) if common.same_type(key) => common,
            _ => {
                let text = format!(
                    "Input to `element_at` should have been \"MAP\" followed by a value with same key type, but it's [{}, {}].",
                    error::quoted(&arguments[0].data_type),
                    error::quoted(&arguments[1].data_type)
                );
                return Err(Mismatch::Type("MAP_FUNCTION_DIFF_TYPES", text));
            }
        },
        _ => return Ok(()),
    };
    cast_in_place(&mut arguments[1], &target, settings);
    Ok(())
}

/// The elements at these places of the lists' values; the place of a row comes from its index and its list's bounds.
fn pick(arguments: &Arguments<'_>, mut place: impl FnMut(i64, usize) -> Result<Option<usize>>) -> Result<ArrayRef> {
    let lists = &arguments.vectors[0];
    let list = lists.array.as_list::<i32>();
    let keys = arguments.primitive::<Int64Type>(1);
    let mut places = Vec::with_capacity(arguments.rows);
    for row in 0..arguments.rows {
        let at = lists.at(row);
        let (Some(index), true) = (keys.get(row), list.is_valid(at)) else {
            places.push(None);
            continue;
        };
        let start = list.value_offsets()[at];
        let size = (list.value_offsets()[at + 1] - start) as usize;
        places.push(place(index, size)?.map(|offset| start as u32 + offset as u32));
    }
    Ok(take(list.values(), &UInt32Array::from(places)))
}

/// `xs[i]` fails beyond the end in ANSI mode, `get(xs, i)` gives null.
fn array_item(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let strict = arguments.ansi && arguments.name == "$array_item";
    pick(arguments, |index, size| match usize::try_from(index) {
        Ok(index) if index < size => Ok(Some(index)),
        _ if strict => Err(error::array_index(index, size)),
        _ => Ok(None),
    })
}

fn map_item(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let maps = &arguments.vectors[0];
    let map = maps.array.as_map();
    let key_type = arguments.type_of(1);
    let mut places = Vec::with_capacity(arguments.rows);
    let strings = (map.keys().as_string_opt::<i32>(), arguments.vectors[1].array.as_string_opt::<i32>());
    for row in 0..arguments.rows {
        let at = maps.at(row);
        if map.is_null(at) || arguments.vectors[1].is_null(row) {
            places.push(None);
            continue;
        }
        let (start, end) = (map.value_offsets()[at] as usize, map.value_offsets()[at + 1] as usize);
        let found = match strings {
            (Some(keys), Some(wanted)) => {
                let wanted = wanted.value(arguments.vectors[1].at(row));
                (start..end).find(|place| keys.value(*place) == wanted)
            }
            _ => {
                let wanted = arguments.value(1, row);
                (start..end).find(|place| arrow::value_at(map.keys(), *place, key_type).compare(&wanted).is_eq())
            }
        };
        places.push(found.map(|place| place as u32));
    }
    Ok(take(map.values(), &UInt32Array::from(places)))
}

/// Counts from 1, or from the end for negative indices.
fn element_at(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    if matches!(arguments.type_of(0), DataType::Map(..)) {
        return map_item(arguments);
    }
    let strict = arguments.ansi && arguments.name == "element_at";
    pick(arguments, |index, size| match index {
        0 => Err(Diagnostic::new(
            crate::diag::Class::Named("SparkRuntimeException".to_owned()),
            "INVALID_INDEX_OF_ZERO",
            "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).",
            "22003",
        )),
        _ if index.unsigned_abs() as usize > size => {
            if !strict {
                return Ok(None);
            }
            let said = format!(
                "The index {index} is out of bounds. The array has {size} elements. Use `try_element_at` to tolerate accessing element at invalid index and return NULL instead."
            );
            Err(Diagnostic::new(
                crate::diag::Class::Named("ArrayIndexOutOfBoundsException".to_owned()),
                "INVALID_ARRAY_INDEX_IN_ELEMENT_AT",
                said,
                "22003",
            ))
        }
        1.. => Ok(Some(index as usize - 1)),
        _ => Ok(Some(size - index.unsigned_abs() as usize)),
    })
}
