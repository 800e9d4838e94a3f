//! Numbers: arithmetic of `int`, `float` and `bool`, their order and their texts.

use super::raised::Raised;
use super::value::Value;
use num_bigint::BigInt;
use num_bigint::Sign;
use ruff_python_ast::Operator;
use ruff_python_ast::UnaryOp;
use std::cmp::Ordering;

/// Integers of more bits than this are refused.
const BITS: u64 = 1 << 18;

pub(super) fn binary(operator: Operator, left: &Value, right: &Value) -> Result<Value, Raised> {
    if matches!(left, Value::Float(_)) || matches!(right, Value::Float(_)) {
        return float_binary(operator, left, right);
    }
    match (left.as_i64(), right.as_i64()) {
        (Some(a), Some(b)) => small_binary(operator, a, b, left, right),
        _ => big_binary(operator, &big(left), &big(right)),
    }
}

fn small_binary(operator: Operator, a: i64, b: i64, left: &Value, right: &Value) -> Result<Value, Raised> {
    let (wide_a, wide_b) = (i128::from(a), i128::from(b));
    Ok(match operator {
        Operator::Add => Value::wide(wide_a + wide_b),
        Operator::Sub => Value::wide(wide_a - wide_b),
        Operator::Mult => Value::wide(wide_a * wide_b),
        Operator::Div => Value::Float(divide_exactly(a, b)?),
        Operator::FloorDiv if b == 0 => return Err(Raised::new("ZeroDivisionError", "integer division or modulo by zero")),
        Operator::Mod if b == 0 => return Err(Raised::new("ZeroDivisionError", "integer modulo by zero")),
        Operator::FloorDiv => Value::wide(floor_div(wide_a, wide_b)),
        Operator::Mod => Value::wide(wide_a - floor_div(wide_a, wide_b) * wide_b),
        Operator::Pow if b < 0 => return float_binary(operator, left, right),
        Operator::BitAnd | Operator::BitOr | Operator::BitXor => bits(operator, a, b, left, right),
        Operator::RShift if b < 0 => return Err(Raised::value_error("negative shift count")),
        Operator::RShift => Value::Int(a >> b.min(63)),
        Operator::LShift if b < 0 => return Err(Raised::value_error("negative shift count")),
        Operator::LShift if b < 62 => Value::wide(wide_a << b),
        Operator::MatMult => return Err(Raised::type_error("unsupported operand type(s) for @: 'int' and 'int'")),
        _ => return big_binary(operator, &BigInt::from(a), &BigInt::from(b)),
    })
}

fn bits(operator: Operator, a: i64, b: i64, left: &Value, right: &Value) -> Value {
    let result = match operator {
        Operator::BitAnd => a & b,
        Operator::BitOr => a | b,
        _ => a ^ b,
    };
    if matches!((left, right), (Value::Bool(_), Value::Bool(_))) { Value::Bool(result != 0) } else { Value::Int(result) }
}

#[allow(clippy::cast_precision_loss)]
fn divide_exactly(a: i64, b: i64) -> Result<f64, Raised> {
    if b == 0 { Err(Raised::new("ZeroDivisionError", "division by zero")) } else { Ok(a as f64 / b as f64) }
}

fn floor_div(a: i128, b: i128) -> i128 {
    let quotient = a / b;
    if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }
}

fn big_binary(operator: Operator, a: &BigInt, b: &BigInt) -> Result<Value, Raised> {
    let zero = b.sign() == Sign::NoSign;
    Ok(Value::big(match operator {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => {
            fits(a.bits() + b.bits())?;
            a * b
        }
        Operator::Div if zero => return Err(Raised::new("ZeroDivisionError", "division by zero")),
        Operator::Div => return Ok(Value::Float(big_to_f64(a) / big_to_f64(b))),
        Operator::FloorDiv | Operator::Mod if zero => return Err(Raised::new("ZeroDivisionError", "integer division or modulo by zero")),
        Operator::FloorDiv => big_floor(a, b).0,
        Operator::Mod => big_floor(a, b).1,
        Operator::Pow => {
            let Ok(exponent) = u32::try_from(b) else {
                return if b.sign() == Sign::Minus { Ok(Value::Float(big_to_f64(a).powf(big_to_f64(b)))) } else { Err(too_large()) };
            };
            fits(a.bits().max(1).saturating_mul(u64::from(exponent)))?;
            a.pow(exponent)
        }
        Operator::LShift => {
            let Ok(count) = u32::try_from(b) else { return Err(too_large()) };
            fits(a.bits() + u64::from(count))?;
            a << count
        }
        Operator::RShift => a >> u32::try_from(b).unwrap_or(u32::MAX).min(1 << 20),
        Operator::BitAnd => a & b,
        Operator::BitOr => a | b,
        Operator::BitXor => a ^ b,
        Operator::MatMult => return Err(Raised::type_error("unsupported operand type(s) for @: 'int' and 'int'")),
    }))
}

