// Windowed count by key through WebAssembly in Node, source and sink included: a million rows a micro-batch, and a state of a million keys.
import { createRequire } from "node:module";

// The package does not show its memory; its instance does.
let memory;
WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(module, imports) {
    super(module, imports);
    memory = this.exports.memory;
  }
};

const { Playground } = createRequire(import.meta.url)("../../pkg/nodejs/tidemark.js");
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

// The first of all, for WebAssembly's memory never shrinks. The delay is so long that no key leaves.
const keys = `
from pyspark.sql.functions import window, col
ticks = spark.readStream.format("rate-micro-batch").option("rowsPerBatch", 100000).option("startTimestamp", 1700000000000).option("advanceMillisPerBatch", 1000).load()
query = (ticks.withWatermark("timestamp", "10 days").groupBy(window("timestamp", "10 seconds"), "value").count()
    .writeStream.outputMode("append").format("noop").start())
`;
const filled = new Playground({ seed: 1 });
filled.run(keys);
const growing = [];
while (growing.length < 10) {
  const started = performance.now();
  filled.step();
  growing.push(performance.now() - started);
}
const rows = filled.reports().at(-1).stateOperators[0].numRowsTotal;
const megabytes = memory.buffer.byteLength / 2 ** 20;
console.log(`speed wasm in Node, state of ${rows} windows by long key: ${megabytes.toFixed(0)} MB of memory (budget 400), longest batch of 100000 new keys ${Math.max(...growing).toFixed(0)} ms`);
if (rows !== 1_000_000 || megabytes > 400) process.exitCode = 1;
filled.free();

const large = batches(query(ROWS), 9);
console.log(`speed wasm in Node, windowed count by key: ${((large.rows / large.median) * 1000 / 1e6).toFixed(1)} million rows/s (budget 4)`);
const small = batches(query(100), 200);
console.log(`speed wasm in Node, micro-batch of ${small.rows} rows: ${small.median.toFixed(2)} ms (budget 2)`);
