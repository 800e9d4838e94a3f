//! `DataFrame`: attributes and methods. Transformations grow the plan; actions ask the session for rows.

use super::arguments;
use super::arguments::Call;
use super::column;
use super::driver::Driver;
use super::errors;
use super::frame_nulls;
use super::frame_writer::BatchWriter;
use super::functions::no_frame;
use super::grouped::Grouped;
use super::object::Object;
use super::rows;
use super::udf;
use super::values;
use super::window;
use super::writer::StreamWriter;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::Expr;
use crate::expr::SortKey;
use crate::plan::Frame;
use crate::plan::GroupBy;
use crate::plan::JoinOn;
use crate::python::Value;
use std::cell::RefCell;

/// A property, or a column by its name.
pub(super) fn attribute(driver: &mut Driver, frame: &Frame, name: &str) -> Result<Value> {
    Ok(match name {
        "columns" => text_list(&frame.column_names()),
        "dtypes" => {
            let pair =
                |field: &crate::types::Field| Value::tuple(vec![Value::str(&field.name), Value::str(field.data_type.simple_string())]);
            Value::list(frame.schema().fields.iter().map(pair).collect())
        }
        "schema" => super::types_module::value_of(&frame.schema().data_type()),
        "isStreaming" => Value::Bool(frame.is_streaming()),
        "sparkSession" => driver.session_value(),
        "na" => Object::Na(frame.clone()).value(),
        "stat" => Object::Stat.value(),
        "storageLevel" => Object::StorageLevel.value(),
        "write" => {
            if frame.is_streaming() {
                let text = "The method `write` can not be called on streaming Dataset/DataFrame.";
                return Err(Diagnostic::analysis("CALL_ON_STREAMING_DATASET_UNSUPPORTED", text, "42KDE"));
            }
            Object::BatchWriter(RefCell::new(BatchWriter::new(frame.clone()))).value()
        }
        "writeStream" => {
            if !frame.is_streaming() {
                let text = "`writeStream` can be called only on streaming Dataset/DataFrame.";
                return Err(Diagnostic::analysis("WRITE_STREAM_NOT_ALLOWED", text, "42601"));
            }
            Object::StreamWriter(RefCell::new(StreamWriter::new(frame.clone()))).value()
        }
        "rdd" | "plot" | "executionInfo" => return Err(errors::unknown_to_us(&format!("DataFrame.{name}"))),
        _ if frame.column_names().iter().any(|it| it == name) => Object::Column(frame.column(name)?).value(),
        _ => return Err(errors::error("PySparkAttributeError", "ATTRIBUTE_NOT_SUPPORTED", &[("attr_name", name)])),
    })
}

/// `df[key]`.
pub(super) fn item(frame: &Frame, key: &Value) -> Result<Value> {
    if let Some(name) = key.as_str() {
        return Ok(Object::Column(frame.column(name)?).value());
    }
    if let Some(Object::Column(condition)) = Object::of(key) {
        return Ok(value(frame.filter(condition.clone())?));
    }
    if let (Value::List(_) | Value::Tuple(_), Some(items)) = (key, key.items()) {
        return Ok(value(frame.select(values::columns(&items)?)?));
    }
    let Some(at) = key.as_i64() else { return Err(errors::not_expected("item", "Column, float, integer, list or string", key)) };
    Ok(Object::Column(frame.column(&name_at(frame, at)?)?).value())
}

fn name_at(frame: &Frame, at: i64) -> Result<String> {
    let names = frame.column_names();
    let length = i64::try_from(names.len()).unwrap_or(i64::MAX);
    let place = usize::try_from(if at < 0 { at + length } else { at }).ok();
    place
        .and_then(|it| names.get(it).cloned())
        .ok_or_else(|| Diagnostic::plain(Class::Named("IndexError".to_owned()), "list index out of range"))
}

/// A frame as a Python value.
pub(super) fn value(frame: Frame) -> Value {
    Object::Frame(frame).value()
}

fn text_list(names: &[String]) -> Value {
    Value::list(names.iter().map(Value::str).collect())
}

