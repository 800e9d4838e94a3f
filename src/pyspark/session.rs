//! `SparkSession` with what hangs on it: builder, settings, context.

use super::arguments::Call;
use super::driver::Driver;
use super::errors;
use super::frame;
use super::local_rows;
use super::object::Object;
use super::options;
use super::reader;
use super::reader::Reader;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::engine::Setting;
use crate::engine::check_setting;
use crate::plan::Frame;
use crate::python::Value;
use std::cell::RefCell;

/// A property of the session.
pub(super) fn attribute(driver: &mut Driver, name: &str) -> Result<Value> {
    Ok(match name {
        "conf" => Object::Conf.value(),
        "catalog" => Object::Catalog.value(),
        "streams" => Object::Streams.value(),
        "sparkContext" => Object::Context.value(),
        "read" => Object::Reader(RefCell::new(Reader::new(false))).value(),
        "readStream" => Object::Reader(RefCell::new(Reader::new(true))).value(),
        "version" => Value::str("4.3.0"),
        "udf" => Object::UdfRegistration.value(),
        "builder" => Object::Builder(RefCell::default()).value(),
        _ => {
            let _ = driver;
            return Err(errors::unknown_to_us(&format!("SparkSession.{name}")));
        }
    })
}

/// A method of the session.
pub(super) fn method(driver: &mut Driver, name: &str, call: &Call) -> Result<Value> {
    match name {
        "sql" => sql(driver, call),
        "table" => Ok(frame::value(reader::table(driver, false, call.text("tableName", "str")?)?)),
        "range" => range(driver, call),
        "createDataFrame" => Ok(frame::value(local_rows::create(driver, call.get("data"), call.get("schema"))?)),
        "getActiveSession" | "active" | "newSession" => Ok(driver.session_value()),
        "stop" => {
            for id in driver.session.active() {
                driver.stop(id);
            }
            Ok(Value::None)
        }
        _ => Err(errors::unknown_to_us(&format!("SparkSession.{name}"))),
    }
}

fn sql(driver: &mut Driver, call: &Call) -> Result<Value> {
    let mut text = call.text("sqlQuery", "str")?.to_owned();
    if call.given("args").is_some() {
        return Err(errors::unknown_to_us("parameters of spark.sql (args)"));
    }
    for (name, value) in &call.keywords {
        // `{df}` names a frame, `{x}` a value, as Python's format does.
        let shown = match Object::of(value) {
            Some(Object::Frame(frame)) => {
                let view = format!("_pyspark_frame_{}", frame.id);
                driver.session.catalog_mut().put_view(&view, frame.clone());
                view
            }
            _ => value.as_str().map_or_else(|| errors::plain_text(value), |it| format!("'{it}'")),
        };
        text = text.replace(&format!("{{{name}}}"), &shown);
    }
    let made = driver.session.sql(&mut driver.world, &text)?;
    Ok(frame::value(made))
}

fn range(driver: &Driver, call: &Call) -> Result<Value> {
    let number = |name: &str, default: i64| match call.given(name) {
        None => Ok(default),
        #[allow(clippy::cast_possible_truncation)]
        Some(value) => value.as_f64().map(|it| it as i64).ok_or_else(|| errors::not_expected(name, "int", value)),
    };
    let (start, end) = match call.given("end") {
        None => (0, number("start", 0)?),
        Some(_) => (number("start", 0)?, number("end", 0)?),
    };
    let step = number("step", 1)?;
    if step == 0 {
        return Err(Diagnostic::plain(Class::IllegalArgument, "requirement failed: step (0) cannot be 0"));
    }
    Ok(frame::value(Frame::range(start, end, step, driver.session.analyzer())))
}

/// A method of `SparkSession.builder`: settings are taken, the rest is of no consequence.
pub(super) fn builder_method(driver: &mut Driver, settings: &RefCell<Vec<(String, String)>>, name: &str, call: &Call) -> Result<bool> {
    let set = |key: &str, value: String| settings.borrow_mut().push((key.to_owned(), value));
    match name {
        "appName" => set("spark.app.name", call.text("name", "str")?.to_owned()),
        "master" => set("spark.master", call.text("master", "str")?.to_owned()),
        "config" => {
            for (key, value) in call.get("map").entries().unwrap_or_default() {
                set(key.as_str().unwrap_or_default(), options::text(&value));
            }
            if let Some(key) = call.optional_text("key")? {
                set(key, options::text(call.get("value")));
            }
        }
        "enableHiveSupport" => {}
        "getOrCreate" | "create" => {
            for (key, value) in settings.borrow().iter() {
                if key == "spark.jars.packages" {
                    add_packages(driver, value);
                }
                driver.session.set_conf(key.clone(), value.clone());
            }
            return Ok(true);
        }
        _ => return Err(errors::unknown_to_us(&format!("SparkSession.builder.{name}"))),
    }
    Ok(false)
}

/// What `spark.jars.packages` names comes onto the class path.
fn add_packages(driver: &mut Driver, coordinates: &str) {
    let mut packages = driver.session.packages();
    packages.add(coordinates);
    driver.session.set_packages(packages);
}

/// `spark.conf`.
pub(super) fn conf_method(driver: &mut Driver, name: &str, call: &Call) -> Result<Value> {
    let key = call.text("key", "str")?.to_owned();
    match name {
        "set" => {
            let value = call.get("value");
            if value.is_none() {
                return Err(Diagnostic::plain(Class::IllegalArgument, format!("requirement failed: value cannot be null for key: {key}")));
            }
            let value = options::text(value);
            check_setting(&key, &value)?;
            driver.session.set_conf(key, value);
            Ok(Value::None)
        }
        // A default that the call brings goes before Spark's own.
        "get" if call.has("default") && !driver.session.conf().all().contains_key(&key) => Ok(call.get("default").clone()),
        "get" => match (driver.session.conf().get(&key), call.has("default")) {
            (Some(value), _) => Ok(Value::str(value)),
            (None, true) => Ok(call.get("default").clone()),
            // An optional setting of Spark's that is not set.
            (None, false) if Setting::find(&key).is_some() => Ok(Value::None),
            (None, false) => {
                let text = format!("The SQL config \"{key}\" cannot be found. Please verify that the config exists.");
                Err(Diagnostic::new(Class::Named("SparkNoSuchElementException".to_owned()), "SQL_CONF_NOT_FOUND", text, "42K0I"))
            }
        },
        "unset" => {
            driver.session.unset_conf(&key);
            Ok(Value::None)
        }
        "isModifiable" => {
            let is_static = Setting::find(&key).is_some_and(|setting| setting.is_static());
            Ok(Value::Bool(key.starts_with("spark.sql.") && !is_static))
        }
        _ => Err(errors::unknown_to_us(&format!("RuntimeConfig.{name}"))),
    }
}

/// `spark.conf.getAll`.
pub(super) fn conf_all(driver: &Driver) -> Value {
    Value::dict(driver.session.conf().all().iter().map(|(key, value)| (Value::str(key), Value::str(value))))
}
