//! Values by format strings: `format_string`, `to_number`, `to_char`, and making timestamps of parts.

use super::Arguments;
use super::Function;
use super::Nulls;
use super::Parameter as P;
use super::datetime::civil_day;
use super::datetime::out_of_bounds;
use super::gives;
use super::math::grouped;
use crate::diag::Result;
use crate::expr::error;
use crate::types::DataType;
use crate::types::Value;
use crate::types::Zone;
use crate::types::display;
use crate::types::number;
use crate::types::time::MICROS_PER_DAY;
use arrow_array::ArrayRef;

const PARTS: &[P] = &[P::Integer, P::Integer, P::Integer, P::Integer, P::Integer, P::Numeric, P::String];

/// The group.
pub const FUNCTIONS: &[Function] = &[
    Function::new("format_string", (1, usize::MAX), &[P::String, P::Any], gives::string, format_string).nulls(Nulls::First),
    Function::new("printf", (1, usize::MAX), &[P::String, P::Any], gives::string, format_string).nulls(Nulls::First),
    Function::new("make_timestamp", (6, 7), PARTS, gives::timestamp, make_timestamp).nulls(Nulls::Always),
    Function::new("try_make_timestamp", (6, 7), PARTS, gives::timestamp, make_timestamp).nulls(Nulls::Always),
    Function::new("make_timestamp_ltz", (6, 7), PARTS, gives::timestamp, make_timestamp).nulls(Nulls::Always),
    Function::new("try_make_timestamp_ltz", (6, 7), PARTS, gives::timestamp, make_timestamp).nulls(Nulls::Always),
    Function::new("make_timestamp_ntz", (6, 6), PARTS, gives::timestamp_ntz, make_timestamp).nulls(Nulls::Always),
    Function::new("try_make_timestamp_ntz", (6, 6), PARTS, gives::timestamp_ntz, make_timestamp).nulls(Nulls::Always),
    Function::new("to_number", (2, 2), &[P::String], number_type, to_number).nulls(Nulls::Always),
    Function::new("try_to_number", (2, 2), &[P::String], number_type, to_number).nulls(Nulls::Always),
    Function::new("to_char", (2, 2), &[P::Any, P::String], gives::string, to_char),
    Function::new("to_varchar", (2, 2), &[P::Any, P::String], gives::string, to_char),
    Function::new("assert_true", (1, 2), &[P::Boolean, P::String], gives::null, assert_true).nulls(Nulls::Always),
    Function::new("raise_error", (1, 1), &[P::String], gives::null, raise_error).nulls(Nulls::Always),
    Function::new("version", (0, 0), &[], gives::string, |a| a.make_strings(|_| Ok(Some("4.3.0")))),
];

