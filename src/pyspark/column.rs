//! `Column`: operators and methods that build expressions, and how a column shows itself.

use super::arguments::Call;
use super::errors;
use super::object::Object;
use super::values;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::Expr;
use crate::expr::SortKey;
use crate::python;
use crate::sql::ddl;
use crate::types;
use crate::types::DataType;

/// A Python operator with a column on at least one side; none where PySpark's `Column` does not have it.
pub(super) fn operator(sign: &str, left: &python::Value, right: &python::Value) -> Option<Result<Expr>> {
    let own = |value: &python::Value| matches!(Object::of(value), Some(Object::Column(_)));
    if sign == "in" {
        return own(right).then(|| Err(errors::error("PySparkValueError", "CANNOT_APPLY_IN_FOR_COLUMN", &[])));
    }
    if sign == "[]" {
        return own(left).then(|| item(left, right));
    }
    if !own(left) && !own(right) {
        return None;
    }
    if sign == "neg" {
        return Some(values::literal(left).map(|it| Expr::call("negative", vec![it])));
    }
    if sign == "invert" {
        return Some(values::literal(left).map(|it| Expr::call("not", vec![it])));
    }
    let name = match sign {
        "+" | "-" | "*" | "/" | "%" | "<" | "<=" | ">" | ">=" => sign,
        "**" => "power",
        "==" | "!=" => "=",
        "&" => "and",
        "|" => "or",
        _ => return None,
    };
    // Python asks the column on the right where the left side is none: comparisons are mirrored, `+` and `*` keep the column first.
    let (left, right, name) = match (own(left), name) {
        (true, _) => (left, right, name),
        (false, "+" | "*" | "and" | "or" | "=") => (right, left, name),
        (false, "<") => (right, left, ">"),
        (false, "<=") => (right, left, ">="),
        (false, ">") => (right, left, "<"),
        (false, ">=") => (right, left, "<="),
        (false, _) => (left, right, name),
    };
    let made = values::literal(left).and_then(|left| Ok(Expr::call(name, vec![left, values::literal(right)?])));
    Some(made.map(|it| if sign == "!=" { Expr::call("not", vec![it]) } else { it }))
}

/// `column[key]`: an element, a map's value, a field; a slice is `substr`.
fn item(column: &python::Value, key: &python::Value) -> Result<Expr> {
    let base = values::literal(column)?;
    if let python::Value::Slice(parts) = key {
        let [start, stop, step] = parts.as_ref();
        if !step.is_none() {
            return Err(errors::error("PySparkValueError", "SLICE_WITH_STEP", &[]));
        }
        return substring(base, start, stop);
    }
    Ok(Expr::Item(Box::new(base), Box::new(values::literal(key)?)))
}

/// `column.name`: a field of a struct.
pub(super) fn field(base: &Expr, name: &str) -> Result<Expr> {
    if name.starts_with("__") {
        return Err(errors::error("PySparkAttributeError", "CANNOT_ACCESS_TO_DUNDER", &[]));
    }
    Ok(Expr::Item(Box::new(base.clone()), Box::new(values::text_literal(name))))
}

/// What `bool(column)` raises.
pub(super) fn no_truth(expr: &Expr) -> Box<Diagnostic> {
    errors::error("PySparkValueError", "CANNOT_CONVERT_COLUMN_INTO_BOOL", &[("column", &text(expr))])
}

/// A method of `Column`, other than those that need Python called.
pub(super) fn method(base: &Expr, name: &str, call: &Call) -> Result<python::Value> {
    let own = || base.clone();
    let with =
        |function: &str, argument: &str| -> Result<Expr> { Ok(Expr::call(function, vec![own(), values::literal(call.get(argument))?])) };
    let made = match name {
        "alias" | "name" => alias(base, call)?,
        "asc" | "asc_nulls_first" => sorted(base, false, true),
        "asc_nulls_last" => sorted(base, false, false),
        "desc" | "desc_nulls_last" => sorted(base, true, false),
        "desc_nulls_first" => sorted(base, true, true),
        "cast" | "astype" => Expr::Cast(Box::new(own()), target_type(call.get("dataType"))?, false),
        "try_cast" => Expr::Cast(Box::new(own()), target_type(call.get("dataType"))?, true),
        "isNull" => Expr::call("isnull", vec![own()]),
        "isNotNull" => Expr::call("isnotnull", vec![own()]),
        "isNaN" => Expr::call("isnan", vec![own()]),
        "isin" => is_in(base, call)?,
        "between" => {
            let bound = |sign: &str, argument| -> Result<Expr> { Ok(Expr::call(sign, vec![own(), values::literal(call.get(argument))?])) };
            Expr::call("and", vec![bound(">=", "lowerBound")?, bound("<=", "upperBound")?])
        }
        "like" | "rlike" | "ilike" | "contains" | "startswith" | "endswith" => with(name, "other")?,
        "eqNullSafe" => with("<=>", "other")?,
        "bitwiseAND" => with("&", "other")?,
        "bitwiseOR" => with("|", "other")?,
        "bitwiseXOR" => with("^", "other")?,
        "substr" => substring(own(), call.get("startPos"), call.get("length"))?,
        "getItem" => item(&Object::Column(own()).value(), call.get("key"))?,
        "getField" => item(&Object::Column(own()).value(), call.get("name"))?,
        "when" => when_again(base, call)?,
        "otherwise" => otherwise(base, call)?,
        "over" => over(base, call)?,
        "withField" => {
            let value = column_argument(call.get("col"))?;
            with_field(own(), &dotted(call.text("fieldName", "str")?), value)
        }
        "dropFields" => call.rest.iter().try_fold(own(), |base, name| match name.as_str() {
            Some(name) => Ok(without_field(base, &dotted(name))),
            None => Err(errors::not_expected("fieldName", "str", name)),
        })?,
        _ => return Err(errors::unknown_to_us(&format!("Column.{name}"))),
    };
    Ok(Object::Column(made).value())
}

