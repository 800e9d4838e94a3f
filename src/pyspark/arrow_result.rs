//! What PyArrow makes of a Python value for a type: the results of UDFs, which Spark 4.3 moves by Arrow, and the rows that a stateful processor yields.
//!
//! Law: numbers are cut or refused as PyArrow does, never made null; the texts of refusals are PyArrow's.

use super::errors;
use super::object::Object;
use super::plain_objects;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::python;
use crate::python::Raised;
use crate::python::Vm;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Value;
use crate::types::number;

/// Why PyArrow refuses a value. What is `Invalid` a UDF tries once more by a cast.
enum Refusal {
    Invalid(String),
    Type(String),
    Raised(Raised),
}

impl From<Refusal> for Raised {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(text) => arrow_error("ArrowInvalid", text),
            Refusal::Type(text) => arrow_error("ArrowTypeError", text),
            Refusal::Raised(raised) => raised,
        }
    }
}

fn arrow_error(class: &str, text: String) -> Raised {
    Raised::from(Diagnostic::plain(Class::Named(format!("pyarrow.lib.{class}")), text))
}

/// What a UDF returns, as its declared type: converted by PySpark (`LocalDataToArrowConversion`), then by PyArrow, then by PyArrow's cast.
///
/// # Errors
/// What Python raises.
pub(super) fn of_udf(vm: &mut Vm<'_>, value: &python::Value, data_type: &DataType) -> Result<Value, Raised> {
    match converted(vm, value, data_type, true) {
        Err(Refusal::Invalid(text)) => cast(value, data_type, text),
        other => Ok(other?),
    }
}

/// A value as PyArrow takes it for a type.
///
/// # Errors
/// What Python raises.
pub(super) fn of_row(vm: &mut Vm<'_>, value: &python::Value, data_type: &DataType) -> Result<Value, Raised> {
    Ok(converted(vm, value, data_type, false)?)
}

/// `prepared` where PySpark converts before PyArrow does.
fn converted(vm: &mut Vm<'_>, value: &python::Value, data_type: &DataType, prepared: bool) -> Result<Value, Refusal> {
    if value.is_none() {
        return Ok(Value::Null);
    }
    let shown = || plain_objects::repr_value(value);
    let class = || errors::type_name(value);
    let tried =
        |wanted: &str| Refusal::Invalid(format!("Could not convert {} with type {}: tried to convert to {wanted}", shown(), class()));
    match (data_type, value) {
        (DataType::Boolean, python::Value::Bool(truth)) => Ok(Value::Boolean(*truth)),
        (DataType::Boolean, _) => Err(tried("boolean")),
        (DataType::Byte | DataType::Short | DataType::Integer | DataType::Long, _) => match whole(value)? {
            Some(number) => sized(number, data_type),
            None => Err(tried(arrow_name(data_type))),
        },
        (DataType::Float | DataType::Double, _) => match value.as_f64() {
            #[allow(clippy::cast_possible_truncation, reason = "a float has half the digits of a double")]
            Some(number) if *data_type == DataType::Float => match value {
                python::Value::Int(whole) if whole.unsigned_abs() > 1 << 24 => Err(Refusal::Invalid(format!(
                    "Integer value {whole} is outside of the range exactly representable by a IEEE 754 single precision value"
                ))),
                _ => Ok(Value::Float(number as f32)),
            },
            Some(number) => Ok(Value::Double(number)),
            None => Err(tried(if *data_type == DataType::Float { "float32" } else { "double" })),
        },
        (DataType::String, python::Value::Str(text)) => Ok(Value::String(text.to_string())),
        (DataType::String, _) if prepared => Ok(Value::String(python_text(vm, value)?)),
        (DataType::String, python::Value::Bytes(bytes)) => Ok(Value::String(String::from_utf8_lossy(bytes).into_owned())),
        (DataType::Binary, python::Value::Bytes(bytes)) => Ok(Value::Binary(bytes.to_vec())),
        (DataType::Binary, _) if prepared => Err(asserted(String::new())),
        (DataType::Binary, python::Value::Str(text)) => Ok(Value::Binary(text.as_bytes().to_vec())),
        (DataType::String | DataType::Binary, _) => Err(Refusal::Type(format!("Expected bytes, got a '{}' object", class()))),
        (DataType::Date | DataType::Timestamp | DataType::TimestampNtz | DataType::DayTimeInterval(..), _) => {
            moment(value, data_type, prepared)
        }
        (DataType::Decimal(precision, scale), _) => decimal(value, *precision, *scale, prepared),
        (DataType::Array(element, _), _) => {
            let strict = prepared && needs_conversion(element);
            match items(value) {
                Some(items) if !strict || matches!(value, python::Value::List(_)) => {
                    Ok(Value::Array(items.iter().map(|item| converted(vm, item, element, prepared)).collect::<Result<_, _>>()?))
                }
                _ if strict => Err(asserted(String::new())),
                _ if value.as_str().is_some() => Err(tried(arrow_name(element))),
                _ => Err(Refusal::Type(no_sequence(value))),
            }
        }
        (DataType::Map(key_type, value_type, _), _) => match entries(value, prepared) {
            Some(entries) => Ok(Value::Map(
                entries
                    .iter()
                    .map(|(key, value)| Ok((converted(vm, key, key_type, prepared)?, converted(vm, value, value_type, prepared)?)))
                    .collect::<Result<_, Refusal>>()?,
            )),
            None if prepared => Err(asserted(String::new())),
            None => Err(Refusal::Type(no_sequence(value))),
        },
        (DataType::Struct(fields), _) => structure(vm, value, fields, prepared),
        _ => Err(tried("null")),
    }
}

