//! CollectMetrics: keeps nothing between batches, passes rows on and reports aggregates of them, anew in each batch.

use super::Aggregate;
use super::AggregateSpec;
use super::BatchContext;
use super::Observed;
use super::Operator;
use super::OperatorReport;
use super::Project;
use super::Rows;
use crate::diag::Result;
use crate::expr::ColumnId;
use crate::expr::Typed;
use crate::types::Schema;
use crate::types::Value;
use crate::types::arrow::value_at;

/// Follows the metrics of one `observe`.
#[derive(Debug)]
pub struct CollectMetrics {
    frame: u64,
    name: String,
    schema: Schema,
    calls: Aggregate,
    metrics: Project,
}

impl CollectMetrics {
    /// The observed frame, the name, its calls (without keys), its metrics over them, and their names and types.
    #[must_use]
    pub fn new(frame: u64, name: String, calls: AggregateSpec, metrics: Vec<(ColumnId, Typed)>, schema: Schema) -> Self {
        Self { frame, name, schema, calls: Aggregate::in_one_go(calls), metrics: Project::new(metrics) }
    }

    fn values(&mut self, rows: Rows, context: &BatchContext) -> Result<Vec<Value>> {
        // The report of an aggregation by itself is nobody's.
        let mut own = OperatorReport::default();
        let results = self.calls.process(vec![rows], context, &mut own)?;
        let metrics = self.metrics.process(vec![results], context, &mut own)?;
        Ok(metrics.columns.iter().zip(&self.schema.fields).map(|(column, field)| value_at(column, 0, &field.data_type)).collect())
    }
}

impl Operator for CollectMetrics {
    fn name(&self) -> &'static str {
        "CollectMetrics"
    }

    fn process(&mut self, inputs: Vec<Rows>, context: &BatchContext, report: &mut OperatorReport) -> Result<Rows> {
        let [rows] = super::only(inputs);
        let values = self.values(rows.clone(), context)?;
        let of_nothing = self.values(rows.head(0), context)?;
        report.observed = Some(Observed { frame: self.frame, name: self.name.clone(), schema: self.schema.clone(), values, of_nothing });
        Ok(rows)
    }
}
