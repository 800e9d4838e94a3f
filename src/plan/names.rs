//! What a name means over a relation's columns: Spark's `AttributeSeq.resolve`.

use crate::diag;
use crate::diag::Diagnostic;
use crate::expr::ColumnId;
use crate::expr::Scope;
use crate::expr::Typed;
use crate::plan::Analyzer;
use crate::plan::Column;
use crate::plan::Plan;
use crate::plan::errors;
use std::cell::RefCell;
use std::rc::Rc;

/// The columns that names are looked up in.
pub(crate) struct Names<'a> {
    columns: Vec<&'a Column>,
    /// Columns of relations below that no longer are in the output: looked up where the output has no such name.
    hidden: Vec<&'a Column>,
    analyzer: &'a Analyzer,
    case_sensitive: bool,
    /// Aliases to the left in the same list, with what they stand for: looked up last.
    lateral: RefCell<Vec<(String, Typed)>>,
    /// Whether a column of both sides of a join with itself may be named: in the join's own condition.
    lenient: bool,
    /// The columns of both sides that were named all the same.
    copied: RefCell<Vec<ColumnId>>,
    /// The hidden columns that were used.
    used_hidden: RefCell<Vec<Column>>,
}

/// The bit of a frame's id that marks a reference to one column, whose id the other bits are: no frame has it.
pub(crate) const EXACT: u64 = 1 << 63;

impl<'a> Names<'a> {
    /// The columns of the relations, left to right.
    pub(crate) fn of(plans: &[&'a Rc<Plan>], analyzer: &'a Analyzer) -> Self {
        let columns = plans.iter().flat_map(|plan| plan.columns.iter()).collect();
        Self {
            columns,
            hidden: Vec::new(),
            analyzer,
            case_sensitive: analyzer.settings().case_sensitive,
            lenient: false,
            copied: RefCell::default(),
            used_hidden: RefCell::default(),
            lateral: RefCell::default(),
        }
    }

    /// The same columns, and these where a name is not among them.
    pub(crate) fn with_hidden(mut self, hidden: Vec<&'a Column>) -> Self {
        self.hidden = hidden;
        self
    }

    /// Lets what follows in a list name an alias of it.
    pub(crate) fn add_alias(&self, name: &str, typed: &Typed) {
        self.lateral.borrow_mut().push((name.to_owned(), typed.clone()));
    }

    fn find_alias(&self, parts: &[String]) -> Option<Typed> {
        let lateral = self.lateral.borrow();
        let mut found = lateral.iter().filter(|(name, _)| self.same(name, &parts[0]));
        let (only, another) = (found.next(), found.next());
        if another.is_some() { None } else { only.map(|(_, typed)| typed.clone()) }
    }

    /// The same columns, for a join's own condition.
    pub(crate) fn lenient(self) -> Self {
        Self { lenient: true, ..self }
    }

    /// The columns of both sides of a join with itself that were named, for [`Self::lenient`] names.
    pub(crate) fn copied(&self) -> Vec<ColumnId> {
        self.copied.borrow().clone()
    }

    /// The hidden columns that names were resolved to, in order of use.
    pub(crate) fn used_hidden(&self) -> Vec<Column> {
        self.used_hidden.borrow().clone()
    }

    /// The one column that the parts name, and how many parts name it; the rest are fields.
    pub(crate) fn find(&self, parts: &[String]) -> diag::Result<Option<(&'a Column, usize)>> {
        if let Some(found) = self.find_among(&self.columns, parts)? {
            return Ok(Some(found));
        }
        let found = self.find_among(&self.hidden, parts)?;
        if let Some((column, _)) = found {
            self.note_hidden(column);
        }
        Ok(found)
    }

    fn note_hidden(&self, column: &Column) {
        let mut used = self.used_hidden.borrow_mut();
        if !used.iter().any(|known| known.id == column.id) {
            used.push(column.clone());
        }
    }

    fn find_among(&self, columns: &[&'a Column], parts: &[String]) -> diag::Result<Option<(&'a Column, usize)>> {
        for used in (1..=parts.len()).rev() {
            let (qualifier, name) = (&parts[..used - 1], &parts[used - 1]);
            let found = columns.iter().filter(|column| self.same(&column.name, name) && self.qualifies(qualifier, &column.qualifier));
            let mut found: Vec<&Column> = found.copied().collect();
            found.dedup_by_key(|column| column.id);
            match found.as_slice() {
                [] => {}
                [column] => return Ok(Some((column, used))),
                several if several.iter().all(|column| column.id == several[0].id) => return Ok(Some((several[0], used))),
                several => return Err(errors::ambiguous(parts, several)),
            }
        }
        Ok(None)
    }

    /// Whether what is written before the name is the end of the column's qualifier.
    fn qualifies(&self, written: &[String], qualifier: &[String]) -> bool {
        written.len() <= qualifier.len()
            && written.iter().rev().zip(qualifier.iter().rev()).all(|(written, qualifier)| self.same(written, qualifier))
    }

    fn same(&self, a: &str, b: &str) -> bool {
        if self.case_sensitive { a == b } else { a.eq_ignore_ascii_case(b) || a.to_lowercase() == b.to_lowercase() }
    }
}

impl Names<'_> {
    /// What `*` stands for, or `table.*`; empty where no column has the qualifier.
    pub(crate) fn of_star(&self, of: &[String]) -> Vec<&Column> {
        self.columns.iter().filter(|column| !column.hidden && self.qualifies(of, &column.qualifier)).copied().collect()
    }
}

impl Scope for Names<'_> {
    fn resolve_name(&self, parts: &[String]) -> diag::Result<(Typed, usize)> {
        match self.find(parts)? {
            Some((column, used)) => Ok((column.typed(), used)),
            None => match self.find_alias(parts) {
                Some(typed) => Ok((typed, 1)),
                None => Err(errors::unresolved_column(parts, &self.columns)),
            },
        }
    }

