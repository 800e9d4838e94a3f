//! A list of expressions over a relation: stars spread, names resolved, windows and generators placed, results named. What `select` is made of.

use crate::diag;
use crate::diag::Diagnostic;
use crate::expr::ColumnId;
use crate::expr::Expr;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::plan::Analyzer;
use crate::plan::Column;
use crate::plan::Named;
use crate::plan::Plan;
use crate::plan::WindowKind;
use crate::plan::names::EXACT;
use crate::plan::names::Names;
use crate::types::Value;
use std::rc::Rc;

/// An expression of a list, resolved, with the name that its column will have.
pub(crate) struct Draft {
    /// The name.
    pub(crate) name: String,
    /// All names where the alias has several, for generators.
    pub(crate) names: Vec<String>,
    /// Whether an alias gave the name: then even a bare column gets a new id.
    pub(crate) aliased: bool,
    /// Whether it was written as a cast: such a column is a new one without event time, even if the cast changes nothing.
    pub(crate) cast: bool,
    /// What it computes.
    pub(crate) typed: Typed,
}

/// The expression that means exactly this column, whatever else has its name.
pub(crate) fn exactly(column: &Column) -> Expr {
    Expr::ColumnOf(EXACT | column.id.0, column.name.clone())
}

/// `SELECT list` over the relation: a projection, or an aggregation of all rows where the list aggregates.
pub(crate) fn project(list: Vec<Expr>, child: Rc<Plan>, analyzer: &Analyzer) -> diag::Result<Rc<Plan>> {
    let mut drafts = drafts(list, &child, analyzer)?;
    if drafts.iter().any(|draft| draft.typed.has_aggregate()) {
        return super::aggregate::whole(drafts, child, analyzer);
    }
    let (child, _) = super::window::place(drafts.iter_mut().map(|draft| &mut draft.typed), None, child, analyzer)?;
    let child = super::generate::place(&mut drafts, child, analyzer)?;
    let child = super::over::place(&mut drafts, child, analyzer);
    let list = drafts.into_iter().map(|draft| draft.named(&child, analyzer)).collect();
    Ok(Plan::project(list, child))
}

/// The list with its stars spread and each expression resolved over the relation's columns.
pub(crate) fn drafts(list: Vec<Expr>, child: &Rc<Plan>, analyzer: &Analyzer) -> diag::Result<Vec<Draft>> {
    let list = super::star::spread(list, child, analyzer)?;
    let names = Names::of(&[child], analyzer);
    let mut drafts: Vec<Draft> = Vec::new();
    for expr in list {
        let draft = Draft::of(expr, &names, analyzer)?;
        if draft.aliased && !draft.typed.has_generator() {
            names.add_alias(&draft.name, &draft.typed);
        }
        drafts.push(draft);
    }
    Ok(drafts)
}

impl Draft {
    /// The same draft once more: a key that is also an output.
    pub(crate) fn copy(&self) -> Self {
        Self { name: self.name.clone(), names: self.names.clone(), aliased: self.aliased, cast: self.cast, typed: self.typed.clone() }
    }

    /// Resolves one expression and finds its name.
    pub(crate) fn of(expr: Expr, names: &Names, analyzer: &Analyzer) -> diag::Result<Self> {
        let (expr, given) = match expr {
            Expr::Alias(inner, given) => (innermost(*inner), given),
            other => (other, Vec::new()),
        };
        if super::generate::is_nested(&expr) {
            return Err(super::generate::nested(&crate::expr::pretty_name(&expr)));
        }
        let typed = crate::expr::resolve(&expr, names, &analyzer.settings())?;
        if given.len() > 1 && !typed.has_generator() {
            return Err(several_names(&given, &crate::expr::pretty_name(&expr)));
        }
        let name = match given.first() {
            Some(name) => name.clone(),
            None => crate::expr::name_of(&with_fields(&expr, &typed)),
        };
        Ok(Self { name, aliased: !given.is_empty(), names: given, cast: matches!(expr.bare(), Expr::Cast(..)), typed })
    }

