//! Generate: keeps nothing between batches, joins each row with the rows that `explode` and its kin make of it.
//!
//! Law: the order of rows and of elements is kept; a row for which nothing is made is left out, or kept with nulls by the outer kind.

use std::rc::Rc;
use std::sync::Arc;

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::Int32Array;
use arrow_array::UInt32Array;
use arrow_array::cast::AsArray;
use arrow_array::new_null_array;
use arrow_buffer::OffsetBuffer;
use arrow_schema::DataType;

use super::BatchContext;
use super::Operator;
use super::OperatorReport;
use super::Rows;
use super::rows::kernel;
use crate::diag::Result;
use crate::expr::ColumnId;
use crate::expr::Generator;
use crate::expr::GeneratorCall;
use crate::expr::evaluate;
use crate::types;
use crate::types::Value;
use crate::types::arrow::arrow_type;

/// Runs a generator on each row.
#[derive(Debug)]
pub struct Generate {
    call: GeneratorCall,
    outer: bool,
    generated: Vec<(ColumnId, types::DataType)>,
}

/// For each row that goes out: the row it stems from, the element that it takes (none for an outer row), and its position.
#[derive(Default)]
struct Elements {
    places: Vec<u32>,
    elements: Vec<Option<u32>>,
    positions: Vec<Option<i32>>,
}

impl Generate {
    /// A generator that makes columns of these ids and types.
    #[must_use]
    pub fn new(call: GeneratorCall, outer: bool, generated: Vec<(ColumnId, types::DataType)>) -> Self {
        let outer = outer || call.outer;
        Self { call, outer, generated }
    }

    fn explode(&self, column: &ArrayRef) -> (Vec<u32>, Vec<ArrayRef>) {
        let mut columns = Vec::new();
        let found = match column.data_type() {
            DataType::Map(..) => {
                let map = column.as_map();
                let found = self.elements(map.offsets(), map);
                let places = UInt32Array::from(found.elements.clone());
                columns.extend([map.keys(), map.values()].map(|part| kernel(arrow_select::take::take(part.as_ref(), &places, None))));
                found
            }
            DataType::List(_) => {
                let list = column.as_list::<i32>();
                let found = self.elements(list.offsets(), list);
                let places = UInt32Array::from(found.elements.clone());
                let taken = kernel(arrow_select::take::take(list.values().as_ref(), &places, None));
                match self.call.generator {
                    Generator::Inline => columns.extend(fields(&taken)),
                    _ => columns.push(taken),
                }
                found
            }
            // `explode(NULL)`: nothing, or one row of nulls.
            _ => self.nothing(column.len(), &mut columns),
        };
        if self.call.generator == Generator::PosExplode {
            columns.insert(0, Arc::new(Int32Array::from(found.positions)));
        }
        (found.places, columns)
    }

    fn nothing(&self, rows: usize, columns: &mut Vec<ArrayRef>) -> Elements {
        let rows = if self.outer { rows } else { 0 };
        let skipped = usize::from(self.call.generator == Generator::PosExplode);
        columns.extend(self.generated.iter().skip(skipped).map(|(_, data_type)| new_null_array(&arrow_type(data_type), rows)));
        Elements { places: (0..rows as u32).collect(), elements: vec![None; rows], positions: vec![None; rows] }
    }

    fn elements(&self, offsets: &OffsetBuffer<i32>, array: &dyn Array) -> Elements {
        let mut found = Elements::default();
        for row in 0..array.len() {
            let (start, end) = if array.is_null(row) { (0, 0) } else { (offsets[row], offsets[row + 1]) };
            for element in start..end {
                found.push(row as u32, Some(element.cast_unsigned()), Some(element - start));
            }
            if start == end && self.outer {
                found.push(row as u32, None, None);
            }
        }
        found
    }

    /// `stack(n, ...)`: the arguments after the first, laid out in `n` rows.
    fn stack(&self, arguments: &[ArrayRef], rows: usize) -> (Vec<u32>, Vec<ArrayRef>) {
        let count = match self.call.arguments.first().and_then(crate::expr::Typed::as_literal) {
            Some(Value::Integer(count)) => usize::try_from(*count).unwrap_or(0),
            _ => 0,
        };
        let places = (0..rows as u32).flat_map(|row| std::iter::repeat_n(row, count)).collect();
        let width = self.generated.len();
        let column = |index: usize| -> ArrayRef {
            let absent = new_null_array(&arrow_type(&self.generated[index].1), 1);
            let cells: Vec<Option<&ArrayRef>> = (0..count).map(|line| arguments.get(1 + line * width + index)).collect();
            let arrays: Vec<&dyn Array> = cells.iter().map(|cell| cell.map_or(absent.as_ref(), AsRef::as_ref)).collect();
            let picks: Vec<(usize, usize)> = (0..rows)
                .flat_map(|row| cells.iter().enumerate().map(move |(line, cell)| (line, if cell.is_some() { row } else { 0 })))
                .collect();
            kernel(arrow_select::interleave::interleave(&arrays, &picks))
        };
        (places, (0..width).map(column).collect())
    }
}

impl Operator for Generate {
    fn name(&self) -> &'static str {
        "Generate"
    }

    fn process(&mut self, inputs: Vec<Rows>, context: &BatchContext, _report: &mut OperatorReport) -> Result<Rows> {
        let [rows] = super::only(inputs);
        let input = context.input(&rows);
        let arguments = self.call.arguments.iter().map(|argument| evaluate(argument, &input)).collect::<Result<Vec<_>>>()?;
        let (places, generated) = match (self.call.generator, arguments.first()) {
            (Generator::Stack, _) => self.stack(&arguments, rows.rows),
            (_, Some(column)) => self.explode(column),
            (_, None) => unreachable!("a generator has an argument"),
        };
        let mut out = rows.take(&UInt32Array::from(places));
        out.columns.extend(generated);
        out.ids = out.ids.iter().copied().chain(self.generated.iter().map(|column| column.0)).collect::<Rc<[ColumnId]>>();
        Ok(out)
    }
}

impl Elements {
    fn push(&mut self, place: u32, element: Option<u32>, position: Option<i32>) {
        self.places.push(place);
        self.elements.push(element);
        self.positions.push(position);
    }
}

/// The fields of a struct column, null where the struct is.
fn fields(column: &ArrayRef) -> Vec<ArrayRef> {
    let parts = column.as_struct();
    let Some(nulls) = parts.nulls() else { return parts.columns().to_vec() };
    let absent = arrow_array::BooleanArray::new(!nulls.inner(), None);
    parts.columns().iter().map(|field| kernel(arrow_select::nullif::nullif(field, &absent))).collect()
}
