// Stryker's way to mocha. Its own (@stryker-mutator/mocha-runner 10) does not find the files of mocha 12, and cannot load
// tests again, as mutants of what is computed while a module is loaded need.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { commonTokens, declareFactoryPlugin, PluginKind, tokens } from "@stryker-mutator/api/plugin";
import {
  DryRunStatus,
  determineHitLimitReached,
  TestStatus,
  toMutantRunResult,
} from "@stryker-mutator/api/test-runner";
import Mocha from "mocha";

/** @typedef {import("@stryker-mutator/api/test-runner").TestResult} TestResult */
/** @typedef {import("@stryker-mutator/api/test-runner").DryRunResult} DryRunResult */

/** For what prepares and cleans up, in milliseconds. */
const hookTimeout = 5_000;
/** Where the first process tells the later ones how long each file and each test takes without a mutant. */
const durationsFile = "durations.json";
const require = createRequire(import.meta.url);
/**
 * What the mutated code reads and writes, under a name that is Stryker's.
 *
 * @typedef {object} Instrumenter
 * @property {string} [activeMutant]
 * @property {string} [currentTestId]
 * @property {import("@stryker-mutator/api/core").MutantCoverage} [mutantCoverage]
 * @property {number} [hitCount]
 * @property {number} [hitLimit]
 */
const instrumenter = /** @type {{ [Key in keyof Instrumenter]: Instrumenter[Key] | undefined }} */ ({});
Object.assign(globalThis, { __stryker__: instrumenter });

export const strykerPlugins = [
  declareFactoryPlugin(
    PluginKind.TestRunner,
    "bundled-mocha",
    Object.assign(createRunner, { inject: tokens(commonTokens.options) }),
  ),
];

/**
 * @param {import("@stryker-mutator/api/core").StrykerOptions} options with those of test-mutation.mjs
 * @returns {import("@stryker-mutator/api/test-runner").TestRunner}
 */
function createRunner(options) {
  /** @type {BundledMocha | undefined} */
  let loaded;
  /** How long each file and each test takes without a mutant, in milliseconds. */
  let durations = readDurations();
  // What is quick comes first: it ends most runs.
  const files = () => testFiles(options).sort((a, b) => (durations[a] ?? 0) - (durations[b] ?? 0));

  /**
   * @param {{ disableBail: boolean, mutant?: string, loadAgain?: boolean, only?: readonly string[] }} run
   * @returns {Promise<DryRunResult>}
   */
  async function run({ disableBail, mutant, loadAgain = false, only }) {
    // While the tests are loaded, no mutant is active unless it is one of that very time.
    instrumenter.activeMutant = loadAgain ? mutant : undefined;
    if (loaded === undefined || loadAgain) {
      try {
        loaded = load(files());
      } catch (error) {
        return { status: DryRunStatus.Complete, tests: [failed("the tests are loaded", error)] };
      }
    }
    const mocha = loaded;
    if (loadAgain) {
      // The next mutant must not meet what this one has left in the modules.
      loaded = undefined;
    }
    instrumenter.activeMutant = mutant;
    for (const test of testsOf(mocha.suite)) {
      // What waits for ever because of a mutant ends soon, and the process need not be started again.
      const duration = durations[test.fullTitle()];
      test.timeout(duration === undefined ? 0 : 1_000 + 5 * duration);
    }
    bail(mocha.suite, !disableBail);
    mocha.grep(only === undefined ? /^/ : new RegExp(only.map((title) => `^${escaped(title)}$`).join("|")));
    const tests = await testsRun(mocha);
    return (
      determineHitLimitReached(instrumenter.hitCount, instrumenter.hitLimit) ?? {
        status: DryRunStatus.Complete,
        tests,
      }
    );
  }

  return {
    capabilities: () => ({ reloadEnvironment: true }),
    dryRun: async ({ disableBail }) => {
      loaded = load(files());
      loaded.suite.beforeEach(function () {
        instrumenter.currentTestId = this.currentTest?.fullTitle();
      });
      const result = await run({ disableBail });
      loaded = undefined;
      if (result.status === DryRunStatus.Complete) {
        durations = {};
        for (const { id, fileName = "", timeSpentMs } of result.tests) {
          durations[id] = timeSpentMs;
          durations[fileName] = (durations[fileName] ?? 0) + timeSpentMs;
        }
        writeFileSync(durationsFile, JSON.stringify(durations));
      }
      const { mutantCoverage = { static: {}, perTest: {} } } = instrumenter;
      return result.status === DryRunStatus.Complete ? { ...result, mutantCoverage } : result;
    },
    mutantRun: async ({ activeMutant, testFilter, disableBail, hitLimit, mutantActivation }) => {
      instrumenter.hitLimit = hitLimit;
      instrumenter.hitCount = hitLimit === undefined ? undefined : 0;
      return toMutantRunResult(
        await run({
          ...{ disableBail, mutant: activeMutant.id, loadAgain: mutantActivation === "static" },
          ...(testFilter === undefined ? {} : { only: testFilter }),
        }),
      );
    },
  };
}

