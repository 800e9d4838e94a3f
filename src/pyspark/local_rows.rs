//! `spark.createDataFrame`: Python rows to a frame, with a schema given or inferred.

use super::driver::Driver;
use super::errors;
use super::object::Object;
use super::row::Row;
use super::types_module;
use super::values;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::plan::Frame;
use crate::python;
use crate::sql::ddl;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Value;
use crate::types::arrow::array_of;

/// What the program says about the columns.
enum Given {
    Nothing,
    Names(Vec<String>),
    Struct(Vec<Field>),
    /// One column named `value`.
    Single(DataType),
}

/// `createDataFrame(data, schema)`.
///
/// # Errors
/// PySpark's, for rows that do not fit the schema or whose types cannot be told.
pub(super) fn create(driver: &Driver, data: &python::Value, schema: &python::Value) -> Result<Frame> {
    if let Some(Object::Frame(_)) = Object::of(data) {
        let text = "Argument `data` should not be a DataFrame.";
        return Err(Diagnostic::new(Class::Named("PySparkTypeError".to_owned()), "INVALID_TYPE", text, ""));
    }
    let Some(rows) = data.items().or_else(|| numbers(data)) else {
        let text = format!("'{}' object is not iterable", errors::type_name(data));
        return Err(Diagnostic::plain(Class::Named("TypeError".to_owned()), text));
    };
    let fields = match given(schema)? {
        Given::Single(data_type) => {
            let field = Field::new("value", data_type);
            let values = rows.iter().map(|it| converted(it, &field.data_type, true, "field value")).collect::<Result<Vec<_>>>()?;
            return Ok(local(driver, vec![field], &values.into_iter().map(|it| vec![it]).collect::<Vec<_>>()));
        }
        Given::Struct(fields) => fields,
        Given::Names(names) => inferred(&rows, &names)?,
        Given::Nothing => inferred(&rows, &[])?,
    };
    let rows = rows.iter().map(|row| converted_row(row, &fields)).collect::<Result<Vec<_>>>()?;
    Ok(local(driver, fields, &rows))
}

/// The numbers of a `range`.
fn numbers(data: &python::Value) -> Option<Vec<python::Value>> {
    let python::Value::Range(range) = data else { return None };
    Some((0..range.len()).map(|at| python::Value::Int(range.at(at))).collect())
}

fn local(driver: &Driver, fields: Vec<Field>, rows: &[Vec<Value>]) -> Frame {
    let column = |at: usize, field: &Field| {
        let values: Vec<Value> = rows.iter().map(|row| row.get(at).cloned().unwrap_or(Value::Null)).collect();
        array_of(&field.data_type, &values)
    };
    let arrays = fields.iter().enumerate().map(|(at, field)| column(at, field)).collect();
    Frame::local(&Schema::new(fields), arrays, rows.len(), driver.session.analyzer())
}

fn given(schema: &python::Value) -> Result<Given> {
    if schema.is_none() {
        return Ok(Given::Nothing);
    }
    if let Some(data_type) = types_module::data_type_of(schema) {
        return Ok(match data_type {
            DataType::Struct(fields) => Given::Struct(fields),
            other => Given::Single(other),
        });
    }
    if let Some(text) = schema.as_str() {
        // A list of columns first; a bare type such as `int` otherwise.
        return match ddl::parse_schema(text) {
            Ok(schema) => Ok(Given::Struct(schema.fields)),
            Err(error) => match ddl::parse_data_type(text) {
                Ok(DataType::Struct(fields)) => Ok(Given::Struct(fields)),
                Ok(data_type) => Ok(Given::Single(data_type)),
                Err(_) => Err(error),
            },
        };
    }
    match schema.items() {
        Some(items) => Ok(Given::Names(items.iter().map(|it| it.as_str().unwrap_or_default().to_owned()).collect())),
        None => Err(errors::not_expected("schema", "list, None or StructType", schema)),
    }
}

