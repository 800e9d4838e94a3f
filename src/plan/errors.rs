//! The errors of names and shapes, in Spark's words. Errors of types are `expr`'s.

use crate::diag::Diagnostic;
use crate::plan::Column;
use crate::plan::column::quote;
use crate::types::DataType;
use crate::types::Schema;

/// A name that stands for no column. `written` is the name in its parts; candidates are the columns it might have meant.
pub(crate) fn unresolved_column(written: &[String], candidates: &[&Column]) -> Box<Diagnostic> {
    let shown = written.iter().map(|part| quote(part)).collect::<Vec<_>>().join(".");
    let text = format!("A column, variable, or function parameter with name {shown} cannot be resolved.");
    let suggestions = suggestions(written, candidates);
    if suggestions.is_empty() {
        // Spark's sentence ends in a space where the suggestion would follow.
        return Diagnostic::analysis("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", text + " ", "42703");
    }
    let text = format!("{text} Did you mean one of the following? [{}].", suggestions.join(", "));
    Diagnostic::analysis("UNRESOLVED_COLUMN.WITH_SUGGESTION", text, "42703")
}

/// A column that a frame was asked for and has not (`df["x"]`, `groupBy().sum("x")`, `fillna(subset=...)`): all its columns are suggested, in their order.
pub(crate) fn no_such_column(name: &str, schema: &Schema) -> Box<Diagnostic> {
    let columns = schema.fields.iter().map(|field| quote(&field.name)).collect::<Vec<_>>().join(", ");
    let shown = crate::plan::frame::split_name(name).iter().map(|part| quote(part)).collect::<Vec<_>>().join(".");
    let text = format!(
        "A column, variable, or function parameter with name {shown} cannot be resolved. Did you mean one of the following? [{columns}]."
    );
    Diagnostic::analysis("UNRESOLVED_COLUMN.WITH_SUGGESTION", text, "42703")
}

/// The columns in the order of their likeness to the name, at most five: `orderSuggestedIdentifiersBySimilarity`.
fn suggestions(written: &[String], candidates: &[&Column]) -> Vec<String> {
    let mut sorted: Vec<&Column> = candidates.to_vec();
    sorted.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    sorted.dedup_by_key(|column| column.id);
    let one_qualifier = sorted.windows(2).all(|pair| pair[0].qualifier == pair[1].qualifier);
    let strip = written.len() == 1 && one_qualifier;
    let sought = written.iter().map(|part| quote_if_needed(part)).collect::<Vec<_>>().join(".");
    let mut texts: Vec<(usize, String)> = sorted
        .iter()
        .map(|column| if strip { quote(&column.name) } else { column.quoted() })
        .map(|text| (distance(&text, &sought), text))
        .collect();
    texts.sort_by_key(|(distance, _)| *distance);
    texts.into_iter().take(5).map(|(_, text)| text).collect()
}

/// A name part in backquotes only where it is no plain identifier.
pub(crate) fn quote_if_needed(part: &str) -> String {
    let plain =
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !part.starts_with(|c: char| c.is_ascii_digit());
    if plain { part.to_owned() } else { quote(part) }
}

/// The Levenshtein distance of two texts in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// A name that stands for several columns.
pub(crate) fn ambiguous(written: &[String], found: &[&Column]) -> Box<Diagnostic> {
    let name = written.iter().map(|part| quote(part)).collect::<Vec<_>>().join(".");
    let references = found.iter().map(|column| column.quoted()).collect::<Vec<_>>().join(", ");
    Diagnostic::analysis("AMBIGUOUS_REFERENCE", format!("Reference {name} is ambiguous, could be: [{references}]."), "42704")
}

/// Columns of a frame that stands on both sides of a join.
pub(crate) fn ambiguous_self_join(columns: &[&Column]) -> Box<Diagnostic> {
    let shown = columns.iter().map(|column| format!("{}#{}", column.name, column.id.0)).collect::<Vec<_>>().join(", ");
    let text = format!(
        "Column {shown} are ambiguous. It's probably because you joined several Datasets together, and some of these Datasets are the same. \
         This column points to one of the Datasets but Spark is unable to figure out which one. Please alias the Datasets with different names \
         via `Dataset.as` before joining them, and specify the column using qualified name, e.g. `df.as(\"a\").join(df.as(\"b\"), $\"a.id\" > $\"b.id\")`. \
         You can also set spark.sql.analyzer.failAmbiguousSelfJoin to false to disable this check."
    );
    Diagnostic::analysis("_LEGACY_ERROR_TEMP_1182", text, "")
}

/// A column name given to a DataFrame method (`dropDuplicates`, `unionByName`, `na`) that the DataFrame has not.
pub(crate) fn not_among(name: &str, schema: &Schema) -> Box<Diagnostic> {
    let names = schema.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
    Diagnostic::analysis("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES", format!("Cannot resolve column name \"{name}\" among ({names})."), "42703")
}

/// What Spark refuses by a bare message: `_LEGACY_ERROR_TEMP_3102`.
pub(crate) fn refused(text: impl Into<String>) -> Box<Diagnostic> {
    Diagnostic::analysis("_LEGACY_ERROR_TEMP_3102", text, "")
}

/// What Spark can do and Tidemark cannot.
pub(crate) fn unknown_to_us(what: &str) -> Box<Diagnostic> {
    Diagnostic::analysis("UNSUPPORTED_FEATURE", format!("Tidemark does not know {what} yet; Spark does."), "0A000")
}

/// `UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE`: maps can't be compared.
pub(super) fn map_in_set_operation(name: &str, data_type: &DataType) -> Box<Diagnostic> {
    let text = format!(
        "The feature is not supported: Cannot have MAP type columns in a set operation (INTERSECT, EXCEPT, etc.), but the type of column {} is \"{}\".",
        crate::plan::column::quote(name),
        data_type.sql()
    );
    Diagnostic::analysis("UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE", text, "0A000")
}
