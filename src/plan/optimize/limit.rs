//! Limits that are none, for they stand above fewer rows, or below a smaller one (`CombineLimits`): in a stream each limit has a state.

use crate::plan::Node;
use crate::plan::Plan;
use crate::plan::optimize::Pushing;
use crate::plan::optimize::rebuilt;
use std::rc::Rc;

impl Pushing<'_> {
    pub(super) fn limit(&self, plan: &Rc<Plan>, count: u64, child: &Rc<Plan>) -> Rc<Plan> {
        let child = self.push(child, Vec::new());
        if max_rows(&child).is_some_and(|rows| rows <= count) { child } else { rebuilt(plan, vec![without_limit(&child)]) }
    }
}

/// How many rows the relation has at most, over all batches.
fn max_rows(plan: &Plan) -> Option<u64> {
    match &plan.node {
        Node::Limit { count, .. } => Some(*count),
        Node::Project { child, .. } | Node::Filter { child, .. } | Node::Sort { child, .. } | Node::Deduplicate { child, .. } => {
            max_rows(child)
        }
        _ => None,
    }
}

/// The relation without the limit on its top, which may stand below projections.
fn without_limit(plan: &Rc<Plan>) -> Rc<Plan> {
    match &plan.node {
        Node::Limit { child, .. } => without_limit(child),
        Node::Project { child, .. } => rebuilt(plan, vec![without_limit(child)]),
        _ => Rc::clone(plan),
    }
}
