//! Commands on Delta tables: `MERGE`, `UPDATE`, `DELETE`. Delta's `MergeIntoCommand`, `UpdateCommand`, `DeleteCommand`.
//!
//! Law: a command reads one version of the table, rewrites the files whose rows it changes, and commits once; rows that it does not touch stay.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use arrow_array::ArrayRef;
use arrow_array::RecordBatch;

use super::session::Session;
use crate::connector::delta;
use crate::connector::delta::Operation;
use crate::connector::delta::Target;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::Expr;
use crate::plan::Frame;
use crate::plan::JoinOn;
use crate::plan::Node;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Value;
use crate::types::arrow::array_of;
use crate::types::arrow::value_at;
use crate::world::World;

/// The columns that number the rows of both sides.
const TARGET_ROW: &str = "_target_row_";
const SOURCE_ROW: &str = "_source_row_";

/// Which rows a clause of a merge is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeRows {
    /// `whenMatched...`: rows of the table that have a row of the source.
    Matched,
    /// `whenNotMatched...`: rows of the source without one of the table.
    NotMatched,
    /// `whenNotMatchedBySource...`: rows of the table without one of the source.
    NotMatchedBySource,
}

/// What a clause of a merge does.
#[derive(Clone, Debug, PartialEq)]
pub enum MergeAction {
    /// Sets these columns; in an insert the others are null.
    Set(Vec<(String, Expr)>),
    /// Sets all columns to the source's of the same names.
    SetAll,
    /// Takes the row out.
    Delete,
}

/// A clause of a merge.
#[derive(Clone, Debug, PartialEq)]
pub struct MergeClause {
    /// Which rows.
    pub rows: MergeRows,
    /// Which of them; all without one.
    pub condition: Option<Expr>,
    /// What becomes of them.
    pub action: MergeAction,
}

/// A merge: `DeltaTable.merge(...)...execute()`.
#[derive(Clone, Debug)]
pub struct Merge {
    /// The table's folder.
    pub path: String,
    /// What the table is called in conditions.
    pub alias: Option<String>,
    /// What is merged into it.
    pub source: Frame,
    /// Which rows match.
    pub condition: Expr,
    /// In order: the first that applies to a row is taken.
    pub clauses: Vec<MergeClause>,
}

/// Rows as values, and what becomes of those of the table.
struct Rewrite {
    target: Target,
    /// All rows of the table.
    rows: Vec<Vec<Value>>,
    /// What becomes of a row of the table: other values, or none where it goes.
    changes: BTreeMap<usize, Option<Vec<Value>>>,
    inserts: Vec<Vec<Value>>,
}

impl Session {
    /// `DeltaTable.delete(condition)`.
    ///
    /// # Errors
    /// A path that holds no table; what the condition raises.
    pub fn delta_delete(&mut self, world: &mut dyn World, path: &str, alias: Option<&str>, condition: Option<&Expr>) -> Result<()> {
        let mut rewrite = Rewrite::open(world, path)?;
        let frame = self.numbered(&rewrite.target.schema, &rewrite.rows, TARGET_ROW, alias);
        for (row, ..) in self.chosen(world, &frame, condition, &[])? {
            rewrite.changes.insert(row, None);
        }
        let gone = rewrite.changes.len() as u64;
        let parameters = vec![("predicate", condition.map_or_else(|| "[\"true\"]".to_owned(), predicate))];
        rewrite.commit(world, path, "DELETE", parameters, |files, kept| {
            vec![("numRemovedFiles", files), ("numDeletedRows", gone), ("numCopiedRows", kept)]
        })
    }

