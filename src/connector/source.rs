//! What a streaming source is: offsets, and the rows between two of them. Spark's `Source` and `MicroBatchStream`.

use super::PushedFilter;
use crate::diag::Result;
use crate::world::World;
use arrow_array::ArrayRef;

/// A place in a source: the JSON text that the offset log holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Offset(pub String);

/// How much one batch may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadLimit {
    /// What the source's own options allow (`maxFilesPerTrigger`).
    Default,
    /// All there is: `trigger(once=True)`.
    AllAvailable,
}

/// The rows of one batch of one source.
#[derive(Clone, Debug, Default)]
pub struct SourceRows {
    /// One array a column that was asked for.
    pub columns: Vec<ArrayRef>,
    /// How many rows there are: the length of each array.
    pub rows: usize,
    /// What counts as `numInputRows`: after pushed filters, so equal to `rows`.
    pub input_rows: u64,
    /// When each row came, in milliseconds since 1970; only when traced.
    pub arrived_ms: Option<Vec<i64>>,
}

/// A streaming source as a query holds it.
pub trait Source {
    /// As in the progress: `FileStreamSource[file:/data/clicks]`.
    fn description(&self) -> String;

    /// Where a batch that begins at `start` would end; none while the source has never had anything.
    ///
    /// # Errors
    /// Spark's, for instance a path that is gone.
    fn latest_offset(&mut self, world: &mut dyn World, start: Option<&Offset>, limit: ReadLimit) -> Result<Option<Offset>>;

    /// The newest offset that is known, limits aside, for the progress (`latestOffset`).
    fn report_latest_offset(&self) -> Option<Offset> {
        None
    }

    /// What the source says of itself in the progress, once it was read up to `consumed`: names and values in the order of names.
    fn metrics(&self, _consumed: Option<&Offset>) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// What rows the next reading may leave out, where several leaves read one source and want different rows; only files heed it.
    fn set_filters(&mut self, _filters: &[PushedFilter]) {}

    /// The rows after `start` up to `end`, both from this source or from the offset log. `trace` asks for times of arrival.
    ///
    /// # Errors
    /// Malformed data in mode `FAILFAST`, files that are gone.
    fn batch(&mut self, world: &mut dyn World, start: Option<&Offset>, end: &Offset, trace: bool) -> Result<SourceRows>;

    /// Everything up to `end` is processed for good.
    fn commit(&mut self, world: &mut dyn World, end: &Offset);

    /// Whether `trigger(availableNow=True)` may take several batches; without it there is one.
    fn supports_available_now(&self) -> bool {
        false
    }

    /// `trigger(availableNow=True)` begins: what is there now is all that will be read.
    ///
    /// # Errors
    /// As `latest_offset`.
    fn prepare_for_available_now(&mut self, _world: &mut dyn World) -> Result<()> {
        Ok(())
    }
}
