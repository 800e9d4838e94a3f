//! Numbers: rounding, powers, logarithms, trigonometry, bits, numeric bases.

use super::Arguments;
use super::Function;
use super::Mismatch;
use super::Nulls;
use super::Parameter as P;
use super::gives;
use crate::diag::Result;
use crate::expr::coercion;
use crate::expr::error;
use crate::expr::scope::Settings;
use crate::expr::typed::Typed;
use crate::types::DataType;
use crate::types::Value;
use crate::types::number;
use arrow_array::ArrayRef;
use arrow_array::types::Float64Type;
use arrow_array::types::Int32Type;
use arrow_array::types::Int64Type;

const DOUBLE: &[P] = &[P::Double];

macro_rules! of_double {
    ($name:literal, $shown:literal, $op:expr) => {
        Function::new($name, (1, 1), DOUBLE, gives::double, |a| map(a, $op)).shown($shown)
    };
}

/// The group.
pub const FUNCTIONS: &[Function] = &[
    of_double!("sqrt", "SQRT", f64::sqrt),
    of_double!("cbrt", "CBRT", f64::cbrt),
    of_double!("exp", "EXP", f64::exp),
    of_double!("expm1", "EXPM1", f64::exp_m1),
    of_double!("sin", "SIN", f64::sin),
    of_double!("cos", "COS", f64::cos),
    of_double!("tan", "TAN", f64::tan),
    of_double!("cot", "COT", |x| 1.0 / x.tan()),
    of_double!("sec", "SEC", |x| 1.0 / x.cos()),
    of_double!("csc", "CSC", |x| 1.0 / x.sin()),
    of_double!("asin", "ASIN", f64::asin),
    of_double!("acos", "ACOS", f64::acos),
    of_double!("atan", "ATAN", f64::atan),
    of_double!("sinh", "SINH", f64::sinh),
    of_double!("cosh", "COSH", f64::cosh),
    of_double!("tanh", "TANH", f64::tanh),
    of_double!("asinh", "ASINH", f64::asinh),
    of_double!("acosh", "ACOSH", f64::acosh),
    of_double!("atanh", "ATANH", f64::atanh),
    of_double!("degrees", "DEGREES", f64::to_degrees),
    of_double!("radians", "RADIANS", f64::to_radians),
    of_double!("rint", "rint", round_half_even),
    of_double!("signum", "SIGNUM", sign),
    of_double!("sign", "sign", sign),
    Function::new("ln", (1, 1), DOUBLE, gives::double, |a| logarithm(a, 0.0, f64::ln)).nulls(Nulls::Always),
    Function::new("log10", (1, 1), DOUBLE, gives::double, |a| logarithm(a, 0.0, f64::log10)).shown("LOG10").nulls(Nulls::Always),
    Function::new("log2", (1, 1), DOUBLE, gives::double, |a| logarithm(a, 0.0, f64::log2)).shown("LOG2").nulls(Nulls::Always),
    Function::new("log1p", (1, 1), DOUBLE, gives::double, |a| logarithm(a, -1.0, f64::ln_1p)).shown("LOG1P").nulls(Nulls::Always),
    Function::new("log", (1, 2), DOUBLE, gives::double, log).shown("LOG").nulls(Nulls::Always),
    Function::new("pow", (2, 2), DOUBLE, gives::double, |a| two(a, f64::powf)),
    Function::new("power", (2, 2), DOUBLE, gives::double, |a| two(a, f64::powf)).shown("POWER"),
    Function::new("atan2", (2, 2), DOUBLE, gives::double, |a| two(a, f64::atan2)).shown("ATAN2"),
    Function::new("hypot", (2, 2), DOUBLE, gives::double, |a| two(a, f64::hypot)).shown("HYPOT"),
    Function::new("pi", (0, 0), &[], gives::double, |a| a.make::<Float64Type>(|_| Ok(Some(std::f64::consts::PI)))).shown("PI"),
    Function::new("e", (0, 0), &[], gives::double, |a| a.make::<Float64Type>(|_| Ok(Some(std::f64::consts::E)))).shown("E"),
    Function::new("round", (1, 2), &[P::Numeric, P::Integer], rounded_type, |a| round(a, false)).defaults(&["0"]),
    Function::new("bround", (1, 2), &[P::Numeric, P::Integer], rounded_type, |a| round(a, true)).defaults(&["0"]),
    Function::new("ceil", (1, 2), &[P::Numeric, P::Integer], whole_type, |a| whole(a, true)).shown("CEIL").check(double_or_decimal),
    Function::new("ceiling", (1, 2), &[P::Numeric, P::Integer], whole_type, |a| whole(a, true)).check(double_or_decimal),
    Function::new("floor", (1, 2), &[P::Numeric, P::Integer], whole_type, |a| whole(a, false)).shown("FLOOR").check(double_or_decimal),
    Function::new("factorial", (1, 1), &[P::Integer], gives::long, factorial).nulls(Nulls::Always),
    Function::new("hex", (1, 1), &[P::Any], gives::string, hex),
    Function::new("unhex", (1, 1), &[P::String], gives::binary, unhex).nulls(Nulls::Always),
    Function::new("bin", (1, 1), &[P::Long], gives::string, bin),
    Function::new("conv", (3, 3), &[P::String, P::Integer, P::Integer], gives::string, conv).nulls(Nulls::Always),
    Function::new("format_number", (2, 2), &[P::Numeric, P::Any], gives::string, format_number),
    Function::new("width_bucket", (4, 4), &[P::Double, P::Double, P::Double, P::Long], gives::long, width_bucket).nulls(Nulls::Always),
    Function::new("rand", (0, 1), &[P::Long], gives::double, random).nulls(Nulls::Never).random(),
    Function::new("random", (0, 1), &[P::Long], gives::double, random).nulls(Nulls::Never).random(),
    Function::new("randn", (0, 1), &[P::Long], gives::double, random_normal).nulls(Nulls::Never).random(),
    Function::new("uuid", (0, 1), &[P::Long], gives::string, uuid).nulls(Nulls::Never).random(),
    Function::new("monotonically_increasing_id", (0, 0), &[], gives::long, |a| a.make::<Int64Type>(|row| Ok(Some(row as i64)))).random(),
    Function::new("spark_partition_id", (0, 0), &[], gives::integer, |a| a.make::<Int32Type>(|_| Ok(Some(0)))).random(),
    Function::new("&", (2, 2), &[P::Same], gives::first, |a| bits(a, |x, y| x & y)),
    Function::new("|", (2, 2), &[P::Same], gives::first, |a| bits(a, |x, y| x | y)),
    Function::new("^", (2, 2), &[P::Same], gives::first, |a| bits(a, |x, y| x ^ y)),
    Function::new("~", (1, 1), &[P::Integral], gives::first, |a| bits(a, |x, _| !x)),
    Function::new("<<", (2, 2), &[P::Integral, P::Integer], gives::first, shift),
    Function::new(">>", (2, 2), &[P::Integral, P::Integer], gives::first, shift),
    Function::new(">>>", (2, 2), &[P::Integral, P::Integer], gives::first, shift),
    Function::new("shiftleft", (2, 2), &[P::Integral, P::Integer], gives::first, shift),
    Function::new("shiftright", (2, 2), &[P::Integral, P::Integer], gives::first, shift),
    Function::new("shiftrightunsigned", (2, 2), &[P::Integral, P::Integer], gives::first, shift),
    Function::new("bit_count", (1, 1), &[P::Any], gives::integer, bit_count),
    Function::new("bit_get", (2, 2), &[P::Integral, P::Integer], gives::byte, bit_get),
    Function::new("getbit", (2, 2), &[P::Integral, P::Integer], gives::byte, bit_get),
];