    /// `DeltaTable.update(condition, set)`.
    ///
    /// # Errors
    /// A path that holds no table; what the expressions raise.
    pub fn delta_update(
        &mut self,
        world: &mut dyn World,
        path: &str,
        alias: Option<&str>,
        condition: Option<&Expr>,
        set: &[(String, Expr)],
    ) -> Result<()> {
        let mut rewrite = Rewrite::open(world, path)?;
        let frame = self.numbered(&rewrite.target.schema, &rewrite.rows, TARGET_ROW, alias);
        let places = places(&rewrite.target.schema, set, "UPDATE")?;
        let values = cast_to(&rewrite.target.schema, set, &places);
        for (row, _, values) in self.chosen(world, &frame, condition, &values)? {
            rewrite.change(row, &places, values);
        }
        let updated = rewrite.changes.len() as u64;
        let parameters = vec![("predicate", condition.map_or_else(|| "[]".to_owned(), predicate))];
        rewrite.commit(world, path, "UPDATE", parameters, |files, kept| {
            vec![("numRemovedFiles", files), ("numUpdatedRows", updated), ("numCopiedRows", kept)]
        })
    }

    /// `DeltaTable.merge(...)...execute()`.
    ///
    /// # Errors
    /// Several rows of the source for one of the table; what the expressions raise.
    pub fn delta_merge(&mut self, world: &mut dyn World, merge: &Merge) -> Result<()> {
        let mut rewrite = Rewrite::open(world, &merge.path)?;
        let (schema, source) = self.collect(world, &merge.source)?;
        let rows = rows_of(&schema, &source);
        let target_frame = self.numbered(&rewrite.target.schema, &rewrite.rows, TARGET_ROW, merge.alias.as_deref());
        let source_frame = self.numbered(&schema, &rows, SOURCE_ROW, alias_of(&merge.source).as_deref());
        let joined = target_frame.join(&source_frame, JoinOn::Condition(vec![merge.condition.clone()]), "inner")?;
        let pairs = self.chosen(world, &joined, None, &[])?;
        check_ambiguous(&pairs, &merge.clauses)?;
        let sides = Sides { target_frame, source_frame, joined, pairs, schema, rows };
        let mut updated = 0;
        for clause in merge.clauses.iter().filter(|clause| clause.rows != MergeRows::NotMatched) {
            updated += self.change_rows(world, &mut rewrite, &sides, clause)?;
        }
        let mut done: BTreeSet<usize> = sides.pairs.iter().filter_map(|(_, source, _)| *source).collect();
        for clause in merge.clauses.iter().filter(|clause| clause.rows == MergeRows::NotMatched) {
            self.insert_rows(world, &mut rewrite, &sides, clause, &mut done)?;
        }
        let deleted = rewrite.changes.values().filter(|change| change.is_none()).count() as u64;
        let inserted = rewrite.inserts.len() as u64;
        let parameters = vec![("predicate", predicate(&merge.condition))];
        rewrite.commit(world, &merge.path, "MERGE", parameters, |files, kept| {
            vec![
                ("numSourceRows", sides.rows.len() as u64),
                ("numTargetRowsInserted", inserted),
                ("numTargetRowsUpdated", updated),
                ("numTargetRowsDeleted", deleted),
                ("numTargetRowsCopied", kept),
                ("numTargetFilesRemoved", files),
            ]
        })
    }

    /// A clause about rows of the table: those that no clause before has taken. Gives how many it updated.
    fn change_rows(&mut self, world: &mut dyn World, rewrite: &mut Rewrite, sides: &Sides, clause: &MergeClause) -> Result<u64> {
        let of_source = clause.rows == MergeRows::Matched;
        let set = all_set(clause, &rewrite.target.schema, &sides.schema, "UPDATE")?;
        let places = places(&rewrite.target.schema, &set, "UPDATE")?;
        let values = values_of(clause, &rewrite.target.schema, &set, &places);
        let matched: BTreeSet<usize> = sides.pairs.iter().map(|(target, ..)| *target).collect();
        let frame = if of_source { &sides.joined } else { &sides.target_frame };
        let mut updated = 0;
        for (row, source, mut values) in self.chosen(world, frame, clause.condition.as_ref(), &values)? {
            if rewrite.changes.contains_key(&row) || (!of_source && matched.contains(&row)) {
                continue;
            }
            if let (MergeAction::SetAll, Some(source)) = (&clause.action, source) {
                values = taken(&sides.rows[source], &sides.schema, &set, &rewrite.target.schema, &places);
            }
            if clause.action == MergeAction::Delete {
                rewrite.changes.insert(row, None);
            } else {
                rewrite.change(row, &places, values);
                updated += 1;
            }
        }
        Ok(updated)
    }

