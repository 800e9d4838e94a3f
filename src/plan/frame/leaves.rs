//! Frames that begin a query: a source, rows of the program, a range.

use crate::plan::Analyzer;
use crate::plan::Column;
use crate::plan::Frame;
use crate::plan::Node;
use crate::plan::Plan;
use crate::plan::Source;
use crate::plan::SourceSpec;
use crate::types::DataType;
use crate::types::Schema;
use arrow_array::ArrayRef;
use std::rc::Rc;

impl Frame {
    /// A source, streaming or not: `load()`. The schema's fields become nullable, as those of file sources do, if the caller made them so.
    #[must_use]
    pub fn source(spec: SourceSpec, analyzer: &Rc<Analyzer>) -> Self {
        let columns = analyzer.columns(&spec.schema);
        let ordinals = (0..columns.len()).collect();
        let source = Source { id: analyzer.fresh(), spec: Rc::new(spec), ordinals, pushed: Vec::new() };
        Self::new(Plan::new(Node::Source(source), columns), analyzer)
    }

    /// Rows at hand, one array a column: `createDataFrame`, a batch for `foreachBatch`.
    #[must_use]
    pub fn local(schema: &Schema, arrays: Vec<ArrayRef>, rows: usize, analyzer: &Rc<Analyzer>) -> Self {
        let columns = analyzer.columns(schema);
        Self::new(Plan::new(Node::LocalRelation { arrays, rows }, columns), analyzer)
    }

    /// `spark.range(start, end, step)`: the column `id`.
    #[must_use]
    pub fn range(start: i64, end: i64, step: i64, analyzer: &Rc<Analyzer>) -> Self {
        let id = Column::new(analyzer.fresh_column(), "id", DataType::Long, false);
        Self::new(Plan::new(Node::Range { start, end, step }, vec![id]), analyzer)
    }

    /// One row without columns: what `SELECT` without `FROM` reads.
    #[must_use]
    pub fn one_row(analyzer: &Rc<Analyzer>) -> Self {
        Self::new(Plan::new(Node::OneRowRelation, Vec::new()), analyzer)
    }
}
