//! The scalar functions: what each takes, gives and computes, group by group.

#![expect(clippy::ptr_arg, reason = "the functions of the table share one signature, and some of them insert or remove arguments")]

mod arguments;
mod arithmetic;
pub(super) mod array;
mod comparison;
mod csv;
mod datetime;
mod digest;
mod format;
pub(super) mod grouping;
mod higher;
mod interval;
mod item;
mod json;
mod logic;
mod math;
mod regexp;
mod text;

pub use arguments::Arguments;
pub use arguments::Vector;

use super::scope::Settings;
use super::typed::Typed;
use crate::diag::Result;
use crate::types::DataType;
use arrow_array::ArrayRef;
use std::collections::HashMap;
use std::sync::OnceLock;

/// What a parameter takes; other types are cast to it where Spark casts implicitly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Parameter {
    Any,
    Boolean,
    Integer,
    Long,
    Double,
    Numeric,
    Integral,
    String,
    Binary,
    StringOrBinary,
    StringBinaryOrArray,
    Date,
    Timestamp,
    TimestampAny,
    Array,
    Map,
    ArrayOrMap,
    Struct,
    Lambda,
    DayTimeInterval,
    /// All parameters of this kind are cast to their common type.
    Same,
}

/// When the result may be null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    /// When an argument may be: and a null argument makes a null result.
    Any,
    /// Never.
    Never,
    /// Always.
    Always,
    /// When the first argument may be.
    First,
    /// When all arguments may be (`coalesce`, `greatest`).
    All,
}

/// Why the arguments do not fit: the rest of the condition and the text of `DATATYPE_MISMATCH`, or a whole diagnostic.
pub enum Mismatch {
    /// `DATATYPE_MISMATCH.condition`, and its text.
    Type(&'static str, String),
    /// Another error.
    Other(Box<crate::diag::Diagnostic>),
}

/// A check of the arguments, which may also cast them.
pub type Check = fn(&mut Vec<Typed>, &Settings) -> std::result::Result<(), Mismatch>;

/// A scalar function.
pub struct Function {
    /// Its lower-case SQL name, or operator.
    pub name: &'static str,
    /// How Spark prints its name; empty for the name in lower case.
    pub shown: &'static str,
    /// The fewest arguments.
    pub least: usize,
    /// The most arguments; `usize::MAX` for any number.
    pub most: usize,
    /// What they are; the last one repeats.
    pub parameters: &'static [Parameter],
    /// The type of the result, from the arguments after coercion.
    pub result: fn(&[Typed]) -> DataType,
    /// When the result may be null.
    pub nulls: Nulls,
    /// Runs before the parameters' coercion.
    pub check: Option<Check>,
    /// SQL literals for the arguments that may be left out, the last ones of `most`; they show in the printed name as in Spark.
    pub defaults: &'static [&'static str],
    /// False for `rand` and its kin.
    pub deterministic: bool,
    /// The computation.
    pub body: fn(&Arguments<'_>) -> Result<ArrayRef>,
}

impl Function {
    /// A function that yields null for a null argument, with lower-case name.
    pub const fn new(
        name: &'static str,
        arity: (usize, usize),
        parameters: &'static [Parameter],
        result: fn(&[Typed]) -> DataType,
        body: fn(&Arguments<'_>) -> Result<ArrayRef>,
    ) -> Self {
        let (least, most) = arity;
        Self { name, shown: "", least, most, parameters, result, nulls: Nulls::Any, check: None, defaults: &[], deterministic: true, body }
    }

    /// With the name that Spark prints.
    pub const fn shown(mut self, shown: &'static str) -> Self {
        self.shown = shown;
        self
    }

    /// With another rule of nulls.
    pub const fn nulls(mut self, nulls: Nulls) -> Self {
        self.nulls = nulls;
        self
    }

    /// With a check.
    pub const fn check(mut self, check: Check) -> Self {
        self.check = Some(check);
        self
    }

    /// With literals for arguments left out.
    pub const fn defaults(mut self, defaults: &'static [&'static str]) -> Self {
        self.defaults = defaults;
        self
    }