    /// A clause about rows of the source that are not done yet.
    fn insert_rows(
        &mut self,
        world: &mut dyn World,
        rewrite: &mut Rewrite,
        sides: &Sides,
        clause: &MergeClause,
        done: &mut BTreeSet<usize>,
    ) -> Result<()> {
        let set = all_set(clause, &rewrite.target.schema, &sides.schema, "INSERT")?;
        let places = places(&rewrite.target.schema, &set, "INSERT")?;
        let values = values_of(clause, &rewrite.target.schema, &set, &places);
        for (row, _, mut values) in self.chosen(world, &sides.source_frame, clause.condition.as_ref(), &values)? {
            if !done.insert(row) {
                continue;
            }
            if clause.action == MergeAction::SetAll {
                values = taken(&sides.rows[row], &sides.schema, &set, &rewrite.target.schema, &places);
            }
            let mut cells = vec![Value::Null; rewrite.target.schema.fields.len()];
            places.iter().zip(values).for_each(|(place, value)| cells[*place] = value);
            rewrite.inserts.push(cells);
        }
        Ok(())
    }

    /// Rows as a frame whose last column is their number.
    fn numbered(&self, schema: &Schema, rows: &[Vec<Value>], number: &str, alias: Option<&str>) -> Frame {
        let mut schema = schema.clone();
        let mut columns = arrays(&schema, rows.iter());
        let numbers: Vec<Value> = (0..rows.len()).map(|row| Value::Long(i64::try_from(row).unwrap_or(i64::MAX))).collect();
        columns.push(array_of(&DataType::Long, &numbers));
        schema.fields.push(Field::required(number, DataType::Long));
        let frame = Frame::local(&schema, columns, rows.len(), self.analyzer());
        alias.map_or_else(|| frame.clone(), |alias| frame.alias(alias))
    }

    /// The rows for which the condition is true: their numbers (of the table and of the source, or of the one that there is) and these values.
    fn chosen(&mut self, world: &mut dyn World, frame: &Frame, condition: Option<&Expr>, values: &[Expr]) -> Result<Vec<Chosen>> {
        let frame = match condition {
            Some(condition) => frame.filter(condition.clone())?,
            None => frame.clone(),
        };
        let names = frame.column_names();
        let numbers: Vec<&str> = [TARGET_ROW, SOURCE_ROW].into_iter().filter(|name| names.iter().any(|own| own == name)).collect();
        let mut list: Vec<Expr> = numbers.iter().map(|name| Expr::name(*name)).collect();
        let named = |(place, value): (usize, &Expr)| Expr::Alias(Box::new(value.clone()), vec![format!("_value_{place}")]);
        list.extend(values.iter().enumerate().map(named));
        let (schema, batch) = self.collect(world, &frame.select(list)?)?;
        let number = |value: &Value| value.as_i64().and_then(|number| usize::try_from(number).ok()).unwrap_or_default();
        let row = |mut row: Vec<Value>| {
            let values = row.split_off(numbers.len());
            (number(&row[0]), row.get(1).map(number), values)
        };
        Ok(rows_of(&schema, &batch).into_iter().map(row).collect())
    }
}

/// Both sides of a merge, and which rows of them match.
struct Sides {
    target_frame: Frame,
    source_frame: Frame,
    joined: Frame,
    pairs: Vec<Chosen>,
    /// The source's columns and rows.
    schema: Schema,
    rows: Vec<Vec<Value>>,
}

type Chosen = (usize, Option<usize>, Vec<Value>);

impl Rewrite {
    fn open(world: &dyn World, path: &str) -> Result<Self> {
        let target = delta::target(world, path)?;
        let mut rows = Vec::new();
        for file in &target.files {
            for row in 0..file.rows {
                let cells = target.schema.fields.iter().zip(&file.columns);
                rows.push(cells.map(|(field, column)| value_at(column, row, &field.data_type)).collect());
            }
        }
        Ok(Self { target, rows, changes: BTreeMap::new(), inserts: Vec::new() })
    }

