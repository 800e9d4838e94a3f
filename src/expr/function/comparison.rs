//! `= <=> < <= > >=`, `IN`, `BETWEEN`, `greatest`, `least`.

use super::Arguments;
use super::Function;
use super::Mismatch;
use super::Nulls;
use super::Parameter as P;
use super::Vector;
use super::arithmetic::different;
use super::gives;
use crate::diag::Result;
use crate::expr::coercion;
use crate::expr::error;
use crate::expr::resolve::cast_in_place;
use crate::expr::scope::Settings;
use crate::expr::typed::Typed;
use crate::types::DataType;
use crate::types::Value;
use crate::types::arrow;
use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::ArrowPrimitiveType;
use arrow_array::BooleanArray;
use arrow_array::cast::AsArray;
use arrow_array::types;
use arrow_buffer::BooleanBuffer;
use std::cmp::Ordering;
use std::sync::Arc;

const ANY: &[P] = &[P::Any];

/// The group.
pub const FUNCTIONS: &[Function] = &[
    Function::new("=", (2, 2), ANY, gives::boolean, compare).check(comparable),
    Function::new("==", (2, 2), ANY, gives::boolean, compare).check(comparable),
    Function::new("<=>", (2, 2), ANY, gives::boolean, null_safe).check(comparable).nulls(Nulls::Never),
    Function::new("equal_null", (2, 2), ANY, gives::boolean, null_safe).check(comparable).nulls(Nulls::Never),
    Function::new("<", (2, 2), ANY, gives::boolean, compare).check(comparable),
    Function::new("<=", (2, 2), ANY, gives::boolean, compare).check(comparable),
    Function::new(">", (2, 2), ANY, gives::boolean, compare).check(comparable),
    Function::new(">=", (2, 2), ANY, gives::boolean, compare).check(comparable),
    Function::new("between", (3, 3), ANY, gives::boolean, between).check(all_alike),
    Function::new("in", (1, usize::MAX), ANY, gives::boolean, is_in).check(all_alike),
    Function::new("greatest", (2, usize::MAX), ANY, gives::common, extreme).check(extremes_alike).nulls(Nulls::All),
    Function::new("least", (2, usize::MAX), ANY, gives::common, extreme).check(extremes_alike).nulls(Nulls::All),
];

/// Casts both sides to the type in which they compare.
fn comparable(arguments: &mut Vec<Typed>, settings: &Settings) -> std::result::Result<(), Mismatch> {
    let (a, b) = (&arguments[0].data_type, &arguments[1].data_type);
    let Some(common) = coercion::wider(a, b) else { return Err(different(a, b)) };
    if matches!(common, DataType::Map(..)) {
        return Err(Mismatch::Type(
            "INVALID_ORDERING_TYPE",
            format!("The `=` does not support ordering on type {}.", error::quoted(&common)),
        ));
    }
    cast_in_place(&mut arguments[0], &common, settings);
    cast_in_place(&mut arguments[1], &common, settings);
    Ok(())
}

fn all_alike(arguments: &mut Vec<Typed>, settings: &Settings) -> std::result::Result<(), Mismatch> {
    alike(arguments, settings, "in")
}

fn extremes_alike(arguments: &mut Vec<Typed>, settings: &Settings) -> std::result::Result<(), Mismatch> {
    alike(arguments, settings, "greatest")
}

fn alike(arguments: &mut [Typed], settings: &Settings, name: &str) -> std::result::Result<(), Mismatch> {
    let Some(common) = coercion::widest(arguments.iter().map(|argument| &argument.data_type)) else {
        let said: Vec<String> = arguments.iter().map(|argument| error::quoted(&argument.data_type)).collect();
        return Err(Mismatch::Type(
            "DATA_DIFF_TYPES",
            format!("Input to `{name}` should all be the same type, but it's [{}].", said.join(", ")),
        ));
    };
    for argument in arguments {
        cast_in_place(argument, &common, settings);
    }
    Ok(())
}

/// Whether an ordering satisfies an operator.
fn holds(operator: &str, ordering: Ordering) -> bool {
    match operator {
        "<" => ordering.is_lt(),
        "<=" => ordering.is_le(),
        ">" => ordering.is_gt(),
        ">=" => ordering.is_ge(),
        _ => ordering.is_eq(),
    }
}

fn compare(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let values = compared(arguments, &arguments.vectors[0], &arguments.vectors[1], arguments.name);
    Ok(Arc::new(BooleanArray::new(values, arguments.nulls())))
}

