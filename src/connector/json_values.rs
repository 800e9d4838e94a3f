//! JSON values into columns, as Spark's `JacksonParser` converts them for a given schema.
//!
//! No value is built on the way: a number goes from its digits into its column.

use super::column::{Column, Data};
use super::json_scanner::{Malformed, Scan, Scanner};
use crate::types::number::parse_decimal;

/// How a value fitted its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// A cell was added.
    Whole,
    /// A cell was added, in which something inside did not fit and is null.
    Partial,
    /// The value is of another type: it was passed over and no cell was added.
    Not,
}

/// What happens when a top-level field has been set: false skips the row.
pub(super) type OnField<'f> = &'f mut dyn FnMut(usize, &[Column]) -> bool;

/// How an object ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// It was read; true means that something in it did not fit.
    Read(bool),
    /// A filter refused it; the rest was not looked at.
    Skipped,
}

impl Scanner<'_> {
    /// An object, from its brace on, as cells number `row` of these columns.
    pub(super) fn object<'n>(
        &mut self,
        name: impl Fn(usize) -> &'n str,
        columns: &mut [Column],
        row: usize,
        on_field: OnField<'_>,
    ) -> Scan<Ended> {
        self.step();
        let (mut partial, mut guess) = (false, 0);
        if self.peek() == Some(b'}') {
            self.step();
            return Ok(Ended::Read(false));
        }
        loop {
            let key = self.key()?;
            if self.peek() != Some(b':') {
                return Err(Malformed);
            }
            self.step();
            match find(&key, &name, columns.len(), guess) {
                None => self.skip_value()?,
                Some(index) => {
                    guess = index + 1;
                    columns[index].truncate(row);
                    match self.value(&mut columns[index])? {
                        Fit::Not => partial = true,
                        fit => {
                            partial |= fit == Fit::Partial;
                            if !on_field(index, columns) {
                                return Ok(Ended::Skipped);
                            }
                        }
                    }
                }
            }
            match self.peek() {
                Some(b',') => self.step(),
                Some(b'}') => {
                    self.step();
                    return Ok(Ended::Read(partial));
                }
                _ => return Err(Malformed),
            }
        }
    }

    /// A value into one more cell of a column.
    pub(super) fn value(&mut self, column: &mut Column) -> Scan<Fit> {
        let Some(first) = self.peek() else { return Err(Malformed) };
        if first == b'n' {
            self.word(b"null")?;
            column.push_null();
            return Ok(Fit::Whole);
        }
        match &mut column.data {
            Data::String(_) => return self.text_value(first, column),
            Data::Struct(..) if first == b'{' => return self.struct_value(column),
            Data::Array(..) if first == b'[' => return self.array_value(column),
            Data::Map(..) if first == b'{' => return self.map_value(column),
            _ => {}
        }
        let fitted = match first {
            b'"' => self.string_value(column)?,
            b'\'' if self.options.allow_single_quotes => self.string_value(column)?,
            b't' | b'f' => self.boolean_value(first, column)?,
            b'{' | b'[' => {
                self.skip_value()?;
                false
            }
            _ => self.number_value(column)?,
        };
        Ok(if fitted { Fit::Whole } else { Fit::Not })
    }

    /// Any value into a string column: a string's text, or the JSON as written.
    fn text_value(&mut self, first: u8, column: &mut Column) -> Scan<Fit> {
        if first == b'"' || (first == b'\'' && self.options.allow_single_quotes) {
            let text = self.string()?;
            column.push_text(&text);
        } else {
            let start = self.at;
            self.skip_value()?;
            column.push_text(&self.text[start..self.at]);
        }
        Ok(Fit::Whole)
    }

    fn struct_value(&mut self, column: &mut Column) -> Scan<Fit> {
        let row = column.len();
        let Data::Struct(fields, columns) = &mut column.data else { return Ok(Fit::Not) };
        for inner in columns.iter_mut() {
            inner.truncate(row);
        }
        let ended = self.object(|index| fields[index].name.as_str(), columns, row, &mut |_, _| true)?;
        for inner in columns.iter_mut().filter(|inner| inner.len() == row) {
            inner.push_null();
        }
        column.mark_valid();
        Ok(if ended == Ended::Read(true) { Fit::Partial } else { Fit::Whole })
    }

    fn array_value(&mut self, column: &mut Column) -> Scan<Fit> {
        self.step();
        let Data::Array(ends, element) = &mut column.data else { return Ok(Fit::Not) };
        let start = ends.last().map_or(0, |end| *end as usize);
        element.truncate(start);
        let (mut fits, mut partial) = (true, false);
        if self.peek() == Some(b']') {
            self.step();
        } else {
            loop {
                if fits {
                    let fit = self.value(element)?;
                    fits = fit != Fit::Not;
                    partial |= fit == Fit::Partial;
                } else {
                    self.skip_value()?;
                }
                if self.next_or_end(b']')? {
                    break;
                }
            }
        }
        if !fits {
            element.truncate(start);
            return Ok(Fit::Not);
        }
        ends.push(element.len() as i32);
        column.mark_valid();
        Ok(if partial { Fit::Partial } else { Fit::Whole })
    }

    fn map_value(&mut self, column: &mut Column) -> Scan<Fit> {
        self.step();
        let Data::Map(ends, entries) = &mut column.data else { return Ok(Fit::Not) };
        let start = ends.last().map_or(0, |end| *end as usize);
        let (keys, values) = &mut **entries;
        keys.truncate(start);
        values.truncate(start);
        let (mut fits, mut partial) = (true, false);
        if self.peek() == Some(b'}') {
            self.step();
        } else {
            loop {
                let key = self.key()?;
                if self.peek() != Some(b':') {
                    return Err(Malformed);
                }
                self.step();
                if fits && keys.push_text(&key) {
                    let fit = self.value(values)?;
                    fits = fit != Fit::Not;
                    partial |= fit == Fit::Partial;
                } else {
                    fits = false;
                    self.skip_value()?;
                }
                if self.next_or_end(b'}')? {
                    break;
                }
            }
        }
        if !fits {
            keys.truncate(start);
            values.truncate(start);
            return Ok(Fit::Not);
        }
        ends.push(values.len() as i32);
        column.mark_valid();
        Ok(if partial { Fit::Partial } else { Fit::Whole })
    }

    fn boolean_value(&mut self, first: u8, column: &mut Column) -> Scan<bool> {
        self.word(if first == b't' { b"true" } else { b"false" })?;
        let Data::Boolean(values) = &mut column.data else { return Ok(false) };
        values.push(first == b't');
        column.mark_valid();
        Ok(true)
    }

    /// A string into a column that is none of strings: a time, a date, bytes, a decimal, NaN.
    fn string_value(&mut self, column: &mut Column) -> Scan<bool> {
        let text = self.string()?;
        let Ok(text) = std::str::from_utf8(&text) else { return Ok(false) };
        if text.is_empty() {
            return Ok(false);
        }
        let fitted = match &mut column.data {
            Data::Timestamp(values) => self.options.timestamp(text).map(|value| values.push(value)),
            Data::TimestampNtz(values) => self.options.timestamp_ntz(text).map(|value| values.push(value)),
            Data::Date(values) => self.options.date(text).map(|value| values.push(value)),
            Data::Decimal(values, precision, scale) => {
                parse_decimal(&text.replace(',', ""), *precision, *scale).map(|value| values.push(value))
            }
            Data::Double(values) => self.non_number(text).map(|value| values.push(value)),
            Data::Float(values) => self.non_number(text).map(|value| values.push(value as f32)),
            Data::Binary(_) => return Ok(decode_base64(text.as_bytes()).is_some_and(|bytes| column.push_text(&bytes))),
            _ => None,
        };
        if fitted.is_some() {
            column.mark_valid();
        }
        Ok(fitted.is_some())
    }

    fn non_number(&self, text: &str) -> Option<f64> {
        if !self.options.allow_non_numeric_numbers {
            return None;
        }
        match text {
            "NaN" => Some(f64::NAN),
            "+INF" | "+Infinity" | "INF" | "Infinity" => Some(f64::INFINITY),
            "-INF" | "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        }
    }

    fn number_value(&mut self, column: &mut Column) -> Scan<bool> {
        let (digits, whole) = self.number()?;
        let Ok(text) = std::str::from_utf8(digits) else { return Err(Malformed) };
        let fitted = match &mut column.data {
            Data::Long(values) if whole => text.parse().ok().map(|value| values.push(value)),
            Data::Integer(values) if whole => text.parse().ok().map(|value| values.push(value)),
            Data::Short(values) if whole => text.parse().ok().map(|value| values.push(value)),
            // Jackson takes -128 to 255 for a byte and wraps.
            Data::Byte(values) if whole => {
                text.parse::<i16>().ok().filter(|value| (-128..256).contains(value)).map(|value| values.push(value as i8))
            }
            Data::Double(values) => double(text).map(|value| values.push(value)),
            Data::Float(values) => float(text).map(|value| values.push(value)),
            Data::Decimal(values, precision, scale) => parse_decimal(text, *precision, *scale).map(|value| values.push(value)),
            Data::Timestamp(values) if whole => {
                text.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1_000_000)).map(|value| values.push(value))
            }
            _ => None,
        };
        if fitted.is_some() {
            column.mark_valid();
        }
        Ok(fitted.is_some())
    }
}

/// The column of a name: most often the one after the last.
fn find<'n>(key: &[u8], name: &impl Fn(usize) -> &'n str, columns: usize, guess: usize) -> Option<usize> {
    if guess < columns && name(guess).as_bytes() == key {
        return Some(guess);
    }
    (0..columns).find(|index| name(*index).as_bytes() == key)
}

fn double(text: &str) -> Option<f64> {
    match text.trim_start_matches(['+', '-']) {
        "INF" | "Infinity" => Some(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY }),
        "NaN" => Some(f64::NAN),
        _ => text.parse().ok(),
    }
}

fn float(text: &str) -> Option<f32> {
    match text.parse::<f32>() {
        Ok(value) if value.is_finite() => Some(value),
        _ => double(text).map(|value| value as f32),
    }
}

/// Base64 with or without padding.
pub(super) fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for &byte in text.iter().rev().skip_while(|byte| **byte == b'=').collect::<Vec<_>>().into_iter().rev() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'\r' | b'\n' | b' ' => continue,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(out)
}
