//! Columns that nobody reads are not made: `ColumnPruning`. A source then parses only what is asked for, which malformed input makes visible.

use crate::expr::ColumnId;
use crate::expr::Typed;
use crate::plan::Column;
use crate::plan::Named;
use crate::plan::Node;
use crate::plan::Plan;
use std::collections::BTreeSet;
use std::rc::Rc;

type Wanted = BTreeSet<ColumnId>;

/// The relation with the wanted columns, and perhaps others where they cost nothing; order and ids stay.
pub(super) fn prune(plan: &Rc<Plan>, wanted: &Wanted) -> Rc<Plan> {
    match &plan.node {
        Node::Source(source) => {
            let kept = places(&plan.columns, wanted);
            let mut source = source.clone();
            source.ordinals = kept.iter().map(|place| source.ordinals[*place]).collect();
            let columns = kept.iter().map(|place| plan.columns[*place].clone()).collect();
            Plan::new(Node::Source(source), columns)
        }
        Node::LocalRelation { arrays, rows } => {
            let kept = places(&plan.columns, wanted);
            let arrays = kept.iter().map(|place| arrays[*place].clone()).collect();
            let columns = kept.iter().map(|place| plan.columns[*place].clone()).collect();
            Plan::new(Node::LocalRelation { arrays, rows: *rows }, columns)
        }
        Node::Project { list, child } => {
            let list: Vec<Named> = list.iter().filter(|named| wanted.contains(&named.column.id)).cloned().collect();
            let below = list.iter().flat_map(|named| named.expr.columns()).collect();
            Plan::project(list, prune(child, &below))
        }
        Node::Aggregate { keys, calls, child } => {
            let calls: Vec<_> = calls.iter().filter(|call| wanted.contains(&call.column.id)).cloned().collect();
            let mut below: Wanted = keys.iter().flat_map(|key| key.expr.columns()).collect();
            below.extend(calls.iter().flat_map(|call| call.call.arguments.iter().chain(&call.call.filter)).flat_map(Typed::columns));
            let columns = keys.iter().map(|key| &key.column).chain(calls.iter().map(|call| &call.column)).cloned().collect();
            Plan::new(Node::Aggregate { keys: keys.clone(), calls, child: prune(child, &below) }, columns)
        }
        Node::Union { children } => {
            let kept = places(&plan.columns, wanted);
            let columns = kept.iter().map(|place| plan.columns[*place].clone()).collect();
            let children = children.iter().map(|child| exactly(child, &kept)).collect();
            Plan::new(Node::Union { children }, columns)
        }
        Node::TransformWithState(_) => {
            // A processor sees all columns of its input.
            let whole = |input: &Rc<Plan>| prune(input, &input.columns.iter().map(|column| column.id).collect());
            let inputs = plan.children().into_iter().map(whole).collect();
            Plan::new(plan.node.clone().with_children(inputs), plan.columns.clone())
        }
        Node::SetOperation { .. } | Node::Range { .. } | Node::OneRowRelation => Rc::clone(plan),
        Node::Join { .. } => joined(plan, wanted),
        node => passing(plan, node, wanted),
    }
}

/// A relation that hands its inputs' columns on: it wants those that are wanted of it and those that it reads itself.
fn passing(plan: &Rc<Plan>, node: &Node, wanted: &Wanted) -> Rc<Plan> {
    let mut below = wanted.clone();
    below.extend(reads(node));
    let inputs: Vec<Rc<Plan>> = node.children().into_iter().map(|child| prune(child, &below)).collect();
    let made = made(node);
    let is_there = |column: &&Column| made.contains(&column.id) || inputs.iter().any(|input| input.column(column.id).is_some());
    let columns = plan.columns.iter().filter(is_there).cloned().collect();
    Plan::new(node.clone().with_children(inputs), columns)
}

/// A join of two streams keeps whole rows: each side has just the columns that are read.
fn joined(plan: &Rc<Plan>, wanted: &Wanted) -> Rc<Plan> {
    let mut below = wanted.clone();
    below.extend(reads(&plan.node));
    let inputs: Vec<Rc<Plan>> = plan.node.children().into_iter().map(|child| exactly(child, &places(&child.columns, &below))).collect();
    let is_there = |column: &&Column| inputs.iter().any(|input| input.column(column.id).is_some());
    let columns = plan.columns.iter().filter(is_there).cloned().collect();
    Plan::new(plan.node.clone().with_children(inputs), columns)
}

/// The input of a union or a join with just the columns at these places.
fn exactly(child: &Rc<Plan>, kept: &[usize]) -> Rc<Plan> {
    let wanted: Vec<&Column> = kept.iter().map(|place| &child.columns[*place]).collect();
    let pruned = prune(child, &wanted.iter().map(|column| column.id).collect());
    let same = pruned.columns.len() == wanted.len() && pruned.columns.iter().zip(&wanted).all(|(a, b)| a.id == b.id);
    if same { pruned } else { Plan::project(wanted.into_iter().map(Named::pass).collect(), pruned) }
}

/// The places of the wanted columns.
fn places(columns: &[Column], wanted: &Wanted) -> Vec<usize> {
    (0..columns.len()).filter(|place| wanted.contains(&columns[*place].id)).collect()
}

/// The columns that a relation reads itself.
fn reads(node: &Node) -> Wanted {
    match node {
        Node::Filter { condition, .. } => condition.columns().into_iter().collect(),
        Node::Expand(expand) => expand.keys.iter().flat_map(|key| key.expr.columns()).collect(),
        Node::TimeWindow(window) => window.time.columns().into_iter().collect(),
        Node::SessionWindow(window) => window.time.columns().into_iter().chain(window.end.columns()).collect(),
        Node::EventTimeWatermark { event_time, .. } => [*event_time].into(),
        Node::Deduplicate { keys, within_watermark, child } => {
            let time = child.columns.iter().filter(|column| *within_watermark && column.watermark_delay_ms.is_some());
            keys.iter().copied().chain(time.map(|column| column.id)).collect()
        }
        Node::Join { left, right, condition, .. } => {
            let times = left.columns.iter().chain(&right.columns).filter(|column| column.watermark_delay_ms.is_some());
            times.map(|column| column.id).chain(condition.iter().flat_map(Typed::columns)).collect()
        }
        Node::Sort { keys, .. } => keys.iter().flat_map(|key| key.expr.columns()).collect(),
        Node::CollectMetrics(observed) => observed.calls.iter().flat_map(|call| &call.call.arguments).flat_map(Typed::columns).collect(),
        Node::Generate { generator, .. } => generator.columns().into_iter().collect(),
        Node::Window { functions, .. } => {
            let calls = functions.iter().map(|function| &function.call);
            calls
                .flat_map(|call| call.arguments.iter().chain(&call.partition).chain(call.order.iter().map(|key| &key.0)))
                .flat_map(Typed::columns)
                .collect()
        }
        _ => Wanted::new(),
    }
}

/// The columns that a relation makes itself.
fn made(node: &Node) -> Vec<ColumnId> {
    match node {
        Node::Expand(expand) => expand.keys.iter().map(|key| &key.column).chain([&expand.grouping_id]).map(|column| column.id).collect(),
        Node::TimeWindow(window) => vec![window.column.id],
        Node::SessionWindow(window) => vec![window.column.id],
        Node::Generate { generated, .. } => generated.iter().map(|column| column.id).collect(),
        Node::Window { functions, .. } => functions.iter().map(|function| function.column.id).collect(),
        _ => Vec::new(),
    }
}
