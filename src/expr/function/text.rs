//! Strings: case, trimming, padding, pieces, positions.

use super::Arguments;
use super::Function;
use super::Mismatch;
use super::Nulls;
use super::Parameter as P;
use super::gives;
use crate::diag::Result;
use crate::expr::resolve::cast_in_place;
use crate::expr::scope::Settings;
use crate::expr::typed::Typed;
use crate::types::DataType;
use crate::types::Value;
use arrow_array::ArrayRef;
use arrow_array::StringArray;
use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use std::sync::Arc;

const TEXT: &[P] = &[P::String];

/// The group.
pub const FUNCTIONS: &[Function] = &[
    Function::new("upper", (1, 1), TEXT, gives::string, |a| map(a, str::to_uppercase)),
    Function::new("lower", (1, 1), TEXT, gives::string, |a| map(a, str::to_lowercase)),
    Function::new("initcap", (1, 1), TEXT, gives::string, |a| map(a, initcap)),
    Function::new("reverse", (1, 1), &[P::StringBinaryOrArray], gives::first, reverse),
    Function::new("length", (1, 1), &[P::StringOrBinary], gives::integer, length),
    Function::new("octet_length", (1, 1), &[P::StringOrBinary], gives::integer, |a| bytes(a, 1)),
    Function::new("bit_length", (1, 1), &[P::StringOrBinary], gives::integer, |a| bytes(a, 8)),
    Function::new("trim", (1, 2), TEXT, gives::string, |a| trimmed(a, true, true, 1)),
    Function::new("ltrim", (1, 2), TEXT, gives::string, |a| trimmed(a, true, false, 1)),
    Function::new("rtrim", (1, 2), TEXT, gives::string, |a| trimmed(a, false, true, 1)),
    Function::new("btrim", (1, 2), TEXT, gives::string, |a| trimmed(a, true, true, 0)),
    Function::new("$trim_both", (2, 2), TEXT, gives::string, |a| trimmed(a, true, true, 0)),
    Function::new("$trim_leading", (2, 2), TEXT, gives::string, |a| trimmed(a, true, false, 0)),
    Function::new("$trim_trailing", (2, 2), TEXT, gives::string, |a| trimmed(a, false, true, 0)),
    Function::new("substring", (2, 3), &[P::StringOrBinary, P::Integer], gives::first, substring).defaults(&["2147483647"]),
    Function::new("substring_index", (3, 3), &[P::String, P::String, P::Integer], gives::string, substring_index),
    Function::new("left", (2, 2), &[P::String, P::Integer], gives::string, |a| side(a, false)),
    Function::new("right", (2, 2), &[P::String, P::Integer], gives::string, |a| side(a, true)),
    Function::new("lpad", (2, 3), &[P::String, P::Integer, P::String], gives::string, |a| pad(a, true)).defaults(&["' '"]),
    Function::new("rpad", (2, 3), &[P::String, P::Integer, P::String], gives::string, |a| pad(a, false)).defaults(&["' '"]),
    Function::new("repeat", (2, 2), &[P::String, P::Integer], gives::string, repeat),
    Function::new("space", (1, 1), &[P::Integer], gives::string, space),
    Function::new("replace", (2, 3), TEXT, gives::string, replace).defaults(&["''"]),
    Function::new("translate", (3, 3), TEXT, gives::string, translate),
    Function::new("overlay", (3, 4), &[P::String, P::String, P::Integer, P::Integer], gives::string, overlay).defaults(&["-1"]),
    Function::new("instr", (2, 4), &[P::String, P::String, P::Integer, P::Integer], gives::integer, instr).defaults(&["1", "1"]),
    Function::new("locate", (2, 3), &[P::String, P::String, P::Integer], gives::integer, locate).defaults(&["1"]),
    Function::new("position", (2, 3), &[P::String, P::String, P::Integer], gives::integer, locate).defaults(&["1"]),
    Function::new("contains", (2, 2), &[P::StringOrBinary], gives::boolean, |a| test(a, |x, y| x.contains(y))),
    Function::new("startswith", (2, 2), &[P::StringOrBinary], gives::boolean, |a| test(a, |x, y| x.starts_with(y))),
    Function::new("endswith", (2, 2), &[P::StringOrBinary], gives::boolean, |a| test(a, |x, y| x.ends_with(y))),
    Function::new("concat", (0, usize::MAX), &[P::Same], concat_type, concat).check(concat_operands),
    Function::new("concat_ws", (1, usize::MAX), &[P::String, P::Any], gives::string, concat_ws).nulls(Nulls::First),
    Function::new("split_part", (3, 3), &[P::String, P::String, P::Integer], gives::string, split_part),
    Function::new("find_in_set", (2, 2), TEXT, gives::integer, find_in_set),
    Function::new("elt", (2, usize::MAX), &[P::Integer, P::String], gives::string, elt).nulls(Nulls::Always),
    Function::new("ascii", (1, 1), TEXT, gives::integer, ascii),
    Function::new("chr", (1, 1), &[P::Long], gives::string, chr),
    Function::new("levenshtein", (2, 3), &[P::String, P::String, P::Integer], gives::integer, levenshtein),
    Function::new("soundex", (1, 1), TEXT, gives::string, |a| map(a, soundex)),
    Function::new("quote", (1, 1), TEXT, gives::string, |a| {
        map(a, |text| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")))
    }),
    Function::new("luhn_check", (1, 1), TEXT, gives::boolean, |a| test_one(a, luhn)),
    Function::new("is_valid_utf8", (1, 1), TEXT, gives::boolean, |a| test_one(a, |_| true)),
    Function::new("mask", (1, 5), TEXT, gives::string, mask).defaults(&["'X'", "'x'", "'n'", "NULL"]).nulls(Nulls::Always),
];

fn map(arguments: &Arguments<'_>, change: impl Fn(&str) -> String) -> Result<ArrayRef> {
    let values = arguments.strings(0);
    arguments.make_strings(|row| Ok(values.get(row).map(&change)))
}

fn test(arguments: &Arguments<'_>, test: impl Fn(&str, &str) -> bool) -> Result<ArrayRef> {
    if arguments.type_of(0) != arguments.type_of(1) || *arguments.type_of(0) == DataType::Binary {
        // Bytes compare as the characters of Latin-1, one for each.
        let latin = |value: &Value| match value {
            Value::Binary(bytes) => bytes.iter().map(|byte| *byte as char).collect(),
            other => other.as_str().unwrap_or_default().bytes().map(|byte| byte as char).collect::<String>(),
        };
        return arguments.by_value(|values| Ok(Value::Boolean(test(&latin(&values[0]), &latin(&values[1])))));
    }
    let (a, b) = (arguments.strings(0), arguments.strings(1));
    arguments.make_booleans(|row| Ok(a.get(row).zip(b.get(row)).map(|(a, b)| test(a, b))))
}

fn test_one(arguments: &Arguments<'_>, test: impl Fn(&str) -> bool) -> Result<ArrayRef> {
    let values = arguments.strings(0);
    arguments.make_booleans(|row| Ok(values.get(row).map(&test)))
}

/// Each word, set off by spaces alone, begins with a capital.
fn initcap(text: &str) -> String {
    let mut begins = true;
    let mut found = String::with_capacity(text.len());
    for c in text.chars() {
        if begins {
            found.extend(c.to_uppercase())
        } else {
            found.extend(c.to_lowercase())
        }
        begins = c == ' ';
    }
    found
}

fn reverse(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    match arguments.type_of(0) {
        DataType::String => map(arguments, |text| text.chars().rev().collect()),
        _ => arguments.by_value(|values| {
            Ok(match values[0].clone() {
                Value::Array(mut items) => {
                    items.reverse();
                    Value::Array(items)
                }
                Value::Binary(mut bytes) => {
                    bytes.reverse();
                    Value::Binary(bytes)
                }
                other => other,
            })
        }),
    }
}

fn length(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    if *arguments.type_of(0) == DataType::Binary {
        return bytes(arguments, 1);
    }
    let values = arguments.strings(0);
    arguments.make::<Int32Type>(|row| Ok(values.get(row).map(|text| text.chars().count() as i32)))
}

fn bytes(arguments: &Arguments<'_>, factor: i32) -> Result<ArrayRef> {
    let vector = &arguments.vectors[0];
    let size = |at: usize| match vector.array.as_string_opt::<i32>() {
        Some(strings) => strings.value_length(at),
        None => vector.array.as_binary::<i32>().value_length(at),
    };
    arguments.make::<Int32Type>(|row| Ok(if vector.is_null(row) { None } else { Some(size(vector.at(row)) * factor) }))
}

/// `text` says which of two arguments is the text; the other one holds the characters to trim. One argument trims spaces.
fn trimmed(arguments: &Arguments<'_>, left: bool, right: bool, text: usize) -> Result<ArrayRef> {
    let several = arguments.len() == 2;
    let texts = arguments.strings(if several { text } else { 0 });
    let sets = several.then(|| arguments.strings(1 - text));
    arguments.make_strings(|row| {
        let Some(mut found) = texts.get(row) else { return Ok(None) };
        let set = match &sets {
            Some(sets) => match sets.get(row) {
                Some(set) => set,
                None => return Ok(None),
            },
            None => " ",
        };
        if left {
            found = found.trim_start_matches(|c| set.contains(c));
        }
        if right {
            found = found.trim_end_matches(|c| set.contains(c));
        }
        Ok(Some(found))
    })
}

/// The characters from start up to end, both counted from 0 and cut to the text.
fn characters(text: &str, start: i64, end: i64) -> &str {
    if end <= start || end <= 0 {
        return "";
    }
    let (start, end) = (start.max(0) as usize, end as usize);
    if text.is_ascii() {
        return &text[start.min(text.len())..end.min(text.len())];
    }
    let mut places = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    let from = places.clone().nth(start).unwrap_or(text.len());
    let to = places.nth(end).unwrap_or(text.len());
    &text[from..to]
}

fn bounds(position: i64, length: i64, size: i64) -> (i64, i64) {
    let start = match position {
        1.. => position - 1,
        0 => 0,
        _ => size + position,
    };
    (start, start.saturating_add(length))
}

fn substring(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (positions, lengths) = (arguments.primitive::<Int32Type>(1), arguments.primitive::<Int32Type>(2));
    if *arguments.type_of(0) == DataType::Binary {
        return arguments.by_value(|values| {
            let (Value::Binary(bytes), Some(position), Some(length)) = (&values[0], values[1].as_i64(), values[2].as_i64()) else {
                return Ok(Value::Null);
            };
            let (start, end) = bounds(position, length, bytes.len() as i64);
            let cut = |at: i64| at.clamp(0, bytes.len() as i64) as usize;
            Ok(Value::Binary(bytes[cut(start)..cut(end.max(start))].to_vec()))
        });
    }
    let texts = arguments.strings(0);
    arguments.make_strings(|row| {
        let (Some(text), Some(position), Some(length)) = (texts.get(row), positions.get(row), lengths.get(row)) else { return Ok(None) };
        let size = if position < 0 { text.chars().count() as i64 } else { 0 };
        let (start, end) = bounds(position.into(), length.into(), size);
        Ok(Some(characters(text, start, end)))
    })
}

fn substring_index(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (texts, delimiters, counts) = (arguments.strings(0), arguments.strings(1), arguments.primitive::<Int32Type>(2));
    arguments.make_strings(|row| {
        let (Some(text), Some(delimiter), Some(count)) = (texts.get(row), delimiters.get(row), counts.get(row)) else { return Ok(None) };
        if delimiter.is_empty() || count == 0 {
            return Ok(Some(""));
        }
        let wanted = count.unsigned_abs() as usize - 1;
        Ok(Some(if count > 0 {
            text.match_indices(delimiter).nth(wanted).map_or(text, |(at, _)| &text[..at])
        } else {
            text.rmatch_indices(delimiter).nth(wanted).map_or(text, |(at, _)| &text[at + delimiter.len()..])
        }))
    })
}

fn side(arguments: &Arguments<'_>, right: bool) -> Result<ArrayRef> {
    let (texts, counts) = (arguments.strings(0), arguments.primitive::<Int32Type>(1));
    arguments.make_strings(|row| {
        let (Some(text), Some(count)) = (texts.get(row), counts.get(row)) else { return Ok(None) };
        let size = text.chars().count() as i64;
        Ok(Some(if right { characters(text, size - i64::from(count.max(0)), size) } else { characters(text, 0, count.into()) }))
    })
}

fn pad(arguments: &Arguments<'_>, left: bool) -> Result<ArrayRef> {
    let (texts, lengths, pads) = (arguments.strings(0), arguments.primitive::<Int32Type>(1), arguments.strings(2));
    arguments.make_strings(|row| {
        let (Some(text), Some(length), Some(pad)) = (texts.get(row), lengths.get(row), pads.get(row)) else { return Ok(None) };
        let wanted = length.max(0) as usize;
        let size = text.chars().count();
        if size >= wanted || pad.is_empty() {
            return Ok(Some(characters(text, 0, wanted as i64).to_owned()));
        }
        let filling: String = pad.chars().cycle().take(wanted - size).collect();
        Ok(Some(if left { filling + text } else { text.to_owned() + &filling }))
    })
}

fn repeat(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (texts, counts) = (arguments.strings(0), arguments.primitive::<Int32Type>(1));
    arguments.make_strings(|row| Ok(texts.get(row).zip(counts.get(row)).map(|(text, count)| text.repeat(count.max(0) as usize))))
}

fn space(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let counts = arguments.primitive::<Int32Type>(0);
    arguments.make_strings(|row| Ok(counts.get(row).map(|count| " ".repeat(count.max(0) as usize))))
}

fn replace(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (texts, searched, put) = (arguments.strings(0), arguments.strings(1), arguments.strings(2));
    arguments.make_strings(|row| {
        let (Some(text), Some(search), Some(put)) = (texts.get(row), searched.get(row), put.get(row)) else { return Ok(None) };
        Ok(Some(if search.is_empty() { text.to_owned() } else { text.replace(search, put) }))
    })
}

fn translate(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (texts, from, to) = (arguments.strings(0), arguments.strings(1), arguments.strings(2));
    arguments.make_strings(|row| {
        let (Some(text), Some(from), Some(to)) = (texts.get(row), from.get(row), to.get(row)) else { return Ok(None) };
        let from: Vec<char> = from.chars().collect();
        let to: Vec<char> = to.chars().collect();
        let change = |c: char| match from.iter().position(|candidate| *candidate == c) {
            Some(at) => to.get(at).copied(),
            None => Some(c),
        };
        Ok(Some(text.chars().filter_map(change).collect::<String>()))
    })
}

fn overlay(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let (Some(text), Some(put), Some(position), Some(length)) =
            (values[0].as_str(), values[1].as_str(), values[2].as_i64(), values[3].as_i64())
        else {
            return Ok(Value::Null);
        };
        let length = if length >= 0 { length } else { put.chars().count() as i64 };
        let head = characters(text, 0, position - 1);
        let tail = characters(text, (position - 1 + length).max(0), i64::MAX);
        Ok(Value::String(format!("{head}{put}{tail}")))
    })
}

