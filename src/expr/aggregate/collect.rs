//! Aggregates that keep values: `collect_list`, `collect_set`, `listagg`, `mode`, percentiles.

use super::AggregateCall;
use super::AggregateFunction as F;
use super::each_group::GroupState;
use super::table_order::of_set;
use super::table_order::places_in_map;
use crate::diag::Result;
use crate::expr::error;
use crate::types::DataType;
use crate::types::Value;
use std::collections::HashSet;

/// `collect_list` and `listagg`: the values in the order of arrival, nulls left out.
#[derive(Clone, Default)]
pub struct List {
    values: Vec<Value>,
}

fn array_of_first(call: &AggregateCall) -> Vec<DataType> {
    vec![DataType::Array(Box::new(call.arguments[0].data_type.clone()), false)]
}

impl GroupState for List {
    fn buffer_types(call: &AggregateCall) -> Vec<DataType> {
        array_of_first(call)
    }

    fn update(&mut self, _: &AggregateCall, arguments: &[Value]) -> Result<()> {
        if !arguments[0].is_null() {
            self.values.push(arguments[0].clone());
        }
        Ok(())
    }

    fn merge(&mut self, _: &AggregateCall, buffers: &[Value]) -> Result<()> {
        if let Value::Array(values) = &buffers[0] {
            self.values.extend_from_slice(values);
        }
        Ok(())
    }

    fn buffers(&self, _: &AggregateCall) -> Vec<Value> {
        vec![Value::Array(self.values.clone())]
    }

    fn finish(&self, call: &AggregateCall) -> Result<Value> {
        if call.function == F::ListAgg {
            return Ok(joined(&self.values, call));
        }
        Ok(Value::Array(self.values.clone()))
    }
}

fn joined(values: &[Value], call: &AggregateCall) -> Value {
    if values.is_empty() {
        return Value::Null;
    }
    let mut values = values.to_vec();
    if let Some(Value::Boolean(descending)) = call.parameters.iter().find(|parameter| matches!(parameter, Value::Boolean(_))) {
        values.sort_by(|a, b| if *descending { b.compare(a) } else { a.compare(b) });
    }
    let delimiter = call.parameters.first().and_then(Value::as_str).unwrap_or_default();
    if call.data_type == DataType::Binary {
        let pieces: Vec<&[u8]> =
            values.iter().filter_map(|value| if let Value::Binary(bytes) = value { Some(&bytes[..]) } else { None }).collect();
        return Value::Binary(pieces.join(delimiter.as_bytes()));
    }
    let pieces: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
    Value::String(pieces.join(delimiter))
}

/// `collect_set`: each value once, in the order of Spark's hash table.
#[derive(Clone, Default)]
pub struct Set {
    values: Vec<Value>,
    seen: HashSet<String>,
}

impl Set {
    fn add(&mut self, value: &Value) {
        // The zeros are one value.
        let value = match value {
            Value::Double(zero) if *zero == 0.0 => Value::Double(0.0),
            Value::Float(zero) if *zero == 0.0 => Value::Float(0.0),
            other => other.clone(),
        };
        if !value.is_null() && self.seen.insert(format!("{value:?}")) {
            self.values.push(value);
        }
    }
}

impl GroupState for Set {
    fn buffer_types(call: &AggregateCall) -> Vec<DataType> {
        array_of_first(call)
    }

    fn update(&mut self, _: &AggregateCall, arguments: &[Value]) -> Result<()> {
        self.add(&arguments[0]);
        Ok(())
    }

    fn merge(&mut self, _: &AggregateCall, buffers: &[Value]) -> Result<()> {
        if let Value::Array(values) = &buffers[0] {
            values.iter().for_each(|value| self.add(value));
        }
        Ok(())
    }

    fn buffers(&self, call: &AggregateCall) -> Vec<Value> {
        vec![Value::Array(of_set(&self.values, &call.arguments[0].data_type))]
    }

    fn finish(&self, call: &AggregateCall) -> Result<Value> {
        Ok(Value::Array(of_set(&self.values, &call.arguments[0].data_type)))
    }
}

/// Percentiles, `median` and `mode`: each value with how often it came.
#[derive(Clone, Default)]
pub struct Frequencies {
    values: Vec<(Value, i64)>,
    places: std::collections::HashMap<String, usize>,
}

impl Frequencies {
    fn add(&mut self, value: &Value, count: i64) {
        if value.is_null() || count <= 0 {
            return;
        }
        let place = *self.places.entry(format!("{value:?}")).or_insert_with(|| {
            self.values.push((value.clone(), 0));
            self.values.len() - 1
        });
        self.values[place].1 += count;
    }

    fn sorted(&self) -> Vec<(Value, i64)> {
        let mut sorted = self.values.clone();
        sorted.sort_by(|a, b| a.0.compare(&b.0));
        sorted
    }

    /// The value at a place of the sorted rows.
    fn at(sorted: &[(Value, i64)], place: i64) -> &Value {
        let mut passed = 0;
        for (value, count) in sorted {
            passed += count;
            if place < passed {
                return value;
            }
        }
        &sorted[sorted.len() - 1].0
    }

