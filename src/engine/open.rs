//! Opening a query: the refusals of `start()` in Spark's order, its checkpoint, and what it does first in a run.
//!
//! Law: `start()` refuses what analysis can know; what lies in the checkpoint is read by the first step, as Spark's stream thread does, and fails the query.

use std::rc::Rc;

use super::conf::Conf;
use super::connect;
use super::continuous;
use super::lower::StreamLeaf;
use super::lower::lower_stream;
use super::metastore;
use super::micro_batch::offset_of;
use super::query::Query;
use super::query::Run;
use super::query::SourceSlot;
use super::session::Session;
use super::sink::SinkSlot;
use super::start::QueryStart;
use super::start::SinkKind;
use super::start::Trigger;
use super::step::QueryId;
use super::table_write::TableWrite;
use super::watermark_tracker::Policy;
use super::watermark_tracker::WatermarkTracker;
use crate::connector::Options;
use crate::connector::SaveMode;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::plan::Node;
use crate::plan::OutputMode;
use crate::plan::Plan;
use crate::plan::optimize;
use crate::plan::streaming;
use crate::state::Decision;
use crate::state::StreamMetadata;
use crate::state::observe;
use crate::world::World;

/// Settings that a checkpoint keeps over restarts, in the order of the log.
const LOGGED: &[(&str, &str)] = &[
    ("spark.sql.streaming.stateStore.providerClass", "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider"),
    ("spark.sql.dropDuplicates.deterministicKeyOrder.enabled", "true"),
    ("spark.sql.streaming.stateStore.rocksdb.mergeOperatorVersion", "2"),
    ("spark.sql.streaming.stateStore.rocksdb.formatVersion", "5"),
    ("spark.sql.streaming.queryEvolution.enableSourceEvolution", "false"),
    ("spark.sql.streaming.stateStore.encodingFormat", "unsaferow"),
    ("spark.sql.streaming.statefulOperator.useStrictDistribution", "true"),
    ("spark.sql.streaming.flatMapGroupsWithState.stateFormatVersion", "2"),
    ("spark.sql.streaming.multipleWatermarkPolicy", "min"),
    ("spark.sql.streaming.stateStore.rowChecksum.enabled", "false"),
    ("spark.sql.streaming.statefulOperator.alwaysNullableOutput.enabled", "true"),
    ("spark.sql.streaming.aggregation.stateFormatVersion", "2"),
    ("spark.sql.function.protobufExtensions.enabled", "false"),
    ("spark.sql.shuffle.partitions", "200"),
    ("spark.sql.streaming.join.stateFormatVersion", "2"),
    ("spark.sql.streaming.stateStore.compression.codec", "lz4"),
    ("spark.sql.optimizer.pruneFiltersCanPruneStreamingSubplan", "false"),
];

