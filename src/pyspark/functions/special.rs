//! Functions that the table cannot describe.

use super::FunctionSpec;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::Expr;
use crate::pyspark::arguments;
use crate::pyspark::arguments::Call;
use crate::pyspark::column;
use crate::pyspark::errors;
use crate::pyspark::object::Object;
use crate::pyspark::types_module;
use crate::pyspark::values;
use crate::python::Arguments;
use crate::python::Value;

/// A call of a function marked `!` in the table.
pub(super) fn call(spec: &FunctionSpec, call: &Call) -> Result<Value> {
    let name = spec.name.as_str();
    let made = match name {
        "broadcast" => return broadcast(call),
        "lit" => values::literal(call.get("col"))?,
        "col" | "column" => match call.get("col").as_str() {
            Some(name) => values::named(name),
            None if matches!(Object::of(call.get("col")), Some(Object::Column(_))) => values::column(call.get("col"))?,
            None => {
                let text = format!("col() takes the name of a column, not {}", errors::type_name(call.get("col")));
                return Err(Diagnostic::plain(Class::Named("Py4JError".to_owned()), text));
            }
        },
        "asc" | "asc_nulls_first" => column::sorted(&values::column(call.get("col"))?, false, true),
        "asc_nulls_last" => column::sorted(&values::column(call.get("col"))?, false, false),
        "desc" | "desc_nulls_last" => column::sorted(&values::column(call.get("col"))?, true, false),
        "desc_nulls_first" => column::sorted(&values::column(call.get("col"))?, true, true),
        "expr" => crate::expr::parse(call.text("str", "str")?)?,
        "when" => when(call)?,
        "window" => window(call)?,
        "session_window" => session_window(call)?,
        "struct" | "array" => Expr::call(name, values::columns(&arguments::spread(&call.rest))?),
        "create_map" => Expr::call("map", values::columns(&arguments::spread(&call.rest))?),
        "from_json" | "from_csv" => from_text(name, call)?,
        "to_json" | "to_csv" => with_options(name, vec![values::column(call.get("col"))?], call)?,
        "schema_of_json" => with_options(name, vec![values::literal(call.get("json"))?], call)?,
        "schema_of_csv" => with_options(name, vec![values::literal(call.get("csv"))?], call)?,
        "call_function" | "call_udf" => {
            let function = call.text(if name == "call_udf" { "udfName" } else { "funcName" }, "str")?;
            Expr::call(function, values::columns(&call.rest)?)
        }
        "log" => match call.given("arg2") {
            None => Expr::call("ln", vec![values::column(call.get("arg1"))?]),
            Some(argument) => Expr::call("log", vec![values::literal(call.get("arg1"))?, values::column(argument)?]),
        },
        "unix_timestamp" => match call.given("timestamp") {
            None => Expr::call(name, vec![Expr::call("current_timestamp", Vec::new())]),
            Some(timestamp) => {
                let format = call.given("format").map_or_else(|| Ok(values::text_literal("yyyy-MM-dd HH:mm:ss")), values::literal)?;
                Expr::call(name, vec![values::column(timestamp)?, format])
            }
        },
        "count_distinct" | "countDistinct" => {
            let mut columns = vec![values::column(call.get("col"))?];
            columns.extend(values::columns(&call.rest)?);
            Expr::Call { name: "count".to_owned(), arguments: columns, distinct: true, filter: None }
        }
        "sha2" => sha2(call)?,
        "json_tuple" => json_tuple(call)?,
        _ if name.contains("make_timestamp") => make_timestamp(name, call)?,
        "array_sort" => Expr::call(name, vec![values::column(call.get("col"))?]),
        "pandas_udf" | "arrow_udf" | "arrow_udtf" => return Err(crate::pyspark::udf::no_pandas(name)),
        "udtf" => {
            return Err(errors::unknown_to_us("table functions in Python (udtf)")
                .hint("A udf that returns an array, and explode over it, makes rows too."));
        }
        _ => return Err(errors::unknown_to_us(&format!("the function {name}"))),
    };
    Ok(Object::Column(made).value())
}

