//! Running a tree of operators over one batch.

use super::lower::StreamScan;
use super::lower::Task;
use super::lower::Tree;
use crate::diag::Result;
use crate::operator::BatchContext;
use crate::operator::EventTimeWatermark;
use crate::operator::Memory;
use crate::operator::Operator;
use crate::operator::OperatorReport;
use crate::operator::Rows;
use crate::plan::Plan;

/// Where the leaves' rows come from.
pub trait Leaves {
    /// The batch's rows of a streaming source, as one leaf reads them.
    ///
    /// # Errors
    /// What the source raises.
    fn stream(&mut self, scan: &StreamScan) -> Result<Rows>;

    /// All rows of a batch leaf.
    ///
    /// # Errors
    /// Files that are gone or malformed.
    fn batch(&mut self, leaf: &Plan) -> Result<Rows>;

    /// Notes that the last so many rows of the leaf's source were never asked for.
    fn leave(&mut self, _scan: &StreamScan, _rows: usize) {}
}

/// A leaf's rows, or the first of them, read already.
struct Given(Rows);

impl Leaves for Given {
    fn stream(&mut self, _scan: &StreamScan) -> Result<Rows> {
        Ok(self.0.clone())
    }

    fn batch(&mut self, _leaf: &Plan) -> Result<Rows> {
        Ok(self.0.clone())
    }
}

/// An operator's report with its place in the tree.
#[derive(Debug)]
pub struct Line {
    /// 0 for the root.
    pub depth: usize,
    /// What it reported.
    pub report: OperatorReport,
}

impl Tree {
    /// Runs the tree; gives the root's rows, and the operators' reports, root first.
    ///
    /// # Errors
    /// What operators and leaves raise.
    pub fn run(&mut self, leaves: &mut dyn Leaves, context: &BatchContext) -> Result<(Rows, Vec<Line>)> {
        let mut lines = Vec::new();
        let rows = self.run_at(None, 0, leaves, context, &mut lines)?;
        Ok((rows, lines))
    }

    /// Runs a node; `asked` is how many rows a limit above asks it for.
    fn run_at(
        &mut self,
        asked: Option<usize>,
        depth: usize,
        leaves: &mut dyn Leaves,
        context: &BatchContext,
        lines: &mut Vec<Line>,
    ) -> Result<Rows> {
        if let Some(count) = asked.filter(|_| self.children.len() < 2) {
            return self.run_for(count, depth, leaves, context, lines);
        }
        let place = lines.len();
        lines.push(Line { depth, report: OperatorReport::default() });
        let asked = self.asks_for.or(asked);
        let input = |child: &mut Self| child.run_at(asked, depth + 1, leaves, context, lines);
        let inputs = self.children.iter_mut().map(input).collect::<Result<Vec<_>>>()?;
        let mut report = OperatorReport { rows_in: inputs.iter().map(|input| input.rows as u64).sum(), ..OperatorReport::default() };
        let rows = match &mut self.task {
            Task::Run(operator) => {
                report.name = operator.name().to_owned();
                let seen =
                    |watermark_us: Option<i64>| watermark_us.and_then(|watermark_us| input_watermark_us(&self.children, watermark_us));
                let context = BatchContext { late_us: seen(context.late_us), evict_us: seen(context.evict_us), ..context.clone() };
                operator.process(inputs, &context, &mut report)?
            }
            Task::Stream(scan) => {
                report.name = "StreamingRelation".to_owned();
                leaves.stream(scan)?.renamed(&self.columns)
            }
            Task::Static(leaf) => {
                report.name = "LogicalRelation".to_owned();
                leaves.batch(leaf)?
            }
        };
        report.rows_out = rows.rows as u64;
        lines[place].report = report;
        Ok(rows)
    }

