//! New ids for a relation that is joined with another that has the same columns: `DeduplicateRelations`.

use crate::expr::ColumnId;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::plan::Analyzer;
use crate::plan::Column;
use crate::plan::Named;
use crate::plan::Node;
use crate::plan::Plan;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::rc::Rc;

/// The relation, with new ids for all its columns where it shares one with the other relation.
pub(crate) fn apart(plan: &Rc<Plan>, other: &Plan, analyzer: &Analyzer) -> Rc<Plan> {
    let shares = plan.columns.iter().any(|column| other.column(column.id).is_some());
    if !shares {
        return Rc::clone(plan);
    }
    let mut renewal = Renewal { analyzer, ids: BTreeMap::new(), sources: BTreeMap::new() };
    let renewed = renewal.plan(plan);
    analyzer.renewed(plan, renewal.ids);
    renewed
}

struct Renewal<'a> {
    analyzer: &'a Analyzer,
    ids: BTreeMap<ColumnId, ColumnId>,
    sources: BTreeMap<u64, u64>,
}

impl Renewal<'_> {
    fn plan(&mut self, plan: &Rc<Plan>) -> Rc<Plan> {
        let inputs = plan.children().into_iter().map(|child| self.plan(child)).collect();
        let mut node = plan.node.clone().with_children(inputs);
        self.node(&mut node);
        let columns = plan.columns.iter().map(|column| self.column(column)).collect();
        Plan::new(node, columns)
    }

    fn column(&mut self, column: &Column) -> Column {
        Column { id: self.id(column.id), ..column.clone() }
    }

    fn id(&mut self, id: ColumnId) -> ColumnId {
        *self.ids.entry(id).or_insert_with(|| self.analyzer.fresh_column())
    }

    fn typed(&mut self, typed: &mut Typed) {
        if let TypedKind::Column(id) = &mut typed.kind {
            if id.0 < ColumnId::VARIABLES {
                *id = self.id(*id);
            }
            return;
        }
        for child in typed.children_mut() {
            self.typed(child);
        }
    }

    fn named(&mut self, named: &mut Named) {
        self.typed(&mut named.expr);
        named.column = self.column(&named.column.clone());
    }

    fn node(&mut self, node: &mut Node) {
        match node {
            Node::Source(source) => {
                let fresh = self.analyzer.fresh();
                source.id = *self.sources.entry(source.id).or_insert(fresh);
                source.pushed.iter_mut().for_each(|condition| self.typed(condition));
            }
            Node::Project { list, .. } => list.iter_mut().for_each(|named| self.named(named)),
            Node::Filter { condition, .. } => self.typed(condition),
            Node::Aggregate { keys, calls, .. } => {
                keys.iter_mut().for_each(|key| self.named(key));
                self.calls(calls);
            }
            Node::CollectMetrics(observed) => {
                self.calls(&mut observed.calls);
                observed.metrics.iter_mut().for_each(|metric| self.named(metric));
            }
            Node::Expand(expand) => {
                expand.keys.iter_mut().for_each(|key| self.named(key));
                expand.grouping_id = self.column(&expand.grouping_id.clone());
            }
            Node::TimeWindow(window) => {
                self.typed(&mut window.time);
                window.column = self.column(&window.column.clone());
            }
            Node::SessionWindow(window) => {
                self.typed(&mut window.time);
                self.typed(&mut window.end);
                window.column = self.column(&window.column.clone());
            }
            Node::EventTimeWatermark { id, event_time, .. } => {
                *id = self.analyzer.fresh();
                *event_time = self.id(*event_time);
            }
            Node::TransformWithState(transform) => {
                transform.keys.iter_mut().chain(&mut transform.initial_keys).for_each(|key| *key = self.id(*key));
            }
            Node::Deduplicate { keys, .. } => keys.iter_mut().for_each(|key| *key = self.id(*key)),
            Node::Join { condition, .. } => condition.iter_mut().for_each(|condition| self.typed(condition)),
            Node::Sort { keys, .. } => keys.iter_mut().for_each(|key| self.typed(&mut key.expr)),
            Node::Generate { generator, generated, .. } => {
                self.typed(generator);
                generated.iter_mut().for_each(|column| *column = self.column(&column.clone()));
            }
            Node::Window { functions, .. } => self.functions(functions),
            Node::LocalRelation { .. }
            | Node::Range { .. }
            | Node::OneRowRelation
            | Node::Union { .. }
            | Node::SetOperation { .. }
            | Node::Limit { .. }
            | Node::Offset { .. }
            | Node::SubqueryAlias { .. }
            | Node::Sample { .. }
            | Node::Repartition { .. } => {}
        }
    }

    fn calls(&mut self, calls: &mut [crate::plan::NamedCall]) {
        for call in calls {
            call.call.arguments.iter_mut().chain(&mut call.call.filter).for_each(|part| self.typed(part));
            call.column = self.column(&call.column.clone());
        }
    }

    fn functions(&mut self, functions: &mut [crate::plan::WindowFunction]) {
        for function in functions {
            let call = &mut function.call;
            call.arguments.iter_mut().chain(&mut call.partition).for_each(|part| self.typed(part));
            call.order.iter_mut().for_each(|key| self.typed(&mut key.0));
            function.column = self.column(&function.column.clone());
        }
    }
}

/// The expression with columns replaced by what is known to compute them.
#[must_use]
pub(crate) fn substitute(typed: Typed, of: &dyn Fn(ColumnId) -> Option<Typed>) -> Typed {
    if let TypedKind::Column(id) = typed.kind {
        return of(id).unwrap_or(typed);
    }
    let Ok(replaced) = typed.map_children(&mut |child| Ok::<_, Infallible>(substitute(child, of)));
    replaced
}
