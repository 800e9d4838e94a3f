//! `fillna`, `dropna`, `replace`, and the same on `df.na`.

use super::arguments;
use super::arguments::Call;
use super::errors;
use super::values;
use crate::diag::Result;
use crate::plan::Frame;
use crate::python::Value;
use crate::types;

/// One of the three, by its name on `DataFrame`.
pub(super) fn method(frame: &Frame, name: &str, call: &Call) -> Result<Frame> {
    match name {
        "fillna" => fill(frame, call),
        "dropna" => drop_nulls(frame, call),
        _ => replace(frame, call),
    }
}

fn subset(call: &Call, expected: &str) -> Result<Option<Vec<String>>> {
    let Some(value) = call.given("subset") else { return Ok(None) };
    match value.as_str() {
        Some(one) => Ok(Some(vec![one.to_owned()])),
        None => arguments::names(value, "subset", expected).map(Some),
    }
}

fn plain(value: &Value) -> Option<types::Value> {
    values::plain(value).map(|it| it.0)
}

fn fill(frame: &Frame, call: &Call) -> Result<Frame> {
    let value = call.get("value");
    let wrong = || errors::not_expected("value", "bool, dict, float, int or str", value);
    if let Some(entries) = value.entries() {
        let pair = |(name, value): &(Value, Value)| Some((name.as_str()?.to_owned(), plain(value)?));
        let pairs: Option<Vec<_>> = entries.iter().map(pair).collect();
        return frame.fill_map(&pairs.ok_or_else(wrong)?);
    }
    if !matches!(value, Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_)) {
        return Err(wrong());
    }
    let filler = match value {
        Value::Int(_) => types::Value::Double(value.as_f64().unwrap_or_default()),
        value => plain(value).ok_or_else(wrong)?,
    };
    frame.fill(&filler, subset(call, "list or tuple")?.as_deref())
}

fn drop_nulls(frame: &Frame, call: &Call) -> Result<Frame> {
    let how = call.optional_text("how")?.unwrap_or("any");
    if how != "any" && how != "all" {
        let parameters = [("arg_name", "how"), ("allowed_values", "['any', 'all']")];
        return Err(errors::error("PySparkValueError", "VALUE_NOT_ALLOWED", &parameters));
    }
    let subset = subset(call, "list, str or tuple")?;
    let at_least = match call.given("thresh") {
        Some(thresh) => thresh.as_i64().and_then(|it| usize::try_from(it).ok()),
        None if how == "all" => Some(1),
        None => None,
    };
    frame.drop_nulls(at_least, subset.as_deref())
}

fn replace(frame: &Frame, call: &Call) -> Result<Frame> {
    let (old, new) = (call.get("to_replace"), call.get("value"));
    let pairs: Vec<(Value, Value)> = match (old.entries(), old.items(), new.items()) {
        (Some(entries), ..) => entries,
        (None, ..) if !call.has("value") => {
            let parameters = [("arg_name", "value"), ("condition", "`to_replace` is dict")];
            return Err(errors::error("PySparkTypeError", "ARGUMENT_REQUIRED", &parameters));
        }
        (None, Some(old), Some(new)) => {
            if old.len() != new.len() {
                let (left, right) = (old.len().to_string(), new.len().to_string());
                let parameters =
                    [("arg1", "to_replace"), ("arg2", "value"), ("arg1_length", left.as_str()), ("arg2_length", right.as_str())];
                return Err(errors::error("PySparkValueError", "LENGTH_SHOULD_BE_THE_SAME", &parameters));
            }
            old.into_iter().zip(new).collect()
        }
        (None, Some(old), None) => old.into_iter().map(|it| (it, new.clone())).collect(),
        (None, None, _) => vec![(old.clone(), new.clone())],
    };
    let wrong = || errors::not_expected("to_replace", "bool, dict, float, int, str or tuple", old);
    let pairs: Option<Vec<_>> = pairs.iter().map(|(old, new)| Some((plain(old)?, plain(new)?))).collect();
    frame.replace(&pairs.ok_or_else(wrong)?, subset(call, "list, str or tuple")?.as_deref())
}
