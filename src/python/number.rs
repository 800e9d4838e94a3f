//! Numbers: arithmetic of `int`, `float` and `bool`, their texts.

use super::value::Value;
use num_bigint::BigInt;
use std::cmp::Ordering;

pub(super) fn big_to_f64(number: &BigInt) -> f64 {
    number.to_string().parse().unwrap_or(f64::INFINITY)
}

pub(super) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    left.as_f64()?.partial_cmp(&right.as_f64()?)
}
