//! `pyspark.sql.types`: the type classes, `StructType` and `StructField`.

use super::arguments::Call;
use super::arguments::Signature;
use super::errors;
use super::object::Object;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::python::Arguments;
use crate::python::Value;
use crate::types::DataType;
use crate::types::Field;
use std::cell::RefCell;

/// The classes without parameters and their types.
const SIMPLE: &[(&str, DataType)] = &[
    ("NullType", DataType::Null),
    ("BooleanType", DataType::Boolean),
    ("ByteType", DataType::Byte),
    ("ShortType", DataType::Short),
    ("IntegerType", DataType::Integer),
    ("LongType", DataType::Long),
    ("FloatType", DataType::Float),
    ("DoubleType", DataType::Double),
    ("StringType", DataType::String),
    ("BinaryType", DataType::Binary),
    ("DateType", DataType::Date),
    ("TimestampType", DataType::Timestamp),
    ("TimestampNTZType", DataType::TimestampNtz),
    ("DayTimeIntervalType", DataType::DAY_TIME),
    ("YearMonthIntervalType", DataType::YEAR_MONTH),
    ("CalendarIntervalType", DataType::CalendarInterval),
];

/// All type classes that a program can call.
const CLASSES: &[&str] = &[
    "DataType",
    "NullType",
    "CharType",
    "StringType",
    "VarcharType",
    "BinaryType",
    "BooleanType",
    "DateType",
    "TimestampType",
    "TimestampNTZType",
    "DecimalType",
    "DoubleType",
    "FloatType",
    "ByteType",
    "IntegerType",
    "LongType",
    "DayTimeIntervalType",
    "YearMonthIntervalType",
    "CalendarIntervalType",
    "Row",
    "ShortType",
    "ArrayType",
    "MapType",
    "StructField",
    "StructType",
];

/// The names that `from pyspark.sql.types import *` brings.
pub(super) fn exports() -> Vec<String> {
    CLASSES.iter().map(|it| (*it).to_owned()).collect()
}

/// A class of the module.
pub(super) fn class(name: &str) -> Option<Value> {
    CLASSES.iter().find(|it| **it == name).map(|it| Object::Class(it).value())
}

/// The name of the class of a type.
pub(super) fn class_of(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Decimal(..) => "DecimalType",
        DataType::Array(..) => "ArrayType",
        DataType::Map(..) => "MapType",
        DataType::Struct(_) => "StructType",
        simple => SIMPLE.iter().find(|it| it.1 == *simple).map_or("DataType", |it| it.0),
    }
}

/// The type that a Python object stands for: an instance of a type class.
pub(super) fn data_type_of(value: &Value) -> Option<DataType> {
    match Object::of(value)? {
        Object::Type(data_type) => Some(data_type.clone()),
        Object::Struct(fields) => Some(DataType::Struct(fields.borrow().clone())),
        _ => None,
    }
}

/// A type as a Python object.
pub(super) fn value_of(data_type: &DataType) -> Value {
    match data_type {
        DataType::Struct(fields) => Object::Struct(RefCell::new(fields.clone())).value(),
        other => Object::Type(other.clone()).value(),
    }
}

/// `StringType()`, `StructType([...])`: the call of a type class.
pub(super) fn construct(class: &'static str, arguments: Arguments) -> Result<Value> {
    if let Some((_, data_type)) = SIMPLE.iter().find(|it| it.0 == class) {
        let parameters = if class.ends_with("IntervalType") {
            "startField? endField?"
        } else if class == "StringType" {
            "collation?"
        } else {
            ""
        };
        init(class, parameters, arguments)?;
        return Ok(Object::Type(data_type.clone()).value());
    }
    match class {
        "DecimalType" => {
            let call = init(class, "precision? scale?", arguments)?;
            let part = |name: &str, default: u8| call.get(name).as_i64().and_then(|it| u8::try_from(it).ok()).unwrap_or(default);
            Ok(Object::Type(DataType::Decimal(part("precision", 10), part("scale", 0))).value())
        }
        "CharType" | "VarcharType" => {
            init(class, "length", arguments)?;
            // DIFFERENCE: lengths are not checked; both read as STRING, as Spark does when it reads a file.
            Ok(Object::Type(DataType::String).value())
        }
        "ArrayType" => {
            let call = init(class, "elementType containsNull?", arguments)?;
            let element = instance(call.get("elementType"), "elementType")?;
            Ok(Object::Type(DataType::Array(Box::new(element), call.truth("containsNull", true)?)).value())
        }
        "MapType" => {
            let call = init(class, "keyType valueType valueContainsNull?", arguments)?;
            let (key, value) = (instance(call.get("keyType"), "keyType")?, instance(call.get("valueType"), "valueType")?);
            Ok(Object::Type(DataType::Map(Box::new(key), Box::new(value), call.truth("valueContainsNull", true)?)).value())
        }
        "StructField" => {
            let call = init(class, "name dataType nullable? metadata?", arguments)?;
            let data_type = instance(call.get("dataType"), "dataType")?;
            let Some(name) = call.get("name").as_str() else {
                return Err(assertion(format!("field name {} should be a string", errors::plain_text(call.get("name")))));
            };
            Ok(Object::Field(Field { name: name.to_owned(), data_type, nullable: call.truth("nullable", true)? }).value())
        }
        "StructType" => {
            let call = init(class, "fields?", arguments)?;
            let items = call.get("fields").items().unwrap_or_default();
            let fields: Option<Vec<Field>> = items.iter().map(field_of).collect();
            let fields = fields.ok_or_else(|| assertion("fields should be a list of StructField".to_owned()))?;
            Ok(Object::Struct(RefCell::new(fields)).value())
        }
        _ => Err(errors::unknown_to_us(class)),
    }
}

