//! The schema of JSON records. Spark's `JsonInferSchema`.

use super::json_options::JsonOptions;
use super::json_scanner::{Malformed, Scanner};
use super::lines::lines;
use super::read_options::Mode;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;

/// The schema that holds the records of all these texts: fields by name, of the narrowest type that fits.
pub(super) fn infer(
    texts: &[String],
    options: &JsonOptions,
    separator: Option<&[u8]>,
    corrupt: &str,
    mode: Mode,
    style: InferStyle,
) -> Schema {
    let mut root = DataType::Null;
    let mut take = |record: &[u8]| {
        let mut scanner = Scanner::new(record, options);
        let found = match scanner.peek() {
            None => return,
            Some(_) => infer_value(&mut scanner, style).ok().and_then(root_type),
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
    match settle(root, style.drop_null_fields) {
        Some(DataType::Struct(fields)) => Schema { fields },
        _ => Schema::default(),
    }
}

/// What steers the inferred types: options of the JSON reader.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct InferStyle {
    /// `primitivesAsString`.
    pub(super) primitives_as_string: bool,
    /// `prefersDecimal`: numbers with a point are decimals.
    pub(super) prefers_decimal: bool,
    /// `dropFieldIfAllNull`: columns of nulls and empty arrays alone are left out.
    pub(super) drop_null_fields: bool,
    /// `inferTimestamp`: texts that are times are times.
    pub(super) infer_timestamp: bool,
}

/// The decimal that holds exactly the digits of `12.50`.
fn decimal_of(text: &str) -> Option<DataType> {
    if text.contains(['e', 'E']) {
        return None;
    }
    let (whole, behind) = text.trim_start_matches('-').split_once('.')?;
    let precision = whole.trim_start_matches('0').len() + behind.len();
    (precision <= 38).then_some(DataType::Decimal(precision.max(behind.len()).max(1) as u8, behind.len() as u8))
}

/// What a record adds: an object's fields, or those of an array's objects.
fn root_type(found: DataType) -> Option<DataType> {
    match found {
        DataType::Struct(_) => Some(found),
        DataType::Array(element, _) if matches!(*element, DataType::Struct(_)) => Some(*element),
        _ => None,
    }
}

fn infer_value(scanner: &mut Scanner<'_>, style: InferStyle) -> Result<DataType, Malformed> {
    let primitive = |data_type: DataType| if style.primitives_as_string { DataType::String } else { data_type };
    Ok(match scanner.peek().ok_or(Malformed)? {
        b'{' => infer_object(scanner, style)?,
        b'[' => infer_array(scanner, style)?,
        b'"' | b'\'' => {
            let options = scanner.options;
            let text = scanner.string()?;
            let is_time = || std::str::from_utf8(&text).is_ok_and(|text| options.timestamp(text).is_some());
            match text.is_empty() {
                true => DataType::Null,
                false if style.infer_timestamp && is_time() => DataType::Timestamp,
                false => DataType::String,
            }
        }
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
                false if style.prefers_decimal => decimal_of(text).unwrap_or(DataType::Double),
                _ => DataType::Double,
            })
        }
    })
}

fn infer_object(scanner: &mut Scanner<'_>, style: InferStyle) -> Result<DataType, Malformed> {
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
        fields.push(Field::new(name, infer_value(scanner, style)?));
        if scanner.next_or_end(b'}')? {
            fields.sort_by(|left, right| left.name.cmp(&right.name));
            return Ok(DataType::Struct(fields));
        }
    }
}

fn infer_array(scanner: &mut Scanner<'_>, style: InferStyle) -> Result<DataType, Malformed> {
    let mut element = DataType::Null;
    scanner.step();
    if scanner.peek() == Some(b']') {
        scanner.step();
        return Ok(DataType::Array(Box::new(element), true));
    }
    loop {
        element = merge(element, infer_value(scanner, style)?);
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
        (Long, Decimal(precision, scale)) | (Decimal(precision, scale), Long) => wider_decimal((20, 0), (precision, scale)),
        (Decimal(left, scale), Decimal(right, other)) => wider_decimal((left, scale), (right, other)),
        (Array(left, _), Array(right, _)) => Array(Box::new(merge(*left, *right)), true),
        (Struct(left), Struct(right)) => Struct(merge_fields(left, right)),
        _ => String,
    }
}

/// The decimal that holds both, or a double where none does.
fn wider_decimal((precision, scale): (u8, u8), (other, other_scale): (u8, u8)) -> DataType {
    let digits = (precision - scale).max(other - other_scale);
    let scale = scale.max(other_scale);
    if digits + scale > 38 { DataType::Double } else { DataType::Decimal(digits + scale, scale) }
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

/// Nulls alone make strings, or nothing where they are dropped; objects without fields make nothing.
fn settle(data_type: DataType, drops: bool) -> Option<DataType> {
    match data_type {
        DataType::Null if drops => None,
        DataType::Null => Some(DataType::String),
        DataType::Array(element, nullable) => settle(*element, drops).map(|element| DataType::Array(Box::new(element), nullable)),
        DataType::Struct(fields) => {
            let fields: Vec<Field> = fields
                .into_iter()
                .filter_map(|field| settle(field.data_type, drops).map(|data_type| Field::new(field.name, data_type)))
                .collect();
            (!fields.is_empty()).then_some(DataType::Struct(fields))
        }
        other => Some(other),
    }
}
