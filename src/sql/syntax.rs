//! Spark's errors about text that is no SQL: `PARSE_SYNTAX_ERROR` and its kin, with their places.

use super::tree::Origin;
use crate::diag::Class;
use crate::diag::Diagnostic;

/// A `ParseException` with the place after it: `[CONDITION] text SQLSTATE: state (line 1, pos 4)`.
#[must_use]
pub fn parse_error(condition: &str, text: &str, sql_state: &str, origin: Origin) -> Box<Diagnostic> {
    let mut diagnostic = Diagnostic::new(Class::Parse, condition, text, sql_state);
    diagnostic.message.push_str(&format!(" (line {}, pos {})", origin.line, origin.position));
    diagnostic
}

/// `PARSE_SYNTAX_ERROR` at a token (already quoted, or `end of input`); the hint is empty or begins with `: `.
#[must_use]
pub fn syntax_error(near: &str, hint: &str, origin: Origin) -> Box<Diagnostic> {
    parse_error("PARSE_SYNTAX_ERROR", &format!("Syntax error at or near {near}{hint}."), "42601", origin)
}

/// The text nests deeper than the parser follows it.
#[must_use]
pub fn too_complex(origin: Origin) -> Box<Diagnostic> {
    let text = "The statement, including potential SQL functions and referenced views, was too complex to parse. \
                To mitigate this error divide the statement into multiple, less complex chunks.";
    parse_error("FAILED_TO_PARSE_TOO_COMPLEX", text, "54001", origin)
}

/// A construct of Spark's that Tidemark does not read yet.
#[must_use]
pub fn not_known(what: &str, origin: Origin) -> Box<Diagnostic> {
    parse_error("UNSUPPORTED_FEATURE.TIDEMARK", &format!("Tidemark does not know {what} yet."), "0A000", origin)
}
