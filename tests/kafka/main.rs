//! Kafka as a program meets it: scripts of what happens to the cluster and the driver, and what the query makes of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop where it fails")]

mod change;
mod death;
mod sink;
mod source;
mod stage;
