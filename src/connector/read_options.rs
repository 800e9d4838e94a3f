//! What JSON and CSV readers have in common: the mode for bad records, the column for them, how texts become times.

use super::Options;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::Zone;
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

/// How texts become times and dates. Without a pattern they are read as a cast reads them.
#[derive(Clone, Debug)]
pub(super) struct Times {
    zone: Zone,
}

impl Times {
    /// From the options `timeZone`, `timestampFormat`, `timestampNTZFormat` and `dateFormat`.
    pub(super) fn of(options: &Options, zone: &Zone) -> Result<Self> {
        for name in ["timestampFormat", "timestampNTZFormat", "dateFormat"] {
            if options.get(name).is_some() {
                return Err(not_yet(&format!("the option {name}")));
            }
        }
        let zone = match options.get("timeZone") {
            Some(text) => Zone::parse(text).unwrap_or_else(|| zone.clone()),
            None => zone.clone(),
        };
        Ok(Self { zone })
    }

    /// Microseconds since 1970.
    pub(super) fn timestamp(&self, text: &str) -> Option<i64> {
        time::parse_timestamp(text, &self.zone)
    }

    /// Microseconds on an unnamed clock.
    pub(super) fn timestamp_ntz(&self, text: &str) -> Option<i64> {
        time::parse_timestamp_ntz(text)
    }

    /// Days since 1970. Spark 1.5 wrote them as numbers, which are still read.
    pub(super) fn date(&self, text: &str) -> Option<i32> {
        time::parse_date(text).or_else(|| text.parse().ok())
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

/// What Tidemark does not know although Spark does.
pub(super) fn not_yet(what: &str) -> Box<Diagnostic> {
    Diagnostic::new(
        Class::Named("UnsupportedOperationException".to_owned()),
        "UNSUPPORTED_FEATURE",
        format!("Tidemark does not know {what} yet."),
        "0A000",
    )
}
