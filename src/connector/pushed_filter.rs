//! Filters that a source applies while it reads, so that the rows they reject do not count as input. Spark's `sources.Filter`.

use crate::types::Value;

/// A test of one column of the source's schema.
#[derive(Clone, Debug, PartialEq)]
pub struct PushedFilter {
    /// The place of the column in the source's schema.
    pub column: usize,
    /// What its value must be.
    pub test: FilterTest,
}

/// What a value must be. A null passes `IsNull` alone.
#[derive(Clone, Debug, PartialEq)]
pub enum FilterTest {
    /// `IS NOT NULL`.
    IsNotNull,
    /// `IS NULL`.
    IsNull,
    /// A comparison with a literal of the column's type.
    Compare(Compare, Value),
    /// `IN (...)`, literals of the column's type.
    In(Vec<Value>),
    /// `LIKE 'text%'`.
    StartsWith(String),
    /// `LIKE '%text'`.
    EndsWith(String),
    /// `LIKE '%text%'`.
    Contains(String),
    /// All of them.
    And(Vec<FilterTest>),
    /// Any of them.
    Or(Vec<FilterTest>),
    /// Not this: as in SQL, a null does not pass it.
    Not(Box<FilterTest>),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `=`
    Equal,
    /// `<=>`
    EqualNullSafe,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}
