//! Iterators and generators.

use super::class::Type;

/// An iterator.
pub struct Iter {}

impl Iter {
    pub(super) fn kind(&self) -> Type {
        Type::Iterator
    }
}
