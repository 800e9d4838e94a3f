//! The JSON reader: a record a line, or one a file with `multiLine`. Spark's `JacksonParser`.

use super::assembly::Assembly;
use super::json_options::JsonOptions;
use super::json_scanner::{Malformed, Scanner};
use super::json_values::Ended;
use super::lines::lines;
use crate::diag::Result;

/// Read a file's records.
pub(super) fn read(text: &[u8], options: &JsonOptions, separator: Option<&[u8]>, rows: &mut Assembly) -> Result<()> {
    if options.multi_line {
        return read_record(text, options, rows);
    }
    lines(text, separator).try_for_each(|line| read_record(line, options, rows))
}

/// Read one record: an object, or an array of objects, each of them a row.
fn read_record(record: &[u8], options: &JsonOptions, rows: &mut Assembly) -> Result<()> {
    let mut scanner = Scanner::new(record, options);
    match scanner.peek() {
        None => Ok(()),
        Some(b'{') => match read_object(&mut scanner, rows) {
            Ok(Ended::Read(false)) => {
                rows.accept();
                Ok(())
            }
            Ok(Ended::Read(true)) => rows.bad(record, true),
            Ok(Ended::Skipped) => {
                rows.refuse();
                Ok(())
            }
            Err(Malformed) => rows.bad(record, false),
        },
        Some(b'[') => {
            let first = rows.rows();
            let read = read_array(&mut scanner, rows);
            if read.is_err() {
                rows.truncate(first);
                return rows.bad(record, false);
            }
            Ok(())
        }
        Some(_) => rows.bad(record, false),
    }
}

fn read_object(scanner: &mut Scanner<'_>, rows: &mut Assembly) -> std::result::Result<Ended, Malformed> {
    rows.read(|columns, fields, row, passes| scanner.object(|index| fields[index].name.as_str(), columns, row, passes))
}

fn read_array(scanner: &mut Scanner<'_>, rows: &mut Assembly) -> std::result::Result<(), Malformed> {
    scanner.step();
    if scanner.peek() == Some(b']') {
        return Ok(());
    }
    loop {
        if scanner.peek() != Some(b'{') {
            return Err(Malformed);
        }
        match read_object(scanner, rows)? {
            Ended::Read(false) => rows.accept(),
            Ended::Read(true) => return Err(Malformed),
            Ended::Skipped => return Err(Malformed),
        }
        let next = scanner.peek();
        scanner.step();
        match next {
            Some(b',') => {}
            Some(b']') => return Ok(()),
            _ => return Err(Malformed),
        }
    }
}
