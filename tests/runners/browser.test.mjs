// The runner `browser`: every case through the built worker in real Chromium. One page holds the worker; each case goes to it as the message
// `Replay`, and the engine in WebAssembly performs and compares it there. Cases are found by folder, as by the native runners.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { browser, serve } from "../browser/served.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const SECONDS = 30;
const started = Date.now();
const tally = new Map();
const cases = [...areas("../shared/conformance/cases"), ...areas("tests/conformance"), ...folder("tests/conformance", "lessons"), ...folder("src/lesson/exercises", "lessons")];
const known = knownFailures();
let site, context, page;

before(async () => {
  site = await serve();
  context = await browser();
  page = await context.newPage();
  await page.goto(`${site.address}worker_loader.js`);
});

after(async () => {
  await context?.close();
  site?.close();
  for (const [area, { passed, total }] of tally) console.log(`browser ${area} ${passed}/${total}`);
  console.log(`browser took ${((Date.now() - started) / 1000).toFixed(1)} s for ${cases.length} cases`);
});

test("there are cases of Spark's", () => assert.ok(cases.some(({ area }) => area === "windows"), "../shared/conformance/cases is missing"));

for (const { area, stem, path } of cases) {
  const name = `browser/${area}/${stem}`;
  const reason = known.get(name) ?? known.get(`${area}/${stem}`);
  test(name, async () => {
    const { differences } = await page.evaluate(replay, { text: readFileSync(path, "utf8"), seconds: SECONDS });
    const count = tally.get(area) ?? { passed: 0, total: 0 };
    tally.set(area, { passed: count.passed + (differences.length === 0), total: count.total + 1 });
    if (reason) assert.notEqual(differences.length, 0, `it passes now: strike it from known_failures.txt (${reason})`);
    else assert.equal(differences.join("\n"), "");
  });
}

/** In the page: asks the worker, a new one where there is none or the last one has died, and waits for its answer. */
async function replay({ text, seconds }) {
  const spawn = () =>
    new Promise((done, fail) => {
      const worker = new Worker("./worker_loader.js", { type: "module" });
      worker.onmessage = ({ data }) => data.some((event) => event.Ready) && done(worker);
      worker.onerror = (event) => fail(new Error(event.message ?? "the worker can't be loaded"));
    });
  globalThis.worker ??= await spawn();
  const { worker } = globalThis;
  const answer = await new Promise((done) => {
    const gone = (why) => {
      worker.terminate();
      globalThis.worker = undefined;
      done({ differences: [why] });
    };
    const timer = setTimeout(() => gone(`still running after ${seconds} s`), seconds * 1000);
    worker.onerror = (event) => gone(`the worker died: ${event.message}`);
    worker.onmessage = ({ data }) => {
      const replayed = data.find((event) => event.Replayed)?.Replayed;
      if (!replayed) return;
      clearTimeout(timer);
      done(replayed);
    };
    worker.postMessage({ Replay: { case: text } });
  });
  return { differences: answer.differences };
}

function areas(parent) {
  const whole = join(root, parent);
  if (!existsSync(whole)) return [];
  const names = readdirSync(whole).sort();
  return names.filter((name) => statSync(join(whole, name)).isDirectory()).flatMap((name) => folder(join(parent, name), name));
}

function folder(path, area) {
  const names = readdirSync(join(root, path)).sort().filter((name) => name.endsWith(".case"));
  return names.map((name) => ({ area, stem: name.slice(0, -".case".length), path: join(root, path, name) }));
}

/** `[runner/]area/case: reason`; a case that fails with every runner stands there without one. */
function knownFailures() {
  const lines = readFileSync(join(root, "tests/conformance/known_failures.txt"), "utf8").split("\n");
  return new Map(lines.filter((line) => line.trim() && !line.startsWith("#")).map((line) => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]));
}
