//! Patterns: `LIKE`, `RLIKE`, `regexp_*`, `split`.

use super::Arguments;
use super::Function;
use super::Nulls;
use super::Parameter as P;
use super::gives;
use crate::diag::Result;
use crate::expr::error;
use crate::types::Value;
use arrow_array::ArrayRef;
use arrow_array::builder::ListBuilder;
use arrow_array::builder::StringBuilder;
use arrow_array::types::Int32Type;
use fancy_regex::Regex;
use std::sync::Arc;

const TEXT: &[P] = &[P::String];
const WITH_INDEX: &[P] = &[P::String, P::String, P::Integer];

/// The group.
pub const FUNCTIONS: &[Function] = &[
    Function::new("like", (2, 3), TEXT, gives::boolean, |a| like(a, false)),
    Function::new("ilike", (2, 3), TEXT, gives::boolean, |a| like(a, true)),
    Function::new("rlike", (2, 2), TEXT, gives::boolean, rlike),
    Function::new("regexp", (2, 2), TEXT, gives::boolean, rlike),
    Function::new("regexp_like", (2, 2), TEXT, gives::boolean, rlike),
    Function::new("regexp_extract", (2, 3), WITH_INDEX, gives::string, extract).defaults(&["1"]),
    Function::new("regexp_extract_all", (2, 3), WITH_INDEX, nullable_strings, extract_all).defaults(&["1"]),
    Function::new("regexp_replace", (3, 4), &[P::String, P::String, P::String, P::Integer], gives::string, replace).defaults(&["1"]),
    Function::new("regexp_substr", (2, 2), TEXT, gives::string, substr).nulls(Nulls::Always),
    Function::new("regexp_count", (2, 2), TEXT, gives::integer, count),
    Function::new("regexp_instr", (2, 3), WITH_INDEX, gives::integer, instr).defaults(&["0"]),
    Function::new("split", (2, 3), WITH_INDEX, gives::strings, split).defaults(&["-1"]),
];

fn nullable_strings(_: &[crate::expr::typed::Typed]) -> crate::types::DataType {
    crate::types::DataType::Array(Box::new(crate::types::DataType::String), true)
}

/// Compiles patterns and keeps the last one: a pattern is mostly the same for all rows.
struct Patterns<'a> {
    name: &'a str,
    last: Option<(String, Regex)>,
}

impl<'a> Patterns<'a> {
    fn new(arguments: &Arguments<'a>) -> Self {
        Self { name: arguments.name, last: None }
    }

    fn get(&mut self, pattern: &str) -> Result<&Regex> {
        if self.last.as_ref().is_none_or(|(text, _)| text != pattern) {
            let Some(regex) = compile(pattern) else {
                return Err(error::invalid_parameter("PATTERN", "regexp", self.name, &format!("'{}'.", pattern.replace('\\', "\\\\"))));
            };
            self.last = Some((pattern.to_owned(), regex));
        }
        match &self.last {
            Some((_, regex)) => Ok(regex),
            None => unreachable!("a pattern was just kept"),
        }
    }
}

/// Java's pattern as ours. Java refuses escapes of letters that mean nothing.
fn compile(pattern: &str) -> Option<Regex> {
    let mut escaped = false;
    for c in pattern.chars() {
        if escaped && c.is_ascii_alphabetic() && !"dDwWsSbBAzZGntrfaexucpPkQEhHvVRX".contains(c) {
            return None;
        }
        escaped = c == '\\' && !escaped;
    }
    Regex::new(pattern).ok()
}

fn too_hard(_: fancy_regex::Error) -> Box<crate::diag::Diagnostic> {
    error::not_known("patterns that backtrack so much")
}

fn rlike(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (texts, patterns) = (arguments.strings(0), arguments.strings(1));
    let mut compiled = Patterns::new(arguments);
    arguments.make_booleans(|row| {
        let (Some(text), Some(pattern)) = (texts.get(row), patterns.get(row)) else { return Ok(None) };
        compiled.get(pattern)?.is_match(text).map(Some).map_err(too_hard)
    })
}

fn group_index(regex: &Regex, index: i32, name: &str) -> Result<usize> {
    let count = regex.captures_len() - 1;
    match usize::try_from(index) {
        Ok(index) if index <= count => Ok(index),
        _ => Err(error::invalid_parameter(
            "REGEX_GROUP_INDEX",
            "idx",
            name,
            &format!("Expects group index between 0 and {count}, but got {index}."),
        )),
    }
}

