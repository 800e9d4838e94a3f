//! The LZ4Block stream of lz4-java, in which Spark wraps its state files: compressed blocks with a header and a checksum each.

const MAGIC: &[u8; 8] = b"LZ4Block";
const RAW: u8 = 0x10;
const LZ4: u8 = 0x20;
/// The compression level in the token: the block size is `2^(10 + level)` bytes; Spark's default of 32 KiB is level 5.
const LEVEL: u8 = 5;
const BLOCK: usize = 1 << (10 + LEVEL as usize);
const SEED: u32 = 0x9747_b28c;
/// lz4-java keeps 28 bits of the checksum.
const CHECKSUM_BITS: u32 = 0x0FFF_FFFF;
/// How many bits of a hash find the last place of four bytes.
const HASH_BITS: u32 = 13;
/// The last five bytes of a block are literals, and no match begins in its last twelve.
const LAST_LITERALS: usize = 5;
const MATCH_LIMIT: usize = 12;

/// A stream in the making. Only one block of it is held uncompressed.
#[derive(Debug, Default)]
pub(super) struct Wrapper {
    block: Vec<u8>,
    out: Vec<u8>,
    table: Vec<u16>,
}

impl Wrapper {
    /// Add bytes.
    pub(super) fn write(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let fitting = bytes.len().min(BLOCK - self.block.len());
            self.block.extend_from_slice(&bytes[..fitting]);
            bytes = &bytes[fitting..];
            if self.block.len() == BLOCK {
                self.end_block();
            }
        }
    }

    /// The stream with its end mark.
    pub(super) fn finish(mut self) -> Vec<u8> {
        if !self.block.is_empty() {
            self.end_block();
        }
        header(&mut self.out, RAW, 0, 0, 0);
        self.out
    }

    /// Compress the block; where that does not help, store it.
    fn end_block(&mut self) {
        let start = self.out.len();
        let (len, checksum) = (self.block.len(), xxhash32(&self.block) & CHECKSUM_BITS);
        header(&mut self.out, LZ4, len, len, checksum);
        let data = self.out.len();
        compress(&self.block, &mut self.table, &mut self.out);
        let packed = self.out.len() - data;
        if packed >= len {
            self.out.truncate(start);
            header(&mut self.out, RAW, len, len, checksum);
            self.out.extend_from_slice(&self.block);
        } else {
            self.out[start + 9..start + 13].copy_from_slice(&(packed as u32).to_le_bytes());
        }
        self.block.clear();
    }
}

fn header(out: &mut Vec<u8>, method: u8, packed_len: usize, len: usize, checksum: u32) {
    out.extend_from_slice(MAGIC);
    out.push(method | LEVEL);
    out.extend_from_slice(&(packed_len as u32).to_le_bytes());
    out.extend_from_slice(&(len as u32).to_le_bytes());
    out.extend_from_slice(&checksum.to_le_bytes());
}

/// One block as LZ4 sequences, greedily. `table` is scratch: the last place of each hash of four bytes, plus one.
fn compress(block: &[u8], table: &mut Vec<u16>, out: &mut Vec<u8>) {
    table.clear();
    table.resize(1 << HASH_BITS, 0);
    let (mut at, mut literals) = (0, 0);
    while at + MATCH_LIMIT < block.len() {
        let hash = word(&block[at..]).wrapping_mul(2_654_435_761) >> (32 - HASH_BITS);
        let candidate = usize::from(std::mem::replace(&mut table[hash as usize], at as u16 + 1));
        if candidate == 0 || block[candidate - 1..candidate + 3] != block[at..at + 4] {
            at += 1;
            continue;
        }
        let found = candidate - 1;
        let most = block.len() - LAST_LITERALS - at;
        let matched = (4..most).find(|len| block[found + len] != block[at + len]).unwrap_or(most);
        sequence(&block[literals..at], Some((at - found, matched)), out);
        at += matched;
        literals = at;
    }
    sequence(&block[literals..], None, out);
}

/// Literals, and a match by its distance and length.
fn sequence(literals: &[u8], matched: Option<(usize, usize)>, out: &mut Vec<u8>) {
    let match_len = matched.map_or(0, |(_, len)| len - 4);
    out.push(((literals.len().min(15) as u8) << 4) | match_len.min(15) as u8);
    more_length(literals.len(), out);
    out.extend_from_slice(literals);
    if let Some((distance, _)) = matched {
        out.extend_from_slice(&(distance as u16).to_le_bytes());
        more_length(match_len, out);
    }
}

