//! Spark's settings for streams: their defaults, and what values they take. Spark's `SQLConf`.
//!
//! Law: the list is Spark 4.3.0's own, one setting a line of `settings.tsv`: its key, its default (`-` where it has none), its kind, and where Spark asks
//! more of a value, which are allowed and the words with which it refuses the others.

use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::Zone;

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its value where none is set; none where it is optional.
    pub default: Option<&'static str>,
    kind: &'static str,
    allowed: &'static str,
    refusal: &'static str,
}

impl Setting {
    /// The setting of this key; none where Spark's streams have no such setting.
    #[must_use]
    pub fn find(key: &str) -> Option<Self> {
        let mut parts = include_str!("settings.tsv").lines().map(|line| line.split('\t')).find_map(|mut parts| {
            let known = parts.next()?;
            (known == key).then_some(parts)
        })?;
        let default = parts.next().filter(|default| *default != "-");
        let mut next = || parts.next().unwrap_or_default();
        Some(Self { default, kind: next(), allowed: next(), refusal: next() })
    }

    /// Whether it is set once, before the session begins.
    #[must_use]
    pub fn is_static(&self) -> bool {
        self.kind == "static"
    }

    fn type_name(&self) -> &'static str {
        match self.kind {
            "ms" => "time in MILLISECONDS",
            "s" => "time in SECONDS",
            kind => kind,
        }
    }

    fn has_type(&self, value: &str) -> bool {
        let value = value.trim();
        match self.kind {
            "boolean" => ["true", "false"].iter().any(|known| value.eq_ignore_ascii_case(known)),
            "int" => value.parse::<i32>().is_ok(),
            "long" => value.parse::<i64>().is_ok(),
            "double" => value.parse::<f64>().is_ok(),
            "ms" | "s" => super::conf::time_ms(value).is_some(),
            _ => true,
        }
    }

    fn is_allowed(&self, value: &str) -> bool {
        let value = value.trim();
        if let Some(low) = self.allowed.strip_suffix("..") {
            return value.parse::<i64>().ok() >= low.parse().ok();
        }
        if let Some((low, high)) = self.allowed.split_once('<') {
            let inside = |low: f64, high: f64| value.parse::<f64>().is_ok_and(|value| low < value && value < high);
            return low.parse().is_ok_and(|low| high.parse().is_ok_and(|high| inside(low, high)));
        }
        self.allowed.is_empty() || self.allowed.split('|').any(|known| known.eq_ignore_ascii_case(value))
    }
}

/// Whether `spark.conf.set` takes this value.
///
/// # Errors
/// `CANNOT_MODIFY_STATIC_CONFIG`, `INVALID_CONF_VALUE` with its parts.
pub fn check(key: &str, value: &str) -> Result<()> {
    let refused = |part: &str, why: &str| {
        let text = format!("The value '{value}' in the config \"{key}\" is invalid. {why}");
        Err(Diagnostic::new(Class::IllegalArgument, &format!("INVALID_CONF_VALUE.{part}"), text, "22022"))
    };
    if key == "spark.sql.session.timeZone" && Zone::parse(value).is_none() {
        return refused("TIME_ZONE", "Cannot resolve the given timezone.");
    }
    let Some(setting) = Setting::find(key) else { return Ok(()) };
    if setting.is_static() {
        let text = format!("Cannot modify the value of the static Spark config: \"{key}\".");
        return Err(Diagnostic::analysis("CANNOT_MODIFY_STATIC_CONFIG", text, "46110"));
    }
    if !setting.has_type(value) {
        return refused("TYPE_MISMATCH", &format!("It should be a/an '{}' value.", setting.type_name()));
    }
    if !setting.is_allowed(value) {
        return refused("REQUIREMENT", &setting.refusal.replace("KEY", key));
    }
    Ok(())
}
