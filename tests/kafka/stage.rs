//! A program before a cluster, and the scripts that say what happens to both.

use std::fmt::Write;

use expect_test::Expect;
use tidemark::pyspark::Playground;
use tidemark::types::Zone;
use tidemark::types::arrow::value_at;
use tidemark::types::display::cast_string;
use tidemark::world::CrashPoint;
use tidemark::world::Fault;
use tidemark::world::Message;
use tidemark::world::Simulated;
use tidemark::world::TopicPartition;
use tidemark::world::World;

/// A program in its world, and what was told of it so far.
pub struct Stage {
    pub playground: Playground,
    program: String,
    told: usize,
    pub text: String,
}

impl Stage {
    /// Before the first line.
    pub fn new(program: &str) -> Self {
        let playground = Playground::with_world(Simulated::new(1, 1_714_903_200_000));
        Self { playground, program: program.to_owned(), told: 0, text: String::new() }
    }

    /// One line of a script.
    pub fn play(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |at: usize| words[at].parse::<i64>().unwrap();
        let cluster = self.playground.world_mut().cluster_mut();
        match words[0] {
            "produce" => {
                let message = |word: &&str| match word.split_once(':') {
                    Some((key, value)) => Message::text(Some(key), value),
                    None => Message::text(None, word),
                };
                words[2..].iter().map(message).for_each(|message| self.playground.world_mut().produce(words[1], message));
            }
            "topic" => cluster.set_partitions(words[1], number(2) as i32),
            "delete" => assert!(cluster.delete(words[1])),
            "strict" => cluster.set_strict(true),
            "truncate" => cluster.truncate(&partition(words[1]), number(2)),
            "retain" => cluster.set_retention(words[1], Some(number(2))),
            "down" => {
                let until_ms = self.playground.world().now_ms() + number(1);
                self.playground.world_mut().cluster_mut().set_down_until_ms(Some(until_ms));
            }
            "clock" => {
                let until_ms = self.playground.world().now_ms() + number(1);
                self.playground.world_mut().advance_to(until_ms);
            }
            "crash" => {
                let point = match words[1] {
                    "BeforeOffsetLog" => CrashPoint::BeforeOffsetLog,
                    "AfterOffsetLog" => CrashPoint::AfterOffsetLog,
                    "DuringSink" => CrashPoint::DuringSink,
                    _ => CrashPoint::BeforeCommit,
                };
                self.playground.world_mut().plan_fault(Fault { point, batch_id: None });
            }
            "run" => {
                let program = self.program.clone();
                let raised = self.playground.run(&program).diagnostic;
                self.say(raised);
            }
            "restart" => {
                let raised = self.playground.restart().diagnostic;
                self.say(raised);
            }
            "process" => {
                for failure in self.playground.process() {
                    self.say(Some(failure));
                }
                if self.playground.take_crashed() {
                    self.text.push_str("  the driver died\n");
                }
                self.tell();
            }
            "file" => {
                let bytes = self.playground.read_file(words[1]).unwrap();
                writeln!(self.text, "  {}", String::from_utf8(bytes).unwrap().replace('\0', "\\0").replace('\n', "\\n")).unwrap();
            }
            "topics" => self.text.push_str(&records(self.playground.world())),
            _ => panic!("{line}"),
        }
    }

    fn say(&mut self, raised: Option<Box<tidemark::diag::Diagnostic>>) {
        let printed = self.playground.take_output();
        printed.lines().filter(|line| !line.is_empty()).for_each(|line| writeln!(self.text, "  {line}").unwrap());
        if let Some(raised) = raised {
            let text = raised.message.split("terminated with exception: ").last().unwrap_or_default();
            writeln!(self.text, "  {}: {}", raised.headline(), text.replace('\n', " / ")).unwrap();
        }
    }

    /// The batches that were not told yet: offsets, what the source says of itself, rows.
    fn tell(&mut self) {
        let reports = self.playground.reports();
        for report in &reports[self.told..] {
            write!(self.text, "  batch {} input={}", report.batch_id, report.input_rows).unwrap();
            for source in &report.sources {
                let offset = |offset: &Option<String>| offset.clone().unwrap_or_else(|| "null".to_owned());
                write!(self.text, " {} -> {} of {}", offset(&source.start), offset(&source.end), offset(&source.latest)).unwrap();
            }
            self.text.push('\n');
            for row in 0..report.rows.num_rows() {
                let cell = |at: usize| {
                    let field = &report.schema.fields[at];
                    let value = value_at(report.rows.column(at), row, &field.data_type);
                    cast_string(&value, &field.data_type, &Zone::utc()).unwrap_or_else(|| "NULL".to_owned())
                };
                let cells: Vec<String> = (0..report.schema.fields.len()).map(cell).collect();
                writeln!(self.text, "    {}", cells.join(" ")).unwrap();
            }
        }
        self.told = reports.len();
    }
}

fn partition(text: &str) -> TopicPartition {
    let (topic, number) = text.rsplit_once('-').unwrap();
    TopicPartition::new(topic, number.parse().unwrap())
}

/// All that is in the cluster.
fn records(world: &Simulated) -> String {
    let mut text = String::new();
    let shown =
        |bytes: &Option<Vec<u8>>| bytes.as_ref().map_or_else(|| "-".to_owned(), |bytes| String::from_utf8_lossy(bytes).into_owned());
    for (name, topic) in world.cluster().topics().unwrap() {
        for number in 0..topic.partitions() {
            let records = topic.partition(number).unwrap().records(0, i64::MAX);
            let records = records.map(|record| {
                let headers: Vec<String> = record.headers.iter().map(|(key, value)| format!("{key}={}", shown(value))).collect();
                format!(" {}@{}:{}{}", record.offset, shown(&record.key), shown(&record.value), headers.join(","))
            });
            writeln!(text, "  {name}-{number}{}", records.collect::<String>()).unwrap();
        }
    }
    text
}

/// Plays a script and compares what was told.
pub fn check(program: &str, script: &str, expected: &Expect) {
    let mut stage = Stage::new(program);
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        writeln!(stage.text, "{line}").unwrap();
        stage.play(line);
    }
    expected.assert_eq(&stage.text);
}

/// A reader of topics with these options, written to a sink that keeps all.
pub fn reading(options: &str) -> String {
    format!(
        "df = (spark.readStream.format('kafka').option('kafka.bootstrap.servers', 'b:9092'){options}.load()\n  .selectExpr('topic', 'partition', 'offset', 'string(key)', 'string(value)'))\nq = df.writeStream.option('checkpointLocation', '/c').format('noop').start()"
    )
}
