//! A table as a stream: the table as it stands, then what each commit adds. Delta's `DeltaSource`.
//!
//! Law: what an offset covers never changes, as commits never do; a commit that takes rows away fails the query unless the program says otherwise.

use super::action::{Action, AddFile};
use super::errors;
use super::log::Log;
use super::offset::{BASE, DeltaOffset, END};
use super::read::{files_to_read, reader};
use super::snapshot::Snapshot;
use super::source_options::SourceOptions;
use super::travel;
use crate::connector::file_reader::FileReader;
use crate::connector::{Offset, ReadLimit, ReadRequest, Reading, Source, SourceRows};
use crate::diag::Result;
use crate::types::{Schema, Zone};
use crate::world::{Disk, World};

/// A table that is followed.
pub(crate) struct DeltaSource {
    log: Log,
    options: SourceOptions,
    reader: FileReader,
    schema: Schema,
    table_id: String,
    partition_by: Vec<String>,
    /// The version that stood when the query began.
    initial_version: u64,
    /// With `availableNow`: nothing after this is read.
    last: Option<(u64, i64)>,
}

/// Where reading begins: the version, the index after which, whether the version is read whole.
type Beginning = (u64, i64, bool);

/// A place in the log, and the file that lies there.
#[derive(Clone, Debug)]
struct IndexedFile {
    version: u64,
    index: i64,
    add: Option<AddFile>,
}

/// The columns of a stream of a table.
///
/// # Errors
/// A path that is missing or holds no table; a schema of the user's; options that make no sense.
pub(crate) fn stream_schema(world: &dyn World, request: &ReadRequest, zone: &Zone) -> Result<Schema> {
    let path = request.paths.first().map(String::as_str).or_else(|| request.options.get("path")).ok_or_else(super::append::no_path)?;
    if travel::is_asked(&request.options) {
        return Err(errors::no_time_travel_here());
    }
    let snapshot = Snapshot::latest(world.disk(), &Log::of(path))?;
    let schema = snapshot.map(|snapshot| snapshot.metadata.schema).filter(|schema| !schema.fields.is_empty());
    let schema = schema.ok_or_else(errors::schema_not_set)?;
    if request.schema.as_ref().is_some_and(|given| *given != schema) {
        return Err(errors::no_schema_at_read());
    }
    SourceOptions::of(&request.options, zone)?;
    Ok(schema)
}

impl DeltaSource {
    /// A stream of the table at the request's path.
    ///
    /// # Errors
    /// A table that is gone, options that make no sense.
    pub(crate) fn new(disk: &Disk, reading: Reading) -> Result<Self> {
        let Reading { request, columns, filters, zone } = reading;
        let path = request.paths.first().cloned().or_else(|| request.options.get("path").map(str::to_owned));
        let log = Log::of(&path.ok_or_else(super::append::no_path)?);
        let snapshot = Snapshot::latest(disk, &log)?.ok_or_else(errors::schema_not_set)?;
        let schema = request.schema.unwrap_or(snapshot.metadata.schema);
        Ok(Self {
            options: SourceOptions::of(&request.options, &zone)?,
            reader: reader(&schema, columns, filters)?,
            schema,
            table_id: snapshot.metadata.id,
            partition_by: snapshot.metadata.partition_by,
            initial_version: snapshot.version,
            log,
            last: None,
        })
    }

    fn beginning(&self, disk: &Disk, start: Option<&DeltaOffset>) -> Result<Beginning> {
        if let Some(start) = start {
            return Ok((start.version, start.index, start.is_initial));
        }
        Ok(match self.options.starting_version(disk, &self.log)? {
            Some(version) => (version, BASE - 1, false),
            None => (self.initial_version, BASE - 1, true),
        })
    }

    /// The places after (version, index), in order, up to a place or to the newest. Commits after that place are not looked at.
    fn changes(&self, disk: &Disk, (version, index, is_initial): Beginning, until: Option<(u64, i64)>) -> Result<Vec<IndexedFile>> {
        let mut files = Vec::new();
        let until = until.or(self.last);
        let latest = self.log.latest(disk).unwrap_or(0);
        let mut next = version;
        if is_initial {
            let snapshot = Snapshot::at(disk, &self.log, version)?;
            let mut adds: Vec<AddFile> = snapshot.files.into_values().collect();
            adds.sort_by(|left, right| (left.modified_ms, &left.path).cmp(&(right.modified_ms, &right.path)));
            place(version, adds, &mut files);
            next += 1;
        }
        let end = match until {
            None => latest + 1,
            Some((last, BASE)) => last.min(latest + 1),
            Some((last, _)) => (last + 1).min(latest + 1),
        };
        for version in next..end {
            place(version, self.added_by(disk, version)?, &mut files);
        }
        let wanted = |file: &IndexedFile| {
            (file.version > version || file.index > index) && until.is_none_or(|until| (file.version, file.index) <= until)
        };
        files.retain(wanted);
        Ok(files)
    }

