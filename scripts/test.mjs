// npm test [-- SUITE...]: sets up and runs the tests; the last line says how many passed and failed.
import { statSync } from "node:fs";
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { requireChromium } from "./chromium.mjs";
import { runHostSuite } from "./host-suite.mjs";
import { limits } from "./limits.mjs";
import { startDemo } from "./local-backend.mjs";
import { Failure, main, seconds } from "./main.mjs";
import { installOldPostgres } from "./postgres.mjs";
import { runProgram } from "./programs.mjs";
import { node, setUp } from "./setup.mjs";
import { installVSCodeServer } from "./vscode-server.mjs";

/** @typedef {{ folder: string, resultFile: string, signal: AbortSignal }} Run `folder` is empty, the run's own, and goes with it */
/** @typedef {{ name: string, passed: number, failed: number, note: string, duration: string }} Result */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** The result of a suite that wrote none. */
const none = { passes: 0, failures: 0, report: "" };

/** Whether tests take their long form; then there are benches, too. */
const soak = process.env.DRS_SOAK === "1";
const long = 3_600_000;
/** Of the suite of the backend. */
const partsAtOnce = 3;

/**
 * Every suite runs its tests, leaves mocha's counts in the result file, and says how its runner ended. Limits are
 * in milliseconds.
 *
 * @type {Record<string, (run: Run) => Promise<{ code: number | null, how: string }>>}
 */
const suites = {
  check: ({ signal }) =>
    runProgram("npm", ["run", "--silent", "check"], {
      ...{ cwd: root, stdio: ["ignore", "inherit", "inherit"], shell: process.platform === "win32" },
      ...{ signal, limit: 180_000 },
    }),
  unit: (run) => runMocha("unit", { testLimit: 5_000, limit: soak ? long : 120_000 }, run),
  backend: async (run) => {
    const env = {
      ...process.env,
      DRS_TEST_OLD_POSTGRES: await installOldPostgres({ root, signal: run.signal }),
    };
    return await runInParts("backend", { testLimit: 60_000, limit: soak ? long : 600_000, env }, run);
  },
  ...(soak
    ? { bench: (/** @type {Run} */ run) => runMocha("bench", { testLimit: 300_000, limit: long }, run) }
    : {}),
  host: (run) => runInHost("current", run),
  "host-oldest": (run) => runInHost("oldest", run),
  browser: (run) => runInBrowser(run),
};