    fn resolve_column_of(&self, frame: u64, name: &str) -> diag::Result<Typed> {
        if frame & EXACT != 0 {
            return self.exactly(ColumnId(frame & !EXACT));
        }
        let Some(plan) = self.analyzer.remembered(frame) else { return Err(errors::unresolved_column(&[name.to_owned()], &[])) };
        let Some(asked) = plan.columns.iter().find(|column| self.same(&column.name, name)) else {
            return Err(errors::no_such_column(name, &plan.schema()));
        };
        if self.analyzer.copy_of(&plan, asked.id, &self.columns).is_some() {
            if !self.lenient {
                return Err(errors::ambiguous_self_join(&[asked]));
            }
            self.copied.borrow_mut().push(asked.id);
        }
        if let Some(column) = self.by_id(asked.id) {
            return Ok(column.typed());
        }
        Err(self.missing(asked))
    }

    fn star(&self, qualifier: &[String]) -> diag::Result<Vec<(String, Typed)>> {
        Ok(self.of_star(qualifier).into_iter().map(|column| (column.name.clone(), column.typed())).collect())
    }
}

impl<'a> Names<'a> {
    /// The column with this id, hidden ones included.
    pub(crate) fn by_id(&self, id: ColumnId) -> Option<&'a Column> {
        if let Some(column) = self.columns.iter().find(|column| column.id == id) {
            return Some(column);
        }
        let column = self.hidden.iter().find(|column| column.id == id)?;
        self.note_hidden(column);
        Some(column)
    }

    fn exactly(&self, id: ColumnId) -> diag::Result<Typed> {
        match self.by_id(id) {
            Some(column) => Ok(column.typed()),
            None => unreachable!("a reference by id stands for a column of the relation"),
        }
    }

    /// A column of another frame that does not come through here: `MISSING_ATTRIBUTES`.
    fn missing(&self, asked: &Column) -> Box<Diagnostic> {
        let quoted = |name: &str| format!("\"{name}\"");
        let input = self.columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ");
        let text = format!(
            "Resolved attribute(s) {} missing from {input} in operator !Project [{}#{}]. ",
            quoted(&asked.name),
            asked.name,
            asked.id.0
        );
        if self.columns.iter().any(|column| self.same(&column.name, &asked.name)) {
            let text = format!(
                "{text}Attribute(s) with the same name appear in the operation: {}.\nPlease check if the right attribute(s) are used.",
                quoted(&asked.name)
            );
            return Diagnostic::analysis("MISSING_ATTRIBUTES.RESOLVED_ATTRIBUTE_APPEAR_IN_OPERATION", text, "XX000");
        }
        Diagnostic::analysis("MISSING_ATTRIBUTES.RESOLVED_ATTRIBUTE_MISSING_FROM_INPUT", text, "XX000")
    }
}