fn extract(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (texts, patterns, indices) = (arguments.strings(0), arguments.strings(1), arguments.primitive::<Int32Type>(2));
    let mut compiled = Patterns::new(arguments);
    arguments.make_strings(|row| {
        let (Some(text), Some(pattern), Some(index)) = (texts.get(row), patterns.get(row), indices.get(row)) else { return Ok(None) };
        let regex = compiled.get(pattern)?;
        let Some(found) = regex.captures(text).map_err(too_hard)? else { return Ok(Some("")) };
        let index = group_index(regex, index, arguments.name)?;
        Ok(Some(found.get(index).map_or("", |group| group.as_str())))
    })
}

fn extract_all(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let mut compiled = Patterns::new(arguments);
    arguments.by_value(|values| {
        let (Some(text), Some(pattern), Some(index)) = (values[0].as_str(), values[1].as_str(), values[2].as_i64()) else {
            return Ok(Value::Null);
        };
        let regex = compiled.get(pattern)?;
        let index = group_index(regex, index as i32, arguments.name)?;
        let mut all = Vec::new();
        for found in regex.captures_iter(text) {
            let found = found.map_err(too_hard)?;
            all.push(Value::String(found.get(index).map_or(String::new(), |group| group.as_str().to_owned())));
        }
        Ok(Value::Array(all))
    })
}

/// What `$1`, `${name}` and `\$` in a replacement stand for, as `Matcher.appendReplacement` reads them.
fn expand(replacement: &str, found: &fancy_regex::Captures<'_, str>, out: &mut String) {
    let mut rest = replacement.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => out.extend(rest.next()),
            '$' if rest.peek().is_some_and(char::is_ascii_digit) => {
                let mut index = 0;
                while let Some(digit) = rest.peek().and_then(|c| c.to_digit(10)) {
                    let next = index * 10 + digit as usize;
                    if index > 0 && next >= found.len() {
                        break;
                    }
                    index = next;
                    rest.next();
                }
                out.push_str(found.get(index).map_or("", |group| group.as_str()));
            }
            '$' if rest.peek() == Some(&'{') => {
                rest.next();
                let name: String = rest.by_ref().take_while(|c| *c != '}').collect();
                out.push_str(found.name(&name).map_or("", |group| group.as_str()));
            }
            c => out.push(c),
        }
    }
}

fn replace(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (texts, patterns, puts, from) =
        (arguments.strings(0), arguments.strings(1), arguments.strings(2), arguments.primitive::<Int32Type>(3));
    let mut compiled = Patterns::new(arguments);
    arguments.make_strings(|row| {
        let (Some(text), Some(pattern), Some(put), Some(from)) = (texts.get(row), patterns.get(row), puts.get(row), from.get(row)) else {
            return Ok(None);
        };
        let regex = compiled.get(pattern)?;
        let skipped = text.char_indices().nth(from.max(1) as usize - 1).map_or(text.len(), |(at, _)| at);
        let mut out = text[..skipped].to_owned();
        let mut last = skipped;
        let mut at = skipped;
        while at <= text.len() {
            let Some(found) = regex.captures_from_pos(text, at).map_err(too_hard)? else { break };
            let Some(whole) = found.get(0) else { break };
            out.push_str(&text[last..whole.start()]);
            expand(put, &found, &mut out);
            last = whole.end();
            at = if whole.end() > whole.start() {
                whole.end()
            } else {
                whole.end() + text[whole.end()..].chars().next().map_or(1, char::len_utf8)
            };
        }
        out.push_str(&text[last.min(text.len())..]);
        Ok(Some(out))
    })
}

fn substr(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (texts, patterns) = (arguments.strings(0), arguments.strings(1));
    let mut compiled = Patterns::new(arguments);
    arguments.make_strings(|row| {
        let (Some(text), Some(pattern)) = (texts.get(row), patterns.get(row)) else { return Ok(None) };
        Ok(compiled.get(pattern)?.find(text).map_err(too_hard)?.map(|found| found.as_str().to_owned()).filter(|found| !found.is_empty()))
    })
}

fn count(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (texts, patterns) = (arguments.strings(0), arguments.strings(1));
    let mut compiled = Patterns::new(arguments);
    arguments.make::<Int32Type>(|row| {
        let (Some(text), Some(pattern)) = (texts.get(row), patterns.get(row)) else { return Ok(None) };
        Ok(Some(compiled.get(pattern)?.find_iter(text).count() as i32))
    })
}

fn instr(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (texts, patterns) = (arguments.strings(0), arguments.strings(1));
    let mut compiled = Patterns::new(arguments);
    arguments.make::<Int32Type>(|row| {
        let (Some(text), Some(pattern)) = (texts.get(row), patterns.get(row)) else { return Ok(None) };
        let found = compiled.get(pattern)?.find(text).map_err(too_hard)?;
        Ok(Some(found.map_or(0, |found| text[..found.start()].chars().count() as i32 + 1)))
    })
}