/// Where a text occurs in another one from a position on, counted from 1; 0 where it does not.
fn found_at(text: &str, wanted: &str, from: i64) -> i32 {
    if from < 1 {
        return 0;
    }
    let skipped: usize = text.chars().take(from as usize - 1).map(char::len_utf8).sum();
    if text[..skipped].chars().count() < from as usize - 1 {
        return 0;
    }
    text[skipped..].find(wanted).map_or(0, |at| (text[..skipped + at].chars().count() + 1) as i32)
}

fn instr(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (texts, wanted) = (arguments.strings(0), arguments.strings(1));
    let (from, occurrence) = (arguments.primitive::<Int32Type>(2), arguments.primitive::<Int32Type>(3));
    arguments.make::<Int32Type>(|row| {
        let (Some(text), Some(wanted), Some(from), Some(occurrence)) =
            (texts.get(row), wanted.get(row), from.get(row), occurrence.get(row))
        else {
            return Ok(None);
        };
        if from < 0 {
            let size = text.chars().count() as i64;
            let last = size + i64::from(from);
            let places: Vec<i32> =
                (1..=last + 1).rev().filter(|at| characters(text, at - 1, i64::MAX).starts_with(wanted)).map(|at| at as i32).collect();
            return Ok(Some(places.get(occurrence.max(1) as usize - 1).copied().unwrap_or(0)));
        }
        let mut at = 0;
        let mut start = i64::from(from);
        for _ in 0..occurrence {
            at = found_at(text, wanted, start);
            if at == 0 {
                break;
            }
            start = i64::from(at) + 1;
        }
        Ok(Some(at))
    })
}

