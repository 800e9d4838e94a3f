//! Formatting: format specs (`:>10,.2f`), `str.format`, `%`.

use super::class::Type;
use super::machine::Vm;
use super::module::datetime;
use super::number;
use super::number::big;
use super::operate::bounded;
use super::raised::Raised;
use super::text::ascii;
use super::value::Value;

/// A parsed format spec.
#[derive(Clone, Debug)]
struct Spec {
    fill: char,
    align: Option<char>,
    sign: Option<char>,
    alternate: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Vm<'_> {
    /// An f-string's value: converted (`!r`), then formatted.
    pub(super) fn format_converted(&mut self, value: &Value, conversion: u8, spec: &str) -> Result<String, Raised> {
        let converted = match conversion {
            b'r' => Some(self.repr(value)?),
            b's' => Some(self.str(value)?),
            b'a' => Some(ascii(&self.repr(value)?)),
            _ => None,
        };
        match converted {
            Some(text) if spec.is_empty() => Ok(text),
            Some(text) => self.format(&Value::from(text), spec),
            None => self.format(value, spec),
        }
    }

    /// `format(value, spec)`.
    ///
    /// # Errors
    /// `ValueError` where the spec is none for this type.
    pub fn format(&mut self, value: &Value, spec: &str) -> Result<String, Raised> {
        if let Some(method) = self.method_of(value, "__format__") {
            let text = self.call_with(&method, vec![Value::str(spec)])?;
            return Ok(text.as_str().unwrap_or("").to_owned());
        }
        if spec.is_empty() {
            return self.str(value);
        }
        match value.plain() {
            Value::DateTime(_) | Value::Date(_) => return datetime::strftime(value, spec),
            Value::Bool(_) | Value::Int(_) | Value::Big(_) | Value::Float(_) | Value::Str(_) => {}
            _ if matches!(value, Value::Host(_)) => return self.str(value),
            _ => return Err(Raised::type_error(format!("unsupported format string passed to {}.__format__", value.type_name()))),
        }
        let spec = parse_spec(spec, value)?;
        match value.plain() {
            Value::Str(text) => format_text(text, &spec),
            number => format_number(number, &spec),
        }
    }

    /// `text.format(...)`.
    pub(super) fn str_format(&mut self, format: &str, positional: &[Value], keyword: &[(String, Value)]) -> Result<String, Raised> {
        let mut next = 0;
        self.str_format_level(format, positional, keyword, &mut next, 0)
    }

