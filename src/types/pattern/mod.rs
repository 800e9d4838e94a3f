//! Spark's datetime patterns (`yyyy-MM-dd HH:mm`), in which `date_format` writes and `to_timestamp` and the readers read.
//!
//! They are `java.time.format.DateTimeFormatter`'s patterns with the letters that Spark forbids. A pattern is compiled once, for
//! writing or for reading, which differ: reading takes a fraction of any length up to the number of `S`, and knows no `E` and no `Q`.

mod format;
mod names;
mod parse;

/// A compiled pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    parts: Vec<Part>,
}

/// Why a text is no pattern: Spark's condition and its text without condition and SQLSTATE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// `INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER` and its like.
    pub condition: &'static str,
    /// The text.
    pub text: String,
    /// `22007` or `42K0B`.
    pub sql_state: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FieldName {
    Era,
    YearOfEra,
    Year,
    Quarter,
    Month,
    DayOfYear,
    DayOfMonth,
    WeekdayInMonth,
    DayOfWeek,
    AmPm,
    HourOfDay,
    ClockHourOfDay,
    HourOfAmPm,
    ClockHourOfAmPm,
    Minute,
    Second,
    ModifiedJulianDay,
}

/// `java.time.format.SignStyle`, as far as patterns use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Normal,
    NotNegative,
    ExceedsPad,
}