fn sign(x: f64) -> f64 {
    if x == 0.0 || x.is_nan() { x } else { x.signum() }
}

fn round_half_even(x: f64) -> f64 {
    x.round_ties_even()
}

fn map(arguments: &Arguments<'_>, op: impl Fn(f64) -> f64) -> Result<ArrayRef> {
    let values = arguments.primitive::<Float64Type>(0);
    arguments.make::<Float64Type>(|row| Ok(values.get(row).map(&op)))
}

fn two(arguments: &Arguments<'_>, op: impl Fn(f64, f64) -> f64) -> Result<ArrayRef> {
    let (a, b) = (arguments.primitive::<Float64Type>(0), arguments.primitive::<Float64Type>(1));
    arguments.make::<Float64Type>(|row| Ok(a.get(row).zip(b.get(row)).map(|(a, b)| op(a, b))))
}

/// Null at and below the bound.
fn logarithm(arguments: &Arguments<'_>, bound: f64, op: impl Fn(f64) -> f64) -> Result<ArrayRef> {
    let values = arguments.primitive::<Float64Type>(0);
    arguments.make::<Float64Type>(|row| Ok(values.get(row).filter(|value| *value > bound || value.is_nan()).map(&op)))
}

fn log(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    if arguments.len() == 1 {
        return logarithm(arguments, 0.0, f64::ln);
    }
    let (bases, values) = (arguments.primitive::<Float64Type>(0), arguments.primitive::<Float64Type>(1));
    arguments.make::<Float64Type>(|row| {
        Ok(bases
            .get(row)
            .zip(values.get(row))
            .filter(|(base, value)| *base > 0.0 && *value > 0.0)
            .map(|(base, value)| value.ln() / base.ln()))
    })
}