    fn str_format_level(
        &mut self,
        format: &str,
        positional: &[Value],
        keyword: &[(String, Value)],
        next: &mut usize,
        level: u32,
    ) -> Result<String, Raised> {
        if level > 2 {
            return Err(Raised::value_error("Max string recursion exceeded"));
        }
        let mut out = String::new();
        let mut rest = format;
        while let Some(place) = rest.find(['{', '}']) {
            out.push_str(&rest[..place]);
            let (mark, after) = (rest.as_bytes()[place], &rest[place + 1..]);
            if after.as_bytes().first() == Some(&mark) {
                out.push(char::from(mark));
                rest = &after[1..];
                continue;
            }
            if mark == b'}' {
                return Err(Raised::value_error("Single '}' encountered in format string"));
            }
            let Some(end) = closing(after) else {
                let message =
                    if after.is_empty() { "Single '{' encountered in format string" } else { "expected '}' before end of string" };
                return Err(Raised::value_error(message));
            };
            let text = self.replacement(&after[..end], positional, keyword, next, level)?;
            out.push_str(&text);
            rest = &after[end + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }

    fn replacement(
        &mut self,
        field: &str,
        positional: &[Value],
        keyword: &[(String, Value)],
        next: &mut usize,
        level: u32,
    ) -> Result<String, Raised> {
        let (head, spec) = field.split_once(':').unwrap_or((field, ""));
        let (path, conversion) = head.split_once('!').unwrap_or((head, ""));
        let end = path.find(['.', '[']).unwrap_or(path.len());
        let (first, mut path) = path.split_at(end);
        let mut value = if first.is_empty() || first.bytes().all(|byte| byte.is_ascii_digit()) {
            let place = if first.is_empty() {
                *next += 1;
                *next - 1
            } else {
                first.parse().unwrap_or(usize::MAX)
            };
            let message = || Raised::new("IndexError", format!("Replacement index {place} out of range for positional args tuple"));
            positional.get(place).cloned().ok_or_else(message)?
        } else {
            let found = keyword.iter().find(|(name, _)| name == first).map(|(_, value)| value.clone());
            found.ok_or_else(|| Raised::key_error(Value::str(first)))?
        };
        while !path.is_empty() {
            if let Some(rest) = path.strip_prefix('.') {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                value = self.attribute(&value, &rest[..end])?;
                path = &rest[end..];
            } else {
                let rest = &path[1..];
                let Some(end) = rest.find(']') else { return Err(Raised::value_error("Missing ']' in format string")) };
                let key = rest[..end].parse::<i64>().map_or_else(|_| Value::str(&rest[..end]), Value::Int);
                value = self.item(&value, &key)?;
                path = &rest[end + 1..];
            }
        }
        let spec = self.str_format_level(spec, positional, keyword, next, level + 1)?;
        let conversion = match conversion {
            "" => 0,
            "r" => b'r',
            "s" => b's',
            "a" => b'a',
            other => return Err(Raised::value_error(format!("Unknown conversion specifier {other}"))),
        };
        self.format_converted(&value, conversion, &spec)
    }

    /// `format % values`.
    pub(super) fn percent_format(&mut self, format: &str, values: &Value) -> Result<String, Raised> {
        let is_tuple = matches!(values.plain(), Value::Tuple(_));
        let list = if is_tuple { values.items().unwrap_or_default() } else { vec![values.clone()] };
        let mut list = list.into_iter();
        let mut out = String::new();
        let mut chars = format.chars().peekable();
        let mut by_name = false;
        while let Some(found) = chars.next() {
            if found != '%' {
                out.push(found);
                continue;
            }
            let mut value = None;
            if chars.peek() == Some(&'(') {
                chars.next();
                let name: String = chars.by_ref().take_while(|found| *found != ')').collect();
                value = Some(self.item(values, &Value::from(name))?);
                by_name = true;
            }
            let mut take = || list.next().ok_or_else(|| Raised::type_error("not enough arguments for format string"));
            let mut flags = String::new();
            while let Some(flag) = chars.next_if(|found| "-+ 0#".contains(*found)) {
                flags.push(flag);
            }
            let width = count(&mut chars, &mut take)?;
            let precision = match chars.next_if_eq(&'.') {
                Some(_) => Some(count(&mut chars, &mut take)?.unwrap_or(0)),
                None => None,
            };
            let Some(kind) = chars.next() else { return Err(Raised::value_error("incomplete format")) };
            if kind == '%' {
                out.push('%');
                continue;
            }
            let value = match value {
                Some(value) => value,
                None => take()?,
            };
            out.push_str(&self.percent_one(&value, kind, &flags, width.unwrap_or(0), precision)?);
        }
        if list.next().is_some() && !by_name && (is_tuple || values.entries().is_none()) {
            return Err(Raised::type_error("not all arguments converted during string formatting"));
        }
        Ok(out)
    }

    fn percent_one(&mut self, value: &Value, kind: char, flags: &str, width: usize, precision: Option<usize>) -> Result<String, Raised> {
        let left = flags.contains('-');
        let mut spec = Spec {
            fill: ' ',
            align: Some(if left { '<' } else { '>' }),
            sign: if flags.contains('+') { Some('+') } else { flags.contains(' ').then_some(' ') },
            alternate: flags.contains('#'),
            width,
            grouping: None,
            precision,
            kind: Some(kind),
        };
        match kind {
            's' | 'r' | 'a' => {
                let text = self.format_converted(value, u8::try_from(kind).unwrap_or(b's'), "")?;
                spec.kind = None;
                format_text(&text, &spec)
            }
            'c' => {
                let text = match value.as_i64() {
                    Some(code) => u32::try_from(code).ok().and_then(char::from_u32).map(String::from),
                    None => value.as_str().filter(|text| text.chars().count() == 1).map(str::to_owned),
                };
                let Some(text) = text else { return Err(Raised::type_error("%c requires int or char")) };
                spec.kind = None;
                spec.precision = None;
                format_text(&text, &spec)
            }
            'd' | 'i' | 'u' | 'x' | 'X' | 'o' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
                if flags.contains('0') && !left {
                    spec.fill = '0';
                    spec.align = Some('=');
                }
                let integer = matches!(kind, 'd' | 'i' | 'u' | 'x' | 'X' | 'o');
                if value.as_f64().is_none() {
                    let (kind, need) = (kind, if integer { "a real number" } else { "real number" });
                    let message = if integer {
                        format!("%{kind} format: {need} is required, not {}", value.type_name())
                    } else {
                        format!("must be {need}, not {}", value.type_name())
                    };
                    return Err(Raised::type_error(message));
                }
                let plain = value.plain().clone();
                if integer {
                    spec.kind = Some(if matches!(kind, 'i' | 'u') { 'd' } else { kind });
                    spec.precision = None;
                    let whole = match &plain {
                        Value::Float(number) => number::float_to_big(number.trunc()).map(Value::big).unwrap_or(Value::Int(0)),
                        _ => plain,
                    };
                    return format_number(&whole, &spec);
                }
                format_number(&plain, &spec)
            }
            other => Err(Raised::value_error(format!("unsupported format character '{other}' (0x{:x}) at index 0", u32::from(other)))),
        }
    }
}

fn count(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    take: &mut impl FnMut() -> Result<Value, Raised>,
) -> Result<Option<usize>, Raised> {
    if chars.next_if_eq(&'*').is_some() {
        return Ok(Some(usize::try_from(take()?.as_i64().unwrap_or(0)).unwrap_or(0)));
    }
    let mut digits = String::new();
    while let Some(digit) = chars.next_if(char::is_ascii_digit) {
        digits.push(digit);
    }
    let count = digits.parse().ok();
    bounded(count.unwrap_or(0))?;
    Ok(count)
}

/// Where the field that has just been opened closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(place),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn parse_spec(text: &str, value: &Value) -> Result<Spec, Raised> {
    let invalid = || Raised::value_error(format!("Invalid format specifier '{text}' for object of type '{}'", value.type_name()));
    let mut chars: Vec<char> = text.chars().collect();
    chars.reverse();
    let mut spec = Spec { fill: ' ', align: None, sign: None, alternate: false, width: 0, grouping: None, precision: None, kind: None };
    let is_align = |found: Option<&char>| matches!(found, Some('<' | '>' | '^' | '='));
    let length = chars.len();
    if length >= 2 && is_align(chars.get(length - 2)) {
        spec.fill = chars.pop().unwrap_or(' ');
        spec.align = chars.pop();
    } else if is_align(chars.last()) {
        spec.align = chars.pop();
    }
    if matches!(chars.last(), Some('+' | '-' | ' ')) {
        spec.sign = chars.pop();
    }
    if chars.last() == Some(&'#') {
        spec.alternate = chars.pop().is_some();
    }
    if chars.last() == Some(&'0') {
        chars.pop();
        if spec.align.is_none() {
            spec.fill = '0';
            spec.align = Some(if matches!(value.kind(), Type::Str) { '<' } else { '=' });
        }
    }
    let digits = |chars: &mut Vec<char>| {
        let mut digits = String::new();
        while chars.last().is_some_and(char::is_ascii_digit) {
            digits.extend(chars.pop());
        }
        digits
    };
    let width = digits(&mut chars);
    spec.width =
        if width.is_empty() { 0 } else { width.parse().map_err(|_| Raised::value_error("Too many decimal digits in format string"))? };
    if matches!(chars.last(), Some(',' | '_')) {
        spec.grouping = chars.pop();
    }
    if chars.last() == Some(&'.') {
        chars.pop();
        let precision = digits(&mut chars);
        spec.precision = Some(precision.parse().map_err(|_| Raised::value_error("Format specifier missing precision"))?);
    }
    spec.kind = chars.pop();
    if !chars.is_empty() {
        return Err(invalid());
    }
    bounded(spec.width)?;
    bounded(spec.precision.unwrap_or(0).saturating_mul(100))?;
    Ok(spec)
}

