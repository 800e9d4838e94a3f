//! Conditions through joins: from above it, from its own condition, and those that equal columns imply.

use crate::expr::ColumnId;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::plan::Column;
use crate::plan::JoinType;
use crate::plan::Node;
use crate::plan::Plan;
use crate::plan::instance::substitute;
use crate::plan::join_watermark::conjuncts_of;
use crate::plan::optimize::Predicate;
use crate::plan::optimize::Pushing;
use crate::plan::optimize::infer;
use crate::plan::optimize::keep;
use crate::plan::optimize::reads_only;
use std::rc::Rc;

/// Where the conditions of a join go.
struct Split {
    left: Vec<Predicate>,
    right: Vec<Predicate>,
    joint: Vec<Predicate>,
    above: Vec<Predicate>,
}

impl Pushing<'_> {
    pub(super) fn join(
        &self,
        left: &Rc<Plan>,
        right: &Rc<Plan>,
        join_type: JoinType,
        condition: Option<&Typed>,
        above: Vec<Predicate>,
    ) -> Rc<Plan> {
        let mut conjuncts = Vec::new();
        if let Some(condition) = condition {
            conjuncts_of(condition, &mut conjuncts);
        }
        let own: Vec<Predicate> =
            conjuncts.into_iter().map(|typed| Predicate { typed: self.folded(typed.clone()), implied: false }).collect();
        let join_type = without_unmatched(join_type, left, right, &above);
        let mut split = split(join_type, left, right, own, real(above));
        self.infer_sides(join_type, left, right, &mut split);
        let (left_in, right_in) = (self.push(left, split.left), self.push(right, split.right));
        let condition = split.joint.into_iter().map(|predicate| predicate.typed).reduce(infer::and);
        let columns = columns(join_type, left, right);
        let joined = Plan::new(Node::Join { left: left_in, right: right_in, join_type, condition }, columns);
        keep(joined, split.above)
    }

    /// Adds to each side that loses its unmatched rows what the conditions imply of it.
    fn infer_sides(&self, join_type: JoinType, left: &Rc<Plan>, right: &Rc<Plan>, split: &mut Split) {
        let (infer_left, infer_right) = match join_type {
            JoinType::Inner | JoinType::Cross | JoinType::LeftSemi => (true, true),
            JoinType::RightOuter => (true, false),
            JoinType::LeftOuter | JoinType::LeftAnti => (false, true),
            JoinType::FullOuter => (false, false),
        };
        let all: Vec<Predicate> = split.left.iter().chain(&split.right).chain(&split.joint).cloned().collect();
        let mut all = all;
        all.extend(transitive(&all));
        for (infers, side, into) in [(infer_left, left, &mut split.left), (infer_right, right, &mut split.right)] {
            if !infers {
                continue;
            }
            let implied = all.iter().filter(|predicate| reads_only(&predicate.typed, side) && !predicate.typed.columns().is_empty());
            let new: Vec<Predicate> =
                implied.filter(|predicate| !into.iter().any(|known| known.typed == predicate.typed)).cloned().collect();
            into.extend(new);
            // Rows with a null key never match: they do not even enter the join's state, so these filters are real ones.
            let not_null = self.not_null(&all, side).into_iter().map(|predicate| Predicate { implied: false, ..predicate });
            let new: Vec<Predicate> = not_null.filter(|predicate| !into.iter().any(|known| known.typed == predicate.typed)).collect();
            into.extend(new);
            let joint = self.not_null(&split.joint, side);
            let is_real = |predicate: &Predicate| joint.iter().any(|known| known.typed == predicate.typed);
            into.iter_mut().for_each(|predicate| predicate.implied &= !is_real(predicate));
        }
    }
}

/// What a window above the join implies keeps rows out of the join's state once it stands below; what another condition implies goes with that one.
fn real(above: Vec<Predicate>) -> Vec<Predicate> {
    let stated: Vec<ColumnId> =
        above.iter().filter(|predicate| !predicate.implied).flat_map(|predicate| infer::intolerant(&predicate.typed)).collect();
    let of = |predicate: Predicate| {
        let repeats = infer::intolerant(&predicate.typed).iter().all(|id| stated.contains(id));
        Predicate { implied: predicate.implied && repeats, ..predicate }
    };
    above.into_iter().map(of).collect()
}

