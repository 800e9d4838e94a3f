//! `SELECT ... FROM ... WHERE ... GROUP BY ... HAVING ... ORDER BY`.

use crate::diag;
use crate::diag::Diagnostic;
use crate::expr::ColumnId;
use crate::expr::Expr;
use crate::expr::Scope;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::plan::Column;
use crate::plan::Named;
use crate::plan::Node;
use crate::plan::Order;
use crate::plan::Plan;
use crate::plan::analysis;
use crate::plan::analysis::Draft;
use crate::plan::analysis::Grouping;
use crate::plan::column::quote;
use crate::plan::errors;
use crate::plan::names::Names;
use crate::plan::sql::Session;
use crate::plan::sql::distinct;
use crate::plan::sql::order;
use crate::sql::tree;
use std::rc::Rc;

/// For each grouping set, which keys are in it.
type Sets = Vec<Vec<bool>>;

impl Session<'_> {
    /// A `SELECT` with the `ORDER BY` that follows it.
    pub(super) fn select(&self, select: &tree::Select, order_by: &[tree::SqlSortKey]) -> diag::Result<Rc<Plan>> {
        let mut child = self.from(&select.from)?;
        for view in &select.lateral_views {
            child = self.lateral_view(view, child)?;
        }
        if let Some(condition) = &select.filter {
            child = analysis::filter(Self::expr(condition)?, child, self.analyzer)
                .map_err(|found| order::placed_at(found, "INVALID_WHERE_CONDITION", select.origin))?;
        }
        let items = select.items.iter().map(Self::expr).collect::<diag::Result<Vec<_>>>()?;
        let items = analysis::spread(items, &child, self.analyzer)?;
        let mut aggregates = select.group_by.is_some() || select.having.is_some();
        if !aggregates {
            aggregates = analysis::drafts(items.clone(), &child, self.analyzer)?.iter().any(|draft| draft.typed.has_aggregate());
        }
        if aggregates {
            return self.grouped(select, items, order_by, child);
        }
        let list = analysis::project(items, child, self.analyzer)?;
        let list = if select.distinct { distinct(list) } else { list };
        self.sorted(list, order_by)
    }

    /// The keys first: what is selected may name the window that is one of them.
    fn grouped(&self, select: &tree::Select, items: Vec<Expr>, order_by: &[tree::SqlSortKey], child: Rc<Plan>) -> diag::Result<Rc<Plan>> {
        let (mut keys, sets) = self.keys(select.group_by.as_ref(), &items, &child)?;
        let (child, window) = analysis::place_windows(keys.iter_mut().map(|draft| &mut draft.typed), None, child, self.analyzer)?;
        let mut outputs = analysis::drafts(items, &child, self.analyzer)?;
        let scope = Results {
            outputs: &outputs.iter().map(Draft::copy).collect::<Vec<_>>(),
            relation: &child,
            child: Names::of(&[&child], self.analyzer),
        };
        let settings = self.analyzer.settings();
        let mut having = select.having.as_ref().map(|having| crate::expr::resolve(&Self::expr(having)?, &scope, &settings)).transpose()?;
        // A distinct result is sorted by its own columns alone.
        let inner_order = if select.distinct { &[][..] } else { order_by };
        let mut sort = self.sort_drafts(inner_order, &outputs, &scope)?;
        let all = outputs.iter_mut().map(|draft| &mut draft.typed).chain(&mut having).chain(sort.iter_mut().map(|order| &mut order.expr));
        let (mut windowed, _) = analysis::place_windows(all, window, Rc::clone(&child), self.analyzer)?;
        if let Some(sets) = sets {
            let copied = analysis::Copied::new(keys, sets, windowed, self.analyzer);
            let typed =
                outputs.iter_mut().map(|draft| &mut draft.typed).chain(&mut having).chain(sort.iter_mut().map(|order| &mut order.expr));
            for typed in typed {
                copied.replace(typed, self.analyzer)?;
            }
            (keys, windowed) = (copied.keys(), copied.relation());
        }
        let mut grouping = Grouping::new(keys, windowed, self.analyzer)?;
        let mut list = Vec::new();
        for output in outputs {
            list.push(grouping.output(output, self.analyzer)?);
        }
        let having = having.map(|having| grouping.over_results(having, "having", self.analyzer)).transpose();
        let having = match (having, &select.having) {
            (Err(found), Some(written)) => return Err(scope.lost(&Self::expr(written)?, &settings).unwrap_or(found)),
            (having, _) => having?,
        };
        for order in &mut sort {
            order.expr = grouping.over_results(order.expr.clone(), "sort", self.analyzer)?;
        }
        let results = match having {
            Some(condition) => Plan::filter(condition, grouping.results()),
            None if select.distinct => return self.sorted(distinct(grouping.finish(list)), order_by),
            None if sort.is_empty() => return Ok(grouping.finish(list)),
            None => grouping.results(),
        };
        if select.distinct {
            return self.sorted(distinct(Plan::project(list, results)), order_by);
        }
        Ok(self.ordered(list, sort, results))
    }

    /// The outputs over the results, sorted: keys that are no outputs are carried along and dropped again.
    fn ordered(&self, list: Vec<Named>, sort: Vec<Order>, results: Rc<Plan>) -> Rc<Plan> {
        let (mut carried, mut sort) = (list.clone(), sort);
        for order in &mut sort {
            let known = carried.iter().find(|named| named.expr == order.expr).map(|named| named.column.clone());
            let column = known.unwrap_or_else(|| {
                let (id, typed) = (self.analyzer.fresh_column(), order.expr.clone());
                let column = crate::plan::Column::new(id, "_sort", typed.data_type.clone(), typed.nullable);
                carried.push(Named { column: column.clone(), expr: typed });
                column
            });
            order.expr = column.typed();
        }
        let hides = carried.len() > list.len();
        let projected = Plan::project(carried, results);
        if sort.is_empty() {
            return projected;
        }
        let columns = projected.columns.clone();
        let sorted = Plan::new(Node::Sort { keys: sort, global: true, child: projected }, columns);
        if hides { Plan::project(list.iter().map(|named| Named::pass(&named.column)).collect(), sorted) } else { sorted }
    }

    /// The keys of `GROUP BY`: positions and aliases of the select list, or expressions over the relation; and for each grouping set which are in it.
    fn keys(&self, grouping: Option<&tree::Grouping>, items: &[Expr], child: &Rc<Plan>) -> diag::Result<(Vec<Draft>, Option<Sets>)> {
        let written = match grouping {
            None => return Ok((Vec::new(), None)),
            Some(tree::Grouping::All) => {
                let all = analysis::drafts(items.to_vec(), child, self.analyzer)?;
                return Ok((all.into_iter().filter(|output| !output.typed.has_aggregate()).collect(), None));
            }
            Some(tree::Grouping::Sets(written)) => written.clone(),
            Some(tree::Grouping::Expressions(written)) => vec![written.clone()],
        };
        let mut keys: Vec<Draft> = Vec::new();
        let mut members = Vec::new();
        for set in &written {
            let mut places = Vec::new();
            for key in set {
                let key = self.key(Self::expr(key)?, items, child)?;
                let place = keys.iter().position(|known| known.typed == key.typed).unwrap_or(keys.len());
                if place == keys.len() {
                    keys.push(key);
                }
                places.push(place);
            }
            members.push(places);
        }
        let sets = members.iter().map(|set| (0..keys.len()).map(|key| set.contains(&key)).collect()).collect();
        let has_sets = matches!(grouping, Some(tree::Grouping::Sets(_)));
        Ok((keys, has_sets.then_some(sets)))
    }

    fn key(&self, key: Expr, items: &[Expr], child: &Rc<Plan>) -> diag::Result<Draft> {
        let names = Names::of(&[child], self.analyzer);
        if let Some(place) = order::position(&key) {
            let Some(item) = usize::try_from(place - 1).ok().and_then(|place| items.get(place)) else {
                return Err(order::out_of_range("GROUP BY", "GROUP_BY_POS_OUT_OF_RANGE", place, items.len(), &key));
            };
            let draft = Draft::of(item.clone(), &names, self.analyzer)?;
            return if draft.typed.has_aggregate() { Err(position_of_aggregate(place, &draft.name, &key)) } else { Ok(draft) };
        }
        if let Expr::Name(parts) = key.bare()
            && let [name] = parts.as_slice()
            && names.find(parts)?.is_none()
            && let Some(item) = items.iter().find(|item| matches!(item, Expr::Alias(_, given) if given[0].eq_ignore_ascii_case(name)))
        {
            return Draft::of(item.clone(), &names, self.analyzer);
        }
        Draft::of(key, &names, self.analyzer)
    }

    fn sort_drafts(&self, order_by: &[tree::SqlSortKey], outputs: &[Draft], scope: &Results) -> diag::Result<Vec<Order>> {
        let settings = self.analyzer.settings();
        let mut sort = Vec::new();
        for key in crate::expr::sort_keys(order_by)? {
            let expr = match order::position(&key.expr) {
                None => crate::expr::resolve(&key.expr, scope, &settings)?,
                Some(place) => match usize::try_from(place - 1).ok().and_then(|place| outputs.get(place)) {
                    Some(output) => output.typed.clone(),
                    None => return Err(order::out_of_range("ORDER BY", "ORDER_BY_POS_OUT_OF_RANGE", place, outputs.len(), &key.expr)),
                },
            };
            sort.push(Order { expr, descending: key.descending, nulls_first: key.nulls_first });
        }
        Ok(sort)
    }
}