fn column_argument(value: &python::Value) -> Result<Expr> {
    match Object::of(value) {
        Some(Object::Column(expr)) => Ok(expr.clone()),
        _ => Err(errors::not_expected("col", "Column", value)),
    }
}

fn dotted(name: &str) -> Vec<String> {
    name.split('.').map(str::to_owned).collect()
}

/// `withField("a.b", value)` changes `b` within `a`.
fn with_field(base: Expr, path: &[String], value: Expr) -> Expr {
    let [name, rest @ ..] = path else { return value };
    let inner = if rest.is_empty() { value } else { with_field(Expr::FieldOf(Box::new(base.clone()), name.clone()), rest, value) };
    Expr::call("$with_field", vec![base, values::text_literal(name), inner])
}

/// `dropFields("a.b")` drops `b` within `a`.
fn without_field(base: Expr, path: &[String]) -> Expr {
    match path {
        [name, rest @ ..] if !rest.is_empty() => {
            let inner = without_field(Expr::FieldOf(Box::new(base.clone()), name.clone()), rest);
            Expr::call("$with_field", vec![base, values::text_literal(name), inner])
        }
        [name] => Expr::call("$without_field", vec![base, values::text_literal(name)]),
        _ => base,
    }
}

fn alias(base: &Expr, call: &Call) -> Result<Expr> {
    let metadata = call.keywords.iter().find(|it| it.0 == "metadata" && !it.1.is_none());
    if metadata.is_some() && call.rest.len() != 1 {
        return Err(errors::error("PySparkValueError", "ONLY_ALLOWED_FOR_SINGLE_COLUMN", &[("arg_name", "metadata")]));
    }
    let name = |value: &python::Value| value.as_str().map(str::to_owned).ok_or_else(|| errors::not_expected("alias", "str", value));
    Ok(Expr::Alias(Box::new(base.clone()), call.rest.iter().map(name).collect::<Result<_>>()?))
}

/// A sort key; a second direction replaces the first.
pub(super) fn sorted(base: &Expr, descending: bool, nulls_first: bool) -> Expr {
    Expr::Sort(Box::new(SortKey { expr: base.clone(), descending, nulls_first }))
}

/// The type that `cast` is given: text or a `DataType`.
pub(super) fn target_type(value: &python::Value) -> Result<DataType> {
    if let Some(data_type) = super::types_module::data_type_of(value) {
        return Ok(data_type);
    }
    match value.as_str() {
        Some(text) => ddl::parse_data_type(text),
        None => Err(errors::not_expected("dataType", "DataType or str", value)),
    }
}

fn is_in(base: &Expr, call: &Call) -> Result<Expr> {
    let items = match call.rest.as_slice() {
        [one @ (python::Value::List(_) | python::Value::Set(_))] => one.items().unwrap_or_default(),
        [one] if matches!(Object::of(one), Some(Object::Frame(_))) => return Err(errors::unknown_to_us("isin of a DataFrame")),
        items => items.to_vec(),
    };
    let mut arguments = vec![base.clone()];
    for item in &items {
        arguments.push(values::literal(item)?);
    }
    Ok(Expr::call("in", arguments))
}

fn substring(base: Expr, start: &python::Value, length: &python::Value) -> Result<Expr> {
    let (a, b) = (errors::type_name(start), errors::type_name(length));
    if a != b {
        let parameters = [("arg_name1", "startPos"), ("arg_name2", "length"), ("arg_type1", a.as_str()), ("arg_type2", b.as_str())];
        return Err(errors::error("PySparkTypeError", "NOT_SAME_TYPE", &parameters));
    }
    if a != "int" && a != "Column" {
        return Err(errors::not_expected("startPos", "Column or int", start));
    }
    Ok(Expr::call("substr", vec![base, values::literal(start)?, values::literal(length)?]))
}