fn no_sequence(value: &python::Value) -> String {
    let (shown, class) = (plain_objects::repr_value(value), errors::type_name(value));
    format!("Could not convert {shown} with type {class}: was not a sequence or recognized null for conversion to list type")
}

fn asserted(text: String) -> Refusal {
    Refusal::Raised(Raised::new("AssertionError", text))
}

/// Whether PySpark converts the items of an array itself, and then takes lists alone.
fn needs_conversion(data_type: &DataType) -> bool {
    match data_type {
        DataType::Array(element, _) => needs_conversion(element),
        DataType::Struct(_)
        | DataType::Map(..)
        | DataType::Binary
        | DataType::String
        | DataType::Timestamp
        | DataType::TimestampNtz
        | DataType::Decimal(..)
        | DataType::Null => true,
        _ => false,
    }
}

/// A whole number; floats and decimals are cut.
fn whole(value: &python::Value) -> Result<Option<i64>, Refusal> {
    #[allow(clippy::cast_possible_truncation, reason = "PyArrow cuts floats to whole numbers")]
    match value {
        python::Value::Bool(_) => Err(Refusal::Type("Expected integer, got bool".to_owned())),
        python::Value::Int(number) => Ok(Some(*number)),
        python::Value::Float(number) => Ok(Some(*number as i64)),
        python::Value::Big(_) => Err(Refusal::Invalid("Python integer too large to convert to C long".to_owned())),
        _ => match Object::of(value) {
            Some(Object::Decimal(unscaled, scale)) => Ok(i64::try_from(unscaled / 10_i128.saturating_pow(u32::from(*scale))).ok()),
            _ => Ok(None),
        },
    }
}

fn sized(number: i64, data_type: &DataType) -> Result<Value, Refusal> {
    let made = match data_type {
        DataType::Byte => i8::try_from(number).ok().map(Value::Byte),
        DataType::Short => i16::try_from(number).ok().map(Value::Short),
        DataType::Integer => i32::try_from(number).ok().map(Value::Integer),
        _ => Some(Value::Long(number)),
    };
    made.ok_or_else(|| Refusal::Invalid(format!("Value {number} too large to fit in C integer type")))
}

fn arrow_name(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Byte => "int8",
        DataType::Short => "int16",
        DataType::Integer => "int32",
        DataType::Long => "int64",
        DataType::Float => "float",
        DataType::Double => "double",
        _ => "bool",
    }
}

