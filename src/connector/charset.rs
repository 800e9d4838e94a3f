//! Encodings of text files: bytes to UTF-8 and back. Java's `Charset`, those that every Java has.

use super::Options;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use std::borrow::Cow;

/// An encoding of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Charset {
    #[default]
    Utf8,
    /// A mark at the beginning says which half of a letter comes first; without it the high one does.
    Utf16,
    Utf16Be,
    Utf16Le,
    Utf32,
    Utf32Be,
    Utf32Le,
    Latin1,
    Ascii,
}

impl Charset {
    /// From the option `encoding` or `charset` of a format; UTF-8 where nothing is said.
    ///
    /// # Errors
    /// An encoding that Spark does not know.
    pub(super) fn of(options: &Options, format: &str) -> Result<Self> {
        match options.get("encoding").or_else(|| options.get("charset")) {
            Some(name) => Self::named(name).ok_or_else(|| unknown(name, format)),
            None => Ok(Self::Utf8),
        }
    }

    fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().replace('_', "-").as_str() {
            "UTF-8" | "UTF8" => Self::Utf8,
            "UTF-16" | "UTF16" => Self::Utf16,
            "UTF-16BE" => Self::Utf16Be,
            "UTF-16LE" => Self::Utf16Le,
            "UTF-32" | "UTF32" => Self::Utf32,
            "UTF-32BE" => Self::Utf32Be,
            "UTF-32LE" => Self::Utf32Le,
            "ISO-8859-1" | "ISO8859-1" | "LATIN1" => Self::Latin1,
            "US-ASCII" | "ASCII" => Self::Ascii,
            _ => return None,
        })
    }

    /// The text of a file. What is no letter becomes Java's replacement.
    pub(super) fn decode(self, bytes: &[u8]) -> Cow<'_, [u8]> {
        let text: String = match self {
            Self::Utf8 => {
                return match String::from_utf8_lossy(bytes) {
                    Cow::Borrowed(_) => Cow::Borrowed(bytes),
                    Cow::Owned(text) => Cow::Owned(text.into_bytes()),
                };
            }
            Self::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
            Self::Ascii => bytes.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { '\u{FFFD}' }).collect(),
            Self::Utf16 => match bytes {
                [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
                [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
                _ => utf16(bytes, u16::from_be_bytes),
            },
            Self::Utf16Be => utf16(bytes, u16::from_be_bytes),
            Self::Utf16Le => utf16(bytes, u16::from_le_bytes),
            Self::Utf32 => match bytes {
                [0xFF, 0xFE, 0, 0, rest @ ..] => utf32(rest, u32::from_le_bytes),
                [0, 0, 0xFE, 0xFF, rest @ ..] => utf32(rest, u32::from_be_bytes),
                _ => utf32(bytes, u32::from_be_bytes),
            },
            Self::Utf32Be => utf32(bytes, u32::from_be_bytes),
            Self::Utf32Le => utf32(bytes, u32::from_le_bytes),
        };
        Cow::Owned(text.into_bytes())
    }

    /// The bytes of a text without a mark before it.
    pub(super) fn encode_bare(self, text: Vec<u8>) -> Vec<u8> {
        let bare = if self == Self::Utf16 { Self::Utf16Be } else { self };
        bare.encode(text)
    }

    /// The bytes of a text. What the encoding lacks becomes a question mark.
    pub(super) fn encode(self, text: Vec<u8>) -> Vec<u8> {
        if self == Self::Utf8 {
            return text;
        }
        let text = String::from_utf8_lossy(&text);
        let narrow = |last: u32| text.chars().map(|letter| if (letter as u32) <= last { letter as u8 } else { b'?' }).collect();
        match self {
            Self::Utf8 => text.into_owned().into_bytes(),
            Self::Latin1 => narrow(0xFF),
            Self::Ascii => narrow(0x7F),
            Self::Utf16 => [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect(),
            Self::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Self::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf32 | Self::Utf32Be => text.chars().flat_map(|letter| (letter as u32).to_be_bytes()).collect(),
            Self::Utf32Le => text.chars().flat_map(|letter| (letter as u32).to_le_bytes()).collect(),
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let letters = char::decode_utf16(units).map(|letter| letter.unwrap_or('\u{FFFD}'));
    letters.chain((!bytes.len().is_multiple_of(2)).then_some('\u{FFFD}')).collect()
}

fn utf32(bytes: &[u8], unit: fn([u8; 4]) -> u32) -> String {
    let units = bytes.chunks_exact(4).map(|four| unit([four[0], four[1], four[2], four[3]]));
    let letters = units.map(|unit| char::from_u32(unit).unwrap_or('\u{FFFD}'));
    letters.chain((!bytes.len().is_multiple_of(4)).then_some('\u{FFFD}')).collect()
}

fn unknown(name: &str, format: &str) -> Box<Diagnostic> {
    let text = format!(
        "The value of parameter(s) `charset` in `{}Options` is invalid: expects one of the iso-8859-1, us-ascii, utf-16, utf-16be, utf-16le, utf-32, utf-8, but got {name}.",
        format.to_ascii_uppercase()
    );
    Diagnostic::new(Class::IllegalArgument, "INVALID_PARAMETER_VALUE.CHARSET", text, "22023")
}
