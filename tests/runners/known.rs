//! `conformance/known_failures.txt`: `area/case: reason` for every runner, `runner/area/case: reason` for one.

use crate::cases::Case;
use std::path::Path;

/// The list.
pub struct Known(Vec<(String, String)>);

impl Known {
    /// Reads the list; blank lines and those that begin with # say nothing. A line without a reason stops the run.
    pub fn read() -> Self {
        let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/known_failures.txt");
        let text = std::fs::read_to_string(list).unwrap_or_default();
        let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        let entry = |line: &str| match line.split_once(": ") {
            Some((name, reason)) if !reason.trim().is_empty() => (name.to_owned(), reason.to_owned()),
            _ => panic!("a known failure has a reason: {line}"),
        };
        Self(lines.map(entry).collect())
    }

    /// Why this case is known to fail with this runner.
    pub fn reason(&self, runner: &str, case: &str) -> Option<&str> {
        let of_runner = format!("{runner}/{case}");
        self.0.iter().find(|(name, _)| *name == of_runner || name == case).map(|(_, reason)| reason.as_str())
    }

    /// The entries that name no case, or a runner that is not here. The browser's stand here too; its own runner heeds them.
    pub fn without_case(&self, cases: &[Case], runners: &[&str]) -> Vec<&str> {
        let is_case = |name: &str| cases.iter().any(|case| case.name() == name);
        let is_known = |name: &str| {
            is_case(name) || runners.iter().chain(&["browser"]).any(|runner| name.strip_prefix(&format!("{runner}/")).is_some_and(is_case))
        };
        self.0.iter().map(|(name, _)| name.as_str()).filter(|name| !is_known(name)).collect()
    }
}
