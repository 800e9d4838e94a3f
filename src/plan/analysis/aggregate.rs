//! Grouping: keys and calls taken apart from the expressions over them, as Spark's `PhysicalAggregation` does, and its rules checked.

use crate::diag;
use crate::diag::Diagnostic;
use crate::expr::Expr;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::expr::aggregate::AggregateCall;
use crate::plan::Analyzer;
use crate::plan::Column;
use crate::plan::Named;
use crate::plan::NamedCall;
use crate::plan::Node;
use crate::plan::Plan;
use crate::plan::analysis::grouping_sets::Copied;
use crate::plan::analysis::grouping_sets::GroupBy;
use crate::plan::analysis::list::Draft;
use std::rc::Rc;

/// `groupBy(keys).agg(aggregates)`: the keys stand first in the result. The aggregates may name the window that is a key: `max("window.end")`.
pub(crate) fn aggregate(by: GroupBy, aggregates: Vec<Expr>, child: Rc<Plan>, analyzer: &Analyzer) -> diag::Result<Rc<Plan>> {
    let mut keys = super::list::drafts(by.keys, &child, analyzer)?;
    let (child, window) = super::window::place(keys.iter_mut().map(|draft| &mut draft.typed), None, child, analyzer)?;
    let shown: Vec<Draft> = keys.iter().map(Draft::copy).collect();
    let mut outputs = super::list::drafts(aggregates, &child, analyzer)?;
    let (child, _) = super::window::place(outputs.iter_mut().map(|draft| &mut draft.typed), window, child, analyzer)?;
    let mut outputs: Vec<Draft> = shown.into_iter().chain(outputs).collect();
    let Some(sets) = by.sets else { return finished(keys, outputs.into_iter(), child, analyzer) };
    let copied = Copied::new(keys, sets, child, analyzer);
    outputs.iter_mut().try_for_each(|output| copied.replace(&mut output.typed, analyzer))?;
    finished(copied.keys(), outputs.into_iter(), copied.relation(), analyzer)
}

/// An aggregation of all rows: `select(count("*"))`, `agg(...)` without keys.
pub(crate) fn whole(outputs: Vec<Draft>, child: Rc<Plan>, analyzer: &Analyzer) -> diag::Result<Rc<Plan>> {
    let mut outputs = outputs;
    let (child, _) = super::window::place(outputs.iter_mut().map(|draft| &mut draft.typed), None, child, analyzer)?;
    finished(Vec::new(), outputs.into_iter(), child, analyzer)
}

fn finished(keys: Vec<Draft>, outputs: impl Iterator<Item = Draft>, child: Rc<Plan>, analyzer: &Analyzer) -> diag::Result<Rc<Plan>> {
    let mut grouping = Grouping::new(keys, child, analyzer)?;
    let mut list = Vec::new();
    for output in outputs {
        list.push(grouping.output(output, analyzer)?);
    }
    Ok(grouping.finish(list))
}

/// An aggregation as it grows: outputs (and then `HAVING` and `ORDER BY`) add the calls that they need.
pub(crate) struct Grouping {
    keys: Vec<Named>,
    calls: Vec<NamedCall>,
    child: Rc<Plan>,
}

impl Grouping {
    /// The keys over the child, in which windows are already placed.
    pub(crate) fn new(keys: Vec<Draft>, child: Rc<Plan>, analyzer: &Analyzer) -> diag::Result<Self> {
        let mut named: Vec<Named> = Vec::new();
        for key in keys {
            if key.typed.has_aggregate() {
                let text = format!("Aggregate functions are not allowed in GROUP BY, but found {}.", key.name);
                return Err(Diagnostic::analysis("GROUP_BY_AGGREGATE", text, "42903"));
            }
            if !named.iter().any(|known| known.expr == key.typed) {
                let key = Draft { aliased: false, ..key };
                let mut key = key.named(&child, analyzer);
                key.column.nullable |= child.is_streaming;
                named.push(key);
            }
        }
        Ok(Self { keys: named, calls: Vec::new(), child })
    }

