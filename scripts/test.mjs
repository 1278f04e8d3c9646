// npm test [-- SUITE[/FILE]...]: sets up and runs the tests, all or those named (`unit`, `browser/details`); the last line
// says how many passed and failed.
import { existsSync } from "node:fs";
import { mkdtemp, open, readdir, readFile, rm, stat, statfs } from "node:fs/promises";
import { availableParallelism, freemem, loadavg, tmpdir } from "node:os";
import { basename, dirname, join, relative, sep } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { runHostSuite } from "./host-suite.mjs";
import { limits } from "./limits.mjs";
import { Failure, main, seconds } from "./main.mjs";
import { runProgram } from "./programs.mjs";
import { node, setUp } from "./setup.mjs";
import { testMeans } from "./test-means.mjs";

/** @typedef {{ folder: string, resultFile: string, output: number, signal: AbortSignal }} Run `folder` is the job's own, and goes with it; `output`: a file descriptor */
/** @typedef {{ suite: string, name: string, run: (run: Run) => Promise<{ code: number | null, how: string }> }} Job `how` says how its runner ended */
/** @typedef {import("./test-means.mjs").TestMeans} TestMeans */
/** @typedef {{ suite: string, passed: number, failed: number, note: string, begin: number, end: number }} Result */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Linux keeps files in memory here. Tests take less than half of `roomInMemory` (in bytes) at a time. */
const memory = "/dev/shm";
const roomInMemory = 6 * 2 ** 30;
/** Whether tests take their long form; then there are benches, too. */
const soak = process.env.DRS_SOAK === "1";
/** Suites that run only when they are named: what is released, installed as users do. */
const named = ["package"];
/** Files that take a minute or more, the longest first. They begin first, so that no lane is left with one of them. */
const long = [
  ...["backend/server-errors", "backend/delay", "backend/postgres-14", "backend/statuses"],
  ...["backend/copy-again", "backend/slot-moved", "backend/precheck-servers", "backend/indexes"],
  ...["backend/faults", "backend/lying-servers"],
  ...["browser/alerts", "browser/core-workflow", "browser/remedies"],
];
const suiteNames = [
  "check",
  "unit",
  "speed",
  "backend",
  ...(soak ? ["bench"] : []),
  "host",
  "host-oldest",
  "browser",
  ...named,
];

await main(async (signal) => {
  const selected = process.argv.slice(2);
  const unknown = selected.filter((name) => !isSelectable(name));
  if (unknown.length > 0) {
    throw new Failure(`No such suite or file: ${unknown.join(", ")}. There are: ${suiteNames.join(", ")}.`);
  }
  const begin = performance.now();
  await setUp({ root, tests: true, signal });
  const suites = suiteNames.filter(
    (suite) =>
      (selected.length === 0 && !named.includes(suite)) || selected.some((name) => suiteOf(name) === suite),
  );
  const results = await runSuites(suites, selected, signal);
  console.log(`\nsuite        passed  failed  duration   (all together ${seconds(begin)})`);
  for (const suite of suites) {
    const own = results.filter((result) => result.suite === suite);
    const duration = Math.max(...own.map(({ end }) => end)) - Math.min(...own.map(({ begin }) => begin));
    const counts = [cell(sum(own, "passed"), 7), cell(sum(own, "failed"), 7)];
    const notes = own.map(({ note }) => note).filter((note) => note !== "");
    console.log(`${suite.padEnd(11)} ${counts.join(" ")} ${cell(`${(duration / 1000).toFixed(1)} s`, 9)}`);
    for (const note of notes) {
      console.log(`  ${note}`);
    }
  }
  console.log(`${sum(results, "passed")} passed, ${sum(results, "failed")} failed`);
  return sum(results, "failed") === 0 ? 0 : 1;
});

/** @param {string} name a suite, or a suite and one of its files */
function suiteOf(name) {
  return name.replace(/\/.*$/, "");
}

/** @param {string} name */
function isSelectable(name) {
  const suite = suiteOf(name);
  return (
    suiteNames.includes(suite) &&
    (name === suite || existsSync(join(root, "test", suite, `${name.slice(suite.length + 1)}.test.ts`)))
  );
}

/**
 * @param {number | string} content
 * @param {number} width
 */
function cell(content, width) {
  return String(content).padStart(width);
}

