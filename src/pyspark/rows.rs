//! Actions: what brings rows to the driver.

use super::arguments::Call;
use super::driver::Driver;
use super::errors;
use super::object::Object;
use super::row::Row;
use super::values;
use crate::diag::Result;
use crate::plan::Frame;
use crate::python::Value;
use crate::types::Schema;
use crate::types::arrow::value_at;
use crate::types::display;
use crate::types::display::ShowOptions;
use arrow_array::RecordBatch;

/// An action by its name.
pub(super) fn action(driver: &mut Driver, frame: &Frame, name: &str, call: &Call) -> Result<Value> {
    match name {
        "show" => show(driver, frame, call),
        "collect" | "toLocalIterator" => Ok(Value::list(collect(driver, frame)?)),
        "count" => {
            let (_, batch) = driver.session.collect(&mut driver.world, frame)?;
            Ok(Value::Int(i64::try_from(batch.num_rows()).unwrap_or(i64::MAX)))
        }
        "isEmpty" => Ok(Value::Bool(collect(driver, &frame.limit(1)?)?.is_empty())),
        "first" => Ok(collect(driver, &frame.limit(1)?)?.into_iter().next().unwrap_or(Value::None)),
        "head" if call.given("n").is_none() => Ok(collect(driver, &frame.limit(1)?)?.into_iter().next().unwrap_or(Value::None)),
        "head" => Ok(Value::list(collect(driver, &frame.limit(call.integer("n")?)?)?)),
        "take" => Ok(Value::list(collect(driver, &frame.limit(call.integer("num")?)?)?)),
        "tail" => {
            let mut rows = collect(driver, frame)?;
            let keep = usize::try_from(call.integer("num")?).unwrap_or(0).min(rows.len());
            Ok(Value::list(rows.split_off(rows.len() - keep)))
        }
        _ => Err(errors::unknown_to_us(&format!("DataFrame.{name}"))),
    }
}

/// All rows of a frame as `Row`s.
pub(super) fn collect(driver: &mut Driver, frame: &Frame) -> Result<Vec<Value>> {
    let (schema, batch) = driver.session.collect(&mut driver.world, frame)?;
    Ok(rows_of(&schema, &batch))
}

/// The rows of a batch as Python sees them.
pub(super) fn rows_of(schema: &Schema, batch: &RecordBatch) -> Vec<Value> {
    let names: Vec<String> = schema.fields.iter().map(|field| field.name.clone()).collect();
    let row = |at: usize| {
        let cells = schema.fields.iter().zip(batch.columns());
        let values = cells.map(|(field, column)| values::to_python(&value_at(column, at, &field.data_type), &field.data_type)).collect();
        Object::Row(Row { names: Some(names.clone()), values }).value()
    };
    (0..batch.num_rows()).map(row).collect()
}

fn show(driver: &mut Driver, frame: &Frame, call: &Call) -> Result<Value> {
    let number_of_rows = match call.get("n") {
        Value::None if !call.has("n") => 20,
        Value::Int(number) => usize::try_from(*number).unwrap_or(0),
        other => return Err(errors::not_expected("n", "int", other)),
    };
    let vertical = call.truth("vertical", false)?;
    let truncate = match call.get("truncate") {
        Value::None if !call.has("truncate") => 20,
        Value::Bool(true) => 20,
        Value::Bool(false) => 0,
        other => match (other.as_i64(), other.as_str().map(str::parse::<i64>)) {
            (Some(number), _) | (None, Some(Ok(number))) => usize::try_from(number).unwrap_or(0),
            _ => return Err(errors::not_expected("truncate", "bool", other)),
        },
    };
    // One row more than is shown says whether there are more.
    let limited = frame.limit(i64::try_from(number_of_rows).unwrap_or(i64::MAX - 1).saturating_add(1))?;
    let (schema, batch) = driver.session.collect(&mut driver.world, &limited)?;
    let options = ShowOptions { number_of_rows, truncate, vertical };
    let zone = driver.session.conf().zone();
    let text = display::show_columns(&schema, batch.columns(), batch.num_rows(), &zone, options);
    driver.print(&format!("{text}\n"));
    Ok(Value::None)
}