fn init(class: &str, parameters: &str, arguments: Arguments) -> Result<Call> {
    Signature { method: true, ..Signature::parse(&format!("{class}.__init__"), parameters) }.bind(arguments)
}

fn field_of(value: &Value) -> Option<Field> {
    match Object::of(value)? {
        Object::Field(field) => Some(field.clone()),
        _ => None,
    }
}

fn instance(value: &Value, argument: &str) -> Result<DataType> {
    if let Some(data_type) = data_type_of(value) {
        return Ok(data_type);
    }
    let shown = match Object::of(value) {
        Some(Object::Class(name)) => format!("<class 'pyspark.sql.types.{name}'>"),
        _ => errors::plain_text(value),
    };
    let raised = assertion(format!("{argument} {shown} should be an instance of <class 'pyspark.sql.types.DataType'>"));
    Err(match Object::of(value) {
        Some(Object::Class(name)) => raised.hint(format!("A type is made by calling its class: write {name}() with parentheses.")),
        _ => raised,
    })
}

fn assertion(text: String) -> Box<Diagnostic> {
    Diagnostic::plain(Class::Named("AssertionError".to_owned()), text)
}

/// An attribute of a type or a field that is no method.
pub(super) fn attribute(object: &Object, name: &str) -> Option<Value> {
    Some(match (object, name) {
        (Object::Struct(fields), "fields") => Value::list(fields.borrow().iter().map(|it| Object::Field(it.clone()).value()).collect()),
        (Object::Struct(fields), "names") => Value::list(fields.borrow().iter().map(|it| Value::str(&it.name)).collect()),
        (Object::Field(field), "name") => Value::str(&field.name),
        (Object::Field(field), "dataType") => value_of(&field.data_type),
        (Object::Field(field), "nullable") => Value::Bool(field.nullable),
        (Object::Field(_), "metadata") => Value::dict([]),
        (Object::Type(DataType::Array(element, _)), "elementType") => value_of(element),
        (Object::Type(DataType::Array(_, nullable)), "containsNull") => Value::Bool(*nullable),
        (Object::Type(DataType::Map(key, ..)), "keyType") => value_of(key),
        (Object::Type(DataType::Map(_, value, _)), "valueType") => value_of(value),
        (Object::Type(DataType::Map(_, _, nullable)), "valueContainsNull") => Value::Bool(*nullable),
        (Object::Type(DataType::Decimal(precision, _)), "precision") => Value::Int((*precision).into()),
        (Object::Type(DataType::Decimal(_, scale)), "scale") => Value::Int((*scale).into()),
        _ => return None,
    })
}

/// `struct.add(...)`: the struct changes.
pub(super) fn add(fields: &RefCell<Vec<Field>>, call: &Call) -> Result<()> {
    let field = call.get("field");
    if let Some(field) = field_of(field) {
        fields.borrow_mut().push(field);
        return Ok(());
    }
    let name = call.text("field", "str")?.to_owned();
    let data_type = match call.given("data_type") {
        None => {
            let parameters = [("arg_name", "data_type"), ("condition", "passing name of struct_field to create")];
            return Err(errors::error("PySparkValueError", "ARGUMENT_REQUIRED", &parameters));
        }
        Some(value) => match value.as_str() {
            // PySpark reads it as the JSON name of a type: "integer", not "int".
            Some(text) => named(text).ok_or_else(|| {
                Diagnostic::new(
                    Class::Named("PySparkValueError".to_owned()),
                    "CANNOT_PARSE_DATATYPE",
                    format!("Unable to parse datatype. {text}."),
                    "",
                )
            })?,
            None => instance(value, "dataType")?,
        },
    };
    fields.borrow_mut().push(Field { name, data_type, nullable: call.truth("nullable", true)? });
    Ok(())
}

