//! How values read: `repr`, `str`, `ascii`.

use super::class::Instance;
use super::class::Type;
use super::function::Wrapper;
use super::machine::Vm;
use super::module::datetime;
use super::number::float_repr;
use super::raised::Raised;
use super::value::Value;
use std::fmt::Write;
use std::rc::Rc;

impl Vm<'_> {
    /// `str(value)`.
    ///
    /// # Errors
    /// What `__str__` raised.
    pub fn str(&mut self, value: &Value) -> Result<String, Raised> {
        match value {
            Value::Str(text) => Ok(text.to_string()),
            Value::Host(object) => Ok(self.host.text(object)),
            Value::DateTime(_) | Value::Date(_) | Value::TimeDelta(_) | Value::TimeZone(_) => Ok(datetime::text(value)),
            Value::Instance(instance) => {
                if let Some(method) = self.method_of(value, "__str__") {
                    return match self.call_with(&method, Vec::new())? {
                        Value::Str(text) => Ok(text.to_string()),
                        other => Err(Raised::type_error(format!("__str__ returned non-string (type {})", other.type_name()))),
                    };
                }
                if instance.class.is_exception() {
                    return self.exception_str(instance);
                }
                if let (Some(payload), None) = (value.payload_ref(), instance.class.lookup_own("__repr__")) {
                    return self.str(&payload.clone());
                }
                self.repr(value)
            }
            _ => self.repr(value),
        }
    }

    pub(super) fn exception_str(&mut self, instance: &Rc<Instance>) -> Result<String, Raised> {
        if let Some(diagnostic) = &*instance.diagnostic.borrow() {
            return Ok(diagnostic.message.clone());
        }
        let arguments = instance.get("args").and_then(|arguments| arguments.items()).unwrap_or_default();
        let key_error = super::class::Class::builtin("KeyError").is_some_and(|class| instance.class.is_subclass(&class));
        match &arguments[..] {
            [] => Ok(String::new()),
            [one] if key_error => self.repr(one),
            [one] => self.str(one),
            _ => self.repr(&Value::tuple(arguments)),
        }
    }

    /// `repr(value)`.
    ///
    /// # Errors
    /// What `__repr__` raised.
    pub fn repr(&mut self, value: &Value) -> Result<String, Raised> {
        match value {
            Value::List(_) | Value::Tuple(_) | Value::Dict(_) | Value::Set(_) | Value::Iter(_) => self.container_repr(value),
            Value::Host(object) => Ok(self.host.repr(object)),
            Value::Instance(_) => self.instance_repr(value),
            Value::Slice(parts) => {
                let parts = parts.iter().map(|part| self.repr(part)).collect::<Result<Vec<_>, _>>()?;
                Ok(format!("slice({})", parts.join(", ")))
            }
            Value::Bound(bound) if !matches!(bound.function, Value::Builtin(_)) => {
                let receiver = self.repr(&bound.receiver)?;
                Ok(format!("<bound method {} of {receiver}>", qualified_name(&bound.function)))
            }
            _ => plain_text(value),
        }
    }

    fn instance_repr(&mut self, value: &Value) -> Result<String, Raised> {
        if let Some(method) = self.method_of(value, "__repr__") {
            return match self.call_with(&method, Vec::new())? {
                Value::Str(text) => Ok(text.to_string()),
                other => Err(Raised::type_error(format!("__repr__ returned non-string (type {})", other.type_name()))),
            };
        }
        self.default_repr(value)
    }

    /// As `object.__repr__` does it.
    pub(super) fn default_repr(&mut self, value: &Value) -> Result<String, Raised> {
        let Value::Instance(instance) = value else { return self.repr(value) };
        if instance.class.is_exception() {
            let arguments = instance.get("args").and_then(|arguments| arguments.items()).unwrap_or_default();
            let arguments = arguments.iter().map(|argument| self.repr(argument)).collect::<Result<Vec<_>, _>>()?;
            return Ok(format!("{}({})", instance.class.name, arguments.join(", ")));
        }
        if let Some(payload) = instance.payload.get() {
            let text = self.repr(&payload.clone())?;
            return Ok(match payload {
                Value::Set(_) => text.replacen(&payload.type_name(), &instance.class.name, 1),
                _ => text,
            });
        }
        Ok(format!(
            "<{}.{} object at 0x{:012x}>",
            module_of(instance),
            qualified(&instance.class),
            0x7f00_0000_0000u64 + instance.serial * 16
        ))
    }

    fn container_repr(&mut self, value: &Value) -> Result<String, Raised> {
        let address = match value {
            Value::List(list) => Rc::as_ptr(list) as usize,
            Value::Dict(dict) => Rc::as_ptr(dict) as usize,
            _ => 0,
        };
        if address != 0 && self.machine.writing.contains(&address) {
            return Ok(if matches!(value, Value::List(_)) { "[...]" } else { "{...}" }.to_owned());
        }
        if self.machine.writing.len() >= 100 {
            return Err(Raised::new("RecursionError", "maximum recursion depth exceeded while getting the repr of an object"));
        }
        self.machine.writing.push(address);
        let text = self.container_text(value);
        self.machine.writing.pop();
        text
    }

    fn container_text(&mut self, value: &Value) -> Result<String, Raised> {
        Ok(match value {
            Value::List(list) => format!("[{}]", self.joined(&list.items())?),
            Value::Tuple(tuple) if tuple.len() == 1 => format!("({},)", self.joined(tuple)?),
            Value::Tuple(tuple) => format!("({})", self.joined(tuple)?),
            Value::Dict(dict) => {
                let mut text = "{".to_owned();
                for (place, (key, value)) in dict.entries().iter().enumerate() {
                    if place > 0 {
                        text.push_str(", ");
                    }
                    text.push_str(&self.repr(key)?);
                    text.push_str(": ");
                    text.push_str(&self.repr(value)?);
                }
                text.push('}');
                text
            }
            Value::Set(set) if set.is_empty() => format!("{}()", value.type_name()),
            Value::Set(set) if set.frozen => format!("frozenset({{{}}})", self.joined(&set.items())?),
            Value::Set(set) => format!("{{{}}}", self.joined(&set.items())?),
            Value::Iter(iter) => match iter.view_items() {
                Some(items) => format!("{}([{}])", value.type_name(), self.joined(&items)?),
                None if iter.kind() == Type::Generator => format!("<generator object at 0x{:012x}>", Rc::as_ptr(iter) as usize),
                None => format!("<{} object at 0x{:012x}>", value.type_name(), Rc::as_ptr(iter) as usize),
            },
            _ => String::new(),
        })
    }

    fn joined(&mut self, items: &[Value]) -> Result<String, Raised> {
        let mut text = String::new();
        for (place, item) in items.iter().enumerate() {
            if place > 0 {
                text.push_str(", ");
            }
            text.push_str(&self.repr(item)?);
            super::operate::bounded(text.len())?;
        }
        Ok(text)
    }
}

