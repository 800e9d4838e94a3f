//! Where rows come from, as plain data: the description of a source that `connector` opens.

use crate::types::Schema;

/// A source as the program describes it. Options keep the order in which they were set; their keys ignore case.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceSpec {
    /// `json`, `csv`, `text`, `parquet`, `rate`, `rate-micro-batch`, `socket`, `memory` (a table in memory), ...; lower case.
    pub format: String,
    /// The options in the order set; a later value replaces an earlier one of the same key, whatever its case.
    pub options: Vec<(String, String)>,
    /// The columns that it yields.
    pub schema: Schema,
    /// The folder or file, or the table's name; empty for sources without one.
    pub path: String,
    /// `readStream` or `read`.
    pub streaming: bool,
    /// The files that a batch reading found when the program asked for it: its frames never see later ones (`InMemoryFileIndex`).
    /// None where nothing was listed.
    pub listed: Option<Vec<String>>,
}

impl SourceSpec {
    /// The value of an option; the key ignores case.
    #[must_use]
    pub fn option(&self, key: &str) -> Option<&str> {
        self.options.iter().rev().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
    }

    /// Sets an option, replacing an earlier value.
    pub fn set_option(&mut self, key: impl Into<String>, value: impl Into<String>) {
        let key = key.into();
        self.options.retain(|(name, _)| !name.eq_ignore_ascii_case(&key));
        self.options.push((key, value.into()));
    }
}
