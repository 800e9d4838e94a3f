//! `+ - * / % div pmod`, signs, and their `try_` forms: integers, floating point, decimals.

use super::Arguments;
use super::Function;
use super::Mismatch;
use super::Nulls;
use super::Parameter as P;
use super::Vector;
use super::gives;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::aggregate::rounded_quotient;
use crate::expr::coercion;
use crate::expr::error;
use crate::expr::resolve::cast_in_place;
use crate::expr::scope::Settings;
use crate::expr::typed::Typed;
use crate::types::DataType;
use crate::types::Value;
use crate::types::arrow;
use crate::types::number;
use arrow_array::ArrayRef;
use arrow_array::ArrowNativeTypeOp;
use arrow_array::ArrowPrimitiveType;
use arrow_array::PrimitiveArray;
use arrow_array::cast::AsArray;
use arrow_array::types;
use arrow_buffer::NullBuffer;
use arrow_buffer::i256;
use std::sync::Arc;

const ANY: &[P] = &[P::Any];

/// The group.
pub const FUNCTIONS: &[Function] = &[
    Function::new("+", (2, 2), ANY, sum_type, add).check(operands),
    Function::new("-", (2, 2), ANY, sum_type, subtract).check(operands),
    Function::new("*", (2, 2), ANY, product_type, multiply).check(operands),
    Function::new("/", (2, 2), ANY, quotient_type, divide).check(fractions).nulls(Nulls::Always),
    Function::new("%", (2, 2), ANY, remainder_type, remainder).check(operands).nulls(Nulls::Always),
    Function::new("pmod", (2, 2), ANY, remainder_type, remainder).check(operands).nulls(Nulls::Always),
    Function::new("div", (2, 2), ANY, gives::long, whole_quotient).check(wholes).nulls(Nulls::Always),
    Function::new("try_add", (2, 2), ANY, sum_type, add).check(operands).nulls(Nulls::Always),
    Function::new("try_subtract", (2, 2), ANY, sum_type, subtract).check(operands).nulls(Nulls::Always),
    Function::new("try_multiply", (2, 2), ANY, product_type, multiply).check(operands).nulls(Nulls::Always),
    Function::new("try_divide", (2, 2), ANY, quotient_type, divide).check(fractions).nulls(Nulls::Always),
    Function::new("try_mod", (2, 2), ANY, remainder_type, remainder).check(operands).nulls(Nulls::Always),
    Function::new("negative", (1, 1), &[P::Numeric], gives::first, negative),
    Function::new("positive", (1, 1), &[P::Numeric], gives::first, positive),
    Function::new("abs", (1, 1), &[P::Numeric], gives::first, absolute),
];

/// Casts two operands to the type in which the operator works.
fn operands(arguments: &mut Vec<Typed>, settings: &Settings) -> std::result::Result<(), Mismatch> {
    let (a, b) = (&arguments[0].data_type, &arguments[1].data_type);
    let common = if *a == DataType::Null && *b == DataType::Null { Some(DataType::Double) } else { coercion::wider(a, b) };
    match common {
        Some(DataType::Decimal(..)) => as_decimals(arguments, settings),
        Some(common) if common.is_numeric() => {
            cast_in_place(&mut arguments[0], &common, settings);
            cast_in_place(&mut arguments[1], &common, settings);
        }
        Some(common) => {
            let required = "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")";
            let text = format!("the binary operator requires the input type {required}, not {}.", error::quoted(&common));
            return Err(Mismatch::Type("BINARY_OP_WRONG_TYPE", text));
        }
        None => return Err(different(a, b)),
    }
    Ok(())
}

/// `BINARY_OP_DIFF_TYPES`.
pub fn different(a: &DataType, b: &DataType) -> Mismatch {
    let text = format!(
        "the left and right operands of the binary operator have incompatible types ({} and {}).",
        error::quoted(a),
        error::quoted(b)
    );
    Mismatch::Type("BINARY_OP_DIFF_TYPES", text)
}