/// What of a length does not fit into four bits.
fn more_length(len: usize, out: &mut Vec<u8>) {
    let Some(mut rest) = len.checked_sub(15) else { return };
    while rest >= 255 {
        out.push(255);
        rest -= 255;
    }
    out.push(rest as u8);
}

fn word(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// The bytes of a stream; none where it is damaged.
pub(super) fn unwrap(mut stream: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(stream.len());
    loop {
        let rest = stream.strip_prefix(MAGIC)?;
        let (&token, rest) = rest.split_first()?;
        let (packed_len, rest) = take_u32(rest)?;
        let (len, rest) = take_u32(rest)?;
        let (checksum, rest) = take_u32(rest)?;
        if len == 0 {
            return Some(out);
        }
        if packed_len as usize > rest.len() || len > 1 << 25 {
            return None;
        }
        let (packed, rest) = rest.split_at(packed_len as usize);
        let start = out.len();
        match token & 0xF0 {
            RAW if packed_len == len => out.extend_from_slice(packed),
            LZ4 => decompress(packed, len as usize, &mut out)?,
            _ => return None,
        }
        if xxhash32(&out[start..]) & CHECKSUM_BITS != checksum {
            return None;
        }
        stream = rest;
    }
}

fn take_u32(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (first, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*first), rest))
}

/// One LZ4 block: sequences of literals and a match each.
fn decompress(mut packed: &[u8], len: usize, out: &mut Vec<u8>) -> Option<()> {
    let start = out.len();
    loop {
        let (&token, rest) = packed.split_first()?;
        let (literals, rest) = length(token >> 4, rest)?;
        if literals > rest.len() {
            return None;
        }
        let (literal, rest) = rest.split_at(literals);
        out.extend_from_slice(literal);
        if rest.is_empty() {
            return (out.len() - start == len).then_some(());
        }
        let (offset, rest) = rest.split_first_chunk::<2>()?;
        let offset = usize::from(u16::from_le_bytes(*offset));
        let (matched, rest) = length(token & 15, rest)?;
        let matched = matched + 4;
        if offset == 0 || offset > out.len() - start || out.len() - start + matched > len {
            return None;
        }
        for _ in 0..matched {
            out.push(out[out.len() - offset]);
        }
        packed = rest;
    }
}

/// A length: four bits of the token, and more bytes while they are 255.
fn length(nibble: u8, mut rest: &[u8]) -> Option<(usize, &[u8])> {
    let mut length = usize::from(nibble);
    if nibble == 15 {
        loop {
            let (&more, after) = rest.split_first()?;
            length += usize::from(more);
            rest = after;
            if more != 255 {
                break;
            }
        }
    }
    Some((length, rest))
}

/// XXH32 with the seed that lz4-java uses.
fn xxhash32(bytes: &[u8]) -> u32 {
    const P1: u32 = 0x9E37_79B1;
    const P2: u32 = 0x85EB_CA77;
    const P3: u32 = 0xC2B2_AE3D;
    const P4: u32 = 0x27D4_EB2F;
    const P5: u32 = 0x1656_67B1;
    let mut rest = bytes;
    let mut hash = if bytes.len() >= 16 {
        let mut lanes = [SEED.wrapping_add(P1).wrapping_add(P2), SEED.wrapping_add(P2), SEED, SEED.wrapping_sub(P1)];
        while rest.len() >= 16 {
            for (lane, bytes) in lanes.iter_mut().zip(rest.chunks_exact(4)) {
                *lane = lane.wrapping_add(word(bytes).wrapping_mul(P2)).rotate_left(13).wrapping_mul(P1);
            }
            rest = &rest[16..];
        }
        lanes[0]
            .rotate_left(1)
            .wrapping_add(lanes[1].rotate_left(7))
            .wrapping_add(lanes[2].rotate_left(12))
            .wrapping_add(lanes[3].rotate_left(18))
    } else {
        SEED.wrapping_add(P5)
    };
    hash = hash.wrapping_add(bytes.len() as u32);
    while rest.len() >= 4 {
        hash = hash.wrapping_add(word(rest).wrapping_mul(P3)).rotate_left(17).wrapping_mul(P4);
        rest = &rest[4..];
    }
    for &byte in rest {
        hash = hash.wrapping_add(u32::from(byte).wrapping_mul(P5)).rotate_left(11).wrapping_mul(P1);
    }
    hash = (hash ^ (hash >> 15)).wrapping_mul(P2);
    hash = (hash ^ (hash >> 13)).wrapping_mul(P3);
    hash ^ (hash >> 16)
}