    /// The column over the relation: a bare one keeps its id, all else gets a new one.
    pub(crate) fn named(self, child: &Plan, analyzer: &Analyzer) -> Named {
        if let (false, Some(column)) = (self.aliased || self.cast, bare_column(&self.typed, child)) {
            let column = Column { name: self.name, ..column.clone() };
            return Named { column, expr: self.typed };
        }
        let mut column = Column::new(analyzer.fresh_column(), self.name, self.typed.data_type.clone(), self.typed.nullable);
        if !self.cast {
            (column.watermark_delay_ms, column.window) = event_time_facts(&self.typed, child);
        }
        Named { column, expr: self.typed }
    }
}

/// The expression with `child["name"]` as `child.name` where the child turned out to be a struct: so Spark prints it.
fn with_fields(expr: &Expr, typed: &Typed) -> Expr {
    match (expr.bare(), &typed.kind) {
        (Expr::Item(child, key), TypedKind::Field(below, _)) => match key.bare() {
            Expr::Literal(Value::String(name), _) => Expr::FieldOf(Box::new(with_fields(child, below)), name.clone()),
            _ => expr.clone(),
        },
        _ => expr.clone(),
    }
}

/// Several names for what makes one column.
fn several_names(names: &[String], expr: &str) -> Box<Diagnostic> {
    let text = format!("Multi part aliasing ({}) is not supported with \"{expr}\" as it is not a generator function.", names.join(", "));
    Diagnostic::analysis("MULTI_ALIAS_WITHOUT_GENERATOR", text, "42K0E")
}

/// The expression under nested aliases, of which the outermost counts.
fn innermost(expr: Expr) -> Expr {
    match expr {
        Expr::Alias(inner, _) => innermost(*inner),
        other => other,
    }
}

/// The aggregate functions and generators in an expression, as text.
pub(crate) fn offending(expr: &Expr, names: &Names, analyzer: &Analyzer) -> Vec<String> {
    let resolved = crate::expr::resolve(expr, names, &analyzer.settings());
    if matches!(resolved.map(|typed| typed.kind), Ok(TypedKind::Aggregate(_) | TypedKind::Generator(_))) {
        return vec![crate::expr::pretty_name(expr)];
    }
    match expr.bare() {
        Expr::Call { arguments, .. } => arguments.iter().flat_map(|argument| offending(argument, names, analyzer)).collect(),
        Expr::Cast(child, ..) | Expr::FieldOf(child, _) | Expr::Alias(child, _) => offending(child, names, analyzer),
        _ => Vec::new(),
    }
}

/// What a new column inherits of event time: all from a bare column, the delay from the window under `window_time`.
pub(crate) fn event_time_facts(typed: &Typed, child: &Plan) -> (Option<i64>, WindowKind) {
    if let Some(column) = bare_column(typed, child) {
        return (column.watermark_delay_ms, column.window);
    }
    if let TypedKind::Call(call) = &typed.kind
        && call.function.name == "$before_end"
        && let Some(TypedKind::Field(window, _)) = call.arguments.first().map(|end| &end.kind)
        && let Some(column) = bare_column(window, child)
    {
        return (column.watermark_delay_ms, WindowKind::None);
    }
    (None, WindowKind::None)
}

/// The child's column that the expression passes on, if it does nothing else.
pub(crate) fn bare_column<'a>(typed: &Typed, child: &'a Plan) -> Option<&'a Column> {
    match typed.kind {
        TypedKind::Column(id) => child.column(id),
        _ => None,
    }
}

/// The ids of the columns that the expressions stand for; expressions that stand for none are left out.
pub(crate) fn columns_meant(exprs: &[Expr], child: &Rc<Plan>, analyzer: &Analyzer) -> Vec<ColumnId> {
    let names = Names::of(&[child], analyzer);
    let resolved = exprs.iter().filter_map(|expr| crate::expr::resolve(expr, &names, &analyzer.settings()).ok());
    resolved.filter_map(|typed| bare_column(&typed, child).map(|column| column.id)).collect()
}
