//! Spark's data types, schemas and values; time and intervals; how Spark prints them; Arrow in and out.
//!
//! A timestamp is microseconds since 1970-01-01 UTC, a date days since then; a time zone matters only where text is read or shown.

mod data_type;
mod value;

pub use data_type::{DataType, Field, Schema};
pub use value::Value;