fn moment(value: &python::Value, data_type: &DataType, prepared: bool) -> Result<Value, Refusal> {
    let is_instant = matches!(data_type, DataType::Timestamp | DataType::TimestampNtz);
    match (data_type, value) {
        (DataType::Date, python::Value::Date(date)) => return Ok(Value::Date(date.days)),
        (DataType::Date, python::Value::DateTime(moment)) => {
            return Ok(Value::Date(i32::try_from(moment.wall_us.div_euclid(86_400_000_000)).unwrap_or(i32::MAX)));
        }
        (DataType::Timestamp, python::Value::DateTime(moment)) => return Ok(Value::Timestamp(moment.instant_us())),
        (DataType::TimestampNtz, python::Value::DateTime(moment)) => return Ok(Value::TimestampNtz(moment.wall_us)),
        (DataType::DayTimeInterval(..), python::Value::TimeDelta(micros)) => return Ok(Value::DayTimeInterval(*micros)),
        _ if prepared && is_instant => return Err(asserted(String::new())),
        _ => {}
    }
    let Some(number) = whole(value)? else {
        return Err(Refusal::Type(format!("object of type {} cannot be converted to int", class_text(value))));
    };
    match data_type {
        DataType::Date => i32::try_from(number).map(Value::Date).map_err(|_| Refusal::Invalid("Integer too large for date32".to_owned())),
        DataType::Timestamp => Ok(Value::Timestamp(number)),
        DataType::TimestampNtz => Ok(Value::TimestampNtz(number)),
        _ => Ok(Value::DayTimeInterval(number)),
    }
}

/// `<class 'str'>`.
fn class_text(value: &python::Value) -> String {
    let name = errors::type_name(value);
    let module = match value {
        python::Value::Date(_) | python::Value::DateTime(_) | python::Value::TimeDelta(_) => "datetime.",
        _ => "",
    };
    format!("<class '{module}{name}'>")
}

fn decimal(value: &python::Value, precision: u8, scale: u8, prepared: bool) -> Result<Value, Refusal> {
    let (unscaled, own) = match (value, Object::of(value)) {
        (_, Some(Object::Decimal(unscaled, own))) => (*unscaled, *own),
        (python::Value::Int(number), _) if !prepared => (i128::from(*number), 0),
        _ if prepared => return Err(asserted(String::new())),
        _ => return Err(Refusal::Type(format!("int or Decimal object expected, got {}", errors::type_name(value)))),
    };
    let digits = number::rescale_decimal(unscaled, own.into(), scale.into());
    match digits.filter(|digits| digits.unsigned_abs() < 10_u128.saturating_pow(precision.into())) {
        Some(digits) => Ok(Value::Decimal(digits, precision, scale)),
        None => Err(Refusal::Raised(Raised::new("InvalidOperation", "[<class 'decimal.InvalidOperation'>]"))),
    }
}

fn items(value: &python::Value) -> Option<Vec<python::Value>> {
    match value {
        python::Value::List(list) => Some(list.items()),
        python::Value::Tuple(items) => Some(items.to_vec()),
        python::Value::Set(set) => Some(set.items()),
        python::Value::Bytes(bytes) => Some(bytes.iter().map(|byte| python::Value::Int(i64::from(*byte))).collect()),
        _ => match Object::of(value) {
            Some(Object::Row(row)) => Some(row.values.clone()),
            _ => None,
        },
    }
}

fn entries(value: &python::Value, prepared: bool) -> Option<Vec<(python::Value, python::Value)>> {
    if let python::Value::Dict(dict) = value {
        return Some(dict.entries());
    }
    let pairs = items(value).filter(|_| !prepared)?;
    pairs.iter().map(|pair| items(pair).filter(|pair| pair.len() == 2).map(|pair| (pair[0].clone(), pair[1].clone()))).collect()
}

