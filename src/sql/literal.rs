//! Numbers, typed literals and intervals in SQL text.

use super::parser::Parser;
use super::syntax::parse_error;
use super::token::Kind;
use super::tree::Origin;
use super::tree::SqlExpr;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Value;
use crate::types::interval::DAY_TIME_FIELDS;
use crate::types::interval::FIELD_MICROS;

/// The literal of a number as written, its suffix included; `negative` for a minus just before it.
///
/// # Errors
/// A number outside of its type.
pub fn number(text: &str, negative: bool, origin: Origin) -> Result<SqlExpr> {
    let sign = if negative { "-" } else { "" };
    let upper = text.to_ascii_uppercase();
    if let Some(digits) = upper.strip_suffix("BD") {
        return decimal(&format!("{sign}{digits}"), origin);
    }
    let signed = |digits: &str| format!("{sign}{digits}");
    let last = upper.chars().last().unwrap_or('0');
    let body = &upper[..upper.len() - 1];
    match last {
        'L' => whole(&signed(body), i64::MIN.into(), i64::MAX.into(), "bigint", origin)
            .map(|v| SqlExpr::Literal(Value::Long(v as i64), DataType::Long)),
        'S' => whole(&signed(body), -32768, 32767, "smallint", origin).map(|v| SqlExpr::Literal(Value::Short(v as i16), DataType::Short)),
        'Y' => whole(&signed(body), -128, 127, "tinyint", origin).map(|v| SqlExpr::Literal(Value::Byte(v as i8), DataType::Byte)),
        'D' => Ok(SqlExpr::Literal(Value::Double(signed(body).parse().unwrap_or(f64::NAN)), DataType::Double)),
        'F' => Ok(SqlExpr::Literal(Value::Float(signed(body).parse().unwrap_or(f32::NAN)), DataType::Float)),
        _ if upper.contains('E') => Ok(SqlExpr::Literal(Value::Double(signed(&upper).parse().unwrap_or(f64::NAN)), DataType::Double)),
        _ if upper.contains('.') => decimal(&signed(&upper), origin),
        _ => integer(&signed(&upper), origin),
    }
}

fn integer(text: &str, origin: Origin) -> Result<SqlExpr> {
    if let Ok(value) = text.parse::<i32>() {
        Ok(SqlExpr::Literal(Value::Integer(value), DataType::Integer))
    } else if let Ok(value) = text.parse::<i64>() {
        Ok(SqlExpr::Literal(Value::Long(value), DataType::Long))
    } else {
        decimal(text, origin)
    }
}

fn whole(text: &str, least: i128, most: i128, name: &str, origin: Origin) -> Result<i128> {
    let value = text.parse::<i128>().unwrap_or(i128::MAX);
    if value >= least && value <= most {
        return Ok(value);
    }
    let said = format!(
        "Numeric literal {text} is outside the valid range for {name} with minimum value of {least} and maximum value of {most}. Please adjust the value accordingly."
    );
    Err(parse_error("INVALID_NUMERIC_LITERAL_RANGE", &said, "22003", origin))
}

/// A decimal literal: as many digits as written.
fn decimal(text: &str, origin: Origin) -> Result<SqlExpr> {
    let (mantissa, exponent) = match text.split_once('E') {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().unwrap_or(0)),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = format!("{whole}{fraction}");
    let mut scale = i32::try_from(fraction.len()).unwrap_or(i32::MAX).saturating_sub(exponent);
    while scale < 0 && digits.len() < 60 {
        digits.push('0');
        scale += 1;
    }
    let significant = digits.trim_start_matches(['-', '+']).trim_start_matches('0').len();
    let precision = significant.max(usize::try_from(scale).unwrap_or(0)).max(1);
    match (digits.parse::<i128>(), u8::try_from(scale)) {
        (Ok(value), Ok(scale)) if precision <= 38 => {
            let precision = u8::try_from(precision).unwrap_or(38);
            Ok(SqlExpr::Literal(Value::Decimal(value, precision, scale), DataType::Decimal(precision, scale)))
        }
        _ => {
            let said = format!("Decimal precision {precision} exceeds max precision 38.");
            Err(parse_error("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", &said, "22003", origin))
        }
    }
}

/// `X'1F'`.
///
/// # Errors
/// Characters that are no hexadecimal digits.
pub fn hexadecimal(text: &str, origin: Origin) -> Result<SqlExpr> {
    let padded = if text.len() % 2 == 1 { format!("0{text}") } else { text.to_owned() };
    let digits: Option<Vec<u32>> = padded.chars().map(|c| c.to_digit(16)).collect();
    let Some(digits) = digits else {
        let said = format!("The value of the typed literal \"X\" is invalid: '{text}'.");
        return Err(parse_error("INVALID_TYPED_LITERAL", &said, "42604", origin));
    };
    let bytes = digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect();
    Ok(SqlExpr::Literal(Value::Binary(bytes), DataType::Binary))
}

