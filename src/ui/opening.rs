//! What the page opens with: the first example, embedded so that its text is there before the engine is.

use crate::link::view::{Example, Feed, Setting};

/// Ad clicks, some of them late, counted by ten-second windows.
#[must_use]
pub fn example() -> Example {
    Example {
        id: "ad-clicks".into(),
        title: "Ad clicks, 7% late".into(),
        about: "Ten-second windows by ad. Watch the watermark rise, seal them, and drop what comes too late.".into(),
        program: PROGRAM.into(),
        setting: Setting { seed: 7, start_ms: TEN_O_CLOCK_MS, feeds: vec![clicks()], files: Vec::new() },
    }
}

fn clicks() -> Feed {
    Feed::Generated {
        to: "/data/clicks".into(),
        rows_per_second: 2.4,
        keys: vec!["ad-1".into(), "ad-2".into(), "ad-3".into()],
        out_of_order_ms: 4_000,
        late_share: 0.07,
        late_by_ms: 26_000,
        template: r#"{"ts": "{time}", "ad": "{key}"}"#.into(),
        every_ms: 500,
    }
}

/// Monday, 5 January 2026, 10:00:00 UTC.
const TEN_O_CLOCK_MS: i64 = 1_767_607_200_000;

const PROGRAM: &str = r#"from pyspark.sql.functions import window, col

clicks = (spark.readStream
    .schema("ts TIMESTAMP, ad STRING")
    .json("/data/clicks"))

query = (clicks
    .withWatermark("ts", "10 seconds")
    .groupBy(window("ts", "10 seconds"), col("ad"))
    .count()
    .writeStream
    .outputMode("append")
    .trigger(processingTime="5 seconds")
    .format("json")
    .option("path", "/counts")
    .option("checkpointLocation", "/checkpoint/counts")
    .start())
"#;
