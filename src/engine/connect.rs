//! Where the engine meets the connectors: opening sources and sinks, reading batch relations.

use super::lower::unsupported;
use super::start::QueryStart;
use crate::connector::Options;
use crate::connector::Sink;
use crate::connector::Source;
use crate::connector::SourceRows;
use crate::diag::Result;
use crate::plan;
use crate::types::Zone;
use crate::world::World;

/// Opens a streaming source whose own log lies in this folder of the checkpoint.
///
/// # Errors
/// Formats that Tidemark does not know, options that are wrong.
pub fn open(_world: &mut dyn World, source: &plan::Source, _folder: &str, _zone: &Zone) -> Result<Box<dyn Source>> {
    Err(unsupported(&format!("the source {}", source.spec.format)))
}

/// Opens a sink on the disk.
///
/// # Errors
/// Formats that can't be written, modes that they refuse, a missing path.
pub fn open_sink(_start: &QueryStart, format: &str, _options: &Options, _zone: &Zone) -> Result<Box<dyn Sink>> {
    Err(unsupported(&format!("the sink {format}")))
}

/// All rows of a batch relation.
///
/// # Errors
/// Files that are gone or malformed.
pub fn read(_world: &mut dyn World, source: &plan::Source) -> Result<SourceRows> {
    Err(unsupported(&format!("reading {}", source.spec.format)))
}
