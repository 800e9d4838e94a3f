//! What we tell the learner when the program is wrong: Spark's error condition and text, the place in the program, and hints.
//!
//! A diagnostic is raised without a span by whoever finds the mistake and gets one at the frontier ([`Diagnostic::at`]),
//! where the Python evaluator knows which call it is in. The first span wins: the innermost place is the best one.

use std::fmt;

/// A place in the program text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// The Python exception class that PySpark or Python raises. `Display` writes its bare name, as tracebacks do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Names, types, streaming rules: `pyspark.errors.AnalysisException`.
    Analysis,
    /// SQL, DDL and interval text: `ParseException`.
    Parse,
    /// `IllegalArgumentException`.
    IllegalArgument,
    /// What a running query died of: `StreamingQueryException`.
    StreamingQuery,
    /// A class known by its bare name: `ArithmeticException`, `PySparkTypeError`, `NameError`, `ValueError`, a class of the learner's.
    Named(String),
}

/// A mistake in the learner's program or data, told as Spark tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The exception class that Python code would catch.
    pub class: Class,
    /// Spark's error condition (`STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION`), or none for Python's own exceptions and Spark's plain ones.
    pub condition: Option<String>,
    /// The whole text as Spark prints it, `[CONDITION] ... SQLSTATE: 42KDE` included where Spark writes them.
    pub message: String,
    /// Where in the program, once known.
    pub span: Option<Span>,
    /// What to do instead, in plain words; not Spark's text.
    pub hints: Vec<Hint>,
}

/// Advice in plain words, with the edit that follows it where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// One or two sentences.
    pub text: String,
    /// Replace this span by this text, one click on the page.
    pub fix: Option<(Span, String)>,
}

/// A result whose error is the user's.
pub type Result<T> = std::result::Result<T, Box<Diagnostic>>;

impl Diagnostic {
    /// A diagnostic with Spark's condition; `text` comes without the bracketed condition and the SQLSTATE, which are added:
    /// `[CONDITION] text SQLSTATE: state`. Conditions that begin with `_LEGACY_ERROR_TEMP_` print the bare text, as Spark does.
    #[must_use]
    pub fn new(class: Class, condition: &str, text: impl Into<String>, sql_state: &str) -> Box<Self> {
        let text = text.into();
        let message = match (condition.starts_with("_LEGACY_ERROR_TEMP_"), sql_state.is_empty()) {
            (true, _) => text,
            (false, true) => format!("[{condition}] {text}"),
            (false, false) => format!("[{condition}] {text} SQLSTATE: {sql_state}"),
        };
        Box::new(Self { class, condition: Some(condition.to_owned()), message, span: None, hints: Vec::new() })
    }

    /// An `AnalysisException` with Spark's condition. See [`Diagnostic::new`].
    #[must_use]
    pub fn analysis(condition: &str, text: impl Into<String>, sql_state: &str) -> Box<Self> {
        Self::new(Class::Analysis, condition, text, sql_state)
    }

    /// A plain exception without condition: `IllegalArgumentException: requirement failed: ...`, `NameError: ...`.
    #[must_use]
    pub fn plain(class: Class, message: impl Into<String>) -> Box<Self> {
        Box::new(Self { class, condition: None, message: message.into(), span: None, hints: Vec::new() })
    }

    /// The same diagnostic with a place, unless it has one already.
    #[must_use]
    pub fn at(mut self: Box<Self>, span: Span) -> Box<Self> {
        self.span.get_or_insert(span);
        self
    }

    /// The same diagnostic with one more hint.
    #[must_use]
    pub fn hint(mut self: Box<Self>, text: impl Into<String>) -> Box<Self> {
        self.hints.push(Hint { text: text.into(), fix: None });
        self
    }

    /// The first line of a case file's `error` section: the condition, or the class where there is none.
    #[must_use]
    pub fn headline(&self) -> String {
        self.condition.clone().unwrap_or_else(|| self.class.to_string())
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Analysis => "AnalysisException",
            Self::Parse => "ParseException",
            Self::IllegalArgument => "IllegalArgumentException",
            Self::StreamingQuery => "StreamingQueryException",
            Self::Named(name) => name,
        })
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.class, self.message)
    }
}

impl std::error::Error for Diagnostic {}