/// The text sought comes first here.
fn locate(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (wanted, texts, from) = (arguments.strings(0), arguments.strings(1), arguments.primitive::<Int32Type>(2));
    arguments.make::<Int32Type>(|row| {
        let (Some(wanted), Some(text), Some(from)) = (wanted.get(row), texts.get(row), from.get(row)) else { return Ok(None) };
        Ok(Some(found_at(text, wanted, from.into())))
    })
}

/// What is neither an array nor binary throughout is joined as text (`ConcatCoercion`).
fn concat_operands(arguments: &mut Vec<Typed>, settings: &Settings) -> std::result::Result<(), Mismatch> {
    let all_binary = arguments.iter().all(|argument| argument.data_type == DataType::Binary);
    if !all_binary && arguments.iter().all(|argument| argument.data_type.is_atomic() || argument.data_type == DataType::Null) {
        for argument in arguments {
            cast_in_place(argument, &DataType::String, settings);
        }
    }
    Ok(())
}

fn concat_type(arguments: &[Typed]) -> DataType {
    match arguments.first().map(|argument| &argument.data_type) {
        Some(DataType::Array(..)) => gives::common(arguments),
        Some(DataType::Binary) => DataType::Binary,
        _ => DataType::String,
    }
}

fn concat(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    if arguments.is_empty() {
        return Ok(Arc::new(StringArray::from(vec![""; arguments.rows])));
    }
    if *arguments.data_type != DataType::String {
        return arguments.by_value(|values| {
            let items = |value: &Value| if let Value::Array(items) = value { items.clone() } else { Vec::new() };
            if let Value::Binary(_) = values[0] {
                return Ok(Value::Binary(
                    values.iter().flat_map(|value| if let Value::Binary(bytes) = value { bytes.clone() } else { Vec::new() }).collect(),
                ));
            }
            Ok(Value::Array(values.iter().flat_map(items).collect()))
        });
    }
    let pieces: Vec<_> = (0..arguments.len()).map(|index| arguments.strings(index)).collect();
    let mut text = String::new();
    arguments.make_strings(|row| {
        text.clear();
        for piece in &pieces {
            match piece.get(row) {
                Some(piece) => text.push_str(piece),
                None => return Ok(None),
            }
        }
        Ok(Some(text.clone()))
    })
}

