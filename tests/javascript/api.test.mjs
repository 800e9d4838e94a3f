// The JavaScript package as its users see it: every call of the documented API, on real programs.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

const { Playground } = createRequire(import.meta.url)("../../pkg/nodejs/tidemark.js");
const bytes = (text) => new TextEncoder().encode(text);
const text = (bytes) => new TextDecoder().decode(bytes);

const HOURLY = `
from pyspark.sql.functions import window, sum
sales = spark.readStream.schema("at TIMESTAMP, amount INT").json("/data/sales")
query = (sales.withWatermark("at", "1 hour")
    .groupBy(window("at", "1 hour")).agg(sum("amount").alias("total"))
    .writeStream.outputMode("append").format("memory").queryName("hourly")
    .option("checkpointLocation", "/checkpoint/hourly").start())
`;

const sale = (at, amount) => JSON.stringify({ at: `2025-03-01T${at}:00Z`, amount }) + "\n";

test("a program runs on files and reports its batches", () => {
  const playground = new Playground({ seed: 7 });
  playground.makeFolder("/data/sales");
  playground.run(HOURLY);
  playground.writeFile("/data/sales/1.json", bytes(sale("09:10", 5) + sale("09:50", 7)));
  playground.process();
  playground.writeFile("/data/sales/2.json", bytes(sale("11:30", 1)));
  playground.process();
  const reports = playground.reports();
  assert.deepEqual(reports.map((it) => [it.batchId, it.inputRows, it.outputRows]), [[0, 2, 0], [1, 0, 0], [2, 1, 0], [3, 0, 1]]);
  assert.equal(reports[3].query, "hourly");
  assert.equal(reports[3].watermarkMs, Date.parse("2025-03-01T10:30:00Z"));
  assert.equal(JSON.parse(reports[3].rows[0]).total, 12);
});

test("a late row is dropped and counted", () => {
  const playground = new Playground({ seed: 7 });
  playground.makeFolder("/data/sales");
  playground.run(HOURLY);
  for (const [name, rows] of [["1", sale("12:00", 1)], ["2", sale("09:00", 1)]]) {
    playground.writeFile(`/data/sales/${name}.json`, bytes(rows));
    playground.process();
  }
  assert.equal(playground.reports().at(-1).stateOperators[0].numRowsDroppedByWatermark, 1);
});

test("a restart goes on from the checkpoint, whose files can be read", () => {
  const playground = new Playground({ seed: 7 });
  playground.makeFolder("/data/sales");
  playground.run(HOURLY.replace('.outputMode("append").format("memory").queryName("hourly")', '.outputMode("update").format("console")'));
  playground.writeFile("/data/sales/1.json", bytes(sale("09:10", 5)));
  playground.process();
  playground.restart();
  playground.writeFile("/data/sales/2.json", bytes(sale("09:20", 6)));
  playground.process();
  assert.match(playground.output(), /\|\{2025-03-01 09:00\.\.\.\|\s+11\|/);
  assert.match(text(playground.readFile("/checkpoint/hourly/commits/0")), /^v1\n\{"nextBatchWatermarkMs":\d+/);
});

test("an error is a JavaScript error with Spark's condition, a span and hints", () => {
  const playground = new Playground({ seed: 1 });
  const program = 'spark.readStream.format("rate").load().groupBy("value").count().writeStream.format("console").start()';
  assert.throws(() => playground.run(program), (error) => {
    assert.ok(error instanceof Error);
    assert.equal(error.condition, "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION");
    assert.match(error.message, /not supported for streaming aggregations without watermark/);
    assert.ok(error.span.start >= 0 && error.span.end <= program.length && error.span.start < error.span.end);
    assert.ok(error.hints.length > 0);
    return true;
  });
});

test("the clock moves only when it is told to", () => {
  const playground = new Playground({ seed: 3 });
  playground.run('query = spark.readStream.format("rate").option("rowsPerSecond", 5).load().writeStream.format("memory").queryName("ticks").trigger(processingTime="1 second").start()');
  playground.advance(3500);
  const rows = playground.reports().reduce((sum, it) => sum + it.inputRows, 0);
  assert.ok(rows >= 10 && rows <= 15, `${rows} rows after 3.5 s of 5 rows a second`);
  const before = playground.reports().length;
  playground.step();
  assert.equal(playground.reports().length, before + 1);
});

test("the same seed gives the same run", () => {
  const run = () => {
    const playground = new Playground({ seed: 11 });
    playground.run('print(spark.range(3).count())\nquery = spark.readStream.format("rate").load().writeStream.format("console").start()\nprint(query.id)');
    playground.advance(3000);
    return playground.output();
  };
  assert.equal(run(), run());
});

test("nothing that is given to it makes it panic", () => {
  for (const program of ["", "(", "\u0000\u0001", "x = [", "while True: pass", "def f(): return f()\nf()", "spark.".repeat(2000), "(".repeat(5000), "1/0"]) {
    const playground = new Playground({ seed: 1 });
    try {
      playground.run(program);
    } catch (error) {
      assert.ok(error.message.length > 0 && !/unreachable|panicked/.test(error.message), `${program.slice(0, 20)}: ${error.message}`);
    }
  }
});