fn position_of_aggregate(place: i64, name: &str, written: &Expr) -> Box<Diagnostic> {
    let text = format!(
        "GROUP BY {place} refers to an expression {name} AS {} that contains an aggregate function. Aggregate functions are not allowed in GROUP BY.",
        quote(name)
    );
    order::placed(Diagnostic::analysis("GROUP_BY_POS_AGGREGATE", text, "42903"), written)
}

/// The names that `HAVING` and `ORDER BY` know: the outputs' first, then the relation's. An output stands for its expression.
struct Results<'a> {
    outputs: &'a [Draft],
    relation: &'a Plan,
    child: Names<'a>,
}

impl Results<'_> {
    /// What an unknown name might have meant: the outputs, bare columns with their qualifier.
    fn candidates(&self) -> Vec<Column> {
        let candidate = |output: &Draft| match output.typed.kind {
            TypedKind::Column(id) if !output.aliased => self.relation.column(id).cloned(),
            _ => None,
        };
        let made =
            |output: &Draft| Column::new(ColumnId(u64::MAX - output.name.len() as u64), &output.name, output.typed.data_type.clone(), true);
        self.outputs.iter().map(|output| candidate(output).unwrap_or_else(|| made(output))).collect()
    }
}

impl Results<'_> {
    /// The first name in `HAVING` that is neither an output nor inside an aggregate: there the relation's columns are gone.
    fn lost(&self, written: &Expr, settings: &crate::expr::Settings) -> Option<Box<Diagnostic>> {
        if let Expr::At(inner, origin) = written
            && let Expr::Name(parts) = &**inner
        {
            let is_output = self.outputs.iter().any(|output| output.name.eq_ignore_ascii_case(&parts[0]));
            let found = || errors::unresolved_column(parts, &self.candidates().iter().collect::<Vec<_>>());
            return (!is_output).then(|| order::placed_at(found(), "UNRESOLVED_COLUMN.WITH_SUGGESTION", *origin));
        }
        if crate::expr::resolve(written, self, settings).is_ok_and(|typed| matches!(typed.kind, TypedKind::Aggregate(_))) {
            return None;
        }
        match written.bare() {
            Expr::Call { arguments, .. } => arguments.iter().find_map(|argument| self.lost(argument, settings)),
            Expr::Cast(child, ..) => self.lost(child, settings),
            _ => None,
        }
    }
}

impl Scope for Results<'_> {
    fn resolve_name(&self, parts: &[String]) -> diag::Result<(Typed, usize)> {
        let output = self.outputs.iter().find(|output| output.name.eq_ignore_ascii_case(&parts[0]));
        match output {
            Some(output) => Ok((output.typed.clone(), 1)),
            None if self.child.find(parts)?.is_none() => {
                Err(errors::unresolved_column(parts, &self.candidates().iter().collect::<Vec<_>>()))
            }
            None => self.child.resolve_name(parts),
        }
    }

    fn resolve_column_of(&self, frame: u64, name: &str) -> diag::Result<Typed> {
        self.child.resolve_column_of(frame, name)
    }

    fn star(&self, qualifier: &[String]) -> diag::Result<Vec<(String, Typed)>> {
        self.child.star(qualifier)
    }
}
