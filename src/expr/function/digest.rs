//! Digests and encodings: `md5`, `sha1`, `sha2`, `crc32`, `hash`, `base64`, `encode`, URLs.

use super::Arguments;
use super::Function;
use super::Nulls;
use super::Parameter as P;
use super::gives;
use super::math::unhexed;
use crate::diag::Result;
use crate::expr::error;
use crate::expr::hash::murmur3;
use crate::expr::hash::xxhash64;
use crate::types::Value;
use crate::types::json;
use arrow_array::ArrayRef;

/// The group.
pub const FUNCTIONS: &[Function] = &[
    Function::new("md5", (1, 1), &[P::Binary], gives::string, |a| on_bytes(a, |bytes| Value::String(hexadecimal(&md5(bytes))))),
    Function::new("sha1", (1, 1), &[P::Binary], gives::string, |a| on_bytes(a, |bytes| Value::String(hexadecimal(&sha1(bytes))))),
    Function::new("sha", (1, 1), &[P::Binary], gives::string, |a| on_bytes(a, |bytes| Value::String(hexadecimal(&sha1(bytes))))),
    Function::new("sha2", (2, 2), &[P::Binary, P::Integer], gives::string, sha2).nulls(Nulls::Always),
    Function::new("crc32", (1, 1), &[P::Binary], gives::long, |a| on_bytes(a, |bytes| Value::Long(crc32(bytes).into()))),
    Function::new("hash", (1, usize::MAX), &[P::Any], gives::integer, hash).nulls(Nulls::Never),
    Function::new("xxhash64", (1, usize::MAX), &[P::Any], gives::long, xx).nulls(Nulls::Never),
    Function::new("base64", (1, 1), &[P::Binary], gives::string, |a| on_bytes(a, |bytes| Value::String(json::base64(bytes)))),
    Function::new("unbase64", (1, 1), &[P::String], gives::binary, from_base64),
    Function::new("encode", (2, 2), &[P::String], gives::binary, encode),
    Function::new("decode", (2, 2), &[P::Binary, P::String], gives::string, decode),
    Function::new("to_binary", (1, 2), &[P::String], gives::binary, to_binary).nulls(Nulls::Always),
    Function::new("try_to_binary", (1, 2), &[P::String], gives::binary, to_binary).nulls(Nulls::Always),
    Function::new("url_encode", (1, 1), &[P::String], gives::string, url_encode),
    Function::new("url_decode", (1, 1), &[P::String], gives::string, url_decode),
    Function::new("try_url_decode", (1, 1), &[P::String], gives::string, url_decode).nulls(Nulls::Always),
    Function::new("parse_url", (2, 3), &[P::String], gives::string, parse_url).nulls(Nulls::Always),
    Function::new("try_parse_url", (2, 3), &[P::String], gives::string, parse_url).nulls(Nulls::Always),
];

fn on_bytes(arguments: &Arguments<'_>, body: impl Fn(&[u8]) -> Value) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        Ok(match &values[0] {
            Value::Binary(bytes) => body(bytes),
            Value::String(text) => body(text.as_bytes()),
            _ => Value::Null,
        })
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The message with a one bit, zeros and its length in bits, in blocks.
fn padded(bytes: &[u8], block: usize, big_endian: bool) -> Vec<u8> {
    let mut found = bytes.to_vec();
    found.push(0x80);
    let length = block / 8;
    while found.len() % block != block - length {
        found.push(0);
    }
    let bits = bytes.len() as u64 * 8;
    found.extend(std::iter::repeat_n(0, if big_endian { length - 8 } else { 0 }));
    if big_endian {
        found.extend(bits.to_be_bytes())
    } else {
        found.extend(bits.to_le_bytes())
    }
    found
}

