//! Columns to bytes and back: how operators write keys and values of their state.
//!
//! Law: equal rows have equal bytes, on every machine and in every run; the bytes of a row's first columns are a prefix of the whole row's.

use arrow_array::ArrayRef;
use arrow_row::RowConverter;
use arrow_row::SortField;
use arrow_schema::DataType as ArrowType;

use super::conform::conform;
use super::rows::kernel;
use crate::types::DataType;
use crate::types::arrow::arrow_type;

/// Encodes rows of fixed types.
#[derive(Debug)]
pub struct Codec {
    converter: RowConverter,
    types: Vec<ArrowType>,
}

impl Codec {
    /// A codec for rows of these types.
    #[must_use]
    pub fn new(types: &[DataType]) -> Self {
        let types: Vec<ArrowType> = types.iter().map(arrow_type).collect();
        let fields = types.iter().map(|data_type| SortField::new(data_type.clone())).collect();
        Self { converter: kernel(RowConverter::new(fields)), types }
    }

    /// The bytes of each row.
    #[must_use]
    pub fn encode(&self, columns: &[ArrayRef], rows: usize) -> arrow_row::Rows {
        if columns.is_empty() {
            // Without columns the converter can't know how many rows there are.
            let mut empty = self.converter.empty_rows(rows, 0);
            let parser = self.converter.parser();
            (0..rows).for_each(|_| empty.push(parser.parse(&[])));
            return empty;
        }
        let columns: Vec<ArrayRef> = columns.iter().zip(&self.types).map(|(column, wanted)| conform(column, wanted)).collect();
        kernel(self.converter.convert_columns(&columns))
    }

    /// The columns of these rows.
    #[must_use]
    pub fn decode<'a>(&self, rows: impl IntoIterator<Item = &'a [u8]>) -> Vec<ArrayRef> {
        let parser = self.converter.parser();
        kernel(self.converter.convert_rows(rows.into_iter().map(|row| parser.parse(row))))
    }
}
