//! What resolving needs from outside: names, and the session's settings.

use super::external::ExternalFunction;
use super::typed::ColumnId;
use super::typed::Typed;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::Zone;
use arrow_array::ArrayRef;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The columns that an expression may name.
pub trait Scope {
    /// The column for a dotted name, and how many parts of the name it used; the rest are struct fields.
    ///
    /// # Errors
    /// `UNRESOLVED_COLUMN`, `AMBIGUOUS_REFERENCE`.
    fn resolve_name(&self, parts: &[String]) -> Result<(Typed, usize)>;

    /// `df["x"]`: a column of the frame with this id.
    ///
    /// # Errors
    /// `UNRESOLVED_COLUMN`, `MISSING_ATTRIBUTES`.
    fn resolve_column_of(&self, frame: u64, name: &str) -> Result<Typed>;

    /// All columns with their names, or those of a qualifier: what `*` stands for inside of a call (`struct(*)`, `count(DISTINCT *)`).
    ///
    /// # Errors
    /// A qualifier that nothing has.
    fn star(&self, qualifier: &[String]) -> Result<Vec<(String, Typed)>> {
        let _ = qualifier;
        Err(Diagnostic::analysis("INVALID_USAGE_OF_STAR_OR_REGEX", "Invalid usage of '*' in expression.", "42000"))
    }
}

/// The session's settings that types and values depend on.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `spark.sql.session.timeZone`.
    pub zone: Zone,
    /// `spark.sql.ansi.enabled`.
    pub ansi: bool,
    /// `spark.sql.caseSensitive`.
    pub case_sensitive: bool,
    /// Functions that the session has registered, by lower-case name.
    pub functions: Rc<BTreeMap<String, ExternalFunction>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { zone: Zone::utc(), ansi: true, case_sensitive: false, functions: Rc::default() }
    }
}

/// The rows that an expression is evaluated on.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The columns' ids.
    pub ids: &'a [ColumnId],
    /// The columns, in the same order.
    pub columns: &'a [ArrayRef],
    /// How many rows; every column has as many.
    pub rows: usize,
    /// `current_timestamp()`, in microseconds since 1970.
    pub now_us: i64,
    /// The session time zone.
    pub zone: &'a Zone,
    /// For `rand()`, `uuid()` without a seed of their own.
    pub seed: u64,
}
