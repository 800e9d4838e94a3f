//! All rows of a batch frame, on the same operators in one go: what `collect`, `show` and `count` run on.

use arrow_array::RecordBatch;

use super::lower::lower_batch;
use super::session::Session;
use super::sources::BatchLeaves;
use crate::diag::Result;
use crate::operator::BatchContext;
use crate::plan::Frame;
use crate::plan::OutputMode;
use crate::plan::optimize;
use crate::plan::streaming;
use crate::types::Schema;
use crate::world::World;

/// Runs a batch frame.
///
/// # Errors
/// A streaming frame, and whatever its data raise.
pub fn collect(session: &mut Session, world: &mut dyn World, frame: &Frame) -> Result<(Schema, RecordBatch)> {
    streaming::check_batch(&frame.plan)?;
    session.note_action(frame);
    let mut tree = lower_batch(&optimize(&frame.plan, session.analyzer()))?;
    let context = BatchContext {
        batch_id: 0,
        late_us: None,
        evict_us: None,
        now_us: world.now_ms().saturating_mul(1000),
        mode: OutputMode::Complete,
        tracing: false,
        zone: session.conf().zone(),
        seed: world.next_random(),
    };
    let (rows, lines) = tree.run(&mut BatchLeaves { world, catalog: session.catalog(), zone: &context.zone }, &context)?;
    lines.into_iter().filter_map(|line| line.report.observed).for_each(|observed| session.note_observed(observed));
    let schema = frame.schema();
    let batch = rows.to_batch(&schema);
    Ok((schema, batch))
}
