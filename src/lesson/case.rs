//! Case files: a streaming program, its input step by step, and what Spark did with it.
//!
//! The form is `record.py`'s, to the byte: [`parse`] and [`render`] are each other's inverse for every recorded case.

use super::section::Section;
use super::section::join;
use super::section::split;

const SECTIONS: [&str; 7] = ["conf", "program", "file", "process", "restart", "output", "error"];

/// A case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What it shows, in one sentence.
    pub title: String,
    /// Its sections in order.
    pub sections: Vec<Section>,
}

/// Reads a case.
#[must_use]
pub fn parse(text: &str) -> Case {
    let (title, sections) = split(text, &SECTIONS);
    Case { title, sections }
}

/// Writes a case.
#[must_use]
pub fn render(case: &Case) -> String {
    join(&case.title, &case.sections)
}

impl Case {
    /// Whether Spark writes the section: it stands for what the one before it did.
    #[must_use]
    pub fn is_recorded(section: &Section) -> bool {
        matches!(section.name.as_str(), "output" | "error")
    }

    /// Whether a program reads a table by SQL. Then `format("memory")` is the real memory sink, else it stands for one that only
    /// records.
    #[must_use]
    pub fn reads_tables(&self) -> bool {
        let mut programs = self.sections.iter().filter(|section| section.name == "program");
        programs.any(|section| section.body.iter().any(|line| line.contains("spark.sql(") || line.contains("spark.table(")))
    }
}
