//! `AND`, `OR`, `NOT`, tests of null, `coalesce`; time arithmetic of windows.

use super::Arguments;
use super::Function;
use super::Mismatch;
use super::Nulls;
use super::Parameter as P;
use super::gives;
use crate::diag::Result;
use crate::expr::error;
use crate::expr::scope::Settings;
use crate::expr::typed::Typed;
use crate::types::DataType;
use crate::types::Value;
use crate::types::time::MICROS_PER_DAY;
use arrow_array::ArrayRef;
use arrow_array::BooleanArray;
use arrow_array::StructArray;
use arrow_array::types::TimestampMicrosecondType;
use std::sync::Arc;

/// The group.
pub const FUNCTIONS: &[Function] = &[
    Function::new("and", (2, 2), &[P::Boolean], gives::boolean, lazy).check(booleans),
    Function::new("or", (2, 2), &[P::Boolean], gives::boolean, lazy).check(booleans),
    Function::new("not", (1, 1), &[P::Boolean], gives::boolean, not),
    Function::new("!", (1, 1), &[P::Boolean], gives::boolean, not),
    Function::new("isnull", (1, 1), &[P::Any], gives::boolean, is_null).nulls(Nulls::Never),
    Function::new("isnotnull", (1, 1), &[P::Any], gives::boolean, is_not_null).nulls(Nulls::Never),
    Function::new("isnan", (1, 1), &[P::Double], gives::boolean, is_nan).nulls(Nulls::Never),
    Function::new("coalesce", (1, usize::MAX), &[P::Same], gives::common, lazy).nulls(Nulls::All),
    Function::new("nanvl", (2, 2), &[P::Double], gives::double, nanvl),
    Function::new("$struct", (0, usize::MAX), &[P::Any], gives::null, structure).nulls(Nulls::Never),
    Function::new("$before_end", (1, 1), &[P::Any], gives::first, before_end),
    Function::new("$time_add", (2, 2), &[P::Any], gives::first, time_add),
];

/// Both sides must be boolean.
fn booleans(arguments: &mut Vec<Typed>, _: &Settings) -> std::result::Result<(), Mismatch> {
    let (a, b) = (&arguments[0].data_type, &arguments[1].data_type);
    match crate::expr::coercion::wider(a, b) {
        None => Err(super::arithmetic::different(a, b)),
        Some(DataType::Boolean | DataType::Null) => Ok(()),
        Some(other) => Err(Mismatch::Type(
            "BINARY_OP_WRONG_TYPE",
            format!("the binary operator requires the input type \"BOOLEAN\", not {}.", error::quoted(&other)),
        )),
    }
}

fn lazy(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    unreachable!("{} is evaluated lazily", arguments.name)
}

fn not(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let values = arguments.booleans(0);
    arguments.make_booleans(|row| Ok(values.get(row).map(|value| !value)))
}

fn is_null(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let nulls = arguments.vectors[0].array.logical_nulls();
    Ok(Arc::new((0..arguments.rows).map(|row| Some(nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)))).collect::<BooleanArray>()))
}

fn is_not_null(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let nulls = arguments.vectors[0].array.logical_nulls();
    Ok(Arc::new((0..arguments.rows).map(|row| Some(nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)))).collect::<BooleanArray>()))
}

fn is_nan(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let values = arguments.primitive::<arrow_array::types::Float64Type>(0);
    arguments.make_booleans(|row| Ok(Some(values.get(row).is_some_and(f64::is_nan))))
}

fn nanvl(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    type F64 = arrow_array::types::Float64Type;
    let (values, others) = (arguments.primitive::<F64>(0), arguments.primitive::<F64>(1));
    arguments.make::<F64>(|row| Ok(values.get(row).and_then(|value| if value.is_nan() { others.get(row) } else { Some(value) })))
}

fn structure(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let arrow_schema::DataType::Struct(fields) = crate::types::arrow::arrow_type(arguments.data_type) else {
        unreachable!("a struct's type")
    };
    if fields.is_empty() {
        return Ok(Arc::new(StructArray::new_empty_fields(arguments.rows, None)));
    }
    let columns = arguments
        .vectors
        .iter()
        .zip(&fields)
        .map(|(vector, field)| crate::expr::cast::retyped(&vector.expand(arguments.rows), field.data_type()))
        .collect();
    Ok(Arc::new(StructArray::new(fields, columns, None)))
}

/// One microsecond before: the event time of a window.
fn before_end(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let values = arguments.primitive::<TimestampMicrosecondType>(0);
    arguments.make::<TimestampMicrosecondType>(|row| Ok(values.get(row).map(|micros| micros - 1)))
}

/// A timestamp and an interval: months and days on the wall clock of the session time zone, the rest on the clock of the world.
fn time_add(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let zone = arguments.input.zone;
    arguments.by_value(|values| {
        let overflow = || error::overflow("long overflow", "try_add");
        let (months, days, micros) = match &values[1] {
            Value::DayTimeInterval(micros) => (0, 0, *micros),
            Value::YearMonthInterval(months) => (*months, 0, 0),
            Value::CalendarInterval(months, days, micros) => (*months, *days, *micros),
            other => unreachable!("an interval, not {other:?}"),
        };
        let add = |local: i64| {
            let day = add_months(local.div_euclid(MICROS_PER_DAY), months) + i64::from(days);
            day.checked_mul(MICROS_PER_DAY).and_then(|start| start.checked_add(local.rem_euclid(MICROS_PER_DAY)))
        };
        match &values[0] {
            Value::Timestamp(at) if months == 0 && days == 0 => Ok(Value::Timestamp(at.checked_add(micros).ok_or_else(overflow)?)),
            Value::Timestamp(at) => {
                let local = add(zone.to_local(*at)).ok_or_else(overflow)?;
                Ok(Value::Timestamp(zone.to_utc(local).checked_add(micros).ok_or_else(overflow)?))
            }
            Value::TimestampNtz(at) => Ok(Value::TimestampNtz(add(*at).and_then(|at| at.checked_add(micros)).ok_or_else(overflow)?)),
            other => unreachable!("a timestamp, not {other:?}"),
        }
    })
}

/// The same day of another month, or its last day.
pub fn add_months(days: i64, months: i32) -> i64 {
    let (year, month, day) = crate::types::civil_of_days(days);
    let total = year * 12 + i64::from(month) - 1 + i64::from(months);
    let (year, month) = (total.div_euclid(12), total.rem_euclid(12) as u32 + 1);
    crate::types::days_of_civil(year, month, day.min(crate::types::days_in_month(year, month)))
}