/// Opens a query that a program starts.
///
/// # Errors
/// Spark's refusals.
pub fn open(session: &mut Session, world: &mut dyn World, start: QueryStart, number: QueryId) -> Result<Query> {
    let mut options: Options = start.options.iter().cloned().collect();
    options.set_settings(session.conf().of_sql());
    let target = target(&start);
    if target == Target::Memory && start.name.is_none() {
        return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1194", "queryName must be specified for memory sink.", ""));
    }
    let mut sink = sink(session, world, &start, &target, &options)?;
    let (checkpoint, temporary) = checkpoint(session.conf(), world, &start, &target, &options)?;
    if !recovers(&start, &target) && !temporary && world.disk().exists(&format!("{checkpoint}/offsets")) {
        let text = format!("This query does not support recovering from checkpoint location. Delete {checkpoint}/offsets to start over.");
        return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1299", text, ""));
    }
    let continuous = is_continuous(&start, &target);
    if let Trigger::RealTime(interval_ms) = start.trigger {
        continuous::check_real_time(session.conf(), interval_ms, start.mode)?;
    }
    check(session.conf(), &start, continuous)?;
    let plan = optimize(&start.frame.plan, session.analyzer());
    let lowered = lower_stream(&plan, start.mode)?;
    if session.queries().any(|(_, query)| query.clashes_with(start.name.as_deref())) {
        let name = start.name.as_deref().unwrap_or_default();
        let text = format!("Cannot start query with name {name} as a query with that name is already active in this SparkSession");
        return Err(Diagnostic::plain(Class::IllegalArgument, text));
    }
    if continuous {
        continuous::check_sources(&start.frame.plan)?;
    }
    let id = query_id(world, &checkpoint)?;
    let run_id = world.next_uuid();
    stop_older_run(session, &id)?;
    let zone = session.conf().zone();
    let sources = lowered.sources.iter().enumerate().map(|(place, StreamLeaf { source, filters })| {
        let folder = format!("{checkpoint}/sources/{place}");
        let ordinals = source.ordinals.clone();
        let types = ordinals.iter().map(|ordinal| source.spec.schema.fields[*ordinal].data_type.clone()).collect();
        let opened = connect::open(world, source, &filters[0], &folder, &zone, continuous)?;
        Ok(SourceSlot { source: opened, ordinals, types, filters: filters.clone(), committed: None, available: None })
    });
    let sources = sources.collect::<Result<Vec<_>>>()?;
    match &mut sink {
        SinkSlot::Table(name) => session.catalog_mut().put_table(name, start.frame.schema()),
        SinkSlot::Connected(sink) => sink.set_query_id(&id),
        SinkSlot::Recording | SinkSlot::Foreach => {}
    }
    let policy = Policy::parse(session.conf().get("spark.sql.streaming.multipleWatermarkPolicy").unwrap_or("min"));
    Ok(Query {
        number: number.0,
        name: start.name,
        id,
        run_id,
        analyzer: Rc::clone(session.analyzer()),
        conf: session.conf().clone(),
        schema: start.frame.schema(),
        mode: start.mode,
        trigger: start.trigger,
        checkpoint,
        temporary,
        continuous,
        ordered: matches!(unaliased(&start.frame.plan).node, Node::Sort { .. }),
        plan,
        sink,
        tree: lowered.tree,
        redefines_watermark: lowered.redefines_watermark,
        refused: lowered.refused,
        sources,
        tracker: WatermarkTracker::new(policy, lowered.delays_ms.clone(), 0),
        delays_ms: lowered.delays_ms,
        run: Run { active: true, status: "Initializing sources".to_owned(), ..Run::default() },
        recent: super::progress::Recent::default(),
        pending: None,
        counted: std::collections::BTreeMap::new(),
        statics: std::collections::BTreeMap::new(),
    })
}

/// Reads the checkpoint and takes up where it stands: `populateStartOffsets`.
///
/// # Errors
/// Files that are not in Spark's format, another number of sources.
pub fn recover(query: &mut Query, world: &mut dyn World) -> Result<()> {
    match query.trigger {
        Trigger::RealTime(_) => return Err(continuous::real_time_source(&query.plan)),
        Trigger::Continuous(_) if query.continuous => return continuous::recover(query, world),
        Trigger::Continuous(interval_ms) => {
            let text = format!("Unknown type of trigger: ContinuousTrigger({interval_ms})");
            return Err(Diagnostic::plain(Class::Named("IllegalStateException".to_owned()), text));
        }
        _ => {}
    }
    let observed = observe(world.disk(), &query.checkpoint)?;
    let previous_ms = observed.previous_offsets.as_ref().map_or(0, |offsets| offsets.batch_watermark_ms);
    match crate::state::recover(observed)? {
        Decision::Fresh => {
            if !query.operators().is_empty() {
                super::state_files::check_empty(world.disk(), &query.checkpoint)?;
            }
        }
        Decision::RunNew { batch_id, committed, watermark_ms } => {
            query.run.batch_id = batch_id;
            // The batch before is the last one that was logged: its watermark judges late rows.
            query.run.late_ms = committed.batch_watermark_ms;
            check_sources(query, committed.offsets.len())?;
            place(query, Some(&committed.offsets), &committed.offsets);
            keep_conf(query, &committed.conf, watermark_ms);
        }
        Decision::RunAgain { batch_id, committed, offsets } => {
            query.run.batch_id = batch_id;
            query.run.late_ms = previous_ms;
            check_sources(query, offsets.offsets.len())?;
            place(query, committed.as_ref().map(|committed| &committed.offsets), &offsets.offsets);
            keep_conf(query, &offsets.conf, offsets.batch_watermark_ms);
            query.run.offsets = Some(offsets);
        }
    }
    query.run.recovered = true;
    query.run.first_batch_id = query.run.batch_id;
    Ok(())
}

/// What a batch's entry of the offset log says of the settings.
pub fn logged_conf(conf: &Conf) -> Vec<(String, String)> {
    LOGGED.iter().map(|(key, default)| ((*key).to_owned(), conf.get(key).unwrap_or(default).to_owned())).collect()
}