/**
 * @param {readonly Result[]} results
 * @param {"passed" | "failed"} count
 */
function sum(results, count) {
  return results.reduce((all, result) => all + result[count], 0);
}

/**
 * Where jobs have their files, unless TMPDIR says where: in memory where it has room, because database servers make
 * thousands of files, which takes some disks longer than the tests.
 */
async function temporaryFolder() {
  if (process.env.TMPDIR !== undefined) {
    return tmpdir();
  }
  const room = await statfs(memory).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  return Math.min(room, freemem()) > roomInMemory ? memory : tmpdir();
}

/**
 * Whether so many processes want a processor (over the last minute, as the system counts them) that one more job would
 * only hold up the others: what each of them keeps running costs the more the longer they take.
 */
function isCrowded() {
  return (loadavg()[0] ?? 0) > 4 * availableParallelism();
}

/**
 * Runs up to five jobs at once: what computes (windows) beside what mostly waits (the backend's tests). Two of the five
 * wait on a machine that is crowded already. Benches come last, alone.
 *
 * @param {readonly string[]} suites
 * @param {readonly string[]} selected suites and files; none: all
 * @param {AbortSignal} signal
 * @returns {Promise<readonly Result[]>}
 */
async function runSuites(suites, selected, signal) {
  const folder = await mkdtemp(join(await temporaryFolder(), "drs-test-"));
  const means = testMeans({ root, folder, signal });
  /** @type {Result[]} */
  const results = [];
  const queue = async (/** @type {string[]} */ ...names) => {
    const chosen = names.filter((name) => suites.includes(name));
    return (await Promise.all(chosen.map((name) => jobsOf(name, selected, means)))).flat();
  };
  const lane = async (/** @type {Job[][]} */ ...queues) => {
    for (const jobs of queues) {
      for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
        results.push(await resultOf(job, folder, signal));
      }
    }
  };
  const spareLane = async (/** @type {Job[][]} */ ...queues) => {
    const left = () => queues.find((jobs) => jobs.length > 0);
    for (let jobs = left(); jobs !== undefined; jobs = left()) {
      const job = isCrowded() ? undefined : jobs.shift();
      await (job === undefined ? delay(1_000, undefined, { signal }) : lane([job]));
    }
  };
  const code = await queue("check", "unit", "speed");
  const windows = await queue("host", "host-oldest", "browser");
  const backend = await queue("backend");
  try {
    if (windows.length > 0) {
      means.installAhead();
    }
    await Promise.all([
      ...[lane(code, windows, backend), lane(windows, backend), lane(backend, windows)],
      ...[spareLane(backend, windows), spareLane(backend, windows)],
    ]);
    await lane(await queue("bench"), await queue("package"));
  } finally {
    await means.end();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  return results;
}

/**
 * The jobs of a suite. Where tests wait or open windows each file is a job.
 *
 * @param {string} suite
 * @param {readonly string[]} selected
 * @param {TestMeans} means
 * @returns {Promise<readonly Job[]>}
 */
async function jobsOf(suite, selected, means) {
  const all = selected.length === 0 || selected.includes(suite);
  const files = (await testFiles(suite)).filter((file) => all || selected.includes(nameOf(file)));
  const test = soak ? limits.soak : limits.test;
  /** @type {(env: () => Promise<NodeJS.ProcessEnv>) => readonly Job[]} */
  const each = (env) =>
    files.map((file) => ({
      ...{ suite, name: `${suite}: ${basename(file, ".js")}` },
      run: async (run) => await runMocha([file], { test, env: await env() }, run),
    }));
  const single = (/** @type {Job["run"]} */ run) => [{ suite, name: suite, run }];
  switch (suite) {
    case "check":
      return single(({ output, signal }) =>
        runProgram("npm", ["run", "--silent", "check"], {
          ...{ cwd: root, stdio: ["ignore", output, output], shell: process.platform === "win32" },
          ...{ signal, limit: limits.suite },
        }),
      );
    case "unit":
      return single((run) => runMocha(files, { test: soak ? limits.soak : limits.unitTest, env: {} }, run));
    case "speed":
      return single((run) => runMocha(files, { test, env: {} }, run));
    case "bench":
      return single(async (run) => runMocha(files, { test, env: await means.backendEnv() }, run));
    case "backend":
      return each(() => means.backendEnv());
    case "package":
      return each(() => means.packageEnv());
    case "browser":
      return each(() => means.browserEnv());
    case "host":
      return single((run) => runInHost("current", means, run));
    default:
      return single((run) => runInHost("oldest", means, run));
  }
}

