//! Program text to tree. It never fails: what is wrong is in the diagnostics, and the tree holds what could be understood.

use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Hint;
use crate::diag::Span;
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
    let place = span(error.location);
    let mut message = error.error.to_string();
    let scanned = scan(text);
    if let (ParseErrorType::Lexical(LexicalErrorType::Eof), Some((bracket, at))) = (&error.error, scanned.unclosed) {
        return syntax_error(format!("'{bracket}' was never closed"), Span { start: at, end: at + 1 });
    }
    if message.starts_with("Expected")
        && place.start >= u32::try_from(text.trim_end().len()).unwrap_or(u32::MAX)
        && let Some((bracket, at)) = scanned.unclosed
    {
        message = format!("'{bracket}' was never closed");
        return syntax_error(message, Span { start: at, end: at + 1 });
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
    if text.len() > LENGTH {
        return Some(syntax_error("the program is too long", Span { start: 0, end: 0 }));
    }
    scan(text).too_deep.map(|at| syntax_error("too many nested parentheses, operators or blocks", Span { start: at, end: at + 1 }))
}

/// What a look at the bytes finds before ruff's parser, which recurses, reads the text.
#[derive(Default)]
struct Scanned {
    /// Where the nesting becomes too deep.
    too_deep: Option<u32>,
    /// The innermost bracket that nothing closes.
    unclosed: Option<(char, u32)>,
}

/// Follows brackets, chains of operators and indentation; the contents of strings are skipped, those of f-strings are followed.
fn scan(text: &str) -> Scanned {
    let bytes = text.as_bytes();
    let mut scanned = Scanned::default();
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut chains = vec![0usize];
    let mut indents = vec![0usize];
    let mut at = 0;
    let mut line_start = true;
    while at < bytes.len() {
        if line_start && open.is_empty() {
            let width = bytes[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | 0x0c)).count();
            while indents.last().is_some_and(|last| *last > width) {
                indents.pop();
            }
            if indents.last().is_some_and(|last| *last < width) {
                indents.push(width);
            }
            at += width;
        }
        line_start = false;
        let Some(&byte) = bytes.get(at) else { break };
        let mut next = at + 1;
        match byte {
            b'\n' | b'\r' => {
                line_start = true;
                if open.is_empty() {
                    chains = vec![0];
                }
            }
            b'\\' => next = at + 2 + usize::from(bytes.get(at + 1) == Some(&b'\r')),
            b'#' => next = at + bytes[at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - at),
            b'\'' | b'"' => {
                let (end, depth) = string_end(bytes, at);
                next = end;
                if depth > DEPTH {
                    scanned.too_deep.get_or_insert(index(at));
                }
                count(&mut chains);
            }
            b'(' | b'[' | b'{' => {
                open.push((byte, at));
                count(&mut chains);
                chains.push(0);
            }
            b')' | b']' | b'}' if open.pop().is_some() => {
                chains.pop();
            }
            b',' | b';' => {
                if let Some(last) = chains.last_mut() {
                    *last = 0;
                }
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                next = at + bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
                if matches!(
                    &bytes[at..next],
                    b"not" | b"lambda" | b"if" | b"else" | b"and" | b"or" | b"await" | b"in" | b"is" | b"yield" | b"from"
                ) {
                    count(&mut chains);
                }
            }
            b'0'..=b'9' | b' ' | b'\t' => {}
            _ if byte.is_ascii_punctuation() => count(&mut chains),
            _ => {}
        }
        if open.len() > DEPTH || indents.len() > DEPTH || chains.iter().sum::<usize>() > CHAIN {
            scanned.too_deep.get_or_insert(index(at));
            return scanned;
        }
        at = next;
    }
    scanned.unclosed = open.last().map(|(bracket, at)| (char::from(*bracket), index(*at)));
    scanned
}

fn count(chains: &mut [usize]) {
    if let Some(last) = chains.last_mut() {
        *last += 1;
    }
}

/// Where a string ends, and how deep braces and brackets nest in it.
fn string_end(bytes: &[u8], start: usize) -> (usize, usize) {
    let quote = bytes[start];
    let triple = bytes.get(start..start + 3).is_some_and(|mark| mark.iter().all(|byte| *byte == quote));
    let mut at = start + if triple { 3 } else { 1 };
    let (mut depth, mut deepest) = (0usize, 0usize);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' if !triple => return (at, deepest),
            b'{' | b'(' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            _ if byte == quote && !triple => return (at + 1, deepest),
            _ if byte == quote && bytes.get(at..at + 3).is_some_and(|mark| mark.iter().all(|byte| *byte == quote)) => {
                return (at + 3, deepest);
            }
            _ => {}
        }
        at += 1;
    }
    (bytes.len(), deepest)
}

fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
