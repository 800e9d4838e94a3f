//! SQL text to tokens: words, backquoted names, strings, numbers, signs.

use super::syntax::syntax_error;
use super::tree::Origin;
use crate::diag::Result;

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A word: a keyword or a name.
    Word,
    /// A name in backquotes; the text comes without them.
    Quoted,
    /// A string; the text comes unescaped.
    Text,
    /// A number with its suffix.
    Number,
    /// A sign such as `<=>`.
    Sign,
    /// The end of the text.
    End,
}

/// A token and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its meaning: the word, the name, the unescaped string, the number, the sign.
    pub text: String,
    /// As it stands in the text.
    pub raw: String,
    /// Where.
    pub origin: Origin,
}

const SIGNS: [&str; 36] = [
    ";", "<=>", ">>>", "->", "=>", "==", "!=", "<>", "<=", ">=", "!<", "!>", "<<", ">>", "||", "::", "(", ")", ",", ".", "[", "]", "+",
    "-", "*", "/", "%", "=", "<", ">", "!", "~", "&", "^", "|", ":",
];

/// All tokens of the text; the last one is the end.
///
/// # Errors
/// An unfinished string, name or comment, or a character that begins nothing.
pub fn tokens(text: &str) -> Result<Vec<Token>> {
    let mut lexer = Lexer { characters: text.chars().collect(), at: 0, line: 1, line_start: 0 };
    let mut found = Vec::new();
    loop {
        lexer.skip_space();
        let origin = lexer.origin();
        let start = lexer.at;
        let (kind, text) = lexer.token()?;
        let raw: String = lexer.characters[start..lexer.at].iter().collect();
        let end = kind == Kind::End;
        found.push(Token { kind, text, raw, origin });
        if end {
            return Ok(found);
        }
    }
}

struct Lexer {
    characters: Vec<char>,
    at: usize,
    line: u32,
    line_start: usize,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.characters.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn ended(&self) -> bool {
        self.at >= self.characters.len()
    }

    fn origin(&self) -> Origin {
        Origin { line: self.line, position: u32::try_from(self.at - self.line_start).unwrap_or(u32::MAX) }
    }

    fn step(&mut self) -> char {
        let c = self.peek(0);
        self.at += 1;
        if c == '\n' {
            self.line += 1;
            self.line_start = self.at;
        }
        c
    }

    fn skip_space(&mut self) {
        loop {
            let c = self.peek(0);
            if self.ended() {
                return;
            } else if c.is_whitespace() {
                self.step();
            } else if c == '-' && self.peek(1) == '-' {
                while !self.ended() && self.peek(0) != '\n' {
                    self.step();
                }
            } else if c == '/' && self.peek(1) == '*' {
                self.skip_block_comment();
            } else {
                return;
            }
        }
    }