fn md5(bytes: &[u8]) -> Vec<u8> {
    const TURNS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let mut state: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in padded(bytes, 64, false).chunks(64) {
        let words: Vec<u32> = block.chunks(4).map(|piece| piece.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte))).collect();
        let [mut a, mut b, mut c, mut d] = state;
        for i in 0..64usize {
            let (mixed, at) = match i / 16 {
                0 => (b & c | !b & d, i),
                1 => (d & b | !d & c, (5 * i + 1) % 16),
                2 => (b ^ c ^ d, (3 * i + 5) % 16),
                _ => (c ^ (b | !d), 7 * i % 16),
            };
            let constant = (((i + 1) as f64).sin().abs() * 4_294_967_296.0) as u32;
            let sum = a.wrapping_add(mixed).wrapping_add(constant).wrapping_add(words[at]);
            (a, d, c, b) = (d, c, b, b.wrapping_add(sum.rotate_left(TURNS[i / 16][i % 4])));
        }
        for (held, more) in state.iter_mut().zip([a, b, c, d]) {
            *held = held.wrapping_add(more);
        }
    }
    state.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn big_words(block: &[u8]) -> Vec<u32> {
    block.chunks(4).map(|piece| piece.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte))).collect()
}

fn sha1(bytes: &[u8]) -> Vec<u8> {
    let mut state: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for block in padded(bytes, 64, true).chunks(64) {
        let mut words = big_words(block);
        for i in 16..80 {
            words.push((words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16]).rotate_left(1));
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (i, word) in words.iter().enumerate() {
            let (mixed, constant) = match i / 20 {
                0 => (b & c | !b & d, 0x5a82_7999),
                1 => (b ^ c ^ d, 0x6ed9_eba1),
                2 => (b & c | b & d | c & d, 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6u32),
            };
            let next = a.rotate_left(5).wrapping_add(mixed).wrapping_add(e).wrapping_add(constant).wrapping_add(*word);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
        }
        for (held, more) in state.iter_mut().zip([a, b, c, d, e]) {
            *held = held.wrapping_add(more);
        }
    }
    state.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// The first primes, whose roots give SHA-2 its constants.
fn primes(count: usize) -> Vec<u64> {
    (2u64..).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0)).take(count).collect()
}

/// The first 64 bits of the fraction of a root (2 or 3) of a prime, exactly.
fn root_fraction(prime: u64, root: u32) -> u64 {
    use arrow_buffer::i256;
    // The largest r with r^root <= prime * 2^(64 * root): its low 64 bits are the fraction.
    let (mut low, mut high) = (0u128, 1u128 << 70);
    while high - low > 1 {
        let middle = (low + high) / 2;
        let value = i256::from_i128(middle as i128);
        let fits = match root {
            2 => value
                .checked_mul(value)
                .is_some_and(|power| power <= i256::from_i128(i128::from(prime)).wrapping_mul(i256::from_parts(0, 1))),
            // 2^192 * prime needs more than the signed 256 bits hold for the cube of 2^67, so the comparison is by division.
            _ => value
                .checked_mul(value)
                .and_then(|square| square.checked_mul(value))
                .is_some_and(|power| power <= i256::from_i128(i128::from(prime)).wrapping_mul(i256::from_parts(0, 1 << 64))),
        };
        if fits { low = middle } else { high = middle }
    }
    low as u64
}