/// The text of a value that contains no others.
fn plain_text(value: &Value) -> Result<String, Raised> {
    Ok(match value {
        Value::Unbound => "<unbound>".to_owned(),
        Value::None => "None".to_owned(),
        Value::Bool(truth) => if *truth { "True" } else { "False" }.to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Big(number) => {
            let text = number.to_string();
            if text.len() > 4300 {
                return Err(Raised::value_error(
                    "Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit",
                ));
            }
            text
        }
        Value::Float(number) => float_repr(*number),
        Value::Str(text) => str_repr(text),
        Value::Bytes(bytes) => bytes_repr(bytes),
        Value::Ellipsis => "Ellipsis".to_owned(),
        Value::NotImplemented => "NotImplemented".to_owned(),
        Value::Range(range) if range.step == 1 => format!("range({}, {})", range.start, range.stop),
        Value::Range(range) => format!("range({}, {}, {})", range.start, range.stop, range.step),
        Value::Function(function) => format!("<function {} at 0x{:012x}>", function.code.qualified, Rc::as_ptr(function) as usize),
        Value::Builtin(builtin) => format!("<built-in function {}>", builtin.name),
        Value::Closure(closure) => format!("<function {}>", closure.name),
        Value::Bound(bound) => format!("<built-in method {} of {} object>", qualified_name(&bound.function), bound.receiver.type_name()),
        Value::Wrapper(wrapper) => match &**wrapper {
            Wrapper::Super(class, _) => format!("<super: <class '{}'>>", class.name),
            _ => format!("<{} object>", value.type_name()),
        },
        Value::Class(class) if class.builtin && matches!(class.layout, Type::DateTime | Type::Date | Type::TimeDelta | Type::TimeZone) => {
            format!("<class 'datetime.{}'>", class.name)
        }
        Value::Class(class) if class.module.is_empty() || class.builtin => format!("<class '{}'>", class.name),
        Value::Class(class) if class.members().is_some() => format!("<enum '{}'>", class.name),
        Value::Class(class) => format!("<class '{}.{}'>", class.module, qualified(class)),
        Value::Module(module) => format!("<module '{}'>", module.name),
        Value::DateTime(_) | Value::Date(_) | Value::TimeDelta(_) | Value::TimeZone(_) => datetime::repr(value),
        _ => format!("<{}>", value.type_name()),
    })
}

