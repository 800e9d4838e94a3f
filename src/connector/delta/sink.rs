//! The streaming sink: each batch a commit that also says which batch it was. Delta's `DeltaSink`.
//!
//! Law: the batch's number stands in the same commit as its files, so a batch that comes again is left out.

use super::action::Transaction;
use super::append::{WriteOptions, changed, metrics, no_path};
use super::commit::{Info, commit};
use super::errors;
use super::log::Log;
use super::snapshot::Snapshot;
use super::table_schema::Evolution;
use crate::connector::{Sink, SinkMode, WriteRequest};
use crate::diag::Result;
use crate::types::{DataType, Schema};
use crate::world::World;
use arrow_array::RecordBatch;

/// A table that a query writes to.
pub(crate) struct DeltaSink {
    /// As the program wrote it.
    path: String,
    log: Log,
    partition_by: Vec<String>,
    options: WriteOptions,
    query_id: String,
}

impl DeltaSink {
    /// A sink into the table at the request's path.
    ///
    /// # Errors
    /// A path that is missing, update mode, options that make no sense.
    pub(crate) fn new(request: &WriteRequest, mode: SinkMode) -> Result<Self> {
        let path = request.path().ok_or_else(no_path)?;
        if mode == SinkMode::Update {
            return Err(errors::output_mode("Update"));
        }
        Ok(Self {
            path: path.to_owned(),
            log: Log::of(path),
            partition_by: request.partition_by.clone(),
            options: WriteOptions::of(&request.options)?,
            query_id: String::new(),
        })
    }
}

impl Sink for DeltaSink {
    fn description(&self) -> String {
        format!("DeltaSink[{}]", self.path)
    }

    fn set_query_id(&mut self, id: &str) {
        id.clone_into(&mut self.query_id);
    }

    fn add_batch(&mut self, world: &mut dyn World, batch_id: u64, mode: SinkMode, schema: &Schema, rows: &RecordBatch) -> Result<()> {
        let snapshot = Snapshot::latest(world.disk(), &self.log)?;
        if schema.fields.iter().any(|field| field.data_type == DataType::Null) {
            return Err(errors::null_type_in_stream());
        }
        let batch = i64::try_from(batch_id).unwrap_or(i64::MAX);
        if snapshot.as_ref().is_some_and(|snapshot| snapshot.transaction(&self.query_id) >= batch) {
            return Ok(());
        }
        let complete = mode == SinkMode::Complete;
        let evolution =
            Evolution { merges: self.options.merges_schema, replaces: complete && self.options.overwrites_schema, overwrites: complete };
        let mut changes = changed(world, &self.log, snapshot.as_ref(), schema, rows, &self.partition_by, evolution)?;
        if complete {
            changes.removed = snapshot.iter().flat_map(|snapshot| snapshot.files.values().cloned()).collect();
        }
        changes.transaction = Some(Transaction { app_id: self.query_id.clone(), version: batch, updated_ms: Some(world.now_ms()) });
        let mut counts = vec![("numRemovedFiles", changes.removed.len() as u64)];
        counts.extend(metrics(&changes, rows.num_rows()).into_iter().skip(1));
        counts.push(("numAddedFiles", changes.added.len() as u64));
        let info = Info {
            operation: "STREAMING UPDATE".to_owned(),
            parameters: vec![
                ("outputMode", if complete { "Complete" } else { "Append" }.to_owned()),
                ("queryId", self.query_id.clone()),
                ("epochId", batch_id.to_string()),
            ],
            is_blind_append: !complete,
            user_metadata: self.options.user_metadata.clone(),
            metrics: counts,
        };
        commit(world, &self.log, snapshot.map(|snapshot| snapshot.version), changes, info).map(drop)
    }
}