/// `broadcast(df)`: a hint; the frame stays as it is.
fn broadcast(call: &Call) -> Result<Value> {
    match Object::of(call.get("df")) {
        Some(Object::Frame(_)) => Ok(call.get("df").clone()),
        _ => Err(no_frame(call.get("df"))),
    }
}

/// What Python raises where a DataFrame is expected and something else is given.
pub(in crate::pyspark) fn no_frame(value: &Value) -> Box<Diagnostic> {
    let text = format!("'{}' object has no attribute '_jdf'", errors::type_name(value));
    Diagnostic::plain(Class::Named("AttributeError".to_owned()), text)
}

fn when(call: &Call) -> Result<Expr> {
    let Some(Object::Column(condition)) = Object::of(call.get("condition")) else {
        return Err(errors::not_expected("condition", "Column", call.get("condition")));
    };
    Ok(Expr::Case(vec![(condition.clone(), values::literal(call.get("value"))?)], None))
}

/// Text with something in it, as `window` wants its durations.
fn duration<'a>(call: &'a Call, name: &str) -> Result<&'a str> {
    call.get(name).as_str().filter(|it| !it.is_empty()).ok_or_else(|| errors::not_expected(name, "str", call.get(name)))
}

fn given_duration<'a>(call: &'a Call, name: &str) -> Result<Option<&'a str>> {
    match call.get(name) {
        Value::None | Value::Bool(false) | Value::Int(0) => Ok(None),
        Value::Str(text) if text.is_empty() => Ok(None),
        _ => duration(call, name).map(Some),
    }
}

fn window(call: &Call) -> Result<Expr> {
    let time = values::column(call.get("timeColumn"))?;
    let length = duration(call, "windowDuration")?;
    let slide = given_duration(call, "slideDuration")?.unwrap_or(length);
    let start = given_duration(call, "startTime")?.unwrap_or("0 second");
    Ok(Expr::call("window", vec![time, values::text_literal(length), values::text_literal(slide), values::text_literal(start)]))
}

fn session_window(call: &Call) -> Result<Expr> {
    let time = values::column(call.get("timeColumn"))?;
    let gap = call.get("gapDuration");
    let gap = match gap.as_str() {
        Some(text) => values::text_literal(text),
        None => match Object::of(gap) {
            Some(Object::Column(expr)) => expr.clone(),
            _ => return Err(errors::not_expected("gapDuration", "Column or str", gap)),
        },
    };
    Ok(Expr::call("session_window", vec![time, gap]))
}

/// `from_json(column, schema, options)`.
fn from_text(name: &str, call: &Call) -> Result<Expr> {
    let schema = call.get("schema");
    let schema = match types_module::data_type_of(schema) {
        Some(data_type) => values::text_literal(data_type.sql()),
        None => match (schema.as_str(), Object::of(schema)) {
            (Some(text), _) => values::text_literal(text),
            (None, Some(Object::Column(expr))) => expr.clone(),
            _ => return Err(errors::not_expected("schema", "ArrayType, StructType, MapType, Column or str", schema)),
        },
    };
    with_options(name, vec![values::column(call.get("col"))?, schema], call)
}

/// A call whose last argument is a map of options, where any are given.
fn with_options(name: &str, mut built: Vec<Expr>, call: &Call) -> Result<Expr> {
    let options = call.get("options").entries().unwrap_or_default();
    if !options.is_empty() {
        let entries = options.iter().flat_map(|(key, value)| [key, value]).map(|it| values::text_literal(super::super::options::text(it)));
        built.push(Expr::call("map", entries.collect()));
    }
    Ok(Expr::call(name, built))
}

fn sha2(call: &Call) -> Result<Expr> {
    if !call.get("numBits").as_i64().is_some_and(|it| [0, 224, 256, 384, 512].contains(&it)) {
        let parameters = [("arg_name", "numBits"), ("allowed_values", "[0, 224, 256, 384, 512]")];
        return Err(errors::error("PySparkValueError", "VALUE_NOT_ALLOWED", &parameters));
    }
    Ok(Expr::call("sha2", vec![values::column(call.get("col"))?, values::literal(call.get("numBits"))?]))
}

