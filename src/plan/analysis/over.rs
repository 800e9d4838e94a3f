//! Window functions in a list: a relation below it for each partition and order, which computes them (`ExtractWindowExpressions`).

use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::plan::Analyzer;
use crate::plan::Column;
use crate::plan::Node;
use crate::plan::Plan;
use crate::plan::WindowFunction;
use crate::plan::analysis::list::Draft;
use std::rc::Rc;

/// Takes the window functions out of the list and puts the relation that computes them over the child.
pub(crate) fn place(drafts: &mut [Draft], child: Rc<Plan>, analyzer: &Analyzer) -> Rc<Plan> {
    let mut functions = Vec::new();
    for draft in drafts {
        let name = draft.name.clone();
        take(&mut draft.typed, &name, &mut functions, analyzer);
    }
    let mut relation = child;
    for functions in by_window(functions) {
        let columns = relation.columns.iter().cloned().chain(functions.iter().map(|function| function.column.clone())).collect();
        relation = Plan::new(Node::Window { functions, child: relation }, columns);
    }
    relation
}

/// Functions with the same partition and order are computed together, in the order of their first.
fn by_window(functions: Vec<WindowFunction>) -> Vec<Vec<WindowFunction>> {
    let mut groups: Vec<Vec<WindowFunction>> = Vec::new();
    for function in functions {
        let same = |group: &&mut Vec<WindowFunction>| {
            group[0].call.partition == function.call.partition && group[0].call.order == function.call.order
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(function),
            None => groups.push(vec![function]),
        }
    }
    groups
}

fn take(typed: &mut Typed, name: &str, functions: &mut Vec<WindowFunction>, analyzer: &Analyzer) {
    if let TypedKind::Over(call) = &typed.kind {
        let column = Column::new(analyzer.fresh_column(), name, typed.data_type.clone(), typed.nullable);
        functions.push(WindowFunction { column: column.clone(), call: (**call).clone() });
        *typed = column.typed();
        return;
    }
    for child in typed.children_mut() {
        take(child, name, functions, analyzer);
    }
}