fn place(query: &mut Query, committed: Option<&Vec<Option<String>>>, available: &[Option<String>]) {
    for (number, slot) in query.sources.iter_mut().enumerate() {
        slot.committed = offset_of(committed.and_then(|offsets| offsets.get(number)).and_then(Option::as_ref));
        slot.available = offset_of(available.get(number).and_then(Option::as_ref));
    }
}

/// The checkpoint's settings win over the session's.
fn keep_conf(query: &mut Query, logged: &[(String, String)], watermark_ms: i64) {
    for (key, value) in logged {
        query.conf.set(key.clone(), value.clone());
    }
    let policy = Policy::parse(query.conf.get("spark.sql.streaming.multipleWatermarkPolicy").unwrap_or("min"));
    query.tracker = WatermarkTracker::new(policy, query.delays_ms.clone(), watermark_ms);
}

fn check_sources(query: &Query, logged: usize) -> Result<()> {
    if logged == query.sources.len() {
        return Ok(());
    }
    let now = query.sources.len();
    let text = format!(
        "assertion failed: There are [{logged}] sources in the checkpoint offsets and now there are [{now}] sources requested by the query. Cannot continue."
    );
    Err(Diagnostic::plain(Class::Named("AssertionError".to_owned()), text))
}

#[derive(PartialEq, Eq)]
enum Target {
    Memory,
    Recording,
    Foreach,
    Table { name: Vec<String>, format: Option<String> },
    Connected(String),
}

fn target(start: &QueryStart) -> Target {
    match &start.sink {
        SinkKind::Recording => Target::Recording,
        SinkKind::ForeachBatch | SinkKind::Foreach => Target::Foreach,
        SinkKind::Table { name, format } => Target::Table { name: name.clone(), format: format.clone() },
        SinkKind::Format(name) if name.eq_ignore_ascii_case("memory") => Target::Memory,
        SinkKind::Format(name) => Target::Connected(name.clone()),
    }
}

fn sink(session: &mut Session, world: &mut dyn World, start: &QueryStart, target: &Target, options: &Options) -> Result<SinkSlot> {
    Ok(match target {
        Target::Memory => SinkSlot::Table(start.name.clone().unwrap_or_default()),
        Target::Recording => SinkSlot::Recording,
        Target::Foreach => SinkSlot::Foreach,
        Target::Table { name, format } => table_sink(session, world, start, name, format.as_deref())?,
        Target::Connected(format) => {
            session.packages().check(format, "writing")?;
            SinkSlot::Connected(connect::open_sink(start, format, options, &session.conf().zone())?)
        }
    })
}

/// Whether the sink may go on from a checkpoint: the memory sink only where each batch is the whole result.
fn recovers(start: &QueryStart, target: &Target) -> bool {
    *target != Target::Memory || start.mode == OutputMode::Complete
}

/// The checkpoint folder, and whether it is a temporary one.
fn checkpoint(conf: &Conf, world: &mut dyn World, start: &QueryStart, target: &Target, options: &Options) -> Result<(String, bool)> {
    if let Some(path) = options.get("checkpointLocation") {
        return Ok((trimmed(path), false));
    }
    if let Some(root) = conf.get("spark.sql.streaming.checkpointLocation") {
        let name = start.name.clone().unwrap_or_else(|| world.next_uuid());
        return Ok((format!("{}/{name}", trimmed(root)), false));
    }
    let keeps_nothing = |format: &str| ["console", "noop"].iter().any(|known| format.eq_ignore_ascii_case(known));
    if matches!(target, Target::Table { .. }) || matches!(target, Target::Connected(format) if !keeps_nothing(format)) {
        let text = "checkpointLocation must be specified either through option(\"checkpointLocation\", ...) or SparkSession.conf.set(\"spark.sql.streaming.checkpointLocation\", ...).";
        return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1298", text, ""));
    }
    Ok((format!("/tmp/temporary-{}", world.next_uuid()), true))
}

fn trimmed(path: &str) -> String {
    let path = path.strip_prefix("file:").unwrap_or(path);
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.len() > 1 { path.trim_end_matches('/').to_owned() } else { path.to_owned() }
}

