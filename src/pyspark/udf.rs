//! User-defined functions: Python functions as columns.
//!
//! Law: the function is copied when it is first used and the copy is what runs; every batch begins with a fresh one (Spark pickles it once, a task unpickles it).

use super::arguments::Call;
use super::arrow_result;
use super::column;
use super::driver::Driver;
use super::errors;
use super::object::Object;
use super::types_module;
use super::udf_result;
use super::values;
use super::worker;
use super::worker::SharedWorker;
use super::worker::Task;
use crate::diag;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::expr::Expr;
use crate::expr::External;
use crate::expr::ExternalArguments;
use crate::expr::ExternalFunction;
use crate::python::Arguments;
use crate::python::HostObject;
use crate::python::Raised;
use crate::python::Value;
use crate::sql::ddl;
use crate::types::DataType;
use crate::types::arrow::array_of;
use crate::types::arrow::value_at;
use arrow_array::ArrayRef;
use std::cell::Cell;
use std::cell::RefCell;
use std::rc::Rc;

/// The declared type of a UDF, a type or text that is read when the function is first used; and whether its results move by Arrow.
#[derive(Clone, Debug)]
pub(super) struct Declared(Value, bool);

/// A Python function with the type of its results.
#[derive(Debug)]
pub(super) struct Udf {
    /// Its name, as columns show it.
    pub name: String,
    /// The Python function.
    function: Value,
    declared: Declared,
    /// Whether its results move by Arrow, as is the default; else they are pickled.
    arrow: bool,
    /// Whether it gives the same result for the same arguments: `asNondeterministic` clears it.
    pub deterministic: Cell<bool>,
    made: RefCell<Option<ExternalFunction>>,
    worker: SharedWorker,
}

/// A UDF as an expression calls it.
#[derive(Debug)]
struct PythonFunction {
    name: String,
    /// The copy that was made at first use.
    function: Value,
    result: DataType,
    deterministic: bool,
    arrow: bool,
    worker: SharedWorker,
}

/// `udf(f, returnType)`, `@udf`, `@udf(returnType=...)`, `@udf("int")`.
pub(super) fn define(driver: &Driver, call: &Call) -> Result<Value, Raised> {
    let first = call.given("f");
    let is_type = |value: &Value| value.as_str().is_some() || types_module::data_type_of(value).is_some();
    let arrow = call.given("useArrow").and_then(Value::as_bool).unwrap_or_else(|| by_arrow(driver));
    match first {
        Some(function) if !is_type(function) => made(driver, function, Declared(call.get("returnType").clone(), arrow), None),
        None | Some(_) => {
            let declared = first.or_else(|| call.given("returnType")).cloned().unwrap_or(Value::None);
            Ok(Object::UdfDecorator(Declared(declared, arrow)).value())
        }
    }
}

/// The function as a UDF.
///
/// # Errors
/// `NOT_EXPECTED_TYPE` for what is no function or no type.
pub(super) fn made(driver: &Driver, function: &Value, declared: Declared, name: Option<String>) -> Result<Value, Raised> {
    if !is_callable(function) {
        return Err(errors::not_expected("func", "callable", function).into());
    }
    let given = &declared.0;
    if !given.is_none() && given.as_str().is_none() && types_module::data_type_of(given).is_none() {
        return Err(errors::not_expected("returnType", "DataType or str", given).into());
    }
    declared_type(given)?;
    let name = name.unwrap_or_else(|| name_of(function));
    let worker = Rc::clone(&driver.worker);
    let udf = Udf {
        name,
        function: function.clone(),
        arrow: declared.1,
        declared,
        deterministic: Cell::new(true),
        made: RefCell::default(),
        worker,
    };
    Ok(Object::Udf(Rc::new(udf)).value())
}

/// `spark.sql.execution.pythonUDF.arrow.enabled`.
fn by_arrow(driver: &Driver) -> bool {
    driver.session.conf().get("spark.sql.execution.pythonUDF.arrow.enabled") != Some("false")
}

