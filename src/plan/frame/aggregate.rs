//! Grouping: `groupBy(...)` with what follows it.

use crate::diag;
use crate::diag::Diagnostic;
use crate::expr::Expr;
use crate::plan::Frame;
use crate::plan::GroupBy;
use crate::plan::analysis;
use crate::plan::errors;
use crate::plan::names::Names;
use crate::types::DataType;
use crate::types::Value;
use std::rc::Rc;

impl Frame {
    /// `df.groupBy(keys).agg(aggregates)`; without keys `df.agg(aggregates)`. The result has the keys, then the aggregates.
    ///
    /// # Errors
    /// What names, types and windows raise; `MISSING_AGGREGATION`; `_LEGACY_ERROR_TEMP_1039` for two windows.
    pub fn aggregate(&self, by: impl Into<GroupBy>, aggregates: Vec<Expr>) -> diag::Result<Self> {
        Ok(self.over(analysis::aggregate(by.into(), aggregates, Rc::clone(&self.plan), &self.analyzer)?))
    }

    /// `df.groupBy(keys).count()`.
    ///
    /// # Errors
    /// As [`Frame::aggregate`].
    pub fn count_by(&self, by: impl Into<GroupBy>) -> diag::Result<Self> {
        let one = Expr::Literal(Value::Integer(1), DataType::Integer);
        self.aggregate(by, vec![Expr::Alias(Box::new(Expr::call("count", vec![one])), vec!["count".to_owned()])])
    }

    /// `df.groupBy(keys).sum("a", "b")` and `avg`, `mean`, `min`, `max`: of these columns, or of all numeric ones that are no keys.
    ///
    /// # Errors
    /// `_LEGACY_ERROR_TEMP_1323` for a column that is not numeric; as [`Frame::aggregate`].
    pub fn aggregate_numeric(&self, by: impl Into<GroupBy>, function: &str, columns: &[String]) -> diag::Result<Self> {
        let function = if function == "mean" { "avg" } else { function };
        let by = by.into();
        let meant = if columns.is_empty() { self.numeric_beside(&by.keys) } else { self.numeric_named(columns)? };
        let calls = meant.into_iter().map(|column| Expr::call(function, vec![column])).collect();
        self.aggregate(by, calls)
    }

    fn numeric_beside(&self, keys: &[Expr]) -> Vec<Expr> {
        let grouped = analysis::columns_meant(keys, &self.plan, &self.analyzer);
        let numeric = self.plan.columns.iter().filter(|column| column.data_type.is_numeric() && !grouped.contains(&column.id));
        numeric.map(analysis::exactly).collect()
    }

    fn numeric_named(&self, columns: &[String]) -> diag::Result<Vec<Expr>> {
        let names = Names::of(&[&self.plan], &self.analyzer);
        let mut meant = Vec::new();
        for name in columns {
            let column = self.column(name)?;
            let typed = crate::expr::resolve(&column, &names, &self.analyzer.settings())?;
            if !typed.data_type.is_numeric() {
                let text = format!("\"{name}\" is not a numeric column. Aggregation function can only be applied on a numeric column.");
                return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1323", text, ""));
            }
            meant.push(column);
        }
        Ok(meant)
    }

    /// `df.groupBy(keys).agg({"column": "function"})`, in the order of the JVM's hash map.
    ///
    /// # Errors
    /// As [`Frame::aggregate`]; `UNRESOLVED_ROUTINE`.
    pub fn aggregate_map(&self, by: impl Into<GroupBy>, functions: &[(String, String)]) -> diag::Result<Self> {
        let entries = crate::plan::aggregation::in_hash_map_order(functions);
        let mut calls = Vec::new();
        for (column, function) in entries {
            let argument = if column == "*" { None } else { Some(self.column(&column)?) };
            calls.push(crate::plan::aggregation::call_by_name(argument, &function));
        }
        self.aggregate(by, calls)
    }

    /// `df.groupBy(keys).pivot(column, values).agg(aggregates)`: a column for each value (and aggregate). Without values a stream refuses it,
    /// and for a batch the caller must first collect the distinct values of the column, sorted.
    ///
    /// # Errors
    /// `_LEGACY_ERROR_TEMP_3063`; as [`Frame::aggregate`].
    pub fn pivot(&self, keys: Vec<Expr>, column: Expr, values: Option<Vec<Value>>, aggregates: Vec<Expr>) -> diag::Result<Self> {
        let Some(values) = values else {
            return Err(match self.is_streaming() {
                true => Diagnostic::analysis("_LEGACY_ERROR_TEMP_3063", "pivot is not supported on a streaming DataFrames/Datasets", ""),
                false => errors::unknown_to_us("pivot without a list of values"),
            });
        };
        let mut inner_keys = keys.clone();
        inner_keys.push(Expr::Alias(Box::new(column), vec!["__pivot".to_owned()]));
        let inner = self.aggregate(inner_keys, aggregates)?;
        let (grouped, results) = inner.plan.columns.split_at(keys.len());
        let [pivoted, results @ ..] = results else { unreachable!("the pivoted column is the last key") };
        let mut outputs = Vec::new();
        for value in &values {
            let literal = Expr::Literal(value.clone(), crate::plan::frame::nulls::type_of(value));
            let matches = Expr::call("<=>", vec![analysis::exactly(pivoted), literal]);
            for result in results {
                let chosen = Expr::Case(vec![(matches.clone(), analysis::exactly(result))], None);
                // A group holds one row for each value, so that the first one that is there is the only one.
                let first = Expr::call("first", vec![chosen, Expr::Literal(Value::Boolean(true), DataType::Boolean)]);
                let name = pivot_name(value);
                let name = if results.len() == 1 { name } else { format!("{name}_{}", result.name) };
                outputs.push(Expr::Alias(Box::new(first), vec![name]));
            }
        }
        inner.aggregate(grouped.iter().map(analysis::exactly).collect::<Vec<_>>(), outputs)
    }
}

/// The name of a pivoted value's column: the value as text.
fn pivot_name(value: &Value) -> String {
    let data_type = crate::plan::frame::nulls::type_of(value);
    let text = crate::types::display::cast_string(value, &data_type, &crate::types::Zone::utc());
    text.unwrap_or_else(|| "null".to_owned())
}