/// Whether it runs continuously: the sink has to take part. File sinks and tables run in batches, which then don't know the trigger.
fn is_continuous(start: &QueryStart, target: &Target) -> bool {
    let takes_part = match target {
        Target::Memory | Target::Recording | Target::Foreach => true,
        Target::Table { .. } => false,
        Target::Connected(format) => ["console", "noop", "kafka"].iter().any(|known| format.eq_ignore_ascii_case(known)),
    };
    matches!(start.trigger, Trigger::Continuous(_)) && takes_part
}

fn check(conf: &Conf, start: &QueryStart, continuous: bool) -> Result<()> {
    if !conf.is_true("spark.sql.streaming.unsupportedOperationCheck") {
        return Ok(());
    }
    if continuous {
        return streaming::check_continuous(&start.frame.plan, start.mode);
    }
    if conf.is_true("spark.sql.streaming.statefulOperator.checkCorrectness.enabled") {
        streaming::check(&start.frame.plan, start.mode)
    } else {
        streaming::check_unchained(&start.frame.plan, start.mode)
    }
}

/// The id that the checkpoint keeps, or a new one, which it keeps from now on.
fn query_id(world: &mut dyn World, checkpoint: &str) -> Result<String> {
    if let Some(metadata) = StreamMetadata::read(world.disk(), checkpoint)? {
        return Ok(metadata.id);
    }
    let has_logs = ["offsets", "commits"].iter().any(|log| !world.disk().names_in(&format!("{checkpoint}/{log}")).is_empty());
    if has_logs {
        let text = format!(
            "Checkpoint location {checkpoint} is in an inconsistent state: the metadata file is missing but offset and/or commit logs contain data. Please restore the metadata file or create a new checkpoint directory."
        );
        let class = Class::Named("SparkRuntimeException".to_owned());
        return Err(Diagnostic::new(class, "STREAMING_CHECKPOINT_MISSING_METADATA_FILE", text, "42K03"));
    }
    let id = world.next_uuid();
    StreamMetadata { id: id.clone() }.write(world.disk_mut(), checkpoint);
    Ok(id)
}

/// Starting a query again from its checkpoint stops the run that is still active, or is refused: `stopActiveRunOnRestart`.
fn stop_older_run(session: &mut Session, id: &str) -> Result<()> {
    let Some(older) = session.get(id) else { return Ok(()) };
    if session.conf().is_true("spark.sql.streaming.stopActiveRunOnRestart") {
        session.stop(older);
        return Ok(());
    }
    let text = format!(
        "Cannot start query with id {id} as another query with same id is already active. Perhaps you are attempting to restart a query from checkpoint that is already active. You may stop the old query by setting the SQL configuration: spark.conf.set(\"spark.sql.streaming.stopActiveRunOnRestart\", true) and retry."
    );
    Err(Diagnostic::plain(Class::Named("IllegalStateException".to_owned()), text))
}

/// The sink into a table of the catalog, which is made first where there is none: `toTable`.
fn table_sink(session: &mut Session, world: &mut dyn World, start: &QueryStart, name: &[String], format: Option<&str>) -> Result<SinkSlot> {
    if let [single] = name
        && session.catalog().has_view(single)
    {
        let text = format!("Temporary view {single} doesn't support streaming write.");
        return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1190", text, ""));
    }
    let table = match metastore::find(world.disk(), name) {
        Some(table) => table,
        None => {
            let write = TableWrite {
                name: name.to_vec(),
                mode: SaveMode::ErrorIfExists,
                format: format.map(str::to_owned),
                options: start.options.clone(),
                partition_by: start.partition_by.clone(),
            };
            session.create_table(world, &write, &start.frame.schema())?
        }
    };
    if let Some(format) = format.filter(|format| !format.eq_ignore_ascii_case(&table.format)) {
        let text =
            format!("The input source({format}) is different from the table {}'s data source provider({}).", name.join("."), table.format);
        return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1192", text, ""));
    }
    let mut options: Options = table.options.iter().chain(&start.options).cloned().collect();
    options.set("path", table.location.clone());
    let given = QueryStart { partition_by: table.partition_by.clone(), ..start.clone() };
    session.packages().check(&table.format, "writing")?;
    Ok(SinkSlot::Connected(connect::open_sink(&given, &table.format, &options, &session.conf().zone())?))
}

fn unaliased(plan: &Plan) -> &Plan {
    match &plan.node {
        Node::SubqueryAlias { child, .. } => unaliased(child),
        _ => plan,
    }
}
