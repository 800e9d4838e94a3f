//! The sources `rate` and `rate-micro-batch`, which make rows out of nothing but time and counting.
//! Spark's `RateStreamProvider` and `RatePerMicroBatchProvider`.

use super::{Offset, Options, ReadLimit, Source, SourceRows};
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::world::World;
use arrow_array::{ArrayRef, Int64Array, TimestampMicrosecondArray};
use std::sync::Arc;

use super::file_source::duration_ms;

/// The columns of both.
pub(super) fn schema() -> Schema {
    Schema { fields: vec![Field::new("timestamp", DataType::Timestamp), Field::new("value", DataType::Long)] }
}

/// The options of `rate`.
#[derive(Clone, Debug)]
pub(super) struct RateOptions {
    pub(super) rows_per_second: i64,
    ramp_up_seconds: i64,
    pub(super) partitions: i64,
    partitions_text: Option<String>,
}

impl RateOptions {
    /// Read and check them.
    ///
    /// # Errors
    /// Spark's, for numbers that make no sense.
    pub(super) fn of(options: &Options) -> Result<Self> {
        let rows_per_second = number(options, "rowsPerSecond", 1)?;
        if rows_per_second <= 0 {
            return Err(invalid(rows_per_second, "rowsPerSecond", "be positive"));
        }
        let ramp_up_seconds = match options.get("rampUpTime") {
            Some(text) => seconds(text)?,
            None => 0,
        };
        if ramp_up_seconds < 0 {
            return Err(invalid(ramp_up_seconds, "rampUpTime", "not be negative"));
        }
        let partitions = number(options, "numPartitions", 1)?;
        if partitions <= 0 {
            return Err(invalid(partitions, "numPartitions", "be positive"));
        }
        Ok(Self { rows_per_second, ramp_up_seconds, partitions, partitions_text: options.get("numPartitions").map(str::to_owned) })
    }

    /// How many rows there were after so many seconds.
    fn value_at(&self, seconds: i64) -> i64 {
        let ramp = self.ramp_up_seconds;
        let delta = self.rows_per_second / (ramp + 1);
        let ramped = |seconds: i64| (i128::from(seconds) * i128::from(seconds + 1) / 2 * i128::from(delta)) as i64;
        if seconds <= ramp { ramped(seconds) } else { ramped(ramp) + (seconds - ramp).saturating_mul(self.rows_per_second) }
    }
}

/// `rate`: rows a second since the query was first started.
pub(super) struct Rate {
    options: RateOptions,
    columns: Vec<usize>,
    created_ms: i64,
    latest: Option<i64>,
}

impl Rate {
    /// A source that remembers the time of its creation in `log_folder`.
    pub(super) fn new(world: &mut dyn World, options: RateOptions, columns: Vec<usize>, log_folder: &str) -> Self {
        let path = format!("{log_folder}/0");
        let stored = world.disk().read(&path).and_then(|bytes| std::str::from_utf8(bytes).ok()?.strip_prefix("v1\n")?.trim().parse().ok());
        let created_ms = stored.unwrap_or_else(|| world.now_ms());
        world.disk_mut().put_new(&path, format!("v1\n{created_ms}").into_bytes());
        Self { options, columns, created_ms, latest: None }
    }
}

impl Source for Rate {
    // Spark forgets the closing bracket.
    fn description(&self) -> String {
        let RateOptions { rows_per_second, ramp_up_seconds, partitions_text, .. } = &self.options;
        let partitions = partitions_text.as_deref().unwrap_or("default");
        format!("RateStreamV2[rowsPerSecond={rows_per_second}, rampUpTimeSeconds={ramp_up_seconds}, numPartitions={partitions}")
    }

    fn latest_offset(&mut self, world: &mut dyn World, _start: Option<&Offset>, _limit: ReadLimit) -> Result<Option<Offset>> {
        let seconds = (world.now_ms() - self.created_ms).max(0) / 1000;
        self.latest = Some(seconds);
        Ok(Some(Offset(seconds.to_string())))
    }

    fn report_latest_offset(&self) -> Option<Offset> {
        self.latest.map(|seconds| Offset(seconds.to_string()))
    }

    fn batch(&mut self, _world: &mut dyn World, start: Option<&Offset>, end: &Offset, trace: bool) -> Result<SourceRows> {
        let (start, end) = (start.map_or(0, whole), whole(end));
        let (first, last) = (self.options.value_at(start), self.options.value_at(end));
        let start_ms = self.created_ms + start * 1000;
        let ms_per_value = ((end - start) * 1000) as f64 / (last - first) as f64;
        let values = in_partitions(first, last, self.options.partitions);
        let times_ms: Vec<i64> =
            values.iter().map(|value| start_ms + ((value - first) as f64 * ms_per_value + 0.5).floor() as i64).collect();
        Ok(rows(values, times_ms, &self.columns, trace))
    }

    fn commit(&mut self, _world: &mut dyn World, _end: &Offset) {}
}

/// The options of `rate-micro-batch`.
#[derive(Clone, Debug)]
pub(super) struct RatePerBatchOptions {
    rows_per_batch: i64,
    partitions: i64,
    start_ms: i64,
    advance_ms: i64,
}

