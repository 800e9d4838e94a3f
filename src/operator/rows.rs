//! The rows that flow between operators: Arrow columns under column ids.
//!
//! Law: all columns have the same length; nobody below the plan sees a name. `origin` is there only while tracing, and then has one entry a row.

use std::rc::Rc;
use std::sync::Arc;

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::BooleanArray;
use arrow_array::RecordBatch;
use arrow_array::RecordBatchOptions;
use arrow_array::UInt32Array;
use arrow_array::new_empty_array;
use arrow_schema::Field as ArrowField;
use arrow_schema::Schema as ArrowSchema;

use super::conform::all_nullable;
use super::conform::conform;

use crate::expr::ColumnId;
use crate::types::DataType;
use crate::types::Schema;
use crate::types::arrow::arrow_type;

/// A column's identity and type: what an operator promises to emit.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its identity.
    pub id: ColumnId,
    /// Its type.
    pub data_type: DataType,
    /// Its name in state files.
    pub name: String,
    /// Its metadata there, a JSON object.
    pub metadata: String,
}

/// A batch of rows between two operators.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The columns' identities, in order.
    pub ids: Rc<[ColumnId]>,
    /// The columns' values, in the same order.
    pub columns: Vec<ArrayRef>,
    /// How many rows.
    pub rows: usize,
    /// For each row, the number of the input row that it stems from; only while tracing and only before an aggregation.
    pub origin: Option<Rc<[u32]>>,
}

impl Rows {
    /// No rows of these columns.
    #[must_use]
    pub fn empty(columns: &[Column]) -> Self {
        Self {
            ids: columns.iter().map(|column| column.id).collect(),
            columns: columns.iter().map(|column| new_empty_array(&arrow_type(&column.data_type))).collect(),
            rows: 0,
            origin: None,
        }
    }

    /// The same rows under these columns' ids.
    #[must_use]
    pub fn renamed(mut self, columns: &[Column]) -> Self {
        self.ids = columns.iter().map(|column| column.id).collect();
        self
    }

    /// The column with this id.
    ///
    /// # Panics
    /// Where the plan promised a column that its child does not emit: our own bug.
    #[must_use]
    pub fn column(&self, id: ColumnId) -> &ArrayRef {
        match self.ids.iter().position(|known| *known == id) {
            Some(index) => &self.columns[index],
            None => panic!("an operator reads column {id:?}, which its input does not emit"),
        }
    }

    /// The rows at these places, in this order; a place may repeat.
    #[must_use]
    pub fn take(&self, places: &UInt32Array) -> Self {
        let columns = self.columns.iter().map(|column| take(column, places)).collect();
        let origin = self.origin.as_ref().map(|origin| places.values().iter().map(|place| origin[*place as usize]).collect());
        Self { ids: Rc::clone(&self.ids), columns, rows: places.len(), origin }
    }

    /// The rows for which the mask is true; null is not true.
    #[must_use]
    pub fn filter(&self, mask: &BooleanArray) -> Self {
        if mask.true_count() == self.rows {
            return self.clone();
        }
        let predicate = arrow_select::filter::FilterBuilder::new(mask).optimize().build();
        let columns: Vec<ArrayRef> = self.columns.iter().map(|column| kernel(predicate.filter(column))).collect();
        let origin = self
            .origin
            .as_ref()
            .map(|origin| (0..self.rows).filter(|row| mask.is_valid(*row) && mask.value(*row)).map(|row| origin[row]).collect());
        Self { ids: Rc::clone(&self.ids), columns, rows: predicate.count(), origin }
    }

    /// The first `count` rows.
    #[must_use]
    pub fn head(&self, count: usize) -> Self {
        let count = count.min(self.rows);
        Self {
            ids: Rc::clone(&self.ids),
            columns: self.columns.iter().map(|column| column.slice(0, count)).collect(),
            rows: count,
            origin: self.origin.as_ref().map(|origin| origin[..count].into()),
        }
    }

    /// All rows of several pieces, under the ids of the first.
    ///
    /// # Panics
    /// Without a piece, or where pieces differ in their types: our own bug.
    #[must_use]
    pub fn concat(pieces: &[Self]) -> Self {
        let Some(first) = pieces.first() else { panic!("a union of no pieces") };
        if pieces.len() == 1 {
            return first.clone();
        }
        let columns = (0..first.columns.len()).map(|index| concat(pieces.iter().map(|piece| &piece.columns[index]))).collect();
        let origin = pieces.iter().map(|piece| piece.origin.as_deref()).collect::<Option<Vec<_>>>().map(|origins| origins.concat().into());
        Self { ids: Rc::clone(&first.ids), columns, rows: pieces.iter().map(|piece| piece.rows).sum(), origin }
    }

    /// The rows as a record batch under these names. All its fields are nullable: what a plan promises of nulls is not the sink's affair.
    #[must_use]
    pub fn to_batch(&self, schema: &Schema) -> RecordBatch {
        let columns: Vec<ArrayRef> = self.columns.iter().map(|column| conform(column, &all_nullable(column.data_type()))).collect();
        let fields =
            schema.fields.iter().zip(&columns).map(|(field, column)| ArrowField::new(&field.name, column.data_type().clone(), true));
        let schema = Arc::new(ArrowSchema::new(fields.collect::<Vec<_>>()));
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        kernel(RecordBatch::try_new_with_options(schema, columns, &options))
    }
}

/// All values of several columns of one type.
pub(super) fn concat<'a>(columns: impl Iterator<Item = &'a ArrayRef>) -> ArrayRef {
    let mut columns: Vec<ArrayRef> = columns.map(Arc::clone).collect();
    if columns.windows(2).any(|pair| pair[0].data_type() != pair[1].data_type()) {
        columns = columns.iter().map(|column| conform(column, &all_nullable(column.data_type()))).collect();
    }
    let parts: Vec<&dyn Array> = columns.iter().map(AsRef::as_ref).collect();
    kernel(arrow_select::concat::concat(&parts))
}

/// The values at these places.
#[must_use]
pub fn take(column: &ArrayRef, places: &UInt32Array) -> ArrayRef {
    kernel(arrow_select::take::take(column.as_ref(), places, None))
}

/// The result of an Arrow kernel whose arguments analysis has checked.
///
/// # Panics
/// Where the kernel refuses its arguments: our own bug.
#[allow(clippy::needless_pass_by_value)]
pub fn kernel<T>(result: Result<T, arrow_schema::ArrowError>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("analysis let wrong arguments reach an Arrow kernel: {error}"),
    }
}
