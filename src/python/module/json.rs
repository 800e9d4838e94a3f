//! `json`: `dumps` and `loads`.

use super::entry;
use super::function;
use crate::python::class::Class;
use crate::python::function::Builtin;
use crate::python::host::Arguments;
use crate::python::machine::Vm;
use crate::python::number;
use crate::python::operate::bounded;
use crate::python::raised::Raised;
use crate::python::value::Value;
use std::fmt::Write;

pub(super) fn module() -> Vec<(String, Value)> {
    let error = Class::builtin("ValueError").map(Value::Class).into_iter().collect::<Vec<_>>();
    let error = ("JSONDecodeError".to_owned(), Value::new_class("JSONDecodeError", "json.decoder", &error));
    TABLE.iter().map(entry).chain([error]).collect()
}

static TABLE: &[Builtin] = &[function("dumps", dumps), function("loads", loads)];

struct Writer {
    indent: Option<String>,
    item: String,
    key: String,
    sort: bool,
    ascii: bool,
    default: Value,
    out: String,
}

fn dumps(vm: &mut Vm<'_>, mut given: Arguments) -> Result<Value, Raised> {
    let value = given.need("dumps", 0, "obj")?;
    let indent = match given.take(usize::MAX, "indent") {
        None | Some(Value::None) => None,
        Some(Value::Str(text)) => Some(text.to_string()),
        Some(count) => Some(" ".repeat(usize::try_from(count.as_i64().unwrap_or(0)).unwrap_or(0).min(100))),
    };
    let separators = given.take(usize::MAX, "separators").and_then(|pair| pair.items()).unwrap_or_default();
    let separator = |place: usize, default: &str| separators.get(place).and_then(Value::as_str).unwrap_or(default).to_owned();
    let truth = |vm: &mut Vm<'_>, value: Option<Value>, default: bool| value.map_or(Ok(default), |value| vm.truth(&value));
    let mut writer = Writer {
        item: separator(0, if indent.is_some() { "," } else { ", " }),
        key: separator(1, ": "),
        indent,
        sort: truth(vm, given.take(usize::MAX, "sort_keys"), false)?,
        ascii: truth(vm, given.take(usize::MAX, "ensure_ascii"), true)?,
        default: given.take(usize::MAX, "default").unwrap_or(Value::None),
        out: String::new(),
    };
    writer.value(vm, &value, 0)?;
    Ok(Value::from(writer.out))
}

impl Writer {
    fn value(&mut self, vm: &mut Vm<'_>, value: &Value, level: usize) -> Result<(), Raised> {
        if level > 100 {
            return Err(Raised::new("RecursionError", "maximum recursion depth exceeded while encoding a JSON object"));
        }
        bounded(self.out.len())?;
        match value.plain() {
            Value::None => self.out.push_str("null"),
            Value::Bool(truth) => self.out.push_str(if *truth { "true" } else { "false" }),
            Value::Int(number) => self.out.push_str(&number.to_string()),
            Value::Big(number) => self.out.push_str(&number.to_string()),
            Value::Float(number) => self.out.push_str(&float_text(*number)),
            Value::Str(text) => self.text(text),
            Value::List(list) => self.items(vm, &list.items(), level)?,
            Value::Tuple(tuple) => self.items(vm, &tuple.to_vec(), level)?,
            Value::Dict(dict) => self.entries(vm, dict.entries(), level)?,
            _ if !self.default.is_none() => {
                let default = self.default.clone();
                let replaced = vm.call_with(&default, vec![value.clone()])?;
                self.value(vm, &replaced, level + 1)?;
            }
            _ => return Err(Raised::type_error(format!("Object of type {} is not JSON serializable", value.type_name()))),
        }
        Ok(())
    }

    fn items(&mut self, vm: &mut Vm<'_>, items: &[Value], level: usize) -> Result<(), Raised> {
        self.out.push('[');
        for (place, item) in items.iter().enumerate() {
            self.next(place, level);
            self.value(vm, item, level + 1)?;
        }
        self.end(items.is_empty(), level);
        self.out.push(']');
        Ok(())
    }

