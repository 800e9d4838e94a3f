//! Methods of `str`.

use super::Given;
use super::class_method;
use super::function;
use super::integer;
use super::method;
use super::text_of;
use crate::python::function::Builtin;
use crate::python::host::Arguments;
use crate::python::item::slice_bounds;
use crate::python::machine::Vm;
use crate::python::operate::bounded;
use crate::python::raised::Raised;
use crate::python::value::Value;
use std::rc::Rc;

pub(super) static TABLE: &[Builtin] = &[
    method("upper", |_, given| map(&given, "upper", str::to_uppercase)),
    method("lower", |_, given| map(&given, "lower", str::to_lowercase)),
    method("casefold", |_, given| map(&given, "casefold", str::to_lowercase)),
    method("swapcase", |_, given| map(&given, "swapcase", swap_case)),
    method("title", |_, given| map(&given, "title", title)),
    method("capitalize", |_, given| map(&given, "capitalize", capitalize)),
    method("strip", |_, given| strip(given, "strip", true, true)),
    method("lstrip", |_, given| strip(given, "lstrip", true, false)),
    method("rstrip", |_, given| strip(given, "rstrip", false, true)),
    method("startswith", |_, given| affix(given, "startswith")),
    method("endswith", |_, given| affix(given, "endswith")),
    method("removeprefix", |_, mut given| {
        let (text, prefix) = (text_of(&given.receiver(), "removeprefix")?, given.one("removeprefix")?);
        Ok(Value::str(text.strip_prefix(prefix.as_str().unwrap_or("")).unwrap_or(&text)))
    }),
    method("removesuffix", |_, mut given| {
        let (text, suffix) = (text_of(&given.receiver(), "removesuffix")?, given.one("removesuffix")?);
        Ok(Value::str(text.strip_suffix(suffix.as_str().unwrap_or("")).unwrap_or(&text)))
    }),
    method("split", |_, given| split(given, false)),
    method("rsplit", |_, given| split(given, true)),
    method("splitlines", split_lines),
    method("partition", |_, given| partition(given, false)),
    method("rpartition", |_, given| partition(given, true)),
    method("join", join),
    method("replace", replace),
    method("find", |_, given| find(given, "find", false).map(|place| Value::Int(place.unwrap_or(-1)))),
    method("rfind", |_, given| find(given, "rfind", true).map(|place| Value::Int(place.unwrap_or(-1)))),
    method("index", |_, given| find(given, "index", false)?.map(Value::Int).ok_or_else(|| Raised::value_error("substring not found"))),
    method("rindex", |_, given| find(given, "rindex", true)?.map(Value::Int).ok_or_else(|| Raised::value_error("substring not found"))),
    method("count", |_, mut given| {
        let part = given.need("count", 1, "sub")?;
        let (_, window) = window(&mut given, "count")?;
        let part = sub(&part, "count")?;
        let count = if part.is_empty() { window.chars().count() + 1 } else { window.matches(&*part).count() };
        Ok(Value::Int(i64::try_from(count).unwrap_or(0)))
    }),
];