/// Each operand keeps its own digits; the result's type follows from both.
fn as_decimals(arguments: &mut [Typed], settings: &Settings) {
    for argument in arguments {
        if let Some((precision, scale)) = coercion::operand_decimal(argument) {
            cast_in_place(argument, &DataType::Decimal(precision, scale), settings);
        } else {
            cast_in_place(argument, &DataType::Decimal(38, 18), settings);
        }
    }
}

/// `/` works on doubles and decimals only.
fn fractions(arguments: &mut Vec<Typed>, settings: &Settings) -> std::result::Result<(), Mismatch> {
    operands(arguments, settings)?;
    if arguments[0].data_type.is_integral() || arguments[0].data_type == DataType::Float {
        cast_in_place(&mut arguments[0], &DataType::Double, settings);
        cast_in_place(&mut arguments[1], &DataType::Double, settings);
    }
    Ok(())
}

/// `div` works on bigints and decimals only.
fn wholes(arguments: &mut Vec<Typed>, settings: &Settings) -> std::result::Result<(), Mismatch> {
    operands(arguments, settings)?;
    if arguments[0].data_type.is_integral() {
        cast_in_place(&mut arguments[0], &DataType::Long, settings);
        cast_in_place(&mut arguments[1], &DataType::Long, settings);
    }
    if matches!(arguments[0].data_type, DataType::Double | DataType::Float) {
        let text = format!("the binary operator requires the input type \"INTEGRAL\", not {}.", error::quoted(&arguments[0].data_type));
        return Err(Mismatch::Type("BINARY_OP_WRONG_TYPE", text));
    }
    Ok(())
}

fn decimals(arguments: &[Typed]) -> Option<(i32, i32, i32, i32)> {
    match (&arguments[0].data_type, &arguments[1].data_type) {
        (DataType::Decimal(p1, s1), DataType::Decimal(p2, s2)) => Some((i32::from(*p1), i32::from(*s1), i32::from(*p2), i32::from(*s2))),
        _ => None,
    }
}

fn sum_type(arguments: &[Typed]) -> DataType {
    let Some((p1, s1, p2, s2)) = decimals(arguments) else { return gives::first(arguments) };
    let scale = s1.max(s2);
    coercion::adjusted((p1 - s1).max(p2 - s2) + scale + 1, scale)
}

fn product_type(arguments: &[Typed]) -> DataType {
    let Some((p1, s1, p2, s2)) = decimals(arguments) else { return gives::first(arguments) };
    coercion::adjusted(p1 + p2 + 1, s1 + s2)
}

fn quotient_type(arguments: &[Typed]) -> DataType {
    let Some((p1, s1, p2, s2)) = decimals(arguments) else { return gives::first(arguments) };
    let scale = (s1 + p2 + 1).max(6);
    coercion::adjusted(p1 - s1 + s2 + scale, scale)
}

fn remainder_type(arguments: &[Typed]) -> DataType {
    let Some((p1, s1, p2, s2)) = decimals(arguments) else { return gives::first(arguments) };
    let scale = s1.max(s2);
    coercion::adjusted((p1 - s1).min(p2 - s2) + scale, scale)
}

