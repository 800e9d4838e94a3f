//! The Kafka source of a stream. Spark's `KafkaMicroBatchStream`.
//!
//! Law: `startingOffsets` count once, when the checkpoint has no `sources/N/0` yet; after that only the logged offsets do.

use super::assigned::Answer;
use super::errors::{self, Trouble};
use super::offsets::{self, PartitionOffsets};
use super::options::{Settings, strategy};
use super::ranges::{self, Placed};
use super::rate_limit::rate_limit;
use super::scala_order::java_hash;
use crate::connector::{Offset, Options, ReadLimit, Source, SourceRows};
use crate::diag::Result;
use crate::types::number::format_double;
use crate::world::World;

/// How long Spark goes on asking brokers that do not answer: three times a minute, and a second after each.
const PATIENCE_MS: i64 = 183_000;

/// How records become the columns that were asked for, and whether times of arrival are asked for.
pub(super) type ToRows = fn(&[Placed<'_>], &[usize], bool) -> SourceRows;

/// A reader of topics.
pub(in crate::connector) struct KafkaSource {
    description: String,
    /// How its options are read once the query runs: what is wrong with them fails the query then.
    settings: Box<dyn Fn() -> Result<Settings>>,
    to_rows: ToRows,
    columns: Vec<usize>,
    log_folder: String,
    /// The latest offsets, as they were last asked for.
    latest: Option<PartitionOffsets>,
    available_now: bool,
    /// With `availableNow`: all that will be read.
    fixed_end: Option<PartitionOffsets>,
    last_trigger_ms: i64,
    unreachable_since_ms: Option<i64>,
}

impl KafkaSource {
    /// A reader whose beginning is kept in `log_folder`.
    pub(in crate::connector) fn new(options: Options, columns: Vec<usize>, log_folder: &str) -> Self {
        let description = strategy(&options).map_or_else(|_| "KafkaV2[]".to_owned(), |strategy| format!("KafkaV2[{strategy}]"));
        Self::with(description, Box::new(move || Settings::of(&options)), super::rows::rows, columns, log_folder)
    }

    /// The same for another protocol on the same brokers.
    pub(super) fn with(
        description: String,
        settings: Box<dyn Fn() -> Result<Settings>>,
        to_rows: ToRows,
        columns: Vec<usize>,
        log_folder: &str,
    ) -> Self {
        Self {
            description,
            settings,
            to_rows,
            columns,
            log_folder: log_folder.to_owned(),
            latest: None,
            available_now: false,
            fixed_end: None,
            last_trigger_ms: 0,
            unreachable_since_ms: None,
        }
    }

    /// Where the stream began: as the checkpoint says, or as the options say, which the checkpoint then keeps.
    fn initial(&self, world: &mut dyn World, settings: &Settings) -> Answer<PartitionOffsets> {
        let path = format!("{}/0", self.log_folder);
        if let Some(text) = world.disk().read(&path).and_then(|bytes| std::str::from_utf8(bytes).ok()) {
            // A zero byte goes before the version: Spark 2.1 wrote none.
            let text = text.trim_start_matches('\0');
            let json = text.strip_prefix("v1\n").unwrap_or(text);
            return Ok(offsets::parse(json)?);
        }
        let offsets = settings.strategy.resolved(world.cluster(), &settings.starting)?;
        world.disk_mut().put_new(&path, format!("\0v1\n{}", offsets::json(&offsets)).into_bytes());
        Ok(offsets)
    }

    fn start(&self, world: &mut dyn World, settings: &Settings, start: Option<&Offset>) -> Answer<PartitionOffsets> {
        match start {
            Some(start) => Ok(offsets::parse(&start.0)?),
            None => self.initial(world, settings),
        }
    }

    fn try_latest(&mut self, world: &mut dyn World, start: Option<&Offset>, limit: ReadLimit) -> Answer<PartitionOffsets> {
        let settings = (self.settings)()?;
        settings.strategy.name_topics(world.cluster_mut())?;
        let start = self.start(world, &settings, start)?;
        let latest = match &self.fixed_end {
            Some(fixed) => fixed.clone(),
            None => settings.strategy.latest(world.cluster())?,
        };
        if self.available_now {
            self.fixed_end.get_or_insert_with(|| latest.clone());
        }
        self.latest = Some(latest.clone());
        if limit == ReadLimit::AllAvailable {
            return Ok(latest);
        }
        if settings.fewest_offsets.is_some_and(|fewest| self.delays(world.now_ms(), fewest, settings.max_delay_ms, &start, &latest)) {
            return Ok(start);
        }
        let Some(most) = settings.most_offsets else { return Ok(latest) };
        let added = latest.keys().filter(|partition| !start.contains_key(*partition));
        let from_new = settings.strategy.earliest_of(world.cluster(), added)?;
        Ok(rate_limit(most, &start, &from_new, &latest))
    }

    /// Whether the batch waits for more records: `minOffsetsPerTrigger`, for at most `maxTriggerDelay`.
    fn delays(&mut self, now_ms: i64, fewest: i64, max_delay_ms: i64, start: &PartitionOffsets, latest: &PartitionOffsets) -> bool {
        let waited_long = now_ms - self.last_trigger_ms >= max_delay_ms;
        let waiting: i64 = latest.iter().map(|(partition, offset)| offset - start.get(partition).copied().unwrap_or(0)).sum();
        if !waited_long && waiting < fewest {
            return true;
        }
        self.last_trigger_ms = now_ms;
        false
    }

    /// With `availableNow` the end of a batch lies within what was there at the start, and all of that is still there.
    fn verify_end(&self, world: &dyn World, settings: &Settings, end: &PartitionOffsets) -> Answer<()> {
        let Some(fixed) = &self.fixed_end else { return Ok(()) };
        if !fixed.keys().eq(end.keys()) {
            return Err(errors::other_partitions_than_prefetched(fixed, end).into());
        }
        let latest = settings.strategy.latest(world.cluster())?;
        if end.keys().any(|partition| !latest.contains_key(partition)) {
            return Err(errors::lost_partitions(&latest, end).into());
        }
        if end.iter().any(|(partition, offset)| *offset > latest[partition]) {
            return Err(errors::end_after_latest(&latest, end).into());
        }
        Ok(())
    }

    fn try_batch(&self, world: &mut dyn World, start: Option<&Offset>, end: &Offset, trace: bool) -> Answer<SourceRows> {
        let settings = (self.settings)()?;
        let from = self.start(world, &settings, start)?;
        let until = offsets::parse(&end.0)?;
        self.verify_end(world, &settings, &until)?;
        let ranges = ranges::between(&settings, world.cluster(), &from, &until)?;
        let group = self.group(world, &settings);
        let mut records = Vec::new();
        for range in &ranges {
            records.extend(ranges::records(world.cluster(), range, settings.fails_on_data_loss, &group)?);
        }
        Ok((self.to_rows)(&records, &self.columns, trace))
    }

    /// The consumer group of the executors. Spark draws a new id for each run of the query.
    // DIFFERENCE: the id is always the same, as nothing but this text shows it.
    fn group(&self, _world: &dyn World, settings: &Settings) -> String {
        let path = format!("file:{}", self.log_folder);
        let generated = || format!("{}-00000000-0000-4000-8000-000000000000-{}-executor", settings.group_prefix, java_hash(&path));
        settings.group_id.clone().unwrap_or_else(generated)
    }
}

impl Source for KafkaSource {
    fn description(&self) -> String {
        self.description.clone()
    }

    // DIFFERENCE: Spark's thread hangs in Kafka's client while no broker answers; here the trigger finds nothing new until Spark would give up.
    fn latest_offset(&mut self, world: &mut dyn World, start: Option<&Offset>, limit: ReadLimit) -> Result<Option<Offset>> {
        match self.try_latest(world, start, limit) {
            Ok(offsets) => {
                self.unreachable_since_ms = None;
                Ok((!offsets.is_empty()).then(|| Offset(offsets::json(&offsets))))
            }
            Err(Trouble::Unreachable) if !self.available_now && limit == ReadLimit::Default => {
                let now_ms = world.now_ms();
                let since_ms = *self.unreachable_since_ms.get_or_insert(now_ms);
                if now_ms - since_ms >= PATIENCE_MS { Err(Trouble::Unreachable.failed()) } else { Ok(start.cloned()) }
            }
            Err(trouble) => Err(trouble.failed()),
        }
    }

    fn report_latest_offset(&self) -> Option<Offset> {
        self.latest.as_ref().filter(|offsets| !offsets.is_empty()).map(|offsets| Offset(offsets::json(offsets)))
    }

    fn metrics(&self, consumed: Option<&Offset>) -> Vec<(&'static str, String)> {
        let consumed = consumed.and_then(|consumed| offsets::parse(&consumed.0).ok());
        let (Some(consumed), Some(latest)) = (consumed, &self.latest) else { return Vec::new() };
        let behind: Vec<i64> = latest.iter().filter_map(|(partition, offset)| Some(offset - consumed.get(partition)?)).collect();
        let (Some(least), Some(most)) = (behind.iter().min(), behind.iter().max()) else { return Vec::new() };
        let average = behind.iter().sum::<i64>() as f64 / behind.len() as f64;
        vec![
            ("avgOffsetsBehindLatest", format_double(average)),
            ("maxOffsetsBehindLatest", most.to_string()),
            ("minOffsetsBehindLatest", least.to_string()),
        ]
    }

    fn batch(&mut self, world: &mut dyn World, start: Option<&Offset>, end: &Offset, trace: bool) -> Result<SourceRows> {
        self.try_batch(world, start, end, trace).map_err(Trouble::failed)
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
