//! The simulated world: a seed and a virtual clock fix all that ever happens in it.

use super::feed::{Arrival, Delivery, Sender, Target};
use super::{Cluster, CrashPoint, Disk, Fault, Feed, Message, Random, Socket, World};
use std::collections::BTreeMap;

/// A world made of memory. Two with the same seed, feeds and calls are equal to the last byte.
#[derive(Clone, Debug)]
pub struct Simulated {
    now_ms: i64,
    start_ms: i64,
    newest_landed_ms: i64,
    random: Random,
    disk: Disk,
    sockets: BTreeMap<u16, Socket>,
    cluster: Cluster,
    senders: Vec<Sender>,
    console: String,
    faults: Vec<Fault>,
    seed: u64,
}

impl Simulated {
    /// An empty world whose clock stands at `start_ms`, in milliseconds since 1970.
    #[must_use]
    pub fn new(seed: u64, start_ms: i64) -> Self {
        let mut disk = Disk::default();
        disk.set_now_ms(start_ms);
        let mut cluster = Cluster::default();
        cluster.set_clock(start_ms);
        Self {
            now_ms: start_ms,
            start_ms,
            newest_landed_ms: i64::MIN,
            random: Random::new(seed),
            disk,
            sockets: BTreeMap::new(),
            cluster,
            senders: Vec::new(),
            console: String::new(),
            faults: Vec::new(),
            seed,
        }
    }

    /// Let a feed send from now on. Its own randomness comes from the world's seed and its place among the feeds.
    pub fn add_feed(&mut self, feed: Feed) {
        let seed = self.seed.wrapping_mul(0x9E37_79B9).wrapping_add(self.senders.len() as u64 + 1);
        {
            let (Feed::Generated { to, .. } | Feed::Replay { to, .. }) = &feed;
            match Target::of(to) {
                Target::Socket(port) => {
                    self.sockets.entry(port).or_default();
                }
                Target::Topic(topic) => self.cluster.set_partitions(&topic, 1),
                Target::Folder => self.disk.make_folder(to),
            }
        }
        let sender = Sender::new(feed, seed, self.now_ms, &self.disk);
        self.senders.push(sender);
    }

    /// Move the clock forward, and let the feeds send what is due until then, in order of time. A clock never goes back.
    pub fn advance_to(&mut self, until_ms: i64) {
        while let Some((due_ms, index)) = self.next_due() {
            if due_ms > until_ms {
                break;
            }
            self.set_clock(due_ms);
            match self.senders[index].deliver() {
                Some(Delivery::Lines(port, lines)) => lines.iter().for_each(|line| self.send_line(port, line)),
                Some(Delivery::Messages(topic, messages)) => messages.into_iter().for_each(|message| self.produce(&topic, message)),
                Some(Delivery::File(path, bytes)) => self.land_file(&path, bytes),
                None => {}
            }
        }
        self.set_clock(until_ms);
    }

    /// When a feed sends next, in milliseconds since 1970; none when all have ended.
    #[must_use]
    pub fn next_arrival_ms(&self) -> Option<i64> {
        self.next_due().map(|(due_ms, _)| due_ms)
    }

    /// A file lands: whole, at once, with a time of modification later than every file that landed before.
    pub fn land_file(&mut self, path: &str, bytes: Vec<u8>) {
        self.newest_landed_ms = self.now_ms.max(self.newest_landed_ms.saturating_add(1));
        self.disk.put_at(path, bytes, self.newest_landed_ms);
    }

    /// A line is typed into the socket on this port now.
    pub fn send_line(&mut self, port: u16, line: &str) {
        let now_ms = self.now_ms;
        self.sockets.entry(port).or_default().send(line, now_ms);
    }

    /// A record is produced to a topic now, by a producer of its own. It is lost where no broker answers.
    pub fn produce(&mut self, topic: &str, message: Message) {
        let _ = self.cluster.send(topic, vec![message]);
    }

    /// What the driver has printed since the last call.
    pub fn take_printed(&mut self) -> String {
        std::mem::take(&mut self.console)
    }

    /// The events that feeds have handed over since the last call, in the order of feeds and time.
    pub fn take_arrivals(&mut self) -> Vec<Arrival> {
        self.senders.iter_mut().flat_map(Sender::take_arrivals).collect()
    }

    /// Plan a crash.
    pub fn plan_fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Where the clock stood at the beginning, in milliseconds since 1970.
    #[must_use]
    pub fn start_ms(&self) -> i64 {
        self.start_ms
    }

    fn next_due(&self) -> Option<(i64, usize)> {
        self.senders.iter().enumerate().filter_map(|(index, sender)| Some((sender.due_ms()?, index))).min()
    }

    fn set_clock(&mut self, now_ms: i64) {
        self.now_ms = self.now_ms.max(now_ms);
        self.disk.set_now_ms(self.now_ms);
        self.cluster.set_clock(self.now_ms);
    }
}

impl World for Simulated {
    fn now_ms(&self) -> i64 {
        self.now_ms
    }

    fn next_uuid(&mut self) -> String {
        self.random.uuid()
    }

    fn next_random(&mut self) -> u64 {
        self.random.next_u64()
    }

    fn disk(&self) -> &Disk {
        &self.disk
    }

    fn disk_mut(&mut self) -> &mut Disk {
        &mut self.disk
    }

    // DIFFERENCE: any port can be connected to, as if `nc -lk PORT` ran for it; Spark raises `ConnectException` without one.
    fn socket(&mut self, port: u16) -> &mut Socket {
        self.sockets.entry(port).or_default()
    }

    fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    fn cluster_mut(&mut self) -> &mut Cluster {
        &mut self.cluster
    }

    fn print(&mut self, text: &str) {
        self.console.push_str(text);
    }

    fn crashes_at(&mut self, point: CrashPoint, batch_id: u64) -> bool {
        let planned = self.faults.iter().position(|fault| fault.point == point && fault.batch_id.is_none_or(|batch| batch == batch_id));
        planned.map(|index| self.faults.remove(index)).is_some()
    }
}
