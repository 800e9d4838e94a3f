//! Arbitrary state: `groupBy(...).transformWithState(...)`.

use crate::diag;
use crate::diag::Diagnostic;
use crate::expr::ColumnId;
use crate::expr::Expr;
use crate::plan::Frame;
use crate::plan::Node;
use crate::plan::OutputMode;
use crate::plan::Plan;
use crate::plan::Processor;
use crate::plan::TimeMode;
use crate::plan::TransformWithState;
use crate::plan::analysis;
use crate::types::Schema;
use std::rc::Rc;

/// A frame with its grouping keys: what a stateful processor reads.
#[derive(Clone, Debug)]
pub struct Keyed {
    /// The frame.
    pub frame: Frame,
    /// The keys.
    pub keys: Vec<ColumnId>,
}

/// How `transformWithState` was called, besides its processor and its input.
#[derive(Clone, Debug)]
pub struct StateSpec {
    /// The rows that the processor yields.
    pub output: Schema,
    /// The output mode that it was given.
    pub output_mode: OutputMode,
    /// By what time its timers and lives are measured.
    pub time_mode: TimeMode,
    /// The column of the output that holds the event time from here on.
    pub event_time_column: Option<String>,
    /// What its state begins with.
    pub initial: Option<Keyed>,
}

impl Keyed {
    /// The schema of the keys.
    #[must_use]
    pub fn key_schema(&self) -> Schema {
        let columns = self.keys.iter().filter_map(|key| self.frame.plan.column(*key));
        Schema { fields: columns.map(crate::plan::Column::field).collect() }
    }
}

impl Frame {
    /// The frame grouped by these keys, each of them a column: Spark looks for an expression as for a column of its name.
    ///
    /// # Errors
    /// `UNRESOLVED_COLUMN.WITH_SUGGESTION` for a key that is no column.
    pub fn keyed(&self, keys: &[Expr]) -> diag::Result<Keyed> {
        let mut ids = Vec::new();
        for key in keys {
            let meant = analysis::columns_meant(std::slice::from_ref(key), &self.plan, &self.analyzer);
            match meant.first() {
                Some(id) if !matches!(key.bare(), Expr::Alias(..)) => ids.push(*id),
                _ => {
                    let columns: Vec<_> = self.plan.columns.iter().collect();
                    return Err(crate::plan::errors::unresolved_column(&[written(key)], &columns));
                }
            }
        }
        Ok(Keyed { frame: self.clone(), keys: ids })
    }
}

/// An expression as Spark prints it before it is analysed: names and functions behind a tick.
fn written(expr: &Expr) -> String {
    match expr.bare() {
        Expr::Alias(_, names) => names.first().cloned().unwrap_or_default(),
        Expr::Name(parts) => parts.last().cloned().unwrap_or_default(),
        Expr::Call { name, arguments, .. } => {
            let argument = |argument: &Expr| match argument.bare() {
                Expr::Name(parts) => format!("'{}", parts.join(".")),
                other => written(other),
            };
            format!("'{name}({})", arguments.iter().map(argument).collect::<Vec<_>>().join(", "))
        }
        other => crate::expr::pretty_name(other),
    }
}

impl Keyed {
    /// `transformWithState`: the rows that the processor yields.
    ///
    /// # Errors
    /// An event-time column that is not there.
    pub fn transform_with_state(&self, processor: Processor, spec: StateSpec) -> diag::Result<Frame> {
        let mut columns = self.frame.analyzer.columns(&spec.output);
        if let Some(name) = &spec.event_time_column {
            let delay_ms = self.frame.plan.columns.iter().find_map(|column| column.watermark_delay_ms);
            if delay_ms.is_none() {
                let text = "Watermark needs to be defined to reassign event time column. Failed to find watermark definition in the streaming query.";
                return Err(Diagnostic::analysis("CANNOT_ASSIGN_EVENT_TIME_COLUMN_WITHOUT_WATERMARK", text, "42611"));
            }
            let Some(column) = columns.iter_mut().find(|column| self.frame.same_name(&column.name, name)) else {
                return Err(crate::plan::errors::unresolved_column(std::slice::from_ref(name), &columns.iter().collect::<Vec<_>>()));
            };
            if column.data_type == crate::types::DataType::Timestamp {
                column.watermark_delay_ms = delay_ms;
            }
        }
        let (initial, initial_keys) = match spec.initial {
            Some(initial) => (Some(Rc::clone(&initial.frame.plan)), initial.keys),
            None => (None, Vec::new()),
        };
        let node = TransformWithState {
            processor,
            keys: self.keys.clone(),
            output_mode: spec.output_mode,
            time_mode: spec.time_mode,
            has_event_time_column: spec.event_time_column.is_some(),
            initial_keys,
            initial,
            child: Rc::clone(&self.frame.plan),
        };
        Ok(self.frame.over(Plan::new(Node::TransformWithState(node), columns)))
    }
}
