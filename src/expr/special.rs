//! Functions whose meaning is another expression, or whose type needs their arguments as written.

use super::coercion;
use super::error;
use super::function;
use super::name::name_of;
use super::name::pretty_name;
use super::resolve::Resolver;
use super::resolve::assemble;
use super::resolve::expected_arity;
use super::scope::Settings;
use super::tree::Expr;
use super::typed::Generator;
use super::typed::GeneratorCall;
use super::typed::Typed;
use super::typed::TypedKind;
use super::window;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Value;
use crate::types::time;

/// A call of one of these functions; none where the name is none of them.
pub fn resolve_call(resolver: &Resolver<'_>, whole: &Expr, name: &str, arguments: &[Expr]) -> Result<Option<Typed>> {
    let arity = |least: usize, most: usize| {
        if arguments.len() < least || arguments.len() > most {
            Err(error::wrong_arity(name, &expected_arity(least, most), arguments.len()))
        } else {
            Ok(())
        }
    };
    let rewrite = |name: &str, arguments: Vec<Expr>| resolver.resolve(&Expr::call(name, arguments));
    let found = match name {
        "if" | "iff" => {
            arity(3, 3)?;
            let condition = resolver.resolve(&arguments[0])?;
            if condition.data_type != DataType::Boolean && condition.data_type != DataType::Null {
                let text = format!(
                    "The first parameter requires the \"BOOLEAN\" type, however \"{}\" has the type {}.",
                    pretty_name(&arguments[0]),
                    error::quoted(&condition.data_type)
                );
                return Err(error::mismatch("UNEXPECTED_INPUT_TYPE", &pretty_name(whole), &text));
            }
            let branches = vec![(coercion::cast(condition, &DataType::Boolean, true), resolver.resolve(&arguments[1])?)];
            case_of(branches, Some(resolver.resolve(&arguments[2])?), &pretty_name(whole), "IF", resolver.settings)?
        }
        "nvl" | "ifnull" => {
            arity(2, 2)?;
            rewrite("coalesce", arguments.to_vec())?
        }
        "zeroifnull" => {
            arity(1, 1)?;
            rewrite("coalesce", vec![arguments[0].clone(), Expr::Literal(Value::Integer(0), DataType::Integer)])?
        }
        "nvl2" => {
            arity(3, 3)?;
            let test = Expr::call("isnotnull", vec![arguments[0].clone()]);
            rewrite("if", vec![test, arguments[1].clone(), arguments[2].clone()])?
        }
        "nullif" | "nullifzero" => {
            let zero = Expr::Literal(Value::Integer(0), DataType::Integer);
            if name == "nullif" {
                arity(2, 2)?;
            } else {
                arity(1, 1)?;
            }
            let test = Expr::call("=", vec![arguments[0].clone(), arguments.get(1).cloned().unwrap_or(zero)]);
            rewrite("if", vec![test, Expr::Literal(Value::Null, DataType::Null), arguments[0].clone()])?
        }
        "!=" | "<>" => {
            arity(2, 2)?;
            rewrite("not", vec![Expr::call("=", arguments.to_vec())])?
        }
        "when" => {
            let mut pairs = Vec::new();
            for pair in arguments.chunks_exact(2) {
                pairs.push((pair[0].clone(), pair[1].clone()));
            }
            let otherwise = if arguments.len() % 2 == 1 { arguments.last().cloned().map(Box::new) } else { None };
            resolver.resolve(&Expr::Case(pairs, otherwise))?
        }
        "struct" => structure(resolver, arguments)?,
        "named_struct" => named_structure(resolver, whole, arguments)?,
        "from_json" => from_text(resolver, whole, "from_json", arguments)?,
        "from_csv" => from_text(resolver, whole, "from_csv", arguments)?,
        "arrays_zip" => arrays_zip(resolver, arguments)?,
        "window" => window::time_window(resolver, whole, arguments)?,
        "session_window" => window::session_window(resolver, whole, arguments)?,
        "window_time" => window::window_time(resolver, whole, arguments)?,
        "explode" | "explode_outer" | "posexplode" | "posexplode_outer" | "inline" | "inline_outer" | "stack" => {
            generator(resolver, whole, name, arguments)?
        }
        "extract" | "date_part" | "datepart" => {
            arity(2, 2)?;
            part(resolver, name, arguments)?
        }
        "typeof" => {
            arity(1, 1)?;
            let typed = resolver.resolve(&arguments[0])?;
            Typed::literal(Value::String(typed.data_type.simple_string()), DataType::String)
        }
        "decode" if arguments.len() > 2 => decode(resolver, arguments)?,
        "timestampadd" | "timestampdiff" | "time_bucket" => return Ok(None),
        "count_distinct" => return Ok(None),
        _ => match cast_function(name) {
            Some(to) => {
                arity(1, 1)?;
                resolver.resolve(&Expr::Cast(Box::new(arguments[0].clone()), to, false))?
            }
            None => return typed_literal(name, arguments, resolver.settings),
        },
    };
    Ok(Some(found))
}