/// One `%` of Java's `Formatter`: flags, width, precision, conversion.
fn one(spec: &str, conversion: char, value: &Value, data_type: &DataType, zone: &Zone) -> String {
    let flags: String = spec.chars().take_while(|c| "-+ 0,(#".contains(*c)).collect();
    let rest = &spec[flags.len()..];
    let (width, precision) = rest.split_once('.').map_or((rest, None), |(width, precision)| (width, precision.parse::<usize>().ok()));
    let width: usize = width.parse().unwrap_or(0);
    let decimal = match value {
        Value::Double(value) => Some(*value),
        Value::Float(value) => Some(f64::from(*value)),
        Value::Decimal(value, _, scale) => number::format_decimal(*value, *scale).parse().ok(),
        other => other.as_i64().map(|value| value as f64),
    };
    let signed = |text: String| if flags.contains('+') && !text.starts_with('-') { format!("+{text}") } else { text };
    let commas = |text: String| {
        if !flags.contains(',') {
            return text;
        }
        let (sign, body) = text.strip_prefix('-').map_or(("", &text[..]), |body| ("-", body));
        let (whole, fraction) = body.split_once('.').map_or((body, String::new()), |(whole, fraction)| (whole, format!(".{fraction}")));
        format!("{sign}{}{fraction}", grouped(whole))
    };
    let text = match (conversion, value) {
        ('b', Value::Null) => "false".to_owned(),
        // Java prints it as a text, cut to the precision.
        (_, Value::Null) => {
            let text: String = "null".chars().take(precision.unwrap_or(4)).collect();
            if conversion.is_ascii_uppercase() { text.to_uppercase() } else { text }
        }
        ('d', value) => signed(commas(value.as_i64().map_or_else(|| "null".to_owned(), |value| value.to_string()))),
        ('x', value) => format!("{:x}", value.as_i64().unwrap_or(0)),
        ('X', value) => format!("{:X}", value.as_i64().unwrap_or(0)),
        ('o', value) => format!("{:o}", value.as_i64().unwrap_or(0)),
        ('f', _) => signed(commas(fixed(decimal.unwrap_or(0.0), precision.unwrap_or(6)))),
        ('e' | 'E', _) => {
            let text = format!("{:.*e}", precision.unwrap_or(6), decimal.unwrap_or(0.0));
            let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
            let exponent: i32 = exponent.parse().unwrap_or(0);
            format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
        }
        ('c', value) => value.as_i64().and_then(|code| char::from_u32(code as u32)).map(String::from).unwrap_or_default(),
        (conversion, value) => {
            let text = display::cast_string(value, data_type, zone).unwrap_or_default();
            let cut: String = text.chars().take(precision.unwrap_or(usize::MAX)).collect();
            if conversion == 'S' { cut.to_uppercase() } else { cut }
        }
    };
    let missing = width.saturating_sub(text.chars().count());
    if flags.contains('-') {
        text + &" ".repeat(missing)
    } else if flags.contains('0') && conversion != 's' && *value != Value::Null {
        let (sign, body) = text.strip_prefix(['-', '+']).map_or(("", &text[..]), |body| (&text[..1], body));
        format!("{sign}{}{body}", "0".repeat(missing))
    } else {
        " ".repeat(missing) + &text
    }
}

/// A number with so many digits after the point, its shortest text rounded half up: Java's `Formatter`.
fn fixed(value: f64, digits: usize) -> String {
    let exact = number::parse_decimal_exact(&number::format_double(value))
        .and_then(|(unscaled, scale)| number::rescale_decimal(unscaled, scale, i32::try_from(digits).ok()?).zip(u8::try_from(digits).ok()));
    exact.map_or_else(|| format!("{value:.digits$}"), |(unscaled, scale)| number::format_decimal(unscaled, scale))
}

fn format_string(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let zone = arguments.input.zone;
    arguments.by_any_value(|values| {
        let Some(pattern) = values[0].as_str() else { return Ok(Value::Null) };
        let mut out = String::new();
        let mut rest = pattern;
        let mut next = 1;
        while let Some(at) = rest.find('%') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let Some(end) = rest.find(|c: char| c.is_ascii_alphabetic() || c == '%') else {
                return Err(error::not_known("such format strings"));
            };
            let (spec, conversion) = (&rest[..end], rest[end..].chars().next().unwrap_or('s'));
            rest = &rest[end + 1..];
            match conversion {
                '%' => out.push('%'),
                'n' => out.push('\n'),
                'd' | 'x' | 'X' | 'o' | 'f' | 'e' | 'E' | 'c' | 's' | 'S' | 'b' => {
                    let (index, spec) = match spec.split_once('$') {
                        Some((index, spec)) => (index.parse().unwrap_or(next), spec),
                        None => {
                            next += 1;
                            (next - 1, spec)
                        }
                    };
                    let Some(value) = values.get(index) else {
                        return Err(crate::diag::Diagnostic::plain(
                            crate::diag::Class::Named("MissingFormatArgumentException".to_owned()),
                            format!("Format specifier '%{spec}{conversion}'"),
                        ));
                    };
                    out.push_str(&one(spec, conversion, value, arguments.type_of(index), zone));
                }
                other => return Err(error::not_known(&format!("the conversion %{other}"))),
            }
        }
        out.push_str(rest);
        Ok(Value::String(out))
    })
}