/// By place from a tuple, by name from anything else.
fn structure(vm: &mut Vm<'_>, value: &python::Value, fields: &[Field], prepared: bool) -> Result<Value, Refusal> {
    let is_row = matches!(Object::of(value), Some(Object::Row(_)));
    let given: Vec<python::Value> = match value {
        python::Value::Dict(dict) => fields.iter().map(|field| dict.get_str(&field.name).unwrap_or(python::Value::None)).collect(),
        python::Value::Tuple(_) => items(value).unwrap_or_default(),
        _ if is_row => items(value).unwrap_or_default(),
        python::Value::Instance(instance) if prepared => {
            fields.iter().map(|field| instance.get(&field.name).unwrap_or(python::Value::None)).collect()
        }
        _ if prepared => return Err(asserted(format!("{} {}", class_text(value), plain_objects::shown(value)))),
        _ => {
            let (shown, class) = (plain_objects::repr_value(value), errors::type_name(value));
            let text = "was not a dict, tuple, or recognized null value for conversion to struct type";
            return Err(Refusal::Type(format!("Could not convert {shown} with type {class}: {text}")));
        }
    };
    if given.len() != fields.len() {
        let (wanted, got) = (fields.len().to_string(), given.len().to_string());
        let parameters = [("expected_length", wanted.as_str()), ("actual_length", got.as_str())];
        return Err(Refusal::Raised(errors::error("PySparkValueError", "AXIS_LENGTH_MISMATCH", &parameters).into()));
    }
    let values = given.iter().zip(fields).map(|(value, field)| converted(vm, value, &field.data_type, prepared));
    Ok(Value::Struct(values.collect::<Result<_, _>>()?))
}

/// `str(value)`, `true` and `false` as Spark writes them.
fn python_text(vm: &mut Vm<'_>, value: &python::Value) -> Result<String, Refusal> {
    match value {
        python::Value::Bool(truth) => Ok(truth.to_string()),
        other => vm.str(other).map_err(Refusal::Raised),
    }
}

/// PyArrow's cast of a value of a type that it has found out itself.
fn cast(value: &python::Value, data_type: &DataType, refused: String) -> Result<Value, Raised> {
    let text = match value {
        python::Value::Str(text) => Some(text.to_string()),
        python::Value::Bytes(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    };
    let found = match (data_type, value, &text) {
        (DataType::Boolean, _, Some(text)) => match text.to_ascii_lowercase().as_str() {
            "1" | "true" => Some(Value::Boolean(true)),
            "0" | "false" => Some(Value::Boolean(false)),
            _ => return Err(arrow_error("ArrowInvalid", format!("Failed to parse value: {text}"))),
        },
        (DataType::Boolean, python::Value::Int(number), _) => Some(Value::Boolean(*number != 0)),
        (DataType::Boolean, python::Value::Float(number), _) => Some(Value::Boolean(*number != 0.0)),
        (DataType::Integer, python::Value::Date(date), _) => Some(Value::Integer(date.days)),
        (DataType::Long, python::Value::DateTime(moment), _) => Some(Value::Long(moment.wall_us)),
        (DataType::Long, python::Value::TimeDelta(micros), _) => Some(Value::Long(*micros)),
        (DataType::Float | DataType::Double, _, None) => match Object::of(value) {
            Some(Object::Decimal(unscaled, scale)) => {
                let text = number::format_decimal(*unscaled, *scale);
                parsed(&text, data_type)
            }
            _ => None,
        },
        (_, _, Some(text)) if data_type.is_numeric() => match parsed(text, data_type) {
            Some(number) => Some(number),
            None => {
                let text = format!("Failed to parse string: '{text}' as a scalar of type {}", arrow_name(data_type));
                return Err(arrow_error("ArrowInvalid", text));
            }
        },
        (_, python::Value::Int(number), _) if data_type.is_numeric() => {
            let (least, most) = match data_type {
                DataType::Byte => (i64::from(i8::MIN), i64::from(i8::MAX)),
                DataType::Short => (i64::from(i16::MIN), i64::from(i16::MAX)),
                _ => (i64::from(i32::MIN), i64::from(i32::MAX)),
            };
            let (least, most) = if *data_type == DataType::Float { (-(1 << 24), 1 << 24) } else { (least, most) };
            return Err(arrow_error("ArrowInvalid", format!("Integer value {number} not in range: {least} to {most}")));
        }
        _ => None,
    };
    found.ok_or_else(|| arrow_error("ArrowInvalid", refused))
}

fn parsed(text: &str, data_type: &DataType) -> Option<Value> {
    Some(match data_type {
        DataType::Byte => Value::Byte(text.parse().ok()?),
        DataType::Short => Value::Short(text.parse().ok()?),
        DataType::Integer => Value::Integer(text.parse().ok()?),
        DataType::Long => Value::Long(text.parse().ok()?),
        DataType::Float => Value::Float(text.parse().ok()?),
        DataType::Double => Value::Double(text.parse().ok()?),
        _ => return None,
    })
}