/// The fields that fit all rows.
fn inferred(rows: &[python::Value], names: &[String]) -> Result<Vec<Field>> {
    if rows.is_empty() {
        return Err(errors::error("PySparkValueError", "CANNOT_INFER_EMPTY_SCHEMA", &[]));
    }
    let mut merged: Option<DataType> = None;
    for row in rows {
        let fields = DataType::Struct(row_fields(row, names)?);
        merged = Some(match merged {
            None => fields,
            Some(known) => merge(&known, &fields)?,
        });
    }
    let Some(DataType::Struct(mut fields)) = merged else { unreachable!("rows are structs") };
    for (field, name) in fields.iter_mut().zip(names) {
        name.clone_into(&mut field.name);
    }
    if fields.iter().any(|it| has_null(&it.data_type)) {
        return Err(errors::error("PySparkValueError", "CANNOT_DETERMINE_TYPE", &[]));
    }
    Ok(fields)
}

fn has_null(data_type: &DataType) -> bool {
    match data_type {
        DataType::Null => true,
        DataType::Array(element, _) => has_null(element),
        DataType::Map(key, value, _) => has_null(key) || has_null(value),
        DataType::Struct(fields) => fields.iter().any(|it| has_null(&it.data_type)),
        _ => false,
    }
}

fn row_fields(row: &python::Value, names: &[String]) -> Result<Vec<Field>> {
    let field = |name: &str, value: &python::Value| {
        let wrong = |_| errors::error("PySparkTypeError", "CANNOT_INFER_TYPE_FOR_FIELD", &[("field_name", name)]);
        Ok(Field::new(name, type_of(value).map_err(wrong)?))
    };
    if let Some(Object::Row(Row { names: Some(own), values })) = Object::of(row) {
        return own.iter().zip(values).map(|(name, value)| field(name, value)).collect();
    }
    if let Some(mut entries) = row.entries() {
        entries.sort_by(|a, b| a.0.as_str().cmp(&b.0.as_str()));
        return entries.iter().map(|(name, value)| field(name.as_str().unwrap_or_default(), value)).collect();
    }
    let items = match Object::of(row) {
        Some(Object::Row(row)) => Some(row.values.clone()),
        _ => row.items(),
    };
    let Some(items) = items else {
        return Err(errors::error("PySparkTypeError", "CANNOT_INFER_SCHEMA_FOR_TYPE", &[("data_type", &errors::type_name(row))]));
    };
    let name = |at: usize| names.get(at).cloned().unwrap_or_else(|| format!("_{}", at + 1));
    items.iter().enumerate().map(|(at, value)| field(&name(at), value)).collect()
}

/// The Spark type that PySpark infers for a value.
fn type_of(value: &python::Value) -> Result<DataType> {
    Ok(match value {
        python::Value::Int(_) => DataType::Long,
        python::Value::List(list) => DataType::Array(Box::new(merged_type(&list.items())?), true),
        python::Value::Dict(_) => {
            let (keys, values): (Vec<_>, Vec<_>) = value.entries().unwrap_or_default().into_iter().unzip();
            DataType::Map(Box::new(merged_type(&keys)?), Box::new(merged_type(&values)?), true)
        }
        python::Value::Tuple(_) => DataType::Struct(row_fields(value, &[])?),
        _ => match (Object::of(value), values::plain(value)) {
            (Some(Object::Row(_)), _) => DataType::Struct(row_fields(value, &[])?),
            (Some(Object::Decimal(..)), _) => DataType::Decimal(38, 18),
            (_, Some((_, data_type))) => data_type,
            _ => return Err(errors::error("PySparkTypeError", "UNSUPPORTED_DATA_TYPE", &[("data_type", &errors::type_name(value))])),
        },
    })
}

fn merged_type(items: &[python::Value]) -> Result<DataType> {
    items.iter().try_fold(DataType::Null, |known, item| merge(&known, &type_of(item)?))
}

