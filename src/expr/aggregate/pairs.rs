//! Correlation, covariance, linear regression: Spark's `Covariance` and `PearsonCorrelation`, and what it builds on them.

use super::AggregateCall;
use super::AggregateFunction as F;
use super::each_group::GroupState;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Value;

/// Count, means and co-moments of pairs in which neither is null. For `regr_*` y comes first.
#[derive(Clone, Copy, Default)]
pub struct Pairs {
    n: f64,
    x: f64,
    y: f64,
    ck: f64,
    xx: f64,
    yy: f64,
}

fn double(value: &Value) -> Option<f64> {
    if let Value::Double(value) = value { Some(*value) } else { None }
}

impl Pairs {
    fn result(&self, function: F) -> Value {
        let some = Value::Double;
        if function == F::RegrCount {
            return Value::Long(self.n as i64);
        }
        if self.n == 0.0 {
            return Value::Null;
        }
        match function {
            F::CovariancePopulation => some(self.ck / self.n),
            F::CovarianceSample | F::Correlation if self.n == 1.0 => Value::Null,
            F::CovarianceSample => some(self.ck / (self.n - 1.0)),
            F::Correlation if self.xx * self.yy == 0.0 => Value::Null,
            F::Correlation => some(self.ck / (self.xx * self.yy).sqrt()),
            // y is the first argument.
            F::RegrAvgY => some(self.x),
            F::RegrAvgX => some(self.y),
            F::RegrSyy => some(self.xx),
            F::RegrSxx => some(self.yy),
            F::RegrSxy => some(self.ck),
            F::RegrSlope | F::RegrIntercept | F::RegrR2 if self.yy == 0.0 => Value::Null,
            F::RegrSlope => some(self.ck / self.yy),
            F::RegrIntercept => some(self.x - self.ck / self.yy * self.y),
            _ if self.xx == 0.0 => some(1.0),
            _ => some((self.ck / (self.xx * self.yy).sqrt()).powi(2)),
        }
    }
}

impl GroupState for Pairs {
    fn buffer_types(_: &AggregateCall) -> Vec<DataType> {
        vec![DataType::Double; 6]
    }

    fn update(&mut self, _: &AggregateCall, arguments: &[Value]) -> Result<()> {
        let (Some(x), Some(y)) = (double(&arguments[0]), double(&arguments[1])) else { return Ok(()) };
        self.n += 1.0;
        let (dx, dy) = (x - self.x, y - self.y);
        self.x += dx / self.n;
        self.y += dy / self.n;
        self.ck += dx * (y - self.y);
        self.xx += dx * (x - self.x);
        self.yy += dy * (y - self.y);
        Ok(())
    }

    fn merge(&mut self, _: &AggregateCall, buffers: &[Value]) -> Result<()> {
        let [n2, x2, y2, ck2, xx2, yy2] = [0, 1, 2, 3, 4, 5].map(|index| double(&buffers[index]).unwrap_or(0.0));
        let n = self.n + n2;
        let (dx, dy) = (x2 - self.x, y2 - self.y);
        let (dx_n, dy_n) = if n == 0.0 { (0.0, 0.0) } else { (dx / n, dy / n) };
        let n1 = self.n;
        *self = Self {
            n,
            x: self.x + dx_n * n2,
            y: self.y + dy_n * n2,
            ck: self.ck + ck2 + dx * dy_n * n1 * n2,
            xx: self.xx + xx2 + dx * dx_n * n1 * n2,
            yy: self.yy + yy2 + dy * dy_n * n1 * n2,
        };
        Ok(())
    }

    fn buffers(&self, _: &AggregateCall) -> Vec<Value> {
        [self.n, self.x, self.y, self.ck, self.xx, self.yy].map(Value::Double).to_vec()
    }

    fn finish(&self, call: &AggregateCall) -> Result<Value> {
        Ok(self.result(call.function))
    }
}
