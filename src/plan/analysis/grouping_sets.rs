//! `rollup`, `cube` and `GROUPING SETS`: the rows are copied under the aggregation, once for each set (`constructExpand`).

use crate::diag;
use crate::expr::Expr;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::plan::Analyzer;
use crate::plan::Column;
use crate::plan::Expand;
use crate::plan::Named;
use crate::plan::Node;
use crate::plan::Plan;
use crate::plan::analysis::list::Draft;
use crate::plan::names::Names;
use crate::types::DataType;
use crate::types::Value;
use std::rc::Rc;

/// What to group by: keys, and the sets of them where there are several.
#[derive(Clone, Debug, Default)]
pub struct GroupBy {
    /// The keys as written.
    pub keys: Vec<Expr>,
    /// For each grouping set, which keys are in it; none for a plain `groupBy`.
    pub sets: Option<Vec<Vec<bool>>>,
}

impl From<Vec<Expr>> for GroupBy {
    fn from(keys: Vec<Expr>) -> Self {
        Self { keys, sets: None }
    }
}

impl GroupBy {
    /// `rollup`: all keys, then one less each time.
    #[must_use]
    pub fn rollup(keys: Vec<Expr>) -> Self {
        let count = keys.len();
        let sets = (0..=count).rev().map(|kept| (0..count).map(|key| key < kept).collect()).collect();
        Self { keys, sets: Some(sets) }
    }

    /// `cube`: every choice of keys.
    #[must_use]
    pub fn cube(keys: Vec<Expr>) -> Self {
        let count = keys.len();
        let sets = (0..1_usize << count).map(|left_out| (0..count).map(|key| left_out >> (count - 1 - key) & 1 == 0).collect()).collect();
        Self { keys, sets: Some(sets) }
    }
}

/// Keys that were copied for grouping sets.
pub(crate) struct Copied {
    expand: Expand,
}

impl Copied {
    /// Copies the rows of the child for the sets of these keys.
    pub(crate) fn new(keys: Vec<Draft>, sets: Vec<Vec<bool>>, child: Rc<Plan>, analyzer: &Analyzer) -> Self {
        let keys = keys.into_iter().map(|key| {
            let expr = key.typed.clone();
            let named = Draft { aliased: false, ..key }.named(&child, analyzer);
            let column = Column { id: analyzer.fresh_column(), nullable: true, ..named.column };
            Named { column, expr }
        });
        let keys = keys.collect();
        let grouping_id = Column::new(analyzer.fresh_column(), "spark_grouping_id", DataType::Long, false);
        Self { expand: Expand { keys, sets, grouping_id, child } }
    }

    /// The relation with the copies.
    pub(crate) fn relation(&self) -> Rc<Plan> {
        let made = self.expand.keys.iter().map(|key| &key.column).chain([&self.expand.grouping_id]);
        let columns = self.expand.child.columns.iter().chain(made).cloned().collect();
        Plan::new(Node::Expand(self.expand.clone()), columns)
    }

    /// What the aggregation groups by: the copied keys and the grouping id.
    pub(crate) fn keys(&self) -> Vec<Draft> {
        let columns = self.expand.keys.iter().map(|key| &key.column).chain([&self.expand.grouping_id]);
        columns
            .map(|column| Draft { name: column.name.clone(), names: Vec::new(), aliased: false, cast: false, typed: column.typed() })
            .collect()
    }

    /// An output over the copies: keys outside of aggregates are the copied ones, `grouping` and `grouping_id` read the grouping id.
    pub(crate) fn replace(&self, typed: &mut Typed, analyzer: &Analyzer) -> diag::Result<()> {
        if let Some(key) = self.expand.keys.iter().find(|key| key.expr == *typed) {
            *typed = key.column.typed();
            return Ok(());
        }
        match &typed.kind {
            TypedKind::Aggregate(_) => Ok(()),
            TypedKind::Call(call) if call.function.name == "grouping_id" => {
                *typed = self.expand.grouping_id.typed();
                Ok(())
            }
            TypedKind::Call(call) if call.function.name == "grouping" => {
                if let Some(place) = self.expand.keys.iter().position(|key| call.arguments.first() == Some(&key.expr)) {
                    *typed = self.bit(place, analyzer)?;
                }
                Ok(())
            }
            _ => typed.children_mut().into_iter().try_for_each(|child| self.replace(child, analyzer)),
        }
    }

    /// Whether the key at this place is left out of the row's set, as 0 or 1.
    fn bit(&self, place: usize, analyzer: &Analyzer) -> diag::Result<Typed> {
        let number = |value: usize| Expr::Literal(Value::Integer(value as i32), DataType::Integer);
        let shifted =
            Expr::call("shiftright", vec![super::list::exactly(&self.expand.grouping_id), number(self.expand.keys.len() - 1 - place)]);
        let bit = Expr::Cast(Box::new(Expr::call("&", vec![shifted, number(1)])), DataType::Byte, false);
        let relation = self.relation();
        crate::expr::resolve(&bit, &Names::of(&[&relation], analyzer), &analyzer.settings())
    }
}