/// What an operator does with each kind of number. `None` marks an overflow; division by zero is looked for beforehand.
struct Operator {
    symbol: &'static str,
    alternative: &'static str,
    exact: fn(&Arguments<'_>) -> Result<ArrayRef>,
    double: fn(f64, f64) -> f64,
    float: fn(f32, f32) -> f32,
}

fn add(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    numeric(arguments, &Operator { symbol: "+", alternative: "try_add", exact: exact_sum, double: |a, b| a + b, float: |a, b| a + b })
}

fn subtract(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    numeric(
        arguments,
        &Operator { symbol: "-", alternative: "try_subtract", exact: exact_difference, double: |a, b| a - b, float: |a, b| a - b },
    )
}

fn multiply(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    numeric(
        arguments,
        &Operator { symbol: "*", alternative: "try_multiply", exact: exact_product, double: |a, b| a * b, float: |a, b| a * b },
    )
}

fn numeric(arguments: &Arguments<'_>, operator: &Operator) -> Result<ArrayRef> {
    match arguments.type_of(0) {
        DataType::Byte => integers::<types::Int8Type>(arguments, operator),
        DataType::Short => integers::<types::Int16Type>(arguments, operator),
        DataType::Integer => integers::<types::Int32Type>(arguments, operator),
        DataType::Long => integers::<types::Int64Type>(arguments, operator),
        DataType::Float => Ok(each::<types::Float32Type>(arguments, operator.float)),
        DataType::Double => Ok(each::<types::Float64Type>(arguments, operator.double)),
        _ => (operator.exact)(arguments),
    }
}

/// Over all rows, one tight loop for each pair of column and scalar.
fn each<T: ArrowPrimitiveType>(arguments: &Arguments<'_>, op: impl Fn(T::Native, T::Native) -> T::Native) -> ArrayRef {
    let values = zip_values::<T, T::Native>(&arguments.vectors[0], &arguments.vectors[1], arguments.rows, op);
    Arc::new(PrimitiveArray::<T>::new(values.into(), arguments.nulls()).with_data_type(arrow::arrow_type(arguments.data_type)))
}

fn zip_values<T: ArrowPrimitiveType, R>(a: &Vector, b: &Vector, rows: usize, op: impl Fn(T::Native, T::Native) -> R) -> Vec<R> {
    let (x, y) = (a.array.as_primitive::<T>().values(), b.array.as_primitive::<T>().values());
    match (a.scalar, b.scalar) {
        (false, false) => x.iter().zip(y).map(|(x, y)| op(*x, *y)).collect(),
        (false, true) => x.iter().map(|x| op(*x, y[0])).collect(),
        (true, false) => y.iter().map(|y| op(x[0], *y)).collect(),
        (true, true) => (0..rows).map(|_| op(x[0], y[0])).collect(),
    }
}

fn integers<T: ArrowPrimitiveType>(arguments: &Arguments<'_>, operator: &Operator) -> Result<ArrayRef>
where
    T::Native: std::fmt::Display,
{
    type Native<T> = <T as ArrowPrimitiveType>::Native;
    type Pair<T, R> = fn(Native<T>, Native<T>) -> R;
    let (wrapping, checked): (Pair<T, Native<T>>, Pair<T, bool>) = match operator.symbol {
        "+" => (ArrowNativeTypeOp::add_wrapping, |a, b| a.add_checked(b).is_ok()),
        "-" => (ArrowNativeTypeOp::sub_wrapping, |a, b| a.sub_checked(b).is_ok()),
        _ => (ArrowNativeTypeOp::mul_wrapping, |a, b| a.mul_checked(b).is_ok()),
    };
    let (a, b) = (&arguments.vectors[0], &arguments.vectors[1]);
    let values = zip_values::<T, Native<T>>(a, b, arguments.rows, wrapping);
    let mut nulls = arguments.nulls();
    let lenient = arguments.name.starts_with("try_");
    if arguments.ansi || lenient {
        let fine = zip_values::<T, bool>(a, b, arguments.rows, checked);
        let overflown = |row: usize| !fine[row] && nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
        if let Some(row) = (0..fine.len()).find(|row| overflown(*row)) {
            if !lenient {
                let at = |vector: &Vector| vector.array.as_primitive::<T>().value(vector.at(row));
                return Err(integer_overflow(arguments.data_type, at(a), operator, at(b)));
            }
            let mask: NullBuffer = fine.into_iter().collect();
            nulls = NullBuffer::union(nulls.as_ref(), Some(&mask));
        }
    }
    Ok(Arc::new(PrimitiveArray::<T>::new(values.into(), nulls)))
}

fn integer_overflow(data_type: &DataType, a: impl std::fmt::Display, operator: &Operator, b: impl std::fmt::Display) -> Box<Diagnostic> {
    match data_type {
        DataType::Byte => error::binary_overflow(&format!("{a}Y"), operator.symbol, &format!("{b}Y"), operator.alternative),
        DataType::Short => error::binary_overflow(&format!("{a}S"), operator.symbol, &format!("{b}S"), operator.alternative),
        DataType::Integer => error::overflow("integer overflow", operator.alternative),
        _ => error::overflow("long overflow", operator.alternative),
    }
}

/// A decimal result from each row's unscaled operands, exact before the one rounding to the result's scale.
fn exact(arguments: &Arguments<'_>, op: impl Fn(i128, u8, i128, u8) -> Option<i128>) -> Result<ArrayRef> {
    let (DataType::Decimal(_, s1), DataType::Decimal(_, s2)) = (arguments.type_of(0), arguments.type_of(1)) else {
        unreachable!("operands of decimal arithmetic are decimals")
    };
    let DataType::Decimal(precision, scale) = *arguments.data_type else { unreachable!("decimal arithmetic gives decimals") };
    let lenient = !arguments.ansi || arguments.name.starts_with("try_");
    let (a, b) = (arguments.primitive::<types::Decimal128Type>(0), arguments.primitive::<types::Decimal128Type>(1));
    arguments.make::<types::Decimal128Type>(|row| {
        let (Some(x), Some(y)) = (a.get(row), b.get(row)) else { return Ok(None) };
        match op(x, *s1, y, *s2).filter(|found| number::fits_decimal(*found, precision)) {
            Some(found) => Ok(Some(found)),
            None if lenient => Ok(None),
            None => Err(error::decimal_out_of_range("The result", precision, scale)),
        }
    })
}

/// From an exact wide result at one scale to a decimal at another, rounded half away from zero.
fn round_wide(value: i256, from: i32, to: i32) -> Option<i128> {
    let ten = i256::from_i128(10);
    if to >= from {
        return value.checked_mul(ten.checked_pow((to - from) as u32)?)?.to_i128();
    }
    let divisor = ten.checked_pow((from - to) as u32)?;
    let quotient = value.checked_div(divisor)?;
    let rest = value.checked_rem(divisor)?;
    let twice = rest.checked_abs()?.checked_mul(i256::from_i128(2))?;
    let away = i256::from_i128(if twice < divisor {
        0
    } else if value.is_negative() {
        -1
    } else {
        1
    });
    quotient.checked_add(away)?.to_i128()
}

fn result_scale(arguments: &Arguments<'_>) -> i32 {
    match arguments.data_type {
        DataType::Decimal(_, scale) => i32::from(*scale),
        _ => 0,
    }
}

fn aligned(value: i128, from: u8, to: i32) -> Option<i256> {
    i256::from_i128(value).checked_mul(i256::from_i128(10).checked_pow((to - i32::from(from)).max(0) as u32)?)
}

fn exact_sum(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let scale = result_scale(arguments);
    exact(arguments, |a, s1, b, s2| {
        let common = i32::from(s1.max(s2));
        round_wide(aligned(a, s1, common)?.checked_add(aligned(b, s2, common)?)?, common, scale)
    })
}

fn exact_difference(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let scale = result_scale(arguments);
    exact(arguments, |a, s1, b, s2| {
        let common = i32::from(s1.max(s2));
        round_wide(aligned(a, s1, common)?.checked_sub(aligned(b, s2, common)?)?, common, scale)
    })
}

fn exact_product(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let scale = result_scale(arguments);
    exact(arguments, |a, s1, b, s2| round_wide(i256::from_i128(a).checked_mul(i256::from_i128(b))?, i32::from(s1) + i32::from(s2), scale))
}

/// Fails on the first zero divisor beside a dividend that is not null, or marks them.
fn zero_divisors(arguments: &Arguments<'_>, is_zero: impl Fn(usize) -> bool, raise: fn() -> Box<Diagnostic>) -> Result<Option<NullBuffer>> {
    let nulls = arguments.nulls();
    let bad = |row: usize| is_zero(row) && nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
    if !(0..arguments.rows).any(bad) {
        return Ok(nulls);
    }
    if arguments.ansi && !arguments.name.starts_with("try_") {
        return Err(raise());
    }
    let mask: NullBuffer = (0..arguments.rows).map(|row| !is_zero(row)).collect();
    Ok(NullBuffer::union(nulls.as_ref(), Some(&mask)))
}

fn divide(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (a, b) = (&arguments.vectors[0], &arguments.vectors[1]);
    if *arguments.type_of(0) == DataType::Double {
        let divisors = b.array.as_primitive::<types::Float64Type>().values();
        let nulls = zero_divisors(arguments, |row| divisors[b.at(row)] == 0.0, error::divide_by_zero)?;
        let values = zip_values::<types::Float64Type, f64>(a, b, arguments.rows, |x, y| x / y);
        return Ok(Arc::new(PrimitiveArray::<types::Float64Type>::new(values.into(), nulls)));
    }
    let divisors = b.array.as_primitive::<types::Decimal128Type>().values();
    let nulls = zero_divisors(arguments, |row| divisors[b.at(row)] == 0, error::divide_by_zero)?;
    let scale = result_scale(arguments);
    let found =
        exact(
            arguments,
            |x, s1, y, s2| {
                if y == 0 { Some(0) } else { rounded_quotient(x, (scale - i32::from(s1) + i32::from(s2)).max(0) as u32, y) }
            },
        )?;
    Ok(with_nulls(found, nulls))
}

fn with_nulls(array: ArrayRef, nulls: Option<NullBuffer>) -> ArrayRef {
    let nulls = NullBuffer::union(nulls.as_ref(), array.nulls());
    match array.to_data().into_builder().nulls(nulls).build() {
        Ok(data) => arrow_array::make_array(data),
        Err(error) => unreachable!("a mask of the same length fits: {error}"),
    }
}

fn whole_quotient(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (a, b) = (&arguments.vectors[0], &arguments.vectors[1]);
    if *arguments.type_of(0) == DataType::Long {
        let divisors = b.array.as_primitive::<types::Int64Type>().values();
        let nulls = zero_divisors(arguments, |row| divisors[b.at(row)] == 0, error::divide_by_zero)?;
        let overflow = zip_values::<types::Int64Type, bool>(a, b, arguments.rows, |x, y| x == i64::MIN && y == -1);
        if arguments.ansi && (0..arguments.rows).any(|row| overflow[row] && nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row))) {
            return Err(error::overflow("Overflow in integral divide", "try_divide"));
        }
        let values = zip_values::<types::Int64Type, i64>(a, b, arguments.rows, |x, y| if y == 0 { 0 } else { x.wrapping_div(y) });
        return Ok(Arc::new(PrimitiveArray::<types::Int64Type>::new(values.into(), nulls)));
    }
    let divisors = b.array.as_primitive::<types::Decimal128Type>().values();
    let nulls = zero_divisors(arguments, |row| divisors[b.at(row)] == 0, error::divide_by_zero)?;
    let (DataType::Decimal(_, s1), DataType::Decimal(_, s2)) = (arguments.type_of(0), arguments.type_of(1)) else {
        unreachable!("operands of decimal arithmetic are decimals")
    };
    let common = i32::from(*s1.max(s2));
    let (x, y) = (arguments.primitive::<types::Decimal128Type>(0), arguments.primitive::<types::Decimal128Type>(1));
    let found = arguments.make::<types::Int64Type>(|row| {
        let (Some(x), Some(y)) = (x.get(row), y.get(row)) else { return Ok(None) };
        let quotient = aligned(x, *s1, common).zip(aligned(y, *s2, common)).and_then(|(x, y)| x.checked_div(y)).and_then(i256::to_i128);
        Ok(quotient.map(|quotient| quotient as i64))
    })?;
    Ok(with_nulls(found, nulls))
}