const UNITS: [(&str, Unit); 22] = [
    ("year", Unit::Months(12)),
    ("years", Unit::Months(12)),
    ("quarter", Unit::Months(3)),
    ("quarters", Unit::Months(3)),
    ("month", Unit::Months(1)),
    ("months", Unit::Months(1)),
    ("week", Unit::Micros(604_800_000_000)),
    ("weeks", Unit::Micros(604_800_000_000)),
    ("day", Unit::Micros(86_400_000_000)),
    ("days", Unit::Micros(86_400_000_000)),
    ("hour", Unit::Micros(3_600_000_000)),
    ("hours", Unit::Micros(3_600_000_000)),
    ("minute", Unit::Micros(60_000_000)),
    ("minutes", Unit::Micros(60_000_000)),
    ("second", Unit::Micros(1_000_000)),
    ("seconds", Unit::Micros(1_000_000)),
    ("millisecond", Unit::Micros(1_000)),
    ("milliseconds", Unit::Micros(1_000)),
    ("microsecond", Unit::Micros(1)),
    ("microseconds", Unit::Micros(1)),
    ("mins", Unit::Micros(60_000_000)),
    ("secs", Unit::Micros(1_000_000)),
];

#[derive(Clone, Copy)]
enum Unit {
    Months(i64),
    Micros(i64),
}

impl Unit {
    /// The number of the interval field that it counts into.
    fn field(self) -> u8 {
        match self {
            Self::Months(12) => 0,
            Self::Months(_) => 1,
            Self::Micros(micros) => FIELD_MICROS.iter().position(|field| micros >= *field).map_or(3, |place| place as u8),
        }
    }
}

fn unit(word: &str) -> Option<Unit> {
    UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, unit)| *unit)
}

/// What follows the word `INTERVAL`: `'1' DAY`, `5 minutes 3 seconds`, `'1-2' YEAR TO MONTH`, `'10 minutes'`. None where no interval follows.
///
/// # Errors
/// Values that are no interval, mixed months and days.
pub fn interval(parser: &mut Parser) -> Result<Option<SqlExpr>> {
    let origin = parser.origin();
    let negative = parser.is_sign("-");
    let first = usize::from(negative || parser.is_sign("+"));
    let value = parser.ahead(first).clone();
    let has_unit = unit(&parser.ahead(first + 1).text).is_some() && parser.ahead(first + 1).kind == Kind::Word;
    match value.kind {
        Kind::Text if has_unit && parser.is_word_at(first + 2, "to") => range(parser, negative, first).map(Some),
        Kind::Text if !has_unit && first == 0 => {
            parser.next();
            whole_text(&value.text, origin).map(Some)
        }
        Kind::Text | Kind::Number if has_unit => units(parser, origin).map(Some),
        Kind::Number if first == 0 && parser.ahead(1).kind == Kind::Word => {
            parser.next();
            Err(parser.unexpected())
        }
        _ => Ok(None),
    }
}

/// `1 day 2 hours`, `'1' day`.
fn units(parser: &mut Parser, origin: Origin) -> Result<SqlExpr> {
    let mut parts = Vec::new();
    loop {
        let mark = parser.mark();
        let mut sign = String::new();
        if parser.is_sign("-") || parser.is_sign("+") {
            sign = parser.next().text;
        }
        let value = parser.token().clone();
        let word = parser.ahead(1).clone();
        match (value.kind, unit(&word.text)) {
            (Kind::Text | Kind::Number, Some(unit)) if word.kind == Kind::Word => {
                parser.next();
                parser.next();
                parts.push((format!("{sign}{}", value.text), unit));
            }
            _ => {
                parser.rewind(mark);
                break;
            }
        }
    }
    sum_of(&parts, origin)
}

/// `INTERVAL '1 day 2 hours'`.
fn whole_text(text: &str, origin: Origin) -> Result<SqlExpr> {
    let lower = text.trim().to_ascii_lowercase();
    let words: Vec<&str> = lower.strip_prefix("interval").unwrap_or(&lower).split_whitespace().collect();
    let mut parts = Vec::new();
    for pair in words.chunks(2) {
        match (pair.first(), pair.get(1).and_then(|word| unit(word))) {
            (Some(value), Some(unit)) => parts.push(((*value).to_owned(), unit)),
            _ => return Err(bad_interval(text, origin)),
        }
    }
    if parts.is_empty() { Err(bad_interval(text, origin)) } else { sum_of(&parts, origin) }
}

fn bad_interval(text: &str, origin: Origin) -> Box<crate::diag::Diagnostic> {
    let said = format!(
        "Unable to parse '{text}'. Please ensure that the value provided is in a valid format for defining an interval. You can reference the documentation for the correct format. If the issue persists, please double check that the input value is not null or empty and try again."
    );
    parse_error("CANNOT_PARSE_INTERVAL", &said, "22006", origin)
}