/// The other frame of a join or a union.
fn other<'a>(call: &'a Call, name: &str) -> Result<&'a Frame> {
    match Object::of(call.get(name)) {
        Some(Object::Frame(frame)) => Ok(frame),
        _ => Err(no_frame(call.get(name))),
    }
}

/// A method. Those that need Python called are the driver's.
pub(super) fn method(driver: &mut Driver, frame: &Frame, name: &str, call: &Call) -> Result<Value> {
    if let Some(made) = transformation(frame, name, call)? {
        return Ok(value(made));
    }
    match name {
        "groupBy" | "groupby" => Ok(Object::Grouped(Grouped::new(frame.clone(), keys(frame, &call.rest)?)).value()),
        "rollup" | "cube" => {
            let keys = keys(frame, &call.rest)?;
            let GroupBy { keys, sets } = if name == "rollup" { GroupBy::rollup(keys) } else { GroupBy::cube(keys) };
            Ok(Object::Grouped(Grouped { sets, ..Grouped::new(frame.clone(), keys) }).value())
        }
        "groupingSets" => Err(errors::unknown_to_us(&format!("DataFrame.{name}"))),
        "agg" => super::grouped::aggregate(&Grouped::new(frame.clone(), Vec::new()), &call.rest),
        "cache" | "persist" | "unpersist" | "checkpoint" | "localCheckpoint" => {
            if name == "persist" || name == "cache" {
                driver.session.persist(frame);
            }
            Ok(value(frame.clone()))
        }
        "printSchema" => {
            let tree = frame.schema().tree_string();
            driver.print(&format!("{tree}\n"));
            Ok(Value::None)
        }
        "explain" => {
            check_explain(call)?;
            driver.print(&format!("{NO_PLAN}\n"));
            Ok(Value::None)
        }
        "createOrReplaceTempView" | "registerTempTable" | "createOrReplaceGlobalTempView" => {
            driver.session.catalog_mut().put_view(call.text("name", "str")?, frame.clone());
            Ok(Value::None)
        }
        "createTempView" | "createGlobalTempView" => create_view(driver, frame, call),
        "show" | "collect" | "count" | "first" | "head" | "take" | "tail" | "isEmpty" | "toLocalIterator" | "toJSON" => {
            rows::action(driver, frame, name, call)
        }
        "observe" => super::observation::observe(driver, frame, call.get("observation"), &call.rest),
        "mapInPandas" | "mapInArrow" | "toPandas" | "toArrow" | "pandas_api" => Err(udf::no_pandas(&format!("DataFrame.{name}"))),
        "colRegex" => Ok(Object::Column(column_by_regex(frame, call.text("colName", "str")?)?).value()),
        _ => Err(errors::unknown_to_us(&format!("DataFrame.{name}"))),
    }
}

/// What `explain` prints.
// DIFFERENCE: Spark's physical plan, whose Java code and operators there are none of here: a made-up one would mislead.
pub(super) const NO_PLAN: &str = "== Physical Plan ==\n(Tidemark does not show physical plans.)\n";

/// The mode of `explain`: text or a flag, in one of two arguments.
fn check_explain(call: &Call) -> Result<()> {
    let (extended, mode) = (call.get("extended"), call.get("mode"));
    let chosen = match (extended, mode) {
        (Value::None | Value::Bool(_), Value::None) => return Ok(()),
        (chosen, Value::None) | (Value::None, chosen) => chosen,
        _ => return Err(errors::error("PySparkValueError", "CANNOT_SET_TOGETHER", &[("arg_list", "extended and mode")])),
    };
    match chosen.as_str() {
        Some(known) if ["simple", "extended", "codegen", "cost", "formatted"].contains(&known.to_lowercase().as_str()) => Ok(()),
        Some(other) => {
            let text =
                format!("Unknown explain mode: {other}. Accepted explain modes are 'simple', 'extended', 'codegen', 'cost', 'formatted'.");
            Err(Diagnostic::plain(Class::IllegalArgument, text))
        }
        None if mode.is_none() => Err(errors::not_expected("extended", "bool or str", chosen)),
        None => Err(errors::not_expected("mode", "str", chosen)),
    }
}

