//! Options of readers and writers: `option(key, value)`, as Spark gets them.

use crate::python::Value;

/// Options in the order set; keys ignore case, a later value replaces an earlier one.
#[derive(Clone, Debug, Default)]
pub(super) struct Options(Vec<(String, String)>);

impl Options {
    /// Sets one; Python's `None` sets nothing.
    pub(super) fn set(&mut self, key: &str, value: &Value) {
        if !value.is_none() {
            self.set_text(key, text(value));
        }
    }

    /// Sets one to a text.
    pub(super) fn set_text(&mut self, key: &str, value: String) {
        self.0.retain(|it| !it.0.eq_ignore_ascii_case(key));
        self.0.push((key.to_owned(), value));
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|it| it.0.eq_ignore_ascii_case(key)).map(|it| it.1.as_str())
    }

    /// All of them.
    pub(super) fn to_vec(&self) -> Vec<(String, String)> {
        self.0.clone()
    }
}

/// An option's value as text (`to_str`): truth values in lower case.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Bool(truth) => truth.to_string(),
        Value::Str(text) => text.to_string(),
        other => super::errors::plain_text(other),
    }
}
