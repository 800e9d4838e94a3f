//! Expressions after analysis: every column is an id, every node has a type.

use crate::types::DataType;
use crate::types::Value;

/// The identity of a column from where it is born on; names are attached for people only. Spark's `ExprId`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnId(pub u64);

/// An expression with its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Typed {
    /// What it computes.
    pub kind: TypedKind,
    /// The type of its values.
    pub data_type: DataType,
    /// Whether it may yield null.
    pub nullable: bool,
}

/// What a typed expression computes. (The owner of this room adds calls, casts, cases, lambdas.)
#[derive(Clone, Debug, PartialEq)]
pub enum TypedKind {
    /// The value of a column.
    Column(ColumnId),
    /// The same value for every row.
    Literal(Value),
}
