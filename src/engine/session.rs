//! A session: settings, views and tables, and its queries. Spark's `SparkSession` with its `StreamingQueryManager`.
//!
//! Law: the session does nothing by itself. Queries move when somebody steps them, with the world they live in.

use std::collections::BTreeMap;
use std::rc::Rc;

use arrow_array::RecordBatch;

use super::catalog::Catalog;
use super::conf::Conf;
use super::query::Query;
use super::start::QueryStart;
use super::step::QueryId;
use super::step::Step;
use crate::connector::Packages;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::Settings;
use crate::operator::Observed;
use crate::operator::StateView;
use crate::plan::Analyzer;
use crate::plan::Frame;
use crate::types::Schema;
use crate::world::World;

/// Everything that one program shares.
pub struct Session {
    conf: Conf,
    packages: Packages,
    analyzer: Rc<Analyzer>,
    catalog: Catalog,
    queries: Vec<Query>,
    /// Queries that have ended since the last `resetTerminated`, in that order.
    terminated: Vec<QueryId>,
    tracing: bool,
    /// The metrics of observed batch frames, each of the first action on it.
    observed: BTreeMap<(u64, String), Observed>,
}

impl Session {
    /// A session with Spark's default settings.
    #[must_use]
    pub fn new() -> Self {
        let conf = Conf::default();
        let analyzer = Analyzer::new(settings_of(&conf));
        let catalog = Catalog::new(&analyzer);
        Self {
            conf,
            packages: Packages::default(),
            analyzer,
            catalog,
            queries: Vec::new(),
            terminated: Vec::new(),
            tracing: false,
            observed: BTreeMap::new(),
        }
    }

    /// What frames of this session are analysed with: pass it to `Frame::source` and its kin.
    #[must_use]
    pub fn analyzer(&self) -> &Rc<Analyzer> {
        &self.analyzer
    }

    /// The settings.
    #[must_use]
    pub fn conf(&self) -> &Conf {
        &self.conf
    }

    /// What is on the class path besides plain Spark; nothing at first.
    #[must_use]
    pub fn packages(&self) -> Packages {
        self.packages
    }

    /// Puts packages on the class path, or takes them off it. Formats are looked up there from now on.
    pub fn set_packages(&mut self, packages: Packages) {
        self.packages = packages;
    }

    /// `spark.conf.set`. It holds for what is analysed and started from now on.
    pub fn set_conf(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.conf.set(key, value);
        self.analyzer.set_settings(settings_of(&self.conf));
    }

    /// `spark.conf.unset`.
    pub fn unset_conf(&mut self, key: &str) {
        self.conf.unset(key);
        self.analyzer.set_settings(settings_of(&self.conf));
    }

    /// Views and tables, by which `plan::sql` resolves names.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Views and tables, to change.
    pub fn catalog_mut(&mut self) -> &mut Catalog {
        &mut self.catalog
    }

    /// From now on reports say what became of each input row. It costs time; off at first.
    pub fn set_tracing(&mut self, tracing: bool) {
        self.tracing = tracing;
    }

    /// Starts a query, which does nothing until it is stepped: `DataStreamWriter.start`.
    ///
    /// # Errors
    /// Spark's refusals, in Spark's order: modes, names, checkpoints, unsupported operations.
    pub fn start(&mut self, world: &mut dyn World, start: QueryStart) -> Result<QueryId> {
        let id = QueryId(self.queries.len());
        let query = super::open::open(self, world, start, id)?;
        self.queries.push(query);
        Ok(id)
    }

    /// Runs one micro-batch of a query where there is something to do.
    pub fn step(&mut self, world: &mut dyn World, id: QueryId) -> Step {
        self.keep_progress(id);
        let step = self.queries[id.0].step(world, &mut self.catalog, self.tracing);
        self.note_end(id);
        step
    }