impl RatePerBatchOptions {
    /// Read and check them.
    ///
    /// # Errors
    /// Spark's, for numbers that make no sense.
    pub(super) fn of(options: &Options) -> Result<Self> {
        let rows_per_batch = number(options, "rowsPerBatch", 0)?;
        if rows_per_batch <= 0 {
            return Err(invalid(rows_per_batch, "rowsPerBatch", "be positive"));
        }
        let partitions = number(options, "numPartitions", 1)?;
        if partitions <= 0 {
            return Err(invalid(partitions, "numPartitions", "be positive"));
        }
        let start_ms = number(options, "startTimestamp", 0)?;
        if start_ms < 0 {
            return Err(invalid(start_ms, "startTimestamp", "be non-negative"));
        }
        let advance_ms = number(options, "advanceMillisPerBatch", 1000)?;
        if advance_ms < 0 {
            return Err(invalid(advance_ms, "advanceMillisPerBatch", "be non-negative"));
        }
        Ok(Self { rows_per_batch, partitions, start_ms, advance_ms })
    }
}

/// `rate-micro-batch`: the same number of rows in every batch, all of one time.
pub(super) struct RatePerBatch {
    options: RatePerBatchOptions,
    columns: Vec<usize>,
    available_now: bool,
    fixed: Option<Offset>,
}

impl RatePerBatch {
    pub(super) fn new(options: RatePerBatchOptions, columns: Vec<usize>) -> Self {
        Self { options, columns, available_now: false, fixed: None }
    }

    /// The count and the time in `{"offset":3,"timestamp":60000}`.
    fn parts(&self, offset: Option<&Offset>) -> (i64, i64) {
        let parsed: Option<serde_json::Value> = offset.and_then(|offset| serde_json::from_str(&offset.0).ok());
        let part = |name: &str| parsed.as_ref().and_then(|value| value.get(name)?.as_i64());
        (part("offset").unwrap_or(0), part("timestamp").unwrap_or(self.options.start_ms))
    }
}

impl Source for RatePerBatch {
    fn description(&self) -> String {
        let RatePerBatchOptions { rows_per_batch, partitions, start_ms, advance_ms } = &self.options;
        format!(
            "RatePerMicroBatchStream[rowsPerBatch={rows_per_batch}, numPartitions={partitions}, startTimestamp={start_ms}, advanceMsPerBatch={advance_ms}]"
        )
    }

    fn latest_offset(&mut self, _world: &mut dyn World, start: Option<&Offset>, _limit: ReadLimit) -> Result<Option<Offset>> {
        let is_own = |start: &Offset| serde_json::from_str::<serde_json::Value>(&start.0).is_ok_and(|json| json["offset"].is_i64());
        if start.is_some_and(|start| !is_own(start)) {
            let text = "No usable value for offset\nDid not find value which can be converted into long";
            return Err(Diagnostic::plain(Class::Named("MappingException".to_owned()), text));
        }
        if let Some(fixed) = &self.fixed {
            return Ok(Some(fixed.clone()));
        }
        let (offset, time_ms) = self.parts(start);
        let (offset, time_ms) = (offset + self.options.rows_per_batch, time_ms + self.options.advance_ms);
        let end = Offset(format!("{{\"offset\":{offset},\"timestamp\":{time_ms}}}"));
        if self.available_now {
            self.fixed = Some(end.clone());
        }
        Ok(Some(end))
    }

    fn batch(&mut self, _world: &mut dyn World, start: Option<&Offset>, end: &Offset, trace: bool) -> Result<SourceRows> {
        let (first, time_ms) = self.parts(start);
        let (last, _) = self.parts(Some(end));
        let values = in_partitions(first, last, self.options.partitions);
        let times_ms = vec![time_ms; values.len()];
        Ok(rows(values, times_ms, &self.columns, trace))
    }

    fn commit(&mut self, _world: &mut dyn World, _end: &Offset) {}

    fn supports_available_now(&self) -> bool {
        true
    }

    fn prepare_for_available_now(&mut self, _world: &mut dyn World) -> Result<()> {
        self.available_now = true;
        Ok(())
    }
}

/// The values from `first` up to, without, `last`, in the order in which the partitions give them.
fn in_partitions(first: i64, last: i64, partitions: i64) -> Vec<i64> {
    if partitions == 1 {
        return (first..last).collect();
    }
    (0..partitions).flat_map(|partition| (first + partition..last).step_by(partitions as usize)).collect()
}

pub(super) fn rows(values: Vec<i64>, times_ms: Vec<i64>, columns: &[usize], trace: bool) -> SourceRows {
    let rows = values.len();
    let arrived_ms = trace.then(|| times_ms.clone());
    let times: ArrayRef = Arc::new(TimestampMicrosecondArray::from_iter_values(times_ms.iter().map(|ms| ms * 1000)).with_timezone("UTC"));
    let values: ArrayRef = Arc::new(Int64Array::from(values));
    let column = |column: &usize| if *column == 0 { Arc::clone(&times) } else { Arc::clone(&values) };
    SourceRows { columns: columns.iter().map(column).collect(), rows, input_rows: rows as u64, arrived_ms }
}

fn whole(offset: &Offset) -> i64 {
    offset.0.trim().parse().unwrap_or(0)
}

fn number(options: &Options, name: &str, default: i64) -> Result<i64> {
    options.get(name).map_or(Ok(default), |text| text.parse().map_err(|_| not_a_number(text)))
}

/// What Java says of a text that is no number.
pub(super) fn not_a_number(text: &str) -> Box<Diagnostic> {
    Diagnostic::plain(Class::Named("NumberFormatException".to_owned()), format!("For input string: \"{text}\""))
}

fn invalid(value: i64, name: &str, must: &str) -> Box<Diagnostic> {
    Diagnostic::plain(Class::IllegalArgument, format!("Invalid value '{value}'. The option '{name}' must {must}"))
}

/// A time in seconds; a bare number is seconds: Java's `JavaUtils.timeStringAsSec`.
fn seconds(text: &str) -> Result<i64> {
    if let Ok(seconds) = text.trim().parse() {
        return Ok(seconds);
    }
    Ok(duration_ms(text)? / 1000)
}
