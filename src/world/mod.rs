//! Everything outside the program: clock, ids, randomness, disk, sockets, a Kafka cluster, feeds, the driver's console, faults.
//!
//! Nothing else knows the time, makes an id or does I/O, so a run can be stepped, sped up, replayed and broken at will.

mod cluster;
mod disk;
mod fault;
mod feed;
mod random;
mod replay;
mod simulated;
mod socket;
mod topic;

pub use cluster::{Cluster, ClusterError, Message, TopicPartition};
pub use disk::{Disk, FileStatus};
pub use fault::{CrashPoint, Fault};
pub use feed::{Arrival, Feed};
pub use random::Random;
pub use simulated::Simulated;
pub use socket::{Socket, SocketLine};
pub use topic::{Partition, Record, Topic};

/// What a session needs of its surroundings. [`Simulated`] is the one that there is.
pub trait World {
    /// The clock, in milliseconds since 1970-01-01T00:00:00Z. It stands still unless somebody advances it.
    fn now_ms(&self) -> i64;
    /// A fresh random UUID (version 4) in lower case, as query and run ids are.
    fn next_uuid(&mut self) -> String;
    /// The next number of the world's one random sequence.
    fn next_random(&mut self) -> u64;
    /// The disk, to read.
    fn disk(&self) -> &Disk;
    /// The disk, to write. Files get the clock's time as their time of modification.
    fn disk_mut(&mut self) -> &mut Disk;
    /// What was sent to this port so far.
    fn socket(&mut self, port: u16) -> &mut Socket;
    /// The Kafka cluster, to read.
    fn cluster(&self) -> &Cluster;
    /// The Kafka cluster, to produce to.
    fn cluster_mut(&mut self) -> &mut Cluster;
    /// The driver prints this text, line ends included.
    fn print(&mut self, text: &str);
    /// Whether the driver dies here; each planned crash happens once.
    fn crashes_at(&mut self, point: CrashPoint, batch_id: u64) -> bool;
}

#[cfg(test)]
mod tests;
