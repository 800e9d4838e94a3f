//! Rows in the making: the columns that a reader fills, and what becomes of a row that is refused or bad. Spark's `FailureSafeParser`.

use super::PushedFilter;
use super::column::Column;
use super::read_options::{Mode, not_yet};
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Field;
use arrow_array::ArrayRef;

/// The columns of a batch while files are read into them.
#[derive(Debug)]
pub(super) struct Assembly {
    /// The columns that the format fills, in the order of the schema.
    pub(super) columns: Vec<Column>,
    /// Their names.
    pub(super) fields: Vec<Field>,
    /// The lines of bad records, where the schema has a column for them.
    corrupt: Option<Column>,
    rows: usize,
    mode: Mode,
    filters: Vec<Filter>,
}

/// A filter and what it waits for in the row that is read.
#[derive(Debug)]
struct Filter {
    filter: PushedFilter,
    columns: Vec<usize>,
    missing: usize,
}

impl Assembly {
    /// Empty columns. `filters` name columns by their place in `fields`.
    pub(super) fn new(fields: Vec<Field>, has_corrupt: bool, mode: Mode, filters: Vec<PushedFilter>) -> Result<Self> {
        let mut columns = Vec::with_capacity(fields.len());
        for field in &fields {
            let column = Column::new(&field.data_type).ok_or_else(|| not_yet(&format!("reading the type {}", field.data_type.sql())))?;
            columns.push(column);
        }
        let filters = filters.into_iter().map(|filter| Filter { columns: filter.columns(), missing: 0, filter }).collect();
        let corrupt = has_corrupt.then(|| Column::new(&DataType::String)).flatten();
        Ok(Self { columns, fields, corrupt, rows: 0, mode, filters })
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Read fields of a row through `read`, which gets the columns, the row's number and a function to call for each field that was set;
    /// that function says whether the row is still wanted.
    pub(super) fn read<T>(
        &mut self,
        read: impl FnOnce(&mut [Column], &[Field], usize, &mut dyn FnMut(usize, &[Column]) -> bool) -> T,
    ) -> T {
        let row = self.rows;
        let filters = &mut self.filters;
        for filter in filters.iter_mut() {
            filter.missing = filter.columns.len();
        }
        let mut passes = |set: usize, columns: &[Column]| {
            filters.iter_mut().filter(|filter| filter.columns.contains(&set)).all(|filter| {
                filter.missing = filter.missing.saturating_sub(1);
                filter.missing > 0 || filter.filter.judge(columns, row) == Some(true)
            })
        };
        read(&mut self.columns, &self.fields, row, &mut passes)
    }

    /// So many rows at once, which `fill` puts into the columns.
    pub(super) fn extend(&mut self, rows: usize, fill: impl FnOnce(&mut [Column], &[Field])) {
        fill(&mut self.columns, &self.fields);
        self.rows += rows;
    }

    /// The row is complete; fields that were not set are null.
    pub(super) fn accept(&mut self) {
        self.finish_row(None);
    }

    /// A filter refused the row.
    pub(super) fn refuse(&mut self) {
        for column in &mut self.columns {
            column.truncate(self.rows);
        }
    }

    /// The record is bad. `partial` says whether the fields that were set count.
    ///
    /// # Errors
    /// In mode `FAILFAST`.
    pub(super) fn bad(&mut self, record: &[u8], partial: bool) -> Result<()> {
        if !partial || self.mode != Mode::Permissive {
            self.refuse();
        }
        match self.mode {
            Mode::Permissive => self.finish_row(Some(record)),
            Mode::DropMalformed => {}
            Mode::FailFast => return Err(self.malformed()),
        }
        Ok(())
    }

    /// Take back all rows from this number on: those of a record that turns out to be bad.
    pub(super) fn truncate(&mut self, rows: usize) {
        self.rows = self.rows.min(rows);
        self.refuse();
        if let Some(corrupt) = &mut self.corrupt {
            corrupt.truncate(self.rows);
        }
    }

    /// The finished columns, and that of the bad records where there is one.
    pub(super) fn finish(self) -> (Vec<ArrayRef>, Option<ArrayRef>) {
        (self.columns.into_iter().map(Column::finish).collect(), self.corrupt.map(Column::finish))
    }

    fn finish_row(&mut self, record: Option<&[u8]>) {
        for column in &mut self.columns {
            // A nested column may hold inner cells of a value that was given up.
            column.truncate(self.rows + 1);
            if column.len() == self.rows {
                column.push_null();
            }
        }
        match (&mut self.corrupt, record) {
            (Some(corrupt), Some(record)) => drop(corrupt.push_text(record)),
            (Some(corrupt), None) => corrupt.push_null(),
            (None, _) => {}
        }
        self.rows += 1;
    }

    fn malformed(&self) -> Box<Diagnostic> {
        let nulls = vec!["null"; self.fields.len() + usize::from(self.corrupt.is_some())].join(",");
        Diagnostic::new(
            Class::Named("SparkException".to_owned()),
            "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
            format!(
                "Malformed records are detected in record parsing: [{nulls}].\nParse Mode: FAILFAST. To process malformed records as null result, try setting the option 'mode' as 'PERMISSIVE'."
            ),
            "22023",
        )
    }
}
