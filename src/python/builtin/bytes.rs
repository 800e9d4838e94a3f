//! Methods of `bytes`: the few that text needs.

use super::method;
use crate::python::function::Builtin;
use crate::python::raised::Raised;
use crate::python::value::Value;
use std::fmt::Write;

pub(super) static TABLE: &[Builtin] = &[
    method("decode", |_, given| {
        let Value::Bytes(bytes) = given.receiver().plain().clone() else { return Ok(Value::None) };
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(Value::str(text)),
            Err(error) => {
                let place = error.valid_up_to();
                let message = format!("'utf-8' codec can't decode byte 0x{:02x} in position {place}: invalid start byte", bytes[place]);
                Err(Raised::new("UnicodeDecodeError", message))
            }
        }
    }),
    method("hex", |_, given| {
        let Value::Bytes(bytes) = given.receiver().plain().clone() else { return Ok(Value::None) };
        let mut text = String::new();
        for byte in bytes.iter() {
            let _ = write!(text, "{byte:02x}");
        }
        Ok(Value::from(text))
    }),
];