/// `int(x)`, `string(x)` are casts.
fn cast_function(name: &str) -> Option<DataType> {
    Some(match name {
        "boolean" => DataType::Boolean,
        "tinyint" => DataType::Byte,
        "smallint" => DataType::Short,
        "int" => DataType::Integer,
        "bigint" => DataType::Long,
        "float" => DataType::Float,
        "double" => DataType::Double,
        "decimal" => DataType::Decimal(10, 0),
        "string" => DataType::String,
        "binary" => DataType::Binary,
        "date" => DataType::Date,
        "timestamp" => DataType::Timestamp,
        _ => return None,
    })
}

/// `TIMESTAMP '...'`, whose value needs the session time zone.
fn typed_literal(name: &str, arguments: &[Expr], settings: &Settings) -> Result<Option<Typed>> {
    let Some(word) = name.strip_prefix('$').and_then(|name| name.strip_suffix("_literal")) else { return Ok(None) };
    let Some(Expr::Literal(Value::String(text), _)) = arguments.first() else { return Ok(None) };
    let found = match word {
        "date" => time::parse_date(text).map(|days| (Value::Date(days), DataType::Date)),
        "timestamp_ntz" => time::parse_timestamp_ntz(text).map(|micros| (Value::TimestampNtz(micros), DataType::TimestampNtz)),
        _ => time::parse_timestamp(text, &settings.zone).map(|micros| (Value::Timestamp(micros), DataType::Timestamp)),
    };
    match found {
        Some((value, data_type)) => Ok(Some(Typed::literal(value, data_type))),
        None => {
            let said = format!("The value of the typed literal \"{}\" is invalid: '{text}'.", word.to_ascii_uppercase());
            Err(Diagnostic::new(Class::Parse, "INVALID_TYPED_LITERAL", said, "42604"))
        }
    }
}

/// `CASE` with its values cast to their common type.
pub fn case_of(branches: Vec<(Typed, Typed)>, otherwise: Option<Typed>, whole: &str, what: &str, settings: &Settings) -> Result<Typed> {
    let types: Vec<&DataType> =
        branches.iter().map(|(_, value)| &value.data_type).chain(otherwise.iter().map(|value| &value.data_type)).collect();
    let Some(common) = coercion::widest(types.iter().copied()) else {
        let said: Vec<String> = types.iter().map(|data_type| error::quoted(data_type)).collect();
        let function = if what == "IF" { "`if`" } else { "`casewhen`" };
        return Err(error::mismatch(
            "DATA_DIFF_TYPES",
            whole,
            &format!("Input to {function} should all be the same type, but it's [{}].", said.join(", ")),
        ));
    };
    let nullable = branches.iter().any(|(_, value)| value.nullable) || otherwise.as_ref().is_none_or(|value| value.nullable);
    let fit = |value: Typed| coercion::cast(value, &common, settings.ansi);
    let branches = branches.into_iter().map(|(condition, value)| (condition, fit(value))).collect();
    Ok(Typed { kind: TypedKind::Case(branches, otherwise.map(|value| Box::new(fit(value)))), data_type: common, nullable })
}

