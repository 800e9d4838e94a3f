//! The engine's run of a history, told as the model tells its own.

use tidemark::engine::BatchReport;
use tidemark::engine::QueryId;
use tidemark::engine::QueryStart;
use tidemark::engine::Session;
use tidemark::engine::SinkKind;
use tidemark::engine::Step;
use tidemark::engine::Trigger;
use tidemark::plan::Frame;
use tidemark::plan::SourceSpec;
use tidemark::sql::ddl;
use tidemark::types::Value;
use tidemark::types::arrow::value_at;
use tidemark::world::Fault;
use tidemark::world::Simulated;

use crate::family::Query;
use crate::history::History;
use crate::history::file_text;
use crate::micro_batch::Batch;
use crate::micro_batch::Told;
use crate::plan::Counters;
use crate::plan::Row;

struct Run<'a> {
    query: &'a Query,
    history: &'a History,
    world: Simulated,
    session: Session,
    id: QueryId,
    /// Whether a batch has run since the driver started.
    ran: bool,
    files: i64,
    told: Vec<Told>,
}

/// Runs a history.
pub fn run(query: &Query, history: &History) -> Vec<Told> {
    let mut world = Simulated::new(1, 1_700_000_000_000);
    let (session, id) = start(query, history, &mut world);
    let mut run = Run { query, history, world, session, id, ran: false, files: 0, told: Vec::new() };
    for step in &history.steps {
        if step.restart {
            run.restart();
        }
        if let Some(point) = step.crash {
            run.world.plan_fault(Fault { point, batch_id: None });
        }
        for (source, rows) in &step.files {
            run.files += 1;
            run.world.advance_to(1_700_000_000_000 + 1000 * run.files);
            let path = format!("/data/{}/{}.json", ["a", "b"][*source], run.files);
            run.world.land_file(&path, file_text(*source, rows).into_bytes());
        }
        if !run.process() {
            return run.told;
        }
        let state = run.ran.then(|| run.state());
        run.told.push(Told::State(state));
    }
    run.told
}

fn start(query: &Query, history: &History, world: &mut Simulated) -> (Session, QueryId) {
    let mut session = Session::new();
    session.set_conf("spark.sql.shuffle.partitions", "1");
    session.set_conf("spark.sql.streaming.noDataMicroBatches.enabled", history.no_data_batches.to_string());
    session.set_conf("spark.sql.streaming.multipleWatermarkPolicy", if query.max_policy { "max" } else { "min" });
    session.set_tracing(history.tracing);
    let frame = (query.frame)(&|source| source_frame(&session, history, source));
    let start = QueryStart {
        frame,
        name: Some("q".to_owned()),
        mode: query.mode,
        trigger: Trigger::Default,
        sink: SinkKind::Recording,
        options: vec![("checkpointLocation".to_owned(), "/checkpoint/q".to_owned())],
        partition_by: Vec::new(),
    };
    let id = session.start(world, start).unwrap_or_else(|error| panic!("{}: {}", query.text, error.message));
    (session, id)
}

fn source_frame(session: &Session, history: &History, source: usize) -> Frame {
    let name = ["a", "b"][source];
    let options = history.files_a_batch.map(|count| ("maxFilesPerTrigger".to_owned(), count.to_string()));
    let spec = SourceSpec {
        format: "json".to_owned(),
        options: options.into_iter().collect(),
        schema: ddl::parse_schema(&format!("{name}k STRING, {name}t TIMESTAMP, {name}v BIGINT")).unwrap(),
        path: format!("/data/{name}"),
        streaming: true,
        listed: None,
    };
    Frame::source(spec, session.analyzer())
}

impl Run<'_> {
    fn restart(&mut self) {
        (self.session, self.id) = start(self.query, self.history, &mut self.world);
        self.ran = false;
    }

    /// Steps until nothing is left to do; false where the query has failed.
    fn process(&mut self) -> bool {
        loop {
            match self.session.step(&mut self.world, self.id) {
                Step::Ran(report) => {
                    self.ran = true;
                    self.told.push(Told::Batch(batch(&report)));
                }
                Step::Crashed => {
                    self.told.push(Told::Died);
                    self.restart();
                }
                Step::Failed(error) => {
                    self.told.push(Told::Failed(error.message.clone()));
                    return false;
                }
                Step::Idle { .. } => return true,
                other => panic!("{other:?}"),
            }
        }
    }

    fn state(&mut self) -> Vec<Vec<Row>> {
        let tables = self.session.state_tables(self.id, usize::MAX);
        let rows = tables.into_iter().map(|table| {
            // A join numbers the rows of a key; the numbers are nobody's business.
            let columns = table.keys.fields.len() - usize::from(table.operator == "symmetricHashJoin");
            let mut rows: Vec<Row> = table.rows.iter().map(|row| [&row.key[..columns], &row.value[..]].concat()).collect();
            rows.sort();
            rows
        });
        rows.collect()
    }
}

fn batch(report: &BatchReport) -> Batch {
    let types: Vec<_> = report.schema.fields.iter().map(|field| &field.data_type).collect();
    let row = |row: usize| -> Row {
        report.rows.columns().iter().zip(&types).map(|(column, data_type)| value_at(column, row, data_type)).collect::<Vec<Value>>()
    };
    let mut rows: Vec<Row> = (0..report.rows.num_rows()).map(row).collect();
    rows.sort();
    let counters = |state: tidemark::operator::StateCounters| Counters {
        total: state.total as usize,
        updated: state.updated as usize,
        removed: state.removed as usize,
        dropped: state.dropped as usize,
        duplicates: state.duplicates.map(|count| count as usize),
    };
    Batch {
        number: report.batch_id,
        input: report.input_rows,
        watermark_ms: report.watermark.map(|watermark| watermark.evict_ms),
        operators: report.state_operators().map(|(name, state)| (name.to_owned(), counters(state))).collect(),
        rows,
    }
}