/// Row by row; rows with a null hold anything.
fn compared(arguments: &Arguments<'_>, a: &Vector, b: &Vector, operator: &str) -> BooleanBuffer {
    let rows = arguments.rows;
    macro_rules! primitive {
        ($arrow:ident) => {
            primitives::<types::$arrow>(a, b, rows, operator, |x, y| x.cmp(&y))
        };
    }
    match arguments.type_of(0) {
        DataType::Byte => primitive!(Int8Type),
        DataType::Short => primitive!(Int16Type),
        DataType::Integer => primitive!(Int32Type),
        DataType::Long => primitive!(Int64Type),
        DataType::Date => primitive!(Date32Type),
        DataType::Timestamp | DataType::TimestampNtz => primitive!(TimestampMicrosecondType),
        DataType::DayTimeInterval(..) => primitive!(DurationMicrosecondType),
        DataType::YearMonthInterval(..) => primitive!(IntervalYearMonthType),
        DataType::Decimal(..) => primitive!(Decimal128Type),
        // Spark holds NaN equal to itself and greater than all, and the zeros equal.
        DataType::Double => primitives::<types::Float64Type>(a, b, rows, operator, |x, y| Value::Double(x).compare(&Value::Double(y))),
        DataType::Float => primitives::<types::Float32Type>(a, b, rows, operator, |x, y| Value::Float(x).compare(&Value::Float(y))),
        DataType::String => {
            let (x, y) = (a.array.as_string::<i32>(), b.array.as_string::<i32>());
            BooleanBuffer::collect_bool(rows, |row| holds(operator, x.value(a.at(row)).as_bytes().cmp(y.value(b.at(row)).as_bytes())))
        }
        data_type => {
            let get = |vector: &Vector, row: usize| arrow::value_at(&vector.array, vector.at(row), data_type);
            BooleanBuffer::collect_bool(rows, |row| holds(operator, get(a, row).compare(&get(b, row))))
        }
    }
}

fn primitives<T: ArrowPrimitiveType>(
    a: &Vector,
    b: &Vector,
    rows: usize,
    operator: &str,
    order: impl Fn(T::Native, T::Native) -> Ordering,
) -> BooleanBuffer {
    let (x, y) = (a.array.as_primitive::<T>().values(), b.array.as_primitive::<T>().values());
    let run = |test: fn(Ordering) -> bool| match (a.scalar, b.scalar) {
        (false, false) => BooleanBuffer::collect_bool(rows, |row| test(order(x[row], y[row]))),
        (false, true) => BooleanBuffer::collect_bool(rows, |row| test(order(x[row], y[0]))),
        _ => BooleanBuffer::collect_bool(rows, |row| test(order(x[a.at(row)], y[b.at(row)]))),
    };
    match operator {
        "<" => run(Ordering::is_lt),
        "<=" => run(Ordering::is_le),
        ">" => run(Ordering::is_gt),
        ">=" => run(Ordering::is_ge),
        _ => run(Ordering::is_eq),
    }
}

fn null_safe(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (a, b) = (&arguments.vectors[0], &arguments.vectors[1]);
    let equal = compared(arguments, a, b, "=");
    let (x, y) = (a.array.logical_nulls(), b.array.logical_nulls());
    arguments.make_booleans(|row| {
        let null = |nulls: &Option<arrow_buffer::NullBuffer>, at: usize| nulls.as_ref().is_some_and(|nulls| nulls.is_null(at));
        Ok(Some(match (null(&x, a.at(row)), null(&y, b.at(row))) {
            (false, false) => equal.value(row),
            (left, right) => left && right,
        }))
    })
}

fn between(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let [value, low, high] = &arguments.vectors[..] else { unreachable!("between takes three") };
    let (above, below) = (compared(arguments, value, low, ">="), compared(arguments, value, high, "<="));
    arguments.make_booleans(|row| {
        let side = |held: bool, bound: &Vector| if value.is_null(row) || bound.is_null(row) { None } else { Some(held) };
        Ok(match (side(above.value(row), low), side(below.value(row), high)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        })
    })
}

fn is_in(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let value = &arguments.vectors[0];
    let equal: Vec<BooleanBuffer> = arguments.vectors[1..].iter().map(|item| compared(arguments, value, item, "=")).collect();
    arguments.make_booleans(|row| {
        if value.is_null(row) {
            return Ok(None);
        }
        let mut unknown = false;
        for (item, equal) in arguments.vectors[1..].iter().zip(&equal) {
            if item.is_null(row) {
                unknown = true;
            } else if equal.value(row) {
                return Ok(Some(true));
            }
        }
        Ok(if unknown { None } else { Some(false) })
    })
}

/// Nulls are skipped.
fn extreme(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let wanted = if arguments.name == "greatest" { Ordering::Greater } else { Ordering::Less };
    arguments.by_any_value(|values| {
        let known = values.iter().filter(|value| !value.is_null());
        Ok(known.reduce(|best, value| if value.compare(best) == wanted { value } else { best }).cloned().unwrap_or(Value::Null))
    })
}
