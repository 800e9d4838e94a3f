//! The leaves of a query's tree in a batch: streaming sources between two offsets, batch relations whole.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::Int64Array;
use arrow_array::RecordBatch;

use super::catalog::Catalog;
use super::lower::StreamScan;
use super::lower::unsupported;
use super::query::SourceSlot;
use super::report::SourceReport;
use crate::connector::SourceRows;
use crate::diag::Result;
use crate::operator::BatchContext;
use crate::operator::Rows;
use crate::plan::Node;
use crate::plan::Plan;
use crate::types::Zone;
use crate::types::arrow::arrow_schema;
use crate::world::World;

/// What the sources gave to a batch.
pub struct Read {
    /// One for each source, in the order of the offset log.
    pub sources: Vec<SourceReport>,
    /// When each row arrived, over all sources; only while tracing.
    pub arrived_ms: Vec<i64>,
}

/// The leaves of one batch of a streaming query.
pub struct QueryLeaves<'a> {
    world: &'a mut dyn World,
    catalog: &'a mut Catalog,
    sources: &'a mut [SourceSlot],
    context: &'a BatchContext,
    statics: &'a mut BTreeMap<u64, Rows>,
    read: Vec<Option<Rows>>,
    input_rows: Vec<u64>,
    arrived_ms: Vec<i64>,
}

impl<'a> QueryLeaves<'a> {
    /// The leaves between each source's committed and available offset.
    pub fn new(
        world: &'a mut dyn World,
        catalog: &'a mut Catalog,
        sources: &'a mut [SourceSlot],
        statics: &'a mut BTreeMap<u64, Rows>,
        context: &'a BatchContext,
    ) -> Self {
        let count = sources.len();
        Self { world, catalog, sources, context, statics, read: vec![None; count], input_rows: vec![0; count], arrived_ms: Vec::new() }
    }

    /// The account of what was read.
    pub fn finish(self) -> Read {
        let text = |offset: &Option<crate::connector::Offset>| offset.as_ref().map(|offset| offset.0.clone());
        let report = |(slot, input_rows): (&SourceSlot, u64)| SourceReport {
            description: slot.source.description(),
            start: text(&slot.committed),
            end: text(&slot.available),
            latest: text(&slot.source.report_latest_offset()),
            metrics: slot.source.metrics(slot.available.as_ref()),
            input_rows,
        };
        Read { sources: self.sources.iter().zip(self.input_rows).map(report).collect(), arrived_ms: self.arrived_ms }
    }

    /// The rows of a source with their numbers among the batch's input rows.
    fn numbered(&mut self, rows: SourceRows) -> Rows {
        let origin = self.context.tracing.then(|| {
            let first = self.arrived_ms.len() as u32;
            let now_ms = self.context.now_us / 1000;
            self.arrived_ms.extend(rows.arrived_ms.unwrap_or_else(|| vec![now_ms; rows.rows]));
            (first..first + rows.rows as u32).collect::<Rc<[u32]>>()
        });
        Rows { ids: Rc::from([]), columns: rows.columns, rows: rows.rows, origin }
    }
}

impl super::run_tree::Leaves for QueryLeaves<'_> {
    fn stream(&mut self, scan: &StreamScan) -> Result<Rows> {
        if let Some(rows) = &self.read[scan.source] {
            return Ok(self.sources[scan.source].pick(rows, &scan.ordinals));
        }
        let slot = &mut self.sources[scan.source];
        if !slot.reads_once() {
            slot.source.set_filters(&slot.filters[scan.leaf]);
        }
        let rows = match &slot.available {
            Some(end) if slot.committed.as_ref() != Some(end) => {
                slot.source.batch(self.world, slot.committed.as_ref(), end, self.context.tracing)?
            }
            _ => slot.empty(),
        };
        let (reads_once, leaves) = (slot.reads_once(), slot.filters.len() as u64);
        self.input_rows[scan.source] += rows.input_rows * if reads_once { leaves } else { 1 };
        let rows = self.numbered(rows);
        let picked = self.sources[scan.source].pick(&rows, &scan.ordinals);
        if reads_once {
            self.read[scan.source] = Some(rows);
        }
        Ok(picked)
    }

    fn leave(&mut self, scan: &StreamScan, rows: usize) {
        self.input_rows[scan.source] = self.input_rows[scan.source].saturating_sub(rows as u64);
    }

    fn batch(&mut self, leaf: &Plan) -> Result<Rows> {
        let key = leaf.columns.first().map(|column| column.id.0).filter(|_| is_on_disk(leaf));
        if let Some(rows) = key.and_then(|key| self.statics.get(&key)) {
            return Ok(rows.clone());
        }
        let rows = read_batch(self.world, self.catalog, &self.context.zone, leaf)?;
        if let Some(key) = key {
            self.statics.insert(key, rows.clone());
        }
        Ok(rows)
    }
}