    fn skip_block_comment(&mut self) {
        let mut depth = 0;
        while !self.ended() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => {
                    depth += 1;
                    self.step();
                }
                ('*', '/') => {
                    depth -= 1;
                    self.step();
                }
                _ => {}
            }
            self.step();
            if depth == 0 {
                return;
            }
        }
    }

    fn token(&mut self) -> Result<(Kind, String)> {
        if self.ended() {
            return Ok((Kind::End, String::new()));
        }
        let c = self.peek(0);
        if c.is_ascii_digit() || c == '.' && self.peek(1).is_ascii_digit() {
            return Ok(self.number());
        }
        if matches!(c, 'r' | 'R') && matches!(self.peek(1), '\'' | '"') {
            self.step();
            return self.string(true);
        }
        if c.is_alphabetic() || c == '_' {
            return Ok((Kind::Word, self.word()));
        }
        match c {
            '\'' | '"' => self.string(false),
            '`' => self.quoted(),
            _ => self.sign(),
        }
    }

    fn word(&mut self) -> String {
        let mut text = String::new();
        while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
            text.push(self.step());
        }
        text
    }

    /// Digits, fraction, exponent, suffix. Digits that run into letters are a name, as in Spark (`1st`).
    fn number(&mut self) -> (Kind, String) {
        let start = self.at;
        while self.peek(0).is_ascii_digit() {
            self.step();
        }
        let ends_number = matches!(self.peek(1), 'e' | 'E' | 'd' | 'D' | 'f' | 'F' | 'b' | 'B') || !self.peek(1).is_alphabetic();
        if self.peek(0) == '.' && ends_number {
            self.step();
            while self.peek(0).is_ascii_digit() {
                self.step();
            }
        }
        let sign = usize::from(matches!(self.peek(1), '+' | '-'));
        if matches!(self.peek(0), 'e' | 'E') && self.peek(1 + sign).is_ascii_digit() {
            self.at += 1 + sign;
            while self.peek(0).is_ascii_digit() {
                self.step();
            }
        }
        self.suffix();
        let text: String = self.characters[start..self.at].iter().collect();
        let kind = if self.peek(0).is_alphanumeric() || self.peek(0) == '_' { Kind::Word } else { Kind::Number };
        if kind == Kind::Word {
            let rest = self.word();
            return (Kind::Word, text + &rest);
        }
        (kind, text)
    }

    fn suffix(&mut self) {
        let ends = |c: char| !(c.is_alphanumeric() || c == '_');
        if matches!(self.peek(0), 'b' | 'B') && matches!(self.peek(1), 'd' | 'D') && ends(self.peek(2)) {
            self.at += 2;
        } else if matches!(self.peek(0).to_ascii_uppercase(), 'L' | 'S' | 'Y' | 'D' | 'F') && ends(self.peek(1)) {
            self.at += 1;
        }
    }

    fn string(&mut self, raw: bool) -> Result<(Kind, String)> {
        let origin = self.origin();
        let quote = self.step();
        let mut text = String::new();
        loop {
            if self.ended() {
                return Err(syntax_error(&format!("'{quote}'"), "", origin));
            }
            let c = self.step();
            if c == quote {
                if self.peek(0) == quote && !raw {
                    self.step();
                    text.push(quote);
                    continue;
                }
                return Ok((Kind::Text, text));
            }
            if c == '\\' && !raw && !self.ended() {
                self.escape(&mut text);
            } else {
                text.push(c);
            }
        }
    }

    /// What follows a backslash, as `SparkParserUtils.unescapeSQLString` reads it.
    fn escape(&mut self, text: &mut String) {
        let hex = |lexer: &Self, count: usize| {
            (0..count).try_fold(0u32, |sum, i| lexer.peek(1 + i).to_digit(16).map(|digit| sum * 16 + digit)).and_then(char::from_u32)
        };
        match self.peek(0) {
            'u' if hex(self, 4).is_some() => {
                text.extend(hex(self, 4));
                self.at += 5;
            }
            'U' if hex(self, 8).is_some() => {
                text.extend(hex(self, 8));
                self.at += 9;
            }
            '0'..='1' if matches!(self.peek(1), '0'..='7') && matches!(self.peek(2), '0'..='7') => {
                let value = (0..3).fold(0, |sum, i| sum * 8 + self.peek(i).to_digit(8).unwrap_or(0));
                text.extend(char::from_u32(value));
                self.at += 3;
            }
            c => {
                self.step();
                match c {
                    '0' => text.push('\0'),
                    'b' => text.push('\u{8}'),
                    'n' => text.push('\n'),
                    'r' => text.push('\r'),
                    't' => text.push('\t'),
                    'Z' => text.push('\u{1a}'),
                    '%' => text.push_str("\\%"),
                    '_' => text.push_str("\\_"),
                    other => text.push(other),
                }
            }
        }
    }

    fn quoted(&mut self) -> Result<(Kind, String)> {
        let origin = self.origin();
        self.step();
        let mut text = String::new();
        loop {
            if self.ended() {
                return Err(syntax_error("'`'", "", origin));
            }
            match self.step() {
                '`' if self.peek(0) == '`' => {
                    self.step();
                    text.push('`');
                }
                '`' => return Ok((Kind::Quoted, text)),
                c => text.push(c),
            }
        }
    }

    fn sign(&mut self) -> Result<(Kind, String)> {
        for sign in SIGNS {
            if sign.chars().enumerate().all(|(i, c)| self.peek(i) == c) {
                self.at += sign.chars().count();
                return Ok((Kind::Sign, sign.to_owned()));
            }
        }
        Err(syntax_error(&format!("'{}'", self.peek(0)), "", self.origin()))
    }
}