/// The pieces between matches, as `String.split` cuts them: a limit above 0 bounds their number, and an empty match at the start cuts nothing.
fn split(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (texts, patterns, limits) = (arguments.strings(0), arguments.strings(1), arguments.primitive::<Int32Type>(2));
    let mut compiled = Patterns::new(arguments);
    let field = Arc::new(arrow_schema::Field::new("element", arrow_schema::DataType::Utf8, false));
    let mut builder = ListBuilder::new(StringBuilder::new()).with_field(field);
    for row in 0..arguments.rows {
        let (Some(text), Some(pattern), Some(limit)) = (texts.get(row), patterns.get(row), limits.get(row)) else {
            builder.append(false);
            continue;
        };
        let plain = !pattern.is_empty() && !pattern.contains(|c| r"\^$.|?*+()[]{}".contains(c));
        let mut last = 0;
        let mut pieces = 1;
        let mut cut = |from: usize, to: usize, last: &mut usize| {
            if limit > 0 && pieces >= limit || from == to && (from == 0 || from == text.len()) {
                return;
            }
            builder.values().append_value(&text[*last..from]);
            *last = to;
            pieces += 1;
        };
        if plain {
            for (at, found) in text.match_indices(pattern) {
                cut(at, at + found.len(), &mut last);
            }
        } else {
            for found in compiled.get(pattern)?.find_iter(text) {
                let found = found.map_err(too_hard)?;
                cut(found.start(), found.end(), &mut last);
            }
        }
        builder.values().append_value(&text[last..]);
        builder.append(true);
    }
    Ok(Arc::new(builder.finish()))
}

/// A piece of a `LIKE` pattern.
enum Piece {
    Character(char),
    One,
    Any,
}

fn pieces(pattern: &str, escape: char) -> Result<Vec<Piece>> {
    let mut found = Vec::new();
    let mut rest = pattern.chars();
    let wrong = |condition: &str, text: String| {
        let shown = pattern.replace('\\', "\\\\");
        error::runtime(&format!("INVALID_FORMAT.{condition}"), format!("The format is invalid: '{shown}'. {text}"), "42601")
    };
    while let Some(c) = rest.next() {
        found.push(match c {
            c if c == escape => match rest.next() {
                Some(c) if c == '_' || c == '%' || c == escape => Piece::Character(c),
                Some(c) => return Err(wrong("ESC_IN_THE_MIDDLE", format!("The escape character is not allowed to precede '{c}'."))),
                None => return Err(wrong("ESC_AT_THE_END", "The escape character is not allowed to end with.".to_owned())),
            },
            '_' => Piece::One,
            '%' => Piece::Any,
            c => Piece::Character(c),
        });
    }
    Ok(found)
}

/// The usual greedy match with one place to come back to.
fn is_like(text: &[char], pattern: &[Piece]) -> bool {
    let (mut t, mut p) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(Piece::Any) => {
                back = Some((t, p));
                p += 1;
            }
            Some(Piece::One) => (t, p) = (t + 1, p + 1),
            Some(Piece::Character(c)) if *c == text[t] => (t, p) = (t + 1, p + 1),
            _ => match back {
                Some((from, at)) => {
                    back = Some((from + 1, at));
                    (t, p) = (from + 1, at + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|piece| matches!(piece, Piece::Any))
}

fn like(arguments: &Arguments<'_>, fold: bool) -> Result<ArrayRef> {
    let (texts, patterns) = (arguments.strings(0), arguments.strings(1));
    let escapes = (arguments.len() == 3).then(|| arguments.strings(2));
    let mut last: Option<(String, Vec<Piece>)> = None;
    let mut characters = Vec::new();
    arguments.make_booleans(|row| {
        let (Some(text), Some(pattern)) = (texts.get(row), patterns.get(row)) else { return Ok(None) };
        let escape = escapes.as_ref().and_then(|escapes| escapes.get(row)).and_then(|escape| escape.chars().next()).unwrap_or('\\');
        if last.as_ref().is_none_or(|(held, _)| held != pattern) {
            let read = if fold { pattern.to_lowercase() } else { pattern.to_owned() };
            last = Some((pattern.to_owned(), pieces(&read, escape)?));
        }
        characters.clear();
        if fold {
            characters.extend(text.to_lowercase().chars());
        } else {
            characters.extend(text.chars());
        }
        Ok(last.as_ref().map(|(_, pieces)| is_like(&characters, pieces)))
    })
}
