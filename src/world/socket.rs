//! A port that somebody types lines into: `nc -lk PORT`.
//!
//! Lines typed while nobody listens wait for the next listener; lines that a listener has taken are gone for the next one.

/// A line and when it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketLine {
    /// The text without its line end.
    pub text: String,
    /// When it was sent, in milliseconds since 1970.
    pub sent_ms: i64,
}

/// All lines ever sent to one port.
#[derive(Clone, Debug, Default)]
pub struct Socket {
    lines: Vec<SocketLine>,
    taken: usize,
}

impl Socket {
    /// Somebody typed a line.
    pub fn send(&mut self, text: impl Into<String>, sent_ms: i64) {
        self.lines.push(SocketLine { text: text.into(), sent_ms });
    }

    /// A listener connects: the place of the first line that it will get.
    #[must_use]
    pub fn connect(&self) -> usize {
        self.taken
    }

    /// How many lines were ever sent.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether nothing was ever sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// A listener takes all lines from this place on; no later listener gets them.
    pub fn take_from(&mut self, from: usize) -> &[SocketLine] {
        self.taken = self.lines.len();
        self.lines.get(from..).unwrap_or_default()
    }

    /// All lines from this place on, without taking them.
    #[must_use]
    pub fn peek_from(&self, from: usize) -> &[SocketLine] {
        self.lines.get(from..).unwrap_or_default()
    }
}
