//! PySpark's objects over a session, the playground that drives them, and the lens that reads a program as a query.

mod arguments;
mod arrow_result;
mod callbacks;
mod calls;
mod catalog;
mod clock;
mod column;
mod decimal;
mod delta_table;
#[cfg(test)]
mod delta_tests;
mod driver;
mod errors;
mod frame;
mod frame_nulls;
mod frame_writer;
mod functions;
mod grouped;
mod hints;
mod host;
pub mod lens;
mod listener;
mod local_rows;
mod modules;
mod object;
mod observation;
mod operators;
mod options;
mod plain_objects;
mod playground;
mod processor;
mod progress;
mod query;
mod reader;
mod reports;
mod row;
mod rows;
mod session;
mod stateful_handle;
#[cfg(test)]
mod tests;
mod types_module;
mod udf;
mod udf_result;
mod values;
mod waits;
mod window;
mod worker;
pub mod write_back;
mod writer;

pub use driver::Printed;
pub use playground::{Outcome, Playground, ProgramState};
