// npm run test:mutation [-- FOLDER-OR-FILE...]: changes the code in small ways and counts how many of the changes its
// unit tests notice. A folder's mutants meet the tests of the same folder only, which have to find them by themselves.
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Stryker } from "@stryker-mutator/core";
import { Failure, main } from "./main.mjs";

/** @typedef {import("@stryker-mutator/api/core").MutantResult} Mutant */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** The lowest share of mutants that are found, in percent. */
const leastScore = 85;
/** Tests of hours, of thousands of tasks, or of memory: mutants do not meet them, because each would take seconds. */
const simulations = ["large-lists", "drawn-answers", "hostile-endpoint"];
/** Where mutants of what is computed when a module is loaded are left out: each of the API's many tables would take seconds. */
const ofTables = ["src/drs"];
/** What is changed, and the unit tests that have to notice it: a folder of out/, and how their names begin. */
const areas = new Map([
  ["src/status", "unit/status/"],
  ["src/tasks", "unit/tasks/"],
  ["src/tree", "unit/tree/"],
  ["src/drs", "unit/drs/"],
  ["src/backend/reconcile.ts", "unit/backend/reconcile"],
]);

await main(async () => {
  process.chdir(root);
  const chosen = process.argv.slice(2);
  const lines = [];
  let lowest = 100;
  for (const path of chosen.length === 0 ? areas.keys() : chosen) {
    const [, tests] = [...areas].find(([area]) => path.startsWith(area)) ?? [];
    if (tests === undefined) {
      throw new Failure(`${path} is in none of ${[...areas.keys()].join(", ")}.`);
    }
    const mutants = await mutantsOf(path, tests);
    const score = scoreOf(mutants);
    lowest = Math.min(lowest, score);
    lines.push(`${path.padEnd(26)} ${score.toFixed(1).padStart(5)} %  of ${mutants.length}`);
  }
  console.log(`\n${lines.join("\n")}`);
  return lowest < leastScore ? 1 : 0;
});

/**
 * Tries every mutant of a folder or file.
 *
 * @param {string} path
 * @param {string} tests
 */
async function mutantsOf(path, tests) {
  const reports = join(".cache", "mutation", path.replaceAll("/", "-"));
  mkdirSync(reports, { recursive: true });
  const mutants = await new Stryker({
    mutate: filesOf(path),
    ignorePatterns: [".cache", "dist", "out"],
    buildCommand: "node esbuild.mjs --tests",
    plugins: [new URL("mutation-runner.mjs", import.meta.url).href],
    testRunner: "bundled-mocha",
    tests,
    simulations,
    coverageAnalysis: "perTest",
    ignoreStatic: ofTables.some((folder) => path.startsWith(folder)),
    concurrency: 1,
    timeoutMS: 6_000,
    // It reads tsconfig.json by a function that TypeScript 7 no longer has, and needs nothing of it.
    tsconfigFile: "none",
    tempDirName: ".cache/stryker",
    reporters: ["clear-text", "progress-append-only", "json", "html"],
    clearTextReporter: { logTests: false, reportTests: false, allowColor: false, reportScoreTable: false },
    jsonReporter: { fileName: join(reports, "mutation.json") },
    htmlReporter: { fileName: join(reports, "mutation.html") },
    allowConsoleColors: false,
    warnings: false,
  }).runMutationTest();
  return mutants.filter(({ status }) => status !== "Ignored");
}

/**
 * The files of a folder, but for those that import vscode: they run in VS Code only, where the host suite tests them.
 *
 * @param {string} path
 */
function filesOf(path) {
  if (path.endsWith(".ts")) {
    return [path];
  }
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .map((file) => join(path, file).replaceAll("\\", "/"))
    .filter(
      (file) => file.endsWith(".ts") && !/ from "(.*\/screen\/)?vscode"/.test(readFileSync(file, "utf8")),
    );
}

/** @param {readonly Mutant[]} mutants */
function scoreOf(mutants) {
  const found = mutants.filter(({ status }) => status === "Killed" || status === "Timeout");
  return mutants.length === 0 ? 100 : (100 * found.length) / mutants.length;
}
