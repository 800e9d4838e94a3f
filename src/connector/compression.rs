//! Compressed text files: which codec an option names, and what a file's name says of its bytes. Spark's `CompressionCodecs`.

use super::Options;
use super::read_options::not_yet;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use flate2::Compression as Level;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};
use std::borrow::Cow;
use std::io::{Read, Write};

/// How a text file is packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Compression {
    #[default]
    None,
    Gzip,
    Deflate,
}

impl Compression {
    /// From the option `compression` or `codec`.
    ///
    /// # Errors
    /// Spark's, for names that it does not know; ours, for codecs that we do not.
    pub(super) fn of(options: &Options) -> Result<Self> {
        let Some(name) = options.get("compression").or_else(|| options.get("codec")) else { return Ok(Self::None) };
        match name.to_ascii_lowercase().as_str() {
            "none" | "uncompressed" => Ok(Self::None),
            "gzip" | "org.apache.hadoop.io.compress.gzipcodec" => Ok(Self::Gzip),
            "deflate" | "org.apache.hadoop.io.compress.deflatecodec" => Ok(Self::Deflate),
            codec @ ("bzip2" | "lz4" | "snappy" | "zstd" | "zstandard") => Err(not_yet(&format!("the codec {codec} for text files"))),
            _ => Err(unknown(name)),
        }
    }

    /// What stands behind the format in a file's name.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Gzip => ".gz",
            Self::Deflate => ".deflate",
        }
    }

    /// The file that holds these bytes.
    pub(super) fn pack(self, bytes: Vec<u8>) -> Vec<u8> {
        let packed = match self {
            Self::None => return bytes,
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Level::default());
                encoder.write_all(&bytes).and_then(|()| encoder.finish())
            }
            Self::Deflate => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Level::default());
                encoder.write_all(&bytes).and_then(|()| encoder.finish())
            }
        };
        packed.unwrap_or_else(|error| unreachable!("writing into memory never fails: {error}"))
    }
}

/// The bytes that a file holds, by the ending of its name; none where they are broken.
///
/// # Errors
/// Codecs that we do not know.
pub(super) fn unpacked<'a>(path: &str, bytes: &'a [u8]) -> Result<Option<Cow<'a, [u8]>>> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut out = Vec::new();
    let read = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("gz") => MultiGzDecoder::new(bytes).read_to_end(&mut out),
        Some("deflate") => ZlibDecoder::new(bytes).read_to_end(&mut out),
        Some(ending @ ("bz2" | "lz4" | "snappy" | "zst")) => return Err(not_yet(&format!("text files that end in .{ending}"))),
        _ => return Ok(Some(Cow::Borrowed(bytes))),
    };
    Ok(read.is_ok().then_some(Cow::Owned(out)))
}

fn unknown(codec: &str) -> Box<Diagnostic> {
    let text = format!("The codec {codec} is not available. Available codecs are bzip2, deflate, uncompressed, snappy, none, lz4, gzip.");
    Diagnostic::new(Class::IllegalArgument, "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION", text, "56038")
}