pub(super) static MORE: &[Builtin] = &[
    method("isdigit", |_, given| test(&given, "isdigit", |found| found.is_numeric() && !found.is_alphabetic())),
    method("isdecimal", |_, given| test(&given, "isdecimal", |found| found.is_ascii_digit())),
    method("isnumeric", |_, given| test(&given, "isnumeric", char::is_numeric)),
    method("isalpha", |_, given| test(&given, "isalpha", char::is_alphabetic)),
    method("isalnum", |_, given| test(&given, "isalnum", char::is_alphanumeric)),
    method("isspace", |_, given| test(&given, "isspace", char::is_whitespace)),
    method("isascii", |_, given| Ok(Value::Bool(text_of(&given.receiver(), "isascii")?.is_ascii()))),
    method("isupper", |_, given| {
        let text = text_of(&given.receiver(), "isupper")?;
        Ok(Value::Bool(text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase)))
    }),
    method("islower", |_, given| {
        let text = text_of(&given.receiver(), "islower")?;
        Ok(Value::Bool(text.chars().any(char::is_lowercase) && !text.chars().any(char::is_uppercase)))
    }),
    method("istitle", |_, given| {
        let text = text_of(&given.receiver(), "istitle")?;
        Ok(Value::Bool(text.chars().any(char::is_alphabetic) && title(&text) == *text))
    }),
    method("isidentifier", |_, given| {
        let text = text_of(&given.receiver(), "isidentifier")?;
        let first = text.chars().next().is_some_and(|found| found.is_alphabetic() || found == '_');
        Ok(Value::Bool(first && text.chars().all(|found| found.is_alphanumeric() || found == '_')))
    }),
    method("isprintable", |_, given| Ok(Value::Bool(!text_of(&given.receiver(), "isprintable")?.chars().any(char::is_control)))),
    method("center", |_, given| justify(given, "center")),
    method("ljust", |_, given| justify(given, "ljust")),
    method("rjust", |_, given| justify(given, "rjust")),
    method("zfill", |_, mut given| {
        let text = text_of(&given.receiver(), "zfill")?;
        let width = usize::try_from(integer(&given.one("zfill")?)?).unwrap_or(0);
        bounded(width)?;
        let missing = "0".repeat(width.saturating_sub(text.chars().count()));
        Ok(Value::from(match text.strip_prefix(['-', '+']) {
            Some(rest) => format!("{}{missing}{rest}", &text[..1]),
            None => format!("{missing}{text}"),
        }))
    }),
    method("expandtabs", |_, mut given| {
        let text = text_of(&given.receiver(), "expandtabs")?;
        let size = given.take(1, "tabsize").and_then(|size| size.as_i64()).unwrap_or(8);
        let size = usize::try_from(size).unwrap_or(0).min(1000);
        let mut out = String::new();
        let mut column = 0;
        for found in text.chars() {
            match found {
                '\t' if size > 0 => {
                    let count = size - column % size;
                    out.push_str(&" ".repeat(count));
                    column += count;
                }
                '\t' => {}
                '\n' | '\r' => {
                    out.push(found);
                    column = 0;
                }
                _ => {
                    out.push(found);
                    column += 1;
                }
            }
        }
        Ok(Value::from(out))
    }),
    method("format", |vm, given| {
        let text = text_of(&given.receiver(), "format")?;
        vm.str_format(&text, &given.positional[1..], &given.keyword).map(Value::from)
    }),
    method("format_map", |vm, mut given| {
        let text = text_of(&given.receiver(), "format_map")?;
        let entries = given.one("format_map")?.entries().unwrap_or_default();
        let keyword: Vec<(String, Value)> =
            entries.into_iter().map(|(name, value)| (name.as_str().unwrap_or("").to_owned(), value)).collect();
        vm.str_format(&text, &[], &keyword).map(Value::from)
    }),
    method("encode", |_, given| Ok(Value::bytes(text_of(&given.receiver(), "encode")?.as_bytes()))),
    method("translate", translate),
    function("maketrans", make_translation),
    class_method("__new__", |vm, mut given| {
        let class = given.positional.remove(0);
        vm.new_of(&class, given)
    }),
];

fn map(given: &Arguments, name: &str, change: fn(&str) -> String) -> Given {
    given.at_most(name, 0, true)?;
    Ok(Value::from(change(&text_of(&given.receiver(), name)?)))
}

fn test(given: &Arguments, name: &str, holds: fn(char) -> bool) -> Given {
    let text = text_of(&given.receiver(), name)?;
    Ok(Value::Bool(!text.is_empty() && text.chars().all(holds)))
}

fn swap_case(text: &str) -> String {
    text.chars()
        .flat_map(|found| if found.is_uppercase() { found.to_lowercase().collect::<Vec<_>>() } else { found.to_uppercase().collect() })
        .collect()
}

fn title(text: &str) -> String {
    let mut inside = false;
    let mut out = String::new();
    for found in text.chars() {
        if inside {
            out.extend(found.to_lowercase())
        } else {
            out.extend(found.to_uppercase())
        }
        inside = found.is_alphabetic();
    }
    out
}

fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect(),
        None => String::new(),
    }
}

fn strip(mut given: Arguments, name: &str, left: bool, right: bool) -> Given {
    let text = text_of(&given.receiver(), name)?;
    let set = match given.take(1, "chars") {
        None | Some(Value::None) => None,
        Some(Value::Str(set)) => Some(set),
        Some(_) => return Err(Raised::type_error(format!("{name} arg must be None or str"))),
    };
    let matches = |found: char| set.as_ref().map_or_else(|| found.is_whitespace(), |set| set.contains(found));
    let mut rest = &*text;
    if left {
        rest = rest.trim_start_matches(matches);
    }
    if right {
        rest = rest.trim_end_matches(matches);
    }
    Ok(Value::str(rest))
}

fn sub(value: &Value, name: &str) -> Result<Rc<str>, Raised> {
    match value.plain() {
        Value::Str(text) => Ok(Rc::clone(text)),
        other => {
            let _ = name;
            Err(Raised::type_error(format!("must be str, not {}", other.type_name())))
        }
    }
}

