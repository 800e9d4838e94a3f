//! A raised exception on its way: what it is, and where it has been.

use super::class::Class;
use super::class::Instance;
use super::value::Value;
use crate::diag::Class as DiagnosticClass;
use crate::diag::Diagnostic;
use crate::diag::Hint;
use crate::diag::Span;
use std::fmt;
use std::rc::Rc;

/// A raised exception.
pub struct Raised(Box<Inner>);

struct Inner {
    what: What,
    span: Option<Span>,
    trace: Vec<Place>,
    hints: Vec<Hint>,
}

/// What was raised.
pub(super) enum What {
    /// An instance of an exception class.
    Instance(Rc<Instance>),
    /// Not yet an object: a class by name and a message.
    Named(&'static str, String),
    /// `KeyError` and `StopIteration`, whose argument is any value.
    Argument(&'static str, Value),
    /// What the host said.
    Diagnostic(Box<Diagnostic>),
    /// The program is stopped; nothing catches it.
    Stopped(String),
}

/// One line of a traceback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: u32,
    /// The function's name, `<module>` outside of any.
    pub function: Rc<str>,
    /// The place in the text.
    pub span: Span,
}

impl Raised {
    /// An exception of a built-in class by its name.
    #[must_use]
    pub fn new(class: &'static str, message: impl Into<String>) -> Self {
        Self::from_what(What::Named(class, message.into()))
    }

    /// `TypeError`.
    #[must_use]
    pub fn type_error(message: impl Into<String>) -> Self {
        Self::new("TypeError", message)
    }

    /// `ValueError`.
    #[must_use]
    pub fn value_error(message: impl Into<String>) -> Self {
        Self::new("ValueError", message)
    }

    /// `AttributeError: 'class' object has no attribute 'name'`.
    #[must_use]
    pub fn no_attribute(class: &str, name: &str) -> Self {
        Self::new("AttributeError", format!("'{class}' object has no attribute '{name}'"))
    }

    /// `KeyError: key`.
    #[must_use]
    pub fn key_error(key: Value) -> Self {
        Self::from_what(What::Argument("KeyError", key))
    }

    /// An exception that is an object already.
    #[must_use]
    pub fn instance(exception: Rc<Instance>) -> Self {
        Self::from_what(What::Instance(exception))
    }

    /// The program stops; no `except` catches it.
    #[must_use]
    pub fn stopped(message: impl Into<String>) -> Self {
        Self::from_what(What::Stopped(message.into()))
    }

    pub(super) fn from_what(what: What) -> Self {
        Self(Box::new(Inner { what, span: None, trace: Vec::new(), hints: Vec::new() }))
    }

    pub(super) fn what(&self) -> &What {
        &self.0.what
    }

    pub(super) fn set_what(&mut self, what: What) {
        self.0.what = what;
    }

    /// The innermost place, once known.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.0.span
    }

    /// The places it came through, innermost first.
    #[must_use]
    pub fn trace(&self) -> &[Place] {
        &self.0.trace
    }

    pub(super) fn passed(&mut self, place: Place) {
        self.0.span.get_or_insert(place.span);
        if self.0.trace.len() < 100 {
            self.0.trace.push(place);
        }
    }

    /// Advice for the learner, if nothing catches it.
    #[must_use]
    pub fn hints(&self) -> &[Hint] {
        &self.0.hints
    }

    /// The same exception with one more advice.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>, fix: Option<(Span, String)>) -> Self {
        self.0.hints.push(Hint { text: text.into(), fix });
        self
    }

    pub(super) fn is_stopped(&self) -> bool {
        matches!(self.0.what, What::Stopped(_))
    }

    /// The bare name of its class.
    #[must_use]
    pub fn class_name(&self) -> String {
        match &self.0.what {
            What::Instance(instance) => instance.class.name.to_string(),
            What::Named(name, _) | What::Argument(name, _) => (*name).to_owned(),
            What::Diagnostic(diagnostic) => diagnostic.class.to_string(),
            What::Stopped(_) => "Stopped".to_owned(),
        }
    }

    /// Whether it is of a built-in class by name, or of a subclass.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        let Some(wanted) = Class::builtin(name) else { return false };
        match &self.0.what {
            What::Instance(instance) => instance.class.is_subclass(&wanted),
            What::Named(class, _) | What::Argument(class, _) => Class::builtin(class).is_some_and(|class| class.is_subclass(&wanted)),
            What::Diagnostic(diagnostic) => diagnostic.class.to_string() == name,
            What::Stopped(_) => false,
        }
    }

    /// What to tell the learner. Texts of `__str__` methods need the machine ([`super::Vm::diagnostic`]); here the arguments stand for them.
    #[must_use]
    pub fn diagnostic(&self) -> Box<Diagnostic> {
        let plain = |class: &str, message: String| Diagnostic::plain(diagnostic_class(class), message);
        let diagnostic = match &self.0.what {
            What::Diagnostic(diagnostic) => diagnostic.clone(),
            What::Named(class, message) => plain(class, message.clone()),
            What::Argument(class, value) => plain(class, super::text::plain_repr(value)),
            What::Stopped(message) => plain("Stopped", message.clone()),
            What::Instance(instance) => {
                let stored = instance.diagnostic.borrow().clone();
                stored.unwrap_or_else(|| plain(&instance.class.name, super::text::exception_text(instance)))
            }
        };
        match self.0.span {
            Some(span) => diagnostic.at(span),
            None => diagnostic,
        }
    }
}

/// The diagnostic class of an exception class's name.
pub(super) fn diagnostic_class(name: &str) -> DiagnosticClass {
    match name {
        "AnalysisException" => DiagnosticClass::Analysis,
        "ParseException" => DiagnosticClass::Parse,
        "IllegalArgumentException" => DiagnosticClass::IllegalArgument,
        "StreamingQueryException" => DiagnosticClass::StreamingQuery,
        _ => DiagnosticClass::Named(name.to_owned()),
    }
}

impl From<Box<Diagnostic>> for Raised {
    fn from(diagnostic: Box<Diagnostic>) -> Self {
        let span = diagnostic.span;
        let mut raised = Self::from_what(What::Diagnostic(diagnostic));
        raised.0.span = span;
        raised
    }
}

impl fmt::Debug for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.diagnostic())
    }
}