await main(async (signal) => {
  const selected = process.argv.slice(2);
  const unknown = selected.filter((name) => !(name in suites));
  if (unknown.length > 0) {
    throw new Failure(`No such suite: ${unknown.join(", ")}. There are: ${Object.keys(suites).join(", ")}.`);
  }
  const begin = performance.now();
  await setUp({ root, tests: true, signal });
  /** @type {Result[]} */
  const results = [];
  for (const [name, suite] of Object.entries(suites)) {
    if (selected.length === 0 || selected.includes(name)) {
      results.push(await result(name, suite, signal));
    }
  }
  const passed = results.reduce((sum, { passed }) => sum + passed, 0);
  const failed = results.reduce((sum, { failed }) => sum + failed, 0);
  console.log(`\nsuite        passed  failed  duration   (all together ${seconds(begin)})`);
  for (const { name, passed, failed, duration, note } of results) {
    console.log([name.padEnd(11), cell(passed, 7), cell(failed, 7), cell(duration, 9), ` ${note}`].join(" "));
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});

/**
 * @param {number | string} content
 * @param {number} width
 */
function cell(content, width) {
  return String(content).padStart(width);
}

/**
 * Runs one suite. A suite that crashes, takes too long or runs no test counts as a failure.
 *
 * @param {string} name
 * @param {(run: Run) => Promise<{ code: number | null, how: string }>} suite
 * @param {AbortSignal} signal
 * @returns {Promise<Result>}
 */
async function result(name, suite, signal) {
  console.log(`\n=== ${name}`);
  const begin = performance.now();
  const folder = await mkdtemp(join(tmpdir(), "drs-test-"));
  const resultFile = join(folder, "result.json");
  let note = "";
  let counts = none;
  try {
    const { code, how } = await suite({ folder, resultFile, signal });
    note = code === 0 ? "" : how;
  } catch (error) {
    signal.throwIfAborted();
    note = error instanceof Failure ? error.message : String(error);
  } finally {
    counts = await readResult(resultFile);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  const { passes, failures, report } = counts;
  console.log(report);
  if (note === "" && passes === 0 && name !== "check") {
    note = "ran no test";
  }
  if (note !== "") {
    console.error(`${name}: ${note}`);
  }
  // A runner that ends badly although no test failed is a failure of its own.
  const failed = failures === 0 && note !== "" ? 1 : failures;
  return { name, passed: passes, failed, note: note.split("\n", 1)[0] ?? "", duration: seconds(begin) };
}

/**
 * @param {string} resultFile
 * @returns {Promise<{ passes: number, failures: number, report: string }>} the report of a suite that could not print it itself
 */
async function readResult(resultFile) {
  try {
    return { ...none, ...JSON.parse(await readFile(resultFile, "utf8")) };
  } catch {
    return none;
  }
}

/**
 * @param {string} name the folder in out/
 * @param {{ testLimit: number, limit: number, env?: NodeJS.ProcessEnv }} options
 * @param {Run} run
 */
async function runMocha(name, options, run) {
  return await runFiles(await testFiles(name), options, run, "inherit");
}

/**
 * Runs a suite whose tests mostly wait in several processes at once. What each of them prints comes when it ends.
 *
 * @param {string} name the folder in out/
 * @param {{ testLimit: number, limit: number, env: NodeJS.ProcessEnv }} options
 * @param {Run} run
 */
async function runInParts(name, options, { folder, resultFile, signal }) {
  const parts = partsOf(await testFiles(name));
  const endings = await Promise.all(
    parts.map(async ({ files }, index) => {
      const part = join(folder, String(index));
      await mkdir(part);
      const output = join(part, "output");
      const file = await open(output, "w");
      try {
        const run = { folder: part, resultFile: join(part, "result.json"), signal };
        const ending = await runFiles(files, options, run, file.fd);
        console.log(await readFile(output, "utf8"));
        return { ...ending, counts: await readResult(run.resultFile) };
      } finally {
        await file.close();
      }
    }),
  );
  const sum = (/** @type {"passes" | "failures"} */ count) =>
    endings.reduce((all, { counts }) => all + counts[count], 0);
  await writeFile(resultFile, JSON.stringify({ passes: sum("passes"), failures: sum("failures") }));
  const [first] = endings;
  return endings.find(({ code }) => code !== 0) ?? first ?? { code: null, how: "ran no test" };
}

/** @param {string} name the folder in out/ */
async function testFiles(name) {
  const suite = join(root, "out", name);
  const files = await readdir(suite, { recursive: true });
  return files.filter((file) => file.endsWith(".test.js")).map((file) => join(suite, file));
}

/**
 * Files in parts that take about as long, by the length of their sources: large files first, each to the part that has
 * least.
 *
 * @param {readonly string[]} files
 */
function partsOf(files) {
  const source = (/** @type {string} */ file) =>
    join(root, "test", relative(join(root, "out"), file).replace(/js$/, "ts"));
  const sized = files.map((file) => ({ file, size: statSync(source(file)).size }));
  const parts = Array.from({ length: partsAtOnce }, () => ({ size: 0, files: /** @type {string[]} */ ([]) }));
  for (const { file, size } of sized.toSorted((a, b) => b.size - a.size)) {
    const [part] = parts.toSorted((a, b) => a.size - b.size);
    if (part !== undefined) {
      part.size += size;
      part.files.push(file);
    }
  }
  return parts;
}

/**
 * @param {readonly string[]} files
 * @param {{ testLimit: number, limit: number, env?: NodeJS.ProcessEnv }} options
 * @param {Run} run
 * @param {"inherit" | number} output where the output goes: a file descriptor, or the terminal
 */
async function runFiles(files, { testLimit, limit, env }, { folder, resultFile, signal }, output) {
  return await runProgram(
    node(root),
    [join(root, "scripts", "mocha.mjs"), resultFile, String(testLimit), ...files],
    {
      ...{
        cwd: root,
        stdio: ["ignore", output, output],
        env: { ...process.env, TMPDIR: folder, ...env },
      },
      ...{ signal, limit },
    },
  );
}

/**
 * @param {keyof typeof import("./vscode-server.mjs").releases} release
 * @param {Run} run
 */
async function runInHost(release, { folder, resultFile, signal }) {
  await requireChromium(signal);
  await installVSCodeServer({ root, release, signal });
  return withDemo(folder, signal, async (dataDirectory) => {
    const code = await runHostSuite({
      ...{ root, release, resultFile, signal },
      folder: join(folder, "profile"),
      settings: { "drs.localBackend.dataDirectory": dataDirectory },
      limit: limits.suite,
    });
    return { code, how: `ended with exit code ${code}` };
  });
}

/** @param {Run} run */
async function runInBrowser(run) {
  await requireChromium(run.signal);
  await installVSCodeServer({ root, release: "current", signal: run.signal });
  return withDemo(run.folder, run.signal, (dataDirectory) =>
    runMocha(
      "browser",
      { testLimit: limits.test, limit: limits.suite, env: { DRS_TEST_DATA_DIRECTORY: dataDirectory } },
      run,
    ),
  );
}

/**
 * @template T
 * @param {string} folder
 * @param {AbortSignal} signal
 * @param {(dataDirectory: string) => Promise<T>} work
 */
async function withDemo(folder, signal, work) {
  const dataDirectory = join(folder, "backend");
  const backend = await startDemo({ root, dataDirectory, signal });
  try {
    return await work(dataDirectory);
  } finally {
    await backend.stop();
  }
}
