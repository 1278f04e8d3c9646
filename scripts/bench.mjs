// npm run bench: measures what docs/speed.md promises, prints a table, and writes docs/speed.json and the page's table.
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { requireChromium } from "./chromium.mjs";
import { main, step } from "./main.mjs";
import { node } from "./setup.mjs";
import { speedPage } from "./speed-table.mjs";
import { installVSCodeServer } from "./vscode-server.mjs";

/** @typedef {import("./speed-table.mjs").Figure} Figure */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const run = promisify(execFile);
const parts = [
  ...["product", "reading", "client", "tree", "details", "window"],
  ...["copies", "engine", "listing"],
];

await main(async (signal) => {
  await step("Building", async () => {
    await run(node(root), ["esbuild.mjs", "--production", "--tests"], { cwd: root, signal });
  });
  await requireChromium(signal);
  await installVSCodeServer({ root, release: "current", signal });
  /** @type {Figure[]} */
  const figures = [];
  for (const part of parts) {
    const { stdout } = await step(`Measuring: ${part}`, () =>
      run(node(root), ["--expose-gc", join(root, "out", "speed", "main.js"), part], {
        ...{ cwd: root, signal, env: { ...process.env, DRS_BENCH: "long" } },
      }),
    );
    figures.push(...JSON.parse(stdout));
  }
  const measured = { node: process.version, cores: cpus().length, figures };
  await writeFile(join(root, "docs", "speed.json"), `${JSON.stringify(measured, undefined, 2)}\n`);
  const page = join(root, "docs", "speed.md");
  const text = speedPage(await readFile(page, "utf8"), figures);
  await writeFile(page, text);
  console.log(text.split("<!-- figures -->")[1]);
  return 0;
});