/// The part of the receiver between the optional `start` and `end`, and the place of its first character.
fn window(given: &mut Arguments, name: &str) -> Result<(i64, String), Raised> {
    let text = text_of(&given.receiver(), name)?;
    let (start, end) = (given.take(2, "start").unwrap_or(Value::None), given.take(3, "end").unwrap_or(Value::None));
    if start.is_none() && end.is_none() {
        return Ok((0, text.to_string()));
    }
    let length = text.chars().count();
    let bounds = slice_bounds(&[start, end, Value::None], length)?;
    let skip = usize::try_from(bounds.start).unwrap_or(0);
    Ok((bounds.start, text.chars().skip(skip).take(bounds.len()).collect()))
}

fn affix(mut given: Arguments, name: &str) -> Given {
    let wanted = given.need(name, 1, "prefix")?;
    let (_, text) = window(&mut given, name)?;
    let candidates = if let Value::Tuple(many) = &wanted { many.to_vec() } else { vec![wanted] };
    for candidate in candidates {
        let Value::Str(part) = candidate.plain() else {
            let message = format!("{name} first arg must be str or a tuple of str, not {}", candidate.type_name());
            return Err(Raised::type_error(message));
        };
        if if name == "startswith" { text.starts_with(&**part) } else { text.ends_with(&**part) } {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn split(mut given: Arguments, from_right: bool) -> Given {
    let text = text_of(&given.receiver(), "split")?;
    let sep = given.take(1, "sep").unwrap_or(Value::None);
    let most = given.take(2, "maxsplit").and_then(|most| most.as_i64()).unwrap_or(-1);
    let most = usize::try_from(most).map_or(usize::MAX, |most| most.saturating_add(1));
    let mut parts: Vec<&str> = match sep.plain() {
        Value::None => split_spaces(&text, most, from_right),
        Value::Str(sep) if sep.is_empty() => return Err(Raised::value_error("empty separator")),
        Value::Str(sep) if from_right => text.rsplitn(most, &**sep).collect(),
        Value::Str(sep) => text.splitn(most, &**sep).collect(),
        other => return Err(Raised::type_error(format!("must be str or None, not {}", other.type_name()))),
    };
    if from_right {
        parts.reverse();
    }
    Ok(Value::list(parts.into_iter().map(Value::str).collect()))
}

/// Splits at runs of white space; from the right the parts come last first.
fn split_spaces(text: &str, most: usize, from_right: bool) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = if from_right { text.trim_end() } else { text.trim_start() };
    while !rest.is_empty() {
        if parts.len() + 1 >= most {
            parts.push(if from_right { rest.trim_end() } else { rest });
            break;
        }
        let gap = if from_right { rest.rfind(char::is_whitespace) } else { rest.find(char::is_whitespace) };
        match gap {
            None => {
                parts.push(rest);
                break;
            }
            Some(place) if from_right => {
                let (before, part) = rest.split_at(place);
                parts.push(part.trim_start());
                rest = before.trim_end();
            }
            Some(place) => {
                let (part, after) = rest.split_at(place);
                parts.push(part);
                rest = after.trim_start();
            }
        }
    }
    parts
}

fn split_lines(vm: &mut Vm<'_>, mut given: Arguments) -> Given {
    let text = text_of(&given.receiver(), "splitlines")?;
    let keep = match given.take(1, "keepends") {
        Some(keep) => vm.truth(&keep)?,
        None => false,
    };
    let lines = text
        .split_inclusive('\n')
        .map(|line| if keep { line } else { line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line)) });
    Ok(Value::list(lines.map(Value::str).collect()))
}

fn partition(mut given: Arguments, from_right: bool) -> Given {
    let text = text_of(&given.receiver(), "partition")?;
    let sep = sub(&given.one("partition")?, "partition")?;
    if sep.is_empty() {
        return Err(Raised::value_error("empty separator"));
    }
    let found = if from_right { text.rsplit_once(&*sep) } else { text.split_once(&*sep) };
    let parts = match (found, from_right) {
        (Some((before, after)), _) => [before, &sep, after],
        (None, false) => [&*text, "", ""],
        (None, true) => ["", "", &*text],
    };
    Ok(Value::tuple(parts.into_iter().map(Value::str).collect()))
}

