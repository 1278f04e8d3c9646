// npm run docs:coverage: writes docs/api-coverage.md from the operations tables.
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import { coveragePage } from "./coverage-table.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { outputFiles } = await esbuild.build({
  ...{ absWorkingDir: root, entryPoints: ["test/support/coverage.ts"] },
  ...{ bundle: true, write: false, platform: "node", format: "esm" },
});
const code = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64");
/** @type {typeof import("../test/support/coverage")} */
const { refusedOperations, servedTables } = await import(`data:text/javascript;base64,${code}`);
await writeFile(join(root, "docs", "api-coverage.md"), coveragePage(servedTables, refusedOperations));
