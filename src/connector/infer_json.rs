//! The schema of JSON records. Spark's `JsonInferSchema`.

use super::json_options::JsonOptions;
use super::json_scanner::{Malformed, Scanner};
use super::lines::lines;
use super::read_options::Mode;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;

/// The schema that holds the records of all these texts: fields by name, of the narrowest type that fits.
pub(super) fn infer(texts: &[String], options: &JsonOptions, separator: Option<&[u8]>, corrupt: &str, mode: Mode, strings: bool) -> Schema {
    let mut root = DataType::Null;
    let mut take = |record: &[u8]| {
        let mut scanner = Scanner::new(record, options);
        let found = match scanner.peek() {
            None => return,
            Some(_) => infer_value(&mut scanner, strings).ok().and_then(root_type),
        };
        match (found, mode) {
            (Some(found), _) => root = merge(std::mem::replace(&mut root, DataType::Null), found),
            (None, Mode::Permissive) => {
                let bad = DataType::Struct(vec![Field::new(corrupt, DataType::String)]);
                root = merge(std::mem::replace(&mut root, DataType::Null), bad);
            }
            (None, _) => {}
        }
    };
    for text in texts {
        if options.multi_line {
            take(text.as_bytes());
        } else {
            lines(text.as_bytes(), separator).for_each(&mut take);
        }
    }
    match settle(root) {
        Some(DataType::Struct(fields)) => Schema { fields },
        _ => Schema::default(),
    }
}

/// What a record adds: an object's fields, or those of an array's objects.
fn root_type(found: DataType) -> Option<DataType> {
    match found {
        DataType::Struct(_) => Some(found),
        DataType::Array(element, _) if matches!(*element, DataType::Struct(_)) => Some(*element),
        _ => None,
    }
}

fn infer_value(scanner: &mut Scanner<'_>, strings: bool) -> Result<DataType, Malformed> {
    let primitive = |data_type: DataType| if strings { DataType::String } else { data_type };
    Ok(match scanner.peek().ok_or(Malformed)? {
        b'{' => infer_object(scanner, strings)?,
        b'[' => infer_array(scanner, strings)?,
        b'"' | b'\'' => match scanner.string()?.is_empty() {
            true => DataType::Null,
            false => DataType::String,
        },
        b'n' => {
            scanner.word(b"null")?;
            DataType::Null
        }
        b't' => {
            scanner.word(b"true")?;
            primitive(DataType::Boolean)
        }
        b'f' => {
            scanner.word(b"false")?;
            primitive(DataType::Boolean)
        }
        _ => {
            let (digits, whole) = scanner.number()?;
            let text = std::str::from_utf8(digits).map_err(|_| Malformed)?;
            let count = text.trim_start_matches('-').len();
            primitive(match whole {
                true if text.parse::<i64>().is_ok() => DataType::Long,
                true if count <= 38 => DataType::Decimal(count as u8, 0),
                _ => DataType::Double,
            })
        }
    })
}

fn infer_object(scanner: &mut Scanner<'_>, strings: bool) -> Result<DataType, Malformed> {
    let mut fields: Vec<Field> = Vec::new();
    scanner.step();
    if scanner.peek() == Some(b'}') {
        scanner.step();
        return Ok(DataType::Struct(fields));
    }
    loop {
        let name = String::from_utf8_lossy(&scanner.key()?).into_owned();
        if scanner.peek() != Some(b':') {
            return Err(Malformed);
        }
        scanner.step();
        fields.push(Field::new(name, infer_value(scanner, strings)?));
        if scanner.next_or_end(b'}')? {
            fields.sort_by(|left, right| left.name.cmp(&right.name));
            return Ok(DataType::Struct(fields));
        }
    }
}

fn infer_array(scanner: &mut Scanner<'_>, strings: bool) -> Result<DataType, Malformed> {
    let mut element = DataType::Null;
    scanner.step();
    if scanner.peek() == Some(b']') {
        scanner.step();
        return Ok(DataType::Array(Box::new(element), true));
    }
    loop {
        element = merge(element, infer_value(scanner, strings)?);
        if scanner.next_or_end(b']')? {
            return Ok(DataType::Array(Box::new(element), true));
        }
    }
}

/// The narrowest type that holds both: `JsonInferSchema.compatibleType`.
pub(super) fn merge(left: DataType, right: DataType) -> DataType {
    use DataType::{Array, Decimal, Double, Long, Null, String, Struct};
    match (left, right) {
        (left, right) if left == right => left,
        (Null, other) | (other, Null) => other,
        (Long, Double) | (Double, Long) | (Double, Decimal(..)) | (Decimal(..), Double) => Double,
        (Long, Decimal(precision, scale)) | (Decimal(precision, scale), Long) => Decimal(precision.max(20), scale),
        (Decimal(left, scale), Decimal(right, _)) => Decimal(left.max(right), scale),
        (Array(left, _), Array(right, _)) => Array(Box::new(merge(*left, *right)), true),
        (Struct(left), Struct(right)) => Struct(merge_fields(left, right)),
        _ => String,
    }
}

fn merge_fields(mut fields: Vec<Field>, more: Vec<Field>) -> Vec<Field> {
    for field in more {
        match fields.iter_mut().find(|known| known.name == field.name) {
            Some(known) => known.data_type = merge(std::mem::replace(&mut known.data_type, DataType::Null), field.data_type),
            None => fields.push(field),
        }
    }
    fields.sort_by(|left, right| left.name.cmp(&right.name));
    fields
}

/// Nulls alone make strings, objects without fields make nothing.
fn settle(data_type: DataType) -> Option<DataType> {
    match data_type {
        DataType::Null => Some(DataType::String),
        DataType::Array(element, nullable) => settle(*element).map(|element| DataType::Array(Box::new(element), nullable)),
        DataType::Struct(fields) => {
            let fields: Vec<Field> =
                fields.into_iter().filter_map(|field| settle(field.data_type).map(|data_type| Field::new(field.name, data_type))).collect();
            (!fields.is_empty()).then_some(DataType::Struct(fields))
        }
        other => Some(other),
    }
}