fn big_floor(a: &BigInt, b: &BigInt) -> (BigInt, BigInt) {
    let (quotient, rest) = (a / b, a % b);
    if rest.sign() != Sign::NoSign && (rest.sign() == Sign::Minus) != (b.sign() == Sign::Minus) {
        (quotient - 1, rest + b)
    } else {
        (quotient, rest)
    }
}

fn fits(bits: u64) -> Result<(), Raised> {
    if bits > BITS { Err(too_large()) } else { Ok(()) }
}

fn too_large() -> Raised {
    Raised::new("OverflowError", "the integer is too large for the playground")
}

fn float_binary(operator: Operator, left: &Value, right: &Value) -> Result<Value, Raised> {
    let (a, b) = (to_float(left)?, to_float(right)?);
    let zero = |message: &str| Err(Raised::new("ZeroDivisionError", message));
    Ok(Value::Float(match operator {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => a * b,
        Operator::Div if b == 0.0 => {
            return zero(if matches!(left, Value::Float(_)) || matches!(right, Value::Float(_)) {
                "float division by zero"
            } else {
                "division by zero"
            });
        }
        Operator::Div => a / b,
        Operator::FloorDiv if b == 0.0 => return zero("float floor division by zero"),
        Operator::FloorDiv => float_floor(a, b).0,
        Operator::Mod if b == 0.0 => return zero("float modulo"),
        Operator::Mod => float_floor(a, b).1,
        Operator::Pow if a == 0.0 && b < 0.0 => return zero("0.0 cannot be raised to a negative power"),
        Operator::Pow => {
            let result = a.powf(b);
            if result.is_infinite() && a.is_finite() && b.is_finite() {
                return Err(Raised::new("OverflowError", "(34, 'Numerical result out of range')"));
            }
            result
        }
        _ => {
            let (a, b) = (left.type_name(), right.type_name());
            return Err(Raised::type_error(format!("unsupported operand type(s) for {}: '{a}' and '{b}'", operator.as_str())));
        }
    }))
}

/// Quotient and rest as Python rounds them: downwards.
pub(super) fn float_floor(a: f64, b: f64) -> (f64, f64) {
    let mut rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest != 0.0 {
        if (b < 0.0) != (rest < 0.0) {
            rest += b;
            quotient -= 1.0;
        }
    } else {
        rest = 0.0f64.copysign(b);
    }
    let floor = quotient.floor();
    let floor = if quotient == 0.0 {
        0.0f64.copysign(a / b)
    } else if quotient - floor > 0.5 {
        floor + 1.0
    } else {
        floor
    };
    (floor, rest)
}

fn to_float(value: &Value) -> Result<f64, Raised> {
    let number = value.as_f64().unwrap_or(f64::NAN);
    if number.is_infinite() && matches!(value, Value::Big(_)) {
        return Err(Raised::new("OverflowError", "int too large to convert to float"));
    }
    Ok(number)
}

pub(super) fn unary(operator: UnaryOp, value: &Value) -> Value {
    match (operator, value) {
        (UnaryOp::USub, Value::Float(number)) => Value::Float(-number),
        (UnaryOp::USub, Value::Big(number)) => Value::big(-&**number),
        (UnaryOp::USub, _) => Value::wide(-i128::from(value.as_i64().unwrap_or(0))),
        (UnaryOp::Invert, Value::Big(number)) => Value::big(-&**number - 1),
        (UnaryOp::Invert, _) => Value::Int(!value.as_i64().unwrap_or(0)),
        (_, Value::Bool(truth)) => Value::Int(i64::from(*truth)),
        _ => value.clone(),
    }
}

