//! `observe`: metrics of the rows that pass (`CollectMetrics`), and what Spark asks of them (`CheckAnalysis`).

use crate::diag;
use crate::diag::Diagnostic;
use crate::expr::ColumnId;
use crate::expr::Expr;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::plan::Analyzer;
use crate::plan::CollectMetrics;
use crate::plan::Node;
use crate::plan::Plan;
use crate::plan::analysis::Grouping;
use crate::plan::analysis::drafts;
use crate::plan::errors;
use std::rc::Rc;

/// The relation of a frame with these metrics followed under this name.
pub(crate) fn observe(frame: u64, name: &str, metrics: Vec<Expr>, child: Rc<Plan>, analyzer: &Analyzer) -> diag::Result<Rc<Plan>> {
    if name.is_empty() {
        let text = "Invalid observed metrics. The observed metrics should be named.";
        return Err(Diagnostic::analysis("INVALID_OBSERVED_METRICS.MISSING_NAME", text, "42K0E"));
    }
    let mut grouping = Grouping::new(Vec::new(), Rc::clone(&child), analyzer)?;
    let mut list = Vec::new();
    for metric in metrics {
        let written = match metric.bare() {
            Expr::Alias(inner, _) => crate::expr::pretty_name(inner),
            other => crate::expr::pretty_name(other),
        };
        for draft in drafts(vec![metric], &child, analyzer).map_err(|refused| nested(refused, &written))? {
            let is_column = matches!(draft.typed.kind, TypedKind::Column(_));
            let sql = if is_column { written.clone() } else { format!("{written} AS {}", errors::quote_if_needed(&draft.name)) };
            check(&draft.typed, &sql)?;
            list.push(grouping.output(draft, analyzer)?);
        }
    }
    let columns = child.columns.clone();
    let observed = CollectMetrics { frame, name: name.to_owned(), calls: grouping.into_calls(), metrics: list, child };
    let plan = Plan::new(Node::CollectMetrics(observed), columns);
    check_metric_names(&plan)?;
    Ok(plan)
}

/// Refuses one name for observations of two frames: `checkCollectedMetrics`.
pub(crate) fn check_metric_names(plan: &Plan) -> diag::Result<()> {
    let mut seen: Vec<&CollectMetrics> = Vec::new();
    let mut outcome = Ok(());
    plan.for_each_up(&mut |plan| {
        let Node::CollectMetrics(observed) = &plan.node else { return };
        if outcome.is_ok() && seen.iter().any(|known| known.name == observed.name && known.frame != observed.frame) {
            let text = format!(
                "The metric name is not unique: {}. The same name cannot be used for metrics with different results.\n\
                 However multiple instances of metrics with with same result and name are allowed (e.g. self-joins).",
                observed.name
            );
            outcome = Err(Diagnostic::analysis("DUPLICATED_METRICS_NAME", text, "42710"));
        }
        seen.push(observed);
    });
    outcome
}

/// An aggregate in another is refused as a metric, whatever its alias.
fn nested(refused: Box<Diagnostic>, written: &str) -> Box<Diagnostic> {
    if refused.condition.as_deref() != Some("NESTED_AGGREGATE_FUNCTION") {
        return refused;
    }
    let text = format!(
        "Invalid observed metrics. Nested aggregates are not allowed in observed metrics, but found: \"{written} AS {}\".",
        errors::quote_if_needed(written)
    );
    Diagnostic::analysis("INVALID_OBSERVED_METRICS.NESTED_AGGREGATES_UNSUPPORTED", text, "42K0E")
}

/// `checkMetric`: columns and chance stand inside of an aggregate; no windows, no aggregate in another, neither `DISTINCT` nor `FILTER`.
fn check(part: &Typed, sql: &str) -> diag::Result<()> {
    let refused = |condition: &str, text: String| {
        Err(Diagnostic::analysis(&format!("INVALID_OBSERVED_METRICS.{condition}"), format!("Invalid observed metrics. {text}"), "42K0E"))
    };
    match &part.kind {
        TypedKind::Over(_) => {
            let text = format!("Window expressions are not allowed in observed metrics, but found: \"{sql}\".");
            refused("WINDOW_EXPRESSIONS_UNSUPPORTED", text)
        }
        TypedKind::Aggregate(call) if call.distinct => {
            let text = format!("Aggregate expressions with DISTINCT are not allowed in observed metrics, but found: \"{sql}\".");
            refused("AGGREGATE_EXPRESSION_WITH_DISTINCT_UNSUPPORTED", text)
        }
        TypedKind::Aggregate(call) if call.filter.is_some() => {
            let text = format!("Aggregate expression with FILTER predicate are not allowed in observed metrics, but found: \"{sql}\".");
            refused("AGGREGATE_EXPRESSION_WITH_FILTER_UNSUPPORTED", text)
        }
        TypedKind::Column(id) if id.0 < ColumnId::VARIABLES => {
            let text = format!("Attribute \"{sql}\" can only be used as an argument to an aggregate function.");
            refused("NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE", text)
        }
        TypedKind::Generator(_) => {
            let text = "The generator is not supported: outside the SELECT clause, found: CollectMetrics.";
            Err(Diagnostic::analysis("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", text, "42K0E"))
        }
        TypedKind::TimeWindow(_) | TypedKind::SessionWindow(_) => Err(errors::unknown_to_us("a window in observe")),
        // What stands inside of an aggregate is its own affair.
        TypedKind::Aggregate(_) => Ok(()),
        _ if !part.is_deterministic() => {
            let text = format!("Non-deterministic expression \"{sql}\" can only be used as an argument to an aggregate function.");
            refused("NON_AGGREGATE_FUNC_ARG_IS_NON_DETERMINISTIC", text)
        }
        _ => part.children().into_iter().try_for_each(|child| check(child, sql)),
    }
}