    /// The files that a commit brings; refuses what a stream cannot follow.
    fn added_by(&self, disk: &Disk, version: u64) -> Result<Vec<AddFile>> {
        let actions = self.log.actions(disk, version)?;
        let mut adds = Vec::new();
        let mut removed = None;
        for action in actions {
            match action {
                Action::Add(add) if add.data_change => adds.push(add),
                Action::Remove(remove) if remove.data_change => drop(removed.get_or_insert(remove.path)),
                Action::Metadata(metadata) => self.check_schema(version, &metadata.schema)?,
                _ => {}
            }
        }
        let options = &self.options;
        let allows_changes = options.ignores_changes || options.skips_changes;
        match removed {
            Some(_) if options.skips_changes => Ok(Vec::new()),
            Some(file) if !adds.is_empty() && !allows_changes => Err(errors::changed_in_source(&file, version, &self.log.table)),
            Some(file) if adds.is_empty() && !allows_changes && !options.ignores_deletes => {
                Err(errors::deleted_in_source(&file, version, &self.log.table))
            }
            _ => Ok(adds),
        }
    }

    /// Whether files of the new schema can be read as the query expects.
    fn check_schema(&self, version: u64, schema: &Schema) -> Result<()> {
        let reads = |field: &crate::types::Field| {
            self.schema.fields.iter().any(|own| own.name.eq_ignore_ascii_case(&field.name) && own.data_type.same_type(&field.data_type))
        };
        if schema.fields.iter().all(reads) { Ok(()) } else { Err(errors::schema_changed(version, &self.schema, schema)) }
    }

    /// The place of the last file that one batch takes.
    fn last_of_batch(&self, files: Vec<IndexedFile>, limit: ReadLimit) -> Option<IndexedFile> {
        let (mut files_left, mut bytes_left) = match limit {
            ReadLimit::AllAvailable => (u64::MAX, u64::MAX),
            ReadLimit::Default => (self.options.max_files, self.options.max_bytes),
        };
        let admits = |file: &IndexedFile| {
            // A place between files takes nothing of the limit; the file that passes the limit is still taken.
            let Some(add) = &file.add else { return true };
            let admitted = files_left > 0 && bytes_left > 0;
            files_left = files_left.saturating_sub(1);
            bytes_left = bytes_left.saturating_sub(add.size);
            admitted
        };
        files.into_iter().take_while(admits).last()
    }

    fn next_offset(&self, disk: &Disk, start: Option<&DeltaOffset>, limit: ReadLimit) -> Result<Option<DeltaOffset>> {
        let beginning = self.beginning(disk, start)?;
        let (version, _, is_initial) = beginning;
        let files = self.changes(disk, beginning, None)?;
        let Some(last) = self.last_of_batch(files, limit) else { return Ok(start.cloned()) };
        let table_id = self.table_id.clone();
        Ok(Some(if last.index == END {
            DeltaOffset { table_id, version: last.version + 1, index: BASE, is_initial: false }
        } else {
            DeltaOffset { table_id, version: last.version, index: last.index, is_initial: is_initial && last.version == version }
        }))
    }

    fn parsed(&self, offset: Option<&Offset>) -> Result<Option<DeltaOffset>> {
        offset.map(|offset| DeltaOffset::parse(offset, &self.table_id)).transpose()
    }
}

impl Source for DeltaSource {
    fn description(&self) -> String {
        format!("DeltaSource[file:{}]", self.log.table)
    }

    fn latest_offset(&mut self, world: &mut dyn World, start: Option<&Offset>, limit: ReadLimit) -> Result<Option<Offset>> {
        let start = self.parsed(start)?;
        let next = self.next_offset(world.disk(), start.as_ref(), limit)?;
        Ok(next.map(|offset| offset.to_offset()))
    }

    fn batch(&mut self, world: &mut dyn World, start: Option<&Offset>, end: &Offset, trace: bool) -> Result<SourceRows> {
        let (start, end) = (self.parsed(start)?, DeltaOffset::parse(end, &self.table_id)?);
        let disk = world.disk();
        let beginning = match &start {
            // The query may begin anew with another table than the one that stood when its first batch was planned.
            None if end.is_initial => (end.version, BASE - 1, true),
            None if self.options.starting_version(disk, &self.log)?.is_none() => (end.version.saturating_sub(1), BASE - 1, true),
            start => self.beginning(disk, start.as_ref())?,
        };
        let files = self.changes(disk, beginning, Some((end.version, end.index)))?;
        let adds: Vec<AddFile> = files.into_iter().filter_map(|file| file.add).collect();
        let files = files_to_read(disk, &self.log, adds.iter(), &self.partition_by);
        self.reader.read(disk, &files, trace)
    }

    fn commit(&mut self, _world: &mut dyn World, _end: &Offset) {}

    fn supports_available_now(&self) -> bool {
        true
    }

    fn prepare_for_available_now(&mut self, world: &mut dyn World) -> Result<()> {
        self.last = self.log.latest(world.disk()).map(|latest| (latest, END));
        Ok(())
    }
}

/// Puts a version's files between its beginning and its end.
fn place(version: u64, adds: Vec<AddFile>, files: &mut Vec<IndexedFile>) {
    files.push(IndexedFile { version, index: BASE, add: None });
    let placed = adds.into_iter().zip(0..).map(|(add, index)| IndexedFile { version, index, add: Some(add) });
    files.extend(placed);
    files.push(IndexedFile { version, index: END, add: None });
}