    fn change(&mut self, row: usize, places: &[usize], values: Vec<Value>) {
        let mut cells = self.rows[row].clone();
        places.iter().zip(values).for_each(|(place, value)| cells[*place] = value);
        self.changes.insert(row, Some(cells));
    }

    /// Writes the files that changed anew; nothing where nothing did.
    fn commit(
        self,
        world: &mut dyn World,
        path: &str,
        name: &'static str,
        parameters: Vec<(&'static str, String)>,
        metrics: impl FnOnce(u64, u64) -> Vec<(&'static str, u64)>,
    ) -> Result<()> {
        if self.changes.is_empty() && self.inserts.is_empty() {
            return Ok(());
        }
        let (mut removed, mut written, mut kept, mut first) = (Vec::new(), Vec::new(), 0, 0);
        for file in &self.target.files {
            let own = first..first + file.rows;
            first = own.end;
            if !own.clone().any(|row| self.changes.contains_key(&row)) {
                continue;
            }
            removed.push(file.path.as_str());
            for row in own {
                match self.changes.get(&row) {
                    Some(Some(cells)) => written.push(cells),
                    Some(None) => {}
                    None => {
                        kept += 1;
                        written.push(&self.rows[row]);
                    }
                }
            }
        }
        written.extend(&self.inserts);
        let count = written.len();
        let columns = arrays(&self.target.schema, written.into_iter());
        let operation = Operation { name, parameters, metrics: metrics(removed.len() as u64, kept) };
        delta::replace_files(world, path, &self.target, &removed, (&columns, count), operation)
    }
}

fn arrays<'a>(schema: &Schema, rows: impl Iterator<Item = &'a Vec<Value>>) -> Vec<ArrayRef> {
    let rows: Vec<&Vec<Value>> = rows.collect();
    let column =
        |(place, field): (usize, &Field)| array_of(&field.data_type, &rows.iter().map(|row| row[place].clone()).collect::<Vec<_>>());
    schema.fields.iter().enumerate().map(column).collect()
}

fn rows_of(schema: &Schema, batch: &RecordBatch) -> Vec<Vec<Value>> {
    let row = |row: usize| {
        let cells = schema.fields.iter().zip(batch.columns());
        cells.map(|(field, column)| value_at(column, row, &field.data_type)).collect()
    };
    (0..batch.num_rows()).map(row).collect()
}

/// What a frame is called.
fn alias_of(frame: &Frame) -> Option<String> {
    match &frame.plan.node {
        Node::SubqueryAlias { alias, .. } => Some(alias.clone()),
        _ => None,
    }
}

/// The columns that a clause sets.
fn all_set(clause: &MergeClause, target: &Schema, source: &Schema, what: &str) -> Result<Vec<(String, Expr)>> {
    match &clause.action {
        MergeAction::Delete => Ok(Vec::new()),
        MergeAction::Set(set) => Ok(set.clone()),
        MergeAction::SetAll => {
            for field in &target.fields {
                if !source.fields.iter().any(|own| own.name.eq_ignore_ascii_case(&field.name)) {
                    return Err(unresolved(&field.name, what, source));
                }
            }
            Ok(target.fields.iter().map(|field| (field.name.clone(), Expr::name(&field.name))).collect())
        }
    }
}

/// The places in the table of the columns that are set.
fn places(target: &Schema, set: &[(String, Expr)], what: &str) -> Result<Vec<usize>> {
    let place = |(name, _): &(String, Expr)| {
        let own = name.rsplit('.').next().unwrap_or(name).trim_matches('`');
        target.fields.iter().position(|field| field.name.eq_ignore_ascii_case(own)).ok_or_else(|| unresolved(name, what, target))
    };
    set.iter().map(place).collect()
}

/// The expressions that a clause computes; the source's own values are taken as they are.
fn values_of(clause: &MergeClause, target: &Schema, set: &[(String, Expr)], places: &[usize]) -> Vec<Expr> {
    if clause.action == MergeAction::SetAll { Vec::new() } else { cast_to(target, set, places) }
}

fn cast_to(target: &Schema, set: &[(String, Expr)], places: &[usize]) -> Vec<Expr> {
    let cast = |((_, value), place): (&(String, Expr), &usize)| {
        Expr::Cast(Box::new(value.clone()), target.fields[*place].data_type.clone(), false)
    };
    set.iter().zip(places).map(cast).collect()
}

/// The source's values of the columns that are set, as the table's types.
fn taken(row: &[Value], source: &Schema, set: &[(String, Expr)], target: &Schema, places: &[usize]) -> Vec<Value> {
    let value = |((name, _), place): (&(String, Expr), &usize)| {
        let own = source.fields.iter().position(|field| field.name.eq_ignore_ascii_case(name));
        own.map_or(Value::Null, |own| stored(&row[own], &target.fields[*place].data_type))
    };
    set.iter().zip(places).map(value).collect()
}

/// A number as another type of number; other values as they are.
fn stored(value: &Value, data_type: &DataType) -> Value {
    let narrow = |number: i64| match data_type {
        DataType::Byte => i8::try_from(number).ok().map(Value::Byte),
        DataType::Short => i16::try_from(number).ok().map(Value::Short),
        DataType::Integer => i32::try_from(number).ok().map(Value::Integer),
        DataType::Long => Some(Value::Long(number)),
        #[allow(clippy::cast_precision_loss, reason = "as a cast does")]
        DataType::Double => Some(Value::Double(number as f64)),
        _ => None,
    };
    match value {
        Value::Byte(_) | Value::Short(_) | Value::Integer(_) | Value::Long(_) => {
            value.as_i64().and_then(narrow).unwrap_or_else(|| value.clone())
        }
        Value::Float(number) if *data_type == DataType::Double => Value::Double(f64::from(*number)),
        other => other.clone(),
    }
}

/// Refuses several rows of the source for one of the table, but where all that match go anyway.
fn check_ambiguous(pairs: &[Chosen], clauses: &[MergeClause]) -> Result<()> {
    let matched: Vec<&MergeClause> = clauses.iter().filter(|clause| clause.rows == MergeRows::Matched).collect();
    let only_deletes = matches!(matched.as_slice(), [one] if one.action == MergeAction::Delete && one.condition.is_none());
    let mut seen = BTreeSet::new();
    if matched.is_empty() || only_deletes || pairs.iter().all(|(target, ..)| seen.insert(*target)) {
        return Ok(());
    }
    let text = "[DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE] Cannot perform Merge as multiple source rows matched and attempted to modify the same\ntarget row in the Delta table in possibly conflicting ways. By SQL semantics of Merge,\nwhen multiple source rows match on the same target row, the result may be ambiguous\nas it is unclear which source row should be used to update or delete the matching\ntarget row. You can preprocess the source table to eliminate the possibility of\nmultiple matches. Please refer to\nhttps://docs.delta.io/latest/delta-update.html#upsert-into-a-table-using-merge";
    let mut error = Diagnostic::plain(Class::Named("UnsupportedOperationException".to_owned()), text);
    error.condition = Some("DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE".to_owned());
    Err(error.hint("Keep one row a key before you merge, for instance with dropDuplicates or an aggregation."))
}

fn unresolved(name: &str, what: &str, among: &Schema) -> Box<Diagnostic> {
    let known: Vec<&str> = among.names().collect();
    let text = format!("[DELTA_MERGE_UNRESOLVED_EXPRESSION] Cannot resolve {name} in {what} clause given columns {}.", known.join(", "));
    let mut error = Diagnostic::plain(Class::Analysis, text);
    error.condition = Some("DELTA_MERGE_UNRESOLVED_EXPRESSION".to_owned());
    error
}

/// A condition as `operationParameters` shows it.
fn predicate(condition: &Expr) -> String {
    serde_json::json!([format!("({})", crate::expr::pretty_name(condition))]).to_string()
}