/** @returns {Record<string, number | undefined>} */
function readDurations() {
  return existsSync(durationsFile) ? JSON.parse(readFileSync(durationsFile, "utf8")) : {};
}

/** @param {Record<string, unknown>} options of test-mutation.mjs */
function testFiles({ tests, simulations }) {
  const [, folder = "", begin = ""] = /^(.*)\/([^/]*)$/.exec(String(tests)) ?? [];
  const leftOut = Array.isArray(simulations) ? simulations.map((name) => `${name}.test.js`) : [];
  return readdirSync(resolve("out", folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.startsWith(begin) && file.endsWith(".test.js") && !leftOut.includes(file))
    .map((file) => resolve("out", folder, file));
}

/** Loads tests by require, which can load them again. */
class BundledMocha extends Mocha {
  loadNow() {
    this.loadFiles();
  }
}

/** @param {readonly string[]} files */
function load(files) {
  const mocha = new BundledMocha({ timeout: hookTimeout, reporter: Mocha.reporters.Base });
  for (const file of files) {
    delete require.cache[file];
    mocha.addFile(file);
  }
  mocha.cleanReferencesAfterRun(false);
  mocha.loadNow();
  return mocha;
}

/**
 * @param {Mocha.Suite} suite
 * @returns {Mocha.Test[]}
 */
function testsOf(suite) {
  return [...suite.tests, ...suite.suites.flatMap(testsOf)];
}

/**
 * @param {Mocha.Suite} suite
 * @param {boolean} first whether the first failure ends the run
 */
function bail(suite, first) {
  suite.bail(first);
  for (const child of suite.suites) {
    bail(child, first);
  }
}

/**
 * @param {Mocha} mocha
 * @returns {Promise<TestResult[]>}
 */
function testsRun(mocha) {
  return new Promise((done) => {
    /** @type {TestResult[]} */
    const results = [];
    const runner = mocha.run(() => done(results));
    runner.on("pass", (test) => {
      const id = test.fullTitle();
      results.push({
        ...{ id, name: id, status: TestStatus.Success, timeSpentMs: test.duration ?? 0 },
        ...(test.file === undefined ? {} : { fileName: test.file }),
      });
    });
    runner.on("fail", (test, error) => {
      results.push(failed(test.ctx?.currentTest?.fullTitle() ?? test.fullTitle(), error));
    });
  });
}

/**
 * @param {string} id
 * @param {unknown} error
 * @returns {import("@stryker-mutator/api/test-runner").FailedTestResult}
 */
function failed(id, error) {
  const failureMessage = error instanceof Error ? error.message : String(error);
  return { id, name: id, timeSpentMs: 0, status: TestStatus.Failed, failureMessage };
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
