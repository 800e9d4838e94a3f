//! How deep a text nests, asked of ruff's lexer before ruff's parser, which recurses, sees the text.
//!
//! The bounds are for the stack of WebAssembly in V8, where ruff's parser overflows at 1,100 nested calls, 750 nested f-strings,
//! 1,090 nested blocks or 1,985 times `not`: at all bounds together half of the stack is left. They hold for wrong texts too, whose brackets and blocks the parser
//! sees otherwise than the lexer: only a bracket that fits closes one, and blocks are bounded by how many different indents there are.

use hashbrown::HashSet;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::Mode;
use ruff_python_parser::lexer::lex;

/// Deeper nesting of brackets is refused, as by CPython.
const BRACKETS: usize = 200;
/// More different indents are refused, as by CPython.
const INDENTS: usize = 100;
/// A longer chain of operators, calls and attributes in one expression is refused.
const CHAIN: usize = 400;
/// Texts longer than this, in bytes, are refused.
const LENGTH: usize = 1 << 20;

/// Why a text nests too deep to be read, and near which byte; `None` where it may be read.
#[must_use]
pub fn too_deep(text: &str) -> Option<(&'static str, u32)> {
    if text.len() > LENGTH {
        return Some(("the program is too long", 0));
    }
    if let Some(at) = too_many_indents(text) {
        return Some(("too many levels of indentation", at));
    }
    let mut levels = Levels { open: Vec::new(), chains: vec![0], sum: 0 };
    let mut lexer = lex(text, Mode::Module);
    loop {
        let token = lexer.next_token();
        if token == TokenKind::EndOfFile {
            return None;
        }
        levels.see(token);
        if levels.open.len() > BRACKETS {
            return Some(("too many nested parentheses", bracket_place(text)));
        }
        if levels.sum > CHAIN {
            return Some(("too many operators, calls and attributes in one expression", longest_line(text)));
        }
    }
}

/// The brackets that are open, and how long the chains are in and around them.
struct Levels {
    open: Vec<TokenKind>,
    chains: Vec<usize>,
    sum: usize,
}

impl Levels {
    fn see(&mut self, token: TokenKind) {
        match token {
            TokenKind::Lpar => self.enter(TokenKind::Rpar),
            TokenKind::Lsqb => self.enter(TokenKind::Rsqb),
            TokenKind::Lbrace => self.enter(TokenKind::Rbrace),
            TokenKind::FStringStart | TokenKind::TStringStart => self.enter(TokenKind::FStringEnd),
            TokenKind::TStringEnd => self.leave(TokenKind::FStringEnd),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace | TokenKind::FStringEnd => self.leave(token),
            TokenKind::Newline => {
                self.open.clear();
                self.chains = vec![0];
                self.sum = 0;
            }
            // A comma ends the expression before it, but not a lambda, whose parameters it may separate.
            TokenKind::Comma | TokenKind::Semi => self.forget(),
            // A lambda is not forgotten at a comma: it counts for the bracket that it stands in.
            TokenKind::Lambda => self.count_outside(),
            TokenKind::Not
            | TokenKind::If
            | TokenKind::Else
            | TokenKind::And
            | TokenKind::Or
            | TokenKind::Await
            | TokenKind::In
            | TokenKind::Is
            | TokenKind::Yield
            | TokenKind::From
            | TokenKind::For
            | TokenKind::String
            | TokenKind::Dot
            | TokenKind::Equal => self.count(),
            TokenKind::Colon | TokenKind::FStringMiddle | TokenKind::TStringMiddle => {}
            operator if operator.is_operator() => self.count(),
            _ => {}
        }
    }

    fn enter(&mut self, closer: TokenKind) {
        self.count();
        self.open.push(closer);
        self.chains.push(0);
    }

    fn leave(&mut self, closer: TokenKind) {
        if self.open.last() == Some(&closer) {
            self.open.pop();
            self.sum -= self.chains.pop().unwrap_or(0);
        }
    }

    fn count(&mut self) {
        if let Some(last) = self.chains.last_mut() {
            *last += 1;
            self.sum += 1;
        }
    }

    fn count_outside(&mut self) {
        let outside = self.chains.len().saturating_sub(2);
        self.chains[outside] += 1;
        self.sum += 1;
    }

    fn forget(&mut self) {
        if let Some(last) = self.chains.last_mut()
            && !self.open.is_empty()
        {
            self.sum -= *last;
            *last = 0;
        }
    }
}

/// Blocks cannot nest deeper than there are different indents, however the parser takes the lines.
fn too_many_indents(text: &str) -> Option<u32> {
    let mut known = HashSet::new();
    for line in text.split(['\n', '\r']) {
        let inside = line.trim_start_matches([' ', '\t', '\x0c']);
        known.insert(&line[..line.len() - inside.len()]);
        if known.len() > INDENTS {
            return Some(place_of(text, inside));
        }
    }
    None
}

/// Near which byte the brackets become too many; strings and comments are taken for code, so this is a guess.
fn bracket_place(text: &str) -> u32 {
    let mut open = 0usize;
    let found = text.bytes().position(|byte| {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open > BRACKETS
    });
    found.map_or(0, index)
}

fn longest_line(text: &str) -> u32 {
    text.split('\n').max_by_key(|line| line.len()).map_or(0, |line| place_of(text, line.trim_start()))
}

fn place_of(text: &str, part: &str) -> u32 {
    index(part.as_ptr() as usize - text.as_ptr() as usize)
}

fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
