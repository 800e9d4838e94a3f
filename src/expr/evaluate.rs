//! Typed expressions on batches: one dispatch per node and batch, kernels over Arrow buffers.

use super::cast;
use super::error;
use super::external;
use super::function::Arguments;
use super::function::Vector;
use super::scope::Input;
use super::typed::Call;
use super::typed::CastMode;
use super::typed::ColumnId;
use super::typed::Typed;
use super::typed::TypedKind;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Value;
use crate::types::arrow;
use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::BooleanArray;
use arrow_array::StructArray;
use arrow_array::cast::AsArray;
use std::sync::Arc;

/// The value of the expression for every row.
///
/// # Errors
/// Spark's runtime errors: `CAST_INVALID_INPUT`, `DIVIDE_BY_ZERO`, `ARITHMETIC_OVERFLOW` and their kin.
pub fn evaluate(typed: &Typed, input: &Input<'_>) -> Result<ArrayRef> {
    if typed.has_external() {
        let (typed, ids, columns) = external::computed(typed, input)?;
        return Ok(vector(&typed, &Input { ids: &ids, columns: &columns, ..*input })?.expand(input.rows));
    }
    Ok(vector(typed, input)?.expand(input.rows))
}

/// The value of an expression that needs no row.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_constant(typed: &Typed, zone: &crate::types::Zone) -> Result<Value> {
    if !typed.is_foldable() {
        return Err(error::not_known("an expression in the place of a constant"));
    }
    let input = Input { ids: &[], columns: &[], rows: 1, now_us: 0, zone, seed: 0 };
    let array = evaluate(typed, &input)?;
    Ok(arrow::value_at(&array, 0, &typed.data_type))
}

/// The value for every row, one value standing for all where it is the same.
pub fn vector(typed: &Typed, input: &Input<'_>) -> Result<Vector> {
    match &typed.kind {
        TypedKind::Column(id) => Ok(Vector::column(column(*id, input))),
        TypedKind::Literal(value) => Ok(Vector::value(value, &typed.data_type)),
        TypedKind::Cast(child, mode) => {
            let found = vector(child, input)?;
            let array = cast::cast_array(&found.array, &child.data_type, &typed.data_type, *mode, input.zone)?;
            Ok(Vector { array, scalar: found.scalar })
        }
        TypedKind::Call(call) => call_vector(call, &typed.data_type, input),
        TypedKind::Case(branches, otherwise) => case_vector(branches, otherwise.as_deref(), &typed.data_type, input),
        TypedKind::Field(child, index) => {
            let found = vector(child, input)?;
            Ok(Vector { array: field(&found.array, *index, &typed.data_type), scalar: found.scalar })
        }
        TypedKind::Lambda(..) => Ok(Vector::value(&Value::Null, &DataType::Null)),
        TypedKind::Aggregate(_)
        | TypedKind::Generator(_)
        | TypedKind::TimeWindow(_)
        | TypedKind::SessionWindow(_)
        | TypedKind::Over(_)
        | TypedKind::External(_) => Err(error::not_known("aggregates, generators and windows in this place")),
    }
}

fn column(id: ColumnId, input: &Input<'_>) -> ArrayRef {
    match input.ids.iter().position(|candidate| *candidate == id) {
        Some(at) => Arc::clone(&input.columns[at]),
        None => unreachable!("column {} is not in the input {:?}", id.0, input.ids),
    }
}

/// A struct's field; of an array of structs, the array of fields.
fn field(array: &ArrayRef, index: usize, data_type: &DataType) -> ArrayRef {
    if let Some(parent) = array.as_struct_opt() {
        return struct_field(parent, index);
    }
    let list = array.as_list::<i32>();
    let values = struct_field(list.values().as_struct(), index);
    let arrow_schema::DataType::List(element) = arrow::arrow_type(data_type) else { unreachable!("a field over an array is an array") };
    Arc::new(arrow_array::ListArray::new(element, list.offsets().clone(), values, list.nulls().cloned()))
}

/// The field, null where the struct is.
pub fn struct_field(parent: &StructArray, index: usize) -> ArrayRef {
    let child = parent.column(index);
    let Some(nulls) = parent.nulls() else { return Arc::clone(child) };
    if child.data_type() == &arrow_schema::DataType::Null {
        return Arc::clone(child);
    }
    let union = arrow_buffer::NullBuffer::union(Some(nulls), child.nulls());
    match child.to_data().into_builder().nulls(union).build() {
        Ok(data) => arrow_array::make_array(data),
        Err(error) => unreachable!("a mask of the same length fits: {error}"),
    }
}