/**
 * The files of a suite, those first that are known to take long; of the others the largest, which are likely to.
 *
 * @param {string} suite
 */
async function testFiles(suite) {
  const folder = join(root, "out", suite);
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sized = await Promise.all(
    names
      .filter((name) => name.endsWith(".test.js"))
      .map(async (name) => ({
        file: join(folder, name),
        rank: long.toReversed().indexOf(nameOf(join(folder, name))),
        size: (await stat(join(root, "test", suite, name.replace(/js$/, "ts")))).size,
      })),
  );
  return sized.toSorted((a, b) => b.rank - a.rank || b.size - a.size).map(({ file }) => file);
}

/** @param {string} file a built file of tests, whose name is what selects it: `browser/details` */
function nameOf(file) {
  return relative(join(root, "out"), file)
    .replaceAll(sep, "/")
    .replace(/\.test\.js$/, "");
}

/**
 * Runs one job and shows what it has printed. A job that crashes, takes too long or runs no test counts as a failure.
 *
 * @param {Job} job
 * @param {string} parent where its folder is made
 * @param {AbortSignal} signal
 * @returns {Promise<Result>}
 */
async function resultOf({ suite, name, run }, parent, signal) {
  const begin = performance.now();
  const folder = await mkdtemp(join(parent, "job-"));
  const resultFile = join(folder, "result.json");
  const outputFile = join(folder, "output");
  const output = await open(outputFile, "w");
  let trouble = "";
  try {
    const { code, how } = await run({ folder, resultFile, output: output.fd, signal });
    trouble = code === 0 ? "" : how;
  } catch (error) {
    signal.throwIfAborted();
    trouble = error instanceof Failure ? error.message : String(error);
  } finally {
    await output.close();
  }
  const { passes, failures, report } = await readResult(resultFile);
  if (trouble === "" && passes === 0 && suite !== "check") {
    trouble = "ran no test";
  }
  console.log(`\n=== ${name} (${seconds(begin)})\n${await readFile(outputFile, "utf8")}${report}`);
  const note = trouble === "" ? "" : `${name}: ${trouble}`;
  if (note !== "") {
    console.error(note);
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  // A runner that ends badly although no test failed is a failure of its own.
  const failed = failures === 0 && trouble !== "" ? 1 : failures;
  return { suite, passed: passes, failed, note, begin, end: performance.now() };
}

/**
 * @param {string} resultFile
 * @returns {Promise<{ passes: number, failures: number, report: string }>} the report of a suite that could not print it itself
 */
async function readResult(resultFile) {
  const none = { passes: 0, failures: 0, report: "" };
  try {
    return { ...none, ...JSON.parse(await readFile(resultFile, "utf8")) };
  } catch {
    return none;
  }
}

/**
 * @param {readonly string[]} files
 * @param {{ test: number, env: NodeJS.ProcessEnv }} options `test`: limit of one test, in milliseconds
 * @param {Run} run
 */
async function runMocha(files, { test, env }, { folder, resultFile, output, signal }) {
  return await runProgram(
    node(root),
    [join(root, "scripts", "mocha.mjs"), resultFile, String(test), ...files],
    {
      ...{ cwd: root, stdio: ["ignore", output, output], env: { ...process.env, TMPDIR: folder, ...env } },
      ...{ signal, limit: soak ? limits.soak : limits.suite },
    },
  );
}

/**
 * @param {keyof typeof import("./vscode-server.mjs").releases} release
 * @param {TestMeans} means
 * @param {Run} run
 */
async function runInHost(release, means, { folder, resultFile, signal }) {
  const env = { ...(await means.hostEnv(release)), DRS_TEST_RESULT: resultFile, TMPDIR: folder };
  const dataDirectory = join(folder, "backend");
  const code = await means.withDemo(dataDirectory, () =>
    runHostSuite({
      ...{ root, release, env, limit: limits.suite, signal },
      folder: join(folder, "profile"),
      settings: { "drs.localBackend.dataDirectory": dataDirectory },
    }),
  );
  return { code, how: `ended with exit code ${code}` };
}