fn sha256(bytes: &[u8], short: bool) -> Vec<u8> {
    let constants: Vec<u32> = primes(64).into_iter().map(|prime| (root_fraction(prime, 3) >> 32) as u32).collect();
    let mut state: Vec<u32> = if short {
        // SHA-224 starts from the second halves of the roots of the ninth to sixteenth primes.
        primes(16)[8..].iter().map(|prime| root_fraction(*prime, 2) as u32).collect()
    } else {
        primes(8).into_iter().map(|prime| (root_fraction(prime, 2) >> 32) as u32).collect()
    };
    for block in padded(bytes, 64, true).chunks(64) {
        let mut words = big_words(block);
        for i in 16..64 {
            let s0 = words[i - 15].rotate_right(7) ^ words[i - 15].rotate_right(18) ^ words[i - 15] >> 3;
            let s1 = words[i - 2].rotate_right(17) ^ words[i - 2].rotate_right(19) ^ words[i - 2] >> 10;
            words.push(words[i - 16].wrapping_add(s0).wrapping_add(words[i - 7]).wrapping_add(s1));
        }
        let mut s = state.clone();
        for i in 0..64 {
            let s1 = s[4].rotate_right(6) ^ s[4].rotate_right(11) ^ s[4].rotate_right(25);
            let choice = s[4] & s[5] ^ !s[4] & s[6];
            let t1 = s[7].wrapping_add(s1).wrapping_add(choice).wrapping_add(constants[i]).wrapping_add(words[i]);
            let s0 = s[0].rotate_right(2) ^ s[0].rotate_right(13) ^ s[0].rotate_right(22);
            let majority = s[0] & s[1] ^ s[0] & s[2] ^ s[1] & s[2];
            s.rotate_right(1);
            s[4] = s[4].wrapping_add(t1);
            s[0] = t1.wrapping_add(s0).wrapping_add(majority);
        }
        for (held, more) in state.iter_mut().zip(s) {
            *held = held.wrapping_add(more);
        }
    }
    let mut found: Vec<u8> = state.iter().flat_map(|word| word.to_be_bytes()).collect();
    found.truncate(if short { 28 } else { 32 });
    found
}

fn sha512(bytes: &[u8]) -> Vec<u8> {
    let constants: Vec<u64> = primes(80).into_iter().map(|prime| root_fraction(prime, 3)).collect();
    let mut state: Vec<u64> = primes(8).into_iter().map(|prime| root_fraction(prime, 2)).collect();
    for block in padded(bytes, 128, true).chunks(128) {
        let mut words: Vec<u64> = block.chunks(8).map(|piece| piece.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))).collect();
        for i in 16..80 {
            let s0 = words[i - 15].rotate_right(1) ^ words[i - 15].rotate_right(8) ^ words[i - 15] >> 7;
            let s1 = words[i - 2].rotate_right(19) ^ words[i - 2].rotate_right(61) ^ words[i - 2] >> 6;
            words.push(words[i - 16].wrapping_add(s0).wrapping_add(words[i - 7]).wrapping_add(s1));
        }
        let mut s = state.clone();
        for i in 0..80 {
            let s1 = s[4].rotate_right(14) ^ s[4].rotate_right(18) ^ s[4].rotate_right(41);
            let choice = s[4] & s[5] ^ !s[4] & s[6];
            let t1 = s[7].wrapping_add(s1).wrapping_add(choice).wrapping_add(constants[i]).wrapping_add(words[i]);
            let s0 = s[0].rotate_right(28) ^ s[0].rotate_right(34) ^ s[0].rotate_right(39);
            let majority = s[0] & s[1] ^ s[0] & s[2] ^ s[1] & s[2];
            s.rotate_right(1);
            s[4] = s[4].wrapping_add(t1);
            s[0] = t1.wrapping_add(s0).wrapping_add(majority);
        }
        for (held, more) in state.iter_mut().zip(s) {
            *held = held.wrapping_add(more);
        }
    }
    state.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn sha2(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let Value::Binary(bytes) = &values[0] else { return Ok(Value::Null) };
        Ok(match values[1].as_i64() {
            Some(224) => Value::String(hexadecimal(&sha256(bytes, true))),
            Some(0 | 256) => Value::String(hexadecimal(&sha256(bytes, false))),
            Some(512) => Value::String(hexadecimal(&sha512(bytes))),
            Some(384) => return Err(error::not_known("sha2 of 384 bits")),
            _ => Value::Null,
        })
    })
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes
        .iter()
        .fold(!0u32, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 }))
}

fn hash(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_any_value(|values| Ok(Value::Integer(values.iter().fold(42, |seed, value| murmur3(value, seed)) as i32)))
}

fn xx(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_any_value(|values| Ok(Value::Long(values.iter().fold(42, |seed, value| xxhash64(value, seed)) as i64)))
}