/// The type for values of both types.
fn merge(a: &DataType, b: &DataType) -> Result<DataType> {
    Ok(match (a, b) {
        (DataType::Null, other) | (other, DataType::Null) => other.clone(),
        (a, b) if a == b => a.clone(),
        (DataType::Array(a, _), DataType::Array(b, _)) => DataType::Array(Box::new(merge(a, b)?), true),
        (DataType::Map(ak, av, _), DataType::Map(bk, bv, _)) => DataType::Map(Box::new(merge(ak, bk)?), Box::new(merge(av, bv)?), true),
        (DataType::Struct(a), DataType::Struct(b)) => DataType::Struct(merge_fields(a, b)?),
        (DataType::String, other) | (other, DataType::String) if other.is_atomic() => DataType::String,
        _ => {
            let parameters = [("data_type1", types_module::class_of(a)), ("data_type2", types_module::class_of(b))];
            return Err(errors::error("PySparkTypeError", "CANNOT_MERGE_TYPE", &parameters));
        }
    })
}

fn merge_fields(a: &[Field], b: &[Field]) -> Result<Vec<Field>> {
    let mut fields = Vec::new();
    for field in a {
        let data_type = match b.iter().find(|it| it.name == field.name) {
            Some(other) => merge(&field.data_type, &other.data_type)?,
            None => field.data_type.clone(),
        };
        fields.push(Field::new(field.name.clone(), data_type));
    }
    fields.extend(b.iter().filter(|it| !a.iter().any(|known| known.name == it.name)).cloned());
    Ok(fields)
}

/// The items of a row, a tuple or a list.
pub(super) fn row_items(row: &python::Value) -> Option<Vec<python::Value>> {
    match Object::of(row) {
        Some(Object::Row(row)) => Some(row.values.clone()),
        _ => row.items(),
    }
}

/// A row's values in the order of the fields.
fn converted_row(row: &python::Value, fields: &[Field]) -> Result<Vec<Value>> {
    let by_name = |find: &dyn Fn(&str) -> Option<python::Value>| {
        let value = |field: &Field| {
            converted(&find(&field.name).unwrap_or(python::Value::None), &field.data_type, field.nullable, &format!("field {}", field.name))
        };
        fields.iter().map(value).collect::<Result<Vec<_>>>()
    };
    if let python::Value::Dict(dict) = row {
        return by_name(&|name| dict.get_str(name));
    }
    let items = match Object::of(row) {
        Some(Object::Row(row)) => {
            // A row whose names are the schema's goes by name, any other by place.
            if row.names.is_some() && fields.iter().all(|field| row.place(&field.name).is_some()) {
                return by_name(&|name| row.place(name).and_then(|at| row.values.get(at).cloned()));
            }
            Some(row.values.clone())
        }
        _ => row.items(),
    };
    let Some(items) = items else {
        let parameters = [
            ("data_type", "StructType"),
            ("obj", &errors::plain_text(row) as &str),
            ("obj_type", &format!("<class '{}'>", errors::type_name(row))),
        ];
        return Err(errors::error("PySparkTypeError", "FIELD_DATA_TYPE_UNACCEPTABLE", &parameters));
    };
    if items.len() != fields.len() {
        let (given, wanted) = (items.len().to_string(), fields.len().to_string());
        let parameters = [("object_length", given.as_str()), ("field_length", wanted.as_str())];
        return Err(errors::error("PySparkValueError", "FIELD_STRUCT_LENGTH_MISMATCH", &parameters));
    }
    let pairs = items.iter().zip(fields);
    pairs.map(|(value, field)| converted(value, &field.data_type, field.nullable, &format!("field {}", field.name))).collect()
}

