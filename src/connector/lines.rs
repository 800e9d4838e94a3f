//! The lines of a text file as Hadoop's reader cuts them: `\n`, `\r\n` and `\r` end a line, the last one needs no end.

/// The lines of a text, or its pieces between `separator`.
pub(super) fn lines<'a>(text: &'a [u8], separator: Option<&'a [u8]>) -> Lines<'a> {
    Lines { rest: text, separator }
}

/// See [`lines`].
pub(super) struct Lines<'a> {
    rest: &'a [u8],
    separator: Option<&'a [u8]>,
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let (end, ending) = match self.separator.filter(|separator| !separator.is_empty()) {
            Some(separator) => (self.rest.windows(separator.len()).position(|window| window == separator), separator.len()),
            None => {
                let end = self.rest.iter().position(|byte| *byte == b'\n' || *byte == b'\r');
                let pair = end.is_some_and(|end| self.rest[end..].starts_with(b"\r\n"));
                (end, if pair { 2 } else { 1 })
            }
        };
        let rest = self.rest;
        let Some(end) = end else {
            self.rest = &[];
            return Some(rest);
        };
        self.rest = &rest[end + ending..];
        Some(&rest[..end])
    }
}
