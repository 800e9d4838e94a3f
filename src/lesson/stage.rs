//! The playground as the stage of a case.

use super::batch_lines::batch_lines;
use super::case;
use super::replay::Said;
use super::replay::Stage;
use crate::connector::Packages;
use crate::diag::Diagnostic;
use crate::engine::QueryId;
use crate::pyspark::Playground;
use crate::pyspark::ProgramState;
use crate::world::Simulated;
use crate::world::World;

/// The clock of a case: 2024-01-01T00:00:00Z, after the times of its files.
const START_MS: i64 = 1_704_067_200_000;
/// Nothing in a case takes longer, on the virtual clock.
const AT_MOST_MS: i64 = 86_400_000;

/// A playground that records as `record.py` does.
pub struct PlaygroundStage {
    playground: Playground,
    /// For each query of this driver, where in the playground's reports the next untold one may stand.
    told: Vec<usize>,
    /// Where the reports of this driver begin.
    begin: usize,
}

impl PlaygroundStage {
    /// A new world for this case.
    #[must_use]
    pub fn new(case_text: &str) -> Self {
        Self::recording(!case::parse(case_text).reads_tables())
    }

    /// A new world; `recording` says what `format("memory")` stands for.
    #[must_use]
    pub fn recording(recording: bool) -> Self {
        let mut playground = Playground::with_world(Simulated::new(1, START_MS));
        playground.set_recording(recording);
        // The oracle is plain Spark.
        playground.session_mut().set_packages(Packages::default());
        let mut stage = Self { playground, told: Vec::new(), begin: 0 };
        stage.set_conf("spark.sql.shuffle.partitions", "1");
        stage.set_conf("spark.sql.session.timeZone", "UTC");
        stage
    }

    /// What is performed on.
    #[must_use]
    pub fn playground(&self) -> &Playground {
        &self.playground
    }

    fn said(&mut self, raised: Option<Box<Diagnostic>>) -> Said {
        Said { printed: self.playground.take_output(), raised }
    }
}

impl Stage for PlaygroundStage {
    fn set_conf(&mut self, key: &str, value: &str) {
        self.playground.session_mut().set_conf(key, value);
    }

    fn make_folder(&mut self, path: &str) {
        self.playground.world_mut().disk_mut().make_folder(path);
    }

    fn write_file(&mut self, path: &str, text: String, modified_ms: i64) {
        self.playground.world_mut().disk_mut().put_at(path, text.into_bytes(), modified_ms);
    }

    fn run_program(&mut self, source: &str) -> Said {
        let mut raised = self.playground.run(source).diagnostic;
        if self.playground.state() == ProgramState::Waiting {
            raised = self.playground.settle(AT_MOST_MS);
        }
        self.said(raised)
    }

    fn queries(&self) -> usize {
        self.playground.queries().count()
    }

    fn process(&mut self, query: usize) -> Said {
        let raised = self.playground.process_query(QueryId(query));
        self.said(raised)
    }

    fn batch_lines(&mut self, query: usize) -> Vec<String> {
        self.told.resize(self.told.len().max(query + 1), self.begin);
        let zone = self.playground.session().conf().zone();
        let rows = self.playground.session().query(QueryId(query)).is_recording();
        let reports = self.playground.reports();
        let untold = &reports[self.told[query]..];
        // Spark reports nothing of the epochs of continuous processing.
        let of_query = untold.iter().filter(|report| report.query == query && !report.progress.is_empty());
        let lines = of_query.flat_map(|report| {
            let name = report.name.clone().unwrap_or_else(|| format!("query{query}"));
            batch_lines(report, &name, rows, &zone)
        });
        let lines = lines.collect();
        self.told[query] = reports.len();
        lines
    }

    fn restart(&mut self) {
        self.playground.kill();
        self.told.clear();
        self.begin = self.playground.reports().len();
    }
}
