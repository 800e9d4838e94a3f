//! The two ends of a query: `spark.readStream` with schema and options, `writeStream` with sink, mode, trigger and checkpoint.

use super::Chain;
use super::Result;
use super::literal;
use super::literal::text;
use super::unwritable;
use crate::engine::QueryStart;
use crate::engine::SinkKind;
use crate::engine::Trigger;
use crate::plan::SourceSpec;

/// Formats with a method of their own, that take their columns from `schema`.
const FILES: [&str; 4] = ["json", "csv", "parquet", "orc"];

/// A source: `spark.readStream.schema(...).option(...).json(path)`.
pub(super) fn read(spec: &SourceSpec) -> Result<Chain> {
    let head = if spec.streaming { "spark.readStream" } else { "spark.read" };
    let chain = Chain::new(head);
    // The session's settings stand among a source's options, but the program set them elsewhere.
    let options = spec.options.iter().filter(|(key, _)| !key.eq_ignore_ascii_case("path") && !key.starts_with("spark.sql."));
    let with_options = |chain: Chain| options.fold(chain, |chain, (key, value)| chain.then(option(key, value)));
    Ok(match spec.format.as_str() {
        "memory" if spec.streaming => chain.then(format!("table({})", text(&spec.path))),
        "memory" => Chain::new("spark").then(format!("table({})", text(&spec.path))),
        "text" => with_options(chain).then(format!("text({})", text(&spec.path))),
        format if FILES.contains(&format) => {
            let schema: Vec<String> = spec.schema.fields.iter().map(column).collect();
            with_options(chain.then(format!("schema({})", text(&schema.join(", "))))).then(format!("{format}({})", text(&spec.path)))
        }
        format => {
            let path = if spec.path.is_empty() { String::new() } else { text(&spec.path) };
            with_options(chain.then(format!("format({})", text(format)))).then(format!("load({path})"))
        }
    })
}

/// A column as a schema's text declares it: `at TIMESTAMP`.
fn column(field: &crate::types::Field) -> String {
    format!("{} {}", super::expression::name_part(&field.name), field.data_type.sql())
}

/// The sink: `writeStream.queryName(...).outputMode(...).trigger(...).format(...).start()`.
pub(super) fn write_stream(chain: Chain, start: &QueryStart) -> Result<Chain> {
    let mut chain = chain.then("writeStream");
    if let Some(name) = &start.name {
        chain = chain.then(format!("queryName({})", text(name)));
    }
    chain = chain.then(format!("outputMode({})", text(&start.mode.to_string())));
    let every = |kind: &str, interval_ms: i64| format!("trigger({kind}={})", text(&literal::duration(interval_ms * 1000)));
    chain = match start.trigger {
        Trigger::Default => chain,
        Trigger::ProcessingTime(interval_ms) => chain.then(every("processingTime", interval_ms)),
        Trigger::AvailableNow => chain.then("trigger(availableNow=True)"),
        Trigger::Once => chain.then("trigger(once=True)"),
        Trigger::Continuous(interval_ms) => chain.then(every("continuous", interval_ms)),
        Trigger::RealTime(interval_ms) => chain.then(every("realTime", interval_ms)),
    };
    if !start.partition_by.is_empty() {
        let columns: Vec<String> = start.partition_by.iter().map(|name| text(name)).collect();
        chain = chain.then(format!("partitionBy({})", columns.join(", ")));
    }
    let format = match &start.sink {
        SinkKind::Format(format) => Some(format.as_str()),
        SinkKind::Recording => Some("memory"),
        SinkKind::Table { format, .. } => format.as_deref(),
        SinkKind::ForeachBatch | SinkKind::Foreach => return unwritable("the rows go to a Python function"),
    };
    if let Some(format) = format {
        chain = chain.then(format!("format({})", text(format)));
    }
    let path = start.options.iter().rev().find(|(key, _)| key.eq_ignore_ascii_case("path")).map(|(_, path)| text(path));
    for (key, value) in start.options.iter().filter(|(key, _)| !key.eq_ignore_ascii_case("path")) {
        chain = chain.then(option(key, value));
    }
    Ok(match &start.sink {
        SinkKind::Table { name, .. } => chain.then(format!("toTable({})", text(&name.join(".")))),
        _ => chain.then(format!("start({})", path.unwrap_or_default())),
    })
}

/// `option("maxFilesPerTrigger", 1)`: numbers and truths as Python has them.
fn option(key: &str, value: &str) -> String {
    let shown = match value {
        "true" => "True".to_owned(),
        "false" => "False".to_owned(),
        number if number.parse::<i64>().is_ok_and(|parsed| parsed.to_string() == number) => number.to_owned(),
        other => text(other),
    };
    format!("option({}, {shown})", text(key))
}
