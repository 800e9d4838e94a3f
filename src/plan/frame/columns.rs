//! Methods that choose and change columns.

use crate::diag;
use crate::diag::Diagnostic;
use crate::expr::Expr;
use crate::plan::Frame;
use crate::plan::Named;
use crate::plan::Node;
use crate::plan::Plan;
use crate::plan::analysis;
use std::rc::Rc;

impl Frame {
    /// `df.select(...)`. With aggregate functions and without keys it aggregates all rows.
    ///
    /// # Errors
    /// What names, types, windows and generators raise; `MISSING_GROUP_BY`.
    pub fn select(&self, list: Vec<Expr>) -> diag::Result<Self> {
        Ok(self.over(analysis::project(list, Rc::clone(&self.plan), &self.analyzer)?))
    }

    /// `df.withColumns(...)`: replaces columns of these names in place and appends the others.
    ///
    /// # Errors
    /// What names and types raise.
    pub fn with_columns(&self, columns: Vec<(String, Expr)>) -> diag::Result<Self> {
        let aliased = |name: &str, expr: &Expr| Expr::Alias(Box::new(expr.clone()), vec![name.to_owned()]);
        let mut list = Vec::new();
        for place in 0..self.plan.columns.len() {
            let old = &self.plan.columns[place];
            match columns.iter().find(|(name, _)| self.same_name(name, &old.name)) {
                Some((name, expr)) => list.push(aliased(name, expr)),
                None => list.push(analysis::exactly(old)),
            }
        }
        let is_new = |name: &str| !self.plan.columns.iter().any(|old| self.same_name(&old.name, name));
        list.extend(columns.iter().filter(|(name, _)| is_new(name)).map(|(name, expr)| aliased(name, expr)));
        self.select(list)
    }

    /// `df.withColumnRenamed(old, new)`: every column of the old name; nothing where there is none.
    #[must_use]
    pub fn with_column_renamed(&self, old: &str, new: &str) -> Self {
        if !self.plan.columns.iter().any(|column| self.same_name(&column.name, old)) {
            return self.clone();
        }
        let renamed = |named: &mut Named| {
            if self.same_name(&named.column.name, old) {
                new.clone_into(&mut named.column.name);
                named.column.id = self.analyzer.fresh_column();
                named.column.qualifier.clear();
            }
        };
        self.project_each(renamed)
    }

    /// `df.withColumnsRenamed({old: new})`, one after the other.
    #[must_use]
    pub fn with_columns_renamed(&self, renames: &[(String, String)]) -> Self {
        renames.iter().fold(self.clone(), |frame, (old, new)| frame.with_column_renamed(old, new))
    }

    /// `df.toDF(names...)`: all columns renamed in order.
    ///
    /// # Errors
    /// `ASSIGNMENT_ARITY_MISMATCH` where the number of names is another.
    pub fn to_df(&self, names: &[String]) -> diag::Result<Self> {
        if names.len() != self.plan.columns.len() {
            let text = format!(
                "The number of columns or variables assigned or aliased: {} does not match the number of source expressions: {}.",
                self.plan.columns.len(),
                names.len()
            );
            return Err(Diagnostic::analysis("ASSIGNMENT_ARITY_MISMATCH", text, "42802"));
        }
        let mut fresh = names.iter();
        Ok(self.project_each(|named| {
            if let Some(name) = fresh.next() {
                named.column.id = self.analyzer.fresh_column();
                name.clone_into(&mut named.column.name);
                named.column.qualifier.clear();
            }
        }))
    }

    /// `df.drop("a", "b")`: every column of these names; names that there are not change nothing.
    #[must_use]
    pub fn drop_names(&self, names: &[String]) -> Self {
        self.keep(|column| !names.iter().any(|name| self.same_name(name, &column.name)))
    }

    /// `df.drop(column)`: the columns that these expressions stand for; expressions that stand for none change nothing.
    #[must_use]
    pub fn drop_columns(&self, columns: &[Expr]) -> Self {
        let dropped = analysis::columns_meant(columns, &self.plan, &self.analyzer);
        self.keep(|column| !dropped.contains(&column.id))
    }

    /// `df.alias(name)`.
    #[must_use]
    pub fn alias(&self, alias: &str) -> Self {
        self.over(analysis::subquery_alias(alias, Rc::clone(&self.plan)))
    }

    fn keep(&self, keep: impl Fn(&crate::plan::Column) -> bool) -> Self {
        if self.plan.columns.iter().all(&keep) {
            return self.clone();
        }
        let list = self.plan.columns.iter().filter(|column| keep(column)).map(Named::pass).collect();
        self.over(Plan::project(list, Rc::clone(&self.plan)))
    }

    fn project_each(&self, mut change: impl FnMut(&mut Named)) -> Self {
        let mut list: Vec<Named> = self.plan.columns.iter().map(Named::pass).collect();
        list.iter_mut().for_each(&mut change);
        self.over(Plan::project(list, Rc::clone(&self.plan)))
    }

    /// `df.repartition`, `df.coalesce`: nothing that can be seen, there is one partition.
    #[must_use]
    pub fn repartition(&self) -> Self {
        self.over(Plan::new(Node::Repartition { child: Rc::clone(&self.plan) }, self.plan.columns.clone()))
    }
}
