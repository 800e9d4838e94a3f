//! Rewriting that can be seen from outside: filters move down to the sources, columns that nobody reads are left out.
//!
//! Input rows are counted after the filters that a source takes, and the watermark sees only rows that reach its node. So the places of filters
//! are Spark's (`PushDownPredicates`, `InferFiltersFromConstraints`, `ColumnPruning`, `DataSourceStrategy.translateFilter`). Results stay the same.

mod infer;
mod join;
mod limit;
mod prune;
mod pushed;

use crate::expr::ColumnId;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::plan::Analyzer;
use crate::plan::Named;
use crate::plan::Node;
use crate::plan::Plan;
use crate::plan::instance::substitute;
use crate::plan::join_watermark::conjuncts_of;
use std::rc::Rc;

/// The plan that is run: the same rows as the analysed one. Aliases are gone, and the output columns are the same.
#[must_use]
pub fn optimize(plan: &Rc<Plan>, analyzer: &Analyzer) -> Rc<Plan> {
    let pushed = Pushing { analyzer }.push(plan, Vec::new());
    let wanted = pushed.columns.iter().map(|column| column.id).collect();
    prune::prune(&pushed, &wanted)
}

/// A condition on its way down.
#[derive(Clone, Debug)]
struct Predicate {
    /// A boolean over the columns of the relation that it has reached.
    typed: Typed,
    /// Follows from others or from the relation it came from: may be forgotten where it gets no further.
    implied: bool,
}

struct Pushing<'a> {
    analyzer: &'a Analyzer,
}

