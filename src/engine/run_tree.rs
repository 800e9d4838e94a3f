//! Running a tree of operators over one batch.

use super::lower::Task;
use super::lower::Tree;
use crate::diag::Result;
use crate::operator::BatchContext;
use crate::operator::Memory;
use crate::operator::OperatorReport;
use crate::operator::Rows;
use crate::plan::Plan;

/// Where the leaves' rows come from.
pub trait Leaves {
    /// The batch's rows of the streaming source of this number, the columns at these places of the source's schema.
    ///
    /// # Errors
    /// What the source raises.
    fn stream(&mut self, source: usize, ordinals: &[usize]) -> Result<Rows>;

    /// All rows of a batch leaf.
    ///
    /// # Errors
    /// Files that are gone or malformed.
    fn batch(&mut self, leaf: &Plan) -> Result<Rows>;
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
        let rows = self.run_at(0, leaves, context, &mut lines)?;
        Ok((rows, lines))
    }

    fn run_at(&mut self, depth: usize, leaves: &mut dyn Leaves, context: &BatchContext, lines: &mut Vec<Line>) -> Result<Rows> {
        let place = lines.len();
        lines.push(Line { depth, report: OperatorReport::default() });
        let inputs = self.children.iter_mut().map(|child| child.run_at(depth + 1, leaves, context, lines)).collect::<Result<Vec<_>>>()?;
        let mut report = OperatorReport { rows_in: inputs.iter().map(|input| input.rows as u64).sum(), ..OperatorReport::default() };
        let rows = match &mut self.task {
            Task::Run(operator) => {
                report.name = operator.name().to_owned();
                let seen = |watermark_us: Option<i64>| watermark_us.filter(|_| self.has_watermark);
                let context = BatchContext { late_us: seen(context.late_us), evict_us: seen(context.evict_us), ..context.clone() };
                operator.process(inputs, &context, &mut report)?
            }
            Task::Stream(source, ordinals) => {
                report.name = "StreamingRelation".to_owned();
                leaves.stream(*source, ordinals)?.renamed(&self.columns)
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

    /// Calls `visit` with every operator's state, root first: the order of Spark's operator numbers.
    pub fn for_each_memory(&mut self, visit: &mut dyn FnMut(&mut Memory)) {
        if let Task::Run(operator) = &mut self.task
            && let Some(memory) = operator.memory()
        {
            visit(memory);
        }
        for child in &mut self.children {
            child.for_each_memory(visit);
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
