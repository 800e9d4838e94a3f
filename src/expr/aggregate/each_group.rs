//! Aggregates whose state is a structure of its own a group: what they all share, the columns around them.

use super::Accumulator;
use super::AggregateCall;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Value;
use crate::types::arrow;
use arrow_array::ArrayRef;

/// The state of one group.
pub trait GroupState: Clone + Default {
    /// The types of the buffer columns.
    fn buffer_types(call: &AggregateCall) -> Vec<DataType>;
    /// Takes a row's arguments.
    fn update(&mut self, call: &AggregateCall, arguments: &[Value]) -> Result<()>;
    /// Takes a row of buffers.
    fn merge(&mut self, call: &AggregateCall, buffers: &[Value]) -> Result<()>;
    /// The row of buffers.
    fn buffers(&self, call: &AggregateCall) -> Vec<Value>;
    /// The result.
    fn finish(&self, call: &AggregateCall) -> Result<Value>;
}

/// The states of all groups.
pub struct EachGroup<S> {
    call: AggregateCall,
    states: Vec<S>,
}

impl<S: GroupState> EachGroup<S> {
    /// No groups.
    pub fn new(call: &AggregateCall) -> Self {
        Self { call: call.clone(), states: Vec::new() }
    }
}

impl<S: GroupState> Accumulator for EachGroup<S> {
    fn buffer_types(&self) -> Vec<DataType> {
        S::buffer_types(&self.call)
    }

    fn update(&mut self, groups: &[u32], group_count: usize, arguments: &[ArrayRef]) -> Result<()> {
        self.states.resize(group_count.max(self.states.len()), S::default());
        let mut values = Vec::with_capacity(arguments.len());
        for (row, group) in groups.iter().enumerate() {
            values.clear();
            values.extend(arguments.iter().zip(&self.call.arguments).map(|(array, typed)| arrow::value_at(array, row, &typed.data_type)));
            self.states[*group as usize].update(&self.call, &values)?;
        }
        Ok(())
    }

    fn merge(&mut self, groups: &[u32], group_count: usize, buffers: &[ArrayRef]) -> Result<()> {
        self.states.resize(group_count.max(self.states.len()), S::default());
        let types = self.buffer_types();
        let mut values = Vec::with_capacity(buffers.len());
        for (row, group) in groups.iter().enumerate() {
            values.clear();
            values.extend(buffers.iter().zip(&types).map(|(array, data_type)| arrow::value_at(array, row, data_type)));
            self.states[*group as usize].merge(&self.call, &values)?;
        }
        Ok(())
    }

    fn buffers(&self) -> Vec<ArrayRef> {
        let rows: Vec<Vec<Value>> = self.states.iter().map(|state| state.buffers(&self.call)).collect();
        let column = |index: usize| rows.iter().map(|row| row[index].clone()).collect::<Vec<Value>>();
        self.buffer_types().iter().enumerate().map(|(index, data_type)| arrow::array_of(data_type, &column(index))).collect()
    }

    fn finish(&self) -> Result<ArrayRef> {
        let values = self.states.iter().map(|state| state.finish(&self.call)).collect::<Result<Vec<Value>>>()?;
        Ok(arrow::array_of(&self.call.data_type, &values))
    }

    fn clear(&mut self) {
        self.states.clear();
    }
}