/// Base64 text as bytes, line breaks and missing padding allowed.
pub fn unbase64(text: &str) -> Option<Vec<u8>> {
    let mut found = Vec::new();
    let (mut held, mut bits) = (0u32, 0);
    for c in text.bytes().filter(|c| !c.is_ascii_whitespace()) {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => return None,
        };
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            found.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    Some(found)
}

fn conversion(text: &str, what: &str) -> Box<crate::diag::Diagnostic> {
    let said = format!(
        "The value '{text}' (\"STRING\") cannot be converted to \"BINARY\" because it is malformed. Correct the value as per the syntax, or change its format. Use `try_to_binary` to tolerate malformed input and return NULL instead."
    );
    let _ = what;
    error::runtime("CONVERSION_INVALID_INPUT", said, "22018")
}

fn from_base64(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let text = values[0].as_str().unwrap_or_default();
        unbase64(text).map(Value::Binary).ok_or_else(|| conversion(text, "BASE64"))
    })
}

fn charset(name: &str) -> String {
    name.to_ascii_uppercase()
}

fn unknown_charset(name: &str, function: &str) -> Box<crate::diag::Diagnostic> {
    let text = format!("expects one of the 'iso-8859-1', 'us-ascii', 'utf-16', 'utf-16be', 'utf-16le', 'utf-32', 'utf-8', but got {name}.");
    error::invalid_parameter("CHARSET", "charset", function, &text)
}

fn encode(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let (Some(text), Some(name)) = (values[0].as_str(), values[1].as_str()) else { return Ok(Value::Null) };
        let units =
            |big: bool| text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect::<Vec<u8>>();
        Ok(Value::Binary(match charset(name).as_str() {
            "UTF-8" => text.as_bytes().to_vec(),
            "US-ASCII" => text.chars().map(|c| if c.is_ascii() { c as u8 } else { b'?' }).collect(),
            "ISO-8859-1" => text.chars().map(|c| u8::try_from(c as u32).unwrap_or(b'?')).collect(),
            "UTF-16BE" => units(true),
            "UTF-16LE" => units(false),
            "UTF-16" => [vec![0xfe, 0xff], units(true)].concat(),
            "UTF-32" => text.chars().flat_map(|c| (c as u32).to_be_bytes()).collect(),
            _ => return Err(unknown_charset(name, "encode")),
        }))
    })
}

fn decode(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    arguments.by_value(|values| {
        let (Value::Binary(bytes), Some(name)) = (&values[0], values[1].as_str()) else { return Ok(Value::Null) };
        let units = |bytes: &[u8], big: bool| -> String {
            let units: Vec<u16> = bytes
                .chunks_exact(2)
                .map(|pair| if big { u16::from_be_bytes([pair[0], pair[1]]) } else { u16::from_le_bytes([pair[0], pair[1]]) })
                .collect();
            String::from_utf16_lossy(&units)
        };
        Ok(Value::String(match charset(name).as_str() {
            "UTF-8" => String::from_utf8_lossy(bytes).into_owned(),
            "US-ASCII" => bytes.iter().map(|byte| if byte.is_ascii() { *byte as char } else { '\u{fffd}' }).collect(),
            "ISO-8859-1" => bytes.iter().map(|byte| *byte as char).collect(),
            "UTF-16BE" => units(bytes, true),
            "UTF-16LE" => units(bytes, false),
            "UTF-16" => match bytes.get(..2) {
                Some([0xff, 0xfe]) => units(&bytes[2..], false),
                Some([0xfe, 0xff]) => units(&bytes[2..], true),
                _ => units(bytes, true),
            },
            "UTF-32" => {
                bytes.chunks_exact(4).filter_map(|four| char::from_u32(u32::from_be_bytes([four[0], four[1], four[2], four[3]]))).collect()
            }
            _ => return Err(unknown_charset(name, "decode")),
        }))
    })
}

