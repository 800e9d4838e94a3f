//! Expressions: the tree as written, the tree as typed, the functions, and their vectorised evaluation over Arrow.
//!
//! An [`Expr`] holds names and knows no types. Analysis (`plan`) turns it into a [`Typed`] tree, in which columns are ids
//! and every node has a type; only typed trees are evaluated.

mod tree;
mod typed;

pub use tree::{Expr, SortKey};
pub use typed::{ColumnId, Typed, TypedKind};
