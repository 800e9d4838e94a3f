//! `count(*)`, `count(a, b)`, `count_if(condition)`: one `bigint` a group, never null.

use super::Accumulator;
use super::AggregateCall;
use super::AggregateFunction;
use crate::diag::Result;
use crate::types::DataType;
use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::Int64Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use std::sync::Arc;

/// Counts per group.
pub struct Count {
    counts: Vec<i64>,
    conditional: bool,
}

impl Count {
    /// Nothing counted.
    pub fn new(call: &AggregateCall) -> Self {
        Self { counts: Vec::new(), conditional: call.function == AggregateFunction::CountIf }
    }
}

impl Accumulator for Count {
    fn buffer_types(&self) -> Vec<DataType> {
        vec![DataType::Long]
    }

    fn update(&mut self, groups: &[u32], group_count: usize, arguments: &[ArrayRef]) -> Result<()> {
        self.counts.resize(group_count.max(self.counts.len()), 0);
        if self.conditional {
            let condition = arguments[0].as_boolean();
            for (row, group) in groups.iter().enumerate() {
                self.counts[*group as usize] += i64::from(condition.is_valid(row) && condition.value(row));
            }
        } else if arguments.iter().all(|argument| argument.logical_null_count() == 0) {
            for group in groups {
                self.counts[*group as usize] += 1;
            }
        } else {
            let nulls: Vec<_> = arguments.iter().filter_map(|argument| argument.logical_nulls()).collect();
            for (row, group) in groups.iter().enumerate() {
                self.counts[*group as usize] += i64::from(nulls.iter().all(|nulls| nulls.is_valid(row)));
            }
        }
        Ok(())
    }

    fn merge(&mut self, groups: &[u32], group_count: usize, buffers: &[ArrayRef]) -> Result<()> {
        self.counts.resize(group_count.max(self.counts.len()), 0);
        for (group, count) in groups.iter().zip(buffers[0].as_primitive::<Int64Type>().values()) {
            self.counts[*group as usize] += count;
        }
        Ok(())
    }

    fn buffers(&self) -> Vec<ArrayRef> {
        vec![Arc::new(Int64Array::from(self.counts.clone()))]
    }

    fn finish(&self) -> Result<ArrayRef> {
        Ok(Arc::new(Int64Array::from(self.counts.clone())))
    }

    fn clear(&mut self) {
        self.counts.clear();
    }
}
