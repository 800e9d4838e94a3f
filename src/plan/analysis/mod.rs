//! Analysis: what an expression list over a relation becomes, one file for each kind of relation.

mod aggregate;
mod combine;
mod generate;
mod grouping_sets;
mod join;
mod list;
mod observe;
mod over;
mod row;
mod star;
mod watermark;
mod window;

pub(crate) use aggregate::Grouping;
pub(crate) use aggregate::aggregate;
pub(crate) use combine::{set_operation, union, union_by_name};
pub(crate) use generate::relation as generated;
pub(crate) use generate::wrong_aliases;
pub(crate) use grouping_sets::Copied;
pub use grouping_sets::GroupBy;
pub(crate) use join::{join, join_type};
pub(crate) use list::{Draft, columns_meant, drafts, exactly, project};
pub(crate) use observe::{check_metric_names, observe};
pub(crate) use row::{filter, row_count, sort, subquery_alias};
pub(crate) use star::spread;
pub(crate) use watermark::watermark;
pub(crate) use window::place as place_windows;