/// A number field. `subsequent` is the width of the fixed-width fields that follow without a gap; -1 makes the field itself fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Number {
    field: FieldName,
    min: usize,
    max: usize,
    sign: Sign,
    subsequent: i32,
    /// `yy`: the last two digits of a year from 2000 to 2099.
    reduced: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OffsetShape {
    /// `+HHmm`: minutes where there are some.
    HoursAndSomeMinutes,
    /// `+HHMM`.
    Compact,
    /// `+HH:MM`.
    Colon,
    /// `+HHMMss`: seconds where there are some.
    CompactSeconds,
    /// `+HH:MM:ss`.
    ColonSeconds,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Literal(char),
    Number(Number),
    Text(FieldName, bool),
    /// Fraction of the second: at least and at most so many digits.
    Fraction(usize, usize),
    ZoneText(bool),
    ZoneId,
    Offset(OffsetShape, &'static str),
    LocalizedOffset(bool),
    Optional(Vec<Part>),
}

impl Pattern {
    /// Compiles a pattern for writing: `date_format`, `from_unixtime`, `timestampFormat` of a writer.
    ///
    /// # Errors
    /// Spark's, for letters that it forbids and Java's mistakes.
    pub fn for_formatting(pattern: &str) -> Result<Self, PatternError> {
        Self::compile(pattern, false)
    }

    /// Compiles a pattern for reading: `to_timestamp`, `to_date`, `timestampFormat` of a reader.
    ///
    /// # Errors
    /// Spark's, for letters that it forbids and Java's mistakes.
    pub fn for_parsing(pattern: &str) -> Result<Self, PatternError> {
        Self::compile(pattern, true)
    }

    fn compile(pattern: &str, parsing: bool) -> Result<Self, PatternError> {
        let compiled = convert(pattern, parsing)
            .and_then(|converted| Compiler::default().compile(&converted, parsing).ok_or_else(|| invalid(pattern)));
        // Where the formatter of Spark 2 would have taken the pattern, Spark says that the meaning has changed.
        compiled.map_err(|error| if is_legacy_pattern(pattern) { changed(pattern) } else { error })
    }
}

/// Whether `java.text.SimpleDateFormat` takes the pattern.
fn is_legacy_pattern(pattern: &str) -> bool {
    let pieces: Vec<&str> = pattern.split('\'').collect();
    let letters_known = |piece: &&str| piece.chars().all(|c| !c.is_ascii_alphabetic() || "GyYMLwWDdFEuaHkKhmsSzZX".contains(c));
    pieces.len() % 2 == 1 && pieces.iter().step_by(2).all(|piece| letters_known(piece) && !piece.contains("XXXX"))
}

/// A SQL string literal of the pattern.
fn quoted(pattern: &str) -> String {
    format!("'{}'", pattern.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn changed(pattern: &str) -> PatternError {
    let quoted = quoted(pattern);
    PatternError {
        condition: "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION",
        text: format!(
            "You may get a different result due to the upgrading to Spark >= 3.0:\nFail to recognize {quoted} pattern in the \
             DateTimeFormatter.\n1) You can set \"spark.sql.legacy.timeParserPolicy\" to \"LEGACY\" to restore the behavior before \
             Spark 3.0.\n2) You can form a valid datetime pattern with the guide from \
             'https://spark.apache.org/docs/latest/sql-ref-datetime-pattern.html'."
        ),
        sql_state: "42K0B",
    }
}

fn invalid(pattern: &str) -> PatternError {
    let quoted = quoted(pattern);
    PatternError {
        condition: "INVALID_DATETIME_PATTERN.WITH_SUGGESTION",
        text: format!(
            "Unrecognized datetime pattern: {quoted}. You can form a valid datetime pattern with the guide from \
             'https://spark.apache.org/docs/latest/sql-ref-datetime-pattern.html'."
        ),
        sql_state: "22007",
    }
}

/// `DateTimeFormatterHelper.convertIncompatiblePattern`: refuses what Spark forbids; without an era `y` means the signed year.
fn convert(pattern: &str, parsing: bool) -> Result<String, PatternError> {
    let pieces: Vec<&str> = pattern.split('\'').collect();
    let era = pieces.iter().step_by(2).any(|piece| piece.contains('G'));
    let mut converted = Vec::with_capacity(pieces.len());
    for (index, piece) in pieces.into_iter().enumerate() {
        if index % 2 == 1 {
            converted.push(piece.to_owned());
            continue;
        }
        refuse_letters(pattern, piece, parsing)?;
        converted.push(if era { piece.to_owned() } else { piece.replace('y', "u") });
    }
    Ok(converted.join("'"))
}

fn refuse_letters(pattern: &str, piece: &str, parsing: bool) -> Result<(), PatternError> {
    if let Some(letter) = piece.chars().find(|c| "YWwuec".contains(*c)) {
        return Err(PatternError {
            condition: "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN",
            text: format!(
                "You may get a different result due to the upgrading to Spark >= 3.0:\nAll week-based patterns are unsupported since \
                 Spark 3.0, detected week-based character: {letter}.\nPlease use the SQL function EXTRACT instead."
            ),
            sql_state: "42K0B",
        });
    }
    if let Some(letter) = piece.chars().find(|c| "ABnNp".contains(*c) || (parsing && "EFqQ".contains(*c))) {
        return Err(PatternError {
            condition: "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER",
            text: format!(
                "Unrecognized datetime pattern: {pattern}. Illegal pattern character found in datetime pattern: {letter}. Please \
                 provide legal character."
            ),
            sql_state: "22007",
        });
    }
    let too_long = ["GGGGG", "MMMMM", "LLLLL", "EEEEE", "QQQQQ", "qqqqq", "yyyyyyy"];
    if let Some(style) = too_long.into_iter().find(|style| piece.contains(style)) {
        return Err(PatternError {
            condition: "INVALID_DATETIME_PATTERN.LENGTH",
            text: format!(
                "Unrecognized datetime pattern: '{pattern}'. Too many letters in datetime pattern: '{style}'. Please reduce pattern \
                 length."
            ),
            sql_state: "22007",
        });
    }
    Ok(())
}

/// `DateTimeFormatterBuilder.appendPattern`. The innermost open `[` is the last of `open`.
#[derive(Default)]
struct Compiler {
    parts: Vec<Part>,
    open: Vec<Vec<Part>>,
    /// The number field that gives way to the fixed-width fields after it: `yyyy` in `yyyyMMdd`.
    active: Option<usize>,
}

impl Compiler {
    /// None where Java throws.
    fn compile(mut self, pattern: &str, parsing: bool) -> Option<Pattern> {
        let letters: Vec<char> = pattern.chars().collect();
        let mut at = 0;
        let mut fraction_seen = false;
        while let Some(&letter) = letters.get(at) {
            let count = letters[at..].iter().take_while(|other| **other == letter).count();
            match letter {
                'S' if parsing && !fraction_seen => {
                    fraction_seen = true;
                    self.push((count <= 9).then_some(Part::Fraction(1, count))?);
                    at += count;
                }
                'a'..='z' | 'A'..='Z' => {
                    self.letters(letter, count)?;
                    at += count;
                }
                '\'' => at = self.quoted(&letters, at + 1)?,
                '[' => {
                    self.active = None;
                    self.open.push(std::mem::take(&mut self.parts));
                    at += 1;
                }
                ']' => {
                    self.close()?;
                    at += 1;
                }
                '{' | '}' | '#' => return None,
                _ => {
                    self.push(Part::Literal(letter));
                    at += 1;
                }
            }
        }
        while !self.open.is_empty() {
            self.close()?;
        }
        Some(Pattern { parts: self.parts })
    }

    fn close(&mut self) -> Option<()> {
        let outer = self.open.pop()?;
        let inner = std::mem::replace(&mut self.parts, outer);
        self.push(Part::Optional(inner));
        Some(())
    }

    /// A quoted text from after its quote; two quotes are one. Gives the place after it.
    fn quoted(&mut self, letters: &[char], start: usize) -> Option<usize> {
        let mut at = start;
        loop {
            match (letters.get(at)?, letters.get(at + 1)) {
                ('\'', Some('\'')) if at > start => {
                    self.push(Part::Literal('\''));
                    at += 2;
                }
                ('\'', _) => break,
                (letter, _) => {
                    self.push(Part::Literal(*letter));
                    at += 1;
                }
            }
        }
        if at == start {
            self.push(Part::Literal('\''));
        }
        Some(at + 1)
    }

    fn letters(&mut self, letter: char, count: usize) -> Option<()> {
        use FieldName as F;
        let part = match (letter, count) {
            ('u' | 'y', 2) => return self.year(letter, 2, 2, Sign::NotNegative, true),
            ('u' | 'y', 1 | 3) => return self.year(letter, count, 19, Sign::Normal, false),
            ('u' | 'y', _) => return self.year(letter, count, 19, Sign::ExceedsPad, false),
            ('M' | 'L', 1 | 2) => return self.number(F::Month, count),
            ('Q' | 'q', 1 | 2) => return self.number(F::Quarter, count),
            ('M' | 'L', 3 | 4) => Part::Text(F::Month, count == 4),
            ('Q' | 'q', 3 | 4) => Part::Text(F::Quarter, count == 4),
            ('E', 1..=4) => Part::Text(F::DayOfWeek, count == 4),
            ('G', 1..=4) => Part::Text(F::Era, count == 4),
            ('a', 1) => Part::Text(F::AmPm, false),
            ('d', 1 | 2) => return self.number(F::DayOfMonth, count),
            ('H', 1 | 2) => return self.number(F::HourOfDay, count),
            ('k', 1 | 2) => return self.number(F::ClockHourOfDay, count),
            ('K', 1 | 2) => return self.number(F::HourOfAmPm, count),
            ('h', 1 | 2) => return self.number(F::ClockHourOfAmPm, count),
            ('m', 1 | 2) => return self.number(F::Minute, count),
            ('s', 1 | 2) => return self.number(F::Second, count),
            ('F', 1) => return self.number(F::WeekdayInMonth, 1),
            ('D', 1) => return self.number(F::DayOfYear, 1),
            ('D', 2 | 3) => return self.value(F::DayOfYear, count, 3, Sign::NotNegative, false),
            ('g', 1..=19) => return self.value(F::ModifiedJulianDay, count, 19, Sign::Normal, false),
            ('S', 1..=9) => Part::Fraction(count, count),
            ('z', 1..=4) => Part::ZoneText(count == 4),
            ('V', 2) => Part::ZoneId,
            ('Z', 1..=3) => Part::Offset(OffsetShape::Compact, "+0000"),
            ('Z', 4) => Part::LocalizedOffset(true),
            ('Z', 5) => Part::Offset(OffsetShape::ColonSeconds, "Z"),
            ('O', 1 | 4) => Part::LocalizedOffset(count == 4),
            ('X' | 'x', 1..=5) => Part::Offset(offset_shape(count), offset_zero(letter, count)),
            _ => return None,
        };
        self.push(part);
        Some(())
    }

    fn year(&mut self, letter: char, min: usize, max: usize, sign: Sign, reduced: bool) -> Option<()> {
        let field = if letter == 'u' { FieldName::Year } else { FieldName::YearOfEra };
        self.value(field, min, max, sign, reduced)
    }

    fn number(&mut self, field: FieldName, count: usize) -> Option<()> {
        if count == 1 { self.value(field, 1, 19, Sign::Normal, false) } else { self.value(field, count, count, Sign::NotNegative, false) }
    }

    /// `DateTimeFormatterBuilder.appendValue`: fields of fixed width right after another number take their digits from its end.
    fn value(&mut self, field: FieldName, min: usize, max: usize, sign: Sign, reduced: bool) -> Option<()> {
        let mut number = Number { field, min, max, sign, subsequent: 0, reduced };
        let Some(active) = self.active else {
            self.active = Some(self.parts.len());
            self.parts.push(Part::Number(number));
            return Some(());
        };
        let Some(Part::Number(base)) = self.parts.get_mut(active) else { unreachable!("the active part is a number") };
        if min == max && sign == Sign::NotNegative {
            base.subsequent += max as i32;
            number.subsequent = -1;
        } else {
            base.subsequent = -1;
            self.active = Some(self.parts.len());
        }
        self.parts.push(Part::Number(number));
        Some(())
    }

    fn push(&mut self, part: Part) {
        // A fraction of one width counts as an adjacent number in Java; it takes its digits itself, so the field before needs its width.
        if let (Part::Fraction(min, max), Some(active)) = (&part, self.active)
            && min == max
            && let Some(Part::Number(base)) = self.parts.get_mut(active)
        {
            base.subsequent += *max as i32;
            self.parts.push(part);
            return;
        }
        self.active = None;
        self.parts.push(part);
    }
}

fn offset_shape(count: usize) -> OffsetShape {
    match count {
        1 => OffsetShape::HoursAndSomeMinutes,
        2 => OffsetShape::Compact,
        3 => OffsetShape::Colon,
        4 => OffsetShape::CompactSeconds,
        _ => OffsetShape::ColonSeconds,
    }
}

fn offset_zero(letter: char, count: usize) -> &'static str {
    match (letter, count) {
        ('X', _) => "Z",
        (_, 1) => "+00",
        (_, 2 | 4) => "+0000",
        _ => "+00:00",
    }
}