fn places(arguments: &[Typed]) -> i32 {
    let constant = arguments.get(1).and_then(|places| crate::expr::evaluate_constant(places, &crate::types::Zone::utc()).ok());
    constant.and_then(|value| value.as_i64()).unwrap_or(0).clamp(-400, 400) as i32
}

fn rounded_type(arguments: &[Typed]) -> DataType {
    let DataType::Decimal(precision, scale) = arguments[0].data_type else { return gives::first(arguments) };
    let places = places(arguments);
    let whole = i32::from(precision) - i32::from(scale) + 1;
    if places < 0 {
        return DataType::Decimal(whole.max(1 - places).min(38) as u8, 0);
    }
    let scale = i32::from(scale).min(places);
    DataType::Decimal((whole + scale).min(38) as u8, scale as u8)
}

/// Half away from zero, or half to even. Doubles round their shortest decimal text, as Java's `BigDecimal(double.toString)` does.
fn round(arguments: &Arguments<'_>, even: bool) -> Result<ArrayRef> {
    let digits = places(arguments.typed);
    arguments.by_value(|values| {
        Ok(match &values[0] {
            Value::Double(value) => Value::Double(rounded_text(*value, &number::format_double(*value), digits, even)),
            Value::Float(value) => Value::Float(rounded_text(f64::from(*value), &number::format_float(*value), digits, even) as f32),
            Value::Decimal(value, _, scale) => {
                let DataType::Decimal(precision, to) = *arguments.data_type else { unreachable!("a rounded decimal is a decimal") };
                let found = rescaled(*value, i32::from(*scale), digits.min(i32::from(*scale)), even)
                    .and_then(|found| number::rescale_decimal(found, digits.min(i32::from(*scale)), i32::from(to)));
                let found = found.filter(|found| number::fits_decimal(*found, precision));
                Value::Decimal(
                    found.ok_or_else(|| error::decimal_out_of_range(&number::format_decimal(*value, *scale), precision, to))?,
                    precision,
                    to,
                )
            }
            other if digits >= 0 => other.clone(),
            other => {
                let wide = i128::from(other.as_i64().unwrap_or(0));
                let found =
                    rescaled(wide, 0, digits, even).map_or(0, |found| found * 10i128.checked_pow(digits.unsigned_abs()).unwrap_or(0));
                match other {
                    Value::Byte(_) => Value::Byte(found as i8),
                    Value::Short(_) => Value::Short(found as i16),
                    Value::Integer(_) => Value::Integer(i32::try_from(found).map_err(|_| error::overflow("Overflow", ""))?),
                    _ => Value::Long(i64::try_from(found).map_err(|_| error::overflow("Overflow", ""))?),
                }
            }
        })
    })
}

/// Digits at one scale brought to a smaller one.
fn rescaled(value: i128, from: i32, to: i32, even: bool) -> Option<i128> {
    if to >= from {
        return Some(value);
    }
    let Some(divisor) = 10i128.checked_pow((from - to) as u32) else { return Some(0) };
    let (quotient, rest) = (value / divisor, value % divisor);
    let twice = rest.unsigned_abs() * 2;
    let up = match twice.cmp(&divisor.unsigned_abs()) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => !even || quotient % 2 != 0,
        std::cmp::Ordering::Less => false,
    };
    Some(if up { quotient + value.signum() } else { quotient })
}

fn rounded_text(value: f64, text: &str, digits: i32, even: bool) -> f64 {
    if !value.is_finite() {
        return value;
    }
    let Some((unscaled, scale)) = number::parse_decimal_exact(text) else { return value };
    if digits >= scale {
        return value;
    }
    match rescaled(unscaled, scale, digits, even) {
        Some(0) => 0.0,
        Some(found) => format!("{found}e{}", -digits).parse().unwrap_or(value),
        None => value,
    }
}