/// `repr` without a machine: containers and instances by their type alone.
pub(super) fn plain_repr(value: &Value) -> String {
    plain_text(value).unwrap_or_default()
}

/// `str(exception)` without a machine.
pub(super) fn exception_text(instance: &Instance) -> String {
    let arguments = instance.get("args").and_then(|arguments| arguments.items()).unwrap_or_default();
    let key_error = super::class::Class::builtin("KeyError").is_some_and(|class| instance.class.is_subclass(&class));
    match &arguments[..] {
        [] => String::new(),
        [one] if !key_error && one.as_str().is_some() => one.as_str().unwrap_or_default().to_owned(),
        [one] => plain_repr(one),
        _ => plain_repr(&Value::tuple(arguments)),
    }
}

fn qualified(class: &super::class::Class) -> String {
    let known = class.attributes.borrow().get("__qualname__").and_then(|name| name.as_str().map(str::to_owned));
    known.unwrap_or_else(|| class.name.to_string())
}

fn module_of(instance: &Instance) -> String {
    if instance.class.module.is_empty() { "__main__".to_owned() } else { instance.class.module.to_string() }
}

fn qualified_name(function: &Value) -> String {
    match function {
        Value::Function(function) => function.code.qualified.to_string(),
        Value::Builtin(builtin) => builtin.name.to_owned(),
        Value::Closure(closure) => closure.name.to_string(),
        _ => "?".to_owned(),
    }
}

/// `repr(str)`.
pub(super) fn str_repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for found in text.chars() {
        match found {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            found if found == quote => {
                out.push('\\');
                out.push(found);
            }
            found if !is_printable(found) => escape(&mut out, found),
            found => out.push(found),
        }
    }
    out.push(quote);
    out
}

/// `ascii(str)` of a text that is a `repr` already.
pub(super) fn ascii(text: &str) -> String {
    let mut out = String::new();
    for found in text.chars() {
        if found.is_ascii() { out.push(found) } else { escape(&mut out, found) }
    }
    out
}

fn escape(out: &mut String, found: char) {
    let code = u32::from(found);
    let _ = match code {
        0..=0xff => write!(out, "\\x{code:02x}"),
        0x100..=0xffff => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
}

fn is_printable(found: char) -> bool {
    let invisible = matches!(found, '\u{a0}' | '\u{ad}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}' | '\u{3000}' | '\u{feff}' | '\u{e000}'..='\u{f8ff}');
    !found.is_control() && !invisible
}

/// `repr(bytes)`.
#[must_use]
pub fn bytes_repr(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut out = format!("b{quote}");
    for byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            byte if char::from(*byte) == quote => {
                out.push('\\');
                out.push(quote);
            }
            0x20..=0x7e => out.push(char::from(*byte)),
            byte => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push(quote);
    out
}
