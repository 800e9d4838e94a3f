//! `time`; and what our own modules in Python need of the host.

use super::entry;
use super::function;
use super::strftime;
use crate::python::function::Builtin;
use crate::python::value::Value;

pub(super) fn module() -> Vec<(String, Value)> {
    let sleep = Value::native_waiting("sleep", |vm, mut given| {
        let seconds = given.need("sleep", 0, "secs")?;
        let seconds = super::float(&seconds).map_err(|_| {
            let class = seconds.type_name();
            crate::python::raised::Raised::type_error(format!("'{class}' object cannot be interpreted as an integer"))
        })?;
        if seconds < 0.0 {
            return Err(crate::python::raised::Raised::value_error("sleep length must be non-negative"));
        }
        vm.host.sleep(seconds)
    });
    let mut entries: Vec<(String, Value)> = TABLE.iter().map(entry).collect();
    entries.push(("sleep".to_owned(), sleep));
    entries
}

pub(super) fn inner_module() -> Vec<(String, Value)> {
    INNER.iter().map(entry).collect()
}

#[allow(clippy::cast_precision_loss)]
static TABLE: &[Builtin] = &[
    function("time", |vm, _| Ok(Value::Float(vm.host.now_ms() as f64 / 1000.0))),
    function("monotonic", |vm, _| Ok(Value::Float(vm.host.now_ms() as f64 / 1000.0))),
    function("perf_counter", |vm, _| Ok(Value::Float(vm.host.now_ms() as f64 / 1000.0))),
    function("process_time", |vm, _| Ok(Value::Float(vm.host.now_ms() as f64 / 1000.0))),
    function("time_ns", |vm, _| Ok(Value::Int(vm.host.now_ms() * 1_000_000))),
    function("strftime", |vm, mut given| {
        let format = given.need("strftime", 0, "format")?;
        let now = vm.host.now_ms() * 1000;
        Ok(Value::from(strftime::write(&super::datetime::Civil::of(now), Some((0, "UTC".to_owned())), format.as_str().unwrap_or(""))))
    }),
];

static INNER: &[Builtin] = &[
    function("random", |vm, _| Ok(Value::big(vm.host.random().into()))),
    function("current_exception", |vm, _| Ok(vm.current_exception().unwrap_or(Value::None))),
    function("write", |vm, mut given| {
        let text = given.need("write", 0, "text")?;
        vm.host.print(text.as_str().unwrap_or(""));
        Ok(Value::None)
    }),
];
