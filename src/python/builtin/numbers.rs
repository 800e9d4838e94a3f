//! Methods of `int` and `float`.

use super::integer;
use super::method;
use crate::python::function::Builtin;
use crate::python::number;
use crate::python::raised::Raised;
use crate::python::value::Value;

pub(super) static INT: &[Builtin] = &[
    method("bit_length", |_, given| Ok(Value::Int(i64::try_from(number::big(given.receiver().plain()).bits()).unwrap_or(0)))),
    method("bit_count", |_, given| {
        let ones = number::big(given.receiver().plain()).magnitude().to_str_radix(2).matches('1').count();
        Ok(Value::Int(i64::try_from(ones).unwrap_or(0)))
    }),
    method("is_integer", |_, _| Ok(Value::Bool(true))),
    method("conjugate", |_, given| Ok(given.receiver())),
    method("to_bytes", |_, mut given| {
        let value = integer(&given.receiver())?;
        let length = given.take(1, "length").and_then(|length| length.as_i64()).unwrap_or(1);
        let length = usize::try_from(length).unwrap_or(0).min(1 << 16);
        let little = given.take(2, "byteorder").is_some_and(|order| order.as_str() == Some("little"));
        if value < 0 || (length < 8 && value >= 1i64 << (8 * length)) {
            return Err(Raised::new(
                "OverflowError",
                if value < 0 { "can't convert negative int to unsigned" } else { "int too big to convert" },
            ));
        }
        let mut bytes: Vec<u8> = value.to_be_bytes().to_vec();
        while bytes.len() < length {
            bytes.insert(0, 0);
        }
        let mut bytes = bytes.split_off(bytes.len() - length);
        if little {
            bytes.reverse();
        }
        Ok(Value::bytes(&bytes))
    }),
    super::class_method("from_bytes", |_, mut given| {
        let bytes = given.need("from_bytes", 1, "bytes")?;
        let little = given.take(2, "byteorder").is_some_and(|order| order.as_str() == Some("little"));
        let Value::Bytes(bytes) = bytes else { return Err(Raised::type_error("cannot convert this object to bytes")) };
        let mut bytes = bytes.to_vec();
        if little {
            bytes.reverse();
        }
        Ok(Value::big(num_bigint::BigInt::from_bytes_be(num_bigint::Sign::Plus, &bytes)))
    }),
    super::function("__new__", |vm, mut given| {
        let class = given.need("__new__", 0, "cls")?;
        given.positional.remove(0);
        vm.new_of(&class, given)
    }),
];

pub(super) static FLOAT: &[Builtin] = &[
    method("is_integer", |_, given| {
        Ok(Value::Bool(given.receiver().as_f64().is_some_and(|number| number.is_finite() && number.fract() == 0.0)))
    }),
    method("hex", |_, _| Err(Raised::new("NotImplementedError", "Tidemark does not know float.hex() yet"))),
    method("as_integer_ratio", |_, given| {
        let number = given.receiver().as_f64().unwrap_or(0.0);
        if !number.is_finite() {
            return Err(Raised::new("OverflowError", "cannot convert Infinity to integer ratio"));
        }
        let (mut scaled, mut denominator) = (number, num_bigint::BigInt::from(1));
        while scaled.fract() != 0.0 {
            scaled *= 2.0;
            denominator *= 2;
        }
        Ok(Value::tuple(vec![Value::big(number::float_to_big(scaled).unwrap_or_default()), Value::big(denominator)]))
    }),
];