/// `%` keeps the sign of the dividend, `pmod` is never negative for a positive divisor.
fn remainder(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let positive = arguments.name == "pmod";
    macro_rules! whole {
        ($arrow:ident) => {{
            let (a, b) = (&arguments.vectors[0], &arguments.vectors[1]);
            let divisors = b.array.as_primitive::<types::$arrow>().values();
            let nulls = zero_divisors(arguments, |row| divisors[b.at(row)] == 0, error::remainder_by_zero)?;
            let values = zip_values::<types::$arrow, _>(a, b, arguments.rows, |x, y| {
                if y == 0 {
                    return 0;
                }
                let rest = x.wrapping_rem(y);
                if positive && rest < 0 { rest.wrapping_add(y).wrapping_rem(y) } else { rest }
            });
            Ok(Arc::new(PrimitiveArray::<types::$arrow>::new(values.into(), nulls)))
        }};
    }
    macro_rules! fractional {
        ($arrow:ident) => {{
            let (a, b) = (&arguments.vectors[0], &arguments.vectors[1]);
            let divisors = b.array.as_primitive::<types::$arrow>().values();
            let nulls = zero_divisors(arguments, |row| divisors[b.at(row)] == 0.0, error::remainder_by_zero)?;
            let values = zip_values::<types::$arrow, _>(a, b, arguments.rows, |x, y| {
                let rest = x % y;
                if positive && rest < 0.0 { (rest + y) % y } else { rest }
            });
            Ok(Arc::new(PrimitiveArray::<types::$arrow>::new(values.into(), nulls)))
        }};
    }
    match arguments.type_of(0) {
        DataType::Byte => whole!(Int8Type),
        DataType::Short => whole!(Int16Type),
        DataType::Integer => whole!(Int32Type),
        DataType::Long => whole!(Int64Type),
        DataType::Float => fractional!(Float32Type),
        DataType::Double => fractional!(Float64Type),
        _ => {
            let b = &arguments.vectors[1];
            let divisors = b.array.as_primitive::<types::Decimal128Type>().values();
            let nulls = zero_divisors(arguments, |row| divisors[b.at(row)] == 0, error::remainder_by_zero)?;
            let scale = result_scale(arguments);
            let found = exact(arguments, |x, s1, y, s2| {
                if y == 0 {
                    return Some(0);
                }
                let common = i32::from(s1.max(s2));
                let (x, y) = (aligned(x, s1, common)?, aligned(y, s2, common)?);
                let mut rest = x.checked_rem(y)?;
                if positive && rest.is_negative() {
                    rest = rest.checked_add(y)?.checked_rem(y)?;
                }
                round_wide(rest, common, scale)
            })?;
            Ok(with_nulls(found, nulls))
        }
    }
}

