//! Filters that a source applies while it reads, so that the rows they reject do not count as input. Spark's `sources.Filter`.

use super::column::Column;
use crate::types::Value;
use std::cmp::Ordering;

/// A predicate over columns of the source's schema. As in SQL, a null passes only `IsNull` and `EqualNullSafe`.
#[derive(Clone, Debug, PartialEq)]
pub enum PushedFilter {
    /// A test of the column at this place in the source's schema.
    Test(usize, FilterTest),
    /// All of them.
    And(Vec<PushedFilter>),
    /// Any of them.
    Or(Vec<PushedFilter>),
    /// Not this.
    Not(Box<PushedFilter>),
}

/// What a column's value must be.
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

impl PushedFilter {
    /// The places of the columns that it tests, from the smallest on.
    #[must_use]
    pub fn columns(&self) -> Vec<usize> {
        let mut columns = Vec::new();
        self.collect_columns(&mut columns);
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// The same filter over other places: `place` says where a column is now.
    pub(super) fn moved(&self, place: &dyn Fn(usize) -> Option<usize>) -> Option<Self> {
        Some(match self {
            Self::Test(column, test) => Self::Test(place(*column)?, test.clone()),
            Self::And(parts) => Self::And(parts.iter().map(|part| part.moved(place)).collect::<Option<_>>()?),
            Self::Or(parts) => Self::Or(parts.iter().map(|part| part.moved(place)).collect::<Option<_>>()?),
            Self::Not(part) => Self::Not(Box::new(part.moved(place)?)),
        })
    }

    /// True, false or, as in SQL, unknown for the cells of a row.
    pub(super) fn judge(&self, columns: &[Column], row: usize) -> Option<bool> {
        match self {
            Self::Test(column, test) => test.judge(&columns[*column], row),
            Self::And(parts) => parts.iter().try_fold(true, |all, part| Some(all & part.judge(columns, row)?)).or_else(|| {
                let refused = parts.iter().any(|part| part.judge(columns, row) == Some(false));
                refused.then_some(false)
            }),
            Self::Or(parts) => {
                let judged: Vec<_> = parts.iter().map(|part| part.judge(columns, row)).collect();
                if judged.contains(&Some(true)) {
                    Some(true)
                } else if judged.contains(&None) {
                    None
                } else {
                    Some(false)
                }
            }
            Self::Not(part) => part.judge(columns, row).map(|judged| !judged),
        }
    }

    fn collect_columns(&self, columns: &mut Vec<usize>) {
        match self {
            Self::Test(column, _) => columns.push(*column),
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.collect_columns(columns)),
            Self::Not(part) => part.collect_columns(columns),
        }
    }
}

impl FilterTest {
    fn judge(&self, column: &Column, row: usize) -> Option<bool> {
        let valid = column.is_valid(row);
        match self {
            Self::IsNotNull => Some(valid),
            Self::IsNull => Some(!valid),
            Self::Compare(Compare::EqualNullSafe, literal) => Some(match literal {
                Value::Null => !valid,
                _ => column.compare(row, literal) == Some(Ordering::Equal),
            }),
            Self::Compare(compare, literal) => column.compare(row, literal).map(|order| compare.accepts(order)),
            Self::In(literals) if valid => {
                let found = literals.iter().any(|literal| column.compare(row, literal) == Some(Ordering::Equal));
                if !found && literals.contains(&Value::Null) { None } else { Some(found) }
            }
            Self::In(_) => None,
            Self::StartsWith(part) => column.text(row).map(|text| text.starts_with(part.as_bytes())),
            Self::EndsWith(part) => column.text(row).map(|text| text.ends_with(part.as_bytes())),
            Self::Contains(part) => column.text(row).map(|text| String::from_utf8_lossy(text).contains(part.as_str())),
        }
    }
}

impl Compare {
    fn accepts(self, order: Ordering) -> bool {
        match self {
            Self::Equal | Self::EqualNullSafe => order == Ordering::Equal,
            Self::Less => order == Ordering::Less,
            Self::LessOrEqual => order != Ordering::Greater,
            Self::Greater => order == Ordering::Greater,
            Self::GreaterOrEqual => order != Ordering::Less,
        }
    }
}
