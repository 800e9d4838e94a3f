//! The console sink prints each batch as a table, and the sink `noop` does nothing. Spark's `ConsoleWrite` and `NoopTable`.

use super::{Options, Sink, SinkMode};
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::Schema;
use crate::types::Zone;
use crate::types::display::{ShowOptions, show_columns};
use crate::world::World;
use arrow_array::RecordBatch;

/// `format("console")`.
pub(super) struct ConsoleSink {
    options: Options,
    zone: Zone,
    rows: i64,
}

impl ConsoleSink {
    /// With the options `numRows` and `truncate`, which Spark looks at only when the first batch comes.
    pub(super) fn new(options: &Options, zone: &Zone) -> Self {
        Self { options: options.clone(), zone: zone.clone(), rows: 0 }
    }
}

impl Sink for ConsoleSink {
    fn description(&self) -> String {
        "org.apache.spark.sql.execution.streaming.ConsoleTable$@599aef70".to_owned()
    }

    fn add_batch(&mut self, world: &mut dyn World, batch_id: u64, _mode: SinkMode, schema: &Schema, rows: &RecordBatch) -> Result<()> {
        let rule = "-".repeat(43);
        let table = table(&self.options, schema, rows, &self.zone)?;
        world.print(&format!("{rule}\nBatch: {batch_id}\n{rule}\n{table}\n"));
        self.rows = rows.num_rows() as i64;
        Ok(())
    }

    fn output_rows(&self) -> i64 {
        self.rows
    }
}

/// The rows as the options `numRows` and `truncate` want them shown.
///
/// # Errors
/// Options that are no number or no flag.
pub(super) fn table(options: &Options, schema: &Schema, rows: &RecordBatch, zone: &Zone) -> Result<String> {
    let number_of_rows = match options.get("numRows") {
        None => 20,
        Some(text) => text.parse::<i32>().map_err(|_| super::rate::not_a_number(text))?.max(0) as usize,
    };
    let cuts = match options.get("truncate").map(str::to_ascii_lowercase).as_deref() {
        None | Some("true") => true,
        Some("false") => false,
        Some(other) => return Err(Diagnostic::plain(Class::IllegalArgument, format!("{other} is not a boolean string."))),
    };
    let show = ShowOptions { number_of_rows, truncate: if cuts { 20 } else { 0 }, vertical: false };
    Ok(show_columns(schema, rows.columns(), rows.num_rows(), zone, show))
}

/// `format("noop")`.
#[derive(Default)]
pub(super) struct NoopSink {
    rows: i64,
}

impl Sink for NoopSink {
    fn description(&self) -> String {
        "NoopTable".to_owned()
    }

    fn add_batch(&mut self, _world: &mut dyn World, _batch_id: u64, _mode: SinkMode, _schema: &Schema, rows: &RecordBatch) -> Result<()> {
        self.rows = rows.num_rows() as i64;
        Ok(())
    }

    fn output_rows(&self) -> i64 {
        self.rows
    }
}
