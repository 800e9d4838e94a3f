//! Functions that live above the engine: a Python function as a scalar function, Spark's `PythonUDF`.
//!
//! Law: an external function is computed once for all rows that its relation has, before the expression around it (`ExtractPythonUDFs`): neither `CASE` nor `AND`
//! keeps it from a row.

use super::evaluate::evaluate;
use super::scope::Input;
use super::typed::ColumnId;
use super::typed::Typed;
use super::typed::TypedKind;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Zone;
use arrow_array::ArrayRef;
use std::fmt;
use std::rc::Rc;

/// A scalar function of the world above.
pub trait External: fmt::Debug {
    /// Its name, as columns show it.
    fn name(&self) -> &str;

    /// The type of its results, which may be null.
    fn result(&self) -> &DataType;

    /// Whether it gives the same result whenever it is called with the same arguments.
    fn is_deterministic(&self) -> bool;

    /// Its results for rows of arguments.
    ///
    /// # Errors
    /// What the function raises: `PYTHON_EXCEPTION`.
    fn call(&self, arguments: &ExternalArguments<'_>) -> Result<ArrayRef>;
}

/// What an external function is called on.
#[derive(Debug)]
pub struct ExternalArguments<'a> {
    /// The arguments' columns.
    pub columns: &'a [ArrayRef],
    /// Their types.
    pub types: &'a [DataType],
    /// The names under which arguments were given; none where they were given by position.
    pub names: &'a [Option<String>],
    /// How many rows.
    pub rows: usize,
    /// The time of the batch, in microseconds since 1970.
    pub now_us: i64,
    /// For functions that draw random numbers.
    pub seed: u64,
    /// The session time zone.
    pub zone: &'a Zone,
}

/// An external function in an expression. Equal to itself alone.
#[derive(Clone, Debug)]
pub struct ExternalFunction(pub Rc<dyn External>);

impl PartialEq for ExternalFunction {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// An external function on typed arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct ExternalCall {
    /// Which.
    pub function: ExternalFunction,
    /// Its arguments.
    pub arguments: Vec<Typed>,
    /// The names under which they were given.
    pub names: Vec<Option<String>>,
}

/// The first id of columns that hold results of external functions; lambda variables lie above, relations' columns below.
const FIRST_RESULT: u64 = 1 << 61;

/// The expression with external functions computed: their results are further columns, by new ids.
pub fn computed(typed: &Typed, input: &Input<'_>) -> Result<(Typed, Vec<ColumnId>, Vec<ArrayRef>)> {
    let (mut ids, mut columns) = (input.ids.to_vec(), input.columns.to_vec());
    let mut known = Vec::new();
    let typed = replace(typed.clone(), &mut |call: &ExternalCall, result: &DataType| {
        if let Some((_, id)) =
            known.iter().find(|(other, _): &&(ExternalCall, ColumnId)| other == call && call.function.0.is_deterministic())
        {
            return Ok(Typed::column(*id, result.clone(), true));
        }
        let input = Input { ids: &ids, columns: &columns, ..*input };
        let array = run(call, &input)?;
        let id = ColumnId(FIRST_RESULT + known.len() as u64);
        known.push((call.clone(), id));
        ids.push(id);
        columns.push(array);
        Ok(Typed::column(id, result.clone(), true))
    })?;
    Ok((typed, ids, columns))
}

/// Innermost calls first.
fn replace(typed: Typed, with: &mut dyn FnMut(&ExternalCall, &DataType) -> Result<Typed>) -> Result<Typed> {
    let typed = typed.map_children(&mut |child| replace(child, with))?;
    match &typed.kind {
        TypedKind::External(call) => with(call, &typed.data_type),
        _ => Ok(typed),
    }
}

fn run(call: &ExternalCall, input: &Input<'_>) -> Result<ArrayRef> {
    let columns = call.arguments.iter().map(|argument| evaluate(argument, input)).collect::<Result<Vec<_>>>()?;
    let types: Vec<DataType> = call.arguments.iter().map(|argument| argument.data_type.clone()).collect();
    call.function.0.call(&ExternalArguments {
        columns: &columns,
        types: &types,
        names: &call.names,
        rows: input.rows,
        now_us: input.now_us,
        seed: input.seed,
        zone: input.zone,
    })
}
