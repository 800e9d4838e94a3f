//! How the pages of a Parquet file are compressed. Spark's `ParquetOptions.compressionCodecClassName`.

use crate::connector::Options;
use crate::connector::read_options::not_yet;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use parquet::basic::{Compression, GzipLevel};

/// The codecs that we write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::connector) enum Codec {
    None,
    #[default]
    Snappy,
    Gzip,
}

impl Codec {
    /// From the option `compression` (or `parquet.compression`), else the session's `spark.sql.parquet.compression.codec`.
    ///
    /// # Errors
    /// Spark's, for names that it does not know; ours, for codecs that we do not.
    pub(super) fn of(options: &Options) -> Result<Self> {
        let names = ["compression", "parquet.compression", "spark.sql.parquet.compression.codec"];
        let name = names.iter().find_map(|name| options.get(name)).unwrap_or("snappy");
        match name.to_ascii_lowercase().as_str() {
            "none" | "uncompressed" => Ok(Self::None),
            "snappy" => Ok(Self::Snappy),
            "gzip" => Ok(Self::Gzip),
            codec @ ("lzo" | "brotli" | "lz4" | "lz4_raw" | "zstd") => Err(not_yet(&format!("the Parquet codec {codec}"))),
            codec => Err(unknown(codec)),
        }
    }

    /// As the library names it.
    pub(super) fn compression(self) -> Compression {
        match self {
            Self::None => Compression::UNCOMPRESSED,
            Self::Snappy => Compression::SNAPPY,
            Self::Gzip => Compression::GZIP(GzipLevel::default()),
        }
    }

    /// How names of files end.
    pub(in crate::connector) fn ending(self) -> &'static str {
        match self {
            Self::None => "parquet",
            Self::Snappy => "snappy.parquet",
            Self::Gzip => "gz.parquet",
        }
    }
}

/// Whether we read pages that are compressed so.
///
/// # Errors
/// Where we do not.
pub(super) fn check(compression: Compression) -> Result<()> {
    let name = match compression {
        Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::GZIP(_) => return Ok(()),
        Compression::ZSTD(_) => "zstd",
        Compression::LZ4 | Compression::LZ4_RAW => "lz4",
        Compression::BROTLI(_) => "brotli",
        _ => "lzo",
    };
    Err(not_yet(&format!("Parquet files that are compressed with {name}"))
        .hint("Write the files with the codec snappy or gzip: compression=\"snappy\" in pandas, pyarrow and Spark."))
}

fn unknown(codec: &str) -> Box<Diagnostic> {
    let text = format!(
        "The codec {codec} is not available. Available codecs are brotli, uncompressed, lzo, snappy, lz4_raw, none, zstd, lz4, gzip."
    );
    Diagnostic::new(Class::IllegalArgument, "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION", text, "56038")
}
