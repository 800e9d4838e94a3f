//! `FROM`: tables, views, subqueries, joins, lateral views.

use crate::diag;
use crate::diag::Diagnostic;
use crate::expr::Expr;
use crate::expr::TypedKind;
use crate::plan::Column;
use crate::plan::JoinOn;
use crate::plan::JoinType;
use crate::plan::Named;
use crate::plan::Node;
use crate::plan::Plan;
use crate::plan::analysis;
use crate::plan::column::quote;
use crate::plan::errors;
use crate::plan::names::Names;
use crate::plan::sql::Session;
use crate::plan::sql::values;
use crate::sql::tree;
use crate::types::DataType;
use std::rc::Rc;

/// The qualifier of a subquery without an alias.
const ANONYMOUS: &str = "__auto_generated_subquery_name";

impl Session<'_> {
    /// The relations of `FROM`, separated by commas; one row where there are none.
    pub(super) fn from(&self, relations: &[tree::Relation]) -> diag::Result<Rc<Plan>> {
        let mut whole: Option<Rc<Plan>> = None;
        for relation in relations {
            let next = self.relation(relation)?;
            whole = Some(match whole {
                None => next,
                Some(left) => analysis::join(&left, &next, JoinOn::Nothing, JoinType::Inner, self.analyzer)?,
            });
        }
        Ok(whole.unwrap_or_else(|| Plan::new(Node::OneRowRelation, Vec::new())))
    }

    fn relation(&self, relation: &tree::Relation) -> diag::Result<Rc<Plan>> {
        match relation {
            tree::Relation::Table(name, origin) => self.table(name, Some(*origin)),
            tree::Relation::Subquery(query) => Ok(analysis::subquery_alias(ANONYMOUS, self.query(query)?)),
            tree::Relation::Values(rows) => values::relation(rows, self.analyzer),
            tree::Relation::Function(name, arguments) => self.function(name, arguments),
            tree::Relation::Alias(inner, name, columns) => {
                let plan = self.relation(inner)?;
                let plan = if columns.is_empty() { plan } else { self.renamed(plan, columns)? };
                Ok(analysis::subquery_alias(name, plan))
            }
            tree::Relation::Join { left, right, kind, criteria } => self.join(left, right, *kind, criteria),
        }
    }

    /// A table or view, or a table of a `WITH` around.
    pub(super) fn table(&self, name: &[String], origin: Option<tree::Origin>) -> diag::Result<Rc<Plan>> {
        let last = name.last().cloned().unwrap_or_default();
        if let [single] = name
            && let Some((_, plan)) = self.tables.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(single))
        {
            return Ok(analysis::subquery_alias(single, Rc::clone(plan)));
        }
        match self.catalog.relation(name)? {
            Some(frame) => Ok(analysis::subquery_alias(&last.to_lowercase(), frame.plan)),
            None => Err(not_found(name, origin)),
        }
    }

    /// A function in `FROM`: `range`.
    fn function(&self, name: &str, arguments: &[tree::SqlExpr]) -> diag::Result<Rc<Plan>> {
        if !name.eq_ignore_ascii_case("range") {
            return Err(errors::unknown_to_us("table functions but range"));
        }
        let mut numbers = Vec::new();
        for argument in arguments {
            let (value, _) = values::constant(&Self::expr(argument)?, self.analyzer)?;
            numbers.push(value.as_i64().ok_or_else(|| errors::unknown_to_us("range over what is no whole number"))?);
        }
        let (start, end, step) = match numbers.as_slice() {
            [end] => (0, *end, 1),
            [start, end] => (*start, *end, 1),
            [start, end, step, ..] => (*start, *end, *step),
            [] => return Err(errors::unknown_to_us("range without an end")),
        };
        let id = Column::new(self.analyzer.fresh_column(), "id", DataType::Long, false);
        Ok(Plan::new(Node::Range { start, end, step }, vec![id]))
    }

    fn join(
        &self,
        left: &tree::Relation,
        right: &tree::Relation,
        kind: tree::JoinKind,
        criteria: &tree::JoinCriteria,
    ) -> diag::Result<Rc<Plan>> {
        let (left, right) = (self.relation(left)?, self.relation(right)?);
        let on = match criteria {
            tree::JoinCriteria::None => JoinOn::Nothing,
            tree::JoinCriteria::On(condition) => JoinOn::Condition(vec![Self::expr(condition)?]),
            tree::JoinCriteria::Using(columns) => JoinOn::Columns(columns.clone()),
            tree::JoinCriteria::Natural => JoinOn::Columns(common(&left, &right)),
        };
        let join_type = match kind {
            tree::JoinKind::Inner => JoinType::Inner,
            tree::JoinKind::Cross => JoinType::Cross,
            tree::JoinKind::LeftOuter => JoinType::LeftOuter,
            tree::JoinKind::RightOuter => JoinType::RightOuter,
            tree::JoinKind::FullOuter => JoinType::FullOuter,
            tree::JoinKind::LeftSemi => JoinType::LeftSemi,
            tree::JoinKind::LeftAnti => JoinType::LeftAnti,
        };
        analysis::join(&left, &right, on, join_type, self.analyzer)
    }

    /// The relation with its columns renamed in order.
    pub(super) fn renamed(&self, plan: Rc<Plan>, names: &[String]) -> diag::Result<Rc<Plan>> {
        if names.len() != plan.columns.len() {
            let text = format!(
                "The number of columns or variables assigned or aliased: {} does not match the number of source expressions: {}.",
                names.len(),
                plan.columns.len()
            );
            return Err(Diagnostic::analysis("ASSIGNMENT_ARITY_MISMATCH", text, "42802"));
        }
        let renamed = |(column, name): (&Column, &String)| Named {
            column: Column { id: self.analyzer.fresh_column(), name: name.clone(), qualifier: Vec::new(), ..column.clone() },
            expr: column.typed(),
        };
        let list = plan.columns.iter().zip(names).map(renamed).collect();
        Ok(Plan::project(list, plan))
    }

    /// `LATERAL VIEW generator(...) table AS columns`.
    pub(super) fn lateral_view(&self, view: &tree::LateralView, child: Rc<Plan>) -> diag::Result<Rc<Plan>> {
        let expr = Self::expr(&view.generator)?;
        let typed = crate::expr::resolve(&expr, &Names::of(&[&child], self.analyzer), &self.analyzer.settings())?;
        let TypedKind::Generator(call) = &typed.kind else { return Err(no_generator(&expr)) };
        let DataType::Struct(fields) = &typed.data_type else { unreachable!("a generator's type is the struct of its columns") };
        if !view.columns.is_empty() && view.columns.len() != fields.len() {
            return Err(analysis::wrong_aliases(fields.len(), &view.columns));
        }
        let outer = view.outer || call.outer;
        let columns = fields.iter().enumerate().map(|(place, field)| {
            let name = view.columns.get(place).unwrap_or(&field.name);
            let mut column = Column::new(self.analyzer.fresh_column(), name, field.data_type.clone(), field.nullable || outer);
            column.qualifier = vec![view.table.clone()];
            column
        });
        let columns = columns.collect();
        Ok(analysis::generated(typed, outer, columns, child))
    }
}

