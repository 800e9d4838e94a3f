//! `window` and `session_window` in a list: one relation below it that makes the window column (`TimeWindowing`, `SessionWindowing`).

use crate::diag;
use crate::diag::Diagnostic;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::plan::Analyzer;
use crate::plan::Column;
use crate::plan::Node;
use crate::plan::Plan;
use crate::plan::SessionWindow;
use crate::plan::TimeWindow;
use crate::plan::WindowKind;
use std::rc::Rc;

/// The window of a list: the call and the column that stands for it.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    window: Typed,
    column: Column,
}

/// Takes the window call out of the expressions and puts the relation that makes its column over the child.
/// Two different windows are refused; the same one may stand in several places. `known` is the window that is placed already.
pub(crate) fn place<'a>(
    list: impl Iterator<Item = &'a mut Typed>,
    known: Option<Placed>,
    child: Rc<Plan>,
    analyzer: &Analyzer,
) -> diag::Result<(Rc<Plan>, Option<Placed>)> {
    let list: Vec<&mut Typed> = list.collect();
    let mut windows: Vec<Typed> = known.iter().map(|placed| placed.window.clone()).collect();
    for typed in &list {
        collect(typed, &mut windows);
    }
    let (placed, relation) = match (known, windows.as_slice()) {
        (_, []) => return Ok((child, None)),
        (Some(placed), [_]) => (placed, child),
        (None, [window]) => {
            let (column, relation) = relation(window, child, analyzer);
            (Placed { window: window.clone(), column }, relation)
        }
        _ => return Err(several()),
    };
    for typed in list {
        replace(typed, &placed.window, &placed.column);
    }
    Ok((relation, Some(placed)))
}

fn several() -> Box<Diagnostic> {
    let text =
        "Multiple time/session window expressions would result in a cartesian product of rows, therefore they are currently not supported.";
    Diagnostic::analysis("_LEGACY_ERROR_TEMP_1039", text, "")
}

fn collect(typed: &Typed, windows: &mut Vec<Typed>) {
    if matches!(typed.kind, TypedKind::TimeWindow(_) | TypedKind::SessionWindow(_)) {
        if !windows.contains(typed) {
            windows.push(typed.clone());
        }
        return;
    }
    for child in typed.children() {
        collect(child, windows);
    }
}

fn replace(typed: &mut Typed, window: &Typed, column: &Column) {
    if typed == window {
        *typed = column.typed();
        return;
    }
    for child in typed.children_mut() {
        replace(child, window, column);
    }
}

/// The window's column and the relation that makes it. The column inherits the delay of a watermarked time.
fn relation(window: &Typed, child: Rc<Plan>, analyzer: &Analyzer) -> (Column, Rc<Plan>) {
    let mut column = Column::new(analyzer.fresh_column(), "window", window.data_type.clone(), false);
    let node = match &window.kind {
        TypedKind::TimeWindow(call) => {
            column.window = WindowKind::Time;
            column.watermark_delay_ms = super::list::event_time_facts(&call.time, &child).0;
            let (window_us, slide_us, start_us) = (call.length_us, call.slide_us, call.start_us);
            Node::TimeWindow(TimeWindow { column: column.clone(), time: call.time.clone(), window_us, slide_us, start_us, child })
        }
        TypedKind::SessionWindow(call) => {
            "session_window".clone_into(&mut column.name);
            column.window = WindowKind::Session;
            column.watermark_delay_ms = super::list::event_time_facts(&call.time, &child).0;
            let (time, end, gap_us) = (call.time.clone(), call.end.clone(), call.gap_us);
            Node::SessionWindow(SessionWindow { column: column.clone(), time, end, gap_us, child })
        }
        _ => unreachable!("only windows are collected as windows"),
    };
    let columns = [&column].into_iter().chain(node.children().into_iter().flat_map(|child| &child.columns)).cloned().collect();
    (column, Plan::new(node, columns))
}
