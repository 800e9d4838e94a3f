//! Where the engine meets the connectors: opening sources and sinks, reading batch relations.

use super::sink::sink_mode;
use super::start::QueryStart;
use crate::connector;
use crate::connector::Options;
use crate::connector::PushedFilter;
use crate::connector::ReadRequest;
use crate::connector::Reading;
use crate::connector::Sink;
use crate::connector::Source;
use crate::connector::SourceRows;
use crate::connector::WriteRequest;
use crate::diag::Result;
use crate::plan;
use crate::types::Zone;
use crate::world::World;

/// Opens a streaming source whose own log lies in this folder of the checkpoint.
///
/// # Errors
/// Formats that Tidemark does not know, options that are wrong.
pub fn open(
    world: &mut dyn World,
    source: &plan::Source,
    filters: &[PushedFilter],
    folder: &str,
    zone: &Zone,
    continuous: bool,
) -> Result<Box<dyn Source>> {
    let reading = reading(source, filters.to_vec(), zone);
    if continuous { connector::open_continuous_source(world, reading, folder) } else { connector::open_source(world, reading, folder) }
}

/// Opens the console, `noop`, or a sink on the disk.
///
/// # Errors
/// Formats that can't be written, modes that they refuse, a missing path.
pub fn open_sink(start: &QueryStart, format: &str, options: &Options, zone: &Zone) -> Result<Box<dyn Sink>> {
    let request =
        WriteRequest { format: format.to_owned(), options: options.clone(), path: None, partition_by: start.partition_by.clone() };
    connector::open_sink(&request, sink_mode(start.mode), &start.frame.schema(), zone)
}

/// All rows of a batch relation.
///
/// # Errors
/// Files that are gone or malformed.
pub fn read(world: &mut dyn World, leaf: &plan::Plan, source: &plan::Source, zone: &Zone) -> Result<SourceRows> {
    let filters = source.pushed.iter().filter_map(|condition| super::pushed::filter(condition, source, leaf)).collect();
    connector::read(world, &reading(source, filters, zone), source.spec.listed.as_deref())
}

fn reading(source: &plan::Source, filters: Vec<PushedFilter>, zone: &Zone) -> Reading {
    let spec = &source.spec;
    let paths = Some(spec.path.clone()).filter(|path| !path.is_empty()).into_iter().collect();
    let request = ReadRequest {
        format: spec.format.clone(),
        options: spec.options.iter().cloned().collect(),
        paths,
        schema: Some(spec.schema.clone()),
    };
    Reading { request, columns: source.ordinals.clone(), filters, zone: zone.clone() }
}
