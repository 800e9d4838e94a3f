//! The session's settings: Spark's `RuntimeConfig`.
//!
//! Law: a setting that was never set has Spark's default; keys compare exactly, values are text.

use std::collections::BTreeMap;

use super::settings::Setting;
use crate::types::Zone;

/// Settings as `spark.conf` holds them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conf {
    set: BTreeMap<String, String>,
}

/// Defaults of the settings that are not streams' own.
const DEFAULTS: &[(&str, &str)] = &[
    ("spark.app.name", "tidemark"),
    ("spark.master", "local[1]"),
    ("spark.sql.session.timeZone", "UTC"),
    ("spark.sql.catalogImplementation", "hive"),
    ("spark.sql.warehouse.dir", "/spark-warehouse"),
];

impl Conf {
    /// The value in force: what was set, or Spark's default. None for a key that has neither.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        let other = || DEFAULTS.iter().find(|(known, _)| *known == key).map(|(_, value)| *value);
        let default = || Setting::find(key).map_or_else(other, |setting| setting.default);
        self.set.get(key).map(String::as_str).or_else(default)
    }

    /// Sets a value.
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.set.insert(key.into(), value.into());
    }

    /// Back to the default.
    pub fn unset(&mut self, key: &str) {
        self.set.remove(key);
    }

    /// All that was set, by key.
    #[must_use]
    pub fn all(&self) -> &BTreeMap<String, String> {
        &self.set
    }

    /// What was set for Spark SQL: the settings that sources and sinks follow are among them.
    pub fn of_sql(&self) -> impl Iterator<Item = (&str, &str)> {
        self.set.iter().filter(|(key, _)| key.starts_with("spark.sql.")).map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Whether a setting is `true`.
    #[must_use]
    pub fn is_true(&self, key: &str) -> bool {
        self.get(key).is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
    }

    /// A setting that is a whole number, or this default where it is none.
    #[must_use]
    pub fn number(&self, key: &str, default: i64) -> i64 {
        self.get(key).and_then(|value| value.trim().parse().ok()).unwrap_or(default)
    }

    /// A setting that is a time, in milliseconds: `5000ms`, `1min`, a bare number.
    #[must_use]
    pub fn duration_ms(&self, key: &str) -> Option<i64> {
        time_ms(self.get(key)?)
    }

    /// The session time zone; UTC where it is not one.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.get("spark.sql.session.timeZone").and_then(Zone::parse).unwrap_or_else(Zone::utc)
    }
}

/// A time as Java's `JavaUtils.timeStringAs` reads it, in milliseconds; a bare number is milliseconds.
pub(super) fn time_ms(text: &str) -> Option<i64> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(text.len());
    let number: i64 = text[..digits].parse().ok()?;
    Some(match &text[digits..] {
        "" | "ms" => number,
        "us" => number / 1000,
        "s" => number.saturating_mul(1000),
        "m" | "min" => number.saturating_mul(60_000),
        "h" => number.saturating_mul(3_600_000),
        "d" => number.saturating_mul(86_400_000),
        _ => return None,
    })
}
