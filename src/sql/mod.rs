//! Spark SQL text to trees: expressions, select lists, whole queries, schemas and types.
//!
//! The grammar is Spark's own (`SqlBaseParser.g4`), read by hand, so that precedence, literals and the places of syntax errors are Spark's.
//! Parsing never panics and never exhausts the stack: nesting and chains have limits.
// DIFFERENCE: the crate `sqlparser` reads another grammar (precedence, literals, intervals, lambdas) and reports other places, so this room does not use it.

pub mod ddl;
mod expression;
mod literal;
mod parser;
mod primary;
mod query;
mod statement;
pub mod syntax;
mod token;
pub mod tree;

#[cfg(test)]
mod tests;

pub use expression::parse_expression;
pub use expression::parse_named_expression;
pub use query::parse_query;
pub use statement::parse_statement;
