//! The aggregates of some groups while they are being computed: accumulators side by side.
//!
//! Law: buffers are Spark's own (an average is a sum and a count), so that merging buffers gives what one pass over all rows would.

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::BooleanArray;
use arrow_array::UInt32Array;
use arrow_array::cast::AsArray;

use super::BatchContext;
use super::Rows;
use super::group_keys::group;
use super::rows::kernel;
use super::rows::take;
use crate::diag::Result;
use crate::expr::aggregate::Accumulator;
use crate::expr::aggregate::AggregateCall;
use crate::expr::aggregate::AggregateFunction;
use crate::expr::aggregate::accumulator;
use crate::expr::evaluate;
use crate::types::Field;

/// Accumulators over a number of groups.
pub struct Partial {
    calls: Vec<AggregateCall>,
    accumulators: Vec<Box<dyn Accumulator>>,
    groups: usize,
}

impl Partial {
    /// The empty aggregates of so many groups.
    pub fn new<'a>(calls: impl Iterator<Item = &'a AggregateCall>, groups: usize) -> Self {
        let calls: Vec<AggregateCall> = calls.cloned().collect();
        let accumulators = calls.iter().map(|call| known(accumulator(call))).collect();
        Self { calls, accumulators, groups }
    }

    /// How many groups.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// Takes rows; `ids` says each row's group.
    ///
    /// # Errors
    /// Overflow, and what arguments raise.
    pub fn update(&mut self, rows: &Rows, ids: &[u32], context: &BatchContext) -> Result<()> {
        let input = context.input(rows);
        for (call, accumulator) in self.calls.iter().zip(&mut self.accumulators) {
            let arguments = call.arguments.iter().map(|argument| evaluate(argument, &input)).collect::<Result<Vec<_>>>()?;
            let mask = call.filter.as_ref().map(|filter| evaluate(filter, &input)).transpose()?;
            match (mask, call.distinct) {
                (None, false) => accumulator.update(ids, self.groups, &arguments)?,
                (mask, distinct) => {
                    let places = chosen(mask.as_ref().map(AsArray::as_boolean), distinct, ids, &arguments);
                    let ids: Vec<u32> = places.values().iter().map(|place| ids[*place as usize]).collect();
                    let arguments: Vec<ArrayRef> = arguments.iter().map(|argument| take(argument, &places)).collect();
                    accumulator.update(&ids, self.groups, &arguments)?;
                }
            }
        }
        Ok(())
    }

    /// Takes buffers, in the order of [`Partial::buffers`]; `ids` says each row's group.
    ///
    /// # Errors
    /// Overflow.
    pub fn merge(&mut self, ids: &[u32], buffers: &[ArrayRef]) -> Result<()> {
        let mut rest = buffers;
        for accumulator in &mut self.accumulators {
            let (own, others) = rest.split_at(accumulator.buffer_types().len());
            accumulator.merge(ids, self.groups, own)?;
            rest = others;
        }
        Ok(())
    }

    /// All buffers, a column each.
    pub fn buffers(&self) -> Vec<ArrayRef> {
        self.accumulators.iter().flat_map(|accumulator| accumulator.buffers()).collect()
    }

    /// The results, a column a call.
    ///
    /// # Errors
    /// Overflow.
    pub fn finish(&self) -> Result<Vec<ArrayRef>> {
        self.accumulators.iter().map(|accumulator| accumulator.finish()).collect()
    }

    /// The aggregates of these groups alone.
    ///
    /// # Errors
    /// None in truth: nothing is added.
    pub fn take(&self, groups: &UInt32Array) -> Result<Self> {
        let mut taken = Self::new(self.calls.iter(), groups.len());
        let buffers: Vec<ArrayRef> = self.buffers().iter().map(|buffer| take(buffer, groups)).collect();
        let ids: Vec<u32> = (0..groups.len() as u32).collect();
        taken.merge(&ids, &buffers)?;
        Ok(taken)
    }
}

/// The state columns of a call's buffers.
pub fn buffer_fields(call: &AggregateCall) -> Vec<Field> {
    let types = known(accumulator(call)).buffer_types();
    let names = buffer_names(call.function);
    let name = |index: usize| names.get(index).map_or_else(|| "buf".to_owned(), |name| (*name).to_owned());
    types.into_iter().enumerate().map(|(index, data_type)| Field::new(name(index), data_type)).collect()
}

/// Spark's names of the buffers, which its errors about state show.
fn buffer_names(function: AggregateFunction) -> &'static [&'static str] {
    match function {
        AggregateFunction::Count | AggregateFunction::CountIf => &["count"],
        AggregateFunction::Sum | AggregateFunction::TrySum => &["sum", "isEmpty"],
        AggregateFunction::Average | AggregateFunction::TryAverage => &["sum", "count"],
        AggregateFunction::Min | AggregateFunction::BoolAnd => &["min"],
        AggregateFunction::Max | AggregateFunction::BoolOr => &["max"],
        AggregateFunction::First | AggregateFunction::AnyValue => &["first", "valueSet"],
        AggregateFunction::Last => &["last", "valueSet"],
        _ => &[],
    }
}

/// The accumulator of a call; lowering has asked for each once before, so that none is unknown here.
fn known(accumulator: Result<Box<dyn Accumulator>>) -> Box<dyn Accumulator> {
    match accumulator {
        Ok(accumulator) => accumulator,
        Err(error) => panic!("lowering let an unknown aggregate pass: {}", error.message),
    }
}

/// The rows that a call with `FILTER` or `DISTINCT` takes.
fn chosen(mask: Option<&BooleanArray>, distinct: bool, ids: &[u32], arguments: &[ArrayRef]) -> UInt32Array {
    let rows = ids.len();
    let passes = |row: usize| mask.is_none_or(|mask| mask.is_valid(row) && mask.value(row));
    let places: UInt32Array = (0..rows).filter(|row| passes(*row)).map(|row| row as u32).collect();
    if !distinct {
        return places;
    }
    let group_ids: ArrayRef = std::sync::Arc::new(UInt32Array::from(ids.to_vec()));
    let columns: Vec<ArrayRef> = std::iter::once(&group_ids).chain(arguments).map(|column| take(column, &places)).collect();
    let firsts = UInt32Array::from(group(&columns, places.len()).firsts);
    kernel(arrow_select::take::take(&places, &firsts, None)).as_primitive().clone()
}
