//! Temporary views, and the tables that queries write: the names that SQL and `spark.table` know.
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

/// A table of the session.
pub struct Table {
    /// The name as written.
    pub name: String,
    /// Its rows.
    pub rows: MemoryTable,
    /// Whether it is the memory sink's, which is a temporary view to Spark, and not one of `toTable`.
    pub is_view: bool,
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
        self.views.contains_key(&name.to_lowercase()) || self.table(name).is_some_and(|table| table.is_view)
    }

    /// `dropTempView`: says whether it was there.
    pub fn drop_view(&mut self, name: &str) -> bool {
        let key = name.to_lowercase();
        let is_view = self.tables.get(&key).is_some_and(|table| table.is_view);
        self.views.remove(&key).is_some() || is_view && self.tables.remove(&key).is_some()
    }

    /// Makes a table, or empties one that is there.
    pub fn put_table(&mut self, name: &str, schema: Schema, is_view: bool) {
        self.views.remove(&name.to_lowercase());
        self.tables.insert(name.to_lowercase(), Table { name: name.to_owned(), rows: MemoryTable::new(schema), is_view });
    }

    /// A table by its name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(&name.to_lowercase())
    }

    /// A table, to write.
    pub fn table_mut(&mut self, name: &str) -> Option<&mut Table> {
        self.tables.get_mut(&name.to_lowercase())
    }

    /// `DROP TABLE`: says whether it was there.
    pub fn drop_table(&mut self, name: &str) -> bool {
        self.tables.remove(&name.to_lowercase()).is_some()
    }

    /// All names, views and tables, by name; the flag is true for temporary views.
    #[must_use]
    pub fn names(&self) -> Vec<(String, bool)> {
        let views = self.views.keys().map(|name| (name.clone(), true));
        let tables = self.tables.values().map(|table| (table.name.clone(), table.is_view));
        let mut names: Vec<_> = views.chain(tables).collect();
        names.sort();
        names
    }
}

impl crate::plan::Catalog for Catalog {
    fn relation(&self, name: &[String]) -> Result<Option<Frame>> {
        // `default.t`, `spark_catalog.default.t` and `global_temp.t` name what `t` names.
        let Some(last) = name.last() else { return Ok(None) };
        if let (Some(view), 1) = (self.views.get(&last.to_lowercase()), name.len()) {
            return Ok(Some(view.clone()));
        }
        let (Some(table), Some(analyzer)) = (self.table(last), &self.analyzer) else { return Ok(None) };
        Ok(Some(Frame::source(table_source(&table.name, table.rows.schema.clone()), analyzer).alias(&table.name)))
    }
}

fn table_source(name: &str, schema: Schema) -> SourceSpec {
    SourceSpec { format: "memory".to_owned(), options: Vec::new(), schema, path: name.to_owned(), streaming: false, listed: None }
}
