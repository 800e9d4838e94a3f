//! Arrays of one type under another that differs only in which nested values may be null, or in nested names.
//!
//! Law: values stay; only the type's labels change. Arrow takes `array<int>` and `array<int not null>` for different types, Spark's operators do not.

use std::sync::Arc;

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::ListArray;
use arrow_array::MapArray;
use arrow_array::StructArray;
use arrow_array::cast::AsArray;
use arrow_schema::DataType;
use arrow_schema::Field;
use arrow_schema::Fields;

/// The column under this type. A column of a type that differs in more than labels stays as it is.
#[must_use]
pub fn conform(column: &ArrayRef, wanted: &DataType) -> ArrayRef {
    if column.data_type() == wanted {
        return Arc::clone(column);
    }
    match (column.data_type(), wanted) {
        (DataType::List(_), DataType::List(field)) => {
            let list = column.as_list::<i32>();
            let values = conform(list.values(), field.data_type());
            ListArray::try_new(Arc::clone(field), list.offsets().clone(), values, list.nulls().cloned())
                .map_or_else(|_| Arc::clone(column), made)
        }
        (DataType::Struct(_), DataType::Struct(fields)) if column.as_struct().num_columns() == fields.len() => {
            conform_struct(column.as_struct(), fields).map_or_else(|| Arc::clone(column), made)
        }
        (DataType::Map(..), DataType::Map(entries, sorted)) => {
            let map = column.as_map();
            let DataType::Struct(fields) = entries.data_type() else { return Arc::clone(column) };
            let Some(inner) = conform_struct(map.entries(), fields) else { return Arc::clone(column) };
            MapArray::try_new(Arc::clone(entries), map.offsets().clone(), inner, map.nulls().cloned(), *sorted)
                .map_or_else(|_| Arc::clone(column), made)
        }
        _ => Arc::clone(column),
    }
}

/// The type in which every nested value may be null: what columns of different origin have in common.
#[must_use]
pub fn all_nullable(data_type: &DataType) -> DataType {
    let relaxed = |field: &Field| Arc::new(Field::new(field.name(), all_nullable(field.data_type()), true));
    match data_type {
        DataType::List(field) => DataType::List(relaxed(field)),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(|field| relaxed(field)).collect()),
        // A map's keys are never null, and Arrow holds to it.
        DataType::Map(entries, sorted) => match entries.data_type() {
            DataType::Struct(fields) if fields.len() == 2 => {
                let key = Arc::new(Field::new(fields[0].name(), all_nullable(fields[0].data_type()), false));
                let inner = DataType::Struct(Fields::from(vec![key, relaxed(&fields[1])]));
                DataType::Map(Arc::new(Field::new(entries.name(), inner, false)), *sorted)
            }
            _ => data_type.clone(),
        },
        _ => data_type.clone(),
    }
}

fn conform_struct(array: &StructArray, fields: &Fields) -> Option<StructArray> {
    let columns = array.columns().iter().zip(fields).map(|(column, field)| conform(column, field.data_type())).collect();
    StructArray::try_new(fields.clone(), columns, array.nulls().cloned()).ok()
}

fn made<T: Array + 'static>(array: T) -> ArrayRef {
    Arc::new(array)
}