fn make_timestamp(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let lenient = arguments.name.starts_with("try_") || !arguments.ansi;
    let ntz = *arguments.data_type == DataType::TimestampNtz;
    arguments.by_value(|values| {
        let [year, month, day, hour, minute] = [0, 1, 2, 3, 4].map(|index| values[index].as_i64().unwrap_or(0));
        let micros = match &values[5] {
            Value::Decimal(value, _, scale) => number::rescale_decimal(*value, i32::from(*scale), 6).unwrap_or(-1) as i64,
            Value::Double(value) => (value * 1e6).round() as i64,
            other => other.as_i64().unwrap_or(0) * 1_000_000,
        };
        let zone = match values.get(6).and_then(Value::as_str) {
            Some(id) => Zone::parse(id),
            None => Some(arguments.input.zone.clone()),
        };
        let clock = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..=60_000_000).contains(&micros);
        match (civil_day(year, month, day), zone) {
            (Some(days), Some(zone)) if clock => {
                let wall = days * MICROS_PER_DAY + hour * 3_600_000_000 + minute * 60_000_000 + micros;
                Ok(if ntz { Value::TimestampNtz(wall) } else { Value::Timestamp(zone.to_utc(wall)) })
            }
            _ if lenient => Ok(Value::Null),
            _ => {
                let said = match (1..=12).contains(&month) {
                    false => format!("Invalid value for MonthOfYear (valid values 1 - 12): {month}"),
                    true if !(0..24).contains(&hour) => format!("Invalid value for HourOfDay (valid values 0 - 23): {hour}"),
                    true if !(0..60).contains(&minute) => format!("Invalid value for MinuteOfHour (valid values 0 - 59): {minute}"),
                    true => format!("Invalid value for DayOfMonth (valid values 1 - 28/31): {day}"),
                };
                Err(out_of_bounds(&said))
            }
        }
    })
}

/// The digits before and after the point of a number format.
fn digits_of(format: &str) -> (usize, usize) {
    let (whole, fraction) = format.split_once(['.', 'D']).unwrap_or((format, ""));
    let count = |text: &str| text.chars().filter(|c| matches!(c, '0' | '9')).count();
    (count(whole), count(fraction))
}

fn number_type(arguments: &[crate::expr::typed::Typed]) -> DataType {
    let (whole, fraction) = arguments[1].as_literal().and_then(Value::as_str).map_or((38, 0), digits_of);
    DataType::Decimal((whole + fraction).clamp(1, 38) as u8, fraction as u8)
}

fn to_number(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let lenient = arguments.name.starts_with("try_");
    let DataType::Decimal(precision, scale) = *arguments.data_type else { unreachable!("to_number gives decimals") };
    arguments.by_value(|values| {
        let (Some(text), Some(format)) = (values[0].as_str(), values[1].as_str()) else { return Ok(Value::Null) };
        let negative = text.contains('-') || text.contains('<');
        let plain: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
        let (whole, fraction) = digits_of(format);
        let (found_whole, found_fraction) =
            plain.split_once('.').map_or((plain.len(), 0), |(whole, fraction)| (whole.len(), fraction.len()));
        let foreign = text.chars().any(|c| !c.is_ascii_digit() && !".,$-+<> ".contains(c));
        let fits = !foreign && found_whole <= whole && found_fraction <= fraction && (text.contains('$') == format.contains(['$', 'L']));
        match number::parse_decimal(&plain, precision, scale) {
            Some(value) if fits => Ok(Value::Decimal(if negative { -value } else { value }, precision, scale)),
            _ if lenient => Ok(Value::Null),
            _ => Err(error::runtime(
                "INVALID_FORMAT.MISMATCH_INPUT",
                format!("The format is invalid: {format}. The input \"STRING\" {text} does not match the format."),
                "42601",
            )),
        }
    })
}

