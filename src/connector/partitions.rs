//! Partition columns from the names of folders. Spark's `PartitioningUtils`.

use super::Options;
use super::file_reader::FileToRead;
use super::infer;
use super::listing::partition_values;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Field;

/// The partition columns that the folders' names show, with the narrowest type that fits all values.
///
/// # Errors
/// Folders that do not fit each other.
pub(super) fn fields(files: &[FileToRead], options: &Options) -> Result<Vec<Field>> {
    check(files)?;
    let mut found: Vec<(String, Option<DataType>)> = Vec::new();
    for file in files {
        for (name, value) in partition_values(&file.root, &file.status.path) {
            let data_type = value.as_deref().map(infer::partition_type);
            match found.iter_mut().find(|(known, _)| *known == name) {
                None => found.push((name, data_type)),
                Some((_, known)) => *known = infer::wider_partition_type(known.take(), data_type),
            }
        }
    }
    let setting = options.get("spark.sql.sources.partitionColumnTypeInference.enabled");
    let infers = setting.is_none_or(|text| text.eq_ignore_ascii_case("true"));
    let field = |(name, data_type): (String, Option<DataType>)| Field::new(name, data_type.filter(|_| infers).unwrap_or(DataType::String));
    Ok(found.into_iter().map(field).collect())
}

/// All files must lie under one root, in folders of the same names.
fn check(files: &[FileToRead]) -> Result<()> {
    let mut names: Vec<(Vec<String>, String)> = Vec::new();
    let mut roots: Vec<String> = Vec::new();
    for file in files {
        let folder = file.status.path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let own: Vec<String> = partition_values(&file.root, &file.status.path).into_iter().map(|(name, _)| name).collect();
        let root = if own.is_empty() { folder.clone() } else { base_of(&folder) };
        if !own.is_empty() && !names.iter().any(|(_, known)| *known == folder) {
            names.push((own, folder));
        }
        if !roots.contains(&root) {
            roots.push(root);
        }
    }
    let Some((first, _)) = names.first() else { return Ok(()) };
    if roots.len() > 1 {
        roots.sort_by(|left, right| right.cmp(left));
        return Err(conflicting_roots(&roots));
    }
    if names.iter().any(|(own, _)| own != first) { Err(conflicting_names(&names)) } else { Ok(()) }
}

/// The folder above all partition folders.
fn base_of(folder: &str) -> String {
    match folder.rsplit_once('/') {
        Some((above, name)) if name.contains('=') => base_of(above),
        _ => folder.to_owned(),
    }
}

fn conflicting_roots(roots: &[String]) -> Box<Diagnostic> {
    let text = format!(
        "Conflicting directory structures detected.\nSuspicious paths:\n\n\t{}\n\n\nIf provided paths are partition directories, please set \"basePath\" in the options of the data source to specify the root directory of the table.\nIf there are multiple root directories, please load them separately and then union them.",
        roots.join("\n\t")
    );
    Diagnostic::new(Class::Named("SparkRuntimeException".to_owned()), "CONFLICTING_DIRECTORY_STRUCTURES", text, "KD009")
}

fn conflicting_names(names: &[(Vec<String>, String)]) -> Box<Diagnostic> {
    let mut lists: Vec<String> = Vec::new();
    for (own, _) in names {
        let list = own.join(", ");
        if !lists.contains(&list) {
            lists.push(list);
        }
    }
    let lists: Vec<String> = lists.iter().enumerate().map(|(index, list)| format!("Partition column name list #{index}: {list}")).collect();
    let folders: Vec<&str> = names.iter().map(|(_, folder)| folder.as_str()).collect();
    let text = format!(
        "Conflicting partition column names detected:\n\n\t{}\n\nFor partitioned table directories, data files should only live in leaf directories.\nAnd directories at the same level should have the same partition column name.\nPlease check the following directories for unexpected files or inconsistent partition column names:\n\n\t{}\n",
        lists.join("\n\t"),
        folders.join("\n\t")
    );
    Diagnostic::new(Class::Named("SparkRuntimeException".to_owned()), "CONFLICTING_PARTITION_COLUMN_NAMES", text, "KD009")
}