fn join(vm: &mut Vm<'_>, mut given: Arguments) -> Given {
    let sep = text_of(&given.receiver(), "join")?;
    let items = given.one("join")?;
    if !vm.is_iterable(&items) {
        return Err(Raised::type_error("can only join an iterable"));
    }
    let mut out = String::new();
    for (place, item) in vm.iterate(&items)?.iter().enumerate() {
        let Value::Str(text) = item.plain() else {
            return Err(Raised::type_error(format!("sequence item {place}: expected str instance, {} found", item.type_name())));
        };
        if place > 0 {
            out.push_str(&sep);
        }
        out.push_str(text);
        bounded(out.len())?;
    }
    Ok(Value::from(out))
}

fn replace(_: &mut Vm<'_>, mut given: Arguments) -> Given {
    let text = text_of(&given.receiver(), "replace")?;
    let (old, new) = (given.need("replace", 1, "old")?, given.need("replace", 2, "new")?);
    let wrong =
        |place: usize, value: &Value| Raised::type_error(format!("replace() argument {place} must be str, not {}", value.type_name()));
    let (Value::Str(old_text), Value::Str(new_text)) = (old.plain(), new.plain()) else {
        return Err(if old.as_str().is_none() { wrong(1, &old) } else { wrong(2, &new) });
    };
    let most = given.take(3, "count").and_then(|count| count.as_i64()).unwrap_or(-1);
    bounded(text.len().saturating_add(text.len().saturating_mul(new_text.len())))?;
    Ok(Value::from(match usize::try_from(most) {
        Ok(most) => text.replacen(&**old_text, new_text, most),
        Err(_) => text.replace(&**old_text, new_text),
    }))
}

fn find(mut given: Arguments, name: &str, from_right: bool) -> Result<Option<i64>, Raised> {
    let part = sub(&given.need(name, 1, "sub")?, name)?;
    let (start, text) = window(&mut given, name)?;
    let place = if from_right { text.rfind(&*part) } else { text.find(&*part) };
    Ok(place.map(|place| start + i64::try_from(text[..place].chars().count()).unwrap_or(0)))
}

fn justify(mut given: Arguments, name: &str) -> Given {
    let text = text_of(&given.receiver(), name)?;
    let width = usize::try_from(integer(&given.need(name, 1, "width")?)?).unwrap_or(0);
    bounded(width)?;
    let fill = given.take(2, "fillchar").unwrap_or_else(|| Value::str(" "));
    let Some(fill) = fill.as_str().filter(|fill| fill.chars().count() == 1) else {
        return Err(Raised::type_error("The fill character must be exactly one character long"));
    };
    let length = text.chars().count();
    let missing = width.saturating_sub(length);
    let left = match name {
        "ljust" => 0,
        "rjust" => missing,
        _ => missing / 2 + (missing & width & 1),
    };
    Ok(Value::from(format!("{}{text}{}", fill.repeat(left), fill.repeat(missing - left))))
}

fn translate(_: &mut Vm<'_>, mut given: Arguments) -> Given {
    let text = text_of(&given.receiver(), "translate")?;
    let table = given.one("translate")?;
    let Value::Dict(table) = table.plain() else { return Err(Raised::type_error("'translate' needs a table made by str.maketrans")) };
    let mut out = String::new();
    for found in text.chars() {
        match table.get_plain(&Value::Int(i64::from(u32::from(found)))) {
            None => out.push(found),
            Some(Value::Str(text)) => out.push_str(&text),
            Some(Value::Int(code)) => out.extend(u32::try_from(code).ok().and_then(char::from_u32)),
            Some(_) => {}
        }
    }
    Ok(Value::from(out))
}

fn make_translation(_: &mut Vm<'_>, given: Arguments) -> Given {
    let code = |found: char| Value::Int(i64::from(u32::from(found)));
    let mut entries = Vec::new();
    match &given.positional[..] {
        [Value::Dict(dict)] => {
            for (key, value) in dict.entries() {
                let key = key.as_str().and_then(|text| text.chars().next()).map_or(key.clone(), code);
                entries.push((key, value));
            }
        }
        [Value::Str(from), Value::Str(to), rest @ ..] => {
            if from.chars().count() != to.chars().count() {
                return Err(Raised::value_error("the first two maketrans arguments must have equal length"));
            }
            entries.extend(from.chars().zip(to.chars()).map(|(from, to)| (code(from), code(to))));
            if let [Value::Str(gone)] = rest {
                entries.extend(gone.chars().map(|gone| (code(gone), Value::None)));
            }
        }
        _ => return Err(Raised::type_error("if you give only one argument to maketrans it must be a dict")),
    }
    Ok(Value::dict(entries))
}