impl Pushing<'_> {
    /// The relation with the conditions applied as far down as they go.
    fn push(&self, plan: &Rc<Plan>, predicates: Vec<Predicate>) -> Rc<Plan> {
        match &plan.node {
            Node::Filter { condition, child } => self.filter(plan, condition, child, predicates),
            Node::Project { list, child } => self.project(plan, list, child, predicates),
            Node::SubqueryAlias { child, .. } | Node::Repartition { child } => self.push(child, predicates),
            Node::EventTimeWatermark { event_time, child, .. } => {
                self.through(plan, child, predicates, &|predicate| !predicate.columns().contains(event_time))
            }
            Node::Sort { child, .. } => self.through(plan, child, predicates, &|_| true),
            Node::Generate { generator, outer, child, .. } => self.generate(plan, generator, *outer, child, predicates),
            Node::TimeWindow(window) => self.windowed(plan, &window.child, &window.time, predicates),
            Node::SessionWindow(window) => self.windowed(plan, &window.child, &window.time, predicates),
            Node::Aggregate { keys, child, .. } => self.aggregate(plan, keys, child, predicates),
            Node::Union { children } => self.union(plan, children, &predicates),
            Node::Join { left, right, join_type, condition } => self.join(left, right, *join_type, condition.as_ref(), predicates),
            Node::Source(source) => self.source(plan, source, predicates),
            Node::Limit { count, child } => keep(self.limit(plan, *count, child), predicates),
            _ => {
                let inputs = plan.children().into_iter().map(|child| self.push(child, Vec::new())).collect();
                keep(rebuilt(plan, inputs), predicates)
            }
        }
    }

    fn filter(&self, plan: &Rc<Plan>, condition: &Typed, child: &Rc<Plan>, above: Vec<Predicate>) -> Rc<Plan> {
        if !condition.is_deterministic() {
            return keep(rebuilt(plan, vec![self.push(child, Vec::new())]), above);
        }
        let mut conjuncts = Vec::new();
        conjuncts_of(condition, &mut conjuncts);
        let own = conjuncts.into_iter().map(|conjunct| self.folded(conjunct.clone()));
        let mut predicates: Vec<Predicate> = own.map(|typed| Predicate { typed, implied: false }).collect();
        predicates.extend(above);
        predicates.extend(self.not_null(&predicates, child));
        self.push(child, predicates)
    }

    /// Through a projection conditions go with its expressions in the place of its columns.
    fn project(&self, plan: &Rc<Plan>, list: &[Named], child: &Rc<Plan>, predicates: Vec<Predicate>) -> Rc<Plan> {
        if !list.iter().all(|named| named.expr.is_deterministic()) {
            return keep(rebuilt(plan, vec![self.push(child, Vec::new())]), predicates);
        }
        let below = predicates.into_iter().map(|predicate| Predicate { typed: over_child(predicate.typed, list), ..predicate }).collect();
        rebuilt(plan, vec![self.push(child, below)])
    }

    /// Through a relation that passes its child's columns on: the conditions that may, the others stay above it.
    fn through(&self, plan: &Rc<Plan>, child: &Rc<Plan>, predicates: Vec<Predicate>, may: &dyn Fn(&Typed) -> bool) -> Rc<Plan> {
        let (down, stay) = predicates.into_iter().partition(|predicate| may(&predicate.typed));
        keep(rebuilt(plan, vec![self.push(child, down)]), stay)
    }

    /// A generator makes nothing of a null array: that much is known of the rows below it (`InferFiltersFromGenerate`).
    fn generate(&self, plan: &Rc<Plan>, generator: &Typed, outer: bool, child: &Rc<Plan>, predicates: Vec<Predicate>) -> Rc<Plan> {
        let (mut down, stay): (Vec<_>, Vec<_>) = predicates.into_iter().partition(|predicate| reads_only(&predicate.typed, child));
        if !outer
            && let [input] = generator.children().as_slice()
            && matches!(input.kind, TypedKind::Column(_))
        {
            down.extend(self.input_not_null(input, child));
        }
        keep(rebuilt(plan, vec![self.push(child, down)]), stay)
    }

    /// A window has no row without a time: that much is known of the rows below it.
    fn windowed(&self, plan: &Rc<Plan>, child: &Rc<Plan>, time: &Typed, predicates: Vec<Predicate>) -> Rc<Plan> {
        let (mut down, stay): (Vec<_>, Vec<_>) = predicates.into_iter().partition(|predicate| reads_only(&predicate.typed, child));
        down.extend(self.input_not_null(time, child));
        keep(rebuilt(plan, vec![self.push(child, down)]), stay)
    }

    /// Under an aggregation go the conditions on its keys; without keys there is a row even over nothing.
    fn aggregate(&self, plan: &Rc<Plan>, keys: &[Named], child: &Rc<Plan>, predicates: Vec<Predicate>) -> Rc<Plan> {
        let is_key = |id: &ColumnId| keys.iter().any(|key| key.column.id == *id);
        let on_keys = |typed: &Typed| !keys.is_empty() && !typed.columns().is_empty() && typed.columns().iter().all(is_key);
        let (down, stay): (Vec<_>, Vec<_>) = predicates.into_iter().partition(|predicate| on_keys(&predicate.typed));
        let down = down.into_iter().map(|predicate| Predicate { typed: over_child(predicate.typed, keys), ..predicate }).collect();
        keep(rebuilt(plan, vec![self.push(child, down)]), stay)
    }

    /// Every input of a union gets every condition, over its own columns.
    fn union(&self, plan: &Rc<Plan>, children: &[Rc<Plan>], predicates: &[Predicate]) -> Rc<Plan> {
        let mut inputs = Vec::new();
        for child in children {
            let own = |id: ColumnId| {
                let place = plan.columns.iter().position(|column| column.id == id)?;
                child.columns.get(place).map(crate::plan::Column::typed)
            };
            let below =
                predicates.iter().map(|predicate| Predicate { typed: substitute(predicate.typed.clone(), &own), ..predicate.clone() });
            inputs.push(self.push(child, below.collect()));
        }
        rebuilt(plan, inputs)
    }

    fn source(&self, plan: &Rc<Plan>, source: &crate::plan::Source, predicates: Vec<Predicate>) -> Rc<Plan> {
        let mut source = source.clone();
        // Through projections conditions have become expressions over these columns: what they imply is known only here.
        let implied = self.not_null(&predicates, plan);
        for predicate in predicates.iter().chain(&implied) {
            if let Some(condition) = pushed::translated(&predicate.typed)
                && !source.pushed.contains(&condition)
            {
                source.pushed.push(condition);
            }
        }
        keep(Plan::new(Node::Source(source), plan.columns.clone()), predicates)
    }

    /// Constants computed once, so that a source sees literals: `ConstantFolding`. What fails is left to fail at run time.
    fn folded(&self, typed: Typed) -> Typed {
        if matches!(typed.kind, TypedKind::Literal(_) | TypedKind::Column(_) | TypedKind::Lambda(..)) {
            return typed;
        }
        let is_constant = typed.is_foldable() && !reads_clock(&typed);
        if is_constant && let Ok(value) = crate::expr::evaluate_constant(&typed, &self.analyzer.settings().zone) {
            return Typed::literal(value, typed.data_type);
        }
        let Ok(folded) = typed.map_children(&mut |child| Ok::<_, std::convert::Infallible>(self.folded(child)));
        equal_to_null(&folded).unwrap_or(folded)
    }
}

