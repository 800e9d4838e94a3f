//! What the body of a function sees: its evaluated arguments, and ways to go over their rows.

use crate::diag::Result;
use crate::expr::scope::Input;
use crate::expr::typed::Typed;
use crate::types::DataType;
use crate::types::Value;
use crate::types::arrow;
use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::BooleanArray;
use arrow_array::StringArray;
use arrow_array::cast::AsArray;
use arrow_array::types::ArrowPrimitiveType;
use arrow_buffer::NullBuffer;
use std::sync::Arc;

/// A column, or one value that stands for every row (an array of one).
#[derive(Clone, Debug)]
pub struct Vector {
    /// The values.
    pub array: ArrayRef,
    /// Whether the only value stands for all rows.
    pub scalar: bool,
}

impl Vector {
    /// A column.
    pub fn column(array: ArrayRef) -> Self {
        Self { array, scalar: false }
    }

    /// One value.
    pub fn value(value: &Value, data_type: &DataType) -> Self {
        Self { array: arrow::array_of(data_type, std::slice::from_ref(value)), scalar: true }
    }

    /// Where the value of this row stands.
    #[inline]
    pub fn at(&self, row: usize) -> usize {
        if self.scalar { 0 } else { row }
    }

    /// As a column of so many rows.
    pub fn expand(&self, rows: usize) -> ArrayRef {
        if !self.scalar || rows == 1 {
            return if self.array.len() == rows { Arc::clone(&self.array) } else { self.array.slice(0, rows) };
        }
        let indices = arrow_array::UInt32Array::from(vec![0u32; rows]);
        match arrow_select::take::take(&self.array, &indices, None) {
            Ok(array) => array,
            Err(error) => unreachable!("taking the only row cannot fail: {error}"),
        }
    }

    /// Whether the value of this row is null.
    #[inline]
    pub fn is_null(&self, row: usize) -> bool {
        self.array.is_null(self.at(row))
    }
}

/// The evaluated arguments of one call.
pub struct Arguments<'a> {
    /// The arguments as expressions; lambdas stand only here.
    pub typed: &'a [Typed],
    /// The arguments' values; a lambda's is empty.
    pub vectors: Vec<Vector>,
    /// How many rows the result has.
    pub rows: usize,
    /// The type of the result.
    pub data_type: &'a DataType,
    /// Whether overflow raises.
    pub ansi: bool,
    /// The rows outside, for lambdas, the clock, the zone.
    pub input: &'a Input<'a>,
    /// The function's name, for error texts.
    pub name: &'static str,
}

