//! What a name means in a query: a temporary view, a table of the catalog, or files by their path (`parquet.`/data``).

use super::catalog::Catalog;
use super::metastore;
use super::metastore::TableEntry;
use crate::connector;
use crate::connector::Packages;
use crate::connector::ReadRequest;
use crate::connector::delta;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::plan::Analyzer;
use crate::plan::Frame;
use crate::plan::SourceSpec;
use crate::types::Schema;
use crate::types::Zone;
use crate::world::World;
use std::rc::Rc;

/// The names of a session, in its world.
pub struct Names<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) world: &'a dyn World,
    pub(super) analyzer: &'a Rc<Analyzer>,
    pub(super) packages: Packages,
    pub(super) zone: Zone,
}

impl Names<'_> {
    /// A table of the catalog as a relation, streaming or not.
    ///
    /// # Errors
    /// A Delta table whose log is gone.
    pub fn table(&self, entry: &TableEntry, streaming: bool) -> Result<Frame> {
        let spec = SourceSpec {
            format: entry.format.clone(),
            options: entry.options.clone(),
            schema: schema_of(self.world, entry)?,
            path: entry.location.clone(),
            streaming,
            listed: None,
        };
        Ok(Frame::source(spec, self.analyzer))
    }

    /// `parquet.`/data``: files by their path.
    fn files(&self, format: &str, path: &str) -> Result<Option<Frame>> {
        let known = ["parquet", "json", "csv", "text", "delta"].iter().any(|known| known.eq_ignore_ascii_case(format));
        if !known || self.packages.check(format, "reading").is_err() {
            return Ok(None);
        }
        let request = ReadRequest { format: format.to_lowercase(), paths: vec![path.to_owned()], ..ReadRequest::default() };
        let schema = connector::batch_schema(self.world, &request, &self.zone)?;
        let spec =
            SourceSpec { format: request.format, options: Vec::new(), schema, path: path.to_owned(), streaming: false, listed: None };
        Ok(Some(Frame::source(spec, self.analyzer)))
    }
}

impl crate::plan::Catalog for Names<'_> {
    fn relation(&self, name: &[String]) -> Result<Option<Frame>> {
        if let Some(found) = self.catalog.relation(name)? {
            return Ok(Some(found));
        }
        if let Some(entry) = metastore::find(self.world.disk(), name) {
            return Ok(Some(self.table(&entry, false)?.alias(&entry.name)));
        }
        match name {
            [format, path] => self.files(format, path),
            [_, _, _, ..] if metastore::own_name(name).is_none() => {
                let shown: Vec<String> = name.iter().map(|part| format!("`{part}`")).collect();
                let text = format!("spark_catalog requires a single-part namespace, but got identifier {}.", shown.join("."));
                Err(Diagnostic::analysis("REQUIRES_SINGLE_PART_NAMESPACE", text, "42K05"))
            }
            _ => Ok(None),
        }
    }
}

/// The columns of a table: a Delta table's as its log says now.
///
/// # Errors
/// A Delta table whose log is broken.
pub fn schema_of(world: &dyn World, entry: &TableEntry) -> Result<Schema> {
    if entry.format != "delta" {
        return Ok(entry.schema.clone());
    }
    Ok(delta::schema_and_partitions(world.disk(), &entry.location)?.map_or_else(|| entry.schema.clone(), |(schema, _)| schema))
}
