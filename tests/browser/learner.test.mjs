// What a learner does, start to finish, on the built page in real Chromium. Leaves screenshots for people to look at.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { browser, screenshots, serve } from "./served.mjs";

let site, context, page;
const complaints = [];

before(async () => {
  mkdirSync(screenshots, { recursive: true });
  site = await serve();
  context = await browser();
  page = await opened();
});

after(async () => {
  await context?.close();
  site?.close();
});

async function opened() {
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(site.address);
  return page;
}

const shot = (name, of = page) => of.screenshot({ path: join(screenshots, `${name}.png`) });
const figure = async (name, of = page) => (await of.locator(".figures div", { has: of.locator(`dt:text-is("${name}")`) }).locator("dd").innerText()).trim();
const number = async (name, of = page) => Number(await figure(name, of)) || 0;
const until = (check, name, seconds = 30) => waitFor(check, name, seconds);
const button = (name, of = page) => of.getByRole("button", { name, exact: true });
const program = (of = page) => of.evaluate(() => [...document.querySelectorAll(".cm-line")].map((line) => line.textContent).join("\n"));

async function waitFor(check, name, seconds) {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    if (await check()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  await shot("stuck");
  assert.fail(`waited ${seconds} s for: ${name}`);
}

/** Replaces the whole text of the editor. */
async function write(text, of = page) {
  await of.locator(".cm-content").first().click();
  await of.keyboard.press("Control+A");
  await of.keyboard.press("Delete");
  await of.keyboard.insertText(text);
}

test("the example runs within two seconds of first paint", async () => {
  await page.waitForSelector(".figures");
  await until(async () => (await number("Batch")) >= 1, "a second batch");
  const { painted, ran } = await page.evaluate(() => ({
    painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
    ran: performance.getEntriesByName("tidemark-first-batch")[0]?.startTime ?? performance.now(),
  }));
  console.log(`first paint after ${painted.toFixed(0)} ms, first batch ${(ran - painted).toFixed(0)} ms later`);
  assert.ok(ran - painted < 2000, `${ran - painted} ms from first paint to the first batch`);
});

test("the watermark rises, windows are sealed and late rows are dropped", async () => {
  await page.locator("#speed").selectOption({ index: (await page.locator("#speed option").count()) - 1 });
  await until(async () => (await number("Dropped late")) >= 3 && (await number("Batch")) >= 12, "late rows", 90);
  assert.match(await figure("Watermark"), /\d\d:\d\d:\d\d/);
  assert.ok((await number("Rows out")) > 0);
  await button("Pause").click();
  await shot("workbench-light");
});

test("a late row says why it was dropped, with the numbers", async () => {
  const tide = page.locator(".tide canvas");
  await tide.focus();
  await page.keyboard.press("End");
  let said = "";
  for (let step = 0; step < 400 && !/^Dropped as late/.test(said); step++) {
    await page.keyboard.press("ArrowLeft");
    said = await page.locator("#tide-said").innerText();
  }
  assert.match(said, /^Dropped as late\..*\d\d:\d\d:\d\d.*watermark.*\d\d:\d\d:\d\d/s);
  await shot("late-row");
});

test("one step runs exactly one batch", async () => {
  const batch = await number("Batch");
  await button("Step one batch").click();
  await until(async () => (await number("Batch")) === batch + 1, "one batch more");
  await new Promise((done) => setTimeout(done, 500));
  assert.equal(await number("Batch"), batch + 1);
});

test("the watermark's delay is changed through its card, in the text and in the run", async () => {
  const card = page.locator(".cards button, .cards [role=button]", { hasText: "Watermark" }).first();
  await card.click();
  const field = page.locator(".card-fields input").first();
  await field.fill("30 seconds");
  await field.press("Enter");
  await until(async () => /withWatermark\("\w+", "30 seconds"\)/.test(await program()), "the edit in the text");
  await page.locator("button.run").click();
  await until(async () => (await number("Batch")) <= 3, "a new run");
});

test("a mistake is told with Spark's condition and a hint", async () => {
  const text = await program();
  await write(text.replace(/^.*withWatermark.*\n/m, ""));
  await page.keyboard.press("Control+Enter");
  const problem = page.locator(".problem");
  await problem.waitFor();
  const said = await problem.innerText();
  assert.match(said, /STREAMING_OUTPUT_MODE\.UNSUPPORTED_OPERATION/);
  assert.ok((await page.locator(".problem .hint").count()) > 0, "no hint");
  assert.ok((await page.locator(".cm-lintRange-error").count()) > 0, "nothing is underlined");
  await shot("mistake");
  await write(text);
  await page.keyboard.press("Control+Enter");
  await problem.waitFor({ state: "detached" });
});

test("the driver is killed, restarted, and goes on from its checkpoint", async () => {
  await until(async () => (await number("Batch")) >= 2, "some batches");
  await page.getByRole("button", { name: /kill/i }).first().click();
  const batch = await number("Batch");
  await page.getByRole("button", { name: /restart/i }).first().click();
  await until(async () => (await number("Batch")) > batch, "batches after the restart");
  await page.getByRole("tab", { name: "Checkpoint" }).click();
  await until(async () => (await page.locator(".files button").count()) > 2, "files of the checkpoint");
  await page.locator(".files button", { hasText: /^\s*0\b|metadata/ }).first().click();
  await until(async () => (await page.locator(".file-text pre").innerText()).trim().length > 3, "a readable file");
  await shot("checkpoint");
});

test("a program that never ends can be stopped", async () => {
  await write("while True:\n    pass\n");
  await page.keyboard.press("Control+Enter");
  const stop = page.getByRole("button", { name: /stop/i }).first();
  await stop.waitFor({ timeout: 20000 });
  await stop.click();
  await write("print('alive')\n");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("tab", { name: /^Driver/ }).click();
  await until(async () => (await page.locator("pre[aria-label=Printed]").count()) && /alive/.test(await page.locator("pre[aria-label=Printed]").innerText()), "the engine is back");
});

test("a file of the learner's own is read by a program", async () => {
  await page.getByRole("tab", { name: "Input" }).click();
  await page.locator("input[type=file]").setInputFiles({ name: "tides.csv", mimeType: "text/csv", buffer: Buffer.from("high,3.1\nlow,0.4\n") });
  await page.getByText("/data/tides.csv").first().waitFor();
  await page.getByRole("tab", { name: /Query|Code/ }).first().click();
  await write('spark.read.schema("name STRING, metres DOUBLE").csv("/data/tides.csv").show()\n');
  await page.keyboard.press("Control+Enter");
  await until(async () => /\|high\|\s+3\.1\|/.test(await page.locator("pre[aria-label=Printed]").innerText().catch(() => "")), "the table");
});

test("every example of the gallery runs", async () => {
  await page.locator("header button[aria-haspopup=dialog]").click();
  const count = await page.locator(".gallery button").count();
  assert.ok(count >= 6, `${count} examples`);
  await shot("gallery");
  for (let index = 0; index < count; index++) {
    if (index > 0) await page.locator("header button[aria-haspopup=dialog]").click();
    await page.locator(".gallery button").nth(index).click();
    await until(async () => (await figure("Batch")) !== "–", `batches of example ${index + 1}`);
    assert.equal(await page.locator(".problem").count(), 0, `example ${index + 1} has a problem`);
  }
});

test("an exercise says the first difference, and accepts a right answer only", async () => {
  await page.locator("nav.rooms").getByText("Practice").click();
  await page.locator(".practice").waitFor();
  await page.getByRole("button", { name: /^Check/ }).click();
  await page.locator(".verdict").waitFor({ timeout: 20000 });
  assert.equal(await page.locator(".verdict.passed").count(), 0, "the unsolved exercise passes");
  await shot("practice");
});

test("a question explains each choice", async () => {
  await page.locator("nav.rooms").getByText("Exam").click();
  await page.locator(".question .choices button").first().click();
  await page.locator(".verdict, .reason").first().waitFor();
  assert.equal(await page.locator(".choices .reason").count(), 4);
  await shot("exam");
});

test("dark and narrow screens", async () => {
  const dark = await opened();
  await dark.emulateMedia({ colorScheme: "dark" });
  await dark.locator("#speed").selectOption({ index: (await dark.locator("#speed option").count()) - 1 });
  await until(async () => (await number("Batch", dark)) >= 10, "batches in the dark", 60);
  await shot("workbench-dark", dark);
  await dark.setViewportSize({ width: 390, height: 844 });
  for (const theme of ["light", "dark"]) {
    await dark.emulateMedia({ colorScheme: theme });
    await dark.waitForTimeout(400);
    await shot(`narrow-${theme}`, dark);
    const overflow = await dark.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 0, `the page is ${overflow} px wider than the screen`);
  }
  await dark.close();
});

test("nothing complained meanwhile", () => assert.deepEqual(complaints, []));
