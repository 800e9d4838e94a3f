//! The options of the JSON reader: Spark's `JSONOptions`.

use super::Options;
use super::read_options::{Times, flag};
use crate::diag::Result;
use crate::types::Zone;

/// What the scanner may meet and how it reads it.
#[derive(Clone, Debug)]
pub(super) struct JsonOptions {
    pub(super) allow_comments: bool,
    pub(super) allow_unquoted_field_names: bool,
    pub(super) allow_single_quotes: bool,
    pub(super) allow_numeric_leading_zeros: bool,
    pub(super) allow_non_numeric_numbers: bool,
    pub(super) allow_backslash_escaping: bool,
    pub(super) allow_unquoted_control_chars: bool,
    /// One value a file.
    pub(super) multi_line: bool,
    times: Times,
}

impl JsonOptions {
    pub(super) fn of(options: &Options, zone: &Zone) -> Result<Self> {
        Ok(Self {
            allow_comments: flag(options, "allowComments", false)?,
            allow_unquoted_field_names: flag(options, "allowUnquotedFieldNames", false)?,
            allow_single_quotes: flag(options, "allowSingleQuotes", true)?,
            allow_numeric_leading_zeros: flag(options, "allowNumericLeadingZeros", false)?,
            allow_non_numeric_numbers: flag(options, "allowNonNumericNumbers", true)?,
            allow_backslash_escaping: flag(options, "allowBackslashEscapingAnyCharacter", false)?,
            allow_unquoted_control_chars: flag(options, "allowUnquotedControlChars", false)?,
            multi_line: flag(options, "multiLine", false)?,
            times: Times::of(options, zone)?,
        })
    }

    pub(super) fn timestamp(&self, text: &str) -> Option<i64> {
        self.times.timestamp(text)
    }

    pub(super) fn timestamp_ntz(&self, text: &str) -> Option<i64> {
        self.times.timestamp_ntz(text)
    }

    pub(super) fn date(&self, text: &str) -> Option<i32> {
        self.times.date(text)
    }
}
