//! `VALUES`: rows of constants.

use crate::diag;
use crate::diag::Diagnostic;
use crate::expr::Expr;
use crate::plan::Analyzer;
use crate::plan::Column;
use crate::plan::Node;
use crate::plan::Plan;
use crate::plan::errors;
use crate::plan::names::Names;
use crate::sql::tree;
use crate::types::DataType;
use crate::types::Value;
use crate::types::arrow::array_of;
use std::rc::Rc;

/// The value and type of an expression without columns.
pub(super) fn constant(expr: &Expr, analyzer: &Analyzer) -> diag::Result<(Value, DataType)> {
    let settings = analyzer.settings();
    let typed = crate::expr::resolve(expr, &Names::of(&[], analyzer), &settings)?;
    if !typed.is_foldable() {
        return Err(errors::unknown_to_us("values that are no constants"));
    }
    Ok((crate::expr::evaluate_constant(&typed, &settings.zone)?, typed.data_type))
}

/// `VALUES (1, 'a'), (2, 'b')`: the columns `col1`, `col2`, each of the type that all its values fit into.
pub(super) fn relation(rows: &[Vec<tree::SqlExpr>], analyzer: &Analyzer) -> diag::Result<Rc<Plan>> {
    let width = rows.first().map_or(0, Vec::len);
    let mut cells: Vec<Vec<(Expr, DataType)>> = vec![Vec::new(); width];
    for (place, row) in rows.iter().enumerate() {
        if row.len() != width {
            let text =
                format!("Invalid inline table. Inline table expected {width} columns but found {} columns in row {place}.", row.len());
            return Err(Diagnostic::analysis("INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH", text, "42000"));
        }
        for (column, written) in cells.iter_mut().zip(row) {
            let expr = crate::expr::from_sql(written)?;
            let (_, data_type) = constant(&expr, analyzer)?;
            column.push((expr, data_type));
        }
    }
    let mut columns = Vec::new();
    let mut arrays = Vec::new();
    for (place, cells) in cells.into_iter().enumerate() {
        let Some(wide) = crate::expr::coercion::widest(cells.iter().map(|(_, data_type)| data_type)) else {
            let text = format!("Invalid inline table. Found incompatible types in the column `col{}` for inline table.", place + 1);
            return Err(Diagnostic::analysis("INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE", text, "42000"));
        };
        let mut values = Vec::new();
        for (expr, _) in cells {
            values.push(constant(&Expr::Cast(Box::new(expr), wide.clone(), false), analyzer)?.0);
        }
        let nullable = values.contains(&Value::Null);
        arrays.push(array_of(&wide, &values));
        columns.push(Column::new(analyzer.fresh_column(), format!("col{}", place + 1), wide, nullable));
    }
    Ok(Plan::new(Node::LocalRelation { arrays, rows: rows.len() }, columns))
}