/// Nulls are skipped; arrays give their elements.
fn concat_ws(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_any_value(|values| {
        let Some(separator) = values[0].as_str() else { return Ok(Value::Null) };
        let mut pieces = Vec::new();
        for (index, value) in values.iter().enumerate().skip(1) {
            match value {
                Value::Null => {}
                Value::Array(items) => pieces.extend(items.iter().filter_map(Value::as_str).map(str::to_owned)),
                Value::String(text) => pieces.push(text.clone()),
                other => pieces.extend(crate::types::display::cast_string(other, arguments.type_of(index), arguments.input.zone)),
            }
        }
        Ok(Value::String(pieces.join(separator)))
    })
}

fn split_part(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (texts, delimiters, parts) = (arguments.strings(0), arguments.strings(1), arguments.primitive::<Int32Type>(2));
    arguments.make_strings(|row| {
        let (Some(text), Some(delimiter), Some(part)) = (texts.get(row), delimiters.get(row), parts.get(row)) else { return Ok(None) };
        let pieces: Vec<&str> = if delimiter.is_empty() { vec![text] } else { text.split(delimiter).collect() };
        let at = match part {
            0 => {
                return Err(crate::expr::error::runtime(
                    "INVALID_INDEX_OF_ZERO",
                    "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).",
                    "22003",
                ));
            }
            1.. => Some(part as usize - 1),
            _ => pieces.len().checked_sub(part.unsigned_abs() as usize),
        };
        Ok(Some(at.and_then(|at| pieces.get(at)).copied().unwrap_or("")))
    })
}

