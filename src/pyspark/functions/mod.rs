//! `pyspark.sql.functions`: a table of all functions with what each takes, and the calls that it makes in Spark.

mod build;
mod special;

pub(super) use build::call;
pub(super) use special::{Lambdas, lambdas, no_frame};

use super::arguments::Signature;
use std::sync::OnceLock;

/// A line a function: `name parameters = sql_name arguments`. An argument is `KIND:parameter`, where the kind says what the value becomes:
/// `C` a column or its name, `I` the same or a number, `L` a literal or a column, `R` a plain value. `?` after the parameter: left out where it
/// is `None`, or replaced by the constant that follows. `!`: built in code.
const TABLE: &str = include_str!("table.txt");

/// Names that can be imported and that `import *` does not bring, being deprecated.
const NOT_EXPORTED: &[&str] = &[
    "approxCountDistinct",
    "bitwiseNOT",
    "countDistinct",
    "shiftLeft",
    "shiftRight",
    "shiftRightUnsigned",
    "sumDistinct",
    "toDegrees",
    "toRadians",
];

/// A function of the module.
#[derive(Debug)]
pub(super) struct FunctionSpec {
    /// Its name in Python.
    pub name: String,
    /// What it takes.
    pub signature: Signature,
    /// The parameters' defaults as Python literals.
    pub defaults: Vec<(String, String)>,
    /// Its name in SQL; `!` where it is built in code. `name(distinct` for an aggregate over distinct values.
    pub sql_name: String,
    /// What its SQL call gets.
    pub arguments: Vec<Argument>,
}

impl FunctionSpec {
    /// How many arguments the SQL call has at least: those behind may be left out.
    pub(super) fn least(&self) -> usize {
        let may_go = |argument: &&Argument| {
            let default = self.defaults.iter().find(|(name, _)| *name == argument.parameter);
            argument.when_none.as_deref() == Some("") || argument.when_none.is_none() && default.is_some_and(|(_, value)| value == "False")
        };
        self.arguments.len() - self.arguments.iter().rev().take_while(may_go).count()
    }
}

/// An argument of the SQL call.
#[derive(Debug)]
pub(super) struct Argument {
    /// `C`, `I`, `L` or `R`.
    pub kind: char,
    /// The parameter it comes from.
    pub parameter: String,
    /// Whether the parameter is `*args`.
    pub rest: bool,
    /// Where the parameter may be `None`: what stands for it; empty for nothing.
    pub when_none: Option<String>,
}

/// The function of this name.
pub(super) fn find(name: &str) -> Option<&'static FunctionSpec> {
    let all = all();
    all.binary_search_by(|it| it.name.as_str().cmp(name)).ok().map(|at| &all[at])
}

/// The functions that make a call of this SQL name, one of the same name in Python first.
pub(super) fn of_sql_name(name: &str) -> Vec<&'static FunctionSpec> {
    let mut found: Vec<&FunctionSpec> = all().iter().filter(|it| it.sql_name == name).collect();
    found.sort_by_key(|it| it.name != name);
    found
}

/// The names that `from pyspark.sql.functions import *` brings.
pub(super) fn exports() -> Vec<String> {
    all().iter().map(|it| it.name.clone()).filter(|it| !NOT_EXPORTED.contains(&it.as_str())).collect()
}

fn all() -> &'static [FunctionSpec] {
    static ALL: OnceLock<Vec<FunctionSpec>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all: Vec<FunctionSpec> = TABLE.lines().filter_map(parse).collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    })
}

fn parse(line: &str) -> Option<FunctionSpec> {
    let (head, tail) = line.split_once(" = ")?;
    let (name, parameters) = head.split_once(' ').unwrap_or((head, ""));
    let defaults = parameters.split(' ').filter_map(|word| word.split_once('='));
    let mut words = tail.split(' ');
    let sql_name = words.next()?.to_owned();
    Some(FunctionSpec {
        name: name.to_owned(),
        signature: Signature::parse(name, parameters),
        defaults: defaults.map(|(name, value)| (name.to_owned(), value.replace("\\s", " "))).collect(),
        sql_name,
        arguments: words.filter_map(argument).collect(),
    })
}

fn argument(word: &str) -> Option<Argument> {
    let (kind, rest) = word.split_once(':')?;
    let (parameter, when_none) = match rest.split_once('?') {
        Some((parameter, constant)) => (parameter, Some(constant.to_owned())),
        None => (rest, None),
    };
    let name = parameter.strip_prefix('*');
    Some(Argument { kind: kind.chars().next()?, parameter: name.unwrap_or(parameter).to_owned(), rest: name.is_some(), when_none })
}
