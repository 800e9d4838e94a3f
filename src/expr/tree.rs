//! Expressions as written: what `col`, operators, functions and SQL text build. Spark's unresolved expressions.

use super::external::ExternalFunction;
use crate::sql::tree::Origin;
use crate::sql::tree::WindowFrame;
use crate::types::DataType;
use crate::types::Value;

/// An expression before its names and types are known.
///
/// Operators are calls by their SQL name: `+ - * / % = <=> < <= > >= and or not in like rlike between`, unary minus is `negative`, `IS NULL` is `isnull`.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// An expression that was read from SQL text, and where it stood: Spark appends the place to errors (`; line 1 pos 0`).
    /// Look through it with [`Expr::bare`] before matching; `resolve` and the naming functions do so themselves.
    /// It never wraps `Star`, `Literal`, `Alias`, `Lambda`.
    At(Box<Expr>, Origin),
    /// A column, struct field or lambda variable by its dotted name: `col("a.b")`, `a.b`. Parts come split and without backquotes.
    Name(Vec<String>),
    /// `df["x"]` or `df.x`: a column of the frame with this id (see `plan::Frame`), which survives joins and projections.
    ColumnOf(u64, String),
    /// `*` or `a.*`.
    Star(Vec<String>),
    /// A literal and its type.
    Literal(Value, DataType),
    /// `child.alias(name)`; several names for a generator such as `inline`.
    Alias(Box<Expr>, Vec<String>),
    /// A function or operator by name.
    Call {
        /// The SQL name as written; look-up ignores case.
        name: String,
        /// The arguments in order.
        arguments: Vec<Expr>,
        /// `DISTINCT` before the arguments of an aggregate.
        distinct: bool,
        /// `FILTER (WHERE ...)` of an aggregate.
        filter: Option<Box<Expr>>,
    },
    /// `CAST(child AS type)`; the flag is true for `TRY_CAST`.
    Cast(Box<Expr>, DataType, bool),
    /// `CASE WHEN condition THEN value ... ELSE otherwise END`.
    Case(Vec<(Expr, Expr)>, Option<Box<Expr>>),
    /// `child[key]`, `getItem`: an array element, a map value, a struct field.
    Item(Box<Expr>, Box<Expr>),
    /// `child.name`, `getField`: a struct field.
    FieldOf(Box<Expr>, String),
    /// `x -> body`, `(x, y) -> body`.
    Lambda(Vec<String>, Box<Expr>),
    /// A window function `child OVER (...)`: the partition, the order and the frame; streams refuse it.
    Over(Box<Expr>, Vec<Expr>, Vec<SortKey>, Option<WindowFrame<Expr>>),
    /// A function of the world above on its arguments, each with the name under which it was given.
    External(ExternalFunction, Vec<(Option<String>, Expr)>),
    /// `child.asc()`, `child.desc_nulls_last()`: only meaningful in a sort.
    Sort(Box<SortKey>),
}

/// One key of a sort: Spark's `SortOrder`.
#[derive(Clone, Debug, PartialEq)]
pub struct SortKey {
    /// What to sort by.
    pub expr: Expr,
    /// Largest first.
    pub descending: bool,
    /// Nulls before all values. Spark's default: first when ascending, last when descending.
    pub nulls_first: bool,
}

impl Expr {
    /// A call without `DISTINCT` and `FILTER`.
    #[must_use]
    pub fn call(name: impl Into<String>, arguments: Vec<Self>) -> Self {
        Self::Call { name: name.into(), arguments, distinct: false, filter: None }
    }

    /// The expression without its place in a text.
    #[must_use]
    pub fn bare(&self) -> &Self {
        match self {
            Self::At(inner, _) => inner.bare(),
            other => other,
        }
    }

    /// A column by its undotted name.
    #[must_use]
    pub fn name(name: impl Into<String>) -> Self {
        Self::Name(vec![name.into()])
    }
}