fn format_text(text: &str, spec: &Spec) -> Result<String, Raised> {
    if let Some(kind) = spec.kind.filter(|kind| *kind != 's') {
        return Err(Raised::value_error(format!("Unknown format code '{kind}' for object of type 'str'")));
    }
    if spec.align == Some('=') && spec.fill != '0' {
        return Err(Raised::value_error("'=' alignment not allowed in string format specifier"));
    }
    let text: String = match spec.precision {
        Some(most) => text.chars().take(most).collect(),
        None => text.to_owned(),
    };
    Ok(pad("", &text, spec, '<'))
}

fn pad(sign: &str, text: &str, spec: &Spec, default: char) -> String {
    let length = sign.chars().count() + text.chars().count();
    let missing = spec.width.saturating_sub(length);
    let fill = |count: usize| spec.fill.to_string().repeat(count);
    match spec.align.unwrap_or(default) {
        '<' => format!("{sign}{text}{}", fill(missing)),
        '^' => format!("{}{sign}{text}{}", fill(missing / 2), fill(missing - missing / 2)),
        '=' => format!("{sign}{}{text}", fill(missing)),
        _ => format!("{}{sign}{text}", fill(missing)),
    }
}

fn format_number(value: &Value, spec: &Spec) -> Result<String, Raised> {
    let kind = spec.kind;
    let integer = !matches!(value, Value::Float(_));
    let (negative, digits) = match (integer, kind) {
        (true, None | Some('d' | 'n' | 'b' | 'o' | 'x' | 'X' | 'c')) => {
            if spec.precision.is_some() {
                return Err(Raised::value_error("Precision not allowed in integer format specifier"));
            }
            integer_digits(value, spec)?
        }
        (_, None | Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' | 'n')) => {
            let number = value.as_f64().unwrap_or(f64::NAN);
            let negative = number.is_sign_negative() && !number.is_nan();
            (negative, float_digits(number.abs(), spec))
        }
        (_, Some(kind)) => {
            return Err(Raised::value_error(format!("Unknown format code '{kind}' for object of type '{}'", value.type_name())));
        }
    };
    let sign = match (negative, spec.sign) {
        (true, _) => "-",
        (false, Some('+')) => "+",
        (false, Some(' ')) => " ",
        _ => "",
    };
    let prefix = match kind {
        Some('x') if spec.alternate => "0x",
        Some('X') if spec.alternate => "0X",
        Some('o') if spec.alternate => "0o",
        Some('b') if spec.alternate => "0b",
        _ => "",
    };
    let digits = match spec.grouping {
        Some(mark) => group(&digits, mark, spec, sign.len()),
        None => digits,
    };
    Ok(pad(&format!("{sign}{prefix}"), &digits, spec, '>'))
}