fn is_callable(value: &Value) -> bool {
    match value {
        Value::Function(_) | Value::Builtin(_) | Value::Closure(_) | Value::Bound(_) | Value::Class(_) => true,
        Value::Instance(instance) => instance.class.lookup_without_object("__call__").is_some(),
        Value::Host(_) => matches!(Object::of(value), Some(Object::Function(_) | Object::Udf(_) | Object::Method(..))),
        _ => false,
    }
}

fn name_of(function: &Value) -> String {
    match function {
        Value::Function(function) => function.name.to_string(),
        Value::Builtin(builtin) => builtin.name.to_owned(),
        Value::Bound(bound) => name_of(&bound.function),
        Value::Class(class) => class.name.to_string(),
        other => errors::type_name(other),
    }
}

/// An attribute of the function that `udf` returns.
pub(super) fn attribute(object: &Rc<dyn HostObject>, udf: &Udf, name: &str) -> Result<Value, Raised> {
    Ok(match name {
        "__name__" => Value::str(&udf.name),
        "__doc__" => match &udf.function {
            Value::Function(function) => function.documentation(),
            _ => Value::None,
        },
        "func" | "__wrapped__" => udf.function.clone(),
        "returnType" => types_module::value_of(&udf.result()?),
        "deterministic" => Value::Bool(udf.deterministic.get()),
        "evalType" => Value::Int(if udf.arrow { 101 } else { 100 }),
        "asNondeterministic" => Object::Method(Rc::clone(object), name.to_owned()).value(),
        _ => return Err(Raised::no_attribute("function", name)),
    })
}

/// `udf(column, ...)`.
pub(super) fn call(udf: &Udf, arguments: Arguments) -> Result<Value, Raised> {
    let function = udf.function()?;
    let mut given = Vec::new();
    for value in &arguments.positional {
        given.push((None, values::column(value)?));
    }
    for (name, value) in &arguments.keyword {
        given.push((Some(name.clone()), values::column(value)?));
    }
    Ok(Object::Column(Expr::External(function, given)).value())
}

/// `spark.udf.register(name, f, returnType)` and its kin.
pub(super) fn registration(driver: &Driver, method: &str, call: &Call) -> Result<Value, Raised> {
    if method != "register" {
        return Err(errors::unknown_to_us(&format!("spark.udf.{method}: it takes classes of the JVM")).into());
    }
    let name = call.text("name", "str")?.to_owned();
    let function = call.get("f");
    let value = match Object::of(function) {
        Some(Object::Udf(udf)) => {
            if call.given("returnType").is_some() {
                let shown = super::plain_objects::shown(call.get("returnType"));
                let error =
                    errors::error("PySparkTypeError", "CANNOT_SPECIFY_RETURN_TYPE_FOR_UDF", &[("arg_name", "f"), ("return_type", &shown)]);
                return Err(error.into());
            }
            let copy = Udf {
                name: name.clone(),
                function: udf.function.clone(),
                declared: udf.declared.clone(),
                arrow: udf.arrow,
                deterministic: Cell::new(udf.deterministic.get()),
                made: RefCell::default(),
                worker: Rc::clone(&udf.worker),
            };
            Object::Udf(Rc::new(copy)).value()
        }
        _ => made(driver, function, Declared(call.get("returnType").clone(), by_arrow(driver)), Some(name.clone()))?,
    };
    if let Some(Object::Udf(udf)) = Object::of(&value) {
        driver.session.analyzer().register(&name, udf.function()?);
    }
    Ok(value)
}

/// What needs pandas or pyarrow, which the playground has not.
pub(super) fn no_pandas(what: &str) -> Box<Diagnostic> {
    let text = format!("{what} need pandas and PyArrow; however, they were not found.");
    Diagnostic::new(Class::Named("PySparkImportError".to_owned()), "PACKAGE_NOT_INSTALLED", text, "").hint(
        "There is no pandas in the playground. Write it with functions of pyspark.sql.functions, a udf, or groupBy().transformWithState on rows.",
    )
}

