//! `df.na`: filling, dropping and replacing nulls and values.

use crate::diag;
use crate::expr::Expr;
use crate::plan::Column;
use crate::plan::Frame;
use crate::plan::analysis;
use crate::plan::errors;
use crate::types::DataType;
use crate::types::Value;

impl Frame {
    /// `df.fillna(value, subset)`: fills only columns of the value's kind (numbers, text, booleans).
    ///
    /// # Errors
    /// `UNRESOLVED_COLUMN.WITH_SUGGESTION` for a subset's column that is not there.
    pub fn fill(&self, value: &Value, subset: Option<&[String]>) -> diag::Result<Self> {
        let columns = self.subset(subset)?;
        let list = self.plan.columns.iter().map(|column| {
            let fits = columns.contains(&column.id) && fills(value, &column.data_type);
            if fits { filled(column, value) } else { analysis::exactly(column) }
        });
        self.select(list.collect())
    }

    /// `df.fillna({"column": value})`.
    ///
    /// # Errors
    /// `UNRESOLVED_COLUMN.WITH_SUGGESTION`.
    pub fn fill_map(&self, values: &[(String, Value)]) -> diag::Result<Self> {
        for (name, _) in values {
            self.subset(Some(std::slice::from_ref(name)))?;
        }
        let list = self.plan.columns.iter().map(|column| match values.iter().find(|(name, _)| self.same_name(name, &column.name)) {
            Some((_, value)) => filled(column, value),
            None => analysis::exactly(column),
        });
        self.select(list.collect())
    }

    /// `df.dropna`: keeps rows with at least so many values that are not null (and not NaN) among the columns; `how="any"` is all of them, `how="all"` is 1.
    ///
    /// # Errors
    /// `UNRESOLVED_COLUMN.WITH_SUGGESTION`.
    pub fn drop_nulls(&self, at_least: Option<usize>, subset: Option<&[String]>) -> diag::Result<Self> {
        let columns = self.subset(subset)?;
        let count = at_least.unwrap_or(columns.len());
        let number = |number: usize| Expr::Literal(Value::Integer(i32::try_from(number).unwrap_or(i32::MAX)), DataType::Integer);
        let meant = self.plan.columns.iter().filter(|column| columns.contains(&column.id));
        let counted = meant.map(|column| {
            let is_there = Expr::call("isnotnull", vec![nan_as_null(column)]);
            Expr::Case(vec![(is_there, number(1))], Some(Box::new(number(0))))
        });
        // Spark's AtLeastNNonNulls tells a source nothing of its columns, and so does this sum.
        let sum = counted.reduce(|sum, one| Expr::call("+", vec![sum, one])).unwrap_or_else(|| number(0));
        self.filter(Expr::call(">=", vec![sum, number(count)]))
    }

    /// `df.replace({old: new}, subset)`: in columns of the values' kind.
    ///
    /// # Errors
    /// `UNRESOLVED_COLUMN.WITH_SUGGESTION`.
    pub fn replace(&self, pairs: &[(Value, Value)], subset: Option<&[String]>) -> diag::Result<Self> {
        let columns = self.subset(subset)?;
        let list = self.plan.columns.iter().map(|column| {
            let fits = columns.contains(&column.id) && pairs.first().is_some_and(|(old, _)| fills(old, &column.data_type));
            if fits { replaced(column, pairs) } else { analysis::exactly(column) }
        });
        self.select(list.collect())
    }

    fn subset(&self, subset: Option<&[String]>) -> diag::Result<Vec<crate::expr::ColumnId>> {
        let Some(names) = subset else { return Ok(self.plan.columns.iter().map(|column| column.id).collect()) };
        let mut ids = Vec::new();
        for name in names {
            let found: Vec<&Column> = self.plan.columns.iter().filter(|column| self.same_name(&column.name, name)).collect();
            if found.is_empty() {
                return Err(errors::no_such_column(name, &self.schema()));
            }
            ids.extend(found.iter().map(|column| column.id));
        }
        Ok(ids)
    }
}

/// Whether a value of this kind fills a column of this type.
fn fills(value: &Value, data_type: &DataType) -> bool {
    match value {
        Value::Boolean(_) => *data_type == DataType::Boolean,
        Value::String(_) => *data_type == DataType::String,
        Value::Byte(_) | Value::Short(_) | Value::Integer(_) | Value::Long(_) | Value::Float(_) | Value::Double(_) => {
            matches!(
                data_type,
                DataType::Byte
                    | DataType::Short
                    | DataType::Integer
                    | DataType::Long
                    | DataType::Float
                    | DataType::Double
                    | DataType::Decimal(..)
            )
        }
        _ => false,
    }
}

/// `coalesce(column, CAST(value AS its type)) AS column`; NaN counts as null.
fn filled(column: &Column, value: &Value) -> Expr {
    let value = Expr::Cast(Box::new(literal(value)), column.data_type.clone(), false);
    let filled = Expr::call("coalesce", vec![nan_as_null(column), value]);
    Expr::Alias(Box::new(Expr::Cast(Box::new(filled), column.data_type.clone(), false)), vec![column.name.clone()])
}

/// The column, with null for NaN.
fn nan_as_null(column: &Column) -> Expr {
    match column.data_type {
        DataType::Float | DataType::Double => {
            Expr::call("nanvl", vec![analysis::exactly(column), Expr::Literal(Value::Null, column.data_type.clone())])
        }
        _ => analysis::exactly(column),
    }
}

/// `CASE WHEN column = old THEN new ... ELSE column END AS column`.
fn replaced(column: &Column, pairs: &[(Value, Value)]) -> Expr {
    let cast = |value: &Value| Expr::Cast(Box::new(literal(value)), column.data_type.clone(), false);
    let branch = |(old, new): &(Value, Value)| (Expr::call("=", vec![analysis::exactly(column), cast(old)]), cast(new));
    let case = Expr::Case(pairs.iter().map(branch).collect(), Some(Box::new(analysis::exactly(column))));
    Expr::Alias(Box::new(case), vec![column.name.clone()])
}

fn literal(value: &Value) -> Expr {
    Expr::Literal(value.clone(), type_of(value))
}

/// The type of a plain value of the program.
pub(super) fn type_of(value: &Value) -> DataType {
    match value {
        Value::Boolean(_) => DataType::Boolean,
        Value::Byte(_) => DataType::Byte,
        Value::Short(_) => DataType::Short,
        Value::Integer(_) => DataType::Integer,
        Value::Long(_) => DataType::Long,
        Value::Float(_) => DataType::Float,
        Value::Double(_) => DataType::Double,
        Value::Decimal(_, precision, scale) => DataType::Decimal(*precision, *scale),
        Value::String(_) => DataType::String,
        Value::Date(_) => DataType::Date,
        Value::Timestamp(_) => DataType::Timestamp,
        _ => DataType::Null,
    }
}
