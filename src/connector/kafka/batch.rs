//! Kafka read in one go: `spark.read`. Spark's `KafkaRelation`.

use super::errors::{self, Trouble};
use super::limit::{EARLIEST, LATEST, Limit};
use super::offsets::PartitionOffsets;
use super::options::{batch_limits, flag, strategy};
use super::ranges::{self, Range};
use super::rows;
use crate::connector::{Options, ReadRequest, SourceRows};
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::Field;
use crate::types::Schema;
use crate::world::Cluster;
use crate::world::TopicPartition;

/// The columns, once the options are well.
///
/// # Errors
/// Spark's, at `load`.
pub(in crate::connector) fn batch_schema(request: &ReadRequest) -> Result<Schema> {
    let options = &request.options;
    let (starting, ending) = batch_limits(options)?;
    check_order(&starting, &ending)?;
    let schema = rows::schema(flag(options, "includeHeaders", false)?);
    strategy(options)?;
    flag(options, "failOnDataLoss", true)?;
    match &request.schema {
        Some(given) if *given != schema => Err(other_schema(given, &schema)),
        _ => Ok(schema),
    }
}

/// All records between the two ends that the options name, as they are now.
///
/// # Errors
/// Topics that are not there, partitions that are not named, records that are gone.
pub(in crate::connector) fn read(cluster: &Cluster, options: &Options, columns: &[usize]) -> Result<SourceRows> {
    let (starting, ending) = batch_limits(options)?;
    let strategy = strategy(options)?;
    let fails = flag(options, "failOnDataLoss", true)?;
    let from = strategy.bound(cluster, &starting, true).map_err(Trouble::failed)?;
    let until = strategy.bound(cluster, &ending, false).map_err(Trouble::failed)?;
    if !from.keys().eq(until.keys()) {
        return Err(different_topics(&from, &until));
    }
    let mut records = Vec::new();
    for (partition, until) in &until {
        let range = late_bound(cluster, partition, from[partition], *until)?;
        records.extend(ranges::records(cluster, &range, fails, "spark-kafka-relation-00000000-0000-4000-8000-000000000000-executor")?);
    }
    Ok(rows::rows(&records, columns, false))
}

/// A range whose ends are looked up by whoever reads it.
fn late_bound(cluster: &Cluster, partition: &TopicPartition, from: i64, until: i64) -> Result<Range> {
    if from > until && from >= 0 && until >= 0 {
        return Err(errors::resolved_start_after_end(from, until, partition));
    }
    let found = cluster.topic(&partition.topic).map_err(|error| Trouble::from(error).failed())?.partition(partition.partition);
    let (earliest, latest) = found.map_or((0, 0), |found| (found.earliest(), found.latest()));
    let from = if from == EARLIEST { earliest } else { from };
    let until = if until == LATEST { latest } else { until };
    Ok(Range { partition: partition.clone(), from, until })
}

/// `checkOffsetLimitValidity`.
fn check_order(starting: &Limit, ending: &Limit) -> Result<()> {
    let (start, end) = match (starting, ending) {
        (Limit::Offsets(start), Limit::Offsets(end)) | (Limit::Times(start, _), Limit::Times(end, _)) => (start, end),
        _ => return Ok(()),
    };
    if !start.keys().eq(end.keys()) {
        return Err(errors::unmatched_partitions(start, end));
    }
    match start.iter().find(|(partition, start)| **start > end[*partition] && **start >= 0 && end[*partition] >= 0) {
        Some((partition, start)) => Err(errors::start_after_end(*start, end[partition], partition)),
        None => Ok(()),
    }
}

fn different_topics(from: &PartitionOffsets, until: &PartitionOffsets) -> Box<Diagnostic> {
    let names = |offsets: &PartitionOffsets| offsets.keys().map(TopicPartition::to_string).collect::<Vec<_>>().join(",");
    let text =
        format!("different topic partitions for starting offsets topics[{}] and ending offsets topics[{}]", names(from), names(until));
    errors::java("IllegalStateException", text)
}

fn other_schema(given: &Schema, actual: &Schema) -> Box<Diagnostic> {
    let ddl = |schema: &Schema| schema.fields.iter().map(|field: &Field| field.sql().replacen(": ", " ", 1)).collect::<Vec<_>>().join(",");
    let text = format!(
        "The user-specified schema doesn't match the actual schema:\nuser-specified: {}, actual: {}. If you're using\nDataFrameReader.schema API or creating a table, please do not specify the schema.\nOr if you're scanning an existed table, please drop it and re-create it.",
        ddl(given),
        ddl(actual)
    );
    Diagnostic::analysis("USER_SPECIFIED_AND_ACTUAL_SCHEMA_MISMATCH", text, "42K03")
}
