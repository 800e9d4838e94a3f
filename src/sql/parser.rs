//! The cursor over tokens that all grammar rules share, and its errors.

use super::syntax;
use super::token::Kind;
use super::token::Token;
use super::token::tokens;
use super::tree::Origin;
use crate::diag::Diagnostic;
use crate::diag::Result;

/// How deep parentheses, calls and subqueries may nest.
const MAXIMUM_DEPTH: usize = 80;

/// A cursor over the tokens of one text.
pub struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    /// A cursor before the first token.
    pub fn new(text: &str) -> Result<Self> {
        Ok(Self { tokens: tokens(text)?, at: 0, depth: 0 })
    }

    /// The token at the cursor.
    pub fn token(&self) -> &Token {
        self.ahead(0)
    }

    /// The token so many after the cursor; the end repeats.
    pub fn ahead(&self, count: usize) -> &Token {
        let last = self.tokens.len() - 1;
        &self.tokens[(self.at + count).min(last)]
    }

    /// The place of the cursor.
    pub fn origin(&self) -> Origin {
        self.token().origin
    }

    /// Takes the token at the cursor.
    pub fn next(&mut self) -> Token {
        let token = self.token().clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    /// Where the cursor is, to come back to it.
    pub fn mark(&self) -> usize {
        self.at
    }

    /// Back to a mark.
    pub fn rewind(&mut self, mark: usize) {
        self.at = mark;
    }

    /// Whether the token so many ahead is this sign.
    pub fn is_sign_at(&self, count: usize, sign: &str) -> bool {
        let token = self.ahead(count);
        token.kind == Kind::Sign && token.text == sign
    }

    /// Whether the cursor is at this sign.
    pub fn is_sign(&self, sign: &str) -> bool {
        self.is_sign_at(0, sign)
    }

    /// Whether the token so many ahead is this word, in any case.
    pub fn is_word_at(&self, count: usize, word: &str) -> bool {
        let token = self.ahead(count);
        token.kind == Kind::Word && token.text.eq_ignore_ascii_case(word)
    }

    /// Whether the cursor is at this word.
    pub fn is_word(&self, word: &str) -> bool {
        self.is_word_at(0, word)
    }

    /// Whether the cursor is at one of these words.
    pub fn is_any_word(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_word(word))
    }

    /// Takes this sign if it is there.
    pub fn take_sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        if found {
            self.next();
        }
        found
    }

    /// Takes this word if it is there.
    pub fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.next();
        }
        found
    }

    /// Takes these words if all are there in order.
    pub fn take_words(&mut self, words: &[&str]) -> bool {
        let found = words.iter().enumerate().all(|(i, word)| self.is_word_at(i, word));
        if found {
            self.at += words.len();
        }
        found
    }

    /// Takes this sign or fails as Spark does: one token too many is told as such.
    pub fn expect_sign(&mut self, sign: &str) -> Result<()> {
        if self.take_sign(sign) {
            return Ok(());
        }
        if sign == ">" && self.is_any_sign(&[">>", ">>>"]) {
            let token = &mut self.tokens[self.at];
            token.text.remove(0);
            token.raw.remove(0);
            token.origin.position += 1;
            return Ok(());
        }
        let extra = self.is_sign_at(1, sign);
        Err(if extra { self.extra_input() } else { self.unexpected() })
    }

    /// Takes this sign; at the end of the text it is told as missing, as Spark does after a complete argument.
    pub fn expect_closing(&mut self, sign: &str) -> Result<()> {
        if self.token().kind == Kind::End {
            return Err(syntax::syntax_error("end of input", &format!(": missing '{sign}'"), self.origin()));
        }
        self.expect_sign(sign)
    }

    /// Takes this word or fails.
    pub fn expect_word(&mut self, word: &str) -> Result<()> {
        if self.take_word(word) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Fails unless the text ends here.
    pub fn expect_end(&self) -> Result<()> {
        if self.token().kind == Kind::End {
            return Ok(());
        }
        Err(if self.ahead(1).kind == Kind::End { self.extra_input() } else { self.unexpected() })
    }

    /// Fails unless nothing but `;` follows; what stands after it is told as one token too many.
    pub fn expect_end_of_statement(&mut self) -> Result<()> {
        let mut is_over = false;
        while self.take_sign(";") {
            is_over = true;
        }
        if is_over && self.token().kind != Kind::End { Err(self.extra_input()) } else { self.expect_end() }
    }

    fn is_any_sign(&self, signs: &[&str]) -> bool {
        signs.iter().any(|sign| self.is_sign(sign))
    }

    /// `Syntax error at or near 'token'`.
    pub fn unexpected(&self) -> Box<Diagnostic> {
        syntax::syntax_error(&self.near(), "", self.origin())
    }

    fn extra_input(&self) -> Box<Diagnostic> {
        let near = self.near();
        syntax::syntax_error(&near, &format!(": extra input {near}"), self.origin())
    }

    fn near(&self) -> String {
        let token = self.token();
        if token.kind == Kind::End { "end of input".to_owned() } else { format!("'{}'", token.raw) }
    }

    /// A name: a word or something in backquotes.
    pub fn identifier(&mut self) -> Result<String> {
        match self.token().kind {
            Kind::Word | Kind::Quoted => Ok(self.next().text),
            _ => Err(self.unexpected()),
        }
    }

    /// `a.b.c`.
    pub fn dotted(&mut self) -> Result<Vec<String>> {
        let mut parts = vec![self.identifier()?];
        while self.take_sign(".") {
            parts.push(self.identifier()?);
        }
        Ok(parts)
    }

    /// `(a, b)`.
    pub fn identifiers_in_parentheses(&mut self) -> Result<Vec<String>> {
        self.expect_sign("(")?;
        let mut names = vec![self.identifier()?];
        while self.take_sign(",") {
            names.push(self.identifier()?);
        }
        self.expect_sign(")")?;
        Ok(names)
    }

    /// Runs a rule one level deeper.
    pub fn deeper<T>(&mut self, rule: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MAXIMUM_DEPTH {
            return Err(syntax::too_complex(self.origin()));
        }
        self.depth += 1;
        let result = rule(self);
        self.depth -= 1;
        result
    }
}