fn integer_digits(value: &Value, spec: &Spec) -> Result<(bool, String), Raised> {
    let number = big(value);
    let negative = number.sign() == num_bigint::Sign::Minus;
    let magnitude = number.magnitude();
    let digits = match spec.kind {
        Some('b') => magnitude.to_str_radix(2),
        Some('o') => magnitude.to_str_radix(8),
        Some('x') => magnitude.to_str_radix(16),
        Some('X') => magnitude.to_str_radix(16).to_uppercase(),
        Some('c') => {
            let code = value.as_i64().and_then(|code| u32::try_from(code).ok()).and_then(char::from_u32);
            code.map(String::from).ok_or_else(|| Raised::new("OverflowError", "%c arg not in range(0x110000)"))?
        }
        _ => magnitude.to_string(),
    };
    Ok((negative, digits))
}

fn float_digits(number: f64, spec: &Spec) -> String {
    if !number.is_finite() {
        let text = if number.is_nan() { "nan" } else { "inf" };
        let text = if matches!(spec.kind, Some('F' | 'E' | 'G')) { text.to_uppercase() } else { text.to_owned() };
        return if spec.kind == Some('%') { format!("{text}%") } else { text };
    }
    let precision = spec.precision.unwrap_or(6);
    match spec.kind {
        Some('f' | 'F') => format!("{number:.precision$}"),
        Some('%') => format!("{:.precision$}%", number * 100.0),
        Some('e') => exponent(number, precision, 'e'),
        Some('E') => exponent(number, precision, 'E'),
        Some('g' | 'n') => general(number, precision, 'e', spec.alternate),
        Some('G') => general(number, precision, 'E', spec.alternate),
        _ => match spec.precision {
            None => number::float_repr(number),
            Some(precision) => {
                let text = general(number, precision, 'e', false);
                let short = !text.contains(['.', 'e']);
                if short && precision > text.len() {
                    format!("{text}.0")
                } else if short {
                    plain_general(number, precision, text)
                } else {
                    text
                }
            }
        },
    }
}

