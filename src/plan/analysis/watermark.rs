//! `withWatermark`: the relation that marks the event-time column.

use crate::diag;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::plan::Analyzer;
use crate::plan::Column;
use crate::plan::Node;
use crate::plan::Plan;
use crate::plan::column::quote;
use crate::plan::errors;
use crate::plan::frame::split_name;
use crate::plan::names::Names;
use crate::types::DataType;
use crate::types::interval;
use std::rc::Rc;

/// `EventTimeWatermark(column, delay)`. Over a batch relation it means nothing and leaves no trace, not even a check of the column.
pub(crate) fn watermark(column: &str, delay: &str, child: Rc<Plan>, analyzer: &Analyzer) -> diag::Result<Rc<Plan>> {
    let delay_ms = delay_ms(delay)?;
    if !child.is_streaming {
        return Ok(child);
    }
    let parts = split_name(column);
    let found = match Names::of(&[&child], analyzer).find(&parts)? {
        None => return Err(errors::unresolved_column(&parts, &child.columns.iter().collect::<Vec<_>>())),
        Some((_, used)) if used < parts.len() => return Err(nested(column)),
        Some((found, _)) => found.clone(),
    };
    if !is_event_time(&found.data_type) {
        let text = format!(
            "The event time {} has the invalid type \"{}\", but expected \"TIMESTAMP\".",
            quote(&found.name),
            found.data_type.sql()
        );
        return Err(Diagnostic::analysis("EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE", text, "42K09"));
    }
    let marked = |column: &Column| Column { watermark_delay_ms: (column.id == found.id).then_some(delay_ms), ..column.clone() };
    let columns = child.columns.iter().map(marked).collect();
    let node = Node::EventTimeWatermark { id: analyzer.fresh(), event_time: found.id, delay_ms, child };
    Ok(Plan::new(node, columns))
}

fn delay_ms(delay: &str) -> diag::Result<i64> {
    let parsed = interval::parse_duration(delay)
        .map_err(|_| Diagnostic::new(Class::Analysis, "CANNOT_PARSE_INTERVAL", interval::cannot_parse_text(delay), interval::SQL_STATE))?;
    if parsed.is_negative() {
        let text = format!("requirement failed: delay threshold ({delay}) should not be negative.");
        return Err(Diagnostic::plain(Class::IllegalArgument, text));
    }
    Ok(parsed.delay_ms())
}

fn nested(column: &str) -> Box<Diagnostic> {
    let text = format!(
        "The event time in withWatermark must be a top-level column, but '{column}' is a nested field. \
         To use it, alias it to a top-level column in a select before withWatermark."
    );
    Diagnostic::analysis("EVENT_TIME_MUST_BE_TOP_LEVEL_COLUMN", text, "42K09")
}

/// A timestamp, or a window with a timestamp as its end.
fn is_event_time(data_type: &DataType) -> bool {
    match data_type {
        DataType::Timestamp => true,
        DataType::Struct(fields) => fields.iter().any(|field| field.name == "end" && field.data_type == DataType::Timestamp),
        _ => false,
    }
}
