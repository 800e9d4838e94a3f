//! The file `_metadata/schema` beside a store's files: what its keys and values are. Spark's `StateSchemaCompatibilityChecker`, format `v2`.
//!
//! The bytes are Java's `DataOutputStream`: the version as UTF, then for the keys and for the values the number of pieces and each piece as UTF.

/// A piece of a schema has at most so many bytes: a length of two bytes stands before it.
const LONGEST_PIECE: usize = 65_535;

/// The JSON texts of the two schemas as a file.
#[must_use]
pub fn write(keys: &str, values: &str) -> Vec<u8> {
    let mut out = Vec::new();
    utf(b"v2", &mut out);
    for schema in [keys, values] {
        let pieces: Vec<&[u8]> = schema.as_bytes().chunks(LONGEST_PIECE).collect();
        out.extend((pieces.len() as u32).to_be_bytes());
        pieces.into_iter().for_each(|piece| utf(piece, &mut out));
    }
    out
}

/// The JSON texts of a file's schemas, of the keys and of the values; none where it is damaged.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<(String, String)> {
    let (version, rest) = take_utf(bytes)?;
    if version != b"v2" {
        return None;
    }
    let (keys, rest) = take_schema(rest)?;
    let (values, _) = take_schema(rest)?;
    Some((keys, values))
}

fn utf(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend((bytes.len() as u16).to_be_bytes());
    out.extend_from_slice(bytes);
}

fn take_utf(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = bytes.split_first_chunk::<2>()?;
    let len = usize::from(u16::from_be_bytes(*len));
    (len <= rest.len()).then(|| rest.split_at(len))
}

fn take_schema(bytes: &[u8]) -> Option<(String, &[u8])> {
    let (count, mut rest) = bytes.split_first_chunk::<4>()?;
    let mut text = Vec::new();
    for _ in 0..u32::from_be_bytes(*count) {
        let (piece, after) = take_utf(rest)?;
        text.extend_from_slice(piece);
        rest = after;
    }
    Some((String::from_utf8(text).ok()?, rest))
}
