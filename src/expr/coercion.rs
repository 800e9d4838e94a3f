//! Which types meet in which: Spark's `AnsiTypeCoercion`.

use super::typed::CastMode;
use super::typed::Typed;
use super::typed::TypedKind;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Value;

/// The type in which values of both types fit: `findWiderTypeForTwo` with promotion of strings.
#[must_use]
pub fn wider(a: &DataType, b: &DataType) -> Option<DataType> {
    use DataType as T;
    if a == b {
        return Some(a.clone());
    }
    match (a, b) {
        (T::Null, other) | (other, T::Null) => Some(other.clone()),
        _ if a.is_numeric() && b.is_numeric() => Some(wider_numeric(a, b)),
        (T::Date, T::Timestamp) | (T::Timestamp, T::Date | T::TimestampNtz) | (T::TimestampNtz, T::Timestamp) => Some(T::Timestamp),
        (T::Date, T::TimestampNtz) | (T::TimestampNtz, T::Date) => Some(T::TimestampNtz),
        (T::DayTimeInterval(a, b), T::DayTimeInterval(c, d)) => Some(T::DayTimeInterval(*a.min(c), *b.max(d))),
        (T::YearMonthInterval(a, b), T::YearMonthInterval(c, d)) => Some(T::YearMonthInterval(*a.min(c), *b.max(d))),
        (T::String, other) | (other, T::String) => wider_than_string(other),
        (T::Array(a, a_null), T::Array(b, b_null)) => Some(T::Array(Box::new(wider(a, b)?), *a_null || *b_null)),
        (T::Map(ak, av, a_null), T::Map(bk, bv, b_null)) => {
            Some(T::Map(Box::new(wider(ak, bk)?), Box::new(wider(av, bv)?), *a_null || *b_null))
        }
        (T::Struct(a), T::Struct(b)) if a.len() == b.len() => wider_struct(a, b),
        _ => None,
    }
}

fn wider_struct(a: &[Field], b: &[Field]) -> Option<DataType> {
    let fields: Option<Vec<Field>> = a
        .iter()
        .zip(b)
        .map(|(a, b)| {
            let data_type = if a.name.eq_ignore_ascii_case(&b.name) { wider(&a.data_type, &b.data_type) } else { None };
            data_type.map(|data_type| Field { name: a.name.clone(), data_type, nullable: a.nullable || b.nullable })
        })
        .collect();
    fields.map(DataType::Struct)
}

fn wider_than_string(other: &DataType) -> Option<DataType> {
    match other {
        DataType::Float | DataType::Double | DataType::Decimal(..) => Some(DataType::Double),
        integral if integral.is_integral() => Some(DataType::Long),
        DataType::Array(..) | DataType::Map(..) | DataType::Struct(_) | DataType::CalendarInterval => None,
        atomic => Some(atomic.clone()),
    }
}

fn rank(data_type: &DataType) -> u8 {
    match data_type {
        DataType::Byte => 0,
        DataType::Short => 1,
        DataType::Integer => 2,
        DataType::Long => 3,
        DataType::Float => 4,
        _ => 5,
    }
}

fn wider_numeric(a: &DataType, b: &DataType) -> DataType {
    match (as_decimal(a), as_decimal(b)) {
        (Some((p1, s1)), Some((p2, s2))) if matches!(a, DataType::Decimal(..)) || matches!(b, DataType::Decimal(..)) => {
            wider_decimal(p1, s1, p2, s2)
        }
        _ if matches!(a, DataType::Decimal(..)) || matches!(b, DataType::Decimal(..)) => DataType::Double,
        _ => {
            let (low, high) = if rank(a) <= rank(b) { (a, b) } else { (b, a) };
            // An integer and a float meet in double, so that no digit of the integer is lost.
            if *high == DataType::Float && low.is_integral() { DataType::Double } else { high.clone() }
        }
    }
}

fn wider_decimal(p1: u8, s1: u8, p2: u8, s2: u8) -> DataType {
    let scale = s1.max(s2);
    let whole = (p1 - s1).max(p2 - s2);
    bounded(i32::from(whole) + i32::from(scale), i32::from(scale))
}

/// At most 38 digits, the fraction cut last of all down to none.
fn bounded(precision: i32, scale: i32) -> DataType {
    DataType::Decimal(precision.min(38) as u8, scale.min(38) as u8)
}

