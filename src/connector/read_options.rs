//! What JSON and CSV readers have in common: the mode for bad records, the column for them, how texts become times.

use super::Options;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::Value;
use crate::types::Zone;
use crate::types::pattern::{Pattern, PatternError};
use crate::types::time;

/// What becomes of a record that cannot be read: Spark's `ParseMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Its cells are null where they cannot be read.
    Permissive,
    /// It is left out.
    DropMalformed,
    /// The query fails.
    FailFast,
}

impl Mode {
    /// From the option `mode`; an unknown one is `PERMISSIVE`, as Spark warns.
    pub(super) fn of(options: &Options) -> Self {
        match options.get("mode").map(str::to_ascii_uppercase).as_deref() {
            Some("DROPMALFORMED") => Self::DropMalformed,
            Some("FAILFAST") => Self::FailFast,
            _ => Self::Permissive,
        }
    }
}

/// How texts become times and dates, and back. Without a pattern they are read as a cast reads them, and written in ISO's form.
#[derive(Clone, Debug)]
pub(super) struct Times {
    zone: Zone,
    timestamp: Option<Pattern>,
    timestamp_ntz: Option<Pattern>,
    date: Option<Pattern>,
}

impl Times {
    /// A reader's, from the options `timeZone`, `timestampFormat`, `timestampNTZFormat` and `dateFormat`.
    ///
    /// # Errors
    /// Spark's, for patterns that are none.
    pub(super) fn of(options: &Options, zone: &Zone) -> Result<Self> {
        Self::with(options, zone, Pattern::for_parsing)
    }

    /// A writer's.
    ///
    /// # Errors
    /// Spark's, for patterns that are none.
    pub(super) fn of_writer(options: &Options, zone: &Zone) -> Result<Self> {
        Self::with(options, zone, Pattern::for_formatting)
    }

    fn with(options: &Options, zone: &Zone, compile: fn(&str) -> std::result::Result<Pattern, PatternError>) -> Result<Self> {
        let pattern = |name: &str| options.get(name).map(compile).transpose().map_err(bad_pattern);
        let own_zone = options.get("timeZone").and_then(Zone::parse);
        Ok(Self {
            zone: own_zone.unwrap_or_else(|| zone.clone()),
            timestamp: pattern("timestampFormat")?,
            timestamp_ntz: pattern("timestampNTZFormat")?,
            date: pattern("dateFormat")?,
        })
    }

    /// Microseconds since 1970.
    pub(super) fn timestamp(&self, text: &str) -> Option<i64> {
        match &self.timestamp {
            Some(pattern) => pattern.parse_timestamp(text, &self.zone).ok(),
            None => time::parse_timestamp(text, &self.zone),
        }
    }

    /// Microseconds on an unnamed clock.
    pub(super) fn timestamp_ntz(&self, text: &str) -> Option<i64> {
        match &self.timestamp_ntz {
            Some(pattern) => pattern.parse_timestamp_ntz(text).ok(),
            None => time::parse_timestamp_ntz(text),
        }
    }

    /// Days since 1970. Spark 1.5 wrote them as numbers, which are still read.
    pub(super) fn date(&self, text: &str) -> Option<i32> {
        match &self.date {
            Some(pattern) => pattern.parse_date(text).ok(),
            None => time::parse_date(text).or_else(|| text.parse().ok()),
        }
    }

    /// The text of a time, a wall-clock time or a date; none for other values.
    pub(super) fn format(&self, value: &Value) -> Option<String> {
        Some(match (value, &self.timestamp, &self.timestamp_ntz, &self.date) {
            (Value::Timestamp(micros), Some(pattern), ..) => pattern.format_timestamp(*micros, &self.zone),
            (Value::Timestamp(micros), None, ..) => time::json_timestamp(*micros, &self.zone),
            (Value::TimestampNtz(micros), _, Some(pattern), _) => pattern.format_timestamp_ntz(*micros),
            (Value::TimestampNtz(micros), _, None, _) => time::json_timestamp_ntz(*micros),
            (Value::Date(days), _, _, Some(pattern)) => pattern.format_date(*days),
            (Value::Date(days), _, _, None) => time::format_date(*days),
            _ => return None,
        })
    }
}

/// The value of an option that is `true` or `false`.
pub(super) fn flag(options: &Options, name: &str, default: bool) -> Result<bool> {
    match options.get(name) {
        None => Ok(default),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(_) => Err(Diagnostic::plain(Class::Named("Exception".to_owned()), format!("{name} flag can be true or false"))),
    }
}

/// The column for bad records: an option, else a setting of the session.
pub(super) fn corrupt_name(options: &Options) -> &str {
    let name = options.get("columnNameOfCorruptRecord").or_else(|| options.get("spark.sql.columnNameOfCorruptRecord"));
    name.unwrap_or("_corrupt_record")
}

/// What Spark says of a pattern that is none.
fn bad_pattern(error: PatternError) -> Box<Diagnostic> {
    Diagnostic::new(Class::Named("SparkUpgradeException".to_owned()), error.condition, error.text, error.sql_state)
}

/// What Tidemark does not know although Spark does.
pub(super) fn not_yet(what: &str) -> Box<Diagnostic> {
    Diagnostic::new(
        Class::Named("UnsupportedOperationException".to_owned()),
        "UNSUPPORTED_FEATURE",
        format!("Tidemark does not know {what} yet."),
        "0A000",
    )
}
