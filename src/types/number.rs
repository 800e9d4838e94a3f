//! Numbers as text: Java's `Double.toString` and `Float.toString`, `BigDecimal`'s two texts, and reading decimals.

use super::java_double;
use super::java_double::Digits;

/// `Double.toString` of Java 17, on which Spark runs: `0.1`, `100.0`, `1.0E10` from ten million on, `1.0E-4` below a thousandth.
#[must_use]
pub fn format_double(value: f64) -> String {
    let special = special_text(value.is_nan(), value.is_infinite(), value == 0.0, value.is_sign_negative());
    special.unwrap_or_else(|| java_text(value < 0.0, &java_double::of_double(value.abs())))
}

/// `Float.toString` of Java 17, as [`format_double`] for 32 bits.
#[must_use]
pub fn format_float(value: f32) -> String {
    let special = special_text(value.is_nan(), value.is_infinite(), value == 0.0, value.is_sign_negative());
    special.unwrap_or_else(|| java_text(value < 0.0, &java_double::of_float(value.abs())))
}

/// `BigDecimal.toPlainString`: `12345.678`, `0.000`, `-5`.
#[must_use]
pub fn format_decimal(unscaled: i128, scale: u8) -> String {
    let digits = unscaled.unsigned_abs().to_string();
    let sign = if unscaled < 0 { "-" } else { "" };
    let scale = usize::from(scale);
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    format!("{sign}{whole}.{fraction}")
}

/// `BigDecimal.toString`, which `to_json` writes: as plain text, but `1E-7` where the first digit stands more than six places right
/// of the point.
#[must_use]
pub fn format_decimal_scientific(unscaled: i128, scale: u8) -> String {
    let digits = unscaled.unsigned_abs().to_string();
    let exponent = digits.len() as i64 - 1 - i64::from(scale);
    if exponent >= -6 {
        return format_decimal(unscaled, scale);
    }
    let sign = if unscaled < 0 { "-" } else { "" };
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{first}{point}{rest}E{exponent}")
}

/// Reads a decimal text (`-1.50`, `1e3`) as unscaled digits at `scale`, rounded half up; none where it is no number or needs more
/// than `precision` digits.
#[must_use]
pub fn parse_decimal(text: &str, precision: u8, scale: u8) -> Option<i128> {
    let (digits, own_scale) = parse_decimal_exact(text.trim())?;
    let rescaled = rescale_decimal(digits, own_scale, i32::from(scale))?;
    fits_decimal(rescaled, precision).then_some(rescaled)
}

/// Reads a decimal text as its unscaled digits and its own scale, which an exponent may make negative.
#[must_use]
pub fn parse_decimal_exact(text: &str) -> Option<(i128, i32)> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, mantissa) = match mantissa.as_bytes().first()? {
        b'-' => (true, &mantissa[1..]),
        b'+' => (false, &mantissa[1..]),
        _ => (false, mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits: i128 = format!("0{whole}{fraction}").parse().ok()?;
    let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    Some((if negative { -digits } else { digits }, scale))
}

/// Moves unscaled digits from one scale to another, rounding half up (away from zero) as Spark's `Decimal.changePrecision`; none
/// where they outgrow 128 bits.
#[must_use]
pub fn rescale_decimal(unscaled: i128, from: i32, to: i32) -> Option<i128> {
    if to >= from {
        let factor = 10_i128.checked_pow(u32::try_from(to - from).ok()?);
        return if unscaled == 0 { Some(0) } else { unscaled.checked_mul(factor?) };
    }
    let Some(factor) = 10_i128.checked_pow(u32::try_from(from - to).ok()?) else { return Some(0) };
    let (quotient, remainder) = (unscaled / factor, unscaled % factor);
    let up = remainder.unsigned_abs() >= factor.unsigned_abs().div_ceil(2);
    Some(if up { quotient + unscaled.signum() } else { quotient })
}

/// Whether unscaled digits are at most `precision` many.
#[must_use]
pub fn fits_decimal(unscaled: i128, precision: u8) -> bool {
    10_u128.checked_pow(precision.into()).is_none_or(|limit| unscaled.unsigned_abs() < limit)
}

fn special_text(nan: bool, infinite: bool, zero: bool, negative: bool) -> Option<String> {
    let sign = if negative && !nan { "-" } else { "" };
    let name = match (nan, infinite, zero) {
        (true, ..) => "NaN",
        (_, true, _) => "Infinity",
        (.., true) => "0.0",
        _ => return None,
    };
    Some(format!("{sign}{name}"))
}

/// Java's layout of digits.
fn java_text(negative: bool, number: &Digits) -> String {
    let sign = if negative { "-" } else { "" };
    let digits: String = number.digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    match number.exponent {
        exponent @ 1..=7 => {
            let width = exponent as usize;
            let padded = format!("{digits:0<width$}");
            let (whole, fraction) = padded.split_at(width);
            format!("{sign}{whole}.{}", if fraction.is_empty() { "0" } else { fraction })
        }
        exponent @ -2..=0 => format!("{sign}0.{}{digits}", "0".repeat(exponent.unsigned_abs() as usize)),
        exponent => {
            let (first, rest) = digits.split_at(1);
            format!("{sign}{first}.{}E{}", if rest.is_empty() { "0" } else { rest }, exponent - 1)
        }
    }
}
