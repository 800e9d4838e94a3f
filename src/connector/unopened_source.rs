//! A source that could not be opened. Spark opens sources in the query's own thread, so what is wrong with them fails the query, not `start()`.

use super::{Offset, ReadLimit, Source, SourceRows};
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::world::World;

/// Fails as soon as it is asked for anything.
pub(super) struct UnopenedSource {
    /// As the source itself would have it.
    pub(super) description: String,
    pub(super) error: Box<Diagnostic>,
}

impl Source for UnopenedSource {
    fn description(&self) -> String {
        self.description.clone()
    }

    fn latest_offset(&mut self, _world: &mut dyn World, _start: Option<&Offset>, _limit: ReadLimit) -> Result<Option<Offset>> {
        Err(self.error.clone())
    }

    fn batch(&mut self, _world: &mut dyn World, _start: Option<&Offset>, _end: &Offset, _trace: bool) -> Result<SourceRows> {
        Err(self.error.clone())
    }

    fn commit(&mut self, _world: &mut dyn World, _end: &Offset) {}

    fn supports_available_now(&self) -> bool {
        true
    }

    fn prepare_for_available_now(&mut self, _world: &mut dyn World) -> Result<()> {
        Err(self.error.clone())
    }
}