/// `struct(a, b + 1 AS c)`: names from aliases and columns, else `col1`, `col2`.
fn structure(resolver: &Resolver<'_>, arguments: &[Expr]) -> Result<Typed> {
    let mut names = Vec::new();
    let mut typed = Vec::new();
    for argument in arguments {
        match argument.bare() {
            Expr::Star(qualifier) => {
                for (name, column) in resolver.scope.star(qualifier)? {
                    names.push(name);
                    typed.push(column);
                }
            }
            Expr::Alias(..) | Expr::Name(_) | Expr::ColumnOf(..) => {
                names.push(name_of(argument));
                typed.push(resolver.resolve(argument)?);
            }
            Expr::FieldOf(_, name) => {
                names.push(name.clone());
                typed.push(resolver.resolve(argument)?);
            }
            Expr::Item(child, key) => {
                let typed_child = resolver.resolve(child)?;
                let name = match (&typed_child.data_type, key.bare()) {
                    (DataType::Struct(_), Expr::Literal(Value::String(name), _)) => name.clone(),
                    _ => format!("col{}", typed.len() + 1),
                };
                names.push(name);
                typed.push(resolver.resolve(argument)?);
            }
            Expr::Call { name, .. } if matches!(name.to_ascii_lowercase().as_str(), "window" | "session_window") => {
                names.push(name.to_ascii_lowercase());
                typed.push(resolver.resolve(argument)?);
            }
            _ => {
                names.push(format!("col{}", typed.len() + 1));
                typed.push(resolver.resolve(argument)?);
            }
        }
    }
    Ok(struct_of(names, typed, resolver.settings))
}

/// `from_json(text, schema [, options])`, `from_csv`; the schema is DDL or JSON text.
fn from_text(resolver: &Resolver<'_>, whole: &Expr, name: &str, arguments: &[Expr]) -> Result<Typed> {
    if !(2..=3).contains(&arguments.len()) {
        return Err(error::wrong_arity(name, "[2, 3]", arguments.len()));
    }
    let mut typed = resolver.arguments(arguments)?;
    let schema = if typed[1].is_foldable() { super::evaluate_constant(&typed[1], &resolver.settings.zone)? } else { Value::Null };
    let Some(text) = schema.as_str() else {
        let said = format!(
            "The input schema \"{}\" is not a valid schema string. The input expression must be string literal and not null.",
            pretty_name(&arguments[1])
        );
        return Err(Diagnostic::analysis("INVALID_SCHEMA.NON_STRING_LITERAL", said, "42K07"));
    };
    let data_type = schema_type(text)?.as_nullable();
    if name == "from_csv" && !matches!(data_type, DataType::Struct(_)) {
        return Err(error::not_known("from_csv with anything but columns"));
    }
    if !matches!(data_type, DataType::Struct(_) | DataType::Array(..) | DataType::Map(..)) {
        let said = format!("Input schema {} must be a struct, an array, a map or a variant.", error::quoted(&data_type));
        return Err(error::mismatch("INVALID_JSON_SCHEMA", &pretty_name(whole), &said));
    }
    if typed[0].data_type != DataType::String && typed[0].data_type != DataType::Null {
        let said = format!(
            "The first parameter requires the \"STRING\" type, however \"{}\" has the type {}.",
            pretty_name(&arguments[0]),
            error::quoted(&typed[0].data_type)
        );
        return Err(error::mismatch("UNEXPECTED_INPUT_TYPE", &pretty_name(whole), &said));
    }
    super::resolve::cast_in_place(&mut typed[0], &DataType::String, resolver.settings);
    let mut found = call(name, typed, resolver.settings);
    found.data_type = data_type;
    Ok(found)
}

