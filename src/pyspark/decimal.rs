//! `decimal.Decimal`: exact numbers as Spark has them, 38 digits at most.

use super::errors;
use super::object::Object;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::python::Arguments;
use crate::python::Value;

/// `Decimal("1.50")`, `Decimal(3)`.
// DIFFERENCE: no arithmetic, no exponents; a Decimal here goes into Spark and comes out of it.
///
/// # Errors
/// `decimal.InvalidOperation` for text that is no number; what Tidemark does not know yet.
pub(super) fn construct(arguments: &Arguments) -> Result<Value> {
    let given = arguments.positional.first().unwrap_or(&Value::Int(0));
    match (given, Object::of(given)) {
        (_, Some(Object::Decimal(unscaled, scale))) => Ok(Object::Decimal(*unscaled, *scale).value()),
        (Value::Int(number), _) => Ok(Object::Decimal((*number).into(), 0).value()),
        (Value::Str(text), _) => parsed(text.trim()).map(Object::value).ok_or_else(|| {
            let class = Class::Named("InvalidOperation".to_owned());
            Diagnostic::plain(class, "[<class 'decimal.ConversionSyntax'>]")
        }),
        _ => Err(errors::unknown_to_us("Decimal of a float; write the number as text")),
    }
}

fn parsed(text: &str) -> Option<Object> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = whole.trim_start_matches(['+', '-']);
    let is_number = !(digits.is_empty() && fraction.is_empty()) && digits.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if !is_number || digits.len() + fraction.len() > 38 {
        return None;
    }
    let unscaled: i128 = format!("{digits}{fraction}").parse().ok()?;
    let unscaled = if whole.starts_with('-') { -unscaled } else { unscaled };
    Some(Object::Decimal(unscaled, u8::try_from(fraction.len()).ok()?))
}
