//! The options of the Kafka source and their checks. Spark's `KafkaSourceProvider`.
//!
//! Law: what is checked here is refused when the program says `load`; offsets and numbers of a stream are read only when its query runs.

use super::errors::illegal;
use super::limit::{EARLIEST, LATEST, Limit};
use super::offsets;
use super::rows;
use crate::connector::Options;
use crate::connector::ReadRequest;
use crate::connector::file_source::duration_ms;
use crate::connector::rate::not_a_number;
use crate::diag::Result;
use crate::types::Schema;
use crate::world::TopicPartition;
use fancy_regex::Regex;
use std::fmt;

/// Which partitions are read: Spark's `ConsumerStrategy`. `Display` writes it as the progress does.
#[derive(Clone, Debug)]
pub(super) enum Strategy {
    /// These partitions.
    Assign(Vec<TopicPartition>),
    /// All partitions of these topics.
    Subscribe(Vec<String>),
    /// All partitions of the topics in whose names the pattern is found.
    SubscribePattern(Regex),
}

/// What a running query wants of the source.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub strategy: Strategy,
    pub starting: Limit,
    pub fails_on_data_loss: bool,
    pub most_offsets: Option<i64>,
    pub fewest_offsets: Option<i64>,
    pub max_delay_ms: i64,
    /// `kafka.group.id`.
    pub group_id: Option<String>,
    pub group_prefix: String,
}

impl Settings {
    /// Of a stream.
    ///
    /// # Errors
    /// Numbers, flags and JSON that are none.
    pub(super) fn of(options: &Options) -> Result<Self> {
        let number = |name: &str| options.get(name).map(|text| text.trim().parse::<i64>().map_err(|_| not_a_number(text))).transpose();
        Ok(Self {
            starting: Limit::of(options, "starting", Limit::Latest)?,
            strategy: strategy(options)?,
            fails_on_data_loss: flag(options, "failOnDataLoss", true)?,
            most_offsets: number("maxOffsetsPerTrigger")?,
            fewest_offsets: number("minOffsetsPerTrigger")?,
            max_delay_ms: duration_ms(options.get("maxTriggerDelay").unwrap_or("15m"))?,
            group_id: options.get("kafka.group.id").map(str::to_owned),
            group_prefix: options.get("groupIdPrefix").unwrap_or("spark-kafka-source").to_owned(),
        })
    }
}

/// The columns of a stream, once its options are well.
///
/// # Errors
/// Spark's, at `load`.
pub(in crate::connector) fn stream_schema(request: &ReadRequest) -> Result<Schema> {
    let options = &request.options;
    if options.get("endingOffsets").is_some() {
        return Err(illegal("ending offset not valid in streaming queries"));
    }
    if options.get("endingOffsetsByTimestamp").is_some() {
        return Err(illegal("ending timestamp not valid in streaming queries"));
    }
    check(options)?;
    if request.schema.is_some() {
        return Err(illegal("requirement failed: Kafka source has a fixed schema and cannot be set with a custom one"));
    }
    Ok(rows::schema(flag(options, "includeHeaders", false)?))
}