/// The decimal in which all values of an integral type fit.
#[must_use]
pub fn as_decimal(data_type: &DataType) -> Option<(u8, u8)> {
    match data_type {
        DataType::Decimal(precision, scale) => Some((*precision, *scale)),
        DataType::Byte => Some((3, 0)),
        DataType::Short => Some((5, 0)),
        DataType::Integer => Some((10, 0)),
        DataType::Long => Some((20, 0)),
        _ => None,
    }
}

/// The decimal of an operand of decimal arithmetic: a literal integer needs only its own digits.
#[must_use]
pub fn operand_decimal(typed: &Typed) -> Option<(u8, u8)> {
    if let Some(Value::Byte(_) | Value::Short(_) | Value::Integer(_) | Value::Long(_)) = typed.as_literal() {
        let value = typed.as_literal().and_then(Value::as_i64).unwrap_or(0);
        return Some((value.unsigned_abs().to_string().len() as u8, 0));
    }
    as_decimal(&typed.data_type)
}

/// `DecimalType.adjustPrecisionScale`: beyond 38 digits the fraction gives way, down to six digits.
#[must_use]
pub fn adjusted(precision: i32, scale: i32) -> DataType {
    if precision <= 38 {
        return DataType::Decimal(precision as u8, scale as u8);
    }
    let whole = precision - scale;
    let scale = (38 - whole).max(scale.min(6));
    DataType::Decimal(38, scale as u8)
}

/// The common type of all, in order.
#[must_use]
pub fn widest<'a>(mut types: impl Iterator<Item = &'a DataType>) -> Option<DataType> {
    let first = types.next()?.clone();
    types.try_fold(first, |sum, next| wider(&sum, next))
}

/// The expression cast to a type, or itself where it has the type already. A null literal simply takes the type.
#[must_use]
pub fn cast(child: Typed, to: &DataType, ansi: bool) -> Typed {
    if child.data_type.same_type(to) {
        return child;
    }
    if let TypedKind::Literal(Value::Null) = child.kind {
        return Typed::literal(Value::Null, to.clone());
    }
    let nullable = child.nullable || forces_null(&child.data_type, to);
    let mode = if ansi { CastMode::Ansi } else { CastMode::Legacy };
    Typed { kind: TypedKind::Cast(Box::new(child), mode), data_type: to.clone(), nullable }
}

/// Whether a cast may turn a value into null: Spark's `Cast.forceNullable`.
#[must_use]
pub fn forces_null(from: &DataType, to: &DataType) -> bool {
    use DataType as T;
    match (from, to) {
        _ if from == to => false,
        (T::Null, _) | (T::String, T::Binary) => false,
        (T::String, _) => true,
        (_, T::String) => false,
        (T::Timestamp, T::Byte | T::Short | T::Integer) | (T::Float | T::Double, T::Timestamp) => true,
        (T::Timestamp | T::TimestampNtz, T::Date) => false,
        (_, T::Date) => true,
        (T::Date, T::Timestamp | T::TimestampNtz) => false,
        (T::Date, _) | (_, T::CalendarInterval) => true,
        (_, T::Decimal(precision, scale)) => match as_decimal(from) {
            Some((p, s)) => i32::from(*precision) - i32::from(*scale) < i32::from(p) - i32::from(s) || scale < &s,
            None => true,
        },
        (T::Float | T::Double | T::Decimal(..), to) if to.is_integral() => true,
        _ => false,
    }
}

/// Whether Spark's ANSI mode casts an argument of one type to what a function takes, unasked.
#[must_use]
pub fn casts_implicitly(from: &DataType, to: &DataType) -> bool {
    use DataType as T;
    match (from, to) {
        _ if from.same_type(to) => true,
        (T::Null, _) => true,
        (T::String, T::Array(..) | T::Map(..) | T::Struct(_) | T::Null) => false,
        (T::String, to) => to.is_atomic(),
        (from, T::String) => from.is_atomic() && *from != T::Binary,
        (from, to) if from.is_numeric() && to.is_numeric() => match to {
            T::Decimal(..) => from.is_integral() || matches!(from, T::Decimal(..)),
            T::Double => true,
            _ => rank(from) <= rank(to) && !matches!(from, T::Decimal(..)),
        },
        (T::Date, T::Timestamp | T::TimestampNtz)
        | (T::TimestampNtz, T::Timestamp)
        | (T::Timestamp | T::TimestampNtz, T::Date)
        | (T::Timestamp, T::TimestampNtz) => true,
        (T::Array(from, _), T::Array(to, _)) => casts_implicitly(from, to),
        _ => false,
    }
}
