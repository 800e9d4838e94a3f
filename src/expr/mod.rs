//! Expressions: the tree as written, the tree as typed, the functions, and their vectorised evaluation over Arrow.
//!
//! An [`Expr`] holds names and knows no types. [`resolve`] turns it into a [`Typed`] tree, in which columns are ids
//! and every node has a type; only typed trees are evaluated.

pub mod aggregate;
mod cast;
pub mod coercion;
mod error;
mod evaluate;
mod external;
mod extract;
mod from_sql;
pub mod function;
mod hash;
mod lambda;
mod name;
mod over;
mod resolve;
mod scope;
mod special;
mod temporal;
mod tree;
mod typed;
mod update_fields;
mod window;

#[cfg(test)]
mod tests;

pub use coercion::cast as cast_to;
pub use evaluate::evaluate;
pub use evaluate::evaluate_constant;
pub use external::External;
pub use external::ExternalArguments;
pub use external::ExternalCall;
pub use external::ExternalFunction;
pub use from_sql::from_sql;
pub use from_sql::parse;
pub use from_sql::sort_keys;
pub use function::grouping::no_sets as no_grouping_sets;
pub use name::name_of;
pub use name::pretty_name;
pub use resolve::resolve;
pub use scope::Input;
pub use scope::Scope;
pub use scope::Settings;
pub use tree::Expr;
pub use tree::SortKey;
pub use typed::Call;
pub use typed::CastMode;
pub use typed::ColumnId;
pub use typed::Generator;
pub use typed::GeneratorCall;
pub use typed::OverCall;
pub use typed::SessionWindow;
pub use typed::TimeWindow;
pub use typed::Typed;
pub use typed::TypedKind;
pub use window::window_starts;
pub use window::window_time_of;