/// `validateGeneralOptions`.
///
/// # Errors
/// Spark's, in Spark's order.
pub(super) fn check(options: &Options) -> Result<()> {
    check_strategy(options)?;
    for name in ["minPartitions", "maxRecordsPerPartition"] {
        let Some(text) = options.get(name) else { continue };
        let most = if name == "minPartitions" { i64::from(i32::MAX) } else { i64::MAX };
        let number: i64 = text.parse().ok().filter(|number| *number <= most).ok_or_else(|| not_a_number(text))?;
        if number <= 0 {
            return Err(illegal(format!("{} must be positive", if most == i64::MAX { "maxrecordsperpartition" } else { name })));
        }
    }
    check_consumer(options)?;
    let number = |name: &str| options.get(name).map(|text| text.parse::<i64>().map_err(|_| not_a_number(text))).transpose();
    match (options.get("minOffsetsPerTrigger"), options.get("maxOffsetsPerTrigger")) {
        (Some(_), Some(_)) => match (number("minOffsetsPerTrigger")?, number("maxOffsetsPerTrigger")?) {
            (Some(fewest), Some(most)) if fewest > most => {
                Err(illegal(format!("The value of minOffsetPerTrigger({fewest}) is higher than the maxOffsetsPerTrigger({most}).")))
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

fn check_strategy(options: &Options) -> Result<()> {
    const STRATEGIES: [&str; 3] = ["subscribe", "subscribepattern", "assign"];
    let mut given = STRATEGIES.iter().filter_map(|name| Some((*name, options.get(name)?)));
    let refused = |which: &str| {
        illegal(format!(
            "{which} of the following options {} specified for Kafka source: {}. See the docs for more details.",
            if which == "One" { "must be" } else { "can be" },
            STRATEGIES.join(", ")
        ))
    };
    let Some((name, value)) = given.next() else { return Err(refused("One")) };
    if given.next().is_some() {
        return Err(refused("Only one"));
    }
    match name {
        "assign" if !value.trim().starts_with('{') => {
            Err(illegal(format!("No topicpartitions to assign as specified value for option 'assign' is '{value}'")))
        }
        "subscribe" if topics(value).is_empty() => {
            Err(illegal(format!("No topics to subscribe to as specified value for option 'subscribe' is '{value}'")))
        }
        "subscribepattern" if value.trim().is_empty() => {
            Err(illegal(format!("Pattern to subscribe is empty as specified value for option 'subscribePattern' is '{value}'")))
        }
        _ => Ok(()),
    }
}

/// What may not be said to Kafka's consumer, and what must be.
fn check_consumer(options: &Options) -> Result<()> {
    let given = |name: &str| options.get(&format!("kafka.{name}")).is_some();
    if given("auto.offset.reset") {
        return Err(illegal(
            "\nKafka option 'auto.offset.reset' is not supported.\n\
             Instead set the source option 'startingoffsets' to 'earliest' or 'latest'\n\
             to specify where to start. Structured Streaming manages which offsets are consumed\n\
             internally, rather than relying on the kafkaConsumer to do it. This will ensure that no\n\
             data is missed when new topics/partitions are dynamically subscribed. Note that\n\
             'startingoffsets' only applies when a new Streaming query is started, and\n\
             that resuming will always pick up from where the query left off. See the docs for more\n\
             details.\n         ",
        ));
    }
    for (name, plural) in [("key.deserializer", "keys"), ("value.deserializer", "values")] {
        if given(name) {
            return Err(illegal(format!(
                "Kafka option '{name}' is not supported as {plural} are deserialized as byte arrays with ByteArrayDeserializer. Use DataFrame operations to explicitly deserialize the {plural}."
            )));
        }
    }
    for name in ["enable.auto.commit", "interceptor.classes"] {
        if given(name) {
            return Err(illegal(format!("Kafka option '{name}' is not supported")));
        }
    }
    if !given("bootstrap.servers") {
        return Err(illegal("Option 'kafka.bootstrap.servers' must be specified for configuring Kafka consumer"));
    }
    Ok(())
}

/// `validateBatchOptions`, and the two ends of the read.
///
/// # Errors
/// Spark's, in Spark's order.
pub(super) fn batch_limits(options: &Options) -> Result<(Limit, Limit)> {
    let starting = Limit::of(options, "starting", Limit::Earliest)?;
    match &starting {
        Limit::Latest => return Err(illegal("starting offset can't be latest for batch queries on Kafka")),
        Limit::Offsets(offsets) => {
            if let Some((partition, _)) = offsets.iter().find(|(_, offset)| **offset == LATEST) {
                return Err(illegal(format!("startingOffsets for {partition} can't be latest for batch queries on Kafka")));
            }
        }
        _ => {}
    }
    let ending = Limit::of(options, "ending", Limit::Latest)?;
    match &ending {
        Limit::Earliest => return Err(illegal("ending offset can't be earliest for batch queries on Kafka")),
        Limit::Offsets(offsets) => {
            if let Some((partition, _)) = offsets.iter().find(|(_, offset)| **offset == EARLIEST) {
                return Err(illegal(format!("ending offset for {partition} can't be earliest for batch queries on Kafka")));
            }
        }
        _ => {}
    }
    check(options)?;
    Ok((starting, ending))
}

/// Which partitions the options name.
///
/// # Errors
/// JSON and patterns that are none.
pub(super) fn strategy(options: &Options) -> Result<Strategy> {
    if let Some(text) = options.get("assign") {
        return Ok(Strategy::Assign(offsets::parse_partitions(text)?));
    }
    if let Some(pattern) = options.get("subscribePattern").map(str::trim) {
        return match Regex::new(pattern) {
            Ok(pattern) => Ok(Strategy::SubscribePattern(pattern)),
            // DIFFERENCE: Java says what is wrong in the pattern, in words of its own.
            Err(_) => Err(super::errors::java("PatternSyntaxException", format!("Cannot read the pattern near index 0\n{pattern}"))),
        };
    }
    Ok(Strategy::Subscribe(topics(options.get("subscribe").unwrap_or_default())))
}

fn topics(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|topic| !topic.is_empty()).map(str::to_owned).collect()
}

/// An option that is `true` or `false`.
///
/// # Errors
/// Any other text.
pub(super) fn flag(options: &Options, name: &str, default: bool) -> Result<bool> {
    match options.get(name) {
        None => Ok(default),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(text) => Err(illegal(format!("For input string: \"{text}\""))),
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Assign(partitions) => {
                let partitions: Vec<String> = partitions.iter().map(TopicPartition::to_string).collect();
                write!(f, "Assign[{}]", partitions.join(", "))
            }
            Self::Subscribe(topics) => write!(f, "Subscribe[{}]", topics.join(", ")),
            Self::SubscribePattern(pattern) => write!(f, "SubscribePattern[{}]", pattern.as_str()),
        }
    }
}