fn find_in_set(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (wanted, sets) = (arguments.strings(0), arguments.strings(1));
    arguments.make::<Int32Type>(|row| {
        let found = wanted.get(row).zip(sets.get(row));
        Ok(found.map(
            |(wanted, set)| {
                if wanted.contains(',') { 0 } else { set.split(',').position(|item| item == wanted).map_or(0, |at| at as i32 + 1) }
            },
        ))
    })
}

fn elt(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let size = arguments.len() - 1;
    let ansi = arguments.ansi;
    arguments.by_any_value(|values| {
        let Some(index) = values[0].as_i64() else { return Ok(Value::Null) };
        match usize::try_from(index) {
            Ok(at) if (1..=size).contains(&at) => Ok(values[at].clone()),
            _ if ansi => Err(crate::expr::error::array_index(index, size)),
            _ => Ok(Value::Null),
        }
    })
}

fn ascii(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let values = arguments.strings(0);
    arguments.make::<Int32Type>(|row| Ok(values.get(row).map(|text| text.chars().next().map_or(0, |c| c as i32))))
}

fn chr(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let values = arguments.primitive::<arrow_array::types::Int64Type>(0);
    arguments.make_strings(|row| {
        Ok(values.get(row).map(|value| match value {
            i64::MIN..0 => String::new(),
            _ => char::from_u32((value & 0xff) as u32).map(String::from).unwrap_or_default(),
        }))
    })
}