/// A Python value as one of a Spark type.
fn converted(value: &python::Value, data_type: &DataType, nullable: bool, place: &str) -> Result<Value> {
    let unacceptable = || {
        let (shown, class) = (values::plain_repr(value), format!("<class '{}'>", errors::type_name(value)));
        let data_type = types_module::repr(data_type);
        let parameters = [("field_name", place), ("data_type", &data_type), ("obj", &shown), ("obj_type", &class)];
        errors::error("PySparkTypeError", "FIELD_DATA_TYPE_UNACCEPTABLE_WITH_NAME", &parameters)
    };
    if value.is_none() {
        let refused = || errors::error("PySparkValueError", "FIELD_NOT_NULLABLE_WITH_NAME", &[("field_name", place)]);
        return if nullable { Ok(Value::Null) } else { Err(refused()) };
    }
    let inside = |value: &python::Value, data_type: &DataType, nullable| converted(value, data_type, nullable, place);
    match (data_type, value) {
        (DataType::Byte | DataType::Short | DataType::Integer | DataType::Long, python::Value::Int(number)) => {
            integer(*number, data_type, unacceptable)
        }
        (DataType::Boolean, python::Value::Bool(truth)) => Ok(Value::Boolean(*truth)),
        #[allow(clippy::cast_possible_truncation)]
        (DataType::Float, python::Value::Float(number)) => Ok(Value::Float(*number as f32)),
        (DataType::Double, python::Value::Float(number)) => Ok(Value::Double(*number)),
        (DataType::String, other) => Ok(Value::String(errors::plain_text(other))),
        (DataType::Binary, python::Value::Bytes(bytes)) => Ok(Value::Binary(bytes.to_vec())),
        (DataType::Date, python::Value::Date(date)) => Ok(Value::Date(date.days)),
        (DataType::Timestamp, python::Value::DateTime(moment)) => Ok(Value::Timestamp(moment.instant_us())),
        (DataType::TimestampNtz, python::Value::DateTime(moment)) => Ok(Value::TimestampNtz(moment.wall_us)),
        (DataType::DayTimeInterval(..), python::Value::TimeDelta(micros)) => Ok(Value::DayTimeInterval(*micros)),
        (DataType::Array(element, nullable), _) => {
            let items = value.items().ok_or_else(unacceptable)?;
            Ok(Value::Array(items.iter().map(|it| inside(it, element, *nullable)).collect::<Result<_>>()?))
        }
        (DataType::Map(key_type, value_type, nullable), _) => {
            let entries = value.entries().ok_or_else(unacceptable)?;
            let pair =
                |(key, value): &(python::Value, python::Value)| Ok((inside(key, key_type, false)?, inside(value, value_type, *nullable)?));
            Ok(Value::Map(entries.iter().map(pair).collect::<Result<_>>()?))
        }
        (DataType::Struct(fields), _) => Ok(Value::Struct(converted_row(value, fields)?)),
        (DataType::Decimal(precision, scale), _) => match Object::of(value) {
            Some(Object::Decimal(unscaled, own)) => {
                let digits = crate::types::number::rescale_decimal(*unscaled, (*own).into(), (*scale).into());
                Ok(digits.map_or(Value::Null, |digits| Value::Decimal(digits, *precision, *scale)))
            }
            _ => Err(unacceptable()),
        },
        _ => Err(unacceptable()),
    }
}

fn integer(number: i64, data_type: &DataType, wrong: impl Fn() -> Box<Diagnostic>) -> Result<Value> {
    let (low, high, made) = match data_type {
        DataType::Byte => (i64::from(i8::MIN), i64::from(i8::MAX), i8::try_from(number).ok().map(Value::Byte)),
        DataType::Short => (i64::from(i16::MIN), i64::from(i16::MAX), i16::try_from(number).ok().map(Value::Short)),
        DataType::Integer => (i64::from(i32::MIN), i64::from(i32::MAX), i32::try_from(number).ok().map(Value::Integer)),
        DataType::Long => (i64::MIN, i64::MAX, Some(Value::Long(number))),
        _ => return Err(wrong()),
    };
    let (low, high, number) = (low.to_string(), high.to_string(), number.to_string());
    let parameters = [("arg_name", "obj"), ("lower_bound", low.as_str()), ("upper_bound", high.as_str()), ("actual", number.as_str())];
    made.ok_or_else(|| errors::error("PySparkValueError", "VALUE_OUT_OF_BOUNDS", &parameters))
}