    /// Runs a chain that computes row by row on as many of its source's rows as it takes to make `count` of its own.
    fn run_for(
        &mut self,
        count: usize,
        depth: usize,
        leaves: &mut dyn Leaves,
        context: &BatchContext,
        lines: &mut Vec<Line>,
    ) -> Result<Rows> {
        let mut leaf = &*self;
        while let [child] = leaf.children.as_slice() {
            leaf = child;
        }
        let (scan, rows) = match &leaf.task {
            Task::Stream(scan) => (Some(scan.clone()), leaves.stream(scan)?),
            Task::Static(leaf) => (None, leaves.batch(leaf)?),
            Task::Run(_) => return self.run_at(None, depth, leaves, context, lines),
        };
        let (mut few, mut enough) = (0, rows.rows);
        while few < enough {
            let middle = usize::midpoint(few, enough);
            let made = self.run_at(None, 0, &mut Given(rows.head(middle)), context, &mut Vec::new());
            // A row that fails is a row that was asked for.
            if made.is_ok_and(|made| made.rows < count) { few = middle + 1 } else { enough = middle }
        }
        if let Some(scan) = scan {
            leaves.leave(&scan, rows.rows - enough);
        }
        self.run_at(None, depth, &mut Given(rows.head(enough)), context, lines)
    }

    /// Calls `visit` with every operator, root first.
    pub fn for_each_operator(&mut self, visit: &mut dyn FnMut(&mut dyn Operator)) {
        if let Task::Run(operator) = &mut self.task {
            visit(&mut **operator);
        }
        for child in &mut self.children {
            child.for_each_operator(visit);
        }
    }

    /// Calls `visit` with every operator that keeps state and its number, root first: the order of Spark's operator numbers.
    pub fn for_each_stateful(&mut self, number: &mut u64, visit: &mut dyn FnMut(u64, &mut dyn Operator)) {
        if let Task::Run(operator) = &mut self.task
            && !operator.memories().is_empty()
        {
            visit(*number, &mut **operator);
            *number += 1;
        }
        for child in &mut self.children {
            child.for_each_stateful(number, visit);
        }
    }

    /// Calls `visit` with every operator's stores and the operator's number, root first: the order of Spark's operator numbers.
    pub fn for_each_state(&mut self, visit: &mut dyn FnMut(u64, Vec<&mut Memory>)) {
        self.for_each_state_from(&mut 0, visit);
    }

    fn for_each_state_from(&mut self, number: &mut u64, visit: &mut dyn FnMut(u64, Vec<&mut Memory>)) {
        if let Task::Run(operator) = &mut self.task {
            let memories = operator.memories();
            if !memories.is_empty() {
                visit(*number, memories);
                *number += 1;
            }
        }
        for child in &mut self.children {
            child.for_each_state_from(number, visit);
        }
    }

    /// The watermark of what the node emits while the query's is this, microseconds; none where no watermark lies below.
    fn output_watermark_us(&self, global_us: i64) -> Option<i64> {
        match &self.task {
            Task::Run(operator) if operator.name() == EventTimeWatermark::NAME => Some(global_us),
            Task::Run(operator) => input_watermark_us(&self.children, global_us).map(|input_us| operator.output_watermark_us(input_us)),
            Task::Stream(..) | Task::Static(_) => None,
        }
    }

    /// Whether any operator, in this mode, wants a batch without data once the watermark has moved.
    #[must_use]
    pub fn wants_batch_for_watermark(&self, mode: crate::plan::OutputMode) -> bool {
        let own = match &self.task {
            Task::Run(operator) => self.has_watermark && operator.wants_batch_for_watermark(mode),
            Task::Stream(..) | Task::Static(_) => false,
        };
        own || self.children.iter().any(|child| child.wants_batch_for_watermark(mode))
    }
}

/// A node's input watermark: the smallest of those of its inputs that have one. Spark's `PropagateWatermarkSimulator`.
fn input_watermark_us(children: &[Tree], global_us: i64) -> Option<i64> {
    children.iter().filter_map(|child| child.output_watermark_us(global_us)).min()
}