/// A schema as text: one type, a list of columns, or the JSON of `StructType.json()`.
fn schema_type(text: &str) -> Result<DataType> {
    if text.trim_start().starts_with(['{', '"']) {
        let json = serde_json::from_str(text).ok().and_then(|json| json_type(&json));
        return json.ok_or_else(|| error::not_known("such a JSON schema"));
    }
    match crate::sql::ddl::parse_data_type(text) {
        Ok(data_type) => Ok(data_type),
        Err(_) => crate::sql::ddl::parse_schema(text).map(|schema| schema.data_type()),
    }
}

fn json_type(json: &serde_json::Value) -> Option<DataType> {
    use serde_json::Value as Json;
    match json {
        Json::String(name) => match name.as_str() {
            "integer" => Some(DataType::Integer),
            "long" => Some(DataType::Long),
            "short" => Some(DataType::Short),
            "byte" => Some(DataType::Byte),
            other => crate::sql::ddl::parse_data_type(other).ok(),
        },
        Json::Object(object) => match object.get("type")?.as_str()? {
            "struct" => {
                let fields = object.get("fields")?.as_array()?.iter().map(|field| {
                    let nullable = field.get("nullable").and_then(Json::as_bool).unwrap_or(true);
                    Some(Field { name: field.get("name")?.as_str()?.to_owned(), data_type: json_type(field.get("type")?)?, nullable })
                });
                fields.collect::<Option<Vec<Field>>>().map(DataType::Struct)
            }
            "array" => Some(DataType::Array(Box::new(json_type(object.get("elementType")?)?), object.get("containsNull")?.as_bool()?)),
            "map" => {
                let (key, value) = (json_type(object.get("keyType")?)?, json_type(object.get("valueType")?)?);
                Some(DataType::Map(Box::new(key), Box::new(value), object.get("valueContainsNull")?.as_bool()?))
            }
            _ => None,
        },
        _ => None,
    }
}

/// The fields take the names of columns, else their numbers.
fn arrays_zip(resolver: &Resolver<'_>, arguments: &[Expr]) -> Result<Typed> {
    let typed = resolver.arguments(arguments)?;
    let name = |(index, argument): (usize, &Expr)| match argument.bare() {
        Expr::Name(_) | Expr::ColumnOf(..) | Expr::Alias(..) => name_of(argument),
        Expr::FieldOf(_, name) => name.clone(),
        _ => index.to_string(),
    };
    let names = arguments.iter().enumerate().map(name).collect();
    for (index, argument) in typed.iter().enumerate() {
        if !matches!(argument.data_type, DataType::Array(..)) {
            let text = format!(
                "The {} parameter requires the \"ARRAY\" type, however \"{}\" has the type {}.",
                super::resolve::ordinal(index),
                pretty_name(&arguments[index]),
                error::quoted(&argument.data_type)
            );
            return Err(error::mismatch("UNEXPECTED_INPUT_TYPE", &pretty_name(&Expr::call("arrays_zip", arguments.to_vec())), &text));
        }
    }
    let data_type = function::array::zipped_type(names, &typed);
    let mut found = call("arrays_zip", typed, resolver.settings);
    found.data_type = data_type;
    Ok(found)
}

fn struct_of(names: Vec<String>, typed: Vec<Typed>, settings: &Settings) -> Typed {
    let fields = names
        .into_iter()
        .zip(&typed)
        .map(|(name, value)| Field { name, data_type: value.data_type.clone(), nullable: value.nullable })
        .collect();
    let mut found = call("$struct", typed, settings);
    found.data_type = DataType::Struct(fields);
    found
}