fn json_tuple(call: &Call) -> Result<Expr> {
    if call.rest.is_empty() {
        return Err(errors::error("PySparkValueError", "CANNOT_BE_EMPTY", &[("item", "field")]));
    }
    let mut built = vec![values::column(call.get("col"))?];
    for field in &call.rest {
        built.push(values::literal(field)?);
    }
    Ok(Expr::call("json_tuple", built))
}

fn make_timestamp(name: &str, call: &Call) -> Result<Expr> {
    let of = |names: &[&str]| names.iter().map(|it| values::column(call.get(it))).collect::<Result<Vec<_>>>();
    let mut built =
        if call.given("date").is_some() { of(&["date", "time"])? } else { of(&["years", "months", "days", "hours", "mins", "secs"])? };
    if let Some(zone) = call.given("timezone") {
        built.push(values::column(zone)?);
    }
    Ok(Expr::call(name, built))
}

/// A function whose arguments are Python functions over columns: what is to be called, and what is known already.
#[derive(Debug)]
pub(in crate::pyspark) struct Lambdas {
    /// The SQL function.
    pub name: String,
    /// Its arguments so far.
    pub arguments: Vec<Expr>,
    /// Python functions still to be called, the next one first.
    pub functions: Vec<Value>,
}

/// The lambdas of `transform`, `filter`, `aggregate` and the like; none for other functions.
pub(in crate::pyspark) fn lambdas(spec: &FunctionSpec, arguments: &Arguments) -> Result<Option<Lambdas>> {
    let (columns, functions): (&[&str], &[&str]) = match spec.name.as_str() {
        "transform" | "filter" | "exists" | "forall" | "map_filter" | "transform_keys" | "transform_values" => (&["col"], &["f"]),
        "map_zip_with" => (&["col1", "col2"], &["f"]),
        "zip_with" => (&["left", "right"], &["f"]),
        "aggregate" | "reduce" => (&["col", "initialValue"], &["merge", "finish"]),
        "array_sort" => (&["col"], &["comparator"]),
        _ => return Ok(None),
    };
    let call = spec.signature.bind(arguments.clone())?;
    let functions: Vec<Value> = functions.iter().filter_map(|it| call.given(it)).cloned().collect();
    if functions.is_empty() {
        return Ok(None);
    }
    let built = columns.iter().map(|it| values::column(call.get(it))).collect::<Result<_>>()?;
    Ok(Some(Lambdas { name: spec.name.clone(), arguments: built, functions }))
}

impl Lambdas {
    /// The variables that the next function is called with; none when all are done.
    ///
    /// # Errors
    /// `WRONG_NUM_ARGS_FOR_HIGHER_ORDER_FUNCTION`.
    pub(in crate::pyspark) fn next(&self) -> Result<Option<(Value, Arguments)>> {
        let Some(function) = self.functions.first() else { return Ok(None) };
        let count = match function {
            Value::Function(function) => function.parameters().len(),
            _ => 1,
        };
        if !(1..=3).contains(&count) {
            let parameters = [("func_name", "<lambda>"), ("num_args", &count.to_string())];
            return Err(errors::error("PySparkValueError", "WRONG_NUM_ARGS_FOR_HIGHER_ORDER_FUNCTION", &parameters));
        }
        let variables = VARIABLES[..count].iter().map(|it| Object::Column(Expr::name(*it)).value()).collect();
        Ok(Some((function.clone(), Arguments::of(variables))))
    }

    /// Takes the result of the function that was called.
    ///
    /// # Errors
    /// `HIGHER_ORDER_FUNCTION_SHOULD_RETURN_COLUMN`.
    pub(in crate::pyspark) fn returned(&mut self, count: usize, value: &Value) -> Result<()> {
        let Some(Object::Column(body)) = Object::of(value) else {
            let parameters = [("func_name", "<lambda>"), ("return_type", &errors::type_name(value) as &str)];
            return Err(errors::error("PySparkValueError", "HIGHER_ORDER_FUNCTION_SHOULD_RETURN_COLUMN", &parameters));
        };
        self.functions.remove(0);
        let names = VARIABLES[..count.min(3)].iter().map(|it| (*it).to_owned()).collect();
        self.arguments.push(Expr::Lambda(names, Box::new(body.clone())));
        Ok(())
    }
}

/// The names of lambda variables.
const VARIABLES: [&str; 3] = ["x", "y", "z"];