    fn entries(&mut self, vm: &mut Vm<'_>, mut entries: Vec<(Value, Value)>, level: usize) -> Result<(), Raised> {
        if self.sort {
            let keys = entries.iter().map(|(key, value)| Value::tuple(vec![key.clone(), value.clone()])).collect();
            let by_key = Value::native("key", |_, given| Ok(given.positional[0].items().unwrap_or_default().remove(0)));
            let sorted = crate::python::builtin::sort_values(vm, keys, &by_key, false)?;
            entries = sorted
                .iter()
                .filter_map(Value::items)
                .map(|mut pair| (std::mem::take(&mut pair[0]), std::mem::take(&mut pair[1])))
                .collect();
        }
        self.out.push('{');
        for (place, (key, value)) in entries.iter().enumerate() {
            self.next(place, level);
            let name = match key.plain() {
                Value::Str(text) => text.to_string(),
                Value::None => "null".to_owned(),
                Value::Bool(truth) => truth.to_string(),
                Value::Int(number) => number.to_string(),
                Value::Float(number) => float_text(*number),
                other => {
                    return Err(Raised::type_error(format!("keys must be str, int, float, bool or None, not {}", other.type_name())));
                }
            };
            self.text(&name);
            self.out.push_str(&self.key.clone());
            self.value(vm, value, level + 1)?;
        }
        self.end(entries.is_empty(), level);
        self.out.push('}');
        Ok(())
    }

    fn next(&mut self, place: usize, level: usize) {
        if place > 0 {
            self.out.push_str(&self.item);
        }
        self.line(level + 1);
    }

    fn end(&mut self, empty: bool, level: usize) {
        if !empty {
            self.line(level);
        }
    }

    fn line(&mut self, level: usize) {
        if let Some(indent) = &self.indent {
            self.out.push('\n');
            self.out.push_str(&indent.repeat(level));
        }
    }

    fn text(&mut self, text: &str) {
        self.out.push('"');
        for found in text.chars() {
            match found {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                found if u32::from(found) < 0x20 || (self.ascii && !found.is_ascii()) => {
                    for unit in found.encode_utf16(&mut [0; 2]) {
                        let _ = write!(self.out, "\\u{unit:04x}");
                    }
                }
                found => self.out.push(found),
            }
        }
        self.out.push('"');
    }
}

fn float_text(number: f64) -> String {
    match number {
        number if number.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "Infinity".to_owned(),
        f64::NEG_INFINITY => "-Infinity".to_owned(),
        number => number::float_repr(number),
    }
}

fn loads(vm: &mut Vm<'_>, mut given: Arguments) -> Result<Value, Raised> {
    let text = given.need("loads", 0, "s")?;
    let bytes;
    let text = match text.plain() {
        Value::Str(text) => text,
        Value::Bytes(found) => {
            bytes = std::rc::Rc::from(String::from_utf8_lossy(found).as_ref());
            &bytes
        }
        other => return Err(Raised::type_error(format!("the JSON object must be str, bytes or bytearray, not {}", other.type_name()))),
    };
    let mut reader = Reader { text, at: 0 };
    let result = reader.value(0).and_then(|value| {
        reader.space();
        if reader.at < reader.text.len() { Err(("Extra data", reader.at)) } else { Ok(value) }
    });
    result.map_err(|(message, at)| decode_error(vm, text, message, at))
}

