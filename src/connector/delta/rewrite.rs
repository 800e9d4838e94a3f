//! Rows of a table changed in place: whole files are given up and written anew. What `merge`, `update` and `delete` stand on.

use super::commit::{Changes, Info, commit};
use super::data_files;
use super::errors;
use super::log::Log;
use super::read::{files_to_read, reader};
use super::snapshot::Snapshot;
use crate::diag::Result;
use crate::types::Schema;
use crate::world::World;
use arrow_array::ArrayRef;

/// A table as a command finds it.
#[derive(Clone, Debug)]
pub struct Target {
    /// The version that was read.
    pub version: u64,
    /// Its columns.
    pub schema: Schema,
    /// Its files with their rows.
    pub files: Vec<TargetFile>,
}

/// A data file with its rows.
#[derive(Clone, Debug)]
pub struct TargetFile {
    /// Its name in the log.
    pub path: String,
    /// One array a column of the table.
    pub columns: Vec<ArrayRef>,
    /// How many rows.
    pub rows: usize,
}

/// What a command did, for the log.
#[derive(Clone, Debug)]
pub struct Operation {
    /// `MERGE`, `UPDATE`, `DELETE`.
    pub name: &'static str,
    /// In order.
    pub parameters: Vec<(&'static str, String)>,
    /// In order.
    pub metrics: Vec<(&'static str, u64)>,
}

/// The newest version of a table with all its rows, file by file.
///
/// # Errors
/// A path that holds no table; files that are gone.
pub fn target(world: &dyn World, path: &str) -> Result<Target> {
    let log = Log::of(path);
    let disk = world.disk();
    let snapshot = Snapshot::latest(disk, &log)?.ok_or_else(|| errors::missing_table(path))?;
    let schema = snapshot.metadata.schema.clone();
    let reader = reader(&schema, (0..schema.fields.len()).collect(), Vec::new())?;
    let mut files = Vec::new();
    for add in snapshot.files.values() {
        let file = files_to_read(disk, &log, std::iter::once(add), &snapshot.metadata.partition_by);
        let rows = reader.read(disk, &file, false)?;
        files.push(TargetFile { path: add.path.clone(), columns: rows.columns, rows: rows.rows });
    }
    Ok(Target { version: snapshot.version, schema, files })
}

/// Commits that these files are gone and these rows (in the table's columns) have come.
///
/// # Errors
/// A table that our writer must not touch; types that Parquet does not hold.
pub fn replace_files(
    world: &mut dyn World,
    path: &str,
    target: &Target,
    removed: &[&str],
    (columns, rows): (&[ArrayRef], usize),
    operation: Operation,
) -> Result<()> {
    let log = Log::of(path);
    let snapshot = Snapshot::at(world.disk(), &log, target.version)?;
    snapshot.check_writable(&log.table)?;
    let added = data_files::write(world, &log.table, &target.schema, &snapshot.metadata.partition_by, columns, rows)?;
    let removed = snapshot.files.values().filter(|file| removed.contains(&file.path.as_str())).cloned().collect();
    let info = Info {
        operation: operation.name.to_owned(),
        parameters: operation.parameters,
        is_blind_append: false,
        user_metadata: None,
        metrics: operation.metrics,
    };
    let changes = Changes { added, removed, ..Changes::default() };
    commit(world, &log, Some(target.version), changes, info).map(drop)
}
