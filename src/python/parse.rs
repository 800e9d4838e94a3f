//! Program text to tree. It never fails: what is wrong is in the diagnostics, and the tree holds what could be understood.

use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Hint;
use crate::diag::Span;
use crate::python::depth::too_deep;
use ruff_python_ast::ModModule;
use ruff_python_ast::PySourceType;
use ruff_python_parser::LexicalErrorType;
use ruff_python_parser::ParseError;
use ruff_python_parser::ParseErrorType;
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
    let place = span(error.location);
    let mut message = error.error.to_string();
    let unclosed = unclosed(text);
    if let (ParseErrorType::Lexical(LexicalErrorType::Eof), Some((bracket, at))) = (&error.error, unclosed) {
        return syntax_error(format!("'{bracket}' was never closed"), Span { start: at, end: at + 1 });
    }
    if message.starts_with("Expected")
        && place.start >= u32::try_from(text.trim_end().len()).unwrap_or(u32::MAX)
        && let Some((bracket, at)) = unclosed
    {
        message = format!("'{bracket}' was never closed");
        return syntax_error(message, Span { start: at, end: at + 1 });
    }
    if error.error == ParseErrorType::UnexpectedIndentation {
        "unexpected indent".clone_into(&mut message);
    }
    let mut diagnostic = syntax_error(message, place);
    let line_start = text.get(..place.start as usize).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let line = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or("").trim_start();
    let keyword = line.split([' ', '(', ':']).next().unwrap_or("");
    let advice = if keyword == "print" && !line.contains('(') {
        Some("print is a function: write print(...).")
    } else if matches!(keyword, "if" | "while" | "elif") && error.error.to_string().contains("found `=`") {
        Some("To compare use ==; a single = assigns.")
    } else if error.error.to_string().starts_with("Expected `:`") {
        Some("A line that begins a block ends in a colon.")
    } else if error.error == ParseErrorType::UnexpectedIndentation {
        Some("This line is indented more than the one before, although no block begins.")
    } else {
        None
    };
    if let Some(advice) = advice {
        diagnostic.hints.push(Hint { text: advice.to_owned(), fix: None });
    }
    diagnostic
}

fn refuse(text: &str) -> Option<Diagnostic> {
    too_deep(text).map(|(message, at)| syntax_error(message, Span { start: at, end: at + 1 }))
}

/// The innermost bracket that nothing closes, and where it is; the contents of strings and comments are skipped.
fn unclosed(text: &str) -> Option<(char, u32)> {
    let bytes = text.as_bytes();
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let mut next = at + 1;
        match byte {
            b'\\' => next = at + 2,
            b'#' => next = at + bytes[at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - at),
            b'\'' | b'"' => next = string_end(bytes, at),
            b'(' | b'[' | b'{' => open.push((byte, at)),
            b')' | b']' | b'}' => drop(open.pop()),
            _ => {}
        }
        at = next;
    }
    open.last().map(|(bracket, at)| (char::from(*bracket), u32::try_from(*at).unwrap_or(u32::MAX)))
}

/// Where a string ends.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let triple = bytes.get(start..start + 3).is_some_and(|mark| mark.iter().all(|byte| *byte == quote));
    let mut at = start + if triple { 3 } else { 1 };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' if !triple => return at,
            _ if byte == quote && !triple => return at + 1,
            _ if byte == quote && bytes.get(at..at + 3).is_some_and(|mark| mark.iter().all(|byte| *byte == quote)) => return at + 3,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}
