//! Aggregates that pick a row's value: `first`, `last`, `any_value`, `min_by`, `max_by`.

use super::AggregateCall;
use super::AggregateFunction as F;
use super::each_group::GroupState;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Value;
use std::cmp::Ordering;

/// `first` and `last`: the value and whether there is one.
#[derive(Clone)]
pub struct Picked {
    value: Value,
    set: bool,
}

impl Default for Picked {
    fn default() -> Self {
        Self { value: Value::Null, set: false }
    }
}

impl Picked {
    fn take(&mut self, call: &AggregateCall, value: &Value) {
        let last = call.function == F::Last;
        if (last || !self.set) && !(call.ignore_nulls && value.is_null()) {
            self.value = value.clone();
            self.set = true;
        }
    }
}

impl GroupState for Picked {
    fn buffer_types(call: &AggregateCall) -> Vec<DataType> {
        vec![call.data_type.clone(), DataType::Boolean]
    }

    fn update(&mut self, call: &AggregateCall, arguments: &[Value]) -> Result<()> {
        self.take(call, &arguments[0]);
        Ok(())
    }

    fn merge(&mut self, call: &AggregateCall, buffers: &[Value]) -> Result<()> {
        if buffers[1] == Value::Boolean(true) {
            self.take(call, &buffers[0]);
        }
        Ok(())
    }

    fn buffers(&self, _: &AggregateCall) -> Vec<Value> {
        vec![self.value.clone(), Value::Boolean(self.set)]
    }

    fn finish(&self, _: &AggregateCall) -> Result<Value> {
        Ok(self.value.clone())
    }
}

/// `min_by` and `max_by`: the value and what it is ordered by. Of equals the latest wins, as in Spark.
#[derive(Clone)]
pub struct PickedBy {
    value: Value,
    order: Value,
}

impl Default for PickedBy {
    fn default() -> Self {
        Self { value: Value::Null, order: Value::Null }
    }
}

impl GroupState for PickedBy {
    fn buffer_types(call: &AggregateCall) -> Vec<DataType> {
        vec![call.data_type.clone(), call.arguments[1].data_type.clone()]
    }

    fn update(&mut self, call: &AggregateCall, arguments: &[Value]) -> Result<()> {
        let wanted = if call.function == F::MaxBy { Ordering::Greater } else { Ordering::Less };
        let (value, order) = (&arguments[0], &arguments[1]);
        if order.is_null() {
            return Ok(());
        }
        // Spark keeps the held value only where it is strictly better.
        if self.order.is_null() || self.order.compare(order) != wanted {
            self.value = value.clone();
            self.order = order.clone();
        }
        Ok(())
    }

    fn merge(&mut self, call: &AggregateCall, buffers: &[Value]) -> Result<()> {
        self.update(call, buffers)
    }

    fn buffers(&self, _: &AggregateCall) -> Vec<Value> {
        vec![self.value.clone(), self.order.clone()]
    }

    fn finish(&self, _: &AggregateCall) -> Result<Value> {
        Ok(self.value.clone())
    }
}