fn positive(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    Ok(arguments.vectors[0].expand(arguments.rows))
}

fn negative(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    signed(arguments, false)
}

fn absolute(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    signed(arguments, true)
}

fn signed(arguments: &Arguments<'_>, absolute: bool) -> Result<ArrayRef> {
    let ansi = arguments.ansi;
    macro_rules! whole {
        ($arrow:ident, $name:expr) => {{
            let values = arguments.primitive::<types::$arrow>(0);
            arguments.make::<types::$arrow>(|row| {
                let Some(value) = values.get(row) else { return Ok(None) };
                if absolute && value >= 0 {
                    return Ok(Some(value));
                }
                match value.checked_neg() {
                    None if ansi => Err(error::overflow($name, "")),
                    _ => Ok(Some(value.wrapping_neg())),
                }
            })
        }};
    }
    match arguments.type_of(0) {
        DataType::Byte => whole!(Int8Type, "byte overflow"),
        DataType::Short => whole!(Int16Type, "short overflow"),
        DataType::Integer => whole!(Int32Type, "integer overflow"),
        DataType::Long => whole!(Int64Type, "long overflow"),
        _ => arguments.by_value(|values| {
            Ok(match &values[0] {
                Value::Float(value) => Value::Float(if absolute { value.abs() } else { -value }),
                Value::Double(value) => Value::Double(if absolute { value.abs() } else { -value }),
                Value::Decimal(value, precision, scale) => Value::Decimal(if absolute { value.abs() } else { -value }, *precision, *scale),
                other => other.clone(),
            })
        }),
    }
}