fn decode_error(vm: &mut Vm<'_>, text: &str, message: &str, at: usize) -> Raised {
    let before = &text[..at.min(text.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    let message = format!("{message}: line {line} column {column} (char {})", before.chars().count());
    let class = match vm.machine.modules.get("json") {
        Some(Value::Module(module)) => module.names.borrow().get("JSONDecodeError").cloned(),
        _ => None,
    };
    match class {
        Some(Value::Class(class)) => Raised::instance(crate::python::exception::new_exception(class, vec![Value::from(message)])),
        _ => Raised::value_error(message),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

type Read<T> = Result<T, (&'static str, usize)>;

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    fn value(&mut self, level: u32) -> Read<Value> {
        self.space();
        if level > 100 {
            return Err(("the JSON text is nested too deeply", self.at));
        }
        for (word, value) in [
            ("null", Value::None),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("NaN", Value::Float(f64::NAN)),
            ("Infinity", Value::Float(f64::INFINITY)),
            ("-Infinity", Value::Float(f64::NEG_INFINITY)),
        ] {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        match self.peek() {
            b'{' => self.object(level),
            b'[' => self.array(level),
            b'"' => self.string().map(Value::from),
            b'-' | b'0'..=b'9' => self.number(),
            _ => Err(("Expecting value", self.at)),
        }
    }

    fn object(&mut self, level: u32) -> Read<Value> {
        self.at += 1;
        let mut entries = Vec::new();
        self.space();
        if self.peek() == b'}' {
            self.at += 1;
            return Ok(Value::dict(entries));
        }
        loop {
            self.space();
            if self.peek() != b'"' {
                return Err(("Expecting property name enclosed in double quotes", self.at));
            }
            let key = self.string()?;
            self.space();
            if self.peek() != b':' {
                return Err(("Expecting ':' delimiter", self.at));
            }
            self.at += 1;
            let value = self.value(level + 1)?;
            entries.push((Value::from(key), value));
            self.space();
            match self.peek() {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Ok(Value::dict(entries));
                }
                _ => return Err(("Expecting ',' delimiter", self.at)),
            }
        }
    }

    fn array(&mut self, level: u32) -> Read<Value> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.peek() == b']' {
            self.at += 1;
            return Ok(Value::list(items));
        }
        loop {
            items.push(self.value(level + 1)?);
            self.space();
            match self.peek() {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return Ok(Value::list(items));
                }
                _ => return Err(("Expecting ',' delimiter", self.at)),
            }
        }
    }

    fn string(&mut self) -> Read<String> {
        let start = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(found) = rest.chars().next() else { return Err(("Unterminated string starting at", start)) };
            self.at += found.len_utf8();
            match found {
                '"' => return Ok(out),
                '\\' => self.escape(&mut out)?,
                found if u32::from(found) < 0x20 => return Err(("Invalid control character at", self.at - 1)),
                found => out.push(found),
            }
        }
    }

    fn escape(&mut self, out: &mut String) -> Read<()> {
        let letter = self.peek();
        self.at += 1;
        match letter {
            b'n' => out.push('\n'),
            b't' => out.push('\t'),
            b'r' => out.push('\r'),
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'"' | b'\\' | b'/' => out.push(char::from(letter)),
            b'u' => {
                let first = self.unit()?;
                let mut units = vec![first];
                if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u") {
                    self.at += 2;
                    units.push(self.unit()?);
                }
                out.extend(char::decode_utf16(units).map(|found| found.unwrap_or('\u{fffd}')));
            }
            _ => return Err(("Invalid \\escape", self.at.saturating_sub(2))),
        }
        Ok(())
    }

    fn unit(&mut self) -> Read<u16> {
        let digits = self.text.get(self.at..self.at + 4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let unit = digits.ok_or(("Invalid \\uXXXX escape", self.at))?;
        self.at += 4;
        Ok(unit)
    }

    fn number(&mut self) -> Read<Value> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let digits = |mut at: usize| {
            while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            at
        };
        let mut at = start + usize::from(self.peek() == b'-');
        if !bytes.get(at).is_some_and(u8::is_ascii_digit) {
            return Err(("Expecting value", start));
        }
        at = if bytes[at] == b'0' { at + 1 } else { digits(at) };
        let mut whole = true;
        if bytes.get(at) == Some(&b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
            whole = false;
            at = digits(at + 1);
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            let sign = at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
            if bytes.get(sign).is_some_and(u8::is_ascii_digit) {
                whole = false;
                at = digits(sign);
            }
        }
        self.at = at;
        let text = &self.text[start..at];
        let value = if whole { number::parse_int(text, 10) } else { text.parse().ok().map(Value::Float) };
        value.ok_or(("Expecting value", start))
    }
}
