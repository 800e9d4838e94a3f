//! Aggregates that fold values into one of the same type: `bool_and`, `bool_or`, `bit_and`, `bit_or`, `bit_xor`, `product`.

use super::AggregateCall;
use super::AggregateFunction as F;
use super::each_group::GroupState;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Value;

/// The value so far, null until the first one.
#[derive(Clone)]
pub struct Folded(Value);

impl Default for Folded {
    fn default() -> Self {
        Self(Value::Null)
    }
}

fn fold(function: F, a: &Value, b: &Value) -> Value {
    macro_rules! bits {
        ($a:expr, $b:expr) => {
            match function {
                F::BitAnd => $a & $b,
                F::BitOr => $a | $b,
                _ => $a ^ $b,
            }
        };
    }
    match (a, b) {
        (Value::Null, other) | (other, Value::Null) => other.clone(),
        (Value::Boolean(a), Value::Boolean(b)) => Value::Boolean(if function == F::BoolAnd { *a && *b } else { *a || *b }),
        (Value::Byte(a), Value::Byte(b)) => Value::Byte(bits!(a, b)),
        (Value::Short(a), Value::Short(b)) => Value::Short(bits!(a, b)),
        (Value::Integer(a), Value::Integer(b)) => Value::Integer(bits!(a, b)),
        (Value::Long(a), Value::Long(b)) => Value::Long(bits!(a, b)),
        (Value::Double(a), Value::Double(b)) => Value::Double(a * b),
        (a, _) => a.clone(),
    }
}

impl GroupState for Folded {
    fn buffer_types(call: &AggregateCall) -> Vec<DataType> {
        vec![call.data_type.clone()]
    }

    fn update(&mut self, call: &AggregateCall, arguments: &[Value]) -> Result<()> {
        self.0 = fold(call.function, &self.0, &arguments[0]);
        Ok(())
    }

    fn merge(&mut self, call: &AggregateCall, buffers: &[Value]) -> Result<()> {
        self.update(call, buffers)
    }

    fn buffers(&self, _: &AggregateCall) -> Vec<Value> {
        vec![self.0.clone()]
    }

    fn finish(&self, _: &AggregateCall) -> Result<Value> {
        Ok(self.0.clone())
    }
}
