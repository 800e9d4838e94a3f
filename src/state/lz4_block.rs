//! The LZ4Block stream of lz4-java, in which Spark wraps its state files: blocks with a header and a checksum each.
//!
//! We write stored blocks, which are as legal as compressed ones, and read both.

const MAGIC: &[u8; 8] = b"LZ4Block";
const RAW: u8 = 0x10;
const LZ4: u8 = 0x20;
/// The compression level in the token: the block size is `2^(10 + level)` bytes; Spark's default of 32 KiB is level 5.
const LEVEL: u8 = 5;
const BLOCK: usize = 1 << (10 + LEVEL as usize);
const SEED: u32 = 0x9747_b28c;
/// lz4-java keeps 28 bits of the checksum.
const CHECKSUM_BITS: u32 = 0x0FFF_FFFF;

/// Wrap bytes as a stream with its end mark.
pub(super) fn wrap(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / BLOCK * 21 + 42);
    for block in bytes.chunks(BLOCK) {
        header(&mut out, block.len(), xxhash32(block) & CHECKSUM_BITS);
        out.extend_from_slice(block);
    }
    header(&mut out, 0, 0);
    out
}

fn header(out: &mut Vec<u8>, len: usize, checksum: u32) {
    out.extend_from_slice(MAGIC);
    out.push(RAW | LEVEL);
    out.extend_from_slice(&(len as u32).to_le_bytes());
    out.extend_from_slice(&(len as u32).to_le_bytes());
    out.extend_from_slice(&checksum.to_le_bytes());
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
    let word = |bytes: &[u8]| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
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
