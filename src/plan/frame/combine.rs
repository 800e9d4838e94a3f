//! Methods that bring two frames together.

use crate::diag;
use crate::expr::Expr;
use crate::plan::Frame;
use crate::plan::SetOperation;
use crate::plan::analysis;

/// What two frames are joined on.
#[derive(Clone, Debug, PartialEq)]
pub enum JoinOn {
    /// Nothing: every pair matches.
    Nothing,
    /// Columns that both sides have and that the result has once: `df.join(other, "id")`, `["id", "day"]`, SQL's `USING`.
    Columns(Vec<String>),
    /// A condition: `df.join(other, df.id == other.id)`. Several conditions all have to hold.
    Condition(Vec<Expr>),
}

impl Frame {
    /// `df.join(other, on, how)`.
    ///
    /// # Errors
    /// `UNSUPPORTED_JOIN_TYPE`; what names and types raise; `UNRESOLVED_USING_COLUMN_FOR_JOIN`.
    pub fn join(&self, other: &Self, on: JoinOn, how: &str) -> diag::Result<Self> {
        self.over_several(analysis::join(&self.plan, &other.plan, on, analysis::join_type(how)?, &self.analyzer)?)
    }

    /// `df.crossJoin(other)`.
    ///
    /// # Errors
    /// None today.
    pub fn cross_join(&self, other: &Self) -> diag::Result<Self> {
        self.join(other, JoinOn::Nothing, "cross")
    }

    /// `df.union(other)`, `df.unionAll(other)`: columns by position, types widened.
    ///
    /// # Errors
    /// `NUM_COLUMNS_MISMATCH`, `INCOMPATIBLE_COLUMN_TYPE`.
    pub fn union(&self, other: &Self) -> diag::Result<Self> {
        self.over_several(analysis::union(&self.plan, &other.plan, "UNION", &self.analyzer)?)
    }

    /// `df.unionByName(other, allowMissingColumns)`.
    ///
    /// # Errors
    /// `UNRESOLVED_COLUMN_AMONG_FIELD_NAMES`, `INCOMPATIBLE_COLUMN_TYPE`.
    pub fn union_by_name(&self, other: &Self, allow_missing: bool) -> diag::Result<Self> {
        self.over_several(analysis::union_by_name(&self.plan, &other.plan, allow_missing, &self.analyzer)?)
    }

    /// `df.intersect(other)`, `df.intersectAll(other)`.
    ///
    /// # Errors
    /// `NUM_COLUMNS_MISMATCH`, `INCOMPATIBLE_COLUMN_TYPE`.
    pub fn intersect(&self, other: &Self, all: bool) -> diag::Result<Self> {
        self.over_several(analysis::set_operation(&self.plan, &other.plan, SetOperation::Intersect, all, &self.analyzer)?)
    }

    /// `df.subtract(other)`, `df.exceptAll(other)`.
    ///
    /// # Errors
    /// `NUM_COLUMNS_MISMATCH`, `INCOMPATIBLE_COLUMN_TYPE`.
    pub fn except(&self, other: &Self, all: bool) -> diag::Result<Self> {
        self.over_several(analysis::set_operation(&self.plan, &other.plan, SetOperation::Except, all, &self.analyzer)?)
    }
}