fn transformation(frame: &Frame, name: &str, call: &Call) -> Result<Option<Frame>> {
    Ok(Some(match name {
        "select" => frame.select(values::columns(&arguments::spread(&call.rest))?)?,
        "selectExpr" => frame.select(expressions(&call.rest)?)?,
        "filter" | "where" => frame.filter(condition(call.get("condition"))?)?,
        "withColumn" => frame.with_columns(vec![(call.text("colName", "str")?.to_owned(), column_only(call.get("col"), "col")?)])?,
        "withColumns" => with_columns(frame, call)?,
        "withColumnRenamed" => frame.with_column_renamed(call.text("existing", "str")?, call.text("new", "str")?),
        "withColumnsRenamed" => renamed(frame, call)?,
        "withWatermark" => with_watermark(frame, call)?,
        "drop" => drop_columns(frame, call)?,
        "toDF" => to_df(frame, call)?,
        "alias" => match call.get("alias").as_str() {
            Some(alias) => frame.alias(alias),
            None => return Err(Diagnostic::plain(Class::Named("AssertionError".to_owned()), "alias should be a string")),
        },
        "distinct" => frame.drop_duplicates(None)?,
        "dropDuplicates" | "drop_duplicates" => frame.drop_duplicates(subset(call)?.as_deref())?,
        "dropDuplicatesWithinWatermark" => frame.drop_duplicates_within_watermark(subset(call)?.as_deref())?,
        "join" => join(frame, call)?,
        "crossJoin" => frame.cross_join(other(call, "other")?)?,
        "union" | "unionAll" => frame.union(other(call, "other")?)?,
        "unionByName" => frame.union_by_name(other(call, "other")?, call.truth("allowMissingColumns", false)?)?,
        "intersect" => frame.intersect(other(call, "other")?, false)?,
        "intersectAll" => frame.intersect(other(call, "other")?, true)?,
        "subtract" => frame.except(other(call, "other")?, false)?,
        "exceptAll" => frame.except(other(call, "other")?, true)?,
        "orderBy" | "sort" => frame.sort(sort_keys(frame, call)?)?,
        "sortWithinPartitions" => frame.sort_within_partitions(sort_keys(frame, call)?)?,
        "limit" => frame.limit(call.integer("num")?)?,
        "offset" => frame.offset(call.integer("num")?)?,
        "sample" => sample(frame, call)?,
        "repartition" | "repartitionByRange" => {
            let first = Some(call.get("numPartitions")).filter(|it| it.as_i64().is_none());
            let by: Vec<Value> = first.into_iter().chain(&call.rest).cloned().collect();
            if !by.is_empty() {
                // Nothing moves, but the columns must be there.
                frame.select(values::columns(&by)?)?;
            }
            frame.repartition()
        }
        "coalesce" => frame.repartition(),
        "hint" => frame.clone(),
        "fillna" | "dropna" | "replace" => frame_nulls::method(frame, name, call)?,
        _ => return Ok(None),
    }))
}

/// SQL expressions as text, for `selectExpr`.
fn expressions(rest: &[Value]) -> Result<Vec<Expr>> {
    let spread = arguments::spread(rest);
    spread.iter().map(|it| crate::expr::parse(it.as_str().ok_or_else(|| errors::not_expected("expr", "str", it))?)).collect()
}

/// A condition: SQL text or a column.
pub(super) fn condition(value: &Value) -> Result<Expr> {
    match (value.as_str(), Object::of(value)) {
        (Some(text), _) => crate::expr::parse(text),
        (None, Some(Object::Column(expr))) => Ok(expr.clone()),
        _ => Err(errors::not_expected("condition", "Column or str", value)),
    }
}

/// An argument that must be a column, names not allowed.
pub(super) fn column_only(value: &Value, argument: &str) -> Result<Expr> {
    match Object::of(value) {
        Some(Object::Column(expr)) => Ok(expr.clone()),
        _ => Err(errors::not_expected(argument, "Column", value)),
    }
}