/// Without a type, a float keeps a digit after the point or becomes an exponent.
fn plain_general(number: f64, precision: usize, text: String) -> String {
    if text.len() >= precision.max(1) && number >= 1.0 { exponent_trimmed(number, precision) } else { format!("{text}.0") }
}

fn exponent_trimmed(number: f64, precision: usize) -> String {
    let text = exponent(number, precision.max(1) - 1, 'e');
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "+00"));
    let mantissa = if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    format!("{mantissa}e{power}")
}

fn exponent(number: f64, precision: usize, mark: char) -> String {
    let text = format!("{number:.precision$e}");
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    let sign = if power < 0 { '-' } else { '+' };
    format!("{mantissa}{mark}{sign}{:02}", power.abs())
}

fn general(number: f64, precision: usize, mark: char, keep_zeros: bool) -> String {
    let precision = precision.max(1);
    if number == 0.0 {
        return "0".to_owned();
    }
    let text = exponent(number, precision - 1, 'e');
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    let trim = |text: &str| {
        if text.contains('.') && !keep_zeros { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
    };
    if power < -4 || power >= i32::try_from(precision).unwrap_or(i32::MAX) {
        let sign = if power < 0 { '-' } else { '+' };
        return format!("{}{mark}{sign}{:02}", trim(mantissa), power.abs());
    }
    let decimals = usize::try_from(i32::try_from(precision).unwrap_or(0) - 1 - power).unwrap_or(0);
    trim(&format!("{number:.decimals$}"))
}

fn group(digits: &str, mark: char, spec: &Spec, sign: usize) -> String {
    let size = if matches!(spec.kind, Some('b' | 'o' | 'x' | 'X')) { 4 } else { 3 };
    let end = digits.find(['.', 'e', 'E', '%']).unwrap_or(digits.len());
    let (whole, rest) = digits.split_at(end);
    let grouped = |whole: &str| {
        let mut out = String::new();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(size) {
                out.push(mark);
            }
            out.push(digit);
        }
        out
    };
    let mut text = grouped(whole);
    if spec.fill == '0' && spec.align == Some('=') {
        let wanted = spec.width.saturating_sub(sign + rest.len());
        let mut padded = whole.to_owned();
        while text.len() < wanted {
            padded.insert(0, '0');
            text = grouped(&padded);
        }
    }
    text + rest
}
