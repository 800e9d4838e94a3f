//! The world of a lesson: its clock, what it finds on its disk and what is sent to it, as plain data and as lesson files write it.
//!
//! ```text
//! seed 7
//! start 2024-05-01T10:00:00Z
//! generated to=socket:9999 rows_per_second=2.5 keys=ad-1,ad-2,ad-3 out_of_order_ms=3000 late_share=0.07 late_by_ms=25000
//! template {time},{key}
//! topic clicks 3
//! replay from=/data/flights.csv to=/data/landed arrival_column=landed every_ms=5000 rows_ms_per_interval=900000
//! ```

use super::section::Section;
use crate::types::Zone;
use crate::types::time::parse_timestamp;
use crate::world::Feed;
use crate::world::Simulated;
use crate::world::World;

/// The real flights that some lessons replay: where lessons find them, and the file.
pub const FLIGHTS: (&str, &str) = ("/data/flights.csv", include_str!("../../static/flights.csv"));

/// A world to run a program in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Setting {
    /// What fixes the feeds' randomness.
    pub seed: u64,
    /// The virtual clock at the start, milliseconds since 1970.
    pub start_ms: i64,
    /// What the world sends by itself.
    pub feeds: Vec<Feed>,
    /// Kafka topics that are there from the start, and how many partitions each has.
    pub topics: Vec<(String, i32)>,
    /// Files that are there from the start, path and text, in the order in which they landed.
    pub files: Vec<(String, String)>,
}

/// The clock's start where a lesson does not say: 2024-05-01T10:00:00Z.
const START_MS: i64 = 1_714_557_600_000;

impl Setting {
    /// The world that this describes: its files, the flights where a feed replays them, its feeds.
    #[must_use]
    pub fn world(&self) -> Simulated {
        let mut world = Simulated::new(self.seed, self.start_ms);
        for (path, text) in &self.files {
            world.land_file(path, text.clone().into_bytes());
        }
        if self.feeds.iter().any(|feed| matches!(feed, Feed::Replay { from, .. } if from == FLIGHTS.0)) {
            world.land_file(FLIGHTS.0, FLIGHTS.1.as_bytes().to_vec());
        }
        for (topic, partitions) in &self.topics {
            world.cluster_mut().set_partitions(topic, *partitions);
        }
        for feed in &self.feeds {
            world.add_feed(feed.clone());
        }
        world
    }

    /// Reads `setting` and `file` sections. Panics where our own text is wrong.
    #[must_use]
    pub fn of_sections<'a>(sections: impl IntoIterator<Item = &'a Section>) -> Self {
        let mut setting = Self { seed: 1, start_ms: START_MS, ..Self::default() };
        for section in sections {
            match section.name.as_str() {
                "setting" => section.body.iter().filter(|line| !line.trim().is_empty()).for_each(|line| setting.read_line(line)),
                "file" => setting.files.push((section.args.clone(), section.text() + "\n")),
                _ => {}
            }
        }
        setting
    }

    fn read_line(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "seed" => self.seed = number(rest),
            "start" => match parse_timestamp(rest, &Zone::utc()) {
                Some(micros) => self.start_ms = micros / 1_000,
                None => panic!("a lesson's clock starts at a timestamp: {rest}"),
            },
            "topic" => match rest.split_once(' ') {
                Some((topic, partitions)) => self.topics.push((topic.to_owned(), number(partitions))),
                None => panic!("a lesson's topic has partitions: {rest}"),
            },
            "generated" => self.feeds.push(generated(rest)),
            "replay" => self.feeds.push(replay(rest)),
            "template" => match self.feeds.last_mut() {
                Some(Feed::Generated { template, .. }) => rest.clone_into(template),
                _ => panic!("a lesson's template follows its generated feed: {line}"),
            },
            _ => panic!("a lesson's setting knows seed, start, topic, generated, template and replay: {line}"),
        }
    }
}

fn generated(text: &str) -> Feed {
    let options = options(text);
    Feed::Generated {
        to: option(&options, "to", ""),
        rows_per_second: number(&option(&options, "rows_per_second", "1")),
        keys: option(&options, "keys", "a").split(',').map(str::to_owned).collect(),
        out_of_order_ms: number(&option(&options, "out_of_order_ms", "0")),
        late_share: number(&option(&options, "late_share", "0")),
        late_by_ms: number(&option(&options, "late_by_ms", "0")),
        template: "{time},{key}".to_owned(),
        every_ms: number(&option(&options, "every_ms", "5000")),
    }
}

fn replay(text: &str) -> Feed {
    let options = options(text);
    Feed::Replay {
        from: option(&options, "from", ""),
        to: option(&options, "to", ""),
        arrival_column: option(&options, "arrival_column", ""),
        every_ms: number(&option(&options, "every_ms", "5000")),
        rows_ms_per_interval: number(&option(&options, "rows_ms_per_interval", "60000")),
    }
}

fn options(text: &str) -> Vec<(&str, &str)> {
    text.split_whitespace().filter_map(|word| word.split_once('=')).collect()
}

fn option(options: &[(&str, &str)], name: &str, default: &str) -> String {
    options.iter().find(|(other, _)| *other == name).map_or(default, |(_, value)| value).to_owned()
}

fn number<T: std::str::FromStr>(text: &str) -> T {
    match text.trim().parse() {
        Ok(value) => value,
        Err(_) => panic!("a lesson's setting has a number here: {text}"),
    }
}