    /// An output column: its expression over the keys' and the calls' columns. A call that stands alone is its own column.
    pub(crate) fn output(&mut self, draft: Draft, analyzer: &Analyzer) -> diag::Result<Named> {
        let (calls, is_call) = (self.calls.len(), matches!(draft.typed.kind, TypedKind::Aggregate(_)));
        let Draft { name, names, aliased, typed, .. } = draft;
        let typed = self.over_results(typed, &name, analyzer)?;
        let is_new_call = is_call && self.calls.len() > calls;
        let is_made_key = |key: &Named| !key.is_pass() && key.column.name == name && typed == key.column.typed();
        let stands_alone = is_new_call || self.keys.iter().any(is_made_key);
        let mut named = Draft { name, names, aliased: aliased && !stands_alone, cast: false, typed }.named(&self.results(), analyzer);
        named.column.nullable |= self.child.is_streaming;
        Ok(named)
    }

    /// The expression with keys and aggregate calls replaced by the columns that hold them.
    pub(crate) fn over_results(&mut self, typed: Typed, name: &str, analyzer: &Analyzer) -> diag::Result<Typed> {
        if let Some(key) = self.keys.iter().find(|key| key.expr == typed) {
            return Ok(key.column.typed());
        }
        match typed.kind {
            TypedKind::Aggregate(call) => self.call(*call, typed.data_type, typed.nullable, name, analyzer),
            TypedKind::Column(id) if id.0 < crate::expr::ColumnId::VARIABLES => Err(self.not_grouped(id)),
            TypedKind::Call(call) if ["grouping", "grouping_id"].contains(&call.function.name) => Err(crate::expr::no_grouping_sets()),
            _ => typed.map_children(&mut |child| self.over_results(child, name, analyzer)),
        }
    }

    fn call(
        &mut self,
        call: AggregateCall,
        data_type: crate::types::DataType,
        nullable: bool,
        name: &str,
        analyzer: &Analyzer,
    ) -> diag::Result<Typed> {
        if call.arguments.iter().chain(&call.filter).any(Typed::has_aggregate) {
            let text = "It is not allowed to use an aggregate function in the argument of another aggregate function. Please use the inner aggregate function in a sub-query.";
            return Err(Diagnostic::analysis("NESTED_AGGREGATE_FUNCTION", text, "42607"));
        }
        let mut call = call;
        let (mut data_type, mut nullable) = (data_type, nullable);
        if self.child.is_streaming {
            // What comes out of a stream's state may be null as far as Spark's schemas say, even a count.
            (data_type, nullable) = (data_type.as_nullable(), true);
            (call.data_type, call.nullable) = (data_type.clone(), true);
        }
        if let Some(known) = self.calls.iter().find(|known| known.call == call) {
            return Ok(known.column.typed());
        }
        let column = Column::new(analyzer.fresh_column(), name, data_type, nullable);
        let typed = column.typed();
        self.calls.push(NamedCall { column, call });
        Ok(typed)
    }

    /// A column that is neither a key nor inside an aggregate.
    fn not_grouped(&self, id: crate::expr::ColumnId) -> Box<Diagnostic> {
        if self.keys.is_empty() {
            let text =
                "The query does not include a GROUP BY clause. Add GROUP BY or turn it into the window functions using OVER clauses.";
            return Diagnostic::analysis("MISSING_GROUP_BY", text, "42803");
        }
        let name = self.child.column(id).map_or("", |column| &column.name);
        let text = format!(
            "The non-aggregating expression \"{name}\" is based on columns which are not participating in the GROUP BY clause.\n\
             Add the columns or the expression to the GROUP BY, aggregate the expression, or use \"any_value({name})\" if you do not care which of the values within a group is returned."
        );
        Diagnostic::analysis("MISSING_AGGREGATION", text, "42803")
    }

    /// The relation so far, for looking its columns up.
    pub(crate) fn results(&self) -> Rc<Plan> {
        let keys = self.keys.iter().map(|key| key.column.clone());
        let columns = keys.chain(self.calls.iter().map(|call| call.column.clone())).collect();
        let node = Node::Aggregate { keys: self.keys.clone(), calls: self.calls.clone(), child: Rc::clone(&self.child) };
        Plan::new(node, columns)
    }

    /// The calls so far.
    pub(crate) fn into_calls(self) -> Vec<NamedCall> {
        self.calls
    }

    /// The aggregation with the outputs over it; without a projection where they are the keys and calls themselves.
    pub(crate) fn finish(self, list: Vec<Named>) -> Rc<Plan> {
        let results = self.results();
        let same = list.len() == results.columns.len()
            && list.iter().zip(&results.columns).all(|(named, column)| named.is_pass() && named.column == *column);
        if same { results } else { Plan::project(list, results) }
    }
}
