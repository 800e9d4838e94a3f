//! JSON text, byte by byte, as Jackson takes it apart: names, strings, numbers, and what is passed over.

use super::json_options::JsonOptions;
use std::borrow::Cow;

/// The text is no JSON: the rest of it cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// A place in a JSON text.
pub(super) struct Scanner<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    pub(super) options: &'a JsonOptions,
}

/// A result whose error means that the text is no JSON.
pub(super) type Scan<T> = Result<T, Malformed>;

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a [u8], options: &'a JsonOptions) -> Self {
        Self { text, at: 0, options }
    }

    /// The next byte that is no blank.
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            match self.text.get(self.at)? {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                b'/' if self.options.allow_comments => self.comment()?,
                byte => return Some(*byte),
            }
        }
    }

    /// Step over the byte that was peeked.
    pub(super) fn step(&mut self) {
        self.at += 1;
    }

    /// A comma, or the closing bracket (true).
    pub(super) fn next_or_end(&mut self, close: u8) -> Scan<bool> {
        let next = self.peek();
        self.step();
        match next {
            Some(b',') => Ok(false),
            Some(byte) if byte == close => Ok(true),
            _ => Err(Malformed),
        }
    }

    /// The text of a number, and whether it is written as a whole one. `NaN` and its like count as numbers where they are allowed.
    pub(super) fn number(&mut self) -> Scan<(&'a [u8], bool)> {
        let start = self.at;
        if matches!(self.text.get(self.at), Some(b'-' | b'+')) {
            if self.text[self.at] == b'+' && !self.options.allow_non_numeric_numbers {
                return Err(Malformed);
            }
            self.at += 1;
        }
        if matches!(self.text.get(self.at), Some(b'N' | b'I')) && self.options.allow_non_numeric_numbers {
            let word: &[u8] =
                [&b"NaN"[..], b"Infinity", b"INF"].into_iter().find(|word| self.text[self.at..].starts_with(word)).ok_or(Malformed)?;
            self.at += word.len();
            return Ok((&self.text[start..self.at], false));
        }
        if self.text[start] == b'+' {
            return Err(Malformed);
        }
        let first = self.at;
        let digits = self.digits();
        if digits == 0 || (digits > 1 && self.text[first] == b'0' && !self.options.allow_numeric_leading_zeros) {
            return Err(Malformed);
        }
        let mut whole = true;
        if self.text.get(self.at) == Some(&b'.') {
            whole = false;
            self.at += 1;
            if self.digits() == 0 {
                return Err(Malformed);
            }
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            whole = false;
            self.at += 1;
            if matches!(self.text.get(self.at), Some(b'-' | b'+')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(Malformed);
            }
        }
        if self.text.get(self.at).is_some_and(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Malformed);
        }
        Ok((&self.text[start..self.at], whole))
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        self.at - start
    }

    pub(super) fn word(&mut self, word: &[u8]) -> Scan<()> {
        if !self.text[self.at..].starts_with(word) || self.text.get(self.at + word.len()).is_some_and(u8::is_ascii_alphanumeric) {
            return Err(Malformed);
        }
        self.at += word.len();
        Ok(())
    }

    /// A field's name.
    pub(super) fn key(&mut self) -> Scan<Cow<'a, [u8]>> {
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'\'') if self.options.allow_single_quotes => self.string(),
            Some(byte) if self.options.allow_unquoted_field_names && (byte.is_ascii_alphabetic() || byte == b'_' || byte == b'$') => {
                let start = self.at;
                while self.text.get(self.at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'$') {
                    self.at += 1;
                }
                Ok(Cow::Borrowed(&self.text[start..self.at]))
            }
            _ => Err(Malformed),
        }
    }

    /// A string from its quote on.
    pub(super) fn string(&mut self) -> Scan<Cow<'a, [u8]>> {
        let quote = self.text[self.at];
        self.at += 1;
        let start = self.at;
        loop {
            match self.text.get(self.at) {
                None => return Err(Malformed),
                Some(byte) if *byte == quote => {
                    self.at += 1;
                    return Ok(Cow::Borrowed(&self.text[start..self.at - 1]));
                }
                Some(b'\\') => return self.escaped_string(quote, start).map(Cow::Owned),
                Some(byte) if *byte < b' ' && !self.options.allow_unquoted_control_chars => return Err(Malformed),
                Some(_) => self.at += 1,
            }
        }
    }

    /// The rest of a string in which there is an escape.
    fn escaped_string(&mut self, quote: u8, start: usize) -> Scan<Vec<u8>> {
        let mut out = self.text[start..self.at].to_vec();
        loop {
            let Some(&byte) = self.text.get(self.at) else { return Err(Malformed) };
            self.at += 1;
            match byte {
                b'\\' => self.escape(&mut out)?,
                byte if byte == quote => return Ok(out),
                byte if byte < b' ' && !self.options.allow_unquoted_control_chars => return Err(Malformed),
                byte => out.push(byte),
            }
        }
    }

    /// One escape, after its backslash.
    fn escape(&mut self, out: &mut Vec<u8>) -> Scan<()> {
        let Some(&byte) = self.text.get(self.at) else { return Err(Malformed) };
        self.at += 1;
        match byte {
            b'"' | b'\\' | b'/' => out.push(byte),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'u' => {
                let mut unit = self.hex()?;
                if (0xD800..0xDC00).contains(&unit) && self.text[self.at..].starts_with(b"\\u") {
                    let back = self.at;
                    self.at += 2;
                    let low = self.hex()?;
                    if (0xDC00..0xE000).contains(&low) {
                        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                    } else {
                        self.at = back;
                    }
                }
                // Half of a pair has no UTF-8; Java writes a question mark.
                let letter = char::from_u32(unit).unwrap_or('?');
                out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
            b'\'' if self.options.allow_single_quotes => out.push(byte),
            _ if self.options.allow_backslash_escaping => out.push(byte),
            _ => return Err(Malformed),
        }
        Ok(())
    }

    fn hex(&mut self) -> Scan<u32> {
        let digits = self.text.get(self.at..self.at + 4).ok_or(Malformed)?;
        self.at += 4;
        let text = std::str::from_utf8(digits).map_err(|_| Malformed)?;
        u32::from_str_radix(text, 16).map_err(|_| Malformed)
    }

    /// Pass over a value of any kind.
    pub(super) fn skip_value(&mut self) -> Scan<()> {
        let mut closing = Vec::new();
        loop {
            match self.peek().ok_or(Malformed)? {
                b'{' => {
                    self.step();
                    if self.peek() == Some(b'}') {
                        self.step();
                    } else {
                        self.skip_key()?;
                        closing.push(b'}');
                        continue;
                    }
                }
                b'[' => {
                    self.step();
                    if self.peek() == Some(b']') {
                        self.step();
                    } else {
                        closing.push(b']');
                        continue;
                    }
                }
                b'"' => drop(self.string()?),
                b'\'' if self.options.allow_single_quotes => drop(self.string()?),
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                _ => drop(self.number()?),
            }
            loop {
                let Some(&close) = closing.last() else { return Ok(()) };
                if self.next_or_end(close)? {
                    closing.pop();
                    continue;
                }
                if close == b'}' {
                    self.skip_key()?;
                }
                break;
            }
        }
    }

    fn skip_key(&mut self) -> Scan<()> {
        self.key()?;
        if self.peek() != Some(b':') {
            return Err(Malformed);
        }
        self.step();
        Ok(())
    }

    /// A comment from its slash on; none where it does not end.
    fn comment(&mut self) -> Option<()> {
        let rest = &self.text[self.at..];
        let len = match rest.get(1)? {
            b'/' => rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()),
            b'*' => rest.windows(2).skip(2).position(|pair| pair == b"*/")? + 4,
            _ => return None,
        };
        self.at += len;
        Some(())
    }
}
