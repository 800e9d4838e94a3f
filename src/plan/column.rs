//! A column of a relation: what a name in a program comes to mean.

use crate::expr::ColumnId;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::types::DataType;
use crate::types::Field;

/// One output column of a relation: Spark's `AttributeReference` with the metadata that streaming needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its identity, kept through filters, projections of the bare column, sorts, unions' first inputs.
    pub id: ColumnId,
    /// The name as written where it was made or last selected.
    pub name: String,
    /// The type of its values.
    pub data_type: DataType,
    /// Whether it may be null.
    pub nullable: bool,
    /// The alias or table name by which it can be qualified (`a.x`); empty without one.
    pub qualifier: Vec<String>,
    /// The delay in milliseconds where this is an event-time column: `spark.watermarkDelayMs`.
    pub watermark_delay_ms: Option<i64>,
    /// Whether it is a window made by `window` or `session_window`: `spark.timeWindow`, `spark.sessionWindow`.
    pub window: WindowKind,
    /// For a struct of a window that stands for a watermark nothing more; true for `_metadata`-like columns that `*` leaves out.
    pub hidden: bool,
}

/// Which window function made a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WindowKind {
    /// No window function.
    #[default]
    None,
    /// `window`.
    Time,
    /// `session_window`.
    Session,
}

/// An expression with the column that it makes: Spark's `Alias` (or a bare attribute, where the id is the expression's own).
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// The column made.
    pub column: Column,
    /// What computes it over the child's columns.
    pub expr: Typed,
}

impl Column {
    /// Spark's metadata of the column, a JSON object: whether it is a window, and its watermark's delay.
    #[must_use]
    pub fn metadata_json(&self) -> String {
        let window = match self.window {
            WindowKind::None => None,
            WindowKind::Time => Some("\"spark.timeWindow\":true".to_owned()),
            WindowKind::Session => Some("\"spark.sessionWindow\":true".to_owned()),
        };
        let delay = self.watermark_delay_ms.map(|delay_ms| format!("\"spark.watermarkDelayMs\":{delay_ms}"));
        format!("{{{}}}", window.into_iter().chain(delay).collect::<Vec<_>>().join(","))
    }

    /// A column without qualifier and metadata.
    #[must_use]
    pub fn new(id: ColumnId, name: impl Into<String>, data_type: DataType, nullable: bool) -> Self {
        Self {
            id,
            name: name.into(),
            data_type,
            nullable,
            qualifier: Vec::new(),
            watermark_delay_ms: None,
            window: WindowKind::None,
            hidden: false,
        }
    }

    /// The expression that reads it.
    #[must_use]
    pub fn typed(&self) -> Typed {
        Typed { kind: TypedKind::Column(self.id), data_type: self.data_type.clone(), nullable: self.nullable }
    }

    /// It as a field of a schema.
    #[must_use]
    pub fn field(&self) -> Field {
        Field { name: self.name.clone(), data_type: self.data_type.clone(), nullable: self.nullable }
    }

    /// Its name with its qualifier, quoted as errors show it: `` `a`.`id` ``.
    #[must_use]
    pub fn quoted(&self) -> String {
        let parts: Vec<String> = self.qualifier.iter().chain([&self.name]).map(|part| quote(part)).collect();
        parts.join(".")
    }
}

impl Named {
    /// The column itself, unchanged.
    #[must_use]
    pub fn pass(column: &Column) -> Self {
        Self { column: column.clone(), expr: column.typed() }
    }

    /// Whether it only passes a column on under its own id.
    #[must_use]
    pub fn is_pass(&self) -> bool {
        self.expr.kind == TypedKind::Column(self.column.id)
    }
}

/// A name part in backquotes, inner backquotes doubled.
#[must_use]
pub fn quote(part: &str) -> String {
    format!("`{}`", part.replace('`', "``"))
}