fn named_structure(resolver: &Resolver<'_>, whole: &Expr, arguments: &[Expr]) -> Result<Typed> {
    if arguments.len() % 2 == 1 || arguments.is_empty() {
        let said = "2n (n > 0)";
        return Err(error::wrong_arity("named_struct", said, arguments.len()));
    }
    let mut names = Vec::new();
    let mut typed = Vec::new();
    for pair in arguments.chunks_exact(2) {
        match resolver.resolve(&pair[0])?.as_literal() {
            Some(Value::String(name)) => names.push(name.clone()),
            _ => {
                let shown: Vec<String> = arguments.iter().step_by(2).map(pretty_name).collect();
                let text = format!(
                    "Only foldable `STRING` expressions are allowed to appear at odd position, but they are [\"{}\"].",
                    shown.join("\", \"")
                );
                return Err(error::mismatch("CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING", &pretty_name(whole), &text));
            }
        }
        typed.push(resolver.resolve(&pair[1])?);
    }
    Ok(struct_of(names, typed, resolver.settings))
}

/// A built-in call on arguments that fit already.
pub fn call(name: &str, arguments: Vec<Typed>, settings: &Settings) -> Typed {
    match function::find(name) {
        Some(function) => assemble(function, arguments, settings.ansi),
        None => unreachable!("the function {name} is built in"),
    }
}

/// `extract(YEAR FROM t)`: the function of the field.
fn part(resolver: &Resolver<'_>, name: &str, arguments: &[Expr]) -> Result<Typed> {
    let field = match resolver.resolve(&arguments[0])?.as_literal() {
        Some(Value::String(field)) => field.to_ascii_lowercase(),
        _ => match arguments[0].bare() {
            Expr::Name(parts) => parts.join(".").to_ascii_lowercase(),
            _ => return Err(error::not_known("fields of dates that are no literals")),
        },
    };
    let source = resolver.resolve(&arguments[1])?;
    let interval = matches!(source.data_type, DataType::DayTimeInterval(..) | DataType::YearMonthInterval(..) | DataType::CalendarInterval);
    let function = match field.as_str() {
        _ if interval => {
            return Ok(call("$interval_part", vec![Typed::literal(Value::String(field), DataType::String), source], resolver.settings));
        }
        "year" | "y" | "years" | "yr" | "yrs" => "year",
        "yearofweek" => "$year_of_week",
        "quarter" | "qtr" => "quarter",
        "month" | "mon" | "mons" | "months" => "month",
        "week" | "w" | "weeks" => "weekofyear",
        "day" | "d" | "days" => "dayofmonth",
        "dayofweek" | "dow" => "dayofweek",
        "dayofweek_iso" | "dow_iso" => "$day_of_week_iso",
        "doy" => "dayofyear",
        "hour" | "h" | "hours" | "hr" | "hrs" => "hour",
        "minute" | "m" | "min" | "mins" | "minutes" => "minute",
        "second" | "s" | "sec" | "seconds" | "secs" => "$second_with_fraction",
        other => {
            let said = format!("Cannot extract \"{}\" from \"{}\".", other.to_ascii_uppercase(), pretty_name(&arguments[1]));
            let _ = name;
            return Err(Diagnostic::analysis("INVALID_EXTRACT_FIELD", said, "42601"));
        }
    };
    resolver.resolve(&Expr::call(function, vec![arguments[1].clone()]))
}

/// `decode(x, a, 1, b, 2, 3)`: Oracle's CASE, in which null equals null.
fn decode(resolver: &Resolver<'_>, arguments: &[Expr]) -> Result<Typed> {
    let branches = arguments[1..]
        .chunks_exact(2)
        .map(|pair| (Expr::call("<=>", vec![arguments[0].clone(), pair[0].clone()]), pair[1].clone()))
        .collect();
    let otherwise = if arguments.len().is_multiple_of(2) { arguments.last().cloned().map(Box::new) } else { None };
    resolver.resolve(&Expr::Case(branches, otherwise))
}

