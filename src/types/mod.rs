//! Spark's data types, schemas and values; time and intervals; how Spark prints them; Arrow in and out.
//!
//! A timestamp is microseconds since 1970-01-01 UTC, a date days since then; a time zone matters only where text is read or shown.

pub mod arrow;
mod calendar;
mod data_type;
pub mod display;
pub mod interval;
mod java_double;
pub mod json;
pub mod number;
pub mod pattern;
pub mod schema_json;
#[cfg(test)]
mod tests;
pub mod time;
pub mod unsafe_row;
mod value;
mod zone;

pub use calendar::{civil_of_days, days_in_month, days_of_civil, is_leap_year};
pub use data_type::{DataType, Field, Schema};
pub use interval::Interval;
pub use value::Value;
pub use zone::Zone;
