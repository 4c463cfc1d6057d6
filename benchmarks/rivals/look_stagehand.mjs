// Stagehand's own observation: the accessibility tree that its `observe` and `act` put into the
// prompt. No model is asked. Runs under node, from a folder where Stagehand is installed.

import { pathToFileURL } from "node:url";
import { createInterface } from "node:readline";
import path from "node:path";

const [cdpUrl, folder] = process.argv.slice(2);
const library = path.resolve(folder, "node_modules/@browserbasehq/stagehand/dist/esm");
const load = (file) => import(pathToFileURL(path.join(library, file)).href);
const { Stagehand } = await load("index.js");
const { captureHybridSnapshot } = await load("lib/v3/understudy/a11y/snapshot/index.js");

const version = await (await fetch(`${cdpUrl}/json/version`)).json();
const stagehand = new Stagehand({
  env: "LOCAL",
  verbose: 0,
  disablePino: true,
  localBrowserLaunchOptions: { cdpUrl: version.webSocketDebuggerUrl },
});
await stagehand.init();
const page = stagehand.context.pages()[0];
const CONTROL = /^\s*\[\S+\] (?:scrollable, )?(link|button|textbox|combobox|select|checkbox|radio|searchbox)\b/;

const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
answer("ready");
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim()) {
    await page.goto(line.trim());
    answer(null);
    continue;
  }
  const started = performance.now();
  const { combinedTree } = await captureHybridSnapshot(page, { experimental: false });
  const seconds = (performance.now() - started) / 1000;
  const controls = combinedTree.split("\n").filter((each) => CONTROL.test(each)).length;
  answer([seconds, combinedTree, controls]);
}
await stagehand.close();
process.exit(0);