fn call_vector(call: &Call, data_type: &DataType, input: &Input<'_>) -> Result<Vector> {
    match call.function.name {
        "and" => return junction(call, input, false),
        "or" => return junction(call, input, true),
        "coalesce" => return coalesce(&call.arguments, data_type, input),
        _ => {}
    }
    let vectors = call.arguments.iter().map(|argument| vector(argument, input)).collect::<Result<Vec<Vector>>>()?;
    let lambda = call.arguments.iter().any(|argument| matches!(argument.kind, TypedKind::Lambda(..)));
    let scalar = call.function.deterministic && !lambda && vectors.iter().all(|vector| vector.scalar);
    let rows = if scalar { 1 } else { input.rows };
    let arguments = Arguments { typed: &call.arguments, vectors, rows, data_type, ansi: call.ansi, input, name: call.function.name };
    Ok(Vector { array: (call.function.body)(&arguments)?, scalar })
}

/// `AND`, `OR`: the right side is computed only for rows that the left side leaves open.
fn junction(call: &Call, input: &Input<'_>, decides: bool) -> Result<Vector> {
    let left = vector(&call.arguments[0], input)?;
    if left.scalar {
        let value = left.array.as_boolean();
        if value.is_valid(0) && value.value(0) == decides {
            return Ok(left);
        }
    }
    let values = left.array.as_boolean();
    let decided = values.len() - (0..values.len()).filter(|row| values.is_null(*row) || values.value(*row) != decides).count();
    if decided == 0 || left.scalar || is_plain(&call.arguments[1]) {
        let right = vector(&call.arguments[1], input)?;
        return Ok(merge_booleans(&left, &right, decides, input.rows));
    }
    let open: BooleanArray = (0..values.len()).map(|row| Some(values.is_null(row) || values.value(row) != decides)).collect();
    let right = evaluate_where(&call.arguments[1], &open, input)?;
    Ok(merge_booleans(&left, &Vector::column(right), decides, input.rows))
}

fn merge_booleans(left: &Vector, right: &Vector, decides: bool, rows: usize) -> Vector {
    let scalar = left.scalar && right.scalar;
    let rows = if scalar { 1 } else { rows };
    let (a, b) = (left.array.as_boolean(), right.array.as_boolean());
    let get = |array: &BooleanArray, at: usize| if array.is_null(at) { None } else { Some(array.value(at)) };
    let merged: BooleanArray = (0..rows)
        .map(|row| match (get(a, left.at(row)), get(b, right.at(row))) {
            (Some(x), _) | (_, Some(x)) if x == decides => Some(decides),
            (Some(_), Some(_)) => Some(!decides),
            _ => None,
        })
        .collect();
    Vector { array: Arc::new(merged), scalar }
}

/// Whether evaluating it costs nothing and cannot fail.
fn is_plain(typed: &Typed) -> bool {
    match &typed.kind {
        TypedKind::Column(_) | TypedKind::Literal(_) => true,
        TypedKind::Field(child, _) => is_plain(child),
        TypedKind::Cast(child, CastMode::Try) => is_plain(child),
        TypedKind::Call(call) => CANNOT_FAIL.contains(&call.function.name) && call.arguments.iter().all(is_plain),
        _ => false,
    }
}

const CANNOT_FAIL: [&str; 12] = ["=", "<=>", "<", "<=", ">", ">=", "not", "isnull", "isnotnull", "and", "or", "in"];

/// The expression on the rows of the mask; other rows are null.
fn evaluate_where(typed: &Typed, mask: &BooleanArray, input: &Input<'_>) -> Result<ArrayRef> {
    let chosen: Vec<u32> = (0..mask.len()).filter(|row| mask.value(*row)).map(|row| row as u32).collect();
    if chosen.len() == input.rows {
        return evaluate(typed, input);
    }
    let found = evaluate_rows(typed, &chosen, input)?;
    let mut places = vec![None; input.rows];
    for (at, row) in chosen.iter().enumerate() {
        places[*row as usize] = Some(at as u32);
    }
    Ok(take(&found, &arrow_array::UInt32Array::from(places)))
}

/// The expression on these rows only.
pub fn evaluate_rows(typed: &Typed, rows: &[u32], input: &Input<'_>) -> Result<ArrayRef> {
    let indices = arrow_array::UInt32Array::from(rows.to_vec());
    let mut needed = Vec::new();
    typed.any(&mut |node| {
        if let TypedKind::Column(id) = node.kind
            && !needed.contains(&id)
            && input.ids.contains(&id)
        {
            needed.push(id);
        }
        false
    });
    let columns: Vec<ArrayRef> = needed.iter().map(|id| take(&column(*id, input), &indices)).collect();
    evaluate(typed, &Input { ids: &needed, columns: &columns, rows: rows.len(), ..*input })
}

