//! Which column is event time for an operator: Spark's `WatermarkSupport`.

use crate::diag;
use crate::diag::Diagnostic;
use crate::expr::ColumnId;
use crate::plan::Column;
use crate::plan::Plan;
use crate::types::DataType;

/// The event-time column among some columns. State and late rows are judged by it: at or below the watermark is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventTime {
    /// The column.
    pub column: ColumnId,
    /// Its place among the columns asked about.
    pub ordinal: usize,
    /// Whether it is a window, of which the end counts; otherwise it is a timestamp.
    pub is_window: bool,
    /// Its watermark's delay, in milliseconds.
    pub delay_ms: i64,
}

impl EventTime {
    /// The event-time column among these: the first one that a watermark marks.
    #[must_use]
    pub fn first<'a>(columns: impl IntoIterator<Item = &'a Column>) -> Option<Self> {
        columns.into_iter().enumerate().find_map(|(ordinal, column)| {
            let is_window = matches!(column.data_type, DataType::Struct(_));
            column.watermark_delay_ms.map(|delay_ms| Self { column: column.id, ordinal, is_window, delay_ms })
        })
    }

    /// The only event-time column of an operator's input: `findEventTimeColumn`.
    ///
    /// # Errors
    /// `MULTIPLE_EVENT_TIME_COLUMNS` where a join or a select left two different ones.
    pub fn only(plan: &Plan) -> diag::Result<Option<Self>> {
        let marked: Vec<&Column> = plan.columns.iter().filter(|column| column.watermark_delay_ms.is_some()).collect();
        if marked.iter().any(|column| column.id != marked[0].id) {
            let shown = |column: &&Column| format!("{}#{}-T{}ms", column.name, column.id.0, column.watermark_delay_ms.unwrap_or(0));
            let names = marked.iter().map(shown).collect::<Vec<_>>().join(",");
            let text = format!(
                "More than one event time columns are available. Please ensure there is at most one event time column per stream. event time columns: ({names})"
            );
            return Err(Diagnostic::analysis("MULTIPLE_EVENT_TIME_COLUMNS", text, "42K09"));
        }
        Ok(Self::first(&plan.columns))
    }
}

impl Plan {
    /// The streaming sources below, left to right, each leaf once: what the offsets of a query stand for.
    #[must_use]
    pub fn sources(&self) -> Vec<&crate::plan::Source> {
        let mut sources: Vec<&crate::plan::Source> = Vec::new();
        self.for_each_up(&mut |plan| {
            if let crate::plan::Node::Source(source) = &plan.node
                && source.spec.streaming
                && !sources.iter().any(|known| known.id == source.id)
            {
                sources.push(source);
            }
        });
        sources
    }
}
