//! Fields of structs, elements of arrays, values of maps: Spark's `ExtractValue`.

use super::coercion;
use super::error;
use super::function;
use super::name::pretty_name;
use super::resolve::assemble;
use super::scope::Settings;
use super::tree::Expr;
use super::typed::Typed;
use super::typed::TypedKind;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Value;

/// `child[key]`.
pub fn item(child: Typed, key: Typed, child_expr: &Expr, key_expr: &Expr, settings: &Settings) -> Result<Typed> {
    match (&child.data_type, key.as_literal()) {
        (DataType::Struct(_), Some(Value::String(name))) => {
            let name = name.clone();
            field(child, &name, &pretty_name(child_expr), settings)
        }
        (DataType::Array(element, _), Some(Value::String(name))) if matches!(**element, DataType::Struct(_)) => {
            let name = name.clone();
            field(child, &name, &pretty_name(child_expr), settings)
        }
        (DataType::Struct(_), _) => {
            let said = format!("Field name should be a non-null string literal, but it's \"{}\".", pretty_name(key_expr));
            Err(Diagnostic::analysis("INVALID_EXTRACT_FIELD_TYPE", said, "42000"))
        }
        (DataType::Array(..), _) => {
            if !key.data_type.is_integral() && key.data_type != DataType::Null {
                let whole = format!("{}[{}]", pretty_name(child_expr), pretty_name(key_expr));
                let text = format!(
                    "The second parameter requires the \"INTEGRAL\" type, however \"{}\" has the type {}.",
                    pretty_name(key_expr),
                    error::quoted(&key.data_type)
                );
                return Err(error::mismatch("UNEXPECTED_INPUT_TYPE", &whole, &text));
            }
            let key = coercion::cast(key, &DataType::Long, settings.ansi);
            Ok(call("$array_item", vec![child, key], settings))
        }
        (DataType::Map(key_type, ..), _) => {
            let key_type = (**key_type).clone();
            let whole = format!("{}[{}]", pretty_name(child_expr), pretty_name(key_expr));
            if !coercion::casts_implicitly(&key.data_type, &key_type) {
                let text = format!(
                    "The second parameter requires the {} type, however \"{}\" has the type {}.",
                    error::quoted(&key_type),
                    pretty_name(key_expr),
                    error::quoted(&key.data_type)
                );
                return Err(error::mismatch("UNEXPECTED_INPUT_TYPE", &whole, &text));
            }
            let key = coercion::cast(key, &key_type, settings.ansi);
            Ok(call("$map_item", vec![child, key], settings))
        }
        (other, _) => Err(not_complex(&pretty_name(child_expr), other)),
    }
}

/// `child.name`; `said` is how the child prints.
pub fn field(child: Typed, name: &str, said: &str, settings: &Settings) -> Result<Typed> {
    match &child.data_type {
        DataType::Struct(fields) => {
            let at = find(fields, name, settings)?;
            let found = fields[at].clone();
            let nullable = child.nullable || found.nullable;
            Ok(Typed { kind: TypedKind::Field(Box::new(child), at), data_type: found.data_type, nullable })
        }
        DataType::Array(element, contains_null) => {
            let DataType::Struct(fields) = &**element else { return Err(not_complex(said, &child.data_type)) };
            let at = find(fields, name, settings)?;
            let found = &fields[at];
            let data_type = DataType::Array(Box::new(found.data_type.clone()), *contains_null || found.nullable);
            let nullable = child.nullable;
            Ok(Typed { kind: TypedKind::Field(Box::new(child), at), data_type, nullable })
        }
        DataType::Map(key, ..) if **key == DataType::String => {
            let key = Typed::literal(Value::String(name.to_owned()), DataType::String);
            Ok(call("$map_item", vec![child, key], settings))
        }
        other => Err(not_complex(said, other)),
    }
}

fn call(name: &str, arguments: Vec<Typed>, settings: &Settings) -> Typed {
    match function::find(name) {
        Some(function) => assemble(function, arguments, settings.ansi),
        None => unreachable!("the function {name} is built in"),
    }
}

fn find(fields: &[Field], name: &str, settings: &Settings) -> Result<usize> {
    let fits = |field: &&Field| if settings.case_sensitive { field.name == name } else { field.name.eq_ignore_ascii_case(name) };
    match fields.iter().filter(fits).count() {
        1 => Ok(fields.iter().position(|field| fits(&field)).unwrap_or_default()),
        0 => {
            let names: Vec<String> = fields.iter().map(|field| format!("`{}`", field.name)).collect();
            Err(Diagnostic::analysis("FIELD_NOT_FOUND", format!("No such struct field `{name}` in {}.", names.join(", ")), "42704"))
        }
        count => {
            let said = format!("Ambiguous reference to the field `{name}`. It appears {count} times in the schema.");
            Err(Diagnostic::analysis("AMBIGUOUS_REFERENCE_TO_FIELDS", said, "42000"))
        }
    }
}

fn not_complex(said: &str, data_type: &DataType) -> Box<Diagnostic> {
    let text =
        format!("Can't extract a value from \"{said}\". Need a complex type [STRUCT, ARRAY, MAP] but got {}.", error::quoted(data_type));
    Diagnostic::analysis("INVALID_EXTRACT_BASE_FIELD_TYPE", text, "42000")
}
