// Runs test/host inside the extension host of VS Code's server build. The host's console goes to out/host-RELEASE.log.
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { format } from "node:util";
import { launchChromium } from "./chromium.mjs";
import { limits } from "./limits.mjs";
import { Failure } from "./main.mjs";
import { makeProfile } from "./profile.mjs";
import { installation, startVSCodeServer } from "./vscode-server.mjs";

/**
 * @param {object} options
 * @param {string} options.root
 * @param {keyof typeof import("./vscode-server.mjs").releases} options.release
 * @param {string} options.folder an empty folder for the profile
 * @param {Readonly<Record<string, unknown>>} options.settings the user's settings
 * @param {NodeJS.ProcessEnv} options.env for the tests; DRS_TEST_RESULT names the file to which the suite writes its counts
 * @param {number} options.limit in milliseconds
 * @param {AbortSignal} options.signal
 * @returns {Promise<number>} the exit code of the suite
 */
export async function runHostSuite({ root, release, folder, settings, env, limit, signal }) {
  const profile = await makeProfile({ folder, settings, extensionFolders: [], language: "en" });
  const { program, address } = await startVSCodeServer({
    installation: installation(root, release),
    profile,
    testDriver: release === "current",
    env,
    signal,
  });
  try {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      page.setDefaultTimeout(limits.wait);
      const logFile = join(root, "out", `host-${release}.log`);
      await page.exposeFunction(
        "codeAutomationLog",
        (/** @type {string} */ _type, /** @type {unknown[]} */ args) =>
          appendFile(logFile, `${format(...args)}\n`),
      );
      const exit = await exitOf(page, AbortSignal.any([signal, AbortSignal.timeout(limit)]));
      const remote = `vscode-remote://${new URL(address).host}`;
      const payload = [
        ["extensionDevelopmentPath", remote + root],
        ["extensionTestsPath", remote + join(root, "out", "host", "index.js")],
        ["skipWelcome", "true"],
      ];
      const query = new URLSearchParams({ payload: JSON.stringify(payload) });
      await page.goto(`${address}?${query}`);
      const code = await exit.code;
      signal.throwIfAborted();
      if (code === undefined) {
        throw new Failure(
          `The suite in VS Code's extension host did not end within ${limit / 1000} s. See ${logFile}`,
        );
      }
      return code;
    } finally {
      await browser.close();
    }
  } finally {
    await program.stop();
  }
}

/**
 * Listens for the end of the suite. The code is undefined when `stopped` was aborted before.
 *
 * @param {import("playwright-core").Page} page
 * @param {AbortSignal} stopped
 * @returns {Promise<{ code: Promise<number | undefined> }>}
 */
async function exitOf(page, stopped) {
  /** @type {(code?: number) => void} */
  let end = () => {};
  /** @type {Promise<number | undefined>} */
  const code = new Promise((resolve) => {
    end = resolve;
  });
  stopped.addEventListener("abort", () => end(), { once: true });
  await page.exposeFunction("codeAutomationExit", (/** @type {number} */ exitCode) => end(exitCode));
  return { code };
}
