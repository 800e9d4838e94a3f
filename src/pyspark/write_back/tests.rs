//! What written programs look like; that they do the same is the conformance runner's to show.

use super::write_back;
use crate::pyspark::Playground;
use crate::world::Simulated;
use crate::world::World;
use expect_test::Expect;
use expect_test::expect;

fn check(program: &str, expected: Expect) {
    let mut playground = Playground::with_world(Simulated::new(1, 0));
    for folder in ["/data/hits", "/data/shown", "/data/clicks", "/data/sales"] {
        playground.world_mut().disk_mut().make_folder(folder);
    }
    let outcome = playground.run(program);
    assert_eq!(outcome.diagnostic, None);
    let written = match write_back(playground.started()) {
        Ok(text) => text,
        Err(why) => format!("not written: {}\n", why.0),
    };
    expected.assert_eq(&written);
}

#[test]
fn a_windowed_count() {
    check(
        r#"
from pyspark.sql.functions import window, col
hits = spark.readStream.schema("page STRING, at TIMESTAMP").option("maxFilesPerTrigger", 1).json("/data/hits")
q = (hits.where(col("page") != "robots").withWatermark("at", "10 minutes")
  .groupBy(window("at", "5 minutes"), "page").count()
  .writeStream.outputMode("append").format("console").option("checkpointLocation", "/checkpoint/hits")
  .trigger(processingTime="10 seconds").start())
"#,
        expect![[r#"
            from pyspark.sql import functions as F

            hits = (
                spark.readStream
                .schema("page STRING, at TIMESTAMP")
                .option("maxFilesPerTrigger", 1)
                .json("/data/hits")
            )

            query = (
                hits
                .where(F.col("page") != "robots")
                .withWatermark("at", "10 minutes")
                .groupBy(F.window("at", "5 minutes"), "page")
                .count()
                .writeStream
                .outputMode("append")
                .trigger(processingTime="10 seconds")
                .format("console")
                .option("checkpointLocation", "/checkpoint/hits")
                .start()
            )
        "#]],
    );
}

#[test]
fn a_join_of_two_streams() {
    check(
        r#"
from pyspark.sql.functions import expr
shown = spark.readStream.schema("ad INT, shown TIMESTAMP").json("/data/shown").withWatermark("shown", "1 hour")
clicks = spark.readStream.schema("ad INT, clicked TIMESTAMP").json("/data/clicks").withWatermark("clicked", "2 hours")
joined = shown.join(clicks, (shown.ad == clicks.ad) & expr("clicked BETWEEN shown AND shown + INTERVAL 1 HOUR"), "left")
q = joined.select(shown.ad, "clicked").writeStream.format("memory").queryName("ads").start()
"#,
        expect![[r#"
            from pyspark.sql import functions as F

            shown = (
                spark.readStream
                .schema("ad INT, shown TIMESTAMP")
                .json("/data/shown")
                .withWatermark("shown", "1 hour")
            )

            clicks = (
                spark.readStream
                .schema("ad INT, clicked TIMESTAMP")
                .json("/data/clicks")
                .withWatermark("clicked", "2 hours")
            )

            query = (
                shown
                .join(
                    clicks,
                    (shown["ad"] == clicks["ad"]) & F.col("clicked").between(F.col("shown"), F.col("shown") + F.expr("INTERVAL '01' HOUR")),
                    "left",
                )
                .select(shown["ad"], "clicked")
                .writeStream
                .queryName("ads")
                .outputMode("append")
                .format("memory")
                .start()
            )
        "#]],
    );
}

#[test]
fn columns_made_changed_and_dropped() {
    check(
        r#"
from pyspark.sql.functions import *
sales = spark.readStream.schema("shop STRING, amount INT, tags ARRAY<STRING>, at TIMESTAMP").json("/data/sales")
q = (sales.withColumn("shop", upper("shop")).withColumn("big", (col("amount") + 1) * 2 > 100).drop("at")
  .select("shop", "big", explode("tags").alias("tag"), when(col("amount") > 5, "much").otherwise("little").alias("how"))
  .dropDuplicates(["shop", "tag"]).writeStream.format("json").partitionBy("shop").option("checkpointLocation", "/c").start("/out"))
r = sales.groupBy("shop").agg(sum("amount"), avg("amount").alias("mean"), (max("amount") - min("amount")).alias("range")).orderBy(desc("mean")).writeStream.outputMode("complete").format("memory").queryName("t").trigger(availableNow=True).start()
"#,
        expect![[r#"
            from pyspark.sql import functions as F

            sales = (
                spark.readStream
                .schema("shop STRING, amount INT, tags ARRAY<STRING>, at TIMESTAMP")
                .json("/data/sales")
            )

            query = (
                sales
                .withColumn("shop", F.upper("shop"))
                .withColumn("big", (F.col("amount") + 1) * 2 > 100)
                .drop("at")
                .select(
                    "shop",
                    "big",
                    F.explode("tags").alias("tag"),
                    F.when(F.col("amount") > 5, "much").otherwise("little").alias("how"),
                )
                .dropDuplicates(["shop", "tag"])
                .writeStream
                .outputMode("append")
                .partitionBy("shop")
                .format("json")
                .option("checkpointLocation", "/c")
                .start("/out")
            )

            query_2 = (
                sales
                .groupBy("shop")
                .agg(
                    F.sum("amount"),
                    F.avg("amount").alias("mean"),
                    (F.max("amount") - F.min("amount")).alias("range"),
                )
                .orderBy(F.desc("mean"))
                .writeStream
                .queryName("t")
                .outputMode("complete")
                .trigger(availableNow=True)
                .format("memory")
                .start()
            )
        "#]],
    );
}

#[test]
fn what_has_no_words() {
    check(
        "q = spark.readStream.format('rate').load().writeStream.foreachBatch(lambda df, n: None).start()",
        expect![[r#"
        not written: the rows go to a Python function
    "#]],
    );
}