    /// The `foreachBatch` function of the batch in [`Step::Foreach`] has returned, or raised what the query then dies of: the batch goes on to its end.
    pub fn finish_foreach(&mut self, world: &mut dyn World, id: QueryId, result: Result<()>) -> Step {
        self.keep_progress(id);
        let step = self.queries[id.0].finish_foreach(world, result);
        self.note_end(id);
        step
    }

    /// `query.stop()`; nothing where it has ended.
    pub fn stop(&mut self, id: QueryId) {
        self.queries[id.0].stop();
        self.note_end(id);
    }

    /// A query, ended or not.
    #[must_use]
    pub fn query(&self, id: QueryId) -> &Query {
        &self.queries[id.0]
    }

    /// The state of a query as it is now, an entry for each operator, at most so many rows each.
    pub fn state_tables(&mut self, id: QueryId, at_most: usize) -> Vec<StateView> {
        self.queries[id.0].state_tables(at_most)
    }

    /// All queries in the order of starts, ended ones included.
    pub fn queries(&self) -> impl Iterator<Item = (QueryId, &Query)> {
        self.queries.iter().enumerate().map(|(number, query)| (QueryId(number), query))
    }

    /// `spark.streams.active`, in the order of starts.
    #[must_use]
    pub fn active(&self) -> Vec<QueryId> {
        self.queries().filter(|(_, query)| query.is_active()).map(|(id, _)| id).collect()
    }

    /// `spark.streams.get(id)`: the active query with this id.
    #[must_use]
    pub fn get(&self, uuid: &str) -> Option<QueryId> {
        self.queries().find(|(_, query)| query.is_active() && query.id() == uuid).map(|(id, _)| id)
    }

    /// What `awaitAnyTermination` would find: none while no query has ended since the start or the last reset; the latest failure, or that one has ended.
    #[must_use]
    pub fn any_terminated(&self) -> Option<std::result::Result<(), Diagnostic>> {
        let failed = self.terminated.iter().rev().find_map(|id| self.query(*id).exception());
        failed.map(|error| Err(error.clone())).or_else(|| (!self.terminated.is_empty()).then_some(Ok(())))
    }

    /// `spark.streams.resetTerminated()`.
    pub fn reset_terminated(&mut self) {
        self.terminated.clear();
    }

    /// All rows of a batch frame: what `collect`, `show`, `count`, `toPandas` and batch writes need.
    ///
    /// # Errors
    /// A streaming frame, and whatever its data raise.
    pub fn collect(&mut self, world: &mut dyn World, frame: &Frame) -> Result<(Schema, RecordBatch)> {
        super::collect::collect(self, world, frame)
    }

    /// `batch.persist()` or `cache()` inside `foreachBatch`: further actions on the batch do not read its input again.
    pub fn persist(&mut self, frame: &Frame) {
        for query in &mut self.queries {
            query.persist(frame);
        }
    }

    /// What the observation of a frame under a name saw in the first action; none before.
    #[must_use]
    pub fn observed(&self, key: &(u64, String)) -> Option<&Observed> {
        self.observed.get(key)
    }

    pub(super) fn note_observed(&mut self, observed: Observed) {
        self.observed.entry((observed.frame, observed.name.clone())).or_insert(observed);
    }

    pub(super) fn note_action(&mut self, frame: &Frame) {
        for query in &mut self.queries {
            query.note_action(frame);
        }
    }

    /// How many reports a query keeps is asked of the session, not of the settings that it began with.
    fn keep_progress(&mut self, id: QueryId) {
        self.queries[id.0].recent.most = self.conf.number("spark.sql.streaming.numRecentProgressUpdates", 100);
    }

    fn note_end(&mut self, id: QueryId) {
        if !self.queries[id.0].is_active() && !self.terminated.contains(&id) {
            self.terminated.push(id);
        }
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

fn settings_of(conf: &Conf) -> Settings {
    Settings {
        zone: conf.zone(),
        ansi: conf.is_true("spark.sql.ansi.enabled"),
        case_sensitive: conf.is_true("spark.sql.caseSensitive"),
        ..Settings::default()
    }
}
