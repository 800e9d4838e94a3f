//! Feeds: what the world sends by itself, to a socket or into a folder, at moments that seed and settings fix.

use super::random::Random;
use super::replay::Replayed;
use super::{Disk, Message};

/// What is sent, where to and when.
#[derive(Clone, Debug, PartialEq)]
pub enum Feed {
    /// Generated events.
    Generated {
        /// `socket:9999` (a line an event), `kafka:clicks` (a record with the event's key) or a folder such as `/data/clicks` (a file of lines every `every_ms`).
        to: String,
        /// Events a second.
        rows_per_second: f64,
        /// Values of the key, drawn with falling weight: 1, 1/2, 1/3, ...
        keys: Vec<String>,
        /// The usual delay between event and arrival is uniform up to this.
        out_of_order_ms: i64,
        /// The share of events (0..1) that come late.
        late_share: f64,
        /// How much later than `out_of_order_ms` a late event comes at the most.
        late_by_ms: i64,
        /// The line, with `{time}` (ISO, seconds, Z), `{key}`, `{n}` (1, 2, ...), `{value}` (0 to 100).
        template: String,
        /// For folders: how often a file lands.
        every_ms: i64,
    },
    /// Real rows, replayed in the order of a time column.
    Replay {
        /// A CSV file with header on the disk.
        from: String,
        /// The folder in which pieces land as CSV files without header, a socket, or a topic (records without keys).
        to: String,
        /// The column that says when a row arrives: ISO timestamps.
        arrival_column: String,
        /// Virtual milliseconds between pieces.
        every_ms: i64,
        /// How many milliseconds of the arrival column one such interval covers.
        rows_ms_per_interval: i64,
    },
}

/// An event that a feed made and handed over: what can be shown of it before a query has read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// When it came, in milliseconds since 1970.
    pub at_ms: i64,
    /// When it happened, in milliseconds since 1970.
    pub event_ms: i64,
    /// Its key.
    pub key: String,
}

/// Something that a feed hands over at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Delivery {
    /// Lines for a port.
    Lines(u16, Vec<String>),
    /// Records for a topic.
    Messages(String, Vec<Message>),
    /// A file.
    File(String, Vec<u8>),
}

/// A feed in progress.
#[derive(Clone, Debug)]
pub(super) enum Sender {
    Generated(Generator),
    Replayed(Replayed),
}

/// What the text of `to` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// `socket:9999`.
    Socket(u16),
    /// `kafka:clicks`.
    Topic(String),
    /// Anything else.
    Folder,
}

impl Target {
    pub(super) fn of(to: &str) -> Self {
        let port = to.strip_prefix("socket:").and_then(|port| port.parse().ok());
        match (port, to.strip_prefix("kafka:")) {
            (Some(port), _) => Self::Socket(port),
            (None, Some(topic)) => Self::Topic(topic.to_owned()),
            (None, None) => Self::Folder,
        }
    }
}

impl Sender {
    /// Begin at `start_ms`. A replay reads its rows now.
    pub(super) fn new(feed: Feed, seed: u64, start_ms: i64, disk: &Disk) -> Self {
        match feed {
            Feed::Replay { from, to, arrival_column, every_ms, rows_ms_per_interval } => {
                let rows = disk.read(&from).unwrap_or_default();
                Self::Replayed(Replayed::new(rows, to, &arrival_column, start_ms, every_ms.max(1), rows_ms_per_interval.max(1)))
            }
            Feed::Generated { .. } => {
                Self::Generated(Generator { feed, random: Random::new(seed), start_ms, sent: 0, files: 0, made: Vec::new() })
            }
        }
    }

    /// When it sends next, in milliseconds since 1970.
    pub(super) fn due_ms(&self) -> Option<i64> {
        match self {
            Self::Generated(generator) => generator.due_ms(),
            Self::Replayed(replayed) => replayed.due_ms(),
        }
    }

    /// What it sends now. Call it when the clock stands at `due_ms`.
    pub(super) fn deliver(&mut self) -> Option<Delivery> {
        match self {
            Self::Generated(generator) => generator.deliver(),
            Self::Replayed(replayed) => replayed.deliver(),
        }
    }

    /// The events handed over since the last call.
    pub(super) fn take_arrivals(&mut self) -> Vec<Arrival> {
        match self {
            Self::Generated(generator) => std::mem::take(&mut generator.made),
            Self::Replayed(_) => Vec::new(),
        }
    }
}

