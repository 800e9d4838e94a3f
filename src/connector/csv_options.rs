//! The options of the CSV reader: Spark's `CSVOptions`.

use super::Options;
use super::csv_tokens::{CsvFormat, Stray};
use super::read_options::{Times, flag, not_yet};
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::Zone;

/// How cells are cut and read.
#[derive(Clone, Debug)]
pub(super) struct CsvOptions {
    pub(super) format: CsvFormat,
    pub(super) header: bool,
    /// The header is passed over unread: the option `enforceSchema`.
    pub(super) enforces_schema: bool,
    pub(super) multi_line: bool,
    pub(super) comment: Option<u8>,
    /// The text that stands for null.
    pub(super) null_value: String,
    /// What `""` is read as.
    pub(super) empty_value: String,
    pub(super) nan_value: String,
    pub(super) positive_inf: String,
    pub(super) negative_inf: String,
    pub(super) times: Times,
    /// At most so many cells a record: `maxColumns`.
    pub(super) max_columns: usize,
    /// At most so many bytes a cell, without a limit where none is set: `maxCharsPerColumn`.
    pub(super) max_chars: Option<usize>,
}

impl CsvOptions {
    pub(super) fn of(options: &Options, zone: &Zone) -> Result<Self> {
        let text = |name: &str, default: &str| options.get(name).unwrap_or(default).to_owned();
        let quote = letter(options, "quote", Some(b'"'))?;
        let escape = letter(options, "escape", Some(b'\\'))?;
        let escape_of_escape = match options.get("charToEscapeQuoteEscaping") {
            Some(_) => letter(options, "charToEscapeQuoteEscaping", None)?,
            None if quote == escape => None,
            None => escape,
        };
        if options.get("locale").is_some_and(|locale| !locale.eq_ignore_ascii_case("en-US")) {
            return Err(not_yet("the option locale"));
        }
        Ok(Self {
            format: CsvFormat {
                separator: separator(options.get("sep").or_else(|| options.get("delimiter")).unwrap_or(","))?,
                quote,
                escape,
                escape_of_escape,
                trim_leading: flag(options, "ignoreLeadingWhiteSpace", false)?,
                trim_trailing: flag(options, "ignoreTrailingWhiteSpace", false)?,
                stray: match options.get("unescapedQuoteHandling").map(str::to_ascii_uppercase).as_deref() {
                    None | Some("STOP_AT_DELIMITER") => Stray::Keep,
                    Some("SKIP_VALUE") => Stray::Skip,
                    Some("RAISE_ERROR") => Stray::Raise,
                    Some(other) => return Err(not_yet(&format!("the option unescapedQuoteHandling={other}"))),
                },
            },
            header: flag(options, "header", false)?,
            enforces_schema: flag(options, "enforceSchema", true)?,
            multi_line: flag(options, "multiLine", false)?,
            comment: letter(options, "comment", None)?,
            null_value: text("nullValue", ""),
            empty_value: text("emptyValue", ""),
            nan_value: text("nanValue", "NaN"),
            positive_inf: text("positiveInf", "Inf"),
            negative_inf: text("negativeInf", "-Inf"),
            times: Times::of(options, zone)?,
            max_columns: options.get("maxColumns").and_then(|text| text.parse().ok()).unwrap_or(20_480),
            max_chars: options.get("maxCharsPerColumn").and_then(|text| text.parse().ok()),
        })
    }
}

/// An option of at most one letter; the empty text and `\0` switch it off.
fn letter(options: &Options, name: &str, default: Option<u8>) -> Result<Option<u8>> {
    match options.get(name).map(str::as_bytes) {
        None => Ok(default),
        Some([] | [0]) => Ok(None),
        Some([only]) => Ok(Some(*only)),
        Some(_) => Err(Diagnostic::plain(Class::Named("RuntimeException".to_owned()), format!("{name} cannot be more than one character"))),
    }
}

/// The separator, with `\t` and its like understood: Spark's `CSVExprUtils.toDelimiterStr`.
fn separator(text: &str) -> Result<Vec<u8>> {
    let invalid = |condition: &str, text: &str, state: &str| Diagnostic::new(Class::IllegalArgument, condition, text, state);
    if text.is_empty() {
        return Err(invalid(
            "INVALID_DELIMITER_VALUE.NULL_VALUE",
            "Invalid value for delimiter. Delimiter cannot be empty string.",
            "42602",
        ));
    }
    let mut out = Vec::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        match letters.next() {
            Some('t') => out.push(b'\t'),
            Some('r') => out.push(b'\r'),
            Some('b') => out.push(8),
            Some('f') => out.push(12),
            Some('\\') => out.push(b'\\'),
            Some('"') => out.push(b'"'),
            Some('\'') => out.push(b'\''),
            Some('0') => out.push(0),
            None => {
                return Err(invalid(
                    "INVALID_DELIMITER_VALUE.SINGLE_BACKSLASH",
                    "Invalid value for delimiter. Single backslash is prohibited. It has special meaning as beginning of an escape sequence. To get the backslash character, pass a string with two backslashes as the delimiter.",
                    "42602",
                ));
            }
            Some(other) => {
                return Err(invalid(
                    "INVALID_DELIMITER_VALUE.UNSUPPORTED_SPECIAL_CHARACTER",
                    &format!("Invalid value for delimiter. Unsupported special character for delimiter: \\{other}."),
                    "42602",
                ));
            }
        }
    }
    Ok(out)
}