impl Arguments<'_> {
    /// How many arguments there are.
    pub fn len(&self) -> usize {
        self.vectors.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.vectors.is_empty()
    }

    /// The type of an argument.
    pub fn type_of(&self, index: usize) -> &DataType {
        &self.typed[index].data_type
    }

    /// The nulls of the result where a null argument makes it null.
    pub fn nulls(&self) -> Option<NullBuffer> {
        let mut found: Option<NullBuffer> = None;
        for vector in &self.vectors {
            if vector.scalar && self.rows != 1 {
                if vector.array.is_null(0) {
                    return Some(NullBuffer::new_null(self.rows));
                }
            } else {
                let nulls = vector.array.logical_nulls();
                found = NullBuffer::union(found.as_ref(), nulls.as_ref());
            }
        }
        found
    }

    /// An argument's value in a row.
    pub fn value(&self, index: usize, row: usize) -> Value {
        let vector = &self.vectors[index];
        arrow::value_at(&vector.array, vector.at(row), self.type_of(index))
    }

    /// A string argument.
    pub fn strings(&self, index: usize) -> Strings<'_> {
        let vector = &self.vectors[index];
        Strings { array: vector.array.as_string::<i32>(), scalar: vector.scalar }
    }

    /// A primitive argument.
    pub fn primitive<T: ArrowPrimitiveType>(&self, index: usize) -> Primitives<'_, T> {
        let vector = &self.vectors[index];
        Primitives { values: vector.array.as_primitive::<T>().values(), array: &vector.array, scalar: vector.scalar }
    }

    /// A boolean argument.
    pub fn booleans(&self, index: usize) -> Booleans<'_> {
        let vector = &self.vectors[index];
        Booleans { array: vector.array.as_boolean(), scalar: vector.scalar }
    }

    /// The result row by row, from the values of the row; a row with a null argument is null and not computed.
    pub fn by_value(&self, mut body: impl FnMut(&[Value]) -> Result<Value>) -> Result<ArrayRef> {
        let mut row_values = Vec::with_capacity(self.len());
        let mut found = Vec::with_capacity(self.rows);
        for row in 0..self.rows {
            row_values.clear();
            row_values.extend((0..self.len()).map(|index| self.value(index, row)));
            found.push(if row_values.iter().any(Value::is_null) { Value::Null } else { body(&row_values)? });
        }
        Ok(arrow::array_of(self.data_type, &found))
    }

    /// The result row by row, nulls included.
    pub fn by_any_value(&self, mut body: impl FnMut(&[Value]) -> Result<Value>) -> Result<ArrayRef> {
        let mut row_values = Vec::with_capacity(self.len());
        let mut found = Vec::with_capacity(self.rows);
        for row in 0..self.rows {
            row_values.clear();
            row_values.extend((0..self.len()).map(|index| self.value(index, row)));
            found.push(body(&row_values)?);
        }
        Ok(arrow::array_of(self.data_type, &found))
    }

    /// A primitive result row by row.
    pub fn make<T: ArrowPrimitiveType>(&self, mut body: impl FnMut(usize) -> Result<Option<T::Native>>) -> Result<ArrayRef> {
        let mut builder =
            arrow_array::builder::PrimitiveBuilder::<T>::with_capacity(self.rows).with_data_type(arrow::arrow_type(self.data_type));
        for row in 0..self.rows {
            builder.append_option(body(row)?);
        }
        Ok(Arc::new(builder.finish()))
    }

    /// A string result row by row.
    pub fn make_strings<S: AsRef<str>>(&self, mut body: impl FnMut(usize) -> Result<Option<S>>) -> Result<ArrayRef> {
        let mut builder = arrow_array::builder::StringBuilder::with_capacity(self.rows, self.rows * 16);
        for row in 0..self.rows {
            builder.append_option(body(row)?);
        }
        Ok(Arc::new(builder.finish()))
    }

    /// A boolean result row by row.
    pub fn make_booleans(&self, mut body: impl FnMut(usize) -> Result<Option<bool>>) -> Result<ArrayRef> {
        let mut builder = arrow_array::builder::BooleanBuilder::with_capacity(self.rows);
        for row in 0..self.rows {
            builder.append_option(body(row)?);
        }
        Ok(Arc::new(builder.finish()))
    }
}

/// A string argument by row.
pub struct Strings<'a> {
    array: &'a StringArray,
    scalar: bool,
}

impl<'a> Strings<'a> {
    /// The value in a row.
    #[inline]
    pub fn get(&self, row: usize) -> Option<&'a str> {
        let at = if self.scalar { 0 } else { row };
        if self.array.is_null(at) { None } else { Some(self.array.value(at)) }
    }
}

/// A boolean argument by row.
pub struct Booleans<'a> {
    array: &'a BooleanArray,
    scalar: bool,
}

impl Booleans<'_> {
    /// The value in a row.
    #[inline]
    pub fn get(&self, row: usize) -> Option<bool> {
        let at = if self.scalar { 0 } else { row };
        if self.array.is_null(at) { None } else { Some(self.array.value(at)) }
    }
}

/// A primitive argument by row.
pub struct Primitives<'a, T: ArrowPrimitiveType> {
    values: &'a [T::Native],
    array: &'a ArrayRef,
    scalar: bool,
}

impl<T: ArrowPrimitiveType> Primitives<'_, T> {
    /// The value in a row.
    #[inline]
    pub fn get(&self, row: usize) -> Option<T::Native> {
        let at = if self.scalar { 0 } else { row };
        if self.array.is_null(at) { None } else { Some(self.values[at]) }
    }
}
