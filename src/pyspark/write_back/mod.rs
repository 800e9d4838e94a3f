//! Writes a PySpark program from queries as they were started: from their analysed plans, sinks, modes and triggers, not from any text.
//!
//! Law: the written program, run on the same input, starts queries that give the same rows, columns, watermarks and state counters.
//! What can't be said so (a Python function, an internal expression) is refused with its reason, never left away.

mod expression;
mod layout;
mod list;
mod literal;
mod query;
mod relation;
#[cfg(test)]
mod tests;
mod unresolved;

use crate::engine::QueryStart;
use layout::Chain;
use relation::Writer;

/// Why a query can't be written as a program: what in it has no words in PySpark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwritable(pub String);

type Result<T> = std::result::Result<T, Unwritable>;

fn unwritable<T>(what: impl Into<String>) -> Result<T> {
    Err(Unwritable(what.into()))
}

/// A program that starts these queries in this order: imports, a variable for each source, then each query.
///
/// # Errors
/// What has no words in PySpark.
pub fn write_back(starts: &[QueryStart]) -> Result<String> {
    let mut writer = Writer::new(starts);
    for start in starts {
        let chain = writer.relation(&start.frame.plan)?;
        let chain = query::write_stream(chain, start)?;
        writer.define("query", &chain);
    }
    Ok(writer.program())
}
