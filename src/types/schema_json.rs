//! Schemas and types from the JSON that `DataType::json` writes. Spark's `DataType.fromJson`.

use super::data_type::DataType;
use super::data_type::Field;
use super::data_type::Schema;
use serde_json::Value as Json;

/// A schema from Spark's JSON; none where it is not in that form.
#[must_use]
pub fn parse_schema(text: &str) -> Option<Schema> {
    let json: Json = serde_json::from_str(text).ok()?;
    parse_fields(&json).map(Schema::new)
}

/// The fields of a struct from Spark's JSON.
fn parse_fields(json: &Json) -> Option<Vec<Field>> {
    let field = |json: &Json| {
        let data_type = parse_type(json.get("type")?)?;
        Some(Field { name: json.get("name")?.as_str()?.to_owned(), data_type, nullable: json.get("nullable")?.as_bool()? })
    };
    json.get("fields")?.as_array()?.iter().map(field).collect()
}

/// A type from Spark's JSON.
fn parse_type(json: &Json) -> Option<DataType> {
    if let Some(name) = json.as_str() {
        if let Some(sizes) = name.strip_prefix("decimal(").and_then(|rest| rest.strip_suffix(')')) {
            let (precision, scale) = sizes.split_once(',')?;
            return Some(DataType::Decimal(precision.trim().parse().ok()?, scale.trim().parse().ok()?));
        }
        return Some(match name {
            "void" => DataType::Null,
            "boolean" => DataType::Boolean,
            "byte" => DataType::Byte,
            "short" => DataType::Short,
            "integer" => DataType::Integer,
            "long" => DataType::Long,
            "float" => DataType::Float,
            "double" => DataType::Double,
            "string" => DataType::String,
            "binary" => DataType::Binary,
            "date" => DataType::Date,
            "timestamp" => DataType::Timestamp,
            "timestamp_ntz" => DataType::TimestampNtz,
            "interval" => DataType::CalendarInterval,
            _ if name.starts_with("interval ") => return parse_interval(&name["interval ".len()..]),
            _ if name.starts_with("string") || name.starts_with("char(") || name.starts_with("varchar(") => DataType::String,
            _ => return None,
        });
    }
    let part = |name: &str| json.get(name).and_then(parse_type).map(Box::new);
    let flag = |name: &str| json.get(name).and_then(Json::as_bool).unwrap_or(true);
    match json.get("type")?.as_str()? {
        "struct" => Some(DataType::Struct(parse_fields(json)?)),
        "array" => Some(DataType::Array(part("elementType")?, flag("containsNull"))),
        "map" => Some(DataType::Map(part("keyType")?, part("valueType")?, flag("valueContainsNull"))),
        _ => None,
    }
}

/// `day`, `hour to minute`.
fn parse_interval(fields: &str) -> Option<DataType> {
    let (start, end) = fields.split_once(" to ").unwrap_or((fields, fields));
    let place = |names: &[&str], name: &str| names.iter().position(|known| *known == name).and_then(|place| u8::try_from(place).ok());
    let both = |names: &[&str]| Some((place(names, start)?, place(names, end)?));
    both(&super::interval::DAY_TIME_FIELDS)
        .map(|(start, end)| DataType::DayTimeInterval(start, end))
        .or_else(|| both(&super::interval::YEAR_MONTH_FIELDS).map(|(start, end)| DataType::YearMonthInterval(start, end)))
}
