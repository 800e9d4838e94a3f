//! Options of readers and writers: keys without regard to case, in the order in which they were set. Spark's `CaseInsensitiveMap`.

/// `option("key", "value")` calls; a later one overrides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pairs: Vec<(String, String)>,
}

impl Options {
    /// No options.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Set one.
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<String>) {
        let (key, value) = (key.into(), value.into());
        match self.pairs.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(&key)) {
            Some(pair) => pair.1 = value,
            None => self.pairs.push((key, value)),
        }
    }

    /// The value of one.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
    }

    /// The session's settings beside them, under their own names: readers and writers follow some of them.
    pub fn set_settings<'a>(&mut self, settings: impl Iterator<Item = (&'a str, &'a str)>) {
        for (key, value) in settings {
            if self.get(key).is_none() {
                self.set(key, value);
            }
        }
    }

    /// All of them as they were written.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Options {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut options = Self::new();
        for (key, value) in pairs {
            options.set(key, value);
        }
        options
    }
}