fn no_generator(expr: &Expr) -> Box<Diagnostic> {
    let text = format!("The generator is not supported: {} is expected to be a generator.", quote(&crate::expr::pretty_name(expr)));
    Diagnostic::analysis("UNSUPPORTED_GENERATOR.NOT_GENERATOR", text, "42K0E")
}

/// The names that both sides have, in the left side's order.
fn common(left: &Plan, right: &Plan) -> Vec<String> {
    let both = |column: &&Column| right.columns.iter().any(|other| other.name.eq_ignore_ascii_case(&column.name));
    left.columns.iter().filter(both).map(|column| column.name.clone()).collect()
}

/// `TABLE_OR_VIEW_NOT_FOUND`, with its place where it stands in a text. Also what `spark.table` raises.
#[must_use]
pub fn not_found(name: &[String], origin: Option<tree::Origin>) -> Box<Diagnostic> {
    let shown = name.iter().map(|part| quote(part)).collect::<Vec<_>>().join(".");
    let text = format!(
        "The table or view {shown} cannot be found. Verify the spelling and correctness of the schema and catalog.\n\
         Search path: [`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`].\n\
         If you did not qualify the name with a schema, verify the current_schema() output, or qualify the name with the correct schema and catalog.\n\
         To tolerate the error on drop use DROP VIEW IF EXISTS or DROP TABLE IF EXISTS."
    );
    let mut found = Diagnostic::analysis("TABLE_OR_VIEW_NOT_FOUND", text, "42P01");
    if let Some(origin) = origin {
        found.message = format!("{}; line {} pos {}", found.message, origin.line, origin.position);
    }
    found
}