fn to_binary(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let lenient = arguments.name.starts_with("try_");
    arguments.by_value(|values| {
        let text = values[0].as_str().unwrap_or_default();
        let format = values.get(1).and_then(Value::as_str).unwrap_or("hex").to_ascii_lowercase();
        let found = match format.as_str() {
            "hex" => unhexed(text),
            "utf-8" | "utf8" => Some(text.as_bytes().to_vec()),
            "base64" => unbase64(text),
            other if lenient => {
                let _ = other;
                None
            }
            other => {
                return Err(error::invalid_parameter(
                    "BINARY_FORMAT",
                    "format",
                    "to_binary",
                    &format!("expects one of binary formats 'base64', 'hex', 'utf-8', but got '{other}'."),
                ));
            }
        };
        match found {
            Some(bytes) => Ok(Value::Binary(bytes)),
            None if lenient => Ok(Value::Null),
            None => Err(conversion(text, &format)),
        }
    })
}

fn url_encode(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let texts = arguments.strings(0);
    arguments.make_strings(|row| {
        Ok(texts.get(row).map(|text| {
            let one = |byte: u8| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => char::from(byte).to_string(),
                b' ' => "+".to_owned(),
                _ => format!("%{byte:02X}"),
            };
            text.bytes().map(one).collect::<String>()
        }))
    })
}

fn decoded(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'+' => found.push(b' '),
            b'%' => {
                found.push(u8::from_str_radix(text.get(at + 1..at + 3)?, 16).ok()?);
                at += 2;
            }
            byte => found.push(byte),
        }
        at += 1;
    }
    Some(String::from_utf8_lossy(&found).into_owned())
}

fn url_decode(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (texts, lenient) = (arguments.strings(0), arguments.name.starts_with("try_"));
    arguments.make_strings(|row| match texts.get(row) {
        None => Ok(None),
        Some(text) => match decoded(text) {
            Some(found) => Ok(Some(found)),
            None if lenient => Ok(None),
            None => Err(error::runtime(
                "CANNOT_DECODE_URL",
                format!("The provided URL cannot be decoded: {text}. Please ensure that the URL is properly formatted and try again."),
                "22546",
            )),
        },
    })
}

/// A URL's parts as `java.net.URI` tells them.
fn url_part(url: &str, part: &str, key: Option<&str>) -> Option<String> {
    let (rest, reference) = url.split_once('#').map_or((url, None), |(rest, reference)| (rest, Some(reference)));
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
    let (protocol, rest) = rest.split_once("://").map_or((None, rest), |(protocol, rest)| (Some(protocol), rest));
    let slash = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = if protocol.is_some() { (&rest[..slash], &rest[slash..]) } else { ("", rest) };
    let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let some = |text: &str| Some(text.to_owned());
    match part {
        "HOST" if !host.is_empty() => some(host),
        "PATH" => some(path),
        "QUERY" => match key {
            None => query.map(str::to_owned),
            Some(key) => {
                query?.split('&').find_map(|pair| pair.split_once('=').filter(|(name, _)| *name == key)).map(|(_, value)| value.to_owned())
            }
        },
        "REF" => reference.map(str::to_owned),
        "PROTOCOL" => protocol.map(str::to_owned),
        "FILE" => Some(query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))),
        "AUTHORITY" if !authority.is_empty() => some(authority),
        "USERINFO" => user.map(str::to_owned),
        _ => None,
    }
}

fn parse_url(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let lenient = arguments.name.starts_with("try_") || !arguments.ansi;
    arguments.by_value(|values| {
        let (Some(url), Some(part)) = (values[0].as_str(), values[1].as_str()) else { return Ok(Value::Null) };
        if url.contains([' ', '<', '>', '"', '{', '}', '|', '\\', '^', '`']) {
            let said = format!("The url is invalid: {url}. Use `try_parse_url` to tolerate invalid URL and return NULL instead.");
            return if lenient { Ok(Value::Null) } else { Err(error::runtime("INVALID_URL", said, "22P02")) };
        }
        Ok(url_part(url, part, values.get(2).and_then(Value::as_str)).map_or(Value::Null, Value::String))
    })
}
