//! Temporary views, those that the memory sink fills included: the names that live as long as the session.
//!
//! Law: names ignore case; a view hides a table of the same name.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::connector::MemoryTable;
use crate::diag::Result;
use crate::plan::Analyzer;
use crate::plan::Frame;
use crate::plan::SourceSpec;
use crate::types::Schema;

/// The session's names.
#[derive(Default)]
pub struct Catalog {
    analyzer: Option<Rc<Analyzer>>,
    views: BTreeMap<String, Frame>,
    tables: BTreeMap<String, Table>,
}

/// A table that the memory sink fills, which is a temporary view to Spark.
pub struct Table {
    /// The name as written.
    pub name: String,
    /// Its rows.
    pub rows: MemoryTable,
}

impl Catalog {
    pub(super) fn new(analyzer: &Rc<Analyzer>) -> Self {
        Self { analyzer: Some(Rc::clone(analyzer)), ..Self::default() }
    }

    /// `createOrReplaceTempView`.
    pub fn put_view(&mut self, name: &str, frame: Frame) {
        self.views.insert(name.to_lowercase(), frame);
    }

    /// Whether there is a view of this name, the memory sink's tables included.
    #[must_use]
    pub fn has_view(&self, name: &str) -> bool {
        self.views.contains_key(&name.to_lowercase()) || self.table(name).is_some()
    }

    /// `dropTempView`: says whether it was there.
    pub fn drop_view(&mut self, name: &str) -> bool {
        let key = name.to_lowercase();
        self.views.remove(&key).is_some() || self.tables.remove(&key).is_some()
    }

    /// Makes the memory sink's table, or empties one that is there.
    pub fn put_table(&mut self, name: &str, schema: Schema) {
        self.views.remove(&name.to_lowercase());
        self.tables.insert(name.to_lowercase(), Table { name: name.to_owned(), rows: MemoryTable::new(schema) });
    }

    /// A table of the memory sink's.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(&name.to_lowercase())
    }

    /// The same, to write.
    pub fn table_mut(&mut self, name: &str) -> Option<&mut Table> {
        self.tables.get_mut(&name.to_lowercase())
    }

    /// The names of all views, in order.
    #[must_use]
    pub fn views(&self) -> Vec<String> {
        let views = self.views.keys().cloned();
        let mut names: Vec<String> = views.chain(self.tables.values().map(|table| table.name.clone())).collect();
        names.sort();
        names
    }
}

impl crate::plan::Catalog for Catalog {
    fn relation(&self, name: &[String]) -> Result<Option<Frame>> {
        let [name] = name else { return Ok(None) };
        if let Some(view) = self.views.get(&name.to_lowercase()) {
            return Ok(Some(view.clone()));
        }
        let (Some(table), Some(analyzer)) = (self.table(name), &self.analyzer) else { return Ok(None) };
        Ok(Some(Frame::source(table_source(&table.name, table.rows.schema.clone()), analyzer).alias(&table.name)))
    }
}

fn table_source(name: &str, schema: Schema) -> SourceSpec {
    SourceSpec { format: "memory".to_owned(), options: Vec::new(), schema, path: name.to_owned(), streaming: false, listed: None }
}