/// The integer of an `int` or `bool`.
pub(super) fn big(value: &Value) -> BigInt {
    match value {
        Value::Big(number) => (**number).clone(),
        _ => BigInt::from(value.as_i64().unwrap_or(0)),
    }
}

pub(super) fn big_to_f64(number: &BigInt) -> f64 {
    if number.bits() > 1100 {
        return if number.sign() == Sign::Minus { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    number.to_string().parse().unwrap_or(f64::INFINITY)
}

/// The order of two numbers; `None` where one is not a number.
pub(super) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Float(a), _) => compare_float(*a, right),
        (_, Value::Float(b)) => compare_float(*b, left).map(Ordering::reverse),
        _ => match (left.as_i64(), right.as_i64()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => Some(big(left).cmp(&big(right))),
        },
    }
}

fn compare_float(float: f64, integer: &Value) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    if let Some(small) = integer.as_i64()
        && small.unsigned_abs() < 1 << 53
    {
        return float.partial_cmp(&integer.as_f64()?);
    }
    if float.is_infinite() {
        return Some(if float > 0.0 { Ordering::Greater } else { Ordering::Less });
    }
    let whole = float_to_big(float.floor())?;
    let order = whole.cmp(&big(integer));
    #[allow(clippy::float_cmp)]
    if order == Ordering::Equal && float.floor() != float { Some(Ordering::Greater) } else { Some(order) }
}

/// The integer of a float without fraction.
pub(super) fn float_to_big(float: f64) -> Option<BigInt> {
    if !float.is_finite() {
        return None;
    }
    BigInt::parse_bytes(format!("{float:.0}").as_bytes(), 10)
}

/// `repr(float)`: the shortest digits that read back, in Python's notation.
#[must_use]
pub fn float_repr(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let text = format!("{number}");
        return if text.contains('.') { text } else { format!("{text}.0") };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// Reads what `int(text, base)` reads.
pub(super) fn parse_int(text: &str, base: u32) -> Option<Value> {
    let trimmed = text.trim();
    let (negative, digits) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let lower = digits.to_ascii_lowercase();
    let prefix = |mark: &str, radix: u32| {
        (base == radix || base == 0).then(|| lower.strip_prefix(mark)).flatten().map(|rest| (rest.to_owned(), radix))
    };
    let (digits, base) = prefix("0x", 16)
        .or_else(|| prefix("0o", 8))
        .or_else(|| prefix("0b", 2))
        .unwrap_or_else(|| (lower.clone(), if base == 0 { 10 } else { base }));
    let underscores = digits.starts_with('_') || digits.ends_with('_') || digits.contains("__");
    let digits = digits.replace('_', "");
    if underscores || digits.is_empty() || digits.len() > 100_000 || !digits.chars().all(|digit| digit.is_digit(base)) {
        return None;
    }
    let number = BigInt::parse_bytes(digits.as_bytes(), base)?;
    Some(Value::big(if negative { -number } else { number }))
}

/// Reads what `float(text)` reads.
pub(super) fn parse_float(text: &str) -> Option<f64> {
    let trimmed = text.trim();
    let lower = trimmed.to_ascii_lowercase();
    let unsigned = lower.trim_start_matches(['+', '-']);
    if matches!(unsigned, "inf" | "infinity" | "nan") {
        let negative = lower.starts_with('-');
        let number = if unsigned == "nan" { f64::NAN } else { f64::INFINITY };
        return Some(if negative { -number } else { number });
    }
    let valid = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'+' | b'-' | b'_');
    if !lower.bytes().all(valid) || lower.contains("__") || lower.starts_with('_') || lower.ends_with('_') {
        return None;
    }
    lower.replace('_', "").parse().ok()
}

/// `round(number)` to an integer: halves to even.
pub(super) fn round_half_even(number: f64) -> f64 {
    let floor = number.floor();
    let fraction = number - floor;
    #[allow(clippy::float_cmp)]
    let up = fraction > 0.5 || (fraction == 0.5 && floor % 2.0 != 0.0);
    if up { floor + 1.0 } else { floor }
}
