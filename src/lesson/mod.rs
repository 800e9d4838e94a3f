//! Case files, lessons, exercises, questions: read, run, compare, explain the difference.
//!
//! Lessons are text files beside this one, in the same sections as case files. What an exercise expects and what a question claims
//! was recorded by real Spark; nobody writes it by hand.

mod batch_lines;
pub mod case;
mod exercise;
mod gallery;
mod judge;
mod question;
pub mod replay;
mod section;
mod setting;
mod stage;
#[cfg(test)]
mod tests;

pub use batch_lines::batch_columns;
pub use batch_lines::batch_rows;
pub use exercise::Exercise;
pub use exercise::exercises;
pub use gallery::Example;
pub use gallery::examples;
pub use judge::Verdict;
pub use judge::judge;
pub use question::Question;
pub use question::questions;
pub use section::Section;
pub use setting::FLIGHTS;
pub use setting::Setting;
pub use stage::PlaygroundStage;
