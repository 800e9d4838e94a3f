//! Spark's hashes of values: Murmur3 (`hash`) and xxHash64 (`xxhash64`, and inside of `approx_count_distinct`).

use crate::types::Value;

const P1: u64 = 0x9E37_79B1_85EB_CA87;
const P2: u64 = 0xC2B2_AE3D_27D4_EB4F;
const P3: u64 = 0x1656_67B1_9E37_79F9;
const P4: u64 = 0x85EB_CA77_C2B2_AE63;
const P5: u64 = 0x27D4_EB2F_1656_67C5;

fn avalanche(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(P2);
    hash ^= hash >> 29;
    hash = hash.wrapping_mul(P3);
    hash ^ hash >> 32
}

fn xx_int(value: i32, seed: u64) -> u64 {
    let mut hash = seed.wrapping_add(P5).wrapping_add(4);
    hash ^= u64::from(value as u32).wrapping_mul(P1);
    avalanche(hash.rotate_left(23).wrapping_mul(P2).wrapping_add(P3))
}

fn xx_long(value: i64, seed: u64) -> u64 {
    let mut hash = seed.wrapping_add(P5).wrapping_add(8);
    hash ^= (value as u64).wrapping_mul(P2).rotate_left(31).wrapping_mul(P1);
    avalanche(hash.rotate_left(27).wrapping_mul(P1).wrapping_add(P4))
}

fn word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

fn xx_bytes(bytes: &[u8], seed: u64) -> u64 {
    let round = |lane: u64, input: u64| lane.wrapping_add(input.wrapping_mul(P2)).rotate_left(31).wrapping_mul(P1);
    let mut rest = bytes;
    let mut hash = if bytes.len() >= 32 {
        let mut lanes = [seed.wrapping_add(P1).wrapping_add(P2), seed.wrapping_add(P2), seed, seed.wrapping_sub(P1)];
        while rest.len() >= 32 {
            for (lane, piece) in lanes.iter_mut().zip(rest.chunks(8)) {
                *lane = round(*lane, word(piece));
            }
            rest = &rest[32..];
        }
        let mut hash = [1, 7, 12, 18].iter().zip(lanes).fold(0u64, |sum, (turn, lane)| sum.wrapping_add(lane.rotate_left(*turn)));
        for lane in lanes {
            hash = (hash ^ round(0, lane)).wrapping_mul(P1).wrapping_add(P4);
        }
        hash
    } else {
        seed.wrapping_add(P5)
    };
    hash = hash.wrapping_add(bytes.len() as u64);
    while rest.len() >= 8 {
        hash ^= word(&rest[..8]).wrapping_mul(P2).rotate_left(31).wrapping_mul(P1);
        hash = hash.rotate_left(27).wrapping_mul(P1).wrapping_add(P4);
        rest = &rest[8..];
    }
    if rest.len() >= 4 {
        hash ^= word(&rest[..4]).wrapping_mul(P1);
        hash = hash.rotate_left(23).wrapping_mul(P2).wrapping_add(P3);
        rest = &rest[4..];
    }
    for byte in rest {
        hash ^= u64::from(*byte).wrapping_mul(P5);
        hash = hash.rotate_left(11).wrapping_mul(P1);
    }
    avalanche(hash)
}

/// A way to hash integers, longs and bytes; values are made of these.
trait Hash: Copy {
    fn int(self, value: i32) -> Self;
    fn long(self, value: i64) -> Self;
    fn bytes(self, bytes: &[u8]) -> Self;
}

#[derive(Clone, Copy)]
struct Xx(u64);

impl Hash for Xx {
    fn int(self, value: i32) -> Self {
        Self(xx_int(value, self.0))
    }
    fn long(self, value: i64) -> Self {
        Self(xx_long(value, self.0))
    }
    fn bytes(self, bytes: &[u8]) -> Self {
        Self(xx_bytes(bytes, self.0))
    }
}

#[derive(Clone, Copy)]
struct Murmur(u32);

fn mix(hash: u32, word: u32) -> u32 {
    let word = word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    (hash ^ word).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
}

fn finish(mut hash: u32, length: u32) -> u32 {
    hash ^= length;
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

impl Hash for Murmur {
    fn int(self, value: i32) -> Self {
        Self(finish(mix(self.0, value as u32), 4))
    }
    fn long(self, value: i64) -> Self {
        Self(finish(mix(mix(self.0, value as u32), (value >> 32) as u32), 8))
    }
    fn bytes(self, bytes: &[u8]) -> Self {
        let whole = bytes.len() / 4 * 4;
        let mut hash = bytes[..whole].chunks(4).fold(self.0, |hash, piece| mix(hash, word(piece) as u32));
        // Spark mixes the bytes left over one by one, each as a signed integer.
        for byte in &bytes[whole..] {
            hash = mix(hash, i32::from(*byte as i8) as u32);
        }
        Self(finish(hash, bytes.len() as u32))
    }
}

fn hash_value<H: Hash>(value: &Value, seed: H) -> H {
    match value {
        Value::Null => seed,
        Value::Boolean(value) => seed.int(i32::from(*value)),
        Value::Byte(value) => seed.int(i32::from(*value)),
        Value::Short(value) => seed.int(i32::from(*value)),
        Value::Integer(value) | Value::Date(value) | Value::YearMonthInterval(value) => seed.int(*value),
        Value::Long(value) | Value::Timestamp(value) | Value::TimestampNtz(value) | Value::DayTimeInterval(value) => seed.long(*value),
        // The zeros are one value.
        Value::Float(value) => seed.int((if *value == 0.0 { 0.0f32 } else { *value }).to_bits() as i32),
        Value::Double(value) => seed.long((if *value == 0.0 { 0.0f64 } else { *value }).to_bits() as i64),
        Value::Decimal(value, precision, _) if *precision <= 18 => seed.long(*value as i64),
        Value::Decimal(value, ..) => {
            let bytes = value.to_be_bytes();
            let spare = (0..15)
                .take_while(|at| bytes[*at] == if *value < 0 { 0xff } else { 0 } && (bytes[*at + 1] ^ bytes[*at]) & 0x80 == 0)
                .count();
            seed.bytes(&bytes[spare..])
        }
        Value::String(text) => seed.bytes(text.as_bytes()),
        Value::Binary(bytes) => seed.bytes(bytes),
        Value::CalendarInterval(months, days, micros) => seed.long(*micros).int(*days).int(*months),
        Value::Array(items) | Value::Struct(items) => items.iter().fold(seed, |seed, item| hash_value(item, seed)),
        Value::Map(entries) => entries.iter().fold(seed, |seed, (key, value)| hash_value(value, hash_value(key, seed))),
    }
}

/// Spark's `xxhash64` of one value on a seed.
pub fn xxhash64(value: &Value, seed: u64) -> u64 {
    hash_value(value, Xx(seed)).0
}

/// Spark's `hash` (Murmur3) of one value on a seed.
pub fn murmur3(value: &Value, seed: u32) -> u32 {
    hash_value(value, Murmur(seed)).0
}
