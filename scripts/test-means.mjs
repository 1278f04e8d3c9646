// What the test suites need besides the build: programs and backends, each made once, when it is first asked for.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { requireChromium } from "./chromium.mjs";
import { copyDemo } from "./demo-copy.mjs";
import { startDemo } from "./local-backend.mjs";
import { installOldPostgres } from "./postgres.mjs";
import { makeDemo, makeServers } from "./test-data.mjs";
import { installVSCodeServer } from "./vscode-server.mjs";

/** @typedef {ReturnType<typeof testMeans>} TestMeans */

/**
 * Environment variables give the tests the paths.
 *
 * @param {{ root: string, folder: string, signal: AbortSignal }} options `folder`: where backends have their data
 */
export function testMeans({ root, folder, signal }) {
  const chromium = once(() => requireChromium(signal));
  const releases = {
    current: once(() => installVSCodeServer({ root, release: "current", signal })),
    oldest: once(() => installVSCodeServer({ root, release: "oldest", signal })),
  };
  const oldPostgres = once(() => installOldPostgres({ root, signal }));
  /** @param {"demo" | "servers"} name */
  const made = (name) =>
    once(async () => {
      const dataDirectory = join(folder, name);
      await { demo: makeDemo, servers: makeServers }[name]({ root, dataDirectory, signal });
      return dataDirectory;
    });
  /** Data directories that no backend uses: others are copies of them. */
  const [demo, servers] = [made("demo"), made("servers")];
  const start = async (/** @type {string} */ dataDirectory) => {
    await copyDemo(await demo(), dataDirectory);
    return await startDemo({ root, dataDirectory, signal });
  };
  /** The packages for this machine, and what it takes to open them. */
  const packages = once(async () => {
    // It needs packages that are not installed yet when this file is loaded in a fresh clone.
    const { buildPackages, packagesHere } = await import("./packages.mjs");
    const [made, work] = [join(folder, "packages"), join(folder, "packaging")];
    await mkdir(work);
    await buildPackages({ root, names: packagesHere(), folder: made, work, signal });
    await Promise.all([chromium(), releases.current(), releases.oldest()]);
    return made;
  });
  const sharedDirectory = join(folder, "shared");
  /** The backend of all windows in the browser that want no other. */
  const shared = once(() => start(sharedDirectory));
  /** @type {Set<() => Promise<unknown>>} */
  const owned = new Set();

  return {
    /** Begins to install what windows need. Who needs it hears what became of it. */
    installAhead() {
      for (const install of [chromium, releases.current, releases.oldest]) {
        install().catch(() => undefined);
      }
    },

    /** For the tests of the backend. */
    async backendEnv() {
      const [full, empty, old] = await Promise.all([demo(), servers(), oldPostgres()]);
      return { DRS_TEST_DEMO: full, DRS_TEST_SERVERS: empty, DRS_TEST_OLD_POSTGRES: old };
    },

    /** For tests in VS Code's extension host. */
    async hostEnv(/** @type {keyof typeof releases} */ release) {
      await Promise.all([chromium(), releases[release]()]);
      return { DRS_TEST_DEMO: await demo(), DRS_TEST_SERVERS: await servers() };
    },

    /** For tests in windows. */
    async browserEnv() {
      await Promise.all([chromium(), releases.current()]);
      owned.add((await shared()).stop);
      return { DRS_TEST_DEMO: await demo(), DRS_TEST_DATA_DIRECTORY: sharedDirectory };
    },

    /** For tests of what is released. */
    async packageEnv() {
      return {
        DRS_TEST_PACKAGES: await packages(),
        DRS_TEST_DEMO: await demo(),
        DRS_TEST_OLD_POSTGRES: await oldPostgres(),
      };
    },

    /**
     * Runs a backend of its own with the demo during the work.
     *
     * @template T
     * @param {string} dataDirectory
     * @param {() => Promise<T>} work
     */
    async withDemo(dataDirectory, work) {
      const backend = await start(dataDirectory);
      try {
        return await work();
      } finally {
        await backend.stop();
      }
    },

    /** Ends what runs. */
    async end() {
      await Promise.all([...owned].map((stop) => stop()));
    },
  };
}

/**
 * @template T
 * @param {() => Promise<T>} make
 * @returns {() => Promise<T>} makes it when it is first called
 */
function once(make) {
  /** @type {Promise<T> | undefined} */
  let made;
  return () => {
    made ??= make();
    return made;
  };
}
