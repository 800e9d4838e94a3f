//! Pickled Python values as values of a type (`EvaluatePython.makeFromJava`): rows of state, and results of UDFs where Arrow is switched off.
//!
//! Law: a value of another type becomes null, where Python itself does not fail on it; everything becomes text.

use super::errors;
use super::object::Object;
use super::values;
use crate::diag;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::python;
use crate::python::Raised;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Value;
use crate::types::number;

/// The value as Spark takes it. The inner result is what the JVM raises.
///
/// # Errors
/// What Python raises while it writes the value: `AttributeError` for a text as a date.
pub(super) fn pickled(value: &python::Value, data_type: &DataType) -> Result<diag::Result<Value>, Raised> {
    match internal(value, data_type) {
        Ok(value) => Ok(Ok(value)),
        Err(Wrong::Python(raised)) => Err(raised),
        Err(Wrong::Spark(diagnostic)) => Ok(Err(diagnostic)),
    }
}

enum Wrong {
    Python(Raised),
    Spark(Box<Diagnostic>),
}

impl From<Raised> for Wrong {
    fn from(raised: Raised) -> Self {
        Self::Python(raised)
    }
}

fn internal(value: &python::Value, data_type: &DataType) -> Result<Value, Wrong> {
    if value.is_none() {
        return Ok(Value::Null);
    }
    Ok(match (data_type, value) {
        (DataType::Boolean, python::Value::Bool(truth)) => Value::Boolean(*truth),
        #[allow(clippy::cast_possible_truncation, reason = "the JVM cuts whole numbers to the width of the type")]
        (DataType::Byte, python::Value::Int(number)) => Value::Byte(*number as i8),
        #[allow(clippy::cast_possible_truncation, reason = "the JVM cuts whole numbers to the width of the type")]
        (DataType::Short, python::Value::Int(number)) => Value::Short(*number as i16),
        #[allow(clippy::cast_possible_truncation, reason = "the JVM cuts whole numbers to the width of the type")]
        (DataType::Integer, python::Value::Int(number)) => Value::Integer(*number as i32),
        (DataType::Long, python::Value::Int(number)) => Value::Long(*number),
        #[allow(clippy::cast_possible_truncation, reason = "a float has half the digits of a double")]
        (DataType::Float, python::Value::Float(number)) => Value::Float(*number as f32),
        (DataType::Double, python::Value::Float(number)) => Value::Double(*number),
        (DataType::String, _) => Value::String(java_text(value)),
        (DataType::Binary, python::Value::Bytes(bytes)) => Value::Binary(bytes.to_vec()),
        (DataType::Binary, python::Value::Str(text)) => Value::Binary(text.as_bytes().to_vec()),
        (DataType::Date | DataType::Timestamp | DataType::TimestampNtz | DataType::DayTimeInterval(..), _) => moment(value, data_type)?,
        (DataType::Array(element, _), _) => match items(value) {
            Some(items) => Value::Array(items.iter().map(|item| internal(item, element)).collect::<Result<_, _>>()?),
            None => Value::Null,
        },
        (DataType::Map(key_type, value_type, _), _) => match value.entries() {
            Some(entries) => Value::Map(
                entries
                    .iter()
                    .map(|(key, value)| Ok((internal(key, key_type)?, internal(value, value_type)?)))
                    .collect::<Result<_, Wrong>>()?,
            ),
            None => Value::Null,
        },
        (DataType::Struct(fields), _) => structure(value, fields)?,
        (DataType::Decimal(precision, scale), _) => match Object::of(value) {
            Some(Object::Decimal(unscaled, own)) => {
                let digits = number::rescale_decimal(*unscaled, (*own).into(), (*scale).into());
                let fits = |digits: &i128| digits.unsigned_abs() < 10_u128.saturating_pow((*precision).into());
                digits.filter(fits).map_or(Value::Null, |digits| Value::Decimal(digits, *precision, *scale))
            }
            _ => Value::Null,
        },
        _ => Value::Null,
    })
}