/// How many events a feed remembers for whoever asks what came.
const REMEMBERED: usize = 4_000;

/// A generated feed in progress: event `n` (from 1) arrives `n / rows_per_second` seconds after the start.
#[derive(Clone, Debug)]
pub(super) struct Generator {
    feed: Feed,
    random: Random,
    start_ms: i64,
    sent: u64,
    files: u64,
    made: Vec<Arrival>,
}

impl Generator {
    fn due_ms(&self) -> Option<i64> {
        let Feed::Generated { to, rows_per_second, every_ms, .. } = &self.feed else { return None };
        if *rows_per_second <= 0.0 || !rows_per_second.is_finite() {
            return None;
        }
        match Target::of(to) {
            Target::Socket(_) | Target::Topic(_) => Some(self.arrival_ms(self.sent + 1, *rows_per_second)),
            Target::Folder => Some(self.start_ms + (self.files as i64 + 1) * every_ms.max(&1)),
        }
    }

    fn deliver(&mut self) -> Option<Delivery> {
        let due_ms = self.due_ms()?;
        let Feed::Generated { to, rows_per_second, .. } = self.feed.clone() else { return None };
        let mut events = Vec::new();
        while self.arrival_ms(self.sent + 1, rows_per_second) <= due_ms {
            self.sent += 1;
            let arrived_ms = self.arrival_ms(self.sent, rows_per_second);
            events.push(self.event(arrived_ms, due_ms));
        }
        let lines = |events: Vec<(String, String)>| events.into_iter().map(|(_, line)| line).collect::<Vec<_>>();
        match Target::of(&to) {
            Target::Socket(port) => return Some(Delivery::Lines(port, lines(events))),
            Target::Topic(topic) => {
                let messages = events.iter().map(|(key, line)| Message::text(Some(key), line)).collect();
                return Some(Delivery::Messages(topic, messages));
            }
            Target::Folder => {}
        }
        let lines = lines(events);
        self.files += 1;
        if lines.is_empty() {
            return None;
        }
        let ending = if lines[0].starts_with('{') { "json" } else { "csv" };
        let mut text = lines.join("\n");
        text.push('\n');
        Some(Delivery::File(format!("{to}/events-{:06}.{ending}", self.files), text.into_bytes()))
    }

    fn arrival_ms(&self, number: u64, rows_per_second: f64) -> i64 {
        self.start_ms + (number as f64 * 1000.0 / rows_per_second) as i64
    }

    /// The next event's key and line.
    fn event(&mut self, arrived_ms: i64, at_ms: i64) -> (String, String) {
        let Feed::Generated { keys, out_of_order_ms, late_share, late_by_ms, template, .. } = &self.feed else { return Default::default() };
        let late = self.random.unit() < *late_share;
        let delay_ms = if late { out_of_order_ms + self.random.up_to(*late_by_ms) } else { self.random.up_to(*out_of_order_ms) };
        let key = draw(keys, self.random.unit());
        let value = self.random.up_to(100);
        if self.made.len() < REMEMBERED {
            let event_ms = (arrived_ms - delay_ms).div_euclid(1_000) * 1_000;
            self.made.push(Arrival { at_ms, event_ms, key: key.to_owned() });
        }
        let line = template
            .replace("{time}", &iso_seconds(arrived_ms - delay_ms))
            .replace("{key}", key)
            .replace("{n}", &self.sent.to_string())
            .replace("{value}", &value.to_string());
        (key.to_owned(), line)
    }
}

/// One of the keys with weights 1, 1/2, 1/3, ...; `unit` is a random number in 0..1.
fn draw(keys: &[String], unit: f64) -> &str {
    let total: f64 = (1..=keys.len()).map(|rank| 1.0 / rank as f64).sum();
    let mut left = unit * total;
    for (index, key) in keys.iter().enumerate() {
        left -= 1.0 / (index + 1) as f64;
        if left < 0.0 {
            return key;
        }
    }
    keys.last().map_or("", String::as_str)
}

fn iso_seconds(time_ms: i64) -> String {
    jiff::Timestamp::from_second(time_ms.div_euclid(1000)).map(|time| time.to_string()).unwrap_or_default()
}