fn levenshtein(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let (Some(a), Some(b)) = (values[0].as_str(), values[1].as_str()) else { return Ok(Value::Null) };
        let b: Vec<char> = b.chars().collect();
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, x) in a.chars().enumerate() {
            let mut diagonal = row[0];
            row[0] = i + 1;
            for (j, y) in b.iter().enumerate() {
                let cost = (diagonal + usize::from(x != *y)).min(row[j] + 1).min(row[j + 1] + 1);
                diagonal = std::mem::replace(&mut row[j + 1], cost);
            }
        }
        let distance = row[b.len()] as i32;
        let limit = values.get(2).and_then(Value::as_i64);
        Ok(Value::Integer(if limit.is_some_and(|limit| i64::from(distance) > limit) { -1 } else { distance }))
    })
}

fn soundex(text: &str) -> String {
    const CODES: &[u8; 26] = b"01230127022455012623017202";
    let Some(first) = text.chars().next().filter(char::is_ascii_alphabetic) else { return text.to_owned() };
    let mut found = String::from(first.to_ascii_uppercase());
    let code = |c: char| CODES[(c.to_ascii_uppercase() as u8 - b'A') as usize];
    let mut last = code(first);
    for c in text.chars().skip(1) {
        if !c.is_ascii_alphabetic() {
            last = b'0';
            continue;
        }
        let code = code(c);
        if code == b'7' {
            continue;
        }
        if code != b'0' && code != last {
            found.push(code as char);
        }
        last = code;
        if found.len() == 4 {
            break;
        }
    }
    format!("{found:0<4}")
}

fn luhn(text: &str) -> bool {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let sum: u32 = text
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte - b'0') * if at % 2 == 1 { 2 } else { 1 };
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    sum.is_multiple_of(10)
}

fn mask(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_any_value(|values| {
        let Some(text) = values[0].as_str() else { return Ok(Value::Null) };
        let put = |index: usize| values[index].as_str().and_then(|text| text.chars().next());
        let change = |c: char| {
            let put = if c.is_uppercase() {
                put(1)
            } else if c.is_lowercase() {
                put(2)
            } else if c.is_ascii_digit() {
                put(3)
            } else {
                put(4)
            };
            put.unwrap_or(c)
        };
        Ok(Value::String(text.chars().map(change).collect()))
    })
}
