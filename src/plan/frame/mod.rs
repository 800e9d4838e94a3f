//! A DataFrame: an analysed plan in a session. Every method analyses at once and raises what PySpark raises at that call.

mod aggregate;
mod columns;
mod combine;
mod leaves;
mod nulls;
mod rows;
mod state;

use crate::diag;
use crate::expr::Expr;
use crate::plan::Analyzer;
use crate::plan::Plan;
use crate::plan::errors;
use crate::plan::names::Names;
use crate::types::Schema;
use std::rc::Rc;

pub use combine::JoinOn;
pub use state::Keyed;
pub use state::StateSpec;

/// A DataFrame. Cloning is cheap and keeps the id; every method makes a frame with a new one.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Names the frame in `Expr::ColumnOf`; unique in the session.
    pub id: u64,
    /// What it computes.
    pub plan: Rc<Plan>,
    /// The session it belongs to.
    pub analyzer: Rc<Analyzer>,
}

impl Frame {
    /// A frame over an analysed plan.
    #[must_use]
    pub fn new(plan: Rc<Plan>, analyzer: &Rc<Analyzer>) -> Self {
        Self { id: analyzer.fresh(), plan, analyzer: Rc::clone(analyzer) }
    }

    /// Its columns: `df.schema`.
    #[must_use]
    pub fn schema(&self) -> Schema {
        self.plan.schema()
    }

    /// The names of its columns: `df.columns`.
    #[must_use]
    pub fn column_names(&self) -> Vec<String> {
        self.plan.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// Whether it reads a stream: `df.isStreaming`.
    #[must_use]
    pub fn is_streaming(&self) -> bool {
        self.plan.is_streaming
    }

    /// `df["name"]`, `df.name`: a reference that survives joins and projections. A dotted name goes on into structs; `*` is all columns.
    ///
    /// # Errors
    /// `UNRESOLVED_COLUMN.WITH_SUGGESTION`, `AMBIGUOUS_REFERENCE`.
    pub fn column(&self, name: &str) -> diag::Result<Expr> {
        if name == "*" {
            return Ok(Expr::Star(Vec::new()));
        }
        let parts = split_name(name);
        let names = Names::of(&[&self.plan], &self.analyzer);
        let Some((_, used)) = names.find(&parts)? else {
            return Err(errors::no_such_column(name, &self.schema()));
        };
        self.analyzer.remember(self);
        let column = Expr::ColumnOf(self.id, parts[used - 1].clone());
        let fields = &parts[used..];
        let whole = fields.iter().fold(column, |base, field| Expr::FieldOf(Box::new(base), field.clone()));
        Ok(match fields.last() {
            Some(last) => Expr::Alias(Box::new(whole), vec![last.clone()]),
            None => whole,
        })
    }

    /// `df.observe(name, metrics)`.
    ///
    /// # Errors
    /// `INVALID_OBSERVED_METRICS`, `DUPLICATED_METRICS_NAME`; what names and types raise.
    pub fn observe(&self, name: &str, metrics: Vec<Expr>) -> diag::Result<Self> {
        Ok(self.over(crate::plan::analysis::observe(self.id, name, metrics, Rc::clone(&self.plan), &self.analyzer)?))
    }

    pub(crate) fn over(&self, plan: Rc<Plan>) -> Self {
        Self::new(plan, &self.analyzer)
    }

    /// A frame over a relation of several, whose observed metrics must not clash.
    pub(crate) fn over_several(&self, plan: Rc<Plan>) -> diag::Result<Self> {
        crate::plan::analysis::check_metric_names(&plan)?;
        Ok(self.over(plan))
    }

    pub(crate) fn same_name(&self, a: &str, b: &str) -> bool {
        if self.analyzer.settings().case_sensitive { a == b } else { a.to_lowercase() == b.to_lowercase() }
    }
}

/// The parts of a dotted column name; backquotes keep dots inside a part: `UnresolvedAttribute.parseAttributeName`, leniently.
#[must_use]
pub(crate) fn split_name(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '`' if quoted && characters.peek() == Some(&'`') => {
                characters.next();
                parts.last_mut().map(|part| part.push('`')).unwrap_or_default();
            }
            '`' => quoted = !quoted,
            '.' if !quoted => parts.push(String::new()),
            other => parts.last_mut().map(|part| part.push(other)).unwrap_or_default(),
        }
    }
    parts
}
