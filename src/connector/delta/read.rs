//! A table's rows in one go: `spark.read.format("delta")`.

use super::action::AddFile;
use super::append::no_path;
use super::errors;
use super::log::Log;
use super::travel;
use crate::connector::file_reader::{FileReader, FileToRead};
use crate::connector::listing::unescape;
use crate::connector::load::path_not_found;
use crate::connector::{Options, PushedFilter, ReadRequest, Reading, SourceRows};
use crate::diag::Result;
use crate::types::{Schema, Zone};
use crate::world::{Disk, FileStatus, World};

/// The columns of the table that a batch read means.
///
/// # Errors
/// A path that is missing or holds no table; a schema of the user's; versions that are not there.
pub(crate) fn batch_schema(world: &dyn World, request: &ReadRequest, zone: &Zone) -> Result<Schema> {
    let path = request.paths.first().map(String::as_str).or_else(|| request.options.get("path")).ok_or_else(no_path)?;
    if request.schema.is_some() {
        return Err(errors::no_schema_at_read());
    }
    let log = Log::of(path);
    if let Some(snapshot) = travel::snapshot(world.disk(), &log, &request.options, zone)? {
        return Ok(snapshot.metadata.schema);
    }
    if !world.disk().exists(&log.table) {
        return Err(path_not_found(path));
    }
    Err(errors::no_table(&format!("delta.`{path}`")))
}

/// All rows of the newest version, or of the one that the options ask for.
///
/// # Errors
/// A table that is gone, files that are.
pub(crate) fn read(world: &dyn World, reading: &Reading) -> Result<SourceRows> {
    let Reading { request, columns, filters, zone } = reading;
    let path = request.paths.first().map(String::as_str).or_else(|| request.options.get("path")).ok_or_else(no_path)?;
    let log = Log::of(path);
    let snapshot = travel::snapshot(world.disk(), &log, &request.options, zone)?;
    let snapshot = snapshot.ok_or_else(|| errors::no_table(&format!("delta.`{path}`")))?;
    let schema = request.schema.clone().unwrap_or(snapshot.metadata.schema);
    let files = files_to_read(world.disk(), &log, snapshot.files.values(), &snapshot.metadata.partition_by);
    reader(&schema, columns.clone(), filters.clone())?.read(world.disk(), &files, false)
}

/// A reader of a table's data files. Times in names of partitions are UTC's.
pub(super) fn reader(schema: &Schema, columns: Vec<usize>, filters: Vec<PushedFilter>) -> Result<FileReader> {
    FileReader::new("parquet", &Options::new(), schema, columns, filters, &Zone::utc())
}

/// Data files with their places in partitions, as the log tells them.
pub(super) fn files_to_read<'a>(
    disk: &Disk,
    log: &Log,
    files: impl Iterator<Item = &'a AddFile>,
    partition_by: &[String],
) -> Vec<FileToRead> {
    let file = |file: &AddFile| {
        let path = absolute(log, &file.path);
        let status = disk.status(&path).unwrap_or(FileStatus { path, size: file.size, modified_ms: file.modified_ms });
        let value = |name: &String| {
            let found = file.partition_values.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
            (name.clone(), found.and_then(|(_, value)| value.clone()))
        };
        FileToRead { status, root: log.table.clone(), partitions: Some(partition_by.iter().map(value).collect()) }
    };
    files.map(file).collect()
}

/// Where a data file lies.
pub(super) fn absolute(log: &Log, path: &str) -> String {
    let path = unescape(path);
    let path = path.strip_prefix("file:").unwrap_or(&path);
    if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", log.table) }
}