/// The rows at these places; a null place gives null.
pub fn take(array: &ArrayRef, indices: &arrow_array::UInt32Array) -> ArrayRef {
    match arrow_select::take::take(array, indices, None) {
        Ok(found) => found,
        Err(error) => unreachable!("indices are within the array: {error}"),
    }
}

/// The first branch whose condition holds, row by row; every expression runs only on the rows that reach it.
fn case_vector(branches: &[(Typed, Typed)], otherwise: Option<&Typed>, data_type: &DataType, input: &Input<'_>) -> Result<Vector> {
    let mut open: Vec<u32> = (0..input.rows as u32).collect();
    let mut pieces = Pieces::new(data_type, input.rows);
    for (condition, value) in branches {
        if open.is_empty() {
            break;
        }
        let held = if open.len() == input.rows { evaluate(condition, input)? } else { evaluate_rows(condition, &open, input)? };
        let held = held.as_boolean();
        let holds = |at: usize| held.is_valid(at) && held.value(at);
        let rows_where =
            |wanted: bool| open.iter().enumerate().filter(|(at, _)| holds(*at) == wanted).map(|(_, row)| *row).collect::<Vec<u32>>();
        let (chosen, rest) = (rows_where(true), rows_where(false));
        pieces.add(value, chosen, input)?;
        open = rest;
    }
    if let Some(otherwise) = otherwise {
        pieces.add(otherwise, open, input)?;
    }
    Ok(Vector::column(pieces.finish()))
}

fn coalesce(arguments: &[Typed], data_type: &DataType, input: &Input<'_>) -> Result<Vector> {
    let first = vector(&arguments[0], input)?;
    if first.array.logical_null_count() == 0 {
        return Ok(Vector { array: super::cast::retyped(&first.array, &arrow::arrow_type(data_type)), scalar: first.scalar });
    }
    let mut open: Vec<u32> = (0..input.rows as u32).collect();
    let mut pieces = Pieces::new(data_type, input.rows);
    for argument in arguments {
        if open.is_empty() {
            break;
        }
        let found = if open.len() == input.rows { evaluate(argument, input)? } else { evaluate_rows(argument, &open, input)? };
        let mut rest = Vec::new();
        let mut chosen = Vec::new();
        for (at, row) in open.iter().enumerate() {
            if found.is_null(at) || found.data_type() == &arrow_schema::DataType::Null {
                rest.push(*row)
            } else {
                chosen.push((at as u32, *row))
            }
        }
        pieces.add_array(found, &chosen);
        open = rest;
    }
    Ok(Vector::column(pieces.finish()))
}

/// Results that come piece by piece for different rows.
struct Pieces {
    arrays: Vec<ArrayRef>,
    /// For each row, which array and where in it.
    places: Vec<(usize, usize)>,
}

impl Pieces {
    fn new(data_type: &DataType, rows: usize) -> Self {
        Self { arrays: vec![arrow::nulls(data_type, 1)], places: vec![(0, 0); rows] }
    }

    fn add(&mut self, value: &Typed, rows: Vec<u32>, input: &Input<'_>) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let whole = matches!(value.kind, TypedKind::Column(_) | TypedKind::Literal(_));
        if whole || rows.len() == input.rows {
            let found = vector(value, input)?;
            let chosen: Vec<(u32, u32)> = rows.iter().map(|row| (if found.scalar { 0 } else { *row }, *row)).collect();
            self.add_array(found.array, &chosen);
            return Ok(());
        }
        let found = evaluate_rows(value, &rows, input)?;
        let chosen: Vec<(u32, u32)> = rows.iter().enumerate().map(|(at, row)| (at as u32, *row)).collect();
        self.add_array(found, &chosen);
        Ok(())
    }

    /// Pairs of a place in the array and a row.
    fn add_array(&mut self, array: ArrayRef, chosen: &[(u32, u32)]) {
        // The pieces of one result must have one Arrow type, flags of nullability included.
        let array = super::cast::retyped(&array, self.arrays[0].data_type());
        let index = self.arrays.len();
        self.arrays.push(array);
        for (at, row) in chosen {
            self.places[*row as usize] = (index, *at as usize);
        }
    }

    fn finish(self) -> ArrayRef {
        let arrays: Vec<&dyn Array> = self.arrays.iter().map(AsRef::as_ref).collect();
        match arrow_select::interleave::interleave(&arrays, &self.places) {
            Ok(found) => found,
            Err(error) => unreachable!("pieces of one type interleave: {error}"),
        }
    }
}