fn double_or_decimal(arguments: &mut Vec<Typed>, settings: &Settings) -> std::result::Result<(), Mismatch> {
    if arguments.len() == 2 {
        if let Some((precision, scale)) = coercion::operand_decimal(&arguments[0]) {
            crate::expr::resolve::cast_in_place(&mut arguments[0], &DataType::Decimal(precision, scale), settings);
        } else {
            crate::expr::resolve::cast_in_place(&mut arguments[0], &DataType::Decimal(30, 15), settings);
        }
    } else if arguments[0].data_type == DataType::Float || arguments[0].data_type == DataType::String {
        crate::expr::resolve::cast_in_place(&mut arguments[0], &DataType::Double, settings);
    }
    Ok(())
}

fn whole_type(arguments: &[Typed]) -> DataType {
    match (&arguments[0].data_type, arguments.len()) {
        (DataType::Decimal(..), 2) => rounded_type(arguments),
        (DataType::Decimal(_, 0), _) => gives::first(arguments),
        (DataType::Decimal(precision, scale), _) => DataType::Decimal((precision - scale + 1).min(38), 0),
        _ => DataType::Long,
    }
}

fn whole(arguments: &Arguments<'_>, up: bool) -> Result<ArrayRef> {
    let digits = if arguments.len() == 2 { places(arguments.typed) } else { 0 };
    arguments.by_value(|values| {
        Ok(match &values[0] {
            Value::Double(value) => Value::Long(if up { value.ceil() } else { value.floor() } as i64),
            Value::Decimal(value, _, scale) => {
                let DataType::Decimal(precision, to) = *arguments.data_type else { unreachable!("a whole decimal is a decimal") };
                let target = digits.min(i32::from(*scale));
                let divisor = 10i128.checked_pow((i32::from(*scale) - target).max(0) as u32).unwrap_or(i128::MAX);
                let floor = value.div_euclid(divisor);
                let found = if up && value.rem_euclid(divisor) != 0 { floor + 1 } else { floor };
                Value::Decimal(number::rescale_decimal(found, target, i32::from(to)).unwrap_or(0), precision, to)
            }
            other => Value::Long(other.as_i64().unwrap_or(0)),
        })
    })
}

fn factorial(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let values = arguments.primitive::<Int32Type>(0);
    arguments
        .make::<Int64Type>(|row| Ok(values.get(row).filter(|value| (0..=20).contains(value)).map(|value| (1..=i64::from(value)).product())))
}

fn hex(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let bytes = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
    arguments.by_value(|values| {
        Ok(Value::String(match &values[0] {
            Value::String(text) => bytes(text.as_bytes()),
            Value::Binary(found) => bytes(found),
            Value::Double(value) => format!("{:X}", *value as i64),
            Value::Decimal(value, _, scale) => format!("{:X}", (value / 10i128.pow(u32::from(*scale))) as i64),
            other => format!("{:X}", other.as_i64().unwrap_or(0)),
        }))
    })
}

/// Hexadecimal digits as bytes; none where a character is no digit.
pub fn unhexed(text: &str) -> Option<Vec<u8>> {
    let padded = if text.len() % 2 == 1 { format!("0{text}") } else { text.to_owned() };
    let digits: Option<Vec<u32>> = padded.chars().map(|c| c.to_digit(16)).collect();
    digits.map(|digits| digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect())
}

fn unhex(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| Ok(values[0].as_str().and_then(unhexed).map_or(Value::Null, Value::Binary)))
}

fn bin(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let values = arguments.primitive::<Int64Type>(0);
    arguments.make_strings(|row| Ok(values.get(row).map(|value| format!("{value:b}"))))
}