/// Whether a leaf reads files, whose list Spark makes once; Delta's log and a database are asked in each batch.
fn is_on_disk(leaf: &Plan) -> bool {
    matches!(&leaf.node, Node::Source(source) if !["memory", "kafka", "delta", "jdbc"].contains(&source.spec.format.as_str()))
}

/// The leaves of a batch query.
pub struct BatchLeaves<'a> {
    /// Where files lie.
    pub world: &'a mut dyn World,
    /// Where tables are.
    pub catalog: &'a Catalog,
    /// The session time zone.
    pub zone: &'a Zone,
}

impl super::run_tree::Leaves for BatchLeaves<'_> {
    fn stream(&mut self, _scan: &StreamScan) -> Result<Rows> {
        unreachable!("a batch query has no streaming source: it was refused before")
    }

    fn batch(&mut self, leaf: &Plan) -> Result<Rows> {
        read_batch(self.world, self.catalog, self.zone, leaf)
    }
}

/// All rows of a batch leaf.
fn read_batch(world: &mut dyn World, catalog: &Catalog, zone: &Zone, leaf: &Plan) -> Result<Rows> {
    let ids = leaf.columns.iter().map(|column| column.id).collect();
    let whole = |columns: Vec<ArrayRef>, rows: usize| Rows { ids, columns, rows, origin: None };
    Ok(match &leaf.node {
        Node::LocalRelation { arrays, rows } => whole(arrays.clone(), *rows),
        Node::OneRowRelation => whole(Vec::new(), 1),
        Node::Range { start, end, step } => {
            let values = Int64Array::from(range(*start, *end, *step));
            let rows = values.len();
            whole(vec![Arc::new(values)], rows)
        }
        Node::Source(source) if source.spec.format == "memory" => {
            let Some(table) = catalog.table(&source.spec.path) else {
                return Err(unsupported("a table that was dropped while a frame still reads it"));
            };
            let schema = table.rows.batches().first().map_or_else(|| arrow_schema(&table.rows.schema), RecordBatch::schema);
            let rows = kernel(arrow_select::concat::concat_batches(&schema, table.rows.batches()));
            let columns = source.ordinals.iter().map(|ordinal| Arc::clone(rows.column(*ordinal))).collect();
            whole(columns, rows.num_rows())
        }
        Node::Source(source) => {
            let rows = super::connect::read(world, leaf, source, zone)?;
            whole(rows.columns, rows.rows)
        }
        _ => unreachable!("only leaves are read"),
    })
}

fn range(start: i64, end: i64, step: i64) -> Vec<i64> {
    let mut values = Vec::new();
    let mut next = Some(start);
    while let Some(value) = next.filter(|value| if step > 0 { *value < end } else { *value > end }) {
        values.push(value);
        next = value.checked_add(step);
    }
    values
}

/// The result of an Arrow kernel on arrays of one schema.
fn kernel(result: std::result::Result<RecordBatch, arrow_schema::ArrowError>) -> RecordBatch {
    match result {
        Ok(batch) => batch,
        Err(error) => panic!("a table's batches differ in their schema: {error}"),
    }
}
