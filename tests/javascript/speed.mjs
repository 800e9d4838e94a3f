// Windowed count by key through WebAssembly in Node: a million rows a micro-batch, source and sink included.
import { createRequire } from "node:module";

const { Playground } = createRequire(import.meta.url)("../../pkg/node/tidemark.js");
const ROWS = 1_000_000;

function batches(program, count) {
  const playground = new Playground({ seed: 1 });
  playground.run(program);
  const milliseconds = [];
  for (let batch = 0; batch < count; batch++) {
    const started = performance.now();
    playground.step();
    milliseconds.push(performance.now() - started);
  }
  const rows = playground.reports().at(-1).inputRows;
  milliseconds.sort((a, b) => a - b);
  return { median: milliseconds[count >> 1], rows };
}

const query = (rows) => `
from pyspark.sql.functions import window, col
ticks = spark.readStream.format("rate-micro-batch").option("rowsPerBatch", ${rows}).option("startTimestamp", 1700000000000).option("advanceMillisPerBatch", 1000).load()
query = (ticks.withWatermark("timestamp", "10 seconds").groupBy(window("timestamp", "10 seconds"), (col("value") % 100).alias("key")).count()
    .writeStream.outputMode("update").format("memory").queryName("counts").start())
`;

const large = batches(query(ROWS), 9);
console.log(`speed wasm in Node, windowed count by key: ${((large.rows / large.median) * 1000 / 1e6).toFixed(1)} million rows/s (budget 4)`);
const small = batches(query(100), 200);
console.log(`speed wasm in Node, micro-batch of ${small.rows} rows: ${small.median.toFixed(2)} ms (budget 2)`);
