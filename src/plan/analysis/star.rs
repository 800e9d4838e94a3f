//! `*`, `a.*`, `struct.*`: what stands for several columns.

use crate::diag;
use crate::diag::Diagnostic;
use crate::expr::Expr;
use crate::plan::Analyzer;
use crate::plan::Plan;
use crate::plan::analysis::exactly;
use crate::plan::column::quote;
use crate::plan::names::Names;
use crate::types::DataType;
use std::rc::Rc;

/// The list with its stars spread. Those among a call's arguments are left to `resolve`.
pub(crate) fn spread(list: Vec<Expr>, child: &Rc<Plan>, analyzer: &Analyzer) -> diag::Result<Vec<Expr>> {
    let mut out = Vec::new();
    for expr in list {
        match expr.bare() {
            Expr::Star(of) => out.extend(columns(of, child, analyzer)?),
            _ => out.push(expr),
        }
    }
    Ok(out)
}

/// The columns that a star stands for: all, a table's, or a struct's fields.
fn columns(of: &[String], child: &Rc<Plan>, analyzer: &Analyzer) -> diag::Result<Vec<Expr>> {
    let names = Names::of(&[child], analyzer);
    let of_table = names.of_star(of);
    if !of_table.is_empty() || of.is_empty() {
        return Ok(of_table.into_iter().map(exactly).collect());
    }
    let base = Expr::Name(of.to_vec());
    if names.find(of)?.is_some() {
        let typed = crate::expr::resolve(&base, &names, &analyzer.settings())?;
        if let DataType::Struct(fields) = typed.data_type {
            let field = |name: &String| Expr::Alias(Box::new(Expr::FieldOf(Box::new(base.clone()), name.clone())), vec![name.clone()]);
            return Ok(fields.iter().map(|part| field(&part.name)).collect());
        }
        let text = format!("Can only star expand struct data types. Attribute: `List({})`.", of.join(", "));
        return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1050", text, ""));
    }
    Err(nothing(of, child))
}

/// A star after a name that is neither a table nor a struct.
pub(crate) fn nothing(of: &[String], child: &Plan) -> Box<Diagnostic> {
    let target = of.iter().map(|part| quote(part)).collect::<Vec<_>>().join(".");
    // Spark shows the columns of the relation's own inputs, which a source has none of.
    let input =
        child.children().into_iter().flat_map(|input| &input.columns).map(|column| quote(&column.name)).collect::<Vec<_>>().join(", ");
    let text = format!(
        "Cannot resolve {target}.* given input columns {input}. Please check that the specified table or struct exists and is accessible in the input columns."
    );
    Diagnostic::analysis("CANNOT_RESOLVE_STAR_EXPAND", text, "42704")
}
