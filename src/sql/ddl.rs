//! Schemas and types as DDL text: `id INT, at TIMESTAMP`, `ARRAY<STRUCT<a: INT>>`.

use super::parser::Parser;
use super::syntax::parse_error;
use super::token::Kind;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::interval::DAY_TIME_FIELDS;
use crate::types::interval::YEAR_MONTH_FIELDS;

/// The columns of a table schema; text that is one struct type gives its fields, as `StructType.fromDDL` does.
///
/// # Errors
/// `PARSE_SYNTAX_ERROR`, `UNSUPPORTED_DATATYPE` with the place.
pub fn parse_schema(text: &str) -> Result<Schema> {
    let mut parser = Parser::new(text)?;
    let table = fields(&mut parser, false).and_then(|fields| parser.expect_end().map(|()| fields));
    match table {
        Ok(fields) => Ok(Schema { fields }),
        Err(error) => match parse_data_type(text) {
            Ok(DataType::Struct(fields)) => Ok(Schema { fields }),
            _ => Err(error),
        },
    }
}

/// A type: `decimal(10,2)`, `array<int>`.
///
/// # Errors
/// `PARSE_SYNTAX_ERROR`, `UNSUPPORTED_DATATYPE` with the place.
pub fn parse_data_type(text: &str) -> Result<DataType> {
    let mut parser = Parser::new(text)?;
    let found = data_type(&mut parser)?;
    parser.expect_end()?;
    Ok(found)
}

/// `a INT, b STRING NOT NULL`; inside of a struct a colon may follow the name.
pub(super) fn fields(parser: &mut Parser, in_struct: bool) -> Result<Vec<Field>> {
    let mut found = Vec::new();
    loop {
        let name = parser.identifier()?;
        let colon = parser.is_sign(":");
        if colon {
            parser.next();
        }
        if !in_struct && !colon && parser.token().kind != Kind::Word {
            return Err(parser.unexpected());
        }
        let data_type = data_type(parser)?;
        let nullable = !parser.take_words(&["not", "null"]);
        if parser.take_word("comment") {
            parser.next();
        }
        found.push(Field { name, data_type, nullable });
        if !parser.take_sign(",") {
            return Ok(found);
        }
    }
}

/// A type at the cursor.
pub fn data_type(parser: &mut Parser) -> Result<DataType> {
    parser.deeper(any_type)
}

fn any_type(parser: &mut Parser) -> Result<DataType> {
    let origin = parser.origin();
    if parser.token().kind != Kind::Word {
        return Err(parser.unexpected());
    }
    let word = parser.next().text;
    match word.to_ascii_lowercase().as_str() {
        "array" if parser.is_sign("<") => {
            parser.next();
            let element = data_type(parser)?;
            parser.expect_sign(">")?;
            Ok(DataType::Array(Box::new(element), true))
        }
        "map" if parser.is_sign("<") => {
            parser.next();
            let key = data_type(parser)?;
            parser.expect_sign(",")?;
            let value = data_type(parser)?;
            parser.expect_sign(">")?;
            Ok(DataType::Map(Box::new(key), Box::new(value), true))
        }
        "struct" if parser.take_sign("<>") => Ok(DataType::Struct(Vec::new())),
        "struct" if parser.is_sign("<") => {
            parser.next();
            let found = if parser.is_sign(">") { Vec::new() } else { fields(parser, true)? };
            parser.expect_sign(">")?;
            Ok(DataType::Struct(found))
        }
        "interval" => Ok(interval(parser)),
        "timestamp" if parser.take_words(&["without", "time", "zone"]) => Ok(DataType::TimestampNtz),
        "timestamp" if parser.take_words(&["with", "local", "time", "zone"]) => Ok(DataType::Timestamp),
        lower => simple(parser, lower).transpose().unwrap_or_else(|| {
            let said = format!("Unsupported data type \"{}\".", word.to_ascii_uppercase());
            Err(parse_error("UNSUPPORTED_DATATYPE", &said, "0A000", origin))
        }),
    }
}

fn simple(parser: &mut Parser, lower: &str) -> Result<Option<DataType>> {
    Ok(Some(match lower {
        "boolean" => DataType::Boolean,
        "tinyint" | "byte" => DataType::Byte,
        "smallint" | "short" => DataType::Short,
        "int" | "integer" => DataType::Integer,
        "bigint" | "long" => DataType::Long,
        "float" | "real" => DataType::Float,
        "double" => DataType::Double,
        "string" => DataType::String,
        "varchar" | "char" | "character" => {
            // The length is checked by nothing outside of tables: Spark reads such columns as strings.
            parser.expect_sign("(")?;
            length(parser)?;
            parser.expect_sign(")")?;
            DataType::String
        }
        "binary" => DataType::Binary,
        "date" => DataType::Date,
        "timestamp" | "timestamp_ltz" => DataType::Timestamp,
        "timestamp_ntz" => DataType::TimestampNtz,
        "void" | "null" => DataType::Null,
        "decimal" | "dec" | "numeric" => decimal(parser)?,
        _ => return Ok(None),
    }))
}

fn length(parser: &mut Parser) -> Result<u32> {
    let token = parser.token().clone();
    match (token.kind, token.text.parse()) {
        (Kind::Number, Ok(value)) => {
            parser.next();
            Ok(value)
        }
        _ => Err(parser.unexpected()),
    }
}

fn decimal(parser: &mut Parser) -> Result<DataType> {
    let origin = parser.origin();
    if !parser.take_sign("(") {
        return Ok(DataType::Decimal(10, 0));
    }
    let precision = length(parser)?;
    let scale = if parser.take_sign(",") { length(parser)? } else { 0 };
    parser.expect_sign(")")?;
    if precision > 38 {
        let said = format!("Decimal precision {precision} exceeds max precision 38.");
        return Err(parse_error("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", &said, "22003", origin));
    }
    if scale > precision {
        let said = format!("Decimal scale ({scale}) cannot be greater than precision ({precision}).");
        return Err(parse_error("INVALID_DECIMAL_SCALE_AND_PRECISION", &said, "42K0A", origin));
    }
    Ok(DataType::Decimal(u8::try_from(precision).unwrap_or(38), u8::try_from(scale).unwrap_or(0)))
}

/// Makes an interval's type of its first and last field.
type Make = fn(u8, u8) -> DataType;

fn interval(parser: &mut Parser) -> DataType {
    let place = |parser: &Parser, fields: &[&str]| fields.iter().position(|word| parser.is_word(word)).and_then(|at| u8::try_from(at).ok());
    let kinds: [(&[&str], Make); 2] = [(&DAY_TIME_FIELDS, DataType::DayTimeInterval), (&YEAR_MONTH_FIELDS, DataType::YearMonthInterval)];
    for (fields, make) in kinds {
        let Some(start) = place(parser, fields) else { continue };
        parser.next();
        let mut end = start;
        if parser.take_word("to") {
            end = place(parser, fields).unwrap_or(start);
            parser.next();
        }
        return make(start, end);
    }
    DataType::CalendarInterval
}
