//! One CSV record into its cells, as the univocity parser cuts them with Spark's settings (`STOP_AT_DELIMITER` for stray quotes).

/// The letters that matter and the blanks that do not.
#[derive(Clone, Debug)]
pub(super) struct CsvFormat {
    /// Between cells; one byte or more.
    pub(super) separator: Vec<u8>,
    /// Around cells; none switches quoting off.
    pub(super) quote: Option<u8>,
    /// Before a quote that is part of a quoted cell.
    pub(super) escape: Option<u8>,
    /// Before an escape that is part of a quoted cell.
    pub(super) escape_of_escape: Option<u8>,
    pub(super) trim_leading: bool,
    pub(super) trim_trailing: bool,
    /// What becomes of a cell with a stray quote.
    pub(super) stray: Stray,
}

/// What becomes of a quoted cell in which a quote stands alone: the option `unescapedQuoteHandling`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stray {
    /// `STOP_AT_DELIMITER`: it is taken as it stands, up to the separator.
    Keep,
    /// `SKIP_VALUE`: it is null.
    Skip,
    /// `RAISE_ERROR`: the file cannot be read.
    Raise,
}

/// A cell of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// Nothing at all between two separators.
    Empty,
    /// `""`.
    EmptyQuoted,
    /// These bytes of the record.
    Slice(usize, usize),
    /// These bytes of [`Cells::unescaped`].
    Unescaped(usize, usize),
}

/// The cells of one record. Used again for the next, so that nothing is allocated a record.
#[derive(Debug, Default)]
pub(super) struct Cells {
    pub(super) cells: Vec<Cell>,
    unescaped: Vec<u8>,
    /// Whether a cell had a stray quote.
    pub(super) stray: bool,
}

impl Cells {
    /// The bytes of a cell; none where there is nothing at all.
    pub(super) fn get<'a>(&'a self, record: &'a [u8], index: usize) -> Option<CellText<'a>> {
        Some(match *self.cells.get(index)? {
            Cell::Empty => CellText::Empty,
            Cell::EmptyQuoted => CellText::EmptyQuoted,
            Cell::Slice(start, end) => CellText::Text(&record[start..end]),
            Cell::Unescaped(start, end) => CellText::Text(&self.unescaped[start..end]),
        })
    }
}

/// A cell's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CellText<'a> {
    /// Nothing at all.
    Empty,
    /// `""`.
    EmptyQuoted,
    /// Text.
    Text(&'a [u8]),
}

impl CsvFormat {
    /// Cut a record (without its line end).
    pub(super) fn cut(&self, record: &[u8], cells: &mut Cells) {
        cells.cells.clear();
        cells.unescaped.clear();
        cells.stray = false;
        let mut at = 0;
        loop {
            if self.trim_leading {
                while record.get(at).is_some_and(|byte| is_blank(*byte)) && self.separator_at(record, at) == 0 {
                    at += 1;
                }
            }
            let (cell, end) = match record.get(at) {
                Some(byte) if Some(*byte) == self.quote => self.quoted(record, at, cells),
                _ => self.unquoted(record, at),
            };
            cells.cells.push(cell);
            let separator = self.separator_at(record, end);
            if separator == 0 {
                return;
            }
            at = end + separator;
        }
    }

    /// The separator's length where one stands at this place, else 0.
    fn separator_at(&self, record: &[u8], at: usize) -> usize {
        if record.get(at..).is_some_and(|rest| rest.starts_with(&self.separator)) { self.separator.len() } else { 0 }
    }

    /// The place of the next separator or of the record's end.
    fn next_separator(&self, record: &[u8], at: usize) -> usize {
        let rest = &record[at.min(record.len())..];
        let found = match &self.separator[..] {
            [only] => rest.iter().position(|byte| byte == only),
            several => rest.windows(several.len()).position(|window| window == several),
        };
        found.map_or(record.len(), |found| at + found)
    }

    fn unquoted(&self, record: &[u8], start: usize) -> (Cell, usize) {
        let end = self.next_separator(record, start);
        let mut last = end;
        if self.trim_trailing {
            last -= record[start..end].iter().rev().take_while(|byte| is_blank(**byte)).count();
        }
        (if last == start { Cell::Empty } else { Cell::Slice(start, last) }, end)
    }

    /// A cell that begins with a quote. One that turns out to have stray quotes is taken as it stands, up to the separator.
    fn quoted(&self, record: &[u8], start: usize, cells: &mut Cells) -> (Cell, usize) {
        let unescaped = &mut cells.unescaped;
        let quote = self.quote.unwrap_or(b'"');
        let first = unescaped.len();
        let (mut at, mut copied) = (start + 1, start + 1);
        let mut changed = false;
        while at < record.len() {
            let byte = record[at];
            let next = record.get(at + 1).copied();
            let escapes_quote = Some(byte) == self.escape && next == Some(quote);
            let escapes_escape = next.is_some() && Some(byte) == self.escape_of_escape && next == self.escape && self.escape != Some(quote);
            if escapes_quote || escapes_escape {
                unescaped.extend_from_slice(&record[copied..at]);
                changed = true;
                copied = at + 1;
                at += 2;
            } else if byte == quote {
                let blanks = record[at + 1..].iter().take_while(|byte| is_blank(**byte) && self.separator.first() != Some(byte)).count();
                let after = at + 1 + blanks;
                if after < record.len() && self.separator_at(record, after) == 0 {
                    cells.stray = true;
                    return self.stray(record, start, at, first, copied, unescaped);
                }
                return (finished(record, start + 1, at, first, copied, changed, unescaped), after);
            } else {
                at += 1;
            }
        }
        let cell = finished(record, start + 1, record.len(), first, copied, changed, unescaped);
        (if cell == Cell::EmptyQuoted { Cell::Empty } else { cell }, record.len())
    }

    /// A closing quote with more behind it: what was read so far, quotes and all, and the rest up to the separator.
    fn stray(&self, record: &[u8], start: usize, at: usize, first: usize, copied: usize, unescaped: &mut Vec<u8>) -> (Cell, usize) {
        let end = self.next_separator(record, at);
        if self.stray == Stray::Skip {
            return (Cell::Empty, end);
        }
        let mut last = end;
        if self.trim_trailing {
            last -= record[at..end].iter().rev().take_while(|byte| is_blank(**byte)).count();
        }
        unescaped.extend_from_slice(&record[copied..last]);
        unescaped.insert(first, record[start]);
        (Cell::Unescaped(first, unescaped.len()), end)
    }
}

/// The cell from `start` to `end`: as it stands, or with its escapes taken out.
fn finished(record: &[u8], start: usize, end: usize, first: usize, copied: usize, changed: bool, unescaped: &mut Vec<u8>) -> Cell {
    if changed {
        unescaped.extend_from_slice(&record[copied..end]);
        return Cell::Unescaped(first, unescaped.len());
    }
    if start == end { Cell::EmptyQuoted } else { Cell::Slice(start, end) }
}

/// What Java's `ch <= ' '` takes for a blank.
fn is_blank(byte: u8) -> bool {
    byte <= b' '
}