fn with_columns(frame: &Frame, call: &Call) -> Result<Frame> {
    let [map] = call.rest.as_slice() else { return Err(Diagnostic::plain(Class::Named("AssertionError".to_owned()), "")) };
    let Some(entries) = map.entries() else { return Err(errors::not_expected("colsMap", "dict", map)) };
    let pair = |(name, column): &(Value, Value)| Ok((name.as_str().unwrap_or_default().to_owned(), values::column(column)?));
    frame.with_columns(entries.iter().map(pair).collect::<Result<_>>()?)
}

fn renamed(frame: &Frame, call: &Call) -> Result<Frame> {
    let map = call.get("colsMap");
    let Some(entries) = map.entries() else { return Err(errors::not_expected("colsMap", "dict", map)) };
    let texts = entries.iter().map(|(old, new)| (old.as_str().unwrap_or_default(), new.as_str().unwrap_or_default()));
    Ok(texts.fold(frame.clone(), |frame, (old, new)| frame.with_column_renamed(old, new)))
}

fn with_watermark(frame: &Frame, call: &Call) -> Result<Frame> {
    let text = |name: &str| {
        let value = call.get(name);
        if let Some(Object::Column(expr)) = Object::of(value) {
            // PySpark asks first whether the argument is true.
            return Err(column::no_truth(expr));
        }
        value.as_str().filter(|it| !it.is_empty()).ok_or_else(|| errors::not_expected(name, "str", value))
    };
    frame.with_watermark(text("eventTime")?, text("delayThreshold")?)
}

/// `colRegex`: the column whose whole name the pattern in backquotes fits, in any case; without backquotes it is a plain name.
fn column_by_regex(frame: &Frame, name: &str) -> Result<Expr> {
    let Some(pattern) = name.strip_prefix('`').and_then(|it| it.strip_suffix('`')) else { return frame.column(name) };
    let fits = fancy_regex::Regex::new(&format!("^(?i:{pattern})$"));
    let fits = fits.map_err(|error| Diagnostic::plain(Class::Named("PatternSyntaxException".to_owned()), error.to_string()))?;
    let names = frame.column_names();
    match names.iter().filter(|it| fits.is_match(it).unwrap_or(false)).collect::<Vec<_>>().as_slice() {
        [one] => frame.column(one),
        _ => Err(errors::unknown_to_us("DataFrame.colRegex that fits no column or several")),
    }
}

fn drop_columns(frame: &Frame, call: &Call) -> Result<Frame> {
    let (mut names, mut columns) = (Vec::new(), Vec::new());
    for value in &call.rest {
        match (value.as_str(), Object::of(value)) {
            (Some(name), _) => names.push(name.to_owned()),
            (None, Some(Object::Column(expr))) => columns.push(expr.clone()),
            _ => return Err(errors::not_expected("col", "Column or str", value)),
        }
    }
    let kept = if columns.is_empty() { frame.clone() } else { frame.drop_columns(&columns) };
    Ok(if names.is_empty() { kept } else { kept.drop_names(&names) })
}

fn to_df(frame: &Frame, call: &Call) -> Result<Frame> {
    let name = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(|| errors::not_expected("cols", "list[str]", value));
    frame.to_df(&call.rest.iter().map(name).collect::<Result<Vec<_>>>()?)
}

fn subset(call: &Call) -> Result<Option<Vec<String>>> {
    call.given("subset").map(|it| arguments::names(it, "subset", "list or tuple")).transpose()
}