fn sum_of(parts: &[(String, Unit)], origin: Origin) -> Result<SqlExpr> {
    let (mut months, mut micros, mut has_months, mut has_micros) = (0i64, 0i64, false, false);
    let places: Vec<u8> = parts.iter().map(|(_, unit)| unit.field()).collect();
    let (start, end) = (places.iter().min().copied().unwrap_or(0), places.iter().max().copied().unwrap_or(0));
    for (text, unit) in parts {
        match unit {
            Unit::Months(factor) => {
                let value: i64 = text.trim().parse().map_err(|_| bad_interval(text, origin))?;
                months = months.checked_add(value.saturating_mul(*factor)).ok_or_else(|| bad_interval(text, origin))?;
                has_months = true;
            }
            Unit::Micros(factor) => {
                micros =
                    scaled(text.trim(), *factor).and_then(|value| micros.checked_add(value)).ok_or_else(|| bad_interval(text, origin))?;
                has_micros = true;
            }
        }
    }
    match (has_months, has_micros) {
        (true, true) => {
            let said = "Cannot mix year-month and day-time fields in an interval literal.";
            Err(parse_error("_LEGACY_ERROR_TEMP_0029", said, "", origin))
        }
        (true, false) => i32::try_from(months)
            .map(|months| SqlExpr::Literal(Value::YearMonthInterval(months), DataType::YearMonthInterval(start, end)))
            .map_err(|_| bad_interval("", origin)),
        _ => Ok(SqlExpr::Literal(Value::DayTimeInterval(micros), DataType::DayTimeInterval(start, end))),
    }
}

/// A number with a fraction, times a number of microseconds.
fn scaled(text: &str, factor: i64) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole: i64 = if whole.is_empty() && !fraction.is_empty() { 0 } else { whole.parse().ok()? };
    let mut value = whole.checked_mul(factor)?;
    let mut weight = factor;
    for digit in fraction.chars() {
        weight /= 10;
        value = value.checked_add(i64::from(digit.to_digit(10)?) * weight)?;
    }
    Some(if negative { -value } else { value })
}

/// `'1-2' YEAR TO MONTH`, `'1 02:03:04.5' DAY TO SECOND` and their kin.
fn range(parser: &mut Parser, negative: bool, signs: usize) -> Result<SqlExpr> {
    let origin = parser.origin();
    for _ in 0..signs {
        parser.next();
    }
    let text = parser.next().text;
    let from = parser.next().text.to_ascii_lowercase();
    parser.next();
    let to = parser.identifier()?.to_ascii_lowercase();
    let trimmed = text.trim();
    let (minus, body) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let sign = if minus == negative { 1 } else { -1 };
    if from == "year" && to == "month" {
        let parsed = body.split_once('-').and_then(|(years, months)| Some((years.parse::<i32>().ok()?, months.parse::<i32>().ok()?)));
        let (years, months) = parsed.ok_or_else(|| bad_interval(&text, origin))?;
        return Ok(SqlExpr::Literal(Value::YearMonthInterval(sign * (years * 12 + months)), DataType::YEAR_MONTH));
    }
    let (micros, start, end) = clock(body, &from, &to).ok_or_else(|| bad_interval(&text, origin))?;
    Ok(SqlExpr::Literal(Value::DayTimeInterval(i64::from(sign) * micros), DataType::DayTimeInterval(start, end)))
}

/// The microseconds, and the numbers of the first and the last field.
fn clock(text: &str, from: &str, to: &str) -> Option<(i64, u8, u8)> {
    let first = DAY_TIME_FIELDS.iter().position(|name| *name == from)?;
    let last = DAY_TIME_FIELDS.iter().position(|name| *name == to)?;
    let pieces: Vec<&str> = text.split([' ', ':']).filter(|piece| !piece.is_empty()).collect();
    if first > last || pieces.len() != last - first + 1 {
        return None;
    }
    let micros = pieces.iter().zip(&FIELD_MICROS[first..]).try_fold(0i64, |sum, (piece, factor)| sum.checked_add(scaled(piece, *factor)?));
    Some((micros?, first as u8, last as u8))
}

/// A word before a string: `DATE '...'`, `TIMESTAMP '...'`, `X'..'`. None where the word is no type.
///
/// # Errors
/// A malformed literal.
pub fn typed(parser: &mut Parser) -> Result<Option<SqlExpr>> {
    if parser.token().kind != Kind::Word || parser.ahead(1).kind != Kind::Text {
        return Ok(None);
    }
    let origin = parser.origin();
    let word = parser.token().text.to_ascii_lowercase();
    match word.as_str() {
        "date" | "timestamp" | "timestamp_ntz" | "timestamp_ltz" => {
            parser.next();
            let text = parser.next().text;
            Ok(Some(SqlExpr::At(Box::new(SqlExpr::TypedLiteral(word, text)), origin)))
        }
        "x" => {
            parser.next();
            let text = parser.next().text;
            hexadecimal(&text, origin).map(Some)
        }
        "time" => Err(parse_error("UNSUPPORTED_TIME_TYPE", "The data type TIME is not supported.", "0A000", origin)),
        _ => Ok(None),
    }
}
