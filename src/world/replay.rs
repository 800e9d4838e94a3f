//! A replay: the rows of a CSV file, cut into pieces by the time at which each row became known.

use super::Message;
use super::feed::{Delivery, Target};
use std::collections::VecDeque;

/// A replay in progress: its pieces and when each is due.
#[derive(Clone, Debug)]
pub(super) struct Replayed {
    to: String,
    pieces: VecDeque<(i64, Vec<String>)>,
    sent: u64,
}

impl Replayed {
    /// Cut the rows. Rows without a readable time are left out; so are intervals without rows.
    pub(super) fn new(csv: &[u8], to: String, column: &str, start_ms: i64, every_ms: i64, rows_ms_per_interval: i64) -> Self {
        let text = String::from_utf8_lossy(csv);
        let mut lines = text.lines();
        let place = lines.next().and_then(|header| cells(header).iter().position(|name| name.trim().eq_ignore_ascii_case(column)));
        let mut rows: Vec<(i64, &str)> = lines.filter_map(|line| Some((parse_ms(cells(line).get(place?)?)?, line))).collect();
        rows.sort_by_key(|(arrival_ms, _)| *arrival_ms);
        let first_ms = rows.first().map_or(0, |(arrival_ms, _)| *arrival_ms);
        let mut pieces: VecDeque<(i64, Vec<String>)> = VecDeque::new();
        for (arrival_ms, line) in rows {
            let due_ms = start_ms + ((arrival_ms - first_ms) / rows_ms_per_interval + 1) * every_ms;
            match pieces.back_mut() {
                Some((last_ms, piece)) if *last_ms == due_ms => piece.push(line.to_owned()),
                _ => pieces.push_back((due_ms, vec![line.to_owned()])),
            }
        }
        Self { to, pieces, sent: 0 }
    }

    pub(super) fn due_ms(&self) -> Option<i64> {
        self.pieces.front().map(|(due_ms, _)| *due_ms)
    }

    pub(super) fn deliver(&mut self) -> Option<Delivery> {
        let (_, lines) = self.pieces.pop_front()?;
        self.sent += 1;
        match Target::of(&self.to) {
            Target::Socket(port) => Some(Delivery::Lines(port, lines)),
            Target::Topic(topic) => Some(Delivery::Messages(topic, lines.iter().map(|line| Message::text(None, line)).collect())),
            Target::Folder => {
                Some(Delivery::File(format!("{}/piece-{:06}.csv", self.to, self.sent), format!("{}\n", lines.join("\n")).into_bytes()))
            }
        }
    }
}

/// The cells of one CSV line; quotes hold commas together.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            _ => cell.push(letter),
        }
    }
    cells.push(cell);
    cells
}

fn parse_ms(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(time.as_millisecond());
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|time| time.timestamp().as_millisecond())
}
