//! Hash tables that number distinct values in the order of their first appearance.
//!
//! Law: the first value gets code 0, each new one the next. Written for speed: a look-up is a multiplication and usually one probe.

use std::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;
use hashbrown::HashTable;

/// Numbers integers, and null.
pub struct IntegerTable {
    /// Value and its code plus one; a code of zero is a free slot. The length is a power of two.
    slots: Vec<(u64, u32)>,
    shift: u32,
    count: u32,
    null: Option<u32>,
}

/// Numbers byte strings, and null.
pub struct BytesTable {
    short: IntegerTable,
    long: HashTable<(Box<[u8]>, u32)>,
    hasher: DefaultHashBuilder,
}

impl IntegerTable {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self { slots: vec![(0, 0); 64], shift: 64 - 6, count: 0, null: None }
    }

    /// How many codes have been given.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The code of null.
    pub fn null_code(&mut self) -> u32 {
        match self.null {
            Some(code) => code,
            None => {
                let code = self.take_code();
                self.null = Some(code);
                code
            }
        }
    }

    /// The code of this value.
    #[inline]
    pub fn code(&mut self, value: u64) -> u32 {
        let mask = self.slots.len() - 1;
        let mut at = self.home(value);
        loop {
            let (known, code) = self.slots[at & mask];
            if code == 0 {
                return self.insert(value, at & mask);
            }
            if known == value {
                return code - 1;
            }
            at += 1;
        }
    }

    /// The next code, for a value that is kept elsewhere.
    pub fn take_code(&mut self) -> u32 {
        self.count += 1;
        self.count - 1
    }

    #[inline]
    fn home(&self, value: u64) -> usize {
        let mixed = (value ^ (value >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> self.shift) as usize
    }

    #[cold]
    fn insert(&mut self, value: u64, at: usize) -> u32 {
        let code = self.take_code();
        self.slots[at] = (value, code + 1);
        if self.count as usize * 2 > self.slots.len() {
            self.grow();
        }
        code
    }

    fn grow(&mut self) {
        let doubled = vec![(0, 0); self.slots.len() * 2];
        let before = std::mem::replace(&mut self.slots, doubled);
        self.shift -= 1;
        let mask = self.slots.len() - 1;
        for (value, code) in before.into_iter().filter(|(_, code)| *code != 0) {
            let mut at = self.home(value) & mask;
            while self.slots[at].1 != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = (value, code);
        }
    }
}

impl Default for IntegerTable {
    fn default() -> Self {
        Self::new()
    }
}

impl BytesTable {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self { short: IntegerTable::new(), long: HashTable::new(), hasher: DefaultHashBuilder::default() }
    }

    /// How many codes have been given.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.short.count()
    }

    /// The code of null.
    pub fn null_code(&mut self) -> u32 {
        self.short.null_code()
    }

    /// The code of the string that stands from `start` to `end` among these bytes.
    #[inline]
    pub fn code(&mut self, bytes: &[u8], start: usize, end: usize) -> u32 {
        let length = end - start;
        if length < 8 { self.short.code(packed(bytes, start, length)) } else { self.long_code(&bytes[start..end]) }
    }

    fn long_code(&mut self, value: &[u8]) -> u32 {
        let hash = self.hasher.hash_one(value);
        if let Some((_, code)) = self.long.find(hash, |(known, _)| **known == *value) {
            return *code;
        }
        let code = self.short.take_code();
        let hasher = &self.hasher;
        self.long.insert_unique(hash, (value.into(), code), |(known, _)| hasher.hash_one(&**known));
        code
    }
}

impl Default for BytesTable {
    fn default() -> Self {
        Self::new()
    }
}

/// Up to seven bytes and their number in one integer.
#[inline]
fn packed(bytes: &[u8], start: usize, length: usize) -> u64 {
    let word = match bytes.get(start..start + 8) {
        Some(eight) => u64::from_le_bytes([eight[0], eight[1], eight[2], eight[3], eight[4], eight[5], eight[6], eight[7]]),
        None => bytes[start..start + length].iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    let mask = (1 << (8 * length)) - 1;
    word & mask | (length as u64) << 56
}