/// A declared type: a column list stands for a struct, and what is neither fails as a column list.
fn declared_type(declared: &Value) -> diag::Result<DataType> {
    let Some(text) = declared.as_str() else {
        return if declared.is_none() { Ok(DataType::String) } else { column::target_type(declared) };
    };
    match ddl::parse_schema(text) {
        Ok(schema) => Ok(DataType::Struct(schema.fields)),
        Err(error) => ddl::parse_data_type(text).map_err(|_| error),
    }
}

fn not_serialized(raised: &Raised) -> Raised {
    let cause = raised.diagnostic();
    Raised::from(Diagnostic::plain(
        Class::Named("PicklingError".to_owned()),
        format!("Could not serialize object: {}: {}", cause.class, cause.message),
    ))
}

impl Udf {
    /// The type of its results.
    fn result(&self) -> diag::Result<DataType> {
        declared_type(&self.declared.0)
    }

    /// What expressions call: a copy of the function as it was when it was first asked for.
    fn function(&self) -> Result<ExternalFunction, Raised> {
        let deterministic = self.deterministic.get();
        if let Some(made) = &*self.made.borrow()
            && made.0.is_deterministic() == deterministic
        {
            return Ok(made.clone());
        }
        let made = ExternalFunction(Rc::new(PythonFunction {
            name: self.name.clone(),
            result: self.result()?,
            function: worker::sent(&self.function).map_err(|raised| not_serialized(&raised))?,
            deterministic,
            arrow: self.arrow,
            worker: Rc::clone(&self.worker),
        }));
        *self.made.borrow_mut() = Some(made.clone());
        Ok(made)
    }
}

impl External for PythonFunction {
    fn name(&self) -> &str {
        &self.name
    }

    fn result(&self) -> &DataType {
        &self.result
    }

    fn is_deterministic(&self) -> bool {
        self.deterministic
    }

    fn call(&self, arguments: &ExternalArguments<'_>) -> diag::Result<ArrayRef> {
        let task = Task { now_ms: arguments.now_us.div_euclid(1000), seed: arguments.seed };
        let mut worker = self.worker.borrow_mut();
        let function = worker.run(task, None, |_| worker::sent(&self.function)).map_err(|error| raised_in_worker(&error))?;
        let mut results = Vec::with_capacity(arguments.rows);
        for row in 0..arguments.rows {
            let given = row_of(arguments, row);
            let result = worker.run(task, None, |vm| {
                let value = vm.call(&function, given)?;
                if self.arrow { arrow_result::of_udf(vm, &value, &self.result).map(Ok) } else { udf_result::pickled(&value, &self.result) }
            });
            results.push(result.map_err(|error| raised_in_worker(&error))??);
        }
        Ok(array_of(&self.result, &results))
    }
}

/// The arguments of one call.
fn row_of(arguments: &ExternalArguments<'_>, row: usize) -> Arguments {
    let mut given = Arguments::default();
    for ((column, data_type), name) in arguments.columns.iter().zip(arguments.types).zip(arguments.names) {
        let value = values::to_python(&value_at(column, row, data_type), data_type);
        match name {
            Some(name) => given.keyword.push((name.clone(), value)),
            None => given.positional.push(value),
        }
    }
    given
}

/// What Spark makes of an exception of a worker.
pub(super) fn raised_in_worker(error: &Diagnostic) -> Box<Diagnostic> {
    let class = error.class.to_string();
    let module = if errors::is_own(&class) { "pyspark.errors.exceptions.base." } else { "" };
    let colon = if error.message.is_empty() { "" } else { ": " };
    let mut told = Diagnostic::plain(
        Class::Named("PythonException".to_owned()),
        format!("An exception was thrown from the Python worker:\n{module}{class}{colon}{}", error.message),
    );
    told.condition = Some("PYTHON_EXCEPTION".to_owned());
    told.span = error.span;
    told.hints.clone_from(&error.hints);
    told
}
