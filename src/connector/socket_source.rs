//! The socket source: lines as they come, for trying things out. It cannot be replayed. Spark's `TextSocketMicroBatchStream`.

use super::rate::not_a_number;
use super::{Offset, Options, ReadLimit, Source, SourceRows};
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::world::World;
use arrow_array::{ArrayRef, StringArray, TimestampMicrosecondArray};
use std::sync::Arc;

/// The options of the socket source.
#[derive(Clone, Debug)]
pub(super) struct SocketOptions {
    host: String,
    port: u16,
    include_timestamp: bool,
}

impl SocketOptions {
    /// Read and check them.
    ///
    /// # Errors
    /// A host or port that is missing, a flag that is none.
    pub(super) fn of(options: &Options) -> Result<Self> {
        let Some(host) = options.get("host") else {
            return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1295", "Set a host to read from with option(\"host\", ...).", ""));
        };
        let Some(port) = options.get("port") else {
            return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1296", "Set a port to read from with option(\"port\", ...).", ""));
        };
        let include_timestamp = options.get("includeTimestamp").unwrap_or("false").to_ascii_lowercase();
        let Ok(include_timestamp) = include_timestamp.parse() else {
            return Err(Diagnostic::analysis(
                "_LEGACY_ERROR_TEMP_1297",
                "IncludeTimestamp must be set to either \"true\" or \"false\".",
                "",
            ));
        };
        let number: i64 = port.parse().map_err(|_| not_a_number(port))?;
        Ok(Self { host: host.to_owned(), port: number as u16, include_timestamp })
    }

    /// `value`, and `timestamp` where it is asked for.
    pub(super) fn schema(&self) -> Schema {
        let mut fields = vec![Field::new("value", DataType::String)];
        if self.include_timestamp {
            fields.push(Field::new("timestamp", DataType::Timestamp));
        }
        Schema { fields }
    }
}

/// A listener on a port. Line `n` since it connected has offset `n`, from 0 on.
pub(super) struct SocketSource {
    options: SocketOptions,
    columns: Vec<usize>,
    connected_at: usize,
}

impl SocketSource {
    pub(super) fn new(world: &mut dyn World, options: SocketOptions, columns: Vec<usize>) -> Self {
        let connected_at = world.socket(options.port).connect();
        Self { options, columns, connected_at }
    }
}

impl Source for SocketSource {
    fn description(&self) -> String {
        format!("TextSocketV2[host: {}, port: {}]", self.options.host, self.options.port)
    }

    fn latest_offset(&mut self, world: &mut dyn World, _start: Option<&Offset>, _limit: ReadLimit) -> Result<Option<Offset>> {
        let lines = world.socket(self.options.port).take_from(self.connected_at).len();
        Ok(Some(Offset((lines as i64 - 1).to_string())))
    }

    fn batch(&mut self, world: &mut dyn World, start: Option<&Offset>, end: &Offset, trace: bool) -> Result<SourceRows> {
        let place = |offset: &Offset| offset.0.trim().parse::<i64>().unwrap_or(-1) + 1;
        let lines = world.socket(self.options.port).peek_from(self.connected_at);
        let start = (start.map_or(0, place).max(0) as usize).min(lines.len());
        let end = (place(end).max(0) as usize).clamp(start, lines.len());
        let lines = &lines[start..end];
        let column = |column: &usize| -> ArrayRef {
            match column {
                0 => Arc::new(StringArray::from_iter_values(lines.iter().map(|line| &line.text))),
                _ => {
                    Arc::new(TimestampMicrosecondArray::from_iter_values(lines.iter().map(|line| line.sent_ms * 1000)).with_timezone("UTC"))
                }
            }
        };
        Ok(SourceRows {
            columns: self.columns.iter().map(column).collect(),
            rows: lines.len(),
            input_rows: lines.len() as u64,
            arrived_ms: trace.then(|| lines.iter().map(|line| line.sent_ms).collect()),
        })
    }

    fn commit(&mut self, _world: &mut dyn World, _end: &Offset) {}
}