/// Times by a datetime pattern, bytes by the name of a code, numbers by a pattern of digits.
fn to_char(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let from = arguments.type_of(0);
    if matches!(from, DataType::Date | DataType::Timestamp | DataType::TimestampNtz) {
        let zone = arguments.input.zone;
        let times = &arguments.vectors[0];
        let micros = crate::expr::cast::cast_array(&times.array, from, &DataType::Timestamp, crate::expr::CastMode::Ansi, zone)?;
        let times = super::arguments::Vector { array: micros, scalar: times.scalar };
        let vectors = vec![times, arguments.vectors[1].clone()];
        return super::datetime::date_format(&Arguments { vectors, ..*arguments });
    }
    let zone = arguments.input.zone;
    arguments.by_value(|values| {
        let format = values[1].as_str().unwrap_or_default();
        if let Value::Binary(bytes) = &values[0] {
            return match format.to_ascii_lowercase().as_str() {
                "hex" => Ok(Value::String(bytes.iter().map(|byte| format!("{byte:02X}")).collect())),
                "base64" => Ok(Value::String(crate::types::json::base64(bytes))),
                "utf-8" => Ok(Value::String(String::from_utf8_lossy(bytes).into_owned())),
                _ => Err(error::not_known("such formats of bytes")),
            };
        }
        let shown = match &values[0] {
            Value::Decimal(value, _, scale) => number::format_decimal(*value, *scale),
            value => display::cast_string(value, from, zone).unwrap_or_default(),
        };
        match number::parse_decimal_exact(&shown).and_then(|(value, scale)| Some((value, u8::try_from(scale).ok()?))) {
            Some((value, scale)) => Ok(Value::String(number_text(&number::format_decimal(value, scale), format))),
            None => Err(error::not_known("to_char of such values")),
        }
    })
}

/// A number, in plain digits, by a pattern: Spark's `ToNumberParser.format`. Digits that the pattern has no place for turn all into `#`.
fn number_text(plain: &str, format: &str) -> String {
    let format = format.to_ascii_uppercase();
    let (negative, digits) = plain.strip_prefix('-').map_or((false, plain), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let (places, decimals) = digits_of(&format);
    let fits = whole.len() <= places && fraction.len() <= decimals;
    let (whole, fraction) =
        if fits { (format!("{whole:>places$}"), format!("{fraction:0<decimals$}")) } else { ("#".repeat(places), "#".repeat(decimals)) };
    let mut next = whole.chars().chain(fraction.chars());
    let (body, angled) = format.strip_suffix("PR").map_or((format.as_str(), false), |body| (body, true));
    let mut out = String::from(if angled && negative { "<" } else { "" });
    let (mut in_group, mut padded) = (false, false);
    for c in body.chars() {
        let is_digit = matches!(c, '0' | '9');
        if is_digit && !in_group {
            padded = c == '0';
        }
        in_group = is_digit;
        match c {
            '0' | '9' => match next.next() {
                Some(' ') if padded => out.push('0'),
                Some(' ') | None => push_space(&mut out),
                Some(digit) => out.push(digit),
            },
            ',' | 'G' if out.ends_with(|last: char| last.is_ascii_digit()) => out.push(','),
            ',' | 'G' => push_space(&mut out),
            '.' | 'D' => {
                if out.ends_with(' ') {
                    out.pop();
                    out.push('0');
                }
                out.push('.');
            }
            'S' => push_sign(&mut out, if negative { '-' } else { '+' }),
            'M' if negative => push_sign(&mut out, '-'),
            'M' => out.push(' '),
            'I' => {}
            other => out.push(other),
        }
    }
    match (angled, negative) {
        (true, true) => push_sign(&mut out, '>'),
        (true, false) => out.push_str("  "),
        _ => {}
    }
    let out = without_lone_point(out);
    if ["", "+", "-"].contains(&out.as_str()) { "0".to_owned() } else { out }
}

/// A space goes before the signs at the end.
fn push_space(out: &mut String) {
    let kept = out.trim_end_matches(['+', '-', '<']).len();
    out.insert(kept, ' ');
}

/// A sign goes before the spaces at the end.
fn push_sign(out: &mut String, sign: char) {
    let kept = out.trim_end_matches(' ').len();
    out.insert(kept, sign);
}

/// A point without digits after it becomes a space.
fn without_lone_point(out: String) -> String {
    match out.find('.') {
        Some(at) if out[at + 1..].is_empty() || out[at + 1..].starts_with(' ') => format!("{} {}", &out[..at], &out[at + 1..]),
        _ => out,
    }
}

fn assert_true(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_any_value(|values| match &values[0] {
        Value::Boolean(true) => Ok(Value::Null),
        _ => {
            let said = values.get(1).and_then(Value::as_str).unwrap_or("The condition is not true!").to_owned();
            Err(error::runtime("USER_RAISED_EXCEPTION", said, "P0001"))
        }
    })
}

fn raise_error(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_any_value(|values| Err(error::runtime("USER_RAISED_EXCEPTION", values[0].as_str().unwrap_or("null"), "P0001")))
}