/// Lists and tuples; a row is a tuple.
fn items(value: &python::Value) -> Option<Vec<python::Value>> {
    match value {
        python::Value::List(list) => Some(list.items()),
        python::Value::Tuple(items) => Some(items.to_vec()),
        _ => match Object::of(value) {
            Some(Object::Row(row)) => Some(row.values.clone()),
            _ => None,
        },
    }
}

/// Dates and times, which Python turns into numbers itself (`toInternal`), and fails on what is none.
fn moment(value: &python::Value, data_type: &DataType) -> Result<Value, Wrong> {
    let missing = |name: &str| Wrong::Python(Raised::no_attribute(&errors::type_name(value), name));
    Ok(match (data_type, value) {
        (DataType::Date, python::Value::Date(date)) => Value::Date(date.days),
        (DataType::Date, python::Value::DateTime(moment)) => {
            Value::Date(i32::try_from(moment.wall_us.div_euclid(86_400_000_000)).unwrap_or(i32::MAX))
        }
        (DataType::Timestamp, python::Value::DateTime(moment)) => Value::Timestamp(moment.instant_us()),
        (DataType::TimestampNtz, python::Value::DateTime(moment)) => Value::TimestampNtz(moment.wall_us),
        (DataType::DayTimeInterval(..), python::Value::TimeDelta(micros)) => Value::DayTimeInterval(*micros),
        (DataType::Date, _) => return Err(missing("toordinal")),
        (DataType::DayTimeInterval(..), _) => return Err(missing("days")),
        (DataType::TimestampNtz, _) => return Err(missing("timetuple")),
        _ => return Err(missing("tzinfo")),
    })
}

/// `StructType.toInternal`: by name from a dict or a row made of keywords, by place from anything else.
fn structure(value: &python::Value, fields: &[Field]) -> Result<Value, Wrong> {
    let given: Vec<python::Value> = match (value, items(value)) {
        (python::Value::Dict(dict), _) => fields.iter().map(|field| dict.get_str(&field.name).unwrap_or(python::Value::None)).collect(),
        (_, Some(items)) => items,
        (python::Value::Instance(instance), _) => {
            fields.iter().map(|field| instance.get(&field.name).unwrap_or(python::Value::None)).collect()
        }
        _ => {
            let shown = super::plain_objects::shown(value);
            return Err(Wrong::Python(Raised::from(errors::error(
                "PySparkValueError",
                "UNEXPECTED_TUPLE_WITH_STRUCT",
                &[("tuple", &shown)],
            ))));
        }
    };
    if given.len() != fields.len() {
        let text = format!(
            "Input row doesn't have expected number of values required by the schema. {} fields are required while {} values are provided.",
            fields.len(),
            given.len()
        );
        let class = Class::Named("SparkRuntimeException".to_owned());
        return Err(Wrong::Spark(Diagnostic::new(class, "STRUCT_ARRAY_LENGTH_MISMATCH", text, "2201E")));
    }
    let values = given.iter().zip(fields).map(|(value, field)| internal(value, &field.data_type));
    Ok(Value::Struct(values.collect::<Result<_, _>>()?))
}

/// `toString` of what a value becomes in the JVM.
// DIFFERENCE: arrays of the JVM (from tuples and bytes) print their address there, which is another in every run.
fn java_text(value: &python::Value) -> String {
    match value {
        python::Value::None => "null".to_owned(),
        python::Value::Bool(truth) => truth.to_string(),
        python::Value::List(list) => format!("[{}]", list.items().iter().map(java_text).collect::<Vec<_>>().join(", ")),
        python::Value::Set(_) => {
            let items = value.items().unwrap_or_default();
            format!("[{}]", items.iter().map(java_text).collect::<Vec<_>>().join(", "))
        }
        python::Value::Dict(dict) => {
            let entries = dict.entries();
            let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{}={}", java_text(key), java_text(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        _ => match values::plain(value) {
            Some((plain, data_type)) => {
                crate::types::display::cast_string(&plain, &data_type, &crate::types::Zone::utc()).unwrap_or_default()
            }
            None => "[Ljava.lang.Object;".to_owned(),
        },
    }
}