fn join(frame: &Frame, call: &Call) -> Result<Frame> {
    let other = other(call, "other")?;
    let assertion = |text: &str| Diagnostic::plain(Class::Named("AssertionError".to_owned()), text);
    let how = match call.given("how") {
        None => "inner",
        Some(how) => how.as_str().ok_or_else(|| assertion("how should be a string"))?,
    };
    let Some(on) = call.given("on") else { return frame.join(other, JoinOn::Nothing, how) };
    let items = if let Value::List(list) = on { list.items() } else { vec![on.clone()] };
    let names: Option<Vec<String>> = items.iter().map(|it| it.as_str().map(str::to_owned)).collect();
    if let Some(names) = names {
        return frame.join(other, JoinOn::Columns(names), how);
    }
    let conditions = items.iter().map(|it| column_only(it, "on").map_err(|_| assertion("on should be Column or list of Column")));
    frame.join(other, JoinOn::Condition(conditions.collect::<Result<_>>()?), how)
}

/// The keys of `groupBy`: columns, names, or places from 1.
fn keys(frame: &Frame, rest: &[Value]) -> Result<Vec<Expr>> {
    let by_place = |value: &Value| match value {
        Value::Int(place) if *place < 1 => Err(errors::error("PySparkIndexError", "INDEX_NOT_POSITIVE", &[("index", &place.to_string())])),
        Value::Int(place) => frame.column(&name_at(frame, place - 1)?),
        value => values::column(value),
    };
    arguments::spread(rest).iter().map(by_place).collect()
}

fn sort_keys(frame: &Frame, call: &Call) -> Result<Vec<SortKey>> {
    if call.rest.is_empty() {
        return Err(errors::error("PySparkValueError", "CANNOT_BE_EMPTY", &[("item", "cols")]));
    }
    let mut sorted = Vec::new();
    for value in arguments::spread(&call.rest) {
        sorted.push(match value {
            Value::Int(0) => return Err(errors::error("PySparkIndexError", "ZERO_INDEX", &[])),
            Value::Int(place) => {
                let key = window::sort_key(frame.column(&name_at(frame, place.abs() - 1)?)?);
                if place < 0 { reversed(key) } else { key }
            }
            value => window::sort_key(values::column(&value)?),
        });
    }
    let ascending = call.keywords.iter().find(|it| it.0 == "ascending").map(|it| &it.1);
    let flags: Vec<bool> = match ascending {
        None => return Ok(sorted),
        Some(Value::List(list)) => list.items().iter().map(|it| it.as_i64().is_none_or(|it| it != 0)).collect(),
        Some(one) => match one.as_i64() {
            Some(flag) => vec![flag != 0; sorted.len()],
            None => return Err(errors::not_expected("ascending", "bool or list", one)),
        },
    };
    Ok(sorted.into_iter().zip(flags).map(|(key, ascending)| if ascending { key } else { reversed(key) }).collect())
}

fn reversed(key: SortKey) -> SortKey {
    SortKey { descending: true, nulls_first: false, ..key }
}

fn sample(frame: &Frame, call: &Call) -> Result<Frame> {
    let (first, second) = (call.get("withReplacement"), call.get("fraction"));
    let (with_replacement, fraction, seed) = match (first.as_bool(), second.as_f64()) {
        (Some(flag), Some(fraction)) => (flag, fraction, call.get("seed").as_i64()),
        (None, Some(fraction)) if first.is_none() => (false, fraction, call.get("seed").as_i64()),
        // `sample(0.5)`, `sample(0.5, 42)`.
        _ => match first.as_f64() {
            Some(fraction) => (false, fraction, second.as_i64()),
            None => return Err(errors::not_expected("fraction", "float", second)),
        },
    };
    Ok(frame.sample(with_replacement, fraction, seed.unwrap_or(0)))
}

fn create_view(driver: &mut Driver, frame: &Frame, call: &Call) -> Result<Value> {
    let name = call.text("name", "str")?;
    if driver.session.catalog().has_view(name) {
        let text = format!(
            "Cannot create the temporary view `{name}` because it already exists.\nChoose a different name, drop or replace the existing view,  or add the IF NOT EXISTS clause to tolerate pre-existing views."
        );
        let class = Class::Named("TempTableAlreadyExistsException".to_owned());
        return Err(Diagnostic::new(class, "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", text, "42P07"));
    }
    driver.session.catalog_mut().put_view(name, frame.clone());
    Ok(Value::None)
}