/// A type by its JSON name.
fn named(name: &str) -> Option<DataType> {
    let simple = SIMPLE.iter().find(|it| it.1.type_name() == name).map(|it| it.1.clone());
    let decimal = || {
        let inside = name.strip_prefix("decimal(")?.strip_suffix(')')?;
        let (precision, scale) = inside.split_once(',')?;
        Some(DataType::Decimal(precision.trim().parse().ok()?, scale.trim().parse().ok()?))
    };
    simple.or_else(decimal).or_else(|| (name == "decimal").then_some(DataType::Decimal(10, 0)))
}

/// `repr` of a type.
pub(super) fn repr(data_type: &DataType) -> String {
    let python = |truth: bool| if truth { "True" } else { "False" };
    match data_type {
        DataType::Decimal(precision, scale) => format!("DecimalType({precision},{scale})"),
        DataType::Array(element, nullable) => format!("ArrayType({}, {})", repr(element), python(*nullable)),
        DataType::Map(key, value, nullable) => format!("MapType({}, {}, {})", repr(key), repr(value), python(*nullable)),
        DataType::Struct(fields) => format!("StructType([{}])", fields.iter().map(repr_field).collect::<Vec<_>>().join(", ")),
        DataType::DayTimeInterval(start, end) => format!("DayTimeIntervalType({start}, {end})"),
        DataType::YearMonthInterval(start, end) => format!("YearMonthIntervalType({start}, {end})"),
        simple => format!("{}()", class_of(simple)),
    }
}

/// `repr` of a field.
pub(super) fn repr_field(field: &Field) -> String {
    format!("StructField('{}', {}, {})", field.name, repr(&field.data_type), if field.nullable { "True" } else { "False" })
}

/// `struct["name"]`, `struct[0]`.
pub(super) fn item(fields: &[Field], key: &Value) -> Result<Value> {
    let found = match (key.as_str(), key.as_i64()) {
        (Some(name), _) => fields.iter().find(|it| it.name == name),
        (None, Some(at)) => usize::try_from(at).ok().and_then(|at| fields.get(at)),
        _ => return Err(errors::not_expected("key", "int, slice or str", key)),
    };
    let missing = || match key.as_str() {
        Some(name) => errors::error("PySparkKeyError", "KEY_NOT_EXISTS", &[("key", name)]),
        None => {
            let parameters = [("arg_name", "StructType"), ("index", &errors::plain_text(key) as &str)];
            errors::error("PySparkIndexError", "INDEX_OUT_OF_RANGE", &parameters)
        }
    };
    found.map(|it| Object::Field(it.clone()).value()).ok_or_else(missing)
}

/// A method of a type or a field.
pub(super) fn method(object: &Object, name: &str, call: &Call) -> Result<Value> {
    let data_type = match object {
        Object::Type(data_type) => data_type.clone(),
        Object::Struct(fields) => DataType::Struct(fields.borrow().clone()),
        Object::Field(field) => match name {
            "simpleString" => return Ok(Value::str(format!("{}:{}", field.name, field.data_type.simple_string()))),
            _ => return Err(errors::unknown_to_us(&format!("StructField.{name}"))),
        },
        _ => return Err(errors::unknown_to_us(name)),
    };
    match (name, &data_type) {
        ("simpleString", _) => Ok(Value::str(data_type.simple_string())),
        ("typeName", _) => Ok(Value::str(data_type.type_name())),
        ("json", DataType::Struct(_)) => Ok(Value::str(sorted_json(&data_type.json()))),
        ("json", _) => Ok(Value::str(sorted_json(&data_type.json()))),
        ("fieldNames", DataType::Struct(fields)) => Ok(Value::list(fields.iter().map(|it| Value::str(&it.name)).collect())),
        ("treeString", DataType::Struct(fields)) => Ok(Value::str(crate::types::Schema::new(fields.clone()).tree_string())),
        ("toDDL", DataType::Struct(fields)) => {
            Ok(Value::str(fields.iter().map(|it| it.sql().replacen(": ", " ", 1)).collect::<Vec<_>>().join(",")))
        }
        ("toNullable", _) => Ok(value_of(&data_type.as_nullable())),
        _ => {
            let _ = call;
            Err(errors::unknown_to_us(&format!("{}.{name}", class_of(&data_type))))
        }
    }
}

/// PySpark writes the JSON of a type with its keys sorted.
fn sorted_json(json: &str) -> String {
    fn sorted(value: serde_json::Value) -> serde_json::Value {
        match value {
            serde_json::Value::Object(entries) => {
                let mut entries: Vec<_> = entries.into_iter().map(|(key, value)| (key, sorted(value))).collect();
                entries.sort_by(|a, b| a.0.cmp(&b.0));
                serde_json::Value::Object(entries.into_iter().collect())
            }
            serde_json::Value::Array(items) => serde_json::Value::Array(items.into_iter().map(sorted).collect()),
            other => other,
        }
    }
    serde_json::from_str(json).map_or_else(|_| json.to_owned(), |value| sorted(value).to_string())
}