/// `NumberConverter.convert`: reads as many digits as fit the base, as an unsigned number that saturates; a negative target base gives a signed text.
fn conv(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let (Some(text), Some(from), Some(to)) = (values[0].as_str(), values[1].as_i64(), values[2].as_i64()) else {
            return Ok(Value::Null);
        };
        if !(2..=36).contains(&from) || !(2..=36).contains(&to.abs()) || text.trim().is_empty() {
            return Ok(Value::Null);
        }
        let text = text.trim();
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let mut value: u64 = 0;
        for c in digits.chars() {
            let Some(digit) = c.to_digit(from as u32) else { break };
            value = match value.checked_mul(from as u64).and_then(|value| value.checked_add(u64::from(digit))) {
                Some(value) => value,
                None if arguments.ansi => return Err(error::overflow("Overflow in function conv()", "")),
                None => u64::MAX,
            };
        }
        if negative {
            value = (value as i64).wrapping_neg() as u64;
        }
        let signed = to < 0 && (value as i64) < 0;
        let mut rest = if signed { (value as i64).unsigned_abs() } else { value };
        let mut found = Vec::new();
        loop {
            found.push(char::from_digit((rest % to.unsigned_abs()) as u32, 36).unwrap_or('0').to_ascii_uppercase());
            rest /= to.unsigned_abs();
            if rest == 0 {
                break;
            }
        }
        if signed {
            found.push('-');
        }
        Ok(Value::String(found.into_iter().rev().collect()))
    })
}

/// Digits in groups of three.
pub fn grouped(digits: &str) -> String {
    let mut found = String::new();
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            found.push(',');
        }
        found.push(c);
    }
    found
}

fn format_number(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let digits = match &values[1] {
            Value::String(pattern) => pattern.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i64),
            other => other.as_i64().unwrap_or(0),
        };
        if digits < 0 {
            return Ok(Value::Null);
        }
        let digits = digits as usize;
        let text = match &values[0] {
            Value::Double(value) if !value.is_finite() => return Ok(Value::String(number::format_double(*value).replace("Infinity", "∞"))),
            Value::Double(value) => format!("{value:.digits$}"),
            Value::Float(value) => format!("{value:.digits$}"),
            Value::Decimal(value, _, scale) => {
                let to = i32::try_from(digits).unwrap_or(0);
                let kept = rescaled(*value, i32::from(*scale), to, true).unwrap_or(0);
                let shown = number::format_decimal(kept, u8::try_from(to.min(i32::from(*scale))).unwrap_or(0));
                let missing = digits.saturating_sub(usize::from(*scale));
                let point = if *scale == 0 && missing > 0 { "." } else { "" };
                format!("{shown}{point}{}", "0".repeat(missing))
            }
            other => format!("{}{}{}", other.as_i64().unwrap_or(0), if digits > 0 { "." } else { "" }, "0".repeat(digits)),
        };
        let (sign, body) = text.strip_prefix('-').map_or(("", &text[..]), |rest| ("-", rest));
        let (whole, fraction) = body.split_once('.').map_or((body, String::new()), |(whole, fraction)| (whole, format!(".{fraction}")));
        Ok(Value::String(format!("{sign}{}{fraction}", grouped(whole))))
    })
}

fn width_bucket(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let (Value::Double(value), Value::Double(low), Value::Double(high), Value::Long(buckets)) =
            (&values[0], &values[1], &values[2], &values[3])
        else {
            return Ok(Value::Null);
        };
        if *buckets <= 0 || *buckets == i64::MAX || value.is_nan() || low == high || !low.is_finite() || !high.is_finite() {
            return Ok(Value::Null);
        }
        let (lower, upper) = (low.min(*high), low.max(*high));
        let found = if low < high {
            if *value < lower {
                0
            } else if *value >= upper {
                buckets + 1
            } else {
                ((*buckets as f64 * (value - lower)) / (upper - lower)) as i64 + 1
            }
        } else if *value > upper {
            0
        } else if *value <= lower {
            buckets + 1
        } else {
            ((*buckets as f64 * (upper - value)) / (upper - lower)) as i64 + 1
        };
        Ok(Value::Long(found))
    })
}

/// Spark's `XORShiftRandom`, seeded like the partition 0 of a query.
struct XorShift(i64);

impl XorShift {
    fn new(seed: i64) -> Self {
        // The seed is hashed with Scala's MurmurHash3 over its eight bytes.
        let bytes = seed.to_be_bytes();
        let low = scala_murmur(&bytes, 0x3c07_4a61);
        let high = scala_murmur(&bytes, low);
        Self((i64::from(high as i32) << 32) | i64::from(low))
    }

    fn next(&mut self, bits: u32) -> i32 {
        let mut next = self.0 ^ (self.0 << 21);
        next ^= ((next as u64) >> 35) as i64;
        next ^= next << 4;
        self.0 = next;
        (next & ((1i64 << bits) - 1)) as i32
    }

    fn double(&mut self) -> f64 {
        let high = i64::from(self.next(26)) << 27;
        (high + i64::from(self.next(27))) as f64 * (1.0 / (1u64 << 53) as f64)
    }
}