    fn mode(&self, call: &AggregateCall) -> Value {
        // `mode(x, true)` and `WITHIN GROUP` say which of equals to take: the least, or with DESC the greatest.
        let order = call.parameters.iter().find_map(|parameter| if let Value::Boolean(flag) = parameter { Some(*flag) } else { None });
        let most = self.values.iter().map(|(_, count)| *count).max();
        let places = places_in_map(self.values.iter().map(|(value, _)| value), &call.data_type);
        let mut placed: Vec<_> = self.values.iter().zip(places).filter(|((_, count), _)| Some(*count) == most).collect();
        placed.sort_by_key(|(_, place)| *place);
        let mut best = placed.into_iter().map(|((value, _), _)| value);
        let first = best.next();
        let found = match order {
            Some(true) if call.arguments.len() == 1 && call.parameters.len() == 1 => {
                best.fold(first, |held, value| held.map(|held| if value.compare(held).is_lt() { value } else { held }))
            }
            Some(_) => best.fold(first, |held, value| held.map(|held| if value.compare(held).is_gt() { value } else { held })),
            None => first,
        };
        found.cloned().unwrap_or(Value::Null)
    }

    fn interpolated(sorted: &[(Value, i64)], fraction: f64, data_type: &DataType) -> Value {
        let count: i64 = sorted.iter().map(|(_, count)| count).sum();
        let position = (count - 1) as f64 * fraction;
        let (low, high) = (position.floor(), position.ceil());
        let at = |place: f64| number(Self::at(sorted, place as i64)).unwrap_or(0.0);
        let (a, b) = (at(low), at(high));
        let found = if low == high || a == b { a } else { (high - position) * a + (position - low) * b };
        match data_type {
            DataType::DayTimeInterval(..) => Value::DayTimeInterval(found as i64),
            DataType::YearMonthInterval(..) => Value::YearMonthInterval(found as i32),
            _ => Value::Double(found),
        }
    }

    fn percentile(&self, call: &AggregateCall, fraction: f64) -> Value {
        let sorted = self.sorted();
        let element = match &call.data_type {
            DataType::Array(element, _) => element,
            other => other,
        };
        let count: i64 = sorted.iter().map(|(_, count)| count).sum();
        match call.function {
            F::PercentileDisc => {
                let (mut sorted, descending) = (sorted, call.parameters.last() == Some(&Value::Boolean(true)));
                if descending {
                    sorted.reverse();
                }
                let place = (fraction * count as f64).ceil() as i64 - 1;
                let found = Self::at(&sorted, place.max(0));
                if *element == DataType::Double { number(found).map_or(Value::Null, Value::Double) } else { found.clone() }
            }
            F::PercentileApprox => {
                let place = (fraction * count as f64).ceil() as i64 - 1;
                Self::at(&sorted, place.max(0)).clone()
            }
            _ => Self::interpolated(&sorted, fraction, element),
        }
    }
}

/// A number or an interval as a double.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Double(value) => Some(*value),
        Value::Float(value) => Some(f64::from(*value)),
        Value::Decimal(value, _, scale) => crate::types::number::format_decimal(*value, *scale).parse().ok(),
        Value::DayTimeInterval(value) => Some(*value as f64),
        Value::YearMonthInterval(value) => Some(f64::from(*value)),
        other => other.as_i64().map(|value| value as f64),
    }
}

impl GroupState for Frequencies {
    fn buffer_types(call: &AggregateCall) -> Vec<DataType> {
        let first = call.arguments.first().map_or(DataType::Null, |argument| argument.data_type.clone());
        vec![DataType::Map(Box::new(first), Box::new(DataType::Long), false)]
    }

    fn update(&mut self, _: &AggregateCall, arguments: &[Value]) -> Result<()> {
        let count = arguments.get(1).map_or(Some(1), Value::as_i64).unwrap_or(0);
        self.add(&arguments[0], count);
        Ok(())
    }

    fn merge(&mut self, _: &AggregateCall, buffers: &[Value]) -> Result<()> {
        if let Value::Map(entries) = &buffers[0] {
            for (value, count) in entries {
                self.add(value, count.as_i64().unwrap_or(0));
            }
        }
        Ok(())
    }

    fn buffers(&self, _: &AggregateCall) -> Vec<Value> {
        vec![Value::Map(self.values.iter().map(|(value, count)| (value.clone(), Value::Long(*count))).collect())]
    }

    fn finish(&self, call: &AggregateCall) -> Result<Value> {
        if self.values.is_empty() {
            return Ok(Value::Null);
        }
        let descending = call.parameters.last() == Some(&Value::Boolean(true));
        let turned = |fraction: f64| if descending && call.function != F::PercentileDisc { 1.0 - fraction } else { fraction };
        match (call.function, call.parameters.first()) {
            (F::Mode, _) => Ok(self.mode(call)),
            (F::Median, _) => Ok(self.percentile(call, 0.5)),
            (_, Some(Value::Array(fractions))) => {
                Ok(Value::Array(fractions.iter().filter_map(number).map(|fraction| self.percentile(call, turned(fraction))).collect()))
            }
            (_, Some(fraction)) => match number(fraction) {
                Some(fraction) if (0.0..=1.0).contains(&fraction) => Ok(self.percentile(call, turned(fraction))),
                _ => Err(error::not_known("percentages outside of 0 to 1")),
            },
            _ => Ok(Value::Null),
        }
    }
}