fn when_again(base: &Expr, call: &Call) -> Result<Expr> {
    let Some(Object::Column(condition)) = Object::of(call.get("condition")) else {
        return Err(errors::not_expected("condition", "Column", call.get("condition")));
    };
    let Expr::Case(branches, None) = base else {
        let text = match base {
            Expr::Case(..) => "when() cannot be applied once otherwise() is applied",
            _ => "when() can only be applied on a Column previously generated by when() function",
        };
        return Err(Diagnostic::plain(Class::IllegalArgument, text));
    };
    let mut branches = branches.clone();
    branches.push((condition.clone(), values::literal(call.get("value"))?));
    Ok(Expr::Case(branches, None))
}

fn otherwise(base: &Expr, call: &Call) -> Result<Expr> {
    match base {
        Expr::Case(branches, None) => Ok(Expr::Case(branches.clone(), Some(Box::new(values::literal(call.get("value"))?)))),
        Expr::Case(..) => Err(Diagnostic::plain(
            Class::IllegalArgument,
            "otherwise() can only be applied once on a Column previously generated by when()",
        )),
        _ => Err(Diagnostic::plain(Class::IllegalArgument, "otherwise() can only be applied on a Column previously generated by when()")),
    }
}

fn over(base: &Expr, call: &Call) -> Result<Expr> {
    let Some(Object::Window(window)) = Object::of(call.get("window")) else {
        return Err(errors::not_expected("window", "WindowSpec", call.get("window")));
    };
    Ok(Expr::Over(Box::new(base.clone()), window.partition.clone(), window.order.clone(), window.frame.clone()))
}

/// How a column shows itself: `Column.toString` of Spark, operators as calls.
pub(super) fn text(expr: &Expr) -> String {
    let list = |items: &[Expr]| items.iter().map(text).collect::<Vec<_>>().join(", ");
    match expr {
        Expr::Name(parts) => parts.join("."),
        Expr::ColumnOf(_, name) => name.clone(),
        Expr::Star(prefix) if prefix.is_empty() => "*".to_owned(),
        Expr::Star(prefix) => format!("{}.*", prefix.join(".")),
        Expr::Literal(value, data_type) => literal_text(value, data_type),
        Expr::Alias(child, names) => match names.as_slice() {
            [name] => format!("{} AS {name}", text(child)),
            names => format!("{} AS ({})", text(child), names.join(", ")),
        },
        Expr::Call { name, arguments, .. } => format!("{}({})", shown_name(name), list(arguments)),
        Expr::Cast(child, data_type, tried) => format!("{}CAST({} AS {})", if *tried { "TRY_" } else { "" }, text(child), data_type.sql()),
        Expr::Case(branches, otherwise) => {
            let branches: Vec<String> =
                branches.iter().map(|(condition, value)| format!(" WHEN {} THEN {}", text(condition), text(value))).collect();
            let otherwise = otherwise.as_ref().map(|it| format!(" ELSE {}", text(it))).unwrap_or_default();
            format!("CASE{}{otherwise} END", branches.concat())
        }
        Expr::Item(child, key) => format!("{}[{}]", text(child), text(key)),
        Expr::FieldOf(child, name) => format!("{}.{name}", text(child)),
        Expr::Lambda(names, body) => match names.as_slice() {
            [name] => format!("{name} -> {}", text(body)),
            names => format!("({}) -> {}", names.join(", "), text(body)),
        },
        Expr::Over(child, partition, order, _) => {
            let order: Vec<String> = order.iter().map(sort_text).collect();
            let by = |word: &str, items: String| if items.is_empty() { String::new() } else { format!("{word} BY {items}") };
            let parts = [by("PARTITION", list(partition)), by("ORDER", order.join(", "))];
            let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|it| !it.is_empty()).collect();
            format!("{} OVER ({})", text(child), parts.join(" "))
        }
        Expr::Sort(key) => sort_text(key),
        Expr::External(function, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(|argument| text(&argument.1)).collect();
            format!("{}({})", function.0.name(), arguments.join(", "))
        }
        Expr::At(child, _) => text(child),
    }
}

fn sort_text(key: &SortKey) -> String {
    let direction = if key.descending { "DESC" } else { "ASC" };
    let nulls = if key.nulls_first { "FIRST" } else { "LAST" };
    format!("{} {direction} NULLS {nulls}", text(&key.expr))
}

fn shown_name(name: &str) -> &str {
    match name {
        "not" => "!",
        "isnull" => "isNull",
        "isnotnull" => "isNotNull",
        "isnan" => "isNaN",
        "$with_field" | "$without_field" => "update_fields",
        other => other,
    }
}

fn literal_text(value: &types::Value, data_type: &DataType) -> String {
    match value {
        types::Value::Null => "NULL".to_owned(),
        types::Value::String(text) => format!("'{text}'"),
        other => types::display::cast_string(other, data_type, &types::Zone::utc()).unwrap_or_default(),
    }
}
