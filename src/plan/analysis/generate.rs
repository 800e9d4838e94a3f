//! Generators in a list: one relation below it that makes their rows (`ExtractGenerator`).

use crate::diag;
use crate::diag::Diagnostic;
use crate::expr::Expr;
use crate::expr::TypedKind;
use crate::plan::Analyzer;
use crate::plan::Column;
use crate::plan::Node;
use crate::plan::Plan;
use crate::plan::analysis::list::Draft;
use crate::types::DataType;
use crate::types::Field;
use std::rc::Rc;

/// Takes the generators out of the list, puts the relations that run them over the child, the first one lowest, and their columns in the generators' places.
pub(crate) fn place(drafts: &mut Vec<Draft>, child: Rc<Plan>, analyzer: &Analyzer) -> diag::Result<Rc<Plan>> {
    let mut relation_so_far = child;
    while let Some(place) = drafts.iter().position(|draft| draft.typed.has_generator()) {
        let draft = drafts.remove(place);
        let TypedKind::Generator(call) = &draft.typed.kind else { return Err(nested(&draft.name)) };
        let outer = call.outer;
        let generated = columns(&draft, analyzer)?;
        for (offset, column) in generated.iter().enumerate() {
            let typed = column.typed();
            drafts.insert(place + offset, Draft { name: column.name.clone(), names: Vec::new(), aliased: false, cast: false, typed });
        }
        relation_so_far = relation(draft.typed, outer, generated, relation_so_far);
    }
    Ok(relation_so_far)
}

/// `Generate`: the child's columns, then the generated.
pub(crate) fn relation(generator: crate::expr::Typed, outer: bool, generated: Vec<Column>, child: Rc<Plan>) -> Rc<Plan> {
    let columns = child.columns.iter().chain(&generated).cloned().collect();
    Plan::new(Node::Generate { generator, outer, generated, child }, columns)
}

/// The columns that the generator makes: its fields, under the names of the alias where there is one.
fn columns(draft: &Draft, analyzer: &Analyzer) -> diag::Result<Vec<Column>> {
    let DataType::Struct(fields) = &draft.typed.data_type else { unreachable!("a generator's type is the struct of its columns") };
    let names: Vec<String> = match draft.names.len() {
        0 => fields.iter().map(|field| field.name.clone()).collect(),
        given if given == fields.len() => draft.names.clone(),
        _ => return Err(wrong_number_of_names(draft, fields)),
    };
    let column = |(field, name): (&Field, String)| Column::new(analyzer.fresh_column(), name, field.data_type.clone(), field.nullable);
    Ok(fields.iter().zip(names).map(column).collect())
}

fn wrong_number_of_names(draft: &Draft, fields: &[Field]) -> Box<Diagnostic> {
    wrong_aliases(fields.len(), &draft.names)
}

/// `UDTF_ALIAS_NUMBER_MISMATCH`.
pub(crate) fn wrong_aliases(expected: usize, names: &[String]) -> Box<Diagnostic> {
    let text = format!(
        "The number of aliases supplied in the AS clause does not match the number of columns output by the UDTF.\n\
         Expected {expected} aliases, but got {}.\n\
         Please ensure that the number of aliases provided matches the number of columns output by the UDTF.",
        names.join(",")
    );
    Diagnostic::analysis("UDTF_ALIAS_NUMBER_MISMATCH", text, "42802")
}

/// A generator inside an expression.
pub(crate) fn nested(expr: &str) -> Box<Diagnostic> {
    let text = format!("The generator is not supported: nested in expressions \"{expr}\".");
    Diagnostic::analysis("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", text, "42K0E")
}

/// Whether a generator stands inside the expression, and is not the whole of it.
pub(crate) fn is_nested(expr: &Expr) -> bool {
    parts(expr).into_iter().any(holds_generator)
}

fn holds_generator(expr: &Expr) -> bool {
    let names = ["explode", "explode_outer", "posexplode", "posexplode_outer", "inline", "inline_outer", "stack"];
    let is_generator = matches!(expr.bare(), Expr::Call { name, .. } if names.contains(&name.to_lowercase().as_str()));
    is_generator || parts(expr).into_iter().any(holds_generator)
}

/// The direct parts of a written expression.
fn parts(expr: &Expr) -> Vec<&Expr> {
    match expr.bare() {
        Expr::Call { arguments, filter, .. } => arguments.iter().chain(filter.as_deref()).collect(),
        Expr::Alias(child, _) | Expr::Cast(child, ..) | Expr::FieldOf(child, _) | Expr::Lambda(_, child) => vec![child],
        Expr::Case(branches, otherwise) => branches.iter().flat_map(|(when, then)| [when, then]).chain(otherwise.as_deref()).collect(),
        Expr::Item(base, key) => vec![base, key],
        _ => Vec::new(),
    }
}
