//! `Column.withField` and `dropFields`: a struct made anew from its fields, Spark's `UpdateFields`. A null struct stays null.

use super::error;
use super::name::pretty_name;
use super::resolve::Resolver;
use super::tree::Expr;
use super::typed::Typed;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Value;

/// `$with_field(struct, name, value)` or `$without_field(struct, name)`; none where the name is neither.
pub fn resolve_call(resolver: &Resolver<'_>, whole: &Expr, name: &str, arguments: &[Expr]) -> Result<Option<Typed>> {
    let (base, field, value) = match (name, arguments) {
        ("$with_field", [base, Expr::Literal(Value::String(field), _), value]) => (base, field, Some(value)),
        ("$without_field", [base, Expr::Literal(Value::String(field), _)]) => (base, field, None),
        _ => return Ok(None),
    };
    let typed = resolver.resolve(base)?;
    let DataType::Struct(fields) = &typed.data_type else {
        let text = format!(
            "The first parameter requires the \"STRUCT\" type, however \"{}\" has the type {}.",
            pretty_name(base),
            error::quoted(&typed.data_type)
        );
        return Err(error::mismatch("UNEXPECTED_INPUT_TYPE", &pretty_name(whole), &text));
    };
    let pairs = pairs(fields, base, field, value, resolver.settings.case_sensitive);
    if pairs.is_empty() {
        return Err(error::mismatch("CANNOT_DROP_ALL_FIELDS", &pretty_name(whole), "Cannot drop all fields in struct."));
    }
    let made = Expr::call("named_struct", pairs);
    let null = Expr::Literal(Value::Null, DataType::Null);
    let made = if typed.nullable { Expr::call("if", vec![Expr::call("isnull", vec![base.clone()]), null, made]) } else { made };
    resolver.resolve(&made).map(Some)
}

/// The names and values of the new struct: each field that has the name is replaced where it stands, a new one comes last.
fn pairs(fields: &[Field], base: &Expr, name: &str, value: Option<&Expr>, case_sensitive: bool) -> Vec<Expr> {
    let fits = |field: &Field| if case_sensitive { field.name == name } else { field.name.eq_ignore_ascii_case(name) };
    let named = |name: &str, value: Expr| [Expr::Literal(Value::String(name.to_owned()), DataType::String), value];
    let mut pairs = Vec::new();
    for field in fields {
        match (fits(field), value) {
            (true, Some(value)) => pairs.extend(named(name, value.clone())),
            (true, None) => {}
            (false, _) => pairs.extend(named(&field.name, Expr::FieldOf(Box::new(base.clone()), field.name.clone()))),
        }
    }
    if let (false, Some(value)) = (fields.iter().any(fits), value) {
        pairs.extend(named(name, value.clone()));
    }
    pairs
}