/// The join's columns: those of the outer side may be null.
fn columns(join_type: JoinType, left: &Plan, right: &Plan) -> Vec<Column> {
    let nullable = |column: &Column, yes: bool| Column { nullable: column.nullable || yes, ..column.clone() };
    let left_outer = matches!(join_type, JoinType::RightOuter | JoinType::FullOuter);
    let right_outer = matches!(join_type, JoinType::LeftOuter | JoinType::FullOuter);
    let left_columns = left.columns.iter().map(|column| nullable(column, left_outer));
    if join_type.is_left_only() {
        return left_columns.collect();
    }
    left_columns.chain(right.columns.iter().map(|column| nullable(column, right_outer))).collect()
}

fn split(join_type: JoinType, left: &Plan, right: &Plan, own: Vec<Predicate>, above: Vec<Predicate>) -> Split {
    let mut split = Split { left: Vec::new(), right: Vec::new(), joint: Vec::new(), above: Vec::new() };
    let inner = matches!(join_type, JoinType::Inner | JoinType::Cross);
    for predicate in above {
        let (on_left, on_right) = (reads_only(&predicate.typed, left), reads_only(&predicate.typed, right));
        match join_type {
            _ if inner && on_left => split.left.push(predicate),
            _ if inner && on_right => split.right.push(predicate),
            _ if inner => split.joint.push(predicate),
            JoinType::LeftOuter | JoinType::LeftSemi | JoinType::LeftAnti if on_left => split.left.push(predicate),
            JoinType::RightOuter if on_right => split.right.push(predicate),
            _ => split.above.push(predicate),
        }
    }
    for predicate in own {
        let (on_left, on_right) = (reads_only(&predicate.typed, left), reads_only(&predicate.typed, right));
        let left_may = inner || matches!(join_type, JoinType::RightOuter | JoinType::LeftSemi);
        let right_may = inner || matches!(join_type, JoinType::LeftOuter | JoinType::LeftSemi | JoinType::LeftAnti);
        match () {
            () if on_left && left_may => split.left.push(predicate),
            () if on_right && right_may => split.right.push(predicate),
            () => split.joint.push(predicate),
        }
    }
    split
}

/// A condition above the join that no row of nulls passes makes unmatched rows pointless: `EliminateOuterJoin`.
fn without_unmatched(join_type: JoinType, left: &Plan, right: &Plan, above: &[Predicate]) -> JoinType {
    let refuses_nulls =
        |side: &Plan| above.iter().any(|predicate| infer::intolerant(&predicate.typed).iter().any(|id| side.column(*id).is_some()));
    match join_type {
        JoinType::LeftOuter if refuses_nulls(right) => JoinType::Inner,
        JoinType::RightOuter if refuses_nulls(left) => JoinType::Inner,
        JoinType::FullOuter => match (refuses_nulls(left), refuses_nulls(right)) {
            (true, true) => JoinType::Inner,
            (true, false) => JoinType::LeftOuter,
            (false, true) => JoinType::RightOuter,
            (false, false) => JoinType::FullOuter,
        },
        other => other,
    }
}

/// What holds of a column also holds of the columns that equal it.
fn transitive(all: &[Predicate]) -> Vec<Predicate> {
    let mut found: Vec<Predicate> = Vec::new();
    for (a, b) in all.iter().filter_map(|predicate| equal_columns(&predicate.typed)) {
        for (from, to) in [(&a, &b), (&b, &a)] {
            let (from_id, to_id) = (from.columns()[0], to.columns()[0]);
            for predicate in all.iter().filter(|predicate| predicate.typed.columns() == [from_id]) {
                let typed = substitute(predicate.typed.clone(), &|id: ColumnId| (id == from_id).then(|| to.clone()));
                let known = all.iter().chain(&found).any(|known| known.typed == typed);
                if !known && to_id != from_id {
                    found.push(Predicate { typed, implied: false });
                }
            }
        }
    }
    found
}

/// The two columns of `a = b`.
fn equal_columns(typed: &Typed) -> Option<(Typed, Typed)> {
    let TypedKind::Call(call) = &typed.kind else { return None };
    match call.arguments.as_slice() {
        [a, b] if call.function.name == "=" && matches!((&a.kind, &b.kind), (TypedKind::Column(_), TypedKind::Column(_))) => {
            Some((a.clone(), b.clone()))
        }
        _ => None,
    }
}