fn generator(resolver: &Resolver<'_>, whole: &Expr, name: &str, arguments: &[Expr]) -> Result<Typed> {
    let outer = name.ends_with("_outer");
    let kind = match name.trim_end_matches("_outer") {
        "explode" => Generator::Explode,
        "posexplode" => Generator::PosExplode,
        "inline" => Generator::Inline,
        _ => Generator::Stack,
    };
    let mut typed = resolver.arguments(arguments)?;
    if typed.iter().any(Typed::has_generator) {
        let said = format!("The generator is not supported: nested in expressions \"{}\".", pretty_name(whole));
        return Err(Diagnostic::analysis("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", said, "42K0E"));
    }
    if kind == Generator::Stack {
        return stack(resolver, typed);
    }
    if typed.len() != 1 {
        return Err(error::wrong_arity(name, "1", typed.len()));
    }
    let refuse = |required: &str, found: &DataType| {
        let text = format!(
            "The first parameter requires the {required} type, however \"{}\" has the type {}.",
            pretty_name(&arguments[0]),
            error::quoted(found)
        );
        Err(error::mismatch("UNEXPECTED_INPUT_TYPE", &pretty_name(whole), &text))
    };
    let mut fields = match (&typed[0].data_type, kind) {
        (DataType::Array(element, _), Generator::Inline) => match &**element {
            DataType::Struct(fields) => {
                fields.iter().map(|field| Field { nullable: field.nullable || outer || typed[0].nullable, ..field.clone() }).collect()
            }
            _ => return refuse("\"ARRAY<STRUCT>\"", &typed[0].data_type),
        },
        (other, Generator::Inline) => return refuse("\"ARRAY<STRUCT>\"", other),
        (DataType::Array(element, contains_null), _) => {
            vec![Field { name: "col".to_owned(), data_type: (**element).clone(), nullable: *contains_null || outer }]
        }
        (DataType::Map(key, value, contains_null), _) => vec![
            Field { name: "key".to_owned(), data_type: (**key).clone(), nullable: outer },
            Field { name: "value".to_owned(), data_type: (**value).clone(), nullable: *contains_null || outer },
        ],
        (DataType::Null, _) => {
            typed[0] = Typed::literal(Value::Null, DataType::Array(Box::new(DataType::Null), true));
            vec![Field::new("col", DataType::Null)]
        }
        (other, _) => return refuse("(\"ARRAY\" or \"MAP\")", other),
    };
    if kind == Generator::PosExplode {
        fields.insert(0, Field { name: "pos".to_owned(), data_type: DataType::Integer, nullable: outer });
    }
    Ok(generated(kind, outer, typed, fields))
}

fn generated(generator: Generator, outer: bool, arguments: Vec<Typed>, fields: Vec<Field>) -> Typed {
    Typed {
        kind: TypedKind::Generator(Box::new(GeneratorCall { generator, outer, arguments })),
        data_type: DataType::Struct(fields),
        nullable: false,
    }
}

fn stack(resolver: &Resolver<'_>, mut typed: Vec<Typed>) -> Result<Typed> {
    if typed.len() < 2 {
        return Err(error::wrong_arity("stack", "> 1", typed.len()));
    }
    let Some(rows) = typed[0].as_literal().and_then(Value::as_i64).filter(|rows| *rows > 0) else {
        return Err(error::not_known("stack with a number of rows that is no positive literal"));
    };
    let rows = usize::try_from(rows).unwrap_or(1);
    let width = (typed.len() - 1).div_ceil(rows);
    let mut fields = Vec::new();
    for column in 0..width {
        let places: Vec<usize> = (0..rows).map(|row| 1 + row * width + column).filter(|place| *place < typed.len()).collect();
        let types = places.iter().map(|place| &typed[*place].data_type);
        let Some(common) = coercion::widest(types) else { return Err(error::not_known("stack of columns of different types")) };
        for place in places {
            super::resolve::cast_in_place(&mut typed[place], &common, resolver.settings);
        }
        fields.push(Field { name: format!("col{column}"), data_type: common, nullable: true });
    }
    Ok(generated(Generator::Stack, false, typed, fields))
}