    /// Not the same at every evaluation.
    pub const fn random(mut self) -> Self {
        self.deterministic = false;
        self
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// All groups.
const GROUPS: &[&[Function]] = &[
    arithmetic::FUNCTIONS,
    array::FUNCTIONS,
    comparison::FUNCTIONS,
    csv::FUNCTIONS,
    datetime::FUNCTIONS,
    digest::FUNCTIONS,
    format::FUNCTIONS,
    grouping::FUNCTIONS,
    higher::FUNCTIONS,
    interval::FUNCTIONS,
    item::FUNCTIONS,
    json::FUNCTIONS,
    logic::FUNCTIONS,
    math::FUNCTIONS,
    regexp::FUNCTIONS,
    text::FUNCTIONS,
];

/// Other names of a function, which Spark prints as they were written.
const ALIASES: &[(&str, &str)] = &[
    ("mod", "%"),
    ("ucase", "upper"),
    ("lcase", "lower"),
    ("char_length", "length"),
    ("character_length", "length"),
    ("len", "length"),
    ("substr", "substring"),
    ("char", "chr"),
    ("charindex", "locate"),
];

/// The function of this name, in any case.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    static TABLE: OnceLock<HashMap<&'static str, &'static Function>> = OnceLock::new();
    let table = TABLE.get_or_init(|| GROUPS.iter().flat_map(|group| group.iter()).map(|function| (function.name, function)).collect());
    let lower = name.to_ascii_lowercase();
    let target = ALIASES.iter().find(|(alias, _)| *alias == lower).map_or(lower.as_str(), |(_, target)| target);
    table.get(target).copied()
}

/// The names of all scalar functions, sorted.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let mut found: Vec<&str> = GROUPS.iter().flat_map(|group| group.iter()).map(|function| function.name).collect();
    found.extend(ALIASES.iter().map(|(alias, _)| *alias));
    found.sort_unstable();
    found
}

/// Result types that many functions share.
pub mod gives {
    use super::Typed;
    use crate::types::DataType;

    macro_rules! fixed {
        ($($name:ident $data_type:ident),*) => { $(
            /// Always this type.
            pub fn $name(_: &[Typed]) -> DataType { DataType::$data_type }
        )* };
    }
    fixed!(boolean Boolean, integer Integer, long Long, double Double, string String, binary Binary, date Date, timestamp Timestamp, timestamp_ntz TimestampNtz, byte Byte, null Null, calendar_interval CalendarInterval);

    /// `interval day to second`.
    pub fn day_time_interval(_: &[Typed]) -> DataType {
        DataType::DAY_TIME
    }

    /// `interval year to month`.
    pub fn year_month_interval(_: &[Typed]) -> DataType {
        DataType::YEAR_MONTH
    }

    /// The first argument's type.
    pub fn first(arguments: &[Typed]) -> DataType {
        arguments.first().map_or(DataType::Null, |argument| argument.data_type.clone())
    }

    /// The type in which all arguments fit: where they are alike but for the parts that may be null, the loosest.
    pub fn common(arguments: &[Typed]) -> DataType {
        let types = arguments.iter().map(|argument| &argument.data_type);
        crate::expr::coercion::widest(types).unwrap_or_else(|| first(arguments))
    }

    /// The second argument's type.
    pub fn second(arguments: &[Typed]) -> DataType {
        arguments.get(1).map_or(DataType::Null, |argument| argument.data_type.clone())
    }

    /// The third argument's type.
    pub fn third(arguments: &[Typed]) -> DataType {
        arguments.get(2).map_or(DataType::Null, |argument| argument.data_type.clone())
    }

    /// `array<string>` without nulls.
    pub fn strings(_: &[Typed]) -> DataType {
        DataType::Array(Box::new(DataType::String), false)
    }
}