/// `scala.util.hashing.MurmurHash3.bytesHash`.
fn scala_murmur(bytes: &[u8], seed: u32) -> u32 {
    let mix = |hash: u32, word: u32| {
        let word = word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
        (hash ^ word).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
    };
    let words = bytes.chunks(4).map(|piece| piece.iter().rev().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte)));
    let mut hash = words.fold(seed, mix) ^ bytes.len() as u32;
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

fn seed(arguments: &Arguments<'_>) -> i64 {
    match arguments.typed.first().and_then(Typed::as_literal) {
        Some(value) => value.as_i64().unwrap_or(0),
        None if !arguments.is_empty() => arguments.value(0, 0).as_i64().unwrap_or(0),
        None => arguments.input.seed as i64,
    }
}

fn random(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let mut generator = XorShift::new(seed(arguments));
    arguments.make::<Float64Type>(|_| Ok(Some(generator.double())))
}

/// Java's `nextGaussian` on the same generator.
fn random_normal(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let mut generator = XorShift::new(seed(arguments));
    let mut spare = None;
    arguments.make::<Float64Type>(|_| {
        if let Some(found) = spare.take() {
            return Ok(Some(found));
        }
        loop {
            let (x, y) = (2.0 * generator.double() - 1.0, 2.0 * generator.double() - 1.0);
            let square = x * x + y * y;
            if square < 1.0 && square != 0.0 {
                let factor = (-2.0 * square.ln() / square).sqrt();
                spare = Some(y * factor);
                return Ok(Some(x * factor));
            }
        }
    })
}

// DIFFERENCE: Spark draws the bits from another generator; these too follow the seed.
fn uuid(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let mut generator = XorShift::new(seed(arguments));
    arguments.make_strings(|_| {
        let mut word = || u128::from(generator.next(32) as u32);
        let bits = word() << 96 | word() << 64 | word() << 32 | word();
        let bits = bits & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
        let text = format!("{bits:032x}");
        Ok(Some(format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])))
    })
}

fn integral(value: i64, like: &Value) -> Value {
    match like {
        Value::Byte(_) => Value::Byte(value as i8),
        Value::Short(_) => Value::Short(value as i16),
        Value::Integer(_) => Value::Integer(value as i32),
        _ => Value::Long(value),
    }
}

fn bits(arguments: &Arguments<'_>, op: impl Fn(i64, i64) -> i64) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let a = values[0].as_i64().unwrap_or(0);
        let b = values.get(1).and_then(Value::as_i64).unwrap_or(0);
        Ok(integral(op(a, b), &values[0]))
    })
}

/// Java's shifts: the count is taken modulo the width.
fn shift(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let (Some(value), Some(count)) = (values[0].as_i64(), values[1].as_i64()) else { return Ok(Value::Null) };
        let long = matches!(values[0], Value::Long(_));
        let (narrow, count) = (value as i32, count as u32);
        Ok(match (arguments.name, long) {
            ("<<" | "shiftleft", true) => Value::Long(value.wrapping_shl(count)),
            (">>" | "shiftright", true) => Value::Long(value.wrapping_shr(count)),
            (_, true) => Value::Long((value as u64).wrapping_shr(count) as i64),
            ("<<" | "shiftleft", false) => integral(narrow.wrapping_shl(count).into(), &values[0]),
            (">>" | "shiftright", false) => integral(narrow.wrapping_shr(count).into(), &values[0]),
            (_, false) => integral(((narrow as u32).wrapping_shr(count) as i32).into(), &values[0]),
        })
    })
}

fn bit_count(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        Ok(Value::Integer(match &values[0] {
            Value::Boolean(value) => i32::from(*value),
            other => other.as_i64().unwrap_or(0).count_ones() as i32,
        }))
    })
}

fn bit_get(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let (Some(value), Some(at)) = (values[0].as_i64(), values[1].as_i64()) else { return Ok(Value::Null) };
        let width = match values[0] {
            Value::Byte(_) => 8,
            Value::Short(_) => 16,
            Value::Integer(_) => 32,
            _ => 64,
        };
        if !(0..width).contains(&at) {
            let text = format!("expects an integer value in [0, {width}), but got {at}.");
            return Err(error::invalid_parameter("BIT_POSITION_RANGE", "pos", arguments.name, &text));
        }
        Ok(Value::Byte((value >> at & 1) as i8))
    })
}
