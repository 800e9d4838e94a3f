//! How far HyperLogLog's raw estimates lie above the truth, as measured in the appendix of "HyperLogLog in Practice".
//!
//! `distinct_count_bias.txt` has two lines for each number of index bits from 4 to 18: true counts, and the raw estimates that they give
//! in ten-thousandths; each number is the distance from the one before.

use std::sync::LazyLock;

/// Raw estimates with their biases, in the order of the estimates as they were measured.
type Table = Vec<(f64, f64)>;

static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    let lines: Vec<Vec<i64>> = include_str!("distinct_count_bias.txt").lines().map(summed).collect();
    let pairs = lines.chunks_exact(2);
    pairs.map(|pair| pair[0].iter().zip(&pair[1]).map(|(count, raw)| measured(*count, *raw)).collect()).collect()
});

/// How many neighbours of an estimate are averaged.
const NEIGHBOURS: usize = 6;

/// What to subtract from a raw estimate made with `p` index bits: Spark's `estimateBias`. Zero where nothing was measured.
pub(super) fn bias(p: u32, raw: f64) -> f64 {
    let Some(table) = (p as usize).checked_sub(4).and_then(|row| TABLES.get(row)) else { return 0.0 };
    let distance = |place: usize| (raw - table[place].0).powi(2);
    let nearest = match table.binary_search_by(|entry| entry.0.total_cmp(&raw)) {
        Ok(place) | Err(place) => place,
    };
    let mut low = (nearest + 1).saturating_sub(NEIGHBOURS);
    let mut high = (low + NEIGHBOURS).min(table.len());
    while high < table.len() && distance(high) < distance(low) {
        low += 1;
        high += 1;
    }
    table[low..high].iter().map(|entry| entry.1).sum::<f64>() / (high - low) as f64
}

fn summed(line: &str) -> Vec<i64> {
    let mut sum = 0;
    let steps = line.split(' ').filter_map(|number| number.parse::<i64>().ok());
    steps
        .map(|step| {
            sum += step;
            sum
        })
        .collect()
}

fn measured(count: i64, raw: i64) -> (f64, f64) {
    (raw as f64 / 10_000.0, (raw - count * 10_000) as f64 / 10_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_hold_what_was_measured() {
        assert_eq!(TABLES.len(), 15);
        assert_eq!(TABLES[4][..2], [(184.2152, 183.2152), (187.2454, 180.2454)]);
        assert!(TABLES.iter().all(|table| (79..=201).contains(&table.len())));
        assert_eq!(bias(9, 1e9), TABLES[5][196..].iter().map(|entry| entry.1).sum::<f64>() / 5.0);
        assert_eq!(bias(19, 5.0), 0.0);
    }
}
