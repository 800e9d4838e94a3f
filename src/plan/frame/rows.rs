//! Methods that keep, order and mark rows.

use crate::diag;
use crate::expr::Expr;
use crate::expr::SortKey;
use crate::plan::Frame;
use crate::plan::Node;
use crate::plan::Plan;
use crate::plan::analysis;
use crate::plan::errors;
use crate::types::DataType;
use std::rc::Rc;

impl Frame {
    /// `df.filter(condition)`, `df.where(condition)`. A column that the last projection dropped can still be named.
    ///
    /// # Errors
    /// What names and types raise; a condition that is no boolean.
    pub fn filter(&self, condition: Expr) -> diag::Result<Self> {
        Ok(self.over(analysis::filter(condition, Rc::clone(&self.plan), &self.analyzer)?))
    }

    /// `df.withWatermark(column, delay)`.
    ///
    /// # Errors
    /// `CANNOT_PARSE_INTERVAL`, a negative delay, an unknown column, `EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE`.
    pub fn with_watermark(&self, column: &str, delay: &str) -> diag::Result<Self> {
        Ok(self.over(analysis::watermark(column, delay, Rc::clone(&self.plan), &self.analyzer)?))
    }

    /// `df.dropDuplicates(subset)`; without a subset by all columns.
    ///
    /// # Errors
    /// `UNRESOLVED_COLUMN_AMONG_FIELD_NAMES`.
    pub fn drop_duplicates(&self, subset: Option<&[String]>) -> diag::Result<Self> {
        self.deduplicate(subset, false)
    }

    /// `df.dropDuplicatesWithinWatermark(subset)`.
    ///
    /// # Errors
    /// `UNRESOLVED_COLUMN_AMONG_FIELD_NAMES`.
    pub fn drop_duplicates_within_watermark(&self, subset: Option<&[String]>) -> diag::Result<Self> {
        self.deduplicate(subset, true)
    }

    /// `df.distinct()`: `dropDuplicates` by all columns.
    #[must_use]
    pub fn distinct(&self) -> Self {
        let keys = self.plan.columns.iter().map(|column| column.id).collect();
        let node = Node::Deduplicate { keys, within_watermark: false, child: Rc::clone(&self.plan) };
        self.over(Plan::new(node, self.plan.columns.clone()))
    }

    fn deduplicate(&self, subset: Option<&[String]>, within_watermark: bool) -> diag::Result<Self> {
        let mut keys = Vec::new();
        match subset {
            None => keys.extend(self.plan.columns.iter().map(|column| column.id)),
            Some(names) => {
                for name in names {
                    let found = self.plan.columns.iter().filter(|column| self.same_name(&column.name, name));
                    let before = keys.len();
                    keys.extend(found.map(|column| column.id).filter(|id| !keys.contains(id)).collect::<Vec<_>>());
                    if keys.len() == before && !self.plan.columns.iter().any(|column| self.same_name(&column.name, name)) {
                        return Err(errors::not_among(name, &self.schema()));
                    }
                }
            }
        }
        if let Some(column) = self.plan.columns.iter().find(|column| keys.contains(&column.id) && has_map(&column.data_type)) {
            return Err(errors::map_in_set_operation(&column.name, &column.data_type));
        }
        let node = Node::Deduplicate { keys, within_watermark, child: Rc::clone(&self.plan) };
        Ok(self.over(Plan::new(node, self.plan.columns.clone())))
    }

    /// `df.orderBy(...)`, `df.sort(...)`. A column that the last projection dropped can still be named.
    ///
    /// # Errors
    /// What names and types raise; a type without order.
    pub fn sort(&self, keys: Vec<SortKey>) -> diag::Result<Self> {
        Ok(self.over(analysis::sort(keys, true, Rc::clone(&self.plan), &self.analyzer)?))
    }

    /// `df.sortWithinPartitions(...)`.
    ///
    /// # Errors
    /// As [`Frame::sort`].
    pub fn sort_within_partitions(&self, keys: Vec<SortKey>) -> diag::Result<Self> {
        Ok(self.over(analysis::sort(keys, false, Rc::clone(&self.plan), &self.analyzer)?))
    }

    /// `df.limit(count)`.
    ///
    /// # Errors
    /// `INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE`.
    pub fn limit(&self, count: i64) -> diag::Result<Self> {
        let count = analysis::row_count("limit", count)?;
        Ok(self.over(Plan::new(Node::Limit { count, child: Rc::clone(&self.plan) }, self.plan.columns.clone())))
    }

    /// `df.offset(count)`.
    ///
    /// # Errors
    /// `INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE`.
    pub fn offset(&self, count: i64) -> diag::Result<Self> {
        let count = analysis::row_count("offset", count)?;
        Ok(self.over(Plan::new(Node::Offset { count, child: Rc::clone(&self.plan) }, self.plan.columns.clone())))
    }

    /// `df.sample(withReplacement, fraction, seed)`.
    #[must_use]
    pub fn sample(&self, with_replacement: bool, fraction: f64, seed: i64) -> Self {
        let node = Node::Sample { fraction, with_replacement, seed, child: Rc::clone(&self.plan) };
        self.over(Plan::new(node, self.plan.columns.clone()))
    }
}

fn has_map(data_type: &DataType) -> bool {
    match data_type {
        DataType::Map(..) => true,
        DataType::Array(element, _) => has_map(element),
        DataType::Struct(fields) => fields.iter().any(|field| has_map(&field.data_type)),
        _ => false,
    }
}
