// Compiled, never run: the package's types say what the API takes and gives.
import { Playground } from "../../pkg/nodejs/tidemark.js";

const playground: Playground = new Playground({ seed: 1 });
playground.writeFile("/data/a.json", new Uint8Array());
const bytes: Uint8Array = playground.readFile("/data/a.json");
playground.run("print(1)");
playground.process();
playground.advance(1000);
playground.step();
playground.restart();
const printed: string = playground.output();
for (const report of playground.reports()) {
  const batch: number = report.batchId;
  const rows: string[] = report.rows;
  const dropped: number[] = report.stateOperators.map((it) => it.numRowsDroppedByWatermark);
  void [batch, rows, dropped, report.query, report.inputRows, report.outputRows, report.watermarkMs];
}
void [bytes, printed];
// @ts-expect-error: a seed is a number.
new Playground({ seed: "one" });