/// `x <=> NULL` is `isnull(x)`: `NullPropagation`.
fn equal_to_null(typed: &Typed) -> Option<Typed> {
    let TypedKind::Call(call) = &typed.kind else { return None };
    let is_null = |typed: &Typed| typed.as_literal().is_some_and(crate::types::Value::is_null);
    let tested = match (call.function.name, call.arguments.as_slice()) {
        ("<=>", [tested, null]) if is_null(null) => tested,
        ("<=>", [null, tested]) if is_null(null) => tested,
        _ => return None,
    };
    let bare = match &tested.kind {
        TypedKind::Cast(child, _) => child,
        _ => tested,
    };
    let call = crate::expr::Call { function: crate::expr::function::find("isnull")?, arguments: vec![bare.clone()], ansi: call.ansi };
    Some(Typed { kind: TypedKind::Call(Box::new(call)), ..typed.clone() })
}

/// `current_timestamp` and its kin, which each batch sets anew.
fn reads_clock(typed: &Typed) -> bool {
    let names = ["current_timestamp", "now", "current_date", "localtimestamp", "unix_timestamp", "curdate", "current_timezone"];
    typed.any(&mut |node| matches!(&node.kind, TypedKind::Call(call) if names.contains(&call.function.name)))
}

/// The relation over other inputs, its columns unchanged.
fn rebuilt(plan: &Rc<Plan>, inputs: Vec<Rc<Plan>>) -> Rc<Plan> {
    Plan::new(plan.node.clone().with_children(inputs), plan.columns.clone())
}

/// A filter of the conditions that go no further; implied ones are forgotten.
fn keep(plan: Rc<Plan>, predicates: Vec<Predicate>) -> Rc<Plan> {
    let mut conjuncts: Vec<Typed> = Vec::new();
    for predicate in predicates.into_iter().filter(|predicate| !predicate.implied) {
        if !conjuncts.contains(&predicate.typed) {
            conjuncts.push(predicate.typed);
        }
    }
    // Python sees only rows that pass the conditions without Python.
    let (external, own): (Vec<Typed>, Vec<Typed>) = conjuncts.into_iter().partition(Typed::has_external);
    let filtered = |plan: Rc<Plan>, conjuncts: Vec<Typed>| match conjuncts.into_iter().reduce(infer::and) {
        Some(condition) => Plan::filter(condition, plan),
        None => plan,
    };
    filtered(filtered(plan, own), external)
}

/// The expression over a projection's child.
fn over_child(typed: Typed, list: &[Named]) -> Typed {
    substitute(typed, &|id| list.iter().find(|named| named.column.id == id).map(|named| named.expr.clone()))
}

/// Whether all columns that it reads are the relation's.
fn reads_only(typed: &Typed, plan: &Plan) -> bool {
    typed.columns().iter().all(|id| plan.column(*id).is_some())
}
